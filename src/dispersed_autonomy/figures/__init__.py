"""Figures: one file a kind of plot, one style, and what publishes a figure."""

from dispersed_autonomy.figures.publish import FigureError, publish

__all__ = ["FigureError", "publish"]
