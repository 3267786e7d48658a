"""Trends with a break: known breaks found, and closed forms."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from dispersed_autonomy.analysis import segmented
from dispersed_autonomy.analysis.segmented import LINE, LOGISTIC, SEGMENTED
from dispersed_autonomy.analysis.trends import forecast_trend

YEARS = np.arange(2011, 2026)


def series(shares, error=0.3, years=YEARS):
    return pd.DataFrame(
        {"year": years, "share_percent": shares, "error_points": error}
    )


def hinged(at, rng, before=2.0, after=0.2, noise=0.3):
    line = (
        20
        + before * (YEARS - 2011)
        + (after - before) * np.clip(YEARS - at, 0, None)
    )
    return line + rng.normal(0, noise, len(YEARS))


@pytest.mark.parametrize("at", [2016.0, 2018.0, 2020.0])
def test_a_sharp_break_that_is_placed_elsewhere_is_noticed(at):
    placed = segmented.place_break(series(hinged(at, np.random.default_rng(3))))
    assert placed["break_year"] == pytest.approx(at, abs=0.5)
    assert placed["low_year"] <= at <= placed["high_year"]
    assert placed["is_placed"]


def test_a_straight_line_has_no_break_that_could_be_placed():
    rng = np.random.default_rng(5)
    shares = 20 + 0.5 * (YEARS - 2011) + rng.normal(0, 0.3, len(YEARS))
    placed = segmented.place_break(series(shares))
    assert not placed["is_placed"]
    assert (placed["low_year"], placed["high_year"]) == (2015, 2021)


def test_intervals_that_miss_the_break_too_often_are_noticed():
    rng = np.random.default_rng(2)
    hits = 0
    for _ in range(30):
        placed = segmented.place_break(series(hinged(2018, rng)))
        hits += placed["low_year"] <= 2018 <= placed["high_year"]
    # At 95% fewer than 25 of 30 would be rarer than one in a thousand.
    assert hits >= 25


def test_a_break_without_four_years_on_either_side_is_refused():
    short = series(hinged(2016, np.random.default_rng(1))).iloc[:8]
    with pytest.raises(segmented.SegmentError, match="no break has 4 years"):
        segmented.place_break(short)
    searched = segmented.profile_break(
        series(hinged(2016, np.random.default_rng(1)))
    )
    assert searched["break_year"].min() == 2015
    assert searched["break_year"].max() == 2021


def test_without_deviations_the_line_is_weighted_least_squares():
    # Errors so large that nothing is left for deviations of the year.
    errors = np.linspace(1, 3, len(YEARS))
    shares = 30 + 0.4 * (YEARS - 2011.0)
    fit = segmented.fit_form(series(shares, errors), LINE)
    assert fit.deviation == 0
    expected = sm.WLS(shares, sm.add_constant(YEARS - 2011.0), 1 / errors**2).fit()
    assert fit.results.params == pytest.approx(expected.params)
    forecast = segmented.forecast_form(series(shares, errors), LINE, [2031]).iloc[0]
    x, design = np.array([1.0, 20.0]), sm.add_constant(YEARS - 2011.0)
    precision = design.T @ np.diag(1 / errors**2) @ design
    variance = x @ np.linalg.solve(precision, x) + 3.0**2
    half = stats.t.ppf(0.975, 13) * np.sqrt(variance)
    assert forecast["share_percent"] == pytest.approx(38)
    assert forecast["high_percent"] - 38 == pytest.approx(half)


def test_intervals_as_narrow_as_for_independent_years_are_noticed():
    """Correlated deviations: the interval must hold a year to come more often."""
    rng = np.random.default_rng(8)
    ours = independent = 0
    for _ in range(40):
        noise = np.zeros(len(YEARS) + 6)
        for year in range(1, len(noise)):
            noise[year] = 0.8 * noise[year - 1] + rng.normal(0, 1)
        known, to_come = series(30 + noise[: len(YEARS)], 0.1), 30 + noise[-1]
        row = segmented.forecast_form(known, LINE, [2031]).iloc[0]
        plain = forecast_trend(known, [2031], "linear").iloc[0]
        ours += row["low_percent"] <= to_come <= row["high_percent"]
        independent += plain["low_percent"] <= to_come <= plain["high_percent"]
    # Fifteen years say little about the correlation, so that it is not 95%.
    assert ours >= 28
    assert ours > independent


def test_a_larger_sampling_error_widens_the_interval():
    shares = hinged(2018, np.random.default_rng(4))
    widths = [
        (row["high_percent"] - row["low_percent"]).item()
        for error in (0.3, 1.5)
        for row in [
            segmented.forecast_form(series(shares, error), SEGMENTED, [2031])
        ]
    ]
    assert widths[1] > widths[0]


def test_a_logistic_forecast_leaves_neither_zero_nor_hundred():
    shares = np.linspace(60, 99, len(YEARS))
    row = segmented.forecast_form(series(shares), LOGISTIC, [2060]).iloc[0]
    assert (
        0 < row["low_percent"] < row["share_percent"] < row["high_percent"] <= 100
    )


def test_a_segmented_forecast_goes_on_after_the_break():
    exact = 20 + 2.0 * (YEARS - 2011) - 1.8 * np.clip(YEARS - 2017, 0, None)
    row = segmented.forecast_form(series(exact), SEGMENTED, [2031]).iloc[0]
    assert row["share_percent"] == pytest.approx(exact[-1] + 6 * 0.2, abs=0.05)


def test_a_backtest_that_saw_the_future_is_noticed():
    shares = hinged(2018, np.random.default_rng(6))
    changed = shares.copy()
    changed[-1] += 10  # 2025, the target
    before, after = (
        segmented.backtest_forms(
            series(values).assign(group="g"), "group", [2016, 2019, 2020], 2025
        )
        for values in (shares, changed)
    )
    assert before["share_percent"].to_numpy() == pytest.approx(
        after["share_percent"].to_numpy()
    )
    assert (before["miss_points"] - after["miss_points"]).to_numpy() == (
        pytest.approx(10)
    )
    with_break = before[before["form"] == SEGMENTED]["origin"]
    assert sorted(with_break) == [2019, 2020]


def test_each_population_has_its_own_break_and_forecasts():
    both = pd.concat(
        [
            series(hinged(2016, np.random.default_rng(3))).assign(group="early"),
            series(hinged(2020, np.random.default_rng(3))).assign(group="late"),
        ]
    )
    placed = segmented.place_breaks(both, "group")
    assert placed.loc["early", "break_year"] < placed.loc["late", "break_year"]
    forecasts = segmented.forecast_each(both, "group", [2030, 2031])
    assert len(forecasts) == 2 * 3 * 2
