"""A claim's rule: what it reads, and the verdict that it gives on the results."""

import math
from collections.abc import Mapping

from dispersed_autonomy.findings.conditions import (
    ConditionError,
    holds,
    names_read,
    numbers_read,
    split_name,
)
from dispersed_autonomy.findings.verdicts import NOT_EXAMINED, ClaimError


def results_read(claim: dict) -> list[str]:
    """Return the ids of the results that a claim's rule reads, in its order."""
    return list(
        dict.fromkeys(
            id for case in claim["verdicts"] for id in names_read(case["when"])
        )
    )


def decide_verdict(claim: dict, results: Mapping[str, Mapping]) -> str:
    """Return the verdict that a claim's rule gives on the results.

    Parameters
    ----------
    claim : dict
        One of `load_claims`. Its conditions are tried in order; in them the id of a
        result stands for its value, and the id followed by `_low` or `_high` for a
        limit of its interval.
    results : dict
        Results by id.

    Raises
    ------
    ClaimError
        If a condition names a result or a limit that does not exist, or no
        condition is true.
    """
    if "rule" not in claim:
        return NOT_EXAMINED
    for case in claim["verdicts"]:
        when = case["when"]
        try:
            for name in numbers_read(when):  # also those that do not decide here
                find_number(name, results)
            if holds(when, lambda name: find_number(name, results)):
                return case["verdict"]
        except ClaimError as error:
            raise ClaimError(
                f"{claim['id']}: condition {when!r}: {error}"
            ) from error
        except ConditionError as error:
            raise ClaimError(f"{claim['id']}: {error}") from error
    raise ClaimError(f"{claim['id']}: no condition of its rule is true")


def find_number(name: str, results: Mapping[str, Mapping]) -> float:
    """Return the number that a name in a rule stands for.

    Raises
    ------
    ClaimError
        If no result of that id was recorded, or it has no such limit.
    """
    id, part = split_name(name)
    if id not in results:
        raise ClaimError(f"no result is called {id}")
    number = results[id].get(part)
    if number is None:
        raise ClaimError(f"the result {id} has no {part}")
    if not math.isfinite(number):
        raise ClaimError(f"the {part} of the result {id} is {number}")
    return number


def read_numbers(claim: dict, results: Mapping[str, Mapping]) -> dict[str, float]:
    """Return every number that a claim's rule reads, by the name that it uses; a
    number that was not recorded is left out.
    """
    names = [
        name for case in claim["verdicts"] for name in numbers_read(case["when"])
    ]
    numbers = {}
    for name in dict.fromkeys(names):
        id, part = split_name(name)
        if results.get(id, {}).get(part) is not None:
            numbers[name] = results[id][part]
    return numbers
