"""Native charts for slides, which can be edited there.

They are the plots of the book as scatter and bar charts with error bars.
"""

import io
import re

import numpy as np
import openpyxl
import pandas as pd
from lxml import etree
from matplotlib.ticker import AutoLocator
from openpyxl.utils import get_column_letter
from pptx.chart.chart import Chart
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
)
from pptx.enum.dml import MSO_LINE
from pptx.oxml.ns import qn
from pptx.util import Emu, Pt

from dispersed_autonomy.figures.options import read_options
from dispersed_autonomy.figures.shares import SHADES

# The colours of the book's style, in its order; grey for what is not
# emphasised.
COLOURS = ("0072B2", "D55E00", "009E73", "CC79A7", "E69F00", "56B4E9")
GREY, INK = "B8B8B8", "444444"
LEGEND_COLUMNS = 3
BAR_BRIGHTNESS = 0.45  # lighter than the error bars, which lie on them
SPACES = {
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
}
EXCEL_EPOCH = pd.Timestamp("1899-12-30")


def add_chart(
    slide, figure: dict, frame: pd.DataFrame, box: tuple[Emu, Emu, Emu, Emu]
) -> Chart | None:
    """Draw a figure as a native chart.

    Parameters
    ----------
    slide : pptx Slide
        Where to draw.
    figure : dict
        As published, with `plot` and `options`.
    frame : DataFrame
        What is plotted.
    box : tuple of Emu
        Left, top, width and height.

    Returns
    -------
    Chart or None
        None where PowerPoint has no such chart.
    """
    draw = {
        "intervals": draw_intervals,
        "lines": draw_lines,
        "shares": draw_shares,
    }.get(figure["plot"])
    return draw(slide, frame, box, **read_options(figure)) if draw else None


def draw_intervals(
    slide,
    frame,
    box,
    *,
    value,
    xlabel,
    label,
    low,
    high,
    group,
    reference,
    reference_label,
    log,
    **_forms,
) -> Chart:
    """Draw estimates in rows as a bar chart with error bars.

    The first label is on top, bars start where nothing differs, and an estimate
    without a value stands amid its limits.
    """
    if low and low in frame:
        frame = frame.assign(
            **{value: frame[value].fillna((frame[low] + frame[high]) / 2)}
        )
    frame = frame.assign(
        row_=_name_rows(frame, label, group),
        group_=frame[group].astype(str) if group else "Estimate",
    )
    labels, names = (
        frame["row_"].drop_duplicates().tolist(),
        frame["group_"].drop_duplicates().tolist(),
    )
    data, parts = CategoryChartData(), []
    data.categories = labels
    for name in names:
        rows = frame[frame["group_"] == name].set_index("row_").reindex(labels)
        data.add_series(
            name,
            [None if pd.isna(number) else float(number) for number in rows[value]],
        )
        parts.append(_limits(rows, value, low, high))
    chart = slide.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, *box, data).chart
    for number, (series, limits) in enumerate(zip(chart.plots[0].series, parts)):
        colour = COLOURS[number % len(COLOURS)]
        series.invert_if_negative = False
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = RGBColor.from_string(colour)
        series.format.fill.fore_color.brightness = BAR_BRIGHTNESS
        _add_error_bars(chart, series, None, *limits, INK, width=1.5)
    apart = frame["row_"].duplicated().any()
    chart.plots[0].gap_width, chart.plots[0].overlap = (
        (50, 0) if apart else (60, 100)
    )
    start = 1.0 if log else 0.0
    chart.has_title = False
    ends = _axis_ends(
        frame, [c for c in (value, low, high) if c in frame], start, log
    )
    _scale(
        chart.value_axis,
        ends,
        _name_values(xlabel, reference, reference_label),
        log=log,
    )
    chart.value_axis.tick_label_position = XL_TICK_LABEL_POSITION.HIGH
    chart.category_axis.reverse_order = True
    _label_categories(chart, len(labels))
    chart.value_axis.crosses_at, chart.category_axis.has_major_gridlines = (
        start,
        False,
    )
    chart.has_legend = False
    if len(names) > 1:
        _place_legend(chart)
    return chart


def _name_rows(frame: pd.DataFrame, label: str, group: str | None) -> pd.Series:
    """Return the labels of rows, numbered where a group has one label again."""
    text = frame[label].astype(str)
    again = frame.groupby(
        [text, *([frame[group].astype(str)] if group else [])]
    ).cumcount()
    return text.where(again == 0, text + " (" + (again + 1).astype(str) + ")")


def _name_values(xlabel: str, reference: float | None, words: str) -> str:
    if reference is None or not words:
        return xlabel
    return f"{xlabel} ({reference:g}: {words})"


def _label_categories(chart: Chart, count: int) -> None:
    axis = chart.category_axis
    axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    axis.tick_labels.font.size = Pt(12 if count <= 9 else 10 if count <= 14 else 8)
    axis.format.line.color.rgb = RGBColor.from_string(INK)
    axis._element.find(qn("c:noMultiLvlLbl")).addprevious(
        _parse('<c:tickLblSkip val="1"/>')
    )


def draw_lines(
    slide,
    frame,
    box,
    *,
    x,
    y,
    line,
    emphasis,
    ylabel,
    xlabel,
    low,
    high,
    points,
    steps,
    reference,
    reference_label,
    ylim,
    **_forms,
) -> Chart:
    """Draw series over time as lines, their bands as vertical error bars."""
    frame, dated = _to_numbers(frame, x)
    names = [
        *emphasis,
        *(
            name
            for name in frame[line].astype(str).unique()
            if name not in emphasis
        ),
    ]
    held = {
        name: (
            frame[frame[line].astype(str) == name].dropna(subset=[y]).sort_values(x)
        )
        for name in names
    }
    if steps:
        limits = [column for column in (low, high) if column]
        held = {name: _hold_values(rows, x, limits) for name, rows in held.items()}
    points_of = {name: (rows[x], rows[y]) for name, rows in held.items()}
    level = _level(frame[x], reference, reference_label)
    kind = XL_CHART_TYPE.XY_SCATTER_LINES
    chart = _add_scatter(slide, box, kind, points_of, level)
    for number, (name, series) in enumerate(zip(names, chart.plots[0].series)):
        colour = COLOURS[number % len(COLOURS)] if name in emphasis else GREY
        if name in points:
            _style_points(series, colour)
        else:
            _style_line(series, colour, width=2.5 if name in emphasis else 1)
        if low and held[name][low].notna().any():
            _add_error_bars(
                chart,
                series,
                "y",
                *_limits(held[name], y, low, high),
                colour,
                width=0.75,
            )
    ends = _year_ends(frame[x]) if dated else _axis_ends(frame, [x])
    _scale(
        chart.category_axis,
        ends,
        xlabel,
        number_format="yyyy" if dated else "0",
        step=365.25 if dated else None,
    )
    _scale(
        chart.value_axis,
        ylim or _axis_ends(frame, [c for c in (y, low, high) if c], reference),
        ylabel,
    )
    _place_plot(chart, 0.07, legend=len(emphasis) + (reference is not None))
    _drop_from_legend(chart, range(len(emphasis), len(names)))
    return chart


def draw_shares(slide, frame, box, *, label, parts, names, xlabel) -> Chart:
    """Draw parts of a whole as a stacked bar chart, the first row on top."""
    data = CategoryChartData()
    data.categories = frame[label].astype(str).tolist()
    for part, name in zip(parts, names):
        data.add_series(name, frame[part].astype(float).tolist())
    chart = slide.shapes.add_chart(XL_CHART_TYPE.BAR_STACKED, *box, data).chart
    for series, shade in zip(chart.plots[0].series, SHADES):
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = RGBColor.from_string(shade[1:].upper())
    chart.plots[0].gap_width, chart.plots[0].overlap = 40, 100
    chart.category_axis.reverse_order = True
    _label_categories(chart, len(frame))
    _scale(chart.value_axis, (0, 100), xlabel, number_format="0")
    chart.value_axis.tick_label_position = XL_TICK_LABEL_POSITION.HIGH
    _place_legend(chart)
    chart.has_title = False
    return chart


def _hold_values(rows: pd.DataFrame, x: str, limits: list[str]) -> pd.DataFrame:
    """Return the points of a line of steps: each value is that of the span which
    ends at its time, and has its limits there.
    """
    held = rows.loc[rows.index.repeat(2)].iloc[1:].reset_index(drop=True)
    held[x] = rows[x].repeat(2).iloc[:-1].to_numpy()
    held.loc[1::2, limits] = np.nan
    return held


def _to_numbers(frame: pd.DataFrame, x: str) -> tuple[pd.DataFrame, bool]:
    if pd.api.types.is_numeric_dtype(frame[x]):
        return frame, False
    return (
        frame.assign(**{x: (pd.to_datetime(frame[x]) - EXCEL_EPOCH).dt.days}),
        True,
    )


def _year_ends(days: pd.Series) -> tuple[float, float]:
    """Return ends from which steps of 365.25 days fall on first days of years.

    They never fall on the last day of the year before.
    """
    first, last = (
        EXCEL_EPOCH + pd.Timedelta(days=int(day))
        for day in (days.min() - 1, days.max())
    )
    return float((pd.Timestamp(first.year, 1, 2) - EXCEL_EPOCH).days), float(
        (pd.Timestamp(last.year + 1, 1, 3) - EXCEL_EPOCH).days
    )


def _level(xs: pd.Series, reference: float | None, words: str) -> dict[str, tuple]:
    if reference is None:
        return {}
    return {words or "Reference": ((xs.min(), xs.max()), (reference, reference))}


def _add_scatter(
    slide,
    box: tuple[Emu, Emu, Emu, Emu],
    kind: XL_CHART_TYPE,
    points: dict[str, tuple],
    level: dict[str, tuple],
) -> Chart:
    """Add a scatter chart of named points, and of a level as a dashed line."""
    data = XyChartData()
    for name, (xs, ys) in [*points.items(), *level.items()]:
        series = data.add_series(str(name))
        for x, y in zip(xs, ys):
            series.add_data_point(float(x), float(y))
    chart = slide.shapes.add_chart(kind, *box, data).chart
    for series in list(chart.plots[0].series)[len(points) :]:
        _style_line(series, INK, dashed=True)
    return chart


def _limits(
    rows: pd.DataFrame, value: str, low: str | None, high: str | None
) -> tuple[list[float], list[float]]:
    if not low or low not in rows:
        return [0.0] * len(rows), [0.0] * len(rows)
    return (rows[value] - rows[low]).fillna(0).tolist(), (
        rows[high] - rows[value]
    ).fillna(0).tolist()


def _axis_ends(
    frame: pd.DataFrame,
    columns: list[str],
    reference: float | None = None,
    log: bool = False,
) -> tuple[float, float]:
    numbers = np.append(
        frame[columns].to_numpy(float).ravel(),
        [] if reference is None else [reference],
    )
    least, most = np.nanmin(numbers), np.nanmax(numbers)
    if log:
        return float(f"{0.8 * least:.1g}"), float(f"{1.3 * most:.1g}")
    ticks = AutoLocator().tick_values(least, most)
    return float(ticks[0]), float(ticks[-1])


def _style_points(series, colour: str) -> None:
    series.marker.style, series.marker.size = XL_MARKER_STYLE.CIRCLE, 9
    series.marker.format.fill.solid()
    series.marker.format.fill.fore_color.rgb = RGBColor.from_string(colour)
    series.marker.format.line.color.rgb = RGBColor.from_string(colour)
    series.format.line.fill.background()


def _style_line(
    series, colour: str, width: float = 1.5, dashed: bool = False
) -> None:
    series.marker.style = XL_MARKER_STYLE.NONE
    series.smooth = False
    series.format.line.color.rgb = RGBColor.from_string(colour)
    series.format.line.width = Pt(width)
    if dashed:
        series.format.line.dash_style = MSO_LINE.DASH


def _scale(
    axis,
    ends: tuple[float, float],
    title: str,
    log: bool = False,
    number_format: str = "General",
    step: float | None = None,
) -> None:
    axis.minimum_scale, axis.maximum_scale = float(ends[0]), float(ends[1])
    axis.has_major_gridlines = True
    axis.major_gridlines.format.line.color.rgb = RGBColor.from_string("E3E3E3")
    axis.format.line.color.rgb = RGBColor.from_string("999999")
    axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    axis.tick_labels.font.size = Pt(12)
    axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = (
        number_format,
        False,
    )
    if step:
        axis.major_unit = step
    axis.has_title = bool(title)
    if title:
        axis.axis_title.text_frame.text = title
        axis.axis_title.text_frame.paragraphs[0].font.size = Pt(12)
        axis.axis_title.text_frame.paragraphs[0].font.bold = False
    if log:
        scaling = axis._element.find(qn("c:scaling"))
        base = etree.SubElement(scaling, qn("c:logBase"))
        base.set("val", "10")
        scaling.insert(0, base)


def _place_plot(chart: Chart, left: float, legend: int) -> None:
    legend_rows = -(-legend // LEGEND_COLUMNS)
    area = chart._chartSpace.chart.plotArea
    for old in area.findall(qn("c:layout")):
        area.remove(old)
    sizes = {"x": left, "y": 0.03, "w": 0.97 - left, "h": 0.82 - 0.07 * legend_rows}
    numbers = "".join(
        f'<c:{name} val="{value:.3f}"/>' for name, value in sizes.items()
    )
    modes = (
        '<c:layoutTarget val="inner"/><c:xMode val="edge"/><c:yMode val="edge"/>'
    )
    area.insert(
        0,
        _parse(
            f"<c:layout><c:manualLayout>{modes}{numbers}</c:manualLayout></c:layout>"
        ),
    )
    chart.has_legend = chart.has_title = False
    if legend:
        _place_legend(chart)


def _place_legend(chart: Chart) -> None:
    chart.has_legend = True
    chart.legend.position, chart.legend.include_in_layout = (
        XL_LEGEND_POSITION.BOTTOM,
        False,
    )
    chart.legend.font.size = Pt(12)


def _drop_from_legend(chart: Chart, numbers) -> None:
    if not chart.has_legend:
        return
    legend = chart._chartSpace.chart.find(qn("c:legend"))
    for place, number in enumerate(numbers, start=1):
        legend.insert(
            place,
            _parse(
                f'<c:legendEntry><c:idx val="{number}"/><c:delete'
                ' val="1"/></c:legendEntry>'
            ),
        )


def _add_error_bars(
    chart: Chart,
    series,
    direction: str | None,
    minus: list[float],
    plus: list[float],
    colour: str,
    width: float = 2,
) -> None:
    """Add error bars whose lengths can be edited in the chart's own sheet."""
    if not any(minus) and not any(plus):
        return
    values = "c:val" if direction is None else "c:yVal"
    formula = series._element.find(
        f"{qn(values)}/{qn('c:numRef')}/{qn('c:f')}"
    ).text
    columns = _write_columns(chart, formula, {"plus": plus, "minus": minus})
    ends = "".join(
        _to_reference(name, re.sub(r"\$[A-Z]+\$", f"${column}$", formula), lengths)
        for name, (column, lengths) in columns.items()
    )
    line = (
        f'<c:spPr><a:ln w="{Pt(width)}"><a:solidFill><a:srgbClr'
        f' val="{colour}"/></a:solidFill></a:ln></c:spPr>'
    )
    head = f'<c:errDir val="{direction}"/>' if direction else ""
    head += (
        '<c:errBarType val="both"/><c:errValType val="cust"/><c:noEndCap val="1"/>'
    )
    bars = _parse(f"<c:errBars>{head}{ends}{line}</c:errBars>")
    series._element.find(
        qn("c:cat" if direction is None else "c:xVal")
    ).addprevious(bars)


def _to_reference(name: str, formula: str, values: list[float]) -> str:
    points = "".join(
        f'<c:pt idx="{i}"><c:v>{value!r}</c:v></c:pt>'
        for i, value in enumerate(values)
    )
    cache = (
        "<c:numCache><c:formatCode>General</c:formatCode><c:ptCount"
        f' val="{len(values)}"/>{points}</c:numCache>'
    )
    return f"<c:{name}><c:numRef><c:f>{formula}</c:f>{cache}</c:numRef></c:{name}>"


def _write_columns(
    chart: Chart, formula: str, lengths: dict[str, list[float]]
) -> dict[str, tuple[str, list[float]]]:
    workbook = openpyxl.load_workbook(
        io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)
    )
    sheet, first = workbook.active, int(re.search(r"\$(\d+)", formula)[1])
    columns = {}
    for name, values in lengths.items():
        column = get_column_letter(sheet.max_column + 1)
        sheet[f"{column}{first - 1}"] = name
        for row, value in enumerate(values, start=first):
            sheet[f"{column}{row}"] = value
        columns[name] = (column, values)
    held = io.BytesIO()
    workbook.save(held)
    chart.part.chart_workbook.update_from_xlsx_blob(held.getvalue())
    return columns


def _parse(text: str):
    spaces = "".join(
        f' xmlns:{prefix}="{address}"' for prefix, address in SPACES.items()
    )
    return etree.fromstring(f"<root{spaces}>{text}</root>")[0]
