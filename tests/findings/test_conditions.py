"""Conditions of rules: read as comparisons, and nothing else is run."""

import math

import pandas as pd
import pytest

from dispersed_autonomy.findings.claims import load_claims
from dispersed_autonomy.findings.conditions import (
    ConditionError,
    holds,
    is_always_true,
    names_read,
)
from dispersed_autonomy.findings.results import record

NUMBERS = {"share": 40.0, "share_low": 38.0, "share_high": 41.0, "count": 3.0}


@pytest.mark.parametrize(
    ("condition", "true"),
    [
        ("35 <= share <= 45", True),
        ("35 <= share <= 39", False),
        ("share < 35 or count == 3", True),
        ("share > 35 and not count == 3", False),
        ("share_high - share_low > 200 / 100", True),
        ("-share < -39.5", True),
        ("share != 40", False),
        ("otherwise", True),
        (True, True),
    ],
)
def test_a_condition_says_what_it_says(condition, true):
    assert holds(condition, NUMBERS.__getitem__) is true


def test_a_condition_agrees_with_the_same_comparison_made_by_pandas():
    # An evaluator of another make, on every condition of every claim, with each
    # number in turn at many values.
    frame = pd.DataFrame([NUMBERS])
    for condition in (
        "(35 <= share <= 45) or (35 <= count <= 45)",
        "share_low > -0.1 and count > 200 / 3",
        "count >= 2 and share_low == 38 and share != 39",
    ):
        for value in (-1.0, 2.0, 35.0, 38.0, 40.0, 66.7):
            moved = frame.assign(share=value, count=value)
            expected = bool(moved.eval(condition, engine="python").item())
            number = moved.iloc[0].__getitem__
            assert holds(condition, number) is expected


@pytest.mark.parametrize(
    "condition",
    [
        "__import__('os').remove('x')",
        "open('x')",
        "share.real > 1",
        "share[0] > 1",
        "share",
        "'a' < 'b'",
        "share ** 9 > 1",
        "share in (1, 2)",
        "share if share > 1 else count",
        "(lambda: share)() > 1",
        "share > 1 and 5",
        "share > True",
        "share >",
        "",
    ],
)
def test_anything_but_a_comparison_is_refused(condition):
    with pytest.raises(ConditionError, match="condition"):
        holds(condition, NUMBERS.__getitem__)


def test_a_division_by_zero_is_refused_and_not_a_crash():
    with pytest.raises(ConditionError, match="divides by zero"):
        holds("share / (count - 3) > 1", NUMBERS.__getitem__)


def test_a_rule_knows_which_results_it_reads():
    condition = "share_low > 1 and (share > 2 or 3 * count_high < gain)"
    assert names_read(condition) == ["share", "count", "gain"]
    assert names_read("otherwise") == []


@pytest.mark.parametrize(
    ("condition", "always"),
    [
        ("otherwise", True),
        ("true", True),
        ("Always", True),
        ("1 > 0", True),
        ("1 < 0", False),
        ("share <= 1", False),
        ("share == share", False),
    ],
)
def test_only_what_no_data_can_change_counts_as_always_true(condition, always):
    assert is_always_true(condition) is always


def test_an_id_that_reads_like_a_limit_of_another_is_refused():
    with pytest.raises(Exception, match="share_low: rules call the limits"):
        record(
            "share_low",
            1,
            label="A share",
            unit="percent",
            claim="millennials-now",
            datasets=["x"],
        )


def test_every_condition_of_every_claim_can_be_read():
    for claim in load_claims():
        for case in claim["verdicts"]:
            assert isinstance(holds(case["when"], lambda name: math.pi), bool)
