"""The tables of the New South Wales and researchers' surveys, against the files and
against answers never seen before.
"""

import runpy

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from dispersed_autonomy import paths
from dispersed_autonomy.inputs import sources
from dispersed_autonomy.inputs.sources import SourceError
from dispersed_autonomy.inputs.tables import describe, load_table

RESEARCHERS = runpy.run_path(
    str(paths.DATA / "homeoffice_researchers" / "build.py")
)


@pytest.fixture(scope="module")
def coding(load_script):
    """The script that reads the surveys and codes their answers."""
    return load_script("nsw_remote_work", "answers")


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
    groups, traits, births = (
        load_table("nsw_remote_work", table)
        for table in (
            "moments_by_group",
            "moments_by_trait",
            "moments_by_birth_years",
        )
    )
    sums = ["people_count", "sum_percent", "sum_squared_percent"]
    by = ["question", "trait"]
    everyone = traits.groupby(by, observed=True)[sums].sum().unstack("trait")
    for trait in ("children", "sales"):
        assert (
            everyone.xs(trait, axis=1, level=1)
            .eq(everyone.xs("everyone", axis=1, level=1))
            .all(axis=None)
        )
    of_births = births.groupby("question", observed=True)[sums].sum()
    assert of_births.equals(groups.groupby("question", observed=True)[sums].sum())
    unknown = everyone["people_count"]["everyone"] - of_births["people_count"]
    assert set(unknown) == {0, 2}  # who gave 1900 as their year of birth, in 2020


@pytest.mark.parametrize("dataset", ["nsw_remote_work", "homeoffice_researchers"])
def test_a_cell_that_describes_a_few_people_is_noticed(dataset):
    for resource in describe(dataset)["resources"]:
        table = load_table(dataset, resource["path"].removesuffix(".csv"))
        for column in table.columns.intersection(["people_count", "group_count"]):
            assert table[column].min() >= 5, resource["path"]


def test_managers_who_agree_otherwise_than_in_the_file_are_noticed():
    frame = raw("nsw_2021.csv", encoding="cp1252")
    managers = load_table("nsw_remote_work", "managers")
    agreeing = managers[managers["answer"].str.endswith(" agree")]
    counts = agreeing.groupby("statement", observed=True)["people_count"].sum()
    for statement, words in {
        "retain": "helps me retain",
        "recruit": "helps me to recruit",
        "focus on results": "more focused on results",
        "manage poor performers": "poor performers",
        "manage tasks": "tasking and monitoring",
    }.items():
        heading = next(h for h in frame if words in " ".join(h.split()))
        assert counts[statement] == frame[heading].str.endswith(" agree").sum()
        assert frame[heading].notna().sum() == 595


def test_a_pay_cut_of_someone_who_would_not_negotiate_is_noticed():
    cuts = load_table("nsw_remote_work", "pay_cuts")
    assert cuts["people_count"].sum() == 485
    inside = cuts["sum_percent"] / cuts["people_count"]
    assert inside.between(cuts["first_percent"], cuts["last_percent"]).all()
    traits = load_table("nsw_remote_work", "moments_by_trait")
    yes = traits.query(
        "question == 'would negotiate for discretion' and trait == 'everyone'"
    )
    assert yes["sum_percent"].item() == 100 * 485
    frame = raw("nsw_2021.csv", encoding="cp1252")
    heading = next(h for h in frame if "biggest pay cut" in h)
    own = 100 * frame[heading].dropna()
    assert cuts["sum_percent"].sum() == pytest.approx(own.sum())


def test_a_contrast_that_statsmodels_finds_otherwise_in_the_file_is_noticed():
    frame = raw("nsw_2021.csv", encoding="cp1252")
    find = {
        "negotiate": "interested in negotiating",
        "household": "describes your household",
        "born": "What year were you born",
        "gender": "What is your gender",
        "job": "best describes your current occupation",
        "region": "Metro",
    }
    rows = pd.DataFrame(
        {
            name: frame[next(h for h in frame if words in " ".join(h.split()))]
            for name, words in find.items()
        }
    )
    rows["yes"] = 100 * (rows["negotiate"] == "Yes")
    rows["children"] = rows["household"].str.contains("with dependent").astype(int)
    rows["age"] = pd.cut(
        rows["born"], [0, 1964, 1980, 1996, 2010], labels=list("EXMZ")
    )
    rows["job"] = rows["job"].str.split(" - ").str[0]
    rows["gender"] = rows["gender"].where(
        rows["gender"].isin(["Male", "Female"]), ""
    )
    fit = smf.ols(
        "yes ~ C(age, Treatment('X')) + children + C(gender) + C(job) + C(region)",
        rows,
    ).fit(cov_type="HC1", use_t=True)
    table = load_table("nsw_remote_work", "contrasts").query(
        "question == 'would negotiate for discretion' and choice =="
        " 'children, sex, occupation and region held fixed'"
    )
    own = table.set_index("contrast")[
        ["difference_points", "low_points", "high_points"]
    ]
    for contrast, term in {
        "millennial minus generation X": "C(age, Treatment('X'))[T.M]",
        "generation Z minus generation X": "C(age, Treatment('X'))[T.Z]",
        "with children minus without": "children",
    }.items():
        assert own.loc[contrast].tolist() == pytest.approx(
            [fit.params[term], *fit.conf_int().loc[term]], abs=1e-5
        )


def test_a_change_that_is_not_of_the_same_person_is_noticed():
    frame = raw("nsw_2020.csv", encoding="cp1252")
    headings = {" ".join(heading.split()): heading for heading in frame}
    shares = {}
    for name, words in {
        "before": "remote working last year?",
        "now": "remote working in the last 3 months?",
    }.items():
        heading = next(h for h in headings if h.endswith(words))
        answers = frame[headings[heading]]
        share = answers.str.extract(r"^(\d+)%")[0].astype(float)
        share[answers.str.startswith("Less than 10%")] = 5
        shares[name] = share.fillna(0)
    cells = load_table("nsw_remote_work", "moments_by_trait").query(
        "question == 'change of remote time' and trait == 'everyone'"
    )
    change = shares["now"] - shares["before"]
    assert cells["sum_percent"].item() == change.sum()
    assert cells["sum_squared_percent"].item() == (change**2).sum()


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
def test_an_unknown_answer_is_refused(coding, function, answers):
    with pytest.raises(SourceError, match="nsw_2020: unknown answers"):
        coding[function](pd.Series(answers), 2020)


def test_not_to_work_remotely_that_counts_as_missing_is_noticed(coding):
    assert (
        coding["code_shares"](
            pd.Series(["I would prefer not to work remotely", np.nan]), 2021
        ).tolist()[0]
        == 0
    )


def test_a_file_of_the_right_name_with_other_columns_is_refused(coding):
    with pytest.raises(SourceError, match="nsw_2021: 0 columns fit"):
        coding["find_column"](
            pd.DataFrame({"What year were you born": [1980]}),
            coding["HEADINGS"]["birth_year"],
            2021,
        )


def test_a_survey_of_fewer_people_is_refused(coding, tmp_path):
    pd.DataFrame({"a": ["x"]}).to_csv(tmp_path / "nsw.csv", index=False)
    with pytest.raises(SourceError, match="1 people, expected 1507"):
        coding["read_survey"](tmp_path / "nsw.csv", 2020)


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
