"""Build the tables of remote work in New South Wales, from two surveys of people
who can work remotely.
"""

import re
from pathlib import Path

import pandas as pd

from dispersed_autonomy.analysis.generations import label_generations
from dispersed_autonomy.inputs.sources import SourceError, fetch_source
from dispersed_autonomy.inputs.tables import write_tables

DATASET = "nsw_remote_work"
PEOPLE = {2020: 1507, 2021: 1512}
WITHOUT_PREFERENCE = {2020: 136, 2021: 0}
# How the headings begin, end or read, spaces made one; the years differ in words.
HEADINGS = {
    "birth_year": r"What year were you born\?",
    "occupation": (
        r"Which of the following best describes your current occupation\?"
    ),
    "household": r"Which of the following best describes your household\?",
    "manages": r"Do you manage people as part of your current (occupation|job)\?",
    "preferred": (
        r"Imagine that COVID-19 is cured or eradicated\. Going forward, how much of"
        r" your (work )?time would you prefer to work remotely\?.*"
    ),
    "productivity": (
        r"This question is about your productivity\. .*Roughly how productive are"
        r" you, each hour, when you work remotely\?"
    ),
}
ACTIVITIES = {
    "Preparing for work and commuting": "preparing and commuting",
    "Working": "working",
    "Personal and family time": "personal and family time",
    "Caring and domestic responsibilities": "caring and domestic work",
}
PLACES = {
    "attend your employer's workplace": "workplace",
    r"(?:do remote work|work remotely)": "remote",
}
FAMILY = "personal, family and caring time"
DAY_HOURS = 24
OCCUPATIONS = {
    "professionals",
    "managers",
    "clerical and administrative",
    "sales",
    "technicians and trades",
    "community and personal service",
    "labourers",
    "machinery operators and drivers",
}
HOUSEHOLDS = {
    "Couple with dependent children": "yes",
    "One parent family with dependent children": "yes",
    "Couple with no dependent children": "no",
    "Single person": "no",
    "Group household": "no",
    "Other one family household": "no",
    "Multiple family household": "no",
}
# The answer of people whom no year of birth fits, and the range of all others.
NO_BIRTH_YEAR, BIRTH_YEARS = 1900, (1930, 2005)
SHARES = {"Less than 10% of my time": 5, "I would prefer not to work remotely": 0}
BROKEN = "ï¿½"  # an apostrophe that was lost before the file was published
SAME = "My productivity is about same when I work remotely"
SETS_OF_EACH_ASPECT = 3
QUESTIONS = {
    "preferred": "preferred remote share",
    "productivity": "productivity at home",
}
STEPS = {
    "Strongly agree": "strongly agree",
    "Somewhat agree": "somewhat agree",
    "Neither agree nor disagree": "neither",
    "Somewhat disagree": "somewhat disagree",
    "Strongly disagree": "strongly disagree",
}
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
CHOICE = r"Thinking about your employer's policy .* - I choose which days I work remotely"
MOMENTS = {
    "people_count": ("answer_percent", "size"),
    "sum_percent": ("answer_percent", "sum"),
    "sum_squared_percent": ("square", "sum"),
}


def main() -> None:
    """Rebuild all tables."""
    raw = {
        year: read_survey(fetch_source(DATASET, f"nsw_{year}"), year)
        for year in PEOPLE
    }
    people = pd.concat(
        [code_people(frame, year) for year, frame in raw.items()], ignore_index=True
    )
    long = people.rename(columns=QUESTIONS).melt(
        [c for c in people if c not in QUESTIONS],
        list(QUESTIONS.values()),
        "question",
        "answer_percent",
    )
    long = long.dropna(subset="answer_percent").assign(
        square=lambda rows: rows["answer_percent"] ** 2
    )
    by = ["question", "year", "generation", "sales"]
    tables = {
        "answers": (
            long.groupby([*by, "answer_percent"])
            .size()
            .rename("people_count")
            .reset_index()
        ),
        "moments_by_group": (
            long.groupby([*by, "manages", "children"]).agg(**MOMENTS).reset_index()
        ),
        "moments_by_birth_year": (
            long[long["generation"] != "unknown"]
            .groupby(["question", "year", "birth_year"])
            .agg(**MOMENTS)
            .reset_index()
        ),
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
                answer=code_answers(
                    find_column(raw[2021], CHOICE, 2021), STEPS, 2021
                ).to_numpy(),
                answer_percent=lambda rows: rows["productivity"],
                square=lambda rows: rows["productivity"] ** 2,
            )
            .groupby("answer")
            .agg(**MOMENTS)
            .reindex(STEPS.values())
            .reset_index()
        ),
    }
    write_tables(DATASET, tables)


def read_survey(path: Path, year: int) -> pd.DataFrame:
    """Return headings and answers of one survey, with every space made one and the
    apostrophes mended.

    Raises
    ------
    SourceError
        If the number of people is not the published one.
    """
    frame = pd.read_csv(path, encoding="cp1252")
    frame.columns = [mend(heading) for heading in frame.columns]
    if len(frame) != PEOPLE[year]:
        raise SourceError(
            f"{path.name}: {len(frame)} people, expected {PEOPLE[year]}"
        )
    return frame.map(mend, na_action="ignore")


def mend(text):
    """Return text with single spaces and whole apostrophes; numbers stay."""
    return (
        " ".join(text.replace(BROKEN, "'").split())
        if isinstance(text, str)
        else text
    )


def find_column(frame: pd.DataFrame, pattern: str, year: int) -> pd.Series:
    """Return the one column whose heading fits a pattern.

    Raises
    ------
    SourceError
        If none or several do.
    """
    found = [heading for heading in frame.columns if re.fullmatch(pattern, heading)]
    if len(found) != 1:
        raise SourceError(f"nsw_{year}: {len(found)} columns fit {pattern!r}")
    return frame[found[0]]


def code_people(frame: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return one row a person: year, birth year, generation, sales, manages,
    children, preferred and productivity.

    Raises
    ------
    SourceError
        If an answer is unknown, a year of birth out of range, or the missing
        preferences are not as many as they were.
    """
    columns = {
        name: find_column(frame, pattern, year)
        for name, pattern in HEADINGS.items()
    }
    births = columns["birth_year"]
    if not (births.between(*BIRTH_YEARS) | (births == NO_BIRTH_YEAR)).all():
        raise SourceError(f"nsw_{year}: a year of birth lies outside {BIRTH_YEARS}")
    occupation = (
        columns["occupation"]
        .str.split(" - ")
        .str[0]
        .str.lower()
        .str.removesuffix(" workers")
    )
    if unknown := set(occupation) - OCCUPATIONS:
        raise SourceError(
            f"nsw_{year}: unknown occupations: {sorted(map(str, unknown))}"
        )
    people = pd.DataFrame(
        {
            "year": year,
            "birth_year": births,
            "generation": (
                label_generations(births).mask(births == NO_BIRTH_YEAR, "unknown")
            ),
            "sales": occupation.eq("sales").map({True: "sales", False: "other"}),
            "manages": code_answers(
                columns["manages"].fillna("not asked"),
                {"Yes": "yes", "No": "no", "not asked": "not asked"},
                year,
            ),
            "children": code_answers(columns["household"], HOUSEHOLDS, year),
            "preferred": code_shares(columns["preferred"], year),
            "productivity": code_productivity(columns["productivity"], year),
        }
    )
    missing = people["preferred"].isna()
    if (
        missing.sum() != WITHOUT_PREFERENCE[year]
        or (missing != (people["manages"] == "not asked")).any()
    ):
        raise SourceError(
            f"nsw_{year}: {missing.sum()} people without a preferred share,"
            f" expected {WITHOUT_PREFERENCE[year]}, all of them not asked whether"
            " they manage"
        )
    return people


def code_answers(answers: pd.Series, codes: dict, year: int) -> pd.Series:
    """Return answers in our words.

    Raises
    ------
    SourceError
        If one is unknown.
    """
    if unknown := set(answers.dropna()) - set(codes):
        raise SourceError(
            f"nsw_{year}: unknown answers: {sorted(map(str, unknown))}"
        )
    return answers.map(codes)


def code_shares(answers: pd.Series, year: int) -> pd.Series:
    """Return preferred remote shares in percent of working time; not to work
    remotely is zero, and no answer is missing.
    """
    tenths = {
        answer: int(found[1])
        for answer in answers.dropna().unique()
        if (found := re.fullmatch(r"(\d{2,3})%( - .*)?", answer))
        and int(found[1]) <= 100
    }
    return code_answers(answers, SHARES | tenths, year)


def code_productivity(answers: pd.Series, year: int) -> pd.Series:
    """Return self-rated productivity at home against the workplace, in percent;
    about the same is zero.
    """
    signs = {"more": 1, "less": -1}
    pattern = (
        r"I'm (\d\d)% (more|less) productive when working remotely(?: \(or"
        r" (?:more|less|worse)\))?"
    )
    parsed = {
        answer: signs[found[2]] * int(found[1])
        for answer in answers.dropna().unique()
        if (found := re.fullmatch(pattern, answer))
    }
    return code_answers(answers, {SAME: 0} | parsed, year)


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
    """Return how many people gave each answer on collaborating, by the time asked
    about.
    """
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
    """Return the number of people by answer, in an order; a missing answer is not
    asked.
    """
    coded = code_answers(answers, STEPS, year).fillna("not asked")
    return (
        coded.value_counts()
        .reindex(order)
        .rename_axis("answer")
        .rename("people_count")
        .reset_index()
    )


def sum_hours(frame: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return hours of a day by activity, and what a remote day changes, summed over
    samples.

    A day is possible when no activity is negative or missing and the four together
    take no more than 24 hours. People for whom a remote day needs no more preparing
    and commuting are those of whom the publisher gives the mean.
    """
    days = {}
    for pattern, place in PLACES.items():
        headings = {
            name: rf".*On a day when you {pattern}, how many hours .* - {activity}"
            for activity, name in ACTIVITIES.items()
        }
        hours = pd.DataFrame(
            {
                name: find_column(frame, heading, year)
                for name, heading in headings.items()
            }
        )
        days[place] = hours.assign(
            **{
                FAMILY: (
                    hours["personal and family time"]
                    + hours["caring and domestic work"]
                )
            }
        )
    possible = pd.Series(True, index=frame.index)
    for hours in days.values():
        own = hours[list(ACTIVITIES.values())]
        possible &= own.ge(0).all(axis="columns") & (
            own.sum(axis="columns") <= DAY_HOURS
        )
    changes = days["remote"] - days["workplace"]
    answered = changes.notna().all(axis="columns")
    samples = {
        "everyone": answered,
        "possible days": possible,
        "no longer way": answered & (changes["preparing and commuting"] <= 0),
    }
    rows = []
    for sample, kept in samples.items():
        own = changes[kept]
        sums = {
            "people_count": len(own),
            "sum_workplace_hours": days["workplace"][kept].sum(),
            "sum_hours": own.sum(),
            "sum_squared_hours": (own**2).sum(),
        }
        rows.append(
            pd.DataFrame(sums)
            .rename_axis("activity")
            .reset_index()
            .assign(year=year, sample=sample)
        )
    columns = [
        "year",
        "sample",
        "activity",
        "people_count",
        "sum_workplace_hours",
        "sum_hours",
        "sum_squared_hours",
    ]
    return pd.concat(rows)[columns]


def count_aspects(frame: pd.DataFrame, children: pd.Series) -> pd.DataFrame:
    """Return how often each aspect of remote work was picked as the best and as the
    worst of a set, by household.

    Raises
    ------
    SourceError
        If an aspect was not offered as often as the others, or an answer is not of
        its set.
    """
    picks = {"best": [], "worst": []}
    offered = []
    for heading in frame.columns:
        if found := re.match(
            r".* Select the (best|worst) aspect of remote working for you - (.*)",
            heading,
        ):
            aspects = found[2].split(" ; ")
            answers = frame[heading]
            if not answers.isin(aspects).all():
                raise SourceError(
                    f"nsw_2020: an answer is not of its set: {aspects}"
                )
            picks[found[1]].append(answers)
            offered += aspects if found[1] == "best" else []
    counts = pd.Series(offered).value_counts()
    if len(counts) != 12 or set(counts) != {SETS_OF_EACH_ASPECT}:
        raise SourceError(
            f"nsw_2020: aspects were not offered {SETS_OF_EACH_ASPECT} times each:"
            f" {counts.to_dict()}"
        )
    people = {
        kind: count_picks(answers, counts.index) for kind, answers in picks.items()
    }
    parts = {
        "best_count": people["best"],
        "worst_count": people["worst"],
        "squared_difference_count": (people["best"] - people["worst"]) ** 2,
    }
    children = children.reset_index(drop=True)
    sums = {
        name: part.groupby(children).sum().stack() for name, part in parts.items()
    }
    table = (
        pd.DataFrame(sums)
        .astype(int)
        .rename_axis(["children", "aspect"])
        .reset_index()
    )
    table["people_count"] = table["children"].map(children.value_counts())
    short = table["aspect"].str.replace(r"^(My|The) ", "", regex=True)
    table["aspect"] = short.str[0].str.lower() + short.str[1:]
    columns = [
        "children",
        "aspect",
        "people_count",
        "best_count",
        "worst_count",
        "squared_difference_count",
    ]
    return (
        table[columns]
        .sort_values(["children", "aspect"])
        .replace({"number of hours I work": "number of hours worked"})
    )


def count_picks(answers: list[pd.Series], aspects: pd.Index) -> pd.DataFrame:
    """Return how often each person, a row, picked each aspect, a column."""
    picked = pd.concat(answers)
    return pd.crosstab(picked.index, picked).reindex(columns=aspects, fill_value=0)


if __name__ == "__main__":
    main()
