"""Verification: what moved, vanished or came is named with both values, and an
altered datum is not passed over.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys

import pandas as pd
import pytest

from dispersed_autonomy import paths
from dispersed_autonomy.findings.results import (
    ResultError,
    check_result,
    read_recorded,
)
from dispersed_autonomy.findings.verify import (
    compare_results,
    find_unverified,
    report_comparison,
    summarise,
    write_report,
)


def make(id="a", value=50.0, **parts):
    fields = {
        "label": f"Result {id}",
        "low": None,
        "high": None,
        "level": None,
        "unit": "percent",
        "n": None,
        "claim": "c",
        "datasets": ["d"],
        "note": "",
    }
    return {id: {"id": id, "value": value} | fields | parts}


@pytest.mark.parametrize(
    ("old", "new", "outcome"),
    [
        (make(), make(value=50.0 * (1 + 5e-7)), "reproduced"),
        (make(), make(value=50.0 * (1 + 5e-6)), "moved"),
        (make(value=0.0), make(value=1e-10), "reproduced"),
        (make(value=0.0), make(value=1e-8), "moved"),
        (make(low=40.0, high=60.0), make(low=40.0, high=60.1), "moved"),
        (make(low=40.0, high=60.0), make(), "moved"),
        (make(n=100), make(n=101), "moved"),
        (make(unit="percent"), make(unit="count"), "moved"),
        (make(tolerance=0.02), make(value=50.9), "reproduced"),
        (make(tolerance=0.02), make(value=51.1), "moved"),
        (make(), {}, "missing"),
        ({}, make(), "new"),
    ],
)
def test_a_result_that_moved_vanished_or_came_and_is_passed_is_noticed(
    old, new, outcome
):
    assert [row["outcome"] for row in compare_results(old, new)] == [outcome]


@pytest.mark.parametrize("tolerance", [0.0, -1e-6, 1.0])
def test_a_tolerance_that_would_pass_everything_or_nothing_is_refused(tolerance):
    with pytest.raises(ResultError, match="a: a tolerance of"):
        check_result(make(tolerance=tolerance)["a"])


def test_a_report_that_counts_wrong_or_loses_a_value_is_noticed(tmp_path):
    old, new = (
        make("a") | make("b", 1.0) | make("gone"),
        make("a") | make("b", 2.0) | make("come"),
    )
    report = report_comparison(compare_results(old, new))
    assert summarise(report).startswith("Reproduced 1 of 4 on ")
    write_report(report, tmp_path / "report.json")
    read = json.loads((tmp_path / "report.json").read_text())
    assert read == report
    moved = next(row for row in read["results"] if row["id"] == "b")
    assert (moved["committed"]["value"], moved["fresh"]["value"]) == (1.0, 2.0)
    assert find_unverified(report, make("a") | make("b", 2.0)) == ["b"]
    assert find_unverified(report, make("a", 51.0)) == ["a"]


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the project with one notebook, and a function that verifies it
    there.
    """
    root = tmp_path_factory.mktemp("copy") / "project"
    (root / "notebooks").mkdir(parents=True)
    for folder in ("src", "data", "book"):
        shutil.copytree(
            paths.PROJECT / folder,
            root / folder,
            ignore=shutil.ignore_patterns("__pycache__"),
        )
    shutil.copy(paths.NOTEBOOKS / "09_collaboration.ipynb", root / "notebooks")
    shutil.copy(paths.PROJECT / "requirements.txt", root)
    shutil.copytree(paths.WORDS, root / "notebooks" / "figures")

    def verify():
        environment = os.environ | {
            "PYTHONPATH": str(root / "src"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        command = [sys.executable, "-m", "dispersed_autonomy.findings.verify"]
        return subprocess.run(
            command,
            cwd=root,
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    return root, verify


def test_an_altered_datum_that_passes_or_is_not_named_is_noticed(copy):
    root, verify = copy
    passed = verify()
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert "FAIL" not in passed.stdout
    folder = root / "data" / "video_ideas"
    table = pd.read_csv(folder / "gaze_sums.csv", dtype=str, keep_default_na=False)
    column = next(name for name in table if name.startswith("sum_"))
    table.loc[0, column] = f"{float(table.loc[0, column]) * 1.1:.6f}"
    altered = table.to_csv(index=False, lineterminator="\n").encode()
    description = json.loads((folder / "datapackage.json").read_text())
    resource = next(
        resource
        for resource in description["resources"]
        if resource["path"] == "gaze_sums.csv"
    )
    resource |= {
        "bytes": len(altered),
        "hash": "sha256:" + hashlib.sha256(altered).hexdigest(),
    }
    (folder / "gaze_sums.csv").write_bytes(altered)
    (folder / "datapackage.json").write_text(json.dumps(description))

    failed = verify()
    assert failed.returncode == 1, failed.stdout + failed.stderr
    named = set(failed.stderr.split("Not reproduced: ")[1].strip().split(", "))
    recorded = read_recorded("result", root / "notebooks")
    assert named
    assert all(
        "gaze" in id and recorded[id]["datasets"] == ["video_ideas"] for id in named
    )
    assert named < set(recorded)
    report = json.loads((root / "book" / "verification.json").read_text())
    assert {
        row["id"] for row in report["results"] if row["outcome"] == "moved"
    } == named
