"""The standard of evidence for shares, on figures made for it, and the rules that
read what it leaves open.
"""

import itertools

import numpy as np
import pandas as pd
import pytest

from dispersed_autonomy import paths
from dispersed_autonomy.analysis import survey_standards, surveys
from dispersed_autonomy.findings.claims import load_claims
from dispersed_autonomy.findings.results import read_recorded
from dispersed_autonomy.findings.rules import decide_verdict, results_read
from dispersed_autonomy.inputs.tables import load_table

BLANK = {
    "claim": "c",
    "fit": "asks what is claimed",
    "answer": "as claimed",
    "organisation": "Other",
    "asked": "q",
    "countries": "Global",
    "field_year": 2020.5,
    "measure": "share of respondents",
    "kind": "exact",
    "share_percent": 80.0,
    "rounding_points": 0.0,
    "low_percent": np.nan,
    "high_percent": np.nan,
    "smallest_respondents": 200.0,
    "standing": "publisher",
    "verified": True,
}
RANGE = {"kind": "range", "share_percent": np.nan, "rounding_points": np.nan}
CITED = {"seen": survey_standards.CITED}
SHARES = {
    "remote-lasts": "expect_to_last",
    "remote-as-effective": "as_effective",
    "buyers-prefer-virtual": "prefer_virtual_others",
}


def weigh(*rows, **choice):
    figures = pd.DataFrame([BLANK | row for row in rows])
    numbers = ["share_percent", "rounding_points", "low_percent", "high_percent"]
    figures = figures.astype(dict.fromkeys(numbers, float))
    found = survey_standards.weigh_choices(figures, "c", "Quoted", {"one": choice})
    return tuple(found["one"].values())


def test_a_figure_seen_at_its_publisher_counts_as_printed():
    assert weigh({}) == (1, 80, 80)


@pytest.mark.parametrize(
    "row",
    [
        {"standing": "secondary"},
        {"standing": "tertiary"},
        {"standing": "memory", "verified": False},
        {"standing": "the article", "verified": False},
        {"fit": "asks something near"},
        {"claim": "another"},
        {"field_year": 2022.0},
        {"field_year": 2019.9},
        {"field_year": np.nan},
        {"measure": "mean over respondents"},
        {"kind": "forecast", "measure": "forecast", "rounding_points": np.nan},
    ],
    ids=str,
)
def test_a_figure_that_does_not_count_leaves_every_share_open(row):
    assert weigh(row) == (0, 0, 100)


def test_without_any_figure_every_share_is_open():
    empty = survey_standards.select_evidence(
        load_table("buyer_surveys", "shares"), "no such claim", "nobody"
    )
    assert tuple(survey_standards.weigh_shares(empty).values()) == (0, 0, 100)


def test_memory_counts_under_no_choice():
    row = {"standing": "memory", "verified": False}
    assert weigh(row, **CITED, years=(2010, 2030)) == (0, 0, 100)


def test_ranges_bounds_and_fractions_count_for_every_value_that_they_allow():
    limits = {"low_percent": 70.0, "high_percent": 80.0}
    assert weigh(RANGE | limits) == (1, 70, 80)
    bound = RANGE | {"kind": "bound", "low_percent": 75.0, "high_percent": 100.0}
    assert weigh(bound) == (1, 75, 100)
    assert weigh({"kind": "rounded", "rounding_points": 5.0}) == (1, 75, 85)


def test_a_copy_of_the_quoted_figure_does_not_vouch_for_it():
    copy = {
        "organisation": "Quoted",
        "standing": "secondary",
        "share_percent": 92.0,
    }
    assert weigh(copy, **CITED) == (0, 0, 100)
    assert weigh(copy, {}, **CITED) == (1, 80, 80)


def test_the_quoted_organization_counts_where_its_own_page_was_seen():
    assert weigh({"organisation": "Quoted", "share_percent": 92.0}) == (1, 92, 92)


def test_an_organization_counts_once_with_its_latest_wave():
    early = {"share_percent": 50.0, "field_year": 2020.2}
    assert weigh(early, early, early, {}) == (1, 80, 80)


def test_all_countries_count_before_single_ones():
    spain, france = (
        {"countries": name, "share_percent": share}
        for name, share in (("Spain", 60.0), ("France", 70.0))
    )
    assert weigh(spain, france) == (1, 60, 70)
    assert weigh(spain, france, {}) == (1, 80, 80)


def test_of_several_pages_on_one_figure_the_nearest_and_most_exact_counts():
    bound = RANGE | {"kind": "bound", "low_percent": 75.0, "high_percent": 100.0}
    cited = {"standing": "secondary", "share_percent": 79.0}
    assert weigh(bound | {"standing": "secondary"}, cited, **CITED) == (1, 79, 79)
    assert weigh(bound, cited, **CITED) == (1, 75, 100)


def test_several_organizations_are_weighed_by_their_median():
    rows = [
        {"organisation": name, "share_percent": share}
        for name, share in (("A", 60.0), ("B", 70.0), ("C", 95.0))
    ]
    assert weigh(*rows) == (3, 70, 70)


def test_the_opposite_answer_counts_as_what_it_leaves():
    row = RANGE | {
        "low_percent": 10.0,
        "high_percent": 15.0,
        "answer": "the opposite",
    }
    assert weigh(row) == (1, 85, 90)


def test_sampling_error_widens_what_printing_leaves_open():
    _, lowest, highest = weigh({"share_percent": 75.0}, sampling=True)
    low, high = surveys.wilson_interval(75, 200)
    assert (lowest, highest) == pytest.approx((float(low), float(high)))
    unknown = {"smallest_respondents": np.nan}
    assert weigh(unknown, sampling=True) == (1, 0, 100)


@pytest.mark.parametrize(
    "row", [{"kind": "guessed"}, {"standing": "hearsay"}, {"verified": False}]
)
def test_a_figure_of_no_known_standing_or_kind_is_refused(row):
    with pytest.raises(survey_standards.StandardError):
        weigh(row)


def test_changes_are_counted_by_their_whole_interval():
    changes = pd.DataFrame(
        {"low_points": [1.0, -9, -5, 10], "high_points": [5.0, -2, 5, 25]}
    )
    assert survey_standards.count_changes(changes, 17) == {
        "count": 4,
        "up": 2,
        "down": 1,
        "of_claimed_size": 1,
    }
    assert set(survey_standards.count_changes(changes[:0], 17).values()) == {0}


def rule(id):
    return next(claim for claim in load_claims() if claim["id"] == id)


def as_results(numbers):
    blank = {"low": None, "high": None, "unit": "percent", "label": "a"}
    return {id: blank | {"id": id, "value": value} for id, value in numbers.items()}


@pytest.mark.parametrize(("claim", "name"), SHARES.items())
def test_whatever_the_evidence_leaves_open_a_rule_on_shares_ends_in_a_verdict(
    claim, name
):
    ids = results_read(rule(claim))
    threshold = name.removesuffix("_others") + "_threshold"
    assert set(ids) == {f"{name}_lowest", f"{name}_highest", threshold}
    corners = [0, 49.9, 50, 69.9, 70, 86.9, 87, 89.9, 90, 100]
    verdicts = set()
    for low, high in itertools.combinations_with_replacement(corners, 2):
        for limit in (70, 87, 90):
            numbers = {
                f"{name}_lowest": low,
                f"{name}_highest": high,
                threshold: limit,
            }
            verdict = decide_verdict(rule(claim), as_results(numbers))
            expected = (
                "holds"
                if low >= limit
                else "contradicted"
                if high < 50
                else "overstated"
                if low >= 50 and 50 < high < limit
                else "unsupported"
            )
            assert verdict == expected, numbers
            verdicts.add(verdict)
    assert verdicts == {"holds", "overstated", "contradicted", "unsupported"}


def test_whatever_the_changes_the_rule_on_17_ends_in_a_verdict():
    seen = {}
    for up, down, size in itertools.product(range(3), range(3), range(3)):
        numbers = {
            "preference_changes_up": up,
            "preference_changes_down": down,
            "preference_changes_of_claimed_size": min(size, up),
        }
        seen[up, down, min(size, up)] = decide_verdict(
            rule("buyers-up-17"), as_results(numbers)
        )
    assert seen[0, 0, 0] == seen[1, 1, 0] == seen[1, 1, 1] == "unsupported"
    assert seen[1, 0, 0] == "overstated"
    assert seen[1, 0, 1] == "holds"
    assert seen[0, 1, 0] == "contradicted"


@pytest.mark.parametrize("concern", load_table("buyer_surveys", "concerns")["name"])
def test_whatever_studies_there_are_the_rule_on_a_concern_ends_in_a_verdict(
    concern,
):
    table = load_table("buyer_surveys", "concerns").set_index("name")
    claim = rule(table.loc[concern, "claim"])
    parts = ("studies", "controlled_estimates", "studies_against")
    assert set(results_read(claim)) == {f"{concern}_{part}" for part in parts}
    for numbers in itertools.product(range(4), repeat=3):
        studies, known, against = numbers
        if max(known, against) > studies:
            continue
        named = {f"{concern}_{part}": n for part, n in zip(parts, numbers)}
        verdict = decide_verdict(claim, as_results(named))
        if known == 0 and studies < 2:
            assert verdict == "unsupported"
        elif against == studies:
            assert verdict == "contradicted"
        else:
            assert verdict == ("unsupported" if against else "holds in part")


def test_a_verdict_on_a_share_that_rests_on_citing_pages_alone_is_noticed(
    committed_results,
):
    shares = load_table("buyer_surveys", "shares")
    for claim, name in SHARES.items():
        source = rule(claim)["attribution"].split(";")[0]
        source = {"McKinsey": "McKinsey & Company", "Bain with Dynata": "Bain"}[
            source
        ]
        source = "Bain & Company with Dynata" if source == "Bain" else source
        evidence = survey_standards.select_evidence(shares, claim, source)
        assert set(evidence["standing"].astype(str)) == {"publisher"}
        assert evidence["lowest_percent"].min() == pytest.approx(
            committed_results[f"{name}_lowest"]["value"]
        )
        assert evidence["highest_percent"].max() == pytest.approx(
            committed_results[f"{name}_highest"]["value"]
        )


def test_what_is_said_to_have_happened_stands_in_the_figures():
    shares = load_table("buyer_surveys", "shares")
    expectations = load_table("buyer_surveys", "expectations").set_index("id")
    uses = load_table("buyer_surveys", "uses")
    marks = surveys.arrange_marks(
        uses,
        survey_standards.classify_figures(surveys.add_intervals(shares)),
        "in person",
    )
    before = marks["label"] == "Before the pandemic"
    italy = marks["group"].str.contains("Italy")
    later = marks[~before & ~italy]
    assert (
        later["highest_percent"].max() < marks.loc[before, "share_percent"].item()
    )
    assert later.loc[later["field_year"] >= 2021, "highest_percent"].max() < 50
    assert (
        expectations.loc[["stick", "norm"], "happened"].str.startswith("yes").all()
    )
    open_ones = expectations["outcome_asked"].isna()
    assert (expectations.loc[open_ones, "happened"] == "not known").all()


def test_a_reading_that_a_rule_gives_another_verdict_is_noticed(committed_results):
    for id, item in read_recorded("readings", paths.NOTEBOOKS).items():
        if id in SHARES or id == "buyers-up-17":
            published = decide_verdict(rule(id), committed_results)
            assert item["readings"][0]["verdict"] == published, id


def test_a_mark_where_nobody_published_a_value_is_noticed():
    uses = load_table("buyer_surveys", "uses")
    shares = load_table("buyer_surveys", "shares").set_index("id")
    drawn = shares.loc[uses["share_id"].unique()]
    computed = drawn[drawn["kind"] == "derived"]
    # Sums of two printed answers to one question, and no others.
    assert computed["response"].str.contains("sum computed here").all()
    assert (
        drawn.loc[drawn["kind"].isin(["range", "bound"]), "share_percent"]
        .isna()
        .all()
    )
