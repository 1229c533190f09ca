"""An elementwise formula as calls of ufuncs that write into given arrays."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import sympy
from sympy import Expr, Lambda
from sympy.printing.numpy import NumPyPrinter

from symrnn.numeric.printer import KernelPrinter, Source, formula_of, stable
from symrnn.numeric.stable.nodes import (
    Choice,
    Damped,
    Decay,
    Erfc,
    FineDecay,
    Fold,
    Least,
    Multiple,
    Reciprocal,
    Series,
    Tail,
    Within,
)
from symrnn.numeric.stable.printing import number


class Registers:
    """The names of scratch arrays, handed out by depth and reused."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.used = 0
        self.masks: list[str] = []

    def at(self, depth: int) -> str:
        """The scratch array of one depth."""
        self.used = max(self.used, depth)
        return f"{self.prefix}{depth}"

    def mask(self) -> str:
        """The array of booleans that says where a branch is taken."""
        self.masks = [f"{self.prefix}_taken"]
        return self.masks[0]

    @property
    def names(self) -> list[str]:
        """Every array that was handed out."""
        return [f"{self.prefix}{depth}" for depth in range(1, self.used + 1)]


def assignments(
    formula: Lambda, argument: str, target: str, registers: Registers, *, exact: bool = False
) -> list[str]:
    """Statements that leave formula(argument) in `target`, allocating nothing.

    A formula with a function that is no ufunc is written as one expression instead. One that is
    `exact` is run as it stands, others in their stable form.
    """
    (variable,) = formula.variables
    body = formula.expr if exact else stable(formula.expr)
    shared, (expression,) = sympy.cse([body], symbols=_names())
    names = {variable: argument}
    lines: list[str] = []
    try:
        for place, (symbol, value) in enumerate(shared):
            register = registers.at(place + 1)
            lines += _written(value, names, register, registers, len(shared))
            names[symbol] = register
        return lines + _written(expression, names, target, registers, len(shared))
    except _NoUfuncError:
        return [f"{target}[...] = {formula_of(formula, argument)}"]


def _names() -> Iterator[sympy.Symbol]:
    return (sympy.Dummy(f"c{place}", real=True) for place in itertools.count())


def _written(
    value: Expr, names: Mapping[Any, str], target: str, registers: Registers, taken: int
) -> list[str]:
    writer = _Writer(names, target, registers, taken)
    result = writer.value(value, 0)
    if result != target:
        writer.lines.append(f"copyto({target}, {result})")
    return writer.lines


class _NoUfuncError(Exception):
    """The formula holds a function that NumPy has no ufunc for."""


class _Writer:
    """Statements for one value; the first `taken` registers hold what is shared."""

    def __init__(
        self, names: Mapping[Any, str], target: str, registers: Registers, taken: int
    ) -> None:
        self.names, self.target = names, target
        self.registers, self.taken = registers, taken
        self.lines: list[str] = []

    def value(self, node: Expr, depth: int) -> str:
        """Source of the value of a node, computed into the array of this depth."""
        if node in self.names:
            return self.names[node]
        if node.is_number:
            return number(node)
        if node.is_Add:
            return self._sum(node, depth)
        if node.is_Mul:
            return self._product(node, depth)
        if node.is_Pow:
            return self._power(node.base, node.exp, depth)
        if isinstance(node, sympy.Max | sympy.Min):
            return self._extreme(node, depth)
        if isinstance(node, Choice):
            return self._choice(node, depth)
        if isinstance(node, Decay):
            return self._call("exp", self._folded(node.args[0], depth), depth=depth)
        if isinstance(node, Fold):
            return self._folded(node.args[0], depth)
        if isinstance(node, Reciprocal):
            return self._call("divide", "1", self.value(node.args[0], depth), depth=depth)
        if isinstance(node, Multiple):
            factor, inner = number(node.args[0]), self.value(node.args[1], depth)
            return self._call("multiply", factor, inner, depth=depth)
        if isinstance(node, Damped):
            total = self.value(node.args[0], depth)
            h = self._beside(total, node.args[1], depth)
            for _ in range(2):
                total = self._call("multiply", total, h, depth=depth)
            return total
        if isinstance(node, FineDecay | Tail | Series | Within | Erfc):
            inner = self._beside("", node.args[0], depth)
            call = KernelPrinter().doprint(node.func(Source(inner, real=True), *node.args[1:]))
            self.lines.append(f"copyto({self._array(depth)}, {call})")
            return self._array(depth)
        name = ufunc_name(node)
        return self._call(name, self.value(node.args[0], depth), depth=depth)

    def _folded(self, node: Expr, depth: int) -> str:
        inner, out = self.value(node, depth), self._array(depth)
        self.lines.append(f"minus_abs({inner}, out={out})")
        return out

    def _choice(self, node: Choice, depth: int) -> str:
        """The side above, and over it the side below where that is taken."""
        x, bound, below, above = node.args
        if x not in self.names:
            raise _NoUfuncError
        out = self._array(depth)
        relation = "less" if isinstance(node, Least) else "less_equal"
        value = self.value(above, depth)
        if value != out:
            self.lines.append(f"copyto({out}, {value})")
        other = self.value(below, depth + 1)
        # One mask serves all choices: each is used at once.
        mask = self.registers.mask()
        self.lines.append(f"{relation}(real({self.names[x]}), {number(bound)}, out={mask})")
        # Several times faster than a masked copy.
        self.lines.append(f"putmask({out}, {mask}, {other})")
        return out

    def _sum(self, node: Expr, depth: int) -> str:
        terms = sorted(node.args, key=lambda term: term.could_extract_minus_sign())
        total = self.value(terms[0], depth)
        for term in terms[1:]:
            name = "subtract" if term.could_extract_minus_sign() else "add"
            term = -term if name == "subtract" else term
            total = self._call(name, total, self._beside(total, term, depth), depth=depth)
        return total

    def _beside(self, first: str, node: Expr, depth: int) -> str:
        """The value of a second operand: it needs an array of its own if the first has this one."""
        return self.value(node, depth + (first == self._array(depth)))

    def _array(self, depth: int) -> str:
        return self.registers.at(self.taken + depth) if depth else self.target

    def _product(self, node: Expr, depth: int) -> str:
        over, under = node.as_numer_denom()
        if under != 1 and not under.is_number:
            first = self.value(over, depth)
            return self._call("divide", first, self._beside(first, under, depth), depth=depth)
        coefficient, factors = node.as_coeff_mul()
        total = self.value(factors[0], depth)
        for factor in factors[1:]:
            total = self._call("multiply", total, self._beside(total, factor, depth), depth=depth)
        if coefficient == -1:
            return self._call("negative", total, depth=depth)
        if coefficient != 1:
            return self._call("multiply", number(coefficient), total, depth=depth)
        return total

    def _extreme(self, node: Expr, depth: int) -> str:
        name = "maximum" if isinstance(node, sympy.Max) else "minimum"
        first, *rest = sorted(node.args, key=lambda argument: argument.is_number)
        total = self.value(first, depth)
        for other in rest:
            total = self._call(name, total, self._beside(total, other, depth), depth=depth)
        return total

    def _power(self, base: Expr, exponent: Expr, depth: int) -> str:
        if exponent == -1:
            return self._call("divide", "1", self.value(base, depth), depth=depth)
        if exponent == 2:
            return self._call("square", self.value(base, depth), depth=depth)
        if exponent == sympy.Rational(1, 2):
            return self._call("sqrt", self.value(base, depth), depth=depth)
        if not exponent.is_number:
            raise _NoUfuncError
        return self._call("power", self.value(base, depth), number(exponent), depth=depth)

    def _call(self, name: str, *parts: str, depth: int) -> str:
        out = self._array(depth)
        self.lines.append(f"{name}({', '.join(parts)}, out={out})")
        return out


def ufunc_name(node: Expr) -> str:
    """NumPy's ufunc for a SymPy function of one argument."""
    known = NumPyPrinter().known_functions.get(type(node).__name__, "")
    name = str(known).removeprefix("numpy.").replace("abs", "absolute")
    if len(node.args) != 1 or not isinstance(getattr(np, name or "_", None), np.ufunc):
        raise _NoUfuncError
    return name
