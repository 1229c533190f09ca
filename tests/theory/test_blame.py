"""Errors of Python in a proof file become one message that names file and line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from symrnn.cli import exits
from symrnn.theory.library import load

GOOD = '''from symrnn import D, derivation, statement
from symrnn import rules as by


@statement(uses=["step_jacobian"])
def two_steps(rnn):
    """Two steps multiply by two Jacobians"""
    s, j = rnn.s, rnn.j
    return derivation(D(s[j + 1], s[j - 1]), given=[j >= 1]).equals(
        D(s[j + 1], s[j]) * D(s[j], s[j - 1]), by.chain_rule(s[j])
    )
'''
COUNTEREXAMPLE = """

@two_steps.counterexample("nothing")
def raises():
    return [][1]
"""

BROKEN = [
    ("s, j = rnn.s, rnn.j", "s, j = rnn.s, rnn.j)", 8, "SyntaxError: unmatched ')'"),
    (
        "s, j = rnn.s, rnn.j",
        "s, j = rnn.s, rnn.nosuch",
        8,
        "AttributeError: 'Network' object",
    ),
    ("given=[j >= 1]", "given=[i >= 1]", 9, "NameError: name 'i' is not defined"),
    ("from symrnn import rules as by", "import nosuch", 2, "ModuleNotFoundError: No module"),
    ("from symrnn import rules as by", "raise SystemExit(0)", 2, "SystemExit: 0"),
    ("by.chain_rule(s[j])", "by.chain_rule(1 / 0)", 10, "ZeroDivisionError: division by zero"),
    ("D(s[j + 1], s[j - 1])", "D(s[j + 1], s[j - 1])(2)", 9, "TypeError: "),
    ("from symrnn import D", "\tfrom symrnn import D", 1, "SyntaxError: unexpected indent"),
]

Run = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize(("right", "wrong", "line", "says"), BROKEN, ids=[b[3] for b in BROKEN])
def test_the_line_is_named(
    tmp_path: Path, run: Run, right: str, wrong: str, line: int, says: str
) -> None:
    (tmp_path / "lecture.md").write_text("# Mine\n\n## One\n\n[[two_steps]]\n", encoding="utf-8")
    file = tmp_path / "two_steps.py"
    assert right in GOOD
    file.write_text(GOOD.replace(right, wrong, 1), encoding="utf-8")
    for command in (("check", str(tmp_path)), ("check", str(file)), ("lecture", str(tmp_path))):
        code, out, err = run(*command)
        # A file that can not be read has no statement; of one that can, its statement failed.
        failed = code == exits.FAILED and "✗ two_steps" in out
        assert failed or (code, out) == (exits.ILL_FORMED, "")
        assert err.lstrip().startswith(f"two_steps.py, line {line}: {says}")
        assert "Traceback" not in err
        assert wrong.strip() in err
    assert sorted(path.name for path in tmp_path.glob("[!_]*")) == ["lecture.md", "two_steps.py"]


def test_a_counterexample_that_raises_is_a_failed_check(tmp_path: Path, run: Run) -> None:
    file = tmp_path / "two_steps.py"
    file.write_text(GOOD + COUNTEREXAMPLE, encoding="utf-8")
    code, out, err = run("check", str(file))
    assert code == exits.FAILED
    assert "✗ two_steps" in out
    assert "two_steps.py, line 16: IndexError: list index out of range" in err


def test_what_symrnn_itself_refuses_is_told_with_its_line(tmp_path: Path, run: Run) -> None:
    file = tmp_path / "two_steps.py"
    file.write_text(GOOD.replace("s[j + 1], s[j]) *", "s[j + 1], rnn.W) *"), encoding="utf-8")
    code, out, err = run("check", str(file))
    assert code == exits.FAILED
    assert "✗ two_steps" in out
    assert "in" in err and "two_steps.py, line 10" in err


@pytest.mark.parametrize("content", [b"x = 1\0", b"x = '\xff'\n"], ids=["a NUL", "no UTF-8"])
def test_what_is_no_text_is_refused(tmp_path: Path, run: Run, content: bytes) -> None:
    file = tmp_path / "two_steps.py"
    file.write_bytes(content)
    code, _, err = run("check", str(file))
    assert code == exits.ILL_FORMED
    assert err.startswith("two_steps.py") and "Traceback" not in err


def test_what_runs_is_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "two_steps.py"
    file.write_text(GOOD, encoding="utf-8")
    assert load([file], alone=True)["two_steps"].file == file
