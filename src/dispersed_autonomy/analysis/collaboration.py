"""Pairs who worked together on video or in person: differences of outcomes, from
frequency tables, from moments and from sums.

A cell is a row with `batch`, `condition` ("in person" or "video"), `outcome_value`
and `pairs_count`, all of one outcome. Moments are a row with `batch`, `condition`,
`pairs_count`, `mean_value` and `variance_value`.
"""

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf
from joblib import Parallel, delayed
from scipy import stats

from dispersed_autonomy.analysis import standards

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


def spread_moments(moments: pd.DataFrame) -> pd.DataFrame:
    """Return cells whose number, mean and variance in every arm are those of the
    moments.

    Parameters
    ----------
    moments : DataFrame
        Moments of one outcome; the variance has one pair less in the denominator.

    Returns
    -------
    DataFrame
        Cells at the mean, and as far above it as below. Least squares on regressors
        that are constant in an arm sees no more of the pairs than these moments, so
        that its coefficients and robust errors are those of the pairs, exactly.
    """
    n = moments["pairs_count"]
    half = n // 2
    reach = np.sqrt(moments["variance_value"] * (n - 1) / (2 * half))
    places = [
        (moments["mean_value"], n - 2 * half),
        (moments["mean_value"] - reach, half),
        (moments["mean_value"] + reach, half),
    ]
    cells = pd.concat(
        moments[["batch", "condition"]].assign(
            outcome_value=value, pairs_count=count
        )
        for value, count in places
    )
    return cells[cells["pairs_count"] > 0].reset_index(drop=True)


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
        `low`, `high` in percent of the mean in person, `log_estimate` and `log_se`
        of the logarithm of the ratio, and `pairs_count`. The model of the logarithm
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
    fitted = fit(rows, right)
    return {
        **convert_ratio(tidy_video(fitted)),
        "log_estimate": float(fitted.params["video"]),
        "log_se": float(fitted.bse["video"]),
        "pairs_count": int(rows["pairs_count"].sum()),
    }


def average_batches(moments: pd.DataFrame, level: float = 95) -> dict[str, float]:
    """Compute the difference of means from the moments of the arms, batch by batch,
    without a regression.

    Parameters
    ----------
    moments : DataFrame
        Moments of one outcome.
    level : float
        Coverage in percent.

    Returns
    -------
    dict
        `estimate`, `low`, `high`: the batches' differences weighted by their pairs,
        with Neyman's variance and normal limits.
    """
    wide = moments.pivot(
        index="batch",
        columns="condition",
        values=["pairs_count", "mean_value", "variance_value"],
    ).astype(float)
    n, mean = wide["pairs_count"], wide["mean_value"]
    variance = wide["variance_value"] / n
    share = n.sum(axis="columns") / n.to_numpy().sum()
    estimate = float((share * (mean[VIDEO] - mean["in person"])).sum())
    half = stats.norm.ppf(0.5 + level / 200) * float(
        np.sqrt((share**2 * variance.sum(axis="columns")).sum())
    )
    return {"estimate": estimate, "low": estimate - half, "high": estimate + half}


def summarise_pairs(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the moments of an outcome in every arm of every batch.

    Parameters
    ----------
    cells : DataFrame
        Cells of one or more outcomes, named by `outcome`.

    Returns
    -------
    DataFrame
        `outcome`, `batch`, `condition`, `pairs_count`, `mean_value` and
        `variance_value`, with one pair less in the denominator.
    """
    rows = cells.loc[cells.index.repeat(cells["pairs_count"])]
    arms = rows.groupby(["outcome", "batch", "condition"], observed=True)
    return (
        arms["outcome_value"]
        .agg(pairs_count="count", mean_value="mean", variance_value="var")
        .reset_index()
    )


def fill_unscored(choice: pd.DataFrame, everybody: pd.DataFrame) -> pd.DataFrame:
    """Return the choices with those that have no score filled in against video.

    Parameters
    ----------
    choice, everybody : DataFrame
        Cells of the choice, and of an outcome that every pair has.

    Returns
    -------
    DataFrame
        The cells of the choice and further ones: unscored choices in person are
        perfect, those on video as bad as the worst that anyone made.
    """
    arm = ["batch", "condition"]
    missing = (
        everybody.groupby(arm, observed=True)["pairs_count"].sum()
        - choice.groupby(arm, observed=True)["pairs_count"].sum()
    ).rename("pairs_count")
    unscored = missing[missing > 0].reset_index()
    worst = np.where(
        unscored["condition"] == VIDEO, choice["outcome_value"].min(), 0.0
    )
    return pd.concat(
        [choice, unscored.assign(outcome_value=worst)], ignore_index=True
    )


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


def count_deals(cells: pd.DataFrame, draws: int, seed: int) -> dict[str, float]:
    """Count how often conditions dealt otherwise give as large a difference.

    Parameters
    ----------
    cells : DataFrame
        Cells of one outcome.
    draws : int
        How often the conditions are dealt again.
    seed : int
        Of the generator of random numbers.

    Returns
    -------
    dict
        `draws_count`, `as_large_draws_count` and `spread_value`, the standard
        deviation of the draws.
    """
    dealt = permute_conditions(cells, draws, np.random.default_rng(seed))
    actual = abs(float(fit_difference(cells).params["video"]))
    return {
        "draws_count": draws,
        "as_large_draws_count": int((np.abs(dealt) >= actual).sum()),
        "spread_value": float(dealt.std()),
    }


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


def fit_samples(moments: pd.DataFrame, effects: pd.DataFrame) -> dict[str, dict]:
    """Fit the differences anew without the batch, and in each batch alone.

    Parameters
    ----------
    moments : DataFrame
        The table `outcome_moments`.
    effects : DataFrame
        The table `effects`.

    Returns
    -------
    dict of dict
        By what the sample is called: by outcome, `value`, `low` and `high` of the
        difference; and under "percent" those of ideas in percent, by the negative
        binomial model.
    """
    samples = {
        "no term for the batch": ("both, no batch term", [1, 2]),
        "the first batch alone": ("batch 1", [1]),
        "the second batch alone": ("batch 2", [2]),
    }
    fitted = {}
    for name, (sample, batches) in samples.items():
        rows = moments[moments["batch"].isin(batches)]
        differences = {
            outcome: rename_value(
                tidy_video(fit_difference(spread_moments(cells), UNADJUSTED))
            )
            for outcome, cells in rows.groupby("outcome", observed=True)
        }
        percent = read_effect(effects, "ideas", sample, "negative binomial")
        fitted[name] = differences | {"percent": percent}
    return fitted


def rename_value(tidy: dict[str, float]) -> dict[str, float]:
    """Return a tidy coefficient with its estimate called `value`."""
    return {"value": tidy["estimate"], "low": tidy["low"], "high": tidy["high"]}


def read_effect(
    effects: pd.DataFrame, outcome: str, sample: str, model: str
) -> dict[str, float]:
    """Return `value`, `low` and `high` in percent of one row of the table
    `effects`.
    """
    (row,) = effects[
        effects["outcome"].eq(outcome)
        & effects["sample"].eq(sample)
        & effects["model"].eq(model)
    ].to_dict("records")
    return {
        "value": row["estimate_percent"],
        "low": row["low_percent"],
        "high": row["high_percent"],
    }


def count_losses(effects: pd.DataFrame) -> dict[str, pd.Series]:
    """Return whether each comparison at work reports a loss with distance, under
    several ways to count.

    Parameters
    ----------
    effects : DataFrame
        The table `published_effects`.

    Returns
    -------
    dict of str to Series
        By the name of the way to count: one truth value a comparison.
    """
    studies = standards.count_studies(effects, "meetings")
    near = standards.count_studies(effects, "output near")
    sized = effects.loc[effects["effect_in_unit"].notna(), "study"].astype(str)
    loss = studies["away"].eq("loss")
    return {
        "as published": loss,
        "comparisons whose size was seen": loss[studies["study"].isin(sized)],
        "comparisons of output near and apart as well": pd.concat(
            [loss, near["away"].eq("loss")], ignore_index=True
        ),
    }
