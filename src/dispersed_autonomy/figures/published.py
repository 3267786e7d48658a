"""Published figures in rows, each drawn as what it is: a number, a fraction, a
range, a bound, or a figure that nobody saw.
"""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.transforms import blended_transform_factory

from dispersed_autonomy.figures.text import label_rows, label_values, place_legend

COLOR, UNSEEN, CLAIM = "C0", "0.45", "C1"
HEADING_LEFT, HEADING_POINTS = 0.01, 11
# Room to the right of the axis for the values, as a part of its width.
VALUES_AT = 1.02
FORMS = {
    ("a number", True): ("o", COLOR, "number at publisher"),
    ("a number", False): ("o", "white", "number, citing page"),
    ("a fraction", True): ("D", COLOR, "fraction at publisher"),
    ("a fraction", False): ("D", "white", "fraction, citing page"),
}


def plot_published(
    frame: pd.DataFrame,
    ax: Axes | None = None,
    *,
    xlabel: str,
    xlim: tuple[float, float] = (0, 100),
    reference: float | None = None,
    reference_label: str = "",
) -> Axes:
    """Draw one row for each published figure, in blocks with a heading.

    No mark stands where nobody published a value: a range is a bar with ends, a
    bound a triangle that points to where the value lies, and a figure that was not
    seen a cross.

    Parameters
    ----------
    frame : DataFrame
        One row a figure, the first on top: `group` (the heading), `label`,
        `share_percent`, `low` and `high` (its interval for chance), `low_percent`
        and `high_percent` (printed limits), `printed`, `seen` and `interval`, as of
        `survey_standards.classify_figures` and `surveys.add_intervals`.
    ax : Axes, optional
        Where to draw; the current one by default.
    xlabel : str
        Quantity and unit.
    xlim : tuple of float
        Limits of the axis.
    reference : float, optional
        Where to draw the claimed value, with `reference_label` on it.
    """
    ax = ax or plt.gca()
    heights, headings = _place_rows(frame["group"].astype(str))
    frame = frame.assign(height_=heights)
    unseen = frame["seen"] == "not seen"
    for own in (frame[~unseen], frame[unseen]):
        _draw_rows(ax, own)
    _draw_key(ax, frame)
    if reference is not None:
        ax.axvline(reference, color=CLAIM, linestyle="--", linewidth=1.4, zorder=1)
        ax.annotate(
            reference_label,
            (reference, 1),
            xycoords=ax.get_xaxis_transform(),
            xytext=(0, 3),
            textcoords="offset points",
            ha="right" if reference > sum(xlim) / 2 else "left",
            va="bottom",
            fontsize=11,
            color=CLAIM,
        )
    lines = len(frame) + len(headings)
    ax.set(xlim=xlim, ylim=(-0.6, lines - 0.4))
    label_rows(
        ax,
        [*frame["height_"], *headings],
        [*frame["label"].astype(str), *[""] * len(headings)],
    )
    points = ax.get_yticklabels()[0].get_fontsize()
    across = blended_transform_factory(ax.figure.transFigure, ax.transData)
    for height, heading in headings.items():
        text = ax.text(
            HEADING_LEFT,
            height,
            heading,
            transform=across,
            va="center",
            weight="bold",
            fontsize=min(points, HEADING_POINTS),
            parse_math=False,
        )
        text.set_in_layout(False)
    for row in frame.itertuples():
        ax.annotate(
            say_value(row),
            (VALUES_AT, row.height_),
            xycoords=ax.get_yaxis_transform(),
            va="center",
            fontsize=points,
            annotation_clip=False,
        )
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(visible=False, axis="y")
    label_values(ax, xlabel)
    place_legend(ax)
    return ax


def _place_rows(groups: pd.Series) -> tuple[list[int], dict[int, str]]:
    names = list(groups.drop_duplicates())
    height = len(groups) + len(names) - 1
    heights, headings, last = [], {}, None
    for group in groups:
        if group != last:
            headings[height] = group
            height -= 1
            last = group
        heights.append(height)
        height -= 1
    return heights, headings


def say_value(row) -> str:
    """Return a published figure as text: 75%, about 75%, 70 to 80%, over 75%."""
    if row.printed == "a range":
        return f"{row.low_percent:.0f} to {row.high_percent:.0f}%"
    if row.printed == "a bound":
        open_above = row.high_percent == 100
        limit = row.low_percent if open_above else row.high_percent
        return f"{'over' if open_above else 'under'} {limit:.0f}%"
    about = "about " if row.printed == "a fraction" else ""
    return f"{about}{row.share_percent:.0f}%"


def _draw_rows(ax: Axes, rows: pd.DataFrame) -> None:
    for row in rows.itertuples():
        unseen = row.seen == "not seen"
        color = UNSEEN if unseen else COLOR
        published = row.seen == "at the publisher"
        if row.printed == "a range":
            _draw_range(ax, row, color, published)
        elif row.printed == "a bound":
            up = row.high_percent == 100
            ax.plot(
                row.low_percent if up else row.high_percent,
                row.height_,
                marker=">" if up else "<",
                color=color,
                markerfacecolor=color if published else "white",
                markersize=9,
                zorder=3,
            )
        else:
            _draw_number(ax, row, color, published)


def _draw_range(ax: Axes, row, color: str, published: bool) -> None:
    ends = [row.low_percent, row.high_percent]
    ax.plot(
        ends,
        [row.height_] * 2,
        color=color,
        linewidth=5 if published else 2,
        marker="|",
        markersize=11,
        markeredgewidth=2,
        solid_capstyle="butt",
        zorder=3,
    )


def _draw_number(ax: Axes, row, color: str, published: bool) -> None:
    if pd.notna(row.low) and row.seen != "not seen":
        ax.hlines(
            row.height_,
            row.low,
            row.high,
            color=color,
            linewidth=1.8,
            linestyle="solid" if row.interval == "sample printed" else "dotted",
            zorder=2,
        )
    marker = FORMS.get((row.printed, published), ("o", "white", ""))[0]
    ax.plot(
        row.share_percent,
        row.height_,
        marker="x" if row.seen == "not seen" else marker,
        color=color,
        markerfacecolor=color if published else "white",
        markeredgewidth=1.8,
        markersize=8,
        linestyle="",
        zorder=3,
    )


def _draw_key(ax: Axes, frame: pd.DataFrame) -> None:
    seen = frame[frame["seen"] != "not seen"]
    published = seen["seen"] == "at the publisher"
    for (printed, at_publisher), (marker, face, text) in FORMS.items():
        if ((seen["printed"] == printed) & (published == at_publisher)).any():
            look = {"color": COLOR, "markerfacecolor": face, "markeredgewidth": 1.8}
            ax.plot([], [], marker=marker, linestyle="", label=text, **look)
    if (seen["printed"] == "a range").any():
        look = {"color": COLOR, "linewidth": 5, "marker": "|", "markersize": 11}
        ax.plot([], [], label="range", **look)
    if (seen["printed"] == "a bound").any():
        ax.plot([], [], color=COLOR, marker=">", linestyle="", label="bound")
    if (frame["seen"] == "not seen").any():
        look = {"color": UNSEEN, "marker": "x", "markeredgewidth": 1.8}
        ax.plot([], [], linestyle="", label="not seen", **look)
    drawn = seen[seen["low"].notna()]
    for interval, style, text in (
        ("sample printed", "solid", "95% interval"),
        ("sample bounded", "dotted", "95%, sample assumed"),
    ):
        if (drawn["interval"] == interval).any():
            ax.plot([], [], color=COLOR, linewidth=1.8, linestyle=style, label=text)
