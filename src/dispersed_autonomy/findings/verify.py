"""Execute every notebook anew, and compare each committed result with the fresh
one.
"""

import json
import math
import os
import platform
import shutil
import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path

from dispersed_autonomy import paths
from dispersed_autonomy.findings.execute import execute_notebooks
from dispersed_autonomy.findings.results import (
    ResultError,
    read_recorded,
    tolerance_of,
)
from dispersed_autonomy.inputs.environment import LockError, check_lock
from dispersed_autonomy.inputs.origins import OriginError, check_origins

COMPUTED = ("value", "low", "high")
STATED = ("level", "n", "unit")
ABSOLUTE_TOLERANCE = 1e-9  # for what should be zero
LIBRARIES = ("numpy", "scipy", "pandas", "statsmodels", "matplotlib", "seaborn")
REPRODUCED, MOVED, MISSING, NEW = "reproduced", "moved", "missing", "new"


def compare_results(old: dict[str, dict], new: dict[str, dict]) -> list[dict]:
    """Compare results by id, each within the tolerance that the old one states.

    Parameters
    ----------
    old, new : dict
        Results by id, as recorded or as published.

    Returns
    -------
    list of dict
        `id`, `outcome` ("reproduced", "moved", "missing" or "new"), `old` and
        `new`; a result that is not there is None.
    """
    rows = []
    for id in dict.fromkeys([*old, *new]):
        before, after = old.get(id), new.get(id)
        if after is None or before is None:
            outcome = MISSING if after is None else NEW
        else:
            same = all(before[part] == after[part] for part in STATED) and all(
                _agree(before[part], after[part], tolerance_of(before))
                for part in COMPUTED
            )
            outcome = REPRODUCED if same else MOVED
        rows.append({"id": id, "outcome": outcome, "old": before, "new": after})
    return rows


def _agree(old: float | None, new: float | None, tolerance: float) -> bool:
    if old is None or new is None:
        return old is new
    return math.isclose(old, new, rel_tol=tolerance, abs_tol=ABSOLUTE_TOLERANCE)


def report_comparison(rows: list[dict]) -> dict:
    """Return the comparison with its date, system and versions, as
    `book/verification.json` keeps it.
    """
    kept = (*COMPUTED, *STATED)

    def keep(result: dict | None) -> dict | None:
        return result and {part: result[part] for part in kept}

    return {
        "date": date.today().isoformat(),
        "system": f"{platform.system()} on {platform.machine()}",
        "python": platform.python_version(),
        "versions": {library: version(library) for library in LIBRARIES},
        "results": [
            {
                "id": row["id"],
                "outcome": row["outcome"],
                "tolerance": tolerance_of(row["old"] or row["new"]),
                "committed": keep(row["old"]),
                "fresh": keep(row["new"]),
            }
            for row in rows
        ],
    }


def summarise(report: dict) -> str:
    """Return the report in a line, such as "Reproduced 143 of 143 on Linux, Python
    3.11".
    """
    count = sum(row["outcome"] == REPRODUCED for row in report["results"])
    system, python = (
        report["system"].split()[0],
        ".".join(report["python"].split(".")[:2]),
    )
    return (
        f"Reproduced {count} of {len(report['results'])} on {system}, Python"
        f" {python}"
    )


def find_unverified(report: dict, published: dict[str, dict]) -> list[str]:
    """Return the ids of published results that the report does not speak of, or
    knows with other numbers.
    """
    known = {
        row["id"]: row["fresh"]
        for row in report["results"]
        if row["outcome"] == REPRODUCED
    }
    return [
        row["id"]
        for row in compare_results(known, published)
        if row["outcome"] != REPRODUCED
    ]


def show(result: dict | None) -> str:
    """Return a result with all the digits that matter for a comparison, or that it
    is not there.
    """
    if result is None:
        return "not there"
    limits = (
        ""
        if result["low"] is None
        else f" [{result['low']:.8g}, {result['high']:.8g}]"
    )
    return f"{result['value']:.8g}{limits}"


def print_table(report: dict) -> None:
    """Print outcome, both values and id of every result, what failed at the end,
    where it is seen.
    """
    for row in sorted(
        report["results"], key=lambda row: row["outcome"] != REPRODUCED
    ):
        mark = "pass" if row["outcome"] == REPRODUCED else "FAIL"
        print(
            f"{mark}  {row['outcome']:<10}  {row['id']:<55} "
            f" {show(row['committed']):<40}  {show(row['fresh'])}"
        )
    print(f"{summarise(report)}, {report['date']}")


def write_report(report: dict, path: Path = paths.VERIFICATION) -> None:
    """Write the report, a line for each result."""
    head = {key: value for key, value in report.items() if key != "results"}
    rows = ",\n".join("  " + json.dumps(row) for row in report["results"])
    path.write_text(
        json.dumps(head, indent=1)[:-2] + f',\n "results": [\n{rows}\n ]\n}}\n',
        encoding="utf-8",
    )


def main() -> None:
    """Execute every notebook, compare its results with the committed ones, and
    write the page's report.
    """
    try:
        check_lock()
        check_origins()
    except (LockError, OriginError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
    shutil.rmtree(paths.VERIFIED, ignore_errors=True)
    failures = execute_notebooks(
        sorted(paths.NOTEBOOKS.glob("*.ipynb")),
        paths.VERIFIED,
        workers=os.cpu_count() or 1,
    )
    try:
        rows = compare_results(
            read_recorded("result", paths.NOTEBOOKS),
            read_recorded("result", paths.VERIFIED),
        )
    except ResultError as error:
        sys.exit(f"ResultError: {error}")
    report = report_comparison(rows)
    print_table(report)
    write_report(report)
    moved = [row["id"] for row in rows if row["outcome"] != REPRODUCED]
    if failures or moved:
        sys.exit(
            "\n".join(
                [
                    *failures,
                    *(["Not reproduced: " + ", ".join(moved)] if moved else []),
                ]
            )
        )


if __name__ == "__main__":
    main()
