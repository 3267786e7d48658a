"""The rebuilding of tables: every script runs, and a failure is named."""

import pytest

from dispersed_autonomy import paths
from dispersed_autonomy.inputs.rebuild import (
    RebuildError,
    find_scripts,
    rebuild_tables,
)


def write_script(folder, dataset, code):
    (folder / dataset).mkdir()
    (folder / dataset / "build.py").write_text(code)


def test_a_dataset_that_is_not_rebuilt_is_noticed(tmp_path):
    for dataset in ("one", "two", "three"):
        write_script(
            tmp_path,
            dataset,
            "from pathlib import Path; Path(__file__).with_name('made').touch()",
        )
    assert set(rebuild_tables(find_scripts(tmp_path))) == {"one", "two", "three"}
    assert len(list(tmp_path.glob("*/made"))) == 3


def test_a_script_that_fails_is_named_with_its_reason(tmp_path):
    write_script(tmp_path, "broken", "raise ValueError('column x is missing')")
    with pytest.raises(
        RebuildError, match="broken: ValueError: column x is missing"
    ):
        rebuild_tables(find_scripts(tmp_path))


def test_a_dataset_with_upstream_files_but_without_a_script_is_noticed():
    described = {
        p.parent
        for p in paths.DATA.glob("*/datapackage.json")
        if '"hash": "sha256' in p.read_text().split('"resources"')[0]
    }
    assert described <= {script.parent for script in find_scripts()}
