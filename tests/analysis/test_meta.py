"""Meta-analysis: against closed forms, a root search and the definition."""

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from dispersed_autonomy.analysis.meta import (
    pool_at_spreads,
    pool_effects,
    pool_without_each,
    spread_reaching,
    to_ratios,
)


@pytest.fixture
def many():
    return pd.DataFrame(
        {
            "study": list("abcde"),
            "effect": [-0.9, -0.4, 0.1, -0.6, 0.35],
            "se": [0.2, 0.15, 0.25, 0.1, 0.3],
        }
    )


@pytest.fixture
def alike():
    return pd.DataFrame(
        {"study": list("abc"), "effect": [0.10, 0.11, 0.09], "se": [0.2, 0.3, 0.25]}
    )


def weighted_mean(effects, weights):
    return (weights * effects).sum() / weights.sum()


def test_the_estimate_of_dersimonian_and_laird_is_that_of_their_formula(many):
    y, w = many["effect"].to_numpy(), 1 / many["se"].to_numpy() ** 2
    q = (w * (y - weighted_mean(y, w)) ** 2).sum()
    tau2 = (q - (len(y) - 1)) / (w.sum() - (w**2).sum() / w.sum())
    weights = 1 / (1 / w + tau2)
    row = pool_effects(many).set_index("method").loc["DerSimonian-Laird"]
    assert row["spread"] == pytest.approx(np.sqrt(tau2))
    assert row["effect"] == pytest.approx(weighted_mean(y, weights))
    assert row["high"] - row["effect"] == pytest.approx(
        1.959964 / np.sqrt(weights.sum()), rel=1e-6
    )


def test_the_estimate_of_paule_and_mandel_is_the_root_of_their_equation(many):
    y, v = many["effect"].to_numpy(), many["se"].to_numpy() ** 2

    def excess(tau2):
        weights = 1 / (v + tau2)
        return (weights * (y - weighted_mean(y, weights)) ** 2).sum() - (len(y) - 1)

    tau2 = optimize.brentq(excess, 0, 10)
    row = pool_effects(many).set_index("method").loc["Paule-Mandel"]
    assert row["spread"] == pytest.approx(np.sqrt(tau2), rel=1e-4)
    assert row["effect"] == pytest.approx(
        weighted_mean(y, 1 / (v + tau2)), rel=1e-4
    )


def test_hartung_knapp_has_the_error_of_weighted_residuals_and_students_t(
    many,
):
    rows = pool_effects(many).set_index("method")
    y, weights = (
        many["effect"].to_numpy(),
        1 / (many["se"].to_numpy() ** 2 + rows.loc["Paule-Mandel", "spread"] ** 2),
    )
    mean = weighted_mean(y, weights)
    error = np.sqrt(
        (weights * (y - mean) ** 2).sum() / ((len(y) - 1) * weights.sum())
    )
    assert rows.loc["Hartung-Knapp", "low"] == pytest.approx(
        mean - stats.t.ppf(0.975, 4) * error
    )


def test_the_prediction_interval_adds_the_spread_to_the_error(many):
    row = pool_effects(many).set_index("method").loc["Paule-Mandel"]
    reach = stats.t.ppf(0.975, 4) * np.hypot(row["spread"], row["se"])
    assert row["predicted_high"] == pytest.approx(row["effect"] + reach)


def test_a_negative_variance_between_studies_does_not_shorten_the_interval(alike):
    rows = pool_effects(alike).set_index("method")
    weights = 1 / alike["se"] ** 2
    for method in ("DerSimonian-Laird", "Paule-Mandel"):
        assert rows.loc[method, "spread"] == 0
        assert rows.loc[method, "se"] == pytest.approx(1 / np.sqrt(weights.sum()))
    assert rows.loc["DerSimonian-Laird", "i2_percent"] == 0


def test_both_ways_to_estimate_the_spread_agree_exactly_for_two_studies(many):
    y, v = many["effect"][:2], many["se"][:2] ** 2
    expected = np.sqrt(
        ((y[0] - y[1]) ** 2 - v.sum()) / 2
    )  # where Cochran's Q equals its expectation, if errors are alike
    two = many.iloc[:2].assign(se=np.sqrt(v.mean()))
    spreads = pool_effects(two).set_index("method")["spread"]
    assert spreads["Paule-Mandel"] == pytest.approx(expected, rel=1e-4)
    assert spreads["DerSimonian-Laird"] == pytest.approx(expected)


def test_normal_intervals_of_the_common_effect_cover_as_often_as_they_say():
    rng = np.random.default_rng(11)
    se = np.array([0.2, 0.3, 0.25])
    frames = [
        pd.DataFrame({"effect": rng.normal(0.3, se), "se": se}) for _ in range(400)
    ]
    rows = [pool_effects(frame, level=90).iloc[0] for frame in frames]
    covered = np.mean([row["low"] <= 0.3 <= row["high"] for row in rows])
    assert covered == pytest.approx(
        0.90, abs=0.045
    )  # three standard errors of 400 draws


def test_leaving_out_a_study_pools_the_others(many):
    left = pool_without_each(many, "study", method="DerSimonian-Laird").set_index(
        "left_out"
    )
    expected = (
        pool_effects(many[many["study"] != "c"])
        .set_index("method")
        .loc["DerSimonian-Laird"]
    )
    assert left.loc["c", "effect"] == pytest.approx(expected["effect"])
    two = pool_without_each(many.iloc[:2], "study").set_index("left_out")
    assert (two.loc["a", "effect"], two.loc["b", "effect"]) == pytest.approx(
        (-0.4, -0.9)
    )
    assert two.loc["a", "high"] == pytest.approx(-0.4 + 1.959964 * 0.15)


def test_a_spread_of_zero_is_the_common_effect_and_a_huge_one_the_plain_mean(many):
    rows = pool_at_spreads(many, [0, 1000])
    assert rows["effect"][0] == pytest.approx(pool_effects(many)["effect"][0])
    assert rows["effect"][1] == pytest.approx(many["effect"].mean(), abs=1e-6)


def test_the_spread_that_reaches_a_limit_puts_the_interval_there(many):
    spread = spread_reaching(many, 0)
    assert pool_at_spreads(many, [spread])["high"].item() == pytest.approx(
        0, abs=1e-9
    )
    assert spread_reaching(many, many["effect"].mean() - 0.05) >= 0
    assert spread_reaching(many, pool_effects(many)["effect"][0]) == 0


def test_ratios_are_exponentials_of_effects_and_limits_only(many):
    pooled = pool_effects(many)
    ratios = to_ratios(pooled)
    assert ratios["high"].tolist() == pytest.approx(np.exp(pooled["high"]).tolist())
    assert ratios["spread"].equals(pooled["spread"]) and ratios["se"].equals(
        pooled["se"]
    )


@pytest.mark.parametrize(
    "broken",
    [
        {"effect": [0.1], "se": [0.1]},
        {"effect": [0.1, np.nan], "se": [0.1, 0.1]},
        {"effect": [0.1, 0.2], "se": [0.1, 0.0]},
    ],
)
def test_studies_that_cannot_be_pooled_are_refused(broken):
    with pytest.raises(
        ValueError, match="studies cannot be pooled|positive standard error"
    ):
        pool_effects(pd.DataFrame(broken))
