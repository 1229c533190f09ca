"""ln ‖∂s_T/∂s_0‖ over long horizons: finite, right, and linear in T."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np

from symrnn.bench.contender import OURS, Contender, Work
from symrnn.bench.goals import Goal
from symrnn.bench.inputs import Net, net
from symrnn.bench.peers import mpmath
from symrnn.cells.elman import elman
from symrnn.numeric import horizon
from symrnn.numeric.kernels import Kernels

NAME = "ln ‖∂s_T/∂s_0‖"

ERROR = "relative error"
SHORTER = f"{OURS}, a tenth of the steps"
GROWTH, FINITE = "time per step / that of a tenth of the steps", "finite"
RIGHT = (Goal(ERROR, 1e-9),)
LINEAR = (Goal(GROWTH, 1.2), Goal(FINITE, 1, at_least=True))

D = 8
COMPARED, LONG = 10**3, 10**6
QUICK = 30


def works(quick: bool) -> Iterator[Work]:
    """Compared with mpmath at a thousand steps; a million steps alone."""
    kernels = Kernels(elman("tanh"))
    compared, long = (QUICK, 10 * QUICK) if quick else (COMPARED, LONG)
    numbers = net(D, compared, m=1)
    yield Work(
        NAME,
        {"d": D, "T": compared},
        (_ours(OURS, kernels, numbers), *mpmath.log_norm(numbers)),
        () if quick else RIGHT,
        quantities=_error,
    )
    whole, tenth = net(D, long, m=1), net(D, long // 10, m=1)
    yield Work(
        NAME,
        {"d": D, "T": long},
        (_ours(OURS, kernels, whole), _ours(SHORTER, kernels, tenth, compared=False)),
        () if quick else LINEAR,
        quantities=_linear,
    )


def _ours(name: str, kernels: Kernels, numbers: Net, compared: bool = True) -> Contender:
    run = partial(log_norm, kernels, numbers)
    return Contender(name, run, (lambda found: (np.asarray(found),)) if compared else None)


def log_norm(kernels: Kernels, numbers: Net) -> float:
    """ln ‖∂s_T/∂s_0‖_F from a forward pass and a scaled product."""
    run = kernels.run(*numbers.arguments())
    return float(horizon.jacobian(kernels, run, run.steps, 0).log_norm("fro"))


def _error(results: Mapping[str, Any], seconds: Mapping[str, float]) -> dict[str, float]:
    return {ERROR: abs(results[OURS] / results["mpmath"] - 1)}


def _linear(results: Mapping[str, Any], seconds: Mapping[str, float]) -> dict[str, float]:
    finite = float(math.isfinite(results[OURS]))
    return {GROWTH: seconds[OURS] / seconds[SHORTER] / 10, FINITE: finite}
