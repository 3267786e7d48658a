"""Keep executions of notebooks by what they were made from; none runs twice.

An execution depends on the code of its cells, the libraries (their lock and the
version of Python), and every file of the project that it read while it ran: tables
and their descriptions, modules, claims, words and style of figures. It is used
again where all of these have the same bytes, whenever and wherever that was.
"""

import argparse
import hashlib
import json
import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path

from dispersed_autonomy import paths
from dispersed_autonomy.findings import shell
from dispersed_autonomy.findings.execute import (
    Execution,
    NotebookError,
    fill_outputs,
    read_notebook,
    run_many,
    write_notebook,
)
from dispersed_autonomy.inputs.files import (
    copy_changed,
    digest_file,
    hold_folder,
    list_files,
)

LIMIT_BYTES = 300_000_000  # some twenty executions of the whole book
NAMED = 3  # of the inputs that have changed


def describe_inputs(path: Path) -> dict:
    """Return what is known of a notebook's inputs before it runs.

    Returns
    -------
    dict
        `code`: a digest for each code cell; `libraries`: the lock, the version of
        Python, and what runs the cells.

    Raises
    ------
    NotebookError
        If the notebook cannot be read.
    """
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        sources = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotebookError(f"{path.name}: cannot be read: {error}") from error
    code = [hashlib.sha256(s.encode()).hexdigest() for s in sources if s.strip()]
    libraries = {
        "requirements.txt": digest_file(paths.PROJECT / "requirements.txt"),
        "Python": platform.python_version(),
        "what runs the cells": digest_file(Path(shell.__file__)),
        # What could take the place of a library of its name
        "modules beside it": sorted(
            found.relative_to(path.parent).as_posix()
            for pattern in ("*.py", "*/__init__.py")
            for found in path.parent.glob(pattern)
        ),
    }
    return {"code": code, "libraries": libraries}


def find_execution(path: Path) -> Path | None:
    """Return the folder of an execution that has the inputs of today, if any."""
    known = describe_inputs(path)
    for file in sorted(paths.CACHE.glob("*/inputs.json")):
        kept = json.loads(file.read_text(encoding="utf-8"))
        same = all(kept.get(part) == known[part] for part in known)
        if same and all(
            _is_same(name, digest) for name, digest in kept["reads"].items()
        ):
            os.utime(file.parent)  # the least recently used go first
            return file.parent
    return None


def _is_same(name: str, digest: str) -> bool:
    return digest_file(paths.PROJECT / name) == digest


def explain_run(path: Path) -> str:
    """Return why a notebook has to run: what has changed since it was laid out."""
    file = paths.EXECUTED / f"{path.stem}.json"
    if not file.exists():
        return "it has not run here yet"
    kept, known = (
        json.loads(file.read_text(encoding="utf-8")),
        describe_inputs(path),
    )
    changed = [
        f"code cell {number}"
        for number, digest in enumerate(known["code"], start=1)
        if kept["code"][number - 1 : number] != [digest]
    ]
    if len(kept["code"]) > len(known["code"]):
        changed.append("a code cell is gone")
    libraries = known["libraries"].items()
    changed += [
        name for name, state in libraries if kept["libraries"].get(name) != state
    ]
    changed += [n for n, digest in kept["reads"].items() if not _is_same(n, digest)]
    more = f" and {len(changed) - NAMED} more" if len(changed) > NAMED else ""
    return ", ".join(changed[:NAMED]) + more or "its execution is no longer kept"


def keep_execution(done: Execution, run: Path, inputs: dict) -> Path:
    """Keep an execution with every file that the notebook wrote.

    Parameters
    ----------
    done : Execution
        That did not fail.
    run : Path
        The folder of the run; it is moved into the cache.
    inputs : dict
        As of `describe_inputs` before the run.

    Returns
    -------
    Path
        Its folder in the cache.

    Raises
    ------
    NotebookError
        If an input changed while the notebook ran.
    """
    log = run / "reads.txt"
    lines = log.read_text(encoding="utf-8").splitlines()
    log.unlink()
    read = {(name, int(time)) for time, name in (x.split(" ", 1) for x in lines)}
    own = describe_inputs(done.path) != inputs
    late = sorted({n for n, time in read if _changed(paths.PROJECT / n) != time})
    if own or late:
        what = ", ".join(late) or "it"
        raise NotebookError(
            f"{done.path.name}: {what} changed while it ran: run again"
        )
    names = {name for name, _ in read}
    # A package would be imported in place of a module of its name.
    names |= {
        f"{n.removesuffix('.py')}/__init__.py" for n in names if n[-3:] == ".py"
    }
    reads = {name: digest_file(paths.PROJECT / name) for name in sorted(names)}
    text = json.dumps(inputs | {"reads": reads}, indent=1)
    (run / "outputs.json").write_text(json.dumps(done.outputs), encoding="utf-8")
    (run / "inputs.json").write_text(text, encoding="utf-8")
    folder = paths.CACHE / hashlib.sha256(text.encode()).hexdigest()[:32]
    _remove(folder)
    run.rename(folder)
    return folder


def _changed(path: Path) -> int | None:
    return path.stat().st_mtime_ns if path.exists() else None


def _remove(folder: Path) -> None:
    """Remove an execution; one that is only half removed, by a kill, is none."""
    (folder / "inputs.json").unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def lay_out(path: Path, folder: Path) -> set[Path]:
    """Lay out one execution, with the prose of today, for the site to be made from.

    Returns
    -------
    set of Path
        Every file of it.
    """
    notebook = read_notebook(path)
    outputs = json.loads((folder / "outputs.json").read_text(encoding="utf-8"))
    fill_outputs(notebook, outputs)
    write_notebook(notebook, paths.EXECUTED / path.name)
    laid = {paths.EXECUTED / path.name, paths.EXECUTED / f"{path.stem}.json"}
    copy_changed(folder / "inputs.json", paths.EXECUTED / f"{path.stem}.json")
    for file in list_files(folder / "figures"):
        copy_changed(file, paths.EXECUTED / "figures" / file.name)
        laid.add(paths.EXECUTED / "figures" / file.name)
    return laid


def trim_cache(limit_bytes: int = LIMIT_BYTES) -> None:
    """Remove the least recently used executions until a limit is kept, and what is
    left of runs that were killed.
    """
    for left in paths.CACHE.glob(".runs-*"):
        shutil.rmtree(left, ignore_errors=True)
    folders = sorted(paths.CACHE.glob("*/"), key=lambda f: f.stat().st_mtime)
    sizes = [sum(f.stat().st_size for f in each.rglob("*")) for each in folders]
    excess = sum(sizes) - limit_bytes
    for folder, size in zip(folders, sizes, strict=True):
        if excess <= 0:
            return
        _remove(folder)
        excess -= size


def execute_changed(notebooks: list[Path], workers: int) -> list[str]:
    """Execute the notebooks whose inputs have changed, and lay all of them out.

    Parameters
    ----------
    notebooks : list of Path
        All of the book.
    workers : int
        How many run at the same time.

    Returns
    -------
    list of str
        What failed: notebook, cell and reason. What was laid out before stays then.
    """
    paths.CACHE.mkdir(parents=True, exist_ok=True)
    failures, inputs, folders, due = [], {}, {}, []
    for path in notebooks:
        try:
            inputs[path], folders[path] = (
                describe_inputs(path),
                find_execution(path),
            )
        except NotebookError as error:
            failures.append(str(error))
            continue
        if folders[path] is None:
            due.append(path)
            print(f"{path.stem}: runs: {explain_run(path)}", flush=True)
    unchanged = len(folders) - len(due)
    if unchanged:
        print(f"{unchanged} of {len(notebooks)} notebooks: unchanged", flush=True)
    with tempfile.TemporaryDirectory(dir=paths.CACHE, prefix=".runs-") as runs:
        for done in run_many(due, Path(runs), workers):
            try:
                if done.failure:
                    raise NotebookError(done.failure)
                run = Path(runs) / done.path.stem
                own = inputs[done.path]
                folders[done.path] = keep_execution(done, run, own)
            except NotebookError as error:
                failures.append(str(error))
    if not failures:
        laid = set().union(*(lay_out(p, f) for p, f in folders.items()))
        for file in set(list_files(paths.EXECUTED)) - laid:
            file.unlink()
    trim_cache()
    return failures


def main() -> None:
    """Execute what has changed; with --inplace write it into the notebooks."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--inplace", action="store_true", help="for a commit")
    options = parser.parse_args()
    notebooks = sorted(paths.NOTEBOOKS.glob("*.ipynb"))
    with hold_folder(paths.BUILD):
        if failures := execute_changed(notebooks, os.cpu_count() or 1):
            sys.exit("\n".join(["These notebooks failed:", *failures]))
        if options.inplace:
            for path in notebooks:
                copy_changed(paths.EXECUTED / path.name, path)


if __name__ == "__main__":
    main()
