"""Total derivatives through a recurrence, for symbolic times.

Everything here is one fact, the solution of a linear recurrence: if δ_j = A_j δ_{j-1} + c_j for
j > h, then δ_t = (∏_{j=h+1}^{t} A_j) δ_h + Σ_{k=h+1}^{t} (∏_{j=k+1}^{t} A_j) c_k. With A_j the step
Jacobian, c = 0 gives ∂s_t/∂s_h and δ_h = 0, c_k = ∂⁺s_k/∂θ gives ∂s_t/∂θ. The statements in
`proofs/` prove it for the lecture's recurrence.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Expr, Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.calculus import jacobian as plain_jacobian
from symrnn.calculus import vjp
from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.language.algebra import (
    MatrixProduct,
    MatrixSum,
    Zeros,
    as_matrix,
    scalar_one,
)
from symrnn.language.canonical import transpose
from symrnn.language.derivatives import NUMERATOR, ImmediateDerivative, require_layout
from symrnn.language.ordered import OrderedProduct, OrderedSum, fresh_index
from symrnn.language.shapes import is_column, is_scalar
from symrnn.language.structure import Block, Rows, columns
from symrnn.language.time import Sequence, TimeVector
from symrnn.recurrence.recurrence import Recurrence


def step_jacobian(rnn: Recurrence, time: Any) -> MatrixExpr:
    """∂s_j/∂s_{j-1} at one time, numerator layout; block by block for a state of several parts."""
    rows = [
        [rnn.immediate(part[time], earlier[time - 1]) for earlier in rnn.states]
        for part in rnn.states
    ]
    return Block(*rows)


def transition_product(rnn: Recurrence, later: Any, earlier: Any) -> MatrixExpr:
    """∏_{j=earlier+1}^{later} ∂s_j/∂s_{j-1}, latest factor on the left; one factor is itself."""
    earlier, later = sympy.sympify(earlier), sympy.sympify(later)
    if sympy.expand(later - earlier) == 1:
        return step_jacobian(rnn, later)
    taken = earlier.free_symbols | later.free_symbols
    j = fresh_index(taken) if rnn.index in taken else rnn.index
    return OrderedProduct(step_jacobian(rnn, j), j, earlier + 1, later)


def jacobian(rnn: Recurrence, of: Any, by: Any, layout: str = NUMERATOR) -> MatrixExpr:
    """The total derivative ∂of/∂by through the recurrence, evaluated.

    Args:
        rnn: the recurrence.
        of: a time-indexed column at an integer or symbolic time (a state, an intermediate, the
            loss).
        by: a state at a time that is not later, a parameter column, or `Vec(W)`.
        layout: "numerator" or "denominator".

    Returns:
        A matrix of the language; ordered products and sums for symbolic times.
    """
    of, by = as_matrix(of), as_matrix(by)
    result = _jacobian(rnn, of, by)
    return result if require_layout(layout) == NUMERATOR else transpose(result)


def _jacobian(rnn: Recurrence, of: MatrixExpr, by: MatrixExpr) -> MatrixExpr:
    if not isinstance(of, TimeVector):
        if any(rnn.definition(leaf) is not None for leaf in of.atoms(TimeVector)):
            raise NotSupportedError(
                "the total derivative of an expression in states",
                {"expected": "a time-indexed vector, such as s[t]", "got": str(of)},
            )
        return plain_jacobian(of, by)
    if isinstance(by, TimeVector):
        return _by_state(rnn, of, by)
    through = _before(rnn, of)
    if through is None:
        return rnn.immediate(of, by)
    k = _summation_index(of.index)
    parts = _parts(rnn, k)
    source = Block(*([rnn.immediate(part, by)] for part in parts))
    # A state is reached through its own product; all else through the states it reads.
    if rnn.is_state(of):
        terms = MatrixProduct(transition_product(rnn, of.index, k), source)
        return _rows_of(rnn, of, OrderedSum(terms, k, 1, of.index))
    terms = MatrixProduct(transition_product(rnn, through, k), source)
    carried = _by_states_at(rnn, of, through) * OrderedSum(terms, k, 1, through)
    direct = rnn.immediate(of, by) if through != of.index else Zeros(*carried.shape)
    return MatrixSum(carried, direct)


def _by_state(rnn: Recurrence, of: TimeVector, by: TimeVector) -> MatrixExpr:
    if not rnn.is_state(by):
        raise NotSupportedError(
            f"the derivative by {by}", {"expected": "a state or a parameter", "got": str(by)}
        )
    gap = sympy.expand(of.index - by.index)
    if gap.is_negative:
        return Zeros(of.shape[0], by.shape[0])
    if rnn.is_state(of):
        product = transition_product(rnn, of.index, by.index)
        return _rows_of(rnn, of, _columns_of(rnn, by, product))
    through = _before(rnn, of)
    if through is None or (through != of.index and gap.is_zero):
        return rnn.immediate(of, by)
    product = transition_product(rnn, through, by.index)
    return MatrixProduct(_by_states_at(rnn, of, through), _columns_of(rnn, by, product))


def _before(rnn: Recurrence, of: TimeVector) -> Expr | None:
    """The time of the states that `of` reads; None if it reads none."""
    value = rnn.definition(of)
    if value is None:
        return None
    if rnn.is_state(of):
        return sympy.expand(of.index - 1)
    if any(rnn.is_state(node) for node in rnn.same_time(of)):
        return of.index
    return sympy.expand(of.index - 1)


def _by_states_at(rnn: Recurrence, of: TimeVector, time: Expr) -> MatrixExpr:
    # An output's own derivative stays a name: the loss may be any function of the state.
    by_part = _immediate_name if of.sequence in rnn.outputs else rnn.immediate
    parts = _parts(rnn, time)
    return Block([by_part(of, part, _others(parts, part)) for part in parts])


def _immediate_name(of: MatrixExpr, by: MatrixExpr, held: tuple[MatrixExpr, ...]) -> MatrixExpr:
    return ImmediateDerivative(of, by, NUMERATOR, held)


def _others(parts: list[TimeVector], part: TimeVector) -> tuple[TimeVector, ...]:
    """The other parts of the state: held, as the state's parts are variables side by side."""
    return tuple(other for other in parts if other != part)


def _parts(rnn: Recurrence, time: Any) -> list[TimeVector]:
    return [state[time] for state in rnn.states]


def _offset(rnn: Recurrence, node: TimeVector) -> Expr:
    before = rnn.states[: rnn.states.index(node.sequence)]
    return sum((sympy.sympify(state.rows) for state in before), sympy.S.Zero)


def _rows_of(rnn: Recurrence, node: TimeVector, matrix: MatrixExpr) -> MatrixExpr:
    return Rows(matrix, _offset(rnn, node), node.shape[0])


def _columns_of(rnn: Recurrence, node: TimeVector, matrix: MatrixExpr) -> MatrixExpr:
    if len(rnn.states) == 1:
        return matrix
    if node.index != 0 and any(
        rnn.is_state(leaf) for part in _parts(rnn, node.index) for leaf in rnn.same_time(part)
    ):
        # A part that is computed from another one at the same time, k ≥ 1, moves with it.
        return matrix * Block(*([rnn.immediate(p, node)] for p in _parts(rnn, node.index)))
    return columns(matrix, _offset(rnn, node), node.shape[0])


def _summation_index(*times: Any) -> Symbol:
    names = {symbol.name for time in times for symbol in sympy.sympify(time).free_symbols}
    return Symbol(next(name for name in "kil" if name not in names), integer=True)


# ---------------------------------------------------------------------- gradients


def gradient(
    rnn: Recurrence, loss: Any, parameter: Any, since: Any = 0, layout: str = NUMERATOR
) -> MatrixExpr:
    """BPTT as a sum: ∂L_t/∂θ with the shape of θ, for one loss L_t.

    Args:
        rnn: the recurrence; `loss` is one of its scalar outputs, `L[t]`.
        loss: a scalar at a time t.
        parameter: a parameter of any shape, or the initial state `s[0]`.
        since: the states at this time are held constant, which truncates: the sum starts one
            step later. τ factors are kept by `since = t - τ - 1`.
        layout: for a column parameter "numerator" gives the row ∂L/∂b; a matrix keeps its shape.
    """
    loss, parameter = as_matrix(loss), as_matrix(parameter)
    if not is_scalar(loss) or not isinstance(loss, TimeVector):
        raise IllFormedError(
            "the gradient is of a scalar at one time",
            {"expected": "L[t], 1 × 1", "got": f"{loss}, {loss.shape[0]} × {loss.shape[1]}"},
        )
    if isinstance(parameter, TimeVector):
        if since != 0:
            raise IllFormedError(
                f"the gradient by {parameter} with the state at {since} held constant",
                {"expected": "since = 0 for the gradient by a state", "got": f"since = {since}"},
            )
        return _oriented(transpose(_jacobian(rnn, loss, parameter)), layout)
    k = _summation_index(loss.index, since)
    arriving = adjoint_of(rnn, loss, k)
    total = OrderedSum(_local(rnn, parameter, k, arriving), k, sympy.sympify(since) + 1, loss.index)
    direct = _direct(rnn, loss, parameter)
    return _oriented(MatrixSum(total, direct), layout)


def adjoint_of(rnn: Recurrence, loss: TimeVector, time: Any) -> MatrixExpr:
    """(∂L_t/∂s_k)ᵀ as a column: the row ∂⁺L_t/∂s_t carried back by the product, transposed."""
    row = _by_states_at(rnn, loss, loss.index)
    return transpose(MatrixProduct(row, transition_product(rnn, loss.index, time)))


def adjoint_recursion(rnn: Recurrence, delta: Sequence, loss: Sequence, time: Any) -> MatrixExpr:
    """The right side of δ_{k} = A_{k+1}ᵀ δ_{k+1} + (∂⁺L_k/∂s_k)ᵀ at k = `time`: one step back.

    δ_k = (∂L/∂s_k)ᵀ for the total loss L = Σ L_k; O(t) in all, where the sum is O(t²).
    """
    time = sympy.sympify(time)
    row = _by_states_at(rnn, loss[time], time)
    return MatrixSum(
        MatrixProduct(transpose(step_jacobian(rnn, time + 1)), delta[time + 1]), transpose(row)
    )


def gradient_from_adjoint(
    rnn: Recurrence, delta: Sequence, parameter: Any, lower: Any, upper: Any
) -> MatrixExpr:
    """∂L/∂θ = Σ_k (∂⁺s_k/∂θ)ᵀ δ_k from the adjoint states, with the shape of θ."""
    k = _summation_index(lower, upper)
    local = _local(rnn, as_matrix(parameter), k, delta[k])
    return OrderedSum(local, k, lower, upper)


def _local(rnn: Recurrence, parameter: MatrixExpr, k: Symbol, arriving: MatrixExpr) -> MatrixExpr:
    terms = []
    for part in _parts(rnn, k):
        piece = Rows(arriving, _offset(rnn, part), part.shape[0])
        terms.append(rnn.immediate_vjp(part, parameter, piece))
    return MatrixSum(*terms)


def _direct(rnn: Recurrence, loss: TimeVector, parameter: MatrixExpr) -> MatrixExpr:
    """What reaches the parameter without passing through a state (a readout inside the loss)."""
    value = rnn.definition(loss)
    if value is None or not value.has(parameter):
        return Zeros(*parameter.shape)
    return vjp(value, parameter, scalar_one())


def _oriented(column: MatrixExpr, layout: str) -> MatrixExpr:
    wants_row = require_layout(layout) == NUMERATOR and is_column(column)
    return transpose(column) if wants_row else column
