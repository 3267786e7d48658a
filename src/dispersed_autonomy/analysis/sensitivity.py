"""What the business case of one model against another depends on.

One input at a time, and shares of its variance.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from SALib.analyze import sobol as sobol_analysis
from SALib.sample import sobol as sobol_sample
from scipy import stats

from dispersed_autonomy.analysis.tradeoffs import (
    CRITERIA,
    MODELS,
    Tables,
    cell_scales,
    list_money_criteria,
    net_value,
)

INNERMOST = 1e-9  # quantiles stay inside zero and one


def list_inputs(tables: Tables, models: tuple[str, ...]) -> pd.DataFrame:
    """Return the inputs on which the net values of some models depend.

    Returns
    -------
    DataFrame
        `model` (empty for prices) and `name`: the criteria in money for each model
        but the office, then the prices.
    """
    in_money = list_money_criteria(tables.criteria)
    cells = [
        (model, criterion)
        for model in models
        if model != "office"
        for criterion in in_money
    ]
    prices = [
        ("", name)
        for name in tables.prices["parameter"].astype(str)
        if name != "team_size"
    ]
    return pd.DataFrame(cells + prices, columns=["model", "name"])


def compute_lead(
    tables: Tables,
    inputs: pd.DataFrame,
    quantiles: np.ndarray,
    model: str,
    against: str,
) -> np.ndarray:
    """Compute the lead of one model over another from quantiles of the inputs.

    It is the lead in net value.

    Parameters
    ----------
    tables : Tables
        Evidence, criteria and prices.
    inputs : DataFrame
        As of `list_inputs`.
    quantiles : ndarray
        Rows x inputs, each between 0 and 1.
    model, against : str
        Two of `MODELS`.

    Returns
    -------
    ndarray
        Percent of payroll, one a row.
    """
    mean, sd, log = cell_scales(tables.evidence)
    effects = np.repeat(mean[None], len(quantiles), axis=0)
    prices = _index_prices(tables)
    team = prices["central_in_unit"].to_dict()
    for column, row in zip(
        np.clip(quantiles, INNERMOST, 1 - INNERMOST).T, inputs.itertuples()
    ):
        if row.model:
            cell = MODELS.index(row.model), CRITERIA.index(row.name)
            effects[:, *cell] = mean[cell] + sd[cell] * stats.norm.ppf(column)
        else:
            team[row.name] = _price_distribution(prices.loc[row.name]).ppf(column)
    effects[:, log] = 100 * np.expm1(effects[:, log])
    net = net_value(effects, team).sum(axis=-1)
    return net[:, MODELS.index(model)] - net[:, MODELS.index(against)]


def _index_prices(tables: Tables) -> pd.DataFrame:
    return tables.prices.astype({"parameter": str}).set_index("parameter")


def _price_distribution(price: pd.Series):
    low, width = price["low_in_unit"], price["high_in_unit"] - price["low_in_unit"]
    return stats.triang(
        (price["central_in_unit"] - low) / width, loc=low, scale=width
    )


def vary_one(tables: Tables, model: str, against: str) -> pd.DataFrame:
    """Compute the lead of one model over another with one input at each end.

    Returns
    -------
    DataFrame
        `model` and `name` of the input, `central` (all at their central values),
        `at_low`, `at_high`, and `low`, `high`, the smaller and the larger of the
        two, widest first. Ends are 95% limits of effects and the whole range of
        prices.
    """
    inputs = list_inputs(tables, (model, against))
    prices = _index_prices(tables)
    is_price = inputs["model"] == ""
    central = np.where(
        is_price,
        [
            _mode_quantile(prices.loc[name]) if price else 0.5
            for name, price in zip(inputs["name"], is_price)
        ],
        0.5,
    )
    ends = []
    for end in (np.where(is_price, 0.0, 0.025), np.where(is_price, 1.0, 0.975)):
        rows = np.tile(central, (len(inputs), 1))
        np.fill_diagonal(rows, end)
        ends.append(compute_lead(tables, inputs, rows, model, against))
    middle = compute_lead(tables, inputs, central[None], model, against).item()
    varied = inputs.assign(
        central=middle,
        at_low=ends[0],
        at_high=ends[1],
        low=np.minimum(*ends),
        high=np.maximum(*ends),
    )
    return varied.iloc[
        np.argsort(-(varied["high"] - varied["low"]), kind="stable")
    ].reset_index(drop=True)


def _mode_quantile(price: pd.Series) -> float:
    return float(_price_distribution(price).cdf(price["central_in_unit"]))


def split_variance(
    function: Callable[[np.ndarray], np.ndarray],
    names: list[str],
    n: int = 1024,
    seed: int = 1,
) -> pd.DataFrame:
    """Split the variance of a function by Sobol's indices, with SALib.

    Its inputs are independent and uniform.

    Parameters
    ----------
    function : callable
        Takes rows x inputs between 0 and 1, returns one value a row.
    names : list of str
        Of the inputs.
    n : int
        A power of two; the function is computed n times the number of inputs and
        two.
    seed : int
        Of the scrambled sequence and of the bootstrap.

    Returns
    -------
    DataFrame
        `name`, `first` and `total` (parts of the variance, in percent) with
        half-widths of their 95% bootstrap intervals `first_half` and `total_half`.

    Notes
    -----
    Saltelli and others (2010), doi 10.1016/j.cpc.2009.09.018.
    """
    problem = {
        "num_vars": len(names),
        "names": list(names),
        "bounds": [[0, 1]] * len(names),
    }
    sample = sobol_sample.sample(problem, n, calc_second_order=False, seed=seed)
    found = sobol_analysis.analyze(
        problem, function(sample), calc_second_order=False, seed=seed
    )
    columns = {
        "first": "S1",
        "first_half": "S1_conf",
        "total": "ST",
        "total_half": "ST_conf",
    }
    return pd.DataFrame(
        {"name": names}
        | {new: 100 * np.asarray(found[old]) for new, old in columns.items()}
    )


def explain_lead(
    tables: Tables, model: str, against: str, n: int = 1024, seed: int = 1
) -> pd.DataFrame:
    """Return `vary_one` and `split_variance` of a lead in one table.

    Returns
    -------
    DataFrame
        Their columns, with `label` of each input in words and the limits of the
        total index, `total_low` and `total_high`, in percent; the largest total
        index first.
    """
    inputs = list_inputs(tables, (model, against))
    names = (inputs["model"] + " " + inputs["name"]).str.strip().tolist()
    split = split_variance(
        lambda quantiles: compute_lead(tables, inputs, quantiles, model, against),
        names,
        n,
        seed,
    )
    varied = vary_one(tables, model, against)
    varied["key"] = (varied["model"] + " " + varied["name"]).str.strip()
    labels = dict(
        zip(
            tables.criteria["criterion"].astype(str),
            tables.criteria["label"].astype(str),
        )
    )
    labels |= dict(
        zip(
            tables.prices["parameter"].astype(str),
            tables.prices["label"].astype(str),
        )
    )
    both = varied.merge(split.rename(columns={"name": "key"}), on="key").drop(
        columns="key"
    )
    low, high = (
        (both["total"] - both["total_half"]).clip(lower=0),
        both["total"] + both["total_half"],
    )
    both = both.assign(
        label=both["name"].map(labels), total_low=low, total_high=high
    )
    return both.sort_values("total", ascending=False, ignore_index=True)
