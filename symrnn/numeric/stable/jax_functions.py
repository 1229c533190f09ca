"""Functions of jax that keep their digits where its own lose them.

Measured on the CPU with jax 0.10, in ulp: tanh 6, cosh and sinh 14, log1p 120 beside -0.4, erfc 220
in its tail (float64); expm1 4 and erfc 54 (float32). What stands here is made of jax's exp and log,
which keep one ulp, and has a derivative of its own: that of the text would cancel.
"""

from __future__ import annotations

import functools
import importlib
import math
from collections.abc import Callable
from types import ModuleType
from typing import Any

import mpmath

from symrnn.numeric.stable.runtime import NONE, product_error

Function = Callable[[Any], Any]

MIDDLE, WIDTH, TERMS = 1.25, 0.8125, 36
"""Where erfc is e^(-x²) times a power series, and of how many terms."""


def jax_functions(jax: ModuleType, splitter: Callable[[Any], float]) -> dict[str, Function]:
    """`expm1`, `log1p`, `tanh`, `sinh`, `cosh`, `erfc` of real arrays; of complex ones jax's own.

    Args:
        jax: the module.
        splitter: as for `stable.runtime.arithmetic`.

    Source: W. Kahan's expm1 and log1p (HP-15C Advanced Functions Handbook, 1982): an error of
    u = e^x or 1 + x is in both parts of a quotient, and cancels.
    """
    np, special = jax.numpy, importlib.import_module("jax.scipy.special")
    # Nothing may put (1 + x) - 1 together.
    held = jax.lax.optimization_barrier

    def quotient(u: Any, x: Any) -> tuple[Any, Any]:
        """log u and u - 1, both 1 where u is."""
        less = held(u) - 1
        none = less == 0
        return np.where(none, 1, np.log(np.where(none, 2, u))), np.where(none, 1, less)

    def expm1(x: Any) -> Any:
        near = np.where(np.abs(x) < 1, x, 0)
        u = np.exp(near)
        logarithm, less = quotient(u, near)
        return np.where(np.abs(x) < 1, less * (near / logarithm), np.exp(x) - 1)

    def log1p(x: Any) -> Any:
        near = np.where(np.abs(x) < 1, x, 0)
        logarithm, less = quotient(1 + near, near)
        return np.where(np.abs(x) < 1, logarithm * (near / less), np.log(1 + x))

    def tanh(x: Any) -> Any:
        size = np.abs(x)
        grown = expm1(-2 * size)
        return np.sign(x) * (-grown / (2 + grown))

    def sinh(x: Any) -> Any:
        size = np.abs(x)
        grown = expm1(np.where(size < 1, size, 0))
        half = np.exp(np.where(size < 1, 1, size) / 2)
        far = half / 2 * half - (0.5 / half) / half
        return np.sign(x) * np.where(size < 1, (grown + grown / (1 + grown)) / 2, far)

    def cosh(x: Any) -> Any:
        half = np.exp(np.abs(x) / 2)
        return half / 2 * half + (0.5 / half) / half

    def erfc(x: Any) -> Any:
        # jax has 1 - erf below 1, and beyond it e^(-x²) of the rounded square, put right here.
        between = (x > MIDDLE - WIDTH) & (x < MIDDLE + WIDTH)
        inner = np.where(between, x, MIDDLE)
        scaled = functools.reduce(lambda total, c: total * (inner - MIDDLE) + c, scaled_erfc())
        value = np.where(between, scaled * np.exp(-held(inner * inner)), special.erfc(x))
        squared = np.where((x > MIDDLE - WIDTH) & (x < 30), x, 0)
        return value * (1 - product_error(squared, squared, held(squared * squared), splitter(x)))

    def sech2(x: Any) -> Any:
        e = np.exp(-2 * np.abs(x))
        return 4 * e * (1 / (1 + e)) ** 2

    own: dict[str, tuple[Function, Function, Function]] = {
        "expm1": (expm1, np.exp, np.expm1),
        "log1p": (log1p, lambda x: 1 / (1 + x), np.log1p),
        "tanh": (tanh, sech2, np.tanh),
        "sinh": (sinh, cosh, np.sinh),
        "cosh": (cosh, sinh, np.cosh),
        "erfc": (erfc, lambda x: -2 / math.sqrt(math.pi) * np.exp(-x * x), special.erfc),
    }
    return {name: _real(jax, splitter, *parts) for name, parts in own.items()}


@functools.cache
def scaled_erfc() -> tuple[float, ...]:
    """Coefficients of e^(x²) erfc(x) in powers of x - `MIDDLE`, the highest first."""
    with mpmath.workdps(50):
        found = mpmath.taylor(lambda x: mpmath.exp(x * x) * mpmath.erfc(x), MIDDLE, TERMS)
    return tuple(float(each) for each in reversed(found))


def _real(
    jax: ModuleType, splitter: Callable[[Any], float], own: Function, slope: Function, other: Any
) -> Function:
    """The function with its derivative; jax's where the dtype is not float32 or float64."""
    function = jax.custom_jvp(own)
    function.defjvps(lambda tangent, result, x: tangent * slope(x))

    def chosen(x: Any) -> Any:
        return other(x) if splitter(x) == NONE else function(x)

    return chosen
