"""Pairs who worked together on video or in person: differences of outcomes, from
frequency tables and from sums.

A cell is a row with `batch`, `condition` ("in person" or "video"), `outcome_value`
and `pairs_count`, all of one outcome.
"""

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf
from joblib import Parallel, delayed
from scipy import stats

VIDEO = "video"
ADJUSTED, UNADJUSTED = "outcome_value ~ video + C(batch)", "outcome_value ~ video"


def repeat_cells(cells: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each pair of the cells, with `video` one or zero; a
    regression on them is that on the pairs.
    """
    rows = cells.loc[cells.index.repeat(cells["pairs_count"])].reset_index(
        drop=True
    )
    return rows.drop(columns="pairs_count").assign(
        video=(rows["condition"] == VIDEO).astype(int)
    )


def fit_difference(cells: pd.DataFrame, formula: str = ADJUSTED):
    """Fit the mean of an outcome on the condition by ordinary least squares, one
    row a pair.

    Returns
    -------
    statsmodels regression results
        With HC2 standard errors, which for two arms are those of the randomisation
        (Samii and Aronow 2012, doi 10.1016/j.spl.2011.10.024), and limits from the
        t distribution.
    """
    return smf.ols(formula, repeat_cells(cells)).fit(cov_type="HC2", use_t=True)


def fit_counts(
    cells: pd.DataFrame, formula: str = ADJUSTED, family: str = "negative binomial"
):
    """Fit a count on the condition with a log link, one row a pair.

    Parameters
    ----------
    cells : DataFrame
        Cells of an outcome that is a count.
    formula : str
        With `video`, and perhaps `C(batch)`.
    family : {"negative binomial", "Poisson"}
        The negative binomial (NB2) estimates how much the counts vary beyond
        Poisson; Poisson comes with HC0 standard errors, which need the mean alone
        to be right.

    Returns
    -------
    statsmodels results
        The exponential of the coefficient of `video` is a ratio of means.
    """
    rows = repeat_cells(cells)
    if family == "Poisson":
        return smf.poisson(formula, rows).fit(disp=False, cov_type="HC0")
    return smf.negativebinomial(formula, rows).fit(disp=False, maxiter=200)


def tidy_video(fit, level: float = 95) -> dict[str, float]:
    """Return `estimate`, `low` and `high` of the coefficient of `video`, in the
    unit of the fit.
    """
    low, high = fit.conf_int(alpha=1 - level / 100).loc["video"]
    return {
        "estimate": float(fit.params["video"]),
        "low": float(low),
        "high": float(high),
    }


def convert_ratio(tidy: dict[str, float]) -> dict[str, float]:
    """Return a tidy coefficient of a log link as a difference in percent of the
    mean in person.
    """
    return {name: float(100 * np.expm1(value)) for name, value in tidy.items()}


def compare_readings(cells: pd.DataFrame) -> pd.DataFrame:
    """Compute the difference of a count in percent by every model, on both batches
    and on each.

    Parameters
    ----------
    cells : DataFrame
        Cells of an outcome that is a count of one or more.

    Returns
    -------
    DataFrame
        `pairs` (which, and whether adjusted for the batch), `model`, `estimate`,
        `low`, `high` in percent of the mean in person. The model of the logarithm
        compares geometric means, by ordinary least squares with HC2.
    """
    samples = {
        "both batches": (cells, "video + C(batch)"),
        "both, no batch term": (cells, "video"),
        **{
            f"batch {batch}": (cells[cells["batch"] == batch], "video")
            for batch in sorted(cells["batch"].unique())
        },
    }
    models = {
        "negative binomial": lambda rows, right: fit_counts(
            rows, f"outcome_value ~ {right}"
        ),
        "Poisson, robust": lambda rows, right: fit_counts(
            rows, f"outcome_value ~ {right}", "Poisson"
        ),
        "logarithm, OLS": lambda rows, right: fit_difference(
            rows, f"np.log(outcome_value) ~ {right}"
        ),
    }
    readings = [(name, model) for name in samples for model in models]
    tasks = (
        delayed(_read_ratio)(models[model], *samples[name])
        for name, model in readings
    )
    return pd.DataFrame(
        [
            {"pairs": name, "model": model, **ratio}
            for (name, model), ratio in zip(readings, Parallel()(tasks))
        ]
    )


def _read_ratio(fit, rows: pd.DataFrame, right: str) -> dict[str, float]:
    return convert_ratio(tidy_video(fit(rows, right)))


def average_batches(cells: pd.DataFrame, level: float = 95) -> dict[str, float]:
    """Compute the difference of means from the moments of the arms, batch by batch,
    without a regression.

    Returns
    -------
    dict
        `estimate`, `low`, `high`: the batches' differences weighted by their pairs,
        with Neyman's variance and normal limits.
    """
    values, weights = cells["outcome_value"], cells["pairs_count"]
    by = [cells["batch"], cells["condition"]]
    n = weights.groupby(by, observed=True).sum().unstack()
    mean = (values * weights).groupby(by, observed=True).sum().unstack() / n
    squares = (values**2 * weights).groupby(by, observed=True).sum().unstack()
    variance = (squares - n * mean**2) / (n - 1) / n
    share = n.sum(axis="columns") / n.to_numpy().sum()
    estimate = float((share * (mean[VIDEO] - mean["in person"])).sum())
    half = stats.norm.ppf(0.5 + level / 200) * float(
        np.sqrt((share**2 * variance.sum(axis="columns")).sum())
    )
    return {"estimate": estimate, "low": estimate - half, "high": estimate + half}


def permute_conditions(
    cells: pd.DataFrame, draws: int, rng: np.random.Generator
) -> np.ndarray:
    """Return the coefficient of `video`, adjusted for the batch, had the conditions
    been dealt otherwise.

    Parameters
    ----------
    cells : DataFrame
        Cells of one outcome.
    draws : int
        How often the conditions are dealt again, within each batch.
    rng : Generator
        Source of randomness.

    Returns
    -------
    ndarray
        One estimate a draw: its distribution if the condition made no difference to
        any pair.
    """
    rows = repeat_cells(cells)
    centred = rows["video"] - rows.groupby("batch")["video"].transform("mean")
    outcome = rows["outcome_value"] - rows.groupby("batch")[
        "outcome_value"
    ].transform("mean")
    products = np.zeros(draws)
    for places in rows.groupby("batch").indices.values():
        dealt = rng.permuted(
            np.broadcast_to(centred.to_numpy()[places], (draws, len(places))),
            axis=1,
        )
        products += dealt @ outcome.to_numpy()[places]
    return products / float((centred**2).sum())


def compare_gaze(sums: pd.DataFrame, level: float = 95) -> pd.DataFrame:
    """Compute the difference of mean seconds between video and in person, with
    errors clustered by pair.

    Parameters
    ----------
    sums : DataFrame
        Columns `gaze`, `condition`, `members_count`, `pairs_count`, `sum_seconds`
        and `pair_sums_squared_seconds`.

    Returns
    -------
    DataFrame
        `gaze`, `in_person_seconds`, `video_seconds`, `estimate`, `low`, `high`,
        `people_count`, `pairs_count`: what ordinary least squares on one row a
        person gives, clustered by pair (CR1), with t of as many degrees as pairs
        less one.
    """
    size = sums["members_count"]
    cells = sums.assign(
        people=size * sums["pairs_count"],
        cross=size * sums["sum_seconds"],
        size_squared=size**2 * sums["pairs_count"],
    )
    parts = [
        "people",
        "pairs_count",
        "sum_seconds",
        "pair_sums_squared_seconds",
        "cross",
        "size_squared",
    ]
    arms = cells.groupby(["gaze", "condition"], observed=True)[parts].sum()
    mean = arms["sum_seconds"] / arms["people"]
    # Sum over pairs of the square of the sum of residuals, seconds less the mean of
    # the arm.
    squares = (
        arms["pair_sums_squared_seconds"]
        - 2 * mean * arms["cross"]
        + mean**2 * arms["size_squared"]
    )
    means, totals = (
        mean.unstack(),
        arms.groupby("gaze", observed=True)[["people", "pairs_count"]].sum(),
    )
    people, pairs = totals["people"], totals["pairs_count"]
    correction = pairs / (pairs - 1) * (people - 1) / (people - 2)
    se = np.sqrt(
        correction
        * (squares / arms["people"] ** 2).groupby("gaze", observed=True).sum()
    )
    estimate = means[VIDEO] - means["in person"]
    half = stats.t.ppf(0.5 + level / 200, pairs - 1) * se
    compared = pd.DataFrame(
        {
            "in_person_seconds": means["in person"],
            "video_seconds": means[VIDEO],
            "estimate": estimate,
            "low": estimate - half,
            "high": estimate + half,
            "people_count": people,
            "pairs_count": pairs,
        }
    )
    return compared.reset_index()
