"""The book on paper: every page with a bookmark, numbers on the sheets, links that
stay in the book.
"""

import io

import pytest
from pypdf import PdfReader

from dispersed_autonomy.inputs.citation import read_citation
from dispersed_autonomy.release.pdf import link_book, list_pages, print_book


def test_a_page_of_the_contents_that_is_not_printed_is_noticed(site):
    listed = list_pages(site)
    assert next(iter(listed)) == "index.html"
    assert {
        f"notebooks/{path.name}" for path in (site / "notebooks").glob("*.html")
    } <= set(listed)
    assert {"method.html", "data.html", "results.html", "references.html"} <= set(
        listed
    )
    assert all(listed.values())


def test_a_second_link_to_the_same_book_is_noticed():
    once = link_book("<ul>\n<!--whole-book-->\n</ul>", "book.pdf", 10)
    assert '<a href="book.pdf">' in once
    assert "10 pages" in once
    assert link_book(once, "book.pdf", 12) == once.replace("10 pages", "12 pages")


@pytest.mark.browser
def test_a_book_without_bookmarks_numbers_or_with_links_to_this_disk_is_noticed(
    browser, site
):
    wanted = ("index.html", "method.html", "data.html")
    titles = {
        address: title
        for address, title in list_pages(site).items()
        if address in wanted
    }
    written = io.BytesIO()
    print_book(browser, site, titles, read_citation()).write(written)
    book = PdfReader(written)
    assert [mark.title for mark in book.outline] == list(titles.values())
    for mark in book.outline:
        sheet = book.pages[book.get_destination_page_number(mark)]
        assert " ".join(mark.title.split()) in " ".join(
            sheet.extract_text().split()
        )
    assert all(
        sheet.extract_text().split()[-1] == str(number)
        for number, sheet in enumerate(book.pages, start=1)
    )
    links = [
        link.get_object()
        for sheet in book.pages
        for link in sheet.get("/Annots") or []
    ]
    assert [
        link["/A"]["/URI"]
        for link in links
        if "/A" in link and str(link["/A"].get("/URI", "")).startswith("file:")
    ] == []
    inside = [link for link in links if "/Dest" in link]
    assert inside, "no link leads to another page of the book"
    assert book.metadata.title == read_citation()["title"]
    words = " ".join(" ".join(sheet.extract_text() for sheet in book.pages).split())
    assert "tried in order, and the first that is true decides" in words
