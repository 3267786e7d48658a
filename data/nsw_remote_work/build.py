"""Build the tables of remote work in New South Wales, from two surveys of people
who can work remotely.
"""

import re
from pathlib import Path

import numpy as np
import pandas as pd

from dispersed_autonomy.analysis import generations
from dispersed_autonomy.analysis.cells import fit_moments, tidy_term
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
SHARES = {
    "Less than 10% of my time": 5,
    "I would prefer not to work remotely": 0,
    "I would not have preferred to work remotely": 0,
    "Rarely or never": 0,
}
BROKEN = "ï¿½"  # an apostrophe that was lost before the file was published
SAME = "My productivity is about same when I work remotely"
SETS_OF_EACH_ASPECT = 3
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
NEGOTIATE = (
    r"Imagine your employer offered you the option to work remotely whenever you"
    r" chose, in return for negotiating a pay cut that you both agree on\. Would"
    r" you be interested in negotiating\?"
)
CUT = (
    r"What is the biggest pay cut you would accept\? Please give your answer as a"
    r" percentage\."
)
# The first percent of each band of pay cuts.
CUT_BANDS = [1, 5, 10, 11, 20, 30, 50, 75, 101]
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
TRAITS = {
    "children": {"yes": "with children", "no": "without children"},
    "sales": {"sales": "sales", "other": "all other occupations"},
    "everyone": {"yes": "everyone"},
}
CONTRASTS = {
    "millennial": "millennial minus generation X",
    "generation_z": "generation Z minus generation X",
    "earlier": "earlier minus generation X",
    "with_children": "with children minus without",
}
IN_ORDER = ["preferred remote share", "productivity at home"]
DRAWS, SEED = 4000, 2021
LEAST_OF_GROUP = 10  # people; of fewer, no contrast is told
LAST_OF_EARLIEST, BAND_YEARS = 1959, 5
CURVE_YEARS = (1955, 2003)
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
CHOICE = r"Thinking about your employer's .* - I choose which days I work remotely"
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


def name_estimate(estimate: pd.DataFrame) -> pd.DataFrame:
    """Return estimates with the names of columns in points."""
    return estimate.rename(
        columns={
            "value": "difference_points",
            "low": "low_points",
            "high": "high_points",
            "n": "people_count",
        }
    )


def compare_groups(long: pd.DataFrame) -> pd.DataFrame:
    """Return each contrast of each question under every choice.

    The slope of productivity on choosing one's days comes last. Contrasts of a
    group of a few people are left out.
    """
    tables = []
    for question, rows in long.groupby("question"):
        rows = rows.dropna(axis="columns", how="all")
        for term, contrast in CONTRASTS.items():
            tables.append(
                pd.concat(
                    [
                        generations.compare_choices(rows, term),
                        compare_by_other_models(rows, question, term),
                    ]
                ).assign(question=question, contrast=contrast)
            )
    rows = generations.to_moments(
        long[(long["question"] == "productivity at home") & (long["year"] == 2021)]
    )
    steps = {step: 4 - number for number, step in enumerate(STEPS.values())}
    rows["step"] = rows["chooses_days"].map(steps)
    for choice, more in {
        "main": (
            " + time_now + C(generation) + C(children) + C(occupation) + C(sex)"
        ),
        "nothing held fixed": "",
    }.items():
        slope = tidy_term(fit_moments(rows, f"mean ~ step{more}"), "step")
        tables.append(
            pd.DataFrame(
                [{**slope, "choice": choice, "group_count": slope["n"]}]
            ).assign(
                question="productivity at home",
                contrast="a step more of choosing the days",
            )
        )
    columns = [
        "question",
        "contrast",
        "choice",
        "difference_points",
        "low_points",
        "high_points",
        "people_count",
        "group_count",
    ]
    found = name_estimate(pd.concat(tables))[columns]
    return found[found["group_count"] >= LEAST_OF_GROUP]


def compare_by_other_models(
    rows: pd.DataFrame, question: str, term: str
) -> pd.DataFrame:
    """Return a contrast by other models than least squares on marks.

    By the order of the answers alone, along a spline of the year of birth, by a
    logit, and as it differs between the two surveys.
    """
    found = {}
    known = rows[rows["generation"] != "unknown"]
    generation = CONTRASTS[term].split(" minus ")[0]
    count = int(
        (rows["children"] == "yes").sum()
        if term == "with_children"
        else (rows["generation"] == generation).sum()
    )
    if question in IN_ORDER and term == "millennial":
        fit = generations.fit_ordered(generations.mark_people(known))
        by_order = generations.predict_difference(
            fit, term, DRAWS, np.random.default_rng(SEED)
        )
        found["the order of answers alone"] = {
            part: round(number, 2) for part, number in by_order.items()
        }  # its search may end elsewhere in further digits
        marked = generations.mark_people(known)
        found["change from 2020 to 2021, other people"] = tidy_term(
            fit_moments(
                marked,
                "mean ~ (millennial + generation_z + earlier) * year_2021",
            ),
            "millennial:year_2021",
        )
    if question == "preferred remote share" and term != "with_children":
        found["a spline of the year of birth"] = generations.compare_along_spline(
            sum_births(known), generation
        )
    if question == "would negotiate for discretion":
        formula = " + ".join(generations.REGRESSORS[:3]) + " + with_children"
        found["the same held fixed, by a logit"] = (
            generations.predict_share_difference(
                rows, term, formula + generations.HELD_FIXED
            )
        )
    return pd.DataFrame(
        [
            {"choice": choice, **estimate, "group_count": count}
            for choice, estimate in found.items()
        ]
    )


def sum_births(known: pd.DataFrame) -> pd.DataFrame:
    """Return moments by year of the survey and of birth."""
    return known.groupby(["year", "birth_year"]).agg(**MOMENTS).reset_index()


def compare_orders(known: pd.DataFrame) -> pd.DataFrame:
    """Return odds ratios of a higher answer, millennials against generation X."""
    rows = []
    for question in IN_ORDER:
        own = generations.mark_people(known[known["question"] == question])
        odds = generations.tidy_odds(generations.fit_ordered(own), "millennial")
        rows.append(
            {"question": question, "contrast": CONTRASTS["millennial"]} | odds
        )
    return pd.DataFrame(rows).rename(
        columns={
            "value": "odds_ratio",
            "low": "low_ratio",
            "high": "high_ratio",
            "n": "people_count",
        }
    )


def draw_curve(known: pd.DataFrame) -> pd.DataFrame:
    """Return the spline of the preferred share over the years of birth."""
    own = known[known["question"] == "preferred remote share"]
    curve = generations.predict_by_birth_year(sum_births(own))
    return curve[curve["birth_year"].between(*CURVE_YEARS)].rename(
        columns={
            "value": "mean_percent",
            "low": "low_percent",
            "high": "high_percent",
        }
    )


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
