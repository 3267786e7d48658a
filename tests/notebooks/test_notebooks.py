"""The notebooks as committed, and all prose: run in order, in small steps, and
without typed results.
"""

import ast
import re
from functools import cache

import nbformat
import pytest
import yaml

from dispersed_autonomy import paths

NOTEBOOKS = sorted(paths.NOTEBOOKS.glob("*.ipynb"))
WORDS = sorted(paths.WORDS.glob("*.yml"))
PAGES = sorted(paths.BOOK.glob("*.md"))
MOST_STATEMENTS, MOST_CELLS = 12, 25
# What prose may not contain: percentages, points and decimals that a result should
# have supplied.
TYPED_NUMBER = re.compile(
    r"\d+(?:\.\d+)?\s?(?:%|percent\b|percentage points?\b|points\b)|\d+\.\d+"
)
# Where digits are no results: code, roles, mathematics, links, identifiers of
# documents, and levels of intervals.
NOT_PROSE = re.compile(
    r"```.*?```|\{[\w:-]+\}`[^`]*`|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|\]\([^)]*\)|<[^>]*>|doi\S*|table"
    r" \d+\.\d+|\d+% (?:\w+ )?(?:intervals?|bands?)|(?:HC1|Newey-West), \d+%",
    re.S | re.I,
)


@cache
def stated():
    """What the claims and the article say, once for all pages."""
    claims = yaml.safe_load(paths.CLAIMS.read_text())
    return " ".join(f"{claim['stated']} {claim['claim']}" for claim in claims)


def typed_numbers(text):
    found = TYPED_NUMBER.findall(NOT_PROSE.sub(" ", text))
    return [number for number in found if number not in stated()]


def read(path):
    return nbformat.read(path, as_version=4).cells


def code_cells(path):
    return [
        cell
        for cell in read(path)
        if cell.cell_type == "code" and cell.source.strip()
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_that_was_not_run_from_top_to_bottom_is_noticed(path):
    cells = code_cells(path)
    assert [cell.execution_count for cell in cells] == list(
        range(1, len(cells) + 1)
    )


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_that_warned_or_failed_is_noticed(path):
    for number, cell in enumerate(code_cells(path), start=1):
        for output in cell.outputs:
            assert output.output_type != "error", f"cell {number}"
            assert output.get("name") != "stderr", f"cell {number}: {output.text}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_that_should_be_two_is_noticed(path):
    assert len(code_cells(path)) <= MOST_CELLS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_cell_that_belongs_in_the_library_is_noticed(path):
    for number, cell in enumerate(code_cells(path), start=1):
        statements = [
            n for n in ast.walk(ast.parse(cell.source)) if isinstance(n, ast.stmt)
        ]
        assert len(statements) <= MOST_STATEMENTS, (
            f"cell {number}: {len(statements)} statements"
        )
        assert not re.search(
            r"^[%!]|;\s*$|filterwarnings|simplefilter", cell.source, re.M
        ), f"cell {number}: magic or silence"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_without_question_claim_or_refuter_is_noticed(path):
    prose = [cell.source for cell in read(path) if cell.cell_type == "markdown"]
    assert prose[0].splitlines()[0].endswith("?")
    assert "```{claim}" in prose[0]
    assert any("refute" in text.lower() for text in prose[:3])


@pytest.mark.parametrize("path", [*NOTEBOOKS, *PAGES], ids=lambda path: path.stem)
def test_a_result_typed_into_prose_is_noticed(path):
    texts = (
        [path.read_text()]
        if path.suffix == ".md"
        else [c.source for c in read(path) if c.cell_type == "markdown"]
    )
    assert [number for text in texts for number in typed_numbers(text)] == []


@pytest.mark.parametrize("path", WORDS, ids=lambda path: path.stem)
def test_a_result_typed_into_the_words_of_a_figure_is_noticed(path):
    for text in yaml.safe_load(path.read_text()).values():
        assert typed_numbers(re.sub(r"\{[^}]*\}", " ", text)) == [], text


def test_words_that_no_figure_uses_are_noticed(committed_figures):
    assert {path.stem for path in WORDS} == set(committed_figures)


def test_the_check_for_typed_results_sees_one():
    assert typed_numbers("The share is 36.2% in 2024, up 3 points.") == [
        "36.2%",
        "3 points",
    ]
    assert (
        typed_numbers("The share is {result}`share` in 2024, as claimed: 75%.")
        == []
    )
