"""Names of theorems, from statements and the labels of their parts."""

from __future__ import annotations

import re
import unicodedata

from symrnn.machine.vocabulary import FIRST

GREEK = {"σ": "sigma", "τ": "tau", "λ": "lambda", "κ": "kappa", "γ": "gamma", "∞": "oo"}


def theorem_name(statement: str, label: str, cell: str = FIRST) -> str:
    """The theorem that a part is closed by: step_jacobian_numerator_layout_claim.

    A cell other than the lecture's own is named: step_jacobian_of_sigma_inside_…
    """
    return "_".join(filter(None, (about(statement, cell), slug(label), "claim")))


def about(statement: str, cell: str = FIRST) -> str:
    """A statement about a cell: the name of the file with its printed propositions."""
    return statement if cell == FIRST else f"{statement}_of_{cell}"


def claims_stem(statement: str, cell: str = FIRST) -> str:
    """The Coq file with the theorems that prove the printed propositions of a statement."""
    return f"{about(statement, cell)}_claims"


def slug(label: str) -> str:
    """A label as letters, digits and single underscores."""
    spelled = "".join(GREEK.get(letter, letter) for letter in label.replace("'", ""))
    ascii_only = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return re.sub(r"\W+", "_", ascii_only).strip("_")
