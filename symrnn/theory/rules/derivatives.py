"""Rules about ∂ and ∂⁺."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sympy
from sympy.matrices.expressions import MatrixExpr

from symrnn.calculus import gradient, jacobian
from symrnn.errors import SideConditionError
from symrnn.kernel import Theorem, reflexivity, symmetry, transitivity
from symrnn.kernel.axioms import derivatives, differentials
from symrnn.kernel.dependence import variable
from symrnn.language.algebra import Transposed
from symrnn.language.derivatives import (
    NUMERATOR,
    D_plus,
    ImmediateDerivative,
    TotalDerivative,
)
from symrnn.language.ordered import OrderedSum
from symrnn.language.shapes import is_column, is_scalar
from symrnn.language.time import TimeVector
from symrnn.language.writing import text
from symrnn.theory.closing import ending, then
from symrnn.theory.context import Context, attempt
from symrnn.theory.evaluating import evaluated
from symrnn.theory.rule import Rule

Theorems = Iterator[Theorem]
Derivative = TotalDerivative | ImmediateDerivative


def _definition(node: Any, context: Context, *which: Any) -> Theorems:
    if isinstance(node, TimeVector) and (not which or node in which):
        if context.cell.definition(node) is None:
            return
        if not context.nonnegative(node.index - 1):
            raise SideConditionError(
                f"{text(node)} may be before the first step, where nothing defines it",
                {"needed": f"1 ≤ {text(node.index)}"},
            )
        yield derivatives.defined(node, context.cell)
    if isinstance(node, TotalDerivative):
        yield from _inside(node, context, which)


def _inside(node: TotalDerivative, context: Context, which: tuple[Any, ...]) -> Theorems:
    """Each vector of what is differentiated by its definition, all and then one by one."""
    leaves = sorted(node.of.atoms(TimeVector), key=sympy.default_sort_key)
    leaves = [leaf for leaf in leaves if not which or leaf in which]
    whole: Theorem = reflexivity(node)
    for leaf in leaves:
        now = whole.relation.rhs
        step = attempt(derivatives.defined_inside, now, leaf, context.cell, context.facts)
        whole = whole if step is None else transitivity(whole, step)
    if whole.relation.rhs != node:
        yield whole
    if len(leaves) > 1:
        for leaf in leaves:
            step = attempt(derivatives.defined_inside, node, leaf, context.cell, context.facts)
            if step is not None:
                yield step


definition = Rule(
    "definition",
    "a vector equals the right side of its definition, at times ≥ 1",
    rewrite=_definition,
)


def _itself(node: Any, context: Context) -> Theorems:
    if isinstance(node, Derivative) and node.of == node.by:
        yield derivatives.itself(node)


derivative_of_itself = Rule("derivative_of_itself", "∂x/∂x = I", rewrite=_itself)


def _differentiate(node: Any, context: Context) -> Theorems:
    if not isinstance(node, TotalDerivative) or isinstance(node.of, TimeVector):
        return
    columns = is_column(node.of) and is_column(node.by)
    found = jacobian(node.of, node.by, node.layout) if columns else gradient(node.of, node.by)
    yield ending(evaluated(node, context), found)


differentiate = Rule(
    "differentiate",
    "∂e/∂x by the differential calculus, where nothing else in e depends on x",
    rewrite=_differentiate,
)


def _immediate(node: Any, context: Context) -> Theorems:
    # An expression has no time of its own that "earlier" could be measured from.
    if not isinstance(node, ImmediateDerivative) or not isinstance(node.of, TimeVector):
        return
    if is_column(node.of) and is_column(node.by):
        written = derivatives.immediate(node, context.cell, context.facts)
        worked = evaluated(written.relation.rhs, context, opening=True)
        value = context.cell.immediate(node.of, node.by)
        value = value if node.layout == NUMERATOR else Transposed(value)
        yield ending(transitivity(written, worked), value)


immediate_derivative = Rule(
    "immediate_derivative",
    "∂⁺y/∂x by the differential calculus, earlier states held fixed",
    rewrite=_immediate,
)


def _one_step(node: Any, context: Context) -> Theorems:
    """∂y_t/∂x with the states of t - 1 held, but x, is ∂⁺y_t/∂x."""
    if not isinstance(node, TotalDerivative) or not isinstance(node.of, TimeVector):
        return
    if node.layout == NUMERATOR and is_column(node.of) and is_column(node.by):
        before = {state[node.of.index - 1] for state in context.cell.states}
        if before - {node.by} == set(node.held):
            value = context.cell.immediate(node.of, node.by)
            yield ending(evaluated(node, context, opening=True), value)


one_step = Rule(
    "one_step",
    "∂y_t/∂x by the differential calculus, the other states of t - 1 held",
    rewrite=_one_step,
)


def _numerator(node: TotalDerivative) -> Theorem:
    """∂y/∂x = itself, or the transpose of its numerator form."""
    return reflexivity(node) if node.layout == NUMERATOR else derivatives.layout(node)


def _through(node: Any, context: Context, *via: MatrixExpr) -> Theorems:
    if not isinstance(node, TotalDerivative) or node.of in via or node.by in via:
        return
    if not (is_column(node.of) and is_column(node.by)):
        return
    written = _numerator(node)
    inner = node.func(node.of, node.by, NUMERATOR, node.held)
    try:
        chained = derivatives.chain_rule(inner, via, context.cell, context.facts)
    except SideConditionError as error:
        through = ", ".join(map(text, via))
        raise SideConditionError(
            f"every path from {text(node.by)} to {text(node.of)} has to pass through {through}",
            {"in": text(node), "needed": "that it does, from definitions and times"},
        ) from error
    # Nothing held lies after u, and so nothing between u and y: there ∂y/∂u is the free one.
    yield then(written, _free_of(chained, node.held, via, context))


def _free_of(
    theorem: Theorem, held: Iterable[MatrixExpr], via: Iterable[MatrixExpr], context: Context
) -> Theorem:
    """What is held dropped from the derivatives by the `via`, where that makes no difference."""
    for state in held:
        factors = theorem.relation.rhs.atoms(TotalDerivative)
        for factor in sorted(factors, key=sympy.default_sort_key):
            if factor.by in via and state in factor.held:
                step = attempt(derivatives.not_held, factor, state, context.cell, context.facts)
                theorem = theorem if step is None else then(theorem, step)
    return theorem


chain_rule = Rule(
    "chain_rule",
    "∂y/∂x = ∂y/∂u ∂u/∂x, where every path from x to y passes through u",
    rewrite=_through,
)


def _directly_and_through(node: Any, context: Context, *via: MatrixExpr) -> Theorems:
    columns = isinstance(node, TotalDerivative) and is_column(node.of) and is_column(node.by)
    if columns and node.layout == NUMERATOR and node.by not in via:
        theorem = derivatives.through(node, via, context.cell, context.facts)
        yield _free_of(theorem, node.held, via, context)


directly_and_through = Rule(
    "directly_and_through",
    "∂y/∂x = ∂y/∂x with u held + ∂y/∂u ∂u/∂x: the path past u, and those through it",
    rewrite=_directly_and_through,
)


def _not_held(node: Any, context: Context) -> Theorems:
    """Without all that need not be held, and without one of these."""
    if not isinstance(node, TotalDerivative):
        return
    every, singly = reflexivity(node), []
    for state in node.held:
        known = (state, context.cell, context.facts)
        further = attempt(derivatives.not_held, every.relation.rhs, *known)
        every = every if further is None else transitivity(every, further)
        singly.append(attempt(derivatives.not_held, node, *known))
    if every.relation.rhs != node:
        yield every
    yield from (freed for freed in singly if freed is not None)


not_held = Rule(
    "not_held",
    "what does not change with x need not be held",
    rewrite=_not_held,
)


def _total(node: Any, context: Context) -> Theorems:
    """∂y/∂x = ∂⁺y/∂x + Σ_u ∂y/∂u ∂u/∂x over the states u one step before y."""
    cell = context.cell
    if not isinstance(node, TotalDerivative) or not isinstance(node.of, TimeVector):
        return
    if not cell.is_state(node.of) or node.layout != NUMERATOR or node.of in node.held:
        return
    if not context.nonnegative(node.of.index - 1):
        raise SideConditionError(
            f"{text(node.of)} may be the initial state, which has no step before it",
            {"needed": f"1 ≤ {text(node.of.index)}"},
        )
    previous = [state[node.of.index - 1] for state in cell.states]
    if node.by in previous or not is_column(node.by):
        return
    theorem = derivatives.through(node, previous, cell, context.facts)
    direct = _direct(node, previous, context)
    if direct is not None:
        theorem = then(theorem, direct)
    theorem = _free_of(theorem, node.held, previous, context)
    for earlier in previous:
        if earlier in node.held:
            still = TotalDerivative(earlier, node.by, NUMERATOR, node.held)
            zero = derivatives.independent(still, cell, context.facts)
            theorem = then(theorem, zero)
    yield theorem


def _direct(node: TotalDerivative, previous: list[Any], context: Context) -> Theorem | None:
    """The derivative with the states before held, as ∂⁺."""
    cell, facts = context.cell, context.facts
    immediate = derivatives.immediate(D_plus(node.of, node.by), cell, facts)
    held = tuple(dict.fromkeys((*node.held, *previous)))
    written = reflexivity(TotalDerivative(node.of, node.by, NUMERATOR, held))
    for state in node.held:
        if state not in previous:
            step = derivatives.not_held(written.relation.rhs, state, cell, facts)
            written = transitivity(written, step)
    return transitivity(ending(written, immediate.relation.rhs), symmetry(immediate))


total_derivative = Rule(
    "total_derivative",
    "∂s_t/∂θ = ∂⁺s_t/∂θ + ∂s_t/∂s_{t-1} ∂s_{t-1}/∂θ for t ≥ 1; what is held drops out",
    rewrite=_total,
)


def _held(node: Any, context: Context) -> Theorems:
    if not isinstance(node, TotalDerivative) or node.of == node.by:
        return
    given = context.cell.is_state(node.of) and node.of.index == 0
    if node.of in node.held or given:
        yield derivatives.independent(node, context.cell, context.facts)


constant = Rule(
    "constant",
    "what is given, or held constant, has the derivative 0",
    rewrite=_held,
)


def _layout(node: Any, context: Context) -> Theorems:
    if isinstance(node, Derivative) and is_column(node.of) and is_column(node.by):
        yield derivatives.layout(node)


layout = Rule(
    "layout", "the denominator layout is the transpose of the numerator layout", rewrite=_layout
)


def _sum(node: Any, context: Context) -> Theorems:
    if not isinstance(node, TotalDerivative) or not isinstance(node.of, OrderedSum):
        return
    if node.of.index not in node.by.free_symbols and is_column(node.by):
        yield differentials.differential(node, context.cell)


derivative_of_sum = Rule("derivative_of_sum", "∂(Σ y_t)/∂x = Σ ∂y_t/∂x", rewrite=_sum)


def _earlier(node: Any, context: Context) -> Theorems:
    """∂y/∂x = 0 where y is computed before x."""
    if not isinstance(node, TotalDerivative) or not isinstance(node.of, TimeVector):
        return
    if isinstance(variable(node.by), TimeVector):
        zero = attempt(derivatives.independent, node, context.cell, context.facts)
        yield from () if zero is None else (zero,)


no_dependence = Rule(
    "no_dependence", "∂y/∂x = 0 where y does not depend on x: it is earlier", rewrite=_earlier
)


def _as_matrix(node: Any, context: Context) -> Theorems:
    if isinstance(node, TotalDerivative) and is_scalar(node.of) and not is_column(node.by):
        yield derivatives.gradient_as_matrix(node)


gradient_as_matrix = Rule(
    "gradient_as_matrix",
    "∂L/∂W holds, in the shape of W, the entries of the row ∂L/∂vec(W)",
    rewrite=_as_matrix,
)
