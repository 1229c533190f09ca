"""Whether one leaf is another: yes, no, or not known. "No" needs a proof.

A derivative is 0 only where this says so; what may depend on the variable and has no rule is
refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy
from sympy import Basic, Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.language.derivatives import ImmediateDerivative, TotalDerivative
from symrnn.language.shapes import same_shape, show
from symrnn.language.time import TimeVector


def is_same(leaf: MatrixExpr, variable: MatrixExpr) -> bool | None:
    """Whether two leaves are one quantity; None where their times may or may not coincide.

    Raises:
        IllFormedError: two quantities have one name, and which is meant is not said.
    """
    if leaf == variable:
        return True
    if isinstance(leaf, TimeVector) and isinstance(variable, TimeVector):
        if leaf.label != variable.label:
            return False
        _require_one(leaf.label, leaf, variable)
        gap = sympy.expand(variable.index - leaf.index)
        apart = gap.is_nonzero or gap.is_positive or gap.is_negative
        return False if apart else None
    if isinstance(leaf, sympy.MatrixSymbol) and isinstance(variable, sympy.MatrixSymbol):
        if leaf.name == variable.name:
            _require_one(leaf.name, leaf, variable)
        return False
    return False


def _require_one(name: str, leaf: MatrixExpr, variable: MatrixExpr) -> None:
    """Refuse a second quantity of one name: another shape, or another kind of symbol."""
    if type(leaf) is not type(variable) or not same_shape(leaf.shape, variable.shape):
        shown = [f"{type(each).__name__}, {show(each.shape)}" for each in (variable, leaf)]
        raise IllFormedError(
            f"two quantities have the name {name}",
            {"expected": "one name for each quantity", "got": f"{shown[0]}; {shown[1]}"},
        )


def require_apart(leaf: MatrixExpr, variables: Iterable[MatrixExpr]) -> None:
    """Raise `NotSupportedError` unless the leaf is proved to be none of the variables."""
    for variable in variables:
        if is_same(leaf, variable) is not False:
            gap = sympy.expand(variable.index - leaf.index)
            raise NotSupportedError(
                f"whether {leaf} and {variable} are the same state is not known",
                {"expected": "times whose difference is a nonzero number", "got": str(gap)},
            )


def is_constant(node: Basic, variables: Iterable[MatrixExpr]) -> bool:
    """Whether a node is proved not to depend on any of the variables.

    It holds none of them, nothing that may be one of them, and no unevaluated derivative, whose
    value the recurrence decides.
    """
    if node.atoms(TotalDerivative, ImmediateDerivative):
        return False
    # A time bound inside the node is compared as an integer, whatever its symbol claims.
    leaves = {_integer_time(leaf) for leaf in node.atoms(sympy.MatrixSymbol, TimeVector)}
    return all(is_same(leaf, variable) is False for leaf in leaves for variable in variables)


def _integer_time(leaf: Any) -> Any:
    if not isinstance(leaf, TimeVector):
        return leaf
    plain = {symbol: Symbol(symbol.name, integer=True) for symbol in leaf.index.free_symbols}
    return TimeVector(leaf.label, leaf.index.xreplace(plain), *leaf.shape)
