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
    implied = (rows["high_in_unit"] - rows["low_in_unit"]) / (2 * 1.96)
    # Limits and errors of the ranks of titles are printed to 0.1 point only.
    rounding = np.where(rows["outcome"].str.contains("rank of title"), 0.1, 0.001)
    assert ((rows["se_in_unit"] - implied).abs() <= rounding).all()


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


def test_a_direction_that_contradicts_the_sign_of_its_effect_is_noticed(effects):
    # Independent of the coding: a gain has the sign that gain_if names.
    known = effects[
        effects["effect_in_unit"].notna()
        & effects["direction"].isin(["gain", "loss"])
    ]
    higher = known["gain_if"].eq("higher").to_numpy()
    assert known["gain_if"].isin(["higher", "lower"]).all()
    assert len(known) > 30
    assert (
        ((known["effect_in_unit"] > 0) == higher) == known["direction"].eq("gain")
    ).all()


def test_a_null_whose_published_interval_excludes_none_is_noticed(effects):
    null = effects[effects["direction"] == "null"].dropna(subset=["low_in_unit"])
    assert len(null)
    assert ((null["low_in_unit"] <= 0) & (null["high_in_unit"] >= 0)).all()


def test_a_study_that_would_count_twice_in_one_comparison_is_noticed(effects):
    speaks = effects[
        effects["role"].eq("main")
        & effects["superseded"].eq("no")
        & effects["outcome_family"].eq("productivity")
        & effects["contrast"].eq("away against office")
    ]
    counts = speaks["study"].astype(str).value_counts()
    assert counts.eq(1).all()


def test_a_dose_that_does_not_fit_its_arrangement_is_noticed(effects):
    dosed = effects.dropna(subset=["away_days_per_week"])
    full = dosed["days_away"].eq("full")
    assert dosed.loc[full, "away_days_per_week"].eq(5).all()
    assert dosed.loc[~full, "away_days_per_week"].between(0.5, 4.5).all()
    assert dosed.loc[~full, "days_away"].eq("part").all()
    four = dosed["arrangement"].astype(str).str.contains("WFH 4 of 5 days")
    assert dosed.loc[four, "away_days_per_week"].eq(4).all()


def test_a_version_that_was_superseded_has_its_successor_in_the_table(effects):
    old = set(effects.loc[effects["superseded"] == "yes", "study"])
    successors = {
        "EH2021wp": "EH2024",
        "CFL2018wp": "CFL2021",
        "BHL2022wp": "BHL2024",
        "BBK2017": "BBK2021",
    }
    assert old == set(successors)
    current = effects[effects["superseded"] == "no"]
    assert set(successors.values()) <= set(current["study"])


def test_the_errors_of_the_return_mandate_are_those_of_the_authors_log(effects):
    tenure = effects[
        effects["id"].str.startswith("vgw2026") & effects["unit"].eq("days")
    ].set_index("outcome")
    assert len(tenure) == 4
    assert tenure["se_in_unit"].eq(24.256).all()
    assert tenure["effect_in_unit"].min() == -54.751
