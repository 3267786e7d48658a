"""The article's claims, the verdict that each claim's rule gives on the results,
how sure it is, and what it would be under other defensible choices.
"""

import datetime
import math
import re
import textwrap
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml
from IPython.display import display

from dispersed_autonomy import paths
from dispersed_autonomy.findings import results as recorded
from dispersed_autonomy.findings.conditions import (
    ConditionError,
    holds,
    is_always_true,
    names_read,
    numbers_read,
    split_name,
)
from dispersed_autonomy.findings.results import (
    MIME,
    ResultError,
    check_labels,
    format_number,
    format_result,
    name_result,
)

NOT_EXAMINED = "not examined yet"
# Each word with its one meaning, from the best for the claim to the worst, then
# those that leave it open.
VERDICTS = {
    "holds": "What the claim says is borne out.",
    "holds in part": ("A part of it is borne out; the rest is not, or is open."),
    "overstated": "The direction is right, and the size or the scope is not.",
    "not found": (
        "The effect was looked for with enough data to see it, and is not there."
    ),
    "contradicted": "The evidence goes against it.",
    "unsupported": "Nothing we found can decide it.",
    "not testable": "No data could decide it as it stands.",
    NOT_EXAMINED: "No notebook looks into it yet.",
}
# How far apart two verdicts are, for the choice that changes most.
PLACES = {
    "holds": 4,
    "holds in part": 3,
    "overstated": 2,
    "unsupported": 1.5,
    "not testable": 1.5,
    "not found": 1,
    "contradicted": 0,
}
DECIDE_NOTHING = ("unsupported", "not testable", NOT_EXAMINED)

# The rule of certainty, in the manner of GRADE: a start by design, less what each
# domain takes away.
LEVELS = {4: "high", 3: "moderate", 2: "low", 1: "very low"}
STARTS = {"high": 4, "low": 2}
DOMAINS = {
    "design": "how the comparison was made",
    "directness": "how near the people and the arrangement are to the claim's",
    "precision": "how much the numbers leave open",
    "consistency": "whether studies and defensible choices agree",
    "sources": "where the figures were seen",
}
# Below this share of defensible choices that agree, consistency lowers certainty.
STABLE = 2 / 3

REQUIRED = ("id", "heading", "claim", "stated", "attribution", "kind")
RULED = ("rule", "verdicts", "key_result", "evidence", "limits", "would_change")
NEWER = ("history", "headline", "because")
OPTIONAL = ("certainty", "direction")
HEADLINE_LETTERS, BECAUSE_WORDS = 90, 25

PUBLISHED = "as published"
# Two numbers nearer to each other than this, relative to their size, are copies.
COPY = 1e-4
WIDTHS = {"verdict": 14, "choice": 32, "read": 34}


class ClaimError(Exception):
    """A claim, its rule or its readings that cannot be read or applied."""


# --- Reading the claims


@cache
def load_claims(path: Path = paths.CLAIMS) -> list[dict]:
    """Load all claims in the article's order.

    Raises
    ------
    ClaimError
        If a claim lacks a field, has an unknown one, shares its id, names an
        unknown verdict, or has a condition, history, certainty or direction that
        cannot be read.
    """
    claims = yaml.safe_load(path.read_text(encoding="utf-8"))
    seen = set()
    for claim in claims:
        place = f"{path}: {claim.get('id', 'a claim without id')}"
        check_claim(claim, place)
        if claim["id"] in seen:
            raise ClaimError(f"{place}: the id stands twice")
        seen.add(claim["id"])
    return claims


def check_claim(claim: dict, place: str) -> None:
    """Raise ClaimError if a claim is incomplete or cannot be read."""
    newer = NEWER if recorded.STRICT else ()
    needed = REQUIRED + ((*RULED, *newer) if "rule" in claim else ())
    if missing := [field for field in needed if not claim.get(field)]:
        raise ClaimError(f"{place}: missing: {', '.join(missing)}")
    known = (*REQUIRED, *(RULED + NEWER + OPTIONAL if "rule" in claim else ()))
    if unknown := set(claim) - set(known):
        raise ClaimError(f"{place}: unknown: {', '.join(sorted(unknown))}")
    _check_cases(claim, place)
    _check_history(claim.get("history") or [], place)
    _check_certainty(claim.get("certainty"), place)
    _check_direction(claim, place)


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
    if recorded.STRICT and cases and not always[-1]:
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
        if not re.match(r"\d{4}-\d\d-\d\d$", item.get("date") or ""):
            raise ClaimError(f"{place_of}: no date such as 2026-11-23")
        needed = ("change", "reason") if number else ("known",)
        if missing := [field for field in needed if not item.get(field)]:
            raise ClaimError(f"{place_of}: missing: {', '.join(missing)}")
        if unknown := set(item) - {"date", "known", "change", "reason"}:
            raise ClaimError(f"{place_of}: unknown: {', '.join(sorted(unknown))}")
        if item["date"] < before:
            raise ClaimError(f"{place_of}: it is earlier than the one before")
        before = item["date"]


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


# --- Applying a rule


def results_read(claim: dict) -> list[str]:
    """Return the ids of the results that a claim's rule reads, in its order."""
    return list(
        dict.fromkeys(
            id for case in claim["verdicts"] for id in names_read(case["when"])
        )
    )


def decide_verdict(claim: dict, results: Mapping[str, Mapping]) -> str:
    """Return the verdict that a claim's rule gives on the results.

    Parameters
    ----------
    claim : dict
        One of `load_claims`. Its conditions are tried in order; in them the id of a
        result stands for its value, and the id followed by `_low` or `_high` for a
        limit of its interval.
    results : dict
        Results by id.

    Raises
    ------
    ClaimError
        If a condition names a result or a limit that does not exist, or no
        condition is true.
    """
    if "rule" not in claim:
        return NOT_EXAMINED
    for case in claim["verdicts"]:
        when = case["when"]
        try:
            if recorded.STRICT:  # also what the deciding case does not come to
                for name in numbers_read(when):
                    find_number(name, results)
            if holds(when, lambda name: find_number(name, results)):
                return case["verdict"]
        except ClaimError as error:
            raise ClaimError(
                f"{claim['id']}: condition {when!r}: {error}"
            ) from error
        except ConditionError as error:
            raise ClaimError(f"{claim['id']}: {error}") from error
    raise ClaimError(f"{claim['id']}: no condition of its rule is true")


def find_number(name: str, results: Mapping[str, Mapping]) -> float:
    """Return the number that a name in a rule stands for.

    Raises
    ------
    ClaimError
        If no result of that id was recorded, or it has no such limit.
    """
    id, part = split_name(name)
    if id not in results:
        raise ClaimError(f"no result is called {id}")
    number = results[id].get(part)
    if number is None:
        raise ClaimError(f"the result {id} has no {part}")
    return number


def read_numbers(claim: dict, results: Mapping[str, Mapping]) -> dict[str, float]:
    """Return every number that a claim's rule reads, by the name that it uses; a
    number that was not recorded is left out.
    """
    names = [
        name for case in claim["verdicts"] for name in numbers_read(case["when"])
    ]
    numbers = {}
    for name in dict.fromkeys(names):
        id, part = split_name(name)
        if results.get(id, {}).get(part) is not None:
            numbers[name] = results[id][part]
    return numbers


# --- Other defensible choices


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
            if _same(numbers, known):
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


def replace_results(
    claim: dict, name: str, changes: Mapping[str, float | Mapping[str, float]]
) -> dict[str, dict]:
    """Return this kernel's results with those that a reading names replaced, as of
    `record_readings`.
    """
    place, here = f"{claim['id']}: the reading {name!r}", recorded.RECORDED
    limits = {
        id
        for case in claim["verdicts"]
        for id, part in map(split_name, numbers_read(case["when"]))
        if part != "value"
    }
    changed = dict(here)
    for id, change in changes.items():
        if id not in here:
            raise ClaimError(f"{place}: no result {id} was recorded above")
        if id not in results_read(claim):
            raise ClaimError(f"{place}: the rule does not read {id}")
        if not isinstance(change, Mapping):
            if id in limits:
                raise ClaimError(
                    f"{place}: the rule reads the limits of {id}: give low and high"
                )
            change = {"value": change, "low": None, "high": None}
        if unknown := set(change) - {"value", "low", "high"}:
            raise ClaimError(
                f"{place}: {id}: unknown: {', '.join(sorted(unknown))}"
            )
        numbers = {
            part: None if number is None else float(number)
            for part, number in change.items()
        }
        changed[id] = here[id] | numbers
        try:
            recorded.check_result(changed[id])
        except ResultError as error:
            raise ClaimError(f"{place}: {error}") from error
    return changed


def _same(numbers: dict[str, float], others: dict[str, float]) -> bool:
    return numbers.keys() == others.keys() and all(
        math.isclose(number, others[name], rel_tol=COPY, abs_tol=1e-9)
        for name, number in numbers.items()
    )


def describe_reading(
    claim: dict, name: str, results: Mapping[str, Mapping], changes
) -> dict:
    """Return a reading as `claims.json` has it: `reading`, `result` (what the rule
    read, by id, with units and whether this reading changed it) and `verdict`.
    """
    read = {}
    for number, value in read_numbers(claim, results).items():
        id, part = split_name(number)
        read.setdefault(
            id, {"unit": results[id]["unit"], "changed": id in changes}
        )[part] = value
    return {
        "reading": name,
        "result": read,
        "verdict": decide_verdict(claim, results),
    }


def tabulate_readings(data: dict, results: Mapping[str, Mapping]) -> str:
    """Return readings as a table in plain text, of the same width for all."""
    head = {"verdict": "Verdict", "choice": "Choice", "read": "What the rule read"}
    lines = [_lay_out(head), "-" * (sum(WIDTHS.values()) + 4)]
    for row in data["readings"]:
        shown = [
            f"{name_result(results[id])}: {show_read(read)}"
            for id, read in row["result"].items()
            if read["changed"] or row["reading"] == PUBLISHED
        ]
        cells = {"verdict": row["verdict"], "choice": row["reading"]}
        lines.append(_lay_out(cells | {"read": "; ".join(shown)}))
    same, total = count_agreeing(data["readings"])
    lines.append(f"\nThe published verdict under {same} of {total} choices.")
    for item in data["left_out"]:
        text = f"Left out: {item['reading']}: {item['reason']}"
        lines.append(textwrap.fill(text, sum(WIDTHS.values()) + 4))
    return "\n".join(lines)


def _lay_out(cells: dict[str, str]) -> str:
    columns = [
        [line.ljust(width) for line in textwrap.wrap(cells[name], width) or [""]]
        for name, width in WIDTHS.items()
    ]
    height = max(map(len, columns))
    for column, width in zip(columns, WIDTHS.values()):
        column += [" " * width] * (height - len(column))
    return "\n".join("  ".join(row).rstrip() for row in zip(*columns))


def show_read(read: Mapping) -> str:
    """Return what a rule read of one result, with its unit."""
    unit = read["unit"]
    texts = [format_number(read["value"], unit)] if "value" in read else []
    limits = {
        part: format_number(read[part], unit)
        for part in ("low", "high")
        if part in read
    }
    if len(limits) == 2:
        texts.append(f"limits {limits['low']} and {limits['high']}")
    else:
        names = {"low": "lower", "high": "upper"}
        texts += [f"{names[part]} limit {text}" for part, text in limits.items()]
    return ", ".join(texts)


def count_agreeing(readings: list[dict]) -> tuple[int, int]:
    """Return how many of the readings give the published verdict, and of how many;
    the published one, which is the first, counts once in both.
    """
    same = sum(row["verdict"] == readings[0]["verdict"] for row in readings)
    return same, len(readings)


def find_worst(readings: list[dict]) -> dict | None:
    """Return the reading whose verdict lies farthest from the published one, the
    first of them, or None where all agree.
    """
    if not readings:
        return None
    published = PLACES[readings[0]["verdict"]]

    def distance(row: dict) -> float:
        return abs(PLACES[row["verdict"]] - published)

    others = [row for row in readings if row["verdict"] != readings[0]["verdict"]]
    return max(others, key=distance, default=None)


# --- What is said of a claim


def judge_claims(
    results: dict[str, dict],
    figures: dict[str, dict],
    readings: dict[str, dict] | None = None,
) -> list[dict]:
    """Return all claims with verdict, results, figures and notebook, as published
    in `claims.json`.

    Parameters
    ----------
    results, figures : dict
        As recorded, by id.
    readings : dict, optional
        As recorded, by the id of the claim.

    Raises
    ------
    ClaimError
        If a result, figure or reading names an unknown claim, a rule cannot be
        applied, or what is said of a claim is incomplete, too long or out of date.
    ResultError
        If a result has no label of its own, as of `check_labels`.
    """
    claims, readings = load_claims(), readings or {}
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
    readings: dict[str, dict] | None = None,
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
    varied = (readings or {}).get(claim["id"]) if own else None
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
        "history": claim.get("history") or [],
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
        if recorded.STRICT and verdict != NOT_EXAMINED:
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


def contradicts_word(direction: dict, verdict: str, result: Mapping) -> str:
    """Return why a verdict cannot be said of a result, or nothing.

    Parameters
    ----------
    direction : dict
        Which way the claim points: its `result` lies `claimed` ("above" or "below")
        the number `of`, which stands for no effect.
    verdict : str
        The word.
    result : dict
        Value and limits.
    """
    none = direction["of"]
    sign = 1 if direction["claimed"] == "above" else -1
    ahead = sign * (result["value"] - none)
    if verdict in ("holds", "overstated") and ahead <= 0:
        return "does not point the way that the claim says"
    if verdict == "contradicted" and ahead > 0:
        return "points the way that the claim says"
    low, high = result.get("low"), result.get("high")
    if verdict == "not found" and low is not None and not low <= none <= high:
        return "has an interval without no effect in it"
    return ""


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


def grade_certainty(
    claim: dict, verdict: str, stability: float | None
) -> dict | None:
    """Return how sure a verdict is: `level`, `start` and what `lowered` it.

    The start is 4 for what begins high and 2 for what begins low; each domain takes
    its `by` away, and nothing falls below 1, which is very low.

    Raises
    ------
    ClaimError
        If fewer than two thirds of the defensible choices give the published
        verdict and consistency is not among the reasons; or the verdict rests on
        evidence and no certainty is stated.
    """
    certainty = claim.get("certainty")
    if certainty is None:
        if recorded.STRICT and verdict not in DECIDE_NOTHING:
            raise ClaimError(f"{claim['id']}: no certainty is stated")
        return None
    lowered = certainty.get("lowered") or []
    if stability is not None and stability < STABLE - 1e-9:
        if all(reason["domain"] != "consistency" for reason in lowered):
            raise ClaimError(
                f"{claim['id']}: certainty: {stability:.0%} of the defensible"
                " choices give the published verdict, and consistency does not"
                " lower it"
            )
    score = STARTS[certainty["start"]] - sum(reason["by"] for reason in lowered)
    return {
        "level": LEVELS[max(1, score)],
        "start": certainty["start"],
        "lowered": lowered,
    }
