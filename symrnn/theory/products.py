"""Factors of a product that stand side by side, rewritten as one.

Products are flat: in A Wᵀ W B the part Wᵀ W is no term of its own, and a theorem about it does not
apply as it stands. But A (Wᵀ W + c X) B has it, for any c, and at c = 0 is the product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

from sympy import Symbol

from symrnn.errors import SymrnnError
from symrnn.kernel import Theorem, instantiate
from symrnn.kernel.axioms import numbers
from symrnn.language.algebra import MatrixProduct, Parameter
from symrnn.theory.closing import then

_SCALE, _ANY = Symbol("scale_of_any", real=True), "any_matrix"


def within_products(node: Any, at_run: Callable[[Any], Iterator[Theorem]]) -> Iterator[Theorem]:
    """Theorems node = … of equations about two or more neighbours among a product's factors.

    Args:
        node: nothing comes of what is no product.
        at_run: from such a part to equations that begin with it.
    """
    if not isinstance(node, MatrixProduct):
        return
    count = len(node.factors)
    for start, stop in combinations(range(count + 1), 2):
        if stop - start < 2 or (stop - start == count and node.coefficient == 1):
            continue
        part = MatrixProduct(*node.factors[start:stop])
        if not isinstance(part, MatrixProduct):
            continue
        for equation in at_run(part):
            try:
                yield _replaced(node, start, stop, equation)
            except SymrnnError:
                continue  # it does not stand there as it is written


def _replaced(node: MatrixProduct, start: int, stop: int, equation: Theorem) -> Theorem:
    """node = … with an equation for the factors from `start` to `stop`."""
    part = equation.relation.lhs
    beside = _SCALE * Parameter(_ANY, *part.shape)
    before, after = node.factors[:start], node.factors[stop:]
    opened = MatrixProduct(node.coefficient, *before, part + beside, *after)
    apart = node + MatrixProduct(node.coefficient, *before, beside, *after)
    replaced = then(numbers.algebra(apart, opened), equation)
    return instantiate(replaced, {_SCALE: 0})
