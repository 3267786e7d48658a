"""Regressions and means from tables of frequencies and of moments, the same as from
the rows behind them.

A cell of frequencies is a value and the number of people who gave it. A cell of
moments is a group of people who share all regressors, with their number, the sum of
their answers and the sum of the squares.
"""

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf
from scipy.stats import t

COUNT, TOTAL, SQUARES = "people_count", "sum_percent", "sum_squared_percent"


def repeat_cells(cells: pd.DataFrame, count: str = COUNT) -> pd.DataFrame:
    """Return one row for each person of the cells of frequencies."""
    return (
        cells.loc[cells.index.repeat(cells[count])]
        .drop(columns=count)
        .reset_index(drop=True)
    )


def mean_of_moments(
    cells: pd.DataFrame,
    by: list[str],
    total: str = TOTAL,
    squares: str = SQUARES,
    level: float = 95,
) -> pd.DataFrame:
    """Return the mean of each group of cells with its limits.

    Parameters
    ----------
    cells : DataFrame
        Cells of moments.
    by : list of str
        Columns that make the groups; the cells of a group are added up.
    total, squares : str
        Columns of the sums of the answers and of their squares.
    level : float
        Coverage in percent.

    Returns
    -------
    DataFrame
        The groups with `value`, `low`, `high` and `n`; limits of Student's t with
        the variance of the group.
    """
    sums = cells.groupby(by, observed=True)[[COUNT, total, squares]].sum()
    n, mean = sums[COUNT], sums[total] / sums[COUNT]
    variance = (sums[squares] - n * mean**2).clip(lower=0) / (n - 1)
    half = t.ppf(0.5 + level / 200, n - 1) * np.sqrt(variance / n)
    return pd.DataFrame(
        {"value": mean, "low": mean - half, "high": mean + half, "n": n}
    ).reset_index()


def fit_moments(
    cells: pd.DataFrame, formula: str, total: str = TOTAL, squares: str = SQUARES
):
    """Fit the mean answer on regressors by least squares, with the HC1 errors of
    the regression on the rows.

    Parameters
    ----------
    cells : DataFrame
        Cells of moments; cells without people are left out.
    formula : str
        With `mean` on the left, and columns of the cells on the right.
    total, squares : str
        Columns of the sums of the answers and of their squares.

    Returns
    -------
    statsmodels regression results
        Coefficients and covariance are those of ordinary least squares on one row a
        person, exactly; limits are of Student's t. Fitted values and residuals are
        of cells, and R squared is between cells.

    Notes
    -----
    Rows of one cell share x, so the sum of their squared residuals is all that the
    covariance needs of them: Q - 2 m S + n m², of n people with sum S and sum of
    squares Q at the fitted value m. HC1: MacKinnon and White (1985), doi
    10.1016/0304-4076(85)90158-7.
    """
    people = cells[cells[COUNT] > 0].reset_index(drop=True)
    people = people.assign(
        **{
            name: column.cat.remove_unused_categories()
            for name, column in people.select_dtypes("category").items()
        }
    )
    fit = smf.wls(
        formula,
        people.assign(mean=people[total] / people[COUNT]),
        weights=people[COUNT],
    ).fit(use_t=True)
    fitted, design, n = (
        np.asarray(fit.fittedvalues),
        fit.model.exog,
        people[COUNT].to_numpy(float),
    )
    residuals = (
        people[squares].to_numpy()
        - 2 * fitted * people[total].to_numpy()
        + n * fitted**2
    )
    inner = fit._results  # what the labelled results take their numbers from
    inner.df_resid = inner.df_resid_inference = n.sum() - design.shape[1]
    half = inner.normalized_cov_params @ design.T
    inner.cov_params_default = (
        (half * residuals) @ half.T * n.sum() / inner.df_resid
    )
    inner.cov_type = "HC1"
    return fit


def fit_people(people: pd.DataFrame, formula: str, cluster: str | None = None):
    """Fit the mean answer on regressors by least squares, one row a person.

    Parameters
    ----------
    people : DataFrame
        One row a person; rows with a missing regressor or answer are left out.
    formula : str
        With the answer on the left.
    cluster : str, optional
        Column of clusters whose people may be alike.

    Returns
    -------
    statsmodels regression results
        HC1 errors; of clusters CR1 errors, with limits of Student's t with one
        degree of freedom less than there are clusters, for they may be few.

    Notes
    -----
    Cameron and Miller (2015), doi 10.3368/jhr.50.2.317, on few clusters.
    """
    model = smf.ols(formula, people)
    if cluster is None:
        return model.fit(cov_type="HC1", use_t=True)
    used = people.loc[model.data.row_labels, cluster]
    return model.fit(
        cov_type="cluster",
        cov_kwds={"groups": used.astype("category").cat.codes.to_numpy()},
        use_t=True,
    )


def tidy_term(fit, term: str, level: float = 95) -> dict[str, float]:
    """Return `value`, `low`, `high` and `n` of one term of a fit, as `record` takes
    them.
    """
    low, high = fit.conf_int(alpha=1 - level / 100).loc[term]
    return {
        "value": float(fit.params[term]),
        "low": float(low),
        "high": float(high),
        "n": int(fit.df_resid + len(fit.params)),
    }


def tidy_group(means: pd.DataFrame, **group: str) -> dict[str, float]:
    """Return `value`, `low`, `high` and `n` of the one row that `mean_of_moments`
    has for a group.
    """
    found = means.loc[
        np.logical_and.reduce(
            [means[column] == name for column, name in group.items()]
        )
    ]
    value, low, high, n = (
        found[["value", "low", "high", "n"]].iloc[0]
        if len(found) == 1
        else _refuse(group, len(found))
    )
    return {
        "value": float(value),
        "low": float(low),
        "high": float(high),
        "n": int(n),
    }


def _refuse(group: dict, count: int):
    raise KeyError(f"{count} rows are of {group}")


def tidy_points(estimates: pd.DataFrame, **where: str) -> dict[str, float]:
    """Return one row of a table of estimates, as `record` takes it.

    Parameters
    ----------
    estimates : DataFrame
        Columns `difference_points`, `low_points`, `high_points`, `people_count`.
    **where : str
        The value of each column that names the row.

    Returns
    -------
    dict
        `value`, `low`, `high` in percentage points and `n`.

    Raises
    ------
    KeyError
        If no row, or several, have these values.
    """
    found = estimates.loc[
        np.logical_and.reduce(
            [estimates[column] == name for column, name in where.items()]
        )
    ]
    if len(found) != 1:
        _refuse(where, len(found))
    row = found.iloc[0]
    return {
        "value": float(row["difference_points"]),
        "low": float(row["low_points"]),
        "high": float(row["high_points"]),
        "n": int(row["people_count"]),
    }


def without_n(estimate: dict[str, float]) -> dict[str, float]:
    """Return an estimate without its `n`, as `record_readings` takes it."""
    return {part: number for part, number in estimate.items() if part != "n"}
