"""Figures: one file a kind of plot, one style, and one function that publishes a
figure in all its forms.
"""

from dispersed_autonomy.figures.publish import FigureError, publish

__all__ = ["FigureError", "publish"]
