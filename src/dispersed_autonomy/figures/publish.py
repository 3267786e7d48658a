"""Publish a figure: draw it wide and square, save it with its data, and record what
it says.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import display
from matplotlib.axes import Axes

from dispersed_autonomy import paths
from dispersed_autonomy.findings.results import MIME

STYLE = Path(__file__).with_name("dispersed_autonomy.mplstyle")
DOTS_PER_INCH = 200
# Wide for slides, square for phones: width and height in inches, at DOTS_PER_INCH.
SIZES = {"": (9.6, 5.4), "-square": (5.4, 5.4)}


class FigureError(Exception):
    """A figure that lacks what readers need, or shares its id."""


def publish(
    id: str,
    plot: Callable[..., Axes],
    frame: pd.DataFrame,
    *,
    caption: str,
    alt: str,
    source: str,
    claim: str,
    **options,
) -> None:
    """Draw a figure, save it as PNG (wide and square), SVG and CSV, and show it as
    the output of the cell.

    Parameters
    ----------
    id : str
        Lower-case name with hyphens, unique in the whole book; its lasting address.
    plot : callable
        A function of this package: takes the frame and `ax`, returns the Axes.
    frame : DataFrame
        What is plotted, tidy; saved as the figure's CSV.
    caption : str
        The finding, then n, interval and what else a reader must know.
    alt : str
        What the figure shows and says, for those who do not see it.
    source : str
        Publisher and year of the data.
    claim : str
        Id of the claim it speaks to.
    **options
        Passed to `plot`.

    Raises
    ------
    FigureError
        If the id is malformed, or caption, alternative text or source say too
        little.
    """
    drawn_as = {
        "plot": plot.__name__.removeprefix("plot_"),
        "options": json.loads(json.dumps(options, default=float)),
    }
    figure = {
        "id": id,
        "caption": caption,
        "alt": alt,
        "source": source,
        "claim": claim,
    } | drawn_as
    check_figure(figure)
    paths.FIGURES.mkdir(parents=True, exist_ok=True)
    frame.to_csv(paths.FIGURES / f"{id}.csv", index=False, lineterminator="\n")
    with plt.style.context(STYLE):
        for suffix, size in SIZES.items():
            drawn, ax = plt.subplots(figsize=size, layout="constrained")
            plot(frame, ax=ax, **options)
            drawn.savefig(paths.FIGURES / f"{id}{suffix}.png", dpi=DOTS_PER_INCH)
            if not suffix:
                drawn.savefig(paths.FIGURES / f"{id}.svg", metadata={"Date": None})
            plt.close(drawn)
    image = (paths.FIGURES / f"{id}.png").read_bytes()
    shown = {"image/png": image, "text/plain": f"{id}: {caption}"}
    display(
        shown,
        metadata={MIME: {"figure": figure}, "image/png": {"width": 960}},
        raw=True,
    )


def check_figure(figure: dict) -> None:
    """Raise FigureError if an id is malformed or its words say too little."""
    id = figure["id"]
    if not re.fullmatch(r"[a-z][a-z0-9-]*", id):
        raise FigureError(
            f"{id!r}: a figure id has lower-case letters, digits and hyphens"
        )
    for field, least in (("caption", 40), ("alt", 40), ("source", 5)):
        if len(figure[field].strip()) < least:
            raise FigureError(f"{id}: {field}: {figure[field]!r} says too little")
    if id in figure["alt"]:
        raise FigureError(f"{id}: alt: it repeats the name of the file")
