"""Functions of columns of which a cell says nothing but what they read, as Coq has them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sympy import Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import NotSupportedError
from symrnn.language.derivatives import VectorFunction
from symrnn.machine.arithmetic import name_of
from symrnn.machine.sizes import stacked_size


@dataclass(frozen=True)
class VectorMap:
    """A function of columns: its name, its rows, and those of its arguments."""

    name: str
    rows: Any
    reads: tuple[Any, ...]

    @property
    def coq(self) -> str:
        """How it is called: as no symbol is, and no vector, one of which may have its name."""
        return f"{name_of(Symbol(self.name)).removesuffix('_')}_map"

    @property
    def type(self) -> str:
        """Its type."""
        return " -> ".join(_column(each) for each in (*self.reads, self.rows))

    @property
    def differentiable(self) -> str:
        """That it is differentiable in all its arguments together, everywhere."""
        domain = " * ".join(_column(each) for each in self.reads)
        last = len(self.reads) - 1
        firsts = ["z" + ".1" * (last - place) for place in range(len(self.reads))]
        given = [first + (".2" if place else "") for place, first in enumerate(firsts)]
        function = f"(fun z : {domain} => {self.coq} {' '.join(given)})"
        return f"(forall z, differentiable {function} z)"


def _column(rows: Any) -> str:
    return f"'cV[R]_{stacked_size([rows])}"


def maps_of(values: Iterable[MatrixExpr]) -> tuple[VectorMap, ...]:
    """The functions of columns in definitions, in the order of their names.

    Raises:
        NotSupportedError: two of them have one name.
    """
    found = {
        VectorMap(f.label, f.shape[0], tuple(each.shape[0] for each in f.arguments))
        for value in values
        for f in value.atoms(VectorFunction)
    }
    called = sorted(each.name for each in found)
    if len(set(called)) < len(called):
        raise NotSupportedError(
            "two functions of columns have one name", {"got": ", ".join(called)}
        )
    return tuple(sorted(found, key=str))
