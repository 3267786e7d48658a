"""Files: their digests, and writing that leaves alone what is the same."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None


def digest_file(path: Path) -> str | None:
    """Return the SHA-256 of a file, or None where there is none."""
    try:
        state = path.stat()
    except OSError:
        return None
    return _digest(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=8192)
def _digest(path: Path, _mtime_ns: int, _size: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def digest_files(root: Path, files: Iterable[Path]) -> dict[str, str]:
    """Return the SHA-256 of each file by its path below a folder."""
    return {f.relative_to(root).as_posix(): digest_file(f) for f in sorted(files)}


def list_files(folder: Path) -> list[Path]:
    """Return every file below a folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def copy_changed(source: Path, target: Path) -> None:
    """Copy a file to where it has other bytes, or is not there."""
    if digest_file(source) == digest_file(target):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.new")
    shutil.copyfile(source, fresh)
    os.replace(fresh, target)


def write_changed(path: Path, text: str) -> None:
    """Write a text whole, or not at all, and only where the file says otherwise."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, encoding="utf-8")
    os.replace(fresh, path)


def mirror_files(source: Path, target: Path, manifest: Path) -> None:
    """Bring the files of one folder into another that others write to as well.

    Parameters
    ----------
    source : Path
        Folder with all files of one part.
    target : Path
        Only files that differ are written there; those that the part had before and
        has no longer are removed.
    manifest : Path
        JSON file of the part's files with their digests. While files are on their
        way it names all of them, so that none is left behind by a kill.
    """
    files = digest_files(source, list_files(source))
    before = _read_manifest(manifest)
    if files != before:
        write_changed(manifest, json.dumps(before | dict.fromkeys(files)))
    for name in files:
        copy_changed(source / name, target / name)
    for name in set(before) - set(files):
        (target / name).unlink(missing_ok=True)
    write_changed(manifest, json.dumps(files, indent=1) + "\n")


def is_mirrored(target: Path, manifest: Path) -> bool:
    """Return whether a folder has the files of a part as its manifest says."""
    files = _read_manifest(manifest)
    return all(
        digest and digest_file(target / name) == digest
        for name, digest in files.items()
    )


def remove_mirrored(target: Path, manifest: Path) -> None:
    """Remove the files of a part that there is no longer, and its manifest."""
    for name in _read_manifest(manifest):
        (target / name).unlink(missing_ok=True)
    manifest.unlink()


def _read_manifest(manifest: Path) -> dict[str, str | None]:
    if not manifest.exists():
        return {}
    return json.loads(manifest.read_text(encoding="utf-8"))


@contextmanager
def hold_folder(folder: Path) -> Iterator[None]:
    """Hold a folder: who else wants to hold it waits, until this ends or is killed.

    Where files cannot be locked (Windows) nobody waits.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".held", "w") as held:
        if fcntl:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print("Another build is running here: waiting for it", flush=True)
                fcntl.flock(held, fcntl.LOCK_EX)
        yield
