"""What a table was built with: its script, and the functions that this uses.

Both are compared as code: comments, docstrings and line breaks do not count.
"""

import ast
import hashlib
import io
import json
import tokenize
from functools import lru_cache
from pathlib import Path

from dispersed_autonomy import paths

PACKAGE = "dispersed_autonomy"
NAMED = 3  # of the pieces of code that have changed
SOURCE = Path(__file__).resolve().parents[1]
# Fetching, checking and writing change no number; checksums, and the tests that
# rebuild every table byte for byte, watch them.
WATCHED = ("inputs", "paths")
Defined = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module


class Module:
    """One file: its text, what it defines, and what it imports of the project.

    `imported` has, by the name that it is called by, the file and the name there;
    no name where a whole module is imported.
    """

    def __init__(self, path: Path):
        self.path, text = path, path.read_text(encoding="utf-8")
        self.tree = ast.parse(text, str(path))
        self.lines = _strip(text, self.tree)
        self.defined, self.imported = {}, {}
        for node in self.tree.body:
            for name in _names_of(node):
                self.defined[name] = node
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and not node.level:
                for alias in node.names:
                    if found := _find(path.parent, node.module, alias.name):
                        self.imported[alias.asname or alias.name] = found


def _names_of(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    targets = getattr(node, "targets", [getattr(node, "target", None)])
    names = [part for one in targets for part in getattr(one, "elts", [one])]
    return [name.id for name in names if isinstance(name, ast.Name)]


def _find(beside: Path, module: str, name: str) -> tuple[Path, str] | None:
    """Return where an imported name is defined, if that is in the project."""
    if module.partition(".")[0] != PACKAGE:
        path = beside / f"{module}.py"
        return (path, name) if path.exists() else None
    place = SOURCE.joinpath(*module.split(".")[1:])
    for path, part in (
        (place / f"{name}.py", ""),
        (place / name / "__init__.py", ""),
        (place.with_suffix(".py"), name),
        (place / "__init__.py", name),
    ):
        if path.exists():
            return path, part
    return None


@lru_cache(maxsize=256)
def _read(path: Path, _mtime_ns: int) -> Module:
    return Module(path)


def digest_origins(folder: Path) -> dict[str, str]:
    """Return a digest of each piece of code that builds the tables of a dataset.

    Parameters
    ----------
    folder : Path
        Of the dataset, with its `build.py`.

    Returns
    -------
    dict of str to str
        By the name of the piece: a file of the folder, or a function, class or
        constant of the library, such as `analysis.cells.mean_of_moments`.
    """
    found, due = {}, [(folder / "build.py", "")]
    while due:
        path, name = due.pop()
        label = _label(path, name, folder)
        if label in found or label.startswith(WATCHED):
            continue
        module = _read(path, path.stat().st_mtime_ns)
        node = module.defined.get(name) if name else module.tree
        if node is None:  # what the module itself has from elsewhere
            due += [module.imported[name]] if name in module.imported else []
            continue
        found[label] = hashlib.sha256(_plain(module, node).encode()).hexdigest()[
            :16
        ]
        due += _uses(module, node)
    return dict(sorted(found.items()))


def _label(path: Path, name: str, folder: Path) -> str:
    if path.parent == folder:
        return path.name + (f": {name}" if name else "")
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(part for part in (*parts, name) if part and part != "__init__")


def _uses(module: Module, node: ast.AST) -> list[tuple[Path, str]]:
    """Return the pieces of code that one piece names."""
    used, whole = [], {n: p for n, (p, part) in module.imported.items() if not part}
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
            if part.value.id in whole:
                used.append((whole[part.value.id], part.attr))
        elif isinstance(part, ast.Name) and part.id not in whole:
            if part.id in module.imported:
                used.append(module.imported[part.id])
            elif part.id in module.defined and node is not module.tree:
                used.append((module.path, part.id))
    return used


def _plain(module: Module, node: ast.AST) -> str:
    """Return code without docstrings, comments and white space."""
    first = getattr(node, "lineno", 1)
    decorators = [d.lineno for d in getattr(node, "decorator_list", [])]
    end = getattr(node, "end_lineno", len(module.lines))
    kept = module.lines[min([first, *decorators]) - 1 : end]
    return "".join("".join(kept).split())


def _strip(text: str, tree: ast.Module) -> list[str]:
    """Return the lines of a file without docstrings and comments."""
    lines = text.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            number, column = token.start
            lines[number - 1] = lines[number - 1][:column]
    for part in ast.walk(tree):
        if isinstance(part, Defined) and ast.get_docstring(part, clean=False):
            said = part.body[0]
            for number in range(said.lineno, said.end_lineno + 1):
                lines[number - 1] = ""
    return lines


class OriginError(Exception):
    """A table that is older than the code that builds it."""


def check_origins() -> None:
    """Check that every table was built by the code of today.

    Raises
    ------
    OriginError
        If not; the message names the datasets, what has changed, and what is due.
    """
    outdated = list_outdated()
    if not outdated:
        return
    told = []
    for dataset, pieces in outdated.items():
        more = f" and {len(pieces) - NAMED} more" if len(pieces) > NAMED else ""
        told.append(f"data/{dataset}: {', '.join(pieces[:NAMED])}{more}")
    due = "\n".join([*told, f"Run make data DATASETS='{' '.join(outdated)}'"])
    raise OriginError(f"tables are older than the code that builds them:\n{due}")


def list_outdated(data: Path | None = None) -> dict[str, list[str]]:
    """Return the datasets whose code has changed since their tables were built.

    Parameters
    ----------
    data : Path, optional
        The folder of all datasets.

    Returns
    -------
    dict of str to list of str
        By dataset, the pieces of code that are new, gone or others.
    """
    outdated = {}
    for script in sorted((data or paths.DATA).glob("*/build.py")):
        description = script.with_name("datapackage.json")
        try:
            text = description.read_text(encoding="utf-8")
            recorded = json.loads(text).get("built_with", {})
        except (OSError, ValueError, AttributeError) as error:
            raise OriginError(
                f"{description}: the description cannot be read: {error}"
            ) from error
        try:
            today = digest_origins(script.parent)
        except (OSError, SyntaxError, ValueError) as error:
            raise OriginError(
                f"{script}: the code cannot be read: {error}"
            ) from error
        names = sorted(dict(recorded.items() ^ today.items()))
        if names:
            outdated[script.parent.name] = names
    return outdated
