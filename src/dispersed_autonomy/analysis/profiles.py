"""Age profiles: how people are spread inside an age group, and what a profile held
fixed means in another year.
"""

import numpy as np
import pandas as pd
from scipy.interpolate import PchipInterpolator

from dispersed_autonomy.analysis.cohorts import split_by_profile

OLDEST_WORKER = 79  # where the smooth profile ends, of a band that is open


def split_smoothly(groups: pd.DataFrame, counts: str) -> pd.DataFrame:
    """Split the age groups of one population into single years of age, without
    steps between groups.

    Parameters
    ----------
    groups : DataFrame
        One population in one year whose groups follow each other without a gap.
    counts : str
        Column of the counts.

    Returns
    -------
    DataFrame
        One row a year of age, from the youngest to `OLDEST_WORKER`; each group
        keeps its sum.

    Notes
    -----
    The people below each age that separates two groups are counted; between these
    ages a monotone cubic interpolates (Fritsch and Carlson 1980), so that no year
    of age is negative.
    """
    ordered = groups.sort_values("first_age")
    ends = ordered["last_age"].clip(upper=OLDEST_WORKER).to_numpy() + 1
    edges = np.concatenate([ordered["first_age"].to_numpy()[:1], ends])
    below = np.concatenate([[0.0], ordered[counts].cumsum().to_numpy()])
    ages = np.arange(edges[0], edges[-1])
    people = np.diff(PchipInterpolator(edges, below)(np.append(ages, edges[-1])))
    same = ordered.iloc[[0]].drop(columns=["first_age", "last_age", counts])
    return same.loc[same.index.repeat(len(ages))].assign(
        first_age=ages, last_age=ages, **{counts: people}
    )


def split_each_year(
    groups: pd.DataFrame, counts: str, profile: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Split the age groups of a population in several years: smoothly, or as
    another population is split in the same year.

    Parameters
    ----------
    groups : DataFrame
        One population, several years; the groups of 55 and over are left whole when
        there is a profile.
    counts : str
        Column of the counts.
    profile : DataFrame, optional
        Single years of age (`year`, `first_age`, `last_age`,
        `population_thousands`); the smooth split by default.
    """
    frames = []
    for year, own in groups.groupby("year"):
        if profile is None:
            frames.append(split_smoothly(own, counts))
            continue
        other = profile[profile["year"] == year]
        closed = own[own["last_age"] < 100]
        split = split_by_profile(closed, other, counts, "population_thousands")
        frames += [split, own[own["last_age"] == 100]]
    return pd.concat(frames, ignore_index=True)


def project_groups(
    groups: pd.DataFrame, population: pd.DataFrame, counts: str, year: int
) -> pd.DataFrame:
    """Return the groups of a later year if each age group held its part of the
    population.

    Parameters
    ----------
    groups : DataFrame
        One population in one year.
    population : DataFrame
        Everyone, by `year` and single year of age (`population_thousands`), for
        that year and the later one. A group that is open grows as those of its ages
        that are listed.
    counts : str
        Column of the counts.
    year : int
        The later year.
    """
    now = groups["year"].iloc[0]

    def people(first_age, last_age, when):
        ages = population["first_age"].between(first_age, last_age)
        chosen = population[ages & (population["year"] == when)]
        return chosen["population_thousands"].sum()

    growth = [
        people(first, last, year) / people(first, last, now)
        for first, last in zip(groups["first_age"], groups["last_age"])
    ]
    return groups.assign(year=year, **{counts: groups[counts] * np.array(growth)})
