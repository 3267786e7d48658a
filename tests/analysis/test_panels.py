"""Panels: against regressions with a dummy for every person."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from dispersed_autonomy.analysis.panels import (
    compare_groups,
    demean,
    fit_panel,
    order_specifications,
    permute_assignment,
    tidy_panel,
)
from dispersed_autonomy.inputs.tables import load_table


@pytest.fixture
def panel():
    """An unbalanced panel of 24 people in 9 weeks, half assigned, with an effect of
    0.8 after week 5.
    """
    rng = np.random.default_rng(5)
    rows = pd.DataFrame(
        [(person, week) for person in range(24) for week in range(1, 10)],
        columns=["person", "week"],
    )
    rows = rows[rng.random(len(rows)) > 0.2].reset_index(drop=True)
    rows["assigned"] = (rows["person"] % 2 == 0).astype(int)
    rows["after"] = (rows["week"] > 5).astype(int)
    rows["assigned_after"] = rows["assigned"] * rows["after"]
    person, week = rng.normal(0, 2, 24), rng.normal(0, 1, 10)
    rows["score"] = (
        person[rows["person"]]
        + week[rows["week"]]
        + 0.8 * rows["assigned_after"]
        + rng.normal(0, 0.5, len(rows))
    )
    return rows


def fit_dummies(panel):
    formula = "score ~ assigned_after + C(person) + C(week)"
    return smf.ols(formula, panel).fit(
        cov_type="cluster", cov_kwds={"groups": panel["person"]}, use_t=True
    )


def test_taking_out_person_means_is_a_dummy_for_every_person(panel):
    fit = fit_panel(panel, "score", ["assigned_after"], "person", "week")
    assert fit.params["assigned_after"] == pytest.approx(
        fit_dummies(panel).params["assigned_after"]
    )


def test_the_clustered_error_differs_from_dummies_only_by_its_parameters(
    panel,
):
    dummies, n = fit_dummies(panel), len(panel)
    within = tidy_panel(
        fit_panel(panel, "score", ["assigned_after"], "person", "week"),
        ["assigned_after"],
    )["se"].item()
    people = panel["person"].nunique()
    counted, nested = (
        n - people - 8 - 1,
        n - 8 - 1,
    )  # nine weeks, one of them the base, and the effect
    assert within == pytest.approx(
        dummies.bse["assigned_after"] * np.sqrt(counted / nested)
    )


def test_the_clustered_error_is_the_sandwich_of_its_definition(panel):
    fit = fit_panel(panel, "score", ["assigned_after"], "person", "week")
    weeks = pd.get_dummies(panel["week"], drop_first=True, dtype=float)
    x = demean(
        np.column_stack([panel["assigned_after"], weeks]),
        panel["person"].to_numpy(),
    )
    scores = (
        pd.DataFrame(x * fit.resid.to_numpy()[:, None])
        .groupby(panel["person"].to_numpy())
        .sum()
        .to_numpy()
    )
    bread = np.linalg.inv(x.T @ x)
    groups, n, k = panel["person"].nunique(), *x.shape
    meat = scores.T @ scores * groups / (groups - 1) * (n - 1) / (n - k)
    tidy = tidy_panel(fit, ["assigned_after"]).iloc[0]
    assert tidy["se"] == pytest.approx(np.sqrt((bread @ meat @ bread)[0, 0]))
    assert tidy["high"] - tidy["estimate"] == pytest.approx(
        2.0687 * tidy["se"], rel=1e-4
    )  # Student's t, 23 degrees


def test_clusters_of_one_observation_each_give_heteroskedasticity_robust_errors(
    panel,
):
    singles = panel.assign(row=np.arange(len(panel)))
    fit = fit_panel(singles, "score", ["assigned_after"], "person", "week", ["row"])
    x = fit.model.exog
    bread = np.linalg.inv(x.T @ x)
    hc1 = (
        bread
        @ (x.T * fit.resid.to_numpy() ** 2)
        @ x
        @ bread
        * len(x)
        / (len(x) - x.shape[1])
    )
    assert fit.cov_params().iloc[0, 0] == pytest.approx(hc1[0, 0])


def test_each_dealt_effect_is_the_regression_on_the_dealt_arms(panel):
    arguments = {
        "assigned": "assigned",
        "after": "after",
        "person": "person",
        "time": "week",
        "draws": 3,
        "seed": 1,
    }
    effect, draws = permute_assignment(panel, "score", **arguments)
    assert effect == pytest.approx(fit_dummies(panel).params["assigned_after"])
    people = panel.groupby("person")["assigned"].first().to_numpy()
    dealt = np.random.default_rng(1).permuted(
        np.tile(people.astype(float), (3, 1)), axis=1
    )
    for arms, expected in zip(dealt, draws, strict=True):
        again = panel.assign(assigned_after=arms[panel["person"]] * panel["after"])
        assert expected == pytest.approx(
            fit_dummies(again).params["assigned_after"]
        )
        assert arms.sum() == people.sum()


def test_dealing_arms_anew_centres_on_no_effect_and_finds_a_real_one(panel):
    effect, draws = permute_assignment(
        panel, "score", "assigned", "after", "person", "week", 2000, 3
    )
    assert abs(draws.mean()) < 4 * draws.std() / np.sqrt(len(draws))
    assert (np.abs(draws) >= abs(effect)).mean() < 0.01


def test_a_specification_is_lost_or_leaves_the_main_one_from_its_place():
    effects = load_table("ctrip_experiment", "effects")
    performance = effects[effects["outcome"] == "performance"]
    ordered = order_specifications(performance)
    assert ordered["specification"].iloc[0] == "main"
    assert set(ordered["specification"]) == set(performance["specification"])
    assert ordered["kind"].drop_duplicates().tolist() == [
        "main",
        "other method",
        "other weeks or scores",
        "some of the people",
    ]


def test_the_difference_of_two_groups_is_not_that_of_their_effects():
    effects = load_table("ctrip_experiment", "effects")
    performance = effects[effects["outcome"] == "performance"]
    compared = compare_groups(performance).set_index("first").loc["women"]
    women, men = (
        performance[performance["specification"] == name].iloc[0]
        for name in ("women", "men")
    )
    gap = women["estimate_in_unit"] - men["estimate_in_unit"]
    half = 1.959964 * np.hypot(women["se_in_unit"], men["se_in_unit"])
    assert compared["difference"] == pytest.approx(gap)
    assert compared["high"] == pytest.approx(gap + half, abs=1e-6)
