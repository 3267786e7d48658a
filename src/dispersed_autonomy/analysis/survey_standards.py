"""One standard of evidence for claims on published shares: which figures count, and
what they leave open.

The standard, in words:

1. A figure counts for a verdict when it was seen on the page of its publisher. One
   that was seen in a page that cites the publisher is shown and tried as another
   choice; one that is remembered, cited from a citation or only in the article is
   shown and decides nothing.
2. A number, a fraction, a range and a bound all count, each for every value that it
   allows: a verdict stands where all of these values give it.
3. The organization that the claim quotes counts where its own page was seen. Where
   it was not, other organizations decide, and no copy of the figure under test
   vouches for itself.
4. An organization counts once: its latest wave in the years of the claim, all
   countries before single ones, and of several pages on one figure the one nearest
   to the publisher and most exact. Over several organizations the median decides.
5. It has to ask what the claim says. Neighboring questions are other choices, and
   stand back where the same wave asked what the claim says.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dispersed_autonomy.analysis.surveys import wilson_interval

SEEN = {
    "publisher": "at the publisher",
    "secondary": "in a page that cites it",
    "tertiary": "not seen",
    "memory": "not seen",
    "the article": "not seen",
}
PRINTED = {
    "exact": "a number",
    "derived": "a number",
    "rounded": "a fraction",
    "range": "a range",
    "bound": "a bound",
    "forecast": "a forecast",
}
EVIDENCE = ("at the publisher",)
CITED = ("at the publisher", "in a page that cites it")
FORMS = ("a number", "a fraction", "a range", "a bound")
CLAIMED = "asks what is claimed"
NEAR = "asks something near"


class StandardError(Exception):
    """A figure whose standing or kind the standard does not know."""


def classify_figures(shares: pd.DataFrame) -> pd.DataFrame:
    """Return published shares with how each was seen and printed, and the values
    that its printing allows.

    Parameters
    ----------
    shares : DataFrame
        `standing`, `kind`, `verified`, `share_percent`, `rounding_points`,
        `low_percent` and `high_percent`, all in percent or points.

    Returns
    -------
    DataFrame
        With `seen`, `printed`, and `lowest_percent` and `highest_percent`: limits
        of what the printing allows, without sampling error.

    Raises
    ------
    StandardError
        If a standing or kind is unknown, or a figure that nobody read is said to
        have been seen.
    """
    seen = shares["standing"].astype(str).map(SEEN)
    printed = shares["kind"].astype(str).map(PRINTED)
    if seen.isna().any() or printed.isna().any():
        wrong = shares.loc[seen.isna() | printed.isna(), ["standing", "kind"]]
        raise StandardError(f"unknown: {wrong.astype(str).to_dict('records')}")
    if ((seen == "at the publisher") & ~shares["verified"]).any():
        raise StandardError("seen at the publisher, and verified by nobody")
    rough = (shares["kind"] == "derived") & (shares["rounding_points"] > 0)
    printed = printed.mask(rough, "a fraction")
    known = shares["share_percent"].notna()
    slack = shares["rounding_points"].fillna(0)
    return shares.assign(
        seen=seen.where(shares["verified"], "not seen"),
        printed=printed,
        lowest_percent=np.where(
            known,
            (shares["share_percent"] - slack).clip(lower=0),
            shares["low_percent"],
        ),
        highest_percent=np.where(
            known,
            (shares["share_percent"] + slack).clip(upper=100),
            shares["high_percent"],
        ),
    )


def select_evidence(
    shares: pd.DataFrame,
    claim: str,
    source: str,
    *,
    years: tuple[float, float] = (2020, 2022),
    seen: Sequence[str] = EVIDENCE,
    printed: Sequence[str] = FORMS,
    fit: Sequence[str] = (CLAIMED,),
    without: Sequence[str] = (),
) -> pd.DataFrame:
    """Return the figures that count for a claim by the standard, or by a choice of
    its parts.

    Parameters
    ----------
    shares : DataFrame
        Rows of the table `shares`.
    claim : str
        Id of the claim; the column `claim` names it.
    source : str
        Organization that the claim quotes. It is left out unless one of its own
        figures on the claim was seen at the publisher.
    years : tuple of float
        First moment, and the first that is too late, of the field work.
    seen, printed, fit : sequence of str
        What counts: values of `SEEN`, of `PRINTED`, and of the column `fit`.
    without : sequence of str
        Organizations to leave out whatever was seen of them.

    Returns
    -------
    DataFrame
        One wave an organization, classified: of all countries if it has such
        figures, else those of its single countries.
    """
    figures = classify_figures(shares)
    own = figures[
        (figures["claim"] == claim)
        & figures["fit"].isin(list(fit))
        & (figures["measure"] == "share of respondents")
        & figures["printed"].isin(list(printed))
        & (figures["field_year"] >= years[0])
        & (figures["field_year"] < years[1])
    ]
    own = _turn_opposite(own)
    vouched = (
        (own["organisation"] == source) & (own["seen"] == "at the publisher")
    ).any()
    left_out = [*without, *([] if vouched else [source])]
    own = own[own["seen"].isin(list(seen)) & ~own["organisation"].isin(left_out)]
    organisation = own["organisation"].astype(str)
    own = own[
        own["field_year"]
        == own.groupby(organisation)["field_year"].transform("max")
    ]
    everywhere = own["countries"].astype(str).str.startswith("Global")
    some = everywhere.groupby(own["organisation"].astype(str)).transform("any")
    return _keep_best_print(own[everywhere | ~some])


def _turn_opposite(figures: pd.DataFrame) -> pd.DataFrame:
    opposite = figures["answer"] == "the opposite"
    low, high = figures["lowest_percent"], figures["highest_percent"]
    return figures.assign(
        lowest_percent=low.where(~opposite, 100 - high),
        highest_percent=high.where(~opposite, 100 - low),
    )


def _keep_best_print(figures: pd.DataFrame) -> pd.DataFrame:
    near = (figures["fit"] == NEAR).astype(int)
    organisation = figures["organisation"].astype(str)
    figures = figures[near == near.groupby(organisation).transform("min")]
    rank = len(FORMS) * figures["seen"].map(list(SEEN.values()).index)
    rank += figures["printed"].map(FORMS.index)
    keys = [
        figures[key].astype(str) for key in ("organisation", "asked", "countries")
    ]
    return figures[rank == rank.groupby(keys).transform("min")]


def weigh_shares(
    evidence: pd.DataFrame, sampling: bool = False
) -> dict[str, float]:
    """Return what the evidence on a share leaves open.

    Parameters
    ----------
    evidence : DataFrame
        Of `select_evidence`.
    sampling : bool
        Whether 95% intervals for chance (Wilson, at the smallest sample) are added
        to what the printing allows. A figure whose sample nothing bounds then
        leaves every share open.

    Returns
    -------
    dict
        `organizations`, how many there are, and `lowest` and `highest`: the median
        over them of the lowest and of the highest value that each one leaves open,
        in percent. Without evidence every share is open: 0 and 100.
    """
    if evidence.empty:
        return {"organizations": 0, "lowest": 0.0, "highest": 100.0}
    low, high = evidence["lowest_percent"], evidence["highest_percent"]
    if sampling:
        sample = evidence["smallest_respondents"].astype(float)
        low = pd.Series(wilson_interval(low, sample)[0], low.index).fillna(0)
        high = pd.Series(wilson_interval(high, sample)[1], high.index).fillna(100)
    organisation = evidence["organisation"].astype(str)
    lowest, highest = (
        low.groupby(organisation).min(),
        high.groupby(organisation).max(),
    )
    return {
        "organizations": len(lowest),
        "lowest": float(lowest.median()),
        "highest": float(highest.median()),
    }


def weigh_choices(
    shares: pd.DataFrame, claim: str, source: str, choices: dict[str, dict]
) -> dict[str, dict[str, float]]:
    """Return what the evidence leaves open under each choice of the standard.

    Parameters
    ----------
    shares, claim, source
        As for `select_evidence`.
    choices : dict of str to dict
        Name of each choice to what it gives `select_evidence`, and `sampling` as
        for `weigh_shares`.

    Returns
    -------
    dict of str to dict
        Of each choice what `weigh_shares` returns.
    """
    weighed = {}
    for name, choice in choices.items():
        asked = {key: value for key, value in choice.items() if key != "sampling"}
        evidence = select_evidence(shares, claim, source, **asked)
        weighed[name] = weigh_shares(evidence, choice.get("sampling", False))
    return weighed


def count_changes(changes: pd.DataFrame, claimed_points: float) -> dict[str, int]:
    """Return how many changes there are, and how many of them go which way.

    Parameters
    ----------
    changes : DataFrame
        `low_points` and `high_points`, limits of each change.
    claimed_points : float
        The change that is claimed.

    Returns
    -------
    dict
        `count`; `up` and `down`, those whose limits exclude none;
        `of_claimed_size`, those that are up and whose limits hold the claimed
        change.
    """
    up = changes["low_points"] > 0
    holds = changes["low_points"].le(claimed_points) & changes["high_points"].ge(
        claimed_points
    )
    return {
        "count": len(changes),
        "up": int(up.sum()),
        "down": int((changes["high_points"] < 0).sum()),
        "of_claimed_size": int((up & holds).sum()),
    }
