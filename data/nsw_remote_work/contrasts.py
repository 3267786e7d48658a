"""Differences between generations and households, estimated from the rows."""

import numpy as np
import pandas as pd
from answers import STEPS
from moments import sum_births

from dispersed_autonomy.analysis import generations
from dispersed_autonomy.analysis.cells import fit_moments, tidy_term

CONTRASTS = {
    "millennial": "millennial minus generation X",
    "generation_z": "generation Z minus generation X",
    "earlier": "earlier minus generation X",
    "with_children": "with children minus without",
}
IN_ORDER = ["preferred remote share", "productivity at home"]
DRAWS, SEED = 4000, 2021
LEAST_OF_GROUP = 10  # people; of fewer, no contrast is told
CURVE_YEARS = (1955, 2003)


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
