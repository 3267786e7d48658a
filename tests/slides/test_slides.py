"""Slides: native charts that hold the numbers of the figure, text that fits, and
the same bytes each time.
"""

import hashlib
import io
import re
import shutil
import subprocess
import zipfile
from collections import Counter
from xml.etree import ElementTree

import numpy as np
import openpyxl
import pandas as pd
import pytest
from PIL import Image
from pptx import Presentation
from pptx.oxml.ns import qn

from dispersed_autonomy.figures.options import read_options
from dispersed_autonomy.findings.citations import first_sentence
from dispersed_autonomy.slides.charts import EXCEL_EPOCH, add_chart
from dispersed_autonomy.slides.deck import (
    CONTENT,
    add_figure,
    add_verdict,
    open_deck,
    title_verdict,
    to_bytes,
)

CITATION = {
    "title": "A book",
    "authors": [{"name": "Somebody"}],
    "date-released": "2026-01-02",
    "version": "1.0.0",
}
SLACK = 6  # points, of ascenders and descenders
INTERVALS = pd.DataFrame(
    {
        "who": ["a", "b", "a"],
        "share": [40.0, 55.5, 61.0],
        "low": [30.0, None, 60.0],
        "high": [52.0, None, 63.5],
        "year": [2020, 2020, 2021],
    }
)
# PowerPoint has no chart for ranked choices with a panel, for a table of cells, or
# for bounds and ranges beside points.
PICTURED = ("specification_curve", "evidence_table", "published", "doses")


def draw(plot, frame, **options):
    deck = open_deck("Title", CITATION)
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    return add_chart(slide, {"plot": plot, "options": options}, frame, CONTENT)


def read_error_bars(series, values="c:yVal"):
    """Return the lower and upper limits that the error bars of a series draw."""
    bars = series._element.find(qn("c:errBars"))
    points = [
        float(v.text) for v in series._element.find(qn(values)).iter(qn("c:v"))
    ]
    lengths = {
        end: [float(v.text) for v in bars.find(qn(f"c:{end}")).iter(qn("c:v"))]
        for end in ("minus", "plus")
    }
    return points, lengths


def test_bars_and_intervals_that_are_not_those_of_the_data_are_noticed():
    chart = draw(
        "intervals",
        INTERVALS,
        value="share",
        label="who",
        group="year",
        xlabel="Share, %",
        dodge=True,
    )
    assert list(chart.plots[0].categories) == ["a", "b"]
    assert {
        series.name: list(series.values) for series in chart.plots[0].series
    } == {"2020": [40, 55.5], "2021": [61, None]}
    _, lengths = read_error_bars(chart.plots[0].series[0], "c:val")
    assert lengths == {"minus": [10, 0], "plus": [12, 0]}


def test_error_bars_that_cannot_be_edited_in_the_sheet_are_noticed():
    chart = draw(
        "intervals", INTERVALS[:2], value="share", label="who", xlabel="Share, %"
    )
    sheet = openpyxl.load_workbook(
        io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)
    ).active
    columns = {
        sheet.cell(1, column).value: [
            sheet.cell(row, column).value for row in (2, 3)
        ]
        for column in range(2, sheet.max_column + 1)
    }
    assert columns == {"Estimate": [40, 55.5], "plus": [12, 0], "minus": [10, 0]}
    formulas = [
        f.text
        for f in (
            chart.plots[0].series[0]._element.find(qn("c:errBars")).iter(qn("c:f"))
        )
    ]
    assert formulas == ["Sheet1!$C$2:$C$3", "Sheet1!$D$2:$D$3"]


def test_several_estimates_of_one_row_that_hide_each_other_are_noticed():
    twice = pd.DataFrame({"who": ["a", "a"], "share": [1.0, 2.0]})
    chart = draw(
        "intervals",
        twice,
        value="share",
        label="who",
        low=None,
        high=None,
        xlabel="Share, %",
    )
    assert list(chart.plots[0].categories) == ["a", "a (2)"] and list(
        chart.plots[0].series[0].values
    ) == [1, 2]


def test_lines_over_dates_that_stand_elsewhere_than_the_data_are_noticed():
    frame = pd.DataFrame(
        {
            "month": ["2020-05-01", "2020-06-01"] * 2,
            "days": [2.0, 2.5, 1.0, 1.5],
            "line": ["x", "x", "y", "y"],
            "low": [1.9, 2.4, None, None],
            "high": [2.2, 2.6, None, None],
        }
    )
    chart = draw(
        "lines",
        frame,
        x="month",
        y="days",
        line="line",
        emphasis=["x"],
        low="low",
        high="high",
        ylabel="Days",
    )
    first, second = chart.plots[0].series
    assert list(first.values) == [2, 2.5] and list(second.values) == [1, 1.5]
    days = [
        float(v.text) for v in first._element.find(qn("c:xVal")).iter(qn("c:v"))
    ]
    assert days == [
        (pd.Timestamp(month) - EXCEL_EPOCH).days
        for month in ("2020-05-01", "2020-06-01")
    ]
    points, lengths = read_error_bars(first)
    assert np.subtract(points, lengths["minus"]) == pytest.approx(
        [1.9, 2.4]
    ) and np.add(points, lengths["plus"]) == pytest.approx([2.2, 2.6])
    assert second._element.find(qn("c:errBars")) is None


def test_steps_that_slope_or_say_their_limits_twice_are_noticed():
    frame = pd.DataFrame(
        {"arm": "a", "month": [0, 3, 6], "share": [100.0, 90.0, 80.0]}
    ).assign(low=[100.0, 85.0, 70.0], high=[100.0, 95.0, 90.0])
    chart = draw(
        "lines",
        frame,
        x="month",
        y="share",
        line="arm",
        low="low",
        high="high",
        emphasis=["a"],
        steps=True,
        ylabel="Still there, %",
    )
    (series,) = chart.plots[0].series
    months = [
        float(v.text) for v in series._element.find(qn("c:xVal")).iter(qn("c:v"))
    ]
    points, lengths = read_error_bars(series)
    assert months == [0, 0, 3, 3, 6]
    assert list(points) == [100, 90, 90, 80, 80]
    assert lengths["minus"] == [0, 0, 5, 0, 10]
    assert lengths["plus"] == [0, 0, 5, 0, 10]


@pytest.mark.parametrize(
    "months",
    [
        ("2020-05-01", "2024-11-01"),
        ("2021-01-01", "2022-12-31"),
        ("2019-02-01", "2026-06-01"),
    ],
)
def test_a_year_written_beside_another_year_or_a_date_cut_off_is_noticed(months):
    frame = pd.DataFrame({"month": months, "days": [2.0, 2.5], "line": "x"})
    axis = draw(
        "lines",
        frame,
        x="month",
        y="days",
        line="line",
        emphasis=["x"],
        ylabel="Days",
    ).category_axis
    ticks = [
        EXCEL_EPOCH + pd.Timedelta(days=day)
        for day in np.arange(
            axis.minimum_scale, axis.maximum_scale + 0.5, axis.major_unit
        )
    ]
    assert all(
        tick - pd.Timestamp(tick.year, 1, 1) < pd.Timedelta(days=3)
        for tick in ticks
    )
    assert np.diff([tick.year for tick in ticks]).tolist() == [1] * (len(ticks) - 1)
    first, last = map(pd.Timestamp, months)
    assert (
        ticks[0] < first
        and EXCEL_EPOCH + pd.Timedelta(days=axis.maximum_scale) > last
    )


def test_a_plot_without_a_chart_that_loses_its_picture_or_its_table_is_noticed(
    tmp_path,
):
    Image.new("RGB", (192, 108)).save(tmp_path / "a.png")
    figure = {
        "id": "a",
        "plot": "evidence_table",
        "options": {},
        "caption": "A finding. And more.",
        "alt": "What is seen.",
        "source": "Somebody 2020",
    }
    deck = open_deck("Title", CITATION)
    add_figure(
        deck,
        figure,
        pd.DataFrame({"x": range(20), "y": 0.123456}),
        tmp_path / "a.png",
    )
    shown, table = deck.slides
    assert [shape.shape_type.name for shape in shown.shapes].count("PICTURE") == 1
    grid = next(shape.table for shape in table.shapes if shape.has_table)
    assert (
        grid.cell(1, 1).text == "0.1235"
        and "20" in table.shapes[-1].text_frame.text
    )


def test_a_deck_that_differs_the_second_time_is_noticed():
    def make():
        deck = open_deck("Title", CITATION)
        add_chart(
            deck.slides.add_slide(deck.slide_layouts[6]),
            {
                "plot": "intervals",
                "options": {"value": "share", "label": "who", "xlabel": "%"},
            },
            INTERVALS,
            CONTENT,
        )
        return to_bytes(deck)

    file = make()
    assert hashlib.sha256(file).hexdigest() == hashlib.sha256(make()).hexdigest()
    with zipfile.ZipFile(io.BytesIO(file)) as deck:
        (sheet,) = (name for name in deck.namelist() if name.endswith(".xlsx"))
        # A second may pass between two files, so look at the dates.
        with zipfile.ZipFile(io.BytesIO(deck.read(sheet))) as book:
            dates = re.findall(
                rb"<dcterms:\w+[^>]*>([^<]*)", book.read("docProps/core.xml")
            )
    assert dates and set(dates) == {b"2000-01-01T00:00:00Z"}


def test_a_figure_whose_slide_has_other_numbers_than_its_csv_is_noticed(
    site, published
):
    native = 0
    for id, figure in published["figures"].items():
        slide = Presentation(site / "figures" / f"{id}.pptx").slides[0]
        assert slide.shapes.title.text_frame.text == first_sentence(
            figure["caption"]
        )
        assert figure["source"].rstrip(".") in "".join(
            shape.text_frame.text for shape in slide.shapes if shape.has_text_frame
        )
        assert figure["alt"] in slide.notes_slide.notes_text_frame.text
        charts = [shape.chart for shape in slide.shapes if shape.has_chart]
        if not charts:
            assert figure["plot"] in PICTURED
            continue
        assert figure["plot"] not in PICTURED
        native += 1
        frame = pd.read_csv(site / "figures" / f"{id}.csv")
        options = read_options(figure)
        wanted = (
            frame[options["parts"]].to_numpy().ravel()
            if figure["plot"] == "shares"
            else frame[options.get("value") or options["y"]].dropna().to_numpy()
        )
        drawn = [
            v
            for series in charts[0].plots[0].series
            for v in series.values
            if v is not None
        ]
        missing = [
            v for v in np.round(wanted, 9) if v not in set(np.round(drawn, 9))
        ]
        assert missing == [], id
    assert native >= 0.8 * len(published["figures"])


def read_drawn(series):
    """Return every point that has an error bar, with the limits it draws."""
    bars = series._element.find(qn("c:errBars"))
    if bars is None:
        return []
    values = next(
        series._element.find(qn(tag))
        for tag in ("c:yVal", "c:val")
        if series._element.find(qn(tag)) is not None
    )
    parts = (values, bars.find(qn("c:minus")), bars.find(qn("c:plus")))
    points, minus, plus = (
        {
            int(p.get("idx")): float(p.find(qn("c:v")).text)
            for p in part.iter(qn("c:pt"))
        }
        for part in parts
    )
    return [
        (point, point - minus[i], point + plus[i])
        for i, point in points.items()
        if minus[i] or plus[i]
    ]


def test_error_bars_that_are_not_the_intervals_of_the_csv_are_noticed(
    site, published
):
    compared = 0
    for id, figure in published["figures"].items():
        frame, options = (
            pd.read_csv(site / "figures" / f"{id}.csv"),
            read_options(figure),
        )
        low, high = options.get("low"), options.get("high")
        if figure["plot"] not in ("intervals", "lines") or low not in frame:
            continue
        value = options.get("value") or options["y"]
        known = frame[frame[low] < frame[high]]
        known = (
            known.dropna(subset=[value])
            if figure["plot"] == "lines"
            else known.fillna({value: (known[low] + known[high]) / 2})
        )
        (chart,) = (
            shape.chart
            for shape in (
                Presentation(site / "figures" / f"{id}.pptx").slides[0].shapes
            )
            if shape.has_chart
        )
        drawn = sorted(
            tuple(np.round(point, 6))
            for series in chart.plots[0].series
            for point in read_drawn(series)
        )
        wanted = sorted(
            tuple(np.round(point, 6))
            for point in known[[value, low, high]].to_numpy(float)
        )
        assert len(drawn) == len(wanted), id
        assert np.array(drawn) == pytest.approx(np.array(wanted), abs=2e-6), id
        compared += len(wanted)
    assert compared > 100


def test_a_deck_out_of_the_order_of_the_claims_is_noticed(site, published):
    titles = [
        slide.shapes.title.text_frame.text
        for slide in Presentation(
            site / "slides" / "dispersed-autonomy.pptx"
        ).slides
    ]
    claims = list(published["claims"].values())
    verdicts = [title_verdict(claim) for claim in claims]
    assert [title for title in titles if title in set(verdicts)] == verdicts
    # A slide that is titled with the bare claim would spread it.
    assert not set(titles) & {claim["claim"] for claim in claims}
    shown = [title for title in titles[1:] if not title.startswith("The numbers: ")]
    expected = [
        words
        for claim in claims
        for words in (
            title_verdict(claim),
            *(
                first_sentence(published["figures"][id]["caption"])
                for id in claim["figures"]
            ),
        )
    ]
    assert shown == expected


def test_a_verdict_on_a_slide_without_its_reason_or_history_is_noticed():
    key = {
        "id": "gain",
        "label": "Gain in sales",
        "value": 4.0,
        "low": 1.0,
        "high": 7.0,
        "level": 95,
        "unit": "percent",
    }
    claim = {
        "id": "gain",
        "claim": "Sales rise.",
        "stated": "sales rise",
        "attribution": "no source",
        "verdict": "holds in part",
        "headline": "Holds in part: sales rise by 4%",
        "because": "Sales rise by 4%, in two firms.",
        "key_result": "gain",
        "certainty": {
            "level": "low",
            "start": "low",
            "lowered": [{"domain": "design", "by": 1, "reason": "No trial."}],
        },
        "readings": [
            {"reading": name, "verdict": verdict, "result": {}}
            for name, verdict in (
                ("as published", "holds in part"),
                ("all firms", "unsupported"),
            )
        ],
        "rule": "Holds in part when they rise.",
        "history": [
            {"date": "2026-11-23", "known": "The abstract."},
            {"date": "2026-11-24", "change": "A line moved.", "reason": "It was."},
        ],
        "limits": "Two firms.",
        "would_change": "A trial.",
    }
    deck = open_deck("A deck", {"date-released": "2026-11-23", "authors": []})
    add_verdict(deck, claim, {"gain": key})
    (slide,) = deck.slides
    shown = "\n".join(s.text_frame.text for s in slide.shapes if s.has_text_frame)
    assert slide.shapes.title.text_frame.text == claim["headline"]
    for words in (
        claim["because"],
        "Gain in sales, 4.0% (1.0% to 7.0%)",
        "low certainty",
        "1 of 2",
    ):
        assert words in shown
    notes = slide.notes_slide.notes_text_frame.text
    for words in (claim["rule"], "The abstract.", "A line moved.", "No trial."):
        assert words in notes and words not in shown
    assert "written before the data" not in shown + notes


def test_a_claim_that_fails_is_no_title_of_a_slide():
    claim = {"headline": None, "verdict": "unsupported", "claim": "It saves rent."}
    assert title_verdict(claim) == "Unsupported: It saves rent."


@pytest.mark.office
@pytest.mark.every
def test_text_that_runs_out_of_its_box_on_a_rendered_slide_is_noticed(
    site, tmp_path
):
    for tool, package in (
        ("soffice", "libreoffice-impress"),
        ("pdftotext", "poppler-utils"),
    ):
        if not shutil.which(tool):
            pytest.skip(f"no {tool}: `apt-get install {package}` (Debian)")
    deck = site / "slides" / "dispersed-autonomy.pptx"
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run(
        [
            "soffice",
            profile,
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            tmp_path,
            deck,
        ],
        check=True,
        capture_output=True,
        timeout=300,
    )
    subprocess.run(
        [
            "pdftotext",
            "-bbox",
            tmp_path / "dispersed-autonomy.pdf",
            tmp_path / "words.html",
        ],
        check=True,
    )
    pages = list(
        ElementTree.parse(tmp_path / "words.html").iter(
            "{http://www.w3.org/1999/xhtml}page"
        )
    )
    presentation = Presentation(deck)
    slides, deck_height = list(presentation.slides), presentation.slide_height
    assert len(pages) == len(slides)
    for page, slide in zip(pages, slides):
        width, height = float(page.get("width")), float(page.get("height"))
        words = [
            {key: float(word.get(key)) for key in ("xMin", "xMax", "yMin", "yMax")}
            | {"text": word.text}
            for word in page
        ]
        assert all(
            0 <= w["xMin"] and w["xMax"] <= width and w["yMax"] <= height
            for w in words
        ), slide.shapes.title.text_frame.text
        for shape in slide.shapes:
            if shape.has_text_frame:
                top, bottom = (
                    height * edge / deck_height
                    for edge in (shape.top, shape.top + shape.height)
                )
                within = "".join(
                    w["text"]
                    for w in words
                    if w["yMin"] >= top - SLACK and w["yMax"] <= bottom + SLACK
                )
                # Letters, for a renderer may break a word at its hyphen.
                wanted = "".join(shape.text_frame.text.split())
                assert Counter(wanted) - Counter(within) == Counter(), (
                    shape.text_frame.text
                )
