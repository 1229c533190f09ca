"""Terms: which nodes have a meaning, when they have a value, and substitution without capture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import sympy
from sympy import Basic, Expr, MatrixSymbol, Symbol, Tuple
from sympy.core.symbol import Str
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError
from symrnn.kernel.facts import Fact
from symrnn.kernel.nodes import (
    BINDERS,
    BINDING,
    KINKED,
    MATRICES,
    RELATIONS,
    SCALARS,
    STEPS,
    UNKNOWN,
    is_known,
)
from symrnn.language import structure as placing
from symrnn.language.activations import Activation, Elementwise, Unknown
from symrnn.language.algebra import Determinant, Identity, Inverse, Ones, Parameter, Zeros
from symrnn.language.derivatives import (
    ImmediateDerivative,
    Partial,
    VectorFunction,
)
from symrnn.language.entry import Entry
from symrnn.language.names import is_name
from symrnn.language.norms import Norm
from symrnn.language.ordered import Ranged
from symrnn.language.relations import ForAll, Limit, Smooth
from symrnn.language.shapes import is_column
from symrnn.language.time import TimeVector

_MEANT: dict[int, Any] = {}
"""What was found to be a term, by identity: what is equal to a term need not be one."""


def require_term(node: Any) -> None:
    """Refuse a node to which the meaning in the package's docstring gives no value.

    Its class counts, not what that is derived from, see `is_known`.

    Raises:
        IllFormedError: naming the node.
    """
    if _MEANT.get(id(node)) is not node:
        _require(node)
        if len(_MEANT) > 1 << 17:
            _MEANT.clear()
        _MEANT[id(node)] = node


def _require(node: Any) -> None:
    if not is_known(node) or isinstance(node, sympy.Lambda):
        raise _no_meaning(node, "a node of the language")
    parts = node.args
    if isinstance(node, Symbol):
        _require_symbol(node)
    elif isinstance(node, Activation):
        parts = (*node.args[::2], *_of_activation(node))
    elif isinstance(node, sympy.Derivative):
        (variable, *more) = node.variables
        if more or not isinstance(variable, Symbol) or variable.is_integer:
            raise _no_meaning(node, "one derivative by one real symbol")
        parts = (variable, node.expr)
    elif isinstance(node, (*MATRICES, *SCALARS, *RELATIONS)):
        _require_node(node)
        parts = tuple(part for part in parts if part is not sympy.oo)
    for part in parts:
        require_term(part)


def _of_activation(node: Activation) -> tuple[Expr, Symbol]:
    """Its formula and variable: a scalar, of no matrix and without names that are bound."""
    formula, (variable,) = node.function.expr, node.function.variables
    apart = (MatrixExpr, sympy.Sum, sympy.Product, sympy.Derivative)
    real = variable.is_real and variable.is_integer is None and variable.is_nonnegative is None
    if not real or type(node.function) is not sympy.Lambda or formula.has(*apart):
        raise _no_meaning(node, "a formula in one real variable, of no matrix")
    jumps = {Fact.nonzero(step.args[0]) for step in formula.atoms(*STEPS)}
    if not all(fact in jumps or fact.follows_from(()) for fact in conditions(formula)):
        raise _no_meaning(node, "a function with a value at every real number but jumps")
    return formula, variable


def _require_node(node: Any) -> None:
    formed = type(node) in (*MATRICES, *RELATIONS, Norm, Entry)
    if not node.args or (formed and node.func(*node.args) != node):
        raise _no_meaning(node, "what its class makes of its parts")
    count = {sympy.Pow: 2, sympy.Heaviside: 2, Unknown: 3}.get(type(node), 1)
    if isinstance(node, sympy.Function | sympy.Pow) and len(node.args) != count:
        raise _no_meaning(node, "as many arguments as it has")
    if not formed and any(isinstance(part, MatrixExpr) for part in node.args):
        raise _no_meaning(node, "a function of numbers")
    if node.has(sympy.oo) and not (isinstance(node, Limit) and not node.lhs.has(sympy.oo)):
        raise _no_meaning(node, "a number")
    if type(node) in BINDERS[1:] and (len(node.limits) != 1 or len(node.limits[0]) != 3):
        raise _no_meaning(node, "one integer index with two bounds")
    _require_as_sympy_has_it(node)
    for index in bound(node):
        fixed = (*bounds(node)[1:], *(node.shape if isinstance(node, Ranged) else ()))
        if type(index) not in (Symbol, sympy.Dummy) or not index.is_integer:
            raise _no_meaning(node, "an integer symbol")
        if not isinstance(node, Limit) and index.is_nonnegative is not None:
            raise _no_meaning(node, "an index of which no more is assumed than the range says")
        if any(index in each.free_symbols for each in fixed):
            raise _no_meaning(node, f"a range, and terms of a shape, without {index} in them")
    if isinstance(node, TimeVector | MatrixSymbol):
        _require_name(node.label if isinstance(node, TimeVector) else node.name, node)
    if isinstance(node, Unknown):
        name, order = node.args[:2]
        if name != Symbol(name.name) or not isinstance(order, sympy.Integer) or order < 0:
            raise _no_meaning(node, "a function with a name, differentiated so many times")
    parts = (part for number in _whole(node) for part in sympy.preorder_traversal(number))
    if not all(part.is_integer for part in parts):
        raise _no_meaning(node, "times, places and sizes that are integers, made of integers")
    if isinstance(node, ImmediateDerivative) and not isinstance(node.of, TimeVector):
        raise _no_meaning(node, "the immediate derivative of a vector at a time")
    held = node.held if isinstance(node, UNKNOWN[:2]) else ()
    if not all(isinstance(each, TimeVector | MatrixSymbol) for each in held):
        raise _no_meaning(node, "vectors and parameters that are held")


def _require_as_sympy_has_it(node: Any) -> None:
    """Refuse a sum or product of which SymPy, when it compares, thinks otherwise than we do.

    To it a product of zeros is 0 and one of nothing is at most 0, and a number is the negative of a
    range, where that is empty.
    """
    if type(node) is sympy.Product and (_vanishes(node.function) or node.has_empty_sequence):
        raise _no_meaning(node, "a product of some factors that are not 0 one and all")
    if type(node) in BINDERS[1:] and node.is_number:
        for _, lower, upper in map(bounds, {node, *node.function.atoms(*BINDERS[1:])}):
            if not (upper - lower + 1).is_nonnegative:
                raise _no_meaning(node, "a number whose ranges do not end before they begin")


def _vanishes(factor: Expr) -> bool:
    """Whether a factor is 0 in a form that SymPy sees through, a sum over nothing among them."""
    return bool(factor.is_zero) or not sympy.expand(factor)


def _whole(node: Any) -> tuple[Expr, ...]:
    """Times, places and sizes in a node."""
    if isinstance(node, TimeVector):
        return (node.index, *node.shape)
    if isinstance(node, Parameter | Identity | Zeros | Ones):
        return tuple(node.shape)
    if isinstance(
        node, (Entry, placing.Rows, placing.Place, placing.Unvec, Partial, VectorFunction)
    ):
        return tuple(node.args[1:2] if isinstance(node, VectorFunction) else node.args[1:])
    return bounds(node)


def _require_symbol(symbol: Symbol) -> None:
    _require_name(symbol.name, symbol)
    # What was said of the symbol, not what SymPy derives from it.
    said = {name for name, value in symbol.assumptions0.items() if value is not None}
    if frozenset(symbol.assumptions0.items()) not in _kinds():
        raise IllFormedError(
            f"the symbol {symbol} assumes more than can be printed",
            {"expected": "integer, real, nonnegative or positive", "got": ", ".join(sorted(said))},
        )


@cache
def _kinds() -> frozenset[Any]:
    return frozenset(frozenset(Symbol("_", **kind).assumptions0.items()) for kind in _KINDS)


_KINDS: tuple[dict[str, bool], ...] = (
    {},
    *({kind: True} for kind in ("real", "integer", "nonnegative", "positive")),
    *({"real": True, kind: True} for kind in ("nonnegative", "positive")),
    *({"integer": True, kind: True} for kind in ("nonnegative", "positive")),
)


def _require_name(name: str, node: Any) -> None:
    if isinstance(node, sympy.Dummy):
        return
    if name.startswith("_"):
        raise IllFormedError(
            f"the name {name} is kept for bound indices",
            {"expected": "a name that does not begin with _", "got": name},
        )
    if not (is_name(name) or is_name(f"{name}_")):
        raise IllFormedError(f"{name!r} is no name", {"expected": "letters, digits, subscripts"})


def _no_meaning(node: Any, expected: str) -> IllFormedError:
    return IllFormedError(
        f"{type(node).__name__} has no meaning here", {"expected": expected, "got": repr(node)}
    )


# ------------------------------------------------------------------------ when there is a value


def conditions(node: Any, smooth_in: Symbol | None = None) -> Iterator[Fact]:
    """What has to hold for every part of a term to have a value.

    Args:
        node: a term or a relation.
        smooth_in: a symbol, and then also what makes the term differentiable in it.

    Raises:
        IllFormedError: where a condition would have to hold for all values of a bound index.
    """
    if isinstance(node, Activation | Symbol | Str | Limit):
        return
    if isinstance(node, sympy.Derivative):
        for symbol in {node.variables[0], smooth_in} - {None}:
            yield from conditions(node.expr, symbol)
        return
    if isinstance(node, (ForAll, *BINDERS)):
        yield from _of_binder(node, smooth_in)
        return
    if isinstance(node, UNKNOWN[:2]):
        # A derivative is of what has a value nearby as well.
        for fact in conditions(node.of, smooth_in):
            yield Fact(fact.expression, fact.strict or fact.expression.has(MatrixExpr))
        yield from conditions(node.by)
        return
    for size in _sizes(node):
        if not size.is_positive:
            yield Fact.nonnegative(size - 1)
    varies = smooth_in is not None and smooth_in in node.free_symbols
    if isinstance(node, sympy.Pow):
        yield from of_power(node.base, node.exp, varies)
    elif isinstance(node, sympy.log):
        yield Fact.positive(node.args[0])
    elif isinstance(node, sympy.atanh):
        yield Fact.positive(1 - node.args[0] ** 2)
    elif isinstance(node, Inverse):
        yield Fact.nonzero(Entry(Determinant(node.args[0]), 1))
    elif isinstance(node, STEPS) or (varies and isinstance(node, sympy.Abs)):
        yield Fact.nonzero(node.args[0])
    elif varies and isinstance(node, sympy.Max | sympy.Min):
        for place, one in enumerate(node.args):
            yield from (Fact.nonzero(one - other) for other in node.args[:place])
    for part in node.args:
        yield from conditions(part, smooth_in)


def conditions_at(activation: Activation, value: Expr) -> list[Fact]:
    """What gives a function a value at a number: that no step in it jumps there."""
    (variable,) = activation.function.variables
    facts = conditions(activation.function.expr)
    return [Fact(substitute(fact.expression, {variable: value}), fact.strict) for fact in facts]


def _sizes(node: Any) -> tuple[Expr, ...]:
    """The sizes that a node states."""
    if isinstance(node, Parameter | TimeVector | Identity | Zeros | Ones | placing.Unvec):
        return tuple(node.shape)
    if isinstance(node, VectorFunction | placing.Rows | placing.Place):
        return (node.shape[0],)
    return ()


def is_smooth(activation: Activation) -> bool:
    """Whether an elementwise function is known to be differentiable everywhere."""
    (variable,) = activation.function.variables
    return all(fact.follows_from(()) for fact in conditions(activation.function.expr, variable))


def of_power(base: Expr, exponent: Expr, varies: bool) -> Iterator[Fact]:
    """What gives a power a value, and a derivative where it `varies`."""
    if exponent.is_Integer:
        if exponent < 0:
            yield Fact.nonzero(base)
    elif exponent.is_Rational and exponent > 0 and not varies:
        yield Fact.nonnegative(base)
    elif exponent.is_integer and not varies and not base.is_positive:
        yield Fact.nonnegative(exponent)
    else:
        yield Fact.positive(base)


def is_round(norm: Norm) -> bool:
    """Whether ‖A‖² is the sum of the squares of A's entries: other norms have edges."""
    return norm.kind == "F" or (norm.kind == "2" and is_column(norm.matrix))


def smooth(term: Any) -> Iterator[Fact | Smooth]:
    """What makes every part of a term differentiable; constants need nothing.

    A vector of a recurrence is differentiable in what it is computed from: see the package.
    """
    if not isinstance(term, sympy.Basic) or not term.has(MatrixExpr):
        return
    if isinstance(term, (*UNKNOWN, *KINKED, Partial, sympy.Sum, sympy.Product)):
        raise _no_meaning(term, "an expression that is differentiable")
    if isinstance(term, Elementwise) and not is_smooth(term.activation):
        yield Smooth(term.activation, term.argument)
    if isinstance(term, Norm):
        if not is_round(term):
            raise _no_meaning(term, "a norm that is differentiable where it is not 0")
        yield Fact.positive(term)
    if isinstance(term, Inverse):
        yield from conditions(term)
    if isinstance(term, sympy.Pow):
        yield from of_power(term.base, term.exp, varies=True)
    for need in (need for part in term.args for need in smooth(part)):
        if isinstance(term, Ranged) and (term.index in need.free_symbols or type(need) is Smooth):
            raise _no_meaning(term, "terms that are differentiable whatever their index is")
        yield need


def _of_binder(node: Any, smooth_in: Symbol | None) -> Iterator[Fact]:
    """What holds at every index of the range: where it rises or falls with it, at the worst end."""
    (index,) = bound(node)
    inside = [Fact.nonnegative(fact) for fact in within(node)]
    parts = [part for part in node.args if part != index and not isinstance(part, Tuple | Str)]
    for fact in (fact for part in parts for fact in conditions(part, smooth_in)):
        if fact.follows_from(inside):
            continue
        rate = fact.expression.coeff(index)
        rest = sympy.expand(fact.expression - rate * index)
        if index in rest.free_symbols or not rate.is_Rational or isinstance(node, ForAll):
            raise IllFormedError(
                f"a term under the index {index} need not have a value",
                {"needed": str(fact), "in": str(node)},
            )
        _, lower, upper = bounds(node)
        worst = rest + rate * (lower if rate > 0 else upper)
        yield Fact(sympy.expand(worst), fact.strict)


def bound(node: Any) -> tuple[Symbol, ...]:
    """The symbols that a node binds."""
    if isinstance(node, ForAll | Ranged):
        return (node.index,)
    if isinstance(node, Limit):
        return (node.variable,)
    return (node.limits[0][0],) if isinstance(node, sympy.Sum | sympy.Product) else ()


def symbols(term: Any) -> set[Any]:
    """What stands in a term by name: free, bound, varied; but not the variable of an activation."""
    found = set(term.free_symbols)
    for node in term.atoms(*BINDING):
        found.update(node.free_symbols, bound(node), getattr(node, "variables", ()))
    return found


def bounds(node: Any) -> tuple[Expr, ...]:
    """Index and bounds of a sum or a product over times, none for another node."""
    if isinstance(node, Ranged):
        return (node.index, node.lower, node.upper)
    return tuple(node.limits[0]) if isinstance(node, sympy.Sum | sympy.Product) else ()


def within(node: Any) -> tuple[Expr, ...]:
    """What is ≥ 0 for every value that a binder gives to its index."""
    if isinstance(node, ForAll):
        return (node.index - node.since,)
    index, lower, upper = bounds(node)
    return (index - lower, upper - index, upper - lower)


# --------------------------------------------------------------------------------- substitution


def substitute(node: Any, values: Mapping[Symbol, Expr]) -> Any:
    """The term with symbols replaced, all at once; a bound index gives way to what comes in.

    Raises:
        IllFormedError: where a symbol stands that cannot be replaced: in an activation, or as the
            variable of a derivative.
    """
    free = node.free_symbols if isinstance(node, Basic) else set()
    free = free - set(bound(node)) if isinstance(node, Limit) else free
    values = {old: new for old, new in values.items() if old in free}
    if not values:
        return node
    if isinstance(node, Symbol):
        return values[node]
    coming = set().union(*(new.free_symbols for new in values.values()))
    fixed = set(node.variables) if isinstance(node, sympy.Derivative) else set()
    if isinstance(node, Activation) or fixed & (coming | set(values)):
        raise IllFormedError(
            "a symbol cannot be replaced here", {"symbol": ", ".join(map(str, values)), "in": node}
        )
    if isinstance(node, UNKNOWN) and any(new.has(MatrixExpr) for new in values.values()):
        raise IllFormedError(
            "under a derivative a constant is replaced by a constant",
            {"expected": "numbers that nothing varies", "got": str(values)},
        )
    if isinstance(node, sympy.Derivative):
        return node.func(substitute(node.expr, values), *node.variables)
    for index in bound(node):
        if index in coming:
            node = renamed(node, sympy.Dummy(index.name, integer=True))
    if isinstance(node, Parameter | MatrixSymbol):
        return node.func(node.name, *(substitute(size, values) for size in node.shape))
    if isinstance(node, Unknown):
        return node.func(*node.args[:2], substitute(node.args[2], values))
    replaced = rebuilt(node, [substitute(part, values) for part in node.args])
    # ∂L/∂W has the shape of W, and ∂L/∂b that of its layout: the one does not become the other.
    if isinstance(node, UNKNOWN[:2]) and is_column(replaced.by) != is_column(node.by):
        raise IllFormedError("a derivative by a matrix becomes one by a column", {"in": node})
    return replaced


def renamed(node: Any, new: Symbol) -> Any:
    """A binder with another bound symbol, which occurs nowhere in it."""
    (old,) = bound(node)
    return rebuilt(node, [_renamed(part, old, new) for part in node.args])


def exchanged(term: Any, old: Any, new: Any) -> Any:
    """A term without binders, with one part written otherwise wherever it stands.

    An activation is left alone: the variable of its formula is bound, whatever else has its name.
    """
    if term == old:
        return new
    if isinstance(term, Activation) or not term.args:
        return term
    return rebuilt(term, [exchanged(part, old, new) for part in term.args])


def rebuilt(node: Any, args: Iterable[Any]) -> Any:
    """A node of the same sort.

    Raises:
        IllFormedError: for a sum or product over a range that SymPy takes to be another number.
    """
    built = node.func(*args)
    _require_as_sympy_has_it(built)
    return built


def _renamed(part: Any, old: Symbol, new: Symbol) -> Any:
    if part == old:
        return new
    if isinstance(part, Tuple) and part and part[0] == old:
        return Tuple(new, *part[1:])
    return substitute(part, {old: new})
