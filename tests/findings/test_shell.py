"""What a run reads is noted, by whatever way it came there."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import sys
from pathlib import Path
from dispersed_autonomy.findings.shell import note_modules, note_reads
note = note_reads(Path(sys.argv[1]), Path(sys.argv[2]))
import piece
open(Path(sys.argv[3]) / "table.csv").close()
note_modules(note)
"""


@pytest.mark.parametrize("place", ["project", "link"])
@pytest.mark.parametrize("compiled", ["beside it", "elsewhere"])
def test_a_file_read_through_a_link_or_compiled_elsewhere_is_noted(
    tmp_path, place, compiled
):
    project = tmp_path / "project"
    (project / "src").mkdir(parents=True)
    (project / "src" / "piece.py").write_text("x = 1\n")
    (project / "table.csv").write_text("1\n")
    (tmp_path / "link").symlink_to(project)
    path = os.pathsep.join([str(tmp_path / place / "src"), *sys.path])
    env = os.environ | {"PYTHONPATH": path}
    if compiled == "elsewhere":
        env |= {"PYTHONPYCACHEPREFIX": str(tmp_path / "compiled")}
    for log in ("first.txt", "again.txt"):
        arguments = [project, tmp_path / log, tmp_path / place]
        command = [sys.executable, "-c", PROGRAM, *map(str, arguments)]
        subprocess.run(command, env=env, check=True, timeout=120)
        lines = (tmp_path / log).read_text().splitlines()
        noted = {name: int(time) for time, name in (x.split(" ", 1) for x in lines)}
        assert noted == {
            name: (project / name).stat().st_mtime_ns
            for name in ("src/piece.py", "table.csv")
        }
