"""Where a part of a term may be replaced by an equal one, and where by a larger one.

This file decides it alone. A value may be replaced by an equal value. Under a binder, and inside
a derivative, the equation has to hold for all values of what is bound or varied there. What is
not a value is never replaced: names, sizes, times, the variable of a derivative, what is held.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Expr, Tuple

from symrnn.errors import IllFormedError, SideConditionError
from symrnn.kernel.binders import bound, within
from symrnn.kernel.facts import Fact
from symrnn.kernel.nodes import KINKED, SMOOTH, WHOLE
from symrnn.kernel.substitution import rebuilt
from symrnn.language import structure as placing
from symrnn.language.activations import Elementwise, Unknown
from symrnn.language.algebra import MatrixProduct, MatrixSum, Transposed
from symrnn.language.derivatives import TotalDerivative, VectorFunction
from symrnn.language.entry import Entry
from symrnn.language.norms import Norm
from symrnn.language.ordered import Ranged

Path = tuple[int, ...]

# Of these every argument is a value …
ALL = (
    *(MatrixSum, MatrixProduct, placing.Hadamard, placing.Kronecker, placing.Block),
    *(sympy.Add, sympy.Mul, sympy.Pow, sympy.log, sympy.atanh, *KINKED),
    *(function for function in SMOOTH if function is not Unknown),
)
# … of these the first, what follows being sizes, indices, names; under a binder the body.
FIRST = (
    *(Transposed, placing.Diag, placing.DiagonalOf, placing.Vec, placing.Unvec),
    *(placing.Rows, placing.Place, Norm, Entry, Ranged, TotalDerivative),
    *(sympy.Sum, sympy.Product, sympy.Derivative, *WHOLE),
)


def is_value(node: Any, place: int) -> bool:
    """Whether argument number `place` of a node is a value that may be replaced by an equal one."""
    if isinstance(node, Elementwise):
        return place == 1
    if isinstance(node, Unknown | VectorFunction):
        return place >= 2
    return isinstance(node, ALL) or (place == 0 and isinstance(node, FIRST))


def at(term: Any, path: Path) -> Any:
    """The part at a position.

    Raises:
        IllFormedError: for a position at which nothing stands that may be replaced.
    """
    for place in path:
        if place not in range(len(term.args)) or not _enters(term, place):
            raise IllFormedError(
                "nothing can be replaced at this position", {"in": term, "argument": place}
            )
        term = term.args[place]
    return term


def _enters(node: Any, place: int) -> bool:
    return isinstance(node, Tuple) or is_value(node, place)


def put(term: Any, path: Path, new: Any) -> Any:
    """The term with the part at a position replaced."""
    if not path:
        return new
    place, *rest = path
    args = list(term.args)
    args[place] = put(args[place], tuple(rest), new)
    return rebuilt(term, args)


def require_equal_there(term: Any, path: Path, needs: frozenset[Any], pure: bool) -> frozenset[Any]:
    """What an equation still needs when it is used at a position.

    Args:
        term: what the equation is to be used in.
        path: where.
        needs: the equation's hypotheses.
        pure: whether it is about no recurrence.

    Returns:
        The hypotheses; under a binder without those that hold for every value of its index.

    Raises:
        SideConditionError: where they do not, or where the position is inside a derivative and
            the equation holds at a point only.
    """
    if not path:
        return needs
    inner = require_equal_there(term.args[path[0]], path[1:], needs, pure)
    if isinstance(term, TotalDerivative):
        _require(pure and all(map(_of_times, inner)), term, "an equation for all values")
    if isinstance(term, sympy.Derivative):
        free = {symbol for need in inner for symbol in need.free_symbols}
        _require(pure and not free & set(term.variables), term, "an equation for all values")
    return _for_all(term, inner)


def _for_all(term: Any, needs: frozenset[Any]) -> frozenset[Any]:
    """Hypotheses of what stands under a binder, without those that its range gives."""
    indices = set(bound(term))
    if not indices:
        return needs
    inside = [Fact.nonnegative(fact) for fact in within(term)]
    # Over no times there is nothing to show.
    open_needs = [n for n in needs if not (isinstance(n, Fact) and n.follows_from(inside))]
    kept = frozenset(need for need in open_needs if not indices & need.free_symbols)
    facts = [*inside, *(need for need in kept if isinstance(need, Fact))]
    for need in set(open_needs) - kept:
        _require(
            isinstance(need, Fact) and need.follows_from(facts), term, f"for every index {need}"
        )
    return kept


def _of_times(need: Any) -> bool:
    """Whether a hypothesis speaks of integers alone, which nothing varies."""
    return isinstance(need, Fact) and all(
        node.is_integer and (node.is_Symbol or node.is_Integer or _arithmetic(node))
        for node in sympy.preorder_traversal(need.expression)
    )


def _arithmetic(node: Expr) -> bool:
    return isinstance(node, sympy.Add | sympy.Mul | sympy.Pow | sympy.Max | sympy.Min)


def _require(met: bool, term: Any, needed: str) -> None:
    if not met:
        raise SideConditionError("an equation cannot be used here", {"in": term, "needed": needed})


def require_monotone(term: Any, path: Path, needs: frozenset[Any]) -> frozenset[Any]:
    """As `require_equal_there`, for replacing a part by a larger one: the whole gets larger.

    Those places are: a summand, a factor beside factors ≥ 0, the body of a sum, or of a product
    of factors ≥ 0, the base of a power, both ≥ 0, an argument of a maximum or a minimum.

    Raises:
        SideConditionError: where the term need not grow.
    """
    if not path:
        return needs
    inner = require_monotone(term.args[path[0]], path[1:], needs)
    facts = [need for need in inner if isinstance(need, Fact)]
    facts += [Fact.nonnegative(fact) for fact in within(term)] if bound(term) else []

    def nonnegative(*values: Expr) -> bool:
        return all(Fact.nonnegative(value).follows_from(facts) for value in values)

    match term:
        case sympy.Add() | sympy.Max() | sympy.Min():
            grows = True
        case sympy.Mul():
            grows = nonnegative(term.func(*term.args[: path[0]], *term.args[path[0] + 1 :]))
        case sympy.Pow():
            grows = path[0] == 0 and nonnegative(term.base, term.exp)
        case sympy.Sum():
            grows = path[0] == 0
        case sympy.Product():
            grows = path[0] == 0 and nonnegative(term.function)
        case _:
            grows = False
    _require(grows, term, "a place where a larger part makes the whole larger")
    return _for_all(term, inner)
