"""The counts of telework: printed percentages, sums, and sheets to be refused."""

import importlib
import sys

import pandas as pd
import pytest

from dispersed_autonomy import paths
from dispersed_autonomy.inputs.sources import SourceError
from dispersed_autonomy.inputs.tables import load_table


@pytest.fixture
def script(monkeypatch):
    """The build script of the dataset as a module."""
    monkeypatch.syspath_prepend(str(paths.DATA / "bls_telework"))
    sys.modules.pop("build", None)
    yield importlib.import_module("build")
    del sys.modules["build"]


def share(month, group):
    row = load_table("bls_telework", "at_work").query(
        "month == @month and group == @group"
    )
    return (100 * row["any_hours_thousands"] / row["at_work_thousands"]).item()


@pytest.mark.parametrize(
    ("month", "group", "printed"),
    [
        ("2022-12", "Sales and related occupations", 20.6),
        ("2023-12", "Sales and related occupations", 23.0),
        ("2025-03", "Sales and related occupations", 24.0),
        ("2022-12", "Total, 16 years and over", 19.0),
        ("2025-03", "Total, 16 years and over", 22.8),
        ("2025-03", "16 to 19 years", 2.2),
        ("2025-03", "35 to 44 years", 27.4),
        ("2025-03", "65 years and over", 25.4),
    ],
)
def test_a_share_that_the_publisher_did_not_print_is_noticed(month, group, printed):
    assert share(month, group) == pytest.approx(printed, abs=0.051)


def test_an_age_or_an_occupation_that_is_lost_is_noticed():
    table = load_table("bls_telework", "at_work")
    everyone = table.query("group_kind == 'all'").set_index("month")
    for kind in ("age", "occupation"):
        for level in ("broad", "fine"):
            groups = table[
                (table["group_kind"] == kind) & (table["level"] == level)
            ]
            sums = groups.groupby("month", observed=True)["at_work_thousands"].sum()
            assert (sums - everyone["at_work_thousands"]).abs().max() < 12


def test_a_sheet_without_the_block_asked_for_is_refused(script):
    sheet = pd.DataFrame({0: ["Total", "Men"], 1: [1, 2]})
    with pytest.raises(SourceError, match="no row is named 'Women'"):
        script.cut_block(sheet, "Women", "Men", "a sheet")


def test_counts_that_do_not_add_up_are_refused(script):
    table = load_table("bls_telework", "at_work")
    for name in script.PERCENTS:
        table[name] = 0.0
    table["no_hours_thousands"] = (
        table["at_work_thousands"] - table["any_hours_thousands"]
    )
    table.loc[3, "some_hours_thousands"] += 100
    with pytest.raises(SourceError, match="some hours and all hours"):
        script.check_table(table)
