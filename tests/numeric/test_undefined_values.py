"""A formula at a point where it has no value says so, in place of NaN and a warning."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sympy import Rational, Symbol, log

from symrnn.calculus import gradient, jacobian
from symrnn.errors import RangeError
from symrnn.language.activations import X, activation
from symrnn.language.algebra import MatrixProduct, Ones, Parameter
from symrnn.language.entry import entry
from symrnn.language.norms import norm
from symrnn.numeric.lower import lower

d = Symbol("d", integer=True, positive=True)
v = Parameter("v", d, 1)
BELL = activation(1 / (1 + X**2), name="bell")
UNDEFINED: list[tuple[str, Any, list[float]]] = [
    ("the slope of a norm", gradient(norm(v, "2"), v), [0, 0, 0]),
    ("a direction", MatrixProduct(1 / norm(v, "2"), v), [0, 0, 0]),
    ("a quotient", v / (Ones(1, d) * v), [1, -1, 0]),
    ("its Jacobian", jacobian(v / (Ones(1, d) * v), v), [1, -1, 0]),
    ("a logarithm", MatrixProduct(log(entry(v, 1)), v), [0, 1, 1]),
    ("a root", MatrixProduct(entry(v, 1) ** Rational(1, 2), v), [-1, 1, 1]),
]


@pytest.mark.parametrize(("what", "formula", "point"), UNDEFINED, ids=[w for w, *_ in UNDEFINED])
def test_what_has_no_value_is_said(what: str, formula: Any, point: list[float]) -> None:
    kernel = lower(formula, "the_formula")
    at = np.array(point, dtype=float)[:, None]
    with pytest.raises(RangeError, match="the_formula has no finite value here"):
        kernel({"v": at, "d": 3, "dtype": float})
    assert np.isfinite(kernel({"v": at * at + 1.5, "d": 3, "dtype": float})).all()


def test_a_softmax_of_a_curve_has_its_values() -> None:
    raised = BELL(v)
    point = np.array([0.3, -1.0, 2.0])
    bell = 1 / (1 + point**2)
    slope = -2 * point * bell**2
    found = lower(jacobian(raised / (Ones(1, d) * raised), v))(
        {"v": point[:, None], "d": 3, "dtype": float}
    )
    total = bell.sum()
    expected = np.diag(slope) / total - np.outer(bell, slope) / total**2
    np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_what_comes_in_without_a_value_is_passed_on() -> None:
    doubled = lower(2 * v)({"v": np.array([[np.nan], [1.0]])})
    assert np.isnan(doubled[0, 0]) and doubled[1, 0] == 2


def test_a_caller_that_ignores_it_gets_the_values() -> None:
    formula = lower(MatrixProduct(1 / norm(v, "2"), v))
    with np.errstate(all="ignore"):
        assert np.isnan(formula({"v": np.zeros((3, 1))})).all()
