"""Vectors indexed by time: `s[j]` with an index that is an expression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import sympy
from sympy import Expr
from sympy.core.symbol import Str

from symrnn.errors import IllFormedError
from symrnn.language.algebra import MatrixNode
from symrnn.language.names import require_name
from symrnn.language.shapes import Shape, symbolic


class TimeVector(MatrixNode):
    """The value at one time of a quantity that changes with time."""

    def __new__(cls, label: Any, index: Any, rows: Any, cols: Any = 1) -> TimeVector:
        label = Str(require_name("a sequence", label))
        index = symbolic(index)
        if not isinstance(index, Expr) or index.is_integer is False:
            raise IllFormedError(
                f"time index of {label.name}",
                {"expected": "an integer or an integer expression", "got": repr(index)},
            )
        node = super().__new__(cls, label, sympy.expand(index), symbolic(rows), symbolic(cols))
        return cast("TimeVector", node)

    @property
    def label(self) -> str:
        """The name of the sequence: `s`, `a`, `x`, `L`."""
        return cast(str, self.args[0].name)

    @property
    def index(self) -> Expr:
        """The time."""
        return self.args[1]

    @property
    def shape(self) -> Shape:
        return (self.args[2], self.args[3])

    @property
    def sequence(self) -> Sequence:
        """The sequence this is a member of."""
        return Sequence(self.label, *self.shape)


@dataclass(frozen=True)
class Sequence:
    """A quantity that has a value at each time; `sequence[j]` is its value at time j.

    `rows` and `cols` are sizes, integers or expressions; `label` is the name it is printed with.
    """

    label: str
    rows: Any
    cols: Any = 1

    def __post_init__(self) -> None:
        """Refuse a label that is no name."""
        object.__setattr__(self, "label", require_name("a sequence", self.label))

    def __getitem__(self, index: Any) -> TimeVector:
        return TimeVector(self.label, index, self.rows, self.cols)

    def __iter__(self) -> Any:
        raise IllFormedError(
            f"the sequence {self.label} has no end",
            {"expected": "an index, as in s[j]", "got": "iteration"},
        )
