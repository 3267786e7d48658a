"""The tables of the New South Wales and researchers' surveys, against the files and
against answers never seen before.
"""

import runpy

import numpy as np
import pandas as pd
import pytest

from dispersed_autonomy import paths
from dispersed_autonomy.inputs import sources
from dispersed_autonomy.inputs.sources import SourceError
from dispersed_autonomy.inputs.tables import load_table

BUILD = runpy.run_path(str(paths.DATA / "nsw_remote_work" / "build.py"))
RESEARCHERS = runpy.run_path(
    str(paths.DATA / "homeoffice_researchers" / "build.py")
)


def raw(file, **options):
    path = paths.raw_cache() / file
    if not path.exists():
        pytest.skip(
            f"not in the cache ({paths.raw_cache()}): {file}; `make data`"
            " fetches it"
        )
    return pd.read_csv(path, **options)


@pytest.mark.parametrize("year, asked", [(2020, 1371), (2021, 1512)])
def test_preferences_that_are_not_those_of_the_file_are_noticed(year, asked):
    frame = raw(f"nsw_{year}.csv", encoding="cp1252")
    answers = frame[
        next(
            heading
            for heading in frame
            if "would you prefer to work remotely" in heading.replace("  ", " ")
        )
    ]
    tenths = answers.str.extract(r"^(\d+)%")[0].astype(float)
    tenths[answers.str.startswith("Less than 10%", na=False)] = 5
    tenths[answers.str.contains("prefer not", na=False)] = 0
    cells = load_table("nsw_remote_work", "answers").query(
        "question == 'preferred remote share' and year == @year"
    )
    assert cells["people_count"].sum() == asked == tenths.notna().sum()
    assert np.average(
        cells["answer_percent"], weights=cells["people_count"]
    ) == pytest.approx(tenths.mean())


def test_the_published_mean_productivity_is_reproduced():
    cells = load_table("nsw_remote_work", "answers").query(
        "question == 'productivity at home' and year == 2020"
    )
    assert (
        round(np.average(cells["answer_percent"], weights=cells["people_count"]))
        == 13
    )


def test_tables_that_tell_different_sums_are_noticed():
    answers, groups, births = (
        load_table("nsw_remote_work", t)
        for t in ("answers", "moments_by_group", "moments_by_birth_year")
    )
    total = (
        (answers["answer_percent"] * answers["people_count"])
        .groupby([answers["question"], answers["year"]], observed=True)
        .sum()
    )
    by = ["question", "year"]
    pd.testing.assert_series_equal(
        groups.groupby(by, observed=True)["sum_percent"].sum(),
        total,
        check_names=False,
        check_dtype=False,
    )
    unknown = (
        answers[answers["generation"] == "unknown"]
        .groupby(by, observed=True)["people_count"]
        .sum()
        .reindex(total.index, fill_value=0)
    )
    people = births.groupby(by, observed=True)["people_count"].sum() + unknown
    assert (
        people.tolist()
        == groups.groupby(by, observed=True)["people_count"].sum().tolist()
    )


@pytest.mark.parametrize(
    "function, answers",
    [
        ("code_shares", ["100% - All of my time", "Half of my time"]),
        ("code_shares", ["110% - More than all of my time"]),
        (
            "code_productivity",
            ["My productivity is about same when I work remotely", "I'm unsure"],
        ),
    ],
)
def test_an_unknown_answer_is_refused(function, answers):
    with pytest.raises(SourceError, match="nsw_2020: unknown answers"):
        BUILD[function](pd.Series(answers), 2020)


def test_not_to_work_remotely_that_counts_as_missing_is_noticed():
    assert (
        BUILD["code_shares"](
            pd.Series(["I would prefer not to work remotely", np.nan]), 2021
        ).tolist()[0]
        == 0
    )


def test_a_file_of_the_right_name_with_other_columns_is_refused():
    with pytest.raises(SourceError, match="nsw_2021: 0 columns fit"):
        BUILD["find_column"](
            pd.DataFrame({"What year were you born": [1980]}),
            BUILD["HEADINGS"]["birth_year"],
            2021,
        )


def test_a_survey_of_fewer_people_is_refused(tmp_path):
    pd.DataFrame({"a": ["x"]}).to_csv(tmp_path / "nsw.csv", index=False)
    with pytest.raises(SourceError, match="1 people, expected 1507"):
        BUILD["read_survey"](tmp_path / "nsw.csv", 2020)


@pytest.mark.parametrize(
    "dataset, name, file",
    [
        ("nsw_remote_work", "nsw_2020", "nsw_2020.csv"),
        ("homeoffice_researchers", "homeoffice", "homeoffice_researchers.tsv"),
    ],
)
def test_an_altered_upstream_file_is_refused(
    monkeypatch, tmp_path, dataset, name, file
):
    (tmp_path / file).write_bytes(b"altered")
    monkeypatch.setenv("DISPERSED_AUTONOMY_CACHE", str(tmp_path))
    with pytest.raises(SourceError, match="is not the pinned file"):
        sources.fetch_source(dataset, name)


def test_each_aspect_that_was_not_picked_within_what_was_offered_is_noticed():
    aspects = load_table("nsw_remote_work", "aspects")
    assert aspects.groupby("children", observed=True)[
        "best_count"
    ].sum().to_dict() == {"no": 885 * 6, "yes": 622 * 6}
    assert (
        aspects[["best_count", "worst_count"]].sum(axis=1)
        <= 3 * aspects["people_count"]
    ).all()


def test_researchers_answers_that_are_not_those_of_the_file_are_noticed():
    table = load_table("homeoffice_researchers", "preferred_home_share")
    assert table.groupby("trait", observed=True)["people_count"].sum().eq(704).all()
    frame = raw("homeoffice_researchers.tsv", sep="\t")
    own = table[
        (table["trait"] == "commute") & (table["group"] == "over 60 minutes")
    ].iloc[0]
    far = frame.loc[frame["work_home_dist"] == ">60 min", "future_home_prop_1"]
    assert (own["people_count"], own["sum_percent"]) == (len(far), far.sum())


@pytest.mark.parametrize(
    "change, message",
    [
        ({"future_home_prop_1": 101}, "outside 0 to 100"),
        ({"age": "100 - 110"}, "age: unknown answers"),
        ({"living_sit": None}, "unknown answers"),
    ],
)
def test_a_researcher_with_an_impossible_answer_is_refused(
    monkeypatch, tmp_path, change, message
):
    one = {
        "future_home_prop_1": 50,
        "age": "25 - 34",
        "work_home_dist": "<30 min",
        "living_sit": "Living alone",
    } | change
    pd.DataFrame([one] * 704).to_csv(tmp_path / "people.tsv", sep="\t", index=False)
    with pytest.raises(SourceError, match=message):
        people = RESEARCHERS["read_people"](tmp_path / "people.tsv")
        for trait, (column, words) in RESEARCHERS["TRAITS"].items():
            RESEARCHERS["sum_answers"](people, trait, column, words)
