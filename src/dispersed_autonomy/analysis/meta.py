"""Random-effects meta-analysis of a handful of studies, by statsmodels.

Effects are on a scale where they add up: differences, or logarithms of ratios. With
few studies the spread between them is hardly known, so that every pooled effect
comes in several forms, and what a form assumes is said beside it.
"""

import numpy as np
import pandas as pd
from scipy import optimize, stats
from statsmodels.stats.meta_analysis import combine_effects

METHODS = {
    "common effect": None,
    "DerSimonian-Laird": "dl",
    "Paule-Mandel": "pm",
    "Hartung-Knapp": "pm",
}
RATIO_COLUMNS = ["effect", "low", "high", "predicted_low", "predicted_high"]


def pool_effects(
    studies: pd.DataFrame, effect: str = "effect", se: str = "se", level: float = 95
) -> pd.DataFrame:
    """Pool the effects of independent studies in four ways.

    Parameters
    ----------
    studies : DataFrame
        One row a study, two or more.
    effect, se : str
        Columns of the estimates and of their standard errors.
    level : float
        Coverage of the intervals in percent.

    Returns
    -------
    DataFrame
        One row a method: `method`, `effect`, `se`, `low`, `high`, `spread`
        (standard deviation of the true effects between studies), `predicted_low`
        and `predicted_high` (where the true effect of a further study would lie),
        `q`, `i2_percent` (part of the variation beyond chance) and `studies`.
        Limits are normal, but for Hartung-Knapp and for predictions, which use
        Student's t with one degree of freedom less than studies.

    Raises
    ------
    ValueError
        If there are fewer than two studies, or an effect or standard error is
        missing or not positive.

    Notes
    -----
    DerSimonian and Laird (1986), doi 10.1016/0197-2456(86)90046-2; Paule and Mandel
    (1982); Hartung and Knapp (2001), doi 10.1002/sim.791; prediction as in IntHout
    and others (2016), doi 10.1136/bmjopen-2015-010247. statsmodels leaves a
    negative variance between studies as it is; here it is zero.
    """
    estimates, errors = _check(studies, effect, se)
    return pd.DataFrame(
        [_pool(method, estimates, errors, level) for method in METHODS]
    )


def _check(
    studies: pd.DataFrame, effect: str, se: str
) -> tuple[np.ndarray, np.ndarray]:
    estimates, errors = studies[effect].to_numpy(float), studies[se].to_numpy(float)
    if len(estimates) < 2:
        raise ValueError(f"{len(estimates)} studies cannot be pooled")
    if not (
        np.isfinite(estimates).all()
        and np.isfinite(errors).all()
        and (errors > 0).all()
    ):
        raise ValueError("each study needs an effect and a positive standard error")
    return estimates, errors


def _pool(
    method: str, estimates: np.ndarray, errors: np.ndarray, level: float
) -> dict:
    result = combine_effects(estimates, errors**2, method_re="pm")
    degrees = len(estimates) - 1
    if (
        METHODS[method] == "dl" and result.q > degrees
    ):  # otherwise its variance between studies would be negative
        result = combine_effects(estimates, errors**2, method_re="dl")
    spread2 = result.tau2 if METHODS[method] else 0.0
    if spread2 > 0:
        pooled, error = result.mean_effect_re, result.sd_eff_w_re
    else:
        pooled, error = result.mean_effect_fe, result.sd_eff_w_fe
    student = stats.t.ppf(0.5 + level / 200, degrees)
    if method == "Hartung-Knapp":
        error = result.sd_eff_w_re_hksj if spread2 > 0 else result.sd_eff_w_fe_hksj
    half = error * (
        student if method == "Hartung-Knapp" else stats.norm.ppf(0.5 + level / 200)
    )
    reach = student * np.sqrt(spread2 + error**2) if METHODS[method] else np.nan
    return {
        "method": method,
        "effect": pooled,
        "se": error,
        "low": pooled - half,
        "high": pooled + half,
        "spread": np.sqrt(spread2),
        "predicted_low": pooled - reach,
        "predicted_high": pooled + reach,
        "q": result.q,
        "i2_percent": 100 * max(0.0, 1 - degrees / result.q)
        if result.q > 0
        else 0.0,
        "studies": len(estimates),
    }


def pool_without_each(
    studies: pd.DataFrame, label: str, method: str = "Paule-Mandel", **options
) -> pd.DataFrame:
    """Pool again with each study left out in turn.

    Parameters
    ----------
    studies : DataFrame
        One row a study, two or more. Of two, the one that is left speaks for
        itself.
    label : str
        Column of the studies' names.
    method : str
        One of `METHODS`.
    **options
        Passed to `pool_effects`.

    Returns
    -------
    DataFrame
        `left_out` and the columns of `pool_effects`.
    """
    rows = []
    for name in studies[label]:
        rest = studies[studies[label] != name]
        rows.append({"left_out": name, **(_pool_rest(rest, method, **options))})
    return pd.DataFrame(rows)


def _pool_rest(
    rest: pd.DataFrame,
    method: str,
    effect: str = "effect",
    se: str = "se",
    level: float = 95,
) -> dict:
    if len(rest) > 1:
        return _pool(method, *_check(rest, effect, se), level)
    value, error = rest[effect].item(), rest[se].item()
    half = stats.norm.ppf(0.5 + level / 200) * error
    return {
        "method": "one study",
        "effect": value,
        "se": error,
        "low": value - half,
        "high": value + half,
        "studies": 1,
    }


def pool_at_spreads(
    studies: pd.DataFrame,
    spreads: list[float],
    effect: str = "effect",
    se: str = "se",
    level: float = 95,
) -> pd.DataFrame:
    """Pool as if the spread between studies were known, for each of several
    spreads.

    Parameters
    ----------
    studies : DataFrame
        One row a study.
    spreads : list of float
        Standard deviations of the true effects between studies, on the scale of the
        effects.

    Returns
    -------
    DataFrame
        `spread`, `effect`, `low`, `high`, with normal limits.
    """
    estimates, errors = _check(studies, effect, se)
    weights = 1 / (errors**2 + np.asarray(spreads, dtype=float)[:, None] ** 2)
    pooled = (weights * estimates).sum(axis=1) / weights.sum(axis=1)
    half = stats.norm.ppf(0.5 + level / 200) / np.sqrt(weights.sum(axis=1))
    return pd.DataFrame(
        {
            "spread": spreads,
            "effect": pooled,
            "low": pooled - half,
            "high": pooled + half,
        }
    )


def spread_reaching(
    studies: pd.DataFrame,
    limit: float,
    effect: str = "effect",
    se: str = "se",
    level: float = 95,
) -> float:
    """Return the spread between studies at which a pooled interval, with that
    spread for true, first reaches a limit.

    Parameters
    ----------
    studies : DataFrame
        One row a study.
    limit : float
        A value on the scale of the effects.

    Returns
    -------
    float
        On the scale of the effects; zero if the interval holds the limit without
        any spread.
    """

    def gap(spread: float) -> float:
        row = pool_at_spreads(studies, [spread], effect, se, level).iloc[0]
        return max(row["low"] - limit, limit - row["high"])

    largest = 10 * (studies[effect].abs().max() + studies[se].max() + abs(limit))
    return 0.0 if gap(0) <= 0 else float(optimize.brentq(gap, 0, largest))


def to_ratios(pooled: pd.DataFrame) -> pd.DataFrame:
    """Return pooled logarithms of ratios, with their limits, as ratios."""
    columns = [column for column in RATIO_COLUMNS if column in pooled]
    return pooled.assign(**np.exp(pooled[columns]))
