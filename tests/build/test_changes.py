"""After a change those notebooks run that it reaches, and nothing is left stale."""

import json
import re

import nbformat
import pytest

# Makes each change in turn, executes what is due, and says what ran and why. One
# process does it all, so that the libraries are loaded once.
DRIVER = """
import contextlib, io, json, sys
from pathlib import Path
from dispersed_autonomy import paths
from dispersed_autonomy.findings.cache import execute_changed

ROOT = paths.PROJECT

def replace(name, old, new):
    path = ROOT / name
    text = path.read_text(encoding="utf-8")
    assert old in text, (name, old)
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

def execute():
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        failures = execute_changed(sorted((ROOT / "notebooks").glob("*.ipynb")), 2)
    return {"said": said.getvalue(), "failures": failures}

if __name__ == "__main__":
    told = {"at first": execute(), "nothing": execute()}
    for name, *change in json.loads(sys.argv[1]):
        replace(*change)
        told[name] = execute()
    print("TOLD" + json.dumps(told))
"""
META = "src/dispersed_autonomy/analysis/meta.py"
DEMAND, SITE = (
    META.replace("meta", "demand"),
    "src/dispersed_autonomy/site/pages.py",
)
STYLE = "src/dispersed_autonomy/figures/dispersed_autonomy.mplstyle"
SMALL = "notebooks/figures/small.yml"
DESCRIBED = "data/tripcom_hybrid_trial/datapackage.json"
CHANGES = [
    ("markdown", "notebooks/01_first.ipynb", "Prose.", "Other prose."),
    ("code", "notebooks/01_first.ipynb", "load_table(", "load_table( "),
    ("code as before", "notebooks/01_first.ipynb", "load_table( ", "load_table("),
    ("module", META, "METHODS", "OTHER = 1\\nMETHODS"),
    ("module that none imports", DEMAND, "DAYS", "OTHER = 1\\nDAYS"),
    ("words", SMALL, "side by side", "one below the other"),
    ("style", STYLE, "figure", "# figure\\nfigure"),
    ("description of a table", DESCRIBED, '"title"', '"title" '),
    ("site", SITE, "import json", "import json  # a"),
    ("prose", "book/index.md", "small", "little"),
    ("lock", "requirements.txt", "#", "# \\n#"),
]
FIRST, SECOND, NONE = {"01_first"}, {"02_second"}, set()
BOTH = FIRST | SECOND
DUE = {
    "at first": BOTH,
    "nothing": NONE,
    "markdown": NONE,
    "code": FIRST,
    "code as before": NONE,
    "module": SECOND,
    "module that none imports": NONE,
    "words": SECOND,
    "style": SECOND,
    "description of a table": FIRST,
    "site": NONE,
    "prose": NONE,
    "lock": BOTH,
}
WHY = {
    "at first": "it has not run here yet",
    "code": "code cell 2",
    "module": META,
    "words": SMALL,
    "style": "dispersed_autonomy.mplstyle",
    "description of a table": DESCRIBED,
    "lock": "requirements.txt",
}


@pytest.fixture(scope="module")
def told(project, run):
    driver = project / "drive.py"
    driver.write_text(DRIVER)
    changes = [[part.replace("\\n", "\n") for part in change] for change in CHANGES]
    done = run(driver, json.dumps(changes))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.split("TOLD")[1])


@pytest.mark.parametrize("change", DUE)
def test_a_notebook_that_runs_without_need_or_does_not_run_in_need_is_noticed(
    told, change
):
    assert told[change]["failures"] == []
    ran = set(re.findall(r"(\w+): done", told[change]["said"]))
    assert ran == DUE[change], told[change]["said"]
    left = len(BOTH - ran)
    assert (f"{left} of 2 notebooks: unchanged" in told[change]["said"]) == bool(
        left
    )


@pytest.mark.parametrize("change", WHY)
def test_a_run_whose_reason_is_not_said_is_noticed(told, change):
    for notebook in DUE[change]:
        line = next(
            line
            for line in told[change]["said"].splitlines()
            if line.startswith(f"{notebook}: runs")
        )
        assert WHY[change] in line


def test_changed_prose_is_taken_over_into_the_kept_execution(told, project):
    laid = nbformat.read(project / "_build/executed/01_first.ipynb", as_version=4)
    assert "Other prose." in laid.cells[0].source
    assert laid.cells[-1].outputs


def test_a_kept_execution_has_every_file_that_the_notebook_wrote(told, project):
    names = {path.name for path in (project / "_build/executed/figures").iterdir()}
    assert names == {"small.csv", "small.png", "small-square.png", "small.svg"}


def test_committed_outputs_never_count_as_executed(told, project):
    committed = nbformat.read(project / "notebooks/01_first.ipynb", as_version=4)
    assert all(not cell.get("outputs") for cell in committed.cells)
    assert "01_first: runs: it has not run here yet" in told["at first"]["said"]
