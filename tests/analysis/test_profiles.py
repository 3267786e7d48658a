"""Age profiles: nobody lost, nobody negative, and straight where it must be."""

import numpy as np
import pandas as pd
import pytest

from dispersed_autonomy.analysis import profiles

LIMITS = ((16, 19), (20, 24), (25, 34), (35, 44), (45, 54), (55, 100))


def groups(counts, year=2025):
    first, last = zip(*LIMITS, strict=True)
    return pd.DataFrame(
        {"year": year, "first_age": first, "last_age": last, "people": counts}
    )


def test_people_that_a_smooth_split_loses_or_moves_are_noticed():
    counts = [40.0, 90.0, 300.0, 320.0, 250.0, 100.0]
    single = profiles.split_smoothly(groups(counts), "people")
    assert (single["people"] >= 0).all()
    assert (single["first_age"] == single["last_age"]).all()
    for (first, last), people in zip(LIMITS, counts):
        inside = single["first_age"].between(first, last)
        assert single.loc[inside, "people"].sum() == pytest.approx(people)


def test_a_flat_population_stays_flat_when_it_is_split():
    widths = [
        min(last, profiles.OLDEST_WORKER) - first + 1 for first, last in LIMITS
    ]
    single = profiles.split_smoothly(groups([7.0 * w for w in widths]), "people")
    assert single["people"].to_numpy() == pytest.approx(7.0)


def test_a_rising_profile_has_more_people_in_the_older_half_of_a_group():
    single = profiles.split_smoothly(
        groups([10.0, 50.0, 300.0, 400.0, 300.0, 100.0]), "people"
    ).set_index("first_age")["people"]
    assert single.loc[30:34].sum() > single.loc[25:29].sum()


def test_each_year_and_population_is_split_by_itself():
    both = pd.concat(
        [
            groups([10.0, 20.0, 30.0, 40.0, 50.0, 60.0]).assign(group="a"),
            groups([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 2024).assign(group="b"),
        ]
    )
    smooth = profiles.split_each_year(both, "people")
    assert smooth.groupby("group")["people"].sum().to_dict() == pytest.approx(
        {"a": 210.0, "b": 21.0}
    )
    ages = np.arange(16, 70)
    profile = pd.concat(
        pd.DataFrame(
            {
                "year": year,
                "first_age": ages,
                "last_age": ages,
                "population_thousands": np.where(ages == age, 9.0, 1.0),
            }
        )
        for year, age in ((2025, 30), (2024, 26))
    )
    uneven = profiles.split_each_year(both, "people", profile)
    of = uneven.set_index(["group", "first_age"])["people"]
    assert of["a", 30] == pytest.approx(30 * 9 / 18)
    assert of["b", 26] == pytest.approx(3 * 9 / 18)
    assert of["a", 55] == 60  # the open group stays whole


def test_a_projection_moves_each_group_as_its_people_move():
    ages = np.arange(16, 70)
    population = pd.concat(
        pd.DataFrame(
            {
                "year": year,
                "first_age": ages,
                "last_age": ages,
                "population_thousands": np.where(ages < 35, young, 10.0),
            }
        )
        for year, young in ((2025, 10.0), (2031, 12.0))
    )
    moved = profiles.project_groups(groups([10.0] * 6), population, "people", 2031)
    assert moved["people"].tolist() == pytest.approx([12, 12, 12, 10, 10, 10])
    assert set(moved["year"]) == {2031}
