"""Rules about ∂ and ∂⁺."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy
from sympy.matrices.expressions import MatrixExpr

from symrnn.calculus import gradient, jacobian
from symrnn.errors import SideConditionError
from symrnn.language.algebra import Identity, MatrixProduct, MatrixSum, Transposed, Zeros
from symrnn.language.derivatives import (
    DENOMINATOR,
    NUMERATOR,
    D,
    D_plus,
    ImmediateDerivative,
    TotalDerivative,
)
from symrnn.language.norms import Norm
from symrnn.language.ordered import OrderedSum
from symrnn.language.shapes import is_column, is_scalar
from symrnn.language.structure import Unvec, Vec
from symrnn.language.time import TimeVector
from symrnn.language.writing import text
from symrnn.recurrence.recurrence import Recurrence
from symrnn.theory.context import Context
from symrnn.theory.rule import Rule


def _variable(by: MatrixExpr) -> MatrixExpr:
    return by.args[0] if isinstance(by, Vec) else by


def depends(u: MatrixExpr, on: MatrixExpr, context: Context) -> bool | None:
    """Whether the leaf `u` changes, through the recurrence, when `on` does; None: not known."""
    rnn = context.rnn.recurrence
    if u == on:
        return True
    if rnn.definition(u) is None or not isinstance(u, TimeVector):
        return False
    if rnn.is_state(u) and u.index == 0:
        return False
    if not isinstance(on, TimeVector):
        # What stands in no definition moves nothing that is defined.
        return on in rnn.parameters
    if rnn.definition(on) is None and on.sequence not in {*rnn.inputs, *rnn.states}:
        return False
    if u.index == on.index:
        return _reads_at_its_time(u, on, rnn)
    later = context.nonnegative(u.index - on.index)
    if later is False:
        return False
    return None if later is None else True


def _reads_at_its_time(u: MatrixExpr, on: MatrixExpr, rnn: Recurrence) -> bool:
    """Whether `u` is computed from `on`, both of one time; what is earlier cannot read `on`."""
    value = rnn.definition(u)
    same_time = () if value is None else value.atoms(TimeVector)
    return on in same_time or any(
        _reads_at_its_time(leaf, on, rnn) for leaf in same_time if leaf.index == on.index
    )


def _moving_leaves(
    expression: MatrixExpr, by: MatrixExpr, held: tuple[MatrixExpr, ...], context: Context
) -> list[MatrixExpr]:
    """Leaves of `expression` other than `by` that change with it, or may."""
    leaves = expression.atoms(TimeVector) - {by} - set(held)
    return [leaf for leaf in leaves if depends(leaf, by, context) is not False]


def _definition(node: Any, context: Context, *which: Any) -> Iterator[Any]:
    if isinstance(node, TimeVector) and (not which or node in which):
        value = context.rnn.recurrence.definition(node)
        if value is None:
            return
        if not context.nonnegative(node.index - 1):
            raise SideConditionError(
                f"{text(node)} may be before the first step, where nothing defines it",
                {"needed": f"1 ≤ {text(node.index)}"},
            )
        yield value


definition = Rule(
    "definition",
    "a vector equals the right side of its definition, at times ≥ 1",
    rewrite=_definition,
)


def _itself(node: Any, context: Context) -> Iterator[Any]:
    if isinstance(node, TotalDerivative | ImmediateDerivative) and node.of == node.by:
        yield Identity(node.of.shape[0])


derivative_of_itself = Rule("derivative_of_itself", "∂x/∂x = I", rewrite=_itself)


def _differentiate(node: Any, context: Context) -> Iterator[Any]:
    if not isinstance(node, TotalDerivative) or isinstance(node.of, TimeVector):
        return
    variable = _variable(node.by)
    moving = _moving_leaves(node.of, variable, node.held, context)
    if moving:
        raise SideConditionError(
            f"{text(moving[0])} may depend on {text(variable)} and cannot be held constant",
            {"in": text(node), "needed": "an expression whose other leaves do not depend on it"},
        )
    for length in node.of.atoms(Norm):
        if length.has(variable) and not context.is_positive(length):
            raise SideConditionError(
                f"{text(length)} has no derivative at 0", {"needed": f"0 < {text(length)}"}
            )
    yield _evaluated(node.of, node.by, node.layout)


def _evaluated(of: MatrixExpr, by: MatrixExpr, layout: str) -> MatrixExpr:
    if is_column(of) and is_column(by):
        return jacobian(of, by, layout)
    return gradient(of, by)


differentiate = Rule(
    "differentiate",
    "∂e/∂x by the differential calculus, where nothing else in e depends on x",
    rewrite=_differentiate,
)


def _immediate(node: Any, context: Context) -> Iterator[Any]:
    # An expression has no time of its own that "earlier" could be measured from.
    if not isinstance(node, ImmediateDerivative) or not isinstance(node.of, TimeVector):
        return
    if is_column(node.of) and is_column(node.by):
        value = context.rnn.recurrence.immediate(node.of, node.by)
        yield value if node.layout == NUMERATOR else Transposed(value)


immediate_derivative = Rule(
    "immediate_derivative",
    "∂⁺y/∂x by the differential calculus, earlier states held fixed",
    rewrite=_immediate,
)


def _through(node: Any, context: Context, via: MatrixExpr) -> Iterator[Any]:
    if not isinstance(node, TotalDerivative) or node.of == via or node.by == via:
        return
    if not _every_path(node.of, _variable(node.by), via, node.held, context):
        raise SideConditionError(
            f"not every path from {text(node.by)} to {text(node.of)} passes through {text(via)}",
            {"in": text(node), "needed": "the definition reads the variable only through it"},
        )
    # Nothing held lies after u, and so nothing between u and y: there ∂y/∂u is the free one.
    after = [state for state in node.held if not _no_later(state, via, context)]
    first = D(node.of, via, NUMERATOR, after)
    second = D(via, node.by, NUMERATOR, node.held)
    product = MatrixProduct(first, second)
    yield product if node.layout == NUMERATOR else Transposed(product)


def _no_later(state: MatrixExpr, via: MatrixExpr, context: Context) -> bool:
    both = isinstance(state, TimeVector) and isinstance(via, TimeVector)
    return both and bool(context.nonnegative(via.index - state.index))


def _every_path(
    of: MatrixExpr, by: MatrixExpr, via: MatrixExpr, held: Any, context: Context
) -> bool:
    """Whether `of`, written out down to `via`, reads `by` only through `via`."""
    rnn = context.rnn.recurrence
    if isinstance(via, TimeVector) and isinstance(by, TimeVector):
        reaches = context.nonnegative(via.index - by.index)
        if not reaches:
            return False
    # What an expression is computed from stands in it; a defined vector is opened below.
    leaves = {of} if isinstance(of, TimeVector) else of.atoms(TimeVector, sympy.MatrixSymbol)
    for _ in range(8):  # definitions nest at most this deep before `via` or the past is met
        open_leaves = {
            leaf
            for leaf in leaves
            if leaf not in (via, by) and leaf not in held and rnn.definition(leaf) is not None
        }
        later = {leaf for leaf in open_leaves if _at_or_after(leaf, via, context)}
        if not later:
            break
        leaves -= later
        for leaf in later:
            value = rnn.definition(leaf)
            assert value is not None
            leaves |= value.atoms(TimeVector, sympy.MatrixSymbol)
    others = leaves - {via} - set(held)
    return all(depends(leaf, by, context) is False for leaf in others)


def _at_or_after(leaf: TimeVector, via: MatrixExpr, context: Context) -> bool:
    return isinstance(via, TimeVector) and bool(context.nonnegative(leaf.index - via.index))


chain_rule = Rule(
    "chain_rule",
    "∂y/∂x = ∂y/∂u ∂u/∂x, where every path from x to y passes through u",
    rewrite=_through,
)


def _total(node: Any, context: Context) -> Iterator[Any]:
    """∂y/∂x = ∂⁺y/∂x + Σ_u ∂y/∂u ∂u/∂x over the states u one step before y."""
    rnn = context.rnn.recurrence
    if not isinstance(node, TotalDerivative) or not isinstance(node.of, TimeVector):
        return
    if not rnn.is_state(node.of) or node.layout != NUMERATOR or node.of in node.held:
        return
    if not context.nonnegative(node.of.index - 1):
        raise SideConditionError(
            f"{text(node.of)} may be the initial state, which has no step before it",
            {"needed": f"1 ≤ {text(node.of.index)}"},
        )
    previous = [state[node.of.index - 1] for state in rnn.states]
    if node.by in previous:
        return
    terms = [D_plus(node.of, node.by)]
    for earlier in previous:
        if earlier not in node.held:
            step = D(node.of, earlier, NUMERATOR)
            terms.append(step * D(earlier, node.by, NUMERATOR, node.held))
    yield MatrixSum(*terms)


total_derivative = Rule(
    "total_derivative",
    "∂s_t/∂θ = ∂⁺s_t/∂θ + ∂s_t/∂s_{t-1} ∂s_{t-1}/∂θ for t ≥ 1; what is held drops out",
    rewrite=_total,
)


def _held(node: Any, context: Context) -> Iterator[Any]:
    if not isinstance(node, TotalDerivative) or node.of == node.by:
        return
    given = context.rnn.recurrence.is_state(node.of) and node.of.index == 0
    if node.of in node.held or given:
        yield _zero(node)


def _zero(node: MatrixExpr) -> MatrixExpr:
    return MatrixProduct(0, node)


constant = Rule(
    "constant",
    "what is given, or held constant, has the derivative 0",
    rewrite=_held,
)


def _layout(node: Any, context: Context) -> Iterator[Any]:
    derivative = isinstance(node, TotalDerivative | ImmediateDerivative)
    if derivative and is_column(node.of) and is_column(node.by):
        other = DENOMINATOR if node.layout == NUMERATOR else NUMERATOR
        yield Transposed(type(node)(node.of, node.by, other, node.held))


layout = Rule(
    "layout", "the denominator layout is the transpose of the numerator layout", rewrite=_layout
)


def _sum(node: Any, context: Context) -> Iterator[Any]:
    if isinstance(node, TotalDerivative) and isinstance(node.of, OrderedSum):
        total = node.of
        if total.index in node.by.free_symbols:
            return
        term = TotalDerivative(total.body, node.by, node.layout, node.held)
        yield OrderedSum(term, total.index, total.lower, total.upper)


derivative_of_sum = Rule("derivative_of_sum", "∂(Σ y_t)/∂x = Σ ∂y_t/∂x", rewrite=_sum)


def _earlier(node: Any, context: Context) -> Iterator[Any]:
    """∂y/∂x = 0 where y is computed before x."""
    if not isinstance(node, TotalDerivative):
        return
    both = isinstance(node.of, TimeVector) and isinstance(node.by, TimeVector)
    if both and depends(node.of, node.by, context) is False:
        yield Zeros(*node.shape)


no_dependence = Rule(
    "no_dependence", "∂y/∂x = 0 where y does not depend on x: it is earlier", rewrite=_earlier
)


def _as_matrix(node: Any, context: Context) -> Iterator[Any]:
    if isinstance(node, TotalDerivative) and is_scalar(node.of) and not is_column(node.by):
        row = TotalDerivative(node.of, Vec(node.by), NUMERATOR, node.held)
        yield Unvec(Transposed(row), *node.by.shape)


gradient_as_matrix = Rule(
    "gradient_as_matrix",
    "∂L/∂W holds, in the shape of W, the entries of the row ∂L/∂vec(W)",
    rewrite=_as_matrix,
)

RULES = (
    derivative_of_sum,
    no_dependence,
    gradient_as_matrix,
    definition,
    derivative_of_itself,
    differentiate,
    immediate_derivative,
    chain_rule,
    total_derivative,
    constant,
    layout,
)
