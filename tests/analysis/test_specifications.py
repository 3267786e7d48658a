"""The specification curve: complete, and each point what it says."""

import pandas as pd
import pytest

from dispersed_autonomy.analysis import specifications
from dispersed_autonomy.analysis.cohorts import (
    cohort_share,
    select_ages,
    share_by_definition,
)
from dispersed_autonomy.inputs.tables import load_table


@pytest.fixture(scope="module")
def specified():
    people = pd.concat(
        [
            specifications.gather_people(
                load_table("world_population", "population_by_age_group")
            ),
            specifications.gather_labor_force(
                load_table("world_population", "labor_force_by_age_group")
            ),
            specifications.gather_sales(
                load_table("bls_sales_occupations", "employed_by_age")
            ),
        ]
    )
    return share_by_definition(
        people,
        load_table("millennial_publications", "definitions"),
        **specifications.COUNTS,
    )


def test_a_missing_or_doubled_specification_is_noticed(specified):
    definitions, years, areas = 8, 7, 8
    assert len(specified) == definitions * years * (areas * 2 * 3 + areas + 1)
    assert not specified.duplicated(["definition", *specifications.KEYS]).any()


def test_a_specification_that_is_not_the_plain_share_is_noticed(specified):
    groups = load_table("world_population", "population_by_age_group")
    plain = cohort_share(
        select_ages(groups, 20, 64), (1980, 2000), by=["area", "variant", "year"]
    )
    plain = plain.set_index(["area", "variant", "year"])["share_percent"]
    chosen = specified[
        specified["definition"].eq("1980 to 2000 (Goldman Sachs)")
        & specified["base"].eq("people of 20 to 64")
    ]
    chosen = chosen.set_index(["population", "variant", "year"])["share_percent"]
    for key in [
        ("World", "low", 2030),
        ("Africa", "medium", 2025),
        ("United States", "high", 2030),
    ]:
        assert chosen[key] == pytest.approx(plain[key])


def test_sales_that_does_not_age_is_noticed(specified):
    sales = specified[
        specified["population"].eq("US sales jobs")
        & specified["definition"].str.startswith("1981")
    ]
    counts = (
        load_table("bls_sales_occupations", "employed_by_age")
        .query("level == 'sales'")
        .set_index("first_age")
    )
    people = counts["employed_thousands"]
    # In 2031 millennials are 35 to 50: all of 35-44 and six of ten years of 45-54,
    # at the age profile of 2025.
    by_hand = 100 * (people[35] + 0.6 * people[45]) / people.sum()
    assert sales.set_index("year")["share_percent"][2031] == pytest.approx(by_hand)
