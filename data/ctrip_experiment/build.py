"""Build the tables of the Ctrip experiment: quits by arm, performance by week, and
estimates that need the rows.
"""

import pandas as pd
from people import (
    DATASET,
    count_quits_by_group,
    count_quits_by_period,
    fit_quits,
    read_months,
    read_people,
)
from weeks import (
    average_changes,
    average_weeks,
    deal_arms_again,
    estimate_calls,
    estimate_effects,
    read_weeks,
    study_events,
)

from dispersed_autonomy.inputs.sources import SourceError
from dispersed_autonomy.inputs.tables import write_tables


def check_arms(people: pd.DataFrame, weeks: pd.DataFrame) -> None:
    """Raise SourceError if the files disagree on who was assigned to which arm."""
    by_week = weeks.groupby("personid")["arm"].agg(["first", "nunique"])
    if (by_week["nunique"] > 1).any() or not by_week["first"].eq(
        people.set_index("personid")["arm"]
    ).all():
        raise SourceError("ctrip_weekly: the arms are not those of ctrip_person")


def main() -> None:
    """Rebuild the tables."""
    weeks = read_weeks()
    people = read_people(weeks.groupby("personid")["commute"].first())
    check_arms(people, weeks)
    months = read_months(people)
    events, covariances = study_events(weeks)
    bins, summary = deal_arms_again(weeks)
    tables = {
        "quits_by_group": count_quits_by_group(people),
        "quits_by_period": count_quits_by_period(months),
        "quit_models": fit_quits(people, months),
        "performance_by_week": average_weeks(weeks),
        "change_by_arm": average_changes(
            weeks[weeks["year_week"] != 201049], people
        ),
        "effects": pd.concat(
            [estimate_effects(weeks, people), estimate_calls(people)]
        )[
            [
                "outcome",
                "specification",
                "estimate_in_unit",
                "se_in_unit",
                "low_in_unit",
                "high_in_unit",
                "unit",
                "observations_count",
                "people_count",
            ]
        ],
        "event_study": events,
        "event_study_covariance": covariances,
        "arms_dealt_again": bins,
        "arms_dealt_again_summary": summary,
    }
    write_tables(DATASET, tables)


if __name__ == "__main__":
    main()
