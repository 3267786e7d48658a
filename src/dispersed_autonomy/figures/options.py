"""The options with which a published figure was drawn, its plot's own included."""

import inspect

from dispersed_autonomy.figures.doses import plot_doses
from dispersed_autonomy.figures.evidence_table import plot_evidence_table
from dispersed_autonomy.figures.intervals import plot_intervals
from dispersed_autonomy.figures.lines import plot_lines
from dispersed_autonomy.figures.published import plot_published
from dispersed_autonomy.figures.shares import plot_shares
from dispersed_autonomy.figures.specification_curve import plot_specification_curve

PLOTS = {
    plot.__name__.removeprefix("plot_"): plot
    for plot in (
        plot_doses,
        plot_evidence_table,
        plot_intervals,
        plot_lines,
        plot_published,
        plot_shares,
        plot_specification_curve,
    )
}


def read_options(figure: dict) -> dict:
    """Return every option of a figure's plot, as recorded or by its default.

    Parameters
    ----------
    figure : dict
        As published, with the name of its `plot` and the `options` that were given.
    """
    parameters = inspect.signature(PLOTS[figure["plot"]]).parameters.values()
    defaults = {
        parameter.name: parameter.default
        for parameter in parameters
        if parameter.kind is parameter.KEYWORD_ONLY
        and parameter.default is not parameter.empty
    }
    return defaults | figure["options"]
