"""Scalar expressions in one variable as Coq writes them over its real numbers."""

from __future__ import annotations

from functools import singledispatch

import sympy
from sympy import Expr

from symrnn.errors import NotSupportedError
from symrnn.language.activations import X

FUNCTIONS = {
    sympy.exp: "exp",
    sympy.log: "ln",
    sympy.sin: "sin",
    sympy.cos: "cos",
    sympy.tan: "tan",
    sympy.atan: "atan",
    sympy.sinh: "sinh",
    sympy.cosh: "cosh",
    sympy.tanh: "tanh",
    sympy.Abs: "Rabs",
}
"""SymPy's functions of one argument, by their names in Coq."""

WRITTEN_OUT = 6
"""Powers up to this one are products: `auto_derive` leaves x² as a product too."""


@singledispatch
def real(node: Expr) -> str:
    """An expression in `X`, safe to stand anywhere: in parentheses unless it is one word.

    Raises:
        NotSupportedError: for what Coq's libraries have no function for.
    """
    name = FUNCTIONS.get(node.func)
    if name is None:
        raise NotSupportedError(
            f"no Coq function for {node.func.__name__}", {"expression": str(node)}
        )
    return f"({name} {real(node.args[0])})"


@real.register
def _symbol(node: sympy.Symbol) -> str:
    if node != X:
        raise NotSupportedError("an expression in one variable is printed", {"got": str(node)})
    return "x"


@real.register
def _rational(node: sympy.Rational) -> str:
    if node < 0:
        return f"(- {real(-node)})"
    return str(node.p) if node.q == 1 else f"({node.p} / {node.q})"


@real.register
def _irrational(node: sympy.NumberSymbol) -> str:
    known = {sympy.pi: "PI", sympy.E: "(exp 1)"}
    if node not in known:
        raise NotSupportedError("no Coq name for this constant", {"constant": str(node)})
    return known[node]


@real.register
def _sum(node: sympy.Add) -> str:
    return f"({' + '.join(real(term) for term in node.args)})"


@real.register
def _product(node: sympy.Mul) -> str:
    if node.as_coeff_Mul()[0] < 0:
        return f"(- {real(-node)})"
    return f"({' * '.join(real(factor) for factor in node.args)})"


@real.register
def _power(node: sympy.Pow) -> str:
    base, exponent = node.as_base_exp()
    if exponent.is_negative:
        return f"(/ {real(base**-exponent)})"
    if base == sympy.E:
        return f"(exp {real(exponent)})"
    if exponent == sympy.S.Half:
        return f"(sqrt {real(base)})"
    if exponent.is_Rational and exponent.q == 2:
        return f"({real(base ** (exponent - sympy.S.Half))} * (sqrt {real(base)}))"
    if not exponent.is_Integer:
        raise NotSupportedError("no Coq form for this power", {"expression": str(node)})
    if exponent <= WRITTEN_OUT:
        return f"({' * '.join([real(base)] * int(exponent))})"
    return f"({real(base)} ^ {exponent})"


@real.register
def _largest(node: sympy.Max) -> str:
    return _nested("Rmax", node)


@real.register
def _least(node: sympy.Min) -> str:
    return _nested("Rmin", node)


def _nested(name: str, node: Expr) -> str:
    *rest, last = sorted(node.args, key=sympy.default_sort_key)
    text = real(last)
    for arg in reversed(rest):
        text = f"({name} {real(arg)} {text})"
    return text
