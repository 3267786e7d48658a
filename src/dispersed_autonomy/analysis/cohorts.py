"""Shares of birth cohorts in populations that are counted by age group.

A population is a frame with one row for each age group: `year`, `first_age`,
`last_age` (inclusive, completed years) and a column of counts. The age at mid-year
is the year less the birth year, and the people of a group are spread evenly over
its single years of age.
"""

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

MILLENNIALS = (1981, 1996)
OPEN_END = 100  # last age of a group that has none


class CohortError(Exception):
    """A population whose age groups cannot answer the question."""


def select_ages(
    groups: pd.DataFrame, first_age: int, last_age: int
) -> pd.DataFrame:
    """Return the age groups that lie between two ages.

    Raises
    ------
    CohortError
        If a group straddles a limit, so that its people cannot be told apart.
    """
    inside = (groups["first_age"] >= first_age) & (groups["last_age"] <= last_age)
    outside = (groups["last_age"] < first_age) | (groups["first_age"] > last_age)
    straddling = groups[~inside & ~outside]
    if len(straddling):
        group = straddling.iloc[0]
        raise CohortError(
            f"the group of ages {group.first_age} to {group.last_age} straddles"
            f" {first_age} to {last_age}"
        )
    return groups[inside]


def count_cohort(
    groups: pd.DataFrame, births: tuple[float, float], counts: str
) -> pd.Series:
    """Return how many people of each age group were born in a span of years.

    Parameters
    ----------
    groups : DataFrame
        A population.
    births : tuple of int
        First and last birth year, inclusive; infinite for an open end.
    counts : str
        Column of the counts.

    Raises
    ------
    CohortError
        If an open group holds some of the cohort and others: how they are spread
        inside it is unknown.
    """
    first_birth, last_birth = (
        groups["year"] - groups["last_age"],
        groups["year"] - groups["first_age"],
    )
    cut = (
        groups["last_age"].ge(OPEN_END)
        & last_birth.ge(births[0])
        & ~(last_birth.le(births[1]) & np.isneginf(births[0]))
    )
    if cut.any():
        group = groups[cut].iloc[0]
        raise CohortError(
            f"the open group of {group.first_age} and over in {group.year} is cut"
            f" by the birth years {births[0]} to {births[1]}"
        )
    years_shared = (
        np.minimum(last_birth, births[1]) - np.maximum(first_birth, births[0]) + 1
    )
    return (
        groups[counts] * years_shared.clip(lower=0) / (last_birth - first_birth + 1)
    )


def cohort_share(
    groups: pd.DataFrame,
    births: tuple[float, float] = MILLENNIALS,
    *,
    counts: str = "population_thousands",
    by: list[str] = ["area", "year"],  # noqa: B006
    counts_of_all: str | None = None,
) -> pd.DataFrame:
    """Return the share of people born in a span of years, in percent.

    Parameters
    ----------
    groups : DataFrame
        A population, already cut to the base of people that the share is of.
    births : tuple of int
        First and last birth year, inclusive.
    counts : str
        Column of the counts.
    by : list of str
        Columns that tell populations apart.
    counts_of_all : str, optional
        Column of the counts of the whole, where it differs from that of the cohort.

    Returns
    -------
    DataFrame
        Columns `by` and `share_percent`.
    """
    parts = groups.assign(
        cohort=count_cohort(groups, births, counts),
        whole=groups[counts_of_all or counts],
    )
    sums = parts.groupby(by, observed=True)[["cohort", "whole"]].sum()
    return (
        (100 * sums["cohort"] / sums["whole"]).rename("share_percent").reset_index()
    )


def late_birthday_share(
    groups: pd.DataFrame, births: tuple[float, float] = MILLENNIALS, **options
) -> pd.DataFrame:
    """Return the share when half of each birth year has not had its birthday by
    mid-year.

    People of age a at mid-year were then born in equal parts in the years less a
    and less a + 1: the mean of the share under both conventions. Parameters and
    returns as for `cohort_share`.
    """
    early = cohort_share(groups, births, **options)
    late = cohort_share(groups, (births[0] + 1, births[1] + 1), **options)
    return early.assign(
        share_percent=(early["share_percent"] + late["share_percent"]) / 2
    )


def split_single_ages(
    groups: pd.DataFrame, counts: str = "population_thousands"
) -> pd.DataFrame:
    """Spread each age group evenly over its single years of age.

    Returns
    -------
    DataFrame
        The rows of `groups`, one for each single age, with `first_age` equal to
        `last_age`.
    """
    widths = groups["last_age"] - groups["first_age"] + 1
    single = groups.loc[groups.index.repeat(widths)]
    position = single.groupby(level=0).cumcount()
    width = widths.loc[single.index]
    age = single["first_age"] + position
    return single.assign(
        first_age=age, last_age=age, **{counts: single[counts] / width}
    ).reset_index(drop=True)


def interpolate_years(
    groups: pd.DataFrame,
    by: list[str],
    counts: str = "population_thousands",
    follow: str = "birth_year",
) -> pd.DataFrame:
    """Fill the years between counted ones with straight lines.

    Parameters
    ----------
    groups : DataFrame
        A population in some years.
    by : list of str
        Columns that tell populations apart, such as `area` and `variant`.
    counts : str
        Column of the counts.
    follow : {"birth_year", "first_age"}
        Whether a line follows the people born in one year, or those of one age.
        Following births needs counts of those who are still too young for the base.

    Returns
    -------
    DataFrame
        Single years of age for every year from the first counted one to the last.
    """
    single = split_single_ages(groups, counts)
    single["birth_year"] = single["year"] - single["first_age"]
    wide = single.pivot_table(
        index="year", columns=[*by, follow], values=counts, observed=True
    )
    years = pd.RangeIndex(wide.index.min(), wide.index.max() + 1, name="year")
    filled = wide.reindex(years).interpolate(method="index", limit_area="inside")
    long = (
        filled.stack(list(range(filled.columns.nlevels)), future_stack=True)
        .dropna()
        .rename(counts)
        .reset_index()
    )
    age = (
        long["year"] - long["birth_year"]
        if follow == "birth_year"
        else long["first_age"]
    )
    return long.assign(first_age=age, last_age=age)


def birth_years_needed(
    groups: pd.DataFrame, share_percent: float, counts: str = "population_thousands"
) -> pd.Series:
    """Return how far the birth years of millennials would have to reach for a share
    of one population.

    Parameters
    ----------
    groups : DataFrame
        One population in one year.
    share_percent : float
        The share to reach.
    counts : str
        Column of the counts.

    Returns
    -------
    Series
        `first_if_last_is_youngest`: the first birth year if everyone younger
        counts;
        `last_if_first_is_1981`: the last birth year if millennials begin in 1981
        (not a number if that cannot do);
        `first_if_last_is_1996`: the first if they end in 1996 (not a number if that
        cannot do).
    """
    single = split_single_ages(groups, counts)
    by_birth = (
        single.groupby(single["year"] - single["first_age"])[counts]
        .sum()
        .sort_index()
    )
    percent = 100 * by_birth / by_birth.sum()
    from_youngest = percent.iloc[::-1].cumsum()
    from_1981 = percent[percent.index >= MILLENNIALS[0]].cumsum()
    back_from_1996 = percent[percent.index <= MILLENNIALS[1]].iloc[::-1].cumsum()
    return pd.Series(
        {
            "first_if_last_is_youngest": first_reaching(
                from_youngest, share_percent
            ),
            "last_if_first_is_1981": first_reaching(from_1981, share_percent),
            "first_if_last_is_1996": first_reaching(back_from_1996, share_percent),
        }
    )


def first_reaching(cumulative: pd.Series, level: float) -> float:
    """Return the first index at which a growing series reaches a level, or not a
    number if it never does.
    """
    reached = cumulative[cumulative >= level]
    return float(reached.index[0]) if len(reached) else float("nan")


def participation_needed(
    cohort_in_work: float, others: float, share_percent: float
) -> float:
    """Return the participation of everyone else, in percent, at which a cohort is a
    given share of the labour force.

    Parameters
    ----------
    cohort_in_work : float
        Labour force of the cohort.
    others : float
        People of all other ages in the base, in the same unit.
    share_percent : float
        Share of the cohort in the labour force.
    """
    others_in_work = cohort_in_work * (100 - share_percent) / share_percent
    return 100 * others_in_work / others


def close_groups(
    groups: pd.DataFrame, counts: str, last_split_age: int = 54
) -> pd.DataFrame:
    """Return age groups that add up to their total: those up to an age, and one for
    everyone older.

    Parameters
    ----------
    groups : DataFrame
        One population in one year, with a row for the total, whose ages enclose all
        others; older groups may overlap.
    counts : str
        Column of the counts.
    last_split_age : int
        Last age of the groups that are kept.

    Raises
    ------
    CohortError
        If there is not exactly one total.
    """
    is_total = (groups["first_age"] == groups["first_age"].min()) & (
        groups["last_age"] == 100
    )
    if is_total.sum() != 1:
        raise CohortError(f"there are {is_total.sum()} rows for the total, not one")
    kept = groups[groups["last_age"] <= last_split_age]
    rest = groups[is_total].assign(first_age=last_split_age + 1)
    rest[counts] -= kept[counts].sum()
    return pd.concat([kept, rest], ignore_index=True)


def split_by_profile(
    groups: pd.DataFrame, profile: pd.DataFrame, counts: str, profile_counts: str
) -> pd.DataFrame:
    """Split age groups as a finer population is split, in place of evenly.

    Parameters
    ----------
    groups : DataFrame
        A population.
    profile : DataFrame
        Another population, whose groups nest in those of the first.
    counts, profile_counts : str
        Columns of the counts.

    Returns
    -------
    DataFrame
        The rows of `groups`, one for each group of the profile, with its ages.
    """
    finer = profile[["first_age", "last_age", profile_counts]]
    pairs = groups.reset_index(names="row_").merge(
        finer, how="cross", suffixes=("_wide", "")
    )
    pairs = pairs[
        (pairs["first_age"] >= pairs["first_age_wide"])
        & (pairs["last_age"] <= pairs["last_age_wide"])
    ]
    part = pairs[profile_counts] / pairs.groupby("row_")[profile_counts].transform(
        "sum"
    )
    return pairs.assign(**{counts: pairs[counts] * part})[groups.columns]


def share_by_definition(
    groups: pd.DataFrame, definitions: pd.DataFrame, **options
) -> pd.DataFrame:
    """Return the share under each published definition of a generation.

    Parameters
    ----------
    groups : DataFrame
        A population, as for `cohort_share`.
    definitions : DataFrame
        Columns `publisher`, `first_birth_year`, `last_birth_year`.
    **options
        Passed to `cohort_share`.

    Returns
    -------
    DataFrame
        Columns as of `cohort_share`, and `definition`: the birth years and their
        publisher.
    """
    births = list(
        zip(definitions["first_birth_year"], definitions["last_birth_year"])
    )
    shares = Parallel()(
        delayed(cohort_share)(groups, years, **options) for years in births
    )
    names = [
        f"{first} to {last} ({publisher})"
        for (first, last), publisher in zip(births, definitions["publisher"])
    ]
    return pd.concat(
        [share.assign(definition=name) for share, name in zip(shares, names)],
        ignore_index=True,
    )
