"""The page of every figure and every claim, and what search engines and fact-check
tools read in the head of pages.
"""

import json
import re
from html import escape
from pathlib import Path

import nbformat
import pandas as pd

from dispersed_autonomy import paths
from dispersed_autonomy.findings.citations import (
    cite_claim,
    cite_figure,
    find_year,
    first_sentence,
    place,
)
from dispersed_autonomy.findings.readings import (
    PUBLISHED,
    find_worst,
    show_read,
)
from dispersed_autonomy.findings.results import name_result
from dispersed_autonomy.findings.verdicts import PLACES, START_WORDS
from dispersed_autonomy.inputs.citation import read_authors, read_citation
from dispersed_autonomy.inputs.tables import load_table
from dispersed_autonomy.site.metadata import (
    TEXT_LICENCE,
    read_descriptions,
    read_title,
)

ARTICLE = {
    "@type": "Article",
    "headline": "Dispersed autonomy and the sales professional",
    "datePublished": "2021",
}
# Of the verdicts that rate a claim, 5 being true and 1 false; the others say that
# the evidence cannot rate it.
RATINGS = {
    "holds": 5,
    "holds in part": 4,
    "overstated": 3,
    "not found": 2,
    "contradicted": 1,
}
ROWS_SHOWN = 60


def list_datasets(notebook: str) -> list[str]:
    """Return the datasets whose tables a notebook loads, in its order."""
    cells = nbformat.read(paths.NOTEBOOKS / f"{notebook}.ipynb", as_version=4).cells
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    return list(dict.fromkeys(re.findall(r'load_table\(\s*"(\w+)"', code)))


def describe_figure(figure: dict, claim: dict, results: dict[str, dict]) -> dict:
    """Return what the page of a figure shows.

    Parameters
    ----------
    figure, claim : dict
        As published.
    results : dict of str to dict
        All results by id.

    Returns
    -------
    dict
        `finding`, `columns` and `rows` of the plotted data, `row_count`, `datasets`
        with their descriptions, `results` of the same notebook and claim, and
        citations.
    """
    frame = pd.read_csv(paths.PUBLISHED / "figures" / f"{figure['id']}.csv")
    descriptions = read_descriptions()
    return {
        "figure": figure,
        "claim": claim,
        "finding": first_sentence(figure["caption"]),
        "columns": list(frame.columns),
        "rows": [
            [_to_text(value) for value in row]
            for row in frame.head(ROWS_SHOWN).itertuples(index=False)
        ],
        "row_count": len(frame),
        "datasets": {
            name: descriptions[name] for name in list_datasets(figure["notebook"])
        },
        "scripts": {path.parent.name for path in paths.DATA.glob("*/build.py")},
        "results": [
            r
            for r in results.values()
            if r["notebook"] == figure["notebook"] and r["claim"] == figure["claim"]
        ],
        "title": read_title(figure["notebook"]),
        "cited": cite_figure(figure),
    }


def describe_claim(
    claim: dict, figures: dict[str, dict], results: dict[str, dict]
) -> dict:
    """Return what the page of a claim shows: its figures, its results, the other
    defensible choices, the notebook's question and citations.
    """
    certainty = claim["certainty"]
    return {
        "claim": claim,
        "key": results.get(claim["key_result"] or ""),
        "figures": [figures[id] for id in claim["figures"]],
        "results": [results[id] for id in claim["results"]],
        "choices": (
            describe_choices(claim["readings"], results)
            if claim["readings"]
            else None
        ),
        "start": START_WORDS[certainty["start"]] if certainty else "",
        "title": read_title(claim["notebook"]) if claim["notebook"] else "",
        "cited": cite_claim(claim),
    }


def describe_choices(readings: list[dict], results: dict[str, dict]) -> dict:
    """Return what a page shows of the choices behind a verdict.

    Parameters
    ----------
    readings : list of dict
        Of a claim, as published; the published one is the first.
    results : dict of str to dict
        All results by id.

    Returns
    -------
    dict
        `rows`, each with `reading`, `verdict`, whether it is `published`, and what
        was `read`, names and texts: as published all of it, otherwise what the
        choice changes; `strip`, the same from the best verdict for the claim to the
        worst, `counts` by verdict, and the `worst`, which is the one farthest from
        the published verdict, or None.
    """
    rows = [
        {
            "reading": row["reading"],
            "verdict": row["verdict"],
            "published": row["reading"] == PUBLISHED,
            "read": [
                (name_result(results[id]), show_read(read))
                for id, read in row["result"].items()
                if read["changed"] or row["reading"] == PUBLISHED
            ],
        }
        for row in readings
    ]
    first, *others = rows
    others.sort(key=lambda row: -PLACES[row["verdict"]])
    verdicts = [row["verdict"] for row in rows]
    return {
        "rows": rows,
        "strip": [first, *others],
        "counts": {
            verdict: verdicts.count(verdict)
            for verdict in sorted(set(verdicts), key=PLACES.get, reverse=True)
        },
        "worst": find_worst(readings),
    }


def _to_text(value) -> str:
    if pd.isna(value):
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def review_claim(claim: dict) -> dict:
    """Return a claim with its verdict as schema.org's ClaimReview."""
    citation = read_citation()
    rating = {
        "@type": "Rating",
        "alternateName": claim["verdict"],
        "bestRating": 5,
        "worstRating": 1,
    }
    return {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "url": place(f"claims/{claim['id']}.html", citation),
        "datePublished": citation["date-released"],
        "claimReviewed": claim["claim"],
        "reviewBody": claim["because"] or claim["rule"],
        "author": _authors(citation),
        "itemReviewed": {
            "@type": "Claim",
            "text": claim["stated"],
            "appearance": ARTICLE,
        },
        "reviewRating": (
            rating
            | (
                {"ratingValue": RATINGS[claim["verdict"]]}
                if claim["verdict"] in RATINGS
                else {}
            )
        ),
    }


def describe_data(figure: dict) -> dict:
    """Return the data of a figure as schema.org's Dataset."""
    citation, descriptions = read_citation(), read_descriptions()
    upstream = [
        source["path"]
        for name in list_datasets(figure["notebook"])
        for source in descriptions[name]["sources"]
        if "hash" in source
    ]
    file = paths.PUBLISHED / "figures" / f"{figure['id']}.csv"
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": first_sentence(figure["caption"]),
        "description": f"{figure['caption']} {figure['alt']}",
        "url": place(f"figures/{figure['id']}.html", citation),
        "image": place(f"figures/{figure['id']}.png", citation),
        "license": TEXT_LICENCE["path"],
        "creator": _authors(citation),
        "version": citation["version"],
        "datePublished": citation["date-released"],
        "creditText": figure["source"],
        "variableMeasured": list(pd.read_csv(file, nrows=0).columns),
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": "text/csv",
                "contentUrl": place(f"figures/{figure['id']}.csv", citation),
            }
        ],
        **({"isBasedOn": upstream} if upstream else {}),
    }


def describe_article(title: str, description: str, page: str) -> dict:
    """Return a notebook, or the whole book, as schema.org's ScholarlyArticle."""
    citation = read_citation()
    return {
        "@context": "https://schema.org",
        "@type": "ScholarlyArticle",
        "headline": title,
        "abstract": description,
        "url": place(page, citation),
        "author": _authors(citation),
        "datePublished": citation["date-released"],
        "version": citation["version"],
        "license": TEXT_LICENCE["path"],
        "isPartOf": {"@type": "CreativeWork", "name": citation["title"]},
    }


def _authors(citation: dict) -> list[dict]:
    return [
        {"@type": "Organization", "name": name} for name in read_authors(citation)
    ]


def write_head(page: str, claims: dict[str, dict], figures: dict[str, dict]) -> str:
    """Return the tags in the head of a page: social card, Highwire citation tags
    and structured data.

    Parameters
    ----------
    page : str
        Name of the page, without `.html`.
    claims, figures : dict of str to dict
        As published, by id.

    Returns
    -------
    str
        HTML; empty for pages that are no claim, figure, notebook or the index.
    """
    citation = read_citation()
    folder, _, id = page.rpartition("/")
    first = next(iter(figures))
    if folder == "figures":
        title, words, image = (
            first_sentence(figures[id]["caption"]),
            figures[id]["caption"],
            id,
        )
        data = describe_data(figures[id])
    elif folder == "claims":
        title = f"{claims[id]['claim']} {claims[id]['verdict'].capitalize()}."
        words, image, data = (
            claims[id]["because"] or claims[id]["rule"] or claims[id]["claim"],
            next(iter(claims[id]["figures"]), first),
            review_claim(claims[id]),
        )
    elif folder == "notebooks":
        own = [figure for figure in figures.values() if figure["notebook"] == id]
        title, words = (
            read_title(id),
            " ".join(first_sentence(figure["caption"]) for figure in own),
        )
        image, data = (
            own[0]["id"] if own else first,
            describe_article(title, words, f"{page}.html"),
        )
    elif page == "index":
        title, words, image = citation["title"], citation["abstract"], first
        data = describe_article(title, words, "index.html")
    else:
        return ""
    picture = (
        place(f"figures/{image}.png", citation)
        if citation.get("url")
        else f"{'../' if folder else ''}figures/{image}.png"
    )
    tags = {
        "og:type": "article",
        "og:site_name": citation["title"],
        "og:title": title,
        "og:description": words,
        "og:image": picture,
        "og:image:width": "1920",
        "og:image:height": "1080",
        "og:image:alt": figures[image]["alt"],
        "citation_title": title,
        "citation_publication_date": citation["date-released"].replace("-", "/"),
        "citation_year": find_year(citation),
        "citation_language": "en",
        "twitter:card": "summary_large_image",
        "description": words,
    }
    if citation.get("url"):
        tags |= {
            "og:url": place(f"{page}.html", citation),
            "citation_public_url": place(f"{page}.html", citation),
        }
    named = [(name, text) for name, text in tags.items()] + [
        ("citation_author", name) for name in read_authors(citation)
    ]
    lines = [
        f'<meta {"property" if name.startswith("og:") else "name"}="{name}"'
        f' content="{escape(text)}">'
        for name, text in named
    ]
    structured = embed_json(json.dumps(data, ensure_ascii=False))
    return (
        "\n".join(
            [*lines, f'<script type="application/ld+json">{structured}</script>']
        )
        + "\n"
    )


def embed_json(text: str) -> str:
    """Return JSON that ends no script element and opens no comment in one."""
    return text.replace("<", "\\u003c")


def write_bibtex(
    folder: Path, figures: dict[str, dict], claims: dict[str, dict]
) -> None:
    """Write the BibTeX entry of every figure and claim beside its page."""
    for kind in ("figures", "claims"):
        (folder / kind).mkdir()
    for figure in figures.values():
        (folder / "figures" / f"{figure['id']}.bib").write_text(
            cite_figure(figure)["bibtex"], encoding="utf-8"
        )
    for claim in claims.values():
        (folder / "claims" / f"{claim['id']}.bib").write_text(
            cite_claim(claim)["bibtex"], encoding="utf-8"
        )


def group_by_standing() -> dict[str, list[dict]]:
    """Return the published figures with the page that each was seen in, the best
    standing first.

    Returns
    -------
    dict of str to list of dict
        `question`, `response`, `shown` (the figure in percent, as printed), `kind`,
        `organisation`, `wave`, `n`, `source`, `title` and `url` of each.
    """
    pages = load_table("buyer_surveys", "sources").set_index("id")[["title", "url"]]
    shares = load_table("buyer_surveys", "shares").join(pages, on="source")
    limits = shares["low_percent"].map("{:g} to ".format) + shares[
        "high_percent"
    ].map("{:g}%".format)
    shares["shown"] = (
        shares["share_percent"]
        .map("{:g}%".format, na_action="ignore")
        .fillna(limits)
    )
    shares["n"] = shares["n_respondents"].map("{:,.0f}".format, na_action="ignore")
    text = shares.astype(object).where(shares.notna(), None)
    order = ["publisher", "secondary", "tertiary", "memory", "the article"]
    return {
        standing: text[text["standing"] == standing].to_dict("records")
        for standing in order
    }
