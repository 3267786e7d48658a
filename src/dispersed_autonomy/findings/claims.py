"""The article's claims: read and checked, judged by their rules, and put into
words.
"""

import datetime
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml
from IPython.display import display

from dispersed_autonomy import paths
from dispersed_autonomy.findings import results as recorded
from dispersed_autonomy.findings.conditions import ConditionError, is_always_true
from dispersed_autonomy.findings.readings import (
    PUBLISHED,
    copies,
    count_agreeing,
    describe_reading,
    replace_results,
    tabulate_readings,
)
from dispersed_autonomy.findings.results import (
    MIME,
    ResultError,
    check_labels,
    format_result,
)
from dispersed_autonomy.findings.rules import (
    decide_verdict,
    read_numbers,
    results_read,
)
from dispersed_autonomy.findings.verdicts import (
    DECIDE_NOTHING,
    DOMAINS,
    NOT_EXAMINED,
    STARTS,
    VERDICTS,
    ClaimError,
    contradicts_word,
    grade_certainty,
)

REQUIRED = ("id", "heading", "claim", "stated", "attribution", "kind")
RULED = (
    "rule",
    "history",
    "verdicts",
    "key_result",
    "headline",
    "because",
    "evidence",
    "limits",
    "would_change",
)
HISTORY = ("date", "known", "change", "reason")
OPTIONAL = ("certainty", "direction")
# The types of what a claim says, item by item.
FORM = {
    **dict.fromkeys((*REQUIRED, *RULED), str),
    "verdicts": [{"when": (str, bool), "verdict": str}],
    "history": [{"date": (str, datetime.date)} | dict.fromkeys(HISTORY[1:], str)],
    "certainty": {
        "start": str,
        "lowered": [{"domain": str, "by": int, "reason": str}],
    },
    "direction": {"result": str, "claimed": str, "of": (int, float)},
}
HEADLINE_LETTERS, BECAUSE_WORDS = 90, 25


class Loader(yaml.SafeLoader):
    """Refuses a field that stands twice: YAML takes the last one in silence."""

    def construct_mapping(self, node, deep=False):
        names = [self.construct_object(name, deep=True) for name, _ in node.value]
        for name in names:
            if names.count(name) > 1:
                message = f"{name!r} stands twice"
                raise yaml.MarkedYAMLError(None, None, message, node.start_mark)
        return super().construct_mapping(node, deep)


@cache
def load_claims(path: Path = paths.CLAIMS) -> list[dict]:
    """Load all claims in the article's order.

    Raises
    ------
    ClaimError
        If the file cannot be read; a claim lacks a field, has an unknown one,
        shares its id, names an unknown verdict, or has a condition, history,
        certainty or direction that cannot be read.
    """
    try:
        claims = yaml.load(path.read_text(encoding="utf-8"), Loader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise ClaimError(f"{path}: the claims cannot be read: {reason}") from error
    if not isinstance(claims, list) or not claims:
        raise ClaimError(f"{path}: it is no list of claims")
    seen = set()
    for number, claim in enumerate(claims, start=1):
        if not isinstance(claim, dict):
            raise ClaimError(f"{path}: claim {number}: {claim!r} has no fields")
        place = f"{path}: {claim.get('id', 'a claim without id')}"
        check_claim(claim, place)
        if claim["id"] in seen:
            raise ClaimError(f"{place}: the id stands twice")
        seen.add(claim["id"])
    return claims


def check_claim(claim: dict, place: str) -> None:
    """Raise ClaimError if a claim is incomplete or cannot be read."""
    _check_form(claim, FORM, place)
    needed = REQUIRED + (RULED if "rule" in claim else ())
    if missing := [field for field in needed if not claim.get(field)]:
        raise ClaimError(f"{place}: missing: {', '.join(missing)}")
    known = (*REQUIRED, *(RULED + OPTIONAL if "rule" in claim else ()))
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", claim["id"]):
        raise ClaimError(
            f"{place}: an id has lower-case letters, digits and hyphens"
        )
    if unknown := set(claim) - set(known):
        raise ClaimError(f"{place}: unknown: {', '.join(sorted(unknown))}")
    _check_cases(claim, place)
    _check_history(claim.get("history") or [], place)
    _check_certainty(claim.get("certainty"), place)
    _check_direction(claim, place)


def _check_form(value: object, form: object, place: str) -> None:
    """Raise ClaimError unless a value has a form: a type, some types, a list of one
    form, or fields of forms. Fields that are missing are looked for elsewhere.
    """
    if isinstance(form, dict):
        if not isinstance(value, dict):
            raise ClaimError(f"{place}: {value!r} has no fields")
        if unknown := set(value) - set(form):
            names = ", ".join(sorted(map(str, unknown)))
            raise ClaimError(f"{place}: unknown: {names}")
        for field, own in value.items():
            if own is not None:
                _check_form(own, form[field], f"{place}: {field}")
    elif isinstance(form, list):
        if not isinstance(value, list):
            raise ClaimError(f"{place}: {value!r} is no list")
        for number, item in enumerate(value, start=1):
            _check_form(item, form[0], f"{place}, item {number}")
    elif type(value) not in (form if isinstance(form, tuple) else (form,)):
        raise ClaimError(f"{place}: {value!r} is of another kind than it must be")


def _check_cases(claim: dict, place: str) -> None:
    cases = claim.get("verdicts", [])
    words = {case.get("verdict") for case in cases}
    if wrong := words - (set(VERDICTS) - {NOT_EXAMINED}):
        named = ", ".join(sorted(map(str, wrong)))
        raise ClaimError(f"{place}: unknown verdict: {named}")
    try:
        always = [is_always_true(case.get("when", "")) for case in cases]
    except ConditionError as error:
        raise ClaimError(f"{place}: {error}") from error
    if any(always[:-1]):
        raise ClaimError(
            f"{place}: a case behind one that is always true is never tried"
        )
    if cases and not always[-1]:
        raise ClaimError(
            f"{place}: the last case is not always true (when: otherwise), so that"
            " some data would get no verdict"
        )


def _check_history(history: list[dict], place: str) -> None:
    before = ""
    for number, item in enumerate(history):
        place_of = f"{place}: history, item {number + 1}"
        if isinstance(item.get("date"), datetime.date):
            item["date"] = item["date"].isoformat()
        if not _is_date(item.get("date") or ""):
            raise ClaimError(f"{place_of}: no date such as 2026-11-23")
        needed = ("change", "reason") if number else ("known",)
        if missing := [field for field in needed if not item.get(field)]:
            raise ClaimError(f"{place_of}: missing: {', '.join(missing)}")
        if unknown := set(item) - set(HISTORY):
            raise ClaimError(f"{place_of}: unknown: {', '.join(sorted(unknown))}")
        if item["date"] < before:
            raise ClaimError(f"{place_of}: it is earlier than the one before")
        before = item["date"]


def _is_date(text: str) -> bool:
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _check_certainty(certainty: dict | None, place: str) -> None:
    if certainty is None:
        return
    place = f"{place}: certainty"
    if set(certainty) - {"start", "lowered"}:
        raise ClaimError(f"{place}: it has the fields start and lowered, no others")
    if certainty.get("start") not in STARTS:
        raise ClaimError(
            f"{place}: start is {certainty.get('start')!r}; one of"
            f" {', '.join(STARTS)}"
        )
    seen = set()
    for reason in certainty.get("lowered") or []:
        domain = reason.get("domain")
        if set(reason) != {"domain", "by", "reason"} or not reason["reason"]:
            raise ClaimError(f"{place}: {reason}: needs domain, by and reason")
        if domain not in DOMAINS:
            raise ClaimError(
                f"{place}: unknown domain {domain!r}; one of {', '.join(DOMAINS)}"
            )
        if reason["by"] not in (1, 2):
            raise ClaimError(f"{place}: {domain}: lowered by {reason['by']!r}")
        if domain in seen:
            raise ClaimError(f"{place}: {domain} stands twice; give one reason")
        seen.add(domain)


def _check_direction(claim: dict, place: str) -> None:
    direction = claim.get("direction")
    if direction is None:
        return
    if set(direction) != {"result", "claimed", "of"} or direction[
        "claimed"
    ] not in (
        "above",
        "below",
    ):
        raise ClaimError(
            f"{place}: direction: needs result, claimed (above or below) and of"
        )
    if direction["result"] not in results_read(claim):
        raise ClaimError(
            f"{place}: direction: the rule does not read {direction['result']}"
        )


def record_readings(
    claim: str,
    readings: Mapping[str, Mapping[str, float | Mapping[str, float]]],
    left_out: Mapping[str, str] | None = None,
) -> None:
    """Apply a claim's rule to this notebook's results under other defensible
    choices, and show the verdicts as the output of the cell.

    Every reading starts from the results that this kernel has recorded, with the
    named ones replaced. The reading as published comes first and counts once. All
    of it travels in the metadata of the output to `claims.json`.

    Parameters
    ----------
    claim : str
        Id of the claim.
    readings : dict
        By the name of the choice, in plain words: the results that it changes, by
        id. A number takes the place of the value, and the result then has no
        limits; a mapping replaces any of `value`, `low` and `high`.
    left_out : dict, optional
        Choices that are impossible, or copies of others, with the reason.

    Raises
    ------
    ClaimError
        If the claim is unknown; a reading changes a result that the rule does not
        read or that was not recorded; it replaces by a bare number a result of
        which the rule reads limits; or it is a copy, since no number that the rule
        reads differs from the published ones, or all equal those of another
        reading.
    """
    found = {item["id"]: item for item in load_claims()}
    if claim not in found or "rule" not in found[claim]:
        raise ClaimError(f"no claim with a rule is called {claim!r}")
    rule, here = found[claim], recorded.RECORDED
    rows = [describe_reading(rule, PUBLISHED, here, ())]
    seen = {PUBLISHED: read_numbers(rule, here)}
    for name, changes in readings.items():
        if name in seen:
            raise ClaimError(f"{claim}: the reading {name!r} stands twice")
        changed = replace_results(rule, name, changes)
        numbers = read_numbers(rule, changed)
        for other, known in seen.items():
            if copies(numbers, known):
                raise ClaimError(
                    f"{claim}: the reading {name!r} is a copy of {other!r}: no"
                    " number that the rule reads differs"
                )
        seen[name] = numbers
        rows.append(describe_reading(rule, name, changed, changes))
    omitted = [
        {"reading": name, "reason": reason}
        for name, reason in (left_out or {}).items()
    ]
    data = {"id": claim, "readings": rows, "left_out": omitted}
    display(
        {"text/plain": tabulate_readings(data, here)},
        metadata={MIME: {"readings": data}},
        raw=True,
    )


def judge_claims(
    results: dict[str, dict],
    figures: dict[str, dict],
    readings: dict[str, dict],
) -> list[dict]:
    """Return all claims with verdict, results, figures and notebook, as published
    in `claims.json`.

    Parameters
    ----------
    results, figures : dict
        As recorded, by id.
    readings : dict
        As recorded, by the id of the claim.

    Raises
    ------
    ClaimError
        If a result, figure or reading names an unknown claim, a rule cannot be
        applied, or what is said of a claim is incomplete, too long or out of date.
    ResultError
        If a result has no label of its own, as of `check_labels`.
    """
    claims = load_claims()
    known = {claim["id"] for claim in claims}
    named = [
        *((item, item["claim"]) for item in (*results.values(), *figures.values())),
        *((item, item["id"]) for item in readings.values()),
    ]
    for item, claim in named:
        if claim not in known:
            raise ClaimError(
                f"{item['notebook']}: {item['id']}: unknown claim {claim!r}"
            )
    check_labels(results.values())
    return [judge_claim(claim, results, figures, readings) for claim in claims]


def judge_claim(
    claim: dict,
    results: dict[str, dict],
    figures: dict[str, dict],
    readings: dict[str, dict],
) -> dict:
    """Return one claim with all that `claims.json` says of it.

    A claim has its rule before it has a result: until a notebook records one for
    it, it is not examined yet.
    """
    own = [id for id, result in results.items() if result["claim"] == claim["id"]]
    verdict = decide_verdict(claim, results) if own else NOT_EXAMINED
    key = claim.get("key_result") if own else None
    if key and key not in results:
        raise ClaimError(f"{claim['id']}: its key result {key!r} was not recorded")
    varied = readings.get(claim["id"]) if own else None
    rows = varied["readings"] if varied else []
    _check_readings(claim, rows, verdict, results)
    stability = None
    if rows:
        same, total = count_agreeing(rows)
        stability = same / total
    if own and "direction" in claim:
        _check_sense(claim, verdict, results)
    return {
        **{field: claim[field] for field in REQUIRED},
        "verdict": verdict,
        "headline": fill_headline(claim, verdict, results) if own else None,
        "because": fill_because(claim, results) if own else None,
        "certainty": grade_certainty(claim, verdict, stability) if own else None,
        "rule": claim.get("rule"),
        "history": [
            {part: item.get(part) for part in HISTORY}
            for item in claim.get("history") or []
        ],
        "evidence": claim.get("evidence"),
        "results": own,
        "key_result": key,
        "readings": rows,
        "stability": stability,
        "left_out": varied["left_out"] if varied else [],
        "figures": [
            id for id, figure in figures.items() if figure["claim"] == claim["id"]
        ],
        "notebook": results[key]["notebook"] if key else None,
        "limits": claim.get("limits"),
        "would_change": claim.get("would_change"),
    }


def _check_readings(
    claim: dict, rows: list[dict], verdict: str, results: dict[str, dict]
) -> None:
    """Refuse readings that an older rule or older results have left behind."""
    if not rows:
        if verdict not in DECIDE_NOTHING:
            raise ClaimError(f"{claim['id']}: no readings were recorded for it")
        return
    stale = f"{claim['id']}: its readings are out of date: execute its notebook"
    published = rows[0]
    fresh = describe_reading(claim, PUBLISHED, results, ())
    if published["reading"] != PUBLISHED or published["verdict"] != verdict:
        raise ClaimError(stale)
    if set(published["result"]) != set(fresh["result"]):
        raise ClaimError(stale)
    for row in rows:
        if decide_verdict(claim, row["result"]) != row["verdict"]:
            raise ClaimError(stale)
    for id, read in fresh["result"].items():
        for part in ("value", "low", "high"):
            if read.get(part) != published["result"][id].get(part):
                raise ClaimError(stale)


def _check_sense(claim: dict, verdict: str, results: dict[str, dict]) -> None:
    """Refuse a verdict whose word says something else than the data."""
    result = results[claim["direction"]["result"]]
    if wrong := contradicts_word(claim["direction"], verdict, result):
        raise ClaimError(
            f"{claim['id']}: the verdict is {verdict!r}, but"
            f" {format_result(result, 'interval')} {wrong}"
        )


def fill_template(template: str, results: Mapping[str, dict], place: str) -> str:
    """Return a sentence with its results filled in: `{id}` or `{id:form}`, the form
    as of `format_result`.

    Raises
    ------
    ClaimError
        If it names an unknown result or form, or a brace is left over.
    """

    def fill(match: re.Match) -> str:
        id, form = match[1], match[2] or "value"
        if id not in results:
            raise ClaimError(f"{place}: no result is called {id}")
        try:
            return format_result(results[id], form)
        except ResultError as error:
            raise ClaimError(f"{place}: {error}") from error

    text = re.sub(r"\{(\w+)(?::(\w+))?\}", fill, " ".join(template.split()))
    if "{" in text or "}" in text:
        raise ClaimError(f"{place}: a brace is left over: {text!r}")
    return text


def fill_headline(
    claim: dict, verdict: str, results: Mapping[str, dict]
) -> str | None:
    """Return the verdict and the finding of a claim in one line.

    Raises
    ------
    ClaimError
        If it is too long, or states another verdict.
    """
    if not claim.get("headline"):
        return None
    place = f"{claim['id']}: headline"
    text = fill_template(claim["headline"], results, place)
    if len(text) > HEADLINE_LETTERS:
        raise ClaimError(
            f"{place}: {len(text)} characters, at most {HEADLINE_LETTERS}: {text!r}"
        )
    # "holds in part" holds the word "holds" too
    stated = [word for word in VERDICTS if re.search(rf"\b{word}\b", text, re.I)]
    if max(stated, key=len, default="") != verdict:
        raise ClaimError(f"{place}: the verdict is {verdict!r}, it says: {text!r}")
    return text


def fill_because(claim: dict, results: Mapping[str, dict]) -> str | None:
    """Return the reason for a verdict in a sentence.

    Raises
    ------
    ClaimError
        If it is too long or no sentence.
    """
    if not claim.get("because"):
        return None
    place = f"{claim['id']}: because"
    text = fill_template(claim["because"], results, place)
    if len(text.split()) > BECAUSE_WORDS:
        raise ClaimError(
            f"{place}: {len(text.split())} words, at most {BECAUSE_WORDS}: {text!r}"
        )
    if not text.endswith("."):
        raise ClaimError(f"{place}: it does not end like a sentence: {text!r}")
    return text
