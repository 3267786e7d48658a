"""Other defensible choices: what a claim's rule says when results take the values
that another choice gives them.
"""

import math
import textwrap
from collections.abc import Mapping

from dispersed_autonomy.findings import results as recorded
from dispersed_autonomy.findings.conditions import numbers_read, split_name
from dispersed_autonomy.findings.results import (
    ResultError,
    format_number,
    name_result,
)
from dispersed_autonomy.findings.rules import (
    decide_verdict,
    read_numbers,
    results_read,
)
from dispersed_autonomy.findings.verdicts import PLACES, ClaimError

PUBLISHED = "as published"
# Two numbers nearer to each other than this, relative to their size, are copies.
COPY = 1e-4
WIDTHS = {"verdict": 14, "choice": 32, "read": 34}


def replace_results(
    claim: dict, name: str, changes: Mapping[str, float | Mapping[str, float]]
) -> dict[str, dict]:
    """Return this kernel's results with those that a reading names replaced, as of
    `record_readings`.
    """
    place, here = f"{claim['id']}: the reading {name!r}", recorded.RECORDED
    limits = {
        id
        for case in claim["verdicts"]
        for id, part in map(split_name, numbers_read(case["when"]))
        if part != "value"
    }
    changed = dict(here)
    for id, change in changes.items():
        if id not in here:
            raise ClaimError(f"{place}: no result {id} was recorded above")
        if id not in results_read(claim):
            raise ClaimError(f"{place}: the rule does not read {id}")
        if not isinstance(change, Mapping):
            if id in limits:
                raise ClaimError(
                    f"{place}: the rule reads the limits of {id}: give low and high"
                )
            change = {"value": change, "low": None, "high": None}
        if unknown := set(change) - {"value", "low", "high"}:
            raise ClaimError(
                f"{place}: {id}: unknown: {', '.join(sorted(unknown))}"
            )
        numbers = {
            part: None if number is None else float(number)
            for part, number in change.items()
        }
        changed[id] = here[id] | numbers
        try:
            recorded.check_result(changed[id])
        except ResultError as error:
            raise ClaimError(f"{place}: {error}") from error
    return changed


def copies(numbers: dict[str, float], others: dict[str, float]) -> bool:
    """Return whether two sets of numbers that a rule reads are the same."""
    return numbers.keys() == others.keys() and all(
        math.isclose(number, others[name], rel_tol=COPY, abs_tol=1e-9)
        for name, number in numbers.items()
    )


def describe_reading(
    claim: dict, name: str, results: Mapping[str, Mapping], changes
) -> dict:
    """Return a reading as `claims.json` has it: `reading`, `result` (what the rule
    read, by id, with units and whether this reading changed it) and `verdict`.
    """
    read = {}
    for number, value in read_numbers(claim, results).items():
        id, part = split_name(number)
        read.setdefault(
            id, {"unit": results[id]["unit"], "changed": id in changes}
        )[part] = value
    return {
        "reading": name,
        "result": read,
        "verdict": decide_verdict(claim, results),
    }


def tabulate_readings(data: dict, results: Mapping[str, Mapping]) -> str:
    """Return readings as a table in plain text, of the same width for all."""
    head = {"verdict": "Verdict", "choice": "Choice", "read": "What the rule read"}
    lines = [_lay_out(head), "-" * (sum(WIDTHS.values()) + 4)]
    for row in data["readings"]:
        shown = [
            f"{name_result(results[id])}: {show_read(read)}"
            for id, read in row["result"].items()
            if read["changed"] or row["reading"] == PUBLISHED
        ]
        cells = {"verdict": row["verdict"], "choice": row["reading"]}
        lines.append(_lay_out(cells | {"read": "; ".join(shown)}))
    same, total = count_agreeing(data["readings"])
    lines.append(f"\nThe published verdict under {same} of {total} choices.")
    for item in data["left_out"]:
        text = f"Left out: {item['reading']}: {item['reason']}"
        lines.append(textwrap.fill(text, sum(WIDTHS.values()) + 4))
    return "\n".join(lines)


def _lay_out(cells: dict[str, str]) -> str:
    columns = [
        [line.ljust(width) for line in textwrap.wrap(cells[name], width) or [""]]
        for name, width in WIDTHS.items()
    ]
    height = max(map(len, columns))
    for column, width in zip(columns, WIDTHS.values()):
        column += [" " * width] * (height - len(column))
    return "\n".join("  ".join(row).rstrip() for row in zip(*columns))


def show_read(read: Mapping) -> str:
    """Return what a rule read of one result, with its unit."""
    unit = read["unit"]
    texts = [format_number(read["value"], unit)] if "value" in read else []
    limits = {
        part: format_number(read[part], unit)
        for part in ("low", "high")
        if part in read
    }
    if len(limits) == 2:
        texts.append(f"interval {limits['low']} to {limits['high']}")
    else:
        names = {"low": "lower", "high": "upper"}
        texts += [
            f"{names[part]} end of the interval {text}"
            for part, text in limits.items()
        ]
    return ", ".join(texts)


def count_agreeing(readings: list[dict]) -> tuple[int, int]:
    """Return how many of the readings give the published verdict, and of how many;
    the published one, which is the first, counts once in both.
    """
    same = sum(row["verdict"] == readings[0]["verdict"] for row in readings)
    return same, len(readings)


def find_worst(readings: list[dict]) -> dict | None:
    """Return the reading whose verdict lies farthest from the published one, the
    first of them, or None where all agree.
    """
    if not readings:
        return None
    published = PLACES[readings[0]["verdict"]]

    def distance(row: dict) -> float:
        return abs(PLACES[row["verdict"]] - published)

    others = [row for row in readings if row["verdict"] != readings[0]["verdict"]]
    return max(others, key=distance, default=None)
