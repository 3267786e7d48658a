"""Recording and showing results."""

import nbformat
import pytest

from dispersed_autonomy.findings import results
from dispersed_autonomy.findings.results import (
    ResultError,
    check_labels,
    format_result,
    name_result,
    read_recorded,
    record,
    span,
)

ABOUT = {
    "label": "A share",
    "unit": "percent",
    "claim": "millennials-now",
    "datasets": ["bls_labor_force"],
}


@pytest.fixture
def record_into(tmp_path, monkeypatch):
    """Returns a function that writes an executed notebook whose one cell recorded a
    result.
    """

    def write(name, **result):
        outputs = []

        def display(data, metadata, raw):
            assert raw
            outputs.append(
                nbformat.v4.new_output("display_data", data=data, metadata=metadata)
            )

        monkeypatch.setattr(results, "display", display)
        record(**result)
        cell = nbformat.v4.new_code_cell("record()", outputs=outputs)
        nbformat.write(
            nbformat.v4.new_notebook(cells=[cell]), tmp_path / f"{name}.ipynb"
        )

    return write


def test_a_result_comes_back_unrounded_with_its_place(tmp_path, record_into):
    record_into(
        "01_first",
        id="share",
        value=1 / 3,
        low=0.3,
        high=0.4,
        level=95,
        n=12,
        **ABOUT,
    )
    result = read_recorded("result", tmp_path)["share"]
    assert result["value"] == 1 / 3
    assert (result["notebook"], result["cell"], result["n"], result["level"]) == (
        "01_first",
        1,
        12,
        95.0,
    )


def test_two_results_of_one_id_are_refused(tmp_path, record_into):
    record_into("01_first", id="share", value=1, **ABOUT)
    record_into("02_second", id="share", value=2, **ABOUT)
    with pytest.raises(
        ResultError, match="share: recorded in 01_first and again in 02_second"
    ):
        read_recorded("result", tmp_path)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"id": "Share"}, "lower-case"),
        ({"value": float("nan")}, "value is nan"),
        ({"low": 2.0, "high": 3.0}, "misses the value"),
        ({"low": 0.5}, "two limits"),
        ({"datasets": []}, "no dataset"),
        ({"label": "share_of_sales"}, "is no name"),
        ({"label": "It is forty percent."}, "is no name"),
        ({"label": "a" * 91}, "is no name"),
    ],
)
def test_a_result_that_contradicts_itself_is_refused(wrong, says):
    with pytest.raises(ResultError, match=says):
        record(**{"id": "share", "value": 1.0, **ABOUT, **wrong})


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (35.839, "percent", "35.8%"),
        (-0.04, "percent", "0.0%"),
        (-2.36, "percentage points", "\N{MINUS SIGN}2.4 points"),
        (2011, "year", "2011"),
        (3192, "count", "3,192"),
        (0.5, "risk ratio", "0.50"),
    ],
)
def test_a_number_is_shown_in_its_unit(value, unit, text):
    assert format_result({"id": "x", "value": value, "unit": unit}) == text


def test_an_interval_is_shown_and_a_missing_part_is_refused():
    result = {
        "id": "x",
        "value": 35.8,
        "low": 35.5,
        "high": 36.1,
        "level": 95,
        "n": None,
        "unit": "percent",
    }
    assert format_result(result, "interval") == "35.8% (35.5% to 36.1%)"
    with pytest.raises(ResultError, match="x: the result has no n"):
        format_result(result, "n")
    with pytest.raises(ResultError, match="'mean'"):
        format_result(result, "mean")


def test_a_span_holds_every_reading():
    assert span(3, 1, 2) == {"low": 1.0, "high": 3.0}


def test_a_range_over_assumptions_does_not_read_like_an_interval():
    result = {
        "id": "x",
        "value": 39.8,
        "low": 38.1,
        "high": 40.8,
        "unit": "percent",
    }
    assert (
        format_result(result | {"level": None}, "interval")
        == "39.8% (between 38.1% and 40.8%, depending on assumptions)"
    )
    assert format_result(result | {"level": 95}, "interval") == (
        "39.8% (38.1% to 40.8%)"
    )


def test_limits_that_are_no_range_are_not_shown_as_one():
    result = {"id": "x", "value": 7, "low": 7, "high": 7, "unit": "count"}
    assert format_result(result | {"level": None}, "interval") == "7"


def test_points_are_named_once():
    result = {
        "id": "x",
        "value": 6.0,
        "low": 0.7,
        "high": 11.2,
        "level": 95,
        "unit": "percentage points",
    }
    assert format_result(result, "interval") == "6.0 points (0.7 to 11.2)"


def test_rounding_does_not_hide_a_small_estimate():
    result = {
        "id": "x",
        "value": 0.36,
        "low": 0.29,
        "high": 0.42,
        "level": 95,
        "unit": "percentage points",
    }
    assert format_result(result, "interval") == "0.36 points (0.29 to 0.42)"
    assert format_result(result) == "0.36 points"


@pytest.fixture
def kernel(monkeypatch):
    """A kernel that has recorded nothing, and shows nothing."""
    monkeypatch.setattr(results, "RECORDED", {})
    monkeypatch.setattr(results, "display", lambda *_, **__: None)


def test_a_kernel_knows_what_it_has_recorded(kernel):
    record("share", 40, **ABOUT | {"label": "Millennials"})
    record("share", 41, **ABOUT | {"label": "Millennials"})
    assert {id: r["value"] for id, r in results.RECORDED.items()} == {"share": 41}


def test_a_result_without_a_label_stops_the_build_naming_it(kernel):
    with pytest.raises(ResultError, match="size: it has no label"):
        record("size", 40, **ABOUT | {"label": ""})
    with pytest.raises(ResultError, match="share: it has no label"):
        check_labels([{"id": "share"}])
    assert name_result({"id": "share_of_sales"}) == "share of sales"


def test_two_results_that_readers_cannot_tell_apart_are_refused(kernel):
    record("share", 40, **ABOUT | {"label": "Millennials"})
    record("part", 30, **ABOUT | {"label": "Millennials"})
    with pytest.raises(ResultError, match="part: share has the same label"):
        check_labels(results.RECORDED.values())


def test_what_is_shown_has_the_label_and_the_json_keeps_it(tmp_path, record_into):
    record_into("01_first", id="share", value=1, **ABOUT | {"label": "Millennials"})
    result = read_recorded("result", tmp_path)["share"]
    assert result["label"] == "Millennials"
    cell = nbformat.read(tmp_path / "01_first.ipynb", as_version=4).cells[0]
    assert cell.outputs[0].data["text/plain"] == "Millennials: 1.0%"
