"""Claims and verdicts: complete, decided by rule, and moved by the data."""

import pytest
import yaml

from dispersed_autonomy import paths
from dispersed_autonomy.analysis.cohorts import cohort_share
from dispersed_autonomy.findings.claims import (
    NOT_EXAMINED,
    VERDICTS,
    ClaimError,
    decide_verdict,
    judge_claims,
    load_claims,
)
from dispersed_autonomy.inputs.tables import load_table

ORDER = """
millennials-now millennials-75 millennials-adapt remote-lasts remote-as-effective
buyers-prefer-virtual buyers-up-17 roles-can-be-virtual concern-new-clients
concern-team-meetings concern-pipeline concern-existing-clients draconian-controls
four-models fully-remote-saves-rent recruit-retain wider-pool flexibility-appeals
technology-leverage not-technology-alone accountability-kept
flexibility-demand-lasts commute-family-travel
""".split()


def claim(id):
    return next(claim for claim in load_claims() if claim["id"] == id)


def test_a_claim_that_was_dropped_or_moved_is_noticed():
    assert [claim["id"] for claim in load_claims()] == ORDER


def test_a_datum_that_flips_the_rule_flips_the_verdict(committed_results):
    # Make every sales worker a millennial and the world's workforce all too old:
    # "holds in part" must not survive.
    employed = load_table("bls_sales_occupations", "employed_by_age").query(
        "level == 'sales'"
    )
    moved = employed.assign(
        employed_thousands=employed["employed_thousands"].where(
            employed["first_age"] == 35, 0
        )
    )
    share = cohort_share(moved, counts="employed_thousands", by=["year"])[
        "share_percent"
    ].item()
    results = {id: dict(result) for id, result in committed_results.items()}
    assert decide_verdict(claim("millennials-now"), results) == "holds in part"
    results["sales_occupations_millennial_share_2025"]["value"] = share
    results["world_labor_force_millennial_share_2020"]["value"] = 20.0
    assert decide_verdict(claim("millennials-now"), results) == "contradicted"


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({"world_15_64_millennial_share_2030": 74.0}, "holds"),
        ({"specifications_reaching_75_percent": 3.0}, "overstated"),
        ({"world_15_64_born_by_1996_share_2030": 80.0}, "overstated"),
        ({}, "contradicted"),
    ],
)
def test_the_verdict_on_three_quarters_follows_its_rule(
    committed_results, changed, verdict
):
    results = {id: dict(result) for id, result in committed_results.items()}
    for id, value in changed.items():
        results[id]["value"] = value
    assert decide_verdict(claim("millennials-75"), results) == verdict


def test_a_rule_that_names_an_unknown_result_is_refused():
    rule = {
        "id": "c",
        "rule": "r",
        "verdicts": [{"verdict": "holds", "when": "no_such_result > 1"}],
    }
    with pytest.raises(ClaimError, match="c: condition .*no_such_result"):
        decide_verdict(rule, {})


def test_a_rule_that_leaves_a_case_open_is_refused():
    rule = {
        "id": "c",
        "rule": "r",
        "verdicts": [{"verdict": "holds", "when": "share > 1"}],
    }
    with pytest.raises(ClaimError, match="c: no condition"):
        decide_verdict(rule, {"share": {"value": 0.5, "low": None, "high": None}})


def test_limits_of_intervals_can_be_named_in_a_rule():
    rule = {
        "id": "c",
        "rule": "r",
        "verdicts": [
            {"verdict": "holds", "when": "share_low > 1 and share_high < 4"}
        ],
    }
    assert (
        decide_verdict(rule, {"share": {"value": 2, "low": 1.5, "high": 3}})
        == "holds"
    )


def test_a_claim_without_a_rule_is_not_examined():
    assert decide_verdict({"id": "c"}, {}) == NOT_EXAMINED


def test_a_rule_whose_notebook_is_not_there_yet_is_no_verdict(committed_results):
    without = {
        id: result
        for id, result in committed_results.items()
        if result["claim"] != "millennials-75"
    }
    judged = {claim["id"]: claim for claim in judge_claims(without, {})}
    assert judged["millennials-75"]["verdict"] == NOT_EXAMINED
    assert judged["millennials-75"]["key_result"] is None


def test_a_key_result_that_was_not_recorded_is_refused(committed_results):
    without = {
        id: result
        for id, result in committed_results.items()
        if id != "world_15_64_millennial_share_2030"
    }
    with pytest.raises(
        ClaimError, match="millennials-75: .*world_15_64_millennial_share_2030"
    ):
        judge_claims(without, {})


def test_a_result_for_an_unknown_claim_is_refused(committed_results):
    stray = {
        "stray": {
            "id": "stray",
            "claim": "no-such-claim",
            "notebook": "01",
            "value": 1,
            "low": None,
            "high": None,
        }
    }
    with pytest.raises(ClaimError, match="stray: unknown claim"):
        judge_claims(committed_results | stray, {})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"heading": None}, "missing: heading"),
        ({"colour": "blue"}, "unknown: colour"),
        (
            {"verdicts": [{"verdict": "maybe", "when": "1 > 0"}]},
            "unknown verdict: maybe",
        ),
    ],
)
def test_a_claim_that_cannot_be_read_is_refused(tmp_path, change, says):
    claims = yaml.safe_load(paths.CLAIMS.read_text())
    claims[0] |= change
    path = tmp_path / "claims.yml"
    path.write_text(yaml.safe_dump(claims))
    with pytest.raises(ClaimError, match=says):
        load_claims(path)


def test_every_rule_uses_words_of_the_list():
    used = {
        case["verdict"]
        for claim in load_claims()
        for case in claim.get("verdicts", [])
    }
    assert used <= set(VERDICTS) - {NOT_EXAMINED}
