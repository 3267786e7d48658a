"""The standard of evidence: the same questions to every row, whatever the claim."""

import pandas as pd
import pytest

from dispersed_autonomy.analysis import standards
from dispersed_autonomy.inputs.tables import describe, load_table


def make_rows(**changes):
    """Return one row that counts for results, with columns changed."""
    row = {
        "id": "a_1",
        "study": "A",
        "label": "A 2020",
        "outcome_family": "productivity",
        "contrast": "away against office",
        "days_away": "full",
        "design_kind": "randomized",
        "direction": "gain",
        "role": "main",
        "superseded": "no",
        "standing": "publisher",
        "work_kind": "call centre",
        "se_in_unit": None,
    }
    return pd.DataFrame([row | changes])


@pytest.fixture
def effects():
    return load_table("published_effects", "published_effects")


@pytest.mark.parametrize(
    ("changes", "question"),
    [
        ({"outcome_family": "wellbeing"}, "outcome"),
        ({"contrast": "value of the option"}, "contrast"),
        ({"design_kind": "stated"}, "design"),
        ({"design_kind": "model"}, "design"),
        ({"role": "subgroup"}, "role"),
        ({"superseded": "yes"}, "role"),
        ({"standing": "unverified"}, "seen"),
        ({"direction": None}, "seen"),
    ],
)
def test_a_row_that_fails_one_question_counts_all_the_same(changes, question):
    (judged,) = standards.judge_rows(make_rows(**changes), "results").to_dict(
        "records"
    )
    assert not judged["counts"]
    assert judged["fails"] == question


def test_work_of_another_kind_is_refused_or_passes_as_that_of_sellers():
    neighbors, sellers = (
        standards.judge_rows(make_rows(work_kind=kind), "results").iloc[0]
        for kind in ("data entry", "sales")
    )
    assert neighbors["counts"] and neighbors["directness"] == "neighbors"
    assert sellers["counts"] and sellers["directness"] == "sellers"
    assert (
        standards.cap_verdict(
            standards.count_studies(make_rows(work_kind="data entry"), "results")
        )
        == "holds in part"
    )
    assert (
        standards.cap_verdict(
            standards.count_studies(make_rows(work_kind="sales"), "results")
        )
        == "holds"
    )


def test_the_kind_of_work_decides_what_counts_for_any_family(effects):
    # The standard asks the same of sellers and of others: relabelling everybody
    # may change directness and nothing else.
    relabelled = effects.assign(work_kind="sales")
    for family in standards.FAMILIES:
        ours = standards.judge_rows(effects, family)
        theirs = standards.judge_rows(relabelled, family)
        assert ours["counts"].equals(theirs["counts"])
        assert ours["fails"].equals(theirs["fails"])


def test_being_near_and_being_away_are_confused():
    near = make_rows(
        contrast="near teammates against apart",
        outcome_family="innovation communication",
    )
    assert standards.count_studies(near, "meetings")["away"].tolist() == ["loss"]
    mandate = make_rows(
        contrast="return mandate against none",
        outcome_family="attrition",
        direction="loss",
    )
    assert standards.count_studies(mandate, "retention")["away"].tolist() == [
        "gain"
    ]


def test_rows_of_one_study_count_as_several():
    two = pd.concat([make_rows(), make_rows(id="a_2", direction="loss")])
    (study,) = standards.count_studies(two, "results").to_dict("records")
    assert study["away"] == "null"
    three = pd.concat([two, make_rows(id="a_3", direction="loss")])
    assert standards.count_studies(three, "results")["away"].tolist() == ["loss"]


def test_a_row_seen_in_secondary_pages_counts_where_it_is_left_out():
    rows = make_rows(standing="secondary")
    assert len(standards.count_studies(rows, "results")) == 1
    assert standards.count_studies(rows, "results", secondary=False).empty


def test_a_lone_direction_or_hearsay_carries_a_verdict():
    one = standards.count_studies(make_rows(), "results")
    assert not standards.carry_verdict(one)
    assert standards.carry_verdict(one, own_estimates=1)
    known = standards.count_studies(make_rows(se_in_unit=1.0), "results")
    assert standards.carry_verdict(known)
    two = pd.concat([make_rows(), make_rows(study="B")])
    assert standards.carry_verdict(standards.count_studies(two, "results"))
    hearsay = two.assign(standing="secondary")
    assert not standards.carry_verdict(standards.count_studies(hearsay, "results"))


def test_a_family_that_nobody_defined_is_taken_for_one_without_studies(effects):
    with pytest.raises(ValueError, match="no family"):
        standards.judge_rows(effects, "charm")


def test_a_family_asks_for_a_code_that_the_table_cannot_hold():
    fields = {}
    for name in ("outcome_family", "contrast"):
        fields[name] = _allowed(name)
    for family in standards.FAMILIES.values():
        assert set(family.outcomes) <= fields["outcome_family"]
        assert set(family.contrasts) <= fields["contrast"]


def _allowed(name):
    (resource,) = describe("published_effects")["resources"]
    (field,) = [f for f in resource["schema"]["fields"] if f["name"] == name]
    return set(field["constraints"]["enum"])


def test_claims_about_customers_are_decided_by_staff_who_answer_calls(effects):
    for family in ("new clients", "existing clients", "pipeline"):
        judged = standards.judge_rows(effects, family)
        assert not judged["counts"].any()
        calls = judged[
            judged["work_kind"].isin(["call centre", "customer service"])
        ]
        assert calls["fails"].eq("outcome").all()


def test_the_count_of_studies_of_output_misses_one_that_was_read(effects):
    # By hand from the abstracts: who reports a loss of measured output away from
    # the office, a gain, or no difference.
    studies = standards.count_studies(effects, "results").set_index("study")["away"]
    assert studies.to_dict() == {
        "BLRY2015": "gain",
        "BHL2024": "null",
        "EH2024": "loss",
        "ASS2023": "loss",
        "GMS2023": "loss",
        "AP2024": "gain",
        "KSZ2022": "loss",
        "FK2024": "gain",
        "ABDMO2025": "gain",
        "SV2020": "null",
    }
