"""Symbolic derivation: ours for symbolic sizes and times, SymPy's of the unrolled recurrence."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
from sympy import tanh

from symrnn.bench.contender import OURS, Arrays, Contender, Work
from symrnn.bench.goals import Goal
from symrnn.bench.inputs import Net, net
from symrnn.bench.peers import sympy
from symrnn.bench.peers.sympy import LOSS, STATE
from symrnn.cells.elman import elman
from symrnn.cells.network import Network
from symrnn.language.activations import X, activation
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.lower import lower

SIZES, QUICK = ((2, 2), (3, 4), (4, 6)), ((2, 2),)
GOALS = {(4, 6): (Goal("sympy unrolled / ours", 1000, at_least=True),)}

LARGE = f"{OURS} at d = 1024, t = 10⁶"
FLAT = (Goal(f"{LARGE} / ours", 1.5),)

LEFT_OUT = {
    "tensorgrad": "it derives, but evaluates by named tensors, which torch 2.13 no longer has:"
    " its results cannot be compared"
}

KERNELS = Kernels(elman("tanh", inputs=False))
"""What runs the states that the formulas are evaluated at."""

_count = itertools.count()


def works(quick: bool) -> Iterator[Work]:
    """Each formula at each size of the unrolled one; then ours alone at small and large sizes."""
    for what, derive in DERIVED.items():
        for d, steps in QUICK if quick else SIZES:
            numbers = net(d, steps)
            given = (what, numbers.W, numbers.b, numbers.s0, steps)
            ours = Contender(OURS, partial(_anew, derive), partial(_value, numbers, steps))
            yield Work(
                f"derivation of {what}",
                {"d": len(numbers.W), "t": steps},
                (ours, *sympy.derivation(*given)),
                () if quick else GOALS.get((d, steps), ()),
                left_out=LEFT_OUT,
            )
    for what, derive in DERIVED.items():
        yield Work(
            f"derivation of {what}, flat in d and t",
            {"d": 4, "t": 6},
            (
                Contender(OURS, partial(_anew, derive, 4, 6), lambda _: ()),
                Contender(LARGE, partial(_anew, derive, 1024, 10**6), None),
            ),
            () if quick else FLAT,
        )


def _anew(derive: Callable[..., Any], d: Any = None, t: Any = None) -> Any:
    return derive(fresh(d), t)


def fresh(d: Any = None) -> Network:
    """A recurrence with an activation of a new name: nothing derived before is remembered."""
    sigma = activation(tanh(X), name=f"tanh{next(_count)}")
    return elman(sigma, inputs=False, **({} if d is None else {"hidden": d}))


def _jacobian(rnn: Network, t: Any = None) -> Any:
    return rnn.jacobian(rnn.s[rnn.t if t is None else t], rnn.s[rnn.k if t is None else 0])


def _gradient(rnn: Network, t: Any = None) -> Any:
    return rnn.gradient(rnn.L[rnn.t if t is None else t], rnn.W)


DERIVED: dict[str, Callable[..., Any]] = {STATE: _jacobian, LOSS: _gradient}


def _value(numbers: Net, steps: int, formula: Any) -> Arrays:
    """The formula at the numbers: k = 0, t = T, and L_T = ‖s_T‖²/2."""
    path = KERNELS.run(numbers.W, numbers.b, numbers.s0, steps)
    bindings: Mapping[str, Any] = {
        "W": numbers.W,
        "b": numbers.b[:, None],
        "s": path["s"][..., None],
        "a": path["a"][..., None],
        "dL_ds": {steps: path["s"][-1][None]},
        "d": len(numbers.W),
        "t": steps,
        "k": 0,
        "dtype": np.float64,
    }
    return (np.asarray(lower(formula)(bindings)),)
