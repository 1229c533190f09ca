"""The algorithms in the letters of a notation: all of them, no two alike, and the cell's own."""

from __future__ import annotations

import re

import pytest

from symrnn.cells.elman import elman, sigma_inside
from symrnn.language.notation import D2L, KNOWN, LECTURE, PASCANU, QUANTITIES, Notation
from symrnn.lecture.algorithms import algorithms_shown, letters_of

CROWDED = Notation("crowded", {"s": "v", "a": "g", "x": "n", "W": "G", "kappa": r"\delta"})


def shown(name: str, notation: Notation, *, inside: bool = False) -> str:
    return algorithms_shown(sigma_inside() if inside else elman(), notation)[name].latex


@pytest.mark.parametrize(
    ("notation", "inside", "lines"),
    [
        (
            LECTURE,
            False,
            [
                r"\Function{truncated\_gradient}{$W, v, s, g, t, \tau$}",
                r"\State $G \gets G + \alpha \, s_{k - 1}^{\mathsf{T}}$",
                r"\State $\delta \gets W^{\mathsf{T}} \, \alpha$",
            ],
        ),
        (
            D2L,
            False,
            [
                r"\State $\mathbf{G} \gets \mathbf{G} + \boldsymbol{\alpha} \, "
                r"\mathbf{h}_{k - 1}^{\mathsf{T}}$",
                r"\State $\boldsymbol{\delta} \gets \mathbf{W}_{hh}^{\mathsf{T}} \, "
                r"\boldsymbol{\alpha}$",
            ],
        ),
        (
            PASCANU,
            True,
            [
                r"\Function{truncated\_gradient\_sigma\_inside}{$W, v, r, g, t, \tau$}",
                r"\State $G \gets G + \delta \, r_{k}^{\mathsf{T}}$",
                r"\State $\alpha \gets W^{\mathsf{T}} \, \delta$",
            ],
        ),
    ],
)
def test_truncated_bptt_is_the_cells_in_the_letters(
    notation: Notation, inside: bool, lines: list[str]
) -> None:
    latex = shown("truncation", notation, inside=inside)
    for line in lines:
        assert line in latex


def test_the_caption_says_what_goes_in_and_is_true_in_its_layout() -> None:
    of = {
        each.name: algorithms_shown(elman(), each)["truncation"].caption for each in (LECTURE, D2L)
    }
    assert r"$g^{\mathsf{T}}$ is $\partial L_{t}/\partial s_{t}$" in of["lecture"]
    assert r"$\mathbf{g}$ is $\partial \ell_{t}/\partial \mathbf{h}_{t}$" in of["d2l"]
    assert r"$v_{k} = \sigma'\left(a_{k}\right)$" in of["lecture"]
    inside = algorithms_shown(sigma_inside(), PASCANU)["truncation"].caption
    assert r"$v_{k} = \sigma'\left(x_{k - 1}\right)$" in inside
    assert r"$r_{k} = \sigma\left(x_{k - 1}\right)$" in inside


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
