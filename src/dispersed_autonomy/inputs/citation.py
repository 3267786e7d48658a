"""CITATION.cff, from which everything that names the book is made."""

from pathlib import Path

import yaml

from dispersed_autonomy import paths

FOLDER = "dispersed-autonomy"


class CitationError(Exception):
    """A citation file that lacks what everything else is made from."""


def read_citation(path: Path = paths.CITATION) -> dict:
    """Return CITATION.cff as a dictionary, dates as text.

    Raises
    ------
    CitationError
        If a field is missing that the other descriptions are made from.
    """
    citation = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    needed = (
        "title",
        "abstract",
        "version",
        "date-released",
        "license",
        "authors",
        "keywords",
    )
    if missing := [field for field in needed if not citation.get(field)]:
        raise CitationError(f"{path}: missing: {', '.join(missing)}")
    return citation


def read_authors(citation: dict) -> list[str]:
    """Return the names of the authors."""
    return [name_author(author) for author in citation["authors"]]


def name_author(author: dict) -> str:
    """Return the name of one author, a person or an organisation."""
    return (
        author.get("name")
        or f"{author.get('given-names', '')} {author['family-names']}".strip()
    )
