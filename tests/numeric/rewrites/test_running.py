"""Horner's rule for ordered products: a sum of growing products, as one running value."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Symbol

from symrnn import Parameter, Sequence, lower, ordered_product, ordered_sum
from symrnn.numeric.rewrites.running import running

D = 3
A, B = Sequence("A", D, D), Sequence("B", D, D)
g = Parameter("g", D, 1)
j, k, t = (Symbol(name, integer=True) for name in "jkt")


def growing(lower_bound: Any = k + 1, upper: Any = t, latest: str = "right") -> Any:
    product = ordered_product(A[j], (j, lower_bound, upper), latest)
    return ordered_sum(B[k] * product * g * g.T, (k, 1, t))


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 6), st.integers(0, 2**32 - 1))
def test_the_running_value_gives_the_sum(steps: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = {name: rng.normal(size=(8, D, D)) for name in "AB"}
    values |= {"g": rng.normal(size=(D, 1)), "t": steps, "dtype": float, "d": D}
    plain = lower(growing())(values)
    found = running(growing())
    assert found is not None
    y, total = {steps: values["g"]}, np.zeros((D, D))
    step, body = lower(found.step), lower(found.body)
    for time in range(steps, 0, -1):
        total = total + body({**values, "y": y, "k": time})
        y[time - 1] = step({**values, "y": y, "k": time - 1})
    np.testing.assert_allclose(total, plain, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    "other",
    [
        growing(latest="left"),
        growing(lower_bound=k),
        growing(upper=t - 1),
        ordered_sum(ordered_product(A[j], (j, k + 1, t), "right") * B[k], (k, 1, t)),
        ordered_sum(B[k], (k, 1, t)),
    ],
)
def test_what_horners_rule_does_not_fit(other: Any) -> None:
    assert running(other) is None
