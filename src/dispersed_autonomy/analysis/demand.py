"""Demand over months: means, trends with autocorrelation-robust errors, breaks,
shares of answers, and every reading.
"""

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf
from statsmodels.stats.proportion import proportion_confint

from dispersed_autonomy.analysis.cells import COUNT, mean_of_moments

DAYS = {"total": "sum_days", "squares": "sum_squared_days"}
TREND = "value ~ time_years"
TRIM = 0.15  # of the months at either end, where no break is looked for
START_YEAR, START_MONTH = 2020, 5


def count_years(month: pd.Series) -> pd.Series:
    """Return years since May 2020 of months written as 2020-05."""
    parts = month.astype(str).str.split("-", expand=True).astype(int)
    return (parts[0] - START_YEAR) + (parts[1] - START_MONTH) / 12


def mean_by_month(cells: pd.DataFrame, **moments: str) -> pd.DataFrame:
    """Return the mean of each month in time, with its limits.

    Parameters
    ----------
    cells : DataFrame
        Moments with a column `month`.
    **moments
        `total` and `squares`, columns as of `mean_of_moments`; of days if none are
        given.

    Returns
    -------
    DataFrame
        `month`, `time_years` since May 2020, `month_start` (date), `value`, `low`,
        `high`, `n`.
    """
    means = mean_of_moments(cells, ["month"], **(moments or DAYS))
    means["month"] = means["month"].astype(str)
    time = count_years(means["month"])
    means = means.assign(
        time_years=time, month_start=pd.to_datetime(means["month"])
    )
    return means.sort_values("time_years").reset_index(drop=True)


def count_lags(months: int) -> int:
    """Return how many lags of autocorrelation the errors allow for: 4
    (n/100)^(2/9), Newey and West (1994), doi 10.2307/2297912.
    """
    return int(4 * (months / 100) ** (2 / 9))


def fit_trend(
    means: pd.DataFrame,
    formula: str = TREND,
    lags: int | None = None,
    weights: str | None = None,
):
    """Fit monthly means on time by least squares, with autocorrelation-robust
    errors.

    Parameters
    ----------
    means : DataFrame
        Months in order, with the columns of the formula; months in which nobody was
        asked are not there.
    formula : str
        With `value` on the left.
    lags : int, optional
        Months of autocorrelation; those of `count_lags` by default.
    weights : str, optional
        Column of weights, such as n; every month counts the same by default.

    Returns
    -------
    statsmodels regression results
        Newey-West (HAC) errors with a small-sample correction, limits of Student's
        t.
    """
    robust = {
        "maxlags": count_lags(len(means)) if lags is None else lags,
        "use_correction": True,
    }
    return smf.wls(formula, means, weights=means[weights] if weights else 1.0).fit(
        cov_type="HAC", cov_kwds=robust, use_t=True
    )


def tidy_slope(
    fit, term: str = "time_years", level: float = 95
) -> dict[str, float]:
    """Return a slope with its limits and the number of months, as `record` takes
    them.
    """
    low, high = fit.conf_int(1 - level / 100).loc[term]
    return {
        "value": float(fit.params[term]),
        "low": float(low),
        "high": float(high),
        "n": int(fit.nobs),
    }


def find_break(means: pd.DataFrame) -> str:
    """Return the month at which a break of level and slope leaves the least
    unexplained.

    Parameters
    ----------
    means : DataFrame
        As of `mean_by_month`.

    Notes
    -----
    The month of Andrews' (1993) sup-F, doi 10.2307/2951764; having been searched
    for, it lets no usual test of itself follow.
    """
    first = int(np.ceil(TRIM * len(means)))
    candidates = means["month"].iloc[first : len(means) - first]
    unexplained = [fit_broken(means, month).ssr for month in candidates]
    return str(candidates.iloc[int(np.argmin(unexplained))])


def fit_broken(means: pd.DataFrame, month: str):
    """Fit a level and a slope before a month, and others from it on; `time_after`
    is the change of the slope.
    """
    since = means["time_years"] - count_years(pd.Series([month])).item()
    broken = means.assign(
        after=(since >= 0).astype(int), time_after=since.clip(lower=0)
    )
    return fit_trend(broken, "value ~ time_years + after + time_after")


def compare_trends(
    days: pd.DataFrame, by_industry: pd.DataFrame, others: pd.DataFrame
) -> pd.DataFrame:
    """Compute the trend of the days wanted under every defensible reading.

    Parameters
    ----------
    days, by_industry, others : DataFrame
        The tables `days_by_month`, `days_by_industry` and `other_answers_by_month`.

    Returns
    -------
    DataFrame
        `reading`, `value`, `low`, `high` in days a week per year, 95%, and `n`
        months.
    """
    wanted = mean_by_month(days[days["measure"] == "wanted"])
    rarely = (
        others.set_index("month").loc[wanted["month"], "rarely_count"].to_numpy()
        / wanted["n"]
    )
    readings = {
        "every month, as recorded": fit_trend(wanted),
        "months weighted by people": fit_trend(wanted, weights="n"),
        "twelve months of autocorrelation": fit_trend(wanted, lags=12),
        "without the first year": fit_trend(wanted[wanted["time_years"] >= 1]),
        "from January 2022": fit_trend(wanted[wanted["month"] >= "2022-01"]),
        "without September 2023": fit_trend(wanted[wanted["month"] != "2023-09"]),
        "last twenty-four months": fit_trend(wanted.tail(24)),
        "“rarely” as half a day": fit_trend(
            wanted.assign(value=wanted["value"] + 0.5 * rarely)
        ),
        "industries held fixed": fit_trend(hold_industries(by_industry)),
        "wanted minus planned": fit_trend(
            mean_by_month(days[days["measure"] == "wanted minus planned"])
        ),
    }
    return pd.DataFrame(
        [{"reading": name, **tidy_slope(fit)} for name, fit in readings.items()]
    )


def hold_industries(by_industry: pd.DataFrame) -> pd.DataFrame:
    """Return days wanted by month with each industry at its share of all answers,
    direct standardisation.

    Parameters
    ----------
    by_industry : DataFrame
        The table `days_by_industry`.

    Returns
    -------
    DataFrame
        `month`, `time_years`, `value`; an industry that a month lacks is left out
        of that month.
    """
    known = by_industry[by_industry["industry"] != "not asked"]
    weight = (
        known["industry"]
        .map(known.groupby("industry", observed=True)[COUNT].sum())
        .astype(float)
    )
    weighted = pd.DataFrame(
        {
            "month": known["month"].astype(str),
            "value": weight * known["sum_days"] / known[COUNT],
            "weight": weight,
        }
    )
    sums = weighted.groupby("month").sum().reset_index()
    return pd.DataFrame(
        {
            "month": sums["month"],
            "time_years": count_years(sums["month"]),
            "value": sums["value"] / sums["weight"],
        }
    )


def share_of_answers(
    cells: pd.DataFrame, answer: str, by: list[str] | None = None, level: float = 95
) -> pd.DataFrame:
    """Return the share of each answer with its limits.

    Parameters
    ----------
    cells : DataFrame
        Counts in `people_count`.
    answer : str
        Column of answers.
    by : list of str, optional
        Columns of groups within which shares add up to 100%.

    Returns
    -------
    DataFrame
        Groups, answer, `value`, `low`, `high` in percent and `n` of the group;
        Wilson's limits.
    """
    groups = by or []
    counts = (
        cells.groupby([*groups, answer], observed=True)[COUNT].sum().reset_index()
    )
    n = (
        counts.groupby(groups, observed=True)[COUNT].transform("sum")
        if groups
        else counts[COUNT].sum()
    )
    low, high = proportion_confint(
        counts[COUNT], n, 1 - level / 100, method="wilson"
    )
    return counts.drop(columns=COUNT).assign(
        value=100 * counts[COUNT] / n, low=100 * low, high=100 * high, n=n
    )
