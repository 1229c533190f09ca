"""The table of letters: every quantity of a cell and of its lecture, what it is, its shape.

What a quantity is, is read off the definitions: which vectors a parameter is multiplied by, and
whether it is added alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sympy import Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.language.algebra import MatrixSum, Parameter
from symrnn.language.time import TimeVector
from symrnn.lecture.statements import Writer
from symrnn.recurrence.recurrence import Recurrence
from symrnn.theory.about import Subject
from symrnn.typeset.words import phrase

Row = tuple[str, str, str]
"""A letter, what it is, its shape."""

EACH = "acts on each entry"
SPOKEN = ("gamma", "lambda", "kappa", "eta", "tau", "t", "k", "h", "T")
"""What the lecture speaks of besides a cell, where a claim does."""


def quantities(rnn: Subject, writer: Writer, used: Collection[str]) -> list[Row]:
    """A row for each quantity.

    Args:
        rnn: the cell.
        writer: the notation.
        used: names of the symbols in what is claimed of the cell.
    """
    said, now = writer.notation.meaning, rnn.j
    vectors = {each.label: each for each in (*rnn.recurrence.definitions,)}
    vectors |= {each.label: each[now] for each in rnn.recurrence.inputs}
    kinds = _kinds(rnn, writer)
    rows = [
        (writer.math(vectors[name]), kind, shape(vectors[name].shape, writer))
        for name, kind in kinds.items()
    ]
    for each in rnn.cell.parameters:
        what = role(rnn.cell.recurrence, each)
        rows.append((writer.math(each), what, shape(each.shape, writer)))
    rows += [(writer.math(s), phrase("parameter"), phrase("number")) for s in rnn.cell.scalars]
    known = phrase("activation; the statements hold for any differentiable one")
    rows += [
        (writer.math(f), phrase(said("sigma")) if f.is_unknown else known, phrase(EACH))
        for f in rnn.cell.activations
    ]
    rows += [(writer.math(size), _counts(rnn, size), phrase("number")) for size in rnn.cell.sizes]
    rows += [
        (f"${writer.notation.plain(each)}$", phrase(said(each)), phrase("number"))
        for each in SPOKEN
        if rnn.letters.get(each, each) in used
    ]
    return [*rows, (writer.math(now), phrase(said("j")), phrase("number"))]


def _kinds(rnn: Subject, writer: Writer) -> dict[str, str]:
    """What each vector is, by its label."""
    cell, said = rnn.cell, writer.notation.meaning
    kinds = {each.label: phrase(said("s")) for each in rnn.states}
    if len(rnn.states) > 1:
        parts = phrase(", then ").join(writer.math(each[rnn.j]) for each in rnn.states)
        kinds[rnn.s.label] = phrase("the whole state, stacked: {parts}", parts=parts)
    if rnn.one_activation:
        kinds.setdefault(rnn.argument.label, phrase(said("a")))
        kinds.setdefault(rnn.activated.label, phrase("what comes out of the activation"))
    for each in cell.intermediates:
        kinds.setdefault(each.label, phrase("computed in a step"))
    kinds |= {each.label: phrase(said("x")) for each in cell.inputs}
    return {**kinds, rnn.L.label: phrase(said("L"))}


def role(recurrence: Recurrence, parameter: Parameter) -> str:
    """What a parameter is: what vectors its products read, or that it is added and no more."""
    uses = [use for value in recurrence.definitions.values() for use in _uses(value, parameter)]
    read = {vector for use in uses for vector in use}
    if parameter.shape[1] == 1:
        return phrase("parameter") if read else phrase("bias")
    entering = {vector for vector in read if vector.sequence in recurrence.inputs}
    if read and entering == read:
        return phrase("input weights")
    earlier = all(any(_is_earlier(recurrence, v) for v in use) for use in uses)
    if read and earlier and not entering:
        return phrase("recurrent weights")
    return phrase("weights")


def _is_earlier(recurrence: Recurrence, vector: TimeVector) -> bool:
    """Whether a vector is of the time before, or computed of such alone."""
    now = recurrence.index
    if vector.index != now or vector.sequence in recurrence.inputs:
        return bool(vector.index != now)
    read = recurrence.expanded(vector).atoms(TimeVector)
    return bool(read) and all(each.index != now for each in read)


def _uses(value: Any, parameter: Parameter) -> Iterator[set[TimeVector]]:
    """The vectors in each product of a parameter; none where it is a summand."""
    for node in {value, *value.atoms(MatrixExpr)}:
        if parameter in node.args or parameter in getattr(node, "factors", ()):
            yield set() if isinstance(node, MatrixSum) else node.atoms(TimeVector)


def _counts(rnn: Subject, size: Symbol) -> str:
    """What a size is the number of."""
    if any(each.rows == size for each in rnn.states):
        return phrase("number of hidden units")
    if any(each.rows == size for each in rnn.cell.inputs):
        return phrase("number of inputs")
    return phrase("size")


def shape(sizes: Sequence[Any], writer: Writer) -> str:
    """A shape in print; of a column, its height."""
    rows, columns = sizes
    if (rows, columns) == (1, 1):
        return phrase("number")
    height = writer.latex(rows)
    return f"${height}$" if columns == 1 else f"${height} \\times {writer.latex(columns)}$"
