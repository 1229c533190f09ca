"""Assertions for tests of code that computes gradients, in pytest, unittest or by themselves.

A test costs five lines:

    from symrnn.testing import assert_gradients
    from mine import backward

    def test_backward():
        assert_gradients("lstm", backward)

What fails is told as a table of at most 20 lines. `pytest --symrnn-seed 7`, or SYMRNN_SEED in the
environment, draws other nets.
"""

from __future__ import annotations

import os
from typing import Any

from symrnn.crosscheck import check_forward, check_gradients, check_jacobian
from symrnn.errors import IllFormedError

SEED = "SYMRNN_SEED"

__unittest = True  # unittest shows no lines of a module that has this


def default_seed() -> int:
    """The seed of the environment; 0 without one.

    Raises:
        IllFormedError: it is no integer from 0 on.
    """
    given = os.environ.get(SEED, "0")
    if not given.isdecimal():
        raise IllFormedError(SEED, {"expected": "an integer from 0 on", "got": repr(given)})
    return int(given)


def assert_gradients(cell: Any, backward: Any, **asked: Any) -> None:
    """Fail unless the gradients of code agree with the derived ones; see `check_gradients`.

    Raises:
        AssertionError: with the table, and the slip.
    """
    __tracebackhide__ = True
    _require(check_gradients(cell, backward, **{"seed": default_seed(), **asked}))


def assert_forward(cell: Any, forward: Any, **asked: Any) -> None:
    """Fail unless a forward pass agrees with the cell; see `check_forward`.

    Raises:
        AssertionError: with the table, and the slip.
    """
    __tracebackhide__ = True
    _require(check_forward(cell, forward, **{"seed": default_seed(), **asked}))


def assert_jacobian(cell: Any, jacobian: Any, **asked: Any) -> None:
    """Fail unless ∂s_t/∂s_k agrees with the derived one; see `check_jacobian`.

    Raises:
        AssertionError: with the table, and the slip.
    """
    __tracebackhide__ = True
    _require(check_jacobian(cell, jacobian, **{"seed": default_seed(), **asked}))


def _require(report: Any) -> None:
    __tracebackhide__ = True
    if not report.agrees:
        raise AssertionError(str(report))
