"""What a formula is evaluated at: the numbers of a batch, side by side as columns of one matrix.

A vector at a time is n × B. A product W V is then one matrix product for the whole batch, and an
outer product of two vectors, δ hᵀ, sums over the batch by itself: what a gradient has to do. Made
for many formulas that are run a few times each; generated code is for one that is run often.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, singledispatch
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray
from sympy import Expr
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import NotSupportedError
from symrnn.language.shapes import symbolic

Array = NDArray[Any]

LAST = -1
"""The fixed time that is T, as lists count from their end."""


@dataclass
class Numbers:
    """What an expression may speak of, at one time.

    Args:
        sizes: integers for symbolic sizes.
        scalars: numbers for scalar symbols.
        parameters: (rows, cols) by name.
        values: vectors by name, a list over times of (n, B).
        time: the time now.
        width: B.
    """

    sizes: Mapping[Any, int]
    scalars: Mapping[Any, Any]
    parameters: Mapping[str, Array]
    values: dict[str, list[Any]]
    time: int = 0
    width: int = 1
    dtype: Any = np.float64
    ones: dict[Any, Array] = field(default_factory=dict)
    known: dict[Any, int] = field(default_factory=dict)

    def size(self, expression: Any) -> int:
        """The value of a size."""
        if expression not in self.known:
            self.known[expression] = int(symbolic(expression).subs(self.sizes))
        return self.known[expression]

    def number(self, scalar: Expr) -> Any:
        """The value of a coefficient."""
        if scalar.is_Rational:
            return float(scalar)
        return scalar_function(scalar)({**self.scalars, **self.sizes})


@lru_cache(maxsize=4096)
def scalar_function(scalar: Expr) -> Callable[[Mapping[Any, Any]], Any]:
    """The value of a scalar as a function of those of its symbols."""
    symbols = sorted(scalar.free_symbols, key=str)
    function = sympy.lambdify(symbols, scalar, "numpy")
    return lambda given: function(*(given[symbol] for symbol in symbols))


Value = Callable[[Numbers], Any]


@lru_cache(maxsize=65536)
def compiled(node: MatrixExpr) -> Value:
    """The value of an expression as a function of the numbers.

    Raises:
        NotSupportedError: a node that has no value for a batch side by side.
    """
    return value_of(node)


@singledispatch
def value_of(node: Any) -> Value:
    """The value of one kind of node; each kind registers its own."""
    raise NotSupportedError(
        f"{type(node).__name__} has no numbers in a cross-check", {"node": str(node)}
    )
