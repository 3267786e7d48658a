"""Demand over months: means, trends with autocorrelation-robust errors, breaks, who
answered, shares of answers, and the trend under other choices.
"""

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf
from scipy.stats import t
from statsmodels.stats.proportion import proportion_confint

from dispersed_autonomy.analysis.cells import COUNT, mean_of_moments

DAYS = {"total": "sum_days", "squares": "sum_squared_days"}
TREND = "value ~ time_years"
TRIM = 0.15  # of the months at either end, where no break is looked for
START_YEAR, START_MONTH = 2020, 5
# The month that the publishers leave out of their own series because of the quality
# of its data; the first month after a change of the questions; and how many waves a
# published mean is of.
SUSPECT, NEW_QUESTIONS, WAVES = "2023-09", "2020-11", 3
UNKNOWN = "unknown"  # a group that is none
# Lower edge, in percent of pay, of the band that an answer on the value of remote
# days is the midpoint of, in the bands of September 2020 and later.
VALUE_EDGES = {2.5: 0, 7.5: 5, 12.5: 10, 20: 15, 30: 25, 40: 35}
VALUE_BANDS_SINCE = "2020-09"


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


def mean_over_months(
    cells: pd.DataFrame, total: str, scale: float = 1, level: float = 95
) -> dict[str, float]:
    """Return a mean over people with limits whose unit is the month.

    Parameters
    ----------
    cells : DataFrame
        Cells with `month`, `people_count` and the column of `total`.
    total : str
        Column of sums of the answers, or of counts of those who gave one.
    scale : float
        100 turns a share into percent.

    Returns
    -------
    dict
        `value`, `low`, `high`, and `n` in people.

    Notes
    -----
    People of one month share its sample and its questions, so months are the
    clusters: the linearised variance of a ratio of two sums, with M/(M - 1), and
    Student's t with M - 1 degrees of freedom (Cochran, Sampling Techniques, 1977,
    chapter 6). Months count as independent of each other.
    """
    sums = cells.assign(month=cells["month"].astype(str)).groupby("month")[
        [total, COUNT]
    ]
    totals, people = sums.sum().astype(float).to_numpy().T
    months, n = len(people), people.sum()
    mean = totals.sum() / n
    error = (
        np.sqrt(((totals - mean * people) ** 2).sum() * months / (months - 1)) / n
    )
    half = t.ppf(0.5 + level / 200, months - 1) * error
    return {
        "value": float(scale * mean),
        "low": float(scale * (mean - half)),
        "high": float(scale * (mean + half)),
        "n": int(n),
    }


def share_over_months(cells: pd.DataFrame, column: str, answer: str) -> dict:
    """Return the share of one answer in percent, with limits whose unit is the
    month, as of `mean_over_months`.

    Parameters
    ----------
    cells : DataFrame
        Counts in `people_count`, by `month` and answer.
    column, answer : str
        Column of the answers, and the answer that counts.
    """
    given = cells[COUNT].where(cells[column] == answer, 0)
    return mean_over_months(cells.assign(given=given), "given", scale=100)


def compare_trends(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Compute the trend of the days wanted under every defensible choice.

    Parameters
    ----------
    tables : dict of DataFrame
        By name: `days_by_month`, `days_by_state`, `days_with_mix_fixed`,
        `other_answers_by_month`, and `weighted`, the weighted means of the days
        wanted by all workers as of `select_series`.

    Returns
    -------
    DataFrame
        `choice`, `value`, `low`, `high` in days a week per year, 95%, and `n`
        months. The first is the published one.
    """
    days = tables["days_by_month"]
    wanted = mean_by_month(days[days["measure"] == "wanted"])
    rarely = (
        tables["other_answers_by_month"]
        .set_index("month")
        .loc[wanted["month"], "rarely_count"]
        .to_numpy()
        / wanted["n"]
    )
    choices = {
        "every month, as recorded": fit_trend(wanted),
        "months weighted by people": fit_trend(wanted, weights="n"),
        "twelve months of autocorrelation": fit_trend(wanted, lags=12),
        "from November 2020, when questions changed": fit_trend(
            wanted[wanted["month"] >= NEW_QUESTIONS]
        ),
        "without the first year": fit_trend(wanted[wanted["time_years"] >= 1]),
        "from January 2022": fit_trend(wanted[wanted["month"] >= "2022-01"]),
        "without September 2023": fit_trend(wanted[wanted["month"] != SUSPECT]),
        "last twenty-four months": fit_trend(wanted.tail(24)),
        "“rarely” as half a day": fit_trend(
            wanted.assign(value=wanted["value"] + 0.5 * rarely)
        ),
        "states held fixed, by weighting": fit_trend(
            hold_mix(tables["days_by_state"], "state")
        ),
        "states held fixed, by regression": fit_trend(
            select_held(tables["days_with_mix_fixed"], "state")
        ),
        "industry and state held fixed": fit_trend(
            select_held(tables["days_with_mix_fixed"], "industry and state")
        ),
        "weighted by the authors, every third wave to 2025": fit_trend(
            take_every_third(tables["weighted"])
        ),
    }
    return pd.DataFrame(
        [{"choice": name, **tidy_slope(fit)} for name, fit in choices.items()]
    )


def as_reading(estimate: dict[str, float]) -> dict[str, float]:
    """Return value and limits of an estimate, without n."""
    return {part: estimate[part] for part in ("value", "low", "high")}


def name_choices(choices: pd.DataFrame, result: str) -> dict[str, dict]:
    """Return what a result is under each choice, by the name of the choice, all but
    the first, which is the published one.
    """
    rows = choices.iloc[1:].to_dict("records")
    return {row["choice"]: {result: as_reading(row)} for row in rows}


def hold_mix(
    cells: pd.DataFrame, group: str, left_out: tuple[str, ...] = (UNKNOWN,)
) -> pd.DataFrame:
    """Return days wanted by month with each group at its share of all answers,
    direct standardisation.

    Parameters
    ----------
    cells : DataFrame
        Moments of days by `month` and group.
    group : str
        Column of the groups.
    left_out : tuple of str
        Groups that are none, such as those whose state is unknown.

    Returns
    -------
    DataFrame
        `month`, `time_years`, `value`; a group that a month lacks is left out of
        that month.
    """
    known = cells[~cells[group].isin(left_out)]
    weight = (
        known[group]
        .map(known.groupby(group, observed=True)[COUNT].sum())
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


def select_held(estimates: pd.DataFrame, held: str) -> pd.DataFrame:
    """Return the months of one row of the table `days_with_mix_fixed`, in order, as
    `fit_trend` takes them.
    """
    return _order_months(estimates[estimates["held"] == held])


def select_series(
    series: pd.DataFrame, measure: str, group: str = "all workers"
) -> pd.DataFrame:
    """Return one weighted series of the table `days_by_month` of WFH Research, in
    order.
    """
    return _order_months(
        series[(series["measure"] == measure) & (series["group"] == group)]
    )


def _order_months(rows: pd.DataFrame) -> pd.DataFrame:
    month = rows["month"].astype(str)
    ordered = pd.DataFrame(
        {
            "month": month,
            "time_years": count_years(month),
            "month_start": pd.to_datetime(month),
            "value": rows["mean_days"],
        }
    )
    return ordered.sort_values("time_years").reset_index(drop=True)


def take_every_third(series: pd.DataFrame) -> pd.DataFrame:
    """Return every third of a series of three-wave means, counted back from the
    last but one: the means that remain share no wave.

    Parameters
    ----------
    series : DataFrame
        In order, one row a wave. The last mean is of two waves and is left out.
    """
    return series.iloc[-2::-WAVES].iloc[::-1].reset_index(drop=True)


def average_waves(means: pd.DataFrame) -> pd.DataFrame:
    """Return monthly means smoothed as the publishers smooth theirs: over the wave
    before, the own and the next, September 2023 left out, two waves at either end.

    Parameters
    ----------
    means : DataFrame
        As of `mean_by_month`.
    """
    kept = means.loc[means["month"] != SUSPECT, ["month", "month_start", "value"]]
    smooth = kept["value"].rolling(WAVES, center=True, min_periods=2).mean()
    return kept.assign(value=smooth).reset_index(drop=True)


def measure_mix(cells: pd.DataFrame, group: str) -> pd.DataFrame:
    """Measure by month how far the mix of those who answered lies from that of all
    other months.

    Parameters
    ----------
    cells : DataFrame
        Counts of people by `month` and group.
    group : str
        Column of the groups. Answers whose group is unknown are left out.

    Returns
    -------
    DataFrame
        `month`, `month_start`, `n` (answers), and `value`: the percentage of these
        answers that would have to be in another group to give the mix of all other
        months (half the sum of the absolute differences of shares).
    """
    counts = _count_by_month(cells, group)
    others = counts.sum() - counts
    apart = counts.div(counts.sum(axis=1), axis=0) - others.div(
        others.sum(axis=1), axis=0
    )
    return pd.DataFrame(
        {
            "month": counts.index,
            "month_start": pd.to_datetime(counts.index),
            "n": counts.sum(axis=1).to_numpy(),
            "value": 50 * apart.abs().sum(axis=1).to_numpy(),
        }
    )


def compare_mix(cells: pd.DataFrame, group: str, month: str) -> pd.DataFrame:
    """Return the share of each group in one month and in all others, in percent,
    the largest difference first.
    """
    counts = _count_by_month(cells, group)
    own, others = counts.loc[month], counts.drop(index=month).sum()
    shares = pd.DataFrame(
        {
            "month_percent": 100 * own / own.sum(),
            "others_percent": 100 * others / others.sum(),
        }
    )
    apart = (shares["month_percent"] - shares["others_percent"]).abs()
    return shares.loc[apart.sort_values(ascending=False).index]


def _count_by_month(cells: pd.DataFrame, group: str) -> pd.DataFrame:
    texts = cells.astype({"month": str, group: str})
    return texts[texts[group] != UNKNOWN].pivot_table(
        index="month", columns=group, values=COUNT, aggfunc="sum", fill_value=0
    )


def share_of_counts(
    cells: pd.DataFrame, by: str, parts: dict[str, str]
) -> pd.DataFrame:
    """Return what part of each group gave which answer.

    Parameters
    ----------
    cells : DataFrame
        Cells with `people_count` and a count for each answer.
    by : str
        Column of the groups.
    parts : dict of str
        Column of a count, and what to call its share.

    Returns
    -------
    DataFrame
        The groups, the shares in percent, and `n`.
    """
    sums = cells.groupby(by, observed=True)[[COUNT, *parts]].sum()
    shares = 100 * sums[list(parts)].div(sums[COUNT], axis=0)
    return shares.rename(columns=parts).assign(n=sums[COUNT]).reset_index()


def share_at_least(values: pd.DataFrame) -> pd.DataFrame:
    """Return the share of people to whom remote days are worth a percentage of pay
    or more, at the lower edges of the bands, which are unequal.

    Parameters
    ----------
    values : DataFrame
        The table `value_by_month`; months before September 2020 had other bands
        and are left out.

    Returns
    -------
    DataFrame
        `edge_percent` of pay (at 0: more than nothing), `value`, `low`, `high` in
        percent with months as the unit, and `n`.
    """
    month = values["month"].astype(str)
    known = values.assign(month=month)[month >= VALUE_BANDS_SINCE]
    edge = known["value_percent"].map(VALUE_EDGES).fillna(-1)
    shares = [
        {
            "edge_percent": least,
            **mean_over_months(
                known.assign(above=known[COUNT].where(edge >= least, 0)),
                "above",
                scale=100,
            ),
        }
        for least in VALUE_EDGES.values()
    ]
    return pd.DataFrame(shares)


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
