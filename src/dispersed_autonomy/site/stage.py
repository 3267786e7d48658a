"""Lay out what the site is built from: executed notebooks, prose pages and the
published files.
"""

import json
import shutil
import sys
from pathlib import Path

import nbformat

from dispersed_autonomy import paths
from dispersed_autonomy.analysis.tradeoffs import Tables, export_draws
from dispersed_autonomy.figures.explorer import bundle_script
from dispersed_autonomy.findings.claims import ClaimError, judge_claims
from dispersed_autonomy.findings.results import (
    FIELDS,
    MIME,
    ResultError,
    read_recorded,
    tolerance_of,
)
from dispersed_autonomy.inputs.citation import CitationError, read_citation
from dispersed_autonomy.inputs.tables import load_table
from dispersed_autonomy.site.metadata import publish_notebooks, write_metadata
from dispersed_autonomy.site.pages import write_bibtex
from dispersed_autonomy.slides.deck import write_slides


def publish_files(
    results: dict[str, dict], figures: dict[str, dict], claims: list[dict]
) -> None:
    """Write `results.json`, `claims.json`, `figures.json` and the files of every
    figure.
    """
    shutil.rmtree(paths.PUBLISHED, ignore_errors=True)
    (paths.PUBLISHED / "figures").mkdir(parents=True)
    for figure in figures.values():
        for file in paths.FIGURES.glob(f"{figure['id']}*"):
            if file.stem.removesuffix("-square") == figure["id"]:
                shutil.copy(file, paths.PUBLISHED / "figures")
    stated = [
        result | {"tolerance": tolerance_of(result)} for result in results.values()
    ]
    public = [{field: result[field] for field in FIELDS} for result in stated]
    for name, content in {
        "results": public,
        "claims": claims,
        "figures": list(figures.values()),
    }.items():
        text = json.dumps(
            {name: content}, indent=1, ensure_ascii=False, allow_nan=False
        )
        (paths.PUBLISHED / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def publish_explorer() -> None:
    """Write what the explorer computes with: `tradeoffs.json`, the draws of the
    notebook, and the script of its charts.
    """
    evidence, criteria, prices, models, presets = (
        load_table("model_evidence", table)
        for table in ("evidence", "criteria", "prices", "models", "presets")
    )
    exported = export_draws(Tables(evidence, criteria, prices), models, presets)
    text = json.dumps(
        exported, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    (paths.PUBLISHED / "tradeoffs.json").write_text(text + "\n", encoding="utf-8")
    (paths.PUBLISHED / "vega.js").write_text(bundle_script(), encoding="utf-8")


def place_figures(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return a notebook whose published figures stand as directives, with caption
    and downloads, behind their cells.
    """
    cells = []
    for cell in notebook.cells:
        cells.append(cell)
        figures = [
            o.metadata[MIME]["figure"]
            for o in cell.get("outputs", [])
            if "figure" in o.get("metadata", {}).get(MIME, {})
        ]
        if figures:
            cell.outputs = [
                o
                for o in cell.outputs
                if "figure" not in o.get("metadata", {}).get(MIME, {})
            ]
            text = "\n".join(
                f"```{{published-figure}} {figure['id']}\n```" for figure in figures
            )
            cells.append(
                nbformat.v4.new_markdown_cell(text, id=f"{cell.id}-figure")
            )
    notebook.cells = cells
    return notebook


def stage_pages(source: Path = paths.STAGED) -> None:
    """Lay prose pages, settings and executed notebooks together, the figures placed
    in these.
    """
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(paths.BOOK, source)
    for name in ("_config.yml", "_toc.yml"):
        shutil.copy(paths.PROJECT / name, source)
    (source / "notebooks").mkdir()
    for path in sorted(paths.EXECUTED.glob("*.ipynb")):
        notebook = place_figures(nbformat.read(path, as_version=4))
        launch = f"## Run it yourself\n\n```{{launch}} {path.stem}\n```"
        notebook.cells.append(nbformat.v4.new_markdown_cell(launch, id="launch"))
        nbformat.write(notebook, source / "notebooks" / path.name)


def main() -> None:
    """Read what the notebooks recorded, judge the claims, and lay out the pages."""
    try:
        results, figures = read_recorded("result"), read_recorded("figure")
        claims = judge_claims(results, figures)
        citation = read_citation()
    except (ResultError, ClaimError, CitationError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
    publish_files(results, figures, claims)
    write_bibtex(paths.PUBLISHED, figures, claims)
    write_slides(paths.PUBLISHED, results, figures, claims)
    publish_explorer()
    publish_notebooks(paths.PUBLISHED / "notebooks", citation)
    write_metadata(paths.PUBLISHED, results, figures)
    stage_pages()
    print(
        f"{len(results)} results, {len(figures)} figures, {len(claims)} claims",
        flush=True,
    )


if __name__ == "__main__":
    main()
