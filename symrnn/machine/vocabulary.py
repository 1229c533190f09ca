"""The cells that `proofs/coq/vocabulary.v` has by name: of them theorems are written by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from symrnn.cells.elman import elman, sigma_inside
from symrnn.cells.network import Network
from symrnn.errors import NotSupportedError
from symrnn.language.activations import Activation, activation


def _bare(sigma: Activation | None) -> Network:
    return elman(sigma, inputs=False)


@dataclass(frozen=True)
class Known:
    """A cell of `proofs/coq/vocabulary.v`.

    Attributes:
        build: the network that it is, of a σ, or of None for one that is not known.
        affine: the affine function in it, to which σ is applied or which is applied to σ(s).
        reads: what both read.
    """

    build: Callable[[Activation | None], Network]
    affine: str
    reads: tuple[str, ...]


KNOWN: Mapping[str, Known] = MappingProxyType(
    {
        "elman": Known(elman, "preactivation", ("W", "U", "b", "x")),
        "bare": Known(_bare, "bare_preactivation", ("W", "b")),
        "sigma_inside": Known(sigma_inside, "preactivation", ("W", "U", "b", "x")),
    }
)

FIRST = next(iter(KNOWN))
"""The cell that names of files and theorems are about where they name none."""

ACTIVATIONS = ("tanh", "logistic")
"""The activations that the vocabulary defines."""


def defined(function: Activation) -> str | None:
    """A function of the vocabulary as Coq has it; None for all others, whatever they are called."""
    known = function.name in ACTIVATIONS and function == activation(function.name)
    return f"(@{function.name} R)" if known else None


@lru_cache(maxsize=64)
def known_name(rnn: Any) -> str | None:
    """The name in the vocabulary of a recurrence's cell; None if it is none of the vocabulary's."""
    if not isinstance(rnn, Network) or not rnn.one_activation:
        return None
    for name, each in KNOWN.items():
        known = each.build(rnn.sigma).recurrence
        if dict(known.definitions) == dict(rnn.recurrence.definitions):
            return name
    return None


def cell_name(rnn: Network) -> str:
    """The name in the vocabulary of a recurrence's cell.

    Raises:
        NotSupportedError: it is none of the vocabulary's.
    """
    name = known_name(rnn)
    if name is None:
        raise NotSupportedError(
            "no Coq form for this recurrence",
            {"expected": ", ".join(KNOWN), "got": rnn.recurrence},
        )
    return name
