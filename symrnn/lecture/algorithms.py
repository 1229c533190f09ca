"""The algorithms of the lecture: the Python that runs, in the letters of the notation."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping

from symrnn.cells.elman import elman
from symrnn.language.notation import DENOMINATOR, LECTURE, QUANTITIES, Notation
from symrnn.language.relations import Equation
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
    "v": tuple("vqpyz" + string.ascii_lowercase),
    "G": tuple("GQPVY" + string.ascii_uppercase),
    "delta": _GREEK,
    "alpha": _GREEK[1:],
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
        rnn: the cell of the lecture, the Elman cell by default; truncated BPTT depends on it.
        notation: its letters, fonts and layout.
    """
    rnn, writer, letters = rnn or elman(), Writer(notation, {}), letters_of(notation)
    shown = _truncated(rnn, writer, letters) if rnn.is_elman else {}
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
    """Truncated BPTT where one weight matrix is followed."""
    g, G, v = (letters[name] for name in ("g", "G", "v"))
    return {
        "truncation": algorithm(
            algorithms.truncated_gradient_sigma_inside
            if rnn.reads_state
            else algorithms.truncated_gradient,
            "Truncated back-propagation through time",
            caption=f"${G}$ is {writer.prose('∂L_t/∂W over at most τ factors.')} "
            f"{'; '.join(_given(rnn, writer, g, v))}.",
            label="truncated-bptt",
            names=algorithms.IDENTIFIERS,
            arrays=("W", "delta", "alpha"),
            letters=letters,
        )
    }


def _given(rnn: Subject, writer: Writer, g: str, v: str) -> Iterable[str]:
    """What the algorithm of truncated BPTT is called with."""
    k = rnn.k
    # g is a column: in denominator layout the derivative of a number is one already.
    transposed = "" if writer.notation.layout == DENOMINATOR else r"^{\mathsf{T}}"
    yield f"${g}{transposed}$ is {writer.prose('∂L_t/∂s_t')}"
    yield f"${v}_{{{writer.latex(k)}}} = {writer.latex(rnn.slopes(k))}$"
    if rnn.reads_state:
        yield writer.math(Equation(rnn.a[k], rnn.recurrence.definition(rnn.a[k])))


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
