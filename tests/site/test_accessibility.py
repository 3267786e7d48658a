"""For every reader: keyboard reaches all, paper shows the text, search finds."""

import pytest

from dispersed_autonomy.site.accessibility import mend_page

pytestmark = pytest.mark.browser


def open_page(browser, site, address, width=1440, scheme="light"):
    viewport = {"width": width, "height": 900}
    context = browser.new_context(
        viewport=viewport, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(f"{site.as_uri()}/{address}")
    return page


def test_a_control_whose_focus_cannot_be_seen_and_a_missing_skip_link_are_noticed(
    browser, site
):
    page = open_page(browser, site, "notebooks/02_millennial_share_75.html")
    for step in range(60):
        page.keyboard.press("Tab")
        focus = page.evaluate("""() => {
            const e = document.activeElement, s = getComputedStyle(e);
            const b = e.getBoundingClientRect();
            return {html: e.outerHTML.slice(0, 120), text: e.textContent.trim(),
                    width: parseFloat(s.outlineWidth), style: s.outlineStyle,
                    seen: b.width > 0 && b.height > 0};
            }""")
        assert step or focus["text"] == "Skip to main content"
        assert focus["seen"], focus["html"]
        assert focus["style"] != "none", focus["html"]
        assert focus["width"] >= 2, focus["html"]
    page.context.close()


def test_a_box_that_scrolls_and_cannot_be_reached_by_keyboard_is_noticed(
    browser, site
):
    page = open_page(
        browser, site, "notebooks/02_millennial_share_75.html", width=390
    )
    page.wait_for_load_state()
    unreached = page.evaluate(
        """() => [...document.querySelectorAll("#main-content *")].filter(e =>
        e.scrollWidth > e.clientWidth + 1 && e.clientWidth && e.tabIndex < 0 &&
        ["auto", "scroll"].includes(getComputedStyle(e).overflowX) &&
        !e.querySelector("a, button, [tabindex]"))
        .map(e => e.outerHTML.slice(0, 120))"""
    )
    page.context.close()
    assert unreached == []


def test_a_printed_page_with_menus_or_without_what_is_folded_is_noticed(
    browser, site
):
    page = open_page(browser, site, "notebooks/02_millennial_share_75.html")
    page.emulate_media(media="print")
    assert not page.locator("#pst-primary-sidebar").is_visible()
    assert not page.locator(".bd-header-article").is_visible()
    assert page.locator(".claim-box details p").first.bounding_box()["height"] > 10
    assert page.locator("figure.published img").first.is_visible()
    page.context.close()


@pytest.mark.parametrize(
    ("query", "kind", "part"),
    [
        ("33.0%", "Number", "results.html#world_15_64_millennial_share_2030"),
        pytest.param(
            "quit risk ratio pooled",
            "Number",
            "results.html#quit_risk_ratio_pooled",
            marks=pytest.mark.every,
        ),
        pytest.param(
            "millennial-share-trends",
            "Figure",
            "millennial-share-trends",
            marks=pytest.mark.every,
        ),
        pytest.param(
            "within ten years", "Claim", "millennials-75", marks=pytest.mark.every
        ),
    ],
)
def test_a_search_from_disk_that_misses_a_claim_a_figure_or_a_number_is_noticed(
    browser, site, query, kind, part
):
    page, failed = open_page(browser, site, "index.html"), []
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.keyboard.press("Control+k")
    page.locator("dialog input[type=search]").fill(query)
    page.keyboard.press("Enter")
    page.wait_for_selector("#findings li")
    found = {
        item.locator("a").get_attribute("href"): item.inner_text()
        for item in page.locator("#findings li").all()
    }
    assert any(
        part in address and words.startswith(kind)
        for address, words in found.items()
    )
    first = next(address for address in found if part in address)
    page.locator(f'#findings a[href="{first}"]').click()
    page.wait_for_load_state()
    assert part.split("#")[-1] in page.url
    page.context.close()
    assert failed == []


def test_a_table_whose_words_the_full_text_search_misses_is_noticed(browser, site):
    page = open_page(browser, site, "search.html?q=quit_risk_ratio_pooled")
    page.wait_for_selector("ul.search li a")
    assert "Every result" in page.locator("ul.search").inner_text()
    page.context.close()


def test_a_needless_role_or_an_empty_heading_of_a_table_that_stays_is_noticed():
    cells, citation, summary = (
        "<th></th><th>a</th>",
        '<div class="citation" id="id3" role="',
        "<summary",
    )
    mended = mend_page(
        f'{cells}{citation}doc-biblioentry">{summary} aria-label="Toggle hidden'
        ' content">'
    )
    assert mended == f'<td></td><th>a</th>{citation}listitem">{summary}>'
