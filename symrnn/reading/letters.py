"""What a name says of itself: a capital is a matrix, a small letter a column, a Greek word a
scalar; some names are functions."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from symrnn.language.activations import FORMULAS
from symrnn.reading.functions import CALLED

MATRIX, COLUMN, SCALAR, FUNCTION = "matrix", "column", "scalar", "function"

GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ϵ": "epsilon",
    "ζ": "zeta", "η": "eta", "θ": "theta", "ϑ": "theta", "ι": "iota", "κ": "kappa",
    "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma",
    "τ": "tau", "υ": "upsilon", "φ": "phi", "ϕ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
"""Greek letters by character; a word stands for its letter, and both are one name."""

WORDS = frozenset(GREEK.values())
UNKNOWN = ("sigma", "phi", "psi")
"""Greek words that are functions: activations of which nothing is known, or that are declared."""
ALIASES = {"sigmoid": "logistic"}
IDENTITY = "I"


def canonical(name: str) -> str:
    """A name with its Greek letter written as a word: `α_1` is `alpha_1`."""
    return GREEK.get(name[0], name[0]) + name[1:]


def base(name: str) -> str:
    """A name without its subscripts and digits: `W` of `W_{hh}` and of `W2`."""
    return re.split(r"[_0-9]", name, maxsplit=1)[0]


def kind_of(name: str) -> str | None:
    """What a name is by its letters; None for a longer word that says nothing."""
    word = base(name)
    if ALIASES.get(name, name) in FORMULAS or word in UNKNOWN:
        return FUNCTION
    if word in WORDS:
        return SCALAR
    if len(word) != 1 and word.lower() not in WORDS:
        return None
    return MATRIX if word[0].isupper() else COLUMN


def nearest(name: str, others: Iterable[str]) -> str:
    """Known names that `name` may be a slip for, as a hint; empty where there is none."""
    known = sorted({*others, *WORDS, *ALIASES, *FORMULAS, *CALLED})
    found = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {found[0]}?" if found else ""
