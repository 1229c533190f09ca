"""Words that are true in one layout or of one cell only, and what they are for the others.

Proofs, outline and slides are worded for numerator layout; statements that say something else of
another cell bring their own words, the frames and sections around them do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from symrnn.language.notation import DENOMINATOR, ELMAN, SIGMA_INSIDE, Notation

OF_SIGMA_INSIDE = {
    # the outline
    "A recurrent network, as in Elman (1990), applies": "A recurrent network, here with σ inside "
    "as in Pascanu et al. (2013), applies",
    # the slides
    "W stands on the left of the state.": "W stands on the left of what σ makes of the state.",
    "The pre-activation is affine, so its": "Behind the activation the state is affine, so its",
    "One step multiplies by the slopes and by W": "One step multiplies by W and by the slopes at "
    "the state before",
    "slopes times W.": "W times slopes.",
}

IN_DENOMINATOR = {
    # product_of_jacobians
    "the latest stands on the left": "the latest stands on the right",
    "earliest on the left is wrong": "latest on the left is wrong",
    "A₁A₂A₃ is not ∂s₃/∂s₀ = A₃A₂A₁": "A₃A₂A₁ is not ∂s₃/∂s₀ = A₁A₂A₃",
    # preactivation_jacobian
    "The pre-activation's Jacobian is W": "The pre-activation's Jacobian is Wᵀ",
    "Behind the activation the state's Jacobian is W": "Behind the activation the state's "
    "Jacobian is Wᵀ",
    "the Jacobian is W + UV": "the Jacobian is (W + U V)ᵀ",
    # norm_of_step, step_bound
    "times the norm of W": "times the norm of Wᵀ",
    "at most the norm of W": "at most the norm of Wᵀ",
    "splits the product diag(σ′(a_j)) W": "splits the product Wᵀ diag(σ′(a_j))",
    "splits the product W diag(σ′(s_{j-1}))": "splits the product diag(σ′(s_{j-1})) Wᵀ",
    "that the norm of W does not exceed": "that the norm of Wᵀ does not exceed",
    # the slides
    "so its Jacobian is W": "so its Jacobian is Wᵀ",
    "The latest factor stands on the left": "The latest factor stands on the right",
    "one factor more, on the left": "one factor more, on the right",
}

IN_DENOMINATOR_OF_ELMAN = {
    "the first of them is the largest entry": "the second of them is the largest entry",
    "Wᵀ diag(σ′) is not ∂s_j/∂s_{j-1}": "in numerator layout Wᵀ diag(σ′) is not the step",
    "factors, slopes times W.": "factors, Wᵀ times slopes.",
}

IN_DENOMINATOR_OF_SIGMA_INSIDE = {
    "the second of them is the largest entry": "the first of them is the largest entry",
    "diag(σ′) Wᵀ is not ∂s_j/∂s_{j-1}": "in numerator layout diag(σ′) Wᵀ is not the step",
    "factors, W times slopes.": "factors, slopes times Wᵀ.",
}

TABLES = (
    (None, SIGMA_INSIDE, OF_SIGMA_INSIDE),
    (DENOMINATOR, None, IN_DENOMINATOR),
    (DENOMINATOR, ELMAN, IN_DENOMINATOR_OF_ELMAN),
    (DENOMINATOR, SIGMA_INSIDE, IN_DENOMINATOR_OF_SIGMA_INSIDE),
)
"""Layout and cell, None for any, and what is said there instead; in this order."""


def worded(text: str, notation: Notation) -> str:
    """Prose as it is true in a notation's layout and of its cell."""
    tables = list(_tables(notation))
    if tables:
        # A sentence may be broken over lines in a docstring.
        text = "\n\n".join(re.sub(r"\s+", " ", piece) for piece in text.split("\n\n"))
    for table in tables:
        for said, instead in table.items():
            text = text.replace(said, instead)
    return text


def _tables(notation: Notation) -> Iterator[Mapping[str, str]]:
    for layout, cell, table in TABLES:
        if layout in (None, notation.layout) and cell in (None, notation.cell):
            yield table
