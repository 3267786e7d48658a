"""Mend in finished pages what the theme, Sphinx and pandas write against the
accessibility guidelines (WCAG 2.2).
"""

import re
from pathlib import Path

# Each pattern, what stands in its place, and so what it mends.
MENDS = [
    # The name of a control begins with what is seen on it, so that it can be called
    # by voice.
    (r'(<button class="btn search-button-field[^>]*?) aria-label="Search"', r"\1"),
    (r'(<i class="theme-switch [^>]*?)\s+title="[^"]*"', r'\1 aria-hidden="true"'),
    (r'<summary aria-label="Toggle hidden content">', "<summary>"),
    # What unfolds the pages below a page in the menu is named after that page.
    (
        r'(<a class="(?:current )?reference internal" href="[^"]*">([^<]*)</a>'
        r"<details[^>]*>"
        r"<summary)(?=><span class=\"toctree-toggle\")",
        r'\1 aria-label="Pages below \2"',
    ),
    # All content lies in a landmark, and the landmark has a name.
    (
        r'<div id="pst-primary-sidebar" class="[^"]*"',
        r'\g<0> role="region" aria-label="Site"',
    ),
    # A list of references is a list of items.
    (
        r'(<div class="citation" id="[^"]*") role="doc-biblioentry"',
        r'\1 role="listitem"',
    ),
    # The corner of a data frame heads nothing.
    (r"<th></th>", "<td></td>"),
]


def mend_page(html: str) -> str:
    """Return the text of a page with everything mended that `MENDS` lists."""
    for pattern, better in MENDS:
        html = re.sub(pattern, better, html)
    return html


def mend_pages(site: Path) -> None:
    """Mend every page of a site in place."""
    for path in site.rglob("*.html"):
        if "_static" not in path.relative_to(site).parts:
            path.write_text(
                mend_page(path.read_text(encoding="utf-8")), encoding="utf-8"
            )
