"""The tasks of a build, and what each is made from.

doit keeps the digests of what a task was made from, and runs those that are due.
The notebooks come first: what they record says which pages and slides there are.
"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import grimp
from doit.cmd_base import ModuleTaskLoader
from doit.doit_cmd import DoitMain
from doit.exceptions import TaskFailed
from doit.reporter import ConsoleReporter
from doit.tools import config_changed

from dispersed_autonomy import paths
from dispersed_autonomy.build.render import RenderError, render_pages
from dispersed_autonomy.build.replace import (
    SITES,
    SiteError,
    check_site,
    remove_old,
    replace_site,
)
from dispersed_autonomy.findings.cache import execute_changed
from dispersed_autonomy.inputs.citation import CitationError, read_citation
from dispersed_autonomy.inputs.environment import LockError, check_lock
from dispersed_autonomy.inputs.files import (
    hold_folder,
    is_mirrored,
    list_files,
    mirror_files,
    remove_mirrored,
)
from dispersed_autonomy.inputs.origins import OriginError, check_origins

PACKAGE = "dispersed_autonomy"
LOCK = paths.PROJECT / "requirements.txt"
STAYS = "The site is as it was before."
ERRORS = ("ResultError", "ClaimError", "CitationError", "TableError", "FigureError")


class Reporter(ConsoleReporter):
    """Says in a line each what is made, and at the end what was left as it is."""

    desc = "what is made and what is unchanged"

    unchanged: list[str] = []  # of all the runs of one build

    def execute_task(self, task):
        if task.doc:
            self.write(f"{task.doc}\n")
            self.outstream.flush()

    def skip_uptodate(self, task):
        self.unchanged.append(task.name)

    def add_failure(self, task, fail):
        self.failures.append({"task": task, "exception": fail})
        self.write(f"\n{fail.get_msg().strip()}\n")

    def complete_run(self):
        pass

    @classmethod
    def summarise(cls) -> str:
        """Return in a line what was left as it is."""
        slides = [name for name in cls.unchanged if name.startswith("slide:")]
        rest = [name for name in cls.unchanged if name not in slides]
        return ", ".join([*rest, f"{len(slides)} slides"] if slides else rest)


@cache
def build_graph() -> grimp.ImportGraph:
    """Return which module of the project imports which."""
    return grimp.build_graph(PACKAGE, cache_dir=None)


def find_code(*modules: str) -> list[Path]:
    """Return the files of modules and of all that these import in the project."""
    graph = build_graph()
    names = {f"{PACKAGE}.{module}" for module in modules}
    names |= {n for name in tuple(names) for n in graph.find_upstream_modules(name)}
    source = paths.PROJECT / "src"
    stems = [source.joinpath(*name.split(".")) for name in names]
    files = [
        path for s in stems for path in (s.with_suffix(".py"), s / "__init__.py")
    ]
    return sorted(path for path in files if path.exists())


def late(module: str, name: str) -> Callable:
    """Return a function that is imported when it is called.

    What makes slides, pages and metadata is slow to load, and a build in which
    nothing changed needs none of it.
    """

    def call(*arguments):
        return getattr(import_module(f"{PACKAGE}.{module}"), name)(*arguments)

    return call


def make_part(name: str, write: Callable[[Path], None], target: Path) -> object:
    """Write one part into an empty folder and bring what changed to its place.

    An error of the project ends in one message in place of a traceback.
    """
    paths.PARTS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=paths.BUILD, prefix=".part-") as folder:
        try:
            write(Path(folder))
        except Exception as error:
            if type(error).__name__ not in ERRORS:
                raise
            return TaskFailed(f"{type(error).__name__}: {error}")
        mirror_files(Path(folder), target, paths.PARTS / f"{name}.json")
    return True


def describe_part(
    name: str,
    doc: str,
    write: Callable[[Path], None],
    read: list[Path],
    target: Path | None = None,
    of: object = "",
) -> dict:
    """Return the task of one part: due where a file that it reads has changed."""
    manifest, target = paths.PARTS / f"{name}.json", target or paths.PUBLISHED
    of = json.dumps([of, sys.version], sort_keys=True, default=str)
    return {
        "basename": name,
        "doc": doc,
        "actions": [(make_part, (name, write, target))],
        "file_dep": [str(path) for path in [*read, LOCK]],
        "targets": [str(manifest)],
        "uptodate": [
            config_changed(of),
            lambda: is_mirrored(target, manifest),
        ],
    }


def run_tasks(tasks: list[dict]) -> bool:
    """Run the tasks that are due, two at a time; return whether all went well."""

    def task_of_the_book():
        yield from tasks

    settings = {
        "dep_file": str(paths.BUILD / "doit.db"),
        "backend": "sqlite3",  # which a kill leaves whole
        "reporter": Reporter,
        "verbosity": 2,
        "continue": True,
        "num_process": os.cpu_count() or 1,
        "par_type": "thread",
    }
    space = {"task_of_the_book": task_of_the_book, "DOIT_CONFIG": settings}
    return DoitMain(ModuleTaskLoader(space)).run(["run"]) == 0


def list_findings() -> list[dict]:
    """Return the task that publishes what the notebooks recorded."""
    executed = list_files(paths.EXECUTED)
    read = [*executed, paths.CLAIMS, *find_code("site.stage", "findings.claims")]
    doc = "results, claims and figures"
    return [
        describe_part("findings", doc, late("site.stage", "write_findings"), read)
    ]


def read_published(name: str) -> dict[str, dict]:
    """Return the published results, claims or figures by id."""
    text = (paths.PUBLISHED / f"{name}.json").read_text(encoding="utf-8")
    return {item["id"]: item for item in json.loads(text)[name]}


def list_slides(figures: dict, claims: dict, results: dict) -> Iterator[dict]:
    """Yield the task of each slide and of the deck."""
    code, folder = find_code("slides.deck"), paths.PUBLISHED / "figures"
    shared = [*code, paths.CITATION]

    for id, figure in figures.items():

        def write(target: Path, figure=figure) -> None:
            (target / "figures").mkdir()
            file = target / "figures" / f"{figure['id']}.pptx"
            late("slides.deck", "write_slide")(file, paths.PUBLISHED, figure)

        read = [*shared, folder / f"{id}.csv", folder / f"{id}.png"]
        task = describe_part(f"slide-{id}", "", write, read, of=figure)
        yield task | {"basename": "slide", "name": id}

    def write_all(target: Path) -> None:
        (target / "slides").mkdir()
        file = target / "slides" / "dispersed-autonomy.pptx"
        make = late("slides.deck", "write_deck")
        make(file, paths.PUBLISHED, results, figures, claims)

    pictures = [
        folder / f"{id}.{kind}" for id in figures for kind in ("csv", "png")
    ]
    of = [figures, claims, results]
    yield describe_part("deck", "the deck", write_all, [*shared, *pictures], of=of)


def list_parts() -> Iterator[dict]:
    """Yield the tasks of everything else that is published."""
    figures, claims, results = map(read_published, ("figures", "claims", "results"))
    yield from list_slides(figures, claims, results)
    tables = list_files(paths.DATA)
    cited = [paths.CITATION, *find_code("site.metadata")]
    evidence = [path for path in tables if path.parent.name == "model_evidence"]
    executed = sorted(paths.EXECUTED.glob("*.ipynb"))
    settings = [paths.PROJECT / name for name in ("_config.yml", "_toc.yml")]

    def describe_all(folder: Path) -> None:
        late("site.metadata", "write_metadata")(folder, results, figures)

    def write_downloads(folder: Path) -> None:
        publish = late("site.metadata", "publish_notebooks")
        publish(folder / "notebooks", read_citation())

    def write_entries(folder: Path) -> None:
        late("site.pages", "write_bibtex")(folder, figures, claims)

    yield describe_part(
        "explorer",
        "the numbers of the explorer",
        late("site.stage", "write_explorer"),
        [*evidence, *find_code("analysis.tradeoffs", "figures.explorer")],
    )
    yield describe_part(
        "metadata",
        "data package, RO-Crate and bill of materials",
        describe_all,
        [*tables, *executed, paths.PROJECT / "pyproject.toml", *cited],
        of=[results, figures],
    )
    yield describe_part(
        "downloads",
        "notebooks to download",
        write_downloads,
        [*executed, *cited],
    )
    yield describe_part(
        "citations",
        "citations",
        write_entries,
        [paths.CITATION, *find_code("site.pages")],
        of=[figures, claims],
    )
    yield describe_part(
        "pages",
        "pages",
        late("site.stage", "write_pages"),
        [*executed, *list_files(paths.BOOK), *settings, *find_code("site.stage")],
        target=paths.STAGED,
    )


def list_site() -> Iterator[dict]:
    """Yield the tasks that render the pages and replace the site."""
    templates = list_files(paths.PROJECT / "src" / PACKAGE / "site" / "templates")
    code = [*find_code("site.extension"), *templates]
    shown = [
        paths.PARTS / f"{name}.json" for name in ("findings", "explorer", "pages")
    ]
    releases = sorted(paths.RELEASES.glob("*/*.json"))
    data = [*list_files(paths.DATA), paths.CITATION, *releases, LOCK]
    # What has a page or a row of its own
    listed = [*sorted(paths.DATA.glob("*/datapackage.json")), *releases]
    names = [path.relative_to(paths.PROJECT).as_posix() for path in listed]
    names += [*read_published("figures"), *read_published("claims")]

    def render() -> object:
        try:
            shared = [*code, paths.CITATION, LOCK]
            folder = render_pages(paths.STAGED, shared, names)
        except RenderError as error:
            return TaskFailed(f"RenderError: {error}")
        mirror_files(folder, folder, paths.RENDERED)
        return True

    def replace() -> object:
        SITES.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix="html-", dir=SITES))
        fresh.chmod(0o755)
        shutil.copytree(paths.BUILD / "sphinx" / "html", fresh, dirs_exist_ok=True)
        left = shutil.ignore_patterns(".*.new")  # half written, by a kill
        shutil.copytree(paths.PUBLISHED, fresh, dirs_exist_ok=True, ignore=left)
        late("site.finish", "finish_pages")(fresh, read_citation())
        try:
            check_site(fresh, dict.fromkeys(_list_published()))
        except SiteError as error:
            return TaskFailed(f"SiteError: {error}")
        late("release.pdf", "place_book")(fresh)
        replace_site(fresh, paths.SITE)
        remove_old(paths.SITE)
        return True

    yield {
        "basename": "rendering",
        "doc": "rendering",
        "actions": [render],
        "file_dep": [str(path) for path in [*shown, *code, *data]],
        "targets": [str(paths.RENDERED)],
    }
    parts = [p for p in paths.PARTS.glob("*.json") if p != paths.RENDERED]
    finishing = [
        *find_code("site.finish", "release.pdf"),
        *templates,
        paths.CITATION,
    ]
    yield {
        "basename": "site",
        "doc": "the site, checked",
        "actions": [replace],
        "file_dep": [str(path) for path in [paths.RENDERED, *parts, *finishing]],
        "uptodate": [lambda: (paths.SITE / "index.html").exists()],
    }


def _list_published() -> list[str]:
    names = set()
    for manifest in paths.PARTS.glob("*.json"):
        if manifest.stem not in ("pages", "rendered"):
            names |= set(json.loads(manifest.read_text(encoding="utf-8")))
    return sorted(names)


def build_book() -> str | int:
    """Build the book; return 0, or what stopped it (the old site stays then)."""
    try:
        with hold_folder(paths.BUILD):
            return _build_alone()
    except OSError as error:  # a disk that is full, a folder that is not ours
        return f"{type(error).__name__}: {error}\n{STAYS}"


def _build_alone() -> str | int:
    for left in paths.BUILD.glob(".part-*"):  # of a build that was killed
        shutil.rmtree(left, ignore_errors=True)
    try:
        check_lock()
        check_origins()
        read_citation()
    except (LockError, OriginError, CitationError) as error:
        return f"{type(error).__name__}: {error}"
    notebooks = sorted(paths.NOTEBOOKS.glob("*.ipynb"))
    if failures := execute_changed(notebooks, os.cpu_count() or 1):
        failed = "\n".join(["These notebooks failed:", *failures])
        return f"{failed}\n{STAYS}"
    parts = []
    for stage in (list_findings, list_parts):
        tasks = list(stage())
        if not run_tasks(tasks):
            return STAYS
        parts += tasks
    made = {path for task in parts for path in task["targets"]}
    for manifest in paths.PARTS.glob("*.json"):
        if str(manifest) not in made and manifest != paths.RENDERED:
            remove_mirrored(paths.PUBLISHED, manifest)
    if not run_tasks(list(list_site())):
        return STAYS
    if unchanged := Reporter.summarise():
        print(f"unchanged: {unchanged}")
    print(f"Open {(paths.SITE / 'index.html').relative_to(paths.PROJECT)}")
    return 0
