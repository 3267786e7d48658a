"""Build the tables of the Survey of Working Arrangements and Attitudes: days wanted
and planned, who answered, value, efficiency, reactions, commute.
"""

import pandas as pd
from commutes import count_benefits, fit_slopes, read_commutes
from mix import hold_mix, name_states
from respondents import (
    DATASET,
    NO_EMPLOYER,
    NO_PLAN,
    RARELY,
    REACTIONS,
    code_days,
    read_people,
    sum_moments,
)

from dispersed_autonomy.inputs.sources import SourceError, fetch_source
from dispersed_autonomy.inputs.tables import write_tables

PUBLISHED_RESISTING_PERCENT = (
    41  # of all who were asked, reactions 2 and 3 together
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
