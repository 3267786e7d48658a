"""Measure the simulation of the four models against a plain loop.

.venv/bin/python benchmarks/simulate_tradeoffs.py [draws] [workers]
"""

import math
import random
import resource
import sys
import time

import joblib
from joblib.externals.loky import get_reusable_executor

from dispersed_autonomy.analysis import tradeoffs
from dispersed_autonomy.inputs.tables import load_table

LOOPED_DRAWS = 2_000


def loop_draws(
    tables: tradeoffs.Tables, n_draws: int, seed: int
) -> list[list[float]]:
    """Compute what `simulate` computes, draw by draw in plain Python.

    Net values and both utilities.
    """
    rng = random.Random(seed)
    cells = tables.evidence.to_dict("records")
    scales = [
        (row.worst_in_unit, row.best_in_unit)
        for row in tables.criteria.itertuples()
    ]
    prices = tables.prices.to_dict("records")
    return [_loop_one(cells, scales, prices, rng) for _ in range(n_draws)]


def _loop_one(
    cells: list[dict], scales: list[tuple], prices: list[dict], rng: random.Random
) -> list[float]:
    team = {
        row["parameter"]: rng.triangular(
            row["low_in_unit"], row["high_in_unit"], row["central_in_unit"]
        )
        for row in prices
    }
    weights = [rng.expovariate(1) for _ in scales]
    share, row = team["virtual_share_percent"] / 100, []
    for number in range(len(tradeoffs.MODELS)):
        effects = [
            _draw_cell(cell, scale, rng)
            for cell, scale in zip(cells[10 * number : 10 * number + 10], scales)
        ]
        scores = [
            (effect - worst) / (best - worst)
            for effect, (worst, best) in zip(effects, scales)
        ]
        on = dict(zip(tradeoffs.CRITERIA, effects))
        travel = (
            tradeoffs.MEETING_TRAVEL[number]
            * team["travel_days"]
            * team["travel_day_usd"]
        )
        net = share * (
            -team["base_quit_percent"]
            * on["retention"]
            * team["replacement_percent"]
            / 10_000
            + on["output"] * team["output_worth_ratio"]
            + on["worker_value"] * team["kept_percent"] / 100
            + (
                on["office_cost"] * (team["rent_usd"] - team["elsewhere_usd"])
                - 100 * travel
            )
            / team["pay_usd"]
            - on["coaching"]
        )
        weighted = sum(
            weight * score for weight, score in zip(weights, scores)
        ) / sum(weights)
        row += [net, sum(scores) / len(scores), weighted]
    return row


def _draw_cell(cell: dict, scale: tuple[float, float], rng: random.Random) -> float:
    limits = [cell[f"{name}_in_unit"] for name in ("central", "low", "high")]
    if math.isnan(limits[0]):
        return rng.uniform(*scale)
    if cell["distribution"] != "log ratio":
        return rng.gauss(
            limits[0], (limits[2] - limits[1]) / (2 * tradeoffs.NORMAL_95)
        )
    central, low, high = (math.log1p(limit / 100) for limit in limits)
    return 100 * math.expm1(
        rng.gauss(central, (high - low) / (2 * tradeoffs.NORMAL_95))
    )


def main(n_draws: int = 1_000_000, workers: int = 2) -> dict[str, float]:
    """Print and return seconds, peak memory in GiB, and the ratio to the loop."""
    tables = tradeoffs.Tables(
        *(
            load_table("model_evidence", table)
            for table in ("evidence", "criteria", "prices")
        )
    )
    start = time.perf_counter()
    loop_draws(tables, LOOPED_DRAWS, tradeoffs.SEED)
    looped = (time.perf_counter() - start) * n_draws / LOOPED_DRAWS
    start = time.perf_counter()
    with joblib.parallel_config(n_jobs=workers):
        tradeoffs.simulate(tables, n_draws, tradeoffs.SEED)
    seconds = time.perf_counter() - start
    if workers > 1:
        # The memory of workers is known once they have ended.
        get_reusable_executor().shutdown(wait=True)
    own, largest = (
        resource.getrusage(who).ru_maxrss / 2**20
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    memory = own + workers * largest * (workers > 1)
    print(
        f"{n_draws:,} draws x {len(tradeoffs.MODELS)} models x"
        f" {len(tradeoffs.CRITERIA)} criteria, {workers} workers"
    )
    print(
        f"simulation {seconds:.1f} s, peak memory of all processes at most"
        f" {memory:.2f} GiB"
    )
    print(
        f"plain loop {looped:.0f} s (scaled from {LOOPED_DRAWS:,} draws),"
        f" {looped / seconds:.0f} times as long"
    )
    return {"seconds": seconds, "memory_gib": memory, "ratio": looped / seconds}


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
