"""Parts that stand in many places: what is found of them is what SymPy finds in the tree."""

from __future__ import annotations

import pytest
from sympy import Abs, Expr, Lambda, Symbol, erf, exp, sin, symbols, tanh
from sympy.core.containers import Tuple

from symrnn.language.activations import Unknown
from symrnn.language.explicit import Field
from symrnn.language.slope_at import Slope, derivative, free_symbols, parts, replaced

x, y, z = symbols("x y z", real=True)
INNER = Unknown(Symbol("x"), 0, x * y + z)
CASES = [
    (x + y) ** 3 * tanh(x * y),
    exp(-(x**2)) / (1 + x * y),
    (x * y) ** (x + z),
    sin(erf(x)) ** -2 * z,
    INNER**2 * Unknown(Symbol("f"), 1, INNER * x),
    Field(Symbol("F"), 0, Tuple(0, 1), x * INNER, y),
    Abs(y) * x**2,
    2 * (x + y) * (x - INNER),
]


@pytest.mark.parametrize("expression", CASES, ids=str)
def test_a_derivative_is_sympys(expression: Expr) -> None:
    assert free_symbols(expression) == expression.free_symbols
    for symbol in (x, z):
        assert derivative(expression, symbol) == expression.diff(symbol)
    assert replaced([expression], {x: y**2}) == [expression.xreplace({x: y**2})]


def test_the_name_of_a_function_is_no_value() -> None:
    assert derivative(Unknown(x, 0, y), x) == 0
    assert free_symbols(Unknown(x, 0, y)) == {y}
    bound = Slope(Lambda(x, Abs(x)), z)
    assert derivative(bound, x) == 0
    assert free_symbols(bound) == {z}


def test_each_part_is_seen_once() -> None:
    value: Expr = x
    for level in range(120):  # 3^120 leaves
        value = Unknown(Symbol("f"), 0, value) * value + y * value + level
    assert len(list(parts(value))) < 1000
    slope = derivative(value, x)
    assert free_symbols(slope) == {x, y}
    assert replaced([slope], {x: z})[0].args != slope.args
