"""Execute notebooks side by side, each in a process of its own, with progress and
with one clear error for what fails.
"""

import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import cache
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

from tqdm import tqdm

from dispersed_autonomy import paths
from dispersed_autonomy.findings.shell import PRELOADED, run_notebook
from dispersed_autonomy.inputs.files import write_changed

if TYPE_CHECKING:
    import nbformat

CELL_TIMEOUT_SECONDS = 600
STARTING = Lock()


class NotebookError(Exception):
    """A notebook that did not run to its end."""


class Execution(NamedTuple):
    """What became of one notebook: its outputs by code cell, or why it failed."""

    path: Path
    outputs: list[list[dict]]
    failure: str
    seconds: float


@cache
def _context():
    """Return how processes start: forked from one that has the libraries loaded,
    where the system can fork, and afresh elsewhere (Windows).
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED))
    return context


def read_notebook(path: Path) -> "nbformat.NotebookNode":
    """Return a notebook.

    Raises
    ------
    NotebookError
        If it cannot be read.
    """
    import nbformat  # slow to load, and not needed where nothing has changed

    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:
        raise NotebookError(f"{path.name}: cannot be read: {error}") from error


def list_code(notebook: "nbformat.NotebookNode") -> "list[nbformat.NotebookNode]":
    """Return the cells that run, in their order."""
    return [c for c in notebook.cells if c.cell_type == "code" and c.source.strip()]


def run_one(path: Path, run: Path, progress=lambda _cells: None) -> Execution:
    """Run one notebook, in its folder and in a process of its own.

    Parameters
    ----------
    path : Path
        The notebook; it is not changed.
    run : Path
        Folder of this run, for all that its cells write.
    progress : callable
        Is told of each cell that is done.
    """
    start = time.perf_counter()
    try:
        code = [cell.source for cell in list_code(read_notebook(path))]
        outputs, failure = _run_code(path, code, run, progress), ""
    except NotebookError as error:
        outputs, failure = [], str(error)
    return Execution(path, outputs, failure, time.perf_counter() - start)


def _run_code(path: Path, code: list[str], run: Path, progress) -> list[list[dict]]:
    run.mkdir(parents=True, exist_ok=True)
    here, there = _context().Pipe(duplex=False)
    place = path.parent.resolve()
    arguments = (code, path.stem, place, paths.PROJECT, run.resolve(), there)
    process = _context().Process(target=run_notebook, args=arguments)
    _start_alone(process)
    there.close()
    number = 0

    def name(reason: str) -> NotebookError:
        first = code[max(number - 1, 0)].splitlines()[0] if code else ""
        return NotebookError(
            f"{path.name}, code cell {max(number, 1)} ({first!r}): {reason}"
        )

    try:
        while True:
            if not here.poll(CELL_TIMEOUT_SECONDS):
                raise name(f"it ran for more than {CELL_TIMEOUT_SECONDS} seconds")
            kind, *told = here.recv()
            if kind == "cell":
                progress(number > 0)
                number = told[0]
            elif kind == "failed":
                number = told[0]
                raise name(told[1])
            else:
                progress(number > 0)
                return told[0]
    except EOFError:
        process.join()
        raise name(f"its process ended with {process.exitcode}") from None
    finally:
        here.close()
        if process.is_alive():
            process.kill()
        process.join()


def _start_alone(process: multiprocessing.Process) -> None:
    """Start a process that does not import the program that this one runs.

    multiprocessing would, and what it imports would count as the notebook's.
    """
    with STARTING:
        program, sys.modules["__main__"] = (
            sys.modules["__main__"],
            ModuleType("none"),
        )
        try:
            process.start()
        finally:
            sys.modules["__main__"] = program


def fill_outputs(
    notebook: "nbformat.NotebookNode", outputs: list[list[dict]]
) -> None:
    """Put outputs into a notebook in place of those that it has."""
    import nbformat

    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    cells = list_code(notebook)
    for number, (cell, made) in enumerate(
        zip(cells, outputs, strict=True), start=1
    ):
        cell.execution_count = number
        cell.outputs = [nbformat.from_dict(output) for output in made]


def write_notebook(notebook: "nbformat.NotebookNode", path: Path) -> None:
    """Write a notebook whole, or not at all, and only where it differs."""
    import nbformat

    write_changed(path, nbformat.writes(notebook) + "\n")


def run_many(
    notebooks: list[Path], runs: Path, workers: int
) -> Iterator[Execution]:
    """Run notebooks side by side and yield what became of each, as it ends.

    Parameters
    ----------
    notebooks : list of Path
        What to run.
    runs : Path
        Each gets the folder of its name there.
    workers : int
        How many run at the same time.
    """
    order = sorted(notebooks, key=lambda path: path.name)
    cells = {path: _count_cells(path) for path in order}
    bar = tqdm(total=sum(cells.values()), unit="cell", disable=None, leave=False)
    pool = ThreadPoolExecutor(workers)
    with bar, pool:
        started = [
            pool.submit(run_one, path, runs / path.stem, bar.update)
            for path in order
        ]
        for number, future in enumerate(as_completed(started), start=1):
            done = future.result()
            state = "FAILED" if done.failure else "done"
            told = f"[{number}/{len(order)}] {done.path.stem}: {state}"
            bar.write(f"{told}, {done.seconds:.1f} s")
            sys.stdout.flush()
            yield done


def _count_cells(path: Path) -> int:
    try:
        return len(list_code(read_notebook(path)))
    except NotebookError:
        return 0


def execute_notebooks(
    notebooks: list[Path], target: Path, workers: int
) -> list[str]:
    """Execute notebooks and write them, executed, into a folder.

    Parameters
    ----------
    notebooks : list of Path
        Read there, and run with their own folder as the working directory.
    target : Path
        A notebook is written there only when all of its cells have run.
    workers : int
        How many run at the same time.

    Returns
    -------
    list of str
        What failed: notebook, cell and reason; empty when all ran.
    """
    failures = []
    with tempfile.TemporaryDirectory() as runs:
        for done in run_many(notebooks, Path(runs), workers):
            if done.failure:
                failures.append(done.failure)
                continue
            notebook = read_notebook(done.path)
            fill_outputs(notebook, done.outputs)
            write_notebook(notebook, target / done.path.name)
    return failures
