"""The specification curve: complete, without copies, each point what it says."""

import pandas as pd
import pytest

from dispersed_autonomy.analysis import specifications
from dispersed_autonomy.analysis.cohorts import (
    cohort_share,
    interpolate_years,
    select_ages,
    share_by_definition,
)
from dispersed_autonomy.inputs.tables import load_table


@pytest.fixture(scope="module")
def tables():
    return (
        load_table("world_population", "population_by_age_group"),
        load_table("world_population", "labor_force_by_age_group"),
    )


@pytest.fixture(scope="module")
def specified(tables):
    population, labor_force = tables
    people = pd.concat(
        [
            specifications.gather_people(population, [2030, 2031]),
            specifications.gather_labor_force(labor_force, [2030, 2031]),
        ]
    )
    return share_by_definition(
        people,
        load_table("millennial_publications", "definitions"),
        **specifications.COUNTS,
    )


def test_a_missing_or_doubled_specification_is_noticed(specified):
    definitions, years, areas, bases = 8, 2, 8, 5
    assert len(specified) == definitions * years * areas * (bases + 1)
    assert not specified.duplicated(["definition", *specifications.KEYS]).any()


def test_two_specifications_that_are_copies_are_noticed(specified):
    chosen = specified.query("population == 'World' and year == 2031")
    assert chosen["share_percent"].round(6).is_unique


def test_variants_that_are_no_copies_before_2035_are_noticed(tables):
    annual = interpolate_years(tables[0], ["area", "variant"])
    working = select_ages(annual[annual["year"].between(2025, 2034)], 15, 64)
    shares = cohort_share(working, by=["variant", "area", "year"])
    spread = shares.groupby(["area", "year"], observed=True)["share_percent"]
    assert (spread.max() - spread.min()).max() < 0.001


def test_a_specification_that_is_not_the_plain_share_is_noticed(specified, tables):
    groups = tables[0].query("variant == 'medium' and year == 2030")
    plain = cohort_share(select_ages(groups, 20, 64), (1980, 2000))
    chosen = specified[
        specified["definition"].eq("1980 to 2000 (Goldman Sachs)")
        & specified["base"].eq("people of 20 to 64")
        & specified["year"].eq(2030)
    ].set_index("population")["share_percent"]
    for row in plain.itertuples():
        assert chosen[row.area] == pytest.approx(row.share_percent)


def test_the_one_base_that_reaches_three_quarters_is_there(specified):
    # By single years of age it is 78.6 (1982 to 2004 among ages 25 to 54).
    row = specified.query(
        "population == 'World' and base == 'people of 25 to 54' and year == 2031"
    ).set_index("definition")["share_percent"]
    assert row["1982 to 2004 (Howe and Strauss)"] == pytest.approx(78.6, abs=0.15)
    assert row.drop("1982 to 2004 (Howe and Strauss)").max() < 75


def test_jobs_keep_their_people():
    jobs = pd.DataFrame(
        {
            "population": "US all sales",
            "year": 2031,
            "first_age": [25, 35],
            "last_age": [34, 44],
            "employed_thousands": [1.0, 3.0],
        }
    )
    gathered = specifications.gather_jobs(jobs)
    share = cohort_share(gathered, counts="people_thousands", by=["year"])
    assert share["share_percent"].item() == pytest.approx(75)
