"""The commute: its bands, the benefits people tick, and slopes from the rows."""

import pandas as pd
from respondents import BENEFITS, COMMUTES_MINUTES

from dispersed_autonomy.analysis.cells import fit_people, tidy_term

# First minute of each band of the commute; the longest answer is a band of its own.
COMMUTE_BANDS = [0, 15, 30, 45, 60, 90, 120]
LONGEST = 120
# What is held fixed in the slope on ten minutes, whose people, errors by what.
FIXED, MORE = " + C(month)", " + C(month) + C(industry) + C(state)"
SLOPES = {
    "main": (FIXED, "ten", None),
    "errors by month": (FIXED, "ten", "month"),
    "industry and state held fixed": (MORE, "ten", None),
    "industry and state held fixed, errors by month": (MORE, "ten", "month"),
    "without the answers of 120 minutes": (FIXED, "ten", None),
    "without the answers of 120 minutes, errors by month": (FIXED, "ten", "month"),
    "industry and state held fixed, without the answers of 120 minutes": (
        MORE,
        "ten",
        None,
    ),
    "less than half an hour": (FIXED, "ten", None),
    "half an hour to under 120 minutes": (FIXED, "ten", None),
    "half an hour or more against less": (FIXED, "far", None),
    "half an hour or more against less, errors by month": (FIXED, "far", "month"),
    "half an hour or more against less, industry and state held fixed": (
        MORE,
        "far",
        None,
    ),
}


def read_commutes(people: pd.DataFrame) -> pd.DataFrame:
    """Return the people whose commute is no negative number.

    With its whole minutes for the band, tens of minutes as answered, and whether it
    is half an hour or more.
    """
    found = people[people["commute"].between(*COMMUTES_MINUTES)]
    minutes = found["commute"].astype(int)
    band = pd.cut(minutes, [*COMMUTE_BANDS, LONGEST + 1], right=False, labels=False)
    lasts = [first - 1 for first in COMMUTE_BANDS[1:]] + [LONGEST]
    return found.assign(
        minutes=minutes,
        ten=found["commute"] / 10,
        far=(minutes >= 30).astype(int),
        first_minutes=band.map(dict(enumerate(COMMUTE_BANDS))),
        last_minutes=band.map(dict(enumerate(lasts))),
    )


def count_benefits(travelled: pd.DataFrame) -> pd.DataFrame:
    """Return how many ticked each benefit of home, by band of the commute."""
    asked = travelled.dropna(subset=[f"{name}_ticked" for name in BENEFITS])
    ticks = {
        "people_count": 1,
        **{f"{name}_count": asked[f"{name}_ticked"] == 100 for name in BENEFITS},
    }
    return (
        asked.assign(**ticks)
        .groupby(["first_minutes", "last_minutes"])[list(ticks)]
        .sum()
        .reset_index()
    )


def fit_slopes(travelled: pd.DataFrame) -> pd.DataFrame:
    """Return how value and ticks differ with the commute, under every choice."""
    answers = {
        "value of the option": "value",
        "commute among the three greatest benefits": "commute_ticked",
    }
    rows = []
    for answer, column in answers.items():
        asked = travelled.dropna(subset=[column])
        for choice, (fixed, term, cluster) in SLOPES.items():
            own = asked
            if "120" in choice:
                own = own[own["minutes"] < LONGEST]
            if choice.startswith("less than"):
                own = own[own["far"] == 0]
            if choice.endswith("under 120 minutes"):
                own = own[own["far"] == 1]
            fit = fit_people(own, f"{column} ~ {term}{fixed}", cluster)
            rows.append(
                {
                    "answer": answer,
                    "choice": choice,
                    **tidy_term(fit, term),
                    "months_count": own["month"].nunique(),
                }
            )
    return pd.DataFrame(rows).rename(
        columns={
            "value": "difference_points",
            "low": "low_points",
            "high": "high_points",
            "n": "people_count",
        }
    )
