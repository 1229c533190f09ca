"""A derivative by differences that decides something, or the reason why there is none."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from symrnn.errors import UndecidedError
from symrnn.numeric.differences import LOST, MEMORY_BUDGET
from symrnn.verify.kinks_met import first_crossing, require_no_kink
from symrnn.verify.oracle import Found, Outcome, complex_step_found, richardson_found
from symrnn.verify.setting import Setting

RESOLVED = 1e-5
"""Relative error of differences above which they decide nothing."""

GOOD = 1e-8
"""Relative error of differences below which no smaller step is tried."""

WIDEST, NARROWEST, FINER = 1 / 16, 1e-6, 1 / 8
"""The first h, relative to the point; the smallest first h; from one try to the next."""


def resolved(outcome: Outcome, budget: int = MEMORY_BUDGET) -> Found:
    """The derivative by the complex step, or by differences of a step that resolves the function.

    Raises:
        UndecidedError: the run overflows, meets a kink (the message names unit and time), or no
            step resolves the function.
    """
    require_finite(outcome.setting)
    require_no_kink(outcome)
    with np.errstate(all="ignore"):
        found = (
            complex_step_found(outcome, budget)
            if outcome.is_holomorphic
            else _by_differences(outcome, budget)
        )
    if not np.all(np.isfinite(found.value)):
        raise UndecidedError("compare: the derivative is not finite at these numbers")
    return found


def require_finite(setting: Setting) -> None:
    """Raise `UndecidedError` unless the forward pass stays finite."""
    with np.errstate(all="ignore"):
        for label, values in setting.trajectory.items():
            for time, value in enumerate(values if isinstance(values, list) else ()):
                if value is not None and not np.all(np.isfinite(value)):
                    raise UndecidedError(
                        "compare: the forward pass overflows at these numbers",
                        {"first": f"{label}_{time}", "do": "take a smaller net, or fewer steps"},
                    )


def is_lost(value: NDArray[np.float64]) -> bool:
    """Whether a derivative is zero, or so small that its digits are lost."""
    return not float(np.max(np.abs(value), initial=0.0)) > LOST


def _by_differences(outcome: Outcome, budget: int) -> Found:
    """Richardson's differences, with smaller steps until they resolve and cross no kink."""
    scale = np.maximum(1.0, np.abs(outcome.point))
    relative, best, crossing = WIDEST, None, None
    while relative >= NARROWEST:
        crossing = first_crossing(outcome, relative * scale)
        if crossing is None:
            found = richardson_found(outcome, relative * scale, budget)
            if best is None or found.uncertain < best.uncertain:
                best = found
            if best.uncertain <= GOOD:
                break
        relative *= FINER
    if best is None:
        assert crossing is not None
        raise crossing
    if not best.uncertain <= RESOLVED:
        raise UndecidedError(
            "compare: differences do not resolve this function, so nothing can be compared",
            {
                "expected": f"an estimated error ≤ {RESOLVED:g}, relative to the largest entry",
                "got": f"{best.uncertain:.1g} with steps down to {best.step:.1g}",
            },
        )
    return best
