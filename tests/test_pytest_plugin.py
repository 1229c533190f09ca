"""Proof files as tests: one for each statement and grade; a wrong statement fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from symrnn.pytest_plugin import pytest_collect_file

pytest_plugins = ["pytester"]

RIGHT = '''
from symrnn import derivation, statement
from symrnn import rules as by


@statement()
def product_turned_round(rnn):
    """A transpose turns a product round"""
    return derivation((rnn.W * rnn.b).T).equals(rnn.b.T * rnn.W.T, by.transpose_of_product)
'''
CONFTEST = "from symrnn.pytest_plugin import pytest_collect_file\n"


def run(pytester: pytest.Pytester, proof: str) -> pytest.RunResult:
    pytester.makeconftest(CONFTEST)
    (pytester.path / "product_turned_round.py").write_text(proof, encoding="utf-8")
    return pytester.runpytest_subprocess("-v", "-p", "no:cacheprovider", str(pytester.path))


def test_a_statement_is_five_tests(pytester: pytest.Pytester) -> None:
    result = run(pytester, RIGHT)
    result.assert_outcomes(passed=5)
    for which in ("sampled", "explicit", "derived", "counterexamples", "slips"):
        result.stdout.fnmatch_lines([f"*product_turned_round[[]{which}] PASSED*"])


def test_a_wrong_statement_fails_every_grade(pytester: pytest.Pytester) -> None:
    result = run(pytester, RIGHT.replace("rnn.W.T, by", "rnn.W, by"))
    # Of its slips the one that makes it right is none, and the others are caught.
    result.assert_outcomes(passed=2, failed=3)
    result.stdout.fnmatch_lines(["*is not justified by `transpose_of_product`*"])
    said = str(result.stdout).split("product_turned_round[derived] _")[-1].splitlines()[1:]
    failure = said[: next(at for at, line in enumerate(said) if line.startswith(("_", "=")))]
    assert 2 < len(failure) <= 15
    assert not any("Traceback" in line or line.startswith(">") for line in failure)


AGAIN = '''
from symrnn import derivation, statement
from symrnn import rules as by


@statement(uses=["product_turned_round"])
def again(rnn):
    """What another file of the folder shows may be used"""
    turned = rnn.b.T * rnn.W.T
    return derivation((rnn.W * rnn.b).T).equals(turned, by.uses("product_turned_round"))
'''


def test_a_file_uses_what_another_of_its_folder_shows(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(CONFTEST)
    for name, proof in (("product", RIGHT), ("again", AGAIN), ("broken", "1 / 0")):
        (pytester.path / f"{name}.py").write_text(proof, encoding="utf-8")
    options = ("-q", "-p", "no:cacheprovider", "--continue-on-collection-errors", "-k", "again")
    result = pytester.runpytest_subprocess(*options, str(pytester.path))
    # The broken file says so itself, and takes nothing with it.
    result.assert_outcomes(passed=5, errors=1, deselected=5)
    result.stdout.fnmatch_lines(["*broken.py, line 1: ZeroDivisionError*"])


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    for name in ("conftest.py", "test_x.py", "_draft.py", "notes.txt"):
        assert pytest_collect_file(tmp_path / name, None) is None  # type: ignore[arg-type]
