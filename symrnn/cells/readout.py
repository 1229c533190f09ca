"""Readouts and losses that go with any cell: further definitions at the same time.

    y = V h + b_y                              readout "linear"
    a_y = V h + b_y,  y = softmax(a_y)         readout "softmax"
    L = (y - target)ᵀ (y - target) / 2         loss "squared"
    L = -targetᵀ log y                         loss "cross_entropy", of a softmax
    L = ℓ(y)                                   loss "unknown": any differentiable function

Where a cell has one of these names already, the next of V_y, V_out, … is taken; `cell.parameters`
and `cell.inputs` say which. Losses are added up over all times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from sympy import Expr, Rational, Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.cells.step import Cell
from symrnn.errors import IllFormedError, ShapeError
from symrnn.language.algebra import (
    LogSumExp,
    MatrixProduct,
    MatrixSum,
    Ones,
    Parameter,
    Softmax,
    Transposed,
    as_matrix,
)
from symrnn.language.derivatives import VectorFunction
from symrnn.language.names import in_code
from symrnn.language.shapes import is_scalar, show
from symrnn.language.time import Sequence, TimeVector
from symrnn.recurrence.recurrence import Recurrence

LINEAR, SOFTMAX = "linear", "softmax"
SQUARED, CROSS_ENTROPY, UNKNOWN = "squared", "cross_entropy", "unknown"
READOUTS = (LINEAR, SOFTMAX)
LOSSES = (SQUARED, CROSS_ENTROPY, UNKNOWN)


def with_measure(cell: Cell, readout: str | None, loss: str | None) -> Cell:
    """The cell with a readout and a loss, where they are asked for."""
    read = cell if readout is None else with_readout(cell, readout)
    return read if loss is None else with_loss(read, loss)


def with_readout(cell: Cell, readout: str = LINEAR, *, of: str | None = None) -> Cell:
    """The cell with an output y of a size of its own, computed from one of its vectors.

    Args:
        cell: has no loss yet.
        readout: "linear" or "softmax".
        of: the vector that is read; without it the one that nothing of the same step reads.

    Raises:
        IllFormedError: no such readout, no such vector, or no clear one.

    >>> from symrnn.cells import named
    >>> print(with_readout(named("elman"), "softmax"))
    h = tanh(W h' + U x + b)
    a_y = V h + b_y
    y = softmax(a_y)
    """
    _require_open(cell)
    if readout not in READOUTS:
        raise IllFormedError(
            f"the readout {readout!r}", {"expected": " or ".join(READOUTS), "got": repr(readout)}
        )
    read = output_of(cell, of)
    now, taken = cell.index, _taken(cell)
    rows = Symbol(_fresh(("n", "n_y", "n_out"), taken), integer=True, positive=True)
    V = Parameter(_fresh(("V", "V_y", "V_out"), taken), rows, read.rows)
    bias = Parameter(_fresh(("b_y", "c_y", "b_out"), taken), rows, 1)
    y = Sequence(_fresh(("y", "y_out", "p_out"), taken), rows)
    drive = V * read[now] + bias
    added: dict[TimeVector, MatrixExpr] = {y[now]: drive}
    if readout == SOFTMAX:
        logits = Sequence(_fresh((f"a_{in_code(y.label)}", "z_out"), taken), rows)
        added = {logits[now]: drive, y[now]: Softmax(logits[now])}
    return _extended(cell, added, (), ())


def with_loss(
    cell: Cell,
    loss: str | Callable[[Mapping[str, Sequence], Symbol], MatrixExpr],
    *,
    of: str | None = None,
) -> Cell:
    """The cell with a loss L_t at every time t, which the cell's gradients are then of.

    Args:
        cell: has no loss yet.
        loss: "squared", "cross_entropy" or "unknown"; or a function that is called with the
            cell's sequences by name and its time, and returns the loss as a 1 × 1 expression of
            the language. It may read states one step back.
        of: the vector that is compared; without it the one that nothing of the same step reads.

    Raises:
        IllFormedError: no such loss, no such vector, or no clear one; a cross-entropy of what is
            no softmax.
        ShapeError: a loss that is not 1 × 1.
    """
    _require_open(cell)
    now, taken = cell.index, _taken(cell)
    L = Sequence(_fresh(("L", "L_out"), taken), 1)
    if callable(loss):
        known = {each.label: each for each in (*cell.order, *cell.inputs)}
        value = as_matrix(loss(known, now))
        if not is_scalar(value):
            raise ShapeError("a loss is a number", {"expected": "1 × 1", "got": show(value.shape)})
        before = {node.sequence for d in cell.definitions.values() for node in d.atoms(TimeVector)}
        read = {node.sequence for node in value.atoms(TimeVector)}
        new = sorted(read - before - {*cell.order, *cell.inputs}, key=lambda each: each.label)
        return _extended(cell, {L[now]: value}, new, (L,))
    if loss not in LOSSES:
        raise IllFormedError(
            f"the loss {loss!r}",
            {"expected": f"{', '.join(LOSSES)}, or a function", "got": repr(loss)},
        )
    y = output_of(cell, of)
    if loss == UNKNOWN:
        return _extended(cell, {L[now]: VectorFunction("ell", 1, y[now])}, (), (L,))
    target = Sequence(_fresh(("target", "target_out"), taken), y.rows)
    if loss == SQUARED:
        gap = MatrixSum(y[now], -target[now])
        value = MatrixProduct(Rational(1, 2), Transposed(gap), gap)
    else:
        value = _cross_entropy(cell, y, target)
    return _extended(cell, {L[now]: value}, (target,), (L,))


def _cross_entropy(cell: Cell, y: Sequence, target: Sequence) -> MatrixExpr:
    """-targetᵀ log softmax(a) = (1ᵀ target) log Σ exp(a_l) - targetᵀ a: no logarithm of a 0."""
    now = cell.index
    softmax = cell.definitions[y[now]]
    if not isinstance(softmax, Softmax):
        raise IllFormedError(
            f"the cross-entropy of {y.label}",
            {"expected": 'probabilities: readout = "softmax"', "got": f"{y.label} = {softmax}"},
        )
    logits, wanted = softmax.args[0], target[now]
    weight = MatrixProduct(Ones(1, y.rows), wanted)
    return MatrixSum(
        MatrixProduct(weight, LogSumExp(logits)), -MatrixProduct(Transposed(wanted), logits)
    )


def given_out(cell: Cell) -> list[Sequence]:
    """The vectors that nothing of the same step reads."""
    read = {v for value in cell.definitions.values() for v in value.atoms(TimeVector)}
    computed = (each for each in cell.order if each not in cell.recurrence.outputs)
    return [each for each in computed if each[cell.index] not in read]


def output_of(cell: Cell, name: str | None = None) -> Sequence:
    """What a cell gives: the named vector, or the one that nothing of the same step reads.

    Raises:
        IllFormedError: no such vector, or no clear one.
    """
    by_name = {each.label: each for each in cell.order if each not in cell.recurrence.outputs}
    if name is None:
        last = given_out(cell)
        if len(last) != 1:
            raise IllFormedError(
                f"what {cell.name} gives is not clear",
                {
                    "expected": f"of = one of {', '.join(by_name)}",
                    "got": "none; nothing of the same step reads "
                    + " and ".join(each.label for each in last),
                },
            )
        return last[0]
    if name not in by_name:
        raise IllFormedError(
            f"{name} is no vector of {cell.name}",
            {"expected": ", ".join(by_name), "got": name},
        )
    return by_name[name]


def _require_open(cell: Cell) -> None:
    if cell.recurrence.outputs:
        labels = ", ".join(each.label for each in cell.recurrence.outputs)
        raise IllFormedError(
            f"{cell.name} has a loss", {"expected": "a cell without one", "got": labels}
        )


def _extended(
    cell: Cell,
    added: Mapping[TimeVector, MatrixExpr],
    inputs: Iterable[Sequence],
    outputs: tuple[Sequence, ...],
) -> Cell:
    recurrence = cell.recurrence
    made = Recurrence(
        recurrence.index,
        recurrence.states,
        (*recurrence.inputs, *inputs),
        {**recurrence.definitions, **added},
        outputs,
    )
    return Cell(cell.name, made, cell.letters, cell.reference)


def _taken(cell: Cell) -> set[str]:
    scalars: set[Expr] = {*cell.scalars, *cell.sizes, cell.index}
    return {in_code(name) for name in (*cell.shapes, *map(str, scalars))}


def _fresh(names: Iterable[str], taken: set[str]) -> str:
    """The first name that is free, and from now on taken."""
    options = list(names)
    numbered = (f"{options[-1]}{number}" for number in range(2, 1000))
    found = next(name for name in (*options, *numbered) if in_code(name) not in taken)
    taken.add(found)
    return found


def measure_of(cell: Cell) -> tuple[Cell, str, Sequence] | None:
    """What `with_loss` was asked for: the cell without its loss, which loss, and of which vector.

    None for a cell without a loss, or with another than "squared" and "cross_entropy".
    """
    now, recurrence = cell.index, cell.recurrence
    if len(recurrence.outputs) != 1:
        return None
    loss = recurrence.outputs[0][now]
    others = {of: value for of, value in recurrence.definitions.items() if of != loss}
    read = {v.sequence for value in others.values() for v in value.atoms(TimeVector)}
    inputs = tuple(each for each in recurrence.inputs if each in read)
    names = {*(each.label for each in inputs)}
    kept = Recurrence(now, recurrence.states, inputs, others)
    gone = {loss.label} | ({each.label for each in recurrence.inputs} - names)
    letters = {name: letter for name, letter in cell.letters.items() if name not in gone}
    plain = Cell(cell.name, kept, letters, cell.reference)
    for of in plain.order:
        for kind in (SQUARED, CROSS_ENTROPY):
            try:
                made = with_loss(plain, kind, of=of.label)
            except (IllFormedError, ShapeError):
                continue
            (own,) = made.recurrence.outputs
            if made.definitions[own[now]] == recurrence.definitions[loss]:
                return plain, kind, of
    return None
