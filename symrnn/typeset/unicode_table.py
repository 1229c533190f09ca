"""What Unicode mathematics is written with, and the LaTeX of each sign."""

from __future__ import annotations

SYMBOLS = {
    "α": r"\alpha", "β": r"\beta", "γ": r"\gamma", "δ": r"\delta", "ε": r"\epsilon",
    "η": r"\eta", "θ": r"\theta", "κ": r"\kappa", "λ": r"\lambda", "μ": r"\mu", "π": r"\pi",
    "ρ": r"\rho", "σ": r"\sigma", "τ": r"\tau", "φ": r"\phi", "ω": r"\omega",
    "Γ": r"\Gamma", "Δ": r"\Delta", "Π": r"\Pi", "ℝ": r"\mathbb{R}", "∞": r"\infty",
    "Φ": r"\Phi", "Ψ": r"\Psi", "Ω": r"\Omega", "Θ": r"\Theta", "Λ": r"\Lambda",
    "ζ": r"\zeta", "ξ": r"\xi", "ν": r"\nu", "χ": r"\chi", "ψ": r"\psi", "¾": r"\tfrac{3}{4}",
    "½": r"\tfrac{1}{2}", "¼": r"\tfrac{1}{4}", "ℓ": r"\ell",
}  # fmt: skip
"""Signs that are operands."""

LARGE = {"∏": r"\prod", "∑": r"\sum", "Σ": r"\sum"}
"""Operators with an index below and a bound above; a capital sigma is always a sum here."""

RELATIONS = {
    "=": "=", "≤": r"\le", "≥": r"\ge", "<": "<", ">": ">", "≠": r"\ne", "≈": r"\approx",
    "→": r"\to", "←": r"\gets", "↦": r"\mapsto", "⇒": r"\Rightarrow", "∈": r"\in",
    "∉": r"\notin", "…": r"\ldots",
}  # fmt: skip
"""What stands between two sides, loosest first in binding; h … t is a range."""

SUMS = {"+": "+", "-": "-", "−": "-", "±": r"\pm"}

PRODUCTS = {"·": r"\cdot", "×": r"\times", "⊙": r"\odot", "⊗": r"\otimes", "/": "/"}

RAISED = {
    **{sign: str(value) for value, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
    "⁺": "+", "⁻": "-", "ᵀ": r"\mathsf{T}", "ⁿ": "n", "ⁱ": "i", "ᵗ": "t", "ʲ": "j", "ᵏ": "k",
    "ˣ": "x", "ᵐ": "m", "ᵈ": "d", "′": r"\prime",
}  # fmt: skip

LOWERED = {
    **{sign: str(value) for value, sign in enumerate("₀₁₂₃₄₅₆₇₈₉")},
    "₊": "+", "₋": "-", "ᵢ": "i", "ⱼ": "j", "ₖ": "k", "ₜ": "t", "ₙ": "n", "ₓ": "x",
}  # fmt: skip

FUNCTIONS = {
    "sin": r"\sin", "cos": r"\cos", "sinh": r"\sinh", "cosh": r"\cosh", "tanh": r"\tanh",
    "exp": r"\exp", "log": r"\log",
}  # fmt: skip
"""Their argument may stand after a blank: tanh x."""

OPERATORS = {
    "max": r"\max", "min": r"\min", "sup": r"\sup", "diag": r"\operatorname{diag}",
    "vec": r"\operatorname{vec}", "softmax": r"\operatorname{softmax}", **FUNCTIONS,
}  # fmt: skip
"""Names set upright when an argument follows."""

LETTERS = frozenset("bcdefghijklmnopqrstuvwxyzBCDEFGLMTUVWX")
"""Letters that mean something by themselves; any other, such as a, A or I, only in a formula."""

PAIRS = frozenset({"UV", "AB", "BA", "DW", "wI", "dx", "dW", "ab"})
"""Two letters side by side that are a product, and no word."""

ALONE = {
    **SYMBOLS,
    **LARGE,
    **RELATIONS,
    **PRODUCTS,
    **{sign: rf"{{}}^{{{raised}}}" for sign, raised in RAISED.items()},
    **{sign: rf"{{}}_{{{lowered}}}" for sign, lowered in LOWERED.items()},
    "±": r"\pm",
    "−": "-",
    "√": r"\surd",
    "‖": r"\Vert",
    "∂": r"\partial",
}
"""A sign that ended up outside every formula."""
