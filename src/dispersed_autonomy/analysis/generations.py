"""Answers by generation and household, and each contrast under every choice."""

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf
from patsy import build_design_matrices
from scipy.special import expit
from scipy.stats import norm
from statsmodels.miscmodels.ordinal_model import OrderedModel

from dispersed_autonomy.analysis.cells import (
    COUNT,
    SQUARES,
    TOTAL,
    fit_moments,
    mean_of_moments,
    repeat_cells,
    tidy_points,
    tidy_term,
    without_n,
)

# First years of birth, Pew Research Center's:
# https://www.pewresearch.org/short-reads/2019/01/17/where-millennials-end-and-generation-z-begins/
FIRST_BIRTH_YEARS = {
    "earlier": 1900,
    "generation X": 1965,
    "millennial": 1981,
    "generation Z": 1997,
}
# How a group is called in a figure, in the order in which it is drawn.
LABELS = {
    "generation Z": "Generation Z",
    "millennial": "Millennial",
    "generation X": "Generation X",
    "earlier": "Earlier",
    "with children": "With dependent children",
    "without children": "Without dependent children",
    "sales": "Sales occupations",
    "all other occupations": "All other occupations",
}
SPLINE = "mean ~ bs(birth_year, df=4) + C(year)"
FORMULA = "mean ~ millennial + generation_z + earlier + C(year)"
HOUSEHOLD_FORMULA = "mean ~ with_children + C(year)"
REGRESSORS = ["millennial", "generation_z", "earlier", "year_2021"]
HELD_FIXED = " + C(sex) + C(occupation) + C(region)"
# First and last year of birth of other definitions of a millennial.
OTHER_BIRTH_YEARS = {"1980 to 2000": (1980, 2001), "1983 to 1994": (1983, 1995)}
TENTHS = {0: "nothing", 9: "9%"}  # how else "less than 10%" can be taken


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


def mean_by_trait(
    groups: pd.DataFrame, traits: pd.DataFrame, by_year: bool = True
) -> pd.DataFrame:
    """Return the mean answer of each generation, household and occupation.

    Parameters
    ----------
    groups, traits : DataFrame
        Cells of one question from the tables `moments_by_group` and
        `moments_by_trait`.
    by_year : bool
        Whether each year has a row of its own.

    Returns
    -------
    DataFrame
        `label`, `year` (if asked for), `value`, `low`, `high` in percent and `n`;
        limits of Student's t, 95%.
    """
    own = groups.rename(columns={"generation": "group"})
    cells = pd.concat([own, traits])[["group", "year", COUNT, TOTAL, SQUARES]]
    cells = cells[cells["group"].isin(LABELS)].assign(
        label=lambda rows: pd.Categorical(
            rows["group"].map(LABELS), list(LABELS.values())
        )
    )
    return mean_of_moments(cells, ["label", "year"] if by_year else ["label"])


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


def to_moments(people: pd.DataFrame) -> pd.DataFrame:
    """Return one cell of moments a person, of their `answer_percent`."""
    return people.assign(
        **{
            COUNT: 1,
            TOTAL: people["answer_percent"].astype(float),
            SQUARES: people["answer_percent"].astype(float) ** 2,
        }
    )


def mark_people(people: pd.DataFrame) -> pd.DataFrame:
    """Return people as cells of one, with the marks that regressions take.

    Returns
    -------
    DataFrame
        With `with_children` of zero and one, and the marks of `mark_generations`,
        which are empty where the generation is unknown.
    """
    cells = to_moments(people).assign(
        with_children=(people["children"] == "yes").astype(int)
    )
    marks = mark_generations(cells).drop(columns=cells.columns)
    return cells.join(marks)


def compare_choices(people: pd.DataFrame, term: str) -> pd.DataFrame:
    """Compute one contrast under every choice of sample, coding and controls.

    Parameters
    ----------
    people : DataFrame
        One row a person who answered one question: `answer_percent`, `year`,
        `birth_year`, `generation`, `sales`, `manages`, `children`, `sex`,
        `occupation`, `region` and, of a change, `before_percent`.
    term : {"millennial", "generation_z", "earlier", "with_children"}
        A generation against generation X, or people with dependent children
        against others.

    Returns
    -------
    DataFrame
        `choice`, `value`, `low`, `high` in percentage points, `n`, and
        `group_count`, the people of the generation or with children among them.
        HC1 limits of 95%.
    """
    cells = mark_people(people)
    known = cells.dropna(subset=["millennial"])
    years = "" if cells["year"].nunique() == 1 else " + C(year)"
    plain = (
        HOUSEHOLD_FORMULA if term == "with_children" else FORMULA
    ).removesuffix(" + C(year)") + years
    full = FORMULA.removesuffix(" + C(year)") + years + " + with_children"
    samples = {"main": (cells, plain)}
    for year in sorted(cells["year"].unique()) if years else []:
        samples[f"{year} alone"] = (
            cells[cells["year"] == year],
            plain.removesuffix(years),
        )
    samples["children, sex, occupation and region held fixed"] = (
        known,
        full + HELD_FIXED,
    )
    samples["sales, managing and children held fixed"] = (
        known[known["manages"] != "not asked"],
        full + " + C(sales) + C(manages)",
    )
    if term != "with_children":
        samples |= _split_samples(cells, plain)
    if "before_percent" in cells:
        samples["the level before held fixed"] = (
            cells,
            plain + " + before_percent",
        )
    elif (cells["answer_percent"] == 5).any():
        for percent, word in TENTHS.items():
            recoded = people["answer_percent"].replace(5, percent)
            samples[f"“less than 10%” as {word}"] = (
                mark_people(people.assign(answer_percent=recoded)),
                plain,
            )
    fits = {
        choice: (fit_moments(rows.dropna(subset=[term]), formula), rows[term].sum())
        for choice, (rows, formula) in samples.items()
    }
    return pd.DataFrame(
        [
            {"choice": choice, **tidy_term(fit, term), "group_count": int(count)}
            for choice, (fit, count) in fits.items()
        ]
    )


def _split_samples(cells: pd.DataFrame, formula: str) -> dict:
    samples = {
        f"households {word} children": (
            cells[cells["with_children"] == mark],
            formula,
        )
        for mark, word in enumerate(("without", "with"))
    }
    known = cells[cells["generation"].isin(FIRST_BIRTH_YEARS)]
    for words, (first, last) in OTHER_BIRTH_YEARS.items():
        years = FIRST_BIRTH_YEARS | {"millennial": first, "generation Z": last}
        relabelled = known.assign(
            generation=label_generations(known["birth_year"], years)
        )
        samples[f"millennials born {words}"] = (
            mark_generations(relabelled),
            formula,
        )
    return samples


def predict_share_difference(
    people: pd.DataFrame, term: str, formula: str, level: float = 95
) -> dict[str, float]:
    """Return what a mark adds to the chance of yes by a logit, over everyone.

    Each person is predicted twice, with the mark at one and at zero. Where the mark
    is of a generation, every other generation is at zero. What is held fixed stays.

    Parameters
    ----------
    people : DataFrame
        As `compare_choices` takes them, with answers of 0 and 100.
    term : str
        As in `compare_choices`.
    formula : str
        Right hand side, with the term in it.

    Returns
    -------
    dict
        `value`, `low`, `high` in percentage points and `n`; HC1 errors, carried to
        the difference by the delta method.
    """
    rows = mark_people(people).dropna(subset=[term])
    fit = smf.logit(f"I(answer_percent / 100) ~ {formula}", rows).fit(
        disp=False, cov_type="HC1"
    )
    marks = ["with_children"] if term == "with_children" else REGRESSORS[:3]
    designs = [
        _design(fit, rows.assign(**dict.fromkeys(marks, 0) | {term: mark}))
        for mark in (1, 0)
    ]
    chances = [expit(design @ fit.params.to_numpy()) for design in designs]
    slopes = [
        (chance * (1 - chance)) @ design / len(rows)
        for chance, design in zip(chances, designs)
    ]
    gradient = slopes[0] - slopes[1]
    value = np.mean(chances[0] - chances[1])
    half = norm.ppf(0.5 + level / 200) * np.sqrt(
        gradient @ fit.cov_params().to_numpy() @ gradient
    )
    return {
        "value": float(100 * value),
        "low": float(100 * (value - half)),
        "high": float(100 * (value + half)),
        "n": len(rows),
    }


def replace_by_choice(
    contrasts: pd.DataFrame, ids: dict[str, tuple[str, str]]
) -> dict[str, dict[str, dict[str, float]]]:
    """Return by choice what it makes of results, as `record_readings` takes it.

    Parameters
    ----------
    contrasts : DataFrame
        The table `contrasts`.
    ids : dict of str to tuple of str
        Result id to its question and contrast.

    Returns
    -------
    dict
        Choice, but the main one, to result id to `value`, `low` and `high`.
    """
    found = {}
    for id, (question, contrast) in ids.items():
        own = contrasts[
            (contrasts["question"] == question)
            & (contrasts["contrast"] == contrast)
            & (contrasts["choice"] != "main")
        ]
        for choice in own["choice"]:
            estimate = without_n(tidy_points(own, choice=choice))
            found.setdefault(choice, {})[id] = estimate
    return found


def average_cuts(
    cuts: pd.DataFrame, asked_count: int, most_percent: int = 20
) -> tuple[float, float]:
    """Spread the pay cuts that some would accept over everyone who was asked.

    Parameters
    ----------
    cuts : DataFrame
        `last_percent`, `people_count` and `sum_percent` of each band of cuts, of
        those who would negotiate.
    asked_count : int
        Everyone who was asked; the others would accept none.
    most_percent : int
        The most that is taken at its word, in percent of pay.

    Returns
    -------
    tuple of float
        Means in percent of pay: with cuts of `most_percent` or more read as that,
        and as given.
    """
    capped = cuts["sum_percent"].where(
        cuts["last_percent"] < most_percent, most_percent * cuts["people_count"]
    )
    return capped.sum() / asked_count, cuts["sum_percent"].sum() / asked_count
