"""Effects by dose: what is drawn is what the frame holds."""

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from dispersed_autonomy.figures.doses import plot_doses
from dispersed_autonomy.figures.lines import plot_lines

FRAME = pd.DataFrame(
    {
        "dose": [2.0, 3.5, 4.0, 5.0, 2.0, 5.0],
        "effect": [0.0, 12.0, 11.0, -18.0, 8.0, -3.0],
        "low": [None] * 4 + [-20.0, -18.0],
        "high": [None] * 4 + [36.0, 12.0],
        "kind": ["a", "b", "a", "b", "line", "line"],
        "label": ["first", "second", "third", "fourth", None, None],
    }
)


@pytest.fixture
def ax():
    figure, ax = plt.subplots(figsize=(5.4, 5.4))
    yield ax
    plt.close(figure)


def test_a_study_without_point_or_name_is_noticed(ax):
    plot_doses(
        FRAME,
        ax,
        x="dose",
        y="effect",
        line="kind",
        fit="line",
        xlabel="Days",
        ylabel="Effect",
        reference=0,
    )
    drawn = [
        tuple(point)
        for shown in ax.lines
        if shown.get_marker() in "os"
        for point in shown.get_xydata()
    ]
    studies = FRAME[FRAME["kind"] != "line"]
    assert sorted(drawn) == sorted(zip(studies["dose"], studies["effect"]))
    assert {text.get_text() for text in ax.texts} >= set(studies["label"])


def test_names_of_studies_that_cover_each_other_are_noticed(ax):
    plot_doses(
        FRAME,
        ax,
        x="dose",
        y="effect",
        line="kind",
        fit="line",
        xlabel="Days",
        ylabel="Effect",
    )
    ax.figure.canvas.draw()
    renderer = ax.figure.canvas.get_renderer()
    boxes = [text.get_window_extent(renderer) for text in ax.texts]
    for number, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[number + 1 :])


def test_the_start_of_an_experiment_that_is_not_marked_is_noticed(ax):
    frame = pd.DataFrame(
        {"week": [-4, 0, 4], "effect": [0.0, 0.1, 0.3], "arm": "a"}
    )
    plot_lines(
        frame,
        ax,
        x="week",
        y="effect",
        line="arm",
        emphasis=["a"],
        ylabel="Effect",
        start=0,
        start_label="people move home",
    )
    assert any(set(line.get_xdata()) == {0} for line in ax.lines)
    assert "people move home" in {text.get_text() for text in ax.texts}
