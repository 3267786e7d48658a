"""Cohort shares: against counting by hand, single years of age one by one."""

import numpy as np
import pandas as pd
import pytest

from dispersed_autonomy.analysis.cohorts import (
    CohortError,
    birth_years_needed,
    close_groups,
    cohort_share,
    interpolate_years,
    late_birthday_share,
    participation_needed,
    select_ages,
    share_by_definition,
    split_by_profile,
    split_single_ages,
)


def population(
    year=2025,
    limits=((15, 24), (25, 34), (35, 44), (45, 64)),
    counts=(10.0, 20.0, 30.0, 40.0),
):
    first, last = zip(*limits, strict=True)
    frame = pd.DataFrame(
        {"area": "Here", "year": year, "first_age": first, "last_age": last}
    )
    return frame.assign(population_thousands=counts)


def count_by_hand(frame, first_birth, last_birth):
    """The definition, written as a loop over people of one age after the other."""
    inside = whole = 0.0
    for row in frame.itertuples():
        ages = range(row.first_age, row.last_age + 1)
        whole += row.population_thousands
        inside += sum(
            row.population_thousands / len(ages)
            for age in ages
            if first_birth <= row.year - age <= last_birth
        )
    return 100 * inside / whole


@pytest.mark.parametrize(
    "births", [(1981, 1996), (1977, 1994), (1982, 2004), (1990, 1990)]
)
@pytest.mark.parametrize("year", [2011, 2025, 2040])
def test_a_wrong_cut_of_an_age_group_changes_the_share(births, year):
    frame = population(year)
    share = cohort_share(frame, births)["share_percent"].item()
    assert share == pytest.approx(count_by_hand(frame, *births))


def test_millennials_who_are_not_28_to_43_in_2024_are_noticed():
    ages = population(
        2024,
        [(age, age) for age in range(15, 65)],
        [float(28 <= age <= 43) for age in range(15, 65)],
    )
    assert cohort_share(ages)["share_percent"].item() == pytest.approx(100)


def test_a_share_that_differs_from_arithmetic_on_the_published_table_is_noticed():
    from dispersed_autonomy.inputs.tables import load_table

    published = load_table("bls_labor_force", "labor_force_by_age")
    groups = close_groups(
        published[published["source"] == "bls_cps_table_3_2024"],
        "labor_force_thousands",
    )
    # Ages 28 to 43: two of five years of 25-29, all of 30-34 and 35-39, four of
    # five years of 40-44.
    by_hand = 100 * (0.4 * 17758 + 19423 + 18993 + 0.8 * 18411) / 168106
    share = cohort_share(groups, counts="labor_force_thousands", by=["year"])[
        "share_percent"
    ].item()
    assert share == pytest.approx(by_hand, abs=1e-9)


def test_people_counted_twice_or_lost_between_generations_are_noticed():
    frame = population()
    spans = [(-np.inf, 1980), (1981, 1996), (1997, np.inf)]
    assert sum(
        cohort_share(frame, span)["share_percent"].item() for span in spans
    ) == pytest.approx(100)


def test_late_birthdays_count_half_of_both_end_years():
    ages = population(
        2025, [(28, 28), (29, 29), (44, 44), (45, 45)], (1.0, 1.0, 1.0, 1.0)
    )
    # Half of those of 28 were born in 1996, and half of those of 44 in 1980.
    assert late_birthday_share(ages)["share_percent"].item() == pytest.approx(
        100 * (0.5 + 1 + 0.5) / 4
    )


def test_a_base_that_cuts_an_age_group_is_refused():
    with pytest.raises(CohortError, match="15 to 24 straddles 20 to 64"):
        select_ages(population(), 20, 64)


def test_splitting_ages_loses_no_one():
    single = split_single_ages(population())
    assert single["population_thousands"].sum() == pytest.approx(100)
    assert (single["first_age"] == single["last_age"]).all()
    assert single["first_age"].tolist() == list(range(15, 65))


def test_interpolation_that_leaves_the_cohort_is_noticed():
    # One birth year of 100 people ages from 20 to 25 and loses 10; another age
    # group stands still beside it.
    start = population(2020, [(20, 20), (25, 25)], (100.0, 50.0))
    end = population(2025, [(25, 25), (30, 30)], (90.0, 40.0))
    filled = interpolate_years(pd.concat([start, end], ignore_index=True), ["area"])
    cohort = filled[filled["year"] - filled["first_age"] == 2000].set_index("year")[
        "population_thousands"
    ]
    assert cohort.loc[2022] == pytest.approx(96)
    by_age = interpolate_years(
        pd.concat([start, end], ignore_index=True), ["area"], follow="first_age"
    )
    assert by_age.query("first_age == 25 and year == 2023")[
        "population_thousands"
    ].item() == pytest.approx(74)


def test_birth_years_needed_are_those_that_a_search_finds():
    frame = population(2030)
    needed = birth_years_needed(frame, 60)
    births = range(1966, 2016)
    search = max(
        first for first in births if count_by_hand(frame, first, 2015) >= 60
    )
    assert needed["first_if_last_is_youngest"] == search
    search = min(
        (last for last in births if count_by_hand(frame, 1981, last) >= 60),
        default=np.nan,
    )
    assert needed["last_if_first_is_1981"] == pytest.approx(search, nan_ok=True)
    assert np.isnan(birth_years_needed(frame, 99)["first_if_last_is_1996"])


def test_participation_needed_gives_the_share_it_was_asked_for():
    rate = participation_needed(30.0, 200.0, 75)
    assert 30 / (30 + 200 * rate / 100) == pytest.approx(0.75)


def test_closed_groups_add_up_to_the_total():
    nested = population(
        2024,
        [(16, 24), (25, 54), (55, 59), (55, 64), (16, 100)],
        (10.0, 50.0, 5.0, 9.0, 80.0),
    )
    closed = close_groups(nested, "population_thousands")
    assert closed["population_thousands"].tolist() == [10, 50, 20]
    with pytest.raises(CohortError, match="0 rows for the total"):
        close_groups(nested.iloc[:4], "population_thousands")


def test_a_profile_splits_groups_in_its_proportions():
    finer = population(
        2024,
        [(15, 19), (20, 24), (25, 34), (35, 44), (45, 64)],
        (1.0, 3.0, 1.0, 1.0, 1.0),
    )
    split = split_by_profile(
        population(),
        finer.rename(columns={"population_thousands": "n"}),
        "population_thousands",
        "n",
    )
    assert split["population_thousands"].tolist() == pytest.approx(
        [2.5, 7.5, 20, 30, 40]
    )
    assert split["year"].unique() == [2025]


def test_each_definition_gets_its_own_share():
    definitions = pd.DataFrame(
        {
            "publisher": ["A", "B"],
            "first_birth_year": [1981, 1980],
            "last_birth_year": [1996, 2000],
        }
    )
    shares = share_by_definition(population(), definitions).set_index("definition")[
        "share_percent"
    ]
    assert shares["1981 to 1996 (A)"] == pytest.approx(
        count_by_hand(population(), 1981, 1996)
    )
    assert shares["1980 to 2000 (B)"] == pytest.approx(
        count_by_hand(population(), 1980, 2000)
    )


def test_a_cohort_that_ends_inside_an_open_group_is_refused():
    open_group = population(2060, [(55, 64), (65, 100)], (10.0, 30.0))
    with pytest.raises(CohortError, match="open group of 65 and over in 2060"):
        cohort_share(open_group)
    # Everyone born by 1996 is older than that and may be counted.
    assert cohort_share(open_group, (-np.inf, 1996))[
        "share_percent"
    ].item() == pytest.approx(75 + 25 * 0.1)
