"""People, sums and sums of squares of answers, by groups of people."""

import pandas as pd

QUESTIONS = {
    "preferred": "preferred remote share",
    "productivity": "productivity at home",
    "negotiate": "would negotiate for discretion",
    "change_of_wish": "change of preferred share",
    "change_of_wish_in_pandemic": "change of preferred share in the pandemic",
    "change_of_time": "change of remote time",
}
# What each change is a change from; a question of one survey alone.
BEFORE = {
    "change_of_wish": "wish_before",
    "change_of_wish_in_pandemic": "wish_before",
    "change_of_time": "time_before",
}
# The first percent of each band of pay cuts.
CUT_BANDS = [1, 5, 10, 11, 20, 30, 50, 75, 101]
TRAITS = {
    "children": {"yes": "with children", "no": "without children"},
    "sales": {"sales": "sales", "other": "all other occupations"},
    "everyone": {"yes": "everyone"},
}
MOMENTS = {
    "people_count": ("answer_percent", "size"),
    "sum_percent": ("answer_percent", "sum"),
    "sum_squared_percent": ("square", "sum"),
}


def ask(people: pd.DataFrame) -> pd.DataFrame:
    """Return one row a person and question that was answered.

    It has the answer, its square and, of a change, the level before.
    """
    parts = [
        people.assign(
            question=question,
            answer_percent=people[column],
            square=people[column] ** 2,
            before_percent=people[BEFORE[column]] if column in BEFORE else None,
        )
        for column, question in QUESTIONS.items()
    ]
    return pd.concat(
        [part.dropna(subset="answer_percent") for part in parts], ignore_index=True
    )


def sum_traits(long: pd.DataFrame) -> pd.DataFrame:
    """Return moments of everyone, by children and by sales."""
    parts = [
        long.assign(
            everyone="yes", group=lambda rows, t=trait: rows.get(t, "yes")
        ).assign(
            trait=trait,
            group=lambda rows, words=words: rows["group"].map(words),
        )
        for trait, words in TRAITS.items()
    ]
    return (
        pd.concat(parts)
        .groupby(["question", "year", "trait", "group"])
        .agg(**MOMENTS)
        .reset_index()
    )


def sum_births(known: pd.DataFrame) -> pd.DataFrame:
    """Return moments by year of the survey and of birth."""
    return known.groupby(["year", "birth_year"]).agg(**MOMENTS).reset_index()


def sum_cuts(people: pd.DataFrame) -> pd.DataFrame:
    """Return how many would accept a cut of each band at most, and their sum."""
    cuts = people["cut_percent"].dropna()
    number = pd.cut(cuts, CUT_BANDS, right=False, labels=False)
    sums = cuts.groupby(number).agg(["size", "sum"]).reset_index(drop=True)
    return pd.DataFrame(
        {
            "first_percent": CUT_BANDS[:-1],
            "last_percent": [first - 1 for first in CUT_BANDS[1:]],
            "people_count": sums["size"],
            "sum_percent": sums["sum"],
        }
    )
