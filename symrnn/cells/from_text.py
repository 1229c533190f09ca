"""A cell from its text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symrnn.cells.readout import with_measure
from symrnn.cells.step import Cell
from symrnn.language.activations import Activation
from symrnn.reading.cell_text import read_recurrence
from symrnn.reading.declarations import Declarations, Extent

UNNAMED = "cell"
"""What a cell is called that nobody named."""


def cell(
    text: str,
    *,
    name: str = UNNAMED,
    inputs: Sequence[str] | None = None,
    shapes: Mapping[str, Extent | Sequence[Extent]] | None = None,
    sizes: Mapping[str, int] | None = None,
    activations: Mapping[str, str | Activation | None] | None = None,
    letters: Mapping[str, str] | None = None,
    readout: str | None = None,
    loss: str | None = None,
) -> Cell:
    """A cell from its text.

    Args:
        text: definitions, one a line or separated by `;`; `symrnn.reading` has the language.
        name: what the cell is called.
        inputs: names of the inputs; without them `x` and x with a subscript.
        shapes: "scalar", a size or two sizes for names whose letters say something else.
        sizes: numbers for sizes: `{"d": 3}`.
        activations: what functions are that the text names: `{"sigma": "tanh"}`.
        letters: LaTeX for names.
        readout, loss: what is read from the cell and what it is measured by; see `with_readout`
            and `with_loss`.

    Raises:
        ParseError: for text that is not of the language, with line, column and caret.
        ShapeError: for shapes that do not fit, with both places.
        IllFormedError: for a declaration that means nothing.
        NotSupportedError: for what has a meaning but can not be read yet.

    >>> lazy = cell("h = (1 - alpha) h' + alpha tanh(W h' + U x + b)", name="leaky")
    >>> lazy.states, lazy.scalars
    ((Sequence(label='h', rows=d, cols=1),), (alpha,))
    >>> lazy.shapes["U"]
    (d, m)
    """
    declared = Declarations(inputs, shapes or {}, activations or {})
    read = Cell(name, read_recurrence(text, declared))
    made = with_measure(read, readout, loss)
    made = Cell(name, made.recurrence, letters or {})
    return made.sized(**sizes) if sizes else made
