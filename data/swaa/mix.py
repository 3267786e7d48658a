"""The mix of industries and states, held fixed over the months."""

import numpy as np
import pandas as pd

from dispersed_autonomy.inputs.sources import SourceError

# Months whose answers on the industry come from another list: in July 2020 mining
# has eight times its share, and from August 2021 to February 2022 half of
# professional services is under "other".
OTHER_LIST = (
    "2020-07",
    *(f"2021-{month:02d}" for month in range(8, 13)),
    "2022-01",
    "2022-02",
)
# States with twenty answers or more in every month, so that no cell is of a few.
STATES = (
    *("AL", "AZ", "CA", "CO", "FL", "GA", "IL", "IN", "MD", "MI", "MO", "NC"),
    *("NJ", "NV", "NY", "OH", "PA", "SC", "TN", "TX", "VA", "WA", "WI"),
)


def name_states(people: pd.DataFrame) -> pd.Series:
    """Return the state of each person, the small ones and territories as one."""
    state = people["state"]
    return state.where(state.isin(STATES) | state.isna(), "other").fillna("unknown")


def hold_mix(
    people: pd.DataFrame, days: pd.DataFrame, held: list[str]
) -> pd.DataFrame:
    """Return the days wanted by month if every month had the mix of all of them.

    Least squares of days wanted on month and on the columns that are held, all as
    categories, every person the same weight; then the mean that this predicts for
    each month at the shares of all answers. Months whose industries come from
    another list are left out where industries are held.
    """
    rows = pd.DataFrame(
        {
            "month": people["month"],
            "industry": days["industry"],
            "state": people["state"].fillna("unknown"),
            "wanted": days["wanted"],
        }
    )
    if "industry" in held:
        rows = rows[~rows["month"].isin(OTHER_LIST)]
    cells = (
        rows.groupby(["month", *held])["wanted"].agg(["size", "mean"]).reset_index()
    )
    months = pd.get_dummies(cells["month"], dtype=float)
    others = pd.concat(
        [pd.get_dummies(cells[column], dtype=float).iloc[:, 1:] for column in held],
        axis=1,
    )
    shares = others.mul(cells["size"], axis=0).sum() / cells["size"].sum()
    design = np.hstack([months.to_numpy(), others.to_numpy() - shares.to_numpy()])
    root = np.sqrt(cells["size"].to_numpy())
    solved, _, rank, _ = np.linalg.lstsq(
        design * root[:, None], cells["mean"].to_numpy() * root
    )
    if rank < design.shape[1]:
        raise SourceError(f"swaa: the mix of {held} cannot be held fixed")
    return pd.DataFrame(
        {
            "month": months.columns,
            "held": " and ".join(held),
            "mean_days": solved[: len(months.columns)],
        }
    )
