"""The oracle's activations against mpmath, at real and at complex-step arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symrnn.numeric.activations import ACTIVATIONS

SCALE, ALPHA = mpmath.mpf(1.0507009873554804934), mpmath.mpf(1.6732632423543772848)


def cubic(a: Any) -> Any:
    return mpmath.sqrt(2 / mpmath.pi) * (a + mpmath.mpf(0.044715) * a**3)


EXACT: dict[str, Callable[[Any], Any]] = {
    "logistic": lambda a: 1 / (1 + mpmath.exp(-a)),
    "tanh": mpmath.tanh,
    "relu": lambda a: a if a > 0 else mpmath.mpf(0),
    "identity": lambda a: a,
    "softplus": lambda a: mpmath.log1p(mpmath.exp(a)),
    "silu": lambda a: a / (1 + mpmath.exp(-a)),
    "gelu": lambda a: a * mpmath.erfc(-a / mpmath.sqrt(2)) / 2,
    "sin": mpmath.sin,
    "arctan": mpmath.atan,
    "leaky_relu": lambda a: a if a > 0 else a / 100,
    "elu": lambda a: a if a > 0 else mpmath.expm1(a),
    "selu": lambda a: SCALE * (a if a > 0 else ALPHA * mpmath.expm1(a)),
    "softsign": lambda a: a / (1 + abs(a)),
    "hard_tanh": lambda a: max(-1, min(1, a)) * mpmath.mpf(1),
    "gelu_tanh": lambda a: a * mpmath.exp(cubic(a)) / (2 * mpmath.cosh(cubic(a))),
}
STEP = 1e-30


def test_every_activation_has_its_reference() -> None:
    assert EXACT.keys() == ACTIVATIONS.keys()


@pytest.mark.parametrize("name", sorted(EXACT))
@given(a=st.floats(-30, 30))
def test_values_are_those_of_mpmath(name: str, a: float) -> None:
    with mpmath.workdps(60):
        expected = float(EXACT[name](mpmath.mpf(a)))
    assert ACTIVATIONS[name](np.array([a]))[0] == pytest.approx(expected, rel=1e-12, abs=1e-300)


@pytest.mark.parametrize("name", sorted(EXACT))
@given(a=st.floats(-30, 30).filter(lambda a: abs(a) > 1e-3 and abs(abs(a) - 1) > 1e-3))
def test_complex_step_gives_the_slope(name: str, a: float) -> None:
    with mpmath.workdps(60):
        expected = float(mpmath.diff(EXACT[name], mpmath.mpf(a), h=mpmath.mpf(10) ** -25))
    slope = ACTIVATIONS[name](np.array([a + 1j * STEP]))[0].imag / STEP
    assert slope == pytest.approx(expected, rel=1e-11, abs=1e-15)


@pytest.mark.parametrize("name", sorted(EXACT))
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
def test_dtype_is_kept_and_far_arguments_stay_finite(name: str, dtype: type) -> None:
    a = np.array([-700.0, -60.0, 0.0, 60.0, 700.0], dtype=dtype)
    values = ACTIVATIONS[name](a)
    assert values.dtype == dtype
    assert np.all(np.isfinite(values))
