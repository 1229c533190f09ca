"""The explorer of a network: the lecture's formulas, the activations, and four small nets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Symbol

from symrnn.cells.elman import elman, in_these_letters
from symrnn.errors import IllFormedError
from symrnn.language.activations import FORMULAS, activation
from symrnn.language.derivatives import ImmediateDerivative
from symrnn.language.entry import Entry
from symrnn.language.norms import norm
from symrnn.language.notation import LECTURE, Notation
from symrnn.language.slopes import slope_bound
from symrnn.language.structure import Vec
from symrnn.lecture.algorithms import letters_of
from symrnn.lecture.statements import Writer
from symrnn.numeric.stable.pieces import convention
from symrnn.theory.about import Subject
from symrnn.theory.statement import Statement
from symrnn.typeset.explorer_network import Nets, NetworkExplorer, Slope

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


def explorer(
    library: Mapping[str, Statement], rnn: Subject | None = None, notation: Notation = LECTURE
) -> NetworkExplorer | None:
    """The explorer; None where a statement that it draws is not in the lecture.

    Args:
        library: the statements; bounds and clipping are what their claims say.
        rnn: the cell of the lecture, with an unknown σ; the Elman cell by default.
        notation: how the controls and pictures are lettered.
    """
    rnn = rnn or elman()
    if not set(STATEMENTS.values()) <= set(library) or rnn.driven is None or rnn.x is None:
        return None
    # The script that feeds the formulas knows the lecture's letters.
    rnn = in_these_letters(rnn)
    return NetworkExplorer(
        formulas(library, rnn), slopes(), nets(), STATEMENTS, labels(rnn, Writer(notation, {}))
    )


def formulas(library: Mapping[str, Statement], rnn: Subject) -> dict[str, Any]:
    """The expressions to compute, for an unknown σ; with ‖·‖₂ where the lecture leaves the norm.

    One step is the recurrence's own two definitions, a_j first. The bias sums the terms that
    truncation drops: t - k > τ, by the statement on truncation.
    """
    s, a, t, k, tau = rnn.s, rnn.a, rnn.t, rnn.k, rnn.tau
    definition, immediate = rnn.recurrence.definition, rnn.recurrence.immediate
    dropped = rnn.gradient(rnn.L[t], rnn.W).over(1, t - tau - 1)
    return {
        "between": definition(a[rnn.j]),
        "state": definition(s[rnn.j]),
        "argument": rnn.argument,
        "jacobianNorm": norm(rnn.jacobian(s[t], s[k]), "2"),
        "bound": _right_side(library, rnn, "product_bound", ""),
        "lossNorm": norm(ImmediateDerivative(rnn.L[t], s[t]), "2"),
        "immediateNorm": norm(immediate(s[k], Vec(rnn.W)), "2"),
        "bias": norm(dropped, "F"),
        "biasBound": _right_side(library, rnn, "truncation", "the bias is a geometric tail"),
        "clipped": _right_side(library, rnn, "clipping_by_norm", "clipping twice is clipping once"),
    }


def _right_side(library: Mapping[str, Statement], rnn: Subject, name: str, label: str) -> Any:
    parts = library[name].parts(rnn)
    for part in parts:
        if part.label == label:
            return part.claim.rhs
    raise IllFormedError(
        f"explorer: `{name}` has no such part",
        {"expected": label, "got": ", ".join(part.label for part in parts)},
    )


def labels(rnn: Subject, writer: Writer) -> dict[str, str]:
    """What stands at the controls and in the keys of the pictures, as prose markup."""
    gradient, argument = letters_of(writer.notation)["g"], rnn.argument.label
    entries = writer.latex(Entry(rnn.argument, Symbol("i", integer=True)))
    kind = "states" if rnn.reads_state else "pre-activations"
    said = {
        "opening": f"Move λ, the activation σ, t - k, τ and κ, and see what the statements say of "
        f"a network with d = {SIZE} and t = {STEPS}.",
        "weights": "W",
        "scaled": "kind of weights, scaled to norm λ",
        "sigma": "σ",
        "slope": "σ′",
        "gamma": "γ",
        "lambda": "λ",
        "distance": "t - k",
        "norm": "‖∂s_t/∂s_k‖₂",
        "bound": "(γλ)^{t-k}",
        "tau": "τ",
        "bias": "bias of ∂L_t/∂W",
        "tail": "geometric tail, where γλ < 1",
        "kappa": "κ",
        "ball": "ball of radius κ",
    }
    return {
        **{name: writer.prose(text) for name, text in said.items()},
        "argument": f"${writer.notation.letter(argument)}$",
        "arguments": f"the {kind} ${entries}$ of this network",
        "gradient": f"gradient ${gradient}$",
        "length": rf"$\lVert {gradient} \rVert$",
    }


def slopes() -> tuple[Slope, ...]:
    """Every activation known by name, tanh first."""
    names = ["tanh", *(name for name in FORMULAS if name != "tanh")]
    chosen = (activation(name) for name in names)
    return tuple(Slope(each, slope_bound(each).value, convention(each)) for each in chosen)


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
