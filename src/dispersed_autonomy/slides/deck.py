"""Slides: one file a figure, and one deck in the order of the claims.

They have the same bytes each time.
"""

import io
import re
import textwrap
import zipfile
from datetime import datetime
from pathlib import Path

import pandas as pd
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR
from pptx.util import Inches, Pt

from dispersed_autonomy.findings.citations import (
    cite_claim,
    cite_figure,
    first_sentence,
    place,
)
from dispersed_autonomy.findings.readings import count_agreeing
from dispersed_autonomy.findings.results import format_result, name_result
from dispersed_autonomy.inputs.citation import read_authors, read_citation
from dispersed_autonomy.slides.charts import add_chart

WIDTH, HEIGHT, MARGIN = Inches(13.333), Inches(7.5), Inches(0.5)
CONTENT = (MARGIN, Inches(1.45), WIDTH - 2 * MARGIN, Inches(4.55))
INK, QUIET = RGBColor(0x22, 0x22, 0x22), RGBColor(0x55, 0x55, 0x55)
TITLE_ONLY = 5  # of the layouts of python-pptx's template
ROWS_ON_A_SLIDE, ROWS_IN_NOTES = 11, 80
LONGEST_TITLE = 255  # letters, in the properties of a file
ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def open_deck(title: str, citation: dict) -> Presentation:
    """Return an empty wide deck whose properties come from CITATION.cff."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = WIDTH, HEIGHT
    released = datetime.fromisoformat(citation["date-released"])
    about = deck.core_properties
    about.title = textwrap.shorten(title, LONGEST_TITLE, placeholder=" …")
    about.author, about.last_modified_by = ", ".join(read_authors(citation)), ""
    about.created = about.modified = released
    about.revision = 1
    return deck


def add_figure(
    deck: Presentation, figure: dict, frame: pd.DataFrame, picture: Path
) -> None:
    """Add the slide of a figure: finding, chart, caption, source, citation.

    The numbers are in its notes.

    Where PowerPoint has no such chart, the picture stands in its place, and its
    table on a second slide.
    """
    finding = first_sentence(figure["caption"])
    slide = _add_slide(deck, finding)
    chart = add_chart(slide, figure, frame, CONTENT)
    if chart is None:
        ratio = 16 / 9
        width = int(CONTENT[3] * ratio)
        drawn = slide.shapes.add_picture(
            str(picture), int((WIDTH - width) / 2), CONTENT[1], width, CONTENT[3]
        )
        drawn._element.nvPicPr.cNvPr.set("descr", figure["alt"])
    else:
        slide.shapes[-1]._element.nvGraphicFramePr.cNvPr.set("descr", figure["alt"])
    cited = cite_figure(figure)
    rest = figure["caption"].removeprefix(finding).strip()
    words = rest or figure["caption"]
    _add_text(
        slide,
        words,
        Inches(6.05),
        Inches(0.65),
        12 if len(words) <= 230 else 10,
        INK,
    )
    _add_text(
        slide,
        f"Source: {figure['source'].rstrip('.')}. {cited['short']}",
        Inches(6.75),
        Inches(0.5),
        10,
        QUIET,
    )
    shown = frame.head(ROWS_IN_NOTES).to_csv(index=False, lineterminator="\n")
    more = (
        f"\nThe first {ROWS_IN_NOTES} of {len(frame)} rows."
        if len(frame) > ROWS_IN_NOTES
        else ""
    )
    slide.notes_slide.notes_text_frame.text = (
        f"{figure['alt']}\n\n{cited['full']}\n\n{shown}{more}"
    )
    if chart is None:
        _add_table(deck, f"The numbers: {finding}", frame)


def add_verdict(deck: Presentation, claim: dict, results: dict[str, dict]) -> None:
    """Add the slide of a claim: verdict and finding, the reason, what is claimed,
    the number that decided and how sure it is; rule, its history and limits are in
    the notes.
    """
    slide = _add_slide(deck, title_verdict(claim))
    key = results.get(claim["key_result"] or "")
    _add_text(
        slide,
        f"Verdict: {claim['verdict']}",
        Inches(1.5),
        Inches(0.6),
        24,
        INK,
        bold=True,
    )
    said = [claim["because"]] if claim["because"] else []
    said.append(f"The claim: {claim['claim']}")
    if key:
        number = f"{format_result(key, 'interval')}{_unit(key)}"
        said.append(f"The number that decided: {name_result(key)}, {number}.")
    if claim["certainty"]:
        said.append(f"How sure: {claim['certainty']['level']} certainty.")
    if claim["readings"]:
        same, total = count_agreeing(claim["readings"])
        said.append(
            f"Defensible choices that give this verdict: {same} of {total}."
        )
    text = "\n\n".join(said)
    size = 20 if len(text) < 700 else 18
    _add_text(slide, text, Inches(2.2), Inches(4.4), size, INK)
    cited = cite_claim(claim)
    _add_text(slide, cited["short"], Inches(6.75), Inches(0.5), 10, QUIET)
    slide.notes_slide.notes_text_frame.text = note_verdict(claim, cited["full"])


def title_verdict(claim: dict) -> str:
    """Return the title of a claim's slide: verdict and finding, so that the slide
    does not spread a claim that fails.
    """
    return claim["headline"] or f"{claim['verdict'].capitalize()}: {claim['claim']}"


def note_verdict(claim: dict, cited: str) -> str:
    """Return the notes of a claim's slide."""
    source = (
        "no source" if claim["attribution"] == "no source" else claim["attribution"]
    )
    said = [
        cited,
        f"The article: “{claim['stated']}”. It names as source: {source}.",
    ]
    if claim["certainty"]:
        said += [reason["reason"] for reason in claim["certainty"]["lowered"]]
    if claim["rule"]:
        said.append(f"The rule: {claim['rule']}")
    for item in claim["history"]:
        what = (
            f"{item['change']} Why: {item['reason']}"
            if item.get("change")
            else "the rule was written."
        )
        known = f" Known then: {item['known']}" if item.get("known") else ""
        said.append(f"{item['date']}: {what}{known}")
    if claim["limits"]:
        said.append(f"Limits: {claim['limits']}")
    said.append(f"What would change it: {claim['would_change'] or 'not stated'}")
    return "\n\n".join(said)


def write_slide(file: Path, published: Path, figure: dict) -> None:
    """Write the slide of one figure.

    Parameters
    ----------
    file : Path
        The file to write.
    published : Path
        The published files, the figures' pictures and data among them.
    figure : dict
        As published.
    """
    deck = open_deck(first_sentence(figure["caption"]), read_citation())
    _add_published(deck, published, figure)
    file.write_bytes(to_bytes(deck))


def write_deck(
    file: Path,
    published: Path,
    results: dict[str, dict],
    figures: dict[str, dict],
    claims: dict[str, dict],
) -> None:
    """Write the deck of everything, in the order of the claims.

    Parameters
    ----------
    file, published : Path
        As of `write_slide`.
    results, figures, claims : dict of str to dict
        As published, by id.
    """
    citation = read_citation()
    deck = open_deck(citation["title"], citation)
    cover = _add_slide(deck, citation["title"])
    edition = f"version {citation['version']}, {citation['date-released']}"
    authors = f"{', '.join(read_authors(citation))}, {edition}"
    about = f"{citation['abstract']}\n\n{place('index.html', citation)}"
    _add_text(cover, authors, Inches(2), Inches(1), 16, INK)
    _add_text(cover, about, Inches(3), Inches(2), 16, INK)
    for claim in claims.values():
        add_verdict(deck, claim, results)
        for id in claim["figures"]:
            _add_published(deck, published, figures[id])
    file.write_bytes(to_bytes(deck))


def _add_published(deck: Presentation, published: Path, figure: dict) -> None:
    stem = published / "figures" / figure["id"]
    frame = pd.read_csv(stem.with_suffix(".csv"))
    add_figure(deck, figure, frame, stem.with_suffix(".png"))


def to_bytes(deck: Presentation) -> bytes:
    """Return the file of a deck, the same bytes whenever it is written."""
    held = io.BytesIO()
    deck.save(held)
    return _fix_times(held.getvalue())


def _fix_times(file: bytes, sheet: bool = False) -> bytes:
    held = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(file)) as old,
        zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            if name.endswith(".xlsx"):
                content = _fix_times(content, sheet=True)
            elif sheet and name == "docProps/core.xml":
                content = re.sub(
                    rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*",
                    rb"\g<1>2000-01-01T00:00:00Z",
                    content,
                )
            new.writestr(
                zipfile.ZipInfo(name, ZIP_TIME), content, zipfile.ZIP_DEFLATED
            )
    return held.getvalue()


def _add_slide(deck: Presentation, title: str):
    slide = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY])
    shape = slide.shapes.title
    shape.left, shape.top, shape.width, shape.height = (
        MARGIN,
        Inches(0.3),
        WIDTH - 2 * MARGIN,
        Inches(1.1),
    )
    shape.text_frame.text = title
    shape.text_frame.word_wrap, shape.text_frame.vertical_anchor = (
        True,
        MSO_ANCHOR.MIDDLE,
    )
    paragraph = shape.text_frame.paragraphs[0]
    paragraph.alignment = 1
    size = (
        28
        if len(title) <= 65
        else 24
        if len(title) <= 110
        else 20
        if len(title) <= 190
        else 16
    )
    paragraph.font.size, paragraph.font.bold, paragraph.font.color.rgb = (
        Pt(size),
        True,
        INK,
    )
    return slide


def _add_text(
    slide, text: str, top, height, points: int, colour: RGBColor, bold: bool = False
) -> None:
    box = slide.shapes.add_textbox(MARGIN, top, WIDTH - 2 * MARGIN, height)
    box.text_frame.word_wrap = True
    box.text_frame.text = text
    for paragraph in box.text_frame.paragraphs:
        paragraph.font.size, paragraph.font.color.rgb, paragraph.font.bold = (
            Pt(points),
            colour,
            bold,
        )


def _add_table(deck: Presentation, title: str, frame: pd.DataFrame) -> None:
    slide = _add_slide(deck, title)
    shown = frame.head(ROWS_ON_A_SLIDE).iloc[:, :8]
    table = slide.shapes.add_table(
        len(shown) + 1, len(shown.columns), *CONTENT[:3], Inches(0.3)
    ).table
    texts = [
        [str(c) for c in shown.columns],
        *([_to_text(v) for v in row] for row in shown.itertuples(index=False)),
    ]
    for row, line in enumerate(texts):
        for column, text in enumerate(line):
            cell = table.cell(row, column)
            cell.text = text
            cell.text_frame.paragraphs[0].font.size = Pt(11)
    if frame.size > shown.size:
        _add_text(
            slide,
            f"The first {len(shown)} of {len(frame):,} rows and"
            f" {len(shown.columns)} of {len(frame.columns)} columns; the figure's"
            " CSV has them all.",
            Inches(6.75),
            Inches(0.5),
            10,
            QUIET,
        )


def _to_text(value) -> str:
    if pd.isna(value):
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _unit(result: dict) -> str:
    return (
        ""
        if result["unit"] in ("percent", "percentage points", "year", "count")
        else f" {result['unit']}"
    )
