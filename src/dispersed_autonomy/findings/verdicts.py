"""The words of a verdict, each with its one meaning, and the rule by which it is
said how sure a verdict is.
"""

from collections.abc import Mapping

NOT_EXAMINED = "not examined yet"
# Each word with its one meaning, from the best for the claim to the worst, then
# those that leave it open.
VERDICTS = {
    "holds": "What the claim says is borne out.",
    "holds in part": "A part of it is borne out; the rest is not, or is open.",
    "overstated": "The direction is right, and the size or the scope is not.",
    "not found": (
        "The effect was looked for with enough data to see it, and is not there."
    ),
    "contradicted": "The evidence goes against it.",
    "unsupported": "Nothing we found can decide it.",
    "not testable": "No data could decide it as it stands.",
    NOT_EXAMINED: "No notebook looks into it yet.",
}
# How far apart two verdicts are, for the choice that changes most.
PLACES = {
    "holds": 4,
    "holds in part": 3,
    "overstated": 2,
    "unsupported": 1.5,
    "not testable": 1.5,
    "not found": 1,
    "contradicted": 0,
}
DECIDE_NOTHING = ("unsupported", "not testable", NOT_EXAMINED)

# The rule of certainty, in the manner of GRADE: a start by design, less what each
# domain takes away.
LEVELS = {4: "high", 3: "moderate", 2: "low", 1: "very low"}
STARTS = {"high": 4, "low": 2}
START_WORDS = {
    "high": (
        "It starts high, as randomized trials, counts of a whole population and"
        " official statistics do."
    ),
    "low": (
        "It starts low, as comparisons without a trial and polls of opinion do."
    ),
}
DOMAINS = {
    "design": "how the comparison was made",
    "directness": "how near the people and the arrangement are to the claim's",
    "precision": "how much the numbers leave open",
    "consistency": "whether studies and defensible choices agree",
    "sources": "where the figures were seen",
}
# Below this share of defensible choices that agree, consistency lowers certainty.
STABLE = 2 / 3


class ClaimError(Exception):
    """A claim, its rule or its readings that cannot be read or applied."""


def contradicts_word(direction: dict, verdict: str, result: Mapping) -> str:
    """Return why a verdict cannot be said of a result, or nothing.

    Parameters
    ----------
    direction : dict
        Which way the claim points: its `result` lies `claimed` ("above" or "below")
        the number `of`, which stands for no effect.
    verdict : str
        The word.
    result : dict
        Value and limits.
    """
    none = direction["of"]
    sign = 1 if direction["claimed"] == "above" else -1
    ahead = sign * (result["value"] - none)
    if verdict in ("holds", "overstated") and ahead <= 0:
        return "does not point the way that the claim says"
    if verdict == "contradicted" and ahead > 0:
        return "points the way that the claim says"
    low, high = result.get("low"), result.get("high")
    if verdict == "not found" and low is not None and not low <= none <= high:
        return "has an interval without no effect in it"
    return ""


def grade_certainty(
    claim: dict, verdict: str, stability: float | None
) -> dict | None:
    """Return how sure a verdict is: `level`, `start` and what `lowered` it.

    The start is 4 for what begins high and 2 for what begins low; each domain takes
    its `by` away, and nothing falls below 1, which is very low.

    Raises
    ------
    ClaimError
        If fewer than two thirds of the defensible choices give the published
        verdict and consistency is not among the reasons; or the verdict rests on
        evidence and no certainty is stated.
    """
    certainty = claim.get("certainty")
    if certainty is None:
        if verdict not in DECIDE_NOTHING:
            raise ClaimError(f"{claim['id']}: no certainty is stated")
        return None
    lowered = certainty.get("lowered") or []
    if stability is not None and stability < STABLE - 1e-9:
        if all(reason["domain"] != "consistency" for reason in lowered):
            raise ClaimError(
                f"{claim['id']}: certainty: {stability:.0%} of the defensible"
                " choices give the published verdict, and consistency does not"
                " lower it"
            )
    score = STARTS[certainty["start"]] - sum(reason["by"] for reason in lowered)
    return {
        "level": LEVELS[max(1, score)],
        "start": certainty["start"],
        "lowered": lowered,
    }
