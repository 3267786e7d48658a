"""Rebuild the tables of every dataset from its pinned upstream files.

They are rebuilt side by side, with progress.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

from joblib import Parallel, delayed
from tqdm import tqdm

from dispersed_autonomy import paths


class RebuildError(Exception):
    """A dataset that could not be rebuilt."""


def find_scripts(folder: Path = paths.DATA) -> list[Path]:
    """Return the script of every dataset that has one."""
    return sorted(folder.glob("*/build.py"))


def run_script(script: Path) -> tuple[str, float]:
    """Run one script by itself; return its dataset and the seconds it took.

    Raises
    ------
    RebuildError
        If it fails; the message names the dataset and says why.
    """
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise RebuildError(f"{script.parent.name}: {reason}")
    return script.parent.name, time.perf_counter() - start


def rebuild_tables(scripts: list[Path], workers: int = 2) -> dict[str, float]:
    """Run scripts side by side, with progress; return the seconds of each.

    Raises
    ------
    RebuildError
        If one fails. Its tables stay as they were; those of others may be new.
    """
    runs = Parallel(workers, prefer="threads", return_as="generator_unordered")(
        delayed(run_script)(script) for script in scripts
    )
    seconds = {}
    with tqdm(total=len(scripts), unit="dataset", disable=None) as progress:
        for dataset, own in runs:
            seconds[dataset] = own
            progress.update()
            progress.write(f"{dataset}: {own:.1f} s")
    return seconds


def main() -> None:
    """Rebuild the tables of datasets that are named, or of all."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("datasets", nargs="*", help="folders below data/")
    named = parser.parse_args().datasets
    scripts = {script.parent.name: script for script in find_scripts()}
    if unknown := sorted(set(named) - set(scripts)):
        sys.exit(f"RebuildError: no script builds {', '.join(unknown)}")
    try:
        rebuild_tables([scripts[dataset] for dataset in named or scripts])
    except RebuildError as error:
        sys.exit(f"RebuildError: {error}")


if __name__ == "__main__":
    main()
