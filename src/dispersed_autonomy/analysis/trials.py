"""Randomised experiments: risks by arm, survival, and the sizes of arms that a
publication does not print.

A cell is a row with an `arm`, a `people_count` and a `quits_count`.
"""

import numpy as np
import pandas as pd
from scipy import stats

ARM_COLUMNS = [
    "control_people_count",
    "control_quits_count",
    "treated_people_count",
    "treated_quits_count",
]


def compare_risks(
    cells: pd.DataFrame,
    by: list[str],
    treated: str,
    control: str,
    level: float = 95,
) -> pd.DataFrame:
    """Compare the risk of quitting between two arms.

    Parameters
    ----------
    cells : DataFrame
        Cells; those of one arm and group are added up.
    by : list of str
        Columns that tell groups apart.
    treated, control : str
        Names of the arms.
    level : float
        Coverage of the intervals in percent.

    Returns
    -------
    DataFrame
        One row a group: `by`, `people_count`, `treated_percent`, `control_percent`,
        `risk_ratio` with `low` and `high`, `log_risk_ratio` with its standard error
        `log_se`, and `log_odds_ratio` with its own, `log_odds_se`.

    Notes
    -----
    Normal limits on the logarithm: Katz and others (1978), doi 10.2307/2530610; for
    odds Woolf (1955), doi 10.1111/j.1469-1809.1955.tb01348.x.
    """
    sums = (
        cells.groupby([*by, "arm"], observed=True)[["people_count", "quits_count"]]
        .sum()
        .unstack("arm")
    )
    people, quits = (
        sums["people_count"][[treated, control]],
        sums["quits_count"][[treated, control]],
    )
    risks = quits / people
    log_ratio = np.log(risks[treated] / risks[control])
    log_se = np.sqrt((1 / quits - 1 / people).sum(axis="columns"))
    half = stats.norm.ppf(0.5 + level / 200) * log_se
    odds = risks / (1 - risks)
    odds_se = np.sqrt((1 / quits + 1 / (people - quits)).sum(axis="columns"))
    compared = pd.DataFrame(
        {
            "people_count": people.sum(axis="columns"),
            "treated_percent": 100 * risks[treated],
            "control_percent": 100 * risks[control],
            "risk_ratio": np.exp(log_ratio),
            "low": np.exp(log_ratio - half),
            "high": np.exp(log_ratio + half),
            "log_risk_ratio": log_ratio,
            "log_se": log_se,
            "log_odds_ratio": np.log(odds[treated] / odds[control]),
            "log_odds_se": odds_se,
        }
    )
    return compared.reset_index()


def compare_groups(
    ratios: pd.DataFrame, by: str, level: float = 95
) -> pd.DataFrame:
    """Compare the risk ratios of the two groups of each characteristic.

    Parameters
    ----------
    ratios : DataFrame
        Rows of `compare_risks`, two for each value of `by`.
    by : str
        Column of the characteristic.

    Returns
    -------
    DataFrame
        `by`, `ratio_of_ratios` (the first group's over the second's), `low`,
        `high`: an interaction on the scale of logarithms, with normal limits.
    """
    grouped = ratios.groupby(by, observed=True, sort=False)
    difference = (
        grouped["log_risk_ratio"].first() - grouped["log_risk_ratio"].last()
    )
    half = stats.norm.ppf(0.5 + level / 200) * np.sqrt(
        grouped["log_se"].agg(lambda errors: (errors**2).sum())
    )
    compared = pd.DataFrame(
        {
            "ratio_of_ratios": difference,
            "low": difference - half,
            "high": difference + half,
        }
    )
    return np.exp(compared).reset_index()


def split_outcomes(
    cells: pd.DataFrame, people: str = "people_count", quits: str = "quits_count"
) -> pd.DataFrame:
    """Return two rows for each cell, `quit` one and zero, with the people in
    `weight`.

    Regressions with these frequency weights are those on one row a person.
    """
    left = cells.assign(quit=1, weight=cells[quits])
    stayed = cells.assign(quit=0, weight=cells[people] - cells[quits])
    return pd.concat([left, stayed], ignore_index=True).drop(
        columns=[people, quits]
    )


def trace_survival(months: pd.DataFrame, level: float = 95) -> pd.DataFrame:
    """Return who is still there after each month, by arm.

    Parameters
    ----------
    months : DataFrame
        Columns `arm`, `month_number`, `at_risk_count` and `quits_count`; nobody
        leaves but by quitting.

    Returns
    -------
    DataFrame
        `arm`, `month_number` from zero, `staying_percent`, `low_percent`,
        `high_percent`.

    Notes
    -----
    Kaplan-Meier, with Greenwood's variance and limits on the scale of log(-log),
    which stay between 0 and 100.
    """
    rows = months.sort_values(["arm", "month_number"])
    hazard = rows["quits_count"] / rows["at_risk_count"]
    arm = rows["arm"].astype(str)
    staying = np.exp(np.log1p(-hazard).groupby(arm).cumsum())
    variance = (
        (hazard / (rows["at_risk_count"] - rows["quits_count"]))
        .groupby(arm)
        .cumsum()
    )
    half = (
        stats.norm.ppf(0.5 + level / 200)
        * np.sqrt(variance)
        / np.abs(np.log(staying))
    )
    after = pd.DataFrame(
        {
            "arm": arm,
            "month_number": rows["month_number"],
            "staying_percent": 100 * staying,
            "low_percent": 100 * staying ** np.exp(half),
            "high_percent": 100 * staying ** np.exp(-half),
        }
    )
    start = pd.DataFrame(
        {
            "arm": arm.unique(),
            "month_number": 0,
            "staying_percent": 100.0,
            "low_percent": 100.0,
            "high_percent": 100.0,
        }
    )
    return pd.concat([start, after]).sort_values(
        ["arm", "month_number"], ignore_index=True
    )


def compare_changes(
    moments: pd.DataFrame, treated: str, control: str, level: float = 95
) -> pd.Series:
    """Compare the mean change of two arms from their moments.

    Parameters
    ----------
    moments : DataFrame
        One row an arm: `arm`, `people_count`, `change_mean_sd`, `change_spread_sd`.

    Returns
    -------
    Series
        `estimate`, `se`, `low`, `high` in the unit of the change, and
        `people_count`, with Welch's degrees of freedom.
    """
    arms = moments.set_index(moments["arm"].astype(str)).loc[[treated, control]]
    parts = arms["change_spread_sd"] ** 2 / arms["people_count"]
    degrees = parts.sum() ** 2 / (parts**2 / (arms["people_count"] - 1)).sum()
    estimate, se = (
        arms["change_mean_sd"][treated] - arms["change_mean_sd"][control],
        np.sqrt(parts.sum()),
    )
    half = stats.t.ppf(0.5 + level / 200, degrees) * se
    values = {
        "estimate": estimate,
        "se": se,
        "low": estimate - half,
        "high": estimate + half,
        "people_count": arms["people_count"].sum(),
    }
    return pd.Series(values)


def derive_arms(
    rates: pd.DataFrame, treated: str, control: str, decimals: int = 2
) -> pd.DataFrame:
    """Return all sizes of two arms that give the published rates of a group.

    Parameters
    ----------
    rates : DataFrame
        Columns `group`, `arm`, `quit_rate_percent` and `both_arms_people_count`.
    treated, control : str
        Names of the arms.
    decimals : int
        To which the rates were rounded.

    Returns
    -------
    DataFrame
        One row a candidate: `group` and `ARM_COLUMNS`.
    """
    wide = rates.pivot(
        index=["group", "both_arms_people_count"],
        columns="arm",
        values="quit_rate_percent",
    ).reset_index()
    found = [
        _fit_sizes(
            row["both_arms_people_count"], row[control], row[treated], decimals
        ).assign(group=row["group"])
        for _, row in wide.iterrows()
    ]
    return pd.concat(found, ignore_index=True)[["group", *ARM_COLUMNS]]


def _fit_sizes(
    total: int, control_rate: float, treated_rate: float, decimals: int
) -> pd.DataFrame:
    control = np.arange(1, int(total))
    people = np.column_stack([control, total - control])
    rates = np.array([control_rate, treated_rate])
    quits = np.rint(people * rates / 100)
    fits = (
        np.abs(100 * quits / people - rates) <= 0.5 * 10.0**-decimals + 1e-9
    ).all(axis=1)
    table = np.column_stack([people[:, 0], quits[:, 0], people[:, 1], quits[:, 1]])[
        fits
    ]
    return pd.DataFrame(table.astype(int), columns=ARM_COLUMNS)


def match_groups(
    candidates: pd.DataFrame, whole: str, splits: list[tuple[str, str]]
) -> pd.DataFrame:
    """Return the candidates of a whole that every split of it into two groups can
    add up to.

    Parameters
    ----------
    candidates : DataFrame
        Of `derive_arms`.
    whole : str
        Group of everyone.
    splits : list of tuple of str
        Pairs of groups that make up everyone.

    Returns
    -------
    DataFrame
        Rows of `ARM_COLUMNS`; one row means that the publication leaves no other
        sizes.
    """
    by_group = {
        name: rows[ARM_COLUMNS]
        for name, rows in candidates.groupby("group", observed=True)
    }
    kept = by_group[whole]
    for first, second in splits:
        pairs = by_group[first].merge(
            by_group[second], how="cross", suffixes=("", "_other")
        )
        sums = (
            pairs[ARM_COLUMNS]
            + pairs[[f"{column}_other" for column in ARM_COLUMNS]].to_numpy()
        )
        kept = kept.merge(sums.drop_duplicates(), on=ARM_COLUMNS)
    return kept


def compute_rate_test(arms: pd.DataFrame) -> pd.DataFrame:
    """Return the t-test of two quit rates, with pooled variance, for each row of
    arms.

    Parameters
    ----------
    arms : DataFrame
        Columns `ARM_COLUMNS`.

    Returns
    -------
    DataFrame
        `arms` with `t_statistic` (control less treated) and `p_value`, as for one
        row a person.
    """
    people = arms[["control_people_count", "treated_people_count"]].to_numpy(float)
    risks = (
        arms[["control_quits_count", "treated_quits_count"]].to_numpy(float)
        / people
    )
    degrees = people.sum(axis=1) - 2
    variance = (people * risks * (1 - risks)).sum(axis=1) / degrees
    t = (risks[:, 0] - risks[:, 1]) / np.sqrt(variance * (1 / people).sum(axis=1))
    return arms.assign(t_statistic=t, p_value=2 * stats.t.sf(np.abs(t), degrees))


def list_group_cells(
    candidates: pd.DataFrame,
    whole: str,
    splits: list[tuple[str, str]],
    treated: str,
    control: str,
) -> pd.DataFrame:
    """Return the cells of everyone and of each group, where the publication leaves
    one possibility.

    Parameters
    ----------
    candidates, whole, splits
        As for `match_groups`; the first group of each split must have one
        candidate, and the second is the remainder.
    treated, control : str
        Names of the arms.

    Returns
    -------
    DataFrame
        Columns `group`, `arm`, `people_count`, `quits_count`.

    Raises
    ------
    ValueError
        If more than one possibility is left, or none.
    """
    matched = match_groups(candidates, whole, splits)
    sizes = {whole: matched}
    for first, second in splits:
        sizes[first] = candidates.loc[
            candidates["group"] == first, ARM_COLUMNS
        ].reset_index(drop=True)
        sizes[second] = matched - sizes[first]
    if ambiguous := [group for group, rows in sizes.items() if len(rows) != 1]:
        raise ValueError(
            "not one possibility is left, but none or several:"
            f" {', '.join(ambiguous)}"
        )
    wide = pd.concat(sizes, names=["group"]).reset_index("group")
    arms = {"control": control, "treated": treated}
    cells = [
        wide[["group"]].assign(
            arm=name,
            people_count=wide[f"{arm}_people_count"],
            quits_count=wide[f"{arm}_quits_count"],
        )
        for arm, name in arms.items()
    ]
    return pd.concat(cells, ignore_index=True)
