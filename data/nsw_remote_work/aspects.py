"""The best and the worst aspects of remote work, as picked from sets."""

import re

import pandas as pd

from dispersed_autonomy.inputs.sources import SourceError

SETS_OF_EACH_ASPECT = 3


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
