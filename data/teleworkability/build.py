"""Build the tables of jobs that can be done at home."""

import csv

import pandas as pd

from dispersed_autonomy.analysis.occupations import SUMS, fill_unscored
from dispersed_autonomy.inputs.sources import (
    SourceError,
    fetch_source,
    read_columns,
)
from dispersed_autonomy.inputs.tables import load_table, write_tables

DATASET = "teleworkability"
# One sales code changed its number, not its content, with the classification of
# 2018.
NEW_CODES = {"41-3099": "41-3091"}
COUNTERS = ["41-1011", "41-2011", "41-2012", "41-2021", "41-2022", "41-2031"]
# The occupation without "All Other" in its title that the authors fill as well.
FILLED_BY_NAME = "Legislators"
MANUAL_SCORES = [0, 0.25, 0.5, 0.75, 1]


def main() -> None:
    """Rebuild both tables."""
    jobs = score_jobs(read_jobs(), read_onet_scores(), read_manual_scores())
    write_tables(
        DATASET,
        {
            "jobs_by_major_group": sum_major_groups(jobs),
            "sales_jobs": select_sales(jobs),
        },
    )


def read_jobs() -> pd.DataFrame:
    """Return jobs by year and detailed occupation.

    Raises
    ------
    SourceError
        If the occupations of 2018 do not add up to the total, or those of sales in
        a year to their group.
    """
    rows = load_table("bls_occupational_employment", "employment")
    rows = rows.astype({"occupation_code": str, "level": str, "title": str})
    jobs = rows[rows["level"] == "detailed"]
    sums = {
        "00-0000": jobs[jobs["year"] == 2018],
        "41-0000": jobs[jobs["occupation_code"].str.startswith("41-")],
    }
    for code, parts in sums.items():
        whole = rows[rows["occupation_code"] == code].set_index("year")[
            "employed_jobs"
        ]
        missing = 1 - parts.groupby("year")["employed_jobs"].sum() / whole
        if missing.isna().any() or missing.abs().max() > 1e-4:
            raise SourceError(
                "bls_occupational_employment/employment.csv: occupations do not"
                f" add up to {code}: {missing.to_dict()}"
            )
    return jobs


def read_onet_scores() -> pd.Series:
    """Return the score of each occupation by the O*NET rule, from 0 to 1."""
    path = fetch_source(DATASET, "dingel_neiman_onet")
    scores = read_columns(path, ["OCC_CODE", "teleworkable"]).set_index("OCC_CODE")[
        "teleworkable"
    ]
    if scores.index.has_duplicates or not scores.between(0, 1).all():
        raise SourceError(
            f"{path.name}: a code stands twice, or a score lies outside 0 to 1"
        )
    return scores


def read_manual_scores() -> pd.Series:
    """Return the authors' own score of each broad group.

    Raises
    ------
    SourceError
        If a line has other than three values, a group stands twice or a score is no
        quarter.
    """
    path = fetch_source(DATASET, "dingel_neiman_manual")
    with path.open(encoding="utf-8", newline="") as file:
        heading, *lines = csv.reader(
            file, skipinitialspace=True
        )  # one line has a space before a quoted title
    if heading != ["BroadGroupCode", "BroadGroup", "Teleworkable"]:
        raise SourceError(f"{path.name}: the columns are {heading}")
    wrong = [number for number, line in enumerate(lines, start=2) if len(line) != 3]
    if wrong:
        raise SourceError(f"{path.name}: lines {wrong}: not three values")
    scores = pd.Series({code: float(score) for code, _, score in lines})
    if len(scores) != len(lines) or not scores.isin(MANUAL_SCORES).all():
        raise SourceError(
            f"{path.name}: a group stands twice, or a score is none of"
            f" {MANUAL_SCORES}"
        )
    return scores


def score_jobs(
    jobs: pd.DataFrame, onet: pd.Series, manual: pd.Series
) -> pd.DataFrame:
    """Return the jobs with the columns `SUMS`, one row an occupation and year.

    Raises
    ------
    SourceError
        If an occupation lacks a score that the authors neither gave nor fill.
    """
    old = {new: old for old, new in NEW_CODES.items()}
    code = jobs["occupation_code"].replace(old)
    score, own = code.map(onet), (code.str[:6] + "0").map(manual)
    residual = jobs["title"].str.contains("All Other|Miscellaneous") | (
        jobs["title"] == FILLED_BY_NAME
    )
    unknown = jobs.loc[
        (score.isna() & ~residual) | own.isna(), "occupation_code"
    ].tolist()
    if unknown:
        raise SourceError(f"no score for {', '.join(sorted(set(unknown)))}")
    employed = jobs["employed_jobs"]
    filled = fill_unscored(employed, score, jobs["year"].astype(str) + code.str[:5])
    return jobs.assign(
        occupation_code=jobs["occupation_code"].replace(NEW_CODES),
        onet_scored_jobs=employed.where(score.notna(), 0),
        onet_jobs=(employed * score).fillna(0),
        onet_filled_jobs=employed * filled,
        manual_jobs=employed * own,
        manual_full_jobs=employed.where(own == 1, 0),
        manual_some_jobs=employed.where(own > 0, 0),
    )


def sum_major_groups(jobs: pd.DataFrame) -> pd.DataFrame:
    """Return the sums of 2018 by major group, the one year for which every
    occupation is here.
    """
    whole = jobs[jobs["year"] == 2018]
    return (
        whole.assign(group_code=whole["occupation_code"].str[:2] + "-0000")
        .groupby(["year", "group_code"])[SUMS]
        .sum()
        .reset_index()
    )


def select_sales(jobs: pd.DataFrame) -> pd.DataFrame:
    """Return the sales occupations and their neighbours, every year, under the
    title of 2018.

    Raises
    ------
    SourceError
        If an occupation is not there in every year.
    """
    years = jobs.groupby("occupation_code")["year"].nunique()
    chosen = jobs[jobs["occupation_code"].map(years) == jobs["year"].nunique()]
    sales = chosen["occupation_code"].str.startswith("41-")
    if sales.sum() != jobs["occupation_code"].str.startswith("41-").sum():
        raise SourceError(
            "bls_occupational_employment/employment.csv: a sales occupation is"
            " missing in a year"
        )
    kind = sales.map({True: "other sales", False: "neighbour"}).mask(
        chosen["occupation_code"].isin(COUNTERS), "counter"
    )
    titles = chosen[chosen["year"] == 2018].set_index("occupation_code")["title"]
    named = chosen.assign(kind=kind, title=chosen["occupation_code"].map(titles))
    return named[["year", "occupation_code", "title", "kind", *SUMS]].sort_values(
        ["year", "occupation_code"]
    )


if __name__ == "__main__":
    main()
