"""Age profiles: how people are spread inside age groups, now and later."""

import numpy as np
import pandas as pd
from scipy.interpolate import PchipInterpolator

from dispersed_autonomy.analysis.cohorts import OPEN_END, split_by_profile

OLDEST_WORKER = 79  # where the smooth profile ends, of a band that is open


def split_smoothly(groups: pd.DataFrame, counts: str) -> pd.DataFrame:
    """Split the age groups of one population into years of age, without steps.

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
    groups: pd.DataFrame,
    counts: str,
    profile: pd.DataFrame | None = None,
    by: list[str] = ["group", "year"],  # noqa: B006
) -> pd.DataFrame:
    """Split the age groups of several populations and years.

    Parameters
    ----------
    groups : DataFrame
        Populations by age group.
    counts : str
        Column of the counts.
    profile : DataFrame, optional
        Another population by single year of age and `year`
        (`population_thousands`), as which groups are split; the group that is open
        stays whole. Without it they are split smoothly.
    by : list of str
        Columns that tell populations apart.
    """
    if profile is None:
        frames = [
            split_smoothly(own, counts)
            for _, own in groups.groupby(by, observed=True)
        ]
        return pd.concat(frames, ignore_index=True)
    closed = groups["last_age"] < OPEN_END
    frames = [groups[~closed]] + [
        split_by_profile(
            own,
            profile[profile["year"] == year],
            counts,
            "population_thousands",
        )
        for year, own in groups[closed].groupby("year")
    ]
    return pd.concat(frames, ignore_index=True)


def project_groups(
    groups: pd.DataFrame, population: pd.DataFrame, counts: str, year: int
) -> pd.DataFrame:
    """Return the groups of a later year if each kept its part of the population.

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
