"""Headless Chromium, for tests of pages and for the book on paper."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


class BrowserError(Exception):
    """No browser is installed."""


def find_browser() -> str | None:
    """Return the path of Chromium, or None where it is not installed."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@contextmanager
def open_browser() -> Iterator:
    """Open headless Chromium as a Playwright browser, and close it at the end.

    Raises
    ------
    BrowserError
        If Chromium is not installed; the message says how to get it.
    """
    if not (chromium := find_browser()):
        raise BrowserError(
            "no Chromium: `apt-get install chromium` (Debian), or put one on the"
            " path as chromium"
        )
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        try:
            yield running
        finally:
            running.close()
