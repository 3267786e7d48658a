"""Build the tables of ideas invented on video and in person."""

from pathlib import Path

import pandas as pd
import pyreadr

from dispersed_autonomy.analysis import collaboration
from dispersed_autonomy.inputs.sources import SourceError, fetch_source
from dispersed_autonomy.inputs.tables import write_tables

DATASET = "video_ideas"
CONDITIONS = {"f2f": "in person", "video": "video"}
OUTCOMES = {
    "nidea": "ideas",
    "ncreative": "creative ideas",
    "select_creative": "chosen idea",
    "top_creative": "best idea",
    "choice": "choice",
}
GAZES = {"partner_time": "partner", "task_time": "task", "room_time": "room"}
# As published: pairs by condition, pairs without a score of their choice, people
# and pairs with a record of their gaze.
PAIRS, WITHOUT_CHOICE = {"in person": 149, "video": 152}, 9
PEOPLE, PAIRS_WITH_GAZE = 270, 146
SCALE_STEP = 0.25  # two judges, halves of a point each


COUNTED = ["ideas", "creative ideas"]
LEAST_FAVORABLE = "choice, least favorable"
DEALT, DRAWS, SEED = [*COUNTED, "choice"], 9999, 2022


def main() -> None:
    """Rebuild the tables."""
    cells = count_cells(read_pairs(fetch_source(DATASET, "brucks_levav_lab")))
    people = read_people(fetch_source(DATASET, "brucks_levav_eye"))
    write_tables(
        DATASET,
        {
            "outcome_moments": average_outcomes(cells),
            "effects": estimate_effects(cells),
            "conditions_dealt_again": deal_again(cells),
            "gaze_sums": sum_gaze(people),
        },
    )


def read_frame(path: Path, columns: list[str]) -> pd.DataFrame:
    """Return the one table of an R file, with its conditions in our words.

    Raises
    ------
    SourceError
        If a column is missing or a condition unknown.
    """
    (frame,) = pyreadr.read_r(path).values()
    missing = sorted(set(columns) - set(frame.columns))
    if missing:
        raise SourceError(f"{path.name}: columns are missing: {', '.join(missing)}")
    unknown = sorted(set(frame["cond"].astype(str)) - set(CONDITIONS))
    if unknown:
        raise SourceError(f"{path.name}: unknown conditions: {', '.join(unknown)}")
    return frame.assign(condition=frame["cond"].astype(str).map(CONDITIONS))


def read_pairs(path: Path) -> pd.DataFrame:
    """Return one row a pair, with `choice`, the creativity of the chosen less that
    of the best idea.

    Raises
    ------
    SourceError
        If the number of pairs is not the published one, or a value is impossible.
    """
    pairs = read_frame(path, ["cond", "study", *list(OUTCOMES)[:-1]])
    pairs = pairs.assign(
        batch=pairs["study"].astype(str).astype(int),
        choice=pairs["select_creative"] - pairs["top_creative"],
    )
    counts = pairs["condition"].value_counts().to_dict()
    if counts != PAIRS or pairs["choice"].isna().sum() != WITHOUT_CHOICE:
        raise SourceError(
            f"{path.name}: {counts} pairs, {pairs['choice'].isna().sum()} without a"
            f" choice; expected {PAIRS}, {WITHOUT_CHOICE}"
        )
    if (pairs["ncreative"] > pairs["nidea"]).any() or (pairs["choice"] > 0).any():
        raise SourceError(
            f"{path.name}: more creative ideas than ideas, or a chosen idea better"
            " than the best"
        )
    scores = pairs[["select_creative", "top_creative"]].stack().dropna()
    if not scores.between(1, 7).all() or (scores % SCALE_STEP != 0).any():
        raise SourceError(
            f"{path.name}: a score is no quarter of a point between 1 and 7"
        )
    return pairs


def read_people(path: Path) -> pd.DataFrame:
    """Return one row a person, with the pair and the seconds that each looked at
    something.

    Raises
    ------
    SourceError
        If people or pairs are not as many as published, or a pair is of two
        conditions.
    """
    people = read_frame(path, ["id", "cond", *GAZES])
    pairs = people.groupby("id", observed=True)["condition"].nunique()
    if len(people) != PEOPLE or len(pairs) != PAIRS_WITH_GAZE or pairs.max() > 1:
        raise SourceError(
            f"{path.name}: {len(people)} people of {len(pairs)} pairs; expected"
            f" {PEOPLE} of {PAIRS_WITH_GAZE}, each of one condition"
        )
    return people


def count_cells(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return how many pairs have each value of each outcome, by batch and
    condition; many a value is that of one pair, so that this is never committed.
    """
    long = (
        pairs.rename(columns=OUTCOMES)
        .melt(
            ["batch", "condition"],
            list(OUTCOMES.values()),
            "outcome",
            "outcome_value",
        )
        .dropna()
    )
    cells = (
        long.groupby(["outcome", "batch", "condition", "outcome_value"])
        .size()
        .rename("pairs_count")
    )
    return cells.reset_index()


def average_outcomes(cells: pd.DataFrame) -> pd.DataFrame:
    """Return number, mean and variance of each outcome by batch and condition."""
    by_outcome = dict(list(cells.groupby("outcome")))
    filled = collaboration.fill_unscored(by_outcome["choice"], by_outcome["ideas"])
    everything = pd.concat([cells, filled.assign(outcome=LEAST_FAVORABLE)])
    return collaboration.summarise_pairs(everything.reset_index(drop=True))


def estimate_effects(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the effect of video on the counts by three models of four samples."""
    fitted = [
        collaboration.compare_readings(cells[cells["outcome"] == outcome]).assign(
            outcome=outcome
        )
        for outcome in COUNTED
    ]
    renamed = {
        "pairs": "sample",
        "estimate": "estimate_percent",
        "low": "low_percent",
        "high": "high_percent",
        "log_estimate": "estimate_log_ratio",
        "log_se": "se_log_ratio",
    }
    effects = pd.concat(fitted).rename(columns=renamed)
    return effects[
        ["outcome", "sample", "model", *list(renamed.values())[1:], "pairs_count"]
    ]


def deal_again(cells: pd.DataFrame) -> pd.DataFrame:
    """Return how often other deals of the conditions give as large a difference."""
    rows = [
        {
            "outcome": outcome,
            **collaboration.count_deals(
                cells[cells["outcome"] == outcome], DRAWS, SEED
            ),
        }
        for outcome in DEALT
    ]
    return pd.DataFrame(rows)


def sum_gaze(people: pd.DataFrame) -> pd.DataFrame:
    """Return sums of seconds, and of squares of the pairs' sums, by what was looked
    at, condition and size of the pair.
    """
    long = people.rename(columns=GAZES).melt(
        ["id", "condition"], list(GAZES.values()), "gaze", "seconds"
    )
    pairs = (
        long.groupby(["gaze", "condition", "id"], observed=True)["seconds"]
        .agg(["size", "sum"])
        .reset_index()
    )
    pairs = pairs.assign(square=pairs["sum"] ** 2).rename(
        columns={"size": "members_count"}
    )
    cells = pairs.groupby(["gaze", "condition", "members_count"])
    sums = cells.agg(
        pairs_count=("id", "size"),
        sum_seconds=("sum", "sum"),
        pair_sums_squared_seconds=("square", "sum"),
    )
    return sums.reset_index()


if __name__ == "__main__":
    main()
