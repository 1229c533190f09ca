"""Text that is given as a number, a size, a time or an expression is refused, and never run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sympy import Symbol

from symrnn import elman, entry, latex, lower, ordered_sum
from symrnn.errors import IllFormedError
from symrnn.kernel import Fact
from symrnn.language.algebra import Identity, Ones, Parameter, Zeros
from symrnn.language.relations import Inequality
from symrnn.language.shapes import symbolic
from symrnn.language.writing import text
from symrnn.typeset.javascript import number

rnn = elman("tanh")
WAYS: dict[str, Callable[[Any], Any]] = {
    "a size": lambda given: elman("tanh", hidden=given),
    "an identity": Identity,
    "ones": lambda given: Ones(given, 1),
    "zeros": lambda given: Zeros(1, given),
    "a time": lambda given: rnn.s[given],
    "a bound": lambda given: ordered_sum(rnn.s[rnn.t], (rnn.t, given, 4)),
    "a pair": lambda given: Identity((given, given)),
    "a factor": lambda given: given * rnn.parameters[0],
    "an exponent": lambda given: rnn.parameters[0] ** given,
    "a row": lambda given: entry(rnn.parameters[0], given, 1),
    "a side": lambda given: Inequality(given, 3),
    "the rows of a parameter": lambda given: Parameter("V", given, 2),
    "a fact": Fact.nonnegative,
    "what is not 0": Fact.nonzero,
    "a formula that is lowered": lower,
    "a number in JavaScript": number,
    "LaTeX": latex,
    "text": text,
}


@pytest.mark.parametrize("way", WAYS)
def test_text_is_refused_and_not_run(way: str, tmp_path: Path) -> None:
    made = tmp_path / "made"
    with pytest.raises(IllFormedError, match="is no expression"):
        WAYS[way](f"__import__('pathlib').Path({str(made)!r}).touch() or 1")
    assert not made.exists()


def test_numbers_and_symbols_are_taken() -> None:
    n = Symbol("n")
    assert symbolic(n) is n
    assert symbolic(2) == 2
