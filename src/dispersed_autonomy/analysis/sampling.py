"""Sampling error of shares from the Current Population Survey."""

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from dispersed_autonomy.analysis.cohorts import MILLENNIALS, count_cohort

# Employed people to one independent respondent in an annual average: an assumption.
PEOPLE_PER_RESPONDENT = 1650
# The same, taken much worse.
PEOPLE_PER_RESPONDENT_AT_WORST = 3500
# The publisher prints no medians or rates for fewer people.
PRINTED_FROM_THOUSANDS = 50


def estimate_shares(
    groups: pd.DataFrame,
    births: tuple[float, float] = MILLENNIALS,
    *,
    counts: str = "employed_thousands",
    by: list[str] = ["year"],  # noqa: B006
    people_per_respondent: float = PEOPLE_PER_RESPONDENT,
    level: float = 95,
) -> pd.DataFrame:
    """Return the share of people born in a span of years with its sampling error.

    Parameters
    ----------
    groups : DataFrame
        A population counted by a sample: `year`, `first_age`, `last_age`, counts in
        thousands.
    births : tuple of int
        First and last birth year, inclusive.
    counts : str
        Column of the counts, in thousands.
    by : list of str
        Columns that tell populations apart.
    people_per_respondent : float
        How many people one independent respondent stands for.
    level : float
        Coverage of the interval in percent.

    Returns
    -------
    DataFrame
        Columns `by`, `people_thousands`, `respondents_count` (effective),
        `share_percent`, `error_points` (standard error), `low_percent`,
        `high_percent`.

    Notes
    -----
    The share is a sum of the proportions p of age groups, each times the part w of
    its birth years that counts. Proportions of one sample are multinomial, so that
    its variance is (sum of w^2 p, less the square of the sum of w p), over the
    effective sample. The interval is Wilson's at the sample that gives this
    variance to a plain proportion.

    The publisher's generalized variances need parameters that we could not see, so
    the effective sample is an assumption from the design: about one interviewed
    worker to 2,800 in a month, 27 rotation groups of an eighth of the sample in a
    year that are different people, and half of that for clustering and weights.
    """
    parts = groups.assign(
        cohort_=count_cohort(groups, births, counts), whole_=groups[counts]
    )
    weight = (parts["cohort_"] / parts["whole_"]).fillna(0)
    parts["square_"] = weight * parts["cohort_"]
    sums = parts.groupby(by, observed=True)[["cohort_", "whole_", "square_"]].sum()
    share = sums["cohort_"] / sums["whole_"]
    respondents = 1000 * sums["whole_"] / people_per_respondent
    variance = (sums["square_"] / sums["whole_"] - share**2) / respondents
    alike = (share * (1 - share) / variance).where(variance > 0, respondents)
    low, high = proportion_confint(
        share * alike, alike, alpha=1 - level / 100, method="wilson"
    )
    return pd.DataFrame(
        {
            "people_thousands": sums["whole_"],
            "respondents_count": respondents,
            "share_percent": 100 * share,
            "error_points": 100 * np.sqrt(variance),
            "low_percent": 100 * low,
            "high_percent": 100 * high,
        }
    ).reset_index()


def as_result(row: pd.Series, level: float = 95) -> dict[str, float]:
    """Return what `record` needs of one estimated share: limits, level, n.

    Parameters
    ----------
    row : Series
        A row of `estimate_shares`.
    level : float
        Coverage that it was estimated for, in percent.
    """
    return {
        "low": row["low_percent"],
        "high": row["high_percent"],
        "level": level,
        "n": round(row["respondents_count"]),
    }


def count_rotation_groups(months: int = 12) -> int:
    """Return how many different rotation groups some consecutive months interview.

    A group is in for four months, out for eight, and in for four again. Each month
    has eight groups, of which one is new.
    """
    in_sample = [*range(4), *range(12, 16)]
    return len({month - age for month in range(months) for age in in_sample})
