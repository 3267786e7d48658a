"""Trade-offs: closed forms, properties, seeds, and what a page would compute from the exported draws."""

import json

import joblib
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from dispersed_autonomy import evidence, tradeoffs
from dispersed_autonomy.tables import load_table

TEAM = {
    "team_size": 10, "pay_usd": 50_000, "base_quit_percent": 20, "replacement_percent": 50, "rent_usd": 6_000, "elsewhere_usd": 1_000,
    "virtual_share_percent": 80, "travel_days": 5, "travel_day_usd": 200, "output_worth_ratio": 1.5, "kept_percent": 10,
}  # fmt: skip
DISPERSED = tradeoffs.MODELS.index("dispersed_autonomy")


@pytest.fixture(scope="module")
def tables():
    return tradeoffs.Tables(*(load_table("model_evidence", table) for table in ("evidence", "criteria", "prices")))


@pytest.fixture
def effects(tables):
    return tradeoffs.draw_effects(tables.evidence, tables.criteria, 2_000, np.random.default_rng(1))


def place(**values):
    """One draw in which dispersed autonomy alone has effects."""
    one = np.zeros((1, len(tradeoffs.MODELS), len(tradeoffs.CRITERIA)))
    for criterion, value in values.items():
        one[0, DISPERSED, tradeoffs.CRITERIA.index(criterion)] = value
    return one


def test_a_wrong_business_case_is_noticed():
    one = place(retention=-40, output=-2, worker_value=5, office_cost=60, coaching=4)
    parts = dict(zip(tradeoffs.PARTS, tradeoffs.net_value(one, TEAM)[0, DISPERSED]))
    assert parts == pytest.approx(
        {
            "retention": 0.8 * 0.2 * 0.4 * 50,  # quits avoided times half a year's pay
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
    assert tradeoffs.net_value(moved, TEAM)[:, DISPERSED].sum(axis=-1) == pytest.approx(np.zeros(len(loss)), abs=1e-9)
    quit_rate = tradeoffs.break_even_quit(effects, TEAM)
    some = np.isfinite(quit_rate) & (quit_rate > 0)
    net = tradeoffs.net_value(effects[some], TEAM | {"base_quit_percent": quit_rate[some]})[:, DISPERSED].sum(axis=-1)
    assert some.sum() > 100
    assert net == pytest.approx(np.zeros(some.sum()), abs=1e-7)


def test_a_break_even_that_does_not_exist_is_said_not_to():
    worse = place(retention=10, coaching=4)
    assert tradeoffs.break_even_quit(worse, TEAM)[0] == np.inf
    assert tradeoffs.break_even_quit(place(retention=-10, output=30), TEAM)[0] == 0
    assert np.isnan(tradeoffs.break_even_output(worse, TEAM | {"virtual_share_percent": 0})[0])
    assert tradeoffs.break_even_quit(place(retention=-40, coaching=4), TEAM | {"base_quit_percent": 0, "travel_days": 0})[0] == pytest.approx(20)


def test_draws_that_miss_their_cells_are_noticed(tables):
    drawn = tradeoffs.draw_effects(tables.evidence, tables.criteria, 200_000, np.random.default_rng(2))
    cells = tables.evidence.astype({"model": str, "criterion": str}).set_index(["model", "criterion"])
    for (m, model), (c, criterion) in [((m, a), (c, b)) for m, a in enumerate(tradeoffs.MODELS) for c, b in enumerate(tradeoffs.CRITERIA)]:
        row = cells.loc[model, criterion]
        middle, low, high = np.quantile(drawn[:, m, c], [0.5, 0.025, 0.975])
        if row["basis"] == "empty":
            assert (low, middle, high) == pytest.approx((-0.475, 0, 0.475), abs=0.01)
            continue
        width = row["high_in_unit"] - row["low_in_unit"]
        assert (middle, high - low) == pytest.approx((row["central_in_unit"], width), abs=0.03 * width + 1e-9), (model, criterion)


def test_shared_draws_have_the_correlation_asked_for(tables):
    drawn = tradeoffs.draw_effects(tables.evidence, tables.criteria, 100_000, np.random.default_rng(3), shared=0.5)
    output = drawn[:, 1:, tradeoffs.CRITERIA.index("output")]
    assert np.corrcoef(output.T)[np.triu_indices(3, 1)] == pytest.approx([0.5] * 3, abs=0.02)


def test_shares_of_ranks_that_do_not_add_up_are_noticed(effects, tables):
    shares = tradeoffs.rank_shares(tradeoffs.utilities(effects, np.ones(10), tables.criteria))
    assert shares.sum(axis=0).to_numpy() == pytest.approx([100] * 4)
    assert shares.sum(axis=1).to_numpy() == pytest.approx([100] * 4)
    assert tradeoffs.rank_models(np.array([[3.0, 1.0, 4.0, 1.0]])).tolist() == [[2, 3, 1, 4]]


def test_the_office_scores_in_the_middle_and_the_ends_score_zero_and_one(tables):
    worst, best = tradeoffs.scale_ends(tables.criteria)
    ends = np.zeros((1, 4, 10))
    ends[0, 1], ends[0, 2] = worst, best
    assert tradeoffs.score_effects(ends, tables.criteria)[0, :3, :] == pytest.approx(np.repeat([[0.5], [0], [1]], 10, axis=1))
    assert tradeoffs.utilities(ends, np.arange(10), tables.criteria)[0, :3].tolist() == pytest.approx([0.5, 0, 1])


@pytest.mark.parametrize("criterion", range(10))
def test_more_weight_on_what_a_model_is_best_at_never_costs_it_ranks(effects, tables, criterion):
    weights = np.ones(10)
    heavier = weights + 2 * np.eye(10)[criterion]
    scores = tradeoffs.score_effects(effects, tables.criteria)[:, :, criterion]
    before, after = (tradeoffs.rank_models(tradeoffs.utilities(effects, w, tables.criteria)) for w in (weights, heavier))
    best = scores == scores.max(axis=1, keepdims=True)
    assert (after[best] <= before[best]).all()


def test_scaling_all_weights_changes_nothing(effects, tables):
    weights = np.arange(1, 11)
    one, other = (tradeoffs.utilities(effects, w, tables.criteria) for w in (weights, 7 * weights))
    assert one == pytest.approx(other)


@pytest.mark.parametrize("weights", [np.zeros(10), -np.ones(10), np.full(10, np.nan)])
def test_weights_that_mean_nothing_are_refused(effects, tables, weights):
    with pytest.raises(ValueError, match="weights"):
        tradeoffs.utilities(effects, weights, tables.criteria)


@pytest.mark.parametrize("wrong", [{"pay_usd": -1}, {"base_quit_percent": 101}, {"rent_usd": float("nan")}, {"travel_days": None}])
def test_a_team_that_cannot_be_is_refused_by_name(tables, wrong):
    tradeoffs.check_team(TEAM, tables.prices)
    labels = tables.prices.set_index("parameter")["label"]
    with pytest.raises(ValueError, match=str(labels[next(iter(wrong))])):
        tradeoffs.check_team(TEAM | wrong, tables.prices)


def test_a_wrong_value_of_information_is_noticed():
    mean, sd, rng = 0.4, 1.0, np.random.default_rng(4)
    signal = rng.normal(mean, sd, 400_000)
    values = np.column_stack([np.zeros_like(signal), signal + rng.normal(0, 2, len(signal))])
    expected = sd * stats.norm.pdf(mean / sd) - mean * stats.norm.cdf(-mean / sd)  # the unit normal loss
    assert tradeoffs.partial_information(values, signal) == pytest.approx(expected, abs=0.01)
    whole = np.hypot(sd, 2)
    assert tradeoffs.perfect_information(values) == pytest.approx(whole * stats.norm.pdf(mean / whole) - mean * stats.norm.cdf(-mean / whole), abs=0.01)
    assert tradeoffs.partial_information(values, rng.normal(size=len(signal))) < 0.01


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
    assert all(np.array_equal(alone.team[name], together.team[name]) for name in alone.team)
    assert not np.array_equal(alone.net, tradeoffs.simulate(tables, 5_000, 2, chunk=1_000).net)


def test_a_page_can_compute_what_the_library_computes(tables):
    exported = json.loads(json.dumps(tradeoffs.export_draws(tables, load_table("model_evidence", "models"), load_table("model_evidence", "presets"))))
    effects = np.array(exported["effects"])
    assert len(json.dumps(exported, separators=(",", ":"))) < 500_000
    assert effects.shape[0] >= 500
    for preset in exported["presets"]:
        tradeoffs.check_team(preset["team"], tables.prices)
        team, (draw, model) = preset["team"], (7, 2)
        on = dict(zip([c["criterion"] for c in exported["criteria"]], exported["effects"][draw][model]))
        by_hand = team["virtual_share_percent"] / 100 * (
            -team["base_quit_percent"] * on["retention"] * team["replacement_percent"] / 1e4
            + on["output"] * team["output_worth_ratio"]
            + on["worker_value"] * team["kept_percent"] / 100
            + on["office_cost"] * (team["rent_usd"] - team["elsewhere_usd"]) / team["pay_usd"]
            - on["coaching"]
            - 100 * exported["meeting_travel"][model] * team["travel_days"] * team["travel_day_usd"] / team["pay_usd"]
        )  # fmt: skip
        assert tradeoffs.net_value(effects, team)[draw, model].sum() == pytest.approx(by_hand)


def test_the_exported_draws_are_the_first_of_the_simulation(tables):
    exported = tradeoffs.export_draws(tables, load_table("model_evidence", "models"), load_table("model_evidence", "presets"))
    simulated = tradeoffs.simulate(tables, tradeoffs.CHUNK, tradeoffs.SEED, keep=True)
    assert np.array(exported["effects"]) == pytest.approx(simulated.effects[:1000], abs=0.0051)


def test_a_mixture_of_neighbours_has_the_mean_and_the_variance_of_a_mixture():
    cells = pd.DataFrame(
        {
            "model": ["a", "b", "c"], "criterion": "x", "basis": ["evidence", "evidence", "borrowed"], "recipe": ["one", "2*other", "a or b"],
            "widening_ratio": [1, 1, 1.5], "distribution": "normal", "central_in_unit": np.nan, "low_in_unit": np.nan, "high_in_unit": np.nan,
        }
    )  # fmt: skip
    estimates = pd.DataFrame({"mean": [4.0, -3.0], "sd": [1.0, 2.0]}, index=["one", "other"])
    filled = evidence.fill_cells(cells, estimates).set_index("model")
    rng = np.random.default_rng(5)
    mixture = np.concatenate([rng.normal(4, 1, 500_000), rng.normal(-6, 4, 500_000)])
    assert filled.loc["c", "central_in_unit"] == pytest.approx(mixture.mean(), abs=0.02)
    half = (filled.loc["c", "high_in_unit"] - filled.loc["c", "low_in_unit"]) / 2
    assert half == pytest.approx(1.5 * 1.959964 * mixture.std(), rel=0.005)
    wider = evidence.fill_cells(cells, estimates, widening=2).set_index("model")
    assert wider.loc["a"].equals(filled.loc["a"])
    assert wider.loc["c", "high_in_unit"] - wider.loc["c", "central_in_unit"] == pytest.approx(2 * half)


def test_two_rows_of_one_study_count_once_and_ratios_turn_round():
    published = pd.DataFrame({"id": ["s_1", "s_2", "t_1"], "study": ["s", "s", "t"], "effect_in_unit": [-8.0, -19.0, 25.0], "se_in_unit": np.nan})
    own = pd.DataFrame({"id": ["u"], "study": ["u"], "effect": [2.0], "se": [0.5]})
    studies = pd.DataFrame(
        [["e", "s_1", "as it is"], ["e", "s_2", "as it is"], ["e", "u", "as it is"], ["r", "t_1", "percent change, reversed"]],
        columns=["estimate", "source", "scale"],
    )
    gathered = evidence.gather_studies(studies, published, own)
    assert gathered["effect"].tolist() == pytest.approx([-13.5, 2, -np.log(1.25)])
    pooled = evidence.pool_estimates(gathered)
    assert pooled.loc["r", ["sd", "assumed"]].tolist() == pytest.approx([np.log(1.25) / 2, 1])
    with pytest.raises(ValueError, match="nowhere"):
        evidence.gather_studies(pd.DataFrame({"estimate": ["e"], "source": ["nowhere"], "scale": ["as it is"]}), published, own)


def test_a_yearly_rate_that_two_half_years_do_not_make_is_noticed():
    assert evidence.annualise(10, 6) == pytest.approx(19)
    assert evidence.annualise(30, 12) == pytest.approx(30)


def test_evidence_that_is_called_so_without_a_source_is_noticed(tables):
    rows = tables.evidence
    known = {*load_table("published_effects", "published_effects")["id"].astype(str), "ctrip_quits", "tripcom_quits", "ctrip_calls", "video_ideas"}
    for row in rows.itertuples():
        if row.basis in ("evidence", "borrowed") and "2023" not in row.source:
            assert set(row.source.split("; ")) <= known, row
        assert (row.basis == "empty") == np.isnan(row.central_in_unit)
    dispersed = rows[rows["model"] == "dispersed_autonomy"]
    assert set(dispersed["basis"]) == {"borrowed", "assumption"}
    standing = load_table("published_effects", "published_effects").set_index("id")["standing"].astype(str)
    used = load_table("model_evidence", "studies")["source"].astype(str)
    used = used[used.isin(standing.index) & (used != "bhl2024_4")]
    assert standing[used].str.startswith("publisher").all()
