"""Shares of a whole, one bar a row: stacked parts, dark to light."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from dispersed_autonomy.figures.text import label_rows

SHADES = ("#08519c", "#4f93c9", "#abcfe6", "#e4eef6")
SMALLEST_LABEL = 7  # percent; a number does not fit into a narrower part


def plot_shares(
    frame: pd.DataFrame,
    ax: Axes | None = None,
    *,
    label: str,
    parts: list[str],
    names: list[str],
    xlabel: str,
) -> Axes:
    """Draw the parts of each row side by side, with percentages that fit.

    Parameters
    ----------
    frame : DataFrame
        One row a bar, the first on top.
    ax : Axes, optional
        Where to draw; the current one by default.
    label : str
        Column of the labels.
    parts : list of str
        Columns of the parts, in percent, at most four.
    names : list of str
        What the legend calls them.
    xlabel : str
        Quantity and unit.
    """
    ax = ax or plt.gca()
    heights = np.arange(len(frame))[::-1]
    start = np.zeros(len(frame))
    for part, name, shade in zip(parts, names, SHADES):
        width = frame[part].to_numpy(float)
        ax.barh(
            heights,
            width,
            left=start,
            height=0.72,
            color=shade,
            edgecolor="white",
            linewidth=0.8,
            label=name,
        )
        for x, y, share in zip(start + width / 2, heights, width):
            if share >= SMALLEST_LABEL:
                ax.text(
                    x,
                    y,
                    f"{share:.0f}",
                    ha="center",
                    va="center",
                    fontsize=10,
                    color="white" if shade in SHADES[:2] else "0.15",
                )
        start = start + width
    label_rows(ax, heights, frame[label])
    ax.set(xlim=(0, 100), ylim=(-0.6, len(frame) - 0.4), xlabel=xlabel)
    ax.grid(visible=False, axis="y")
    handles, legend = ax.get_legend_handles_labels()
    ax.figure.legend(handles, legend, loc="outside lower center", ncols=len(parts))
    return ax
