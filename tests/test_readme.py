"""README's first example is what happens, word for word, and its statement checks."""

from __future__ import annotations

import doctest
import importlib.util
import re
from contextlib import nullcontext
from fractions import Fraction
from pathlib import Path

import pytest

import symrnn
from symrnn.activation_text import parse_activation
from symrnn.errors import UnjustifiedStepError
from symrnn.language.activations import FORMULAS
from symrnn.theory.library import load

README = Path(__file__).resolve().parent.parent / "README.md"


def test_the_first_example_runs_as_printed() -> None:
    text = README.read_text(encoding="utf-8")
    block = re.search(r"```python\n(>>>.*?)```", text, re.DOTALL)
    assert block is not None
    # The last digits of a residual differ between machines.
    flags = doctest.IGNORE_EXCEPTION_DETAIL | doctest.ELLIPSIS
    source = re.sub(r"agrees to \d+e-\d+", "agrees to ...", block[1])
    test = doctest.DocTestParser().get_doctest(source, {}, "README", str(README), 0)
    runner = doctest.DocTestRunner(optionflags=flags)
    runner.run(test)
    assert runner.tries > 8
    assert runner.failures == 0


def test_the_other_examples_run_as_printed() -> None:
    text = README.read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(>>>.*?)```", text, re.DOTALL)[1:]
    assert blocks
    for place, block in enumerate(blocks):
        if "import torch" in block and importlib.util.find_spec("torch") is None:
            continue  # an extra
        test = doctest.DocTestParser().get_doctest(block, {}, f"README {place}", str(README), 0)
        runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
        runner.run(test)
        assert runner.tries > 2
        assert runner.failures == 0


def test_the_statement_shown_checks(tmp_path: Path) -> None:
    text = README.read_text(encoding="utf-8")
    block = re.search(r"```python\n(from symrnn import D.*?)```", text, re.DOTALL)
    assert block is not None
    proof = tmp_path / "two_steps.py"
    proof.write_text(block[1], encoding="utf-8")
    library = load([proof])
    assert library["two_steps"].check(symrnn.elman(), library) == 1


def test_the_rule_shown_proves_and_refuses(tmp_path: Path) -> None:
    text = README.read_text(encoding="utf-8")
    block = re.search(r"```python\n(from symrnn.kernel.axioms import.*?)```", text, re.DOTALL)
    assert block is not None
    statement = """
from symrnn import Parameter, derivation, statement


@statement()
def gram(rnn):
    \"\"\"AᵀA is symmetric\"\"\"
    A = Parameter("A", rnn.d, rnn.d)
    return derivation((A.T * A).T).equals(RIGHT, gram_is_symmetric)
"""
    for right, proved in (("A.T * A", True), ("A * A.T", False)):
        proof = tmp_path / f"gram_{proved}.py"
        proof.write_text(block.group(1) + statement.replace("RIGHT", right), encoding="utf-8")
        library = load([proof])
        refused = pytest.raises(UnjustifiedStepError, match="by `gram_is_symmetric`")
        with nullcontext() if proved else refused:
            assert library["gram"].check(symrnn.elman(), library) == 1


def test_the_table_of_slopes_is_what_certify_says() -> None:
    text = README.read_text(encoding="utf-8")
    rows = re.findall(
        r"^\|[^|]+\| `([^`]+)` \| ([^|]+) \| ([^|]+) \| certified \| [^|]+ \|$", text, re.M
    )
    assert len(rows) == 17
    for formula, gamma, where in rows:
        found = symrnn.certify(formula if formula in FORMULAS else parse_activation(formula))
        assert found.where == where, formula
        if gamma == "unbounded":
            assert found.verdict == gamma
        else:
            assert found.lower is not None and found.upper is not None
            half_a_digit = Fraction(1, 2 * 10**13)
            assert found.lower - half_a_digit <= Fraction(gamma) <= found.upper + half_a_digit
