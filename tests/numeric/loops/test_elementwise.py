"""Formulas written as ufunc calls into arrays: the value of the formula, nothing else touched."""

from __future__ import annotations

from types import CodeType, FunctionType
from typing import Any

import numpy as np
import pytest

from symrnn.language.activations import FORMULAS, X, activation
from symrnn.numeric import runtime
from symrnn.numeric.loops.code import function_of
from symrnn.numeric.loops.elementwise import Registers, assignments
from symrnn.numeric.lower import lower_activation

CASES = {
    **{name: activation(name) for name in FORMULAS},
    **{f"{name}'": activation(name).prime for name in FORMULAS},
    "powers": activation(X**3 - 2 / (1 + X**2) + (1 + X**2) ** -0.5),
    "differences": activation(-X - X**2 - 1),
    "roots": activation((2 + X**2) ** (1 / 2) / 3),
}


def run(sigma: Any, x: Any, dtype: Any) -> Any:
    registers = Registers("r")
    lines = assignments(sigma.function, "x", "y", registers)
    body = [f"{name} = empty_like(x)" for name in registers.names]
    body += [f"{name} = empty(x.shape, bool)" for name in registers.masks] + lines
    source = "def f(x, y):\n" + "".join(f"    {line}\n" for line in body)
    names = {name: getattr(np, name) for name in dir(np) if not name.startswith("_")}
    function = function_of(source, names | runtime.NAMESPACE)
    given, y = x.astype(dtype), np.empty_like(x, dtype=dtype)
    function(given, y)
    np.testing.assert_array_equal(given, x.astype(dtype))
    return y


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
@pytest.mark.parametrize("name", CASES)
def test_the_formula(name: str, dtype: Any) -> None:
    if dtype == np.complex128 and name.strip("'") in ("relu", "gelu"):
        return  # no holomorphic functions in NumPy
    sigma, x = CASES[name], np.array([-1.5, -0.25, 0.0, 0.5, 2.0])
    plain = np.broadcast_to(lower_activation(sigma)(x), x.shape)
    y = run(sigma, x, dtype)
    assert y.dtype == dtype
    np.testing.assert_allclose(y, plain, rtol=1e-5 if dtype == np.float32 else 1e-13, atol=1e-6)


def test_the_source_can_be_read() -> None:
    function = function_of("def f(x):\n    return x\n", {})
    assert isinstance(function, FunctionType) and isinstance(function.__code__, CodeType)
    assert function(3) == 3
