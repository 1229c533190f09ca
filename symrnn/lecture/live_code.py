"""The code that a lecture's notebook begins with, and of the picture of its bound."""

from __future__ import annotations

from keyword import iskeyword
from typing import Any

from symrnn.cells.subject import with_numbers
from symrnn.errors import NotSupportedError
from symrnn.language.names import in_code
from symrnn.language.notation import DENOMINATOR, KNOWN, LECTURE, Notation
from symrnn.language.shapes import symbolic
from symrnn.lecture.lettering import subject_in
from symrnn.theory.about import Subject

SETUP = """\
{display}
{numbers}from symrnn import cell
{writer}from symrnn.theory.about import subject_of
{layout}
general = subject_of(cell(\"\"\"
{text}
\"\"\"{arguments}))
{board}{special}library = {{}}"""

DISPLAY = "from IPython.display import Markdown, Math\n"
WRITER = """\
from symrnn.language.notation import {name}
from symrnn.lecture.statements import Writer
"""
TURNED = "from symrnn.theory.layout import in_denominator_layout\n"

NUMBERS = """\
import numpy as np
from symrnn import Kernels, compare, lower, random_weights, slope_bound
from symrnn.cells.subject import with_numbers
from symrnn.typeset.figures import Curve, norm_decay

"""
SPECIAL = """\
special = with_numbers(general)    # the same with functions that can be run
weights = random_weights(special.cell, steps=12, seed=0{sizes})
"""

DRAWN = """\
kernels = Kernels(special)
run = kernels.run(weights)
norms = kernels.norms(run)    # at t - k = 0, 1, …

bound = lower({name}.parts(special)[{place}].claim.rhs, "bound")
numbers = {{
{numbers}
    "{t}": run.steps,
}}
bounds = np.array([bound({{**numbers, "{k}": k}}) for k in range(run.steps, -1, -1)])
assert (norms <= bounds * (1 + 1e-12)).all()

distance = range(run.steps + 1)
norm_decay(
    [
        Curve("measured", distance, norms.tolist()),
        Curve("bound", distance, bounds.tolist(), "first bound"),
    ]{axes}
)"""

GAMMA_LAMBDA = """\
    "{gamma}": float(slope_bound(special.sigma).value),
    "{lam}": np.linalg.norm(weights.parameters["{W}"], 2),"""
STRETCH = """\
    "{q}": max(
        np.linalg.norm(kernels.jacobian(run, j, j - 1), 2) for j in range(1, run.steps + 1)
    ),"""
"""What the bound speaks of: γ and λ, or the largest norm of a step."""


def setup(notation: Notation, rnn: Subject | None = None) -> str:
    """The first code cell: what the others need, and the recurrence with its functions unknown and
    with functions that can be run."""
    rnn = rnn or subject_in(notation)
    lettered = notation != LECTURE
    known = notation == KNOWN.get(notation.name)
    value = f'KNOWN["{notation.name}"]' if known else _written(notation)
    board = f"board = Writer({value}, {{}}, general.in_parts)    # its letters\n"
    numbers = has_numbers(rnn)
    return SETUP.format(
        display=DISPLAY if lettered else "",
        numbers=NUMBERS if numbers else "",
        writer=WRITER.format(name="KNOWN" if known else "Notation") if lettered else "",
        layout=TURNED if lettered and notation.layout == DENOMINATOR else "",
        text=rnn.cell.text,
        arguments=_arguments(rnn),
        board=board if lettered else "",
        special=SPECIAL.format(sizes=_sizes(rnn)) if numbers else "",
    ).lstrip("\n")


def _arguments(rnn: Subject) -> str:
    """What the text of a cell does not say: its name, and functions that have no more than one."""
    unnamed = {f.name: None for f in rnn.cell.activations if f.is_unknown}
    said = f", activations={unnamed!r}" if unnamed else ""
    return f"{said}, name={rnn.cell.name!r}"


def has_numbers(rnn: Subject) -> bool:
    """Whether the functions of a cell can be run: they are known, or one may stand for them."""
    try:
        with_numbers(rnn)
    except NotSupportedError:
        return False
    return True


def _sizes(rnn: Subject) -> str:
    """The sizes of the random net: states of 4 entries, all else of 2."""
    states = {s for each in rnn.states for s in symbolic(each.rows).free_symbols}
    return "".join(f", {size}={4 if size in states else 2}" for size in rnn.cell.sizes)


def _written(notation: Notation) -> str:
    """The call that makes a notation; its letters are checked symbols."""
    settings = {
        "name": notation.name,
        "letters": dict(notation.letters),
        "vectors": notation.vectors,
        "layout": notation.layout,
        "cell": notation.cell,
        **{
            key: dict(own)
            for key in ("arrays", "numbers", "spoken", "words")
            if (own := getattr(notation, key))
        },
    }
    return f"Notation({', '.join(f'{key}={value!r}' for key, value in settings.items())})"


def drawn(name: str, place: int, claim: Any, axes: str, rnn: Subject) -> str:
    """The bound over a run; what it speaks of is known of the cell, or measured.

    Args:
        name: of the statement.
        place: of the part that claims the bound.
        claim: what that claims.
        axes: a further argument that names the axes, or nothing.
        rnn: the cell.
    """
    if rnn.gamma in claim.free_symbols:
        gamma, lam = (
            f"{each.name}_" if iskeyword(each.name) else each.name for each in (rnn.gamma, rnn.lam)
        )
        numbers = GAMMA_LAMBDA.format(gamma=gamma, lam=lam, W=in_code(rnn.W.name))
    else:
        numbers = STRETCH.format(q=rnn.letter("q").name)
    return DRAWN.format(
        name=name, place=place, axes=axes, numbers=numbers, t=rnn.t.name, k=rnn.k.name
    )
