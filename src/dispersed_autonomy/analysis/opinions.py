"""Opinions: how many people agree with a statement, and how many disagree."""

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

SIDES = {
    "agree": ["strongly agree", "somewhat agree"],
    "disagree": ["strongly disagree", "somewhat disagree"],
}
NOT_ASKED = "not asked"


def share_sides(
    answers: pd.DataFrame, by: list[str], level: float = 95
) -> pd.DataFrame:
    """Return the shares of people who agree and who disagree with a statement.

    Parameters
    ----------
    answers : DataFrame
        `answer`, in five steps, and `people_count`; people who were not asked are
        left out.
    by : list of str
        Columns that make the groups.
    level : float
        Coverage of the intervals in percent.

    Returns
    -------
    DataFrame
        The groups with `side` ("agree" or "disagree"), `value`, `low`, `high` in
        percent and `n`; limits of Wilson.
    """
    asked = answers[answers["answer"] != NOT_ASKED]
    n = (
        asked.groupby(by, observed=True, sort=False)["people_count"]
        .sum()
        .rename("n")
    )
    parts = []
    for side, steps in SIDES.items():
        chosen = asked[asked["answer"].isin(steps)]
        count = chosen.groupby(by, observed=True, sort=False)["people_count"].sum()
        parts.append(pd.concat([count, n], axis="columns").assign(side=side))
    shares = pd.concat(parts).reset_index()
    low, high = proportion_confint(
        shares["people_count"].to_numpy(),
        shares["n"].to_numpy(),
        alpha=1 - level / 100,
        method="wilson",
    )
    return shares.assign(
        value=100 * shares["people_count"] / shares["n"],
        low=100 * np.asarray(low),
        high=100 * np.asarray(high),
    ).drop(columns="people_count")
