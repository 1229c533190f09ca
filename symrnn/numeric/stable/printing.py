"""The nodes of stable forms as source: calls that every target knows, for SymPy's printers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy

from symrnn.numeric.stable import nodes
from symrnn.numeric.stable.measure import polynomial_data


class ArrayRules:
    """Rules for arrays: both sides of a choice are computed, and one is taken.

    The target's `where`, `real`, `full_like` are called by the names of these attributes.
    """

    where = "where"
    real = "real({})"
    full_like = "full_like"
    exponential = "exp"

    _print: Callable[..., Any]

    def _print_Float(self, node: Any) -> str:
        # SymPy rounds to 17 decimals first: √2 would be one float off.
        return repr(float(node))

    def _print_Fold(self, node: Any) -> str:
        return f"minus_abs({self._print(node.args[0])})"

    def _print_Decay(self, node: Any) -> str:
        return f"{self.exponential}(minus_abs({self._print(node.args[0])}))"

    def _print_FineDecay(self, node: Any) -> str:
        return self._polynomial("decay", node)

    def _print_Tail(self, node: Any) -> str:
        return self._polynomial("tail", node)

    def _polynomial(self, name: str, node: Any) -> str:
        bound, coefficients = polynomial_data(node.args[1].value)
        return f"{name}({self._print(node.args[0])}, {bound!r}, {self._data(coefficients)})"

    def _print_Series(self, node: Any) -> str:
        x = self._print(node.args[0])
        return f"series({', '.join([x, *(self._data(part) for part in node.args[1].value)])})"

    def _data(self, value: Any) -> str:
        return repr(value)

    def _print_Erfc(self, node: Any) -> str:
        return f"erfc({self._print(node.args[0])})"

    def _print_Within(self, node: Any) -> str:
        x, *ends = node.args
        numbers = ", ".join(self._bound(end) for end in ends)
        return f"within({self._print(x)}, {numbers})"

    def _bound(self, end: Any) -> str:
        return "-inf" if end == -sympy.oo else "inf" if end == sympy.oo else repr(float(end))

    def _print_Damped(self, node: Any) -> str:
        value, h = (self._print(part) for part in node.args)
        return f"((({value})*{h})*{h})"

    def _print_Multiple(self, node: Any) -> str:
        return f"({number(node.args[0])}*({self._print(node.args[1])}))"

    def _print_Reciprocal(self, node: Any) -> str:
        return f"(1/({self._print(node.args[0])}))"

    def _print_Choice(self, node: Any) -> str:
        return self._choice(node, "<=")

    def _print_Least(self, node: Any) -> str:
        return self._choice(node, "<")

    def _choice(self, node: Any, relation: str) -> str:
        x, bound, *sides = node.args
        written = self._print(x)
        values = ", ".join(self._side(side, written) for side in sides)
        return f"{self.where}({self.real.format(written)} {relation} {number(bound)}, {values})"

    def _side(self, side: Any, x: str) -> str:
        # A number would make a result of a dtype of its own.
        return (
            f"{self.full_like}({x}, {number(side)})" if side.is_number else str(self._print(side))
        )


class ScalarRules(ArrayRules):
    """Rules for single numbers: only the side that is taken is computed."""

    template = "({below} if {condition} else {above})"

    def _choice(self, node: Any, relation: str) -> str:
        x, bound, below, above = node.args
        return self.template.format(
            condition=f"{self._print(x)} {relation} {number(bound)}",
            below=self._print(below),
            above=self._print(above),
        )

    def _print_Within(self, node: Any) -> str:
        return str(self._print(node.args[0]))


def number(value: Any) -> str:
    """A number as a literal: weak in NumPy's promotion, so that float32 stays float32.

    Integers that floats do not hold one by one are written as floats: compiled code has 64 bits.
    """
    exact = value.is_Integer and abs(value) < 2**53
    return str(int(value)) if exact else repr(float(value))


def folded(form: Any) -> Any:
    """The form with its constants as floats, one for each product: 2⁻ⁿ and integers stay exact."""
    if form.is_number:
        return form if _is_short(form) else sympy.Float(form.evalf(25), 17)
    if isinstance(form, nodes.FineDecay | nodes.Tail | nodes.Series):
        return form.func(folded(form.args[0]), *form.args[1:])
    if form.is_Mul:
        numbers = [argument for argument in form.args if argument.is_number]
        others = [folded(argument) for argument in form.args if not argument.is_number]
        constant = sympy.Mul(*numbers)
        return sympy.Mul(folded(constant), *others)
    if form.is_Pow and form.exp.is_number:
        return sympy.Pow(folded(form.base), form.exp)
    if not form.args:
        return form
    return form.func(*(folded(argument) for argument in form.args))


def _is_short(value: Any) -> bool:
    return bool(
        (value.is_Integer and abs(value) < 2**53)
        or (value.is_Rational and abs(value.p) < 100 and value.q < 100)
        or value in (sympy.oo, -sympy.oo)
    )
