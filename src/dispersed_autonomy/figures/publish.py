"""Publish a figure: draw it, save it with its data, record what it says."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from string import Formatter

import matplotlib.pyplot as plt
import pandas as pd
import yaml
from IPython.display import display
from matplotlib.axes import Axes

from dispersed_autonomy import paths
from dispersed_autonomy.findings.results import MIME

STYLE = Path(__file__).with_name("dispersed_autonomy.mplstyle")
DOTS_PER_INCH = 200
LEAST_LETTERS = {"caption": 40, "alt": 40, "source": 5}
# Wide for slides, square for phones: width and height in inches, at DOTS_PER_INCH.
SIZES = {"": (9.6, 5.4), "-square": (5.4, 5.4)}


class FigureError(Exception):
    """A figure that lacks what readers need, or shares its id."""


def publish(
    id: str,
    plot: Callable[..., Axes],
    frame: pd.DataFrame,
    *,
    claim: str,
    values: dict[str, object] | None = None,
    **options,
) -> None:
    """Draw a figure, save it in all its forms, and show it as the cell's output.

    It is saved as PNG (wide and square), SVG and CSV. Its words stand beside the
    notebooks, in `figures/<id>.yml`.

    Parameters
    ----------
    id : str
        Lower-case name with hyphens, unique in the whole book; its lasting address.
    plot : callable
        A function of this package: takes the frame and `ax`, returns the Axes.
    frame : DataFrame
        What is plotted, tidy; saved as the figure's CSV.
    claim : str
        Id of the claim it speaks to.
    values : dict, optional
        What the words name in braces, such as `{share:.1f}`.
    **options
        Passed to `plot`.

    Raises
    ------
    FigureError
        If the id is malformed, the words are missing or say too little, or they
        name other values than those given.
    """
    drawn_as = {
        "plot": plot.__name__.removeprefix("plot_"),
        "options": json.loads(json.dumps(options, default=float)),
    }
    words = fill_words(id, values or {})
    figure = {"id": id} | words | {"claim": claim} | drawn_as
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
    shown = {"image/png": image, "text/plain": f"{id}: {words['caption']}"}
    display(
        shown,
        metadata={MIME: {"figure": figure}, "image/png": {"width": 960}},
        raw=True,
    )


def fill_words(id: str, values: dict[str, object]) -> dict[str, str]:
    """Return the words of a figure with its values filled in.

    Parameters
    ----------
    id : str
        The words are in `notebooks/figures/<id>.yml`: `caption`, the finding, then
        n, interval and what else a reader must know; `alt`, what the figure shows
        and says, for those who do not see it; `source`, publisher and year.
    values : dict
        By the name that the words use.

    Raises
    ------
    FigureError
        If the file cannot be read, has other fields, names a value that is not
        given, or leaves one out.
    """
    path = paths.WORDS / f"{id}.yml"
    try:
        words = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise FigureError(f"{id}: its words cannot be read: {error}") from error
    if not isinstance(words, dict) or set(words) != set(LEAST_LETTERS):
        fields = ", ".join(LEAST_LETTERS)
        raise FigureError(f"{path}: it has other fields than {fields}")
    named = {
        name
        for text in words.values()
        for _, name, _, _ in Formatter().parse(str(text))
        if name is not None
    }
    if wrong := named ^ set(values):
        names = ", ".join(sorted(wrong))
        raise FigureError(f"{path}: named there or given here, not both: {names}")
    return {field: str(words[field]).format(**values) for field in LEAST_LETTERS}


def check_figure(figure: dict) -> None:
    """Raise FigureError if an id is malformed or its words say too little."""
    id = figure["id"]
    if not re.fullmatch(r"[a-z][a-z0-9-]*", id):
        raise FigureError(
            f"{id!r}: a figure id has lower-case letters, digits and hyphens"
        )
    for field, least in LEAST_LETTERS.items():
        if len(figure[field].strip()) < least:
            raise FigureError(f"{id}: {field}: {figure[field]!r} says too little")
    if id in figure["alt"]:
        raise FigureError(f"{id}: alt: it repeats the name of the file")
