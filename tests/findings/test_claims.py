"""Claims and verdicts: complete, decided by rule, and moved by the data."""

import numpy as np
import pytest
import yaml

from dispersed_autonomy import paths
from dispersed_autonomy.analysis.cohorts import cohort_share
from dispersed_autonomy.findings.claims import (
    judge_claim,
    judge_claims,
    load_claims,
)
from dispersed_autonomy.findings.conditions import thresholds
from dispersed_autonomy.findings.readings import PUBLISHED, describe_reading
from dispersed_autonomy.findings.results import read_recorded
from dispersed_autonomy.findings.rules import decide_verdict, results_read
from dispersed_autonomy.findings.verdicts import (
    DOMAINS,
    NOT_EXAMINED,
    PLACES,
    VERDICTS,
    ClaimError,
    contradicts_word,
    grade_certainty,
)
from dispersed_autonomy.inputs.tables import load_table

ORDER = """
millennials-now millennials-75 millennials-adapt remote-lasts remote-as-effective
buyers-prefer-virtual buyers-up-17 roles-can-be-virtual concern-new-clients
concern-team-meetings concern-pipeline concern-existing-clients draconian-controls
four-models fully-remote-saves-rent recruit-retain wider-pool flexibility-appeals
technology-leverage not-technology-alone accountability-kept
flexibility-demand-lasts commute-family-travel
""".split()


def claim(id):
    return next(claim for claim in load_claims() if claim["id"] == id)


def test_a_claim_that_was_dropped_or_moved_is_noticed():
    assert [claim["id"] for claim in load_claims()] == ORDER


def test_a_datum_that_flips_the_rule_flips_the_verdict(committed_results):
    # Make every B2B representative a millennial: "holds in part" must not survive.
    employed = load_table("bls_sales_occupations", "employed_by_year").query(
        "group == 'B2B representatives' and year == 2021"
    )
    moved = employed.assign(
        employed_thousands=employed["employed_thousands"].where(
            employed["first_age"] == 25, 0
        )
    )
    share = cohort_share(moved, counts="employed_thousands", by=["year"])[
        "share_percent"
    ].item()
    data = {id: dict(result) for id, result in committed_results.items()}
    assert decide_verdict(claim("millennials-now"), data) == "holds in part"
    data["b2b_representatives_millennial_share_2021"]["value"] = share
    assert decide_verdict(claim("millennials-now"), data) == "contradicted"


@pytest.mark.parametrize(
    ("world", "b2b", "verdict"),
    [
        (39.8, 36.8, "holds in part"),
        (35, 45, "holds in part"),
        (34.9, 40, "overstated"),
        (40, 31, "overstated"),
        (20, 20, "overstated"),
        (40, 46, "contradicted"),
        (50, 50, "contradicted"),
        (30, 50, "unsupported"),
        (50, 30, "unsupported"),
    ],
)
def test_a_corner_of_the_data_without_its_verdict_is_noticed(
    committed_results, world, b2b, verdict
):
    data = {id: dict(result) for id, result in committed_results.items()}
    data["world_labor_force_millennial_share_2020"]["value"] = world
    data["b2b_representatives_millennial_share_2021"]["value"] = b2b
    assert decide_verdict(claim("millennials-now"), data) == verdict


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        (
            {
                "world_labor_force_millennial_share_2030": 74.0,
                "world_labor_force_millennial_change_2020_2030": 34.0,
            },
            "holds",
        ),
        ({"world_labor_force_millennial_change_2020_2030": 3.0}, "overstated"),
        ({"world_labor_force_millennial_change_2020_2030": 1.0}, "contradicted"),
        # A curve that somebody composes decides nothing.
        ({"specifications_reaching_75_percent": 30.0}, "contradicted"),
        ({}, "contradicted"),
    ],
)
def test_the_verdict_on_three_quarters_follows_its_rule(
    committed_results, changed, verdict
):
    data = {id: dict(result) for id, result in committed_results.items()}
    for id, value in changed.items():
        data[id]["value"] = value
    assert decide_verdict(claim("millennials-75"), data) == verdict


def test_a_rule_that_names_an_unknown_result_is_refused():
    rule = {
        "id": "c",
        "rule": "r",
        "verdicts": [{"verdict": "holds", "when": "no_such_result > 1"}],
    }
    with pytest.raises(ClaimError, match="c: condition .*no_such_result"):
        decide_verdict(rule, {})


def test_a_rule_that_leaves_a_case_open_is_refused():
    rule = {
        "id": "c",
        "rule": "r",
        "verdicts": [{"verdict": "holds", "when": "share > 1"}],
    }
    with pytest.raises(ClaimError, match="c: no condition"):
        decide_verdict(rule, {"share": {"value": 0.5, "low": None, "high": None}})


def test_limits_of_intervals_can_be_named_in_a_rule():
    rule = {
        "id": "c",
        "rule": "r",
        "verdicts": [
            {"verdict": "holds", "when": "share_low > 1 and share_high < 4"}
        ],
    }
    assert (
        decide_verdict(rule, {"share": {"value": 2, "low": 1.5, "high": 3}})
        == "holds"
    )


def test_a_claim_without_a_rule_is_not_examined():
    assert decide_verdict({"id": "c"}, {}) == NOT_EXAMINED


def test_a_rule_whose_notebook_is_not_there_yet_is_no_verdict(committed_results):
    without = {
        id: result
        for id, result in committed_results.items()
        if result["claim"] != "millennials-75"
    }
    told = read_recorded("readings", paths.NOTEBOOKS)
    del told["millennials-75"]
    judged = {claim["id"]: claim for claim in judge_claims(without, {}, told)}
    assert judged["millennials-75"]["verdict"] == NOT_EXAMINED
    assert judged["millennials-75"]["key_result"] is None


def test_a_key_result_that_was_not_recorded_is_refused():
    with pytest.raises(ClaimError, match="gain: its key result 'absent'"):
        judge_claim(WRITTEN | {"key_result": "absent"}, found(), {}, {})


def test_a_result_for_an_unknown_claim_is_refused(committed_results):
    stray = {
        "stray": {
            "id": "stray",
            "claim": "no-such-claim",
            "notebook": "01",
            "value": 1,
            "low": None,
            "high": None,
        }
    }
    with pytest.raises(ClaimError, match="stray: unknown claim"):
        judge_claims(committed_results | stray, {}, {})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"heading": None}, "missing: heading"),
        ({"colour": "blue"}, "unknown: colour"),
        (
            {"verdicts": [{"verdict": "maybe", "when": "1 > 0"}]},
            "unknown verdict: maybe",
        ),
    ],
)
def test_a_claim_that_cannot_be_read_is_refused(tmp_path, change, says):
    claims = yaml.safe_load(paths.CLAIMS.read_text())
    claims[0] |= change
    path = tmp_path / "claims.yml"
    path.write_text(yaml.safe_dump(claims))
    with pytest.raises(ClaimError, match=says):
        load_claims(path)


def test_every_rule_uses_words_of_the_list():
    used = {
        case["verdict"]
        for claim in load_claims()
        for case in claim.get("verdicts", [])
    }
    assert used <= set(VERDICTS) - {NOT_EXAMINED}


# --- What a claim has to say, and how


WRITTEN = {
    "id": "gain",
    "heading": "h",
    "claim": "Sales rise.",
    "stated": "s",
    "attribution": "a",
    "kind": "effect",
    "rule": "r",
    "history": [{"date": "2026-11-23", "known": "Nothing but the question."}],
    "verdicts": [
        {"verdict": "holds", "when": "gain_low > 0"},
        {"verdict": "not found", "when": "gain_high < 2"},
        {"verdict": "unsupported", "when": "otherwise"},
    ],
    "key_result": "gain",
    "headline": "Holds: sales rise by {gain}",
    "because": "Sales rise by {gain} ({gain:low} to {gain:high}) in {firms} firms.",
    "certainty": {
        "start": "high",
        "lowered": [
            {"domain": "directness", "by": 1, "reason": "No sellers."},
            {"domain": "precision", "by": 1, "reason": "It is wide."},
        ],
    },
    "direction": {"result": "gain", "claimed": "above", "of": 0},
    "evidence": "e",
    "limits": "l",
    "would_change": "w",
}


def found(**changed):
    """Two results, one of them changed."""
    common = {"claim": "gain", "notebook": "01", "level": 95, "n": None}
    return {
        "gain": {
            "id": "gain",
            "label": "Gain in sales",
            "value": 4.04,
            "low": 1.0,
            "high": 7.0,
            "unit": "percent",
        }
        | common
        | changed,
        "firms": {
            "id": "firms",
            "label": "Firms",
            "value": 12,
            "low": None,
            "high": None,
            "unit": "count",
        }
        | common,
    }


def judge(claim, data):
    """The claim as judged, its published choice recorded with it."""
    rows = [describe_reading(claim, PUBLISHED, data, ())]
    told = {"id": "gain", "readings": rows, "left_out": []}
    return judge_claim(claim, data, {}, {"gain": told})


def write(tmp_path, **changes):
    claim = WRITTEN | changes
    path = tmp_path / "claims.yml"
    path.write_text(
        yaml.safe_dump([{k: v for k, v in claim.items() if v is not None}])
    )
    return path


def test_a_complete_claim_is_put_into_words():
    judged = judge(WRITTEN, found())
    assert judged["verdict"] == "holds"
    assert judged["headline"] == "Holds: sales rise by 4.0%"
    assert judged["because"] == "Sales rise by 4.0% (1.0% to 7.0%) in 12 firms."
    assert judged["certainty"]["level"] == "low"
    (written,) = judged["history"]
    assert written["known"] == WRITTEN["history"][0]["known"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"verdicts": [{"verdict": "maybe", "when": "1 > 0"}]}, "verdict: maybe"),
        (
            {"verdicts": [{"verdict": "holds", "when": "gain ="}]},
            "condition 'gain ='",
        ),
        (
            {
                "verdicts": [
                    {"verdict": "holds", "when": "otherwise"},
                    {"verdict": "unsupported", "when": "otherwise"},
                ]
            },
            "never tried",
        ),
        ({"history": [{"known": "x"}]}, "item 1: no date"),
        ({"history": [{"date": "2026-11-23"}]}, "item 1: missing: known"),
        (
            {"history": [*WRITTEN["history"], {"date": "2026-11-24"}]},
            "item 2: missing: change, reason",
        ),
        (
            {
                "history": [
                    *WRITTEN["history"],
                    {"date": "2026-11-22", "change": "c", "reason": "r"},
                ]
            },
            "item 2: it is earlier",
        ),
        ({"certainty": {"start": "middle"}}, "start is 'middle'"),
        (
            {
                "certainty": {
                    "start": "low",
                    "lowered": [{"domain": "luck", "by": 1, "reason": "r"}],
                }
            },
            "unknown domain 'luck'",
        ),
        (
            {
                "certainty": {
                    "start": "low",
                    "lowered": [{"domain": "design", "by": 3, "reason": "r"}],
                }
            },
            "lowered by 3",
        ),
        (
            {
                "certainty": {
                    "start": "low",
                    "lowered": [{"domain": "design", "by": 1}],
                }
            },
            "needs domain, by and reason",
        ),
        (
            {"direction": {"result": "firms", "claimed": "above", "of": 0}},
            "does not read firms",
        ),
        (
            {"direction": {"result": "gain", "claimed": "up", "of": 0}},
            "above or below",
        ),
    ],
)
def test_a_claim_that_says_something_impossible_is_refused(tmp_path, changes, says):
    with pytest.raises(ClaimError, match=says):
        load_claims(write(tmp_path, **changes))


@pytest.mark.parametrize("field", ["history", "headline", "because"])
def test_a_claim_without_a_newer_field_stops_the_build(tmp_path, field):
    with pytest.raises(ClaimError, match=f"missing: {field}"):
        load_claims(write(tmp_path, **{field: None}))


def test_a_rule_that_might_end_in_no_verdict_stops_the_build(tmp_path):
    cases = [{"verdict": "holds", "when": "gain_low > 0"}]
    with pytest.raises(ClaimError, match="the last case is not always true"):
        load_claims(write(tmp_path, verdicts=cases))


def test_a_number_that_no_data_have_brought_yet_stops_the_build():
    # The first case decides; the second names what was never recorded.
    rule = WRITTEN | {
        "verdicts": [
            {"verdict": "holds", "when": "gain > 1"},
            {"verdict": "not found", "when": "no_such_median < 2"},
            {"verdict": "unsupported", "when": "otherwise"},
        ]
    }
    assert decide_verdict(rule, found()) == "holds"
    results_of_it = found(value=0.5)
    with pytest.raises(ClaimError, match="no_such_median"):
        decide_verdict(rule, results_of_it)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"headline": "Holds: {gian}"}, "no result is called gian"),
        ({"headline": "Holds: {gain:mean}"}, "no form is called 'mean'"),
        ({"headline": "Holds: {gain"}, "a brace is left over"),
        ({"headline": "Holds: " + "sales " * 20}, "at most 90"),
        ({"headline": "Sales rise by {gain}"}, "the verdict is 'holds'"),
        ({"headline": "Holds in part: {gain}"}, "the verdict is 'holds'"),
        ({"headline": "Contradicted: {gain}"}, "the verdict is 'holds'"),
        ({"because": "Sales rise. " * 13}, "26 words, at most 25"),
        ({"because": "Sales rise by {gain}"}, "does not end like a sentence"),
        ({"because": "In {firms:low} firms."}, "the result has no low"),
    ],
)
def test_words_that_are_too_long_or_false_are_refused(changes, says):
    with pytest.raises(ClaimError, match=says):
        judge(WRITTEN | changes, found())


def test_a_headline_does_not_outlive_the_verdict_that_it_states():
    with pytest.raises(ClaimError, match="the verdict is 'not found'"):
        judge(WRITTEN, found(value=0.5, low=-1.0, high=1.5))


@pytest.mark.parametrize(
    ("start", "by", "level"),
    [
        ("high", [], "high"),
        ("high", [1], "moderate"),
        ("high", [1, 1], "low"),
        ("high", [2, 1], "very low"),
        ("high", [2, 2, 1], "very low"),
        ("low", [], "low"),
        ("low", [1], "very low"),
        ("low", [2], "very low"),
    ],
)
def test_certainty_is_what_it_starts_at_less_what_lowers_it(start, by, level):
    lowered = [
        {"domain": domain, "by": number, "reason": "r"}
        for domain, number in zip(DOMAINS, by)
    ]
    claim = {"id": "c", "certainty": {"start": start, "lowered": lowered}}
    assert grade_certainty(claim, "holds", 1.0)["level"] == level


def test_choices_that_disagree_lower_certainty():
    with pytest.raises(ClaimError, match="consistency does not lower it"):
        grade_certainty(WRITTEN, "holds", 0.6)
    assert grade_certainty(WRITTEN, "holds", 2 / 3)["level"] == "low"
    reason = {"domain": "consistency", "by": 1, "reason": "Choices differ."}
    lowered = [*WRITTEN["certainty"]["lowered"], reason]
    less = WRITTEN | {"certainty": {"start": "high", "lowered": lowered}}
    assert grade_certainty(less, "holds", 0.6)["level"] == "very low"


def test_a_verdict_on_evidence_says_how_sure_it_is():
    without = {key: value for key, value in WRITTEN.items() if key != "certainty"}
    with pytest.raises(ClaimError, match="gain: no certainty"):
        grade_certainty(without, "holds", None)
    assert grade_certainty(without, "unsupported", None) is None


def test_a_verdict_without_readings_stops_the_build():
    with pytest.raises(ClaimError, match="gain: no readings"):
        judge_claim(WRITTEN, found(), {}, {})


# --- Every verdict against the meaning of its word


def test_every_word_has_one_meaning_of_its_own():
    assert len(set(VERDICTS.values())) == len(VERDICTS)
    assert set(PLACES) == set(VERDICTS) - {NOT_EXAMINED}


@pytest.mark.parametrize(
    ("verdict", "value", "low", "high", "wrong"),
    [
        ("holds", 2, 1, 3, False),
        ("holds", -2, -3, -1, True),
        ("overstated", 0.4, -1, 2, False),
        ("overstated", -0.4, -2.3, 1.6, True),
        ("not found", -0.4, -2.3, 1.6, False),
        ("not found", 2, 1, 3, True),
        ("contradicted", -2, -3, -1, False),
        ("contradicted", 2, 1, 3, True),
        ("unsupported", -2, -3, 9, False),
        ("holds in part", -2, -3, -1, False),
    ],
)
def test_a_word_that_says_something_else_than_the_number_is_noticed(
    verdict, value, low, high, wrong
):
    result = {"value": value, "low": low, "high": high}
    up = {"result": "gain", "claimed": "above", "of": 0}
    assert bool(contradicts_word(up, verdict, result)) is wrong
    # The same from the other side: a claim of a fall, and numbers mirrored.
    down = {"result": "gain", "claimed": "below", "of": 5}
    mirrored = {"value": 5 - value, "low": 5 - high, "high": 5 - low}
    assert bool(contradicts_word(down, verdict, mirrored)) is wrong


def test_a_word_that_the_data_deny_stops_the_build():
    rule = WRITTEN | {
        "headline": "Overstated: {gain}",
        "verdicts": [
            {"verdict": "overstated", "when": "gain < 9"},
            {"verdict": "unsupported", "when": "otherwise"},
        ],
    }
    with pytest.raises(ClaimError, match="the verdict is 'overstated', but −2.0%"):
        judge(rule, found(value=-2.0, low=-3.0, high=-1.0))


def corners(rule, seed=20210601, count=2000):
    """Results around every threshold of a rule, each with ordered limits."""
    generator = np.random.default_rng(seed)
    lines = {0.0, 100.0}
    for case in rule["verdicts"]:
        lines |= set(thresholds(case["when"]))
    near = np.array(
        sorted({line + step for line in lines for step in (-1, -0.01, 0, 0.01, 1)})
    )
    for _ in range(count):
        yield {
            id: dict(
                zip(("low", "value", "high"), sorted(generator.choice(near, 3)))
            )
            for id in results_read(rule)
        }


@pytest.mark.parametrize("id", ORDER)
def test_no_data_end_in_an_error_or_in_a_word_that_denies_them(id):
    rule = claim(id)
    for data in corners(rule):
        verdict = decide_verdict(rule, data)
        if "direction" in rule:
            about = rule["direction"]
            assert not contradicts_word(about, verdict, data[about["result"]]), data


def test_a_rule_that_denies_its_word_is_caught_at_the_corners():
    # The rule of 2026-11-23 on generations: "overstated" when the interval covers
    # zero and excludes five points either way.
    rule = WRITTEN | {
        "verdicts": [
            {"verdict": "contradicted", "when": "gain_high < 0"},
            {"verdict": "holds in part", "when": "gain_low > 0"},
            {"verdict": "overstated", "when": "gain_low > -5 and gain_high < 5"},
            {"verdict": "unsupported", "when": "otherwise"},
        ]
    }
    denied = {
        verdict
        for data in corners(rule)
        if contradicts_word(
            rule["direction"], verdict := decide_verdict(rule, data), data["gain"]
        )
    }
    assert denied == {"overstated"}


# --- The claims as they stand


def test_what_is_said_of_every_claim_can_be_said(committed_results):
    recorded = read_recorded("readings", paths.NOTEBOOKS)
    for judged in judge_claims(committed_results, {}, recorded):
        assert judged["verdict"] in VERDICTS
        if judged["stability"] is not None and judged["certainty"]:
            lowered = {
                reason["domain"] for reason in judged["certainty"]["lowered"]
            }
            assert judged["stability"] >= 2 / 3 or "consistency" in lowered
