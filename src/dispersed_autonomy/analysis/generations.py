"""Answers by generation: who belongs to which, the ordered logit, and every reading
of one contrast.
"""

import numpy as np
import pandas as pd
from patsy import build_design_matrices
from scipy.special import expit
from scipy.stats import norm
from statsmodels.miscmodels.ordinal_model import OrderedModel

from dispersed_autonomy.analysis.cells import (
    COUNT,
    fit_moments,
    mean_of_moments,
    repeat_cells,
    tidy_term,
)

# First years of birth, Pew Research Center's:
# https://www.pewresearch.org/short-reads/2019/01/17/where-millennials-end-and-generation-z-begins/
FIRST_BIRTH_YEARS = {
    "earlier": 1900,
    "generation X": 1965,
    "millennial": 1981,
    "generation Z": 1997,
}
# How a cell is called in a figure, for each answer of each trait.
TRAITS = {
    "generation": {
        name: f"{name[0].upper()}{name[1:]}"
        for name in ("generation Z", "millennial", "generation X", "earlier")
    },
    "children": {
        "yes": "With dependent children",
        "no": "Without dependent children",
    },
    "sales": {"sales": "Sales occupations", "other": "All other occupations"},
}
SPLINE = "mean ~ bs(birth_year, df=4) + C(year)"
FORMULA = "mean ~ millennial + generation_z + earlier + C(year)"
REGRESSORS = ["millennial", "generation_z", "earlier", "year_2021"]


def label_generations(
    birth_year: pd.Series, first_years: dict[str, int] = FIRST_BIRTH_YEARS
) -> pd.Series:
    """Return the generation of each year of birth.

    Parameters
    ----------
    birth_year : Series
        Years.
    first_years : dict of str to int
        Generation to its first year, ascending.
    """
    edges = [*first_years.values(), 2100]
    return pd.cut(birth_year, edges, right=False, labels=list(first_years)).astype(
        str
    )


def mark_generations(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the cells of known generation with a column of zero and one for each
    but generation X, and for 2021.
    """
    known = cells[cells["generation"].isin(FIRST_BIRTH_YEARS)]
    marks = {
        name.replace(" ", "_").lower(): (known["generation"] == name).astype(int)
        for name in FIRST_BIRTH_YEARS
    }
    return known.assign(**marks, year_2021=(known["year"] == 2021).astype(int))


def mean_by_trait(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the mean answer by year, one row a generation, kind of household and
    kind of occupation.

    Parameters
    ----------
    cells : DataFrame
        Cells of one question from the table `moments_by_group`.

    Returns
    -------
    DataFrame
        `label`, `year`, `value`, `low`, `high` in percent and `n`; limits of
        Student's t, 95%.
    """
    means = [
        mean_of_moments(cells[cells[trait].isin(labels)], [trait, "year"]).assign(
            label=lambda m, t=trait, w=labels: m[t].map(w)
        )
        for trait, labels in TRAITS.items()
    ]
    order = [label for labels in TRAITS.values() for label in labels.values()]
    table = pd.concat(means).assign(
        label=lambda m: pd.Categorical(m["label"], order)
    )
    return table.sort_values(["label", "year"])[
        ["label", "year", "value", "low", "high", "n"]
    ].reset_index(drop=True)


def predict_by_birth_year(births: pd.DataFrame) -> pd.DataFrame:
    """Return the mean answer along the years of birth by a cubic spline, halfway
    between the two surveys.

    Parameters
    ----------
    births : DataFrame
        Cells of one question from the table `moments_by_birth_year`.

    Returns
    -------
    DataFrame
        `birth_year`, `value`, `low`, `high` in percent; HC1 limits of 95%.
    """
    fit = fit_moments(births, SPLINE)
    years = range(births["birth_year"].min(), births["birth_year"].max() + 1)
    mean = np.mean(
        [
            _design(fit, pd.DataFrame({"birth_year": years, "year": year}))
            for year in (2020, 2021)
        ],
        axis=0,
    )
    test = fit.t_test(mean)
    low, high = test.conf_int().T
    return pd.DataFrame(
        {"birth_year": years, "value": test.effect, "low": low, "high": high}
    )


def compare_along_spline(
    births: pd.DataFrame, generation: str, other: str = "generation X"
) -> dict[str, float]:
    """Return one generation minus another as the spline has them, each over its own
    years of birth.

    Parameters
    ----------
    births : DataFrame
        Cells of one question from the table `moments_by_birth_year`.
    generation, other : str
        Keys of FIRST_BIRTH_YEARS.

    Returns
    -------
    dict
        `value`, `low`, `high` in percentage points and `n`; HC1 limits of 95%.
    """
    fit, labels = (
        fit_moments(births, SPLINE),
        label_generations(births["birth_year"]),
    )
    rows = {name: births[labels == name] for name in (generation, other)}
    means = {
        name: np.average(
            _design(fit, own.assign(year=2020)), axis=0, weights=own[COUNT]
        )
        for name, own in rows.items()
    }
    test = fit.t_test(means[generation] - means[other])
    low, high = test.conf_int()[0]
    return {
        "value": float(test.effect[0]),
        "low": float(low),
        "high": float(high),
        "n": int(births[COUNT].sum()),
    }


def _design(fit, rows: pd.DataFrame) -> np.ndarray:
    return np.asarray(build_design_matrices([fit.model.data.model_spec], rows)[0])


def fit_ordered(cells: pd.DataFrame, regressors: list[str] = REGRESSORS):
    """Fit the order of answers on regressors by a proportional-odds (ordered)
    logit, one row a person.

    Parameters
    ----------
    cells : DataFrame
        Columns `answer_percent`, `people_count` and the regressors.

    Returns
    -------
    statsmodels results
        Maximum likelihood; a positive coefficient raises the odds of a higher
        answer, whichever the threshold.
    """
    rows = repeat_cells(cells)
    answers = pd.Series(
        pd.Categorical(rows["answer_percent"], ordered=True), name="answer"
    )
    return OrderedModel(answers, rows[regressors].astype(float), distr="logit").fit(
        method="bfgs", disp=False, maxiter=500
    )


def tidy_odds(fit, term: str, level: float = 95) -> dict[str, float]:
    """Return the odds ratio of a term of an ordered logit, its limits, and n."""
    half = norm.ppf(0.5 + level / 200) * fit.bse[term]
    value, low, high = np.exp(
        [fit.params[term], fit.params[term] - half, fit.params[term] + half]
    )
    return {
        "value": float(value),
        "low": float(low),
        "high": float(high),
        "n": int(fit.nobs),
    }


def predict_difference(
    fit, term: str, draws: int, rng: np.random.Generator, level: float = 95
) -> dict[str, float]:
    """Return what a term of an ordered logit adds to the mean answer, all other
    regressors at zero.

    Parameters
    ----------
    fit : statsmodels results
        Of `fit_ordered`.
    term : str
        A regressor.
    draws : int
        Draws from the normal approximation to the parameters, for the limits.
    rng : Generator
        Source of randomness.

    Returns
    -------
    dict
        `value`, `low`, `high` in the unit of the answers, and `n`.
    """
    names, answers = list(fit.params.index), np.asarray(fit.model.labels, float)
    k = fit.model.exog.shape[1]
    params = np.vstack(
        [fit.params, rng.multivariate_normal(fit.params, fit.cov_params(), draws)]
    )
    steps = np.hstack(
        [params[:, k : k + 1], np.exp(params[:, k + 1 :])]
    )  # the first threshold, then logs of the steps
    thresholds = np.cumsum(steps, axis=1)
    shift = params[:, [names.index(term)]]
    means = [
        answers[-1] - expit(thresholds - moved) @ np.diff(answers)
        for moved in (0 * shift, shift)
    ]
    difference = means[1] - means[0]
    low, high = np.percentile(difference[1:], [50 - level / 2, 50 + level / 2])
    return {
        "value": float(difference[0]),
        "low": float(low),
        "high": float(high),
        "n": int(fit.nobs),
    }


def compare_readings(
    groups: pd.DataFrame,
    births: pd.DataFrame,
    answers: pd.DataFrame,
    term: str = "millennial",
) -> pd.DataFrame:
    """Compute one generation minus generation X under every defensible reading.

    Parameters
    ----------
    groups, births, answers : DataFrame
        Cells of one question from the tables `moments_by_group`,
        `moments_by_birth_year` and `answers`.
    term : {"millennial", "generation_z", "earlier"}
        Which generation.

    Returns
    -------
    DataFrame
        `reading`, `value`, `low`, `high` in percentage points and `n`; HC1 limits
        of 95%.
    """
    marked, asked = (
        mark_generations(groups),
        mark_generations(groups[groups["manages"] != "not asked"]),
    )
    household = FORMULA + " + C(sales) + C(manages) + C(children)"
    fits = {"as recorded": fit_moments(marked, FORMULA)}
    fits |= {
        f"{year} alone": fit_moments(
            marked[marked["year"] == year], FORMULA.removesuffix(" + C(year)")
        )
        for year in (2020, 2021)
    }
    fits["sales, managing and children held fixed"] = fit_moments(asked, household)
    fits["households without children"] = fit_moments(
        marked[marked["children"] == "no"], FORMULA
    )
    fits["households with children"] = fit_moments(
        marked[marked["children"] == "yes"], FORMULA
    )
    for name, first, last in (
        ("millennials born 1980 to 2000", 1980, 2001),
        ("millennials born 1983 to 1994", 1983, 1995),
    ):
        years = {
            "earlier": 1900,
            "generation X": 1965,
            "millennial": first,
            "generation Z": last,
        }
        relabelled = births.assign(
            generation=label_generations(births["birth_year"], years)
        )
        fits[name] = fit_moments(mark_generations(relabelled), FORMULA)
    for percent in (0, 9):
        if (answers["question"] == "preferred remote share").all():
            fits[f"“less than 10%” as {percent}%"] = fit_moments(
                mark_generations(sum_answers(answers, {5: percent})), FORMULA
            )
    return pd.DataFrame(
        [{"reading": name, **tidy_term(fit, term)} for name, fit in fits.items()]
    )


def sum_answers(
    answers: pd.DataFrame, recode: dict[float, float] | None = None
) -> pd.DataFrame:
    """Return moments of answers by year and generation.

    Parameters
    ----------
    answers : DataFrame
        Columns `year`, `generation`, `answer_percent` and `people_count`.
    recode : dict, optional
        Answers in percent to be read otherwise.
    """
    value = answers["answer_percent"].replace(recode or {})
    weighted = answers.assign(
        sum_percent=value * answers["people_count"],
        sum_squared_percent=value**2 * answers["people_count"],
    )
    columns = ["people_count", "sum_percent", "sum_squared_percent"]
    return (
        weighted.groupby(["year", "generation"], observed=True)[columns]
        .sum()
        .reset_index()
    )
