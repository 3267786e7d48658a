"""Put the new site in the place of the old one, in one move."""

import os
import re
import shutil
import tempfile
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

from dispersed_autonomy import paths
from dispersed_autonomy.inputs.files import list_files

SITES = paths.BUILD / "sites"
LINK = re.compile(r'<(?:a|img|script|link|source)\b[^>]*?\s(?:href|src)="([^"#]+)')


class SiteError(Exception):
    """A site that may not be published."""


def find_broken(site: Path) -> list[str]:
    """Return the links of a site that lead to no file of it: page and address."""
    files, broken = set(list_files(site)), []
    for page in sorted(path for path in files if path.suffix == ".html"):
        if "_static" in page.parts or page.name == "404.html":
            continue
        for address in set(LINK.findall(page.read_text(encoding="utf-8"))):
            parts = urlsplit(unescape(address))
            if parts.scheme or parts.netloc or not parts.path:
                continue
            target = Path(os.path.normpath(page.parent / unquote(parts.path)))
            if target not in files:
                broken.append(f"{page.relative_to(site).as_posix()}: {address}")
    return broken


def check_site(site: Path, published: dict[str, str]) -> None:
    """Check a finished site.

    Parameters
    ----------
    site : Path
        Its folder.
    published : dict
        Files that must be there, by address.

    Raises
    ------
    SiteError
        If a file is missing or a link leads nowhere; the message names the first.
    """
    missing = [
        name for name in ("index.html", *published) if not (site / name).exists()
    ]
    if wrong := missing + find_broken(site):
        shown = "\n".join(wrong[:5])
        raise SiteError(
            f"{len(wrong)} files or links are missing, such as:\n{shown}"
        )


def replace_site(fresh: Path, place: Path) -> None:
    """Put a folder in the place of the site, so that there is one at any moment.

    Parameters
    ----------
    fresh : Path
        A complete site, in `SITES`.
    place : Path
        A link to the site of today, or nothing. A folder of an older edition is set
        aside; so it is where links cannot be made (Windows).
    """
    link = place.with_name(f".{place.name}.new")
    link.unlink(missing_ok=True)
    try:
        link.symlink_to(fresh.relative_to(place.parent), target_is_directory=True)
    except OSError:
        _move_away(place)
        fresh.rename(place)
        return
    if place.is_dir() and not place.is_symlink():
        _move_away(place)
    os.replace(link, place)


def _move_away(place: Path) -> None:
    if place.exists():
        place.rename(Path(tempfile.mkdtemp(prefix="old-", dir=SITES)) / place.name)


def remove_old(place: Path) -> None:
    """Remove what sites there were before, but for the one that is in place."""
    now = place.resolve()
    for folder in SITES.glob("*"):
        if folder.resolve() != now:
            shutil.rmtree(folder, ignore_errors=True)
