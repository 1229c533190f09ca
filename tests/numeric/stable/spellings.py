"""Activations as people write them: the named ones, and the same and other functions spelled anew."""

from __future__ import annotations

import sympy
from sympy import Abs, Expr, Max, Min, Rational, cosh, erf, exp, log, sinh, sqrt, tanh

from symrnn.language.activations import FORMULAS, X

logistic = 1 / (1 + exp(-X))

SPELLINGS: dict[str, Expr] = {
    "e^x/(1+e^x)": exp(X) / (1 + exp(X)),
    "e^x/(e^x+e^-x)": exp(X) / (exp(X) + exp(-X)),
    "(1+tanh(x/2))/2": (1 + tanh(X / 2)) / 2,
    "1-1/(1+e^x)": 1 - 1 / (1 + exp(X)),
    "sinh/cosh": sinh(X) / cosh(X),
    "(e^x-e^-x)/(e^x+e^-x)": (exp(X) - exp(-X)) / (exp(X) + exp(-X)),
    "1-2/(1+e^2x)": 1 - 2 / (1 + exp(2 * X)),
    "2 logistic(2x)-1": 2 / (1 + exp(-2 * X)) - 1,
    "x e^x/(1+e^x)": X * exp(X) / (1 + exp(X)),
    "x (1+tanh(x/2))/2": X * (1 + tanh(X / 2)) / 2,
    "-log(1/(1+e^x))": -log(1 / (1 + exp(X))),
    "x+log(1+e^-x)": X + log(1 + exp(-X)),
    "log(logistic)": log(logistic),
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
    "x gauss(x/2)": X * exp(-(X**2) / 2),
    "normal cdf": (1 + erf(X / sqrt(2))) / 2,
    "1/(1+x^2)": 1 / (1 + X**2),
    "x/sqrt(1+x^2)": X / sqrt(1 + X**2),
    "softsign squared": X / (1 + X**2),
    "e^x-1": exp(X) - 1,
    "celu 2": Max(0, X) + Min(0, 2 * (exp(X / 2) - 1)),
    "|x|": Abs(X),
    "log(1+|x|)": log(1 + Abs(X)) * sympy.sign(X),
    "tanhshrink": X - tanh(X),
    "hard sigmoid": Max(0, Min(1, X / 6 + Rational(1, 2))),
    "relu6": Min(6, Max(0, X)),
}

ALL: dict[str, Expr] = {**{name: FORMULAS[name] for name in FORMULAS}, **SPELLINGS}
