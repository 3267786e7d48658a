"""The rooms of the library: none imports from a room that it may not know."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dispersed_autonomy import paths

LINTER = Path(sys.executable).with_name("lint-imports")
PACKAGE = Path("src") / "dispersed_autonomy"


def lint(project: Path) -> subprocess.CompletedProcess:
    """Check the import contracts of a project, the library being its own."""
    return subprocess.run(
        [LINTER, "--no-cache", "--no-logo"],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(project / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path) -> Path:
    """The library in a folder of its own, with its contracts."""
    shutil.copy(paths.PROJECT / "pyproject.toml", tmp_path)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(paths.PROJECT / PACKAGE, tmp_path / PACKAGE, ignore=ignored)
    return tmp_path


def test_an_import_that_a_room_may_not_make_is_noticed():
    linted = lint(paths.PROJECT)
    assert linted.returncode == 0, linted.stdout + linted.stderr
    assert " 0 broken" in linted.stdout


@pytest.mark.parametrize(
    ("room", "imported", "contract"),
    [
        ("inputs", "site.pages", "A room imports only from rooms below it"),
        ("slides", "release.pdf", "A room imports only from rooms below it"),
        ("analysis", "inputs.tables", "The analysis knows no files"),
        ("figures", "analysis.cells", "What loads, records or draws does not"),
    ],
)
def test_contracts_that_a_forbidden_import_does_not_break_are_noticed(
    copy, room, imported, contract
):
    assert lint(copy).returncode == 0
    planted = copy / PACKAGE / room / "planted.py"
    planted.write_text(f"import dispersed_autonomy.{imported}\n", encoding="utf-8")
    linted = lint(copy)
    assert linted.returncode == 1, linted.stdout + linted.stderr
    (broken,) = [line for line in linted.stdout.splitlines() if "BROKEN" in line]
    assert broken.startswith(contract)
    assert f"dispersed_autonomy.{room}.planted" in linted.stdout


def test_a_room_that_no_contract_names_is_noticed(copy):
    (copy / PACKAGE / "cellar").mkdir()
    (copy / PACKAGE / "cellar" / "__init__.py").touch()
    linted = lint(copy)
    assert linted.returncode != 0
    assert "cellar" in linted.stdout + linted.stderr
