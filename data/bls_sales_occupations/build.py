"""Build the tables of sales occupations by age from table 11b of the Current
Population Survey, 2011 to 2025.
"""

import re
from pathlib import Path

import pandas as pd

from dispersed_autonomy.inputs.sources import SourceError, fetch_source
from dispersed_autonomy.inputs.tables import write_tables

DATASET = "bls_sales_occupations"
YEARS = range(2011, 2026)
ALL_JOBS, SALES, NEXT_GROUP = (
    "Total employed",
    "Sales and related occupations",
    "Office and administrative support occupations",
)
HEADINGS = [
    "Total, 16 years and over",
    "16 to 19 years",
    "20 to 24 years",
    "25 to 34 years",
    "35 to 44 years",
    "45 to 54 years",
    "55 to 64 years",
    "65 years and over",
    "Median age",
]
# The band that is open at the top is added to the one below it. Nobody born since
# 1970 is in either before 2025.
LIMITS = {
    (16, 19): ["16 to 19 years"],
    (20, 24): ["20 to 24 years"],
    (25, 34): ["25 to 34 years"],
    (35, 44): ["35 to 44 years"],
    (45, 54): ["45 to 54 years"],
    (55, 100): ["55 to 64 years", "65 years and over"],
}
# Sales occupations by their title of 2025, and the group that each belongs to here.
GROUPS = {
    "First-line supervisors of retail sales workers": "supervisors",
    "First-line supervisors of non-retail sales workers": "supervisors",
    "Cashiers": "retail counter",
    "Counter and rental clerks": "retail counter",
    "Parts salespersons": "other sales",
    "Retail salespersons": "retail counter",
    "Advertising sales agents": "B2B representatives",
    "Insurance sales agents": "other sales",
    "Securities, commodities, and financial services sales agents": "other sales",
    "Travel agents": "other sales",
    "Sales representatives of services, except advertising, insurance, financial"
    " services, and travel": "B2B representatives",
    "Sales representatives, wholesale and manufacturing": "B2B representatives",
    "Models, demonstrators, and product promoters": "other sales",
    "Real estate brokers and sales agents": "other sales",
    "Sales engineers": "B2B representatives",
    "Telemarketers": "other sales",
    "Door-to-door sales workers, news and street vendors, and related workers": (
        "other sales"
    ),
    "Sales and related workers, all other": "other sales",
}
# Titles that were others before the classification of 2018 came into use in 2020.
FORMER_TITLES = {
    "Sales representatives, services, all other": (
        "Sales representatives of services, except advertising, insurance,"
        " financial services, and travel"
    ),
}
FIRST_YEAR_OF_2018_TITLES = 2020
# Months that a note of the publisher says an average has; all others have twelve.
SHORT_YEARS = {2025: 11}
# Rows are rounded to thousands, so that sums may miss their total by half of one a
# row.
LARGEST_ROUNDING = 0.5


def main() -> None:
    """Rebuild the tables."""
    sheets = {year: read_sheet(year) for year in YEARS}
    rows = {year: choose_rows(sheet, year) for year, sheet in sheets.items()}
    by_year = pd.concat([count_by_age(frame) for frame in rows.values()])
    coverage = pd.concat(
        [cover_year(sheets[year], rows[year], year).to_frame().T for year in YEARS],
        ignore_index=True,
    )
    print(coverage.to_string(index=False))
    latest = by_year[by_year["year"] == max(YEARS)]
    write_tables(
        DATASET,
        {
            "employed_by_age": latest.drop(columns="group"),
            "employed_by_year": by_year,
            "years": coverage,
        },
    )


def read_sheet(year: int) -> pd.DataFrame:
    """Return the sheet of one year as it is, checked for its year and headings.

    Raises
    ------
    SourceError
        If it is of another year, or the age groups are not those that are expected.
    """
    path = fetch_source(DATASET, f"cps_{year}_table11b")
    return check_sheet(pd.read_excel(path, header=None), year, path)


def check_sheet(sheet: pd.DataFrame, year: int, path: Path) -> pd.DataFrame:
    """Return a sheet whose year, headings and months are as expected.

    Raises
    ------
    SourceError
        If they are not.
    """
    if str(sheet.iloc[3, 1]) != str(year):
        raise SourceError(
            f"{path.name}: row 4: the year is {sheet.iloc[3, 1]}, not {year}"
        )
    found = [" ".join(str(text).split()) for text in sheet.iloc[4, 1:10]]
    if found != HEADINGS:
        raise SourceError(f"{path.name}: row 5: the columns are {found}")
    months = find_months(sheet)
    if months != SHORT_YEARS.get(year, 12):
        raise SourceError(
            f"{path.name}: the average is of {months} months, and"
            f" {SHORT_YEARS.get(year, 12)} were expected"
        )
    return sheet


def find_months(sheet: pd.DataFrame) -> int:
    """Return how many months the averages of a sheet have, which its note says
    where they are not twelve.
    """
    notes = " ".join(
        str(text) for text in sheet[0] if str(text).startswith("NOTE:")
    )
    stated = re.search(r"(\d+)-month averages", notes)
    if stated:
        return int(stated.group(1))
    return 12 if "not collected" not in notes else 0


def choose_rows(sheet: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return all jobs, all sales and the detailed sales occupations, with the
    titles of 2025.

    Returns
    -------
    DataFrame
        Columns `occupation`, `level`, `group`, `year` and those of `HEADINGS`, in
        thousands.

    Raises
    ------
    SourceError
        If a row is missing, a title is unknown, or numbers do not add up.
    """
    rows = sheet.iloc[6:, :10].set_axis(["title", *HEADINGS], axis="columns")
    titles = rows["title"].map(str)
    absent = {ALL_JOBS, SALES, NEXT_GROUP} - set(titles)
    if absent:
        raise SourceError(f"table 11b of {year}: no row is named {sorted(absent)}")
    first, after = titles.eq(SALES).idxmax(), titles.eq(NEXT_GROUP).idxmax()
    sales = rows.loc[first : after - 1]
    chosen = pd.concat([rows[titles.eq(ALL_JOBS)], sales], ignore_index=True)
    if year < FIRST_YEAR_OF_2018_TITLES:
        chosen["title"] = chosen["title"].replace(FORMER_TITLES)
    group = GROUPS | {ALL_JOBS: "all jobs", SALES: "all sales"}
    if set(chosen["title"]) != set(group):
        changed = sorted(set(chosen["title"]) ^ set(group))
        raise SourceError(f"table 11b of {year}: titles that changed: {changed}")
    level = {ALL_JOBS: "all", SALES: "sales"}
    named = chosen.rename(columns={"title": "occupation"}).assign(
        level=chosen["title"].map(level).fillna("detailed"),
        group=chosen["title"].map(group),
        year=year,
    )
    counts = HEADINGS[:-1]
    named[counts] = named[counts].apply(pd.to_numeric, errors="coerce")
    check_sums(named, year)
    return named


def check_sums(rows: pd.DataFrame, year: int) -> None:
    """Raise SourceError if age groups do not add up to their total, or occupations
    to all sales, by more than rounding, or a count is missing.
    """
    counts = HEADINGS[1:-1]
    if rows[HEADINGS[:-1]].isna().any(axis=None):
        raise SourceError(f"table 11b of {year}: a count is not a number")
    by_age = rows[counts].sum(axis="columns") - rows[HEADINGS[0]]
    if by_age.abs().max() > LARGEST_ROUNDING * (len(counts) + 1):
        raise SourceError(
            f"table 11b of {year}: ages do not add up to their total:"
            f" {rows.loc[by_age.abs().idxmax(), 'occupation']}"
        )
    detailed = rows[rows["level"] == "detailed"]
    whole = rows[rows["level"] == "sales"].iloc[0]
    gaps = detailed[HEADINGS[:-1]].sum() - whole[HEADINGS[:-1]].astype(float)
    if gaps.abs().max() > LARGEST_ROUNDING * (len(detailed) + 1):
        raise SourceError(
            f"table 11b of {year}: occupations do not add up to all sales:"
            f" {gaps[gaps != 0].to_dict()}"
        )


def count_by_age(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each occupation and age group, with the two oldest groups
    added together.
    """
    frames = [
        rows[["occupation", "level", "group", "year"]].assign(
            first_age=first_age,
            last_age=last_age,
            employed_thousands=rows[columns].sum(axis="columns"),
            median_age=pd.to_numeric(rows["Median age"], errors="coerce"),
        )
        for (first_age, last_age), columns in LIMITS.items()
    ]
    return pd.concat(frames).sort_values(["level", "occupation", "first_age"])


def cover_year(sheet: pd.DataFrame, rows: pd.DataFrame, year: int) -> pd.Series:
    """Return what one year's averages cover: months, classification, occupations,
    people.
    """
    total = rows.set_index("level")[HEADINGS[0]]
    return pd.Series(
        {
            "year": year,
            "months_count": find_months(sheet),
            "classification": (
                "2010 Census" if year < FIRST_YEAR_OF_2018_TITLES else "2018 Census"
            ),
            "occupations_count": int((rows["level"] == "detailed").sum()),
            "employed_thousands": total["all"],
            "sales_employed_thousands": total["sales"],
        }
    )


if __name__ == "__main__":
    main()
