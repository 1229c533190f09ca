"""Nodes as JavaScript source: the formulas that run in the page, from the expressions proved.

The table of `symrnn.numeric.printer` for another language: a matrix is an array of rows, and the
functions called are those of templates/matrices.js. Only what the explorer's formulas are made of
is there; whatever else comes is refused by name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import sympy
from sympy import Symbol
from sympy.matrices.expressions import MatrixExpr
from sympy.printing.jscode import JavascriptCodePrinter

from symrnn.errors import NotSupportedError
from symrnn.language.activations import Activation, Elementwise, Unknown
from symrnn.language.algebra import Identity, MatrixProduct, Ones, Zeros
from symrnn.language.derivatives import ImmediateDerivative
from symrnn.language.names import in_code
from symrnn.language.ordered import LEFT, OrderedProduct
from symrnn.language.shapes import same_size, symbolic
from symrnn.language.structure import Diag
from symrnn.language.time import TimeVector
from symrnn.numeric.lower import arguments_of
from symrnn.numeric.printer import (
    derivative_name,
    formula_at,
    parameter_name,
    slope_name,
    stable,
)
from symrnn.numeric.stable.printing import ScalarRules

_NORMS = {"1": "norm1", "2": "norm2", "inf": "normInf", "F": "normF", "max": "normMax"}


_WORDS = (
    "arguments await break case catch class const continue debugger default delete do else enum "
    "eval export extends false finally for function if implements import in instanceof interface "
    "let new null package private protected public return static super switch this throw true try "
    "typeof undefined var void while with yield NaN Infinity Math"
)
"""Words of JavaScript."""


@cache
def reserved() -> frozenset[str]:
    """Words of JavaScript, and what templates/matrices.js defines."""
    code = (files("symrnn.typeset") / "templates" / "matrices.js").read_text(encoding="utf-8")
    defined = re.findall(r"^(?:const|function) (\w+)", code, re.MULTILINE)
    return frozenset([*_WORDS.split(), *defined])


def in_script(name: str) -> str:
    """A name as the generated functions have it: `new` is new_."""
    name = in_code(name)
    return f"{name}_" if name in reserved() else name


@dataclass(frozen=True)
class Script:
    """A generated JavaScript function and what it reads, under the names NumPy kernels use."""

    name: str
    arguments: tuple[str, ...]
    source: str


def script(expression: Any, name: str) -> Script:
    """The JavaScript function of a matrix or scalar expression.

    It takes one object whose properties are the arguments: `name({W, a, d, k, t, sigma_prime})`.

    Args:
        expression: of the language; an unknown σ is called as `sigma`, `sigma_prime`, ….
        name: a JavaScript identifier.

    Raises:
        NotSupportedError: naming the node that has no rule.
    """
    body = JavaScriptPrinter().doprint(expression)
    used = set(re.findall(r"[A-Za-z_]\w*", body))
    named = map(in_script, arguments_of(expression))
    arguments = tuple(label for label in named if label in used)
    source = f"function {name}({{ {', '.join(arguments)} }}) {{\n  return {body};\n}}"
    return Script(name, arguments, source)


def scalar_function(activation: Activation) -> str:
    """A known activation (or a derivative of one) as an arrow function of a number."""
    return f"(x) => {JavaScriptPrinter().doprint(formula_at(activation, 'x'))}"


def number(value: Any) -> str:
    """An exact real number as a JavaScript expression."""
    return str(JavaScriptPrinter().doprint(stable(symbolic(value))))


class JavaScriptPrinter(ScalarRules, JavascriptCodePrinter):  # type: ignore[misc]
    """SymPy's JavaScript printer, taught the language."""

    exponential = "Math.exp"
    template = "({condition} ? {below} : {above})"

    def doprint(self, expr: Any, assign_to: Any = None) -> str:
        return str(self._print(symbolic(expr)))

    def emptyPrinter(self, expr: Any) -> str:
        raise NotSupportedError(
            "no JavaScript for this node", {"node": type(expr).__name__, "expression": str(expr)}
        )

    _print_not_supported = emptyPrinter
    _print_MatrixExpr = emptyPrinter

    def _call(self, name: str, *parts: Any) -> str:
        written = (part if isinstance(part, str) else self._print(part) for part in parts)
        return f"{name}({', '.join(written)})"

    # Leaves ---------------------------------------------------------------

    def _print_TimeVector(self, node: TimeVector) -> str:
        return f"{in_script(parameter_name(node))}[{self._print(node.index)}]"

    def _print_Parameter(self, node: Any) -> str:
        return in_script(parameter_name(node))

    def _print_MatrixSymbol(self, node: Any) -> str:
        return in_script(str(node.name))

    def _print_Symbol(self, node: Symbol) -> str:
        return in_script(node.name)

    def _print_Identity(self, node: Identity) -> str:
        return self._call("eye", node.shape[0])

    def _print_Zeros(self, node: Zeros) -> str:
        return self._call("filled", "0", *node.shape)

    def _print_Ones(self, node: Ones) -> str:
        return self._call("filled", "1", *node.shape)

    # Algebra --------------------------------------------------------------

    def _print_MatrixSum(self, node: Any) -> str:
        return self._call("add", *node.args)

    def _print_MatrixProduct(self, node: MatrixProduct) -> str:
        source = self._associated(node.factors)
        return source if node.coefficient == 1 else self._call("scale", node.coefficient, source)

    def _associated(self, factors: tuple[MatrixExpr, ...]) -> str:
        """The product from the right, in two halves where a column meets a row."""
        for place in range(1, len(factors)):
            if same_size(factors[place].shape[0], 1):
                left, right = self._associated(factors[:place]), self._associated(factors[place:])
                return self._call("multiply", left, right)
        *before, last = factors
        source = str(self._print(last))
        for factor in reversed(before):
            source = self._applied(factor, source)
        return source

    def _applied(self, factor: MatrixExpr, right: str) -> str:
        """Source of factor · right; a diagonal only scales the rows."""
        if isinstance(factor, Diag):
            return self._call("scaleRows", factor.args[0], right)
        if isinstance(factor, OrderedProduct):
            return self._fold(factor, right)
        return self._call("multiply", factor, right)

    def _fold(self, node: OrderedProduct, start: str) -> str:
        times = self._range(node)
        if node.latest != LEFT:
            times = f"{times}.reverse()"
        body = MatrixProduct(node.body, sympy.MatrixSymbol("$P", *node.shape))
        step = f"($P, {self._print(node.index)}) => {self._print(body)}"
        return self._call("fold", step, times, start)

    def _range(self, node: Any) -> str:
        return self._call("range", node.lower, sympy.expand(node.upper + 1))

    def _print_OrderedProduct(self, node: OrderedProduct) -> str:
        return self._fold(node, self._print(Identity(node.shape[0])))

    def _print_OrderedSum(self, node: Any) -> str:
        term = f"({self._print(node.index)}) => {self._print(node.body)}"
        return self._call("total", term, self._range(node), Zeros(*node.shape))

    def _print_Transposed(self, node: Any) -> str:
        return self._call("transpose", *node.args)

    def _print_Hadamard(self, node: Any) -> str:
        return self._call("hadamard", *node.args)

    def _print_Diag(self, node: Any) -> str:
        return self._call("diagonal", *node.args)

    def _print_Kronecker(self, node: Any) -> str:
        return self._call("kron", *node.args)

    def _print_Block(self, node: Any) -> str:
        rows = (f"[{', '.join(self._print(block) for block in row)}]" for row in node.args)
        return f"block([{', '.join(rows)}])"

    def _print_Rows(self, node: Any) -> str:
        matrix, start, count = node.args
        return self._call(f"{self._print(matrix)}.slice", start, sympy.expand(start + count))

    # Functions ------------------------------------------------------------

    def _print_Float(self, node: Any) -> str:
        return repr(float(node))

    def _print_Rational(self, node: Any) -> str:
        # Beyond 2⁵³ a quotient of two rounded integers is worse than the rounded quotient.
        exact = max(abs(node.p), node.q) <= 2**53
        return str(super()._print_Rational(node)) if exact else repr(float(node))

    def _print_Elementwise(self, node: Elementwise) -> str:
        activation = node.activation
        known = not activation.is_unknown
        function = scalar_function(activation) if known else slope_name(activation.order)
        return self._call("map", node.argument, function)

    def _print_Unknown(self, node: Unknown) -> str:
        return self._call(slope_name(node.order), node.args[2])

    def _print_Norm(self, node: Any) -> str:
        if node.kind not in _NORMS:
            raise NotSupportedError(
                "a norm that is not chosen has no value",
                {"expected": f"a kind out of {', '.join(_NORMS)}", "got": str(node)},
            )
        return self._call(_NORMS[node.kind], node.matrix)

    def _print_erf(self, node: Any) -> str:
        return self._call("erf", *node.args)

    def _print_expm1(self, node: Any) -> str:
        return self._call("Math.expm1", *node.args)

    def _print_log1p(self, node: Any) -> str:
        return self._call("Math.log1p", *node.args)

    def _data(self, value: Any) -> str:
        if isinstance(value, tuple):
            return f"[{', '.join(self._data(part) for part in value)}]"
        return repr(value)

    def _print_log(self, node: Any) -> str:
        # log(1 + exp(u)) without overflow
        rest = node.args[0] - 1
        if isinstance(rest, sympy.exp):
            return self._call("log1pExp", rest.args[0])
        return self._call("Math.log", *node.args)

    # Derivatives that are given -------------------------------------------

    def _print_ImmediateDerivative(self, node: ImmediateDerivative) -> str:
        name = derivative_name(node)
        if name is None:
            return str(self.emptyPrinter(node))
        return f"{name}[{self._print(node.of.index)}]"
