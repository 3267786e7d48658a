"""A panel of people over time: the effect of an assignment, with person and time
effects.

The panel is a frame with one row for each person and time at which the outcome was
seen; it need not be balanced.
"""

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats


def demean(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return values less the mean of their group, column by column."""
    frame = pd.DataFrame(values)
    return (frame - frame.groupby(groups).transform("mean")).to_numpy()


def fit_panel(
    panel: pd.DataFrame,
    outcome: str,
    regressors: list[str],
    person: str,
    time: str,
    clusters: list[str] | None = None,
):
    """Fit an outcome on regressors with person and time effects, by the within
    transformation.

    Parameters
    ----------
    panel : DataFrame
        One row a person and time, none of the columns missing.
    outcome, person, time : str
        Columns.
    regressors : list of str
        Columns of numbers that vary within people.
    clusters : list of str, optional
        One or two columns within whose values errors may depend; the person by
        default.

    Returns
    -------
    statsmodels regression results
        The regressors come first in `params`, the time effects after them. Person
        effects are taken out exactly (Frisch, Waugh and Lovell). The covariance is
        clustered, with the factors G/(G-1) and (N-1)/(N-K), where K leaves out the
        person effects, as these are nested in the clusters; t has G-1 degrees of
        freedom.
    """
    times = pd.get_dummies(panel[time], drop_first=True, dtype=float)
    design = pd.concat([panel[regressors].astype(float), times], axis="columns")
    people = pd.factorize(panel[person])[0]
    within = pd.DataFrame(
        demean(design.to_numpy(), people),
        columns=[str(column) for column in design],
    )
    values = demean(panel[[outcome]].to_numpy(float), people)[:, 0]
    groups = np.column_stack(
        [pd.factorize(panel[column])[0] for column in clusters or [person]]
    ).squeeze()
    return sm.OLS(values, within).fit(
        cov_type="cluster", cov_kwds={"groups": groups}, use_t=True
    )


def tidy_panel(fit, regressors: list[str], level: float = 95) -> pd.DataFrame:
    """Return the coefficients of the regressors of a panel fit.

    Parameters
    ----------
    fit : statsmodels regression results
        Of `fit_panel`.
    regressors : list of str
        Which coefficients.
    level : float
        Coverage of the intervals in percent.

    Returns
    -------
    DataFrame
        Columns `term`, `estimate`, `se`, `low`, `high`, in the unit of the outcome;
        limits of Student's t with the clusters less one as degrees of freedom.
    """
    estimates = fit.params[regressors].to_numpy()
    errors = np.sqrt(np.diag(fit.cov_params().loc[regressors, regressors]))
    half = stats.t.ppf(0.5 + level / 200, fit.df_resid_inference) * errors
    frame = pd.DataFrame({"term": regressors, "estimate": estimates, "se": errors})
    return frame.assign(low=estimates - half, high=estimates + half)


def permute_assignment(
    panel: pd.DataFrame,
    outcome: str,
    assigned: str,
    after: str,
    person: str,
    time: str,
    draws: int,
    seed: int,
) -> tuple[float, np.ndarray]:
    """Return the panel effect of an assignment, and its distribution if people had
    been assigned otherwise.

    Each draw deals the assignments anew among people, with the arms as large as
    they are. The effect is the coefficient of assigned times after in `fit_panel`;
    residuals on person and time effects are needed once only, since the draws
    change nothing but who is assigned.

    Parameters
    ----------
    panel : DataFrame
        As for `fit_panel`.
    outcome, person, time : str
        Columns.
    assigned : str
        Column of 0 and 1, constant in each person.
    after : str
        Column of 0 and 1, constant at each time.
    draws : int
        How many.
    seed : int
        Of the generator of random numbers.

    Returns
    -------
    tuple of float and array
        The effect as it was assigned, and one effect for each draw.
    """
    people, names = pd.factorize(panel[person])
    exposed = np.zeros((len(panel), len(names)))
    exposed[np.arange(len(panel)), people] = panel[after]
    times = demean(
        pd.get_dummies(panel[time], drop_first=True, dtype=float).to_numpy(), people
    )
    basis, _ = np.linalg.qr(times)
    left = demean(
        np.column_stack([panel[outcome].to_numpy(float), exposed]), people
    )
    left = left - basis @ (basis.T @ left)
    score, information = left[:, 1:].T @ left[:, 0], left[:, 1:].T @ left[:, 1:]
    actual = panel.groupby(people)[assigned].first().to_numpy(float)
    dealt = np.random.default_rng(seed).permuted(
        np.tile(actual, (draws, 1)), axis=1
    )
    effects = [
        (deal @ score) / np.einsum("ij,ij->i", deal @ information, deal)
        for deal in (actual[None], dealt)
    ]
    return float(effects[0].item()), effects[1]


KINDS = {
    "main": "main",
    "errors clustered by person and by week": "other method",
    "arm and week effects, no person effects": "other method",
    "arm and period only": "other method",
    "one mean a person, given the mean before": "other method",
    "first week of the experiment included": "other weeks or scores",
    "first week of 2010 left out": "other weeks or scores",
    "lowest and highest 1% drawn in": "other weeks or scores",
}
SOME_PEOPLE = "some of the people"
GROUPS = [
    ("women", "men"),
    ("takes orders", "other work"),
    ("commute over 90 minutes", "commute up to 90 minutes"),
    ("under two years of tenure", "two years of tenure or more"),
]


def order_specifications(effects: pd.DataFrame) -> pd.DataFrame:
    """Return the effects of an outcome by specification, sorted by what differs
    from the main one.

    Parameters
    ----------
    effects : DataFrame
        Rows of the table `effects` of one outcome.

    Returns
    -------
    DataFrame
        `specification`, `kind` (what differs), `value`, `low`, `high` in the unit
        of the outcome, `observations_count`, `people_count`.
    """
    names = effects["specification"].astype(str)
    kinds = pd.Categorical(
        names.map(KINDS).fillna(SOME_PEOPLE),
        [*dict.fromkeys(KINDS.values()), SOME_PEOPLE],
    )
    return (
        effects.assign(specification=names, kind=kinds)
        .sort_values("kind", kind="stable")
        .rename(
            columns={
                "estimate_in_unit": "value",
                "low_in_unit": "low",
                "high_in_unit": "high",
            }
        )
        .astype({"kind": str})
        .reset_index(drop=True)[
            [
                "specification",
                "kind",
                "value",
                "low",
                "high",
                "observations_count",
                "people_count",
            ]
        ]
    )


def compare_groups(effects: pd.DataFrame, level: float = 95) -> pd.DataFrame:
    """Return by how much the effect differs between two groups of people.

    Parameters
    ----------
    effects : DataFrame
        Rows of the table `effects` of one outcome.
    level : float
        Coverage of the intervals in percent.

    Returns
    -------
    DataFrame
        `first`, `second`, `difference`, `low`, `high`, for groups that share
        nobody, so that their errors are independent; normal limits.
    """
    named = effects.set_index("specification")
    first, second = (named.loc[list(names)] for names in zip(*GROUPS))
    gap = (
        first["estimate_in_unit"].to_numpy() - second["estimate_in_unit"].to_numpy()
    )
    half = stats.norm.ppf(0.5 + level / 200) * np.hypot(
        first["se_in_unit"].to_numpy(), second["se_in_unit"].to_numpy()
    )
    return pd.DataFrame(
        {
            "first": first.index.astype(str),
            "second": second.index.astype(str),
            "difference": gap,
            "low": gap - half,
            "high": gap + half,
        }
    )
