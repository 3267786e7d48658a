"""Upstream files: only the pinned ones get in."""

import hashlib
import json

import pytest

from dispersed_autonomy import paths
from dispersed_autonomy.inputs import sources
from dispersed_autonomy.inputs.sources import (
    SourceError,
    fetch_source,
    read_columns,
)

CONTENT = b"geo,time\nafg,1990\n"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A dataset with one pinned file, and the cache folder that holds it."""
    source = {
        "name": "file",
        "file": "file.csv",
        "path": "https://example.invalid/file.csv",
        "hash": "sha256:" + hashlib.sha256(CONTENT).hexdigest(),
    }
    (tmp_path / "data" / "made").mkdir(parents=True)
    (tmp_path / "data" / "made" / "datapackage.json").write_text(
        json.dumps({"sources": [source], "resources": []})
    )
    monkeypatch.setattr(paths, "DATA", tmp_path / "data")
    monkeypatch.setenv("DISPERSED_AUTONOMY_CACHE", str(tmp_path / "cache"))
    (tmp_path / "cache").mkdir()
    return tmp_path / "cache"


def test_the_pinned_file_is_taken_from_the_cache_without_network(
    cache, monkeypatch
):
    (cache / "file.csv").write_bytes(CONTENT)
    monkeypatch.setattr(sources.pooch, "retrieve", None)
    assert fetch_source("made", "file").read_bytes() == CONTENT


def test_an_altered_file_is_refused_by_its_checksum(cache):
    (cache / "file.csv").write_bytes(CONTENT + b"x")
    with pytest.raises(SourceError, match=r"file\.csv: is not the pinned file"):
        fetch_source("made", "file")


def test_a_missing_network_is_one_error_that_names_the_file(cache, monkeypatch):
    def refuse(*_args, **_options):
        raise OSError("no network")

    monkeypatch.setattr(sources.pooch, "retrieve", refuse)
    with pytest.raises(
        SourceError, match=r"file\.csv: could not be fetched .*no network"
    ):
        fetch_source("made", "file")
    assert not list(cache.iterdir())


def test_an_unknown_source_is_named(cache):
    with pytest.raises(SourceError, match="'other'"):
        fetch_source("made", "other")


def test_a_file_of_right_name_and_wrong_columns_is_refused(cache):
    (cache / "file.csv").write_bytes(CONTENT)
    with pytest.raises(SourceError, match=r"file\.csv: columns are missing: value"):
        read_columns(cache / "file.csv", ["geo", "value"])
