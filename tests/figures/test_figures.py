"""Figures: their artists show the data, and what readers need is there or the build
stops.
"""

import sys
from functools import partial

import matplotlib.pyplot as plt
import nbformat
import pandas as pd
import pytest
import yaml
from PIL import Image

from dispersed_autonomy import paths
from dispersed_autonomy.figures import FigureError, publish
from dispersed_autonomy.figures.evidence_table import plot_evidence_table
from dispersed_autonomy.figures.intervals import plot_intervals
from dispersed_autonomy.figures.lines import plot_lines
from dispersed_autonomy.figures.options import PLOTS, read_options
from dispersed_autonomy.figures.shares import plot_shares
from dispersed_autonomy.figures.specification_curve import plot_specification_curve
from dispersed_autonomy.findings.results import MIME, ResultError, read_recorded

WORDS = {
    "caption": (
        "The finding comes first, then n, the interval and what else a reader has"
        " to know."
    ),
    "alt": (
        "Dot plot of three estimates, of which the second lies highest and the last"
        " is alone without an interval."
    ),
    "source": "A publisher, 2025.",
}


@pytest.fixture
def estimates():
    return pd.DataFrame(
        {
            "label": ["a", "b", "c"],
            "value": [1.0, 3.0, 2.0],
            "low": [0.5, 2.0, None],
            "high": [2.0, 4.0, None],
        }
    )


@pytest.fixture
def ax():
    figure, axes = plt.subplots(layout="constrained")
    yield axes
    plt.close(figure)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name in ("FIGURES", "WORDS"):
        (tmp_path / name).mkdir()
        monkeypatch.setattr(paths, name, tmp_path / name)
    monkeypatch.setattr(
        sys.modules[publish.__module__], "display", lambda *_args, **_options: None
    )
    write_words(WORDS)
    return paths.FIGURES


def write_words(words):
    (paths.WORDS / "three-estimates.yml").write_text(yaml.safe_dump(words))


def test_points_and_intervals_stand_where_the_data_say(ax, estimates):
    plot_intervals(estimates, ax, value="value", xlabel="Value, %")
    (points,) = [
        artist
        for artist in ax.collections
        if len(artist.get_offsets()) == 3 and artist.get_facecolors().size
    ]
    assert points.get_offsets().tolist() == [[1, 2], [3, 1], [2, 0]]
    segments = [
        segment.tolist()
        for artist in ax.collections
        if hasattr(artist, "get_segments")
        for segment in artist.get_segments()
    ]
    assert segments == [[[0.5, 2], [2, 2]], [[2, 1], [4, 1]]]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["a", "b", "c"]


def test_an_estimate_without_interval_is_hollow(ax, estimates):
    plot_intervals(estimates, ax, value="value", xlabel="Value, %")
    faces = next(
        artist.get_facecolors()
        for artist in ax.collections
        if len(artist.get_facecolors()) == 3
    )
    assert faces[2].tolist() == [1, 1, 1, 1]
    assert faces[0].tolist() != [1, 1, 1, 1]


def test_rows_of_one_label_share_a_line(ax):
    frame = pd.DataFrame(
        {
            "label": ["a", "a", "b"],
            "group": ["x", "y", "x"],
            "value": [1.0, 2.0, 3.0],
        }
    )
    plot_intervals(
        frame,
        ax,
        value="value",
        group="group",
        low=None,
        high=None,
        xlabel="Value, %",
    )
    assert len(ax.get_yticklabels()) == 2


def test_lines_follow_the_data_and_others_are_grey(ax):
    frame = pd.DataFrame(
        {
            "line": ["a", "a", "b", "b"],
            "year": [2000, 2001] * 2,
            "value": [1.0, 2.0, 3.0, 4.0],
        }
    )
    plot_lines(
        frame,
        ax,
        x="year",
        y="value",
        line="line",
        emphasis=["a"],
        ylabel="Value, %",
    )
    drawn = {line.get_color(): line.get_ydata().tolist() for line in ax.lines}
    assert drawn == {"0.72": [3, 4], "C0": [1, 2]}


def test_who_is_still_there_is_not_drawn_as_falling_between_two_counts(ax):
    frame = pd.DataFrame(
        {"arm": "a", "month": [0, 3, 6], "share": [100.0, 90.0, 80.0]}
    ).assign(low=[100.0, 85.0, 70.0], high=[100.0, 95.0, 90.0])
    plot_lines(
        frame,
        ax,
        x="month",
        y="share",
        line="arm",
        low="low",
        high="high",
        emphasis=["a"],
        steps=True,
        ylabel="Still there, %",
    )
    assert ax.lines[0].get_drawstyle() == "steps-pre"
    corners = ax.collections[0].get_paths()[0].vertices.tolist()
    assert [0, 95] in corners and [3, 95] in corners and [3, 90] in corners


def test_the_specification_curve_is_in_order_and_marks_each_choice(ax):
    frame = pd.DataFrame({"value": [3.0, 1.0, 2.0], "base": ["x", "y", "x"]})
    plot_specification_curve(
        frame, ax, value="value", choices=["base"], ylabel="Value, %"
    )
    assert ax.collections[0].get_offsets()[:, 1].tolist() == [1, 2, 3]
    panel = next(other for other in ax.figure.axes if other is not ax)
    marked = {
        panel.get_yticklabels()[row].get_text(): marks.get_offsets()[:, 0].tolist()
        for row, marks in enumerate(panel.collections)
    }
    assert marked == {"y": [0], "x": [1, 2]}


def test_a_published_figure_has_every_file_in_its_size(folder, estimates):
    publish(
        "three-estimates",
        plot_intervals,
        estimates,
        value="value",
        xlabel="Value, %",
        claim="millennials-now",
    )
    for name, size in {
        "three-estimates.png": (1920, 1080),
        "three-estimates-square.png": (1080, 1080),
    }.items():
        with Image.open(folder / name) as image:
            assert image.size == size
    assert pd.read_csv(folder / "three-estimates.csv").equals(estimates)
    assert "<dc:date>" not in (folder / "three-estimates.svg").read_text()


def test_the_same_figure_gives_the_same_files(folder, estimates):
    def draw():
        publish(
            "three-estimates",
            plot_intervals,
            estimates,
            value="value",
            xlabel="Value, %",
            claim="millennials-now",
        )
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    assert draw() == draw()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"caption": ""}, "caption"),
        ({"alt": "figure"}, "alt"),
        (
            {
                "alt": (
                    "The picture three-estimates, a file that has some name and"
                    " says no more."
                )
            },
            "repeats the name",
        ),
        ({"source": ""}, "source"),
    ],
)
def test_a_figure_that_says_too_little_is_refused_before_it_is_drawn(
    folder, estimates, wrong, says
):
    write_words(WORDS | wrong)
    with pytest.raises(FigureError, match=f"three-estimates: .*{says}"):
        publish(
            "three-estimates",
            plot_intervals,
            estimates,
            value="value",
            xlabel="Value",
            claim="millennials-now",
        )
    assert not list(folder.iterdir())


def test_words_without_their_values_or_values_without_words_are_refused(
    folder, estimates
):
    write_words(WORDS | {"source": "A publisher, {year:.0f}."})
    draw = partial(
        publish,
        "three-estimates",
        plot_intervals,
        estimates,
        claim="millennials-now",
        value="value",
        xlabel="Value, %",
    )
    with pytest.raises(FigureError, match="three-estimates.yml: .*: year$"):
        draw()
    with pytest.raises(FigureError, match="three-estimates.yml: .*: n$"):
        draw(values={"year": 2025.0, "n": 3})
    assert not list(folder.iterdir())
    draw(values={"year": 2025.0})
    assert (folder / "three-estimates.csv").exists()


@pytest.mark.parametrize("text", ["", "caption: a\n", "- a\n", "a: [\n"])
def test_words_that_lack_a_field_or_cannot_be_read_are_named(
    folder, estimates, text
):
    (paths.WORDS / "three-estimates.yml").write_text(text)
    with pytest.raises(FigureError, match="three-estimates"):
        publish(
            "three-estimates",
            plot_intervals,
            estimates,
            claim="millennials-now",
            value="value",
            xlabel="Value, %",
        )


@pytest.mark.parametrize(
    ("plot", "given", "full"),
    [
        ("intervals", {"low": None}, {"low": None, "high": "high", "log": False}),
        ("lines", {"x": "year"}, {"x": "year", "low": None, "xlabel": "Year"}),
    ],
)
def test_an_option_that_is_lost_or_a_default_other_than_the_plots_is_noticed(
    plot, given, full
):
    read = read_options({"plot": plot, "options": given})
    assert full.items() <= read.items()
    assert not {"ax", "frame"} & set(read)


def test_a_kind_of_plot_whose_options_cannot_be_read_is_noticed(committed_figures):
    published = {figure["plot"] for figure in committed_figures.values()}
    assert published <= set(PLOTS)


def test_a_malformed_id_is_refused(folder, estimates):
    (paths.WORDS / "Three estimates.yml").write_text(yaml.safe_dump(WORDS))
    with pytest.raises(FigureError, match="Three"):
        publish(
            "Three estimates",
            plot_intervals,
            estimates,
            value="value",
            xlabel="Value",
            claim="millennials-now",
        )


def test_two_figures_of_one_id_are_refused_and_both_notebooks_named(tmp_path):
    for name in ("01_first", "02_second"):
        output = nbformat.v4.new_output(
            "display_data",
            data={"text/plain": "a"},
            metadata={MIME: {"figure": {"id": "three-estimates"}}},
        )
        cell = nbformat.v4.new_code_cell("publish()", outputs=[output])
        nbformat.write(
            nbformat.v4.new_notebook(cells=[cell]), tmp_path / f"{name}.ipynb"
        )
    with pytest.raises(
        ResultError,
        match="figure three-estimates: recorded in 01_first and again in 02_second",
    ):
        read_recorded("figure", tmp_path)


def test_groups_of_one_label_do_not_cover_each_other_when_dodged(ax):
    frame = pd.DataFrame(
        {
            "label": ["a", "a"],
            "group": ["one", "two"],
            "value": [1.0, 1.0],
            "low": [0.5, 0.5],
            "high": [2.0, 2.0],
        }
    )
    plot_intervals(
        frame, ax, value="value", group="group", xlabel="Ratio", dodge=True
    )
    heights = [
        collection.get_offsets()[0, 1]
        for collection in ax.collections
        if len(collection.get_offsets()) and hasattr(collection, "get_sizes")
    ]
    assert len(set(heights)) == 2
    assert sum(heights) == pytest.approx(0)


def test_a_ratio_is_labelled_as_a_plain_number_on_a_logarithmic_axis(ax, estimates):
    plot_intervals(estimates, ax, value="value", xlabel="Ratio", log=True)
    ax.figure.canvas.draw()
    labels = {label.get_text() for label in ax.get_xticklabels()}
    assert {"0.5", "1", "2", "5"} <= labels
    assert not any("10^" in label or "times" in label for label in labels)


def test_an_empty_cell_is_hatched_and_every_other_one_shows_its_numbers(ax):
    frame = pd.DataFrame(
        {
            "row": ["a", "a"],
            "column": ["x", "y"],
            "value": [-1.0, None],
            "low": [-2.0, None],
            "high": [0.5, None],
            "kind": ["evidence", "empty"],
            "decimals": 1,
        }
    )
    plot_evidence_table(
        frame,
        ax,
        row="row",
        column="column",
        value="value",
        low="low",
        high="high",
        kind="kind",
        kinds=["evidence", "borrowed"],
        decimals="decimals",
    )
    assert [text.get_text() for text in ax.texts] == [
        "\N{MINUS SIGN}1.0",
        "\N{MINUS SIGN}2.0 to +0.5",
        "empty",
    ]
    assert [bool(patch.get_hatch()) for patch in ax.patches] == [False, True]
    assert [text.get_text() for text in ax.figure.legends[0].get_texts()] == [
        "evidence"
    ]


def test_stacked_parts_begin_where_the_last_one_ended(ax):
    frame = pd.DataFrame(
        {"label": ["a", "b"], "1": [60.0, 10.0], "2": [40.0, 90.0]}
    )
    plot_shares(
        frame,
        ax,
        label="label",
        parts=["1", "2"],
        names=["1st", "2nd"],
        xlabel="Draws, %",
    )
    bars = [(bar.get_x(), bar.get_width()) for bar in ax.patches]
    assert bars == [(0, 60), (0, 10), (60, 40), (10, 90)]
    assert [text.get_text() for text in ax.texts] == ["60", "10", "40", "90"]
