"""The datasets as a whole: described, valid, and the same when rebuilt."""

import pytest

from dispersed_autonomy import paths
from dispersed_autonomy.inputs.tables import describe, load_table

DATASETS = sorted(
    path.parent.name for path in paths.DATA.glob("*/datapackage.json")
)
BUILT = [
    dataset for dataset in DATASETS if (paths.DATA / dataset / "build.py").exists()
]


@pytest.mark.parametrize("dataset", DATASETS)
def test_a_table_that_breaks_its_description_is_noticed(dataset):
    for resource in describe(dataset)["resources"]:
        assert len(load_table(dataset, resource["path"].removesuffix(".csv")))


@pytest.mark.parametrize("dataset", DATASETS)
def test_a_table_without_source_licence_or_explained_fields_is_noticed(dataset):
    description = describe(dataset)
    for field in (
        "title",
        "description",
        "licenses",
        "citation",
        "retrieved",
        "sources",
    ):
        assert description[field], field
    for source in description["sources"]:
        assert source.get("title"), source
        if "hash" in source:
            assert {"path", "file", "bytes", "commit", "licence"} <= set(source)


@pytest.mark.parametrize("dataset", DATASETS)
def test_a_file_that_no_description_names_is_noticed(dataset):
    described = {resource["path"] for resource in describe(dataset)["resources"]}
    assert {path.name for path in (paths.DATA / dataset).glob("*.csv")} == described


@pytest.mark.parametrize("dataset", BUILT)
def test_a_table_that_its_script_no_longer_makes_byte_for_byte_is_noticed(
    dataset, rebuild
):
    rebuilt = rebuild(dataset)
    for name in [
        "datapackage.json",
        *(resource["path"] for resource in describe(dataset)["resources"]),
    ]:
        assert (rebuilt / name).read_bytes() == (
            paths.PROJECT / "data" / dataset / name
        ).read_bytes(), name


def test_upstream_files_or_tables_too_large_for_a_clone_are_noticed():
    assert (
        sum(path.stat().st_size for path in paths.DATA.rglob("*.csv")) < 2_000_000
    )
