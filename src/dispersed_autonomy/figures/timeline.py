"""Single figures on a time axis, each drawn as what it is.

It is a number, a rounded number, a range or a bound.
"""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from dispersed_autonomy.figures.text import mark_level, place_legend

MARKERS = "osDphP"  # without triangles, which are bounds
APART_INCHES = 0.15


def plot_timeline(
    frame: pd.DataFrame,
    ax: Axes | None = None,
    *,
    x: str,
    y: str,
    group: str,
    ylabel: str,
    low: str = "low",
    high: str = "high",
    kind: str = "kind",
    dotted: str | None = None,
    hollow: str | None = None,
    xlabel: str = "Year",
    ylim: tuple[float, float] = (0, 100),
    reference: float | None = None,
    reference_label: str = "",
) -> Axes:
    """Draw one figure with its interval for each row, by time.

    Figures of one date stand side by side.

    Parameters
    ----------
    frame : DataFrame
        One row a figure.
    ax : Axes, optional
        Where to draw; the current one by default.
    x, y, low, high : str
        Columns of the time in years, the value and its limits.
    group : str
        Column that decides colour and marker.
    kind : str
        Column that decides the form: "exact" is a point, "range" a bar with ends,
        "bound" a triangle at the limit that is known, pointing to where the value
        lies, and everything else, being rounded, a dash.
    dotted, hollow : str, optional
        Columns of booleans: intervals that are dotted, and points that are hollow.
    reference : float, optional
        Where to draw a dashed horizontal line, with `reference_label` on it.
    """
    ax = ax or plt.gca()
    frame = frame.assign(
        x_=place_side_by_side(frame[x], ax.figure.get_figwidth()),
        y_=frame[y],
        low_=frame[low],
        high_=frame[high],
    )
    dots = (
        frame[dotted].astype(bool)
        if dotted
        else pd.Series(False, index=frame.index)
    )
    empty = (
        frame[hollow].astype(bool)
        if hollow
        else pd.Series(False, index=frame.index)
    )
    for number, name in enumerate(frame[group].astype(str).unique()):
        color, marker, own = (
            f"C{number}",
            MARKERS[number % len(MARKERS)],
            frame[group].astype(str) == name,
        )
        for line, rows in (
            ("solid", frame[own & ~dots]),
            ("dotted", frame[own & dots]),
        ):
            ax.vlines(
                rows["x_"],
                rows["low_"],
                rows["high_"],
                color=color,
                linestyle=line,
                linewidth=2,
                zorder=2,
            )
        for face, rows in (
            (color, frame[own & ~empty]),
            ("white", frame[own & empty]),
        ):
            _draw_kinds(ax, rows, rows[kind].astype(str), color, face, marker)
        ax.plot([], [], color=color, marker=marker, linestyle="", label=name)
    if reference is not None:
        mark_level(ax, reference, reference_label, side="right")
    ax.set(xlabel=xlabel, ylabel=ylabel, ylim=ylim)
    ax.margins(x=0.07)
    ax.xaxis.get_major_locator().set_params(integer=True)
    place_legend(ax)
    return ax


def place_side_by_side(years: pd.Series, width: float) -> pd.Series:
    """Return times in which those of one tenth of a year stand apart.

    They lie around their own place.

    Parameters
    ----------
    years : Series
        Times in years.
    width : float
        Width of the picture in inches: the narrower, the more years apart.
    """
    tenth = years.round(1)
    order, size = (
        years.groupby(tenth).cumcount(),
        years.groupby(tenth).transform("size"),
    )
    return (
        years
        + (order - (size - 1) / 2)
        * APART_INCHES
        * (years.max() - years.min())
        / width
    )


def _draw_kinds(ax, rows, kinds, color, face, marker) -> None:
    exact, ranges, bounds = (
        rows[kinds == "exact"],
        rows[kinds == "range"],
        rows[kinds == "bound"],
    )
    rounded = rows[~kinds.isin(["exact", "range", "bound"])]
    ax.scatter(
        exact["x_"],
        exact["y_"],
        facecolors=face,
        edgecolors=color,
        marker=marker,
        s=60,
        linewidths=1.8,
        zorder=3,
    )
    ax.scatter(
        rounded["x_"],
        rounded["y_"],
        color=color,
        marker="_",
        s=170,
        linewidths=3,
        zorder=3,
    )
    for limit in ("low_", "high_"):
        ax.scatter(
            ranges["x_"],
            ranges[limit],
            color=color,
            marker="_",
            s=60,
            linewidths=2,
            zorder=3,
        )
    up = bounds["high_"] == 100
    for end, sign, known in (
        ("low_", "^", bounds[up]),
        ("high_", "v", bounds[~up]),
    ):
        ax.scatter(
            known["x_"], known[end], color=color, marker=sign, s=45, zorder=3
        )
