"""Trends of a share over time, and what they would have forecast."""

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf
from joblib import Parallel, delayed
from scipy.special import expit, logit  # noqa: F401  (the formula calls logit)
from statsmodels.stats.stattools import durbin_watson

__all__ = [
    "FORMS",
    "durbin_watson",
    "fit_trend",
    "forecast_trend",
    "forecast_windows",
]

FORMS = {
    "linear": ("share_percent ~ year", lambda prediction: prediction),
    "logistic": (
        "logit(share_percent / 100) ~ year",
        lambda prediction: 100 * expit(prediction),
    ),
}


def fit_trend(series: pd.DataFrame, form: str):
    """Fit a share on the year by ordinary least squares.

    Parameters
    ----------
    series : DataFrame
        Columns `year` and `share_percent`, one row a year.
    form : {"linear", "logistic"}
        The share itself, or its logit, is a straight line in time.

    Returns
    -------
    statsmodels regression results
        With the usual (homoskedastic) covariance, which prediction intervals need.
    """
    formula, _ = FORMS[form]
    return smf.ols(
        formula, series.assign(year=series["year"] - series["year"].mean())
    ).fit()


def forecast_trend(
    series: pd.DataFrame, years: list[int], form: str, level: float = 95
) -> pd.DataFrame:
    """Return what a fitted trend forecasts, with prediction intervals.

    Parameters
    ----------
    series : DataFrame
        Columns `year` and `share_percent`, the years to fit.
    years : list of int
        Years to forecast.
    form : {"linear", "logistic"}
        As for `fit_trend`.
    level : float
        Coverage of the prediction interval in percent, if the form were true and
        the errors independent.

    Returns
    -------
    DataFrame
        Columns `form`, `year`, `share_percent`, `low_percent`, `high_percent`.
    """
    _, to_percent = FORMS[form]
    fit = fit_trend(series, form)
    new = pd.DataFrame({"year": np.asarray(years) - series["year"].mean()})
    frame = fit.get_prediction(new).summary_frame(alpha=1 - level / 100)
    shares = to_percent(frame[["mean", "obs_ci_lower", "obs_ci_upper"]].to_numpy())
    columns = dict(
        zip(["share_percent", "low_percent", "high_percent"], shares.T, strict=True)
    )
    return pd.DataFrame({"form": form, "year": list(years), **columns})


def forecast_windows(
    series: pd.DataFrame, starts: range, ends: range, target: int
) -> pd.DataFrame:
    """Return the forecast for one year from every fitting window and both forms.

    Parameters
    ----------
    series : DataFrame
        Columns `year` and `share_percent`.
    starts, ends : range
        First and last years of the windows, inclusive; windows shorter than four
        years are left out.
    target : int
        Year to forecast.

    Returns
    -------
    DataFrame
        Columns of `forecast_trend`, with `first_year` and `last_year` of the
        window.
    """
    windows = [
        (first, last, form)
        for first in starts
        for last in ends
        if last - first >= 3
        for form in FORMS
    ]
    tasks = (
        delayed(forecast_trend)(
            series[series["year"].between(first, last)], [target], form
        )
        for first, last, form in windows
    )
    forecasts = [
        forecast.assign(first_year=first, last_year=last)
        for forecast, (first, last, _) in zip(Parallel()(tasks), windows)
    ]
    return pd.concat(forecasts, ignore_index=True)
