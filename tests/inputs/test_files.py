"""Writing that leaves alone what is the same, and never leaves half a file."""

import json
from threading import Thread

import pytest

from dispersed_autonomy.inputs import files
from dispersed_autonomy.inputs.files import (
    copy_changed,
    hold_folder,
    is_mirrored,
    mirror_files,
    remove_mirrored,
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


def test_a_kill_half_way_leaves_nothing_that_passes_for_whole(
    tmp_path, monkeypatch
):
    part, place, manifest = tmp_path / "part", tmp_path / "all", tmp_path / "m.json"
    part.mkdir()
    (part / "a").write_text("a")
    mirror_files(part, place, manifest)
    assert is_mirrored(place, manifest)

    (part / "a").write_text("changed")
    (part / "b").write_text("new")
    killed = files.copy_changed

    def kill(source, target):
        killed(source, target)
        if target.name == "b":
            raise KeyboardInterrupt

    monkeypatch.setattr(files, "copy_changed", kill)
    with pytest.raises(KeyboardInterrupt):
        mirror_files(part, place, manifest)
    monkeypatch.undo()
    assert not is_mirrored(place, manifest)

    (part / "a").write_text("a")  # the change is taken back
    (part / "b").unlink()
    mirror_files(part, place, manifest)
    assert is_mirrored(place, manifest)
    assert [path.name for path in place.iterdir()] == ["a"]
    (place / "a").unlink()
    assert not is_mirrored(place, manifest)


def test_a_part_that_is_gone_takes_its_files_along(tmp_path):
    part, place, manifest = tmp_path / "part", tmp_path / "all", tmp_path / "m.json"
    part.mkdir()
    (part / "a").write_text("a")
    mirror_files(part, place, manifest)
    (place / "other").write_text("of another part")
    remove_mirrored(place, manifest)
    assert [path.name for path in place.iterdir()] == ["other"]
    assert not manifest.exists()


@pytest.mark.skipif(not files.fcntl, reason="files cannot be locked here")
def test_a_second_build_waits_for_the_first(tmp_path, capsys):
    order = []

    def second():
        with hold_folder(tmp_path):
            order.append("second")

    waiting = Thread(target=second)
    with hold_folder(tmp_path):
        waiting.start()
        waiting.join(timeout=0.5)
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]
    assert "waiting for it" in capsys.readouterr().out
