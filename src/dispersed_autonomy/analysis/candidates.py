"""Who could be hired: published studies for and against a wider pool, and a more
diverse one.
"""

import pandas as pd

from dispersed_autonomy.analysis.standards import count_studies

HALVES = ("reach", "diversity")


def tally_halves(
    effects: pd.DataFrame, secondary: bool = True
) -> dict[str, dict[str, float]]:
    """Count the studies of each half of the claim, and those that speak against it.

    Parameters
    ----------
    effects : DataFrame
        The table `published_effects`, or rows of it.
    secondary : bool
        Whether rows that were seen in secondary pages only count.

    Returns
    -------
    dict
        By half, `reach` and `diversity`: `studies`, and `against_percent`, the
        share of them by which flexible work loses candidates; 0 of no studies.
    """
    tallies = {}
    for half in HALVES:
        away = count_studies(effects, half, secondary)["away"]
        against = 100 * away.eq("loss").mean() if len(away) else 0.0
        tallies[half] = {"studies": len(away), "against_percent": float(against)}
    return tallies


def name_results(tallies: dict[str, dict[str, float]]) -> dict[str, float]:
    """Return what `tally_halves` counted under the ids of this book's results."""
    return {
        f"wider_pool_{half}_studies{ending}": tally[key]
        for half, tally in tallies.items()
        for key, ending in {
            "studies": "",
            "against_percent": "_against_percent",
        }.items()
    }
