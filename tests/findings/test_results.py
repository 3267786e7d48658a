"""Recording and showing results."""

import nbformat
import pytest

from dispersed_autonomy.findings import results
from dispersed_autonomy.findings.results import (
    ResultError,
    format_result,
    read_recorded,
    record,
    span,
)

ABOUT = {
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
