"""The built site: every link leads somewhere, every figure has its words and files,
and nothing is asked of another host.
"""

import re
from urllib.parse import unquote, urldefrag, urljoin, urlparse

import pandas as pd
import pytest
from PIL import Image
from sphinx.errors import ExtensionError

from dispersed_autonomy.findings.claims import load_claims
from dispersed_autonomy.findings.results import FIELDS, read_recorded
from dispersed_autonomy.findings.verify import compare_results
from dispersed_autonomy.site import extension

CLAIM_FIELDS = """
id claim heading attribution stated verdict rule evidence results figures notebook
limits would_change
""".split()
REQUIRED_RESULTS = """
us_labor_force_millennial_share_2024 us_labor_force_millennial_share_2034
sales_occupations_millennial_share_2025 world_15_64_millennial_share_2010
world_15_64_millennial_share_2020 world_15_64_millennial_share_2025
world_15_64_millennial_share_2030 world_15_64_millennial_share_peak
world_15_64_millennial_share_peak_year world_labor_force_millennial_share_2020
world_labor_force_millennial_share_2025 world_15_64_born_by_1996_share_2025
world_15_64_born_by_1996_share_2030 linear_trend_2000_2010_forecast_2025
specifications_reaching_75_percent
""".split()


def test_a_link_or_anchor_that_leads_nowhere_is_noticed(site, pages):
    anchors = {
        address: {tag["id"] for tag in page.find_all(id=True)} | {""}
        for address, page in pages.items()
    }
    broken = []
    for address, page in pages.items():
        for tag in page.find_all(["a", "img", "script", "link", "source"]):
            link = tag.get("href") or tag.get("src") or tag.get("srcset")
            if not link or urlparse(link).scheme or link.startswith("//"):
                continue
            target, anchor = urldefrag(
                urljoin(
                    f"/{address}", link.split("?")[0] if "#" not in link else link
                )
            )
            target = unquote(target).lstrip("/") or "index.html"
            if not (site / target).is_file():
                broken.append(f"{address}: {link}")
            elif target in anchors and unquote(anchor) not in anchors[target]:
                broken.append(f"{address}: {link}: no such anchor")
    assert broken == []


def test_a_page_that_asks_another_host_for_anything_is_noticed(pages):
    asked = [
        f"{address}: {tag}"
        for address, page in pages.items()
        for tag in page.find_all(["script", "img", "iframe", "source", "link"])
        for link in [
            tag.get("src")
            or tag.get("srcset")
            or (tag.get("href") if tag.name == "link" else None)
        ]
        if link
        and (urlparse(link).netloc or link.startswith("//"))
        and tag.get("rel") != ["canonical"]
    ]
    assert asked == []


def test_a_figure_without_alt_text_caption_or_files_is_noticed(
    site, pages, published
):
    shown = {
        tag["id"].removeprefix("figure-"): tag
        for page in pages.values()
        for tag in page.select("figure.published")
    }
    assert set(shown) == set(published["figures"])
    for id, tag in shown.items():
        figure = published["figures"][id]
        assert tag.img["alt"] == figure["alt"]
        assert " ".join(tag.figcaption.get_text().split()).startswith(
            " ".join(figure["caption"].split())[:60]
        )
        with Image.open(site / "figures" / f"{id}.png") as image:
            assert image.size == (1920, 1080)
        assert (
            (site / "figures" / f"{id}.svg")
            .read_text()
            .lstrip()
            .startswith("<?xml")
        )
        assert len(pd.read_csv(site / "figures" / f"{id}.csv"))


def test_an_image_whose_alt_text_is_missing_or_a_file_name_is_noticed(pages):
    for address, page in pages.items():
        for image in page.find_all("img"):
            assert len(image.get("alt", "").split()) > 2, f"{address}: {image}"


def test_a_required_result_that_is_missing_or_malformed_is_noticed(published):
    assert set(REQUIRED_RESULTS) <= set(published["results"])
    for result in published["results"].values():
        assert tuple(result) == FIELDS
        assert (
            result["low"] is None
            or result["low"] <= result["value"] <= result["high"]
        )


def test_a_claim_that_lacks_a_field_or_its_row_is_noticed(published, pages):
    assert list(published["claims"]) == [claim["id"] for claim in load_claims()]
    for claim in published["claims"].values():
        assert set(CLAIM_FIELDS) <= set(claim)
        row = pages["index.html"].find(id=f"claim-{claim['id']}")
        assert claim["verdict"] in row.get_text()
        assert claim["claim"] in row.get_text()


def test_published_results_that_differ_from_the_committed_notebooks_are_noticed(
    published, committed_results
):
    compared = compare_results(committed_results, published["results"])
    assert [row["id"] for row in compared if row["outcome"] != "reproduced"] == []


def test_a_table_of_results_that_misses_one_is_noticed(pages):
    anchors = {
        tag["id"] for tag in pages["results.html"].select("table.results tr[id]")
    }
    assert anchors == set(read_recorded("result"))


def test_a_role_or_directive_left_as_text_is_noticed(pages):
    role = re.compile(r"\{(result|claim|cite)\b")
    code = ["script", "style", "pre", "code"]
    for address, page in pages.items():
        if role.search(page.get_text()):
            prose = [part for part in page.strings if not part.find_parent(code)]
            assert not role.search("".join(prose)), address


@pytest.mark.browser
def test_formulas_are_set_without_network(browser, site):
    page = browser.new_page()
    page.goto((site / "notebooks" / "02_millennial_share_75.html").as_uri())
    page.wait_for_selector("mjx-container svg", timeout=20_000)
    page.close()


@pytest.mark.browser
def test_phones_get_the_square_figure_and_slides_the_wide_one(browser, site):
    for width, expected in ((390, "-square.png"), (1440, "trends.png")):
        page = browser.new_page(viewport={"width": width, "height": 800})
        page.goto((site / "index.html").as_uri())
        shown = page.evaluate(
            "document.querySelector('figure.published img').currentSrc"
        )
        assert shown.endswith(expected)
        page.close()


def test_an_unknown_figure_stops_the_build_and_names_page_and_line(monkeypatch):
    monkeypatch.setattr(
        extension,
        "read_published",
        lambda _kind: {"three-estimates": {"id": "three-estimates"}},
    )
    assert (
        extension.find_published("figures", "three-estimates", "intro.md:7")["id"]
        == "three-estimates"
    )
    with pytest.raises(ExtensionError, match="intro.md:7: .*'four-estimates'"):
        extension.find_published("figures", "four-estimates", "intro.md:7")
