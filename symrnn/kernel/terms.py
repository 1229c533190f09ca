"""Terms: which nodes have a meaning, when they have a value, and substitution without capture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sympy
from sympy import Basic, Expr, MatrixSymbol, Rational, Symbol, Tuple
from sympy.core.symbol import Str
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError
from symrnn.kernel.facts import Fact
from symrnn.language.activations import Activation, Elementwise, Unknown
from symrnn.language.algebra import (
    Identity,
    MatrixProduct,
    MatrixSum,
    Ones,
    Parameter,
    Transposed,
    Zeros,
)
from symrnn.language.derivatives import (
    ImmediateDerivative,
    Partial,
    TotalDerivative,
    VectorFunction,
)
from symrnn.language.entry import Entry
from symrnn.language.norms import Norm
from symrnn.language.ordered import OrderedProduct, OrderedSum, Ranged
from symrnn.language.relations import Equation, ForAll, Inequality, Limit, Smooth
from symrnn.language.shapes import is_column
from symrnn.language.structure import (
    Block,
    Diag,
    DiagonalOf,
    Hadamard,
    Kronecker,
    Place,
    Rows,
    Unvec,
    Vec,
)
from symrnn.language.time import TimeVector
from symrnn.language.writing import text

MATRICES = (
    *(Parameter, TimeVector, Identity, Zeros, Ones, Transposed, MatrixSum),
    *(MatrixProduct, Hadamard, Diag, DiagonalOf, Kronecker, Vec, Unvec, Block, Rows, Place),
    *(OrderedProduct, OrderedSum, Elementwise, VectorFunction, Partial),
    *(TotalDerivative, ImmediateDerivative),
)
# Real functions that have a value at every real number, and a derivative.
SMOOTH = (
    *(sympy.exp, sympy.sin, sympy.cos, sympy.sinh, sympy.cosh, sympy.tanh, sympy.atan),
    *(sympy.erf, Unknown),
)
KINKED = (sympy.Abs, sympy.Max, sympy.Min, sympy.sign, sympy.Heaviside)
SCALARS = (
    *(Symbol, sympy.Dummy, sympy.Add, sympy.Mul, sympy.Pow, sympy.log, sympy.atanh),
    *(Norm, Entry, sympy.Sum, sympy.Product, sympy.Derivative, *SMOOTH, *KINKED),
)
RELATIONS = (Equation, Inequality, Limit, ForAll, Smooth)
BINDERS = (Ranged, sympy.Sum, sympy.Product)
# What a symbol may be assumed to be without its standing in print, and what is printed with it.
UNPRINTED = {"commutative", "integer", "real", "positive"}


def require_term(node: Any) -> None:
    """Refuse a node to which the meaning in the package's docstring gives no value.

    Raises:
        IllFormedError: naming the node.
    """
    if isinstance(node, Symbol):
        _require_symbol(node)
    elif isinstance(node, Expr) and node.is_number and not node.args:
        if not isinstance(node, Rational) and node not in (sympy.pi, sympy.E):
            raise _no_meaning(node, "an exact real number")
    elif isinstance(node, Activation):
        require_term(node.function.expr)
        if not all(fact.follows_from(()) for fact in conditions(node.function.expr)):
            raise _no_meaning(node, "a function with a value at every real number")
    elif isinstance(node, Tuple | Str):
        for part in node.args:
            if not isinstance(part, Str) and part is not sympy.oo:
                require_term(part)
    elif type(node) in BINDERS[1:] and (len(node.limits) != 1 or len(node.limits[0]) != 3):
        raise _no_meaning(node, "one integer index with two bounds")
    elif type(node) is sympy.Derivative:
        (variable, *more) = node.variables
        if more or not isinstance(variable, Symbol) or variable.is_integer:
            raise _no_meaning(node, "one derivative by one real symbol")
        require_term(node.expr)
    elif type(node) in (*MATRICES, *SCALARS, *RELATIONS):
        if node.has(sympy.oo) and not (isinstance(node, Limit) and not node.lhs.has(sympy.oo)):
            raise _no_meaning(node, "a number")
        if isinstance(node, TimeVector | MatrixSymbol):
            _require_name(node.label if isinstance(node, TimeVector) else node.name, node)
        if not all(number.is_integer for number in _whole(node)):
            raise _no_meaning(node, "times, places and sizes that are integers")
        if isinstance(node, ImmediateDerivative) and not isinstance(node.of, TimeVector):
            raise _no_meaning(node, "the immediate derivative of a vector at a time")
        for part in node.args:
            if not isinstance(part, Str) and part is not sympy.oo:
                require_term(part)
    else:
        raise _no_meaning(node, "a node of the language")


def _whole(node: Any) -> tuple[Expr, ...]:
    """Times, places and sizes in a node."""
    if isinstance(node, TimeVector):
        return (node.index, *node.shape)
    if isinstance(node, Parameter | Identity | Zeros | Ones):
        return tuple(node.shape)
    if isinstance(node, Entry | Rows | Place | Unvec | VectorFunction | Partial):
        return tuple(node.args[1:2] if isinstance(node, VectorFunction) else node.args[1:])
    return tuple(node.args[1:2]) if isinstance(node, Unknown) else bounds(node)


def _require_symbol(symbol: Symbol) -> None:
    _require_name(symbol.name, symbol)
    # What was said of the symbol, not what SymPy derives from it.
    said = {name for name, value in symbol.assumptions0.items() if value is not None}
    known = {frozenset(Symbol("_", **kind).assumptions0.items()) for kind in _KINDS}
    if frozenset(symbol.assumptions0.items()) not in known:
        raise IllFormedError(
            f"the symbol {symbol} assumes more than can be printed",
            {"expected": "integer, real, nonnegative or positive", "got": ", ".join(sorted(said))},
        )


_KINDS: tuple[dict[str, bool], ...] = (
    {},
    *({kind: True} for kind in ("real", "integer", "nonnegative", "positive")),
    *({"real": True, kind: True} for kind in ("nonnegative", "positive")),
    *({"integer": True, kind: True} for kind in ("nonnegative", "positive")),
)


def _require_name(name: str, node: Any) -> None:
    if name.startswith("_") and not isinstance(node, sympy.Dummy):
        raise IllFormedError(
            f"the name {name} is kept for bound indices",
            {"expected": "a name that does not begin with _", "got": name},
        )


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
    varies = smooth_in is not None and smooth_in in node.free_symbols
    if isinstance(node, sympy.Pow):
        yield from of_power(node.base, node.exp, varies)
    elif isinstance(node, sympy.log):
        yield Fact.positive(node.args[0])
    elif isinstance(node, sympy.atanh):
        yield Fact.positive(1 - node.args[0] ** 2)
    elif varies and isinstance(node, sympy.Abs | sympy.sign | sympy.Heaviside):
        yield Fact.nonzero(node.args[0])
    elif varies and isinstance(node, sympy.Max | sympy.Min):
        for place, one in enumerate(node.args):
            yield from (Fact.nonzero(one - other) for other in node.args[:place])
    for part in node.args:
        yield from conditions(part, smooth_in)


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
    if isinstance(node, TotalDerivative | ImmediateDerivative | sympy.Derivative):
        if any(new.has(MatrixExpr) for new in values.values()):
            raise IllFormedError(
                "under a derivative a constant is replaced by a constant",
                {
                    "expected": "numbers that nothing varies",
                    "got": ", ".join(map(text, values.values())),
                },
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
    replaced = node.func(*(substitute(part, values) for part in node.args))
    if isinstance(node, TotalDerivative | ImmediateDerivative):
        # ∂L/∂W has the shape of W, and ∂L/∂b that of its layout: the one does not become the other.
        if is_column(replaced.by) != is_column(node.by):
            raise IllFormedError("a derivative by a matrix becomes one by a column", {"in": node})
    return replaced


def renamed(node: Any, new: Symbol) -> Any:
    """A binder with another bound symbol, which occurs nowhere in it."""
    (old,) = bound(node)
    return node.func(*(_renamed(part, old, new) for part in node.args))


def _renamed(part: Any, old: Symbol, new: Symbol) -> Any:
    if part == old:
        return new
    if isinstance(part, Tuple) and part and part[0] == old:
        return Tuple(new, *part[1:])
    return substitute(part, {old: new})
