"""Words that are true in numerator layout only, and what they are in denominator layout."""

from __future__ import annotations

from symrnn.language.notation import DENOMINATOR

IN_DENOMINATOR = {
    # product_of_jacobians
    "the latest stands on the left": "the latest stands on the right",
    "earliest on the left is wrong": "latest on the left is wrong",
    "A₁A₂A₃ is not ∂s₃/∂s₀ = A₃A₂A₁": "A₃A₂A₁ is not ∂s₃/∂s₀ = A₁A₂A₃",
    # preactivation_jacobian
    "The pre-activation's Jacobian is W": "The pre-activation's Jacobian is Wᵀ",
    "the Jacobian is W + UV": "the Jacobian is (W + U V)ᵀ",
    # step_jacobian
    "Wᵀ diag(σ′) is not ∂s_j/∂s_{j-1}": "in numerator layout Wᵀ diag(σ′) is not the step",
    # norm_of_step, step_bound
    "times the norm of W": "times the norm of Wᵀ",
    "splits the product diag(σ′(a_j)) W": "splits the product Wᵀ diag(σ′(a_j))",
    "that the norm of W does not exceed": "that the norm of Wᵀ does not exceed",
    # the slides
    "so its Jacobian is W": "so its Jacobian is Wᵀ",
    "The latest factor stands on the left": "The latest factor stands on the right",
    "one factor more, on the left": "one factor more, on the right",
}


def in_layout(text: str, layout: str) -> str:
    """Prose as it is true in a layout; proofs write it for numerator layout."""
    if layout == DENOMINATOR:
        # A sentence may be broken over lines in a docstring.
        text = "\n\n".join(" ".join(piece.split()) for piece in text.split("\n\n"))
        for numerator, denominator in IN_DENOMINATOR.items():
            text = text.replace(numerator, denominator)
    return text
