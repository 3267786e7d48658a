"""Build the table of sales occupations by age from table 11b of the Current
Population Survey, 2025.
"""

import pandas as pd

from dispersed_autonomy.inputs.sources import SourceError, fetch_source
from dispersed_autonomy.inputs.tables import write_tables

DATASET = "bls_sales_occupations"
ALL_JOBS, SALES, NEXT_GROUP = (
    "Total employed",
    "Sales and related occupations",
    "Office and administrative support occupations",
)
HEADINGS = [
    "16 to 19 years",
    "20 to 24 years",
    "25 to 34 years",
    "35 to 44 years",
    "45 to 54 years",
    "55 to 64 years",
    "65 years and over",
]
LIMITS = {
    (16, 19): [0],
    (20, 24): [1],
    (25, 34): [2],
    (35, 44): [3],
    (45, 54): [4],
    (55, 100): [5, 6],
}


def main() -> None:
    """Rebuild the table."""
    write_tables(DATASET, {"employed_by_age": count_by_age(read_rows())})


def read_rows() -> pd.DataFrame:
    """Return the rows of all jobs and of the sales occupations: name, level, seven
    age groups, median age.

    Raises
    ------
    SourceError
        If the headings or the named rows are not where they should be.
    """
    path = fetch_source(DATASET, "cps_2025_table11b")
    sheet = pd.read_excel(path, header=None)
    if list(sheet.iloc[4, 2:9]) != HEADINGS:
        raise SourceError(f"{path.name}: row 5: the age groups are not {HEADINGS}")
    rows = sheet.set_index(0).iloc[6:, 1:]
    absent = {ALL_JOBS, SALES, NEXT_GROUP} - set(rows.index)
    if absent:
        raise SourceError(f"{path.name}: no row is named {sorted(absent)}")
    sales = rows.loc[SALES:NEXT_GROUP].iloc[:-1]
    chosen = pd.concat([rows.loc[[ALL_JOBS]], sales])
    chosen.insert(0, "level", ["all", "sales"] + ["detailed"] * (len(sales) - 1))
    return chosen


def count_by_age(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each occupation and age group, with the two oldest groups
    added together.
    """
    frames = []
    for (first_age, last_age), columns in LIMITS.items():
        counts = (
            rows.iloc[:, 1:8].iloc[:, columns].astype(float).sum(axis="columns")
        )
        frames.append(
            pd.DataFrame(
                {
                    "occupation": rows.index,
                    "level": rows["level"].to_numpy(),
                    "year": 2025,
                    "first_age": first_age,
                    "last_age": last_age,
                    "employed_thousands": counts.to_numpy(),
                    "median_age": (
                        pd.to_numeric(rows.iloc[:, 8], errors="coerce").to_numpy()
                    ),
                }
            )
        )
    return pd.concat(frames).sort_values(["level", "occupation", "first_age"])


if __name__ == "__main__":
    main()
