"""Freeze the site as a release that never changes; compare two of them."""

import argparse
import difflib
import hashlib
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import yaml

from dispersed_autonomy import paths
from dispersed_autonomy.findings.verify import (
    REPRODUCED,
    compare_results,
    find_unverified,
)
from dispersed_autonomy.inputs.citation import FOLDER, CitationError, read_citation

ZIP_TIME = (1980, 1, 1, 0, 0, 0)
WITHDRAWN = paths.DATA / "withdrawn.yml"


class ReleaseError(Exception):
    """A release that may not be made."""


def check_release(version: str, project: Path = paths.PROJECT) -> Path:
    """Return the folder of a release that may be made.

    Parameters
    ----------
    version : str
        Three numbers with dots.
    project : Path
        The folder of the project, a git repository.

    Raises
    ------
    ReleaseError
        If the version is malformed, not the one of CITATION.cff and pyproject.toml,
        or released already, or if the work tree has changes that no commit holds.
    """
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise ReleaseError(
            f"{version!r} is no version: say make release VERSION=1.2.3"
        )
    for made in sorted((project / "releases").glob(f"*-{version}")):
        raise ReleaseError(
            f"{made.relative_to(project)} exists, and a release never changes: take"
            " a higher version"
        )
    citation = read_citation(project / "CITATION.cff")
    packaged = re.search(
        r'^version = "(.*)"$',
        (project / "pyproject.toml").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    for file, stated in (
        ("CITATION.cff", citation["version"]),
        ("pyproject.toml", packaged and packaged[1]),
    ):
        if stated != version:
            raise ReleaseError(
                f"{file} says version {stated}: write {version} there, with its"
                " date, and commit that first"
            )
    status = subprocess.run(
        ["git", "status", "--porcelain"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    if status.returncode:
        raise ReleaseError(
            f"{project} is no git repository, so that a release could not name its"
            " commit"
        )
    if status.stdout:
        raise ReleaseError(
            f"changes that no commit holds:\n{status.stdout}Commit them first."
        )
    return project / "releases" / f"{citation['date-released']}-{version}"


def check_verified(report: dict, published: dict[str, dict]) -> None:
    """Raise ReleaseError if `make verify` has not reproduced a result."""
    if unverified := find_unverified(report, published):
        raise ReleaseError(
            f"not verified: {', '.join(unverified)}. Run make verify, and commit"
            " book/verification.json."
        )


def freeze_site(site: Path, folder: Path, version: str, commit: str) -> str:
    """Copy the site into a release, with a zip of it; return the zip's SHA-256.

    Results and claims are copied beside it.

    The folder appears whole or not at all, and its files can only be read.
    """
    fresh = folder.with_name(f".{folder.name}")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(site, fresh / "site")
    for name in ("results.json", "claims.json"):
        shutil.copy(site / name, fresh)
    archive = fresh / f"{FOLDER}-{version}.zip"
    zip_site(site, archive, f"{FOLDER}-{version}")
    checksum = hashlib.sha256(archive.read_bytes()).hexdigest()
    (fresh / "SHA256SUMS").write_text(
        f"{checksum}  {archive.name}\n", encoding="utf-8"
    )
    facts = {
        "version": version,
        "date": folder.name[:10],
        "commit": commit,
        "zip": archive.name,
        "sha256": checksum,
    }
    (fresh / "release.json").write_text(
        json.dumps(facts, indent=1) + "\n", encoding="utf-8"
    )
    for path in fresh.rglob("*"):
        if path.is_file():
            path.chmod(0o444)
    fresh.rename(folder)
    return checksum


def zip_site(site: Path, archive: Path, top: str) -> None:
    """Zip a folder under the name `top`: the same files give the same bytes."""
    with zipfile.ZipFile(
        archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9
    ) as zipped:
        for path in sorted(path for path in site.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(
                f"{top}/{path.relative_to(site).as_posix()}", ZIP_TIME
            )
            entry.compress_type, entry.create_system, entry.external_attr = (
                zipfile.ZIP_DEFLATED,
                3,
                0o644 << 16,
            )
            zipped.writestr(entry, path.read_bytes())


def diff_releases(
    old: dict[str, dict], new: dict[str, dict]
) -> dict[str, list[dict]]:
    """Tell what changed from one release to another.

    Parameters
    ----------
    old, new : dict
        `results` and `claims` of each, by id, as of `read_lists`.

    Returns
    -------
    dict
        `numbers`: results that moved beyond their tolerance, are missing or new, as
        of `compare_results`, each with its label as `name`;
        `verdicts`: `id`, `claim`, `old` and `new` verdict of each claim whose
        verdict changed, came or went;
        `words`: `id`, `claim`, `what` ("claim" or "rule"), `old`, `new` and `parts`
        (as of `compare_words`) of each claim, and each rule, that is in both and
        reads differently.
    """
    numbers = [
        row | {"name": (row["new"] or row["old"]).get("label", "")}
        for row in compare_results(old["results"], new["results"])
        if row["outcome"] != REPRODUCED
    ]
    verdicts, words = [], []
    for id in dict.fromkeys([*old["claims"], *new["claims"]]):
        before, after = (lists["claims"].get(id, {}) for lists in (old, new))
        about = {"id": id, "claim": (after or before)["claim"]}
        if before.get("verdict") != after.get("verdict"):
            verdicts.append(
                about | {"old": before.get("verdict"), "new": after.get("verdict")}
            )
        for what in ("claim", "rule"):
            said = before.get(what), after.get(what)
            if all(said) and said[0].split() != said[1].split():
                parts = compare_words(*said)
                words.append(
                    about
                    | {"what": what, "old": said[0], "new": said[1], "parts": parts}
                )
    return {"numbers": numbers, "verdicts": verdicts, "words": words}


def compare_words(old: str, new: str) -> list[tuple[str, str]]:
    """Return two versions of a text as one: runs of words, each "kept", "gone" or
    "come".
    """
    before, after = old.split(), new.split()
    parts = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for what, i, j, k, m in matcher.get_opcodes():
        if what == "equal":
            parts.append(("kept", " ".join(before[i:j])))
            continue
        if j > i:
            parts.append(("gone", " ".join(before[i:j])))
        if m > k:
            parts.append(("come", " ".join(after[k:m])))
    return parts


def read_lists(folder: Path) -> dict[str, dict]:
    """Return the results and claims of a release, or of the site, by id."""
    read = {
        name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))[
            name
        ]
        for name in ("results", "claims")
    }
    return {
        name: {item["id"]: item for item in items} for name, items in read.items()
    }


def list_changes(
    releases: Path = paths.RELEASES, present: Path = paths.PUBLISHED
) -> list[dict]:
    """Return what changed from release to release to now, the latest first."""
    made = sorted(
        path for path in releases.glob("[0-9]*") if (path / "release.json").exists()
    )
    made.sort(key=lambda path: [int(part) for part in path.name[11:].split(".")])
    steps = [*made, present]
    return [
        {"old": old.name, "new": "this edition" if new is present else new.name}
        | diff_releases(read_lists(old), read_lists(new))
        for old, new in zip(steps, steps[1:])
    ][::-1]


def load_withdrawn(path: Path | None = None) -> list[dict[str, str]]:
    """Return the sentences that were withdrawn: what each `was`, what stands `now`
    in its place, `why`, and the `page` that it stood on.

    Parameters
    ----------
    path : Path, optional
        `withdrawn.yml` of the folder of data by default.

    Raises
    ------
    ReleaseError
        If an entry lacks a field or has another one, or a sentence stands twice.
    """
    path = path or WITHDRAWN
    seen = set()
    entries = _read_withdrawn(path).get("sentences") or []
    for number, entry in enumerate(entries, start=1):
        place = f"{path}: entry {number}"
        if set(entry) != {"was", "now", "why", "page"} or not all(entry.values()):
            raise ReleaseError(f"{place}: needs was, now, why and page, no others")
        if entry["was"] in seen:
            raise ReleaseError(f"{place}: the sentence stands twice")
        seen.add(entry["was"])
    return entries


def load_replaced(kind: str, path: Path | None = None) -> dict[str, dict]:
    """Return what is published no more: by its id, its `name`, the ids of what took
    its place `now`, which may be none, and `why`.

    Parameters
    ----------
    kind : {"results", "figures"}
        Of what.
    path : Path, optional
        `withdrawn.yml` of the folder of data by default.

    Raises
    ------
    ReleaseError
        If an entry lacks a field or has another one, or gives no reason.
    """
    path = path or WITHDRAWN
    replaced = _read_withdrawn(path).get(kind) or {}
    for id, entry in replaced.items():
        if (
            set(entry) != {"name", "now", "why"}
            or not isinstance(entry["now"], list)
            or not (entry["name"] and entry["why"])
        ):
            raise ReleaseError(
                f"{path}: {kind}: {id}: needs name, now, a list, and why, no others"
            )
    return replaced


def _read_withdrawn(path: Path) -> dict:
    return yaml.safe_load(path.read_text(encoding="utf-8")) or {}


def main() -> None:
    """Check whether a release may be made and, without --check, make it.

    It is made of the built site.
    """
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("version")
    parser.add_argument(
        "--check", action="store_true", help="only say whether it may be made"
    )
    options = parser.parse_args()
    try:
        folder = check_release(options.version)
        if options.check:
            return
        check_verified(
            json.loads(paths.VERIFICATION.read_text(encoding="utf-8")),
            read_lists(paths.SITE)["results"],
        )
        head = subprocess.run(
            ["git", "rev-parse", "HEAD"],
            cwd=paths.PROJECT,
            capture_output=True,
            text=True,
            check=True,
        )
        checksum = freeze_site(
            paths.SITE, folder, options.version, head.stdout.strip()
        )
    except (ReleaseError, CitationError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
    print(
        f"{folder.relative_to(paths.PROJECT)}: {FOLDER}-{options.version}.zip,"
        f" SHA-256 {checksum}"
    )
    print("Commit the folder (its site and zip are left out), and tag the commit.")


if __name__ == "__main__":
    main()
