"""Populations and bases of the specification curve of the millennial share."""

import pandas as pd

from dispersed_autonomy.analysis.cohorts import interpolate_years, select_ages

KEYS = ["population", "base", "year"]
# How `share_by_definition` reads what the functions below return.
COUNTS = {"counts": "people_thousands", "by": KEYS}
# Limits of the ages that a share of people may be of.
BASES = ((15, 64), (18, 64), (20, 64), (25, 64), (25, 54))


def gather_people(population: pd.DataFrame, years: list[int]) -> pd.DataFrame:
    """Return people by population, base and single year of age.

    Parameters
    ----------
    population : DataFrame
        The table `population_by_age_group`. Its variants differ in births after
        2020, so that before 2035 they are copies of each other in every base; the
        medium one is used.
    years : list of int
        Years to return, before 2035.

    Returns
    -------
    DataFrame
        Columns of `KEYS`, `first_age`, `last_age`, `people_thousands`.
    """
    medium = population[population["variant"] == "medium"]
    annual = interpolate_years(medium, ["area"])
    wanted = annual[annual["year"].isin(years)]
    bases = [
        select_ages(wanted, first, last).assign(base=f"people of {first} to {last}")
        for first, last in BASES
    ]
    columns = {"area": "population", "population_thousands": "people_thousands"}
    return _keep(pd.concat(bases).rename(columns=columns))


def gather_labor_force(labor_force: pd.DataFrame, years: list[int]) -> pd.DataFrame:
    """Return the labor force by single year of age, at each country's own rates.

    Parameters
    ----------
    labor_force : DataFrame
        The table `labor_force_by_age_group`.
    years : list of int
        Years to return; those between two of the table lie on straight lines.

    Returns
    -------
    DataFrame
        Columns as of `gather_people`.
    """
    annual = interpolate_years(
        labor_force, ["area"], "labor_force_thousands", follow="first_age"
    )
    columns = {"area": "population", "labor_force_thousands": "people_thousands"}
    wanted = annual[annual["year"].isin(years)]
    return _keep(wanted.rename(columns=columns).assign(base="labor force"))


def gather_jobs(projected: pd.DataFrame) -> pd.DataFrame:
    """Return employed people of some occupations by age group.

    Parameters
    ----------
    projected : DataFrame
        Columns `population`, `year`, `first_age`, `last_age`,
        `employed_thousands`.

    Returns
    -------
    DataFrame
        Columns as of `gather_people`.
    """
    renamed = projected.rename(columns={"employed_thousands": "people_thousands"})
    return _keep(renamed.assign(base="labor force"))


def _keep(people: pd.DataFrame) -> pd.DataFrame:
    return people[[*KEYS, "first_age", "last_age", "people_thousands"]]
