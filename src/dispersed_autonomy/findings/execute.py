"""Execute the notebooks, in parallel, with progress and with one clear error for
what fails.
"""

import argparse
import asyncio
import os
import shutil
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import (
    CellExecutionError,
    CellTimeoutError,
    DeadKernelError,
)

from dispersed_autonomy import paths

CELL_TIMEOUT_SECONDS = 600


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
    return asyncio.run(_execute_all(notebooks, target, workers))


async def _execute_all(
    notebooks: list[Path], target: Path, workers: int
) -> list[str]:
    slots = asyncio.Semaphore(workers)
    done = []

    async def run(path: Path) -> str | None:
        async with slots:
            failure = await _execute_one(path, target)
        done.append(path)
        state = "FAILED" if failure else "done"
        print(f"[{len(done)}/{len(notebooks)}] {path.stem}: {state}", flush=True)
        return failure

    return [
        failure for failure in await asyncio.gather(*map(run, notebooks)) if failure
    ]


async def _execute_one(path: Path, target: Path) -> str | None:
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if (
            cell.cell_type == "code"
        ):  # what an earlier run left would be taken for this one's
            cell.outputs, cell.execution_count = [], None
    code_cells = [
        i
        for i, cell in enumerate(notebook.cells)
        if cell.cell_type == "code" and cell.source.strip()
    ]

    def show_progress(cell, cell_index):
        if cell_index in code_cells:
            print(
                f"    {path.stem}: cell {code_cells.index(cell_index) + 1} of"
                f" {len(code_cells)}",
                flush=True,
            )

    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT_SECONDS,
        startup_timeout=300,
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_start=show_progress,
        extra_arguments=[
            "--IPKernelApp.log_level=40"
        ],  # a warning about local sockets would hide the progress
    )
    try:
        await client.async_execute()
    except CellExecutionError as error:
        return (
            f"{path.name}, {_failed_cell(notebook)}: {error.ename}: {error.evalue}"
        )
    except (CellTimeoutError, DeadKernelError) as error:
        return (
            f"{path.name}, {_failed_cell(notebook)}: {type(error).__name__}:"
            f" {error}"
        )
    target.mkdir(parents=True, exist_ok=True)
    fresh = target / f".{path.name}"
    nbformat.write(notebook, fresh)
    os.replace(fresh, target / path.name)
    return None


def _failed_cell(notebook: nbformat.NotebookNode) -> str:
    started = [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code" and cell.source.strip()
    ]
    counts = [
        number
        for number, cell in enumerate(started, start=1)
        if cell.get("execution_count")
    ]
    number = max(counts, default=1)
    return f"code cell {number} ({started[number - 1].source.splitlines()[0]!r})"


def main() -> None:
    """Execute every notebook, for the site or, with --inplace, for a commit."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument(
        "--inplace",
        action="store_true",
        help="write the executed notebooks back into notebooks/",
    )
    parser.add_argument(
        "names",
        nargs="*",
        help="notebooks to run, by the start of their name; all of them by default",
    )
    options = parser.parse_args()
    notebooks = sorted(paths.NOTEBOOKS.glob("*.ipynb"))
    if options.names:
        notebooks = [
            path for path in notebooks if path.name.startswith(tuple(options.names))
        ]
    if not notebooks:
        sys.exit(f"{paths.NOTEBOOKS}: no such notebook")
    target = paths.NOTEBOOKS if options.inplace else paths.EXECUTED
    if not options.inplace:
        shutil.rmtree(paths.EXECUTED, ignore_errors=True)
        shutil.rmtree(paths.FIGURES, ignore_errors=True)
    failures = execute_notebooks(notebooks, target, workers=os.cpu_count() or 1)
    if failures:
        sys.exit("\n".join(["", "These notebooks failed:", *failures]))


if __name__ == "__main__":
    main()
