"""Published survey shares: their intervals, changes between waves, and trends over
organisations and questions.
"""

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf
from joblib import Parallel, delayed
from scipy.special import expit, logit  # noqa: F401  (the formula calls logit)
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    proportion_confint,
    proportion_effectsize,
    proportions_ztest,
)

TREND_FORMULA = "logit(share_percent / 100) ~ years_since_2020"
# half the distance between tenths, the coarsest fractions in which such shares are
# printed
ROUNDING_POINTS = 5


def wilson_interval(
    share_percent, n_respondents, level: float = 95
) -> tuple[np.ndarray, np.ndarray]:
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
    counts = (
        np.asarray(share_percent, float) / 100 * np.asarray(n_respondents, float)
    )
    low, high = proportion_confint(
        counts, n_respondents, alpha=1 - level / 100, method="wilson"
    )
    return 100 * np.asarray(low), 100 * np.asarray(high)


def add_intervals(shares: pd.DataFrame, plausible_n: int) -> pd.DataFrame:
    """Return shares with the interval that each allows.

    A share printed as a fraction or as "about", or derived from such, could be
    anything within `ROUNDING_POINTS`: its interval reaches from Wilson's lower
    limit at one end of that range to the upper limit at the other.

    Parameters
    ----------
    shares : DataFrame
        Rows of the table `shares`.
    plausible_n : int
        Sample assumed where none is published: the smallest that is plausible, so
        that the interval is the widest.

    Returns
    -------
    DataFrame
        With `low` and `high` in percent, and `interval`: what they are. Ranges and
        bounds keep the limits that were printed, and have no share.
    """
    printed = shares["share_percent"].notna()
    sample = shares["n_respondents"].fillna(plausible_n)
    slack = np.where(
        shares["kind"].isin(["rounded", "derived"]), ROUNDING_POINTS, 0
    )
    low, _ = wilson_interval(
        np.clip(shares["share_percent"] - slack, 0, 100), sample
    )
    _, high = wilson_interval(
        np.clip(shares["share_percent"] + slack, 0, 100), sample
    )
    kind = np.select(
        [~printed, shares["n_respondents"].notna()],
        ["printed as limits", "Wilson, n published"],
        "n not published",
    )
    return shares.assign(
        low=np.where(printed, low, shares["low_percent"]),
        high=np.where(printed, high, shares["high_percent"]),
        interval=kind,
    )


def fill_ranges(shares: pd.DataFrame, place: float = 0.5) -> pd.DataFrame:
    """Return shares in which a printed range stands as one number, for a fit.

    Parameters
    ----------
    shares : DataFrame
        Rows of the table `shares`.
    place : float
        Where in the range: 0 its lower limit, 0.5 its middle, 1 its upper limit.
    """
    inside = shares["low_percent"] + place * (
        shares["high_percent"] - shares["low_percent"]
    )
    return shares.assign(share_percent=shares["share_percent"].fillna(inside))


def baseline_if_points(later_percent: float, change: float) -> float:
    """Return the earlier share in percent if a change is in percentage points."""
    return later_percent - change


def baseline_if_percent(later_percent: float, change: float) -> float:
    """Return the earlier share in percent if a change is relative, in percent of
    the earlier share.
    """
    return later_percent / (1 + change / 100)


def read_change(
    later_percent: float, change: float, rounding: float = 0.5
) -> pd.DataFrame:
    """Return the earlier share under both readings of a change, and what the
    rounding of both numbers leaves open.

    Parameters
    ----------
    later_percent, change : float
        As printed, in percent.
    rounding : float
        Half the last digit that was printed.

    Returns
    -------
    DataFrame
        `if_points`, `if_percent` and `difference_points`; the first row as printed,
        the others at the four corners of what would have been printed the same.
    """
    corners = [
        (0, 0),
        (-rounding, -rounding),
        (-rounding, rounding),
        (rounding, -rounding),
        (rounding, rounding),
    ]
    later, moved = (np.array([later_percent, change]) + corners).T
    frame = pd.DataFrame(
        {
            "if_points": baseline_if_points(later, moved),
            "if_percent": baseline_if_percent(later, moved),
        }
    )
    return frame.assign(difference_points=frame["if_percent"] - frame["if_points"])


def change_by_sample(
    later_percent: float, earlier_percent: float, sizes: list[int]
) -> pd.DataFrame:
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
        `n_respondents`, `change_points`, `low_points` and `high_points` (95%,
        Newcombe's score interval), `p_value` (test of two proportions, pooled
        variance), and `power_percent` (two-sided test at 5%, arcsine effect size).
    """
    later, earlier = later_percent / 100, earlier_percent / 100
    limits = [
        confint_proportions_2indep(
            later * n,
            n,
            earlier * n,
            n,
            method="newcomb",
            compare="diff",
            alpha=0.05,
        )
        for n in sizes
    ]
    p_values = [
        proportions_ztest([later * n, earlier * n], [n, n])[1] for n in sizes
    ]
    power = NormalIndPower().power(
        proportion_effectsize(later, earlier),
        np.asarray(sizes),
        0.05,
        alternative="two-sided",
    )
    low, high = 100 * np.array(limits).T
    return pd.DataFrame(
        {
            "n_respondents": sizes,
            "change_points": later_percent - earlier_percent,
            "low_points": low,
            "high_points": high,
            "p_value": p_values,
            "power_percent": 100 * np.asarray(power),
        }
    )


def sample_for_power(
    later_percent: float, earlier_percent: float, power_percent: float = 80
) -> int:
    """Return the respondents that each of two waves needs to see a change,
    two-sided at 5%.
    """
    effect = proportion_effectsize(later_percent / 100, earlier_percent / 100)
    return int(
        np.ceil(
            NormalIndPower().solve_power(
                effect, power=power_percent / 100, alpha=0.05
            )
        )
    )


def fit_share_trend(
    shares: pd.DataFrame, formula: str = TREND_FORMULA, by_sample: bool = False
):
    """Fit the log odds of published shares on time by least squares, one row a
    figure.

    Surveys differ by more than their sampling, so that the spread between figures
    is estimated and not assumed; intervals are Student's, with the few degrees of
    freedom that there are.

    Parameters
    ----------
    shares : DataFrame
        Columns `share_percent`, `years_since_2020` and what else the formula names;
        `n_respondents` if `by_sample`.
    formula : str
        The regression.
    by_sample : bool
        Whether each figure weighs as much as its sample tells of the log odds, np(1
        - p), instead of the same.

    Returns
    -------
    statsmodels regression results

    Notes
    -----
    Weighted, this is meta-regression with multiplicative spread between studies:
    Thompson and Sharp (1999), doi
    10.1002/(SICI)1097-0258(19991030)18:20<2693::AID-SIM235>3.0.CO;2-V.
    """
    if not by_sample:
        return smf.ols(formula, shares).fit()
    share = shares["share_percent"] / 100
    return smf.wls(
        formula, shares, weights=shares["n_respondents"] * share * (1 - share)
    ).fit()


def predict_share(fit, new: pd.DataFrame, level: float = 95) -> pd.DataFrame:
    """Return the share that one more survey would give, with its prediction
    interval, in percent.

    Parameters
    ----------
    fit : statsmodels regression results
        Of `fit_share_trend`.
    new : DataFrame
        The regressors of the surveys to predict.
    level : float
        Coverage in percent.

    Returns
    -------
    DataFrame
        `share_percent`, `low_percent` and `high_percent`.
    """
    frame = fit.get_prediction(new).summary_frame(alpha=1 - level / 100)
    shares = 100 * expit(frame[["mean", "obs_ci_lower", "obs_ci_upper"]].to_numpy())
    return pd.DataFrame(
        shares,
        columns=["share_percent", "low_percent", "high_percent"],
        index=new.index,
    )


def trend_by_reading(readings: dict[str, dict], new: pd.DataFrame) -> pd.DataFrame:
    """Return the slope and the prediction under each reading of the figures.

    Parameters
    ----------
    readings : dict of str to dict
        Name of each reading to the arguments of `fit_share_trend`.
    new : DataFrame
        The one survey to predict.

    Returns
    -------
    DataFrame
        `reading`, `n`, `df` (degrees of freedom left), `slope` in log odds a year
        with `low` and `high`, and `share_percent` with `low_percent` and
        `high_percent`; 95% limits, Student's t. Where no degree of freedom is left
        the line runs through every figure, and there are no limits.
    """
    return pd.DataFrame(
        Parallel()(
            delayed(_read_trend)(reading, arguments, new)
            for reading, arguments in readings.items()
        )
    )


def _read_trend(reading: str, arguments: dict, new: pd.DataFrame) -> dict:
    fit = fit_share_trend(**arguments)
    row = {
        "reading": reading,
        "n": int(fit.nobs),
        "df": int(fit.df_resid),
        "slope": fit.params["years_since_2020"],
    }
    if fit.df_resid > 0:
        low, high = fit.conf_int().loc["years_since_2020"]
        row |= {"low": low, "high": high, **predict_share(fit, new).iloc[0]}
    return row


def leave_out_each(shares: pd.DataFrame, column: str) -> dict[str, pd.DataFrame]:
    """Return the shares without each value of a column in turn, such as the
    organisation.
    """
    return {
        f"without {name}": shares[shares[column] != name]
        for name in shares[column].astype(str).unique()
    }


def subtract_shares(later: pd.DataFrame, earlier: pd.DataFrame) -> pd.DataFrame:
    """Return later minus earlier shares with limits made from the limits of both.

    Parameters
    ----------
    later, earlier : DataFrame
        `share_percent`, `low` and `high`, row by row, of independent samples.

    Returns
    -------
    DataFrame
        `change_points`, `low_points` and `high_points`.

    Notes
    -----
    Newcombe (1998), method 10, doi
    10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I: the distances
    to the limits add as squares.
    """
    columns = ["share_percent", "low", "high"]
    (new, new_low, new_high), (old, old_low, old_high) = (
        frame[columns].to_numpy(float).T for frame in (later, earlier)
    )
    below, above = (
        np.hypot(new - new_low, old_high - old),
        np.hypot(new_high - new, old - old_low),
    )
    return pd.DataFrame(
        {
            "change_points": new - old,
            "low_points": new - old - below,
            "high_points": new - old + above,
        }
    )


def count_harm(effects: pd.DataFrame) -> int:
    """Return how many published effects report harm with limits that exclude none.

    Parameters
    ----------
    effects : DataFrame
        Rows of the table `published_effects`.
    """
    lower = (effects["gain_if"] == "higher") & (effects["high_in_unit"] < 0)
    raised = (effects["gain_if"] == "lower") & (effects["low_in_unit"] > 0)
    return int((lower | raised).sum())
