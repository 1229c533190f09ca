"""Derivatives: through a recurrence, and the forms that one is written in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

import sympy
from sympy import Max, Min, S
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import SideConditionError
from symrnn.kernel.axioms.schema import inapplicable, schema
from symrnn.kernel.dependence import Dependence, definition, variable
from symrnn.kernel.facts import Fact
from symrnn.kernel.nodes import BINDERS, UNKNOWN
from symrnn.kernel.recurrences import Hypothesis, hypothesis
from symrnn.kernel.substitution import exchanged
from symrnn.kernel.theorem import Theorem, _facts, _make
from symrnn.kernel.values import smooth
from symrnn.language.activations import Elementwise
from symrnn.language.algebra import Identity, MatrixProduct, MatrixSum, Transposed, Zeros
from symrnn.language.derivatives import (
    DENOMINATOR,
    NUMERATOR,
    D,
    ImmediateDerivative,
    Partial,
    TotalDerivative,
    VectorFunction,
)
from symrnn.language.entry import Entry
from symrnn.language.norms import Norm
from symrnn.language.relations import Equation
from symrnn.language.shapes import is_column, is_scalar
from symrnn.language.structure import Unvec, Vec
from symrnn.language.time import TimeVector
from symrnn.recurrence.definitions import Definitions

Derivative = TotalDerivative | ImmediateDerivative


def _total(node: Any) -> Any:
    """The node, refused unless it is ∂y/∂x of a column by one, in numerator layout."""
    columns = isinstance(node, TotalDerivative) and is_column(node.of) and is_column(node.by)
    if not columns or node.layout != NUMERATOR:
        raise inapplicable(node, "∂y/∂x of columns in numerator layout")
    return node


def _knowing(cell: Definitions | None, given: Iterable[Any]) -> tuple[Dependence, set[Hypothesis]]:
    needs = {hypothesis(each) for each in given}
    return Dependence(cell, _facts(needs)), needs


# ------------------------------------------------------------------ the recurrence


@schema
def defined(node: Any, cell: Definitions) -> Theorem:
    """v_t = the right side of its definition, for t ≥ 1."""
    value = definition(cell, node)
    if value is None:
        raise inapplicable(node, "a vector that the recurrence defines")
    return _make((Fact.nonnegative(node.index - 1),), Equation(node, value), cell)


@schema
def defined_inside(node: Any, leaf: Any, cell: Definitions, given: Iterable[Any] = ()) -> Theorem:
    """∂e/∂x = ∂e′/∂x, e′ being e with v_t written by its definition, for t ≥ 1.

    What is varied, or held, is cut off from its definition: v_t must be known to be none of it.
    """
    known, needs = _knowing(cell, given)
    value = definition(cell, leaf)
    if not isinstance(node, TotalDerivative) or value is None or node.of.has(*BINDERS, *UNKNOWN):
        raise inapplicable(node, "a derivative of an expression, and a vector that is defined")
    cut = (variable(node.by), *node.held)
    _require(all(known.distinct(leaf, each) for each in cut), node, f"{leaf} is not cut")
    right = node.func(exchanged(node.of, leaf, value), *node.args[1:])
    return _make((*needs, Fact.nonnegative(leaf.index - 1)), Equation(node, right), cell)


def _require(met: bool, node: Any, needed: str) -> None:
    if not met:
        raise SideConditionError("this is not known", {"needed": needed, "in": node})


@schema
def independent(node: Any, cell: Definitions | None = None, given: Iterable[Any] = ()) -> Theorem:
    """∂y/∂x = 0 where y is known not to change with x, what is held being held."""
    known, needs = _knowing(cell, given)
    if not isinstance(node, TotalDerivative):
        raise inapplicable(node, "∂y/∂x")
    by = variable(node.by)
    _require(known.independent(node.of, by, node.held), node, f"{node.of} is independent of {by}")
    return _make(needs, Equation(node, Zeros(*node.shape)), cell)


@schema
def through(
    node: Any, via: Iterable[Any], cell: Definitions | None = None, given: Iterable[Any] = ()
) -> Theorem:
    """∂y/∂x = ∂y/∂x|_u + Σ_i ∂y/∂u_i|_{the other u} ∂u_i/∂x, for vectors u_i other than x.

    y is a differentiable function of x and of the u_i, these cut off; the chain rule.
    """
    node, via = _total(node), _columns(node, via)
    known, needs = _knowing(cell, given)
    by = variable(node.by)
    _require_apart(known, (*via, by), node)
    direct = D(node.of, node.by, NUMERATOR, _holding(*node.held, *via))
    needs.update(smooth(node.of))
    return _make(needs, Equation(node, MatrixSum(direct, *_paths(node, via))), cell)


@schema
def chain_rule(
    node: Any, via: Iterable[Any], cell: Definitions | None = None, given: Iterable[Any] = ()
) -> Theorem:
    """∂y/∂x = Σ_i ∂y/∂u_i|_{the other u} ∂u_i/∂x, where y changes with x through the u_i alone.

    That has to be known where x is none of the u_i; where it is u_1, ∂u_1/∂x = I and the sum is
    that of `through`.
    """
    node, via = _total(node), _columns(node, via)
    known, needs = _knowing(cell, given)
    by = variable(node.by)
    _require_apart(known, via, node)
    _require(
        all(case.independent(node.of, by, (*node.held, *via)) for case in _apart(known, by, via)),
        node,
        f"every path from {by} to {node.of} passes through {', '.join(map(str, via))}",
    )
    needs.update(smooth(node.of))
    return _make(needs, Equation(node, MatrixSum(*_paths(node, via))), cell)


def _require_apart(known: Dependence, leaves: tuple[MatrixExpr, ...], node: Any) -> None:
    for one, other in combinations(leaves, 2):
        _require(known.distinct(one, other), node, f"{one} differs from {other}")


def _holding(*states: MatrixExpr) -> tuple[MatrixExpr, ...]:
    return tuple(dict.fromkeys(states))


def _columns(node: TotalDerivative, via: Iterable[Any]) -> tuple[TimeVector, ...]:
    found = tuple(via)
    if not found or not all(isinstance(one, TimeVector) and is_column(one) for one in found):
        raise inapplicable(node, "columns at a time, through which y changes with x")
    return found


def _paths(node: TotalDerivative, via: tuple[TimeVector, ...]) -> Iterator[MatrixExpr]:
    for one in via:
        others = [each for each in _holding(*node.held, *via) if each != one]
        yield D(node.of, one, NUMERATOR, others) * D(one, node.by, NUMERATOR, node.held)


def _apart(known: Dependence, by: MatrixExpr, via: tuple[TimeVector, ...]) -> Iterator[Dependence]:
    """The cases in which x is none of the vectors: before or after each that it might be."""
    if known.nonnegative(S.NegativeOne):
        return  # no such case: the facts exclude each other
    meets = [one for one in via if not known.distinct(one, by)]
    if not meets:
        yield known
        return
    if not isinstance(by, TimeVector) or meets[0] == by:
        return
    gap = meets[0].index - by.index
    for apart in (gap - 1, -gap - 1):
        yield from _apart(known.with_fact(Fact.nonnegative(apart)), by, via)


@schema
def not_held(
    node: Any, state: Any, cell: Definitions | None = None, given: Iterable[Any] = ()
) -> Theorem:
    """∂y/∂x with u held is ∂y/∂x without, where u does not change with x, or y not with u.

    That u is x itself, or comes before it, is as good: what is varied is not held. That has to be
    known where u is none of what is held besides; where it is, nothing is left out.
    """
    known, needs = _knowing(cell, given)
    if not isinstance(node, TotalDerivative) or state not in node.held:
        raise inapplicable(node, f"a derivative that holds {state}")
    by, rest = variable(node.by), tuple(each for each in node.held if each != state)
    same = isinstance(by, TimeVector) and isinstance(state, TimeVector)
    before = same and by.sequence == state.sequence and known.nonnegative(by.index - state.index)
    others = tuple(each for each in rest if isinstance(each, TimeVector))
    idle = all(
        case.independent(state, by, rest) or case.independent(node.of, state, (*rest, by))
        for case in _apart(known, state, others)
    )
    _require(before or idle, node, f"{state} makes no difference")
    right = node.func(node.of, node.by, node.layout, rest)
    return _make(needs, Equation(node, right), cell)


@schema
def immediate(node: Any, cell: Definitions, given: Iterable[Any] = ()) -> Theorem:
    """∂⁺v_t/∂x = ∂v_t/∂x with all states at t - 1 held (but x): what ∂⁺ means."""
    known, needs = _knowing(cell, given)
    if not isinstance(node, ImmediateDerivative) or not isinstance(node.of, TimeVector):
        raise inapplicable(node, "∂⁺v/∂x of a vector at a time")
    by = variable(node.by)
    earlier = [state[node.of.index - 1] for state in cell.states]
    earlier = [state for state in earlier if state != by and state not in node.held]
    _require(all(known.distinct(state, by) for state in earlier), node, "x is no earlier state")
    right = D(node.of, node.by, node.layout, (*node.held, *earlier))
    return _make(needs, Equation(node, right), cell)


# -------------------------------------------------------------------------- forms


@schema
def itself(node: Any) -> Theorem:
    """∂x/∂x = I."""
    if not isinstance(node, Derivative) or node.of != node.by:
        raise inapplicable(node, "∂x/∂x")
    return _make((), Equation(node, Identity(node.of.shape[0])), None)


@schema
def layout(node: Any) -> Theorem:
    """∂y/∂x in one layout is the transpose of that in the other, for columns."""
    if not isinstance(node, Derivative) or not (is_column(node.of) and is_column(node.by)):
        raise inapplicable(node, "∂y/∂x of columns")
    other = DENOMINATOR if node.layout == NUMERATOR else NUMERATOR
    right = Transposed(type(node)(node.of, node.by, other, node.held))
    return _make((), Equation(node, right), None)


@schema
def gradient_as_matrix(node: Any) -> Theorem:
    """∂L/∂W holds, in the shape of W, the entries of the row ∂L/∂vec(W)."""
    if not isinstance(node, Derivative) or not is_scalar(node.of) or is_column(node.by):
        raise inapplicable(node, "∂L/∂W of a number by a matrix")
    row = type(node)(node.of, Vec(node.by), NUMERATOR, node.held)
    return _make((), Equation(node, Unvec(Transposed(row), *node.by.shape)), None)


@schema
def nearby(node: Any, extreme: Any, value: Any) -> Theorem:
    """∂e/∂x with max(u, v) written as u, where v < u: what is continuous stays below nearby."""
    if not isinstance(node, TotalDerivative) or not isinstance(extreme, Max | Min):
        raise inapplicable(node, "a derivative, and a maximum in it")
    if value not in extreme.args or not _continuous(extreme) or node.of.has(*BINDERS, *UNKNOWN):
        raise inapplicable(extreme, "a maximum of norms, entries and constants")
    towards = 1 if isinstance(extreme, Max) else -1
    needs = [Fact.positive(towards * (value - each)) for each in extreme.args if each != value]
    right = node.func(exchanged(node.of, extreme, value), *node.args[1:])
    return _make(needs, Equation(node, right), None)


def _continuous(scalar: Any) -> bool:
    if isinstance(scalar, Norm | Entry):
        whole = not scalar.has(Elementwise, Partial, VectorFunction, *BINDERS, *UNKNOWN)
        inside = (each.coefficient for each in scalar.atoms(MatrixProduct))
        return whole and all(map(_continuous, inside))
    polynomial = isinstance(scalar, sympy.Add | sympy.Mul | Max | Min | sympy.Abs)
    whole = isinstance(scalar, sympy.Pow) and scalar.exp.is_Integer and scalar.exp > 0
    return scalar.is_Atom or ((polynomial or whole) and all(map(_continuous, scalar.args)))
