"""The table of evidence by model and criterion: estimates from studies, and cells
from estimates or from their neighbours.

Each criterion has one scale on which effects add up: its unit, or the logarithm of
a ratio. An estimate is a normal distribution on that scale, of the effect in one
more place like those studied.
"""

import numpy as np
import pandas as pd
from statsmodels.stats.meta_analysis import combine_effects

from dispersed_autonomy.analysis import occupations, trials
from dispersed_autonomy.analysis.tradeoffs import NORMAL_95

# of the median size of the effects pooled: then the middle one just differs from
# none
ASSUMED_SE_RATIO = 0.5
SPLITS = [("manager", "non_manager"), ("female", "male")]


def estimate_own(
    quits: pd.DataFrame,
    rates: pd.DataFrame,
    effects: pd.DataFrame,
    ideas: pd.DataFrame,
) -> pd.DataFrame:
    """Return the effects that come from tables of this project.

    Parameters
    ----------
    quits, effects : DataFrame
        `quits_by_group` and `effects` of the dataset `ctrip_experiment`.
    rates : DataFrame
        `quit_rates` of `tripcom_hybrid_trial`.
    ideas : DataFrame
        `effects` of `video_ideas`.

    Returns
    -------
    DataFrame
        `id`, `study`, `effect`, `se`: logarithms of risk ratios of quitting,
        percent of calls, logarithm of the ratio of ideas.
    """
    ctrip = trials.compare_risks(
        quits[quits["characteristic"] == "everyone"],
        ["characteristic"],
        "home",
        "office",
    ).iloc[0]
    groups = trials.list_group_cells(
        trials.derive_arms(rates, "hybrid", "office"),
        "all",
        SPLITS,
        "hybrid",
        "office",
    )
    tripcom = (
        trials.compare_risks(groups, ["group"], "hybrid", "office")
        .set_index("group")
        .loc["all"]
    )
    calls = effects[
        (effects["outcome"] == "calls a month")
        & (effects["specification"] == "order takers")
    ].iloc[0]
    video = ideas[
        ideas["outcome"].eq("ideas")
        & ideas["sample"].eq("both batches")
        & ideas["model"].eq("negative binomial")
    ].iloc[0]
    rows = [
        ("ctrip_quits", "Ctrip", ctrip["log_risk_ratio"], ctrip["log_se"]),
        ("tripcom_quits", "Trip.com", tripcom["log_risk_ratio"], tripcom["log_se"]),
        ("ctrip_calls", "Ctrip", calls["estimate_in_unit"], calls["se_in_unit"]),
        (
            "video_ideas",
            "Brucks and Levav",
            video["estimate_log_ratio"],
            video["se_log_ratio"],
        ),
    ]
    return pd.DataFrame(rows, columns=["id", "study", "effect", "se"])


def gather_studies(
    studies: pd.DataFrame, published: pd.DataFrame, own: pd.DataFrame
) -> pd.DataFrame:
    """Return one row for each study of each estimate, on the scale on which effects
    add up.

    Parameters
    ----------
    studies : DataFrame
        The table `studies`: `estimate`, `source` and `scale`.
    published : DataFrame
        The table `published_effects`.
    own : DataFrame
        As of `estimate_own`.

    Returns
    -------
    DataFrame
        `estimate`, `study`, `effect`, `se` (NaN where none is known). Rows of one
        study are averaged, as if they were one.

    Raises
    ------
    ValueError
        If a source is unknown, or has no figure.
    """
    renamed = published.rename(
        columns={"effect_in_unit": "effect", "se_in_unit": "se"}
    )[["id", "study", "effect", "se"]]
    known = pd.concat(
        [own, renamed.astype({"id": str, "study": str})], ignore_index=True
    )
    rows = studies.astype(str).merge(
        known, left_on="source", right_on="id", how="left", validate="many_to_one"
    )
    null = rows["scale"] == "none found"
    rows["effect"] = rows["effect"].mask(null, 0.0)
    if unknown := rows.loc[rows["effect"].isna(), "source"].tolist():
        raise ValueError(f"no figure for {', '.join(unknown)}")
    ratio = rows["scale"].isin(["percent change", "percent change, reversed"])
    sign = np.where(rows["scale"] == "percent change, reversed", -1, 1)
    change = 1 + rows["effect"].where(ratio, 0) / 100
    rows["se"] = rows["se"].where(~ratio, rows["se"] / 100 / change)
    rows["effect"] = rows["effect"].where(~ratio, np.log(change) * sign)
    return (
        rows.groupby(["estimate", "study"], sort=False)[["effect", "se"]]
        .mean()
        .reset_index()
    )


def pool_estimates(
    gathered: pd.DataFrame, se_ratio: float = ASSUMED_SE_RATIO
) -> pd.DataFrame:
    """Pool the studies of each estimate, and widen it to the effect in one more
    place.

    Parameters
    ----------
    gathered : DataFrame
        As of `gather_studies`.
    se_ratio : float
        Standard error of a study that states none, as a part of the median size of
        the effects of its estimate.

    Returns
    -------
    DataFrame
        By `estimate`: `mean`, `sd` (of the effect in one more place), `se` (of the
        mean), `spread` (between studies), `studies`, `assumed` (studies whose
        standard error is assumed).

    Notes
    -----
    Paule and Mandel's variance between studies; the standard deviation in one more
    place is the root of it and the squared error of the mean together (normal: with
    so few studies Student's t would say nothing at all).
    """
    rows = {
        name: _pool_one(studies, se_ratio)
        for name, studies in gathered.groupby("estimate", sort=False)
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("estimate")


def _pool_one(studies: pd.DataFrame, se_ratio: float) -> dict:
    effects, errors = (
        assume_errors(studies, se_ratio)[["effect", "se"]].to_numpy().T
    )
    mean, error, spread = effects[0], errors[0], 0.0
    if len(effects) > 1:
        result = combine_effects(effects, errors**2, method_re="pm")
        spread = np.sqrt(result.tau2)
        mean, error = (
            (result.mean_effect_re, result.sd_eff_w_re)
            if spread
            else (result.mean_effect_fe, result.sd_eff_w_fe)
        )
    assumed = int(studies["se"].isna().sum())
    return {
        "mean": mean,
        "sd": np.hypot(error, spread),
        "se": error,
        "spread": spread,
        "studies": len(effects),
        "assumed": assumed,
    }


def assume_errors(
    gathered: pd.DataFrame, se_ratio: float = ASSUMED_SE_RATIO
) -> pd.DataFrame:
    """Return studies with the standard errors that none states assumed, as for
    `pool_estimates`.
    """
    sizes = (
        gathered["effect"].abs().groupby(gathered["estimate"]).transform("median")
    )
    return gathered.assign(se=gathered["se"].fillna(se_ratio * sizes))


def try_errors(
    gathered: pd.DataFrame, places: dict[str, str], ratios: dict[str, float]
) -> pd.DataFrame:
    """Pool some estimates under several assumed standard errors.

    Parameters
    ----------
    gathered : DataFrame
        As of `gather_studies`.
    places : dict of str to str
        What to call an estimate, and its name.
    ratios : dict of str to float
        What to call an assumption, and the `se_ratio` of `pool_estimates`.

    Returns
    -------
    DataFrame
        `place`, `assumed`, `label` (both), `effect`, and `low`, `high`, the 95%
        limits in one more place.
    """
    pooled = {
        name: pool_estimates(gathered, ratio) for name, ratio in ratios.items()
    }
    rows = [
        (place, name, *pooled[name].loc[estimate, ["mean", "sd"]])
        for place, estimate in places.items()
        for name in ratios
    ]
    tried = pd.DataFrame(rows, columns=["place", "assumed", "effect", "sd"])
    half = NORMAL_95 * tried.pop("sd")
    return tried.assign(
        label=tried["place"] + ", " + tried["assumed"],
        low=tried["effect"] - half,
        high=tried["effect"] + half,
    )


def fill_cells(
    evidence: pd.DataFrame, estimates: pd.DataFrame, widening: float = 1.0
) -> pd.DataFrame:
    """Fill the numbers of every cell that has a recipe.

    Parameters
    ----------
    evidence : DataFrame
        The table `evidence`. A recipe is a sum of estimates, or of other models'
        cells of the same criterion, each perhaps with a factor; `or` stands between
        neighbours of which nobody knows which one is nearer.
    estimates : DataFrame
        As of `pool_estimates`.
    widening : float
        Multiplies the column `widening_ratio` of every cell that borrows.

    Returns
    -------
    DataFrame
        The table with `central_in_unit`, `low_in_unit`, `high_in_unit` (95%).
        Neighbours are mixed in equal parts, and the normal distribution with the
        mixture's mean and variance is widened. Cells without recipe stay as they
        are.
    """
    cells = {
        (row.model, row.criterion): row
        for row in evidence.astype({"model": str, "criterion": str}).itertuples()
    }
    filled = [_read_cell(row, cells, estimates, widening) for row in cells.values()]
    columns = ["central_in_unit", "low_in_unit", "high_in_unit"]
    return evidence.assign(
        **pd.DataFrame(filled, columns=columns, index=evidence.index)
    )


def _read_cell(
    row, cells: dict, estimates: pd.DataFrame, widening: float
) -> np.ndarray:
    typed = np.array([row.central_in_unit, row.low_in_unit, row.high_in_unit])
    if not isinstance(row.recipe, str):
        return typed
    mean, sd = _mix_cell(row, cells, estimates, widening)
    limits = mean + np.array([0, -NORMAL_95, NORMAL_95]) * sd
    return 100 * np.expm1(limits) if row.distribution == "log ratio" else limits


def _mix_cell(
    row, cells: dict, estimates: pd.DataFrame, widening: float
) -> tuple[float, float]:
    if not isinstance(row.recipe, str):
        return row.central_in_unit, (row.high_in_unit - row.low_in_unit) / (
            2 * NORMAL_95
        )
    options = []
    for option in row.recipe.split(" or "):
        terms = [
            _read_term(term, row, cells, estimates, widening)
            for term in option.split(" + ")
        ]
        options.append(
            (sum(mean for mean, _ in terms), np.sqrt(sum(sd**2 for _, sd in terms)))
        )
    means, sds = np.array(options).T
    widened = row.widening_ratio * (widening if row.basis == "borrowed" else 1)
    return means.mean(), widened * np.sqrt((sds**2).mean() + means.var())


def _read_term(
    term: str, row, cells: dict, estimates: pd.DataFrame, widening: float
) -> tuple[float, float]:
    factor, name = term.split("*") if "*" in term else (1, term)
    if (name, row.criterion) in cells:
        mean, sd = _mix_cell(cells[name, row.criterion], cells, estimates, widening)
    else:
        mean, sd = estimates.loc[name, ["mean", "sd"]]
    return float(factor) * mean, float(factor) * sd


def estimate_prices(
    rates: pd.DataFrame,
    months: pd.DataFrame,
    published: pd.DataFrame,
    jobs: pd.DataFrame,
) -> pd.DataFrame:
    """Return the parameters of the business case that come from tables of this
    project.

    Parameters
    ----------
    rates : DataFrame
        `quit_rates` of `tripcom_hybrid_trial`, over six months.
    months : DataFrame
        `quits_by_period` of `ctrip_experiment`.
    published : DataFrame
        The table `published_effects`.
    jobs : DataFrame
        `sales_jobs` of `teleworkability`.

    Returns
    -------
    DataFrame
        By `parameter`: `low_in_unit`, `central_in_unit`, `high_in_unit`; NaN where
        the number is compiled by hand.
    """
    office = rates.query("group == 'all' and arm == 'office'")[
        "quit_rate_percent"
    ].item()
    control = months[months["arm"] == "office"]
    quits, people, length = (
        control["quits_count"].sum(),
        control["at_risk_count"].max(),
        control["month_number"].max(),
    )
    effect = published.set_index("id")["effect_in_unit"]
    sales = jobs[(jobs["kind"] != "neighbour") & (jobs["year"] == 2018)]
    everyone, away = (
        occupations.compute_shares(rows, ["year"]).iloc[0]
        for rows in (sales, sales[sales["kind"] != "counter"])
    )
    rows = {
        "base_quit_percent": (
            np.nan,
            annualise(office, 6),
            annualise(100 * quits / people, length),
        ),
        "virtual_share_percent": (
            everyone["onet_percent"],
            away["manual_percent"],
            away["onet_percent"],
        ),
        "kept_percent": (
            np.nan,
            100 * effect["cpp2025_2"] / effect["cpp2025_1"],
            -100 * effect["bbdmm2022_1"] / effect["aksoy2022_1"],
        ),
    }
    columns = ["low_in_unit", "central_in_unit", "high_in_unit"]
    return pd.DataFrame.from_dict(
        rows, orient="index", columns=columns
    ).rename_axis("parameter")


def annualise(percent: float, months: float) -> float:
    """Return the share that leaves in a year if a share leaves in some months, in
    percent, at a constant hazard.
    """
    return 100 * (1 - (1 - percent / 100) ** (12 / months))
