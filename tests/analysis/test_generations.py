"""Answers by generation: labels, ordered logit, spline, logit differences and the
choices behind a contrast.
"""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy.special import expit

from dispersed_autonomy.analysis import generations
from dispersed_autonomy.analysis.cells import repeat_cells, tidy_points
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


def people(count=400, rng=None):
    """Synthetic people of two surveys, with answers in tenths."""
    rng = rng or np.random.default_rng(7)
    born = rng.integers(1950, 2003, count)
    return pd.DataFrame(
        {
            "year": rng.choice([2020, 2021], count),
            "birth_year": born,
            "generation": generations.label_generations(pd.Series(born)),
            "sales": rng.choice(["sales", "other"], count),
            "manages": rng.choice(["yes", "no", "not asked"], count),
            "children": rng.choice(["yes", "no"], count),
            "sex": rng.choice(["male", "female"], count),
            "occupation": rng.choice(["clerical", "sales", "managers"], count),
            "region": rng.choice(["metro", "regional"], count),
            "answer_percent": rng.choice([0, 5, 10, 50, 100], count),
        }
    )


def ols(formula, rows):
    return smf.ols(formula, rows).fit(cov_type="HC1", use_t=True)


AGE = "C(generation, Treatment('generation X'))"


@pytest.mark.parametrize(
    "choice, more, kept",
    [
        ("main", " + C(year)", "year > 0"),
        ("2020 alone", "", "year == 2020"),
        ("households with children", " + C(year)", "children == 'yes'"),
        (
            "children, sex, occupation and region held fixed",
            " + C(year) + C(children) + C(sex) + C(occupation) + C(region)",
            "year > 0",
        ),
        (
            "sales, managing and children held fixed",
            " + C(year) + C(children) + C(sales) + C(manages)",
            "manages != 'not asked'",
        ),
    ],
)
def test_a_choice_that_is_not_the_regression_on_its_rows_is_noticed(
    choice, more, kept
):
    rows = people()
    found = generations.compare_choices(rows, "millennial").set_index("choice")
    own = rows.query(kept)
    fit = ols(f"answer_percent ~ {AGE}{more}", own)
    term = f"{AGE}[T.millennial]"
    assert found.loc[choice, ["value", "low", "high"]].tolist() == pytest.approx(
        [fit.params[term], *fit.conf_int().loc[term]]
    )
    assert found.loc[choice, "n"] == len(own)
    assert (
        found.loc[choice, "group_count"]
        == (own["generation"] == "millennial").sum()
    )


def test_people_of_no_generation_lost_from_a_contrast_of_homes_are_noticed():
    rows = people()
    rows.loc[:4, "generation"] = "unknown"
    found = generations.compare_choices(rows, "with_children").set_index("choice")
    fit = ols("answer_percent ~ C(children) + C(year)", rows)
    assert found.loc["main", "value"] == pytest.approx(fit.params.iloc[1])
    assert found.loc["main", "n"] == 400
    held = "children, sex, occupation and region held fixed"
    assert found.loc[held, "n"] == 395


def test_an_answer_coded_otherwise_that_changes_other_answers_is_noticed():
    rows = people()
    found = generations.compare_choices(rows, "millennial").set_index("choice")
    recoded = rows.assign(
        answer_percent=[9 if a == 5 else a for a in rows["answer_percent"]]
    )
    fit = ols(f"answer_percent ~ {AGE} + C(year)", recoded)
    assert found.loc["“less than 10%” as 9%", "value"] == pytest.approx(
        fit.params[f"{AGE}[T.millennial]"]
    )


def test_a_difference_of_chances_that_counting_contradicts_is_noticed():
    # without anything held fixed a logit gives back the shares themselves
    rows = people().query("year == 2021 and generation != 'earlier'")
    rows = rows.assign(answer_percent=100 * (rows["answer_percent"] > 20))
    found = generations.predict_share_difference(
        rows, "millennial", "millennial + generation_z"
    )
    shares = rows.groupby("generation")["answer_percent"].agg(["mean", "size"])
    gap = shares.loc["millennial", "mean"] - shares.loc["generation X", "mean"]
    assert found["value"] == pytest.approx(gap)
    two = shares.loc[["millennial", "generation X"]]
    error = np.sqrt((two["mean"] * (100 - two["mean"]) / two["size"]).sum())
    assert found["high"] - found["value"] == pytest.approx(1.96 * error, rel=0.02)


def test_a_logit_far_from_least_squares_where_chances_are_even_is_noticed():
    rows = people(4000)
    chance = (
        0.4 + 0.1 * (rows["children"] == "yes") + 0.05 * (rows["sex"] == "male")
    )
    draw = np.random.default_rng(4).random(len(rows)) < chance
    rows = rows.assign(answer_percent=100 * draw)
    found = generations.predict_share_difference(
        rows, "with_children", "with_children + C(sex)"
    )
    fit = ols("answer_percent ~ C(children) + C(sex)", rows)
    assert found["value"] == pytest.approx(
        fit.params["C(children)[T.yes]"], abs=0.05
    )
    assert found["low"] == pytest.approx(
        fit.conf_int().loc["C(children)[T.yes]", 0], abs=0.1
    )


def test_a_figure_that_loses_a_group_or_changes_its_mean_is_noticed():
    groups, traits = question("moments_by_group"), question("moments_by_trait")
    means = generations.mean_by_trait(groups, traits)
    assert len(means) == 2 * (4 + 2 + 2)
    by_children = means[means["label"].str.contains("children")]
    assert by_children.groupby("year")["n"].sum().to_dict() == {
        2020: 1371,
        2021: 1512,
    }
    both = generations.mean_by_trait(groups, traits, by_year=False)
    assert both["label"].tolist() == list(generations.LABELS.values())
    first = means[means["label"] == "Millennial"]
    assert both["value"][1] == pytest.approx(
        np.average(first["value"], weights=first["n"])
    )


def test_a_choice_that_changes_a_result_of_another_contrast_is_noticed():
    table = pd.DataFrame(
        [
            ("wish", "a minus b", "main", 1.0, 0.0, 2.0, 90),
            ("wish", "a minus b", "2020 alone", 3.0, 2.0, 4.0, 50),
            ("wish", "c minus d", "2020 alone", 5.0, 4.0, 6.0, 50),
            ("hours", "a minus b", "2021 alone", 7.0, 6.0, 8.0, 40),
        ],
        columns=["question", "contrast", "choice", "difference_points"]
        + ["low_points", "high_points", "people_count"],
    )
    changed = generations.replace_by_choice(
        table, {"first": ("wish", "a minus b"), "second": ("wish", "c minus d")}
    )
    assert changed == {
        "2020 alone": {
            "first": {"value": 3.0, "low": 2.0, "high": 4.0},
            "second": {"value": 5.0, "low": 4.0, "high": 6.0},
        }
    }
    main = tidy_points(table, question="wish", contrast="a minus b", choice="main")
    assert main == {"value": 1.0, "low": 0.0, "high": 2.0, "n": 90}
    for choice in ("main", "2021 alone"):  # none, and none
        with pytest.raises(KeyError, match="0 rows"):
            tidy_points(table, contrast="c minus d", choice=choice)
    with pytest.raises(KeyError, match="2 rows"):
        tidy_points(table, choice="2020 alone")


def test_cuts_are_spread_over_those_who_would_give_none_too():
    cuts = pd.DataFrame(
        {
            "first_percent": [10, 20],
            "last_percent": [19, 100],
            "people_count": [3, 2],
            "sum_percent": [10 + 12 + 14, 20 + 90],
        }
    )
    people = np.array([10, 12, 14, 20, 90] + [0] * 5)
    assert generations.average_cuts(cuts, 10) == pytest.approx(
        (np.minimum(people, 20).mean(), people.mean())
    )
