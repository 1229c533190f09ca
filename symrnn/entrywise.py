"""Functions of every entry that a text may call and that are no activation by name."""

from __future__ import annotations

from symrnn.activation_text import FUNCTIONS, X
from symrnn.language.activations import FORMULAS, Activation, activation

ENTRYWISE = frozenset(
    name
    for name, (arity, _) in FUNCTIONS.items()
    if arity == 1 and name not in (*FORMULAS, "sign", "heaviside", "tan")
)
"""Functions of every entry: exp, log, abs, …"""


def entrywise(name: str) -> Activation:
    """The function of every entry that has a name out of `ENTRYWISE`."""
    return activation(FUNCTIONS[name][1](X), name)
