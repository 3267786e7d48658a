"""No table says anything of one or two people."""

import itertools
import json

import pandas as pd
import pytest

from dispersed_autonomy import paths

NOT_PEOPLE = {
    "months_count": "months",
    "occupations_count": "occupations",
    "draws_count": "deals of a simulation",
    "as_large_draws_count": "deals of a simulation",
    "members_count": "members of a pair who were followed, one or two",
    "squared_difference_count": "a sum of squares",
}
PARTS = {
    "quits_count": ("people_count", "at_risk_count"),
    "less_count": ("people_count",),
    "same_count": ("people_count",),
    "more_count": ("people_count",),
    "fewer_count": ("people_count",),
    "commute_count": ("people_count",),
    "quiet_count": ("people_count",),
    "meetings_count": ("people_count",),
    "group_count": ("people_count",),
}


def list_tables():
    """Return each table that counts something, with the columns that count."""
    for path in sorted(paths.DATA.glob("*/datapackage.json")):
        for resource in json.loads(path.read_text(encoding="utf-8"))["resources"]:
            names = [field["name"] for field in resource["schema"]["fields"]]
            counts = [
                name
                for name in names
                if name.endswith("_count") or name.startswith("n_resp")
            ]
            if counts:
                yield pytest.param(
                    path.parent / resource["path"],
                    counts,
                    id=f"{path.parent.name}-{resource['name']}",
                )


def find_few(table: pd.DataFrame, counts: list[str]) -> list[str]:
    """Return the columns, or differences of two, that tell of one or two people."""
    people = {
        name: pd.to_numeric(table[name], errors="coerce")
        for name in counts
        if name not in NOT_PEOPLE
    }
    rests = {
        f"{whole} less {part}": people[whole] - people[part]
        for part, whole in itertools.permutations(people, 2)
        if whole in PARTS.get(part, ())
    }
    told = people | rests
    return [name for name, values in told.items() if values.isin([1, 2]).any()]


@pytest.mark.parametrize(("path", "counts"), list(list_tables()))
def test_a_cell_of_one_or_two_people_in_any_table_is_noticed(path, counts):
    assert not find_few(pd.read_csv(path), counts)


@pytest.mark.parametrize(
    ("people", "quits", "told"),
    [
        ([40, 2], [0, 0], ["people_count", "people_count less quits_count"]),
        ([40, 30], [1, 0], ["quits_count"]),
        ([40, 30], [38, 3], ["people_count less quits_count"]),
        ([40, 30], [37, 3], []),
    ],
)
def test_a_few_people_are_found_where_a_count_or_a_rest_tells_of_them(
    people, quits, told
):
    table = pd.DataFrame(
        {"people_count": people, "quits_count": quits, "months_count": 1}
    )
    assert find_few(table, list(table)) == told


def test_every_dataset_of_people_who_were_asked_is_among_the_tables():
    seen = {param.id.rsplit("-", 1)[0].split("-")[0] for param in list_tables()}
    assert seen >= {
        "ctrip_experiment",
        "homeoffice_researchers",
        "nsw_remote_work",
        "swaa",
        "tripcom_hybrid_trial",
        "video_ideas",
    }
