"""Populations, bases, years and variants of the specification curve of the
millennial share.
"""

import pandas as pd

from dispersed_autonomy.analysis.cohorts import interpolate_years, select_ages

YEARS = (2025, 2031)
KEYS = ["population", "base", "variant", "year"]
# How `share_by_definition` reads what the functions below return.
COUNTS = {
    "counts": "cohort_thousands",
    "counts_of_all": "whole_thousands",
    "by": KEYS,
}


def gather_people(population: pd.DataFrame) -> pd.DataFrame:
    """Return people by population, base and single year of age, under each variant.

    Parameters
    ----------
    population : DataFrame
        The table `population_by_age_group`.

    Returns
    -------
    DataFrame
        Columns of `KEYS`, `first_age`, `last_age`, `cohort_thousands` and
        `whole_thousands`; the last two are equal.
    """
    recent = population[population["year"].between(YEARS[0], YEARS[1] + 4)]
    annual = interpolate_years(recent, ["area", "variant"]).rename(
        columns={"area": "population"}
    )
    bases = [
        select_ages(annual, first, 64).assign(base=f"people of {first} to 64")
        for first in (15, 20)
    ]
    people = pd.concat(bases).rename(
        columns={"population_thousands": "cohort_thousands"}
    )
    return _cut_years(people.assign(whole_thousands=people["cohort_thousands"]))


def gather_labor_force(labor_force: pd.DataFrame) -> pd.DataFrame:
    """Return the labour force by single year of age, with the rate of 25 to 54 for
    cohorts and of 15 and over for the whole.

    Parameters
    ----------
    labor_force : DataFrame
        The table `labor_force_by_age_group`.

    Returns
    -------
    DataFrame
        Columns as of `gather_people`.
    """
    recent = labor_force[labor_force["year"].between(YEARS[0], YEARS[1] + 4)]
    cohort = interpolate_years(
        recent, ["area"], "labor_force_at_25_54_rate_thousands", follow="first_age"
    )
    whole = interpolate_years(
        recent, ["area"], "labor_force_at_15plus_rate_thousands", follow="first_age"
    )
    merged = cohort.merge(
        whole, on=["area", "year", "first_age", "last_age"], validate="one_to_one"
    )
    columns = {
        "area": "population",
        "labor_force_at_25_54_rate_thousands": "cohort_thousands",
        "labor_force_at_15plus_rate_thousands": "whole_thousands",
    }
    return _cut_years(
        merged.rename(columns=columns).assign(base="labour force", variant="medium")
    )


def gather_sales(employed: pd.DataFrame) -> pd.DataFrame:
    """Return the employed people of the sales occupations, their age profile held
    as it was counted.

    Parameters
    ----------
    employed : DataFrame
        The table `employed_by_age`.

    Returns
    -------
    DataFrame
        Columns as of `gather_people`.
    """
    sales = employed.loc[
        employed["level"] == "sales",
        ["first_age", "last_age", "employed_thousands"],
    ]
    years = pd.DataFrame({"year": range(YEARS[0], YEARS[1] + 1)})
    held = sales.rename(columns={"employed_thousands": "cohort_thousands"}).merge(
        years, how="cross"
    )
    return held.assign(
        whole_thousands=held["cohort_thousands"],
        population="US sales jobs",
        base="labour force",
        variant="medium",
    )


def _cut_years(people: pd.DataFrame) -> pd.DataFrame:
    columns = [
        *KEYS,
        "first_age",
        "last_age",
        "cohort_thousands",
        "whole_thousands",
    ]
    return people.loc[people["year"].between(*YEARS), columns]
