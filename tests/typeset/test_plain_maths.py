"""Formulas as plain Unicode, as they are read aloud."""

from __future__ import annotations

import pytest

from symrnn.language.notation import _COMMANDS, KNOWN, QUANTITIES
from symrnn.typeset.plain_maths import unicode_of


@pytest.mark.parametrize(
    ("latex", "said"),
    [
        (r"\left\lVert \partial s_{t}/\partial s_{k} \right\rVert", "‖∂s_t/∂s_k‖"),
        (r"\frac{\partial^{+} \boldsymbol{h}_{k}}{\partial \mathbf{W}_{hh}}", "∂⁺h_k/∂W_hh"),
        (r"(\gamma\lambda)^{t-k}", "(γλ)^(t-k)"),
        (r"\mathcal{E}_{5} \to x_{5} \to W_{\mathrm{in}}", "E_5 → x_5 → W_in"),
        (r"\phi'(\mathbf{z}_{j, i}) \le -1", "φ′(z_(j,i)) ≤ -1"),
        (r"W^{\mathsf{T}} \, \delta_{k - 1}", "Wᵀ δ_(k-1)"),
        (r"\lvert \varphi' \rvert", "|φ′|"),
        ("t-k", "t - k"),
        (r"\ell_{2}", "ℓ_2"),
        (r"\sqrt{", ""),
    ],
)
def test_a_formula_is_said_in_letters_and_signs(latex: str, said: str) -> None:
    assert unicode_of(latex) == said


def test_every_letter_that_a_notation_may_have_is_said() -> None:
    for command in _COMMANDS.split():
        assert len(unicode_of(f"\\{command}")) == 1, command
    for notation in KNOWN.values():
        assert all(unicode_of(notation.letter(quantity)) for quantity in QUANTITIES)
