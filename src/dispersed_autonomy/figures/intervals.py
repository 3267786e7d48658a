"""Points with intervals, one row each: estimates side by side, or a forest plot."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from dispersed_autonomy.figures.text import label_rows, label_values, place_legend

MARKERS = "osD^vP"
DODGE = 0.26  # of the distance between rows


def plot_intervals(
    frame: pd.DataFrame,
    ax: Axes | None = None,
    *,
    value: str,
    label: str = "label",
    low: str | None = "low",
    high: str | None = "high",
    group: str | None = None,
    hollow: str | None = None,
    xlabel: str,
    reference: float | None = None,
    reference_label: str = "",
    log: bool = False,
    dodge: bool = False,
) -> Axes:
    """Draw one point with its interval for each row, the first label on top.

    Rows of one label share a line.

    Parameters
    ----------
    frame : DataFrame
        One row an estimate; rows without limits are drawn as hollow points.
    ax : Axes, optional
        Where to draw; the current one by default.
    value, label, low, high, group : str
        Columns of the estimate, its label, its limits and, optionally, the group
        that decides colour and marker.
    hollow : str, optional
        Column of booleans: these points are hollow as well.
    xlabel : str
        Quantity and unit.
    reference : float, optional
        Where to draw a dashed line, with `reference_label` on it.
    log : bool
        Ratios: a logarithmic axis.
    dodge : bool
        Whether the groups of one label are drawn below each other, so that their
        intervals do not cover each other.
    """
    ax = ax or plt.gca()
    frame = frame.reset_index(drop=True)
    labels = frame[label].drop_duplicates()
    heights = (
        frame[label]
        .map(
            pd.Series(
                range(len(labels))[::-1], index=labels.astype(object)
            ).to_dict()
        )
        .astype(int)
    )
    groups = frame[group].astype(str) if group else pd.Series("", index=frame.index)
    names = groups.unique()
    for number, name in enumerate(names):
        rows = frame[groups == name]
        shift = DODGE * ((len(names) - 1) / 2 - number) if dodge else 0
        faint = (
            rows[hollow].astype(bool)
            if hollow
            else pd.Series(False, index=rows.index)
        )
        look = {"color": f"C{number}", "marker": MARKERS[number % len(MARKERS)]}
        _draw_group(
            ax,
            rows,
            heights.loc[rows.index] + shift,
            value,
            low,
            high,
            faint,
            name,
            look,
        )
    if reference is not None:
        ax.axvline(reference, color="0.3", linestyle="--", linewidth=1.2, zorder=1)
        ax.annotate(
            reference_label,
            (reference, 1),
            xycoords=ax.get_xaxis_transform(),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=11,
        )
    label_rows(ax, range(len(labels))[::-1], labels)
    ax.set_ylim(-0.6, len(labels) - 0.4)
    ax.set(ylabel="", xscale="log" if log else "linear")
    label_values(ax, xlabel)
    if log:
        ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.xaxis.set_major_formatter(FuncFormatter("{:g}".format))
        ax.xaxis.set_minor_locator(NullLocator())
    ax.grid(visible=False, axis="y")
    if group and groups.nunique() > 1:
        place_legend(ax)
    return ax


def _draw_group(ax, rows, heights, value, low, high, faint, name, look) -> None:
    color = look["color"]
    known = (
        rows[[low, high]].notna().all(axis="columns")
        if low and low in rows
        else pd.Series(False, index=rows.index)
    )
    if known.any():
        ax.hlines(
            heights[known],
            rows.loc[known, low],
            rows.loc[known, high],
            color=color,
            linewidth=2.4,
            zorder=2,
        )
    faces = np.where((known | (not low)) & ~faint, color, "white")
    ax.scatter(
        rows[value],
        heights,
        c=faces,
        edgecolors=color,
        marker=look["marker"],
        s=56,
        linewidths=1.8,
        zorder=3,
    )
    ax.plot([], [], **look, linestyle="", label=name)
