"""Releases: none is made twice or of something else than a commit; a zip is the
same whenever it is made; changes are told.
"""

import hashlib
import json
import os
import shutil
import subprocess
import zipfile

import pytest
import yaml
from bs4 import BeautifulSoup

from dispersed_autonomy import paths
from dispersed_autonomy.findings.verify import (
    compare_results,
    report_comparison,
    show,
)
from dispersed_autonomy.release.freeze import (
    ReleaseError,
    check_release,
    check_verified,
    diff_releases,
    freeze_site,
    list_changes,
    load_replaced,
    load_withdrawn,
    read_lists,
    zip_site,
)
from dispersed_autonomy.site.extension import TEMPLATES

RESULT = {
    "level": None,
    "unit": "percent",
    "n": None,
    "low": None,
    "high": None,
    "tolerance": 1e-6,
}


def git(project, *words):
    who = ["-c", "user.name=A", "-c", "user.email=a@b.example"]
    subprocess.run(
        ["git", *who, *words], cwd=project, check=True, capture_output=True
    )


@pytest.fixture
def project(tmp_path):
    """A git repository with what a release reads, at version 0.1.0."""
    folder = tmp_path / "project"
    folder.mkdir()
    for name in ("CITATION.cff", "pyproject.toml"):
        text = (paths.PROJECT / name).read_text()
        (folder / name).write_text(text)
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    return folder


@pytest.fixture
def version(project):
    return next(
        line
        for line in (project / "CITATION.cff").read_text().splitlines()
        if line.startswith("version:")
    ).split()[1]


def write_lists(folder, value, verdict):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(
        json.dumps({"results": [RESULT | {"id": "a", "value": value}]})
    )
    (folder / "claims.json").write_text(
        json.dumps(
            {"claims": [{"id": "c", "claim": "It is so.", "verdict": verdict}]}
        )
    )
    return folder


def test_a_release_of_a_clean_commit_is_allowed_and_named_by_date_and_version(
    project, version
):
    assert check_release(version, project).name.endswith(f"-{version}")
    assert check_release(version, project).name[:10].count("-") == 2


def test_a_version_that_exists_and_would_be_overwritten_is_refused(
    project, version
):
    (project / "releases" / f"2026-01-01-{version}").mkdir(parents=True)
    with pytest.raises(ReleaseError, match="exists, and a release never changes"):
        check_release(version, project)


def test_changes_that_no_commit_holds_are_refused_by_name(project, version):
    (project / "new.txt").write_text("new")
    with pytest.raises(
        ReleaseError, match=r"changes that no commit holds:\n\?\? new.txt"
    ):
        check_release(version, project)


def test_a_folder_without_history_is_refused(project, version):
    shutil.rmtree(project / ".git")
    with pytest.raises(ReleaseError, match="no git repository"):
        check_release(version, project)


@pytest.mark.parametrize("wrong", ["", "1", "v1.2.3", "1.2.3-rc1", "../1.2.3"])
def test_a_malformed_version_is_refused(project, wrong):
    with pytest.raises(
        ReleaseError, match="is no version: say make release VERSION="
    ):
        check_release(wrong, project)


def test_a_version_other_than_the_stated_one_is_refused(project):
    with pytest.raises(ReleaseError, match="CITATION.cff says version"):
        check_release("99.0.0", project)


def test_a_number_that_was_not_verified_is_refused():
    old = {"a": RESULT | {"id": "a", "value": 1.0}}
    report = report_comparison(compare_results(old, old))
    check_verified(report, old)
    with pytest.raises(ReleaseError, match="not verified: a. Run make verify"):
        check_verified(report, {"a": old["a"] | {"value": 2.0}})


def test_a_release_that_lacks_files_or_can_be_written_is_noticed(
    tmp_path,
):
    site = write_lists(tmp_path / "html", 1.0, "holds")
    (site / "notebooks").mkdir()
    (site / "notebooks" / "a.html").write_text("<p>é</p>")
    folder = tmp_path / "releases" / "2026-11-23-0.1.0"
    folder.parent.mkdir()
    checksum = freeze_site(site, folder, "0.1.0", "abc")
    archive = folder / "dispersed-autonomy-0.1.0.zip"
    assert checksum == hashlib.sha256(archive.read_bytes()).hexdigest()
    assert (folder / "SHA256SUMS").read_text() == f"{checksum}  {archive.name}\n"
    facts = json.loads((folder / "release.json").read_text())
    assert facts == {
        "version": "0.1.0",
        "date": "2026-11-23",
        "commit": "abc",
        "zip": archive.name,
        "sha256": checksum,
    }
    assert all(
        not path.stat().st_mode & 0o222
        for path in folder.rglob("*")
        if path.is_file()
    )
    with zipfile.ZipFile(archive) as zipped:
        assert zipped.testzip() is None
        assert {name.split("/", 1)[1] for name in zipped.namelist()} == {
            "results.json",
            "claims.json",
            "notebooks/a.html",
        }
        assert (
            zipped.read("dispersed-autonomy-0.1.0/notebooks/a.html")
            == (site / "notebooks" / "a.html").read_bytes()
        )


def test_a_zip_that_depends_on_the_time_or_the_place_is_noticed(tmp_path):
    first, second = (
        write_lists(tmp_path / name, 1.0, "holds") for name in ("one", "two")
    )
    os.utime(second / "results.json", (0, 0))
    for site in (first, second):
        zip_site(site, site.with_suffix(".zip"), "top")
    assert (
        first.with_suffix(".zip").read_bytes()
        == second.with_suffix(".zip").read_bytes()
    )


def release(results, verdicts):
    """The lists of a release: values by result, verdicts by claim."""
    return {
        "results": {
            id: RESULT | {"id": id, "value": value} for id, value in results.items()
        },
        "claims": {
            id: {"id": id, "claim": f"claim {id}", "verdict": verdict}
            for id, verdict in verdicts.items()
        },
    }


def test_a_change_of_number_or_verdict_that_is_not_told_is_noticed():
    old = release(
        {"same": 1.0, "moved": 2.0, "gone": 3.0}, {"p": "holds", "q": "overstated"}
    )
    new = release(
        {"same": 1.0, "moved": 2.5, "come": 4.0},
        {"p": "contradicted", "q": "overstated", "r": "holds"},
    )
    told = diff_releases(old, new)
    assert {row["id"]: row["outcome"] for row in told["numbers"]} == {
        "moved": "moved",
        "gone": "missing",
        "come": "new",
    }
    assert told["verdicts"] == [
        {"id": "p", "claim": "claim p", "old": "holds", "new": "contradicted"},
        {"id": "r", "claim": "claim r", "old": None, "new": "holds"},
    ]
    assert diff_releases(new, new) == {"numbers": [], "verdicts": [], "words": []}


def test_a_rule_or_a_claim_that_reads_differently_is_told():
    def release(claim, rule):
        words = {"id": "p", "claim": claim, "rule": rule, "verdict": "holds"}
        return {"results": {}, "claims": {"p": words}}

    old = release("Sales rise.", "Holds when\nthey rise.")
    assert (
        diff_releases(old, release("Sales rise.", "Holds when they rise."))["words"]
        == []
    )
    told = diff_releases(old, release("Sales grow.", "Holds when they grow."))
    assert [(row["what"], row["old"], row["new"]) for row in told["words"]] == [
        ("claim", "Sales rise.", "Sales grow."),
        ("rule", "Holds when\nthey rise.", "Holds when they grow."),
    ]
    assert told["words"][1]["parts"] == [
        ("kept", "Holds when they"),
        ("gone", "rise."),
        ("come", "grow."),
    ]
    # A claim that came or went is told by its verdict.
    assert diff_releases({"results": {}, "claims": {}}, old)["words"] == []


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ([{"was": "a", "now": "b", "why": "c"}], "entry 1: needs was"),
        ([{"was": "a", "now": "b", "why": "", "page": "d"}], "entry 1: needs was"),
        ([{"was": "a", "now": "b", "why": "c", "page": "d"}] * 2, "stands twice"),
    ],
)
def test_a_withdrawn_sentence_that_is_half_told_is_refused(tmp_path, entries, says):
    path = tmp_path / "withdrawn.yml"
    path.write_text(yaml.safe_dump({"sentences": entries}))
    with pytest.raises(ReleaseError, match=says):
        load_withdrawn(path)


@pytest.mark.parametrize(
    "entry",
    [
        {"name": "n", "now": ["a"]},
        {"name": "n", "now": "a", "why": "b"},
        {"name": "n", "now": [], "why": ""},
        {"name": "", "now": [], "why": "b"},
    ],
)
def test_a_result_that_went_without_reason_or_list_is_refused(tmp_path, entry):
    path = tmp_path / "withdrawn.yml"
    path.write_text(yaml.safe_dump({"results": {"gone": entry}}))
    with pytest.raises(
        ReleaseError, match="results: gone: needs name, now, a list"
    ):
        load_replaced("results", path)


def test_a_result_that_went_without_a_word_is_noticed(committed_results):
    replaced = load_replaced("results")
    released = {
        id
        for folder in sorted(paths.RELEASES.glob("[0-9]*"))
        for id in read_lists(folder)["results"]
    }
    assert set(replaced) == released - set(committed_results)
    for id, entry in replaced.items():
        assert set(entry["now"]) <= set(committed_results), id


def test_a_figure_that_took_the_place_of_another_and_is_not_there_is_noticed(
    committed_figures,
):
    for id, entry in load_replaced("figures").items():
        assert id not in committed_figures
        assert set(entry["now"]) <= set(committed_figures)


def render_changes(**shown):
    """The page of changes; without anything to show, unless it is given."""
    empty = {"results": {}, "figures": {}}
    context = {
        "steps": [],
        "withdrawn": [],
        "replaced": empty,
        "names": empty,
        "show": show,
        "page": "{}.html".format,
    }
    return TEMPLATES.get_template("changes.html").render(context | shown)


def test_what_took_the_place_of_a_number_stands_beside_it():
    old = release({"gone": 1.0, "lost": 2.0, "kept": 3.0}, {})
    new = release({"kept": 3.0, "come": 4.0}, {})
    step = {"old": "one", "new": "two"} | diff_releases(old, new)
    replaced = {
        "gone": {"name": "The old one", "now": ["come"], "why": "It was wrong."},
        "lost": {"name": "Another", "now": [], "why": "It meant nothing."},
    }
    page = BeautifulSoup(
        render_changes(
            steps=[step],
            replaced={"results": replaced, "figures": {}},
            names={"results": {"come": "The new one"}, "figures": {}},
        ),
        "html.parser",
    )
    after = {
        row.find("code").text: row.find("td", {"data-label": "After"})
        for row in page.select("tbody tr")
    }
    assert " ".join(after["gone"].text.split()) == (
        "It was wrong. In its place: The new one."
    )
    assert "The old one" in page.text
    assert after["gone"].a["href"] == "results.html#come"
    assert " ".join(after["lost"].text.split()) == (
        "It meant nothing. Nothing takes its place."
    )


def test_a_withdrawn_sentence_stands_on_the_page_of_changes():
    page = render_changes(withdrawn=load_withdrawn())
    text = " ".join(BeautifulSoup(page, "html.parser").text.split())
    for entry in load_withdrawn():
        assert " ".join(entry["was"].split()) in text
        assert " ".join(entry["now"].split()) in text


def test_a_page_of_changes_in_another_order_or_without_both_values_is_noticed(
    tmp_path,
):
    for name, value, verdict in (
        ("2026-01-01-0.9.0", 1.0, "holds"),
        ("2026-02-01-0.10.0", 2.0, "holds"),
    ):
        (
            write_lists(tmp_path / "releases" / name, value, verdict)
            / "release.json"
        ).write_text("{}")
    present = write_lists(tmp_path / "published", 2.0, "overstated")
    steps = list_changes(tmp_path / "releases", present)
    assert [(step["old"], step["new"]) for step in steps] == [
        ("2026-02-01-0.10.0", "this edition"),
        ("2026-01-01-0.9.0", "2026-02-01-0.10.0"),
    ]
    page = render_changes(steps=steps)
    assert "Verdicts that differ: 1. Numbers that differ: 0." in page
    assert "overstated" in page
    assert '<td data-label="Before">1</td><td data-label="After">2</td>' in page
    assert "No release has been made yet" in render_changes()
