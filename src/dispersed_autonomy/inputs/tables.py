"""Load one committed table, validated; write one, described anew."""

import hashlib
import json
import os
from functools import cache
from pathlib import Path

import frictionless
import pandas as pd

from dispersed_autonomy import paths
from dispersed_autonomy.inputs.origins import digest_origins

DTYPES = {
    "integer": "int64",
    "number": "float64",
    "string": "category",
    "boolean": "bool",
    "date": "str",
}


class TableError(Exception):
    """A table, or its description, that breaks one of its rules."""


def describe(dataset: str) -> dict:
    """Return the Frictionless description of one dataset as a dictionary.

    It is the file `data/<dataset>/datapackage.json`.
    """
    return _describe(paths.DATA / dataset)


def _describe(folder: Path) -> dict:
    path = folder / "datapackage.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise TableError(
            f"{path}: the description cannot be read: {error}"
        ) from error


def load_table(dataset: str, table: str) -> pd.DataFrame:
    """Load one committed table after every check of its description has passed.

    Parameters
    ----------
    dataset, table : str
        The file is `data/<dataset>/<table>.csv`; text columns come as categories.

    Raises
    ------
    TableError
        If bytes, checksum, columns, units, types, allowed values, ranges or keys
        are not as described. The message names the file, the row and the rule.
    """
    return _load(paths.DATA / dataset, table).copy()


@cache
def _load(folder: Path, table: str) -> pd.DataFrame:
    description = _describe(folder)
    resource = _resource(description, table, folder)
    check_units(resource, folder)
    if not (
        resource.get("bytes") and resource.get("hash", "").startswith("sha256:")
    ):
        raise TableError(
            f"{folder / 'datapackage.json'}: {table}.csv: bytes and checksum are"
            " not described"
        )
    checklist = frictionless.Checklist.from_descriptor(
        {"checks": resource.get("checks", [])}
    )
    # The whole package, for foreign keys need the other tables.
    package = frictionless.Package.from_descriptor(
        description, basepath=str(folder)
    )
    report = package.get_table_resource(resource["name"]).validate(checklist)
    problems = report.flatten(["rowNumber", "title", "message"])
    if problems:
        # Those of the file as a whole come first.
        row, rule, message = min(problems, key=lambda problem: problem[0] or 0)
        more = f" ({len(problems)} problems in all)" if len(problems) > 1 else ""
        raise TableError(
            f"{folder / resource['path']}: {f'row {row}' if row else 'the file'}:"
            f" {rule}: {message}{more}"
        )
    fields = resource["schema"]["fields"]
    empty = {
        field["name"]
        for field in fields
        if not field.get("constraints", {}).get("required")
    }
    dtypes = {
        f["name"]: (
            "float64"
            if f["name"] in empty and f["type"] == "integer"
            else DTYPES[f["type"]]
        )
        for f in fields
    }
    return pd.read_csv(
        folder / resource["path"],
        dtype=dtypes,
        keep_default_na=False,
        na_values=[""],
    )


def _resource(description: dict, table: str, folder: Path) -> dict:
    found = [r for r in description["resources"] if r["path"] == f"{table}.csv"]
    if not found:
        raise TableError(
            f"{folder / 'datapackage.json'}: no table is described as {table}.csv"
        )
    return found[0]


def check_units(resource: dict, folder: Path) -> None:
    """Check that each number states its unit and that its column is named after it.

    Raises
    ------
    TableError
        If a numeric field has no unit, or its name does not end with it.
    """
    for field in resource["schema"]["fields"]:
        if field["type"] not in ("integer", "number"):
            continue
        unit = field.get("unit")
        if not unit or not field["name"].endswith(unit):
            place = (
                f"{folder / 'datapackage.json'}: {resource['path']}: column"
                f" {field['name']}"
            )
            raise TableError(
                f"{place}: unit: the description says {unit!r}, and the name must"
                " end with it"
            )


def write_tables(dataset: str, tables: dict[str, pd.DataFrame]) -> None:
    """Write tables of one dataset, with their bytes and checksums described.

    Nothing is replaced before every table has been validated. Rewriting the same
    numbers gives the same bytes.

    Parameters
    ----------
    dataset : str
        Folder below `data/`.
    tables : dict of str to DataFrame
        Name of the table to its rows, whose columns must be those described, in
        that order; numbers are written with the `decimals` of their field.

    Raises
    ------
    TableError
        If a table is not described or breaks its description.
    """
    folder = paths.DATA / dataset
    description = describe(dataset)
    staged = {}
    for table, frame in tables.items():
        resource = _resource(description, table, folder)
        content = _to_csv(frame, resource["schema"]["fields"]).encode()
        resource["bytes"], resource["hash"] = (
            len(content),
            "sha256:" + hashlib.sha256(content).hexdigest(),
        )
        staged[resource["path"]] = content
    if (folder / "build.py").exists():
        description["built_with"] = digest_origins(folder)
    staged["datapackage.json"] = (
        json.dumps(description, indent=2, ensure_ascii=False) + "\n"
    ).encode()

    scratch = folder / ".new"
    scratch.mkdir(exist_ok=True)
    try:
        for name, content in staged.items():
            (scratch / name).write_bytes(content)
        for table in tables:
            _load(scratch, table)
        for name in staged:
            os.replace(scratch / name, folder / name)
    finally:
        for left in scratch.iterdir():
            left.unlink()
        scratch.rmdir()
        _load.cache_clear()


def _to_csv(frame: pd.DataFrame, fields: list[dict]) -> str:
    written = frame.copy()
    for field in fields:
        if field["type"] == "number" and field["name"] in written:
            decimals = field.get("decimals", 3)
            written[field["name"]] = written[field["name"]].map(
                f"{{:.{decimals}f}}".format, na_action="ignore"
            )
    return written.to_csv(index=False, lineterminator="\n")
