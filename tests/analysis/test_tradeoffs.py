"""Trade-offs: closed forms, properties, seeds, workers, and what a page would
compute from the exported draws.
"""

import json
import runpy

import joblib
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from dispersed_autonomy import paths
from dispersed_autonomy.analysis import evidence, sensitivity, tradeoffs, trends
from dispersed_autonomy.inputs.tables import load_table

TEAM = {
    "team_size": 10,
    "pay_usd": 50_000,
    "base_quit_percent": 20,
    "replacement_percent": 50,
    "rent_usd": 6_000,
    "elsewhere_usd": 1_000,
    "virtual_share_percent": 80,
    "travel_days": 5,
    "travel_day_usd": 200,
    "output_worth_ratio": 1.5,
    "kept_percent": 10,
}
DISPERSED = tradeoffs.MODELS.index("dispersed_autonomy")


@pytest.fixture(scope="module")
def tables():
    return tradeoffs.Tables(
        *(
            load_table("model_evidence", table)
            for table in ("evidence", "criteria", "prices")
        )
    )


@pytest.fixture
def effects(tables):
    return tradeoffs.draw_effects(
        tables.evidence, tables.criteria, 2_000, np.random.default_rng(1)
    )


def place(**values):
    """One draw in which dispersed autonomy alone has effects."""
    one = np.zeros((1, len(tradeoffs.MODELS), len(tradeoffs.CRITERIA)))
    for criterion, value in values.items():
        one[0, DISPERSED, tradeoffs.CRITERIA.index(criterion)] = value
    return one


def test_a_wrong_business_case_is_noticed():
    one = place(
        retention=-40, output=-2, worker_value=5, office_cost=60, coaching=4
    )
    parts = dict(zip(tradeoffs.PARTS, tradeoffs.net_value(one, TEAM)[0, DISPERSED]))
    assert parts == pytest.approx(
        {
            # Quits avoided times half a year's pay.
            "retention": 0.8 * 0.2 * 0.4 * 50,
            "output": 0.8 * -2 * 1.5,
            "kept_value": 0.8 * 5 * 0.1,
            "rent": 100 * 0.8 * 0.6 * 5_000 / 50_000,
            "coaching": -0.8 * 4,
            "travel": -100 * 0.8 * 5 * 200 / 50_000,
        }
    )


def test_models_without_effects_are_worth_nothing_but_their_travel():
    parts = tradeoffs.net_value(place(), TEAM)[0]
    assert parts[:2].tolist() == np.zeros((2, len(tradeoffs.PARTS))).tolist()
    assert tradeoffs.net_value(place(), TEAM | {"travel_days": 0}).sum() == 0


def test_break_evens_that_do_not_break_even_are_noticed(effects):
    loss = tradeoffs.break_even_output(effects, TEAM)
    moved = effects.copy()
    moved[:, DISPERSED, tradeoffs.CRITERIA.index("output")] = -loss
    assert tradeoffs.net_value(moved, TEAM)[:, DISPERSED].sum(
        axis=-1
    ) == pytest.approx(np.zeros(len(loss)), abs=1e-9)
    quit_rate = tradeoffs.break_even_quit(effects, TEAM)
    some = np.isfinite(quit_rate) & (quit_rate > 0)
    net = tradeoffs.net_value(
        effects[some], TEAM | {"base_quit_percent": quit_rate[some]}
    )[:, DISPERSED].sum(axis=-1)
    assert some.sum() > 100
    assert net == pytest.approx(np.zeros(some.sum()), abs=1e-7)


def test_a_break_even_that_does_not_exist_is_said_not_to():
    worse = place(retention=10, coaching=4)
    assert tradeoffs.break_even_quit(worse, TEAM)[0] == np.inf
    assert tradeoffs.break_even_quit(place(retention=-10, output=30), TEAM)[0] == 0
    assert np.isnan(
        tradeoffs.break_even_output(worse, TEAM | {"virtual_share_percent": 0})[0]
    )
    assert tradeoffs.break_even_quit(
        place(retention=-40, coaching=4),
        TEAM | {"base_quit_percent": 0, "travel_days": 0},
    )[0] == pytest.approx(20)


def test_draws_that_miss_their_cells_are_noticed(tables):
    drawn = tradeoffs.draw_effects(
        tables.evidence, tables.criteria, 200_000, np.random.default_rng(2)
    )
    cells = tables.evidence.astype({"model": str, "criterion": str}).set_index(
        ["model", "criterion"]
    )
    for (m, model), (c, criterion) in [
        ((m, a), (c, b))
        for m, a in enumerate(tradeoffs.MODELS)
        for c, b in enumerate(tradeoffs.CRITERIA)
    ]:
        row = cells.loc[model, criterion]
        middle, low, high = np.quantile(drawn[:, m, c], [0.5, 0.025, 0.975])
        if row["basis"] == "empty":
            assert (low, middle, high) == pytest.approx(
                (-0.475, 0, 0.475), abs=0.01
            )
            continue
        width = row["high_in_unit"] - row["low_in_unit"]
        assert (middle, high - low) == pytest.approx(
            (row["central_in_unit"], width), abs=0.03 * width + 1e-9
        ), (model, criterion)


def test_shared_draws_have_the_correlation_asked_for(tables):
    drawn = tradeoffs.draw_effects(
        tables.evidence,
        tables.criteria,
        100_000,
        np.random.default_rng(3),
        shared=0.5,
    )
    output = drawn[:, 1:, tradeoffs.CRITERIA.index("output")]
    assert np.corrcoef(output.T)[np.triu_indices(3, 1)] == pytest.approx(
        [0.5] * 3, abs=0.02
    )


def test_shares_of_ranks_that_do_not_add_up_are_noticed(effects, tables):
    shares = tradeoffs.rank_shares(
        tradeoffs.utilities(effects, np.ones(10), tables.criteria)
    )
    assert shares.sum(axis=0).to_numpy() == pytest.approx([100] * 4)
    assert shares.sum(axis=1).to_numpy() == pytest.approx([100] * 4)
    assert tradeoffs.rank_models(np.array([[3.0, 1.0, 4.0, 1.0]])).tolist() == [
        [2, 3, 1, 4]
    ]


def test_the_office_scores_in_the_middle_and_the_ends_score_zero_and_one(tables):
    worst, best = tradeoffs.scale_ends(tables.criteria)
    ends = np.zeros((1, 4, 10))
    ends[0, 1], ends[0, 2] = worst, best
    assert tradeoffs.score_effects(ends, tables.criteria)[
        0, :3, :
    ] == pytest.approx(np.repeat([[0.5], [0], [1]], 10, axis=1))
    assert tradeoffs.utilities(ends, np.arange(10), tables.criteria)[
        0, :3
    ].tolist() == pytest.approx([0.5, 0, 1])


@pytest.mark.parametrize("criterion", range(10))
def test_more_weight_on_what_a_model_is_best_at_never_costs_it_ranks(
    effects, tables, criterion
):
    weights = np.ones(10)
    heavier = weights + 2 * np.eye(10)[criterion]
    scores = tradeoffs.score_effects(effects, tables.criteria)[:, :, criterion]
    before, after = (
        tradeoffs.rank_models(tradeoffs.utilities(effects, w, tables.criteria))
        for w in (weights, heavier)
    )
    best = scores == scores.max(axis=1, keepdims=True)
    assert (after[best] <= before[best]).all()


def test_scaling_all_weights_changes_nothing(effects, tables):
    weights = np.arange(1, 11)
    one, other = (
        tradeoffs.utilities(effects, w, tables.criteria)
        for w in (weights, 7 * weights)
    )
    assert one == pytest.approx(other)


@pytest.mark.parametrize(
    "weights", [np.zeros(10), -np.ones(10), np.full(10, np.nan)]
)
def test_weights_that_mean_nothing_are_refused(effects, tables, weights):
    with pytest.raises(ValueError, match="weights"):
        tradeoffs.utilities(effects, weights, tables.criteria)


def test_a_wrong_value_of_information_is_noticed():
    mean, sd, rng = 0.4, 1.0, np.random.default_rng(4)
    signal = rng.normal(mean, sd, 400_000)
    values = np.column_stack(
        [np.zeros_like(signal), signal + rng.normal(0, 2, len(signal))]
    )
    # The unit normal loss.
    expected = sd * stats.norm.pdf(mean / sd) - mean * stats.norm.cdf(-mean / sd)
    assert tradeoffs.partial_information(values, signal) == pytest.approx(
        expected, abs=0.01
    )
    whole = np.hypot(sd, 2)
    assert tradeoffs.perfect_information(values) == pytest.approx(
        whole * stats.norm.pdf(mean / whole) - mean * stats.norm.cdf(-mean / whole),
        abs=0.01,
    )
    assert (
        tradeoffs.partial_information(values, rng.normal(size=len(signal))) < 0.01
    )


def test_domination_is_seen_where_it_is_and_nowhere_else():
    scores = np.zeros((2, 4, 3))
    scores[0, 1] = [0.1, 0, 0]
    scores[1, 2], scores[1, 3] = [1, 1, -1], [2, 1, -1]
    shares = tradeoffs.dominate_shares(scores)
    assert shares.loc["hybrid", "office"] == 50
    assert shares.loc["dispersed_autonomy", "fully_remote"] == 50
    assert shares.loc["fully_remote", "office"] == 0
    assert np.diag(shares).tolist() == [0] * 4


def test_the_same_seed_gives_the_same_draws_however_many_workers(tables):
    alone = tradeoffs.simulate(tables, 5_000, 1, keep=True, chunk=1_000)
    with joblib.parallel_config("threading", n_jobs=3):
        together = tradeoffs.simulate(tables, 5_000, 1, keep=True, chunk=1_000)
    for one, other in zip(alone[:-1], together[:-1]):
        assert np.array_equal(one, other)
    assert all(
        np.array_equal(alone.team[name], together.team[name]) for name in alone.team
    )
    assert not np.array_equal(
        alone.net, tradeoffs.simulate(tables, 5_000, 2, chunk=1_000).net
    )


def test_a_page_can_compute_what_the_library_computes(tables):
    exported = json.loads(
        json.dumps(
            tradeoffs.export_draws(
                tables,
                load_table("model_evidence", "models"),
                load_table("model_evidence", "presets"),
            )
        )
    )
    effects = np.array(exported["effects"])
    assert len(json.dumps(exported, separators=(",", ":"))) < 500_000
    assert effects.shape[0] >= 500
    for preset in exported["presets"]:
        for row in tables.prices.itertuples():
            assert (
                row.minimum_in_unit
                <= preset["team"][row.parameter]
                <= row.maximum_in_unit
            )
        team, (draw, model) = preset["team"], (7, 2)
        on = dict(
            zip(
                [c["criterion"] for c in exported["criteria"]],
                exported["effects"][draw][model],
            )
        )
        by_hand = (
            team["virtual_share_percent"]
            / 100
            * (
                -team["base_quit_percent"]
                * on["retention"]
                * team["replacement_percent"]
                / 1e4
                + on["output"] * team["output_worth_ratio"]
                + on["worker_value"] * team["kept_percent"] / 100
                + on["office_cost"]
                * (team["rent_usd"] - team["elsewhere_usd"])
                / team["pay_usd"]
                - on["coaching"]
                - 100
                * exported["meeting_travel"][model]
                * team["travel_days"]
                * team["travel_day_usd"]
                / team["pay_usd"]
            )
        )
        assert tradeoffs.net_value(effects, team)[
            draw, model
        ].sum() == pytest.approx(by_hand)


def test_the_exported_draws_are_the_first_of_the_simulation(tables):
    exported = tradeoffs.export_draws(
        tables,
        load_table("model_evidence", "models"),
        load_table("model_evidence", "presets"),
    )
    simulated = tradeoffs.simulate(
        tables, tradeoffs.CHUNK, tradeoffs.SEED, keep=True
    )
    assert np.array(exported["effects"]) == pytest.approx(
        simulated.effects[:1000], abs=0.0051
    )


def test_a_mixture_of_neighbours_has_the_mean_and_the_variance_of_a_mixture():
    cells = pd.DataFrame(
        {
            "model": ["a", "b", "c"],
            "criterion": "x",
            "basis": ["evidence", "evidence", "borrowed"],
            "recipe": ["one", "2*other", "a or b"],
            "widening_ratio": [1, 1, 1.5],
            "distribution": "normal",
            "central_in_unit": np.nan,
            "low_in_unit": np.nan,
            "high_in_unit": np.nan,
        }
    )
    estimates = pd.DataFrame(
        {"mean": [4.0, -3.0], "sd": [1.0, 2.0]}, index=["one", "other"]
    )
    filled = evidence.fill_cells(cells, estimates).set_index("model")
    rng = np.random.default_rng(5)
    mixture = np.concatenate(
        [rng.normal(4, 1, 500_000), rng.normal(-6, 4, 500_000)]
    )
    assert filled.loc["c", "central_in_unit"] == pytest.approx(
        mixture.mean(), abs=0.02
    )
    half = (filled.loc["c", "high_in_unit"] - filled.loc["c", "low_in_unit"]) / 2
    assert half == pytest.approx(1.5 * 1.959964 * mixture.std(), rel=0.005)
    wider = evidence.fill_cells(cells, estimates, widening=2).set_index("model")
    assert wider.loc["a"].equals(filled.loc["a"])
    assert wider.loc["c", "high_in_unit"] - wider.loc[
        "c", "central_in_unit"
    ] == pytest.approx(2 * half)


def test_two_rows_of_one_study_count_once_and_ratios_turn_round():
    published = pd.DataFrame(
        {
            "id": ["s_1", "s_2", "t_1"],
            "study": ["s", "s", "t"],
            "effect_in_unit": [-8.0, -19.0, 25.0],
            "se_in_unit": np.nan,
        }
    )
    own = pd.DataFrame({"id": ["u"], "study": ["u"], "effect": [2.0], "se": [0.5]})
    studies = pd.DataFrame(
        [
            ["e", "s_1", "as it is"],
            ["e", "s_2", "as it is"],
            ["e", "u", "as it is"],
            ["r", "t_1", "percent change, reversed"],
        ],
        columns=["estimate", "source", "scale"],
    )
    gathered = evidence.gather_studies(studies, published, own)
    assert gathered["effect"].tolist() == pytest.approx([-13.5, 2, -np.log(1.25)])
    pooled = evidence.pool_estimates(gathered)
    assert pooled.loc["r", ["sd", "assumed"]].tolist() == pytest.approx(
        [np.log(1.25) / 2, 1]
    )
    with pytest.raises(ValueError, match="nowhere"):
        evidence.gather_studies(
            pd.DataFrame(
                {"estimate": ["e"], "source": ["nowhere"], "scale": ["as it is"]}
            ),
            published,
            own,
        )


def test_a_yearly_rate_that_two_half_years_do_not_make_is_noticed():
    assert evidence.annualise(10, 6) == pytest.approx(19)
    assert evidence.annualise(30, 12) == pytest.approx(30)


def test_evidence_that_is_called_so_without_a_source_is_noticed(tables):
    rows = tables.evidence
    known = {
        *load_table("published_effects", "published_effects")["id"].astype(str),
        "ctrip_quits",
        "tripcom_quits",
        "ctrip_calls",
        "video_ideas",
    }
    for row in rows.itertuples():
        if row.basis in ("evidence", "borrowed") and "2023" not in row.source:
            assert set(row.source.split("; ")) <= known, row
        assert (row.basis == "empty") == np.isnan(row.central_in_unit)
    dispersed = rows[rows["model"] == "dispersed_autonomy"]
    assert set(dispersed["basis"]) == {"borrowed", "assumption"}
    standing = (
        load_table("published_effects", "published_effects")
        .set_index("id")["standing"]
        .astype(str)
    )
    studies = load_table("model_evidence", "studies").astype(str)
    recipes = " ".join(rows["recipe"].dropna().astype(str))
    used = studies.loc[studies["estimate"].isin(recipes.split()), "source"]
    used = used[used.isin(standing.index) & (used != "bhl2024_4")]
    assert len(used) > 10
    assert standing[used].str.startswith("publisher").all()


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one[:-1], other[:-1])) and all(
        np.array_equal(one.team[k], other.team[k]) for k in one.team
    )


def test_a_cluster_of_two_workers_gives_the_same_numbers_bit_for_bit(tables):
    distributed = pytest.importorskip(
        "distributed", reason="the extra `cluster` is not installed"
    )
    series = pd.DataFrame(
        {
            "year": range(2000, 2011),
            "share_percent": np.linspace(10, 30, 11) + np.tile([0.5, -0.5], 6)[:11],
        }
    )
    windows = (series, range(2000, 2003), range(2008, 2011), 2025)
    alone = (
        tradeoffs.simulate(tables, 5_000, 1, keep=True, chunk=1_000),
        trends.forecast_windows(*windows),
    )
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        assert len(client.scheduler_info()["workers"]) == 2
        with joblib.parallel_config("dask"):
            together = (
                tradeoffs.simulate(tables, 5_000, 1, keep=True, chunk=1_000),
                trends.forecast_windows(*windows),
            )
    assert same(alone[0], together[0])
    assert alone[1].equals(together[1])


def test_a_simulation_that_needs_too_much_time_or_memory_is_noticed():
    measured = runpy.run_path(
        str(paths.PROJECT / "benchmarks" / "simulate_tradeoffs.py")
    )["main"](200_000, 1)
    assert measured["seconds"] < 5
    assert measured["memory_gib"] < 2
    assert measured["ratio"] > 5


def test_the_plain_loop_of_the_benchmark_draws_from_the_same_distributions(tables):
    loop = runpy.run_path(
        str(paths.PROJECT / "benchmarks" / "simulate_tradeoffs.py")
    )["loop_draws"]
    looped = np.array(loop(tables, 4_000, 1)).reshape(-1, 4, 3)
    drawn = tradeoffs.simulate(tables, 40_000, 1)
    for number, values in enumerate((drawn.net, drawn.equal, drawn.dirichlet)):
        error = 4 * values.std(axis=0) / np.sqrt(4_000) + 1e-12
        assert (
            np.abs(looped[..., number].mean(axis=0) - values.mean(axis=0)) < error
        ).all()
        assert looped[..., number].std(axis=0) == pytest.approx(
            values.std(axis=0), rel=0.1, abs=1e-9
        )


def test_shares_of_variance_of_a_linear_function_are_its_squared_slopes():
    slopes = np.array([1.0, 2.0, 3.0, 0.0])
    split = sensitivity.split_variance(lambda rows: rows @ slopes, list("abcd"))
    expected = 100 * slopes**2 / (slopes**2).sum()
    assert split["first"].to_numpy() == pytest.approx(expected, abs=0.5)
    assert split["total"].to_numpy() == pytest.approx(expected, abs=0.5)


def test_a_product_has_a_larger_total_than_first_share():
    split = sensitivity.split_variance(
        lambda rows: (rows[:, 0] - 0.5) * (rows[:, 1] - 0.5), ["a", "b"]
    )
    assert split["first"].to_numpy() == pytest.approx([0, 0], abs=2)
    assert split["total"].to_numpy() == pytest.approx([100, 100], abs=5)


def test_one_input_at_a_time_moves_the_lead_by_its_formula(tables):
    varied = sensitivity.vary_one(tables, "dispersed_autonomy", "office").set_index(
        ["model", "name"]
    )
    cells = tables.evidence.astype({"model": str, "criterion": str}).set_index(
        ["model", "criterion"]
    )
    team = tradeoffs.central_team(tables.prices)
    row, cell = (
        varied.loc[("dispersed_autonomy", "output")],
        cells.loc[("dispersed_autonomy", "output")],
    )
    per_point = team["virtual_share_percent"] / 100 * team["output_worth_ratio"]
    assert row["at_high"] - row["at_low"] == pytest.approx(
        per_point * (cell["high_in_unit"] - cell["low_in_unit"]), rel=1e-3
    )
    travel = varied.loc[("", "travel_days")]
    days = tables.prices.set_index("parameter").loc["travel_days"]
    slope = (
        -team["virtual_share_percent"] * team["travel_day_usd"] / team["pay_usd"]
    )
    assert travel["at_high"] - travel["at_low"] == pytest.approx(
        slope * (days["high_in_unit"] - days["low_in_unit"]), rel=1e-3
    )
    assert varied["central"].nunique() == 1
    assert set(varied.index.get_level_values("model")) == {"", "dispersed_autonomy"}


def test_the_central_lead_is_that_of_the_central_values(tables):
    cells = tables.evidence.astype({"model": str, "criterion": str}).set_index(
        ["model", "criterion"]
    )["central_in_unit"]
    one = np.zeros((1, 4, 10))
    for number, criterion in enumerate(tradeoffs.CRITERIA):
        one[0, DISPERSED, number] = cells["dispersed_autonomy", criterion]
    expected = tradeoffs.net_value(one, tradeoffs.central_team(tables.prices))[
        0, DISPERSED
    ].sum()
    assert sensitivity.explain_lead(tables, "dispersed_autonomy", "office", n=64)[
        "central"
    ][0] == pytest.approx(expected, abs=1e-6)


def test_models_trade_off_only_where_both_lead_for_sure(tables):
    rng = np.random.default_rng(6)
    effects = rng.normal(0, 0.01, (2_000, 4, 10))
    output, commute = (
        tradeoffs.CRITERIA.index(name) for name in ("output", "commute")
    )
    effects[:, 1, output] += 5
    effects[:, 2, output] -= 5
    effects[:, 2, commute] += 30
    pairs = (
        tradeoffs.compare_pairs(effects, tables.evidence, tables.criteria)
        .set_index(["first", "second", "criterion"])["ahead"]
        .sort_index()
    )
    assert pairs["office", "hybrid", "output"] == "hybrid"
    assert pairs["office", "fully_remote", "output"] == "office"
    assert pairs["hybrid", "fully_remote", "commute"] == "fully_remote"
    assert "retention" not in pairs["office", "fully_remote"].index  # borrowed
    assert tradeoffs.count_trade_offs(pairs.reset_index()) == {
        "trading_off": 2,
        "one_sided": 1,
    }


def test_forgotten_cells_are_unknown_and_others_stay(tables):
    forgotten = tradeoffs.forget_cells(tables.evidence)
    gone = forgotten["central_in_unit"].isna()
    assert (
        gone == tables.evidence["basis"].isin(["borrowed", "assumption", "empty"])
    ).all()
    assert forgotten.loc[~gone].equals(tables.evidence.loc[~gone])


def test_parts_of_a_lead_add_up_to_it(effects, tables):
    split = tradeoffs.split_leads(effects, tables.evidence, tables.criteria).sum(
        axis=1
    )
    whole = 100 * (
        tradeoffs.utilities(effects, np.ones(10), tables.criteria).mean(axis=0)
        - 0.5
    )
    assert split.to_numpy() == pytest.approx(whole)


def test_the_share_worth_it_at_a_known_rate_is_that_of_its_break_even(tables):
    draws = tradeoffs.simulate(tables, 4_000, 1, keep=True)
    traced = tradeoffs.trace_worth(
        draws, "base_quit_percent", np.array([0, 25])
    ).set_index(["model", "base_quit_percent"])["share_percent"]
    effects_help = draws.effects[:, DISPERSED, 0] < 0
    needed = tradeoffs.break_even_quit(draws.effects, draws.team)
    assert traced["dispersed_autonomy", 0] == pytest.approx(
        100 * (needed == 0).mean(), abs=0.1
    )
    gained = 100 * (effects_help & (needed > 0) & (needed < 25)).mean()
    lost = (
        traced["dispersed_autonomy", 0] + gained - traced["dispersed_autonomy", 25]
    )
    assert 0 <= lost <= 100 * (~effects_help).mean()


def test_central_weights_are_those_that_make_a_model_win():
    scores = np.array([[1.0, 0, 0, 0], [0, 1, 0, 0], [2, 1, 0, 0]])
    weights = np.zeros((3, 10))
    weights[[0, 1, 2], [0, 1, 2]] = 1
    central = tradeoffs.central_weights(weights, scores)
    assert central.loc["office", ["retention", "recruiting"]].tolist() == [50, 50]
    assert central.loc["hybrid", "output"] == 100
    assert central.loc["fully_remote"].isna().all()
