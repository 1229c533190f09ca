"""The statements about gates: each part is a theorem, and wrong versions of it are refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
import sympy
from sympy import Expr
from sympy.matrices.expressions import MatrixExpr

from symrnn import elman
from symrnn.errors import SymrnnError
from symrnn.language.algebra import MatrixProduct, Zeros
from symrnn.theory.check import prove
from symrnn.theory.derivation import Induction
from symrnn.theory.library import lecture_folder, load
from symrnn.theory.statement import Statement

RNN = elman()
LIBRARY = load([lecture_folder() / "gates"])
HEADLINES = [
    (name, number)
    for name, each in LIBRARY.items()
    for number, part in enumerate(each.parts(RNN))
    if part.label in each.headline
]


@pytest.mark.parametrize("name", LIBRARY)
def test_each_part_is_a_theorem(name: str) -> None:
    statement = LIBRARY[name]
    assert statement.check(RNN, LIBRARY) > 0
    labels = [part.label for part in statement.parts(RNN)]
    assert set(statement.headline) <= set(labels)
    for number, part in enumerate(statement.parts(RNN)):
        theorem = statement.theorem(RNN, LIBRARY, number)
        if part.cell is not None and theorem.cell is not None:
            assert theorem.cell.definitions == dict(part.cell.recurrence.definitions)


@pytest.mark.parametrize("name", LIBRARY)
def test_counterexamples_refute(name: str) -> None:
    assert LIBRARY[name].counterexamples
    for each in LIBRARY[name].counterexamples:
        assert each.find().refutes
        assert each.explains


def wrong(value: Any) -> Iterator[Any]:
    """Values that a last line might have by a slip."""
    if isinstance(value, MatrixExpr):
        yield MatrixProduct(2, value) if not isinstance(value, Zeros) else None
        if isinstance(value, MatrixProduct) and len(set(value.factors)) > 1:
            turned = value.factors[::-1]
            if all(sympy.expand(a.shape[1] - b.shape[0]) == 0 for a, b in pairwise(turned)):
                yield MatrixProduct(value.coefficient, *turned)
        yield MatrixProduct(-1, value) if not isinstance(value, Zeros) else None
    elif isinstance(value, Expr) and value not in (0, sympy.oo):
        yield value / 2


@pytest.mark.parametrize(("name", "number"), HEADLINES)
def test_slips_are_refused(name: str, number: int) -> None:
    statement: Statement = LIBRARY[name]
    part = statement.parts(RNN)[number]
    context = statement.context(RNN, LIBRARY, number)
    chain = part.proof.step if isinstance(part.proof, Induction) else part.proof
    *before, last = chain.steps
    planted = 0
    for value in wrong(last.after):
        if value is None:
            continue
        slipped = replace(chain, steps=(*before, replace(last, after=value)))
        inductive = isinstance(part.proof, Induction)
        proof = replace(part.proof, step=slipped) if inductive else slipped
        with pytest.raises(SymrnnError):
            prove(proof, context, explain=False)
        planted += 1
    assert planted or last.after in (0, sympy.oo) or isinstance(last.after, Zeros)
