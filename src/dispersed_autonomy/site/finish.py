"""What finished pages still need: accessibility, the search index, addresses."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dispersed_autonomy.site.accessibility import mend_pages
from dispersed_autonomy.site.metadata import write_addresses
from dispersed_autonomy.site.search import write_findings

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)


def finish_pages(site: Path, citation: dict) -> None:
    """Make rendered pages accessible, and what they say findable.

    Parameters
    ----------
    site : Path
        Rendered pages and published files, in one folder.
    citation : dict
        As of `read_citation`.
    """
    mend_pages(site)
    write_findings(site)
    base = citation["url"].rstrip("/") + "/" if "url" in citation else ""
    template = TEMPLATES.get_template("not-found.html")
    text = template.render(title=citation["title"].partition(":")[0], base=base)
    (site / "404.html").write_text(text, encoding="utf-8")
    write_addresses(site, citation)
