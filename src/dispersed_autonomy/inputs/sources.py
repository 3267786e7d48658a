"""Pinned upstream files: fetch, verify, cache."""

from pathlib import Path

import pandas as pd
import pooch

from dispersed_autonomy import paths
from dispersed_autonomy.inputs.tables import describe


class SourceError(Exception):
    """An upstream file that cannot be had, or is not the one that was pinned."""


def fetch_source(dataset: str, name: str) -> Path:
    """Return the path of one upstream file, fetched once and verified each time.

    Parameters
    ----------
    dataset : str
        Folder below `data/` whose `datapackage.json` lists the file among its
        sources.
    name : str
        Name of the source there.

    Raises
    ------
    SourceError
        If the file is unknown, cannot be fetched, or differs from its pinned
        SHA-256.
    """
    pinned = {
        source["name"]: source
        for source in describe(dataset)["sources"]
        if "hash" in source
    }
    if name not in pinned:
        raise SourceError(
            f"data/{dataset}/datapackage.json: no pinned source is named {name!r}"
        )
    source = pinned[name]
    cached = paths.raw_cache() / source["file"]
    if cached.exists():
        found = "sha256:" + pooch.file_hash(cached, alg="sha256")
        if found != source["hash"]:
            raise SourceError(
                f"{cached}: is not the pinned file: {found}, expected"
                f" {source['hash']}. Delete it to fetch it anew."
            )
        return cached
    try:
        return Path(
            pooch.retrieve(
                source["path"],
                source["hash"],
                fname=source["file"],
                path=cached.parent,
                progressbar=True,
            )
        )
    except Exception as error:
        raise SourceError(
            f"{source['file']}: could not be fetched from {source['path']}: {error}"
        ) from error


def read_columns(
    path: Path, columns: list[str], separator: str = ","
) -> pd.DataFrame:
    """Read an upstream text file and check that it has the columns it should.

    Parameters
    ----------
    path : Path
        The verified file.
    columns : list of str
        Columns to return, in this order.
    separator : str
        What separates its values.

    Raises
    ------
    SourceError
        If a column is missing.
    """
    frame = pd.read_csv(path, sep=separator)
    missing = sorted(set(columns) - set(frame.columns))
    if missing:
        raise SourceError(f"{path.name}: columns are missing: {', '.join(missing)}")
    return frame[columns]
