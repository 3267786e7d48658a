"""The libraries that are installed, held against the lock."""

import re
from importlib.metadata import distributions

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from dispersed_autonomy import paths

NAMED = 5  # of the libraries that differ
AGAIN = "delete .venv and run make again"


class LockError(Exception):
    """An environment that is not the one of the lock."""


def check_lock() -> None:
    """Check that every library is installed in the version of the lock.

    Raises
    ------
    LockError
        If one is missing or has another version; the message names them.
    """
    lock = paths.PROJECT / "requirements.txt"
    text = lock.read_text(encoding="utf-8")
    found = {canonicalize_name(d.name): d.version for d in distributions()}
    wrong = []
    for line in re.findall(r"^[A-Za-z0-9][^\\\n]*", text, flags=re.MULTILINE):
        locked = Requirement(line.strip())
        if locked.marker and not locked.marker.evaluate():
            continue
        version = found.get(canonicalize_name(locked.name))
        if version is None:
            wrong.append(f"{locked.name} is missing")
        elif not locked.specifier.contains(version, prereleases=True):
            wrong.append(f"{locked.name} {version} in place of {locked.specifier}")
    if wrong:
        more = f" and {len(wrong) - NAMED} more" if len(wrong) > NAMED else ""
        told = f"{', '.join(wrong[:NAMED])}{more}"
        raise LockError(
            f"the environment is not that of {lock.name}: {told}: {AGAIN}"
        )
