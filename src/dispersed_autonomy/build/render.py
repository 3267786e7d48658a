"""Render the pages, and only those that changed where that is safe."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from dispersed_autonomy import paths
from dispersed_autonomy.inputs.files import digest_files, list_files

SPHINX = paths.BUILD / "sphinx"
HTML = SPHINX / "html"
SHAPE = SPHINX / "shape.json"
RUNNING = SPHINX / "running"
# What one page can show of another: its headings, and the names of its places.
SHOWN_ELSEWHERE = re.compile(r"^(?:#.*|\(.*\)=|.+\n(?:=+|-+)[ ]*)$", re.MULTILINE)
JUPYTER_BOOK = "from jupyter_book.cli.main import main; main()"
OPTIONS = ["-b", "html", "-n", "-W", "--keep-going", "-q"]


class RenderError(Exception):
    """Pages that could not be rendered, or that warn."""


def list_headings(source: Path) -> dict[str, list[str]]:
    """Return what each page has that others show: headings, and names of places."""
    pages = {}
    for path in list_files(source):
        if path.suffix == ".md":
            text = path.read_text(encoding="utf-8")
        elif path.suffix == ".ipynb":
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            prose = [c["source"] for c in cells if c["cell_type"] == "markdown"]
            text = "\n".join("".join(lines) for lines in prose)
        else:
            continue
        name = path.relative_to(source).as_posix()
        pages[name] = SHOWN_ELSEWHERE.findall(text)
    return pages


def describe_shape(source: Path, code: list[Path], names: list[str]) -> dict:
    """Return what every page depends on: where it differs, all are rendered anew.

    Parameters
    ----------
    source : Path
        Folder of the pages.
    code : list of Path
        Files of code and templates that make pages.
    names : list of str
        What has a page or a row of its own: a page that is gone must not stay, and
        no page has noted yet that it shows a new one.
    """
    own = (".md", ".ipynb", ".py")  # conf.py is made here from the settings
    shared = [p for p in list_files(source) if p.suffix not in own]
    return {
        "files": digest_files(source, shared),
        "code": digest_files(paths.PROJECT, code),
        "headings": list_headings(source),
        "names": names,
        "folder": str(source),  # that a copied folder was rendered in is another
        "Python": sys.version,
    }


def render_pages(source: Path, code: list[Path], names: list[str]) -> Path:
    """Render the pages that changed, or all of them where what they share did.

    Parameters
    ----------
    source, code, names
        As of `describe_shape`.

    Returns
    -------
    Path
        Folder of the pages.

    Raises
    ------
    RenderError
        If Sphinx fails or warns; the message is what it says.
    """
    shape = describe_shape(source, code, names)
    kept = json.loads(SHAPE.read_text(encoding="utf-8")) if SHAPE.exists() else None
    if RUNNING.exists() or kept != shape:
        shutil.rmtree(SPHINX, ignore_errors=True)
        SPHINX.mkdir(parents=True)
        _run([sys.executable, "-c", JUPYTER_BOOK, "config", "sphinx", str(source)])
    RUNNING.touch()
    _run(
        [
            *(sys.executable, "-m", "sphinx", *OPTIONS),
            *("-d", str(SPHINX / "doctrees"), str(source), str(HTML)),
        ]
    )
    SHAPE.write_text(json.dumps(shape, indent=1), encoding="utf-8")
    RUNNING.unlink()
    return HTML


def _run(command: list[str]) -> None:
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=paths.PROJECT
    )
    if done.returncode:
        raise RenderError(done.stderr.strip() or done.stdout.strip())
