"""The tables of the Survey of Working Arrangements and Attitudes, against its rows,
and the privacy of those who answered.
"""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from dispersed_autonomy import paths
from dispersed_autonomy.inputs.sources import SourceError
from dispersed_autonomy.inputs.tables import describe, load_table

TABLES = [r["path"].removesuffix(".csv") for r in describe("swaa")["resources"]]
FEWEST = 5


@pytest.fixture(scope="module")
def rows():
    """The upstream rows, with the month written as 2020-05."""
    path = paths.raw_cache() / "swaa_october24_minimal.zip"
    if not path.exists():
        pytest.skip(
            f"not in the cache ({paths.raw_cache()}): {path.name}; `make data`"
            " fetches it"
        )
    frame = pd.read_csv(path)
    month = frame["date"].str.replace("m", "-")
    return frame.assign(month=month.str.replace(r"-(\d)$", r"-0\1", regex=True))


@pytest.mark.parametrize("table", TABLES)
def test_a_cell_that_gives_away_the_answers_of_a_few_people_is_noticed(table):
    counts = load_table("swaa", table).filter(like="_count").to_numpy()
    assert not ((counts > 0) & (counts < FEWEST)).any()


def test_a_cell_of_a_few_people_is_refused(load_script):
    with pytest.raises(
        SourceError, match="own: 1 cells are of fewer than 5 people"
    ):
        load_script("swaa")["check_cells"](
            {"own": pd.DataFrame({"people_count": [0, 4, 5]})}
        )


def test_gaps_that_are_not_those_of_the_rows_are_noticed(rows):
    last = sorted(rows["month"].unique())[-12:]
    own = rows[
        rows["month"].isin(last) & rows["wfh_days_postCOVID_boss_ss"].between(2, 6)
    ]
    gap = own["wfh_days_postCOVID_ss"] - own["wfh_days_postCOVID_boss_ss"]
    cells = load_table("swaa", "gap_by_plan")
    cells = cells[cells["month"].isin(last) & (cells["plan"] != "no day")]
    sums = cells.drop(columns=["month", "plan"]).sum()
    assert sums.to_dict() == {
        "people_count": len(gap),
        "sum_days": gap.sum(),
        "sum_squared_days": (gap**2).sum(),
        "more_count": (gap > 0).sum(),
        "same_count": (gap == 0).sum(),
        "fewer_count": (gap < 0).sum(),
    }


def test_a_mix_held_fixed_that_is_not_the_regression_on_rows_is_noticed(
    rows, load_script
):
    some = rows["month"].isin(["2023-08", "2023-09", "2023-10", "2024-01"])
    own = rows[some].reset_index(drop=True)
    people = own.rename(columns={"region": "state"})
    days = pd.DataFrame(
        {
            "wanted": own["wfh_days_postCOVID_ss"] - 1.0,
            "industry": own["work_industry"].fillna(0).astype(str),
        }
    )
    hold_mix = load_script("swaa", "mix")["hold_mix"]
    found = hold_mix(people, days, ["industry", "state"])
    frame = pd.concat([people[["month", "state"]].fillna("unknown"), days], axis=1)
    fit = smf.ols("wanted ~ C(month) + C(industry) + C(state)", frame).fit()
    expected = [
        fit.predict(frame.assign(month=month)).mean() for month in found["month"]
    ]
    assert np.allclose(found["mean_days"], expected)


def test_efficiency_that_is_not_that_of_the_rows_is_noticed(rows):
    answers = rows["wfh_eff_COVID_quant"].dropna()
    for table in ("efficiency_by_month", "efficiency_by_industry"):
        sums = load_table("swaa", table).sum(numeric_only=True)
        assert sums["people_count"] == len(answers)
        assert sums["sum_percent"] == pytest.approx(answers.sum())
        assert sums["less_count"] == (answers < 0).sum()


def test_answers_by_state_that_lose_someone_are_noticed():
    by_month = load_table("swaa", "days_by_month").query("measure == 'wanted'")
    for table in ("days_by_state", "days_by_industry"):
        cells = load_table("swaa", table)
        assert (
            cells.groupby("month", observed=True)["people_count"].sum().tolist()
            == by_month["people_count"].tolist()
        )
