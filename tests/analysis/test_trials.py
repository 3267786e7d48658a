"""Experiments: against counting, statsmodels' tables, published figures, and the
rows of a made-up trial.
"""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import Table2x2

from dispersed_autonomy.analysis import trials
from dispersed_autonomy.inputs.tables import load_table

SPLITS = [("manager", "non_manager"), ("female", "male")]


@pytest.fixture
def cells():
    return pd.DataFrame(
        {
            "group": ["x", "x", "y", "y", "y"],
            "arm": ["home", "office", "home", "office", "office"],
            "people_count": [131, 118, 50, 30, 30],
            "quits_count": [21, 41, 10, 4, 6],
        }
    )


@pytest.fixture
def candidates():
    return trials.derive_arms(
        load_table("tripcom_hybrid_trial", "quit_rates"), "hybrid", "office"
    )


def test_a_wrong_risk_ratio_or_interval_is_noticed(cells):
    rows = trials.compare_risks(cells, ["group"], "home", "office").set_index(
        "group"
    )
    for group, table in {
        "x": [[21, 110], [41, 77]],
        "y": [[10, 40], [10, 50]],
    }.items():
        expected = Table2x2(table)
        assert rows.loc[group, "risk_ratio"] == pytest.approx(expected.riskratio)
        assert tuple(rows.loc[group, ["low", "high"]]) == pytest.approx(
            expected.riskratio_confint()
        )
        assert rows.loc[group, "log_odds_ratio"] == pytest.approx(
            expected.log_oddsratio
        )
        assert rows.loc[group, "log_odds_se"] == pytest.approx(
            expected.log_oddsratio_se
        )
    assert rows.loc["y", ["people_count", "treated_percent"]].tolist() == [110, 20]


def test_arms_that_change_places_are_noticed(cells):
    there, back = (
        trials.compare_risks(cells, ["group"], *arms)["risk_ratio"]
        for arms in (("home", "office"), ("office", "home"))
    )
    assert (there * back).tolist() == pytest.approx([1, 1])
    assert there[0] == pytest.approx((21 / 131) / (41 / 118))


def test_the_difference_of_two_groups_is_the_ratio_of_their_ratios_with_both_errors(
    cells,
):
    ratios = trials.compare_risks(cells, ["group"], "home", "office").assign(
        what="group"
    )
    row = trials.compare_groups(ratios, "what").iloc[0]
    by_hand = ((21 / 131) / (41 / 118)) / ((10 / 50) / (10 / 60))
    variance = (
        1 / 21 - 1 / 131 + 1 / 41 - 1 / 118 + 1 / 10 - 1 / 50 + 1 / 10 - 1 / 60
    )
    half = 1.959964 * np.sqrt(variance)
    assert tuple(row[["ratio_of_ratios", "low", "high"]]) == pytest.approx(
        tuple(by_hand * np.exp([0, -half, half])), rel=1e-6
    )


def test_weighted_outcomes_hold_each_person_once(cells):
    rows = trials.split_outcomes(cells)
    assert rows["weight"].sum() == cells["people_count"].sum()
    assert rows.loc[rows["quit"] == 1, "weight"].sum() == cells["quits_count"].sum()


def test_survival_is_the_share_still_there_when_nobody_is_lost():
    months = pd.DataFrame(
        {
            "arm": "home",
            "month_number": [1, 2, 3],
            "at_risk_count": [50, 45, 45],
            "quits_count": [5, 0, 9],
        }
    )
    rows = trials.trace_survival(months)
    assert rows["staying_percent"].tolist() == pytest.approx([100, 90, 90, 72])
    last = rows.iloc[-1]
    # Without losses Greenwood's variance is the binomial one; the limits are those
    # of log(-log).
    share = 0.72
    half = (
        1.959964 * np.sqrt(share * (1 - share) / 50) / (share * abs(np.log(share)))
    )
    assert last["low_percent"] == pytest.approx(
        100 * share ** np.exp(half), rel=1e-6
    )
    assert last["high_percent"] == pytest.approx(
        100 * share ** np.exp(-half), rel=1e-6
    )


def test_the_curves_of_the_two_arms_do_not_run_into_each_other():
    periods = load_table("ctrip_experiment", "quits_by_period")
    ends = trials.trace_survival(periods).groupby("arm")["staying_percent"].last()
    assert ends["home"] == pytest.approx(100 * (1 - 21 / 131))
    assert ends["office"] == pytest.approx(100 * (1 - 41 / 118))


def test_a_change_from_moments_is_welchs_test_on_the_rows():
    rng = np.random.default_rng(2)
    rows = {"home": rng.normal(0.3, 1, 40), "office": rng.normal(0, 2, 25)}
    table = [
        {
            "arm": arm,
            "people_count": len(x),
            "change_mean_sd": x.mean(),
            "change_spread_sd": x.std(ddof=1),
        }
        for arm, x in rows.items()
    ]
    found = trials.compare_changes(pd.DataFrame(table), "home", "office")
    expected = stats.ttest_ind(
        rows["home"], rows["office"], equal_var=False
    ).confidence_interval(0.95)
    assert (found["low"], found["high"]) == pytest.approx(
        (expected.low, expected.high)
    )


def test_sizes_of_arms_are_all_those_that_a_search_over_every_count_finds():
    rates = pd.DataFrame(
        {
            "group": "g",
            "arm": ["office", "hybrid"],
            "quit_rate_percent": [2.96, 3.12],
            "both_arms_people_count": 395,
        }
    )
    found = (
        trials.derive_arms(rates, "hybrid", "office")[trials.ARM_COLUMNS]
        .apply(tuple, axis=1)
        .tolist()
    )
    searched = [
        (n, k, 395 - n, j)
        for n in range(1, 395)
        for k in range(n + 1)
        if abs(100 * k / n - 2.96) <= 0.005 + 1e-9
        for j in range(396 - n)
        if abs(100 * j / (395 - n) - 3.12) <= 0.005 + 1e-9
    ]
    assert found == searched == [(203, 6, 192, 6)]


def test_the_hybrid_trial_leaves_one_possibility_that_gives_every_printed_test(
    candidates,
):
    arms = trials.match_groups(candidates, "all", SPLITS)
    assert arms[trials.ARM_COLUMNS].to_numpy().tolist() == [[820, 59, 792, 38]]
    rows = {
        "all": [59, 820, 38, 792],
        "non_manager": [53, 617, 32, 600],
        "manager": [6, 203, 6, 192],
    }
    printed = (
        load_table("tripcom_hybrid_trial", "quit_rates")
        .dropna(subset="published_p_value")
        .set_index("group")
    )
    for group, (k, n, j, m) in rows.items():
        people = [
            np.repeat([1.0, 0.0], [quits, size - quits])
            for quits, size in ((k, n), (j, m))
        ]
        test = stats.ttest_ind(*people)
        assert round(test.pvalue, 3) == printed.loc[group, "published_p_value"]
    assert printed.loc["all", "published_t_statistic"] == 2.02


def test_the_t_test_of_rates_is_that_of_one_row_a_person(candidates):
    row = trials.compute_rate_test(
        candidates[candidates["group"] == "female"]
    ).iloc[0]
    expected = stats.ttest_ind(
        np.repeat([1.0, 0.0], [26, 257]), np.repeat([1.0, 0.0], [12, 275])
    )
    assert (row["t_statistic"], row["p_value"]) == pytest.approx(
        (expected.statistic, expected.pvalue)
    )


def test_groups_of_the_hybrid_trial_add_up_to_everyone(candidates):
    cells = trials.list_group_cells(
        candidates, "all", SPLITS, "hybrid", "office"
    ).set_index(["group", "arm"])
    for first, second in SPLITS:
        assert (cells.loc[first] + cells.loc[second]).equals(cells.loc["all"])
    assert tuple(cells.loc[("male", "hybrid")]) == (505, 26)


def test_sizes_that_stay_ambiguous_are_refused(candidates):
    with pytest.raises(ValueError, match="not one possibility is left.*male"):
        trials.list_group_cells(
            candidates, "all", [("male", "female")], "hybrid", "office"
        )
