"""Build the table of the weighted monthly series of WFH Research: days a week at
home as wanted, planned and done.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from dispersed_autonomy.inputs.sources import SourceError, fetch_source
from dispersed_autonomy.inputs.tables import write_tables

DATASET = "wfhresearch_series"
WANTED, PLANNED, SHARE = (
    "Worker Desires post-COVID WFH",
    "Employer Plans post-COVID WFH",
    "WFH before-during COVID",
)
SERIES = {
    (WANTED, "wfh_days_postCOVID_desMAd"): ("wanted", "all workers"),
    (WANTED, "wfh_days_postCOVID_des_eMAd"): ("wanted", "able to work from home"),
    (PLANNED, "wfh_days_postCOVID_planMAd"): ("planned", "all workers"),
    (PLANNED, "wfh_days_postCOVID_plan_eMAd"): (
        "planned",
        "able to work from home",
    ),
    (WANTED, "wfhcovid_fracmat_hMAd"): ("done", "all workers"),
    (WANTED, "wfhcovid_fracmat_eMAd"): ("done", "able to work from home"),
}
MONTHS = 58  # May 2020 to March 2025, June 2020 not asked
SUPPRESSED, NEW_QUESTION = "2023-09", "2020-11"
SUPPRESSED_NOTE = "suppress estimates for September 2023"
WAVES = 3  # of each mean
DAYS_IN_FULL = 5  # a share of paid days in percent, times this, is days a week


def main() -> None:
    """Rebuild the table."""
    path = fetch_source(DATASET, "wfhresearch_timeseries_2025_04")
    sheets = {name: read_sheet(path, name) for name in (WANTED, PLANNED, SHARE)}
    check_suppressed(path.name, sheets)
    check_centred(path.name, sheets)
    series = [
        sheets[sheet][column]
        .dropna()
        .rename("mean_days")
        .reset_index()
        .assign(measure=measure, group=group)
        for (sheet, column), (measure, group) in SERIES.items()
    ]
    write_tables(
        DATASET,
        {
            "days_by_month": pd.concat(series)[
                ["month", "measure", "group", "mean_days"]
            ]
        },
    )


def read_sheet(path: Path, sheet: str) -> pd.DataFrame:
    """Return one sheet by month, written as 2020-05.

    Raises
    ------
    SourceError
        If the sheet, a column or a month is missing, or months are not in order.
    """
    try:
        frame = pd.read_excel(path, sheet_name=sheet)
    except ValueError as error:
        raise SourceError(f"{path.name}: {error}") from error
    needed = {"date", "Notes", *(c for s, c in SERIES if s == sheet)}
    if missing := needed - set(frame):
        raise SourceError(
            f"{path.name}: {sheet}: columns are missing: {sorted(missing)}"
        )
    dates = pd.to_datetime(frame["date"])
    frame = frame.assign(month=dates.dt.strftime("%Y-%m")).set_index("month")
    frame = frame[frame.index >= "2020-05"]
    if len(frame) != MONTHS or not frame.index.is_monotonic_increasing:
        raise SourceError(
            f"{path.name}: {sheet}: {len(frame)} months from May 2020, expected"
            f" {MONTHS} in order"
        )
    return frame


def check_suppressed(name: str, sheets: dict[str, pd.DataFrame]) -> None:
    """Check that the publishers leave out September 2023, and say so.

    Raises
    ------
    SourceError
        If they do not.
    """
    for sheet in (WANTED, PLANNED):
        row = sheets[sheet].loc[SUPPRESSED]
        columns = [column for s, column in SERIES if s == sheet]
        if SUPPRESSED_NOTE not in str(row["Notes"]) or row[columns].notna().any():
            raise SourceError(f"{name}: {sheet}: {SUPPRESSED} is not left out")


def check_centred(name: str, sheets: dict[str, pd.DataFrame]) -> None:
    """Check on the one series that is published without smoothing, too, what the
    file leaves open: that a mean is of the wave before, its own and the next.

    The first wave after a change of the question starts anew.

    Raises
    ------
    SourceError
        If the means differ from what that gives.
    """
    share = sheets[SHARE]["wfhcovid_matquestion"].drop(SUPPRESSED)
    days = DAYS_IN_FULL * share / 100
    means = days.groupby(days.index >= NEW_QUESTION).transform(
        lambda part: part.rolling(WAVES, center=True, min_periods=2).mean()
    )
    published = sheets[WANTED]["wfhcovid_fracmat_hMAd"].dropna()
    if not np.allclose(published, means.loc[published.index], atol=1e-4):
        raise SourceError(f"{name}: the means are not of three waves, centred")


if __name__ == "__main__":
    main()
