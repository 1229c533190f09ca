"""Functions with their arguments as objects of the language."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sympy
from sympy.matrices.expressions import MatrixExpr

from symrnn.language.activations import Elementwise
from symrnn.language.algebra import Determinant, LogSumExp, Softmax
from symrnn.language.derivatives import (
    Partial,
    VectorFunction,
)
from symrnn.language.shapes import Shape
from symrnn.language.structure import Diag, DiagonalOf, Unvec, Vec
from symrnn.reading.functions import trace
from symrnn.reading.latex.algebra import Algebra
from symrnn.reading.latex.building import Open
from symrnn.reading.latex.letters import (
    word_of,
)
from symrnn.reading.latex.tree import (
    Derivative,
    Group,
    Num,
    Product,
    Sym,
)

SCALAR_CALLS = {
    "exp": sympy.exp, "log": sympy.log, "tanh": sympy.tanh, "sin": sympy.sin, "cos": sympy.cos,
    "arctan": sympy.atan, "cosh": sympy.cosh, "sinh": sympy.sinh, "min": sympy.Min,
    "max": sympy.Max, "erf": sympy.erf, "tan": sympy.tan,
}  # fmt: skip


class Calls(Algebra):
    """σ(a), diag(v), ∂f/∂x(…)."""

    def called(self, head: Sym, argument: Group, shape: Shape | None) -> Any:
        """The value of f(x), or None if the letter is no function."""
        name = head.name
        if name in self.letters.sequences and head.subs:
            return None
        if name == "diag":
            inner = self.build(argument, None if shape is None else (shape[0], sympy.S.One))
            return Diag(
                self.closed(inner, None if shape is None else (shape[0], sympy.S.One), argument)
            )
        if name == "diagonal":
            return DiagonalOf(self.matrix(argument))
        if name == "vec":
            return self.unvec(head, argument) if head.sups else Vec(self.matrix(argument))
        if name == "softmax":
            return Softmax(self.matrix(argument))
        if name == "logsumexp":
            return LogSumExp(self.matrix(argument))
        if name in ("tr", "trace"):
            return trace(self.matrix(argument))
        if name == "det":
            return Determinant(self.matrix(argument))
        function = self.letters.activations.get(word_of(head))
        call = self.letters.vector_functions.get(word_of(head))
        if call is not None and (function is None or len(argument.parts) > 1):
            return VectorFunction(call.label, call.shape[0], *map(self.matrix, argument.parts))
        if function is None and name not in SCALAR_CALLS:
            # θ(a), the slope of a rectifier, is no function of the cell.
            place = (head.start, argument.end, head.made)
            return self.slope(Product(*place, (head, argument), ("",)))
        order = head.primes
        if head.sups and isinstance(head.sups[0], Group) and isinstance(head.sups[0].parts[0], Num):
            order = int(head.sups[0].parts[0].value)
        elif head.sups:
            inner = self.called(replace(head, sups=()), argument, shape)
            return self.raised(inner, head.sups[0], head)
        values = [self.build(part, shape) for part in argument.parts]
        if function is not None and len(values) == 1:
            value = values[0]
            for _ in range(order):
                function = function.prime
            if isinstance(value, Open):
                value = self.closed(value, shape, argument)
            if isinstance(value, MatrixExpr):
                return Elementwise(function, value)
            return function.at(value)
        if name in SCALAR_CALLS and not order:
            return SCALAR_CALLS[name](*(self.scalar(part) for part in argument.parts))
        return None

    def unvec(self, head: Sym, argument: Group) -> MatrixExpr:
        sizes = head.subs[0] if len(head.subs) == 1 else None
        if not isinstance(sizes, Product) or len(sizes.factors) != 2 or sizes.signs != ("times",):
            self.refuse(head, "vec⁻¹ needs its sizes: rows × cols")
        rows, cols = map(self.scalar, sizes.factors)
        return Unvec(self.matrix(argument), rows, cols)

    def partial(self, tree: Product) -> MatrixExpr:
        head = tree.factors[0]
        assert isinstance(head, Derivative) and isinstance(head.by, Num)
        if (
            len(tree.factors) != 2
            or not isinstance(head.of, Sym)
            or not isinstance(tree.factors[1], Group)
        ):
            self.refuse(tree, "a partial derivative is of one function")
        function = self.called(head.of, tree.factors[1], None)
        if not isinstance(function, VectorFunction):
            self.refuse(tree, "a partial derivative is of a function of vectors")
        return Partial(function, int(head.by.value) - 1)
