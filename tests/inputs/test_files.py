"""Writing that leaves alone what is the same, and never leaves half a file."""

import json

import pytest

from dispersed_autonomy.inputs import files
from dispersed_autonomy.inputs.files import (
    copy_changed,
    mirror_files,
    write_changed,
)


def test_a_file_that_is_the_same_keeps_its_time(tmp_path):
    path = tmp_path / "a.txt"
    write_changed(path, "one")
    before = path.stat().st_mtime_ns
    write_changed(path, "one")
    assert path.stat().st_mtime_ns == before
    write_changed(path, "two")
    assert path.read_text() == "two"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_copy_that_is_cut_short_leaves_the_old_file(tmp_path, monkeypatch):
    source, target = tmp_path / "new", tmp_path / "old"
    source.write_text("new")
    target.write_text("old")

    def fail(*_):
        raise OSError("no space left")

    monkeypatch.setattr(files.shutil, "copyfile", fail)
    with pytest.raises(OSError, match="no space"):
        copy_changed(source, target)
    assert target.read_text() == "old"


def test_a_part_takes_away_what_it_has_no_longer_and_nothing_of_others(tmp_path):
    part, place, manifest = tmp_path / "part", tmp_path / "all", tmp_path / "m.json"
    (part / "in").mkdir(parents=True)
    (part / "in" / "a").write_text("a")
    (part / "b").write_text("b")
    place.mkdir()
    (place / "other").write_text("of another part")
    mirror_files(part, place, manifest)
    assert set(json.loads(manifest.read_text())) == {"in/a", "b"}
    (part / "b").unlink()
    (part / "in" / "a").write_text("new")
    mirror_files(part, place, manifest)
    left = {
        p.relative_to(place).as_posix() for p in place.rglob("*") if p.is_file()
    }
    assert left == {"in/a", "other"}
    assert (place / "in" / "a").read_text() == "new"
