"""Terms: which nodes have a meaning."""

from __future__ import annotations

from functools import cache
from typing import Any

import sympy
from sympy import Expr, MatrixSymbol, Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError
from symrnn.kernel.binders import bound, bounds
from symrnn.kernel.facts import Fact
from symrnn.kernel.nodes import (
    BINDERS,
    MATRICES,
    RELATIONS,
    SCALARS,
    STEPS,
    UNKNOWN,
    is_known,
    no_meaning,
)
from symrnn.kernel.substitution import require_as_sympy_has_it
from symrnn.kernel.values import conditions
from symrnn.language import structure as placing
from symrnn.language.activations import Activation, Unknown
from symrnn.language.algebra import Identity, Ones, Parameter, Zeros
from symrnn.language.derivatives import ImmediateDerivative, Partial, VectorFunction
from symrnn.language.entry import Entry
from symrnn.language.names import is_name
from symrnn.language.norms import Norm
from symrnn.language.ordered import Ranged
from symrnn.language.relations import Limit
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
        raise no_meaning(node, "a node of the language")
    parts = node.args
    if isinstance(node, Symbol):
        _require_symbol(node)
    elif isinstance(node, Activation):
        parts = (*node.args[::2], *_of_activation(node))
    elif isinstance(node, sympy.Derivative):
        (variable, *more) = node.variables
        if more or not isinstance(variable, Symbol) or variable.is_integer:
            raise no_meaning(node, "one derivative by one real symbol")
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
        raise no_meaning(node, "a formula in one real variable, of no matrix")
    jumps = {Fact.nonzero(step.args[0]) for step in formula.atoms(*STEPS)}
    if not all(fact in jumps or fact.follows_from(()) for fact in conditions(formula)):
        raise no_meaning(node, "a function with a value at every real number but jumps")
    return formula, variable


def _require_node(node: Any) -> None:
    formed = type(node) in (*MATRICES, *RELATIONS, Norm, Entry)
    if not node.args or (formed and node.func(*node.args) != node):
        raise no_meaning(node, "what its class makes of its parts")
    count = {sympy.Pow: 2, sympy.Heaviside: 2, Unknown: 3}.get(type(node), 1)
    if isinstance(node, sympy.Function | sympy.Pow) and len(node.args) != count:
        raise no_meaning(node, "as many arguments as it has")
    if not formed and any(isinstance(part, MatrixExpr) for part in node.args):
        raise no_meaning(node, "a function of numbers")
    if node.has(sympy.oo) and not (isinstance(node, Limit) and not node.lhs.has(sympy.oo)):
        raise no_meaning(node, "a number")
    if type(node) in BINDERS[1:] and (len(node.limits) != 1 or len(node.limits[0]) != 3):
        raise no_meaning(node, "one integer index with two bounds")
    require_as_sympy_has_it(node)
    for index in bound(node):
        fixed = (*bounds(node)[1:], *(node.shape if isinstance(node, Ranged) else ()))
        if type(index) not in (Symbol, sympy.Dummy) or not index.is_integer:
            raise no_meaning(node, "an integer symbol")
        if not isinstance(node, Limit) and index.is_nonnegative is not None:
            raise no_meaning(node, "an index of which no more is assumed than the range says")
        if any(index in each.free_symbols for each in fixed):
            raise no_meaning(node, f"a range, and terms of a shape, without {index} in them")
    if isinstance(node, TimeVector | MatrixSymbol):
        _require_name(node.label if isinstance(node, TimeVector) else node.name, node)
    if isinstance(node, Unknown):
        name, order = node.args[:2]
        if name != Symbol(name.name) or not isinstance(order, sympy.Integer) or order < 0:
            raise no_meaning(node, "a function with a name, differentiated so many times")
    parts = (part for number in _whole(node) for part in sympy.preorder_traversal(number))
    if not all(part.is_integer for part in parts):
        raise no_meaning(node, "times, places and sizes that are integers, made of integers")
    if isinstance(node, ImmediateDerivative) and not isinstance(node.of, TimeVector):
        raise no_meaning(node, "the immediate derivative of a vector at a time")
    held = node.held if isinstance(node, UNKNOWN[:2]) else ()
    if not all(isinstance(each, TimeVector | MatrixSymbol) for each in held):
        raise no_meaning(node, "vectors and parameters that are held")


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
