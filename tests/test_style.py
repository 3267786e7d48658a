"""One style: the same line length and layout in library, tests and notebooks."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from dispersed_autonomy import paths

RUFF = Path(sys.executable).with_name("ruff")


@pytest.mark.parametrize("check", [("format", "--check"), ("check",)])
def test_code_that_a_formatter_would_change_or_a_linter_refuse_is_noticed(check):
    ran = subprocess.run(
        [RUFF, *check, "--no-cache", "."],
        cwd=paths.PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_a_commit_hook_that_asks_another_host_or_checks_less_is_noticed():
    config = yaml.safe_load((paths.PROJECT / ".pre-commit-config.yaml").read_text())
    assert [repo["repo"] for repo in config["repos"]] == ["local"]
    hooks = {hook["id"]: hook for hook in config["repos"][0]["hooks"]}
    assert set(hooks) == {"ruff-format", "ruff-check", "lint-imports"}
    assert {hook["language"] for hook in hooks.values()} == {"system"}
    for hook in hooks.values():
        command = Path(hook["entry"].split()[0])
        assert Path(sys.executable).with_name(command.name).exists(), command
