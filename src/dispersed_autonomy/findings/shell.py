"""Run the code of one notebook in a process of its own, and note what it reads.

The process is forked from one that has the libraries loaded, where the system can
fork; elsewhere it starts afresh. Nothing here imports the rest of the project, so
that what a notebook imports is all its own, and is noted.
"""

import os
import sys
from base64 import b64encode
from collections.abc import Callable
from importlib.util import source_from_cache
from multiprocessing.connection import Connection
from pathlib import Path

PRELOADED = (
    "IPython.core.interactiveshell",
    "frictionless",
    "joblib",
    "matplotlib.pyplot",
    "nbformat",
    "pandas",
    "scipy.stats",
    "seaborn",
    "statsmodels.api",
    "statsmodels.formula.api",
)
UNREAD = (
    "_build",
    ".venv",
    ".git",
)  # what is made from the project is no input of it


class Outputs(list):
    """The outputs of one cell in the notebook format, in their order."""

    cell = 0  # its number among the code cells

    def add_text(self, name: str, text: str) -> None:
        """Add what was printed, to a printed output before it if there is one."""
        if self and self[-1].get("name") == name:
            self[-1]["text"] += text
        elif text:
            self.append({"output_type": "stream", "name": name, "text": text})

    def add_data(self, kind: str, data: dict, metadata: dict, **more) -> None:
        """Add what was shown; bytes, such as those of a picture, as base64."""
        encoded = {
            mime: b64encode(value).decode() if isinstance(value, bytes) else value
            for mime, value in data.items()
        }
        shown = {"data": encoded, "metadata": metadata or {}}
        self.append({"output_type": kind} | shown | more)


class Stream:
    """What stands for `sys.stdout` or `sys.stderr` while a cell runs."""

    encoding = "utf-8"

    def __init__(self, name: str, outputs: Outputs):
        self.name, self.outputs = name, outputs

    def write(self, text: str) -> int:
        self.outputs.add_text(self.name, text)
        return len(text)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False


def open_shell(outputs: Outputs):
    """Return an IPython shell that adds what cells show to `outputs`."""
    import pandas
    from IPython.core.displayhook import DisplayHook
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    class Hook(DisplayHook):
        def __call__(self, result=None):
            if result is None or self.quiet():
                return
            data, metadata = self.compute_format_data(result)
            self.update_user_ns(result)
            self.fill_exec_result(result)
            number = {"execution_count": outputs.cell}
            outputs.add_data("execute_result", data, metadata, **number)

    class Publisher(DisplayPublisher):
        def publish(self, data, metadata=None, **_):
            outputs.add_data("display_data", data, metadata)

        def clear_output(self, wait=False):
            outputs.clear()

    class ZMQShell(InteractiveShell):
        """Called so, for pandas asks for these letters before it takes the width of
        a notebook in place of that of a terminal.
        """

    quiet = Config()
    quiet.HistoryManager.enabled = False
    quiet.InteractiveShell.colors = "nocolor"
    ZMQShell.displayhook_class = Hook
    ZMQShell.display_pub_class = Publisher
    shell = ZMQShell.instance(config=quiet)
    # pandas, loaded before there was a shell, took the process for a terminal.
    pandas.set_option("display.max_columns", 20)
    shell.showtraceback = lambda *_args, **_options: None
    shell.showsyntaxerror = lambda *_args, **_options: None
    return shell


def note_reads(project: Path, log: Path) -> Callable[[str, tuple], None]:
    """Write the path of every file of the project that this process reads to a log.

    Parameters
    ----------
    project : Path
        Only files below it count, and none below `UNREAD`.
    log : Path
        One path a line, relative to the project, behind the time of its last change
        in nanoseconds; that of a compiled module is the path of its source.
    """
    seen, root = set(), f"{project}{os.sep}"
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def note(event: str, arguments: tuple) -> None:
        if event != "open" or not isinstance(arguments[0], str):
            return
        path = os.path.abspath(arguments[0])
        if path in seen:
            return
        seen.add(path)
        if not path.startswith(root):  # unless a link leads there
            path = os.path.realpath(path)
        if not path.startswith(root):
            return
        if path.endswith(".pyc"):
            path = source_from_cache(path.rpartition(".pyc")[0] + ".pyc")
        below = Path(path).relative_to(project)
        if below.parts[0] not in UNREAD and os.path.isfile(path):
            changed = os.stat(path).st_mtime_ns
            os.write(written, f"{changed} {below.as_posix()}\n".encode())

    sys.addaudithook(note)
    return note


def note_modules(note) -> None:
    """Note the source of every module of the project that this process has loaded,
    also where its compiled form is kept elsewhere (PYTHONPYCACHEPREFIX).
    """
    for module in list(sys.modules.values()):
        if isinstance(path := getattr(module, "__file__", None), str):
            note("open", (path,))


def run_notebook(
    cells: list[str],
    name: str,
    place: Path,
    project: Path,
    run: Path,
    to: Connection,
) -> None:
    """Run cells in this process and tell another one how far they are.

    Parameters
    ----------
    cells : list of str
        Code, in order.
    name : str
        Of the notebook; it stands in tracebacks.
    place : Path
        The working directory.
    project : Path
        The folder whose files count as read.
    run : Path
        Folder of this run: what a cell writes goes there, and `reads.txt` does.
    to : Connection
        Gets `("cell", number)` when a cell starts, then `("done", outputs)` or
        `("failed", number, reason)`.
    """
    os.environ["DISPERSED_AUTONOMY_RUN"] = str(run)
    os.environ["MPLBACKEND"] = "agg"
    os.chdir(place)
    sys.path.insert(0, "")
    note = note_reads(project, run / "reads.txt")
    outputs = Outputs()
    shell = open_shell(outputs)
    kept = []
    for number, code in enumerate(cells, start=1):
        to.send(("cell", number))
        outputs.cell = number
        streams = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = (Stream(n, outputs) for n in ("stdout", "stderr"))
        try:
            done = shell.run_cell(code, store_history=True, silent=False)
        finally:
            sys.stdout, sys.stderr = streams
        error = done.error_before_exec or done.error_in_exec
        if error is not None:
            to.send(("failed", number, f"{type(error).__name__}: {error}"))
            return
        kept.append(list(outputs))
        outputs.clear()
    note_modules(note)
    to.send(("done", kept))
