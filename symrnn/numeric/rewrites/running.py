"""Products that grow inside a sum, as one running value: Horner's rule for ordered products.

In Σ_{k=h+1}^{t} B_k (∏_{j=k+1}^{t} A_j) g, the latest factor on the right, the product is taken
anew for every k: O(t²) factors. With y_t = g and y_k = A_{k+1} y_{k+1} it is y_k each time: O(t).
This is how the adjoint recursion of backpropagation through time comes from its sum.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy
from sympy import Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.language.algebra import MatrixProduct
from symrnn.language.ordered import RIGHT, OrderedProduct, OrderedSum
from symrnn.language.shapes import is_column
from symrnn.language.time import Sequence


@dataclass(frozen=True)
class Running:
    """y_k = `step` at the sum's index k, y_t = `start`; the sum's body reads y_k."""

    sequence: Sequence
    index: Symbol
    step: MatrixExpr
    start: MatrixExpr
    body: MatrixExpr


def running(total: OrderedSum, name: str = "y") -> Running | None:
    """The sum with its growing product replaced by a running value; None if it has none.

    Applies where a term holds (∏_{j=k+1}^{t} A_j) g with the latest factor on the right, g a column
    free of the index k of the sum, and t the sum's upper bound.
    """
    k = total.index
    for node in sorted(total.body.atoms(MatrixProduct), key=lambda product: -len(product.args)):
        found = _growing(node, total)
        if found is None:
            continue
        before, product, start, after = found
        y = Sequence(name, start.shape[0])
        body = MatrixProduct(node.coefficient, *before, y[k], *after)
        # Not `at`: the step reads A at k + 1, where the product's own index is bound.
        step = MatrixProduct(product.at(k + 1), y[k + 1])
        return Running(y, k, step, start, total.body.xreplace({node: body}))
    return None


def _growing(
    node: MatrixProduct, total: OrderedSum
) -> tuple[tuple[MatrixExpr, ...], OrderedProduct, MatrixExpr, tuple[MatrixExpr, ...]] | None:
    factors = node.factors
    for place, factor in enumerate(factors[:-1]):
        grows = (
            isinstance(factor, OrderedProduct)
            and factor.latest == RIGHT
            and sympy.expand(factor.lower - total.index) == 1
            and factor.upper == total.upper
        )
        if not grows:
            continue
        for stop in range(place + 2, len(factors) + 1):
            start = MatrixProduct(*factors[place + 1 : stop])
            if total.index in start.free_symbols:
                break
            if is_column(start):
                return factors[:place], factor, start, factors[stop:]
    return None
