"""Activations written by hand in NumPy, for the oracle.

Elementwise, for float16 to complex128. On complex arguments each is the holomorphic
continuation from the real part's side of any kink, so that complex steps work; real
arguments stay real. At a kink itself the side is the one whose slope the kernels take
(`stable.pieces`): 0 if 0 lies between the one-sided slopes, else the one from the left.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

SERIES_BELOW = 2.0
CONTINUED_FRACTION_DEPTH = 100


def logistic(a: Array) -> Array:
    """1 / (1 + e^(-a)), written with e^(-|a|) so that nothing overflows."""
    positive = np.real(a) >= 0
    e = np.exp(np.where(positive, -a, a))
    return np.asarray(np.where(positive, 1, e) / (1 + e))


def relu(a: Array) -> Array:
    """max(a, 0); its slope at the kink a = 0 is taken as 0."""
    return np.where(np.real(a) > 0, a, np.zeros_like(a))


def identity(a: Array) -> Array:
    """a itself."""
    return np.asarray(a)


def softplus(a: Array) -> Array:
    """log(1 + e^a) = max(a, 0) + log(1 + e^(-|a|))."""
    return relu(a) + np.log1p(np.exp(np.where(np.real(a) > 0, -a, a)))


def silu(a: Array) -> Array:
    """a σ(a), σ the logistic function."""
    return a * logistic(a)


def gelu(a: Array) -> Array:
    """a Φ(a) with Φ(a) = erfc(-a/√2)/2, the exact (erf) form."""
    return np.asarray(a * erfc(a / -math.sqrt(2)) / 2)


def leaky_relu(a: Array) -> Array:
    """a above 0, a/100 below."""
    return np.where(np.real(a) > 0, a, a / 100)


def elu(a: Array) -> Array:
    """a above 0, e^a - 1 below."""
    return np.where(np.real(a) > 0, a, np.expm1(np.where(np.real(a) > 0, -a, a)))


def selu(a: Array) -> Array:
    """λa above 0, λα(e^a - 1) below, with the constants of Klambauer et al. (2017)."""
    scale, alpha = 1.0507009873554804934, 1.6732632423543772848
    return np.where(np.real(a) > 0, scale * a, scale * alpha * elu(a))


def softsign(a: Array) -> Array:
    """a / (1 + |a|)."""
    return np.asarray(a / (1 + np.where(np.real(a) > 0, a, -a)))


def hard_tanh(a: Array) -> Array:
    """a, cut off at ±1."""
    return np.where(np.abs(np.real(a)) < 1, a, np.sign(np.real(a)).astype(a.dtype))


def gelu_tanh(a: Array) -> Array:
    """a σ(2√(2/π)(a + 0.044715 a³)), σ the logistic function; for |a| > 1000 that is 0 or a."""
    size = np.real(a)
    bounded = np.where(np.abs(size) < 1000, a, 1000 * np.sign(size).astype(a.dtype))
    return a * logistic(2 * math.sqrt(2 / math.pi) * (bounded + 0.044715 * bounded**3))


def erfc(z: Array) -> Array:
    """1 - erf(z) for real or nearly real z, to some 1e-14 of its value (float64).

    |Re z| < 2: erf(z) = 2/√π e^(-z²) Σ_n 2^n z^(2n+1) / (2n+1)!!, whose terms have one
    sign. Beyond: erfc(z) = e^(-z²)/√π · 1/(z + (1/2)/(z + 1/(z + (3/2)/(z + …)))), with
    erfc(-z) = 2 - erfc(z).

    Source: M. Abramowitz, I. Stegun, Handbook of Mathematical Functions, 7.1.6, 7.1.14.
    """
    left = np.real(z) < 0
    near = np.abs(np.real(z)) < SERIES_BELOW
    inner = np.where(near, z, np.zeros_like(z))
    outer = np.where(near, np.full_like(z, SERIES_BELOW), np.where(left, -z, z))

    term, n = inner, 0
    series = inner
    while np.any(np.abs(term) > np.finfo(inner.dtype).eps / 8 * np.abs(series)):
        n += 1
        term = term * (2 * inner**2 / (2 * n + 1))
        series = series + term
    erf_inner = 2 / math.sqrt(math.pi) * np.exp(-(inner**2)) * series

    tail = outer
    for n in range(CONTINUED_FRACTION_DEPTH, 0, -1):
        tail = outer + (n / 2) / tail
    erfc_outer = np.exp(-(outer**2)) / math.sqrt(math.pi) / tail
    return np.asarray(np.where(near, 1 - erf_inner, np.where(left, 2 - erfc_outer, erfc_outer)))


ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "logistic": logistic,
    "tanh": np.tanh,
    "relu": relu,
    "identity": identity,
    "softplus": softplus,
    "silu": silu,
    "gelu": gelu,
    "sin": np.sin,
    "arctan": np.arctan,
    "leaky_relu": leaky_relu,
    "elu": elu,
    "selu": selu,
    "softsign": softsign,
    "hard_tanh": hard_tanh,
    "gelu_tanh": gelu_tanh,
}
"""Name to activation; the names of the language layer."""
