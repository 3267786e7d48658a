"""Sampling error of CPS shares: against drawing samples, and closed forms."""

import numpy as np
import pandas as pd
import pytest

from dispersed_autonomy.analysis import sampling


def groups(counts=(300.0, 500.0, 200.0), year=2025):
    return pd.DataFrame(
        {
            "year": year,
            "first_age": [20, 25, 45],
            "last_age": [24, 44, 100],
            "employed_thousands": counts,
        }
    )


def test_a_share_of_whole_groups_has_the_error_of_a_proportion():
    # In 2021 the group of 25 to 40 is all that counts.
    whole = pd.DataFrame(
        {
            "year": 2021,
            "first_age": [16, 25, 41],
            "last_age": [24, 40, 100],
            "employed_thousands": [300.0, 500.0, 200.0],
        }
    )
    row = sampling.estimate_shares(whole, people_per_respondent=1000).iloc[0]
    assert row["share_percent"] == pytest.approx(50)
    assert row["error_points"] == pytest.approx(100 * np.sqrt(0.25 / 1000))
    # Wilson's interval around one half is symmetric and lies inside Wald's.
    z = 1.959964
    half = 100 * z * np.sqrt(0.25 / 1000 + z**2 / 4e6) / (1 + z**2 / 1000)
    assert row["high_percent"] - 50 == pytest.approx(half, rel=1e-5)
    assert 50 - row["low_percent"] == pytest.approx(half, rel=1e-5)


def test_an_error_that_drawn_samples_do_not_have_is_noticed():
    people = np.array([300.0, 500.0, 200.0])
    expected = sampling.estimate_shares(groups(), people_per_respondent=1000)
    rng = np.random.default_rng(11)
    drawn = rng.multinomial(1000, people / people.sum(), size=20_000)
    # 2025: ages 29 to 44 of the group of 25 to 44, sixteen of twenty years.
    shares = 100 * drawn[:, 1] * 0.8 / 1000
    assert expected["share_percent"].item() == pytest.approx(40)
    assert expected["error_points"].item() == pytest.approx(shares.std(), rel=0.03)


def test_four_times_the_people_halve_the_error():
    few = sampling.estimate_shares(groups())["error_points"].item()
    many = sampling.estimate_shares(groups((1200.0, 2000.0, 800.0)))
    assert many["error_points"].item() == pytest.approx(few / 2)


def test_a_worse_sample_widens_every_bar_by_its_root():
    usual, worst = (
        sampling.estimate_shares(groups(), people_per_respondent=people)
        for people in (
            sampling.PEOPLE_PER_RESPONDENT,
            sampling.PEOPLE_PER_RESPONDENT_AT_WORST,
        )
    )
    ratio = worst["error_points"].item() / usual["error_points"].item()
    assert ratio == pytest.approx(np.sqrt(3500 / 1650))
    assert ratio < 1.5  # what the notebook says: about half as long again


def test_a_group_without_people_does_not_make_the_share_unknown():
    row = sampling.estimate_shares(groups((0.0, 500.0, 500.0))).iloc[0]
    assert row["share_percent"] == pytest.approx(40)
    assert np.isfinite(row["error_points"])


def test_the_rotation_of_the_survey_is_counted_right():
    """Eight groups a month; one joins for the first time, one comes back."""
    assert sampling.count_rotation_groups(1) == 8
    # A month later, two groups have left for good or for a rest, two are others.
    assert sampling.count_rotation_groups(2) == 10
    seen = set()
    for month in range(12):
        for entry in range(-20, 12):
            if month - entry in (0, 1, 2, 3, 12, 13, 14, 15):
                seen.add(entry)
    assert sampling.count_rotation_groups(12) == len(seen)
    # The assumption in round numbers: one interview to 2,800, halved.
    people = 2800 / (sampling.count_rotation_groups(12) / 8) * 2
    assert people == pytest.approx(sampling.PEOPLE_PER_RESPONDENT, rel=0.02)


def test_what_a_record_gets_is_the_row():
    row = sampling.estimate_shares(groups()).iloc[0]
    result = sampling.as_result(row)
    assert result["low"] < row["share_percent"] < result["high"]
    assert result["n"] == round(1_000_000 / 1650)
    assert result["level"] == 95
