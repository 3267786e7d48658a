"""The Sphinx extension of the book: results in sentences, claims, figures and the
tables of them.

It reads published files and tables, and computes nothing.
"""

import json
import re
from functools import cache
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective, SphinxRole

from dispersed_autonomy import paths
from dispersed_autonomy.figures.explorer import money_chart, rank_chart
from dispersed_autonomy.findings.citations import cite_figure, first_sentence
from dispersed_autonomy.findings.results import (
    ResultError,
    format_result,
    name_result,
)
from dispersed_autonomy.findings.verdicts import (
    DOMAINS,
    LEVELS,
    NOT_EXAMINED,
    START_WORDS,
    STARTS,
    VERDICTS,
)
from dispersed_autonomy.findings.verify import find_unverified, show, summarise
from dispersed_autonomy.inputs.citation import read_citation
from dispersed_autonomy.release.freeze import (
    WITHDRAWN,
    list_changes,
    load_replaced,
    load_withdrawn,
)
from dispersed_autonomy.site.finish import TEMPLATES
from dispersed_autonomy.site.metadata import (
    find_launches,
    write_setup,
)
from dispersed_autonomy.site.pages import (
    describe_claim,
    describe_figure,
    group_by_standing,
    write_head,
)

PUBLISHED = ("results", "claims", "figures")
TEMPLATES.globals |= {
    "meanings": VERDICTS,
    "domains": DOMAINS,
    "name_of": name_result,
}


@cache
def read_published(name: str) -> dict[str, dict]:
    """Return the published results, claims or figures by id."""
    content = json.loads(
        (paths.PUBLISHED / f"{name}.json").read_text(encoding="utf-8")
    )
    return {item["id"]: item for item in content[name]}


def find_published(kind: str, id: str, place: str) -> dict:
    """Return one published result, claim or figure.

    Raises
    ------
    ExtensionError
        If there is none of that id; the message names the page and line.
    """
    items = read_published(kind)
    if id not in items:
        raise ExtensionError(
            f"{place}: no {kind.removesuffix('s')} is called {id!r}"
        )
    return items[id]


def note_inputs(env: BuildEnvironment, *files: Path) -> None:
    """Note what a page shows: where that changes, it is rendered anew."""
    lists = [paths.PUBLISHED / f"{name}.json" for name in PUBLISHED]
    for path in (*lists, *files):
        env.note_dependency(str(path))


def renew_index(_app, _env, _added, _changed, _removed) -> list[str]:
    """Render one page in any case: figures' and claims' pages follow it."""
    return ["index"]


class ResultRole(SphinxRole):
    """A result in a sentence, linked to its row in the table of results:
    ``{result}`id:form` ``.
    """

    def run(self):
        id, _, form = self.text.partition(":")
        source, line = self.get_source_info()
        note_inputs(self.env)
        result = find_published("results", id, f"{source}:{line}")
        try:
            text = format_result(result, form or "value")
        except ResultError as error:
            raise ExtensionError(f"{source}:{line}: {error}") from error
        target = self.env.app.builder.get_relative_uri(self.env.docname, "results")
        return [
            nodes.reference(
                "",
                text,
                refuri=f"{target}#{id}",
                reftitle=name_result(result),
                classes=["result"],
                internal=True,
            )
        ], []


class TemplateDirective(SphinxDirective):
    """A directive that fills a template of its own name."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True

    def list_inputs(self) -> list[Path]:
        """Return the files that it shows, besides what is published."""
        return []

    def run(self):
        note_inputs(self.env, *self.list_inputs())
        html = TEMPLATES.get_template(f"{self.name}.html").render(
            root=self.to_page("index").removesuffix("index.html") or "./",
            page=self.to_page,
            number=format_result,
            **self.gather(),
        )
        indexed = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
        return [
            nodes.raw(indexed, html, format="html")
        ]  # the source is what the search indexes

    def to_page(self, docname: str) -> str:
        """Return the address of a page, relative to this one."""
        return self.env.app.builder.get_relative_uri(self.env.docname, docname)

    def find(self, kind: str, id: str) -> dict:
        """Return one published item, or stop the build naming this place."""
        source, line = self.get_source_info()
        return find_published(kind, id, f"{source}:{line}")

    def gather(self) -> dict:
        """Return what the template shows."""
        raise NotImplementedError


class Figure(TemplateDirective):
    def gather(self):
        figure = self.find("figures", self.arguments[0])
        return {"figure": figure, "cited": cite_figure(figure), "linked": True}


class Claim(TemplateDirective):
    def gather(self):
        claim = self.find("claims", self.arguments[0])
        return {
            "claim": claim,
            "key": (
                self.find("results", claim["key_result"])
                if claim["key_result"]
                else None
            ),
        }


class ClaimsTable(TemplateDirective):
    def gather(self):
        return {
            "claims": list(read_published("claims").values()),
            "results": read_published("results"),
        }


class Scoreboard(TemplateDirective):
    def gather(self):
        verdicts = [claim["verdict"] for claim in read_published("claims").values()]
        return {
            "counts": {
                verdict: verdicts.count(verdict)
                for verdict in VERDICTS
                if verdict in verdicts
            },
            "total": len(verdicts),
        }


class VerdictWords(TemplateDirective):
    def gather(self):
        used = {
            word: meaning
            for word, meaning in VERDICTS.items()
            if word != NOT_EXAMINED
        }
        return {"meanings": used}


class CertaintyRule(TemplateDirective):
    def gather(self):
        starts = {
            word: {"score": score, "text": START_WORDS[word]}
            for word, score in STARTS.items()
        }
        return {"starts": starts, "levels": LEVELS}


class Headlines(TemplateDirective):
    def gather(self):
        headlines = yaml.safe_load("\n".join(self.content))
        return {
            "headlines": [
                (self.find("results", id), words) for id, words in headlines.items()
            ]
        }


class Explorer(TemplateDirective):
    def list_inputs(self):
        return [paths.PUBLISHED / "tradeoffs.json"]

    def gather(self):
        text = (
            (paths.PUBLISHED / "tradeoffs.json")
            .read_text(encoding="utf-8")
            .replace("</", "<\\/")
        )
        data = json.loads(text)
        return {
            "data": data,
            "text": text,
            "charts": json.dumps({"ranks": rank_chart(), "money": money_chart()}),
            "models": {model["model"]: model["label"] for model in data["models"]},
            "criteria": {
                criterion["criterion"]: criterion["label"].lower()
                for criterion in data["criteria"]
            },
        }


class ResultsTable(TemplateDirective):
    def gather(self):
        return {"results": list(read_published("results").values())}


class DatasetsTable(TemplateDirective):
    def list_inputs(self):
        return sorted(paths.DATA.glob("*/datapackage.json"))

    def gather(self):
        descriptions = sorted(paths.DATA.glob("*/datapackage.json"))
        return {
            "datasets": {
                path.parent.name: json.loads(path.read_text(encoding="utf-8"))
                for path in descriptions
            }
        }


class StandingTable(TemplateDirective):
    def list_inputs(self):
        return sorted((paths.DATA / "buyer_surveys").glob("*.csv"))

    def gather(self):
        return {"groups": group_by_standing()}


class Verification(TemplateDirective):
    def list_inputs(self):
        return [paths.VERIFICATION]

    def gather(self):
        report = json.loads(paths.VERIFICATION.read_text(encoding="utf-8"))
        unverified = find_unverified(report, read_published("results"))
        return {
            "report": report,
            "line": summarise(report),
            "unverified": unverified,
            "show": show,
        }


class Changes(TemplateDirective):
    def list_inputs(self):
        return [
            *sorted(paths.RELEASES.glob("*/*.json")),
            WITHDRAWN,
        ]

    def gather(self):
        return {
            "steps": list_changes(),
            "show": show,
            "withdrawn": load_withdrawn(),
            "replaced": {
                kind: load_replaced(kind) for kind in ("results", "figures")
            },
            "names": {
                "results": {
                    id: name_result(result)
                    for id, result in read_published("results").items()
                },
                "figures": {
                    id: first_sentence(figure["caption"]).rstrip(".")
                    for id, figure in read_published("figures").items()
                },
            },
        }


class Downloads(TemplateDirective):
    def gather(self):
        return {"citation": read_citation()}


class Launch(TemplateDirective):
    def gather(self):
        citation, notebook = read_citation(), self.arguments[0]
        return {
            "notebook": notebook,
            "launches": find_launches(notebook, citation),
            "repository": citation.get("repository-code"),
            "setup": write_setup(citation),
        }


def make_pages(app: Sphinx):
    """Yield the page of every figure and of every claim."""
    claims, figures, results = (
        read_published(kind) for kind in ("claims", "figures", "results")
    )
    for id, figure in figures.items():
        yield _make_page(
            app,
            f"figures/{id}",
            "figure-page",
            describe_figure(figure, claims[figure["claim"]], results)
            | {"linked": False},
        )
    for id, claim in claims.items():
        yield _make_page(
            app,
            f"claims/{id}",
            "claim-page",
            describe_claim(claim, figures, results),
        )


def _make_page(
    app: Sphinx, name: str, template: str, shown: dict
) -> tuple[str, dict, str]:
    def to_page(docname: str) -> str:
        return app.builder.get_relative_uri(name, docname)

    body = TEMPLATES.get_template(f"{template}.html").render(
        root="../", page=to_page, number=format_result, **shown
    )
    claim = shown["claim"]
    title = (
        shown.get("finding")
        or claim["headline"]
        or f"{claim['claim']} {claim['verdict'].capitalize()}."
    )
    return (
        name,
        {
            "title": title,
            "pagetitle": title,
            "body": body,
            "html_theme.sidebar_secondary.remove": True,
        },
        "page.html",
    )


def add_head(_app, page: str, _template, context: dict, _doctree) -> None:
    """Add what search engines and fact-check tools read."""
    context["metatags"] = context.get("metatags", "") + write_head(
        page, read_published("claims"), read_published("figures")
    )


def drop_needless_scripts(
    app: Sphinx, page: str, _template, context: dict, _doctree
) -> None:
    """Keep one of each script, MathJax where there are formulas, and none that
    would load code from another host.
    """
    scripts, formulas = {}, app.env.get_domain("math").has_equations(page)
    for script in context["script_files"]:
        body = script.attributes.get("body") or ""
        if "THEBE_JS_URL" not in body and (
            formulas or "mathjax" not in str(script.filename)
        ):
            scripts.setdefault((script.filename, body), script)
    context["script_files"] = list(scripts.values())


def setup(app: Sphinx) -> dict:
    """Register roles and directives with Sphinx."""
    app.add_role("result", ResultRole())
    for name, directive in {
        "published-figure": Figure,
        "claim": Claim,
        "claims-table": ClaimsTable,
        "scoreboard": Scoreboard,
        "verdict-words": VerdictWords,
        "certainty-rule": CertaintyRule,
        "explorer": Explorer,
        "headlines": Headlines,
        "results-table": ResultsTable,
        "datasets-table": DatasetsTable,
        "standing-table": StandingTable,
        "verification": Verification,
        "changes": Changes,
        "downloads": Downloads,
        "launch": Launch,
    }.items():
        app.add_directive(name, directive)
    app.connect("env-get-outdated", renew_index)
    app.connect("html-collect-pages", make_pages)
    app.connect("html-page-context", add_head)
    app.connect("html-page-context", drop_needless_scripts, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
