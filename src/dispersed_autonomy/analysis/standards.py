"""One standard for every claim: which published effect counts as evidence, and when
evidence carries a verdict.

A row of the table `published_effects` counts for a claim when it measures the
outcome that the claim is about, compares what the claim compares, has a design
that could have come out otherwise, speaks for its study, and was seen. It need not
be of sellers: other workers are neighbors, and a verdict that rests on neighbors
alone is at best "holds in part".
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

AWAY = "away against office"
NEAR = "near teammates against apart"
MANDATE = "return mandate against none"
OFFERS = "offers with against without"
# What the direction of a row speaks of is being present; being away is its reverse.
PRESENT = [
    NEAR,
    MANDATE,
    "office day against fully remote",
    "trained in person against remotely",
]
REVERSED = {"gain": "loss", "loss": "gain", "null": "null"}
# Chance, a rule or an event, or time divides the two sides.
COMPARING = ["randomized", "natural experiment", "before and after"]
SEEN = ["publisher", "publisher, place not recorded", "no figure seen"]
SECONDARY = "secondary"
STUDIES_NEEDED = 2


class Family(NamedTuple):
    """Outcomes and contrasts, as the table codes them, that a kind of claim is
    about.
    """

    outcomes: tuple[str, ...]
    contrasts: tuple[str, ...]


FAMILIES = {
    "results": Family(("productivity",), (AWAY,)),
    "retention": Family(("attrition",), (AWAY, MANDATE)),
    "reach": Family(("recruiting",), (OFFERS, MANDATE)),
    "diversity": Family(("diversity",), (OFFERS, AWAY, "other")),
    "meetings": Family(("innovation", "innovation communication"), (AWAY, NEAR)),
    "output near": Family(("productivity",), (NEAR,)),
    "training": Family(("training",), ("trained in person against remotely",)),
    "technology": Family(("technology use",), (AWAY,)),
    "new clients": Family(("new clients",), (AWAY,)),
    "existing clients": Family(("client retention",), (AWAY,)),
    "pipeline": Family(("pipeline",), (AWAY,)),
    "controls": Family(("wellbeing",), ("controls against none",)),
    "support": Family(("productivity",), ("support against none",)),
}


def judge_rows(
    effects: pd.DataFrame, family: str, secondary: bool = True
) -> pd.DataFrame:
    """Judge every row of a table of published effects for one family of claims.

    Parameters
    ----------
    effects : DataFrame
        The table `published_effects`, or rows of it.
    family : str
        A name in `FAMILIES`.
    secondary : bool
        Whether rows that were seen in secondary pages only count.

    Returns
    -------
    DataFrame
        The rows with `counts`; `fails`, the first question that a row fails, empty
        where it counts: "outcome", "contrast", "design", "role" (a part, a subgroup
        or a superseded version), "seen"; `directness`, "sellers" or "neighbors";
        and `away`, what being away from the office or from teammates does by this
        row: "gain", "loss", "null" or missing.

    Raises
    ------
    ValueError
        If no such family is defined.
    """
    if family not in FAMILIES:
        raise ValueError(f"no family of claims is called {family}")
    asked = FAMILIES[family]
    direction = effects["direction"].astype(object)
    present = effects["contrast"].isin(PRESENT)
    seen = effects["standing"].isin([*SEEN, SECONDARY] if secondary else SEEN)
    passed = {
        "outcome": effects["outcome_family"].isin(asked.outcomes),
        "contrast": effects["contrast"].isin(asked.contrasts),
        "design": effects["design_kind"].isin(COMPARING),
        "role": effects["role"].eq("main") & effects["superseded"].eq("no"),
        "seen": seen & direction.notna(),
    }
    fails = np.select(
        [~passes.to_numpy() for passes in passed.values()], list(passed), default=""
    )
    return effects.assign(
        counts=fails == "",
        fails=fails,
        directness=np.where(
            effects["work_kind"].eq("sales"), "sellers", "neighbors"
        ),
        away=direction.where(~present, direction.map(REVERSED)),
    )


def count_studies(
    effects: pd.DataFrame, family: str, secondary: bool = True
) -> pd.DataFrame:
    """Return one row for each study that counts for a family of claims.

    Parameters
    ----------
    effects : DataFrame
        The table `published_effects`, or rows of it.
    family : str
        A name in `FAMILIES`.
    secondary : bool
        Whether rows that were seen in secondary pages only count.

    Returns
    -------
    DataFrame
        `study`, `label` and `days_away` (of the study's first row), `directness`,
        `away` ("loss" if more of its rows report a loss of being away than a gain,
        "gain" if fewer do, "null" if as many do), `uncertain` (no row with an
        interval) and `secondary` (no row seen at the publisher), in the order of
        the table.
    """
    rows = judge_rows(effects, family, secondary)
    rows = rows[rows["counts"]]
    sign = rows["away"].map({"gain": 1, "null": 0, "loss": -1}).astype(float)
    grouped = rows.assign(
        sign=sign,
        uncertain=rows["se_in_unit"].isna(),
        secondary=rows["standing"].eq(SECONDARY),
    ).groupby(rows["study"].astype(str), sort=False)
    studies = grouped.agg(
        label=("label", "first"),
        days_away=("days_away", "first"),
        directness=("directness", "first"),
        sign=("sign", "sum"),
        uncertain=("uncertain", "all"),
        secondary=("secondary", "all"),
    ).reset_index()
    total = np.sign(studies.pop("sign"))
    return studies.assign(away=total.map({1: "gain", 0: "null", -1: "loss"}))


def carry_verdict(studies: pd.DataFrame, own_estimates: int = 0) -> bool:
    """Return whether evidence is enough for a verdict other than "unsupported".

    Parameters
    ----------
    studies : DataFrame
        As of `count_studies`.
    own_estimates : int
        Comparisons of the same outcome computed in this book, with an interval.

    Returns
    -------
    bool
        True with one comparison whose interval is known, or with directions from
        two studies, one of them seen at its publisher.
    """
    known = own_estimates + int((~studies["uncertain"].astype(bool)).sum())
    seen = bool((~studies["secondary"].astype(bool)).any())
    return known > 0 or (len(studies) >= STUDIES_NEEDED and seen)


def cap_verdict(studies: pd.DataFrame) -> str:
    """Return the best verdict that the directness of the studies allows: "holds"
    where sellers were studied, "holds in part" where only neighbors were.
    """
    sellers = studies["directness"].eq("sellers").any()
    return "holds" if sellers else "holds in part"
