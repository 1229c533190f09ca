"""Exact values by mpmath, which shares no code with what chooses the forms, and where they are
asked for."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import sympy
from sympy import Expr, Max, Min, Rational, atan, cosh, erf, exp, log, sinh, sqrt, tanh

from symrnn.language.activations import FORMULAS, X
from symrnn.numeric.stable.measure import Reference
from symrnn.numeric.stable.pieces import pieces
from symrnn.numeric.stable.plan import MARGIN, PROMISED, plan

SPELLINGS: dict[str, Expr] = {
    "e^x/(1+e^x)": exp(X) / (1 + exp(X)),
    "e^x/(e^x+e^-x)": exp(X) / (exp(X) + exp(-X)),
    "(1+tanh(x/2))/2": (1 + tanh(X / 2)) / 2,
    "1-1/(1+e^x)": 1 - 1 / (1 + exp(X)),
    "sinh/cosh": sinh(X) / cosh(X),
    "(e^x-e^-x)/(e^x+e^-x)": (exp(X) - exp(-X)) / (exp(X) + exp(-X)),
    "1-2/(1+e^2x)": 1 - 2 / (1 + exp(2 * X)),
    "2/(1+e^-2x)-1": 2 / (1 + exp(-2 * X)) - 1,
    "x e^x/(1+e^x)": X * exp(X) / (1 + exp(X)),
    "x (1+tanh(x/2))/2": X * (1 + tanh(X / 2)) / 2,
    "-log(1/(1+e^x))": -log(1 / (1 + exp(X))),
    "x+log(1+e^-x)": X + log(1 + exp(-X)),
    "log logistic": log(1 / (1 + exp(-X))),
    "mish": X * tanh(log(1 + exp(X))),
    "mish by powers": X * ((1 + exp(X)) ** 2 - 1) / ((1 + exp(X)) ** 2 + 1),
    "log cosh": log(cosh(X)),
    "1-tanh^2": 1 - tanh(X) ** 2,
    "1/cosh^2": 1 / cosh(X) ** 2,
    "1/cosh": 1 / cosh(X),
    "logistic(3x)": 1 / (1 + exp(-3 * X)),
    "logistic(10x+100)": 1 / (1 + exp(-10 * X - 100)),
    "swish(1.702)": X / (1 + exp(-Rational(1702, 1000) * X)),
    "1.7159 tanh(2x/3)": Rational(17159, 10000) * tanh(2 * X / 3),
    "gauss": exp(-(X**2)),
    "normal cdf": (1 + erf(X / sqrt(2))) / 2,
    "1/(1+x^2)": 1 / (1 + X**2),
    "x/sqrt(1+x^2)": X / sqrt(1 + X**2),
    "x/(1+x^2)": X / (1 + X**2),
    "e^x-1": exp(X) - 1,
    "celu 2": Max(0, X) + Min(0, 2 * (exp(X / 2) - 1)),
    "|x|": sympy.Abs(X),
    "x-tanh x": X - tanh(X),
    "x atan x": X * atan(X),
    "x log(1+x^2)": X * log(1 + X**2),
    "hard sigmoid": Max(0, Min(1, X / 6 + Rational(1, 2))),
    "relu6": Min(6, Max(0, X)),
}
ALL: dict[str, Expr] = {**{name: FORMULAS[name] for name in FORMULAS}, **SPELLINGS}


def places() -> np.ndarray:
    """Three hundred points, none of them those that forms were measured at."""
    rng = np.random.default_rng(7)
    sizes = [10.0 ** rng.uniform(-300, 300, 24), 10.0 ** rng.uniform(-20, 20, 24)]
    sizes += [rng.uniform(*ends, 24) for ends in ((0, 3), (3, 40), (40, 110), (110, 760))]
    found = np.concatenate([*sizes, [1e-300, 20.0, 720.0, 1e3, 1e8, 1e300]])
    return np.concatenate([-found, [0.0], found])


def digits(point: float, expression: Expr) -> int:
    """How many a formula may need: 1 - tanh² at 760 loses 660, e^x - 1 at 1e-300 loses 300.

    What is lost even at 900 is far below every float.
    """
    size = abs(point)
    tiny = 0 if size == 0 else 3 * abs(math.log10(size))
    return int(80 + min(820, tiny + min(size, 1e3) ** (2 if is_steep(expression) else 1)))


def is_steep(expression: Expr) -> bool:
    """Whether it holds an exponential of a square or more."""
    inside = [each.args[0] for each in expression.atoms(exp, tanh)]
    return expression.has(erf) or any(each.has(X**2, X**3) for each in inside)


def value(formula: Any, point: float, precision: int) -> tuple[float, float]:
    """The value by mpmath as a sum of two floats."""
    with mpmath.workdps(precision):
        exact = mpmath.mpf(formula(mpmath.mpf(point)))
        high = float(exact)
        return high, float(exact - mpmath.mpf(high)) if math.isfinite(high) else 0.0


def expected(expression: Expr, x: np.ndarray) -> Reference:
    split = pieces(expression)
    formulas = [sympy.lambdify(X, part, "mpmath") for part in split.parts]
    which = np.searchsorted([float(bound) for bound in split.bounds], x)
    pairs = [
        value(formulas[place], float(point), digits(float(point), expression))
        for place, point in zip(which, x, strict=True)
    ]
    reference = object.__new__(Reference)
    reference.x = x
    reference.high, reference.low = (np.array(column) for column in zip(*pairs, strict=True))
    return reference


def allowed(formula: Expr, dtype: str) -> float:
    """How many ulp a value may be off: what is promised, or what is stated."""
    stated = plan(formula)
    assert stated.worst is not None
    return max(PROMISED, MARGIN * stated.worst[dtype]) if dtype in stated.where else PROMISED
