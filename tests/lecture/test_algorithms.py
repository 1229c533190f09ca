"""The algorithms in the letters of a notation: all of them, no two alike, and the cell's own."""

from __future__ import annotations

import re

import pytest

from symrnn.cells import named
from symrnn.cells.elman import elman, sigma_inside
from symrnn.language.notation import D2L, KNOWN, LECTURE, PASCANU, QUANTITIES, Notation
from symrnn.lecture.algorithms import algorithms_shown, letters_of
from symrnn.lecture.lettering import lettered_subject

CROWDED = Notation("crowded", {"s": "v", "a": "g", "x": "n", "W": "G", "kappa": r"\delta"})


def shown(name: str, notation: Notation) -> str:
    return algorithms_shown(elman(), notation)[name].latex


@pytest.mark.parametrize(
    ("notation", "lines"),
    [
        (
            LECTURE,
            [
                r"\Function{truncated\_gradient}{$\theta, J, P, g, t, \tau$}",
                r"\State $G \gets G + P_{k}^{\mathsf{T}} \, \delta$",
                r"\State $\delta \gets J_{k}^{\mathsf{T}} \, \delta$",
            ],
        ),
        (
            D2L,
            [
                r"\State $\mathbf{G} \gets \mathbf{G} + \mathbf{P}_{k}^{\mathsf{T}} \, "
                r"\boldsymbol{\delta}$",
                r"\State $\boldsymbol{\delta} \gets \mathbf{J}_{k}^{\mathsf{T}} \, "
                r"\boldsymbol{\delta}$",
            ],
        ),
    ],
)
def test_truncated_bptt_is_in_the_letters(notation: Notation, lines: list[str]) -> None:
    latex = shown("truncation", notation)
    for line in lines:
        assert line in latex


def test_the_caption_says_what_goes_in_and_is_true_in_its_layout() -> None:
    lstm, letters = lettered_subject(named("lstm"), LECTURE)
    of = {
        name: algorithms_shown(rnn, notation)["truncation"].caption
        for name, rnn, notation in (
            ("lecture", elman(), LECTURE),
            ("d2l", elman(), D2L),
            ("pascanu", sigma_inside(), PASCANU),
            ("lstm", lstm, letters),
        )
    }
    assert r"$g^{\mathsf{T}} = \frac{\partial L_{t}}{\partial s_{t}}$" in of["lecture"]
    assert r"$J_{k} = \frac{\partial s_{k}}{\partial s_{k - 1}}$" in of["lecture"]
    assert r"$\mathbf{g} = \frac{\partial \ell_{t}}{\partial \mathbf{h}_{t}}$" in of["d2l"]
    assert r"$\mathbf{J}_{k}^{\mathsf{T}} = \frac{\partial \mathbf{h}_{k}}" in of["d2l"]
    assert r"$J_{k} = \frac{\partial x_{k}}{\partial x_{k - 1}}$" in of["pascanu"]
    assert r"$\theta = \operatorname{vec}\left(W_{f}\right)$" in of["lstm"]


@pytest.mark.parametrize("notation", [*KNOWN.values(), CROWDED], ids=lambda n: n.name)
def test_no_two_names_of_the_code_have_one_letter(notation: Notation) -> None:
    letters = letters_of(notation)
    assert len(set(letters.values())) == len(letters) > len(QUANTITIES)


def test_a_letter_that_is_taken_gives_way() -> None:
    latex = shown("clipping_by_norm", CROWDED)
    assert r"{$q, \delta$}" in latex and not re.search(r"(?<![\\a-z])[gn](?![a-z])", latex)


def test_the_gradients_of_all_parameters_are_summed_without_doubt() -> None:
    assert (
        r"\State $\rho \gets \sqrt{ \sum_{g \in \mathcal{G}} \left\lVert g \right\rVert^{2} }$"
    ) in shown("other_clippings", LECTURE)
