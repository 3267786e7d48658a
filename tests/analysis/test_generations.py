"""Answers by generation: labels, ordered logit, spline and the readings of a
contrast.
"""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy.special import expit

from dispersed_autonomy.analysis import generations
from dispersed_autonomy.analysis.cells import repeat_cells
from dispersed_autonomy.inputs.tables import load_table

RNG = np.random.default_rng(3)


def question(table, name="preferred remote share"):
    rows = load_table("nsw_remote_work", table)
    return rows[rows["question"] == name]


def test_a_year_of_birth_in_the_wrong_generation_is_noticed():
    years = pd.Series([1964, 1965, 1980, 1981, 1996, 1997])
    expected = [
        "earlier",
        "generation X",
        "generation X",
        "millennial",
        "millennial",
        "generation Z",
    ]
    assert generations.label_generations(years).tolist() == expected


def two_answers():
    cells = pd.DataFrame(
        {
            "generation": ["millennial", "generation X"] * 4,
            "year": [2020, 2020, 2021, 2021] * 2,
        }
    )
    return cells.assign(
        answer_percent=[0] * 4 + [100] * 4,
        people_count=[30, 50, 20, 45, 70, 40, 60, 30],
    )


def test_an_ordered_logit_of_two_answers_that_is_not_the_logit_is_noticed():
    marked = generations.mark_generations(two_answers())
    fit = generations.fit_ordered(marked, ["millennial", "year_2021"])
    rows = repeat_cells(marked).assign(
        high=lambda r: (r["answer_percent"] == 100).astype(int)
    )
    logit = smf.logit("high ~ millennial + year_2021", rows).fit(disp=False)
    odds = generations.tidy_odds(fit, "millennial")
    assert odds["value"] == pytest.approx(
        np.exp(logit.params["millennial"]), rel=1e-3
    )
    assert [odds["low"], odds["high"]] == pytest.approx(
        list(np.exp(logit.conf_int().loc["millennial"])), rel=1e-3
    )
    gap = generations.predict_difference(
        fit, "millennial", 4000, np.random.default_rng(1)
    )
    share = expit(
        [
            logit.params["Intercept"],
            logit.params["Intercept"] + logit.params["millennial"],
        ]
    )
    assert gap["value"] == pytest.approx(100 * (share[1] - share[0]), abs=0.1)
    assert gap["low"] < gap["value"] < gap["high"]


def test_a_contrast_along_the_spline_that_a_straight_line_contradicts_is_noticed():
    births = pd.DataFrame(
        {
            "birth_year": np.repeat(np.arange(1950, 2001), 2),
            "year": [2020, 2021] * 51,
            "people_count": 10,
        }
    )
    answers = 2.0 * (
        births["birth_year"] - 1950
    )  # exactly linear, so that the spline has to find it
    births = births.assign(
        sum_percent=10 * answers, sum_squared_percent=10 * answers**2 + 5
    )
    curve = generations.predict_by_birth_year(births)
    assert curve["value"].to_numpy() == pytest.approx(
        2.0 * (curve["birth_year"].to_numpy() - 1950), abs=1e-6
    )
    gap = generations.compare_along_spline(births, "millennial")
    assert gap["value"] == pytest.approx(2.0 * (1988.5 - 1972.5), abs=1e-6)
    assert gap["low"] < gap["value"] < gap["high"]


def test_two_routes_to_the_contrast_that_disagree_are_noticed():
    marked = generations.mark_generations(question("answers"))
    rows = repeat_cells(
        marked[["generation", "year", "answer_percent", "people_count"]]
    )
    own = rows.groupby(["generation", "year"], observed=True)[
        "answer_percent"
    ].mean()
    both = own["millennial"] - own["generation X"]
    readings = generations.compare_readings(
        question("moments_by_group"),
        question("moments_by_birth_year"),
        question("answers"),
    )
    readings = readings.set_index("reading")["value"]
    assert readings["2020 alone"] == pytest.approx(both[2020])
    assert readings["2021 alone"] == pytest.approx(both[2021])
    assert both.min() < readings["as recorded"] < both.max()


def test_an_answer_read_otherwise_changes_its_people_alone():
    answers = pd.DataFrame(
        {
            "year": 2020,
            "generation": "millennial",
            "answer_percent": [5, 50],
            "people_count": [4, 6],
        }
    )
    assert generations.sum_answers(answers, {5: 0})["sum_percent"].item() == 300
    assert (
        generations.sum_answers(answers)["sum_squared_percent"].item()
        == 4 * 25 + 6 * 2500
    )


def test_the_means_of_a_figure_that_lose_a_group_are_noticed():
    means = generations.mean_by_trait(question("moments_by_group"))
    assert len(means) == 2 * (4 + 2 + 2)
    by_children = means[means["label"].str.contains("children")]
    assert by_children.groupby("year")["n"].sum().to_dict() == {
        2020: 1371,
        2021: 1512,
    }
