"""What README shows of pre-commit and of GitHub runs as it stands there."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENTS = Path(__file__).parent / "documents"


def _yaml_of_readme(begins: str) -> Any:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    return yaml.safe_load(next(block for block in blocks if block.startswith(begins)))


@pytest.fixture
def project(tmp_path: Path) -> dict[str, str]:
    """A folder with notes, one of them with a slip, and the commands that are called there."""
    notes = tmp_path / "notes"
    notes.mkdir()
    shutil.copy(DOCUMENTS / "called.rst", notes)
    shutil.copy(DOCUMENTS / "components.md", notes)
    commands = tmp_path / "bin"
    commands.mkdir()
    program = f'exec {shlex.quote(sys.executable)} -m symrnn "$@"'
    for name, line in (("symrnn", program), ("pipx", f"shift 2; {program}")):
        (commands / name).write_text(f"#!/bin/sh\n{line}\n")
        (commands / name).chmod(0o755)
    paths = os.pathsep.join((str(commands), os.environ["PATH"]))
    return {**os.environ, "PATH": paths, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}


def _run(command: list[str], project: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=project["HOME"], env=project, capture_output=True, text=True, check=False
    )


def test_the_hook_fails_for_a_slip_in_what_is_committed(project: dict[str, str]) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    (repo,) = _yaml_of_readme("repos:")["repos"]
    assert [each["id"] for each in repo["hooks"]] == [hook["id"]]
    files = [f"notes/{name}" for name in ("called.rst", "components.md")]
    assert all(re.search(hook["files"], name) for name in files)
    assert not re.search(hook["files"], "notes/code.py")
    found = _run([*shlex.split(hook["entry"]), *files], project)
    assert found.returncode == 1
    assert "notes/called.rst:26:4: FALSE" in found.stdout
    assert _run([*shlex.split(hook["entry"]), files[1]], project).returncode == 0


def test_the_action_leaves_what_it_uploads(project: dict[str, str]) -> None:
    (job,) = _yaml_of_readme("jobs:")["jobs"].values()
    (line,) = [step["run"] for step in job["steps"] if "run" in step]
    upload = job["steps"][-1]
    assert upload["if"] == "always()"  # the line before it fails where something is false
    found = _run(["bash", "-e", "-o", "pipefail", "-c", line], project)
    assert found.returncode == 1
    sarif = json.loads((Path(project["HOME"]) / upload["with"]["sarif_file"]).read_text())
    (result,) = sarif["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "notes/called.rst"
    assert place["region"]["startLine"] == 26
