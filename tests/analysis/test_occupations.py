"""Jobs that can be done at home: the published figures, arithmetic by hand, and
input that has to be refused.
"""

import importlib.util

import pandas as pd
import pytest

from dispersed_autonomy import paths
from dispersed_autonomy.analysis import occupations
from dispersed_autonomy.inputs.sources import SourceError
from dispersed_autonomy.inputs.tables import load_table


@pytest.fixture(scope="module")
def script():
    """The build script as a module."""
    spec = importlib.util.spec_from_file_location(
        "build_teleworkability", paths.DATA / "teleworkability" / "build.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def jobs_of(codes, employed, onet, manual, **columns):
    """Jobs of fully scored occupations."""
    frame = pd.DataFrame(
        {"occupation_code": codes, "employed_jobs": employed, **columns},
        dtype=object,
    ).assign(
        employed_jobs=pd.Series(employed, dtype=float), onet=onet, manual=manual
    )
    return frame.assign(
        onet_scored_jobs=frame["employed_jobs"],
        onet_jobs=frame["employed_jobs"] * frame["onet"],
        onet_filled_jobs=frame["employed_jobs"] * frame["onet"],
        manual_jobs=frame["employed_jobs"] * frame["manual"],
        manual_full_jobs=frame["employed_jobs"] * (frame["manual"] == 1),
        manual_some_jobs=frame["employed_jobs"] * (frame["manual"] > 0),
    )


def roles_of(*rows):
    return pd.DataFrame(rows, columns=["role", "occupation_code", "mapping"])


def test_the_figures_of_the_paper_are_reproduced():
    groups = load_table("teleworkability", "jobs_by_major_group")
    published = load_table("teleworkability", "published_shares").set_index("id")[
        "share_percent"
    ]
    everyone = occupations.compute_shares(groups, ["year"]).iloc[0]
    sales = occupations.compute_shares(
        groups[groups["group_code"] == "41-0000"], ["year"]
    ).iloc[0]
    assert round(everyone["onet_percent"]) == published["dn_all_onet"] == 37
    assert round(sales["onet_percent"]) == published["dn_sales_onet"] == 28
    assert round(sales["manual_percent"]) == published["dn_sales_manual"] == 21


def test_sales_by_group_and_by_occupation_that_disagree_are_noticed():
    group = (
        load_table("teleworkability", "jobs_by_major_group")
        .query("group_code == '41-0000'")
        .iloc[0]
    )
    rows = load_table("teleworkability", "sales_jobs").query(
        "year == 2018 and kind != 'neighbour'"
    )
    for column in occupations.SUMS:
        assert rows[column].sum() == pytest.approx(group[column], abs=1)


def test_the_share_of_sales_agrees_with_arithmetic_on_its_occupations():
    # Jobs of 2018 in the occupations that the rule scores one, and the residual
    # occupation filled as the authors do.
    at_home = (
        247570
        + 393830
        + 415890
        + 1033820
        + 312980
        + 1350180
        + 3310
        + 40320
        + 65720
        + 164160
    )
    misc_group = 81250 + 3310 + 40320 + 156760 + 65720 + 164160 + 9430 + 95690
    filled = 95690 * (3310 + 40320 + 65720 + 164160) / misc_group
    whole = 14_542_290
    rows = load_table("teleworkability", "sales_jobs").query(
        "year == 2018 and kind != 'neighbour'"
    )
    shares = occupations.compute_shares(rows, ["year"]).iloc[0]
    assert shares["onet_percent"] == pytest.approx(
        100 * (at_home + filled) / whole, abs=1e-4
    )
    assert shares["onet_low_percent"] == pytest.approx(
        100 * at_home / whole, abs=1e-4
    )
    assert shares["onet_high_percent"] == pytest.approx(
        100 * (at_home + 95690) / whole, abs=1e-4
    )
    manual = (
        0.75 * (133110 + 393830 + 415890 + 1033820 + 312980 + 1350180)
        + 69480
        + 0.25 * 65720
        + 164160
        + 0.5 * (9430 + 95690)
    )
    assert shares["manual_percent"] == pytest.approx(100 * manual / whole, abs=1e-4)
    assert shares["manual_low_percent"] == pytest.approx(
        100 * (69480 + 164160) / whole, abs=1e-4
    )


def test_a_fill_from_another_group_or_over_a_score_is_noticed():
    jobs, scores = (
        pd.Series([10.0, 30.0, 60.0, 5.0]),
        pd.Series([1.0, 0.0, None, 0.5]),
    )
    filled = occupations.fill_unscored(
        jobs, scores, pd.Series(["a", "a", "a", "b"])
    )
    # Ten of the group's hundred jobs, its unscored ones among the hundred.
    assert filled.tolist() == pytest.approx([1, 0, 0.1, 0.5])


def test_limits_that_miss_the_share_are_noticed():
    rows = load_table("teleworkability", "sales_jobs")
    shares = occupations.compute_shares(rows, ["year", "kind"])
    for measure in ("onet", "manual"):
        assert (
            shares[f"{measure}_low_percent"] <= shares[f"{measure}_percent"] + 1e-4
        ).all()
        assert (
            shares[f"{measure}_percent"] <= shares[f"{measure}_high_percent"] + 1e-4
        ).all()


def test_roles_weigh_their_occupations_by_jobs_and_leave_disputed_ones_out():
    jobs = jobs_of(["1", "2", "3"], [100, 300, 600], [1, 0.5, 0], [0.75, 1, 0])
    roles = roles_of(
        ("Inside", "1", "main"),
        ("Inside", "2", "main"),
        ("Inside", "3", "disputed"),
    )
    main = occupations.compute_shares(
        occupations.map_roles(jobs, roles), ["role"]
    ).iloc[0]
    assert main["onet_percent"] == pytest.approx(100 * 250 / 400)
    assert main["manual_percent"] == pytest.approx(100 * 375 / 400)
    assert main["manual_low_percent"] == pytest.approx(100 * 300 / 400)
    wide = occupations.compute_shares(
        occupations.map_roles(jobs, roles, disputed=True), ["role"]
    ).iloc[0]
    assert wide["onet_percent"] == pytest.approx(100 * 250 / 1000)


def test_a_mapping_that_was_not_tried_is_noticed():
    jobs = jobs_of(["1", "2", "3"], [100, 300, 600], [1, 0.5, 0], [0.75, 1, 0])
    roles = roles_of(
        ("Inside", "1", "main"),
        ("Inside", "2", "disputed"),
        ("Inside", "3", "disputed"),
    )
    tried = occupations.try_mappings(jobs, roles).set_index("added")["onet_percent"]
    expected = {"": 100, "2": 250 / 4, "3": 100 / 7, "2 3": 25}
    assert tried.to_dict() == pytest.approx(expected)


def test_one_choice_for_every_subset_of_the_disputed_occupations():
    roles = load_table("teleworkability", "roles")
    jobs = load_table("teleworkability", "sales_jobs").query("year == 2018")
    disputed = (
        (roles["mapping"] == "disputed").groupby(roles["role"], observed=True).sum()
    )
    assert len(occupations.try_mappings(jobs, roles)) == (2**disputed).sum()


def test_a_role_without_jobs_is_refused():
    with pytest.raises(ValueError, match="no jobs for 9"):
        occupations.map_roles(
            jobs_of(["1"], [1], [1], [1]), roles_of(("Inside", "9", "main"))
        )


def test_a_role_that_passes_by_one_measure_only_is_not_counted():
    shares = pd.DataFrame(
        {"onet_percent": [90.0, 50.0, 49.9], "manual_percent": [20.0, 50.0, 80.0]}
    )
    assert (
        occupations.count_majorities(shares, ["onet_percent", "manual_percent"])
        == 1
    )
    assert occupations.count_majorities(shares, ["onet_percent"]) == 2


def test_roles_that_share_their_occupations_are_one_test():
    roles = roles_of(
        ("Inside", "1", "main"),
        ("Development", "1", "main"),
        ("Development", "2", "disputed"),
        ("Outside", "2", "main"),
        ("Outside", "1", "main"),
        ("Accounts", "1", "main"),
        ("Accounts", "2", "main"),
    )
    tests = occupations.name_tests(roles)
    assert tests["Inside"] == tests["Development"] == "1"
    assert tests["Outside"] == tests["Accounts"] == "1 2"
    shares = pd.DataFrame(
        {
            "role": ["Inside", "Development", "Outside", "Accounts"],
            "onet_percent": [90.0, 90.0, 60.0, 60.0],
            "manual_percent": [60.0, 60.0, 49.9, 49.9],
        }
    )
    measures = ["onet_percent", "manual_percent"]
    assert occupations.tally_tests(shares, tests, measures) == (1, 2)
    assert occupations.tally_tests(shares, tests, measures, 75) == (0, 1)


def test_a_test_of_two_roles_of_which_one_fails_does_not_pass():
    tests = pd.Series({"Inside": "1", "Development": "1"})
    shares = pd.DataFrame(
        {"role": ["Inside", "Development"], "onet_percent": [90.0, 10.0]}
    )
    assert occupations.tally_tests(shares, tests, ["onet_percent"]) == (0, 0)


def test_the_seven_roles_are_six_tests():
    roles = load_table("teleworkability", "roles")
    assert roles["role"].nunique() == 7
    assert occupations.name_tests(roles).nunique() == 6


def test_weights_of_another_survey_that_are_not_its_people_are_noticed():
    jobs = jobs_of(["1", "2", "3"], [100, 300, 600], [1, 0, 1], [1, 1, 1])
    codes = pd.DataFrame(
        {"occupation": ["A", "A", "B"], "occupation_code": ["1", "2", "3"]}
    )
    people = pd.DataFrame(
        {"occupation": ["A", "B", "A"], "employed_thousands": [30.0, 20.0, 50.0]}
    )
    shares = occupations.reweigh_shares(jobs, codes, people, "onet_percent")
    assert shares.to_dict() == pytest.approx(
        {"A": 25, "B": 100, "all": (80 * 25 + 20 * 100) / 100}
    )
    with pytest.raises(ValueError, match="no code for C"):
        occupations.reweigh_shares(
            jobs, codes, people.assign(occupation="C"), "onet_percent"
        )


def test_stacked_measures_that_lose_or_mix_a_measure_are_noticed():
    shares = occupations.compute_shares(
        jobs_of(["1", "2"], [100, 300], [1, 0], [0.5, 0.5], role="x"), ["role"]
    )
    stacked = occupations.stack_measures(shares, ["role"]).set_index("measure")[
        "share_percent"
    ]
    assert stacked.to_dict() == pytest.approx(
        {"rule on O*NET answers": 25, "authors' own scores": 50}
    )


@pytest.fixture
def manual_file(tmp_path, monkeypatch, script):
    """A file of manual scores that the script will read."""
    path = tmp_path / "manual.csv"
    monkeypatch.setattr(script, "fetch_source", lambda dataset, name: path)

    def write(*lines, heading="BroadGroupCode,BroadGroup,Teleworkable"):
        path.write_text("\n".join([heading, *lines]) + "\n")

    return write


def test_a_title_with_a_comma_after_a_space_is_read(manual_file, script):
    manual_file(
        '53-1040, "Supervisors, except cargo",0 ', "41-9040,Telemarketers,1"
    )
    assert script.read_manual_scores().to_dict() == {"53-1040": 0, "41-9040": 1}


@pytest.mark.parametrize(
    "lines, message",
    [
        (["41-9040,Telemarketers,1,2"], "not three values"),
        (["41-9040,Telemarketers,0.6"], "a score is none of"),
        (["41-9040,Telemarketers,1", "41-9040,Telemarketers,0"], "stands twice"),
    ],
)
def test_manual_scores_that_break_their_form_are_refused(
    manual_file, script, lines, message
):
    manual_file(*lines)
    with pytest.raises(SourceError, match=message):
        script.read_manual_scores()


def test_wrong_columns_are_refused(manual_file, script):
    manual_file("41-9040,Telemarketers,1", heading="code,title,score")
    with pytest.raises(SourceError, match="the columns are"):
        script.read_manual_scores()
    with pytest.raises(SourceError, match="columns are missing"):
        script.read_onet_scores()


def test_a_score_outside_zero_to_one_is_refused(tmp_path, monkeypatch, script):
    path = tmp_path / "onet.csv"
    path.write_text("OCC_CODE,OES_TITLE,teleworkable\n41-9041,Telemarketers,1.5\n")
    monkeypatch.setattr(script, "fetch_source", lambda dataset, name: path)
    with pytest.raises(SourceError, match="outside 0 to 1"):
        script.read_onet_scores()


def test_an_occupation_without_a_score_that_is_not_residual_is_refused(script):
    jobs = pd.DataFrame(
        {
            "year": 2018,
            "occupation_code": ["41-9041"],
            "title": ["Telemarketers"],
            "employed_jobs": [10],
        }
    )
    with pytest.raises(SourceError, match="no score for 41-9041"):
        script.score_jobs(
            jobs, pd.Series({"41-1011": 0.0}), pd.Series({"41-9040": 1.0})
        )


def test_jobs_that_do_not_add_up_to_their_total_are_refused(monkeypatch, script):
    rows = load_table("bls_occupational_employment", "employment")
    rows.loc[rows["occupation_code"] == "41-2031", "employed_jobs"] += 100_000
    monkeypatch.setattr(script, "load_table", lambda dataset, table: rows)
    with pytest.raises(SourceError, match="do not add up to 00-0000"):
        script.read_jobs()
