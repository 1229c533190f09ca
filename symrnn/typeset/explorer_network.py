"""The explorer of a small network: slopes, the product over time, truncation, clipping."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from symrnn.language.activations import Activation
from symrnn.typeset.explorer import Explorer
from symrnn.typeset.javascript import Script, number, scalar_function, script
from symrnn.typeset.prose import plain

SPOKEN = ("argument", "distance", "gamma", "lambda", "slope", "tau")
"""The labels that the script writes: at axes, and in what it says of a picture."""

Rows = Sequence[Sequence[float]]


@dataclass(frozen=True)
class Slope:
    """An activation to choose, with γ = sup |σ′| as an exact or decimal number.

    convention: what is taken for σ′ at its kinks, in words; empty where it has none.
    """

    activation: Activation
    gamma: Any
    convention: str = ""


@dataclass(frozen=True)
class Nets:
    """Weights and one sequence of inputs.

    weights: recurrent matrices of spectral norm 1 by what they are called, d × d; the page
        multiplies the one chosen by λ.
    U, b, s0: d × m, d, d.
    x: the inputs, (T, m).
    c: the readout of the loss L_T = cᵀ s_T, d.
    """

    weights: Mapping[str, Rows]
    U: Rows
    b: Sequence[float]
    s0: Sequence[float]
    x: Rows
    c: Sequence[float]


@dataclass(frozen=True)
class NetworkExplorer(Explorer):
    """What the page computes of a network.

    formulas: expressions by the names that the script calls: `between` and `state`, a_j and s_j in
        the order in which a step computes them, `argument`, what σ is applied to,
        `jacobianNorm`, `bound`, `lossNorm`, `immediateNorm`, `bias`, `tail`, `clipped`.
    slopes: the activations to choose from, the first one chosen.
    statements: names of the statements that the four pictures refer to.
    labels: prose markup by the places of the template; the letters among them are
        those of `SPOKEN`, which the page also says in its sentences.
    """

    formulas: Mapping[str, Any]
    slopes: Sequence[Slope]
    nets: Nets
    statements: Mapping[str, str]
    labels: Mapping[str, str]

    template = "explorer_network.html"
    program = "explorer_network.js"

    def scripts(self) -> tuple[Script, ...]:
        """The generated functions."""
        return tuple(script(value, name) for name, value in self.formulas.items())

    def generated(self) -> str:
        """The JavaScript of the formulas and activations, two constants."""
        functions = [made.source for made in self.scripts()]
        names = ", ".join(self.formulas)
        table = [
            f"  {each.activation.name}: {{\n"
            f"    sigma: {scalar_function(each.activation)},\n"
            f"    sigma_prime: {scalar_function(each.activation.prime)},\n"
            f"    gamma: {number(each.gamma)},\n"
            f"    convention: {json.dumps(each.convention, ensure_ascii=False)},\n  }},"
            for each in self.slopes
        ]
        return "\n\n".join(
            (
                *functions,
                f"const formulas = {{ {names} }};",
                "\n".join(("const activations = {", *table, "};")),
            )
        )

    def given(self) -> Mapping[str, Any]:
        """Nets and letters."""
        nets = self.nets
        return {
            "letters": {name: plain(self.labels[name]).replace("-", "−") for name in SPOKEN},
            "weights": nets.weights,
            "U": nets.U,
            "b": nets.b,
            "s0": nets.s0,
            "x": nets.x,
            "c": nets.c,
        }

    def shown(self) -> Mapping[str, Any]:
        """What there is to choose from."""
        return {
            "labels": self.labels,
            "weights": list(self.nets.weights),
            "activations": [each.activation.name for each in self.slopes],
            "size": len(self.nets.b),
            "steps": len(self.nets.x),
        }
