"""Forward passes of every cell that comes along, written by hand.

They know nothing of the text nor of the calculus: NumPy, one function a cell, entry by entry the
same numbers for real and complex arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from symrnn.cells import Cell, cell, named, stacked

SIZES = {"d": 3, "m": 2, "n": 4}
Array = Any
Values = dict[str, Array]


def logistic(v: Array) -> Array:
    return 1 / (1 + np.exp(-v))


def rectified(v: Array) -> Array:
    return np.where(v.real > 0, v, 0)


def _gate(p: Any, gate: str, h: Array, x: Array) -> Array:
    weights = getattr(p, f"W_{gate}") @ h + getattr(p, f"U_{gate}") @ x
    return weights + getattr(p, f"b_{gate}")


def _drive(p: Any, h: Array, x: Array) -> Array:
    return p.W @ h + p.U @ x + p.b


def elman(p: Any, s: Any, x: Array) -> Values:
    return {"h": np.tanh(_drive(p, s.h, x))}


def sigma_inside(p: Any, s: Any, x: Array) -> Values:
    return {"s": _drive(p, np.tanh(s.s), x)}


def jordan(p: Any, s: Any, x: Array) -> Values:
    h = np.tanh(_drive(p, s.y, x))
    return {"h": h, "y": logistic(p.V @ h + p.c)}


def lstm(p: Any, s: Any, x: Array) -> Values:
    i, f, o = (logistic(_gate(p, gate, s.h, x)) for gate in "ifo")
    g = np.tanh(_gate(p, "g", s.h, x))
    c = f * s.c + i * g
    return {"i": i, "f": f, "o": o, "g": g, "c": c, "h": o * np.tanh(c)}


def lstm_lecture(p: Any, s: Any, x: Array) -> Values:
    i, f, o, g = (logistic(_gate(p, gate, s.h, x)) for gate in "ifog")
    c = f * s.c + i * g
    return {"i": i, "f": f, "o": o, "g": g, "c": c, "h": o * logistic(c)}


def lstm_1997(p: Any, s: Any, x: Array) -> Values:
    # 4σ − 2 and 2σ − 1 are 2 tanh(·/2) and tanh(·/2).
    i, o = (logistic(_gate(p, gate, s.h, x)) for gate in "io")
    g = 2 * np.tanh(_gate(p, "g", s.h, x) / 2)
    c = s.c + i * g
    return {"i": i, "o": o, "g": g, "c": c, "h": o * np.tanh(c / 2)}


def coupled_gates(p: Any, s: Any, x: Array) -> Values:
    f, o = (logistic(_gate(p, gate, s.h, x)) for gate in "fo")
    g = np.tanh(_gate(p, "g", s.h, x))
    c = g + f * (s.c - g)
    return {"f": f, "o": o, "g": g, "c": c, "h": o * np.tanh(c)}


def peephole(p: Any, s: Any, x: Array) -> Values:
    i = logistic(_gate(p, "i", s.h, x) + p.p_i * s.c)
    f = logistic(_gate(p, "f", s.h, x) + p.p_f * s.c)
    g = np.tanh(_gate(p, "g", s.h, x))
    c = f * s.c + i * g
    o = logistic(_gate(p, "o", s.h, x) + p.p_o * c)
    return {"i": i, "f": f, "g": g, "c": c, "o": o, "h": o * np.tanh(c)}


def gru(p: Any, s: Any, x: Array) -> Values:
    r, z = (logistic(_gate(p, gate, s.h, x)) for gate in "rz")
    n = np.tanh(p.U_n @ x + p.b_n + r * (p.W_n @ s.h + p.c_n))
    return {"r": r, "z": z, "n": n, "h": n + z * (s.h - n)}


def gru_reset_before(p: Any, s: Any, x: Array) -> Values:
    r, z = (logistic(_gate(p, gate, s.h, x)) for gate in "rz")
    n = np.tanh(_gate(p, "n", r * s.h, x))
    return {"r": r, "z": z, "n": n, "h": n + z * (s.h - n)}


def gru_without_reset(p: Any, s: Any, x: Array) -> Values:
    z, n = logistic(_gate(p, "z", s.h, x)), np.tanh(_gate(p, "n", s.h, x))
    return {"z": z, "n": n, "h": n + z * (s.h - n)}


def mgu(p: Any, s: Any, x: Array) -> Values:
    f = logistic(_gate(p, "f", s.h, x))
    n = np.tanh(_gate(p, "n", f * s.h, x))
    return {"f": f, "n": n, "h": s.h + f * (n - s.h)}


def leaky(p: Any, s: Any, x: Array) -> Values:
    return {"h": s.h + p.alpha * (np.tanh(_drive(p, s.h, x)) - s.h)}


def residual(p: Any, s: Any, x: Array) -> Values:
    return {"h": s.h + np.tanh(_drive(p, s.h, x))}


def indrnn(p: Any, s: Any, x: Array) -> Values:
    return {"h": rectified(p.u * s.h + p.U @ x + p.b)}


def antisymmetric(p: Any, s: Any, x: Array) -> Values:
    turning = p.W - p.W.T - p.gamma * np.eye(len(s.h))
    return {"h": s.h + p.epsilon * np.tanh(turning @ s.h + p.U @ x + p.b)}


def two_layers(p: Any, s: Any, x: Array) -> Values:
    """Two layers of `coupled_gates`."""
    values: Values = {}
    for layer in "12":
        own = {name.removesuffix(layer).removesuffix("_"): v for name, v in vars(p).items()
               if name.endswith(layer)}  # fmt: skip
        state = SimpleNamespace(h=getattr(s, f"h_{layer}"), c=getattr(s, f"c_{layer}"))
        made = coupled_gates(SimpleNamespace(**own), state, x)
        values |= {f"{name}_{layer}": value for name, value in made.items()}
        x = made["h"]
    return values


def concatenated(p: Any, s: Any, x: Array) -> Values:
    both = np.concatenate([s.h, x])
    f = logistic(p.W_f @ both + p.b_f)
    return {"f": f, "h": f * s.h + (1 - f) * np.tanh(p.W_n @ both) / 3}


PASSES: dict[str, Callable[[Any, Any, Array], Values]] = {
    step.__name__: step
    for step in (
        elman, sigma_inside, jordan, lstm, lstm_lecture, lstm_1997, coupled_gates, peephole, gru,
        gru_reset_before, gru_without_reset, mgu, leaky, residual, indrnn, antisymmetric,
        two_layers, concatenated,
    )
}  # fmt: skip
CONCATENATED = """
f = sigmoid(W_f [h'; x] + b_f)
h = f * h' + (1 - f) * tanh(W_n [h'; x]) / 3
"""
BUILT: dict[str, Callable[[], Cell]] = {
    "two_layers": lambda: stacked(named("coupled_gates"), 2),
    "concatenated": lambda: cell(CONCATENATED),
}


def build(name: str) -> Cell:
    return BUILT[name]() if name in BUILT else named(name)
