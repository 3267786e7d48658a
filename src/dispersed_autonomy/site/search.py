"""What the search page finds beside the text of the pages: claims, figures and
numbers, each with its own address.
"""

import json
from pathlib import Path

from dispersed_autonomy.findings.results import format_result, name_result


def list_findings(
    results: list[dict], claims: list[dict], figures: list[dict], site: Path
) -> list[dict[str, str]]:
    """Return what can be found.

    Parameters
    ----------
    results, claims, figures : list of dict
        As published.
    site : Path
        The built site; a claim or figure with a page of its own is led to there.

    Returns
    -------
    list of dict
        `kind`, `title`, `text` and `url`, relative to the root of the site.
    """

    def address(kind: str, id: str, otherwise: str) -> str:
        return (
            f"{kind}/{id}.html"
            if (site / kind / f"{id}.html").exists()
            else otherwise
        )

    found = [
        {
            "kind": "Claim",
            "title": f"{claim['claim']} ({claim['verdict']})",
            "text": " ".join(
                str(claim[field] or "")
                for field in (
                    "id",
                    "headline",
                    "because",
                    "stated",
                    "heading",
                    "attribution",
                    "rule",
                )
            ),
            "url": address(
                "claims", claim["id"], f"index.html#claim-{claim['id']}"
            ),
        }
        for claim in claims
    ]
    found += [
        {
            "kind": "Figure",
            "title": figure["caption"],
            "text": f"{figure['id']} {figure['alt']} {figure['source']}",
            "url": address(
                "figures",
                figure["id"],
                f"notebooks/{figure['notebook']}.html#figure-{figure['id']}",
            ),
        }
        for figure in figures
    ]
    found += [
        {
            "kind": "Number",
            "title": (
                f"{name_result(result)}: {format_result(result, 'interval')}"
            ),
            "text": (
                f"{result['id']} {result['id'].replace('_', ' ')}"
                f" {result['value']} {result['unit']} {result['note']}"
                f" {result['claim']}"
            ),
            "url": f"results.html#{result['id']}",
        }
        for result in results
    ]
    return found


def write_findings(site: Path) -> None:
    """Write what can be found as a script, for a page opened from disk may load a
    script and no other file.
    """
    names = ("results", "claims", "figures")
    published = {
        name: json.loads((site / f"{name}.json").read_text(encoding="utf-8"))[name]
        for name in names
    }
    found = json.dumps(list_findings(**published, site=site), ensure_ascii=False)
    (site / "_static" / "findings.js").write_text(
        f"window.findings = {found};\n", encoding="utf-8"
    )
