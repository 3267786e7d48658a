"""Trends of a share with a break, with serial correlation and sampling error."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm
from joblib import Parallel, delayed
from scipy import stats
from scipy.special import expit, logit

LINE, LOGISTIC, SEGMENTED = "straight line", "logistic", "segmented"
LEAST_YEARS = 4  # on either side of a break
BREAK_STEP = 0.25  # years
# Standard deviations of the deviations from the trend, in parts of the largest that
# are tried, and their correlations from one year to the next.
DEVIATIONS = np.concatenate([[0.0], np.geomspace(0.01, 1, 25)])
CORRELATIONS = np.linspace(0, 0.9, 10)


class SegmentError(Exception):
    """A series that is too short for the form that is asked of it."""


@dataclass(frozen=True)
class TrendFit:
    """A fitted form of a trend.

    Attributes
    ----------
    form : str
        One of `LINE`, `LOGISTIC`, `SEGMENTED`.
    results : statsmodels results
        Generalized least squares on the years since the first.
    deviation, correlation : float
        Standard deviation of the years' own deviations from the trend, on the scale
        of the form, and their correlation from one year to the next.
    break_year : float or None
        Where the slope changes.
    years, errors : ndarray
        The years that were fitted, and the sampling error of each, on the scale of
        the form.
    """

    form: str
    results: object
    deviation: float
    correlation: float
    break_year: float | None
    years: np.ndarray
    errors: np.ndarray


def fit_form(series: pd.DataFrame, form: str) -> TrendFit:
    """Fit one form of a trend to a share.

    Parameters
    ----------
    series : DataFrame
        Columns `year`, `share_percent`, `error_points` (standard error), one row a
        year.
    form : str
        `LINE`, `LOGISTIC` (the logit is a straight line) or `SEGMENTED` (a straight
        line whose slope changes once, with `LEAST_YEARS` years before and after).

    Raises
    ------
    SegmentError
        If there are too few years.

    Notes
    -----
    A share is its trend, plus a deviation of the year that is correlated with that
    of the year before, plus its own sampling error. Deviation and correlation are
    those of the highest restricted likelihood on a grid; the trend is then fitted
    by generalized least squares.
    """
    break_year = None
    if form == SEGMENTED:
        profile = profile_break(series)
        break_year = profile.loc[profile["deviance"].idxmin(), "break_year"]
    years, shares, errors = _on_scale(series, form)
    design = _design(years, years, break_year)
    if len(years) <= design.shape[1]:
        raise SegmentError(f"{len(years)} years are too few for a {form} trend")
    _, deviation, correlation = _best(design, shares, errors, restricted=True)
    sigma = _covariance(years, errors, deviation, correlation)
    results = sm.GLS(shares, design, sigma=sigma).fit()
    return TrendFit(
        form, results, deviation, correlation, break_year, years, errors
    )


def profile_break(series: pd.DataFrame) -> pd.DataFrame:
    """Return the deviance of a segmented trend for every year it might break in.

    Parameters
    ----------
    series : DataFrame
        As for `fit_form`.

    Returns
    -------
    DataFrame
        Columns `break_year` and `deviance` (minus twice the log likelihood).

    Raises
    ------
    SegmentError
        If there are no `LEAST_YEARS` years on either side of any break.
    """
    years, shares, errors = _on_scale(series, SEGMENTED)
    first, last = years.min() + LEAST_YEARS, years.max() - LEAST_YEARS
    if first > last:
        raise SegmentError(
            f"{years.min()} to {years.max()}: no break has {LEAST_YEARS} years on"
            " either side"
        )
    breaks = np.arange(first, last + BREAK_STEP / 2, BREAK_STEP)
    deviances = Parallel()(
        delayed(_best)(_hinge(years, years, at), shares, errors, restricted=False)
        for at in breaks
    )
    return pd.DataFrame(
        {"break_year": breaks, "deviance": [best[0] for best in deviances]}
    )


def place_break(series: pd.DataFrame, level: float = 95) -> pd.Series:
    """Return when a trend breaks, with an interval, and whether the data place it.

    Parameters
    ----------
    series : DataFrame
        As for `fit_form`.
    level : float
        Coverage of the interval in percent.

    Returns
    -------
    Series
        `break_year`, `low_year`, `high_year`; `first_year` and `last_year` of the
        range that was searched; `is_placed`, false where the interval covers that
        range; `deviance_gained` over a straight line.

    Notes
    -----
    The interval holds the breaks whose likelihood ratio against the best one is
    below the limit that an F distribution with 1 and n - 4 degrees of freedom sets.
    """
    profile = profile_break(series)
    n = len(series)
    limit = n * np.log1p(stats.f.ppf(level / 100, 1, n - 4) / (n - 4))
    best = profile["deviance"].min()
    inside = profile.loc[profile["deviance"] <= best + limit, "break_year"]
    searched = profile["break_year"]
    years, shares, errors = _on_scale(series, LINE)
    line, _, _ = _best(
        _design(years, years, None), shares, errors, restricted=False
    )
    return pd.Series(
        {
            "break_year": searched[profile["deviance"].idxmin()],
            "low_year": inside.min(),
            "high_year": inside.max(),
            "first_year": searched.min(),
            "last_year": searched.max(),
            "is_placed": bool(
                inside.min() > searched.min() or inside.max() < searched.max()
            ),
            "deviance_gained": line - best,
        }
    )


def forecast_form(
    series: pd.DataFrame, form: str, years: list[int], level: float = 95
) -> pd.DataFrame:
    """Return what a form of the trend forecasts, with prediction intervals.

    Parameters
    ----------
    series : DataFrame
        As for `fit_form`.
    form : str
        As for `fit_form`.
    years : list of int
        Years to forecast, later than those of the series.
    level : float
        Coverage of the interval in percent, if the form is true.

    Returns
    -------
    DataFrame
        Columns `form`, `year`, `share_percent`, `low_percent`, `high_percent`.

    Notes
    -----
    The interval is of a published share: it allows for the fit, the year's own
    deviation, and a sampling error as large as that of the last year. The deviation
    of the last years carries over as its correlation says. Where there is a break,
    its own uncertainty enters by a linear term (Muggeo 2003). Deviation and
    correlation are taken as known; a short series says little about either, so that
    the interval is too narrow where the correlation is strong.
    """
    fit = fit_form(series, form)
    new = np.asarray(years, float)
    at, design = _design(new, fit.years, fit.break_year), fit.results.model.exog
    if fit.break_year is not None:
        slope_change = fit.results.params[2]
        at = np.column_stack([at, -slope_change * (new > fit.break_year)])
        moved = -slope_change * (fit.years > fit.break_year)
        design = np.column_stack([design, moved])
    sigma = _covariance(fit.years, fit.errors, fit.deviation, fit.correlation)
    apart = np.abs(new[:, None] - fit.years[None, :])
    shared = fit.deviation**2 * fit.correlation**apart
    weights = np.linalg.solve(sigma, shared.T).T
    shares = at[:, : fit.results.params.size] @ fit.results.params
    shares = shares + weights @ fit.results.resid
    uncertain = at - weights @ design
    precision = design.T @ np.linalg.solve(sigma, design)
    variance = (
        np.einsum("ij,ij->i", uncertain, np.linalg.solve(precision, uncertain.T).T)
        + fit.deviation**2
        - np.einsum("ij,ij->i", weights, shared)
        + fit.errors[-1] ** 2
    )
    freedom = len(fit.years) - design.shape[1]
    half = stats.t.ppf(0.5 + level / 200, freedom) * np.sqrt(variance)
    scaled = np.column_stack([shares, shares - half, shares + half])
    percent = 100 * expit(scaled) if form == LOGISTIC else scaled
    names = ["share_percent", "low_percent", "high_percent"]
    return pd.DataFrame(
        {"form": form, "year": list(years), **dict(zip(names, percent.T))}
    )


def forecast_each(
    series: pd.DataFrame, by: str, years: list[int], level: float = 95
) -> pd.DataFrame:
    """Return the forecasts of every form for every population.

    Parameters
    ----------
    series : DataFrame
        As for `fit_form`, and the column `by` that tells populations apart.
    """
    tasks = [
        (name, own, form)
        for name, own in series.groupby(by, observed=True, sort=False)
        for form in (LINE, LOGISTIC, SEGMENTED)
    ]
    forecasts = Parallel()(
        delayed(forecast_form)(own, form, years, level) for _, own, form in tasks
    )
    return pd.concat(
        [frame.assign(**{by: task[0]}) for frame, task in zip(forecasts, tasks)],
        ignore_index=True,
    )


def backtest_forms(
    series: pd.DataFrame, by: str, origins: list[int], target: int
) -> pd.DataFrame:
    """Return what each form would have said for a year that was since counted.

    Parameters
    ----------
    series : DataFrame
        As for `forecast_each`, the target among its years.
    by : str
        Column that tells populations apart.
    origins : list of int
        Last years of the data that a forecast may use; the segmented form is left
        out where it has no `LEAST_YEARS` years on either side of a break.
    target : int
        The year to forecast.

    Returns
    -------
    DataFrame
        Columns of `forecast_form`, `by`, `origin`, `counted_percent`,
        `miss_points` (forecast less counted) and `covers` (whether the interval
        holds the counted share).
    """
    counted = series[series["year"] == target].set_index(by)["share_percent"]
    tasks = [
        (name, own[own["year"] <= origin], form, origin)
        for name, own in series.groupby(by, observed=True, sort=False)
        for origin in origins
        for form in (LINE, LOGISTIC, SEGMENTED)
        if form != SEGMENTED or origin - own["year"].min() >= 2 * LEAST_YEARS
    ]
    forecasts = Parallel()(
        delayed(forecast_form)(own, form, [target]) for _, own, form, _ in tasks
    )
    table = pd.concat(
        [
            frame.assign(**{by: name, "origin": origin})
            for frame, (name, _, _, origin) in zip(forecasts, tasks)
        ],
        ignore_index=True,
    )
    table["counted_percent"] = table[by].map(counted)
    return table.assign(
        miss_points=table["share_percent"] - table["counted_percent"],
        covers=table["counted_percent"].between(
            table["low_percent"], table["high_percent"]
        ),
    )


def _on_scale(series: pd.DataFrame, form: str):
    ordered = series.sort_values("year")
    years = ordered["year"].to_numpy(float)
    shares = ordered["share_percent"].to_numpy(float)
    errors = ordered["error_points"].to_numpy(float)
    if form != LOGISTIC:
        return years, shares, errors
    part = shares / 100
    return years, logit(part), errors / 100 / (part * (1 - part))


def _design(new: np.ndarray, years: np.ndarray, break_year: float | None):
    if break_year is not None:
        return _hinge(new, years, break_year)
    return np.column_stack([np.ones_like(new), new - years.min()])


def _hinge(new: np.ndarray, years: np.ndarray, break_year: float) -> np.ndarray:
    line = _design(new, years, None)
    return np.column_stack([line, np.clip(new - break_year, 0, None)])


def _covariance(years, errors, deviation, correlation) -> np.ndarray:
    apart = np.abs(years[:, None] - years[None, :])
    return deviation**2 * correlation**apart + np.diag(errors**2)


def _best(design, shares, errors, *, restricted: bool):
    """Return the lowest deviance on the grid, its deviation and correlation."""
    years = design[:, 1]
    line, *_ = np.linalg.lstsq(design, shares, rcond=None)
    largest = 3 * max(np.std(shares - design @ line), np.median(errors))
    tries = [(0.0, 0.0)]
    tries += [(s, r) for s in largest * DEVIATIONS[1:] for r in CORRELATIONS]
    sigmas = np.stack([_covariance(years, errors, s, r) for s, r in tries])
    deviances = _deviances(design, shares, sigmas, restricted)
    best = int(np.argmin(deviances))
    return float(deviances[best]), *tries[best]


def _deviances(design, shares, sigmas, restricted: bool) -> np.ndarray:
    """Return minus twice the (restricted) log likelihood under each covariance."""
    both = np.column_stack([design, shares])
    factors = np.linalg.cholesky(sigmas)
    whitened = np.linalg.solve(
        factors, np.broadcast_to(both, (len(sigmas), *both.shape))
    )
    x, y = whitened[:, :, :-1], whitened[:, :, -1:]
    precision = np.swapaxes(x, 1, 2) @ x
    fitted = np.linalg.solve(precision, np.swapaxes(x, 1, 2) @ y)
    misses = ((y - x @ fitted) ** 2).sum(axis=(1, 2))
    spread = 2 * np.log(np.diagonal(factors, axis1=1, axis2=2)).sum(axis=1)
    added = np.linalg.slogdet(precision)[1] if restricted else 0.0
    return misses + spread + added


def place_breaks(series: pd.DataFrame, by: str, level: float = 95) -> pd.DataFrame:
    """Return `place_break` of every population, one row each.

    Parameters
    ----------
    series : DataFrame
        As for `forecast_each`.
    by : str
        Column that tells populations apart.
    level : float
        Coverage of the intervals in percent.
    """
    placed = {
        str(name): place_break(own, level)
        for name, own in series.groupby(by, observed=True)
    }
    return pd.DataFrame(placed).T
