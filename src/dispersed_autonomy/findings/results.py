"""Record a result with its interval, unit, n and claim; read all of them back from
executed notebooks.
"""

import math
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
from IPython.display import display

from dispersed_autonomy import paths

MIME = "dispersed_autonomy"
DECIMALS = {"percent": 1, "percentage points": 1, "year": 0, "count": 0}
FIELDS = (
    "id",
    "value",
    "low",
    "high",
    "level",
    "unit",
    "n",
    "claim",
    "notebook",
    "datasets",
    "note",
    "tolerance",
)
# How far a result may lie from the committed one when it is computed anew, relative
# to its size, if it states nothing else.
TOLERANCE = 1e-6


class ResultError(Exception):
    """A result that contradicts itself or another one."""


def record(
    id: str,
    value: float,
    *,
    unit: str,
    claim: str,
    datasets: list[str],
    low: float | None = None,
    high: float | None = None,
    level: float | None = None,
    n: int | None = None,
    note: str = "",
    tolerance: float | None = None,
) -> float:
    """Record one result of a notebook and show it as the output of the cell.

    The numbers travel unrounded in the metadata of that output, which is where the
    site, the verdicts and `results.json` read them; what is shown is rounded.

    Parameters
    ----------
    id : str
        Lower-case name, unique in the whole book.
    value, low, high : float
        Estimate and limits of its interval, percentages as 35.8.
    unit : str
        Such as "percent", "percentage points", "year", "count", "risk ratio".
    claim : str
        Id of the claim it speaks to.
    datasets : list of str
        Folders of `data/` that it was computed from.
    level : float, optional
        Coverage of the interval in percent; none where the limits are a range over
        stated assumptions.
    n : int, optional
        Number of observations, in a sample.
    note : str
        What the interval means, and what a reader has to know beside the number.
    tolerance : float, optional
        How far the number may lie from this one when it is computed anew, relative
        to its size; `TOLERANCE` by default. For what is random or iterative on
        purpose.

    Returns
    -------
    float
        The value.

    Raises
    ------
    ResultError
        If the id is malformed, a number is not finite, the interval misses the
        value or no dataset is named.
    """
    result = {
        "id": id,
        "value": float(value),
        "low": None if low is None else float(low),
        "high": None if high is None else float(high),
        "level": None if level is None else float(level),
        "unit": unit,
        "n": None if n is None else int(n),
        "claim": claim,
        "datasets": list(datasets),
        "note": note,
    }
    if tolerance is not None:
        result["tolerance"] = float(tolerance)
    check_result(result)
    text = f"{id}: {format_result(result, 'interval')}"
    display({"text/plain": text}, metadata={MIME: {"result": result}}, raw=True)
    return result["value"]


def span(*readings: float) -> dict[str, float]:
    """Return the limits of an interval that spans several readings of one number,
    for `record`.
    """
    return {"low": float(min(readings)), "high": float(max(readings))}


def check_result(result: dict) -> None:
    """Raise ResultError if a result is malformed or contradicts itself."""
    id, low, high = result["id"], result["low"], result["high"]
    if not re.fullmatch(r"[a-z][a-z0-9_]*", id):
        raise ResultError(
            f"{id!r}: a result id has lower-case letters, digits and underscores"
        )
    for name in ("value", "low", "high"):
        if result[name] is not None and not math.isfinite(result[name]):
            raise ResultError(f"{id}: {name} is {result[name]}")
    if (low is None) != (high is None):
        raise ResultError(f"{id}: an interval has two limits")
    if low is not None and not low <= result["value"] <= high:
        raise ResultError(
            f"{id}: the interval {low} to {high} misses the value {result['value']}"
        )
    if not 0 < tolerance_of(result) < 1:
        raise ResultError(f"{id}: a tolerance of {result['tolerance']} is none")
    if not result["datasets"]:
        raise ResultError(f"{id}: no dataset is named")


def tolerance_of(result: dict) -> float:
    """Return how far a result may move, relative to its size, before it counts as
    another one.
    """
    return result.get("tolerance", TOLERANCE)


def format_result(result: dict, form: str = "value") -> str:
    """Return a result as text.

    Parameters
    ----------
    result : dict
        As recorded.
    form : {"value", "interval", "low", "high", "n"}
        What to show of it.

    Raises
    ------
    ResultError
        If the form is unknown or the result has no such part.
    """
    if form == "interval":
        text = format_result(result)
        if result["low"] is None:
            return text
        return (
            f"{text} ({format_result(result, 'low')} to"
            f" {format_result(result, 'high')})"
        )
    if form not in ("value", "low", "high", "n"):
        raise ResultError(f"{result['id']}: no form is called {form!r}")
    number = result[form]
    if number is None:
        raise ResultError(f"{result['id']}: the result has no {form}")
    return format_number(number, "count" if form == "n" else result["unit"])


def format_number(value: float, unit: str) -> str:
    """Return a number with the decimals and the sign of its unit, such as 35.8% or
    3.1 points.
    """
    digits = f"{value:,.{DECIMALS.get(unit, 2)}f}"
    digits = digits.replace(",", "") if unit == "year" else digits
    digits = re.sub(r"^-(?=0(\.0*)?$)", "", digits).replace("-", "\N{MINUS SIGN}")
    if unit == "percent":
        return digits + "%"
    return f"{digits} points" if unit == "percentage points" else digits


def read_recorded(kind: str, folder: Path = paths.EXECUTED) -> dict[str, dict]:
    """Return what executed notebooks recorded, by id, each with its notebook and
    the number of its code cell.

    Parameters
    ----------
    kind : {"result", "figure"}
        What to read.
    folder : Path
        Where the executed notebooks are.

    Raises
    ------
    ResultError
        If two of a kind have the same id.
    """
    found = {}
    for notebook, cell, recorded in _read_outputs(folder):
        if kind not in recorded:
            continue
        item = recorded[kind] | {"notebook": notebook, "cell": cell}
        if item["id"] in found:
            raise ResultError(
                f"{kind} {item['id']}: recorded in {found[item['id']]['notebook']}"
                f" and again in {notebook}"
            )
        found[item["id"]] = item
    return found


def _read_outputs(folder: Path) -> Iterator[tuple[str, int, dict]]:
    for path in sorted(folder.glob("*.ipynb")):
        cells = [
            cell
            for cell in nbformat.read(path, as_version=4).cells
            if cell.cell_type == "code"
        ]
        for number, cell in enumerate(cells, start=1):
            for output in cell.outputs:
                if MIME in output.get("metadata", {}):
                    yield path.stem, number, output.metadata[MIME]
