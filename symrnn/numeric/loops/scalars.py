"""Elementwise formulas as code of single numbers, which numba compiles."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import sympy
from sympy.printing.pycode import PythonCodePrinter

from symrnn.numeric.printer import stable
from symrnn.numeric.stable.printing import ScalarRules
from symrnn.numeric.stable.runtime import FLOAT64, arithmetic


class _Scalars(ScalarRules, PythonCodePrinter):  # type: ignore[misc]
    """SymPy's printer for Python's own mathematics, with the nodes of stable forms."""

    exponential = "math.exp"


class _Bare(_Scalars):
    """The same, with functions called by their names alone."""

    exponential = "exp"


def functions(
    compiled: Callable[[Any], Any], exp: Callable[[Any], Any] = math.exp
) -> dict[str, Any]:
    """What scalar code calls.

    Compiled apart from the loops, as the formulas are.

    Args:
        compiled: what to do with each function.
        exp: the exponential function that they call.
    """

    def where(condition: Any, value: Any, other: Any) -> Any:
        return value if condition else other

    def real(x: Any) -> Any:
        return x

    def splitter(x: Any) -> float:
        return FLOAT64

    choose, value, halves = (compiled(function) for function in (where, real, splitter))
    functions = arithmetic(exp, math.erfc, choose, value, halves, compiled)
    return {"math": math, **functions}


def scalar_code(formula: Any, argument: str, *, exact: bool = False) -> str:
    """Python source of a scalar formula at an argument already printed.

    One that is `exact` is written as it stands, others in their stable form.
    """
    body = _body(formula, argument, exact)
    return str(_Scalars({"fully_qualified_modules": True}).doprint(body))


def scalar_steps(
    formula: Any, argument: str, *, exact: bool = False
) -> tuple[list[tuple[str, str]], str]:
    """The same in steps: names for what is there twice, with their values, and the result.

    Functions are called by their names alone.
    """
    symbols = sympy.numbered_symbols("_c", real=True)
    shared, (result,) = sympy.cse([_body(formula, argument, exact)], symbols=symbols)
    printer = _Bare({"fully_qualified_modules": False})
    steps = [(str(symbol), str(printer.doprint(value))) for symbol, value in shared]
    return steps, str(printer.doprint(result))


def _body(formula: Any, argument: str, exact: bool) -> Any:
    (variable,) = formula.variables
    value = formula.expr if exact else stable(formula.expr)
    return value.xreplace({variable: sympy.Symbol(argument, real=True)})
