"""Unevaluated derivatives, and functions of which only the name is known.

∂y/∂x is the total derivative, through the recurrence; ∂⁺y/∂x the immediate one, earlier states
held fixed. Neither knows the recurrence: the layers above give it.
"""

from __future__ import annotations

import keyword
from typing import Any, cast

import sympy
from sympy import Symbol, Tuple
from sympy.core.symbol import Str
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.language import shapes
from symrnn.language.algebra import MatrixNode, Parameter, as_matrix
from symrnn.language.names import require_name
from symrnn.language.notation import DENOMINATOR as DENOMINATOR
from symrnn.language.notation import NUMERATOR as NUMERATOR
from symrnn.language.shapes import Shape, symbolic
from symrnn.language.structure import Vec
from symrnn.language.time import TimeVector


def require_layout(layout: Any) -> str:
    """`layout` as text, or `IllFormedError`."""
    text = layout.name if isinstance(layout, Str) else layout
    if text not in (NUMERATOR, DENOMINATOR):
        raise IllFormedError("unknown layout", {"expected": "numerator, denominator", "got": text})
    return cast(str, text)


def derivative_shape(of: MatrixExpr, by: MatrixExpr, layout: str) -> Shape:
    """Shape of ∂of/∂by: n × m for columns (transposed in denominator layout); the shape of `by`
    for a scalar by a matrix."""
    if shapes.is_column(of) and shapes.is_column(by):
        return (of.rows, by.rows) if layout == NUMERATOR else (by.rows, of.rows)
    if shapes.is_scalar(of):
        return cast(Shape, by.shape)
    raise NotSupportedError(
        "the derivative of a vector by a matrix is no matrix",
        {"expected": "∂y/∂vec(W) with Vec(W)", "got": f"∂({of})/∂({by})"},
    )


def parameter_of(scalar: Symbol) -> Parameter:
    """The 1 × 1 parameter in the place of a scalar: of its name, but for what Python calls so."""
    return Parameter(f"{scalar.name}_" if keyword.iskeyword(scalar.name) else scalar.name, 1, 1)


class _Derivative(MatrixNode):
    def __new__(cls, of: Any, by: Any, layout: Any = NUMERATOR, held: Any = ()) -> MatrixExpr:
        of = as_matrix(of)
        if isinstance(by, Symbol) and not by.is_integer:
            by = parameter_of(by)
        variable = by.args[0] if isinstance(by, Vec) else by
        if not isinstance(variable, sympy.MatrixSymbol | TimeVector):
            raise IllFormedError(
                f"nothing is differentiated by {by}",
                {"expected": "a parameter or scalar of the cell, Vec of one, a vector at a time"},
            )
        layout = require_layout(layout)
        derivative_shape(of, by, layout)
        return super().__new__(cls, of, by, Str(layout), Tuple(*held))

    @property
    def of(self) -> MatrixExpr:
        """What is differentiated."""
        return self.args[0]

    @property
    def by(self) -> MatrixExpr:
        """The variable."""
        return self.args[1]

    @property
    def layout(self) -> str:
        """'numerator' or 'denominator'."""
        return cast(str, self.args[2].name)

    @property
    def held(self) -> tuple[MatrixExpr, ...]:
        """States that are held constant (truncation cuts the graph there)."""
        return tuple(self.args[3])

    @property
    def shape(self) -> Shape:
        return derivative_shape(self.of, self.by, self.layout)


class TotalDerivative(_Derivative):
    """∂of/∂by through the recurrence."""


class ImmediateDerivative(_Derivative):
    """∂⁺of/∂by with all earlier states held fixed."""


def D(of: Any, by: Any, layout: str = NUMERATOR, held: Any = ()) -> MatrixExpr:
    """The total derivative ∂of/∂by, unevaluated.

    Args:
        of: a column (n × 1) or a scalar.
        by: a column (m × 1), or a matrix when `of` is scalar; `Vec(W)` for ∂s/∂vec(W); a scalar
            of the cell, which is the 1 × 1 parameter of its name.
        layout: "numerator" (n × m) or "denominator" (m × n).
        held: states through which nothing is differentiated.
    """
    return TotalDerivative(of, by, layout, held)


def D_plus(of: Any, by: Any, layout: str = NUMERATOR) -> MatrixExpr:
    """The immediate derivative ∂⁺of/∂by, unevaluated; arguments as for `D`."""
    return ImmediateDerivative(of, by, layout)


class VectorFunction(MatrixNode):
    """f(u, v, …): a column of `rows` entries, of which only the arguments are known."""

    def __new__(cls, name: Any, rows: Any, *arguments: Any) -> VectorFunction:
        name = Str(require_name("a function", name))
        arguments = tuple(map(as_matrix, arguments))
        for argument in arguments:
            shapes.require_column(f"{name.name}(…)", argument)
        node = super().__new__(cls, name, symbolic(rows), *arguments)
        return cast("VectorFunction", node)

    @property
    def label(self) -> str:
        """The name."""
        return cast(str, self.args[0].name)

    @property
    def arguments(self) -> tuple[MatrixExpr, ...]:
        """The columns it depends on."""
        return cast("tuple[MatrixExpr, ...]", self.args[2:])

    @property
    def shape(self) -> Shape:
        return (self.args[1], sympy.S.One)


class Partial(MatrixNode):
    """The Jacobian of a `VectorFunction` with respect to its argument number `position`."""

    def __new__(cls, function: VectorFunction, position: Any) -> Partial:
        return cast("Partial", super().__new__(cls, function, symbolic(position)))

    @property
    def shape(self) -> Shape:
        function, position = self.args
        return (function.shape[0], function.arguments[int(position)].shape[0])
