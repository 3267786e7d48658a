"""Millennials in a labor force of wide age ranges: by hand, and within bounds."""

import pandas as pd
import pytest

from dispersed_autonomy.analysis import cohorts, workforce
from dispersed_autonomy.inputs.tables import load_table


@pytest.fixture(scope="module")
def labor_force():
    return load_table("world_population", "labor_force_by_age_group")


@pytest.fixture(scope="module")
def us():
    return load_table("cps_labor_force", "labor_force_by_age")


def country(year=2020):
    """Twenty people a year of age; 80% of 25 to 54 work, 40% of others."""
    limits = [(15, 24), (25, 39), (40, 54), (55, 64)]
    first, last = zip(*limits, strict=True)
    people = [20.0 * (end - start + 1) for start, end in limits]
    rates = [0.4, 0.8, 0.8, 0.4]
    return pd.DataFrame(
        {
            "area": "Here",
            "year": year,
            "first_age": first,
            "last_age": last,
            "population_thousands": people,
            "labor_force_thousands": [p * r for p, r in zip(people, rates)],
            "labor_force_at_25_54_rate_thousands": [p * 0.8 for p in people],
        }
    )


def test_a_share_or_range_that_is_not_the_one_by_hand_is_noticed():
    row = workforce.bound_labor_force_share(country(), 0.05).iloc[0]
    whole = 80 + 240 + 240 + 80
    assert row["share_percent"] == pytest.approx(100 * (8 + 240) / whole)
    assert row["low_same_rate_percent"] == pytest.approx(100 * 240 / whole)
    assert row["high_same_rate_percent"] == pytest.approx(100 * 256 / whole)
    assert row["low_percent"] == pytest.approx(100 * 0.95 * 240 / whole)
    assert row["high_percent"] == pytest.approx(100 * (1.05 * 240 + 16) / whole)


def test_from_2021_on_the_rate_of_others_leaves_nothing_open():
    row = workforce.bound_labor_force_share(country(2030), 0.0).iloc[0]
    assert row["low_percent"] == pytest.approx(row["high_percent"])


def test_the_share_of_the_world_lies_inside_its_range(labor_force, us):
    departure = workforce.find_largest_departure(us)
    bounds = workforce.bound_labor_force_share(labor_force, departure)
    assert (bounds["low_percent"] <= bounds["share_percent"]).all()
    assert (bounds["share_percent"] <= bounds["high_percent"]).all()
    plain = cohorts.cohort_share(labor_force, counts="labor_force_thousands")
    assert bounds["share_percent"].to_numpy() == pytest.approx(
        plain["share_percent"].to_numpy()
    )


def test_the_largest_departure_is_that_of_the_published_rates(us):
    # Table 3 of 2015 prints 78.1% for ages 50 to 54 and 80.9% for 25 to 54.
    assert workforce.find_largest_departure(us) == pytest.approx(
        1 - 78.1 / 80.9, abs=0.001
    )


@pytest.mark.parametrize(("year", "tolerance"), [(2020, 0.01), (2025, 0.03)])
def test_a_sum_over_countries_far_from_the_published_world_is_noticed(
    labor_force, year, tolerance
):
    ilo = load_table("ilo_labor_force", "world_by_age").query("year == @year")
    own = labor_force.query("area == 'World' and year == @year")
    prime = own["first_age"].between(25, 54)
    published = ilo.set_index("first_age")["labor_force_thousands"]
    people = own["labor_force_thousands"]
    assert people.sum() == pytest.approx(published.sum(), rel=tolerance)
    assert people[prime].sum() == pytest.approx(published[25], rel=tolerance)


def test_own_rates_that_do_not_add_up_to_the_rate_of_all_are_noticed(labor_force):
    sums = labor_force[labor_force["year"] <= 2025].groupby(["area", "year"])[
        ["labor_force_thousands", "labor_force_at_15plus_rate_thousands"]
    ]
    own, all_ages = sums.sum().to_numpy().T
    assert own == pytest.approx(all_ages, rel=0.01)


def test_the_ilo_route_splits_ages_as_people_are_split():
    wide = pd.DataFrame(
        {
            "year": [2030, 2030],
            "first_age": [15, 25],
            "last_age": [24, 54],
            "labor_force_thousands": [10.0, 90.0],
        }
    )
    fine = pd.DataFrame(
        {
            "first_age": [15, 25, 34, 50],
            "last_age": [24, 33, 49, 54],
            "population_thousands": [5.0, 1.0, 2.0, 6.0],
        }
    )
    split = workforce.split_by_population(wide, fine)
    assert split["labor_force_thousands"].tolist() == pytest.approx(
        [10, 10, 20, 60]
    )
    # Ages 34 to 49 in 2030 are all millennials.
    share = cohorts.cohort_share(split, counts="labor_force_thousands", by=["year"])
    assert share["share_percent"].item() == pytest.approx(20)
    assert workforce.share_of_ages(split, 25, 54) == pytest.approx(90)


def test_each_population_gets_every_definition():
    definitions = load_table("millennial_publications", "definitions")
    shares = workforce.share_by_population(
        {"Here": country(), "There": country().assign(area="There")},
        definitions,
        (2020,),
    )
    assert len(shares) == 2 * len(definitions)
    assert not shares.duplicated(["population", "definition"]).any()
