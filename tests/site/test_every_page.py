"""Every page, wide and narrow, light and dark: it fits, works from disk, for all.

One page of each template is opened by every run of the tests, and the others, which
are marked `every`, by `make check-site`.
"""

from pathlib import Path

import pytest
from conftest import list_addresses

from dispersed_autonomy import paths

pytestmark = pytest.mark.browser
AXE = (
    Path(__file__).parents[1]
    / "browser"
    / "node_modules"
    / "axe-core"
    / "axe.min.js"
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VIEWS = [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]
# Templates that one page alone has; of the others, the first page in each folder.
ALONE = {"index.html", "explorer.html", "results.html", "search.html", "404.html"}


def sample_templates(addresses: list[str]) -> set[str]:
    """Return one page of each template."""
    first = {Path(address).parent: address for address in reversed(addresses)}
    del first[Path(".")]
    return ALONE | set(first.values())


def list_visits(views: list[tuple[int, str]]) -> list:
    """Return every page in every view, marking what only a full run opens."""
    addresses = list_addresses(paths.SITE)
    if not addresses:
        reason = "the site has not been built: make book"
        return [pytest.param(None, marks=pytest.mark.skip(reason=reason))]
    sample = sample_templates(addresses)
    return [
        pytest.param(
            (address, *view),
            id=f"{address}-{view[0]}-{view[1]}",
            marks=[] if address in sample else pytest.mark.every,
        )
        for view in views
        for address in addresses
    ]


@pytest.fixture(scope="module")
def axe() -> str:
    """The script of axe-core, where it is installed."""
    if not AXE.exists():
        pytest.skip(
            "no axe-core: `npm ci --prefix tests/browser` installs it (Debian's"
            " packages `nodejs` and `npm`)"
        )
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def visit(request, browser, site):
    """One page in one view, opened once for all tests, with what it asked for."""
    address, width, scheme = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.scheme, page.asked, page.failed = scheme, [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("pageerror", lambda error: page.failed.append(str(error)))
    page.goto((site / address).as_uri())
    page.wait_for_load_state()
    yield page
    context.close()


def list_violations(page, axe) -> list[str]:
    """Return what axe-core finds wrong on a page, rule by rule and node by node."""
    page.evaluate(axe)
    found = page.evaluate(
        "rules => axe.run(document, {resultTypes: ['violations'], runOnly: rules})",
        RULES,
    )["violations"]
    return [
        f"{rule['id']}: {node['html'][:200]}: {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("visit", list_visits(VIEWS), indirect=True)
def test_a_page_that_overflows_fails_or_leaves_the_site_is_noticed(visit):
    overflow = visit.evaluate(
        "document.documentElement.scrollWidth - window.innerWidth"
    )
    assert overflow <= 0, f"{overflow} pixels too wide"
    broken = visit.evaluate(
        "[...document.images].filter(i => i.complete && !i.naturalWidth).map(i =>"
        " i.src)"
    )
    assert broken == []
    left = [url for url in visit.asked if not url.startswith(("file:", "data:"))]
    assert (left, visit.failed) == ([], [])


@pytest.mark.parametrize("visit", list_visits(VIEWS[:3]), indirect=True)
def test_a_page_that_breaks_a_rule_of_the_accessibility_guidelines_is_noticed(
    visit, axe
):
    theme = visit.evaluate("document.documentElement.dataset.theme")
    # A page without the theme has no other.
    assert theme in (visit.scheme, None)
    assert list_violations(visit, axe) == []


def test_a_checker_that_passes_everything_is_noticed(browser, axe):
    page = browser.new_page()
    page.set_content(
        "<html><body><p style='color:#999;background:#fff'>pale</p><img"
        " src='data:,'></body></html>"
    )
    broken = " ".join(list_violations(page, axe))
    page.close()
    assert all(
        rule in broken for rule in ("color-contrast", "image-alt", "html-has-lang")
    )


def test_a_template_that_only_a_full_run_would_open_is_noticed(site):
    addresses = list_addresses(site)
    sample = sample_templates(addresses)
    assert sample <= set(addresses)
    assert {Path(address).parent for address in addresses} == {
        Path(address).parent for address in sample
    }
