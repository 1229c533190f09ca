"""`symrnn audit` as it is called: formats, exit codes, baselines."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from symrnn.cli.app import app
from symrnn.errors import IllFormedError

DOCUMENTS = Path(__file__).parent / "documents"
SLIPS, RIGHT = str(DOCUMENTS / "called.rst"), str(DOCUMENTS / "components.md")


def _run(*arguments: str) -> tuple[int, str]:
    found = CliRunner().invoke(app, ["audit", *arguments])
    return found.exit_code, found.stdout


def test_text_is_what_editors_read() -> None:
    code, out = _run(SLIPS)
    assert code == 1
    line = next(each for each in out.splitlines() if "FALSE:" in each)
    assert line.startswith(f"{SLIPS}:26:4: FALSE: ")
    assert "counterexample" in out and "mended" in out


def test_exit_codes() -> None:
    assert _run(RIGHT)[0] == 0
    assert _run("--strict", RIGHT)[0] == 0
    assert _run("--strict", str(DOCUMENTS / "denominator.tex"))[0] == 1
    assert _run(str(DOCUMENTS / "denominator.tex"))[0] == 0


def test_a_baseline_keeps_what_was_there_from_failing_and_nothing_else(tmp_path: Path) -> None:
    code, out = _run("--format", "json", SLIPS)
    assert code == 1
    file = tmp_path / "known.json"
    file.write_text(out)
    assert _run("--baseline", str(file), SLIPS)[0] == 0
    assert [f["verdict"] for f in json.loads(out)["findings"] if f["mended"]] == ["FALSE"]
    # A baseline of a document without the slip does not know it.
    found = json.loads(out)
    found["findings"] = [f for f in found["findings"] if f["verdict"] != "FALSE"]
    file.write_text(json.dumps(found))
    assert _run("--baseline", str(file), SLIPS)[0] == 1


@pytest.mark.parametrize("text", ["{", "[]", '{"findings": 1}', "[" * 100_000, "9" * 5000])
def test_a_baseline_that_is_none_is_named(text: str, tmp_path: Path) -> None:
    file = tmp_path / "known.json"
    file.write_text(text)
    found = CliRunner().invoke(app, ["audit", "--baseline", str(file), RIGHT])
    assert isinstance(found.exception, IllFormedError)
    assert "is not what --format json writes" in str(found.exception)


@pytest.mark.parametrize("form", ["sarif", "junit", "html"])
def test_other_formats(form: str) -> None:
    code, out = _run("--format", form, SLIPS)
    assert code == 1
    if form == "sarif":
        (run,) = json.loads(out)["runs"]
        assert [r["ruleId"] for r in run["results"]] == ["symrnn/false"]
        known = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
        assert {r["ruleId"] for r in run["results"]} <= known
    elif form == "junit":
        suite = ElementTree.fromstring(out)
        assert suite.get("failures") == "1"
    else:
        assert ">FALSE</span>" in out and "<math" in out
