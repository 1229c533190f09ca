"""Commands are loaded one by one: who asks for the version does not wait for SymPy."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from symrnn.cli.app import COMMANDS, app

VERSION = """
import sys
from symrnn.cli import main
sys.argv = ["symrnn", "--version"]
try:
    main()
finally:
    print(*sorted({"numpy", "sympy", "matplotlib"} & sys.modules.keys()))
"""


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_there(name: str) -> None:
    shown = CliRunner().invoke(app, [name, "--help"])
    assert shown.exit_code == 0, shown.output
    assert f"{name} [OPTIONS]" in shown.output


def test_the_version_is_printed_before_anything_is_loaded() -> None:
    asked = subprocess.run(
        [sys.executable, "-c", VERSION], capture_output=True, text=True, check=True, timeout=120
    )
    version, loaded = asked.stdout.splitlines()
    assert version.startswith("symrnn ")
    assert loaded == ""


def test_a_name_that_is_none_is_told_its_neighbour() -> None:
    refused = CliRunner().invoke(app, ["lectur"])
    assert refused.exit_code == 2
    assert "Did you mean 'lecture'?" in refused.output


def test_the_package_runs_as_the_command_does() -> None:
    asked = [sys.executable, "-m", "symrnn", "--version"]
    said = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=120)
    assert said.stdout.startswith("symrnn ")
