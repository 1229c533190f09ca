"""The nodes of an expression, each once, against what SymPy finds by walking to every place."""

from __future__ import annotations

import pytest
import sympy
from sympy import Symbol

from symrnn.cells import named
from symrnn.language.activations import Activation
from symrnn.language.ordered import Ranged
from symrnn.language.time import TimeVector
from symrnn.numeric.lower import lower
from symrnn.numeric.parts import parts, parts_of

KINDS = (sympy.MatrixSymbol, TimeVector, Symbol, Ranged, Activation)


@pytest.mark.parametrize("name", ["elman", "lstm"])
def test_what_is_found_is_what_stands_in_the_expression(name: str) -> None:
    made = named(name, loss="unknown")
    (loss,), t = made.recurrence.outputs, Symbol("t", integer=True)
    gradient = made.gradient(loss[t], made.parameters[0])
    assert set(parts(gradient)) == set(sympy.preorder_traversal(gradient))
    for kind in KINDS:
        assert parts_of(gradient, kind) == gradient.atoms(kind)
    assert parts_of(gradient, *KINDS) == gradient.atoms(*KINDS)
    assert not parts_of(gradient, sympy.Sum)


def test_what_was_printed_last_is_not_taken_for_another() -> None:
    made = named("elman", loss="unknown")
    (loss,), t = made.recurrence.outputs, Symbol("t", integer=True)
    sources = [lower(made.gradient(loss[t], each)).source for each in made.parameters]
    assert len(set(sources)) == len(sources)
    again = lower(made.gradient(loss[t], made.parameters[0])).source
    assert again == sources[0]
