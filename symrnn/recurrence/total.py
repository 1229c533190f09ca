"""Total derivatives through a recurrence, for symbolic times.

Everything here is one fact, the solution of a linear recurrence: if δ_j = A_j δ_{j-1} + c_j for
j > h, then δ_t = (∏_{j=h+1}^{t} A_j) δ_h + Σ_{k=h+1}^{t} (∏_{j=k+1}^{t} A_j) c_k. With A_j the step
Jacobian, c = 0 gives ∂s_t/∂s_h and δ_h = 0, c_k = ∂⁺s_k/∂θ gives ∂s_t/∂θ. The statements in
`proofs/` prove it for the lecture's recurrence.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy
from sympy import Expr, Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.calculus import jacobian as plain_jacobian
from symrnn.calculus.linear import columns
from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.language.algebra import (
    Identity,
    MatrixProduct,
    MatrixSum,
    Zeros,
    as_matrix,
    scalar_one,
)
from symrnn.language.canonical import transpose
from symrnn.language.derivatives import (
    NUMERATOR,
    ImmediateDerivative,
    Partial,
    VectorFunction,
    require_layout,
)
from symrnn.language.ordered import OrderedProduct, OrderedSum, fresh_index
from symrnn.language.shapes import is_column, is_scalar, symbolic
from symrnn.language.structure import Block, Rows, Vec
from symrnn.language.time import Sequence, TimeVector
from symrnn.recurrence.recurrence import Recurrence, by_scalar
from symrnn.recurrence.times import is_before, moves_with, read_times, require_reached


@lru_cache(maxsize=64)
def step_jacobian(rnn: Recurrence, time: Any) -> MatrixExpr:
    """∂s_j/∂s_{j-1} at one time, numerator layout; block by block for a state of several parts."""
    rows = [
        [rnn.immediate(part[time], earlier[time - 1]) for earlier in rnn.states]
        for part in rnn.states
    ]
    return Block(*rows)


def transition_product(rnn: Recurrence, later: Any, earlier: Any) -> MatrixExpr:
    """∏_{j=earlier+1}^{later} ∂s_j/∂s_{j-1}, latest factor on the left; one factor is itself."""
    earlier, later = symbolic(earlier), symbolic(later)
    if sympy.expand(later - earlier) == 1:
        return step_jacobian(rnn, later)
    taken = earlier.free_symbols | later.free_symbols
    j = fresh_index(taken) if rnn.index in taken else rnn.index
    return OrderedProduct(step_jacobian(rnn, j), j, earlier + 1, later)


def jacobian(rnn: Recurrence, of: Any, by: Any, layout: str = NUMERATOR) -> MatrixExpr:
    """The total derivative ∂of/∂by through the recurrence, evaluated.

    Where symbolic times leave open which comes first, the formula is the one for `by` before
    `of`; `symrnn.recurrence.times.conditions` says what that takes.

    Args:
        rnn: the recurrence.
        of: a time-indexed column at an integer or symbolic time (a state, an intermediate, the
            loss).
        by: a vector at a time, a parameter column, `Vec(W)`, or a scalar of the recurrence. What
            is computed before `by` does not depend on it: 0.
        layout: "numerator" or "denominator".

    Returns:
        A matrix of the language; ordered products and sums for symbolic times.

    Raises:
        IllFormedError: for what the recurrence does not have, or not at that time.
        NotSupportedError: where the calculus has no rule.
    """
    if isinstance(by, Symbol):
        return by_scalar(rnn, by, lambda lifted, one: jacobian(lifted, of, one, layout))
    of, by = as_matrix(of), as_matrix(by)
    result = _jacobian(rnn, of, by)
    return result if require_layout(layout) == NUMERATOR else transpose(result)


def _jacobian(rnn: Recurrence, of: MatrixExpr, by: MatrixExpr) -> MatrixExpr:
    if not isinstance(of, TimeVector):
        if any(rnn.first_time(leaf) is not None for leaf in of.atoms(TimeVector)):
            raise NotSupportedError(
                "the total derivative of an expression in states",
                {"expected": "a time-indexed vector, such as s[t]", "got": str(of)},
            )
        return plain_jacobian(of, by)
    rnn.require_exists(of)
    if isinstance(by, TimeVector):
        return _by_vector(rnn, of, by)
    rnn.require_parameter(by.args[0] if isinstance(by, Vec) else by)
    if rnn.is_state(of):
        return _rows_of(rnn, of, _states_by_parameter(rnn, of.index, by))
    terms = [row * _states_by_parameter(rnn, time, by) for time, row in _through(rnn, of)]
    direct = rnn.immediate(of, by, tuple(rnn.parts(of.index)))
    return MatrixSum(*terms, _with_named_partials(rnn, of, direct))


def _states_by_parameter(rnn: Recurrence, time: Expr, by: MatrixExpr) -> MatrixExpr:
    """∂s_t/∂θ = Σ_{k=1}^{t} (∏_{j=k+1}^{t} A_j) ∂⁺s_k/∂θ, all parts of the state together."""
    k = _summation_index(time)
    source = Block(*([rnn.immediate(part, by)] for part in rnn.parts(k)))
    return OrderedSum(MatrixProduct(transition_product(rnn, time, k), source), k, 1, time)


def _by_vector(rnn: Recurrence, of: TimeVector, by: TimeVector) -> MatrixExpr:
    """By a state, an input, or what is computed on the way: through the states of its time."""
    if rnn.is_state(by):
        rnn.require_exists(by)
    else:
        require_reached(rnn, by)
    if is_before(of.index, by.index):
        return Zeros(of.shape[0], by.shape[0])
    if rnn.is_state(of):
        return _rows_of(rnn, of, _states_by_vector(rnn, of.index, by))
    terms = [
        # A state by itself is I, all other parts of the state held: what is left is its block.
        _columns_of(rnn, by, row)
        if time == by.index and rnn.is_state(by)
        else row * _states_by_vector(rnn, time, by)
        for time, row in _through(rnn, of)
        if not is_before(time, by.index)
    ]
    if not rnn.is_state(by) and of.index == by.index:
        terms.append(_own_derivative(rnn, of, by, tuple(rnn.parts(of.index))))
    return MatrixSum(Zeros(of.shape[0], by.shape[0]), *terms)


def _states_by_vector(rnn: Recurrence, time: Any, by: TimeVector) -> MatrixExpr:
    """∂s_t/∂v_k = (∏_{j=k+1}^{t} A_j) ∂⁺s_k/∂v_k, all parts of the state together."""
    product = transition_product(rnn, time, by.index)
    if rnn.is_state(by):
        return _columns_of(rnn, by, product)
    source = Block(*([rnn.immediate(part, by)] for part in rnn.parts(by.index)))
    return MatrixProduct(product, source)


def _through(rnn: Recurrence, of: TimeVector) -> list[tuple[Expr, MatrixExpr]]:
    """What `of`, no state itself, reads of the states at its time and one step before: each time,
    and the row of immediate derivatives by the state's parts there, all other parts held.

    ∂of/∂x = Σ (∂⁺of/∂s_i) ∂s_i/∂x over both times, and the direct term.
    """
    rows = []
    for time in read_times(rnn, of):
        held = (*rnn.parts(of.index), *(rnn.parts(time) if time != of.index else ()))
        row = [_own_derivative(rnn, of, part, held) for part in rnn.parts(time)]
        rows.append((time, Block(row)))
    return rows


def _own_derivative(
    rnn: Recurrence, of: TimeVector, part: TimeVector, states: tuple[TimeVector, ...]
) -> MatrixExpr:
    held = tuple(state for state in states if state != part)
    if not rnn.reads(of, part, held):
        return Zeros(of.shape[0], part.shape[0])
    if of == part:
        return Identity(of.shape[0])
    if of.sequence in rnn.outputs and part.index == of.index:
        # An output's own derivative stays a name: the loss may be any function of the state.
        return ImmediateDerivative(of, part, NUMERATOR, held)
    return _with_named_partials(rnn, of, rnn.immediate(of, part, held))


def _with_named_partials(rnn: Recurrence, of: TimeVector, value: MatrixExpr) -> MatrixExpr:
    """A derivative of an output ℓ(y_t, …) with ∂⁺of/∂y_t, the rest held, for that of ℓ."""
    function = rnn.definition(of)
    if not isinstance(function, VectorFunction):
        return value
    read = function.arguments
    if len({*read}) < len(read) or any(getattr(each, "index", None) != of.index for each in read):
        return value

    def name(node: Partial) -> MatrixExpr:
        argument = read[int(node.args[1])]
        others = tuple(each for each in read if each != argument)
        return ImmediateDerivative(of, argument, NUMERATOR, others)

    def is_of_it(node: Any) -> bool:
        return isinstance(node, Partial) and node.args[0] == function

    return as_matrix(value.replace(is_of_it, name))


def _offset(rnn: Recurrence, node: TimeVector) -> Expr:
    before = rnn.states[: rnn.states.index(node.sequence)]
    return sum((symbolic(state.rows) for state in before), sympy.S.Zero)


def _rows_of(rnn: Recurrence, node: TimeVector, matrix: MatrixExpr) -> MatrixExpr:
    return Rows(matrix, _offset(rnn, node), node.shape[0])


def _columns_of(rnn: Recurrence, node: TimeVector, matrix: MatrixExpr) -> MatrixExpr:
    if len(rnn.states) == 1:
        return matrix
    if moves_with(rnn, node):
        moved = [rnn.immediate(part, node) for part in rnn.parts(node.index)]
        if isinstance(matrix, Block):
            # One step: block by block, so that a row of it is a sum and no product of blocks.
            pairs = (zip(row, moved, strict=True) for row in matrix.args)
            return Block(*([MatrixSum(*(MatrixProduct(*p) for p in row))] for row in pairs))
        return matrix * Block(*([part] for part in moved))
    return columns(matrix, _offset(rnn, node), node.shape[0])


def _summation_index(*times: Any) -> Symbol:
    names = {symbol.name for time in times for symbol in symbolic(time).free_symbols}
    return Symbol(next(name for name in "kil" if name not in names), integer=True)


# ---------------------------------------------------------------------- gradients


def gradient(
    rnn: Recurrence, loss: Any, parameter: Any, since: Any = 0, layout: str = NUMERATOR
) -> MatrixExpr:
    """BPTT as a sum: ∂L_t/∂θ with the shape of θ, for one loss L_t.

    Args:
        rnn: the recurrence; `loss` is one of its scalar outputs, `L[t]`.
        loss: a scalar at a time t.
        parameter: a parameter of any shape, a scalar, or the initial state `s[0]`.
        since: the states at this time are held constant, which truncates: the sum starts one
            step later. τ factors are kept by `since = t - τ - 1`.
        layout: for a column parameter "numerator" gives the row ∂L/∂b; a matrix keeps its shape.
    """
    if isinstance(parameter, Symbol):
        return by_scalar(
            rnn, parameter, lambda lifted, one: gradient(lifted, loss, one, since, layout)
        )
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
    rnn.require_exists(loss)
    rnn.require_parameter(parameter)
    since = symbolic(since)
    k = _summation_index(loss.index, since)
    terms = []
    for time, row in _through(rnn, loss):
        if is_before(since, 0) or is_before(time, since):
            raise IllFormedError(
                f"the gradient of {loss} with the state at {since} held constant",
                {"expected": f"a time from 0 to {time}", "got": f"since = {since}"},
            )
        arriving = transpose(MatrixProduct(row, transition_product(rnn, time, k)))
        terms.append(OrderedSum(_local(rnn, parameter, k, arriving), k, since + 1, time))
    held = tuple(rnn.parts(loss.index))
    direct = rnn.immediate_vjp(loss, parameter, scalar_one(), held)
    return _oriented(MatrixSum(*terms, _with_named_partials(rnn, loss, direct)), layout)


def adjoint_of(rnn: Recurrence, loss: TimeVector, time: Any) -> MatrixExpr:
    """(∂L_t/∂s_k)ᵀ as a column: the row ∂⁺L_t/∂s_t carried back by the product, transposed."""
    row = _row_at_its_time(rnn, loss)
    return transpose(MatrixProduct(row, transition_product(rnn, loss.index, time)))


def _row_at_its_time(rnn: Recurrence, loss: TimeVector) -> MatrixExpr:
    """∂⁺L_t/∂s_t of a loss that reads the states of its own time alone."""
    through = _through(rnn, loss)
    if [time for time, _ in through] != [loss.index]:
        times = ", ".join(str(time) for time, _ in through) or "none"
        raise NotSupportedError(
            f"the adjoint recursion of {loss}",
            {
                "expected": f"a loss that reads states of the time {loss.index} alone; "
                "`total.gradient` takes others",
                "got": f"states of the times: {times}",
            },
        )
    ((_, row),) = through
    return row


def adjoint_recursion(rnn: Recurrence, delta: Sequence, loss: Sequence, time: Any) -> MatrixExpr:
    """The right side of δ_{k} = A_{k+1}ᵀ δ_{k+1} + (∂⁺L_k/∂s_k)ᵀ at k = `time`: one step back.

    δ_k = (∂L/∂s_k)ᵀ for the total loss L = Σ L_k; O(t) in all, where the sum is O(t²).
    """
    time = symbolic(time)
    row = _row_at_its_time(rnn, loss[time])
    return MatrixSum(
        MatrixProduct(transpose(step_jacobian(rnn, time + 1)), delta[time + 1]), transpose(row)
    )


def gradient_from_adjoint(
    rnn: Recurrence,
    delta: Sequence,
    parameter: Any,
    lower: Any,
    upper: Any,
    loss: Sequence | None = None,
) -> MatrixExpr:
    """∂L/∂θ = Σ_k (∂⁺s_k/∂θ)ᵀ δ_k from the adjoint states, with the shape of θ.

    With the sequence of losses, what each L_k reads of θ itself (a readout) is added.

    Raises:
        NotSupportedError: when an output reads the parameter and no loss is given.
    """
    parameter = as_matrix(parameter)
    rnn.require_parameter(parameter)
    k = _summation_index(lower, upper)
    held = tuple(rnn.parts(k))
    local = _local(rnn, parameter, k, delta[k])
    if loss is not None:
        direct = rnn.immediate_vjp(loss[k], parameter, scalar_one(), held)
        local = MatrixSum(local, _with_named_partials(rnn, loss[k], direct))
    elif any(rnn.reads(output[k], parameter, held) for output in rnn.outputs):
        raise NotSupportedError(
            f"{parameter} reaches the loss without passing through a state",
            {"expected": "the sequence of losses as the argument `loss`", "got": "none"},
        )
    return OrderedSum(local, k, lower, upper)


def _local(rnn: Recurrence, parameter: MatrixExpr, k: Symbol, arriving: MatrixExpr) -> MatrixExpr:
    terms = []
    for part in rnn.parts(k):
        piece = Rows(arriving, _offset(rnn, part), part.shape[0])
        terms.append(rnn.immediate_vjp(part, parameter, piece))
    return MatrixSum(*terms)


def _oriented(column: MatrixExpr, layout: str) -> MatrixExpr:
    wants_row = require_layout(layout) == NUMERATOR and is_column(column)
    return transpose(column) if wants_row else column
