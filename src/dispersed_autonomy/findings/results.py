"""Record a result with its interval, unit, n and claim; read all of them back from
executed notebooks.
"""

import math
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import nbformat
from IPython.display import display

from dispersed_autonomy import paths

MIME = "dispersed_autonomy"
DECIMALS = {"percent": 1, "percentage points": 1, "year": 0, "count": 0}
# Below this size and this width of its interval, a share or a difference in points
# gets one decimal more: 0.36 (0.29 to 0.42), not 0.4 (0.3 to 0.4).
SMALL, NARROW = 1.0, 0.5
FIELDS = (
    "id",
    "label",
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
LABEL_LETTERS = 90
# What this kernel has recorded, by id: each notebook has a kernel of its own.
RECORDED: dict[str, dict] = {}


class ResultError(Exception):
    """A result that contradicts itself or another one."""


def record(
    id: str,
    value: float,
    *,
    label: str,
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
        Lower-case name, unique in the whole book; its lasting address.
    value, low, high : float
        Estimate and limits of its interval, percentages as 35.8.
    unit : str
        Such as "percent", "percentage points", "year", "count", "risk ratio".
    claim : str
        Id of the claim it speaks to.
    datasets : list of str
        Folders of `data/` that it was computed from.
    label : str
        Its name as a person would say it, such as "Millennials among US sales
        people, 2025".
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
        If the id or the label is malformed, a number is not finite, the interval
        misses the value or no dataset is named.
    """
    result = {
        "id": id,
        "label": label,
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
    RECORDED[id] = result
    text = f"{name_result(result)}: {format_result(result, 'interval')}"
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
    if id.endswith(("_low", "_high")):
        raise ResultError(
            f"{id}: rules call the limits of a result by _low and _high, so no id"
            " may end so"
        )
    check_label(id, result["label"])
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


def check_label(id: str, label: str) -> None:
    """Raise ResultError if a label does not read like a name."""
    if not label.strip():
        raise ResultError(f"{id}: it has no label")
    if len(label) > LABEL_LETTERS or label.endswith(".") or "_" in label:
        raise ResultError(
            f"{id}: the label {label!r} is no name: at most {LABEL_LETTERS}"
            " letters, no full stop, no underscore"
        )


def check_labels(results: Iterable[dict]) -> None:
    """Raise ResultError if a result has no label, or two results share one."""
    named = {}
    for result in results:
        id, label = result["id"], result.get("label", "")
        check_label(id, label)
        if label in named:
            raise ResultError(f"{id}: {named[label]} has the same label, {label!r}")
        named[label] = id


def name_result(result: dict) -> str:
    """Return a result's label; the first edition had none, but the id has words."""
    return result.get("label") or result["id"].replace("_", " ")


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
        return f"{format_result(result)}{_format_limits(result)}"
    if form not in ("value", "low", "high", "n"):
        raise ResultError(f"{result['id']}: no form is called {form!r}")
    number = result[form]
    if number is None:
        raise ResultError(f"{result['id']}: the result has no {form}")
    if form == "n":
        return format_number(number, "count")
    return format_number(number, result["unit"], _decimals(result))


def _format_limits(result: dict) -> str:
    """Return an interval in parentheses; a range over assumptions reads differently
    from one with a coverage.
    """
    low, high, unit = result["low"], result["high"], result["unit"]
    if low is None or low == high:
        return ""
    shown = "number" if unit == "percentage points" else unit
    texts = [
        format_number(limit, shown, _decimals(result)) for limit in (low, high)
    ]
    if result.get("level") is None:
        return f" (between {texts[0]} and {texts[1]}, depending on assumptions)"
    return f" ({texts[0]} to {texts[1]})"


def _decimals(result: dict) -> int:
    decimals, low = DECIMALS.get(result["unit"], 2), result.get("low")
    if decimals == 1 and low is not None and abs(result["value"]) < SMALL:
        return decimals + (result["high"] - low < NARROW)
    return decimals


def format_number(value: float, unit: str, decimals: int | None = None) -> str:
    """Return a number with the decimals and the sign of its unit, such as 35.8% or
    3.1 points.
    """
    decimals = DECIMALS.get(unit, 2) if decimals is None else decimals
    digits = f"{value:,.{decimals}f}"
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
    kind : {"result", "figure", "readings"}
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
        if kind == "result":  # what was recorded before results had labels
            item = {"label": ""} | item
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
