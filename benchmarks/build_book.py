"""Measure the build beside Jupyter Book: cold, after changes, many notebooks.

Each case is measured several times, the cases in turn; the table has medians, and
the ratio to what Jupyter Book takes to execute and render the same notebooks.
"""

import argparse
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import nbformat
import psutil
import yaml
from tqdm import tqdm

from dispersed_autonomy import paths
from dispersed_autonomy.release.browser import find_browser

BUILD = [sys.executable, "-m", "dispersed_autonomy.build"]
PRINT = [sys.executable, "-m", "dispersed_autonomy.release.pdf"]
# Executing and rendering alone: without slides, deck, downloads and metadata.
PAGES = """
import os, sys
from dispersed_autonomy import paths
from dispersed_autonomy.build import book
from dispersed_autonomy.findings.cache import execute_changed
if __name__ == "__main__":
    notebooks = sorted(paths.NOTEBOOKS.glob("*.ipynb"))
    wanted = ("findings", "explorer", "pages", "rendering")
    failed = execute_changed(notebooks, os.cpu_count() or 1)
    for tasks in (book.list_findings, book.list_parts, book.list_site):
        due = [task for task in tasks() if task["basename"] in wanted]
        failed = failed or not book.run_tasks(due)
    sys.exit(1 if failed else 0)
"""
SLIDES = """
import sys
from dispersed_autonomy.build import book
if __name__ == "__main__":
    due = [t for t in book.list_parts() if t["basename"] in ("slide", "deck")]
    sys.exit(0 if book.run_tasks(due) else 1)
"""
SEARCH = """
from dispersed_autonomy import paths
from dispersed_autonomy.site.search import write_findings
write_findings(paths.SITE.resolve())
"""
MANY = """
import os, sys
from pathlib import Path
from dispersed_autonomy.findings.execute import execute_notebooks
if __name__ == "__main__":
    notebooks = sorted(Path(sys.argv[1]).glob("*.ipynb"))
    target = Path(sys.argv[1]) / "executed"
    sys.exit(1 if execute_notebooks(notebooks, target, os.cpu_count() or 1) else 0)
"""
COPIED = "09_collaboration"


class Watch:
    """Samples the memory of a process and its children while it runs."""

    def __init__(self, process: subprocess.Popen):
        self.process, self.largest, self.together = process, 0, 0
        self.thread = threading.Thread(target=self._sample, daemon=True)
        self.thread.start()

    def _sample(self) -> None:
        whole = psutil.Process(self.process.pid)
        while self.process.poll() is None:
            sizes = []
            for one in [whole, *whole.children(recursive=True)]:
                try:
                    sizes.append(one.memory_info().rss)
                except psutil.Error:
                    continue
            self.largest = max([self.largest, *sizes])
            self.together = max(self.together, sum(sizes))
            time.sleep(0.1)


class Bench:
    """A copy of the project, and what was measured in it."""

    def __init__(self, root: Path):
        self.root, self.seconds, self.memory = root / "project", {}, {}
        listed = ["git", "ls-files", "-z"]
        files = subprocess.run(
            listed, cwd=paths.PROJECT, capture_output=True, check=True
        )
        for name in files.stdout.decode().split("\0"):
            if name and (paths.PROJECT / name).is_file():
                (self.root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(paths.PROJECT / name, self.root / name)
        self.environment = os.environ | {"PYTHONPATH": str(self.root / "src")}

    def run(self, case: str, command: list[str]) -> None:
        """Run a command in the copy and keep how long it took, and its memory."""
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=self.root,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        watch = Watch(process)
        said = process.communicate()[0]
        if process.returncode:
            sys.exit(f"{case}: {said}")
        self.seconds.setdefault(case, []).append(time.perf_counter() - start)
        self.memory[case] = (watch.largest, watch.together)
        process.stdout.close()

    def clear(self) -> None:
        """Take away everything that was built."""
        shutil.rmtree(self.root / "_build", ignore_errors=True)

    def run_jupyter_book(self) -> None:
        """Let Jupyter Book execute and render the same notebooks and pages."""
        source = self.root.parent / "plain"
        shutil.rmtree(source, ignore_errors=True)
        shutil.copytree(self.root / "book", source)
        shutil.copytree(self.root / "notebooks", source / "notebooks")
        shutil.copy(self.root / "_toc.yml", source)
        settings = yaml.safe_load((self.root / "_config.yml").read_text())
        settings["execute"] = {"execute_notebooks": "force", "timeout": 600}
        (source / "_config.yml").write_text(yaml.safe_dump(settings))
        built = [
            "build",
            str(source),
            "--path-output",
            str(source / "out"),
            "--quiet",
        ]
        call = "from jupyter_book.cli.main import main; main()"
        self.run("Jupyter Book", [sys.executable, "-c", call, *built])

    def change_prose(self, turn: int) -> None:
        page = self.root / "book" / "keep.md"
        page.write_text(f"{page.read_text()}\nA sentence more, number {turn}.\n")

    def change_table(self, turn: int) -> None:
        folder, name = self.root / "data" / "video_ideas", "gaze_sums.csv"
        text = (folder / name).read_text()
        first = (
            text.index("\n") + 1
        )  # the last digit of the first row's last number
        end = text.index("\n", first)
        digit = str((int(text[end - 1]) + 1) % 10)
        content = f"{text[: end - 1]}{digit}{text[end:]}".encode()
        description = json.loads((folder / "datapackage.json").read_text())
        resource = next(r for r in description["resources"] if r["path"] == name)
        resource["hash"] = "sha256:" + hashlib.sha256(content).hexdigest()
        resource["bytes"] = len(content)
        (folder / name).write_bytes(content)
        (folder / "datapackage.json").write_text(json.dumps(description))

    def change_function(self, turn: int) -> None:
        module = self.root / "src/dispersed_autonomy/analysis/collaboration.py"
        module.write_text(f"{module.read_text()}\nTURN_{turn} = {turn}\n")

    def change_notebook(self, turn: int) -> None:
        path = self.root / "notebooks" / f"{COPIED}.ipynb"
        notebook = nbformat.read(path, as_version=4)
        cell = next(c for c in notebook.cells if c.cell_type == "code")
        cell.source += f"\n# turn {turn}"
        nbformat.write(notebook, path)

    def copy_notebook(self, number: int) -> Path:
        folder = self.root / f"copies-{number}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for place in range(number):
            shutil.copy(
                self.root / "notebooks" / f"{COPIED}.ipynb",
                folder / f"{place:02}.ipynb",
            )
        return folder


def measure(bench: Bench, turns: int, copies: list[int]) -> None:
    """Measure every case in turn, with progress and the time that is left."""
    changes = {
        "nothing changed": None,
        "a sentence of prose": bench.change_prose,
        "one table": bench.change_table,
        "one analysis module": bench.change_function,
        "one notebook": bench.change_notebook,
    }
    with tqdm(total=turns * (len(changes) + 5) + len(copies), unit="case") as bar:
        for turn in range(turns):
            bench.clear()
            bench.run(
                "cold: executing and rendering", [sys.executable, "-c", PAGES]
            )
            bar.update()
            bench.run("slides and deck", [sys.executable, "-c", SLIDES])
            bar.update()
            bench.run("the rest, and the site in its place", BUILD)
            bench.run("search index", [sys.executable, "-c", SEARCH])
            bar.update()
            if find_browser():  # the one step that needs it
                bench.run("printed book", PRINT)
            bar.update()
            bench.run_jupyter_book()
            bar.update()
            for case, change in changes.items():
                if change:
                    change(turn)
                bench.run(case, BUILD)
                bar.update()
        for number in copies:
            folder = str(bench.copy_notebook(number))
            bench.run(
                f"{number} copies of a notebook",
                [sys.executable, "-c", MANY, folder],
            )
            bar.update()


def print_table(bench: Bench) -> None:
    """Print medians, their ratio to Jupyter Book, and memory in the last turn."""
    whole = statistics.median(bench.seconds["Jupyter Book"])
    print("| case | seconds | of Jupyter Book | largest process | all together |")
    print("|---|---|---|---|---|")
    for case, seconds in bench.seconds.items():
        median = statistics.median(seconds)
        largest, together = (f"{size / 1e6:.0f} MB" for size in bench.memory[case])
        ratio = f"{median / whole:.2f}"
        print(f"| {case} | {median:.1f} | {ratio} | {largest} | {together} |")


def main() -> None:
    """Measure the build of the book in a copy of the project."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--copies", type=int, nargs="*", default=[10, 20, 40])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as root:
        bench = Bench(Path(root))
        measure(bench, options.turns, options.copies)
        print_table(bench)


if __name__ == "__main__":
    main()
