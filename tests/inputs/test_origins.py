"""What tables were built with: a change of their code is seen, a comment is not."""

import json

import pytest

from dispersed_autonomy.inputs import origins
from dispersed_autonomy.inputs.origins import (
    OriginError,
    check_origins,
    digest_origins,
    list_outdated,
)

SCRIPT = '''"""Build."""

from helper import KEPT, double

from dispersed_autonomy.analysis import shapes
from dispersed_autonomy.analysis.sums import add_up


def main():
    """Say what it does."""
    return shapes.square(add_up(double(KEPT)))  # a comment
'''
HELPER = """
KEPT = 2


def double(x):
    return 2 * x


def unused(x):
    return x
"""
SHAPES = """
SIDE, ANGLE = 3, 90


def square(x):
    return x * _side()


def _side():
    return SIDE


def circle(x):
    return x
"""
SUMS = "def add_up(x):\n    return x\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    source, data = tmp_path / "src", tmp_path / "data"
    (source / "analysis").mkdir(parents=True)
    (data / "one").mkdir(parents=True)
    for path, text in {
        source / "__init__.py": "",
        source / "analysis" / "__init__.py": "",
        source / "analysis" / "shapes.py": SHAPES,
        source / "analysis" / "sums.py": SUMS,
        data / "one" / "build.py": SCRIPT,
        data / "one" / "helper.py": HELPER,
    }.items():
        path.write_text(text)
    monkeypatch.setattr(origins, "SOURCE", source)
    monkeypatch.setattr(origins.paths, "DATA", data)
    record(data)
    return tmp_path


def record(data):
    built = {"built_with": digest_origins(data / "one")}
    (data / "one" / "datapackage.json").write_text(json.dumps(built))


def edit(path, old, new):
    origins._read.cache_clear()
    path.write_text(path.read_text().replace(old, new))


def test_what_a_script_uses_is_followed_and_what_it_does_not_use_is_left_out(
    project,
):
    assert set(digest_origins(project / "data" / "one")) == {
        "build.py",
        "helper.py: KEPT",
        "helper.py: double",
        "analysis.shapes.square",
        "analysis.shapes._side",
        "analysis.shapes.SIDE",
        "analysis.shapes.ANGLE",  # of the same statement
        "analysis.sums.add_up",
    }


@pytest.mark.parametrize(
    ("file", "old", "new", "changed"),
    [
        ("src/analysis/shapes.py", "= 3, 90", "= 4, 90", "analysis.shapes.SIDE"),
        ("src/analysis/sums.py", "return x", "return -x", "analysis.sums.add_up"),
        ("data/one/helper.py", "2 * x", "3 * x", "helper.py: double"),
        ("data/one/build.py", "double(KEPT)", "double(5)", "build.py"),
    ],
)
def test_code_that_changed_since_is_named_with_what_is_due(
    project, file, old, new, changed
):
    assert list_outdated() == {}
    check_origins()
    edit(project / file, old, new)
    assert changed in list_outdated()["one"]
    with pytest.raises(
        OriginError, match="(?s)data/one: .*make data DATASETS='one'"
    ):
        check_origins()


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("data/one/build.py", "# a comment", "# another one"),
        ("data/one/build.py", "Say what it does", "Say more"),
        ("data/one/build.py", "shapes.square(add", "shapes.square(\n        add"),
        ("src/analysis/shapes.py", "def circle(x):", "def circle(x, y=0):"),
        ("data/one/helper.py", "def unused(x):", "def unused(x, y=0):"),
    ],
)
def test_comments_docstrings_line_breaks_and_what_is_not_used_make_nothing_due(
    project, file, old, new
):
    edit(project / file, old, new)
    assert list_outdated() == {}
