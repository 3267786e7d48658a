"""Published effects: what was compiled by hand contradicts neither itself nor the
other tables.
"""

import numpy as np
import pytest

from dispersed_autonomy.inputs.tables import load_table


@pytest.fixture
def effects():
    return load_table("published_effects", "published_effects")


def test_a_standard_error_that_is_not_that_of_the_published_interval_is_noticed(
    effects,
):
    rows = effects.dropna(subset=["low_in_unit", "high_in_unit"])
    assert len(rows)
    assert rows["se_in_unit"].to_numpy() == pytest.approx(
        ((rows["high_in_unit"] - rows["low_in_unit"]) / (2 * 1.96)).to_numpy(),
        abs=0.001,
    )


def test_a_standard_error_that_is_not_that_of_the_published_t_is_noticed(effects):
    rows = effects.dropna(subset=["t_statistic"])
    assert (
        rows["effect_in_unit"].abs() / rows["se_in_unit"]
    ).to_numpy() == pytest.approx(rows["t_statistic"].to_numpy(), abs=0.01)


def test_a_row_without_standard_error_or_not_seen_cannot_be_pooled(effects):
    poolable = effects["poolable"] == "yes"
    assert poolable.equals(effects["se_in_unit"].notna())
    assert (
        effects.loc[poolable, "standing"]
        .astype(str)
        .str.startswith("publisher")
        .all()
    )


def test_a_figure_said_not_to_have_been_seen_is_absent(effects):
    assert (
        effects.loc[effects["standing"] == "no figure seen", "effect_in_unit"]
        .isna()
        .all()
    )
    assert effects.loc[effects["effect_in_unit"].notna(), "unit"].notna().all()


def test_the_effect_on_quits_is_the_difference_of_the_published_rates(effects):
    rates = (
        load_table("tripcom_hybrid_trial", "quit_rates")
        .query("group == 'all'")
        .set_index("arm")["quit_rate_percent"]
    )
    row = effects.set_index("id").loc["bhl2024_1"]
    assert row["effect_in_unit"] == pytest.approx(
        rates["hybrid"] - rates["office"], abs=0.01
    )
    counts = np.array([[59, 820], [38, 792]])
    assert row["effect_in_unit"] == pytest.approx(
        100 * (counts[1, 0] / counts[1, 1] - counts[0, 0] / counts[0, 1]), abs=1e-3
    )


def test_proximity_and_office_days_are_not_counted_as_working_away(effects):
    away = effects["contrast"] == "away against office"
    assert (
        not effects.loc[away, "arrangement"]
        .astype(str)
        .str.contains("mandate|near teammates|office day/month")
        .any()
    )
    assert (
        effects.loc[
            effects["arrangement"].astype(str).str.contains("office day/month"),
            "contrast",
        ]
        .eq("office day against fully remote")
        .all()
    )
