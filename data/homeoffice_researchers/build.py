"""Build the table of the home share that researchers would prefer, from the survey
of Aczel and others.
"""

from pathlib import Path

import pandas as pd

from dispersed_autonomy.inputs.sources import (
    SourceError,
    fetch_source,
    read_columns,
)
from dispersed_autonomy.inputs.tables import write_tables

DATASET = "homeoffice_researchers"
PEOPLE = 704
ANSWER = "future_home_prop_1"
# Column and answers of each trait, in our words; the bands of age are the
# publisher's.
TRAITS = {
    "age": (
        "age",
        {
            band: band.replace(" - ", " to ").lower()
            for band in (
                "Under 24",
                "25 - 34",
                "35 - 44",
                "45 - 54",
                "55 - 64",
                "65 - 74",
                "75 - 84",
            )
        },
    ),
    "commute": (
        "work_home_dist",
        {
            "<30 min": "under 30 minutes",
            "30-60 min": "30 to 60 minutes",
            ">60 min": "over 60 minutes",
        },
    ),
    "home with children": (
        "living_sit",
        {
            "Living with partner and non-adult child(ren)": "yes",
            "Single-parent with non-adult child(ren)": "yes",
            "Living only with partner": "no",
            "Living alone": "no",
            "Other": "no",
            "Living with parents or other adult family members": "no",
            "Living with non-family others": "no",
        },
    ),
}


def main() -> None:
    """Rebuild the table."""
    people = read_people(fetch_source(DATASET, "homeoffice"))
    sums = [
        sum_answers(people, trait, column, words)
        for trait, (column, words) in TRAITS.items()
    ]
    write_tables(DATASET, {"preferred_home_share": pd.concat(sums)})


def read_people(path: Path) -> pd.DataFrame:
    """Return the answers of every person.

    Raises
    ------
    SourceError
        If a column is missing, the number of people is not the published one, or a
        share is missing or no percentage.
    """
    people = read_columns(
        path, [ANSWER, *(column for column, _ in TRAITS.values())], separator="\t"
    )
    if len(people) != PEOPLE:
        raise SourceError(f"{path.name}: {len(people)} people, expected {PEOPLE}")
    if not people[ANSWER].between(0, 100).all():
        raise SourceError(
            f"{path.name}: {ANSWER}: a share is missing or outside 0 to 100"
        )
    return people


def sum_answers(
    people: pd.DataFrame, trait: str, column: str, words: dict[str, str]
) -> pd.DataFrame:
    """Return how many people there are in each group of a trait, with the sums of
    their answers and of the squares.

    Raises
    ------
    SourceError
        If an answer is unknown.
    """
    if unknown := set(people[column]) - set(words):
        raise SourceError(
            f"homeoffice_researchers: {column}: unknown answers:"
            f" {sorted(map(str, unknown))}"
        )
    grouped = people[ANSWER].astype(float).groupby(people[column].map(words))
    sums = {
        "people_count": grouped.size(),
        "sum_percent": grouped.sum(),
        "sum_squared_percent": grouped.agg(lambda own: (own**2).sum()),
    }
    table = pd.DataFrame(sums).rename_axis("group").reset_index()
    return table.assign(trait=trait)[["trait", "group", *sums]]


if __name__ == "__main__":
    main()
