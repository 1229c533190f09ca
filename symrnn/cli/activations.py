"""Activations given on the command line."""

from __future__ import annotations

from symrnn.activation_text import parse_activation
from symrnn.language.activations import FORMULAS, Activation, activation


def read_activation(given: str) -> Activation:
    """An activation from a known name, or from a formula that is only read.

    Raises:
        ParseError: marking the column that is refused.
    """
    if given in FORMULAS:
        return activation(given)
    return activation(parse_activation(given))
