"""Published surveys: intervals, changes and trends against closed forms, and tables
that refuse bad rows.
"""

import hashlib
import json
import shutil

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from dispersed_autonomy import paths
from dispersed_autonomy.analysis import surveys
from dispersed_autonomy.figures.publish import STYLE
from dispersed_autonomy.figures.timeline import plot_timeline
from dispersed_autonomy.findings.results import read_recorded
from dispersed_autonomy.inputs import tables
from dispersed_autonomy.inputs.tables import TableError, load_table


def wilson_by_hand(share, n, z=stats.norm.ppf(0.975)):
    """Wilson (1927), as in any textbook."""
    p = share / 100
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return 100 * (centre - half), 100 * (centre + half)


@pytest.mark.parametrize(
    ("share", "n"), [(92, 100), (23, 1122), (75, 200), (100, 50)]
)
def test_an_interval_that_is_not_wilsons_is_noticed(share, n):
    assert [
        float(limit) for limit in surveys.wilson_interval(share, n)
    ] == pytest.approx(wilson_by_hand(share, n))


def test_the_two_readings_of_a_change_lead_back_to_the_later_share():
    assert surveys.baseline_if_points(92, 17) + 17 == 92
    assert surveys.baseline_if_percent(92, 17) * 1.17 == pytest.approx(92)


def test_a_sample_too_small_for_its_power_is_noticed():
    n = surveys.sample_for_power(92, 75)
    # Cohen's arcsine effect size h, and the normal approximation to the power of
    # the two-sided test.
    h = 2 * np.arcsin(np.sqrt(0.92)) - 2 * np.arcsin(np.sqrt(0.75))
    reached = [
        stats.norm.sf(1.959964 - h * np.sqrt(size / 2)) for size in (n - 1, n)
    ]
    assert reached[0] < 0.8 <= reached[1]


def test_power_that_a_simulation_does_not_reach_is_noticed():
    table = surveys.change_by_sample(92, 75, [100]).iloc[0]
    rng = np.random.default_rng(3)
    later, earlier = (
        rng.binomial(100, 0.92, 40_000) / 100,
        rng.binomial(100, 0.75, 40_000) / 100,
    )
    pooled = (later + earlier) / 2
    z = (later - earlier) / np.sqrt(2 * pooled * (1 - pooled) / 100)
    assert table.power_percent == pytest.approx(
        100 * (np.abs(z) > 1.96).mean(), abs=2
    )
    assert table.low_points < 17 < table.high_points


def test_a_trend_or_prediction_that_is_not_least_squares_on_log_odds_is_noticed():
    rng = np.random.default_rng(5)
    years = np.array([0.3, 0.6, 1.1, 2.0, 4.3, 5.6])
    frame = pd.DataFrame(
        {
            "years_since_2020": years,
            "share_percent": (
                100 / (1 + np.exp(-(1 - 0.1 * years + rng.normal(0, 0.2, 6))))
            ),
        }
    )
    fit = surveys.fit_share_trend(frame)
    logits = np.log(frame["share_percent"] / (100 - frame["share_percent"]))
    line = stats.linregress(years, logits)
    assert fit.params["years_since_2020"] == pytest.approx(line.slope)
    half = stats.t.ppf(0.975, 4) * line.stderr
    assert fit.conf_int().loc["years_since_2020"].tolist() == pytest.approx(
        [line.slope - half, line.slope + half]
    )
    predicted = surveys.predict_share(
        fit, pd.DataFrame({"years_since_2020": [5.5]})
    ).iloc[0]
    assert predicted.share_percent == pytest.approx(
        100 / (1 + np.exp(-(line.intercept + 5.5 * line.slope)))
    )
    assert predicted.low_percent < predicted.share_percent < predicted.high_percent


def test_weights_that_are_not_those_of_the_samples_are_noticed():
    frame = pd.DataFrame(
        {
            "years_since_2020": [0.5, 1.5, 3.0, 5.0],
            "share_percent": [60.0, 70, 65, 80],
            "n_respondents": [50, 400, 900, 200],
        }
    )
    fit = surveys.fit_share_trend(frame, by_sample=True)
    share = frame["share_percent"] / 100
    root = np.sqrt(
        frame["n_respondents"] * share * (1 - share)
    )  # polyfit squares its weights
    (slope, start), covariance = np.polyfit(
        frame["years_since_2020"], np.log(share / (1 - share)), 1, w=root, cov=True
    )
    assert fit.params.tolist() == pytest.approx([start, slope])
    assert fit.bse["years_since_2020"] == pytest.approx(np.sqrt(covariance[0, 0]))


def test_leaving_out_an_organisation_leaves_out_all_its_figures():
    frame = pd.DataFrame(
        {
            "years_since_2020": [0.0, 1, 2, 3, 4, 5],
            "share_percent": [50.0, 60, 55, 70, 65, 75],
            "organisation": list("aabbcc"),
        }
    )
    readings = {
        name: {"shares": rest}
        for name, rest in surveys.leave_out_each(frame, "organisation").items()
    }
    table = surveys.trend_by_reading(
        readings, pd.DataFrame({"years_since_2020": [6.0]})
    ).set_index("reading")
    rest = frame[frame["organisation"] != "b"]
    slope = np.polyfit(
        rest["years_since_2020"],
        np.log(rest["share_percent"] / (100 - rest["share_percent"])),
        1,
    )[0]
    assert table.loc["without b", "slope"] == pytest.approx(slope)
    assert table["n"].tolist() == [4, 4, 4]


def test_a_line_through_two_surveys_gets_no_interval():
    frame = pd.DataFrame(
        {"years_since_2020": [0.6, 4.3], "share_percent": [75.0, 66.7]}
    )
    readings = {
        "two": {"shares": frame},
        "three": {
            "shares": pd.concat([frame, frame.assign(share_percent=[70.0, 60.0])])
        },
    }
    two, three = surveys.trend_by_reading(
        readings, pd.DataFrame({"years_since_2020": [5.5]})
    ).to_dict("records")
    assert two["slope"] == pytest.approx((np.log(66.7 / 33.3) - np.log(3)) / 3.7)
    assert (
        np.isnan([two["low"], two["high"], two["share_percent"]]).all()
        and two["df"] == 0
    )
    assert three["low"] < three["slope"] < three["high"]


def test_a_difference_that_statsmodels_limits_otherwise_is_noticed():
    new, old = (
        pd.DataFrame(
            {
                "share_percent": [share],
                "low": [wilson_by_hand(share, n)[0]],
                "high": [wilson_by_hand(share, n)[1]],
            }
        )
        for share, n in ((61, 632), (33, 3942))
    )
    row = surveys.subtract_shares(new, old).iloc[0]
    expected = confint_proportions_2indep(
        0.61 * 632, 632, 0.33 * 3942, 3942, method="newcomb", compare="diff"
    )
    assert row.change_points == pytest.approx(28)
    assert [row.low_points, row.high_points] == pytest.approx(
        [100 * limit for limit in expected]
    )


def test_a_test_of_two_shares_that_is_not_that_of_chi_square_is_noticed():
    row = surveys.change_by_sample(92, 75, [200]).iloc[0]
    expected = stats.chi2_contingency(
        [[184, 16], [150, 50]], correction=False
    ).pvalue
    assert row.p_value == pytest.approx(expected)


def test_an_interval_of_a_change_that_is_not_newcombes_is_noticed():
    row = surveys.change_by_sample(92, 75, [100]).iloc[0]
    (low, high), (old_low, old_high) = (
        wilson_by_hand(92, 100),
        wilson_by_hand(75, 100),
    )
    assert row.low_points == pytest.approx(17 - np.hypot(92 - low, old_high - 75))
    assert row.high_points == pytest.approx(17 + np.hypot(high - 92, 75 - old_low))


def test_rounding_leaves_the_earlier_share_open_by_as_much_as_its_corners():
    table = surveys.read_change(92, 17)
    assert table.iloc[0].tolist() == pytest.approx([75, 92 / 1.17, 92 / 1.17 - 75])
    assert (table["if_points"].min(), table["if_points"].max()) == pytest.approx(
        (91.5 - 17.5, 92.5 - 16.5)
    )
    assert (table["if_percent"].min(), table["if_percent"].max()) == pytest.approx(
        (91.5 / 1.175, 92.5 / 1.165)
    )


def intervals(**columns):
    blank = {
        "share_percent": [75.0],
        "n_respondents": [200.0],
        "low_percent": [None],
        "high_percent": [None],
        "kind": ["exact"],
    }
    frame = pd.DataFrame(blank | {name: [value] for name, value in columns.items()})
    numbers = ["share_percent", "n_respondents", "low_percent", "high_percent"]
    return surveys.add_intervals(
        frame.astype(dict.fromkeys(numbers, float)), plausible_n=100
    ).iloc[0]


def test_a_share_without_published_sample_gets_the_widest_interval_and_says_so():
    assert intervals()["interval"] == "Wilson, n published"
    unknown = intervals(n_respondents=None)
    assert unknown["interval"] == "n not published"
    assert (unknown["low"], unknown["high"]) == pytest.approx(
        wilson_by_hand(75, 100)
    )


def test_a_rounded_share_is_not_taken_for_an_exact_one():
    rounded = intervals(kind="rounded")
    assert rounded["low"] == pytest.approx(wilson_by_hand(70, 200)[0])
    assert rounded["high"] == pytest.approx(wilson_by_hand(80, 200)[1])


@pytest.mark.parametrize(
    ("kind", "low", "high"), [("range", 70, 80), ("bound", 75, 100)]
)
def test_a_range_or_bound_is_not_given_a_share_that_nobody_printed(kind, low, high):
    row = intervals(
        kind=kind, share_percent=None, low_percent=low, high_percent=high
    )
    assert np.isnan(row["share_percent"])
    assert (row["low"], row["high"], row["interval"]) == (
        low,
        high,
        "printed as limits",
    )


def test_a_range_stands_in_a_fit_where_it_was_asked_to():
    frame = pd.DataFrame(
        {
            "share_percent": [61.0, np.nan],
            "low_percent": [np.nan, 70.0],
            "high_percent": [np.nan, 80.0],
        }
    )
    assert [
        surveys.fill_ranges(frame, place)["share_percent"].tolist()
        for place in (0, 0.5, 1)
    ] == [[61, 70], [61, 75], [61, 80]]


def test_harm_is_a_loss_where_more_is_better_and_a_rise_where_less_is():
    effects = pd.DataFrame(
        {
            "gain_if": ["higher", "higher", "lower", "lower", "neither"],
            "low_in_unit": [-3.0, -3.0, 1.0, -1.0, -9.0],
            "high_in_unit": [-1.0, 1.0, 2.0, 2.0, -8.0],
        }
    )
    assert surveys.count_harm(effects) == 2


def test_figures_are_drawn_as_what_they_are():
    frame = pd.DataFrame(
        {
            "year": [2020.6, 2020.6, 2021.5, 2024.3],
            "share": [75.0, np.nan, np.nan, 33.3],
            "low": [68.0, 70.0, 75.0, 27.0],
            "high": [81.0, 80.0, 100.0, 40.0],
            "kind": ["exact", "range", "bound", "rounded"],
            "who": "a",
        }
    )
    with plt.style.context(STYLE):
        figure, ax = plt.subplots()
        plot_timeline(
            frame, ax=ax, x="year", y="share", group="who", ylabel="Share, %"
        )
    drawn = [
        tuple(point)
        for collection in ax.collections
        for point in np.ma.getdata(collection.get_offsets())
        if len(collection.get_paths()) == 1
    ]
    heights = sorted(
        height for year, height in drawn if np.isfinite(height) and year > 2000
    )
    plt.close(figure)
    assert heights == [
        33.3,
        70,
        75,
        75,
        80,
    ]  # a dash, the ends of the range, the point, and the bound where known


def test_standing_that_differs_between_a_figure_and_its_source_is_noticed():
    sources = (
        load_table("buyer_surveys", "sources")
        .set_index("id")["standing"]
        .astype(str)
    )
    for table in ("shares", "changes"):
        rows = load_table("buyer_surveys", table)
        assert (
            rows["standing"].astype(str).tolist()
            == sources.loc[rows["source"].astype(str)].tolist()
        )


def test_a_conflict_with_one_version_only_is_noticed():
    conflicts = load_table("buyer_surveys", "conflicts")
    versions = (
        conflicts.astype({"conflict": str})
        .groupby("conflict")[["share_percent", "n_respondents"]]
        .nunique()
        .max(axis="columns")
    )
    assert versions.min() >= 2
    assert {78, 80, 89, 70, 59} <= set(conflicts["share_percent"])
    assert {750, 3500} <= set(conflicts["n_respondents"])


def test_the_claimed_share_is_shown_nowhere_without_saying_that_it_was_not_found():
    claimed = {
        id: figure
        for id, figure in read_recorded("figure", paths.NOTEBOOKS).items()
        if "92%" in figure["caption"] + figure["alt"]
    }
    assert claimed
    for id, figure in claimed.items():
        assert "could not be found at its publisher" in figure["caption"], id


def test_the_difference_between_readings_is_that_of_arithmetic(committed_results):
    assert committed_results["bain_2020_share_if_points"]["value"] == pytest.approx(
        92 - 17
    )
    assert committed_results["bain_2020_share_if_percent"][
        "value"
    ] == pytest.approx(92 / 1.17)
    assert committed_results["bain_reading_difference_points"][
        "value"
    ] == pytest.approx(92 / 1.17 - 75)


def test_no_verdict_rests_on_a_figure_that_nobody_saw(committed_results):
    shares = load_table("buyer_surveys", "shares")
    unseen = shares[
        ~shares["verified"]
        | shares["standing"].isin(["memory", "tertiary", "the article"])
    ]["share_percent"]
    deciding = [
        "mckinsey_expect_to_last_aug_2020",
        "not_in_person_share_2024",
        "mckinsey_as_effective_latest",
    ]
    seen = shares[
        shares["verified"] & shares["standing"].isin(["publisher", "secondary"])
    ]["share_percent"]
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
        ("waves", "2020-04-20,2020-04-28", "2020-04-20,2020-04-19", "row 3"),
        ("shares", ",range,,70.0,80.0", ",range,,70.0,", "row 13"),
        ("shares", ",mck_fr_w2,", ",no_such_page,", "row 2"),
    ],
    ids=[
        "share above 100",
        "interval that ends before it begins",
        "wave without date",
        "wave that ends before it begins",
        "wave that ends the day before it begins",
        "range without an end",
        "unknown source",
    ],
)
def test_a_bad_row_is_refused_by_its_number(
    tmp_path, monkeypatch, table, old, new, says
):
    folder = tmp_path / "buyer_surveys"
    shutil.copytree(paths.DATA / "buyer_surveys", folder)
    monkeypatch.setattr(paths, "DATA", tmp_path)
    path, description = (
        folder / f"{table}.csv",
        json.loads((folder / "datapackage.json").read_text()),
    )
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    resource = next(
        resource
        for resource in description["resources"]
        if resource["name"] == table
    )
    resource |= {
        "bytes": path.stat().st_size,
        "hash": "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest(),
    }
    (folder / "datapackage.json").write_text(json.dumps(description))
    tables._load.cache_clear()
    with pytest.raises(TableError, match=rf"{table}\.csv: {says}"):
        load_table("buyer_surveys", table)
