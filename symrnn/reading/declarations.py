"""What may be declared beside the text: inputs, shapes, activations."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from symrnn.activation_text import parse_activation
from symrnn.entrywise import ENTRYWISE, entrywise
from symrnn.errors import IllFormedError
from symrnn.language.activations import FORMULAS, Activation, activation, unknown
from symrnn.reading.letters import (
    ALIASES,
    COLUMN,
    FUNCTION,
    IDENTITY,
    MATRIX,
    SCALAR,
    UNKNOWN,
    base,
    canonical,
    kind_of,
)

Extent = str | int
"""A size as it is declared: a name such as "d", or a number."""


@dataclass(frozen=True)
class Declarations:
    """What the letters of a text do not say.

    Args:
        inputs: names of the inputs; without them `x` and x with a subscript are inputs.
        shapes: for a name "scalar", one size for a column or two for a matrix; a size is a name
            such as "d" or a positive integer.
        activations: for the name of a function what it is: a name such as "tanh", a formula in x,
            an `Activation`, or None where nothing is known of it.

    Raises:
        IllFormedError: for a name or a value that is none, naming the key.
    """

    inputs: Sequence[str] | None = None
    shapes: Mapping[str, Extent | Sequence[Extent]] = field(default_factory=dict)
    activations: Mapping[str, str | Activation | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        inputs = None if self.inputs is None else tuple(map(_name, self.inputs))
        shapes = {_name(name): _extents(name, given) for name, given in self.shapes.items()}
        functions = {_name(name): given for name, given in self.activations.items()}
        for name, given in functions.items():
            _activation(name, given)
        for name in {*functions} & ({*shapes} | {*(inputs or ())}):
            raise IllFormedError(
                f"{name} is declared twice", {"expected": "an activation or a vector, not both"}
            )
        object.__setattr__(self, "inputs", inputs)
        object.__setattr__(self, "shapes", shapes)
        object.__setattr__(self, "activations", functions)

    def kind(self, name: str) -> str | None:
        """What a name is: by its declaration, else by its letters."""
        if name in self.activations:
            return FUNCTION
        if name in self.shapes:
            return (SCALAR, COLUMN, MATRIX)[len(self.extents(name))]
        return COLUMN if name in (self.inputs or ()) else kind_of(name)

    def is_input(self, name: str) -> bool:
        """Whether a vector that is not defined is an input rather than a parameter."""
        return base(name) == "x" if self.inputs is None else name in self.inputs

    def extents(self, name: str) -> tuple[Extent, ...]:
        """The declared sizes of a name: none for a scalar, one for a column."""
        given = self.shapes[name]
        return tuple(given) if isinstance(given, tuple) else ()

    def activation(self, name: str) -> Activation:
        """The activation that a function's name stands for."""
        if name in self.activations:
            return _activation(name, self.activations[name])
        if base(name) in UNKNOWN:
            return unknown(name)
        if name in ENTRYWISE:
            return entrywise(name)
        return activation(ALIASES.get(name, name))


def _activation(name: str, given: str | Activation | None) -> Activation:
    if given is None:
        return unknown(name)
    if isinstance(given, Activation):
        return given
    known = ALIASES.get(given, given) if isinstance(given, str) else None
    if known in FORMULAS:
        return activation(known)
    if known is None or known.replace("_", "").isalnum():
        expected = ", ".join(["sigmoid", *FORMULAS]) + ', or a formula such as "x / (1 + abs(x))"'
        raise IllFormedError(
            f"the activation {name}: {given!r} is not known",
            {"expected": expected, "got": repr(given)},
        )
    return activation(parse_activation(known), name)


def _name(name: object) -> str:
    if not isinstance(name, str) or not re.fullmatch(r"[^\W\d_]\w*(\{\w+\}\w*)*", name):
        raise IllFormedError(
            f"{name!r} is declared, but is no name",
            {"expected": "letters, digits and subscripts, as in W_{hh}", "got": repr(name)},
        )
    if name == IDENTITY:
        raise IllFormedError(f"{IDENTITY} is the identity", {"expected": "another name"})
    return canonical(name)


def _extents(name: str, given: object) -> tuple[Extent, ...]:
    parts = () if given == SCALAR else given if isinstance(given, list | tuple) else (given,)
    wrong = [part for part in parts if not _is_extent(part)]
    if wrong or len(parts) > 2 or (not parts and given != SCALAR):
        raise IllFormedError(
            f"the shape of {name} is none",
            {"expected": 'a size, two sizes, or "scalar"; as in "d", ["d", 3]', "got": repr(given)},
        )
    return tuple(parts)


def _is_extent(part: object) -> bool:
    if isinstance(part, str):
        return re.fullmatch(r"[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)?", part) is not None
    return isinstance(part, int) and not isinstance(part, bool) and part > 0
