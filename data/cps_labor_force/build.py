"""Build the table of the US labor force by five-year age groups from table 3 of the
Current Population Survey, 2015 and 2020 to 2024.
"""

from pathlib import Path

import pandas as pd

from dispersed_autonomy.inputs.sources import SourceError, fetch_source
from dispersed_autonomy.inputs.tables import write_tables

DATASET = "cps_labor_force"
# The file of each year, and its sheet.
SHEETS = {
    2015: ("cps_2015_table3", 0),
    2020: ("cps_2020_table3", 0),
    2021: ("cps_2021_table3", 0),
    2022: ("cps_2022_table3", 0),
    2023: ("cps_2023_table3", 0),
    2024: ("cps_2024_all_tables", "cpsaat03"),
}
HEADINGS = {1: "Civilian noninstitutional population", 2: "Civilian labor force"}
TOTAL, OPEN_BAND = "16 years and over", "65 years and over"
BANDS = {
    "16 to 19 years": (16, 19),
    "20 to 24 years": (20, 24),
    **{f"{age} to {age + 4} years": (age, age + 4) for age in range(25, 65, 5)},
    OPEN_BAND: (65, 100),
}
LARGEST_ROUNDING = 0.5  # thousands, for each row that is added


def main() -> None:
    """Rebuild the table."""
    frames = [read_year(year) for year in SHEETS]
    table = pd.concat(frames, ignore_index=True)
    print(table.groupby("year")["labor_force_thousands"].agg(["size", "sum"]))
    write_tables(DATASET, {"labor_force_by_age": table})


def read_year(year: int) -> pd.DataFrame:
    """Return one year's rows."""
    source, sheet = SHEETS[year]
    path = fetch_source(DATASET, source)
    return choose_bands(
        pd.read_excel(path, header=None, sheet_name=sheet), year, path
    )


def choose_bands(sheet: pd.DataFrame, year: int, path: Path) -> pd.DataFrame:
    """Return people and labor force of both sexes by age group, which add up.

    Raises
    ------
    SourceError
        If the year, a heading or an age group is not as expected, or groups do not
        add up to the total.
    """
    if str(sheet.iloc[3, 1]) != str(year):
        raise SourceError(
            f"{path.name}: row 4: the year is {sheet.iloc[3, 1]}, not {year}"
        )
    for column, heading in HEADINGS.items():
        found = "".join(str(sheet.iloc[4, column]).split()).replace("-", "")
        if found != heading.replace(" ", ""):
            raise SourceError(f"{path.name}: row 5: a column is {found!r}")
    # The first rows are of both sexes; the same ages follow for men and women.
    both = sheet.iloc[9:].drop_duplicates(subset=0).set_index(0)
    absent = [band for band in (TOTAL, *BANDS) if band not in both.index]
    if sheet.iloc[8, 0] != "TOTAL" or absent:
        raise SourceError(f"{path.name}: age groups are missing: {absent}")
    counts = both.loc[[TOTAL, *BANDS], list(HEADINGS)].astype(float)
    gap = (counts.iloc[1:].sum() - counts.iloc[0]).abs()
    if gap.max() > LARGEST_ROUNDING * (len(BANDS) + 1):
        raise SourceError(
            f"{path.name}: ages do not add up to their total: {gap.to_dict()}"
        )
    first, last = zip(*BANDS.values(), strict=True)
    return pd.DataFrame(
        {
            "year": year,
            "first_age": first,
            "last_age": last,
            "population_thousands": counts[1].iloc[1:].astype(int).to_numpy(),
            "labor_force_thousands": counts[2].iloc[1:].astype(int).to_numpy(),
        }
    )


if __name__ == "__main__":
    main()
