"""Answers of each person in our words: the two surveys of New South Wales."""

import re
from pathlib import Path

import pandas as pd

from dispersed_autonomy.analysis.generations import label_generations
from dispersed_autonomy.inputs.sources import SourceError

DATASET = "nsw_remote_work"
PEOPLE = {2020: 1507, 2021: 1512}
WITHOUT_PREFERENCE = {2020: 136, 2021: 0}
# How the headings begin, end or read, spaces made one; the years differ in words.
HEADINGS = {
    "birth_year": r"What year were you born\?",
    "occupation": (
        r"Which of the following best describes your current occupation\?"
    ),
    "sex": r"What is your gender\?",
    "region": r"Metro (/|or) Regional",
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
SHARES = {
    "Less than 10% of my time": 5,
    "I would prefer not to work remotely": 0,
    "I would not have preferred to work remotely": 0,
    "Rarely or never": 0,
}
BROKEN = "ï¿½"  # an apostrophe that was lost before the file was published
SAME = "My productivity is about same when I work remotely"
NEGOTIATE = (
    r"Imagine your employer offered you the option to work remotely whenever you"
    r" chose, in return for negotiating a pay cut that you both agree on\. Would"
    r" you be interested in negotiating\?"
)
CUT = (
    r"What is the biggest pay cut you would accept\? Please give your answer as a"
    r" percentage\."
)
TIMES_2020 = {
    "time_before": (
        r"Thinking about your current job, how much of your time did you spend"
        r" remote working last year\?"
    ),
    "time_in_pandemic": (
        r"Thinking about your current job, how much of your time did you spend"
        r" remote working in the last 3 months\?"
    ),
    "wish_before": (
        r"How much of your time would you have preferred to work remotely last"
        r" year\?"
    ),
    "wish_in_pandemic": (
        r"How much of your time would you have preferred to work remotely in the"
        r" last 3 months\?"
    ),
}
TIME_2021 = (
    r"Thinking about your current job, how much of your work time have you spent"
    r" working remotely this year\?.*"
)
SEXES = {
    "Male": "male",
    "Female": "female",
    "Other": "other or not said",
    "Rather not say": "other or not said",
    "I would rather not say": "other or not said",
}
REGIONS = {"Metro": "metro", "Regional": "regional"}
STEPS = {
    "Strongly agree": "strongly agree",
    "Somewhat agree": "somewhat agree",
    "Neither agree nor disagree": "neither",
    "Somewhat disagree": "somewhat disagree",
    "Strongly disagree": "strongly disagree",
}
CHOICE = r"Thinking about your employer's .* - I choose which days I work remotely"


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
    """Return one row a person, with traits and answers in our words.

    What one survey alone asked is empty in the other.

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
            "sex": code_answers(columns["sex"], SEXES, year),
            "occupation": occupation,
            "region": code_answers(columns["region"], REGIONS, year),
            "preferred": code_shares(columns["preferred"], year),
            "productivity": code_productivity(columns["productivity"], year),
        }
    )
    people = people.join(code_own(frame, people["preferred"], year))
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


def code_own(frame: pd.DataFrame, wish: pd.Series, year: int) -> pd.DataFrame:
    """Return what one survey alone asked.

    In 2020: remote time and wishes of 2019 and of the last three months, and their
    changes. In 2021: whether people would negotiate, the biggest cut in percent,
    remote time, and whether they choose their days.

    Raises
    ------
    SourceError
        If a cut is no percentage, or was asked of others than it should.
    """
    if year == 2020:
        own = pd.DataFrame(
            {
                name: code_shares(find_column(frame, heading, year), year)
                for name, heading in TIMES_2020.items()
            }
        )
        return own.assign(
            change_of_wish=wish - own["wish_before"],
            change_of_wish_in_pandemic=own["wish_in_pandemic"] - own["wish_before"],
            change_of_time=own["time_in_pandemic"] - own["time_before"],
        )
    answers = code_answers(
        find_column(frame, NEGOTIATE, year), {"Yes": 100, "No": 0}, year
    )
    cuts = (100 * find_column(frame, CUT, year)).round(6)
    if (
        not cuts.dropna().between(1, 100).all()
        or (cuts.notna() != (answers == 100)).any()
    ):
        raise SourceError(
            f"nsw_{year}: a pay cut is no percentage, or was not asked of those who"
            " would negotiate alone"
        )
    return pd.DataFrame(
        {
            "negotiate": answers,
            "cut_percent": cuts,
            "time_now": code_shares(find_column(frame, TIME_2021, year), year),
            "chooses_days": code_answers(
                find_column(frame, CHOICE, year), STEPS, year
            ),
        }
    )


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
