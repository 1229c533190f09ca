"""The cells that come along, a small file each."""

from __future__ import annotations

import difflib
from functools import cache
from importlib.resources import files

from symrnn.cells.file import parse_cell_file
from symrnn.cells.readout import with_measure
from symrnn.cells.step import Cell
from symrnn.errors import IllFormedError

_FOLDER = files("symrnn.cells").joinpath("texts")
_ENDING = ".toml"


@cache
def names() -> tuple[str, ...]:
    """The names of the cells that come along.

    >>> names()[:3]
    ('antisymmetric', 'coupled_gates', 'elman')
    """
    found = (entry.name for entry in _FOLDER.iterdir())
    return tuple(sorted(n.removesuffix(_ENDING) for n in found if n.endswith(_ENDING)))


def named(name: str, *, readout: str | None = None, loss: str | None = None) -> Cell:
    """A cell that comes along.

    Args:
        name: one of `names()`.
        readout, loss: what is read from it and what it is measured by; see `with_readout` and
            `with_loss`.

    Raises:
        IllFormedError: for a name that is not known.

    >>> print(named("elman"))
    h = tanh(W h' + U x + b)
    """
    return with_measure(_named(name), readout, loss)


@cache
def _named(name: str) -> Cell:
    if name not in names():
        near = difflib.get_close_matches(str(name), names(), n=1)
        raise IllFormedError(
            f"there is no cell {name!r}",
            {
                "expected": ", ".join(names()),
                "got": name,
                **({"hint": f"did you mean {near[0]}?"} if near else {}),
            },
        )
    file = _FOLDER.joinpath(name + _ENDING)
    return parse_cell_file(file.read_text(encoding="utf-8"), name, file.name)
