"""What several tests share: the committed notebooks, the built site, and the
rebuilding of tables.
"""

import json
import runpy
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path

import matplotlib
import pytest
from bs4 import BeautifulSoup

from dispersed_autonomy import paths
from dispersed_autonomy.findings.results import read_recorded
from dispersed_autonomy.inputs import tables
from dispersed_autonomy.release.browser import BrowserError, open_browser

matplotlib.use("agg")


@pytest.fixture(scope="session")
def committed_results() -> dict[str, dict]:
    """Results as the committed notebooks recorded them."""
    return read_recorded("result", paths.NOTEBOOKS)


@pytest.fixture(scope="session")
def committed_figures() -> dict[str, dict]:
    """Figures as the committed notebooks recorded them."""
    return read_recorded("figure", paths.NOTEBOOKS)


@pytest.fixture(scope="session")
def site() -> Path:
    """The built site."""
    if not (paths.SITE / "index.html").exists():
        pytest.skip("the site has not been built: make book")
    return paths.SITE


@pytest.fixture(scope="session")
def published(site) -> dict[str, dict[str, dict]]:
    """The published results, claims and figures by id."""
    read = {
        name: json.loads((site / f"{name}.json").read_text())
        for name in ("results", "claims", "figures")
    }
    return {
        name: {item["id"]: item for item in content[name]}
        for name, content in read.items()
    }


def list_addresses(site: Path) -> list[str]:
    """Return the addresses of all pages of a site, in order."""
    pages = sorted(path.relative_to(site) for path in site.rglob("*.html"))
    return [path.as_posix() for path in pages if "_static" not in path.parts]


@pytest.fixture(scope="session")
def pages(site) -> dict[str, BeautifulSoup]:
    """The parsed pages by their address on the site."""
    return {
        address: BeautifulSoup(
            (site / address).read_text(encoding="utf-8"), "html.parser"
        )
        for address in list_addresses(site)
    }


# No longer than a module: while it is open, no other event loop may run in this
# process.
@pytest.fixture(scope="module")
def browser():
    """Headless Chromium, where it is installed."""
    try:
        with open_browser() as running:
            yield running
    except BrowserError as error:
        pytest.skip(str(error))


@contextmanager
def modules_beside(folder: Path):
    """Let scripts of a folder import each other, and forget them afterwards."""
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            file = getattr(sys.modules[name], "__file__", None) or ""
            if Path(file).parent == folder:
                del sys.modules[name]


@pytest.fixture(scope="session")
def load_script():
    """Return the names of a script of a dataset, without building."""

    def load(dataset: str, script: str = "build") -> dict:
        folder = paths.DATA / dataset
        with modules_beside(folder):
            return runpy.run_path(str(folder / f"{script}.py"))

    return load


@pytest.fixture
def rebuild(tmp_path, monkeypatch):
    """Rebuild one dataset in a copy of `data/`, and return its folder there."""

    def run(dataset: str) -> Path:
        pinned = [
            source["file"]
            for source in tables.describe(dataset)["sources"]
            if "hash" in source
        ]
        absent = [
            file for file in pinned if not (paths.raw_cache() / file).exists()
        ]
        if absent:
            pytest.skip(
                f"not in the cache ({paths.raw_cache()}): {', '.join(absent)};"
                " `make data` fetches them"
            )
        copy = tmp_path / "data"
        shutil.copytree(paths.DATA, copy)
        monkeypatch.setattr(paths, "DATA", copy)
        with modules_beside(copy / dataset):
            runpy.run_path(str(copy / dataset / "build.py"), run_name="__main__")
        return copy / dataset

    return run
