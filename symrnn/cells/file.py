"""A cell from a file in TOML.

text = "h = (1 - alpha) * h' + alpha * phi(W [h'; u] + b)"
cell = "lstm"                 # in place of text: a cell that comes along
layers = 2                    # copies of it, each reading what the one below gives
readout = "softmax"           # or "linear"
loss = "cross_entropy"        # or "squared", "unknown"
reference = "…"               # where the cell is from
inputs = ["u"]                # without it: x

[shapes]                      # where a letter says something else: "scalar", a size, two sizes
alpha = "d"

[activations]                 # what a function is; "unknown" where nothing is known of it
phi = "tanh"

[sizes]                       # numbers for sizes
d = 3

[letters]                     # LaTeX for print
W = "W_{\\\\text{rec}}"
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from symrnn import cells
from symrnn.cells.from_text import cell
from symrnn.cells.layers import stacked
from symrnn.cells.readout import with_measure
from symrnn.cells.step import Cell
from symrnn.errors import ParseError, SymrnnError
from symrnn.reading.declarations import Declarations
from symrnn.toml_text import toml_text

_TYPES: dict[str, type] = {
    "name": str,
    "text": str,
    "cell": str,
    "layers": int,
    "readout": str,
    "loss": str,
    "reference": str,
    "inputs": list,
    "shapes": dict,
    "activations": dict,
    "sizes": dict,
    "letters": dict,
}
_WORDS: dict[type, str] = {str: "text", int: "an integer", list: "a list", dict: "a table"}
_OF_TEXT = ("inputs", "shapes", "activations")
"""What says how a text is read."""
_LONGEST = 64 * 1024
_Made = TypeVar("_Made")


def read_cell_file(path: str | Path) -> Cell:
    """The cell of a file.

    Args:
        path: a file in TOML.

    Raises:
        ParseError: for a file that can not be read, or is no cell, naming the file and the key.
        SymrnnError: whatever `cell` raises, naming the file.
    """
    content = toml_text(path, "a cell", _LONGEST)
    return parse_cell_file(content, Path(path).stem, str(path))


def parse_cell_file(content: str, name: str, file: str) -> Cell:
    """The cell of a file's content.

    Args:
        content: the TOML.
        name: what the cell is called unless the file says it.
        file: the file, for messages.

    Raises:
        ParseError: as `read_cell_file`.
    """
    try:
        read = tomllib.loads(content)
    except ValueError as error:
        raise ParseError(f"{file}: {error}", {"expected": "TOML"}) from error
    except RecursionError as error:
        raise ParseError(f"{file}: nested too deeply", {"expected": "TOML"}) from error
    for key, value in read.items():
        if key not in _TYPES:
            detail = {"expected": ", ".join(_TYPES), "got": key}
            raise ParseError(f"{file}, key {key}: there is no such key", detail)
        if not isinstance(value, _TYPES[key]):
            detail = {"expected": _WORDS[_TYPES[key]], "got": repr(value)}
            raise ParseError(f"{file}, key {key}: not of the right type", detail)
    made = _built_on(_core(read, name, file), read, file)
    if "sizes" in read:
        made = _at(file, "sizes", partial(made.sized, **read["sizes"]))
    reference, letters = read.get("reference", made.reference), read.get("letters", made.letters)
    return _at(file, "letters", partial(replace, made, letters=letters, reference=reference))


def _core(read: Mapping[str, Any], name: str, file: str) -> Cell:
    """The cell that the file gives as a text or names."""
    if "cell" in read:
        beside = [key for key in ("text", *_OF_TEXT) if key in read]
        if beside:
            detail = {"expected": "a text, or the name of a cell", "got": f"cell and {beside[0]}"}
            raise ParseError(f"{file}, key {beside[0]}: the cell has a text", detail)
        return replace(
            _at(file, "cell", partial(cells.named, read["cell"])), name=read.get("name", name)
        )
    if "text" not in read:
        expected = 'text = "h = …" or cell = "NAME"'
        raise ParseError(f"{file}: the key text is missing", {"expected": expected})
    functions = read.get("activations", {})
    activations = {name: None if v == "unknown" else v for name, v in functions.items()}
    # Each by itself first, so that a complaint can say which key it is about.
    _at(file, "inputs", partial(Declarations, inputs=read.get("inputs")))
    _at(file, "shapes", partial(Declarations, shapes=read.get("shapes", {})))
    _at(file, "activations", partial(Declarations, activations=activations))
    return _at(
        file,
        "text",
        partial(
            cell,
            read["text"],
            name=read.get("name", name),
            inputs=read.get("inputs"),
            shapes=read.get("shapes"),
            activations=activations,
        ),
    )


def _built_on(made: Cell, read: Mapping[str, Any], file: str) -> Cell:
    """The cell in layers, with a readout and a loss, as far as the file asks for them."""
    called = made.name
    if "layers" in read:
        made = _at(file, "layers", partial(stacked, made, read["layers"]))
    if "readout" in read:
        made = _at(file, "readout", partial(with_measure, made, read["readout"], None))
    if "loss" in read:
        made = _at(file, "loss", partial(with_measure, made, None, read["loss"]))
    return replace(made, name=called)


def _at(file: str, key: str, make: Callable[[], _Made]) -> _Made:
    """What `make` gives; an error says the file and the key it comes from."""
    try:
        return make()
    except SymrnnError as error:
        raise type(error)(f"{file}, key {key}: {error.message}", error.detail) from error
