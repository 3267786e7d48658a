"""Studies of candidates: counted by hand from made-up rows, and from the table."""

import pandas as pd
import pytest

from dispersed_autonomy.analysis import candidates
from dispersed_autonomy.inputs.tables import load_table


@pytest.fixture
def effects():
    return load_table("published_effects", "published_effects")


def rows_of(effects, *ids):
    return effects[effects["id"].isin(ids)]


def test_a_mandate_to_return_that_slows_hiring_speaks_for_flexible_work(effects):
    tally = candidates.tally_halves(rows_of(effects, "ding2024_5"))
    assert tally["reach"] == {"studies": 1, "against_percent": 0}


def test_an_offer_that_loses_candidates_speaks_against(effects):
    rows = rows_of(effects, "hnw2021_1", "ding2024_5").astype({"direction": object})
    rows.loc[rows["id"] == "hnw2021_1", "direction"] = "loss"
    assert candidates.tally_halves(rows)["reach"]["against_percent"] == 50


def test_a_study_seen_in_a_notice_only_counts_when_that_is_allowed(effects):
    rows = rows_of(effects, "ht2024_1", "abdmo2025_3")
    assert candidates.tally_halves(rows)["diversity"]["studies"] == 2
    strict = candidates.tally_halves(rows, secondary=False)
    assert strict["diversity"]["studies"] == 1


def test_rows_of_other_outcomes_or_none_at_all_count_nothing(effects):
    for rows in (effects[effects["outcome_family"] == "productivity"], effects[:0]):
        assert candidates.tally_halves(rows) == dict.fromkeys(
            candidates.HALVES, {"studies": 0, "against_percent": 0.0}
        )


def test_a_count_under_another_name_is_noticed():
    tallies = {"reach": {"studies": 2, "against_percent": 50.0}}
    assert candidates.name_results(tallies) == {
        "wider_pool_reach_studies": 2,
        "wider_pool_reach_studies_against_percent": 50.0,
    }


def test_the_studies_behind_the_claim_are_these(effects):
    found = pd.Series(
        candidates.name_results(candidates.tally_halves(effects))
    ).to_dict()
    # He and others and Ding and others; Hsu and Tambe, Harrington and Kahn, Bloom
    # and others, Aksoy and others.
    assert found["wider_pool_reach_studies"] == 2
    assert found["wider_pool_diversity_studies"] == 4
