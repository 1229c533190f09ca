"""The explorer's material: the lecture's formulas, the activations, and four small nets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.errors import IllFormedError
from symrnn.language.activations import FORMULAS, activation
from symrnn.language.derivatives import ImmediateDerivative
from symrnn.language.norms import norm
from symrnn.language.slopes import slope_bound
from symrnn.language.structure import Vec
from symrnn.recurrence.elman import elman
from symrnn.theory.statement import Statement
from symrnn.typeset.explorer import Explorer, Nets, Slope

Array = NDArray[np.float64]

SIZE, WIDTH, STEPS = 4, 2, 40
"""d, m and the time T of the loss: small enough for a telephone to follow a slider."""

STATEMENTS = {
    "slope": "slopes_bounded",
    "product": "product_bound",
    "truncation": "truncation",
    "clipping": "clipping_by_norm",
}
"""Which statement each picture shows."""


def explorer(library: Mapping[str, Statement]) -> Explorer | None:
    """The explorer of the lecture; None where a statement that it draws is not in the lecture.

    Args:
        library: the statements; bounds and clipping are what their claims say.
    """
    if not set(STATEMENTS.values()) <= set(library):
        return None
    return Explorer(formulas(library), slopes(), nets(), STATEMENTS)


def formulas(library: Mapping[str, Statement]) -> dict[str, Any]:
    """The expressions to compute, for an unknown σ; with ‖·‖₂ where the lecture leaves the norm.

    The bias sums the terms that truncation drops: t - k > τ, by the statement on truncation.
    """
    rnn = elman()
    s, a, t, k, tau = rnn.s, rnn.a, rnn.t, rnn.k, rnn.tau
    definition, immediate = rnn.recurrence.definition, rnn.recurrence.immediate
    dropped = rnn.gradient(rnn.L[t], rnn.W).over(1, t - tau - 1)
    return {
        "preactivation": definition(a[rnn.j]),
        "state": definition(s[rnn.j]),
        "jacobianNorm": norm(rnn.jacobian(s[t], s[k]), "2"),
        "bound": _right_side(library, "product_bound", ""),
        "lossNorm": norm(ImmediateDerivative(rnn.L[t], s[t]), "2"),
        "immediateNorm": norm(immediate(s[k], Vec(rnn.W)), "2"),
        "bias": norm(dropped, "F"),
        "tail": _right_side(library, "truncation", "the bias is a geometric tail"),
        "clipped": _right_side(library, "clipping_by_norm", "clipping twice is clipping once"),
    }


def _right_side(library: Mapping[str, Statement], name: str, label: str) -> Any:
    for part in library[name].parts(elman()):
        if part.label == label:
            return part.claim.rhs
    raise IllFormedError(
        f"explorer: `{name}` has no such part",
        {"expected": label, "got": ", ".join(p.label for p in library[name].parts(elman()))},
    )


def slopes() -> tuple[Slope, ...]:
    """Every activation known by name, tanh first."""
    names = ["tanh", *(name for name in FORMULAS if name != "tanh")]
    chosen = (activation(name) for name in names)
    return tuple(Slope(each, slope_bound(each).value) for each in chosen)


def nets(seed: int = 0) -> Nets:
    """Recurrent matrices of spectral norm 1, and one sequence for all of them.

    The nilpotent matrix shows that a large λ forces nothing: its product is 0 from d factors on.
    """
    rng = np.random.default_rng(seed)
    normal = rng.normal(size=(SIZE, SIZE))
    orthogonal, _ = np.linalg.qr(rng.normal(size=(SIZE, SIZE)))
    weights = {
        "random": normal / np.linalg.norm(normal, 2),
        "orthogonal": orthogonal / np.linalg.norm(orthogonal, 2),
        "nilpotent": np.eye(SIZE, k=1),
    }
    readout = rng.normal(size=SIZE)
    return Nets(
        weights={name: W.tolist() for name, W in weights.items()},
        U=(0.5 * rng.normal(size=(SIZE, WIDTH))).tolist(),
        b=(0.1 * rng.normal(size=SIZE)).tolist(),
        s0=(0.5 * rng.normal(size=SIZE)).tolist(),
        x=rng.normal(size=(STEPS, WIDTH)).tolist(),
        c=(readout / np.linalg.norm(readout)).tolist(),
    )
