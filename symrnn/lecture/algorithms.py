"""The algorithms of the lecture: the Python that runs, in the letters of the notation."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping

from symrnn.cells.elman import elman
from symrnn.language.derivatives import ImmediateDerivative, TotalDerivative
from symrnn.language.notation import DENOMINATOR, LECTURE, QUANTITIES, Notation
from symrnn.language.structure import Vec
from symrnn.lecture.statements import Writer
from symrnn.numeric import algorithms
from symrnn.theory.about import Subject
from symrnn.typeset.algorithms import algorithm
from symrnn.typeset.blocks import Algorithm

_GREEK = tuple(rf"\{name}" for name in ("delta", "alpha", "beta", "epsilon", "zeta", "xi", "rho"))

#: What the code has beside the quantities of the notation, and the letters it may have: the first
#: that is free. Vectors and matrices take the notation's font.
_VECTORS: Mapping[str, tuple[str, ...]] = {
    "g": tuple("gqpvy" + string.ascii_lowercase),
    "G": tuple("GQVY" + string.ascii_uppercase),
    "J": tuple("JFKHR" + string.ascii_uppercase),
    "P": tuple("PQRNY" + string.ascii_uppercase),
    "delta": _GREEK,
    "theta": (r"\theta", r"\vartheta", *_GREEK),
}
_NUMBERS: Mapping[str, tuple[str, ...]] = {
    "n": (r"\rho", *"rNM", *string.ascii_lowercase),
    "gradients": tuple(rf"\mathcal{{{letter}}}" for letter in "GSQ" + string.ascii_uppercase),
}


def algorithms_shown(
    rnn: Subject | None = None, notation: Notation = LECTURE
) -> dict[str, Algorithm]:
    """The algorithms that run, by the statement they stand with.

    Args:
        rnn: the cell of the lecture, the Elman cell by default: truncated BPTT is said of its
            parameters.
        notation: its letters, fonts and layout.
    """
    rnn, writer, letters = rnn or elman(), Writer(notation, {}), letters_of(notation)
    shown = _truncated(rnn, writer, letters) if rnn.shown_parameters else {}
    return {
        **shown,
        "clipping_by_norm": algorithm(
            algorithms.clip_by_norm,
            "Clipping by norm",
            caption=f"The gradient ${letters['g']}$, shortened to length ${letters['kappa']}$ "
            "where it is longer.",
            label="clip-by-norm",
            letters=letters,
        ),
        "other_clippings": algorithm(
            algorithms.clip_by_global_norm,
            "Clipping by global norm",
            caption=f"One factor for the gradients ${letters['gradients']}$ of all parameters.",
            label="clip-by-global-norm",
            letters=letters,
        ),
    }


def _truncated(rnn: Subject, writer: Writer, letters: dict[str, str]) -> dict[str, Algorithm]:
    """Truncated BPTT of one parameter."""
    return {
        "truncation": algorithm(
            algorithms.truncated_gradient,
            "Truncated back-propagation through time",
            caption=f"{'; '.join(_given(rnn, writer, letters))}.",
            label="truncated-bptt",
            names=algorithms.IDENTIFIERS,
            arrays=("theta", "J", "P", "delta"),
            letters=letters,
        )
    }


def _given(rnn: Subject, writer: Writer, letters: dict[str, str]) -> Iterator[str]:
    """What the algorithm of truncated BPTT is called with, and what it returns.

    In the code all derivatives are in numerator layout: in denominator layout they are the
    transposed of what is written there.
    """
    s, L, k, t, entries = rnn.s, rnn.L, rnn.k, rnn.t, Vec(rnn.shown_parameter)
    layout = writer.notation.layout
    turned = r"^{\mathsf{T}}"
    # A column is what denominator layout has of a number's derivative.
    column, matrix = ("", turned) if layout == DENOMINATOR else (turned, "")
    step = TotalDerivative(s[k], s[k - 1], layout)
    yield f"${letters['theta']} = {writer.latex(entries)}$"
    yield f"${letters['J']}_{{{writer.latex(k)}}}{matrix} = {writer.latex(step)}$"
    now = ImmediateDerivative(s[k], entries, layout)
    yield f"${letters['P']}_{{{writer.latex(k)}}}{matrix} = {writer.latex(now)}$"
    yield f"${letters['g']}{column} = {writer.latex(TotalDerivative(L[t], s[t], layout))}$"
    whole = TotalDerivative(L[t], entries, layout)
    said = writer.prose("over at most τ factors")
    yield f"${letters['G']}{column}$ is ${writer.latex(whole)}$ {said}"


def letters_of(notation: Notation) -> dict[str, str]:
    """The LaTeX of every name in the code of the algorithms; no two have one letter."""
    letters = {quantity: notation.letter(quantity) for quantity in QUANTITIES}
    taken = {notation.plain(quantity) for quantity in QUANTITIES}
    taken |= {*notation.arrays.values(), *notation.numbers.values()}
    for name, candidates in {**_VECTORS, **_NUMBERS}.items():
        spoken = notation.spoken.get(name)
        free = spoken or next(letter for letter in candidates if letter not in taken)
        taken.add(free)
        letters[name] = notation.styled(free) if name in _VECTORS else free
    return letters
