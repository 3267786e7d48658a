"""Effects by dose: studies as points with their names, and a line through them."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from dispersed_autonomy.figures.text import mark_level, place_legend

MARKERS = "osD^"
NEAR = 0.7  # of the unit of the dose: then a name stands above its point


def plot_doses(
    frame: pd.DataFrame,
    ax: Axes | None = None,
    *,
    x: str,
    y: str,
    line: str,
    fit: str,
    low: str = "low",
    high: str = "high",
    label: str = "label",
    xlabel: str,
    ylabel: str,
    reference: float | None = None,
) -> Axes:
    """Draw studies by dose, each with its name, and a fitted line with its band.

    Parameters
    ----------
    frame : DataFrame
        One row a study or a place on the line.
    ax : Axes, optional
        Where to draw; the current one by default.
    x, y : str
        Columns of the dose and of the effect.
    line : str
        Column of the series: one is the fitted line, the others groups of studies.
    fit : str
        Name of the series that is the line.
    low, high, label : str
        Columns of the limits of the line and of the names of the studies.
    xlabel, ylabel : str
        Quantities and units.
    reference : float, optional
        Where to draw a dashed horizontal line.
    """
    ax = ax or plt.gca()
    fitted = frame[frame[line] == fit].sort_values(x)
    ax.plot(fitted[x], fitted[y], color="0.35", label=fit, zorder=2)
    ax.fill_between(
        fitted[x], fitted[low], fitted[high], color="0.5", alpha=0.15, linewidth=0
    )
    studies = frame[frame[line] != fit]
    for number, name in enumerate(studies[line].unique()):
        rows = studies[studies[line] == name]
        ax.plot(
            rows[x],
            rows[y],
            linestyle="",
            marker=MARKERS[number % len(MARKERS)],
            markersize=8,
            color=f"C{number}",
            label=name,
            zorder=3,
        )
    middle = (frame[x].min() + frame[x].max()) / 2
    for row in studies.itertuples():
        _name_point(
            ax, studies, getattr(row, x), getattr(row, y), x, y, middle, row
        )
    if reference is not None:
        mark_level(ax, reference, "")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    place_legend(ax)
    return ax


def _name_point(ax, studies, dose, effect, x, y, middle, row) -> None:
    before = studies[
        studies[x].between(dose - NEAR, dose, inclusive="left")
        & (np.abs(studies[y] - effect) < np.ptp(studies[y]) / 8)
    ]
    above = effect >= 0
    side, shift = ("left", 9) if dose < middle else ("right", -9)
    if len(before):  # its left side is taken
        side, shift = "center", 0
    ax.annotate(
        row.label,
        (dose, effect),
        xytext=(shift, (3 if above else -3) * (3 if len(before) else 1)),
        textcoords="offset points",
        ha=side,
        va="bottom" if above else "top",
        fontsize=11,
    )
