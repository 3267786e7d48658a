"""Build the tables of remote work in New South Wales, from two surveys of people
who can work remotely.
"""

import pandas as pd
from answers import DATASET, PEOPLE, STEPS, code_people, read_survey
from aspects import count_aspects
from contrasts import IN_ORDER, compare_groups, compare_orders, draw_curve
from hours import sum_hours
from moments import MOMENTS, ask, sum_cuts, sum_traits
from opinions import count_collaboration, count_managers

from dispersed_autonomy.inputs.sources import fetch_source
from dispersed_autonomy.inputs.tables import write_tables

LAST_OF_EARLIEST, BAND_YEARS = 1959, 5


def main() -> None:
    """Rebuild all tables."""
    raw = {
        year: read_survey(fetch_source(DATASET, f"nsw_{year}"), year)
        for year in PEOPLE
    }
    people = pd.concat(
        [code_people(frame, year) for year, frame in raw.items()], ignore_index=True
    )
    long = ask(people)
    known = long[long["generation"] != "unknown"]
    tables = {
        "answers": (
            long[long["question"].isin(IN_ORDER)]
            .groupby(["question", "year", "answer_percent"])
            .size()
            .rename("people_count")
            .reset_index()
        ),
        "moments_by_group": (
            known.groupby(["question", "year", "generation", "children"])
            .agg(**MOMENTS)
            .reset_index()
        ),
        "moments_by_trait": sum_traits(long),
        "moments_by_birth_years": (
            known.assign(
                first_birth_year=(
                    known["birth_year"].clip(lower=LAST_OF_EARLIEST)
                    // BAND_YEARS
                    * BAND_YEARS
                )
            )
            .groupby(["question", "first_birth_year"])
            .agg(**MOMENTS)
            .reset_index()
        ),
        "contrasts": compare_groups(long),
        "odds_ratios": compare_orders(known),
        "curve_by_birth_year": draw_curve(known),
        "pay_cuts": sum_cuts(people),
        "hours": pd.concat([sum_hours(frame, year) for year, frame in raw.items()]),
        "aspects": count_aspects(
            raw[2020], people.loc[people["year"] == 2020, "children"]
        ),
        "managers": count_managers(raw[2021]),
        "collaboration": pd.concat(
            [count_collaboration(frame, year) for year, frame in raw.items()]
        ),
        "choice_of_days": (
            people[people["year"] == 2021]
            .assign(
                answer_percent=lambda rows: rows["productivity"],
                square=lambda rows: rows["productivity"] ** 2,
            )
            .rename(columns={"chooses_days": "answer"})
            .groupby("answer")
            .agg(**MOMENTS)
            .reindex(STEPS.values())
            .reset_index()
        ),
    }
    write_tables(DATASET, tables)


if __name__ == "__main__":
    main()
