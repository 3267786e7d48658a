"""Build the tables of the Survey of Working Arrangements and Attitudes: days wanted
and planned, who answered, value, efficiency, reactions, commute.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from dispersed_autonomy.analysis.cells import fit_people, tidy_term
from dispersed_autonomy.inputs.sources import (
    SourceError,
    fetch_source,
    read_columns,
)
from dispersed_autonomy.inputs.tables import write_tables

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
PUBLISHED_RESISTING_PERCENT = (
    41  # of all who were asked, reactions 2 and 3 together
)
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
# First minute of each band of the commute; the longest answer is a band of its own.
COMMUTE_BANDS = [0, 15, 30, 45, 60, 90, 120]
LONGEST = 120
# What is held fixed in the slope on ten minutes, whose people, errors by what.
FIXED, MORE = " + C(month)", " + C(month) + C(industry) + C(state)"
SLOPES = {
    "main": (FIXED, "ten", None),
    "errors by month": (FIXED, "ten", "month"),
    "industry and state held fixed": (MORE, "ten", None),
    "industry and state held fixed, errors by month": (MORE, "ten", "month"),
    "without the answers of 120 minutes": (FIXED, "ten", None),
    "without the answers of 120 minutes, errors by month": (FIXED, "ten", "month"),
    "industry and state held fixed, without the answers of 120 minutes": (
        MORE,
        "ten",
        None,
    ),
    "less than half an hour": (FIXED, "ten", None),
    "half an hour to under 120 minutes": (FIXED, "ten", None),
    "half an hour or more against less": (FIXED, "far", None),
    "half an hour or more against less, errors by month": (FIXED, "far", "month"),
    "half an hour or more against less, industry and state held fixed": (
        MORE,
        "far",
        None,
    ),
}
VALUES_PERCENT, COMMUTES_MINUTES = (-50, 50), (0, 120)
# Months whose answers on the industry come from another list: in July 2020 mining
# has eight times its share, and from August 2021 to February 2022 half of
# professional services is under "other".
OTHER_LIST = (
    "2020-07",
    *(f"2021-{month:02d}" for month in range(8, 13)),
    "2022-01",
    "2022-02",
)
# States with twenty answers or more in every month, so that no cell is of a few.
STATES = (
    *("AL", "AZ", "CA", "CO", "FL", "GA", "IL", "IN", "MD", "MI", "MO", "NC"),
    *("NJ", "NV", "NY", "OH", "PA", "SC", "TN", "TX", "VA", "WA", "WI"),
)
FEWEST = 5  # people in a cell, where there are any


def main() -> None:
    """Rebuild all tables."""
    people = read_people(fetch_source(DATASET, "swaa"))
    days = code_days(people)
    measured = {
        "wanted": days["wanted"],
        "wanted, where there is a plan": days["wanted"].where(
            days["planned"].notna()
        ),
        "planned": days["planned"],
        "wanted minus planned": days["wanted"] - days["planned"],
    }
    by_month = [
        sum_moments(values, [people["month"]], "days").assign(measure=name)
        for name, values in measured.items()
    ]
    by_industry = sum_moments(
        days["wanted"], [people["month"], days["industry"]], "days"
    )
    value = people.dropna(subset="value")
    travelled = read_commutes(people)
    tables = {
        "days_by_month": pd.concat(by_month)[
            ["month", "measure", "people_count", "sum_days", "sum_squared_days"]
        ],
        "gap_by_plan": count_gaps(people["month"], days),
        "days_by_industry": by_industry,
        "days_by_state": sum_moments(
            days["wanted"], [people["month"], name_states(people)], "days"
        ),
        "days_with_mix_fixed": pd.concat(
            [
                hold_mix(people, days, ["state"]),
                hold_mix(people, days, ["industry", "state"]),
            ]
        ),
        "other_answers_by_month": count_others(people),
        "value_by_month": (
            value.groupby(["month", "value"])
            .size()
            .rename("people_count")
            .reset_index()
            .rename(columns={"value": "value_percent"})
        ),
        "efficiency_by_month": count_efficiency(people, people["month"]),
        "efficiency_by_industry": count_efficiency(people, days["industry"]),
        "value_by_commute": sum_moments(
            travelled["value"],
            [travelled["first_minutes"], travelled["last_minutes"]],
            "percent",
        ),
        "benefits_by_commute": count_benefits(travelled),
        "commute_slopes": fit_slopes(travelled),
        "reactions_by_month": count_reactions(people.dropna(subset="reaction")),
    }
    check_cells(tables)
    write_tables(DATASET, tables)


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


def read_commutes(people: pd.DataFrame) -> pd.DataFrame:
    """Return the people whose commute is no negative number.

    With its whole minutes for the band, tens of minutes as answered, and whether it
    is half an hour or more.
    """
    found = people[people["commute"].between(*COMMUTES_MINUTES)]
    minutes = found["commute"].astype(int)
    band = pd.cut(minutes, [*COMMUTE_BANDS, LONGEST + 1], right=False, labels=False)
    lasts = [first - 1 for first in COMMUTE_BANDS[1:]] + [LONGEST]
    return found.assign(
        minutes=minutes,
        ten=found["commute"] / 10,
        far=(minutes >= 30).astype(int),
        first_minutes=band.map(dict(enumerate(COMMUTE_BANDS))),
        last_minutes=band.map(dict(enumerate(lasts))),
    )


def count_benefits(travelled: pd.DataFrame) -> pd.DataFrame:
    """Return how many ticked each benefit of home, by band of the commute."""
    asked = travelled.dropna(subset=[f"{name}_ticked" for name in BENEFITS])
    ticks = {
        "people_count": 1,
        **{f"{name}_count": asked[f"{name}_ticked"] == 100 for name in BENEFITS},
    }
    return (
        asked.assign(**ticks)
        .groupby(["first_minutes", "last_minutes"])[list(ticks)]
        .sum()
        .reset_index()
    )


def fit_slopes(travelled: pd.DataFrame) -> pd.DataFrame:
    """Return how value and ticks differ with the commute, under every choice."""
    answers = {
        "value of the option": "value",
        "commute among the three greatest benefits": "commute_ticked",
    }
    rows = []
    for answer, column in answers.items():
        asked = travelled.dropna(subset=[column])
        for choice, (fixed, term, cluster) in SLOPES.items():
            own = asked
            if "120" in choice:
                own = own[own["minutes"] < LONGEST]
            if choice.startswith("less than"):
                own = own[own["far"] == 0]
            if choice.endswith("under 120 minutes"):
                own = own[own["far"] == 1]
            fit = fit_people(own, f"{column} ~ {term}{fixed}", cluster)
            rows.append(
                {
                    "answer": answer,
                    "choice": choice,
                    **tidy_term(fit, term),
                    "months_count": own["month"].nunique(),
                }
            )
    return pd.DataFrame(rows).rename(
        columns={
            "value": "difference_points",
            "low": "low_points",
            "high": "high_points",
            "n": "people_count",
        }
    )


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


def count_gaps(month: pd.Series, days: pd.DataFrame) -> pd.DataFrame:
    """Return by month and plan of the employer the moments of days wanted minus
    days planned, and how many want more, the same and fewer.

    Someone whose employer plans no day cannot want fewer, and someone whose
    employer plans five cannot want more.
    """
    gap = (days["wanted"] - days["planned"]).dropna()
    month = month.loc[gap.index]
    plan = pd.cut(
        days["planned"].loc[gap.index],
        [-1, 0, 4, 5],
        labels=["no day", "one to four days", "five days"],
    ).rename("plan")
    signs = pd.DataFrame(
        {"more_count": gap > 0, "same_count": gap == 0, "fewer_count": gap < 0}
    )
    counts = signs.groupby([month, plan], observed=True).sum()
    return sum_moments(gap, [month, plan.astype(str)], "days").merge(
        counts.reset_index().astype({"plan": str})
    )


def name_states(people: pd.DataFrame) -> pd.Series:
    """Return the state of each person, the small ones and territories as one."""
    state = people["state"]
    return state.where(state.isin(STATES) | state.isna(), "other").fillna("unknown")


def hold_mix(
    people: pd.DataFrame, days: pd.DataFrame, held: list[str]
) -> pd.DataFrame:
    """Return the days wanted by month if every month had the mix of all of them.

    Least squares of days wanted on month and on the columns that are held, all as
    categories, every person the same weight; then the mean that this predicts for
    each month at the shares of all answers. Months whose industries come from
    another list are left out where industries are held.
    """
    rows = pd.DataFrame(
        {
            "month": people["month"],
            "industry": days["industry"],
            "state": people["state"].fillna("unknown"),
            "wanted": days["wanted"],
        }
    )
    if "industry" in held:
        rows = rows[~rows["month"].isin(OTHER_LIST)]
    cells = (
        rows.groupby(["month", *held])["wanted"].agg(["size", "mean"]).reset_index()
    )
    months = pd.get_dummies(cells["month"], dtype=float)
    others = pd.concat(
        [pd.get_dummies(cells[column], dtype=float).iloc[:, 1:] for column in held],
        axis=1,
    )
    shares = others.mul(cells["size"], axis=0).sum() / cells["size"].sum()
    design = np.hstack([months.to_numpy(), others.to_numpy() - shares.to_numpy()])
    root = np.sqrt(cells["size"].to_numpy())
    solved, _, rank, _ = np.linalg.lstsq(
        design * root[:, None], cells["mean"].to_numpy() * root
    )
    if rank < design.shape[1]:
        raise SourceError(f"swaa: the mix of {held} cannot be held fixed")
    return pd.DataFrame(
        {
            "month": months.columns,
            "held": " and ".join(held),
            "mean_days": solved[: len(months.columns)],
        }
    )


def count_efficiency(people: pd.DataFrame, by: pd.Series) -> pd.DataFrame:
    """Return by group the moments of the efficiency at home against on site, and
    how many call themselves less, equally and more efficient.
    """
    known = people["efficiency"].dropna()
    by = by.loc[known.index]
    signs = pd.DataFrame(
        {"less_count": known < 0, "same_count": known == 0, "more_count": known > 0}
    )
    return sum_moments(known, [by], "percent").merge(
        signs.groupby(by).sum().reset_index()
    )


def check_cells(tables: dict[str, pd.DataFrame]) -> None:
    """Check that no cell is of so few people that it gives away their answers.

    Raises
    ------
    SourceError
        If one is.
    """
    for name, table in tables.items():
        counts = table.filter(like="_count")
        if (small := counts.gt(0) & counts.lt(FEWEST)).any(axis=None):
            raise SourceError(
                f"swaa: {name}: {int(small.to_numpy().sum())} cells are of fewer"
                f" than {FEWEST} people"
            )


def count_others(people: pd.DataFrame) -> pd.DataFrame:
    """Return by month how many have no clear plan, no employer, and want remote
    days rarely, which counts as none.
    """
    counts = {
        "people_count": people["wanted"].notna(),
        "no_plan_count": people["planned"] == NO_PLAN,
        "no_employer_count": people["planned"] == NO_EMPLOYER,
        "rarely_count": people["first"] == RARELY,
    }
    return pd.DataFrame(counts).groupby(people["month"]).sum().reset_index()


def count_reactions(asked: pd.DataFrame) -> pd.DataFrame:
    """Return by month how many would react how to a full return.

    Raises
    ------
    SourceError
        If those who would not comply are not the published share.
    """
    resisting = 100 * (asked["reaction"] > 1).mean()
    if round(resisting) != PUBLISHED_RESISTING_PERCENT:
        raise SourceError(
            f"swaa: reaction: {resisting:.1f}% would not comply, not"
            f" {PUBLISHED_RESISTING_PERCENT}% as published"
        )
    return (
        asked.groupby(["month", asked["reaction"].map(REACTIONS)])
        .size()
        .rename("people_count")
        .reset_index()
    )


if __name__ == "__main__":
    main()
