"""How many agree with statements on managing and on collaborating remotely."""

import pandas as pd
from answers import STEPS, code_answers, find_column

from dispersed_autonomy.inputs.sources import SourceError

# Of those who manage people of whom some work remotely, 2021.
MANAGERS = 595
OF_MANAGERS = {
    "retain": r"Offering remote work helps me retain employees",
    "recruit": r"Offering remote work helps me to recruit employees",
    "focus on results": (
        r"Managing people remotely makes me more focused on results"
    ),
    "manage poor performers": r"I find it easy to manage poor performers remotely",
    "manage tasks": (
        r"I find it easy to manage employees remotely \(e\.g\. tasking and"
        r" monitoring progress\)"
    ),
}
PERIODS = {
    2020: {"2019": "last year", "last three months": "in the last 3 months"},
    2021: {"last six months": "in the last 6 months"},
}


def count_managers(frame: pd.DataFrame) -> pd.DataFrame:
    """Return how many managers gave each answer to each statement.

    Raises
    ------
    SourceError
        If they are not as many as they were.
    """
    tables = []
    for statement, words in OF_MANAGERS.items():
        answers = find_column(
            frame, rf"How strongly do you agree or disagree .* - {words}", 2021
        )
        if answers.notna().sum() != MANAGERS:
            raise SourceError(
                f"nsw_2021: {statement}: {answers.notna().sum()} managers, expected"
                f" {MANAGERS}"
            )
        counts = count_steps(answers.dropna(), list(STEPS.values()), 2021)
        tables.append(counts.assign(statement=statement))
    return pd.concat(tables)[["statement", "answer", "people_count"]]


def count_collaboration(frame: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return how many gave each answer on collaborating, by time asked about."""
    tables = []
    for period, words in PERIODS[year].items():
        answers = find_column(
            frame,
            rf"Thinking about remote working {words}, .* - I could easily"
            r" collaborate with colleagues when working remotely",
            year,
        )
        order = [*STEPS.values(), *(["not asked"] if answers.isna().any() else [])]
        counts = count_steps(answers, order, year)
        tables.append(counts.assign(year=year, period=period))
    return pd.concat(tables)[["year", "period", "answer", "people_count"]]


def count_steps(answers: pd.Series, order: list[str], year: int) -> pd.DataFrame:
    """Return the number of people by answer; a missing one is not asked."""
    coded = code_answers(answers, STEPS, year).fillna("not asked")
    return (
        coded.value_counts()
        .reindex(order)
        .rename_axis("answer")
        .rename("people_count")
        .reset_index()
    )
