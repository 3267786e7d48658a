"""Executing notebooks: a failure names its place; nothing half-run is written."""

import nbformat
import pytest

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
    assert "01_good: cell 2 of 2" in progress
    assert "02_bad: FAILED" in progress


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
