"""The weighted series of WFH Research: what the file says, and files that say
something else.
"""

import runpy

import pandas as pd
import pytest

from dispersed_autonomy import paths
from dispersed_autonomy.inputs.sources import SourceError
from dispersed_autonomy.inputs.tables import load_table

BUILD = runpy.run_path(str(paths.DATA / "wfhresearch_series" / "build.py"))
MONTHS = [f"2023-{month:02d}" for month in range(6, 13)]


def test_a_value_that_is_not_in_the_file_is_noticed():
    path = paths.raw_cache() / "wfhresearch_timeseries_2025_04.xlsx"
    if not path.exists():
        pytest.skip(
            f"not in the cache ({paths.raw_cache()}): {path.name}; `make data`"
            " fetches it"
        )
    sheet = pd.read_excel(path, sheet_name="Worker Desires post-COVID WFH")
    sheet = sheet.set_index(sheet["date"].dt.strftime("%Y-%m"))
    own = load_table("wfhresearch_series", "days_by_month").query(
        "measure == 'wanted' and group == 'all workers'"
    )
    for month, value in zip(own["month"], own["mean_days"]):
        assert sheet.loc[month, "wfh_days_postCOVID_desMAd"] == pytest.approx(
            value, abs=0.0005
        )
    assert len(own) == sheet["wfh_days_postCOVID_desMAd"].notna().sum()


def test_the_month_that_the_authors_leave_out_is_left_out():
    series = load_table("wfhresearch_series", "days_by_month")
    assert "2023-09" not in set(series["month"])


def sheets(smoothed):
    share = pd.DataFrame(
        {"wfhcovid_matquestion": [30.0, 32, 28, 99, 30, 26, 28]}, index=MONTHS
    )
    wanted = pd.DataFrame(
        {"wfhcovid_fracmat_hMAd": smoothed, "Notes": ""}, index=MONTHS
    )
    return {BUILD["SHARE"]: share, BUILD["WANTED"]: wanted}


def test_means_of_other_waves_than_three_in_the_middle_are_refused():
    centred = [1.55, 1.5, 1.5, None, 1.4, 1.4, 1.35]
    BUILD["check_centred"]("file", sheets(centred))
    with pytest.raises(SourceError, match="not of three waves, centred"):
        BUILD["check_centred"](
            "file", sheets([1.55, 1.55, 1.5, None, 1.5, 1.4, 1.4])
        )


def test_a_september_2023_that_is_not_left_out_is_refused():
    found = sheets([1.5] * 7)
    for column in ("desMAd", "des_eMAd"):
        found[BUILD["WANTED"]][f"wfh_days_postCOVID_{column}"] = 2.0
    found[BUILD["WANTED"]]["wfhcovid_fracmat_eMAd"] = 2.0
    with pytest.raises(SourceError, match="2023-09 is not left out"):
        BUILD["check_suppressed"]("file", found)
