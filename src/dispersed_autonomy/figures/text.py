"""Text in figures that fits, wide and narrow."""

import textwrap
from collections.abc import Iterable

from matplotlib.axes import Axes

# Characters of a tick label for each inch of the figure's width, measured at the style's size of type.
CHARACTERS_PER_INCH = 3.6


def wrap_labels(labels: Iterable[str], ax: Axes) -> list[str]:
    """Return labels broken into lines, so that they leave most of the figure's width to the data."""
    width = int(ax.figure.get_figwidth() * CHARACTERS_PER_INCH)
    return [textwrap.fill(str(label), width) for label in labels]
