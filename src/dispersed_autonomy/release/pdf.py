"""Print the whole book: every page of its contents by headless Chromium.

They are joined with bookmarks and page numbers.
"""

import io
import json
import re
import sys
from pathlib import Path
from urllib.parse import unquote, urldefrag

from bs4 import BeautifulSoup
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Link
from pypdf.generic import Fit, NameObject

from dispersed_autonomy import paths
from dispersed_autonomy.inputs.citation import FOLDER, read_citation
from dispersed_autonomy.inputs.files import copy_changed, digest_file, write_changed
from dispersed_autonomy.release.browser import BrowserError, open_browser

BOOK = f"{FOLDER}.pdf"
PLACE = "<!--whole-book-->"
MARGINS = {"top": "16mm", "bottom": "18mm", "left": "15mm", "right": "15mm"}
# What is folded is opened, but for the code of cells that are hidden on purpose.
UNFOLD = """async () => {
  document.querySelectorAll("details:not(.hide)").forEach(box => box.open = true);
  if (window.MathJax?.startup?.promise) await MathJax.startup.promise;
  const decode = image => image.decode().catch(() => null);
  await Promise.all([...document.images].map(decode));
}"""
NUMBERS = (
    '<div style="font-size:8px;width:100%;text-align:center;color:#444"><span'
    ' class="pageNumber"></span></div>'
)


def list_pages(site: Path) -> dict[str, str]:
    """Return the pages of the book's contents in their order: address and title."""
    index = BeautifulSoup(
        (site / "index.html").read_text(encoding="utf-8"), "html.parser"
    )
    listed = {
        link["href"]: link.get_text().strip()
        for link in index.select("nav.bd-docs-nav a.reference.internal")
    }
    return {"index.html": index.h1.find(string=True, recursive=False).strip()} | {
        address: title
        for address, title in listed.items()
        if address not in ("#", "index.html")
    }


def print_book(
    browser, site: Path, pages: dict[str, str], citation: dict
) -> PdfWriter:
    """Print pages of the site into one document.

    Parameters
    ----------
    browser : playwright Browser
        Headless Chromium.
    site : Path
        The built site.
    pages : dict
        Address to title, in order; each begins a bookmark.
    citation : dict
        What the document says of itself.

    Returns
    -------
    pypdf.PdfWriter
        Links between the pages lead to their first sheets in it; links to other
        files of the site are taken off, or lead to the public address of the book
        where there is one.
    """
    book, first = PdfWriter(), {}
    context = browser.new_context(
        color_scheme="light",
        viewport={"width": 1000, "height": 1400},
        reduced_motion="reduce",
    )
    page = context.new_page()
    for address, title in pages.items():
        page.goto(f"{site.as_uri()}/{address}")
        page.evaluate(UNFOLD)
        printed = page.pdf(format="A4", print_background=True, margin=MARGINS)
        first[address] = len(book.pages)
        book.append(io.BytesIO(printed), outline_item=title, import_outline=False)
        print(f"[{len(first)}/{len(pages)}] {address}", flush=True)
    page.set_content(
        '<div style="break-after:page;height:1px"></div>' * (len(book.pages) - 1)
        + "<p></p>"
    )
    numbers = {
        "display_header_footer": True,
        "header_template": "<i></i>",
        "footer_template": NUMBERS,
    }
    numbered = PdfReader(
        io.BytesIO(page.pdf(format="A4", margin=MARGINS, **numbers))
    )
    context.close()
    for sheet, number in zip(book.pages, numbered.pages, strict=True):
        sheet.merge_page(number)
        _lead_links(book, sheet, first, site.as_uri(), citation.get("url"))
    book.add_metadata(
        {
            "/Title": citation["title"],
            "/Author": ", ".join(a.get("name", "") for a in citation["authors"]),
        }
    )
    book.compress_identical_objects()
    return book


def _lead_links(
    book: PdfWriter, sheet, first: dict[str, int], root: str, public: str | None
) -> None:
    kept = []
    for reference in sheet.get("/Annots") or []:
        link = reference.get_object()
        address = (link.get("/A") or {}).get("/URI")
        if address is None or not str(address).startswith("file:"):
            kept.append(reference)
            continue
        target = unquote(urldefrag(str(address).removeprefix(f"{root}/"))[0])
        if target in first:
            place = tuple(map(float, link["/Rect"]))
            book.add_annotation(
                sheet.page_number,
                Link(rect=place, target_page_index=first[target], fit=Fit.fit()),
            )
            kept.append(sheet["/Annots"][-1])
        elif public:
            link["/A"][NameObject("/URI")] = type(address)(
                f"{public.rstrip('/')}/{str(address).removeprefix(f'{root}/')}"
            )
            kept.append(reference)
    if "/Annots" in sheet:
        annotations = sheet["/Annots"]
        while len(annotations):
            annotations.pop()
        annotations.extend(kept)


def link_book(page: str, name: str, sheets: int) -> str:
    """Return a page with a link to the printed book; again changes nothing."""
    item = (
        f'{PLACE}<li><a href="{name}">{name}</a>: the whole book to print, {sheets}'
        " pages.</li>"
    )
    return re.sub(f"{PLACE}(<li>.*?</li>)?", item, page)


def place_book(site: Path) -> bool:
    """Put the printed book into a site and link it there.

    Parameters
    ----------
    site : Path
        With the pages of today.

    Returns
    -------
    bool
        Whether there is a book that was printed from these pages.
    """
    about = paths.PRINTED / "about.json"
    if not about.exists():
        return False
    printed = json.loads(about.read_text(encoding="utf-8"))
    if printed["pages"] != digest_file(paths.RENDERED):
        return False
    copy_changed(paths.PRINTED / BOOK, site / BOOK)
    keep = site / "keep.html"
    page = link_book(keep.read_text(encoding="utf-8"), BOOK, printed["sheets"])
    write_changed(keep, page)
    return True


def main() -> None:
    """Print the book, if its pages have changed, and link it in the built site."""
    if not (paths.SITE / "index.html").exists():
        sys.exit("The site has not been built: make book")
    if place_book(paths.SITE):
        print("Unchanged: the printed book")
        return
    try:
        with open_browser() as browser:
            pages = list_pages(paths.SITE)
            book = print_book(browser, paths.SITE, pages, read_citation())
    except BrowserError as error:
        sys.exit(f"No PDF of the book: {error}")
    paths.PRINTED.mkdir(parents=True, exist_ok=True)
    file = paths.PRINTED / BOOK
    book.write(file)
    about = {"pages": digest_file(paths.RENDERED), "sheets": len(book.pages)}
    write_changed(paths.PRINTED / "about.json", json.dumps(about) + "\n")
    place_book(paths.SITE)
    size = file.stat().st_size / 1e6
    print(f"{BOOK}: {len(book.pages)} pages, {size:.1f} MB")


if __name__ == "__main__":
    main()
