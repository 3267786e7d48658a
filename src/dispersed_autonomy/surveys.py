"""Published survey shares: their intervals, changes between waves, and trends over organisations and questions."""

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf
from scipy.special import expit, logit  # noqa: F401  (the formula calls logit)
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportion_effectsize

from dispersed_autonomy.tables import load_table

TREND_FORMULA = "logit(share_percent / 100) ~ years_since_2020"


def wilson_interval(share_percent, n_respondents, level: float = 95) -> tuple[np.ndarray, np.ndarray]:
    """Return Wilson's interval of a share, in percent.

    Parameters
    ----------
    share_percent, n_respondents : array_like
        Published shares and the samples behind them.
    level : float
        Coverage in percent.

    Returns
    -------
    tuple of ndarray
        Lower and upper limits in percent.
    """
    counts = np.asarray(share_percent, float) / 100 * np.asarray(n_respondents, float)
    low, high = proportion_confint(counts, n_respondents, alpha=1 - level / 100, method="wilson")
    return 100 * np.asarray(low), 100 * np.asarray(high)


def add_intervals(shares: pd.DataFrame, plausible_n: int) -> pd.DataFrame:
    """Return shares with the interval that each allows.

    Parameters
    ----------
    shares : DataFrame
        Rows of the table `shares`.
    plausible_n : int
        Sample assumed where none is published: the smallest that is plausible, so that the interval is the widest.

    Returns
    -------
    DataFrame
        With `low` and `high` in percent, and `interval`: what they are. Ranges and bounds keep their own limits, and get
        the middle of a range as their share.
    """
    known = shares["n_respondents"].notna()
    low, high = wilson_interval(shares["share_percent"], shares["n_respondents"].fillna(plausible_n))
    printed = shares["share_percent"].notna()
    kind = np.select([~printed, known], ["printed as limits", "Wilson, n published"], "n not published")
    return shares.assign(
        share_percent=shares["share_percent"].fillna((shares["low_percent"] + shares["high_percent"]) / 2),
        low=np.where(printed, low, shares["low_percent"]),
        high=np.where(printed, high, shares["high_percent"]),
        interval=kind,
    )


def baseline_if_points(later_percent: float, change: float) -> float:
    """Return the earlier share in percent if a change is in percentage points."""
    return later_percent - change


def baseline_if_percent(later_percent: float, change: float) -> float:
    """Return the earlier share in percent if a change is relative, in percent of the earlier share."""
    return later_percent / (1 + change / 100)


def change_by_sample(later_percent: float, earlier_percent: float, sizes: list[int]) -> pd.DataFrame:
    """Return what two waves of equal size would say of a change between two shares.

    Parameters
    ----------
    later_percent, earlier_percent : float
        Shares in the two waves.
    sizes : list of int
        Respondents in each wave.

    Returns
    -------
    DataFrame
        `n_respondents`, `change_points`, `low_points` and `high_points` (95%, Newcombe's score interval), and
        `power_percent` (two-sided test at 5%, arcsine effect size).
    """
    later, earlier = later_percent / 100, earlier_percent / 100
    limits = [
        confint_proportions_2indep(later * n, n, earlier * n, n, method="newcomb", compare="diff", alpha=0.05) for n in sizes
    ]
    power = NormalIndPower().power(proportion_effectsize(later, earlier), np.asarray(sizes), 0.05, alternative="two-sided")
    low, high = 100 * np.array(limits).T
    return pd.DataFrame(
        {
            "n_respondents": sizes,
            "change_points": later_percent - earlier_percent,
            "low_points": low,
            "high_points": high,
            "power_percent": 100 * np.asarray(power),
        }
    )


def sample_for_power(later_percent: float, earlier_percent: float, power_percent: float = 80) -> int:
    """Return the respondents that each of two waves needs to see a change, two-sided at 5%."""
    effect = proportion_effectsize(later_percent / 100, earlier_percent / 100)
    return int(np.ceil(NormalIndPower().solve_power(effect, power=power_percent / 100, alpha=0.05)))


def fit_share_trend(shares: pd.DataFrame, formula: str = TREND_FORMULA):
    """Fit the log odds of published shares on time by ordinary least squares, one row a figure.

    Surveys differ by more than their sampling, so that each figure weighs the same; intervals are Student's, with the
    few degrees of freedom that there are.

    Parameters
    ----------
    shares : DataFrame
        Columns `share_percent`, `years_since_2020` and what else the formula names.
    formula : str
        The regression.

    Returns
    -------
    statsmodels regression results
    """
    return smf.ols(formula, shares).fit()


def predict_share(fit, new: pd.DataFrame, level: float = 95) -> pd.DataFrame:
    """Return the share that one more survey would give, with its prediction interval, in percent.

    Parameters
    ----------
    fit : statsmodels regression results
        Of `fit_share_trend`.
    new : DataFrame
        The regressors of the surveys to predict.
    level : float
        Coverage in percent.
    """
    frame = fit.get_prediction(new).summary_frame(alpha=1 - level / 100)
    shares = 100 * expit(frame[["mean", "obs_ci_lower", "obs_ci_upper"]].to_numpy())
    return pd.DataFrame(shares, columns=["share_percent", "low_percent", "high_percent"], index=new.index)


def trend_without_each(shares: pd.DataFrame, group: str, formula: str = TREND_FORMULA) -> pd.DataFrame:
    """Return the slope per year, in log odds, with each group left out in turn.

    Parameters
    ----------
    shares : DataFrame
        As for `fit_share_trend`.
    group : str
        Column of the groups, such as the organisation.
    formula : str
        The regression.

    Returns
    -------
    DataFrame
        `without`, `n`, `slope`, `low`, `high` (95%, Student's t).
    """
    rows = []
    for name in shares[group].astype(str).unique():
        rest = shares[shares[group] != name]
        fit = fit_share_trend(rest, formula)
        low, high = fit.conf_int().loc["years_since_2020"]
        rows.append({"without": name, "n": len(rest), "slope": fit.params["years_since_2020"], "low": low, "high": high})
    return pd.DataFrame(rows)


def group_by_standing() -> dict[str, list[dict]]:
    """Return the published figures with the page that each was seen in, the best standing first.

    Returns
    -------
    dict of str to list of dict
        `question`, `response`, `shown` (the figure in percent, as printed), `kind`, `organisation`, `wave`, `n`, `source`,
        `title` and `url` of each.
    """
    pages = load_table("buyer_surveys", "sources").set_index("id")[["title", "url"]]
    shares = load_table("buyer_surveys", "shares").join(pages, on="source")
    limits = shares["low_percent"].map("{:g} to ".format) + shares["high_percent"].map("{:g}%".format)
    shares["shown"] = shares["share_percent"].map("{:g}%".format, na_action="ignore").fillna(limits)
    shares["n"] = shares["n_respondents"].map("{:,.0f}".format, na_action="ignore")
    text = shares.astype(object).where(shares.notna(), None)
    order = ["publisher", "secondary", "tertiary", "memory", "the article"]
    return {standing: text[text["standing"] == standing].to_dict("records") for standing in order}
