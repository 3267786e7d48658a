"""Executing notebooks: a failure names its place; nothing half-run is written."""

import nbformat
import pytest

from dispersed_autonomy.findings import execute
from dispersed_autonomy.findings.execute import execute_notebooks


@pytest.fixture
def write(tmp_path):
    """Returns a function that writes a notebook of the given code cells."""

    def make(name, *cells):
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells]
        )
        notebook.metadata["kernelspec"] = {
            "name": "python3",
            "display_name": "Python 3",
        }
        path = tmp_path / f"{name}.ipynb"
        nbformat.write(notebook, path)
        return path

    return make


def test_a_failure_names_notebook_cell_and_reason_and_the_others_still_run(
    write, tmp_path, capsys
):
    good, bad = (
        write("01_good", "x = 1", "print(x + 1)"),
        write("02_bad", "y = 1", "y / 0", "y = 2"),
    )
    failures = execute_notebooks([good, bad], tmp_path / "out", workers=2)
    assert len(failures) == 1
    assert (
        "02_bad.ipynb, code cell 2 ('y / 0'): ZeroDivisionError: division by zero"
        in failures[0]
    )
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["01_good.ipynb"]
    done = nbformat.read(tmp_path / "out" / "01_good.ipynb", as_version=4)
    assert done.cells[1].outputs[0].text == "2\n"
    progress = capsys.readouterr().out
    assert "/2] 01_good: done" in progress
    assert "/2] 02_bad: FAILED" in progress


def test_a_failure_that_names_a_cell_of_an_earlier_run_is_noticed(write, tmp_path):
    path = write("01_stale", "x = 1", "x / 0", "x = 2")
    notebook = nbformat.read(path, as_version=4)
    for number, cell in enumerate(notebook.cells, start=1):
        cell.execution_count = number
    nbformat.write(notebook, path)
    assert (
        "code cell 2 ('x / 0')"
        in execute_notebooks([path], tmp_path / "out", workers=1)[0]
    )


def test_state_of_one_notebook_that_reaches_another_is_noticed(write, tmp_path):
    leak = """
import builtins, os, sys
import numpy as np
import pandas as pd
builtins.leak = os.environ["LEAK"] = sys.modules["leak"] = "here"
np.random.seed(1)
pd.set_option("display.max_rows", 3)
os.chdir("..")
"""
    seek = """
import builtins, os, sys
import pandas as pd
print(hasattr(builtins, "leak"), "LEAK" in os.environ, "leak" in sys.modules)
print(pd.get_option("display.max_rows"), os.path.basename(os.getcwd()))
"""
    notebooks = [
        write("01_leak", leak),
        *(write(f"0{n}_seek", seek) for n in (2, 3)),
    ]
    assert execute_notebooks(notebooks, tmp_path / "out", workers=1) == []
    for name in ("02_seek", "03_seek"):
        done = nbformat.read(tmp_path / "out" / f"{name}.ipynb", as_version=4)
        assert done.cells[0].outputs[0].text == (
            f"False False False\n60 {tmp_path.name}\n"
        )


def test_a_process_that_dies_is_named_with_its_cell(write, tmp_path):
    path = write("01_dies", "import os", "os._exit(7)")
    (failure,) = execute_notebooks([path], tmp_path / "out", workers=1)
    assert failure == (
        "01_dies.ipynb, code cell 2 ('os._exit(7)'): its process ended with 7"
    )


def test_a_cell_that_takes_too_long_is_stopped_and_named(
    write, tmp_path, monkeypatch
):
    monkeypatch.setattr(execute, "CELL_TIMEOUT_SECONDS", 8)
    path = write("01_slow", "import time", "time.sleep(60)")
    (failure,) = execute_notebooks([path], tmp_path / "out", workers=1)
    assert "code cell 2 ('time.sleep(60)'): it ran for more than 8 s" in failure


def test_outputs_out_of_order_or_a_line_split_in_two_are_noticed(write, tmp_path):
    code = """
import sys
from IPython.display import display
print("a", end="")
print("b")
display({"text/plain": "shown"}, raw=True)
print("c")
sys.stderr.write("d")
1 + 1
"""
    path = write("01_order", code, "2 + 2;", "x = 3")
    assert execute_notebooks([path], tmp_path / "out", workers=1) == []
    done = nbformat.read(tmp_path / "out" / "01_order.ipynb", as_version=4)
    assert [
        (o.output_type, o.get("text") or o["data"]["text/plain"])
        for o in done.cells[0].outputs
    ] == [
        ("stream", "ab\n"),
        ("display_data", "shown"),
        ("stream", "c\n"),
        ("stream", "d"),
        ("execute_result", "2"),
    ]
    assert [cell.execution_count for cell in done.cells] == [1, 2, 3]
    assert [cell.outputs for cell in done.cells[1:]] == [[], []]


def test_a_notebook_that_cannot_be_read_is_named_and_the_others_run(
    write, tmp_path
):
    good, bad = write("01_good", "1"), tmp_path / "02_bad.ipynb"
    bad.write_text("{")
    (failure,) = execute_notebooks([good, bad], tmp_path / "out", workers=1)
    assert failure.startswith("02_bad.ipynb: cannot be read: ")
    assert (tmp_path / "out" / "01_good.ipynb").exists()


def test_notebooks_run_where_processes_cannot_be_forked(
    write, tmp_path, monkeypatch
):
    monkeypatch.setattr(
        execute.multiprocessing, "get_all_start_methods", lambda: ["spawn"]
    )
    execute._context.cache_clear()
    try:
        good, bad = write("01_good", "1 + 1"), write("02_bad", "1 / 0")
        (failure,) = execute_notebooks([good, bad], tmp_path / "out", workers=2)
    finally:
        execute._context.cache_clear()
    assert "02_bad.ipynb, code cell 1 ('1 / 0'): ZeroDivisionError" in failure
    done = nbformat.read(tmp_path / "out" / "01_good.ipynb", as_version=4)
    assert done.cells[0].outputs[0].data["text/plain"] == "2"
