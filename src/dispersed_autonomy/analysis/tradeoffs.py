"""Four models of work against ten criteria: effects, business case, ranking.

Effects are arrays of draws x models x criteria, in the order of `MODELS` and
`CRITERIA`, against the office, whose effects are zero. Shares and rates are in
percent, money in US dollars a year and person. Draws come in chunks, each with its
own seed, so that they are the same whatever the number of workers; joblib runs
them, and inside `joblib.parallel_config("dask")` a cluster does.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

NORMAL_95 = 1.959963984540054
MODELS = ("office", "hybrid", "fully_remote", "dispersed_autonomy")
CRITERIA = (
    "retention",
    "output",
    "recruiting",
    "diversity",
    "collaboration",
    "worker_value",
    "commute",
    "office_cost",
    "coaching",
    "controls",
)
PARTS = ("retention", "output", "kept_value", "rent", "coaching", "travel")
# Teams without a common office travel to meet.
MEETING_TRAVEL = np.array([0.0, 0.0, 1.0, 1.0])
CHUNK = 20_000
SEED = 20261123  # of the notebook and of what it hands out


class Tables(NamedTuple):
    """The tables `evidence`, `criteria` and `prices` of `model_evidence`."""

    evidence: pd.DataFrame
    criteria: pd.DataFrame
    prices: pd.DataFrame


class Draws(NamedTuple):
    """One simulation: net values, utilities, and the inputs.

    `net` and the utilities with `equal` and with `dirichlet` weights are draws x
    models.

    `effects`, `weights` (draws x criteria) and `team` (arrays of draws by
    parameter) are empty unless they were kept.
    """

    net: np.ndarray
    equal: np.ndarray
    dirichlet: np.ndarray
    effects: np.ndarray
    weights: np.ndarray
    team: dict


def draw_effects(
    evidence: pd.DataFrame,
    criteria: pd.DataFrame,
    n_draws: int,
    rng: np.random.Generator,
    shared: float = 0.0,
) -> np.ndarray:
    """Draw effects from the cells of the evidence.

    Parameters
    ----------
    evidence : DataFrame
        One row for each model and criterion, with `distribution`,
        `central_in_unit`, `low_in_unit`, `high_in_unit` (95%). "normal" is normal;
        "log ratio" is a percentage change whose ratio has a normal logarithm; an
        empty cell could lie anywhere on the scale of its criterion and is drawn
        uniformly from it.
    criteria : DataFrame
        With `worst_in_unit` and `best_in_unit`.
    n_draws : int
        Number of draws.
    rng : numpy Generator
        Source of chance.
    shared : float
        Correlation of the models' effects on one criterion, 0 to 1.

    Returns
    -------
    ndarray
        Draws x models x criteria, in the units of the criteria.
    """
    mean, sd, log = cell_scales(evidence)
    worst, best = scale_ends(criteria)
    normal = rng.standard_normal((n_draws, len(MODELS), len(CRITERIA)))
    if shared:
        common = rng.standard_normal((n_draws, 1, len(CRITERIA)))
        normal = np.sqrt(shared) * common + np.sqrt(1 - shared) * normal
    effects = normal * sd + mean
    effects[:, log] = 100 * np.expm1(effects[:, log])
    for model, criterion in np.argwhere(np.isnan(mean)):
        effects[:, model, criterion] = rng.uniform(
            *sorted((worst[criterion], best[criterion])), n_draws
        )
    return effects


def cell_scales(
    evidence: pd.DataFrame,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return mean and standard deviation of each cell as it is drawn.

    They are on the scale of its normal distribution; the third array says whether
    that is a logarithm.

    Returns
    -------
    tuple of ndarray
        Each models x criteria; NaN in empty cells.
    """
    shape = (len(MODELS), len(CRITERIA))
    order = pd.MultiIndex.from_product(
        [MODELS, CRITERIA], names=["model", "criterion"]
    )
    cells = (
        evidence.astype({"model": str, "criterion": str, "distribution": str})
        .set_index(["model", "criterion"])
        .loc[order]
    )
    limits = cells[["central_in_unit", "low_in_unit", "high_in_unit"]].to_numpy(
        float
    )
    log = (cells["distribution"] == "log ratio").to_numpy()
    limits[log] = np.log1p(limits[log] / 100)
    sd = (limits[:, 2] - limits[:, 1]) / (2 * NORMAL_95)
    return limits[:, 0].reshape(shape), sd.reshape(shape), log.reshape(shape)


def scale_ends(criteria: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the worst and the best end of each criterion's scale.

    They are in the order of `CRITERIA`.
    """
    rows = (
        criteria.astype({"criterion": str})
        .set_index("criterion")
        .loc[list(CRITERIA)]
    )
    return rows["worst_in_unit"].to_numpy(float), rows["best_in_unit"].to_numpy(
        float
    )


def list_money_criteria(criteria: pd.DataFrame) -> list[str]:
    """Return the criteria that the business case counts in money."""
    return (
        criteria.loc[criteria["in_money"] == "yes", "criterion"]
        .astype(str)
        .tolist()
    )


def draw_team(
    prices: pd.DataFrame, n_draws: int, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Draw the parameters of the business case from triangles.

    They lie between low and high, with their peak at the central value.
    """
    rows = prices.itertuples()
    return {
        str(row.parameter): rng.triangular(
            row.low_in_unit, row.central_in_unit, row.high_in_unit, n_draws
        )
        for row in rows
    }


def central_team(prices: pd.DataFrame) -> dict[str, float]:
    """Return the central value of each parameter."""
    return dict(zip(prices["parameter"].astype(str), prices["central_in_unit"]))


def net_value(effects: np.ndarray, team: dict) -> np.ndarray:
    """Compute what each model is worth to the firm against the office, by parts.

    Parameters
    ----------
    effects : ndarray
        Draws x models x criteria.
    team : dict
        Parameters of the business case by name, each one number or one for each
        draw.

    Returns
    -------
    ndarray
        Draws x models x `PARTS`, in percent of payroll; their sum over the last
        axis is the net value.

    Notes
    -----
    With s the share of roles that can be virtual, and everything else in percent of
    pay: retention is -s * base quit rate * change in quits * replacement cost;
    output is s * change * its worth; of the value to the worker a share is kept;
    rent is s * seats freed * (rent - cost of working elsewhere) / pay; coaching is
    s * its cost; travel is s * days * cost of a day / pay, in models without a
    common office.
    """
    on = {name: effects[..., number] for number, name in enumerate(CRITERIA)}
    of = {
        name: np.asarray(value, dtype=float)[..., None]
        for name, value in team.items()
    }
    share = _share(team)[..., None]
    parts = [
        -of["base_quit_percent"]
        / 100
        * on["retention"]
        / 100
        * of["replacement_percent"],
        on["output"] * of["output_worth_ratio"],
        on["worker_value"] * of["kept_percent"] / 100,
        on["office_cost"] * (of["rent_usd"] - of["elsewhere_usd"]) / of["pay_usd"],
        -on["coaching"],
        -100
        * MEETING_TRAVEL
        * of["travel_days"]
        * of["travel_day_usd"]
        / of["pay_usd"],
    ]
    return np.stack(
        [share * np.broadcast_to(part, on["output"].shape) for part in parts],
        axis=-1,
    )


def score_effects(effects: np.ndarray, criteria: pd.DataFrame) -> np.ndarray:
    """Return effects on the criteria's linear scales; nothing is cut off.

    Zero is the worst end and one the best.
    """
    worst, best = scale_ends(criteria)
    return (effects - worst) / (best - worst)


def utilities(
    effects: np.ndarray, weights: np.ndarray, criteria: pd.DataFrame
) -> np.ndarray:
    """Compute the weighted mean of the scores of each model.

    Parameters
    ----------
    effects : ndarray
        Draws x models x criteria.
    weights : ndarray
        One a criterion, or draws x criteria; not negative, of any positive sum.
    criteria : DataFrame
        With `worst_in_unit` and `best_in_unit`.

    Returns
    -------
    ndarray
        Draws x models.

    Raises
    ------
    ValueError
        If a weight is negative or no number, or all are zero.
    """
    return weigh_scores(score_effects(effects, criteria), weights)


def weigh_scores(scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Compute `utilities` from scores; parameters, returns and errors as there."""
    weights = np.asarray(weights, dtype=float)
    total = weights.sum(axis=-1, keepdims=True)
    if not ((weights >= 0).all() and (total > 0).all()):
        raise ValueError("weights are not negative, and at least one is positive")
    return np.einsum("...mc,...c->...m", scores, weights / total)


def rank_models(scores: np.ndarray) -> np.ndarray:
    """Return the rank of each model in each draw, 1 for the highest score.

    Of equal ones the first in `MODELS` leads.
    """
    return np.argsort(np.argsort(-scores, axis=-1, kind="stable"), axis=-1) + 1


def rank_shares(scores: np.ndarray) -> pd.DataFrame:
    """Return how often each model (row) has each rank (column), in percent."""
    ranks = rank_models(scores)
    shares = [
        100 * (ranks == rank).mean(axis=0)
        for rank in range(1, scores.shape[-1] + 1)
    ]
    return pd.DataFrame(dict(enumerate(shares, start=1)), index=list(MODELS))


def central_weights(weights: np.ndarray, scores: np.ndarray) -> pd.DataFrame:
    """Return the mean weights, in percent, with which each model ranks first.

    They are means over the draws in which it does; NaN where it never does.
    """
    first = rank_models(scores) == 1
    rows = {
        model: 100 * weights[first[:, number]].mean(axis=0)
        for number, model in enumerate(MODELS)
        if first[:, number].any()
    }
    return pd.DataFrame(rows, index=list(CRITERIA)).T.reindex(MODELS)


def break_even_output(
    effects: np.ndarray, team: dict, model: str = "dispersed_autonomy"
) -> np.ndarray:
    """Return the loss of output at which a model stops being worth it.

    It is in percent, in each draw.

    Parameters
    ----------
    effects, team
        As of `net_value`.
    model : str
        One of `MODELS`.

    Returns
    -------
    ndarray
        One a draw; negative where output would have to rise for the model to be
        worth it, NaN where no role can be virtual or output is worth nothing.
    """
    _, others = _set_apart("output", effects, team, model)
    worth = np.broadcast_to(_share(team) * team["output_worth_ratio"], others.shape)
    return np.divide(
        others, worth, out=np.full(others.shape, np.nan), where=worth > 0
    )


def break_even_quit(
    effects: np.ndarray, team: dict, model: str = "dispersed_autonomy"
) -> np.ndarray:
    """Return the base quit rate at which a model starts to be worth it.

    It is in percent a year, in each draw; parameters as of `break_even_output`.

    Returns
    -------
    ndarray
        One a draw; zero where it is worth it even if nobody quits, infinite where
        no quit rate is enough.
    """
    per_quit = team | {"base_quit_percent": 1.0}
    slope, others = _set_apart("retention", effects, per_quit, model)
    needed = np.divide(
        -others, slope, out=np.full(len(slope), np.inf), where=slope > 0
    )
    return np.where(others >= 0, 0.0, needed)


def _set_apart(
    part: str, effects: np.ndarray, team: dict, model: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return one part of a model's net value, and the sum of its other parts."""
    own = net_value(effects, team)[:, MODELS.index(model)]
    apart = own[:, PARTS.index(part)]
    return apart, own.sum(axis=-1) - apart


def _share(team: dict) -> np.ndarray:
    return np.asarray(team["virtual_share_percent"], dtype=float) / 100


def dominate_shares(scores: np.ndarray) -> pd.DataFrame:
    """Return how often a model (row) is nowhere behind another (column).

    It is the share of draws, in percent, in which it is also somewhere ahead.

    Parameters
    ----------
    scores : ndarray
        Draws x models x criteria, higher being better.
    """
    shares = np.zeros((len(MODELS), len(MODELS)))
    for row, column in np.argwhere(~np.eye(len(MODELS), dtype=bool)):
        gap = scores[:, row] - scores[:, column]
        shares[row, column] = (
            100 * ((gap >= 0).all(axis=-1) & (gap > 0).any(axis=-1)).mean()
        )
    return pd.DataFrame(shares, index=list(MODELS), columns=list(MODELS))


def perfect_information(values: np.ndarray) -> float:
    """Return what it is worth to know everything before choosing.

    It is the mean of the best less the best mean.
    """
    return float(values.max(axis=-1).mean() - values.mean(axis=0).max())


def partial_information(values: np.ndarray, parameters: np.ndarray) -> float:
    """Return what it is worth to know some parameters before choosing, from draws.

    Parameters
    ----------
    values : ndarray
        Draws x models.
    parameters : ndarray
        One a draw, or draws x parameters.

    Returns
    -------
    float
        In the unit of the values, never negative.

    Notes
    -----
    Strong, Oakley and Brennan (2014), doi 10.1177/0272989X13505910: what is
    expected of a model once the parameters are known is the fit of a regression on
    them, here least squares with their squares and products.
    """
    known = np.asarray(parameters, dtype=float).reshape(len(values), -1)
    known = (known - known.mean(axis=0)) / known.std(axis=0)
    rows, columns = np.triu_indices(known.shape[1])
    design = np.column_stack(
        [np.ones(len(values)), known, known[:, rows] * known[:, columns]]
    )
    fitted = design @ np.linalg.lstsq(design, values, rcond=None)[0]
    return max(perfect_information(fitted), 0.0)


def list_information(draws: Draws, tables: Tables) -> pd.DataFrame:
    """Return what it is worth to know each cell, criterion and price.

    A criterion is known in all models.

    Parameters
    ----------
    draws : Draws
        With their inputs kept.
    tables : Tables
        Those simulated.

    Returns
    -------
    DataFrame
        `kind` ("cell", "criterion" or "price"), `model` (empty but for cells),
        `name`, `money` (percent of payroll, choosing by net value) and `score`
        (hundredths of the scale, choosing by utility with equal weights).
    """
    rows = []
    for number, criterion in enumerate(CRITERIA):
        effects = draws.effects[:, 1:, number]
        rows += [
            ("cell", model, criterion, effects[:, place])
            for place, model in enumerate(MODELS[1:])
        ]
        rows.append(("criterion", "", criterion, effects))
    rows += [("price", "", name, values) for name, values in draws.team.items()]
    in_money = {*list_money_criteria(tables.criteria), *draws.team}
    worth = [
        (
            kind,
            model,
            name,
            partial_information(draws.net, known) if name in in_money else 0.0,
            0.0
            if kind == "price"
            else 100 * partial_information(draws.equal, known),
        )
        for kind, model, name, known in rows
    ]
    return pd.DataFrame(worth, columns=["kind", "model", "name", "money", "score"])


def compare_pairs(
    effects: np.ndarray, evidence: pd.DataFrame, criteria: pd.DataFrame
) -> pd.DataFrame:
    """Compare each two of the models that have evidence of their own.

    They are compared on the criteria on which both have.

    Parameters
    ----------
    effects : ndarray
        Draws x models x criteria.
    evidence, criteria : DataFrame
        The tables drawn from.

    Returns
    -------
    DataFrame
        `first`, `second`, `criterion`, `lead` (median of first less second, in
        hundredths of the scale) with its 95% limits `low`
        and `high`, and `ahead`: the model whose lead excludes zero, or "undecided".
    """
    scores = 100 * score_effects(effects, criteria)
    own = (
        evidence[evidence["basis"].isin(["reference", "evidence"])]
        .groupby("criterion", observed=True)["model"]
        .agg(set)
    )
    rows = []
    for one, other in [
        ("office", "hybrid"),
        ("office", "fully_remote"),
        ("hybrid", "fully_remote"),
    ]:
        for number, criterion in enumerate(CRITERIA):
            if {one, other} <= own[criterion]:
                gap = (
                    scores[:, MODELS.index(one), number]
                    - scores[:, MODELS.index(other), number]
                )
                low, middle, high = np.quantile(gap, [0.025, 0.5, 0.975])
                ahead = one if low > 0 else other if high < 0 else "undecided"
                rows.append((one, other, criterion, middle, low, high, ahead))
    return pd.DataFrame(
        rows,
        columns=["first", "second", "criterion", "lead", "low", "high", "ahead"],
    )


def count_trade_offs(pairs: pd.DataFrame) -> dict[str, int]:
    """Count the pairs in which both models lead somewhere, and only one does.

    They are called `trading_off` and `one_sided`.
    """
    leaders = (
        pairs[pairs["ahead"] != "undecided"]
        .groupby(["first", "second"], observed=True)["ahead"]
        .nunique()
    )
    return {
        "trading_off": int((leaders == 2).sum()),
        "one_sided": int((leaders == 1).sum()),
    }


def compare_assumptions(
    settings: dict[str, dict], n_draws: int, seed: int = SEED
) -> pd.DataFrame:
    """Compute how often each model ranks first under each of several assumptions.

    Parameters
    ----------
    settings : dict of str to dict
        Name of each reading to the arguments of `simulate`, `tables` among them.
    n_draws : int
        Draws of each.
    seed : int
        The same for all.

    Returns
    -------
    DataFrame
        `reading`, `by` ("money", "equal weights", "all weights"), `model`,
        `first_percent`, and, the same in all rows of a reading, `trading_off` and
        `one_sided` as of `count_trade_offs`.
    """
    tasks = (
        delayed(_rank_first)(name, options, n_draws, seed)
        for name, options in settings.items()
    )
    return pd.concat(Parallel()(tasks), ignore_index=True)


def _rank_first(name: str, options: dict, n_draws: int, seed: int) -> pd.DataFrame:
    draws = simulate(n_draws=n_draws, seed=seed, keep=True, **options)
    by = {
        "money": draws.net,
        "equal weights": draws.equal,
        "all weights": draws.dirichlet,
    }
    counts = count_trade_offs(
        compare_pairs(
            draws.effects, options["tables"].evidence, options["tables"].criteria
        )
    )
    shares = [
        pd.DataFrame(
            {
                "reading": name,
                "by": kind,
                "model": MODELS,
                "first_percent": rank_shares(scores)[1].to_numpy(),
                **counts,
            }
        )
        for kind, scores in by.items()
    ]
    return pd.concat(shares, ignore_index=True)


def forget_cells(
    evidence: pd.DataFrame, bases: tuple[str, ...] = ("borrowed", "assumption")
) -> pd.DataFrame:
    """Return the evidence with the cells of some bases emptied.

    They are then drawn as if nothing were known of them.
    """
    forgotten = evidence["basis"].isin(bases)
    numbers = ["central_in_unit", "low_in_unit", "high_in_unit"]
    return evidence.assign(
        **{column: evidence[column].mask(forgotten) for column in numbers}
    )


def split_leads(
    effects: np.ndarray, evidence: pd.DataFrame, criteria: pd.DataFrame
) -> pd.DataFrame:
    """Split the mean lead of each model over the office by the basis of its cells.

    All criteria weigh the same.

    Returns
    -------
    DataFrame
        Models by basis, in hundredths of the scale; the sum of a row is the whole
        lead.
    """
    scores = (
        100 * (score_effects(effects, criteria).mean(axis=0) - 0.5) / len(CRITERIA)
    )
    long = (
        pd.DataFrame(scores, index=list(MODELS), columns=list(CRITERIA))
        .rename_axis("model")
        .melt(ignore_index=False, var_name="criterion")
    )
    basis = evidence[["model", "criterion", "basis"]].astype(str)
    split = (
        long.reset_index()
        .merge(basis, on=["model", "criterion"])
        .pivot_table(index="model", columns="basis", values="value", aggfunc="sum")
    )
    return (
        split.reindex(MODELS)
        .reindex(columns=["evidence", "borrowed", "assumption", "empty"])
        .fillna(0.0)
    )


def trace_worth(draws: Draws, parameter: str, values: np.ndarray) -> pd.DataFrame:
    """Return how often each model is worth more if one figure is known.

    It is the share of draws in which it is worth more than the office.

    Parameters
    ----------
    draws : Draws
        With their inputs kept.
    parameter : str
        Name of the figure.
    values : ndarray
        What it could be.

    Returns
    -------
    DataFrame
        `model`, the parameter, and `share_percent`.
    """
    nets = [
        net_value(draws.effects, draws.team | {parameter: value}).sum(axis=-1)[
            :, 1:
        ]
        for value in values
    ]
    rows = {value: 100 * (net > 0).mean(axis=0) for value, net in zip(values, nets)}
    wide = pd.DataFrame(rows, index=pd.Index(MODELS[1:], name="model")).rename_axis(
        columns=parameter
    )
    return wide.stack().rename("share_percent").reset_index()


def simulate(
    tables: Tables,
    n_draws: int,
    seed: int,
    keep: bool = False,
    shared: float = 0.0,
    chunk: int = CHUNK,
) -> Draws:
    """Simulate effects, teams and weights, and value every model in every draw.

    Parameters
    ----------
    tables : Tables
        Evidence, criteria and prices.
    n_draws : int
        Number of draws.
    seed : int
        Of the whole; every chunk has a seed spawned from it.
    keep : bool
        Whether to keep the inputs as well.
    shared : float
        As of `draw_effects`.
    chunk : int
        Draws that one task makes. Another size gives other draws, another number of
        workers does not.

    Returns
    -------
    Draws
        `dirichlet` uses weights drawn uniformly from all that sum to one.
    """
    sizes = [min(chunk, n_draws - start) for start in range(0, n_draws, chunk)]
    seeds = np.random.SeedSequence(seed).spawn(len(sizes))
    tasks = (
        delayed(_simulate_chunk)(tables, size, own, keep, shared)
        for size, own in zip(sizes, seeds)
    )
    chunks = Parallel()(tasks)
    arrays = [np.concatenate(parts) for parts in zip(*(one[:-1] for one in chunks))]
    team = {
        name: np.concatenate([one.team[name] for one in chunks])
        for name in chunks[0].team
    }
    return Draws(*arrays, team)


def _simulate_chunk(
    tables: Tables,
    n_draws: int,
    seed: np.random.SeedSequence,
    keep: bool,
    shared: float,
) -> Draws:
    rng = np.random.default_rng(seed)
    effects = draw_effects(tables.evidence, tables.criteria, n_draws, rng, shared)
    team = draw_team(tables.prices, n_draws, rng)
    weights = rng.dirichlet(np.ones(len(CRITERIA)), n_draws)
    net = net_value(effects, team).sum(axis=-1)
    scores = score_effects(effects, tables.criteria)
    equal, dirichlet = (
        weigh_scores(scores, np.ones(len(CRITERIA))),
        weigh_scores(scores, weights),
    )
    if not keep:
        effects, weights, team = effects[:0], weights[:0], {}
    return Draws(net, equal, dirichlet, effects, weights, team)


def export_draws(
    tables: Tables,
    models: pd.DataFrame,
    presets: pd.DataFrame,
    seed: int = SEED,
    n_draws: int = 1000,
) -> dict:
    """Return all that a page needs to compute what the library computes.

    That is ranking, net value and break-even.

    Parameters
    ----------
    tables : Tables
        Evidence, criteria and prices.
    models, presets : DataFrame
        Those tables of the dataset.
    seed : int
        The draws are the first of a simulation with this seed.
    n_draws : int
        How many to hand out, at most `CHUNK`.

    Returns
    -------
    dict
        Ready for JSON. `effects` is draws x models x criteria, rounded;
        `net_value`, `utilities` and `break_even_*` of those rounded effects are
        what the page has to show. `parts` and `meeting_travel` belong to
        `net_value`.
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed).spawn(1)[0])
    effects = draw_effects(tables.evidence, tables.criteria, CHUNK, rng)[:n_draws]
    cells = tables.evidence[
        [
            "model",
            "criterion",
            "basis",
            "borrowed_from",
            "directness",
            "source",
            "note",
        ]
    ]
    by_preset = presets.groupby("preset", observed=True, sort=False)
    return {
        "models": _to_records(models),
        "criteria": _to_records(tables.criteria),
        "cells": _to_records(cells),
        "inputs": _to_records(tables.prices),
        "presets": [
            {
                "preset": name,
                "label": str(rows["label"].iloc[0]),
                "team": dict(
                    zip(
                        rows["parameter"].astype(str),
                        rows["value_in_unit"].tolist(),
                    )
                ),
            }
            for name, rows in by_preset
        ],
        "parts": list(PARTS),
        "meeting_travel": MEETING_TRAVEL.tolist(),
        "effects": np.round(effects, 2).tolist(),
    }


def _to_records(frame: pd.DataFrame) -> list[dict]:
    return frame.astype(object).where(frame.notna(), None).to_dict("records")
