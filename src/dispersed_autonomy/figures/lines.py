"""Series over time, with bands."""

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

from dispersed_autonomy.figures.text import mark_level, place_legend


def plot_lines(
    frame: pd.DataFrame,
    ax: Axes | None = None,
    *,
    x: str,
    y: str,
    line: str,
    emphasis: list[str],
    ylabel: str,
    xlabel: str = "Year",
    low: str | None = None,
    high: str | None = None,
    points: list[str] = (),
    steps: bool = False,
    reference: float | None = None,
    reference_label: str = "",
    reference_side: str = "left",
    ylim: tuple[float, float] | None = None,
    start: float | None = None,
    start_label: str = "",
) -> Axes:
    """Draw series over time, some in colour and the others in grey.

    Parameters
    ----------
    frame : DataFrame
        One row a series and time.
    ax : Axes, optional
        Where to draw; the current one by default.
    x, y, line : str
        Columns of the time (numbers or dates), the value and the name of the
        series.
    emphasis : list of str
        Series drawn in colour and named in the legend, in this order.
    low, high : str, optional
        Columns of a band's limits, drawn where they are known.
    points : list of str
        Series drawn as points.
    steps : bool
        Whether a value is that of the whole span that ends at its time, as a count
        by periods is; the lines are then steps and not slopes.
    reference : float, optional
        Where to draw a dashed horizontal line, with `reference_label` on it at
        `reference_side`.
    ylim : tuple, optional
        Limits of the vertical axis.
    start : float, optional
        Where to draw a vertical line, such as the start of an experiment, with
        `start_label` beside it.
    """
    ax = ax or plt.gca()
    others = frame[~frame[line].isin(emphasis)].astype({line: str})
    if len(others):
        sns.lineplot(
            others,
            x=x,
            y=y,
            units=line,
            estimator=None,
            color="0.72",
            linewidth=1.3,
            ax=ax,
            legend=False,
        )
    for number, name in enumerate(emphasis):
        rows = frame[frame[line] == name].sort_values(x)
        style = (
            {"linestyle": "", "marker": "o", "markersize": 5}
            if name in points
            else {}
        )
        style["drawstyle"] = "steps-pre" if steps else "default"
        ax.plot(rows[x], rows[y], color=f"C{number}", label=name, zorder=3, **style)
        if low and rows[low].notna().any():
            ax.fill_between(
                rows[x],
                rows[low],
                rows[high],
                color=f"C{number}",
                alpha=0.18,
                linewidth=0,
                zorder=2,
                step="pre" if steps else None,
            )
    if reference is not None:
        mark_level(ax, reference, reference_label, reference_side)
    if start is not None:
        ax.axvline(start, color="0.3", linewidth=1.2)
        ax.annotate(
            start_label,
            (start, 1),
            xycoords=ax.get_xaxis_transform(),
            xytext=(-6, -6),
            textcoords="offset points",
            ha="right",
            va="top",
            fontsize=11,
        )
    if pd.api.types.is_datetime64_any_dtype(frame[x]):
        dates = AutoDateLocator(minticks=3)
        ax.xaxis.set(
            major_locator=dates,
            major_formatter=ConciseDateFormatter(dates, show_offset=False),
        )
    ax.set(xlabel=xlabel, ylabel=ylabel, ylim=ylim)
    place_legend(ax)
    return ax
