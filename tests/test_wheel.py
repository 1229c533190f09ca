"""The wheel, built from the sdist and installed in an empty environment, does the main job."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from symrnn.cli.exits import NO_PDF

ROOT = Path(__file__).resolve().parent.parent
STATEMENTS = 16
GRADES = {"sampled", "explicit", "derived", "certified", "machine_checked"}
STATEMENT_KEYS = {
    *("name", "title", "grades", "uses", "residual", "faults", "counterexamples", "seconds"),
}


def _run(command: list[str], directory: Path, allowed: tuple[int, ...] = (0,)) -> str:
    """Standard output of a command that is told nothing of the checkout."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "COV_"))}
    result = subprocess.run(
        command, cwd=directory, env=environment, capture_output=True, text=True, timeout=900
    )
    assert result.returncode in allowed, f"{' '.join(command)}\n{result.stdout}\n{result.stderr}"
    return result.stdout


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The sdist, and the wheel built from it."""
    directory = tmp_path_factory.mktemp("dist")
    _run([sys.executable, "-m", "build", "--outdir", str(directory), str(ROOT)], directory)
    (sdist,) = directory.glob("*.tar.gz")
    (wheel,) = directory.glob("*.whl")
    return sdist, wheel


@dataclass(frozen=True)
class Installed:
    """What the installed command wrote and printed, far from the checkout."""

    output: Path
    project: Path
    python: Path
    evidence: dict[str, Any]
    checked: dict[str, Any]


@pytest.fixture(scope="session")
def installed(
    distributions: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> Installed:
    """The wheel in an environment of its own; `lecture` and `check` run in another directory."""
    environment = tmp_path_factory.mktemp("installed") / "venv"
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    venv.create(environment, with_pip=True)
    written = (0,) if shutil.which("pdflatex") else (NO_PDF,)
    scripts = environment / ("Scripts" if os.name == "nt" else "bin")
    # Of what is installed little is imported.
    pip = [str(scripts / "python"), "-m", "pip", "install", "--no-compile"]
    _run([*pip, str(distributions[1])], elsewhere)
    _run([str(scripts / "symrnn"), "lecture", "-o", "out"], elsewhere, written)
    _run([str(scripts / "symrnn"), "new", "mine"], elsewhere)
    checked = _run([str(scripts / "symrnn"), "check", "mine", "--json"], elsewhere)
    _run([str(scripts / "symrnn"), "lecture", "mine", "--format", "html"], elsewhere)
    output = elsewhere / "out"
    evidence = json.loads((output / "evidence.json").read_text(encoding="utf-8"))
    mine = elsewhere / "mine"
    return Installed(output, mine, scripts / "python", evidence, json.loads(checked))


def test_wheel_carries_all_that_the_main_job_needs(distributions: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(distributions[1]) as wheel:
        inside = set(wheel.namelist())
    kept = {".py", ".csv", ".tex", ".html", ".css", ".toml", ".typed"}
    expected = {
        path.relative_to(ROOT).as_posix().replace("proofs/", "symrnn/_proofs/", 1)
        for folder in ("symrnn", "proofs")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in kept
    }
    assert expected - inside == set()
    assert any(name.startswith("symrnn/_proofs/") for name in inside)
    assert "symrnn/py.typed" in inside
    assert any(name.endswith("licenses/LICENSE") for name in inside)
    assert {name.partition("/")[0].partition("-")[0] for name in inside} == {"symrnn"}


def test_sdist_carries_the_tests(distributions: tuple[Path, Path]) -> None:
    with tarfile.open(distributions[0]) as sdist:
        inside = {name.partition("/")[2] for name in sdist.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "PKG-INFO"} <= inside
    assert {"tests/conftest.py", "tests/test_wheel.py", "symrnn/py.typed"} <= inside
    assert {name for name in inside if name.startswith((".venv", "."))} <= {".gitignore"}


def test_lecture_is_written(installed: Installed) -> None:
    tex = (installed.output / "lecture.tex").read_text(encoding="utf-8")
    assert tex.lstrip().startswith(("\\documentclass", "%"))
    assert "\\end{document}" in tex
    html = (installed.output / "lecture.html").read_text(encoding="utf-8")
    assert "<math" in html and "</html>" in html
    fetched = re.findall(r"<script[^>]*\bsrc=|<link\b|@import|src=\"?https?:|url\(\"?https?:", html)
    assert fetched == []


def test_evidence_of_every_statement(installed: Installed) -> None:
    statements = installed.evidence["statements"]
    assert len({statement["name"] for statement in statements}) == STATEMENTS
    for statement in statements:
        assert statement.keys() >= STATEMENT_KEYS
        assert statement["title"]
        assert statement["grades"] and set(statement["grades"]) <= GRADES
        assert statement["faults"]["planted"] == statement["faults"]["caught"] >= 1
        assert set(statement["uses"]) <= {other["name"] for other in statements}


def test_net_learns_more_than_the_last_value(installed: Installed) -> None:
    net = installed.evidence["net"]
    assert net["d"] == 32
    assert net["loss_last"] < net["loss_first"]
    assert net["loss_last"] < net["baseline"]


def test_what_a_project_rests_on_has_the_same_grades_in_it(installed: Installed) -> None:
    def known(statements: list[dict[str, Any]]) -> set[tuple[object, ...]]:
        return {(each["name"], each["title"], tuple(each["grades"])) for each in statements}

    own = [each for each in installed.checked["statements"] if each["name"] == "two_steps"]
    assert [set(each["grades"]) >= {"sampled", "explicit", "derived"} for each in own] == [True]
    used = [each for each in installed.checked["statements"] if each not in own]
    assert used and known(used) <= known(installed.evidence["statements"])


def test_a_project_is_made_and_built(installed: Installed) -> None:
    made = {path.name for path in installed.project.iterdir()}
    assert made >= {"lecture.md", "notation.toml", "two_steps.py", "lecture"}
    template = ROOT / "symrnn" / "lecture" / "template"
    for source in template.iterdir():
        copy = installed.project / source.name.removesuffix(".txt")
        assert copy.read_bytes() == source.read_bytes()
    built = {path.name for path in (installed.project / "lecture").iterdir()}
    assert built >= {"lecture.html", "evidence.json"}


def test_main_job_needs_no_test_package(installed: Installed) -> None:
    installed_names = _run(
        [str(installed.python), "-m", "pip", "list", "--format=freeze"], installed.output
    ).lower()
    assert re.search(r"^(pytest|hypothesis|torch|jax|ruff|mypy)=", installed_names, re.M) is None
