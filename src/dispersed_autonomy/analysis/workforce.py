"""Millennials in a labor force of which only wide age ranges have a rate."""

import numpy as np
import pandas as pd

from dispersed_autonomy.analysis.cohorts import (
    MILLENNIALS,
    count_cohort,
    share_by_definition,
    split_by_profile,
)

PRIME = (25, 54)
RATE_25_54 = "labor_force_at_25_54_rate_thousands"


def bound_labor_force_share(
    groups: pd.DataFrame,
    largest_departure: float,
    births: tuple[float, float] = MILLENNIALS,
    by: list[str] = ["area", "year"],  # noqa: B006
) -> pd.DataFrame:
    """Return a cohort's share of the labor force and what the rates leave open.

    Parameters
    ----------
    groups : DataFrame
        Age groups with `population_thousands`, `labor_force_thousands` (by each
        country's own rates) and the labor force at the rate of 25 to 54.
    largest_departure : float
        How far the rate of the cohort's part of 25 to 54 may lie from the rate of
        that whole range, as a part of it (0.03 for three percent either way).
    births : tuple of int
        First and last birth year, inclusive.
    by : list of str
        Columns that tell populations apart.

    Returns
    -------
    DataFrame
        Columns `by`, `share_percent`, `low_percent`, `high_percent`,
        `low_same_rate_percent`, `high_same_rate_percent` (without any departure
        inside 25 to 54).

    Notes
    -----
    Outside 25 to 54 the cohort's rate lies between zero and that of 25 to 54;
    inside, between the published rate less and plus the departure. The sum of the
    labor force is fixed by the published rates.
    """
    prime = groups["first_age"].between(*PRIME)
    own = count_cohort(groups, births, "labor_force_thousands")
    at_prime_rate = count_cohort(groups, births, RATE_25_54)
    parts = groups[by].assign(
        whole=groups["labor_force_thousands"],
        prime=own.where(prime, 0.0),
        rest=own.where(~prime, 0.0),
        rest_at_most=at_prime_rate.where(~prime, 0.0),
    )
    sums = parts.groupby(by, observed=True).sum()
    least, most = 1 - largest_departure, 1 + largest_departure
    shares = {
        "share_percent": sums["prime"] + sums["rest"],
        "low_percent": sums["prime"] * least,
        "high_percent": sums["prime"] * most + sums["rest_at_most"],
        "low_same_rate_percent": sums["prime"],
        "high_same_rate_percent": sums["prime"] + sums["rest_at_most"],
    }
    percent = {
        name: 100 * people / sums["whole"] for name, people in shares.items()
    }
    return pd.DataFrame(percent).reset_index()


def find_largest_departure(labor_force: pd.DataFrame) -> float:
    """Return how far the rate of a five-year group lies at most from that of 25-54.

    It is a part of the latter: 0.03 for three percent.

    Parameters
    ----------
    labor_force : DataFrame
        Columns `year`, `first_age`, `last_age`, `population_thousands`,
        `labor_force_thousands`.
    """
    prime = labor_force[labor_force["first_age"].between(*PRIME)]
    people, workers = prime["population_thousands"], prime["labor_force_thousands"]
    sums = prime.groupby("year")[[people.name, workers.name]].transform("sum")
    whole = sums[workers.name] / sums[people.name]
    return float(np.abs(workers / people / whole - 1).max())


def split_by_population(
    labor_force: pd.DataFrame, population: pd.DataFrame
) -> pd.DataFrame:
    """Return wide age groups of a labor force, each split as its people are.

    Parameters
    ----------
    labor_force : DataFrame
        One year of `labor_force_thousands` by wide age groups.
    population : DataFrame
        The same year of `population_thousands` by finer groups.
    """
    return split_by_profile(
        labor_force, population, "labor_force_thousands", "population_thousands"
    )


def share_of_ages(
    labor_force: pd.DataFrame, first_age: int, last_age: int
) -> float:
    """Return the percent of one labor force that some whole age groups make up.

    Parameters
    ----------
    labor_force : DataFrame
        One year of `labor_force_thousands` by age group.
    first_age, last_age : int
        Limits of the ages, which whole groups must fill.
    """
    inside = labor_force["first_age"].ge(first_age) & labor_force["last_age"].le(
        last_age
    )
    people = labor_force["labor_force_thousands"]
    return float(100 * people[inside].sum() / people.sum())


def share_by_population(
    populations: dict[str, pd.DataFrame],
    definitions: pd.DataFrame,
    years: tuple[int, ...],
) -> pd.DataFrame:
    """Return the share under each published definition in several populations.

    Parameters
    ----------
    populations : dict of str to DataFrame
        Age groups by the name of the population, with `labor_force_thousands` or
        `employed_thousands`.
    definitions : DataFrame
        As for `share_by_definition`.
    years : tuple of int
        Years to return, of those that a population has.

    Returns
    -------
    DataFrame
        Columns `population`, `year`, `definition`, `share_percent`.
    """
    frames = []
    for name, groups in populations.items():
        counts = next(
            column
            for column in ("labor_force_thousands", "employed_thousands")
            if column in groups
        )
        shares = share_by_definition(
            groups[groups["year"].isin(years)],
            definitions,
            counts=counts,
            by=["year"],
        )
        frames.append(shares.assign(population=name))
    return pd.concat(frames, ignore_index=True)
