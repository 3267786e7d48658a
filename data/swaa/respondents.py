"""The people of the survey: codes checked, days in numbers, sums by group."""

from pathlib import Path

import pandas as pd

from dispersed_autonomy.inputs.sources import SourceError, read_columns

DATASET = "swaa"
PEOPLE = 281_841
COLUMNS = {
    "date": "month",
    "wfh_days_postCOVID_ss": "wanted",
    "wfh_days_postCOVID_boss_ss": "planned",
    "wfh_days_postCOVID_s": "first",
    "work_industry": "industry",
    "region": "state",
    "wfh_eff_COVID_quant": "efficiency",
    "wfh_feel_quant": "value",
    "wbp_react_qual": "reaction",
    "commutetime_quant": "commute",
    "wfh_top3benefits_commute": "commute_ticked",
    "wfh_top3benefits_quiet": "quiet_ticked",
    "wfh_top3benefits_meetings": "meetings_ticked",
}
# Codes 1 to 6 are 0 to 5 days a week; 7 is no clear plan and 8 no employer, which
# are no number of days.
DAYS = {code: code - 1 for code in range(1, 7)}
NO_PLAN, NO_EMPLOYER, RARELY = 7, 8, 2
REACTIONS = {1: "comply", 2: "return and look for another job", 3: "quit"}
INDUSTRIES = {
    1: "agriculture",
    2: "arts and entertainment",
    3: "finance and insurance",
    4: "construction",
    5: "education",
    6: "health care",
    7: "hospitality",
    8: "information",
    9: "manufacturing",
    10: "mining",
    11: "professional and business services",
    12: "real estate",
    13: "retail",
    14: "transport and warehousing",
    15: "utilities",
    16: "wholesale",
    17: "government",
    18: "other",
}
BENEFITS = ["commute", "quiet", "meetings"]
VALUES_PERCENT, COMMUTES_MINUTES = (-50, 50), (0, 120)


def read_people(path: Path) -> pd.DataFrame:
    """Return the columns in use, one row a person, months as 2020-05.

    Raises
    ------
    SourceError
        If a column is missing, the number of people is not the published one, or an
        answer is outside its range.
    """
    people = read_columns(path, list(COLUMNS)).rename(columns=COLUMNS)
    if len(people) != PEOPLE:
        raise SourceError(f"{path.name}: {len(people)} people, expected {PEOPLE}")
    months = people["month"].str.extract(r"^(20\d\d)m(\d{1,2})$")
    if months.isna().any(axis=None):
        raise SourceError(f"{path.name}: a month is not written as 2020m5")
    check_codes(people, "wanted", set(DAYS))
    check_codes(people, "planned", {*DAYS, NO_PLAN, NO_EMPLOYER})
    check_codes(people, "first", set(range(1, 8)))
    check_codes(people, "industry", set(INDUSTRIES))
    check_codes(people, "reaction", set(REACTIONS))
    for name in BENEFITS:
        check_codes(people, f"{name}_ticked", {0, 100})
    if (
        not people["value"].dropna().between(*VALUES_PERCENT).all()
        or not people["efficiency"].dropna().between(*VALUES_PERCENT).all()
        or not people["state"].dropna().str.fullmatch("[A-Z]{2}").all()
        or people["commute"].max() > COMMUTES_MINUTES[1]
    ):
        raise SourceError(f"{path.name}: an answer is outside its range")
    return people.assign(month=months[0] + "-" + months[1].str.zfill(2))


def check_codes(people: pd.DataFrame, column: str, known: set[int]) -> None:
    """Check the codes of a column, which may be empty.

    Raises
    ------
    SourceError
        If one is unknown.
    """
    if unknown := set(people[column].dropna()) - known:
        raise SourceError(f"swaa: {column}: unknown codes: {sorted(unknown)}")


def code_days(people: pd.DataFrame) -> pd.DataFrame:
    """Return days wanted, days planned (missing where there is no plan or no
    employer) and the name of the industry.
    """
    industry = people["industry"].map(INDUSTRIES).fillna("not asked")
    return pd.DataFrame(
        {
            "wanted": people["wanted"].map(DAYS),
            "planned": people["planned"].map(DAYS),
            "industry": industry,
        }
    )


def sum_moments(values: pd.Series, by: list[pd.Series], unit: str) -> pd.DataFrame:
    """Return people, sum and sum of squares of the known values, by group."""
    known = pd.DataFrame(
        {"value": values.astype(float), "square": values.astype(float) ** 2}
    ).dropna()
    grouped = known.groupby([series.loc[known.index] for series in by])
    sums = {
        "people_count": ("value", "size"),
        f"sum_{unit}": ("value", "sum"),
        f"sum_squared_{unit}": ("square", "sum"),
    }
    return grouped.agg(**sums).reset_index()
