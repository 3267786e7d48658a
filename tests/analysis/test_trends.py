"""Trends: against the textbook formulas of simple regression."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from dispersed_autonomy.analysis.trends import (
    fit_trend,
    forecast_trend,
    forecast_windows,
)


@pytest.fixture
def series():
    rng = np.random.default_rng(7)
    years = np.arange(2000, 2011)
    return pd.DataFrame(
        {
            "year": years,
            "share_percent": (
                15 + 2.4 * (years - 2000) + rng.normal(0, 0.8, len(years))
            ),
        }
    )


def forecast_by_hand(x, y, new, level):
    """Simple regression and its prediction interval in closed form."""
    n, centred = len(x), x - x.mean()
    slope = (centred * y).sum() / (centred**2).sum()
    mean = y.mean() + slope * (new - x.mean())
    residual = y - y.mean() - slope * centred
    scale = np.sqrt((residual**2).sum() / (n - 2))
    half = (
        stats.t.ppf(0.5 + level / 200, n - 2)
        * scale
        * np.sqrt(1 + 1 / n + (new - x.mean()) ** 2 / (centred**2).sum())
    )
    return mean, mean - half, mean + half


@pytest.mark.parametrize("level", [90, 95])
def test_a_wrong_linear_forecast_or_interval_is_noticed(series, level):
    row = forecast_trend(series, [2025], "linear", level).iloc[0]
    expected = forecast_by_hand(
        series["year"], series["share_percent"], 2025, level
    )
    assert (row.share_percent, row.low_percent, row.high_percent) == pytest.approx(
        expected
    )


def test_a_wrong_logistic_forecast_or_interval_is_noticed(series):
    row = forecast_trend(series, [2025], "logistic").iloc[0]
    odds = series["share_percent"] / (100 - series["share_percent"])
    logits = forecast_by_hand(series["year"], np.log(odds), 2025, 95)
    expected = [100 / (1 + np.exp(-value)) for value in logits]
    assert (row.share_percent, row.low_percent, row.high_percent) == pytest.approx(
        expected
    )


def test_the_slope_is_in_points_a_year(series):
    assert fit_trend(series, "linear").params["year"] == pytest.approx(
        np.polyfit(series["year"], series["share_percent"], 1)[0]
    )


def test_every_window_is_fitted_to_its_own_years(series):
    windows = forecast_windows(series, range(2000, 2003), range(2008, 2011), 2025)
    assert len(windows) == 3 * 3 * 2
    row = windows[
        (windows["first_year"] == 2002)
        & (windows["last_year"] == 2009)
        & (windows["form"] == "linear")
    ]
    used = series[series["year"].between(2002, 2009)]
    expected = np.polyval(np.polyfit(used["year"], used["share_percent"], 1), 2025)
    assert row["share_percent"].item() == pytest.approx(expected)
