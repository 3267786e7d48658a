"""Published surveys: intervals, changes and trends against closed forms, and tables that refuse bad rows."""

import hashlib
import json
import shutil

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from dispersed_autonomy import paths, surveys, tables
from dispersed_autonomy.tables import TableError, load_table


def wilson_by_hand(share, n, z=stats.norm.ppf(0.975)):
    """Wilson (1927), as in any textbook."""
    p = share / 100
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return 100 * (centre - half), 100 * (centre + half)


@pytest.mark.parametrize(("share", "n"), [(92, 100), (23, 1122), (75, 200), (100, 50)])
def test_an_interval_that_is_not_wilsons_is_noticed(share, n):
    assert [float(limit) for limit in surveys.wilson_interval(share, n)] == pytest.approx(wilson_by_hand(share, n))


def test_the_two_readings_of_a_change_lead_back_to_the_later_share():
    assert surveys.baseline_if_points(92, 17) + 17 == 92
    assert surveys.baseline_if_percent(92, 17) * 1.17 == pytest.approx(92)


def test_a_sample_too_small_for_its_power_is_noticed():
    n = surveys.sample_for_power(92, 75)
    # Cohen's arcsine effect size h, and the normal approximation to the power of the two-sided test.
    h = 2 * np.arcsin(np.sqrt(0.92)) - 2 * np.arcsin(np.sqrt(0.75))
    reached = [stats.norm.sf(1.959964 - h * np.sqrt(size / 2)) for size in (n - 1, n)]
    assert reached[0] < 0.8 <= reached[1]


def test_power_that_a_simulation_does_not_reach_is_noticed():
    table = surveys.change_by_sample(92, 75, [100]).iloc[0]
    rng = np.random.default_rng(3)
    later, earlier = rng.binomial(100, 0.92, 40_000) / 100, rng.binomial(100, 0.75, 40_000) / 100
    pooled = (later + earlier) / 2
    z = (later - earlier) / np.sqrt(2 * pooled * (1 - pooled) / 100)
    assert table.power_percent == pytest.approx(100 * (np.abs(z) > 1.96).mean(), abs=2)
    assert table.low_points < 17 < table.high_points


def test_a_trend_or_prediction_that_is_not_least_squares_on_log_odds_is_noticed():
    rng = np.random.default_rng(5)
    years = np.array([0.3, 0.6, 1.1, 2.0, 4.3, 5.6])
    frame = pd.DataFrame({"years_since_2020": years, "share_percent": 100 / (1 + np.exp(-(1 - 0.1 * years + rng.normal(0, 0.2, 6))))})
    fit = surveys.fit_share_trend(frame)
    logits = np.log(frame["share_percent"] / (100 - frame["share_percent"]))
    line = stats.linregress(years, logits)
    assert fit.params["years_since_2020"] == pytest.approx(line.slope)
    half = stats.t.ppf(0.975, 4) * line.stderr
    assert fit.conf_int().loc["years_since_2020"].tolist() == pytest.approx([line.slope - half, line.slope + half])
    predicted = surveys.predict_share(fit, pd.DataFrame({"years_since_2020": [5.5]})).iloc[0]
    assert predicted.share_percent == pytest.approx(100 / (1 + np.exp(-(line.intercept + 5.5 * line.slope))))
    assert predicted.low_percent < predicted.share_percent < predicted.high_percent


def test_leaving_out_an_organisation_leaves_out_all_its_figures():
    frame = pd.DataFrame(
        {"years_since_2020": [0.0, 1, 2, 3, 4, 5], "share_percent": [50.0, 60, 55, 70, 65, 75], "organisation": list("aabbcc")}
    )
    table = surveys.trend_without_each(frame, "organisation").set_index("without")
    rest = frame[frame["organisation"] != "b"]
    slope = np.polyfit(rest["years_since_2020"], np.log(rest["share_percent"] / (100 - rest["share_percent"])), 1)[0]
    assert table.loc["b", "slope"] == pytest.approx(slope)
    assert table["n"].tolist() == [4, 4, 4]


def test_a_share_without_published_sample_gets_the_widest_interval_and_says_so():
    shares = pd.DataFrame(
        {"share_percent": [75.0, 75.0, None], "n_respondents": [200.0, None, None], "low_percent": [None, None, 70.0], "high_percent": [None, None, 80.0]}
    ).astype(float)
    table = surveys.add_intervals(shares, plausible_n=100)
    assert table["interval"].tolist() == ["Wilson, n published", "n not published", "printed as limits"]
    assert table.loc[1, "low"] == pytest.approx(wilson_by_hand(75, 100)[0])
    assert table.loc[2, ["low", "share_percent", "high"]].tolist() == [70, 75, 80]


def test_the_difference_between_readings_is_that_of_arithmetic(committed_results):
    assert committed_results["bain_2020_share_if_points"]["value"] == pytest.approx(92 - 17)
    assert committed_results["bain_2020_share_if_percent"]["value"] == pytest.approx(92 / 1.17)
    assert committed_results["bain_reading_difference_points"]["value"] == pytest.approx(92 / 1.17 - 75)


def test_no_verdict_rests_on_a_figure_that_nobody_saw(committed_results):
    shares = load_table("buyer_surveys", "shares")
    unseen = shares[~shares["verified"] | shares["standing"].isin(["memory", "tertiary", "the article"])]["share_percent"]
    deciding = ["mckinsey_expect_to_last_aug_2020", "not_in_person_share_2024", "mckinsey_as_effective_latest"]
    seen = shares[shares["verified"] & shares["standing"].isin(["publisher", "secondary"])]["share_percent"]
    assert 92 in unseen.tolist()
    for id in deciding:
        assert committed_results[id]["value"] in seen.tolist(), id


@pytest.mark.parametrize(
    ("table", "old", "new", "says"),
    [
        ("shares", ",98.0,", ",198.0,", "row 2"),
        ("shares", ",range,,70.0,80.0", ",range,,80.1,80.0", "row 13"),
        ("waves", ",3619,2020-03-30,", ",3619,,", "row 2"),
        ("waves", "2020-03-30,2020-04-09", "2020-05-30,2020-04-09", "row 2"),
        ("shares", ",mck_fr_w2,", ",no_such_page,", "row 2"),
    ],
    ids=["share above 100", "interval that ends before it begins", "wave without date", "wave that ends before it begins", "unknown source"],
)
def test_a_bad_row_is_refused_by_its_number(tmp_path, monkeypatch, table, old, new, says):
    folder = tmp_path / "buyer_surveys"
    shutil.copytree(paths.DATA / "buyer_surveys", folder)
    monkeypatch.setattr(paths, "DATA", tmp_path)
    path, description = folder / f"{table}.csv", json.loads((folder / "datapackage.json").read_text())
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    resource = next(resource for resource in description["resources"] if resource["name"] == table)
    resource |= {"bytes": path.stat().st_size, "hash": "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()}
    (folder / "datapackage.json").write_text(json.dumps(description))
    tables._load.cache_clear()
    with pytest.raises(TableError, match=rf"{table}\.csv: {says}"):
        load_table("buyer_surveys", table)
