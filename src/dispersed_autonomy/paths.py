"""Every folder of the project, named once."""

import os
from pathlib import Path

from platformdirs import user_cache_path

PROJECT = Path(__file__).resolve().parents[2]
DATA = PROJECT / "data"
NOTEBOOKS = PROJECT / "notebooks"
WORDS = NOTEBOOKS / "figures"
BOOK = PROJECT / "book"

BUILD = PROJECT / "_build"
CACHE = BUILD / "cache"
EXECUTED = BUILD / "executed"
STAGED = BUILD / "source"
# What a run of a notebook writes goes into a folder of its own, never to the site.
RUN = Path(os.environ.get("DISPERSED_AUTONOMY_RUN", BUILD / "scratch"))
FIGURES = RUN / "figures"
PUBLISHED = BUILD / "published"
PARTS = BUILD / "parts"  # the files of each part of the site, with their digests
RENDERED = PARTS / "rendered.json"
PRINTED = BUILD / "pdf"
SITE = BUILD / "html"
VERIFIED = BUILD / "verified"

VERIFICATION = BOOK / "verification.json"
RELEASES = PROJECT / "releases"
CITATION = PROJECT / "CITATION.cff"

CLAIMS = DATA / "claims.yml"


def raw_cache() -> Path:
    """Return the folder that keeps upstream files, outside the repository.

    A folder `shared/raw` beside the project serves when it exists; otherwise the
    user's cache does, or the folder that the environment variable
    DISPERSED_AUTONOMY_CACHE names.
    """
    beside = PROJECT.parent / "shared" / "raw"
    named = os.environ.get("DISPERSED_AUTONOMY_CACHE")
    if named:
        return Path(named)
    return (
        beside
        if beside.is_dir()
        else user_cache_path("dispersed-autonomy", appauthor=False)
    )
