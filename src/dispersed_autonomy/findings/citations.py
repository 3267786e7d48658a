"""How to cite the book, a figure or a claim: short, in full, and as BibTeX, all
from CITATION.cff.
"""

import re

from pybtex.database import BibliographyData, Entry, Person

from dispersed_autonomy import paths
from dispersed_autonomy.inputs.citation import (
    FOLDER,
    CitationError,
    read_authors,
    read_citation,
)


def first_sentence(text: str) -> str:
    """Return the first sentence of a caption, which states the finding."""
    return re.split(
        r"(?<=[.!?])\s+(?=[A-Z0-9“])|(?<=\.)\s+(?=n = )", text.strip(), maxsplit=1
    )[0]


def find_year(citation: dict) -> str:
    """Return the year of the book.

    Raises
    ------
    CitationError
        If CITATION.cff has no date with a year.
    """
    found = re.match(r"(\d{4})-\d\d-\d\d$", citation.get("date-released", ""))
    if not found:
        raise CitationError(
            f"{paths.CITATION}: date-released: {citation.get('date-released')!r}"
            " has no year"
        )
    return found[1]


def place(path: str, citation: dict) -> str:
    """Return the lasting address of a page or file, or its path on the site where
    the book has no public address.
    """
    base = citation.get("url", "").rstrip("/")
    return f"{base}/{path}" if base else path


def cite(words: str, kind: str, id: str, source: str = "") -> dict[str, str]:
    """Return the citations of a figure or a claim.

    Parameters
    ----------
    words : str
        The finding, or the claim with its verdict.
    kind : {"figures", "claims"}
        Folder of its page.
    id : str
        Of the figure or claim.
    source : str
        Where the data come from.

    Returns
    -------
    dict
        `short`, `full`, `bibtex` and `address`.

    Raises
    ------
    CitationError
        If CITATION.cff lacks what a citation needs.
    """
    citation = read_citation()
    year, authors, address = (
        find_year(citation),
        read_authors(citation),
        place(f"{kind}/{id}.html", citation),
    )
    data = f" Data: {source.rstrip('.')}." if source else ""
    edition = f"{citation['title']}, version {citation['version']}"
    fields = {
        "title": f"{{{words.rstrip('.')}}}",
        "howpublished": edition,
        "year": year,
        "note": f"{address}.{data}".strip(),
    }
    if citation.get("url"):
        fields["url"] = address
    entry = Entry(
        "misc",
        fields=fields,
        persons={"author": [Person(last=f"{{{author}}}") for author in authors]},
    )
    return {
        "short": f"{', '.join(authors)} ({year}), {address}",
        "full": (
            f"{', '.join(authors)} ({year}). {words.rstrip('.')}. In: {edition}."
            f" {address}.{data}"
        ),
        "bibtex": BibliographyData({f"{FOLDER}-{id}": entry}).to_string("bibtex"),
        "address": address,
    }


def cite_figure(figure: dict) -> dict[str, str]:
    """Return the citations of a figure, as of `cite`."""
    return cite(
        first_sentence(figure["caption"]), "figures", figure["id"], figure["source"]
    )


def cite_claim(claim: dict) -> dict[str, str]:
    """Return the citations of a claim's verdict, as of `cite`."""
    return cite(
        f"“{claim['claim'].rstrip('.')}”: {claim['verdict']}", "claims", claim["id"]
    )
