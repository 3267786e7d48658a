"""Demand over months: against the rows, closed forms and statsmodels used another
way.
"""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf

from dispersed_autonomy import paths
from dispersed_autonomy.analysis import demand
from dispersed_autonomy.inputs import sources
from dispersed_autonomy.inputs.sources import SourceError
from dispersed_autonomy.inputs.tables import load_table

DAYS = load_table("swaa", "days_by_month")


@pytest.fixture(scope="module")
def rows():
    """The upstream rows."""
    path = paths.raw_cache() / "swaa_october24_minimal.zip"
    if not path.exists():
        pytest.skip(
            f"not in the cache ({paths.raw_cache()}): {path.name}; `make data`"
            " fetches it"
        )
    return pd.read_csv(path)


def test_days_that_are_not_those_of_the_rows_are_noticed(rows):
    months = (
        rows["date"]
        .str.replace("m", "-")
        .str.replace(r"-(\d)$", r"-0\1", regex=True)
    )
    expected = (rows["wfh_days_postCOVID_ss"] - 1).groupby(months).mean()
    wanted = demand.mean_by_month(DAYS[DAYS["measure"] == "wanted"]).set_index(
        "month"
    )
    pd.testing.assert_series_equal(
        wanted["value"],
        expected.loc[wanted.index.astype(str)],
        check_names=False,
        check_index=False,
    )
    both = rows[rows["wfh_days_postCOVID_boss_ss"] <= 6]
    gap = (
        both["wfh_days_postCOVID_ss"] - both["wfh_days_postCOVID_boss_ss"]
    ).mean()
    own = DAYS[DAYS["measure"] == "wanted minus planned"]
    assert own["sum_days"].sum() / own["people_count"].sum() == pytest.approx(gap)


def test_a_commute_gradient_that_differs_from_the_regression_on_rows_is_noticed(
    rows,
):
    own = rows.dropna(subset=["wfh_feel_quant", "commutetime_quant"]).query(
        "commutetime_quant >= 0"
    )
    slopes = load_table("swaa", "commute_slopes").set_index(["answer", "choice"])
    for choice, kept, more in (
        ("main", "commutetime_quant <= 120", ""),
        (
            "industry and state held fixed, without the answers of 120 minutes",
            "commutetime_quant < 120",
            " + C(work_industry) + C(region)",
        ),
    ):
        fit = smf.ols(
            f"wfh_feel_quant ~ commutetime_quant + C(date){more}", own.query(kept)
        ).fit(cov_type="HC1", use_t=True)
        found = slopes.loc[("value of the option", choice)]
        assert found["difference_points"] == pytest.approx(
            10 * fit.params["commutetime_quant"], abs=1e-6
        )
        assert found[["low_points", "high_points"]].tolist() == pytest.approx(
            (10 * fit.conf_int().loc["commutetime_quant"]).tolist(), abs=1e-6
        )


def test_bands_of_the_commute_that_hold_other_people_are_noticed(rows):
    bands = load_table("swaa", "value_by_commute")
    travelled = rows.query("0 <= commutetime_quant <= 120")
    own = travelled.dropna(subset=["wfh_feel_quant"])
    assert bands["people_count"].sum() == len(own)
    near = bands[bands["first_minutes"] < 30]
    assert near["sum_percent"].sum() == pytest.approx(
        own.query("commutetime_quant < 30")["wfh_feel_quant"].sum(), abs=0.01
    )
    benefits = load_table("swaa", "benefits_by_commute")
    asked = travelled.dropna(subset=["wfh_top3benefits_commute"])
    assert benefits["people_count"].sum() == len(asked)
    ticked = asked["wfh_top3benefits_commute"].mean()
    share = 100 * benefits["commute_count"].sum() / len(asked)
    assert share == pytest.approx(ticked)
    assert min(bands["people_count"].min(), benefits["people_count"].min()) >= 3


def test_the_published_share_that_would_not_comply_is_reproduced():
    shares = demand.share_of_answers(
        load_table("swaa", "reactions_by_month"), "reaction"
    ).set_index("reaction")["value"]
    assert shares.sum() == pytest.approx(100)
    assert round(100 - shares["comply"]) == 41


def months(slope=0.2, count=30, noise=0.0):
    time = np.arange(count) / 12
    value = (
        1
        + slope * time
        + noise * np.random.default_rng(5).normal(size=count).cumsum()
    )
    names = [f"{2020 + (4 + i) // 12}-{(4 + i) % 12 + 1:02d}" for i in range(count)]
    return pd.DataFrame(
        {"month": names, "time_years": time, "value": value, "n": 100}
    )


def test_time_that_is_not_years_since_may_2020_is_noticed():
    assert demand.count_years(
        pd.Series(["2020-05", "2020-11", "2024-05"])
    ).tolist() == [0, 0.5, 4]
    assert np.allclose(
        demand.count_years(months()["month"]), months()["time_years"]
    )


def test_a_trend_whose_errors_are_not_newey_wests_is_noticed():
    data = months(noise=0.05)
    found = demand.tidy_slope(demand.fit_trend(data, lags=2))
    design = sm.add_constant(data["time_years"].to_numpy())
    beta = np.linalg.lstsq(design, data["value"], rcond=None)[0]
    residual = data["value"].to_numpy() - design @ beta
    scores = design * residual[:, None]
    middle = scores.T @ scores
    for lag, weight in ((1, 2 / 3), (2, 1 / 3)):
        cross = scores[lag:].T @ scores[:-lag]
        middle += weight * (cross + cross.T)
    inverse = np.linalg.inv(design.T @ design)
    error = np.sqrt((inverse @ middle @ inverse)[1, 1] * 30 / 28)
    assert (found["value"], found["n"]) == (pytest.approx(beta[1]), 30)
    assert (found["high"] - found["low"]) / 2 == pytest.approx(
        2.048407 * error, rel=1e-5
    )  # Student's t, 28 degrees of freedom


def test_a_break_that_is_found_elsewhere_than_it_is_is_noticed():
    data = months(slope=0.1).assign(
        value=lambda d: (
            d["value"]
            + np.where(
                d["time_years"] >= 1.5, 0.5 + 0.3 * (d["time_years"] - 1.5), 0
            )
        )
    )
    month = data.loc[np.isclose(data["time_years"], 1.5), "month"].item()
    assert demand.find_break(data) == month
    fit = demand.fit_broken(data, month)
    assert [
        fit.params["time_years"],
        fit.params["after"],
        fit.params["time_after"],
    ] == pytest.approx([0.1, 0.5, 0.3])


def test_a_mix_that_is_not_held_fixed_is_noticed():
    cells = pd.DataFrame(
        {
            "month": ["2020-05", "2020-05", "2020-06", "2020-06", "2020-06"],
            "state": ["a", "b", "a", "b", "unknown"],
            "people_count": [90, 10, 10, 90, 50],
            "sum_days": [90, 40, 10, 360, 250],
        }
    )
    assert demand.hold_mix(cells, "state")["value"].tolist() == [
        2.5,
        2.5,
    ]  # 1 and 4 days in both months, half of all people each; nobody unknown


def test_limits_whose_unit_is_not_the_month_are_noticed():
    rng = np.random.default_rng(3)
    rows = pd.DataFrame({"month": np.repeat(np.arange(8), rng.integers(20, 60, 8))})
    rows["answer"] = rng.normal(size=8)[rows["month"]] + rng.normal(size=len(rows))
    cells = (
        rows.groupby("month")["answer"]
        .agg(people_count="size", sum_days="sum")
        .reset_index()
    )
    found = demand.mean_over_months(cells, "sum_days")
    clustered = sm.OLS(rows["answer"], np.ones(len(rows))).fit(
        cov_type="cluster",
        cov_kwds={"groups": rows["month"], "df_correction": True},
        use_t=True,
    )
    n = len(rows)  # statsmodels corrects by (n - 1)/(n - 1) and M/(M - 1)
    low, high = clustered.conf_int()[0:1].to_numpy()[0]
    assert [found["value"], found["low"], found["high"], found["n"]] == (
        pytest.approx([rows["answer"].mean(), low, high, n])
    )


def test_a_mix_that_is_measured_wrongly_is_noticed():
    cells = pd.DataFrame(
        {
            "month": ["a", "a", "b", "b", "c", "c"],
            "state": ["x", "y"] * 3,
            "people_count": [50, 50, 50, 50, 80, 20],
        }
    )
    cells["month"] = cells["month"].map(
        {"a": "2020-05", "b": "2020-07", "c": "2020-08"}
    )
    nowhere = pd.DataFrame(
        {"month": ["2020-08"], "state": ["unknown"], "people_count": [900]}
    )
    for rows in (cells, pd.concat([cells, nowhere])):
        found = demand.measure_mix(rows, "state")
        # of 65 and 35, and of 50 and 50
        assert found["value"].tolist() == pytest.approx([15, 15, 30])
        assert found["n"].tolist() == [100, 100, 100]
    compared = demand.compare_mix(cells, "state", "2020-08")
    assert compared.loc["x"].tolist() == pytest.approx([80, 50])


def test_three_wave_means_that_are_not_those_of_the_publishers_are_noticed():
    waves = months(count=6).assign(
        month=["2023-06", "2023-07", "2023-08", "2023-09", "2023-10", "2023-11"],
        month_start=pd.Timestamp("2023-01-01"),
        value=[1.0, 2.0, 6.0, 100.0, 4.0, 2.0],
    )
    found = demand.average_waves(waves).set_index("month")["value"]
    assert found.to_dict() == {
        "2023-06": 1.5,
        "2023-07": 3,
        "2023-08": 4,  # July, August and October, for September 2023 is left out
        "2023-10": 4,
        "2023-11": 3,
    }


def test_means_that_share_a_wave_are_noticed():
    series = pd.DataFrame({"wave": range(20)})
    kept = demand.take_every_third(series)["wave"].tolist()
    waves = [wave for middle in kept for wave in (middle - 1, middle, middle + 1)]
    assert len(waves) == len(set(waves)) and max(waves) == 19
    assert kept == sorted(kept)


def test_bands_that_are_unequal_and_added_up_wrongly_are_noticed():
    values = pd.DataFrame(
        {
            "month": ["2020-08"] + ["2020-09", "2020-10"] * 4,
            "value_percent": [10.0] + [-5.0, -5.0, 0.0, 0.0, 7.5, 7.5, 40.0, 40.0],
            "people_count": [999] + [1, 1, 2, 2, 3, 3, 4, 4],
        }
    )
    shares = demand.share_at_least(values).set_index("edge_percent")
    assert shares["value"].to_dict() == pytest.approx(
        {0: 70, 5: 70, 10: 40, 15: 40, 25: 40, 35: 40}
    )
    assert (shares["n"] == 20).all()


def test_shares_of_answers_that_do_not_add_up_are_noticed():
    gaps = load_table("swaa", "gap_by_plan")
    parts = {"more_count": "more", "same_count": "same", "fewer_count": "fewer"}
    shares = demand.share_of_counts(gaps, "plan", parts).set_index("plan")
    assert np.allclose(shares[["more", "same", "fewer"]].sum(axis=1), 100)
    assert shares.loc["no day", "fewer"] == shares.loc["five days", "more"] == 0


def test_a_share_whose_limits_are_not_wilsons_is_noticed():
    cells = pd.DataFrame(
        {
            "month": ["2021-06"] * 2,
            "reaction": ["quit", "comply"],
            "people_count": [10, 90],
        }
    )
    found = (
        demand.share_of_answers(cells, "reaction", ["month"])
        .set_index("reaction")
        .loc["quit"]
    )
    z, p, n = 1.959964, 0.1, 100
    centre, half = (
        (p + z**2 / (2 * n)) / (1 + z**2 / n),
        z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n),
    )
    assert [
        found["value"],
        found["low"],
        found["high"],
        found["n"],
    ] == pytest.approx(
        [10, 100 * (centre - half), 100 * (centre + half), 100], rel=1e-6
    )


def test_every_choice_for_the_trend_is_a_choice_of_its_own():
    tables = {
        name: load_table("swaa", name)
        for name in (
            "days_by_month",
            "days_by_state",
            "days_with_mix_fixed",
            "other_answers_by_month",
        )
    }
    tables["weighted"] = demand.select_series(
        load_table("wfhresearch_series", "days_by_month"), "wanted"
    )
    choices = demand.compare_trends(tables)
    assert choices["choice"].is_unique and len(choices) == 13
    assert choices.drop(columns="choice").duplicated().sum() == 0
    assert (choices["low"] < choices["high"]).all()
    by_hand = {row["choice"]: row["value"] for row in choices.to_dict("records")}
    assert by_hand["states held fixed, by weighting"] == pytest.approx(
        by_hand["states held fixed, by regression"], abs=0.005
    )


@pytest.fixture(scope="module")
def coding(load_script):
    """The script that reads the survey and codes its answers."""
    return load_script("swaa", "respondents")


@pytest.mark.parametrize(
    "column, code",
    [("wanted", 7), ("planned", 9), ("reaction", 4), ("industry", 19)],
)
def test_an_unknown_code_is_refused(coding, column, code):
    known = {
        "wanted": set(coding["DAYS"]),
        "planned": {*coding["DAYS"], 7, 8},
        "reaction": set(coding["REACTIONS"]),
        "industry": set(coding["INDUSTRIES"]),
    }
    with pytest.raises(SourceError, match=f"swaa: {column}: unknown codes"):
        coding["check_codes"](
            pd.DataFrame({column: [1, code]}), column, known[column]
        )


def test_no_clear_plan_that_counts_as_days_is_noticed(coding):
    people = pd.DataFrame(
        {"wanted": [1, 6], "planned": [7, 8], "industry": [1, None]}
    )
    days = coding["code_days"](people)
    assert (
        days["wanted"].tolist() == [0, 5]
        and days["planned"].isna().all()
        and days["industry"].tolist() == ["agriculture", "not asked"]
    )


def test_reactions_that_are_not_the_published_ones_are_refused(load_script):
    with pytest.raises(SourceError, match="50.0% would not comply, not 41%"):
        load_script("swaa")["count_reactions"](
            pd.DataFrame({"month": "2021-06", "reaction": [1, 2]})
        )


def test_a_file_of_the_right_name_with_other_columns_is_refused(coding, tmp_path):
    pd.DataFrame({"date": ["2020m5"]}).to_csv(tmp_path / "swaa.csv", index=False)
    with pytest.raises(
        SourceError, match="swaa.csv: columns are missing: commutetime_quant"
    ):
        coding["read_people"](tmp_path / "swaa.csv")


def test_an_altered_upstream_file_is_refused(monkeypatch, tmp_path):
    (tmp_path / "swaa_october24_minimal.zip").write_bytes(b"altered")
    monkeypatch.setenv("DISPERSED_AUTONOMY_CACHE", str(tmp_path))
    with pytest.raises(SourceError, match="is not the pinned file"):
        sources.fetch_source("swaa", "swaa")


def test_a_share_that_counts_another_answer_is_noticed():
    cells = pd.DataFrame(
        {
            "month": ["2021-06", "2021-06", "2021-07", "2021-07"],
            "reaction": ["quit", "comply"] * 2,
            "people_count": [10, 90, 30, 70],
        }
    )
    found = demand.share_over_months(cells, "reaction", "quit")
    assert (found["value"], found["n"]) == (pytest.approx(20), 200)
    # two months at 10% and 30%: an error of 10 points, t of one degree of freedom
    assert found["high"] - 20 == pytest.approx(12.7062 * 10, rel=1e-5)


def test_a_choice_that_is_the_published_one_is_left_out():
    choices = pd.DataFrame(
        {
            "choice": ["published", "other"],
            "value": [1, 2],
            "low": 0,
            "high": 3,
            "n": 9,
        }
    )
    assert demand.name_choices(choices, "id") == {
        "other": {"id": {"value": 2, "low": 0, "high": 3}}
    }
