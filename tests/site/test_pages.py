"""The pages of figures and claims: there for each, with data, provenance, citations
and what machines read.
"""

import json

import pandas as pd
import pytest
from pybtex.database import parse_string

from dispersed_autonomy import paths
from dispersed_autonomy.findings import citations
from dispersed_autonomy.findings.verdicts import NOT_EXAMINED, VERDICTS
from dispersed_autonomy.inputs.citation import CitationError
from dispersed_autonomy.inputs.tables import describe
from dispersed_autonomy.release.freeze import load_withdrawn
from dispersed_autonomy.site import metadata
from dispersed_autonomy.site.pages import RATINGS, describe_choices, list_datasets

CITATION = {
    "title": "A book",
    "authors": [{"name": "Somebody"}],
    "date-released": "2026-01-02",
    "version": "1.0.0",
}


def structured(page):
    return json.loads(page.find("script", type="application/ld+json").string)


def test_a_figure_without_its_page_data_or_provenance_is_noticed(
    site, pages, published
):
    for id, figure in published["figures"].items():
        page = pages[f"figures/{id}.html"]
        assert page.select_one(
            "article h1"
        ).text.strip() == citations.first_sentence(figure["caption"])
        frame = pd.read_csv(site / "figures" / f"{id}.csv")
        table = page.select_one(".data-table table")
        assert [th.text for th in table.select("thead th")] == [
            column.replace("_", " ") for column in frame.columns
        ]
        assert len(table.select("tbody tr")) == min(len(frame), 60)
        assert f"notebooks/{figure['notebook']}.ipynb" in page.text
        for dataset in list_datasets(figure["notebook"]):
            assert f"data/{dataset}/" in page.text
            for source in describe(dataset)["sources"]:
                assert source.get("hash", "") in page.text
                assert not source.get("path") or page.find("a", href=source["path"])


def test_a_claim_without_its_page_rule_or_results_is_noticed(pages, published):
    for id, claim in published["claims"].items():
        page = pages[f"claims/{id}.html"]
        assert (
            page.select_one("article h1").text.strip() == claim["claim"]
            and page.select_one(".verdict").text == claim["verdict"]
        )
        text = " ".join(page.text.split())
        assert " ".join(claim["rule"].split()) in text
        assert claim["because"] is None or claim["because"] in text
        for item in claim["history"]:
            for said in filter(None, item.values()):
                assert " ".join(said.split()) in text, id
        for lower in (claim["certainty"] or {"lowered": []})["lowered"]:
            assert " ".join(lower["reason"].split()) in text, id
        assert {
            code.text for code in page.select("table.results-of th code")
        } == set(claim["results"])
        assert [image["src"] for image in page.select("figure.shown img")] == [
            f"../figures/{figure}.png" for figure in claim["figures"]
        ]


def test_a_choice_that_a_page_hides_or_misnames_is_noticed(pages, published):
    for id, claim in published["claims"].items():
        page = pages[f"claims/{id}.html"]
        marks = page.select("ul.strip > li")
        rows = page.select("table.choices tbody tr")
        assert len(marks) == len(rows) == len(claim["readings"]), id
        assert len(page.select("ul.strip > li.published")) == bool(marks)
        told = {
            row.select_one("th").text: row.select_one(".verdict").text
            for row in rows
        }
        assert told == {row["reading"]: row["verdict"] for row in claim["readings"]}
        for item in claim["left_out"]:
            assert item["reading"] in page.text and item["reason"] in page.text


def test_the_choice_that_changes_most_is_the_one_that_is_named():
    def reading(name, verdict):
        read = {"share": {"unit": "percent", "changed": True, "value": 1.0}}
        return {"reading": name, "verdict": verdict, "result": read}

    results = {"share": {"id": "share", "label": "Share of sellers"}}
    choices = describe_choices(
        [
            reading("as published", "holds in part"),
            reading("near", "overstated"),
            reading("far", "contradicted"),
            reading("better", "holds"),
        ],
        results,
    )
    assert choices["worst"]["reading"] == "far"
    assert [row["reading"] for row in choices["strip"]] == [
        "as published",
        "better",
        "near",
        "far",
    ]
    assert list(choices["counts"]) == [
        "holds",
        "holds in part",
        "overstated",
        "contradicted",
    ]
    assert choices["rows"][1]["read"] == [("Share of sellers", "1.0%")]
    alone = describe_choices([reading("as published", "holds")], results)
    assert alone["worst"] is None


def test_a_name_of_a_verdict_that_leads_nowhere_is_noticed(pages):
    page = pages["method.html"]
    for word, meaning in VERDICTS.items():
        if word != NOT_EXAMINED:
            term = page.find(id=f"verdict-{word.replace(' ', '-')}")
            assert term.text.strip() == word
            assert term.find_next("dd").text == meaning
    for name in ("index.html", "claims/four-models.html"):
        for badge in pages[name].select("a.verdict"):
            address, _, anchor = badge["href"].partition("#")
            assert address.endswith("method.html") and page.find(id=anchor)


def test_a_withdrawn_sentence_that_still_stands_is_noticed(pages):
    for address, page in pages.items():
        if address == "changes.html":
            continue
        text = " ".join((page.find("article") or page).get_text().split())
        for entry in load_withdrawn():
            assert " ".join(entry["was"].split()) not in text, address


def test_an_id_that_stands_where_a_name_should_is_noticed(pages, published):
    named = {r["id"]: r["label"] for r in published["results"].values()}
    page = pages["results.html"]
    for row in page.select("table.results tbody tr"):
        if named[row["id"]]:
            assert row.select_one("th").text.strip().startswith(named[row["id"]])
    for claim in published["claims"].values():
        key = claim["key_result"]
        if key and named[key]:
            text = pages[f"claims/{claim['id']}.html"].text
            assert named[key] in text and key.replace("_", " ") not in text


def test_a_review_that_rates_what_the_evidence_cannot_rate_is_noticed(
    pages, published
):
    assert set(RATINGS) <= set(VERDICTS)
    assert (
        RATINGS["holds"]
        > RATINGS["holds in part"]
        > RATINGS["overstated"]
        > RATINGS["not found"]
        > RATINGS["contradicted"]
    )
    for id, claim in published["claims"].items():
        review = structured(pages[f"claims/{id}.html"])
        assert (
            review["@type"] == "ClaimReview"
            and review["claimReviewed"] == claim["claim"]
        )
        assert {
            "url",
            "author",
            "datePublished",
            "itemReviewed",
            "reviewRating",
        } <= set(review)
        rating = review["reviewRating"]
        assert rating["alternateName"] == claim["verdict"]
        assert ("ratingValue" in rating) == (
            claim["verdict"]
            not in ("unsupported", "not testable", "not examined yet")
        )


def test_data_or_articles_that_search_engines_cannot_read_are_noticed(
    site, pages, published
):
    for id in published["figures"]:
        data = structured(pages[f"figures/{id}.html"])
        assert data["@type"] == "Dataset" and {
            "name",
            "description",
            "license",
            "creator",
            "distribution",
            "variableMeasured",
        } <= set(data)
        assert data["distribution"][0]["contentUrl"].endswith(f"figures/{id}.csv")
    figure = next(iter(published["figures"].values()))
    for address in (f"notebooks/{figure['notebook']}.html", "index.html"):
        page = pages[address]
        assert structured(page)["@type"] == "ScholarlyArticle"
        meta = {
            tag.get("name") or tag.get("property"): tag["content"]
            for tag in page.find_all("meta", content=True)
        }
        assert {
            "citation_title",
            "citation_author",
            "citation_publication_date",
            "og:title",
            "og:description",
            "og:image",
        } <= set(meta)
        image = meta["og:image"].replace("../", "")
        assert (site / image).is_file()


def test_a_bar_without_one_of_its_files_is_noticed(pages, published):
    for figure in published["figures"].values():
        bar = pages[f"notebooks/{figure['notebook']}.html"].select_one(
            f"#figure-{figure['id']} .kit"
        )
        files = {
            link["href"].rsplit("/", 1)[-1].removeprefix(figure["id"])
            for link in bar.select("a")
        }
        assert files == {
            ".png",
            "-square.png",
            ".svg",
            ".csv",
            ".pptx",
            ".bib",
            ".html",
        }
        assert len(bar.select("button.copy[data-copy]")) == 2


def test_an_entry_that_bibtex_cannot_read_is_noticed(site, published):
    for kind in ("figures", "claims"):
        for id in published[kind]:
            entries = parse_string(
                (site / kind / f"{id}.bib").read_text(), "bibtex"
            ).entries
            (entry,) = entries.values()
            assert (
                entry.fields["year"].isdigit()
                and entry.persons["author"]
                and f"{kind}/{id}.html" in entry.fields["note"]
            )


def test_a_citation_without_a_year_stops_and_names_the_place(tmp_path, monkeypatch):
    with pytest.raises(
        CitationError, match="CITATION.cff: date-released: 'soon' has no year"
    ):
        citations.find_year({"date-released": "soon"})
    text = "".join(
        line
        for line in paths.CITATION.read_text().splitlines(keepends=True)
        if "date-released" not in line
    )
    (tmp_path / "CITATION.cff").write_text(text)
    with pytest.raises(CitationError, match="CITATION.cff: missing: date-released"):
        metadata.read_citation(tmp_path / "CITATION.cff")


def test_an_address_that_is_invented_or_forgotten_is_noticed(monkeypatch):
    figure = {"id": "a", "caption": "It rises. n = 3.", "source": "Somebody 2020."}
    monkeypatch.setattr(citations, "read_citation", lambda: CITATION)
    cited = citations.cite_figure(figure)
    assert (
        cited["short"] == "Somebody (2026), figures/a.html"
        and "http" not in cited["bibtex"]
    )
    assert (
        cited["full"]
        == "Somebody (2026). It rises. In: A book, version 1.0.0. figures/a.html."
        " Data: Somebody 2020."
    )
    monkeypatch.setattr(
        citations,
        "read_citation",
        lambda: CITATION | {"url": "https://example.org/book/"},
    )
    assert (
        citations.cite_figure(figure)["address"]
        == "https://example.org/book/figures/a.html"
    )


@pytest.mark.parametrize(
    ("caption", "finding"),
    [
        ("It rises by 3.5 points. n = 10.", "It rises by 3.5 points."),
        ("One finding", "One finding"),
        ("Up. 20 people said so.", "Up."),
    ],
)
def test_a_finding_cut_in_a_number_or_run_into_the_next_sentence_is_noticed(
    caption, finding
):
    assert citations.first_sentence(caption) == finding


@pytest.mark.browser
def test_a_citation_that_cannot_be_copied_by_mouse_or_keyboard_is_noticed(
    browser, site, published
):
    figure = next(iter(published["figures"].values()))
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto((site / "figures" / f"{figure['id']}.html").as_uri())
    short, full = page.locator("figure.published button.copy").all()
    short.click()
    page.wait_for_function(
        "document.querySelector('.kit .copied').textContent === 'Copied.'"
    )
    assert page.evaluate("navigator.clipboard.readText()") == short.get_attribute(
        "data-copy"
    )
    full.focus()
    page.keyboard.press("Enter")
    page.wait_for_function(
        "want => navigator.clipboard.readText().then(text => text === want)",
        arg=full.get_attribute("data-copy"),
    )
    context.close()


@pytest.mark.browser
def test_a_bar_that_needs_script_for_its_links_is_noticed(browser, site, published):
    figure = next(iter(published["figures"].values()))
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / "notebooks" / f"{figure['notebook']}.html").as_uri())
    bar = page.locator(f"#figure-{figure['id']} .kit")
    assert (
        bar.locator("a").count() == 7
        and not bar.locator("button").first.is_visible()
    )
    context.close()


@pytest.mark.browser
def test_a_search_in_the_table_of_results_that_hides_what_it_should_show_is_noticed(
    browser, site
):
    page = browser.new_page()
    page.goto((site / "results.html").as_uri())
    page.fill("#results-search", "quit_risk_ratio_pooled")
    shown = [
        row.get_attribute("id")
        for row in page.locator("table.results tbody tr:visible").all()
    ]
    assert "quit_risk_ratio_pooled" in shown and len(shown) < 10
    page.close()
