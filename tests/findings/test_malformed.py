"""A claim that cannot be read ends in one clear error, whatever it has in it."""

import copy

import pytest
import yaml

from dispersed_autonomy.findings.claims import (
    fill_template,
    load_claims,
)
from dispersed_autonomy.findings.rules import decide_verdict
from dispersed_autonomy.findings.verdicts import ClaimError

OTHERWISE = {"when": "otherwise", "verdict": "holds"}


@pytest.fixture
def read(tmp_path):
    """Returns a function that reads claims from the bytes of a file."""

    def load(content):
        path = tmp_path / "claims.yml"
        path.write_bytes(content)
        load_claims.cache_clear()
        return load_claims(path)

    return load


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"- a\n- b\n",
        b"a: 1\n",
        b"-\n",
        b"- id: a\0b\n",
        b"- id:\n\t- a\n",
        "- id: \xe9\n".encode("latin-1"),
        "- id: a\n".encode("utf-16"),
        b"- !!python/object/apply:os.getcwd []\n",
        b"- id: a\n  rule: one\n  rule: another\n",
    ],
)
def test_a_file_that_is_no_list_of_claims_ends_in_one_error(read, content):
    with pytest.raises(ClaimError, match="claims.yml") as caught:
        read(content)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ClaimError, match=r"nowhere\.yml"):
        load_claims(tmp_path / "nowhere.yml")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", 3),
        ("id", ["a"]),
        ("id", "../a"),
        ("id", "<script>"),
        ("heading", ["a"]),
        ("because", True),
        ("verdicts", "holds"),
        ("verdicts", ["holds"]),
        ("verdicts", OTHERWISE),
        ("verdicts", [OTHERWISE | {"verdict": ["holds"]}]),
        ("verdicts", [OTHERWISE | {"when": ["a > 1"]}]),
        ("verdicts", [OTHERWISE | {"wehn": "a > 1"}]),
        ("verdicts", [{"verdict": "holds"}]),
        ("verdicts", [{"when": "a > 1", "verdict": "holds"}]),
        ("verdicts", [{"when": "a <= 1 or a > 1", "verdict": "holds"}]),
        ("history", ["x"]),
        ("history", [{"date": 2026, "known": "x"}]),
        ("history", [{"date": "2026-99-01", "known": "x"}]),
        ("certainty", "high"),
        ("certainty", {"start": ["high"]}),
        ("certainty", {"start": "high", "lowered": ["x"]}),
        (
            "certainty",
            {
                "start": "high",
                "lowered": [{"domain": "design", "by": True, "reason": "x"}],
            },
        ),
        ("direction", "above"),
        (5, "x"),
    ],
)
def test_a_field_of_another_kind_is_named(read, field, value):
    first = copy.deepcopy(next(claim for claim in load_claims() if "rule" in claim))
    changed = yaml.safe_dump([first | {field: value}])
    with pytest.raises(ClaimError) as caught:
        read(changed.encode())
    assert "claims.yml" in str(caught.value)


@pytest.mark.parametrize(
    "condition",
    [
        "__import__('os').getcwd() > 0",
        "(lambda: 1)() > 0",
        "a.__class__ > 0",
        "a == 'x'",
        "not " * 3000 + "a > 0",
        "+".join("a" * 5000) + " > 0",
        "a > " + "9" * 400,
        "a > 1e999",
        "1 / 0 > 0",
        "a > 0\0",
    ],
)
def test_a_condition_that_is_code_or_beyond_all_numbers_is_refused(read, condition):
    first = copy.deepcopy(next(claim for claim in load_claims() if "rule" in claim))
    first["verdicts"] = [{"when": condition, "verdict": "holds"}, OTHERWISE]
    with pytest.raises(ClaimError, match="condition"):
        read(yaml.safe_dump([first]).encode())


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_none_decides_nothing(value):
    case = {"when": "a < 1", "verdict": "holds"}
    rule = {"id": "x", "rule": "r", "verdicts": [case, OTHERWISE]}
    with pytest.raises(ClaimError, match="the value of the result a is"):
        decide_verdict(rule, {"a": {"value": value}})


@pytest.mark.parametrize(
    "template",
    ["{a.__class__}", "{a!r:>1000}", "{a:>1000}", "{a[id]}", "{0}", "{}", "{{a}}"],
)
def test_a_template_that_reaches_into_python_is_refused(template):
    result = {"id": "a", "value": 1.0, "low": None, "high": None, "unit": "percent"}
    with pytest.raises(ClaimError, match="place"):
        fill_template(template, {"a": result}, "place")
