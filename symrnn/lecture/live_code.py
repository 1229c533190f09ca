"""The code that a lecture's notebook begins with, and of the picture of its bound."""

from __future__ import annotations

from typing import Any

from symrnn.cells.subject import with_numbers
from symrnn.errors import NotSupportedError
from symrnn.language.notation import DENOMINATOR, KNOWN, LECTURE, Notation
from symrnn.language.relations import Equation
from symrnn.language.shapes import symbolic
from symrnn.language.writing import text
from symrnn.lecture.lettering import subject_in
from symrnn.theory.about import Subject, is_example

SETUP = """\
import numpy as np
{display}
from symrnn import Kernels, compare, {cell}, lower, random_weights, slope_bound
{writer}from symrnn.typeset.figures import Curve, norm_decay

{board}general = {cell}()          # {recurrence}, for any σ
special = {cell}("tanh")    # the same with numbers that can be run
weights = random_weights(d=8, m=2, steps=12, seed=0)
library = {{}}"""

DISPLAY = "from IPython.display import Markdown, Math\n"
WRITER = """\
from symrnn.language.notation import {name}
from symrnn.lecture.statements import Writer
{layout}"""
TURNED = "from symrnn.theory.layout import in_denominator_layout\n"

OF_A_CELL = """\
from IPython.display import Markdown, Math

{numbers}from symrnn import cell
from symrnn.language.notation import Notation
from symrnn.lecture.statements import Writer
from symrnn.cells.subject import network
{layout}
general = network(cell(\"\"\"
{text}
\"\"\", name={name!r}))
board = Writer({notation}, {{}}, general.in_parts)    # its letters
{special}library = {{}}"""

NUMBERS = """\
import numpy as np
from symrnn import Kernels, compare, lower, random_weights
from symrnn.cells.subject import with_numbers
from symrnn.typeset.figures import Curve, norm_decay

"""
SPECIAL = """\
special = with_numbers(general)    # the same with functions that can be run
weights = random_weights(special.cell, steps=12, seed=0{sizes})
"""

DRAWN = """\
kernels = Kernels(special)
run = kernels.run({arguments})
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

LETTERED = "weights.W, weights.U, weights.b, weights.s0, weights.x"
GAMMA_LAMBDA = """\
    "gamma": float(slope_bound(special.sigma).value),
    "lambda_": np.linalg.norm(weights.W, 2),"""
STRETCH = """\
    "{q}": max(
        np.linalg.norm(kernels.jacobian(run, j, j - 1), 2) for j in range(1, run.steps + 1)
    ),"""
"""What the bound speaks of: of a cell with one weight matrix, and of any other."""


def setup(notation: Notation, rnn: Subject | None = None) -> str:
    """The first code cell: what the others need, and the recurrence with its two activations."""
    rnn = rnn or subject_in(notation)
    if not is_example(rnn):
        layout = TURNED if notation.layout == DENOMINATOR else ""
        special = SPECIAL.format(sizes=_sizes(rnn)) if has_numbers(rnn) else ""
        return OF_A_CELL.format(
            numbers=NUMBERS if special else "",
            text=rnn.cell.text,
            name=rnn.cell.name,
            notation=_written(notation),
            layout=layout,
            special=special,
        )
    lettered = notation != LECTURE
    s, a = rnn.s[rnn.j], rnn.a[rnn.j]
    definition: Any = rnn.recurrence.definition
    step = Equation(s, definition(s).subs(a, definition(a)))
    known = notation == KNOWN.get(notation.name)
    value = f'KNOWN["{notation.name}"]' if known else _written(notation)
    layout = TURNED if notation.layout == DENOMINATOR else ""
    name = "KNOWN" if known else "Notation"
    return SETUP.format(
        display=DISPLAY if lettered else "",
        cell=rnn.cell.name,
        writer=WRITER.format(name=name, layout=layout) if lettered else "",
        board=f"board = Writer({value}, {{}})    # its letters\n" if lettered else "",
        recurrence=text(step),
    )


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
            for key in ("arrays", "numbers", "spoken")
            if (own := getattr(notation, key))
        },
    }
    return f"Notation({', '.join(f'{key}={value!r}' for key, value in settings.items())})"


def drawn(name: str, place: int, axes: str, rnn: Subject) -> str:
    """The bound over a run; what it speaks of is known of the cell, or measured.

    Args:
        name: of the statement.
        place: of the part that claims the bound.
        axes: a further argument that names the axes, or nothing.
        rnn: the cell.
    """
    known = is_example(rnn)
    return DRAWN.format(
        name=name,
        place=place,
        axes=axes,
        arguments=LETTERED if known else "weights",
        numbers=GAMMA_LAMBDA if known else STRETCH.format(q=rnn.letter("q").name),
        t=rnn.t.name,
        k=rnn.k.name,
    )
