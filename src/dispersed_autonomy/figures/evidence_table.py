"""A table of effects with their limits, each in the color of its basis.

An empty cell is hatched.
"""

import textwrap

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle

from dispersed_autonomy.figures.text import label_rows

FILLS = ("C0", "C1", "C3", "C2")
STRENGTH = 0.28  # of the fill, so that the text stays readable
WIDE_INCHES = 7


def plot_evidence_table(
    frame: pd.DataFrame,
    ax: Axes | None = None,
    *,
    row: str,
    column: str,
    value: str,
    low: str,
    high: str,
    kind: str,
    kinds: list[str],
    decimals: str,
) -> Axes:
    """Draw one cell for each row of the frame, with the value above its limits.

    Parameters
    ----------
    frame : DataFrame
        One row a cell; where the value is missing the cell is empty.
    ax : Axes, optional
        Where to draw; the current one by default.
    row, column, value, low, high, kind : str
        Columns of the cell's row and column, its numbers, and what it rests on.
    kinds : list of str
        The kinds in the order of their colours; any other is left white.
    decimals : str
        Column of the decimals to print.
    """
    ax = ax or plt.gca()
    rows, columns = (
        frame[name].drop_duplicates().tolist() for name in (row, column)
    )
    size = 9 if ax.figure.get_figwidth() > WIDE_INCHES else 6.5
    for cell in frame.to_dict("records"):
        x, y = columns.index(cell[column]), len(rows) - 1 - rows.index(cell[row])
        known = pd.notna(cell[value])
        fill = (
            to_rgba(FILLS[kinds.index(cell[kind])], STRENGTH)
            if known and cell[kind] in kinds
            else "white"
        )
        ax.add_patch(
            Rectangle(
                (x - 0.48, y - 0.46),
                0.96,
                0.92,
                facecolor=fill,
                edgecolor="0.75",
                hatch="" if known else "///",
                linewidth=0.8,
            )
        )
        numbers = (
            [
                f"{cell[name]:+,.{cell[decimals]}f}".replace("-", "\N{MINUS SIGN}")
                for name in (value, low, high)
            ]
            if known
            else []
        )
        ax.text(
            x,
            y + 0.17,
            numbers[0] if known else "empty",
            ha="center",
            va="center",
            fontsize=size + 1,
            weight="bold",
            color="0.1",
        )
        if known:
            ax.text(
                x,
                y - 0.22,
                f"{numbers[1]} to {numbers[2]}",
                ha="center",
                va="center",
                fontsize=size - 0.5,
                color="0.2",
            )
    label_rows(ax, range(len(rows))[::-1], rows)
    letters = int(13 * ax.figure.get_figwidth() / WIDE_INCHES)
    ax.set_xticks(
        range(len(columns)),
        [textwrap.fill(name, letters, break_long_words=False) for name in columns],
        fontsize=size + 2,
    )
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.set(xlim=(-0.52, len(columns) - 0.48), ylim=(-0.52, len(rows) - 0.48))
    ax.grid(visible=False)
    for spine in ax.spines.values():
        spine.set_visible(False)
    shown = [
        number for number, name in enumerate(kinds) if (frame[kind] == name).any()
    ]
    handles = [
        Rectangle(
            (0, 0),
            1,
            1,
            facecolor=to_rgba(FILLS[number], STRENGTH),
            edgecolor="0.75",
        )
        for number in shown
    ]
    ax.figure.legend(
        handles,
        [kinds[number] for number in shown],
        loc="outside lower center",
        ncols=len(shown),
    )
    return ax
