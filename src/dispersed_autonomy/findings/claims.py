"""The article's claims, and the verdict that each claim's rule gives on the
results.
"""

from functools import cache
from pathlib import Path

import pandas as pd
import yaml

from dispersed_autonomy import paths

NOT_EXAMINED = "not examined yet"
VERDICTS = (
    "holds",
    "holds in part",
    "overstated",
    "contradicted",
    "unsupported",
    "not testable",
    NOT_EXAMINED,
)
REQUIRED = ("id", "heading", "claim", "stated", "attribution", "kind")
RULED = ("rule", "verdicts", "key_result", "evidence", "limits", "would_change")


class ClaimError(Exception):
    """A claim, or its rule, that cannot be read or applied."""


@cache
def load_claims(path: Path = paths.CLAIMS) -> list[dict]:
    """Load all claims in the article's order.

    Raises
    ------
    ClaimError
        If a claim lacks a field, has an unknown one, shares its id or names an
        unknown verdict.
    """
    claims = yaml.safe_load(path.read_text(encoding="utf-8"))
    seen = set()
    for claim in claims:
        place = f"{path}: {claim.get('id', 'a claim without id')}"
        fields = REQUIRED + (RULED if "rule" in claim else ())
        if missing := [field for field in fields if not claim.get(field)]:
            raise ClaimError(f"{place}: missing: {', '.join(missing)}")
        if unknown := set(claim) - set(fields):
            raise ClaimError(f"{place}: unknown: {', '.join(sorted(unknown))}")
        if claim["id"] in seen:
            raise ClaimError(f"{place}: the id stands twice")
        if wrong := {case["verdict"] for case in claim.get("verdicts", [])} - set(
            VERDICTS
        ):
            raise ClaimError(
                f"{place}: unknown verdict: {', '.join(sorted(wrong))}"
            )
        seen.add(claim["id"])
    return claims


def decide_verdict(claim: dict, results: dict[str, dict]) -> str:
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
        If a condition names a result that does not exist, or no condition is true.
    """
    if "rule" not in claim:
        return NOT_EXAMINED
    names = pd.DataFrame([numbers_by_name(results)], dtype=float)
    for case in claim["verdicts"]:
        try:
            true = bool(names.eval(case["when"], engine="python").item())
        except Exception as error:
            raise ClaimError(
                f"{claim['id']}: condition {case['when']!r}: {error}"
            ) from error
        if true:
            return case["verdict"]
    raise ClaimError(f"{claim['id']}: no condition of its rule is true")


def numbers_by_name(results: dict[str, dict]) -> dict[str, float]:
    """Return every value and limit under the name by which conditions call it."""
    numbers = {id: result["value"] for id, result in results.items()}
    for limit in ("low", "high"):
        numbers |= {
            f"{id}_{limit}": r[limit]
            for id, r in results.items()
            if r[limit] is not None
        }
    return numbers


def judge_claims(results: dict[str, dict], figures: dict[str, dict]) -> list[dict]:
    """Return all claims with verdict, results, figures and notebook, as published
    in `claims.json`.

    Raises
    ------
    ClaimError
        If a result or figure names an unknown claim, or a rule cannot be applied.
    """
    claims = load_claims()
    known = {claim["id"] for claim in claims}
    for item in (*results.values(), *figures.values()):
        if item["claim"] not in known:
            raise ClaimError(
                f"{item['notebook']}: {item['id']}: unknown claim {item['claim']!r}"
            )
    return [judge_claim(claim, results, figures) for claim in claims]


def judge_claim(
    claim: dict, results: dict[str, dict], figures: dict[str, dict]
) -> dict:
    """Return one claim with all that `claims.json` says of it.

    A claim has its rule before it has a result: until a notebook records one for
    it, it is not examined yet.
    """
    own = [id for id, result in results.items() if result["claim"] == claim["id"]]
    verdict = decide_verdict(claim, results) if own else NOT_EXAMINED
    key = claim.get("key_result") if own else None
    if key and key not in results:
        raise ClaimError(f"{claim['id']}: its key result {key!r} was not recorded")
    return {
        **{field: claim[field] for field in REQUIRED},
        "verdict": verdict,
        "rule": claim.get("rule"),
        "evidence": claim.get("evidence"),
        "results": own,
        "key_result": key,
        "figures": [
            id for id, figure in figures.items() if figure["claim"] == claim["id"]
        ],
        "notebook": results[key]["notebook"] if key else None,
        "limits": claim.get("limits"),
        "would_change": claim.get("would_change"),
    }
