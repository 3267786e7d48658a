"""Write what the site is built from, each part into a folder of its own: results,
claims and figures; the explorer's numbers; and the pages.
"""

import json
import shutil
from pathlib import Path

import nbformat

from dispersed_autonomy import paths
from dispersed_autonomy.analysis.tradeoffs import Tables, export_draws
from dispersed_autonomy.figures.explorer import bundle_script
from dispersed_autonomy.findings.claims import judge_claims
from dispersed_autonomy.findings.results import (
    FIELDS,
    MIME,
    read_recorded,
    tolerance_of,
)
from dispersed_autonomy.inputs.tables import load_table


def write_findings(folder: Path) -> None:
    """Write `results.json`, `claims.json`, `figures.json` and every figure's files.

    Parameters
    ----------
    folder : Path
        Where to.

    Raises
    ------
    ResultError, ClaimError
        If what the notebooks recorded contradicts itself, or a rule cannot be
        applied to it.
    """
    results, figures = read_recorded("result"), read_recorded("figure")
    readings = read_recorded("readings")
    claims = judge_claims(results, figures, readings)
    (folder / "figures").mkdir()
    for figure in figures.values():
        for file in (paths.EXECUTED / "figures").glob(f"{figure['id']}*"):
            if file.stem.removesuffix("-square") == figure["id"]:
                shutil.copy(file, folder / "figures")
    stated = [r | {"tolerance": tolerance_of(r)} for r in results.values()]
    public = [{field: result[field] for field in FIELDS} for result in stated]
    for name, content in {
        "results": public,
        "claims": claims,
        "figures": list(figures.values()),
    }.items():
        _write_json(folder / f"{name}.json", {name: content}, indent=1)


def write_explorer(folder: Path) -> None:
    """Write what the explorer computes with, and the script of its charts.

    `tradeoffs.json` has the draws of the notebook.
    """
    evidence, criteria, prices, models, presets = (
        load_table("model_evidence", table)
        for table in ("evidence", "criteria", "prices", "models", "presets")
    )
    exported = export_draws(Tables(evidence, criteria, prices), models, presets)
    _write_json(folder / "tradeoffs.json", exported, separators=(",", ":"))
    (folder / "vega.js").write_text(bundle_script(), encoding="utf-8")


def _write_json(path: Path, content, **how) -> None:
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, **how)
    path.write_text(text + "\n", encoding="utf-8")


def place_figures(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return a notebook whose published figures stand behind their cells.

    There they are directives, with caption and downloads.
    """
    cells = []
    for cell in notebook.cells:
        cells.append(cell)
        outputs = cell.get("outputs", [])
        figures = [f for output in outputs if (f := _figure_of(output))]
        if figures:
            cell.outputs = [output for output in outputs if not _figure_of(output)]
            text = "\n".join(
                f"```{{published-figure}} {f['id']}\n```" for f in figures
            )
            id = f"{cell.id}-figure"
            cells.append(nbformat.v4.new_markdown_cell(text, id=id))
    notebook.cells = cells
    return notebook


def _figure_of(output: dict) -> dict | None:
    return output.get("metadata", {}).get(MIME, {}).get("figure")


def write_pages(folder: Path) -> None:
    """Write prose pages, settings and executed notebooks with their figures."""
    shutil.copytree(paths.BOOK, folder, dirs_exist_ok=True)
    for name in ("_config.yml", "_toc.yml"):
        shutil.copy(paths.PROJECT / name, folder)
    (folder / "notebooks").mkdir()
    for path in sorted(paths.EXECUTED.glob("*.ipynb")):
        notebook = place_figures(nbformat.read(path, as_version=4))
        launch = f"## Run it yourself\n\n```{{launch}} {path.stem}\n```"
        notebook.cells.append(nbformat.v4.new_markdown_cell(launch, id="launch"))
        nbformat.write(notebook, folder / "notebooks" / path.name)
