"""Build the table of persons at work by telework, age and occupation from tables 1
to 4 of the Current Population Survey, December 2022, December 2023, March 2025.
"""

import pandas as pd

from dispersed_autonomy.inputs.sources import SourceError, fetch_source
from dispersed_autonomy.inputs.tables import write_tables

DATASET = "bls_telework"
MONTHS = {
    "2022-12": "December 2022",
    "2023-12": "December 2023",
    "2025-03": "March 2025",
}
TOTAL = "Total, 16 years and over"
AGES = {
    TOTAL: (16, 100),
    "16 to 24 years": (16, 24),
    "16 to 19 years": (16, 19),
    "20 to 24 years": (20, 24),
    "25 to 54 years": (25, 54),
    "25 to 34 years": (25, 34),
    "35 to 44 years": (35, 44),
    "45 to 54 years": (45, 54),
    "55 years and over": (55, 100),
    "55 to 64 years": (55, 64),
    "65 years and over": (65, 100),
}
BROAD_AGES = {(16, 24), (25, 54), (55, 100)}
FIRST_SEX, FIRST_OCCUPATION, AFTER_OCCUPATIONS = (
    "Men, 16 years and over",
    "Management, professional, and related occupations",
    "Industry",
)
MAJOR = {
    FIRST_OCCUPATION,
    "Service occupations",
    "Sales and office occupations",
    "Natural resources, construction, and maintenance occupations",
    "Production, transportation, and material moving occupations",
}
MIDDLE = {
    "Management, business, and financial operations occupations",
    "Professional and related occupations",
}
COUNTS = [
    "at_work_thousands",
    "any_hours_thousands",
    "some_hours_thousands",
    "all_hours_thousands",
    "no_hours_thousands",
]
PERCENTS = [
    "at_work_percent",
    "any_hours_percent",
    "some_hours_percent",
    "all_hours_percent",
    "no_hours_percent",
]
HEADINGS = [
    "Total persons at work",
    "Total",
    "Teleworked some hours",
    "Teleworked all hours",
    "Persons who did not telework or work at home for pay",
]
HOURS_HEADING = (
    "Hours teleworked or worked at home for pay as a percent of hours worked"
)


def main() -> None:
    """Rebuild the table."""
    frames = []
    for month in MONTHS:
        ages = read_table(month, "Table 1", "Table 3", TOTAL, FIRST_SEX)
        occupations = read_table(
            month, "Table 2", "Table 4", FIRST_OCCUPATION, AFTER_OCCUPATIONS
        )
        frames += [describe_ages(ages), describe_occupations(occupations)]
    table = pd.concat(frames, ignore_index=True)
    check_table(table)
    write_tables(DATASET, {"at_work": table.drop(columns=[*PERCENTS, COUNTS[-1]])})


def read_table(
    month: str, counts: str, hours: str, first: str, after: str
) -> pd.DataFrame:
    """Return the rows of one block of one month: counts, percentages, hours.

    Parameters
    ----------
    month : str
        A key of MONTHS.
    counts, hours : str
        The sheet of persons at work, and the sheet of hours with the same rows.
    first, after : str
        Names of the first row of the block and of the row after it.

    Raises
    ------
    SourceError
        If title, headings or rows are not as they should be, or the two sheets
        disagree on how many were at work.
    """
    path = fetch_source(DATASET, f"bls_cps_telework_{month.replace('-', '_')}")
    place = f"{path.name}: {counts}"
    sheet = read_sheet(path, counts)
    if not sheet.iloc[0, 0].endswith(MONTHS[month]):
        raise SourceError(f"{place}: the title is {sheet.iloc[0, 0]!r}")
    if [text.rstrip("12") for text in sheet.iloc[4, 1:6]] != HEADINGS:
        raise SourceError(f"{place}: row 5: the columns are not {HEADINGS}")
    rows = cut_block(sheet, first, after, place)
    rows.columns = ["group", *COUNTS, *PERCENTS]
    other = read_sheet(path, hours)
    if other.iloc[2, 4].rstrip("2") != HOURS_HEADING:
        raise SourceError(f"{path.name}: {hours}: column 5 is not {HOURS_HEADING}")
    spent = cut_block(other, first, after, f"{path.name}: {hours}")
    if list(spent[0]) != list(rows["group"]) or any(
        spent[1].to_numpy() != rows["at_work_thousands"].to_numpy()
    ):
        raise SourceError(f"{place} and {hours}: the persons at work differ")
    rows["hours_percent"] = spent[4].to_numpy()
    rows.insert(0, "month", month)
    numbers = [*COUNTS, *PERCENTS, "hours_percent"]
    return rows.astype(dict.fromkeys(numbers, float))


def read_sheet(path, name: str) -> pd.DataFrame:
    """Return one sheet with its texts on one line and without their indents."""
    sheet = pd.read_excel(path, sheet_name=name, header=None)
    return sheet.map(
        lambda cell: " ".join(cell.split()) if isinstance(cell, str) else cell
    )


def cut_block(
    sheet: pd.DataFrame, first: str, after: str, place: str
) -> pd.DataFrame:
    """Return the rows from one named row up to another.

    Raises
    ------
    SourceError
        If either row is absent.
    """
    start = sheet.index[sheet[0] == first]
    if start.empty or not (sheet[0] == after).any():
        raise SourceError(f"{place}: no row is named {first!r} or {after!r}")
    block = sheet.loc[start[0] :]
    return block.loc[: block.index[block[0] == after][0] - 1].copy()


def describe_ages(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows by age with kind, level and limits of age.

    Raises
    ------
    SourceError
        If the age groups are not those of AGES.
    """
    if list(rows["group"]) != list(AGES):
        raise SourceError(f"the age groups are {list(rows['group'])}")
    limits = rows["group"].map(AGES)
    kind = ["all"] + ["age"] * (len(rows) - 1)
    level = ["all"] + ["broad" if a in BROAD_AGES else "fine" for a in limits[1:]]
    return arrange(
        rows.assign(
            group_kind=kind,
            level=level,
            first_age=limits.str[0],
            last_age=limits.str[1],
        )
    )


def describe_occupations(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows by occupation with kind and level: broad groups, two groups
    between, and fine groups.

    Raises
    ------
    SourceError
        If one of the groups that are sums of others is absent.
    """
    absent = (MAJOR | MIDDLE) - set(rows["group"])
    if absent:
        raise SourceError(f"no occupation group is named {sorted(absent)}")
    names = dict.fromkeys(MAJOR, "broad") | dict.fromkeys(MIDDLE, "middle")
    level = rows["group"].map(names).fillna("fine")
    return arrange(
        rows.assign(
            group_kind="occupation", level=level, first_age=16, last_age=100
        )
    )


def arrange(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with their columns in the order of the description."""
    keys = ["month", "group_kind", "level", "group", "first_age", "last_age"]
    return rows[[*keys, *COUNTS, *PERCENTS, "hours_percent"]]


def check_table(table: pd.DataFrame) -> None:
    """Check counts against each other and against the printed percentages.

    Raises
    ------
    SourceError
        If parts or groups do not add up within what rounding to thousands allows,
        or a count is not the printed percentage of those at work.
    """
    parts = table["some_hours_thousands"] + table["all_hours_thousands"]
    whole = table["any_hours_thousands"] + table["no_hours_thousands"]
    if (parts - table["any_hours_thousands"]).abs().max() > 1.5:
        raise SourceError("some hours and all hours do not add up to any hours")
    if (whole - table["at_work_thousands"]).abs().max() > 1.5:
        raise SourceError("any hours and none do not add up to persons at work")
    for count, percent in zip(COUNTS, PERCENTS, strict=True):
        share = 100 * table[count] / table["at_work_thousands"]
        slack = 0.05 + 100 / table["at_work_thousands"]
        if ((share - table[percent]).abs() > slack).any():
            raise SourceError(f"{count} is not {percent} of the persons at work")
    total = table[table["group_kind"] == "all"].set_index("month")[COUNTS]
    groups = table[table["level"].isin(["broad", "fine"])]
    sums = groups.groupby(["month", "group_kind", "level"])[COUNTS]
    if (sums.sum() - total).abs().max().max() > sums.size().max() / 2:
        raise SourceError("the groups do not add up to all persons at work")


if __name__ == "__main__":
    main()
