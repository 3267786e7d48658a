"""The tables of the Ctrip experiment: published counts, agreement between files,
and input that has to be refused.
"""

import importlib
import sys

import numpy as np
import pandas as pd
import pytest

from dispersed_autonomy import paths
from dispersed_autonomy.inputs import sources
from dispersed_autonomy.inputs.sources import SourceError
from dispersed_autonomy.inputs.tables import describe, load_table

FOLDER = paths.DATA / "ctrip_experiment"


@pytest.fixture
def scripts(monkeypatch):
    """The modules beside build.py."""
    monkeypatch.syspath_prepend(str(FOLDER))
    yield importlib.import_module("people"), importlib.import_module("weeks")
    for name in ("people", "weeks"):
        del sys.modules[name]


def effect(specification="main", outcome="performance"):
    rows = load_table("ctrip_experiment", "effects")
    return rows[
        (rows["specification"] == specification) & (rows["outcome"] == outcome)
    ].iloc[0]


def test_the_panel_that_is_not_the_published_one_is_noticed():
    assert (effect()["observations_count"], effect()["people_count"]) == (
        17806,
        249,
    )


def test_the_published_headlines_are_reproduced():
    quits = (
        load_table("ctrip_experiment", "quits_by_group")
        .query("characteristic == 'everyone'")
        .set_index("arm")
    )
    rate = quits["quits_count"] / quits["people_count"]
    assert rate["home"] / rate["office"] == pytest.approx(0.5, abs=0.05)  # "halved"
    assert effect("order takers", "calls per hour")[
        "estimate_in_unit"
    ] == pytest.approx(4, abs=0.5)  # 4% more calls a minute
    calls = effect("order takers", "calls a month")
    assert calls["low_in_unit"] < 13 < calls["high_in_unit"]  # 13%


def test_the_effect_agrees_with_the_gap_of_weekly_means():
    weeks = load_table("ctrip_experiment", "performance_by_week").query(
        "year_and_week != 201049"
    )
    wide = weeks.pivot(index="year_and_week", columns="arm", values="mean_sd")
    gap = wide["home"] - wide["office"]
    simple = gap[gap.index > 201049].mean() - gap[gap.index < 201049].mean()
    assert simple == pytest.approx(
        effect()["estimate_in_unit"], abs=effect()["se_in_unit"]
    )


def test_the_mean_effect_of_the_event_study_is_that_of_the_panel():
    events = load_table("ctrip_experiment", "event_study").fillna(
        {"estimate_sd": 0}
    )
    after = events["period_number"] > 12
    simple = (
        events.loc[after, "estimate_sd"].mean()
        - events.loc[~after, "estimate_sd"].mean()
    )
    assert simple == pytest.approx(effect()["estimate_in_unit"], abs=0.03)


def test_covariances_of_the_event_study_that_are_not_its_errors_are_noticed():
    long = load_table("ctrip_experiment", "event_study_covariance")
    matrix = long.pivot(
        index="row_period_number",
        columns="column_period_number",
        values="covariance_sd2",
    )
    assert np.allclose(matrix, matrix.T, atol=1e-9)
    errors = (
        load_table("ctrip_experiment", "event_study")
        .dropna(subset="se_sd")["se_sd"]
        .to_numpy()
    )
    assert np.sqrt(np.diag(matrix)) == pytest.approx(errors, abs=1e-6)


def test_dealing_arms_anew_spreads_as_the_clustered_error_says():
    summary = load_table("ctrip_experiment", "arms_dealt_again_summary").iloc[0]
    assert summary["effect_sd"] == pytest.approx(
        effect()["estimate_in_unit"], abs=1e-6
    )
    assert summary["spread_sd"] == pytest.approx(effect()["se_in_unit"], rel=0.1)
    bins = load_table("ctrip_experiment", "arms_dealt_again")
    assert bins["draws_count"].sum() == summary["draws_count"]
    centres = (bins["from_sd"] + bins["to_sd"]) / 2
    assert np.average(centres, weights=bins["draws_count"]) == pytest.approx(
        summary["mean_sd"], abs=0.002
    )


def test_people_and_quits_that_are_lost_between_tables_are_noticed():
    groups = load_table("ctrip_experiment", "quits_by_group")
    sums = (
        groups.groupby(["characteristic", "arm"], observed=True)[
            ["people_count", "quits_count"]
        ]
        .sum()
        .unstack("arm")
    )
    assert sums.drop_duplicates().to_numpy().tolist() == [[131, 118, 21, 41]]
    periods = load_table("ctrip_experiment", "quits_by_period").sort_values(
        ["arm", "month_number"]
    )
    assert periods.groupby("arm", observed=True)["quits_count"].sum().to_dict() == {
        "home": 21,
        "office": 41,
    }
    for _, arm in periods.groupby("arm", observed=True):
        assert (arm["at_risk_count"] - arm["quits_count"]).iloc[
            :-1
        ].tolist() == arm["at_risk_count"].iloc[1:].tolist()


PEOPLE_TABLES = {
    "bls_telework": None,
    "ctrip_experiment": {"arms_dealt_again": ["draws_count"]},
    "teleworkability": None,
    "tripcom_hybrid_trial": None,
}


@pytest.mark.parametrize("dataset", PEOPLE_TABLES)
def test_a_cell_of_one_or_two_people_is_noticed(dataset):
    for resource in describe(dataset)["resources"]:
        table = resource["path"].removesuffix(".csv")
        rows = load_table(dataset, table)
        not_people = (PEOPLE_TABLES[dataset] or {}).get(table, [])
        counts = [
            name
            for name in rows
            if name.endswith("_count") and name not in not_people
        ]
        assert not rows[counts].isin([1, 2]).any(axis=None), table


def test_months_are_put_together_until_no_count_is_of_one_or_two(scripts):
    quits = pd.DataFrame(
        {"home": [1, 4, 2, 1, 3, 5], "office": [9, 2, 7, 0, 5, 3]},
        index=range(1, 7),
    )
    assert scripts[0].end_periods(quits) == [2, 4, 5, 6]
    with pytest.raises(SourceError, match="too few people quit"):
        scripts[0].end_periods(quits.replace({"home": {5: 2}}))


def test_the_odds_that_the_counts_do_not_give_are_noticed():
    models = load_table("ctrip_experiment", "quit_models").set_index("model")
    by_hand = np.log(21 / 110 / (41 / 77))
    error = np.sqrt(1 / 21 + 1 / 110 + 1 / 41 + 1 / 77)
    row = models.loc["odds"]
    assert row["estimate_log_ratio"] == pytest.approx(by_hand, abs=1e-6)
    assert row["se_log_ratio"] == pytest.approx(error, abs=1e-6)


def test_the_hazard_by_month_agrees_with_logs_of_who_stayed():
    # With proportional hazards the ratio of the two arms' cumulative hazards is the
    # hazard ratio, whatever the months.
    models = load_table("ctrip_experiment", "quit_models").set_index("model")
    row = models.loc["hazard, month by month"]
    by_hand = np.log(np.log(110 / 131) / np.log(77 / 118))
    assert row["estimate_log_ratio"] == pytest.approx(by_hand, abs=0.02)
    # 131 and 118 people over nine months, less those who had gone.
    assert row["observations_count"] == 1979


def weekly_rows(**changes):
    rows = pd.DataFrame(
        {
            "personid": [1, 1, 2],
            "year_week": [201001.0, 201002.0, 201001.0],
            "expgroup": [1, 1, 0],
            "perform1": [0.1, 0.2, 0.3],
            "commute": 60,
            "men": 0,
        }
    )
    return rows.assign(**changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"expgroup": [1, 1, 3]}, "unknown group"),
        ({"year_week": [201001.0, 201001.0, 201001.0]}, "stands twice"),
        ({}, "not .17806, 249. as published"),
    ],
)
def test_a_weekly_file_with_other_contents_is_refused(
    scripts, monkeypatch, tmp_path, changes, message
):
    weekly_rows(**changes).to_csv(tmp_path / "weekly.csv", index=False)
    monkeypatch.setattr(
        scripts[1], "fetch_source", lambda *_: tmp_path / "weekly.csv"
    )
    with pytest.raises(SourceError, match=message):
        scripts[1].read_weeks()


def test_a_weekly_file_with_other_columns_is_refused(
    scripts, monkeypatch, tmp_path
):
    weekly_rows().drop(columns="perform1").to_csv(
        tmp_path / "weekly.csv", index=False
    )
    monkeypatch.setattr(
        scripts[1], "fetch_source", lambda *_: tmp_path / "weekly.csv"
    )
    with pytest.raises(
        SourceError, match="weekly.csv: columns are missing: perform1"
    ):
        scripts[1].read_weeks()


def test_a_stata_file_with_other_columns_is_refused(scripts, monkeypatch, tmp_path):
    pd.DataFrame({"personid": [1], "treatment": [1]}).to_stata(
        tmp_path / "person.dta", write_index=False
    )
    monkeypatch.setattr(
        scripts[0], "fetch_source", lambda *_: tmp_path / "person.dta"
    )
    with pytest.raises(
        SourceError, match="person.dta: columns are missing: .*quitjob"
    ):
        scripts[0].read_people(pd.Series(dtype=float))


def test_a_person_file_with_fewer_people_is_refused(scripts, monkeypatch):
    columns = [
        "personid",
        "treatment",
        "quitjob",
        "tenure",
        "male",
        "children",
        "married",
        "ordertaker",
    ]
    monkeypatch.setattr(
        scripts[0],
        "read_stata",
        lambda *_: pd.DataFrame([[1, 1, 0, 3, 0, 0, 0, "TRUE"]], columns=columns),
    )
    with pytest.raises(SourceError, match="1 people and 0 quits, not 249 and 62"):
        scripts[0].read_people(pd.Series({1: 30.0}))


def test_an_unknown_code_is_refused(scripts):
    with pytest.raises(SourceError, match="column treatment: unknown code 2"):
        scripts[0].name_codes(
            pd.Series([0, 1, 2], name="treatment"), {0: "office", 1: "home"}
        )


@pytest.mark.parametrize(
    "name", ["ctrip_weekly", "ctrip_person", "ctrip_quits", "ctrip_monthly"]
)
def test_an_altered_upstream_file_is_refused(monkeypatch, tmp_path, name):
    file = {
        source["name"]: source["file"]
        for source in describe("ctrip_experiment")["sources"]
    }[name]
    (tmp_path / file).write_bytes(b"altered")
    monkeypatch.setenv("DISPERSED_AUTONOMY_CACHE", str(tmp_path))
    with pytest.raises(SourceError, match="is not the pinned file"):
        sources.fetch_source("ctrip_experiment", name)


def test_calls_in_standard_deviations_are_another_regression():
    # Scaling an outcome leaves the ratio of estimate and error as it is.
    for plain, scaled in (
        ("order takers", "order takers, in standard deviations"),
        (
            "order takers, logarithm",
            "order takers, logarithm, in standard deviations",
        ),
    ):
        ratios = [
            row["estimate_in_unit"] / row["se_in_unit"]
            for row in (effect(name, "calls a month") for name in (plain, scaled))
        ]
        assert ratios[0] == pytest.approx(ratios[1], rel=1e-5)


def test_the_logarithm_of_no_calls_is_taken():
    plain, logs = (
        effect(name, "calls a month")
        for name in ("order takers", "order takers, logarithm")
    )
    assert plain["observations_count"] - logs["observations_count"] == 4
    # The printed headline, 13 percent, as log points.
    assert logs["low_in_unit"] < 100 * np.log(1.13) < logs["high_in_unit"]
