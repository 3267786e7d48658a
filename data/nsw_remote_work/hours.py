"""Hours of a day at the workplace and of a remote day, by activity."""

import pandas as pd
from answers import find_column

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
