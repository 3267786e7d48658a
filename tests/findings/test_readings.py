"""Other defensible choices: the claim's own rule on changed results, and no
copies.
"""

import pytest

from dispersed_autonomy.findings import claims, results
from dispersed_autonomy.findings.claims import (
    ClaimError,
    judge_claim,
    record_readings,
)
from dispersed_autonomy.findings.readings import (
    count_agreeing,
    find_worst,
    show_read,
)
from dispersed_autonomy.findings.results import record

CLAIM = {
    "id": "gain",
    "heading": "h",
    "claim": "Sales rise.",
    "stated": "s",
    "attribution": "a",
    "kind": "effect",
    "rule": "r",
    "verdicts": [
        {"verdict": "holds", "when": "gain_low > 0 and share >= 50"},
        {"verdict": "overstated", "when": "gain_low > 0"},
        {"verdict": "not found", "when": "gain_high < 2"},
        {"verdict": "contradicted", "when": "gain_high < 0"},
        {"verdict": "unsupported", "when": "otherwise"},
    ],
    "key_result": "gain",
    "headline": "Holds: sales rise by {gain}",
    "because": "Sales rise by {gain}.",
    "certainty": {
        "start": "low",
        "lowered": [
            {"domain": "consistency", "by": 1, "reason": "Choices differ."}
        ],
    },
    "evidence": "e",
    "limits": "l",
    "would_change": "w",
}
ABOUT = {"unit": "percent", "claim": "gain", "datasets": ["d"]}


@pytest.fixture
def shown(monkeypatch):
    """A notebook that has recorded the two results of one claim; what it then
    displays is collected here.
    """
    outputs = []
    monkeypatch.setattr(results, "RECORDED", {})
    monkeypatch.setattr(results, "display", lambda *_, **__: None)
    monkeypatch.setattr(claims, "load_claims", lambda: [CLAIM])
    monkeypatch.setattr(
        claims,
        "display",
        lambda data, metadata, raw: outputs.append((data, metadata)),
    )
    record("gain", 4, low=1, high=7, level=95, label="Gain in sales", **ABOUT)
    record("share", 60, label="Share who say so", **ABOUT)
    record("other", 1, label="Something else", **ABOUT)
    return outputs


def readings(shown):
    return shown[0][1]["dispersed_autonomy"]["readings"]


def test_every_reading_gets_the_verdict_of_the_rule_itself(shown):
    record_readings(
        "gain",
        {
            "all firms": {"share": 40},
            "small firms": {"gain": {"value": 2, "low": -1, "high": 5}},
            "medians": {"gain": {"value": 0, "low": -1, "high": 1}},
        },
        left_out={"women": "the table does not tell them apart"},
    )
    told = readings(shown)
    assert [(row["reading"], row["verdict"]) for row in told["readings"]] == [
        ("as published", "holds"),
        ("all firms", "overstated"),
        ("small firms", "unsupported"),
        ("medians", "not found"),
    ]
    assert count_agreeing(told["readings"]) == (1, 4)
    assert find_worst(told["readings"])["reading"] == "medians"
    assert told["left_out"] == [
        {"reading": "women", "reason": "the table does not tell them apart"}
    ]


def test_a_reading_carries_what_the_rule_read_with_units_and_no_more(shown):
    record_readings("gain", {"all firms": {"share": 40}})
    published, other = readings(shown)["readings"]
    assert published["result"] == {
        "gain": {"unit": "percent", "changed": False, "low": 1.0, "high": 7.0},
        "share": {"unit": "percent", "changed": False, "value": 60.0},
    }
    assert other["result"]["share"] == {
        "unit": "percent",
        "changed": True,
        "value": 40.0,
    }


def test_what_a_reading_changes_stays_out_of_the_published_results(shown):
    record_readings("gain", {"all firms": {"share": 40}})
    assert results.RECORDED["share"]["value"] == 60


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"same": {"share": 60}}, "'same' is a copy of 'as published'"),
        ({"same": {"share": 60.0001}}, "'same' is a copy of 'as published'"),
        ({"a": {"share": 40}, "b": {"share": 40}}, "'b' is a copy of 'a'"),
        # The value of `gain` is not read, its limits are.
        (
            {"same": {"gain": {"value": 5, "low": 1, "high": 7}}},
            "'same' is a copy of 'as published'",
        ),
        ({"none": {}}, "'none' is a copy of 'as published'"),
        ({"odd": {"no_such": 1}}, "no result no_such was recorded"),
        ({"odd": {"other": 2}}, "the rule does not read other"),
        ({"odd": {"gain": 2}}, "reads the limits of gain: give low and high"),
        ({"odd": {"gain": {"value": 9, "low": 1, "high": 7}}}, "misses the value"),
        ({"odd": {"gain": {"hi": 9}}}, "gain: unknown: hi"),
        ({"odd": {"share": float("nan")}}, "value is nan"),
        ({"as published": {"share": 40}}, "'as published' stands twice"),
    ],
)
def test_a_reading_that_is_none_is_refused(shown, wrong, says):
    with pytest.raises(ClaimError, match=says):
        record_readings("gain", wrong)
    assert not shown


def test_readings_of_an_unknown_claim_are_refused(shown):
    with pytest.raises(ClaimError, match="'gian'"):
        record_readings("gian", {"all firms": {"share": 40}})


def test_the_table_of_readings_has_labels_and_fits_the_page(shown):
    record_readings(
        "gain",
        {"a choice with a long name that has to be broken " * 2: {"share": 40}},
    )
    text = shown[0][0]["text/plain"]
    assert "Share who say so: 40.0%" in text
    assert "The published verdict under 1 of 2 choices." in text
    assert max(map(len, text.splitlines())) <= 84


@pytest.mark.parametrize(
    ("read", "text"),
    [
        ({"value": 40.0}, "40.0%"),
        ({"low": -1.0, "high": 7.0}, "interval −1.0% to 7.0%"),
        ({"value": 4.0, "low": 1.0}, "4.0%, lower end of the interval 1.0%"),
        ({"high": 7.0}, "upper end of the interval 7.0%"),
    ],
)
def test_only_what_the_rule_read_is_shown(read, text):
    assert show_read({"unit": "percent", "changed": False} | read) == text


def judged(shown, changed=(), claim=CLAIM):
    told = readings(shown) | {"notebook": "01"}
    recorded = {
        id: result | {"notebook": "01"} for id, result in results.RECORDED.items()
    }
    for id, change in dict(changed).items():
        recorded[id] = recorded[id] | change
    return judge_claim(claim, recorded, {}, {"gain": told})


def test_the_published_claim_has_the_share_of_choices_that_agree(shown):
    record_readings(
        "gain",
        {"all firms": {"share": 40}, "large firms": {"share": 70}},
        left_out={"women": "not told apart"},
    )
    claim = judged(shown)
    assert claim["stability"] == pytest.approx(2 / 3)
    assert [row["verdict"] for row in claim["readings"]] == [
        "holds",
        "overstated",
        "holds",
    ]
    assert claim["left_out"][0]["reading"] == "women"


def test_readings_of_older_numbers_or_of_an_older_rule_are_refused(shown):
    record_readings("gain", {"all firms": {"share": 40}})
    with pytest.raises(ClaimError, match="out of date"):
        judged(shown, {"share": {"value": 61.0}})
    other = CLAIM | {
        "verdicts": [
            {"verdict": "holds", "when": "gain_low > 0 and share >= 39"},
            {"verdict": "unsupported", "when": "otherwise"},
        ]
    }
    with pytest.raises(ClaimError, match="out of date"):
        judged(shown, claim=other)
