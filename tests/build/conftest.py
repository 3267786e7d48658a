"""A project of two small notebooks, in a copy of the library and the tables."""

import os
import shutil
import subprocess
import sys

import nbformat
import pytest
import yaml

from dispersed_autonomy import paths

HEAD = """\
from dispersed_autonomy.inputs.tables import load_table
from dispersed_autonomy.findings.results import record"""
FIRST = [
    HEAD,
    'quits = load_table("tripcom_hybrid_trial", "quit_rates")',
    """record("first", float(len(quits)), label="Rows of the trial", unit="count",
       claim="recruit-retain", datasets=["tripcom_hybrid_trial"])""",
]
SECOND = [
    HEAD + "\nfrom dispersed_autonomy.analysis.meta import pool_effects\n"
    "from dispersed_autonomy.figures import publish\n"
    "from dispersed_autonomy.figures.intervals import plot_intervals\n"
    "import pandas as pd",
    """record("second", 2.0, label="A number", unit="count",
       claim="recruit-retain", datasets=["tripcom_hybrid_trial"])""",
    """frame = pd.DataFrame({"label": ["a", "b"], "value": [1.0, 2.0]})
publish("small", plot_intervals, frame, claim="recruit-retain", value="value",
        low=None, high=None, xlabel="Value, %", values={"n": 2})""",
]
# Every page has to show it as the text that it is.
HOSTILE = """<script>alert("x")</script><!--<script> & 'more'"""
WORDS = {
    "caption": f"Two numbers {HOSTILE} stand side by side, n = {{n}}. A sentence.",
    "alt": "Dot plot of two numbers, of which the second lies more to the right.",
    "source": "A publisher, 2025.",
}
CLAIM = {
    "id": "recruit-retain",
    "heading": "A heading",
    "claim": f"It retains {HOSTILE} people.",
    "stated": "It retains people.",
    "attribution": "nothing",
    "kind": "effect",
}
PAGES = {
    "index.md": "# A small book\n\nThe first is {result}`first`.\n",
    "keep.md": "# To keep\n\nThe second is {result}`second`.\n",
    "method.md": "# Method\n\nOf how it was done.\n",
    "results.md": "# Results\n\n```{results-table}\n```\n",
    "references.bib": "",
    "verification.json": "",
    "_static/style.css": "",
}


def write_notebook(path, question, cells):
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell(f"# {question}\n\nProse.", id="words")]
        + [
            nbformat.v4.new_code_cell(code, id=f"c{place}")
            for place, code in enumerate(cells)
        ]
    )
    notebook.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
    }
    notebook.metadata["language_info"] = {"name": "python"}
    nbformat.write(notebook, path)


@pytest.fixture(scope="session")
def hostile():
    """Words that look like a script."""
    return HOSTILE


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The folder of the small project; nothing has been built there."""
    root = tmp_path_factory.mktemp("small") / "project"
    skipped = shutil.ignore_patterns("__pycache__")
    shutil.copytree(paths.PROJECT / "src", root / "src", ignore=skipped)
    shutil.copytree(paths.DATA, root / "data", ignore=skipped)
    for name in (
        "CITATION.cff",
        "requirements.txt",
        "_config.yml",
        "pyproject.toml",
    ):
        shutil.copy(paths.PROJECT / name, root)
    (root / "notebooks" / "figures").mkdir(parents=True)
    write_notebook(root / "notebooks" / "01_first.ipynb", "Is it first?", FIRST)
    write_notebook(root / "notebooks" / "02_second.ipynb", "Is it second?", SECOND)
    words = root / "notebooks" / "figures" / "small.yml"
    words.write_text(yaml.safe_dump(WORDS, width=1000))
    (root / "data" / "claims.yml").write_text(yaml.safe_dump([CLAIM]))
    (root / "book" / "_static").mkdir(parents=True)
    for name, text in PAGES.items():
        (root / "book" / name).write_text(text)
    chapters = [{"glob": "notebooks/*"}]
    chapters += [{"file": name} for name in ("keep", "method", "results")]
    toc = {"format": "jb-book", "root": "index", "chapters": chapters}
    (root / "_toc.yml").write_text(yaml.safe_dump(toc))
    return root


@pytest.fixture(scope="module")
def run(project):
    """Run a module or script of the small project; return the finished process."""

    def call(*command):
        return subprocess.run(
            [sys.executable, *map(str, command)],
            cwd=project,
            env=os.environ | {"PYTHONPATH": str(project / "src")},
            capture_output=True,
            text=True,
            timeout=900,
        )

    return call
