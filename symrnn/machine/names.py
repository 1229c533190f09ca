"""Names of theorems, from statements and the labels of their parts."""

from __future__ import annotations

import re
import unicodedata

from symrnn.language.notation import ELMAN

GREEK = {"σ": "sigma", "τ": "tau", "λ": "lambda", "κ": "kappa", "γ": "gamma", "∞": "oo"}


def theorem_name(statement: str, label: str, cell: str = ELMAN) -> str:
    """The theorem that a part is closed by: step_jacobian_numerator_layout_claim.

    A cell other than the lecture's own is named: step_jacobian_of_sigma_inside_…
    """
    of_cell = "" if cell == ELMAN else f"of_{cell}"
    return "_".join(filter(None, (statement, of_cell, slug(label), "claim")))


def claims_stem(statement: str) -> str:
    """The Coq file that states the claims of a statement as they are printed."""
    return f"{statement}_claims"


def slug(label: str) -> str:
    """A label as letters, digits and single underscores."""
    spelled = "".join(GREEK.get(letter, letter) for letter in label.replace("'", ""))
    ascii_only = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return re.sub(r"\W+", "_", ascii_only).strip("_")
