"""Single figures on a time axis, each with its interval."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from dispersed_autonomy.figures.intervals import MARKERS
from dispersed_autonomy.figures.text import mark_level, place_legend


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
    hollow: str | None = None,
    xlabel: str = "Year",
    ylim: tuple[float, float] = (0, 100),
    reference: float | None = None,
    reference_label: str = "",
) -> Axes:
    """Draw one point with its interval for each row, by time; a row without a value is its interval alone.

    Parameters
    ----------
    frame : DataFrame
        One row a figure.
    ax : Axes, optional
        Where to draw; the current one by default.
    x, y, low, high : str
        Columns of the time, the value and its limits.
    group : str
        Column that decides colour and marker.
    hollow : str, optional
        Column of booleans: these points are hollow and their intervals dotted.
    reference : float, optional
        Where to draw a dashed horizontal line, with `reference_label` on it.
    """
    ax = ax or plt.gca()
    faint = frame[hollow].astype(bool) if hollow else pd.Series(False, index=frame.index)
    for number, name in enumerate(frame[group].astype(str).unique()):
        color, marker = f"C{number}", MARKERS[number % len(MARKERS)]
        for is_faint, face, line in ((False, color, "solid"), (True, "white", "dotted")):
            rows = frame[(frame[group] == name) & (faint == is_faint)]
            ax.vlines(rows[x], rows[low], rows[high], color=color, linestyle=line, linewidth=2, zorder=2)
            ax.scatter(rows[x], rows[y], facecolors=face, edgecolors=color, marker=marker, s=60, linewidths=1.8, zorder=3)
        ax.plot([], [], color=color, marker=marker, linestyle="", label=name)
    if reference is not None:
        mark_level(ax, reference, reference_label, side="right")
    ax.set(xlabel=xlabel, ylabel=ylabel, ylim=ylim)
    ax.xaxis.get_major_locator().set_params(integer=True)
    place_legend(ax)
    return ax
