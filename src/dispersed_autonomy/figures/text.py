"""Labels and legends that fit the figure, wide and narrow."""

import textwrap
from collections.abc import Sequence

from matplotlib.axes import Axes

POINTS_PER_INCH = 72
LARGEST_POINTS, SMALLEST_POINTS = 12, 6
# Parts of the figure that labels of rows, labels of values and rows may take, and
# the mean width of a letter in its size.
LABEL_WIDTH, VALUES_WIDTH, ROWS_HEIGHT, LETTER_WIDTH, LINE_HEIGHT = (
    0.38,
    0.64,
    0.74,
    0.54,
    1.2,
)

# Width of a legend's handle and gaps in letters' size, and how many columns the eye
# takes in.
LEGEND_HANDLE, MOST_LEGEND_COLUMNS = 4.5, 4


def label_rows(ax: Axes, heights: Sequence[float], labels: Sequence[str]) -> None:
    """Label the rows of a plot in the largest type in which they do not touch.

    Labels are broken into lines.

    Parameters
    ----------
    ax : Axes
        The plot.
    heights : sequence of float
        Where the rows are.
    labels : sequence of str
        One a row.
    """
    width, height = ax.figure.get_size_inches() * POINTS_PER_INCH
    row_height = ROWS_HEIGHT * height / len(labels)
    for points in range(LARGEST_POINTS, SMALLEST_POINTS - 1, -1):
        letters = int(LABEL_WIDTH * width / (LETTER_WIDTH * points))
        wrapped = [
            textwrap.fill(str(label), letters, break_long_words=False)
            for label in labels
        ]
        most_lines = max(text.count("\n") + 1 for text in wrapped)
        if most_lines * points * LINE_HEIGHT <= row_height:
            break
    ax.set_yticks(list(heights), wrapped, fontsize=points)


def label_values(ax: Axes, label: str) -> None:
    """Name the quantity below a plot, broken into lines that fit its width."""
    letters = (
        VALUES_WIDTH
        * ax.figure.get_figwidth()
        * POINTS_PER_INCH
        / (LETTER_WIDTH * LARGEST_POINTS)
    )
    ax.set_xlabel(textwrap.fill(label, int(letters)))


def place_legend(ax: Axes) -> None:
    """Name the colours below the plot, in as many columns as fit side by side."""
    handles, labels = ax.get_legend_handles_labels()
    width = ax.figure.get_figwidth() * POINTS_PER_INCH
    column = (max(map(len, labels)) * LETTER_WIDTH + LEGEND_HANDLE) * LARGEST_POINTS
    columns = min(max(int(width / column), 1), MOST_LEGEND_COLUMNS)
    ax.figure.legend(handles, labels, loc="outside lower center", ncols=columns)


def mark_level(ax: Axes, level: float, label: str, side: str = "left") -> None:
    """Draw a dashed horizontal line with its label above it at one side."""
    ax.axhline(level, color="0.3", linestyle="--", linewidth=1.2)
    place = {
        "xycoords": ax.get_yaxis_transform(),
        "textcoords": "offset points",
        "ha": side,
        "va": "bottom",
    }
    ax.annotate(
        label,
        (0.01 if side == "left" else 0.99, level),
        xytext=(0, 4),
        fontsize=11,
        **place,
    )
