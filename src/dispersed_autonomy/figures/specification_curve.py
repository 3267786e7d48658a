"""The specification curve: every defensible estimate, and its choices."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from dispersed_autonomy.figures.text import mark_level

# Points that the marks of one option may take together.
WIDEST = 200


def plot_specification_curve(
    frame: pd.DataFrame,
    ax: Axes | None = None,
    *,
    value: str,
    choices: list[str],
    ylabel: str,
    reference: float | None = None,
    reference_label: str = "",
) -> Axes:
    """Draw all estimates in ascending order above a panel of their choices.

    Parameters
    ----------
    frame : DataFrame
        One row a specification.
    ax : Axes, optional
        Where to draw the curve; the panel of choices is added below it.
    value : str
        Column of the estimate.
    choices : list of str
        Columns of the choices; each option becomes a row of the panel.
    ylabel : str
        Quantity and unit.
    reference : float, optional
        The claimed value, a dashed line with `reference_label` on it.

    Notes
    -----
    Simonsohn, Simmons and Nelson (2020), Nature Human Behaviour 4, doi
    10.1038/s41562-020-0912-z.
    """
    ax = ax or plt.gca()
    ordered = frame.sort_values(value, ignore_index=True)
    options = [
        (choice, option)
        for choice in choices
        for option in ordered[choice].astype(str).unique()
    ]
    grid = ax.get_subplotspec().subgridspec(
        2, 1, height_ratios=[10, 0.6 * len(options)], hspace=0.02
    )
    ax.set_subplotspec(grid[0])
    panel = ax.figure.add_subplot(grid[1], sharex=ax)
    ax.scatter(
        ordered.index, ordered[value], s=7, color="C0", zorder=3, linewidths=0
    )
    ax.tick_params(labelbottom=False)
    ax.set(xlabel="", ylabel=ylabel)
    if reference is not None:
        mark_level(ax, reference, reference_label)
    _draw_choices(panel, ordered, options)
    return ax


def _draw_choices(
    panel: Axes, ordered: pd.DataFrame, options: list[tuple[str, str]]
) -> None:
    choices = list(dict.fromkeys(choice for choice, _ in options))
    for row, (choice, option) in enumerate(options):
        taken = np.flatnonzero(ordered[choice].astype(str) == option)
        panel.scatter(
            taken,
            np.full(len(taken), row),
            s=14,
            marker="|",
            color=f"C{choices.index(choice) % 7}",
            linewidths=min(2.5, max(0.5, WIDEST / len(ordered))),
        )
    panel.set_yticks(
        range(len(options)), [option for _, option in options], fontsize=8
    )
    panel.set(
        ylim=(len(options) - 0.5, -0.5),
        xlabel=f"Specification by its estimate (1 to {len(ordered):,})",
    )
    panel.grid(visible=False)
    panel.spines["left"].set_visible(False)
    panel.tick_params(axis="y", length=0)
