"""Loading and writing tables: every way a table can be wrong gives one error that
names file, row and rule.
"""

import hashlib
import json

import pandas as pd
import pytest

from dispersed_autonomy import paths
from dispersed_autonomy.inputs import tables
from dispersed_autonomy.inputs.tables import TableError, load_table, write_tables

FIELDS = [
    {
        "name": "group",
        "type": "string",
        "constraints": {"required": True, "enum": ["15-19", "20-24"]},
    },
    {
        "name": "year",
        "type": "integer",
        "unit": "year",
        "constraints": {"required": True},
    },
    {
        "name": "people_thousands",
        "type": "number",
        "unit": "thousands",
        "constraints": {"required": True, "minimum": 0},
    },
]
GOOD = "group,year,people_thousands\n15-19,2020,1.500\n20-24,2020,2.250\n"


@pytest.fixture
def dataset(tmp_path, monkeypatch):
    """Make a dataset of one table; return what replaces its text or fields.

    It is called `made`, its table `people`.
    """
    folder = tmp_path / "made"
    folder.mkdir()
    monkeypatch.setattr(paths, "DATA", tmp_path)

    def write(text=GOOD, fields=FIELDS, described_text=None):
        content = (text if described_text is None else described_text).encode()
        resource = {
            "name": "people",
            "path": "people.csv",
            "encoding": "utf-8",
            "bytes": len(content),
            "hash": "sha256:" + hashlib.sha256(content).hexdigest(),
            "schema": {"fields": fields, "primaryKey": ["group", "year"]},
        }
        (folder / "people.csv").write_text(text)
        (folder / "datapackage.json").write_text(
            json.dumps({"sources": [], "resources": [resource]})
        )
        tables._load.cache_clear()
        return folder

    return write


def test_a_good_table_is_loaded_with_its_types(dataset):
    dataset()
    frame = load_table("made", "people")
    assert frame["people_thousands"].tolist() == [1.5, 2.25]
    assert frame["group"].dtype == "category"


def test_a_caller_that_changes_its_frame_does_not_change_the_next_ones(dataset):
    dataset()
    first = load_table("made", "people")
    first["people_thousands"] = 0
    assert load_table("made", "people")["people_thousands"].sum() == 3.75


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD.replace("people_thousands", "people_millions"), "people_millions"),
        (
            GOOD.replace(",people_thousands", "")
            .replace(",1.500", "")
            .replace(",2.250", ""),
            "people_thousands",
        ),
        (GOOD.replace("2.250", "-2.250"), "row 3"),
        (GOOD.replace("20-24", "20-29"), "row 3"),
        (GOOD + "15-19,2020,9.000\n", "row 4"),
        (GOOD.replace("1.500", "many"), "row 2"),
        (GOOD.replace("1.500", ""), "row 2"),
    ],
    ids=[
        "wrong unit",
        "missing column",
        "negative count",
        "unknown age group",
        "duplicate row",
        "no number",
        "empty cell",
    ],
)
def test_a_bad_table_is_refused_with_file_place_and_rule(dataset, text, says):
    dataset(text)
    with pytest.raises(TableError, match=r"people\.csv") as error:
        load_table("made", "people")
    assert says in str(error.value)


@pytest.mark.parametrize(
    "damage",
    [GOOD[:-12], GOOD.replace("1.500", "1.501")],
    ids=["truncated", "altered"],
)
def test_a_truncated_or_altered_file_is_refused(dataset, damage):
    dataset(damage, described_text=GOOD)
    with pytest.raises(TableError, match=r"people\.csv: the file"):
        load_table("made", "people")


def test_a_column_whose_name_and_unit_disagree_is_refused(dataset):
    fields = [*FIELDS[:2], FIELDS[2] | {"unit": "millions"}]
    dataset(fields=fields)
    with pytest.raises(TableError, match="people_thousands: unit"):
        load_table("made", "people")


def test_a_description_without_checksum_is_refused(dataset):
    folder = dataset()
    path = folder / "datapackage.json"
    description = json.loads(path.read_text())
    description["resources"][0]["hash"] = ""
    path.write_text(json.dumps(description))
    with pytest.raises(TableError, match="bytes and checksum are not described"):
        load_table("made", "people")


def test_a_description_that_cannot_be_read_is_named(dataset):
    (dataset() / "datapackage.json").write_text("{")
    with pytest.raises(TableError, match=r"datapackage\.json"):
        load_table("made", "people")


def test_a_rewritten_table_keeps_its_bytes(dataset):
    folder = dataset()
    write_tables("made", {"people": load_table("made", "people")})
    assert (folder / "people.csv").read_text() == GOOD


def test_a_table_that_breaks_its_description_is_not_written(dataset):
    folder = dataset()
    bad = pd.DataFrame(
        {"group": ["15-19"], "year": [2020], "people_thousands": [-1.0]}
    )
    with pytest.raises(TableError, match="row 2"):
        write_tables("made", {"people": bad})
    assert (folder / "people.csv").read_text() == GOOD
    assert sorted(path.name for path in folder.iterdir()) == [
        "datapackage.json",
        "people.csv",
    ]
