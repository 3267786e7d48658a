"""Published surveys: intervals and changes against closed forms, and tables that
refuse bad rows.
"""

import hashlib
import json
import shutil

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    power_proportions_2indep,
    proportions_ztest,
)

from dispersed_autonomy import paths
from dispersed_autonomy.analysis import survey_standards, surveys
from dispersed_autonomy.figures.publish import STYLE
from dispersed_autonomy.figures.published import plot_published
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


@pytest.mark.parametrize("earlier", [75, 92 / 1.17])
def test_a_sample_too_small_for_its_power_is_noticed(earlier):
    n = surveys.sample_for_power(92, earlier)
    reached = [
        power_proportions_2indep(
            (92 - earlier) / 100, earlier / 100, size, return_results=False
        )
        for size in (n - 1, n)
    ]
    assert reached[0] < 0.8 <= reached[1]


def test_the_sizes_are_those_of_the_pooled_test_and_not_of_the_arcsine():
    assert surveys.sample_for_power(92, 75) == 74
    assert surveys.sample_for_power(92, 92 / 1.17) == 109


def test_a_sample_from_which_two_shares_differ_is_the_smallest():
    n = surveys.smallest_sample_for_change(92, 75)
    p_values = [
        proportions_ztest([0.92 * size, 0.75 * size], [size, size])[1]
        for size in (n - 1, n)
    ]
    assert p_values[0] > 0.05 >= p_values[1]


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


def figures(*rows):
    blank = {
        "id": 1,
        "claim": "c",
        "fit": "asks what is claimed",
        "answer": "as claimed",
        "organisation": "A",
        "asked": "q",
        "question": "q",
        "countries": "Global",
        "field_year": 2020.5,
        "measure": "share of respondents",
        "kind": "exact",
        "share_percent": 75.0,
        "rounding_points": 0.0,
        "low_percent": np.nan,
        "high_percent": np.nan,
        "smallest_respondents": 200.0,
        "largest_respondents": 200.0,
        "n_basis": "printed",
        "standing": "publisher",
        "verified": True,
    }
    frame = pd.DataFrame([blank | {"id": i} | row for i, row in enumerate(rows)])
    numbers = ["share_percent", "rounding_points", "low_percent", "high_percent"]
    return frame.astype(dict.fromkeys(numbers, float))


def pair(old, new):
    shares = survey_standards.classify_figures(figures(old, new))
    pairs = pd.DataFrame([{"id": "p", "earlier_id": 0, "later_id": 1}])
    return surveys.change_within(pairs, shares).iloc[0]


def test_a_change_that_statsmodels_limits_otherwise_is_noticed():
    row = pair(
        {"share_percent": 61, "smallest_respondents": 632},
        {"share_percent": 67, "smallest_respondents": 646},
    )
    expected = confint_proportions_2indep(
        0.67 * 646, 646, 0.61 * 632, 632, method="newcomb", compare="diff"
    )
    assert row.change_points == pytest.approx(6)
    assert [row.low_points, row.high_points] == pytest.approx(
        [100 * limit for limit in expected]
    )


def test_a_change_to_a_fraction_carries_its_rounding_on_both_sides():
    exact = pair({"share_percent": 75}, {"share_percent": 66.7})
    rough = pair(
        {"share_percent": 75}, {"share_percent": 66.7, "rounding_points": 5}
    )
    low, high = (
        pair({"share_percent": 75}, {"share_percent": s}) for s in (61.7, 71.7)
    )
    assert rough.low_points == pytest.approx(low.low_points)
    assert rough.high_points == pytest.approx(high.high_points)
    assert (
        rough.low_points < exact.low_points < exact.high_points < rough.high_points
    )


def test_a_change_without_samples_gets_no_interval():
    row = pair({"smallest_respondents": np.nan}, {"share_percent": 92})
    assert row.change_points == 17
    assert np.isnan([row.low_points, row.high_points]).all()


def test_the_weaker_of_two_standings_is_that_of_the_change():
    assert pair({}, {"standing": "secondary"}).seen == "in a page that cites it"
    assert pair({"standing": "memory"}, {}).seen == "not seen"


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


def interval(**row):
    return surveys.add_intervals(figures(row)).iloc[0]


def test_a_share_gets_wilsons_interval_at_the_smallest_sample_that_is_allowed():
    row = interval(
        smallest_respondents=100, largest_respondents=400, n_basis="bounded"
    )
    assert (row["low"], row["high"]) == pytest.approx(wilson_by_hand(75, 100))
    assert (row["narrow_low"], row["narrow_high"]) == pytest.approx(
        wilson_by_hand(75, 400)
    )
    assert row["interval"] == "sample bounded"
    assert interval()["interval"] == "sample printed"


@pytest.mark.parametrize(
    "row",
    [
        {"smallest_respondents": np.nan, "largest_respondents": np.nan},
        {"measure": "mean over respondents"},
        {"share_percent": np.nan, "low_percent": 70, "high_percent": 80},
    ],
    ids=["no sample known", "a mean", "a range"],
)
def test_an_interval_where_none_can_be_had_is_noticed(row):
    found = interval(**row)
    assert np.isnan([found["low"], found["high"]]).all()
    assert found["interval"] == "none"


def test_a_fraction_is_not_taken_for_a_number():
    rounded = interval(kind="rounded", rounding_points=5)
    assert rounded["low"] == pytest.approx(wilson_by_hand(70, 200)[0])
    assert rounded["high"] == pytest.approx(wilson_by_hand(80, 200)[1])


def test_a_mark_that_is_turned_turns_its_limits_too():
    shares = survey_standards.classify_figures(
        surveys.add_intervals(
            figures(
                {}, {"share_percent": np.nan, "low_percent": 60, "high_percent": 80}
            )
        )
    )
    uses = pd.DataFrame(
        {
            "exhibit": "e",
            "place": [2, 1],
            "share_id": [0, 1],
            "group": "g",
            "label": ["b", "a"],
            "turned": True,
        }
    )
    first, second = surveys.arrange_marks(uses, shares, "e").to_dict("records")
    assert np.isnan(first["share_percent"])
    assert (first["low_percent"], first["high_percent"]) == (20, 40)
    low, high = wilson_by_hand(75, 200)
    assert second["share_percent"] == 25
    assert (second["low"], second["high"]) == pytest.approx((100 - high, 100 - low))


def test_a_study_counts_for_or_against_as_the_claim_turns_it():
    studies = pd.DataFrame(
        {"away": ["gain", "loss", "null"], "uncertain": [False, True, True]}
    )
    counted = surveys.count_for_and_against(studies, "loss")
    assert counted == {
        "studies": 3,
        "controlled_estimates": 1,
        "studies_against": 1,
    }
    assert (
        surveys.count_for_and_against(studies[:1], "gain")["studies_against"] == 1
    )


def test_figures_are_drawn_as_what_they_are():
    frame = figures(
        {},
        {
            "share_percent": np.nan,
            "low_percent": 70,
            "high_percent": 80,
            "kind": "range",
        },
        {
            "share_percent": np.nan,
            "low_percent": 55,
            "high_percent": 100,
            "kind": "bound",
        },
        {"share_percent": 33.3, "rounding_points": 5, "kind": "rounded"},
        {"share_percent": 90, "standing": "memory", "verified": False},
    ).assign(group="g", label=list("abcde"))
    frame = survey_standards.classify_figures(surveys.add_intervals(frame))
    with plt.style.context(STYLE):
        figure, ax = plt.subplots()
        plot_published(frame, ax=ax, xlabel="Share, %")
    marks = {
        tuple(line.get_xdata()): line.get_marker()
        for line in ax.lines
        if len(line.get_xdata())
    }
    spans = [s.get_segments()[0][:, 0].tolist() for s in ax.collections]
    plt.close(figure)
    assert marks == {
        (75.0,): "o",
        (70.0, 80.0): "|",
        (55.0,): ">",
        (33.3,): "D",
        (90.0,): "x",
    }
    rounded = [wilson_by_hand(28.3, 200)[0], wilson_by_hand(38.3, 200)[1]]
    assert np.ravel(sorted(spans)) == pytest.approx(
        [*rounded, *wilson_by_hand(75, 200)]
    )


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


@pytest.mark.parametrize(
    ("table", "old", "new", "says"),
    [
        ("shares", ",98.0,", ",198.0,", "row 2"),
        ("shares", ",range,,,70.0,80.0", ",range,,,80.1,80.0", "row 13"),
        ("waves", ",3619,2020-03-30,", ",3619,,", "row 2"),
        ("waves", "2020-03-30,2020-04-09", "2020-05-30,2020-04-09", "row 2"),
        ("waves", "2020-04-20,2020-04-28", "2020-04-20,2020-04-19", "row 3"),
        ("shares", ",range,,,70.0,80.0", ",range,,,70.0,", "row 13"),
        ("shares", ",mck_fr_w2,", ",no_such_page,", "row 2"),
        ("shares", ",200,622,", ",700,622,", "row 2"),
        ("uses", "prefers,1,168", "prefers,1,9168", "row 2"),
        ("pairs", ",27,85,", ",27,9985,", "row 2"),
    ],
    ids=[
        "share above 100",
        "interval that ends before it begins",
        "wave without date",
        "wave that ends before it begins",
        "wave that ends the day before it begins",
        "range without an end",
        "unknown source",
        "smallest sample above the largest",
        "mark of a figure that is not there",
        "change to a figure that is not there",
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
