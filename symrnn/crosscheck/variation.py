"""What a program gives back line by line, and how it may differ from the right one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import sympy
from numpy.typing import NDArray
from sympy.matrices.expressions import MatrixExpr

from symrnn.crosscheck.point import Point
from symrnn.language.names import in_code
from symrnn.language.time import TimeVector

if TYPE_CHECKING:
    from symrnn.crosscheck.program import Run

Array = NDArray[Any]
Gradients = dict[str, Array]
Cotangents = dict[str, list[Any]]


@dataclass(frozen=True)
class Edge:
    """What a line gives back to one thing that it reads.

    Attributes:
        reader: the vector that the line defines.
        leaf: a vector at the same time or one step back, a parameter, or a scalar.
        formula: (∂reader/∂leaf)ᵀ δ_reader; of a scalar the vector ∂reader/∂leaf ⊙ δ_reader, whose
            entries are to be added up.
    """

    reader: TimeVector
    leaf: Any
    formula: MatrixExpr

    @property
    def name(self) -> str:
        """What the leaf is called among the gradients."""
        return name_of(self.leaf)

    @property
    def is_flow(self) -> bool:
        """Whether it goes to a vector, not to a parameter."""
        return isinstance(self.leaf, TimeVector)

    @property
    def goes_back(self) -> bool:
        """Whether it goes to the step before."""
        return isinstance(self.leaf, TimeVector) and self.leaf.index != self.reader.index


def name_of(leaf: Any) -> str:
    """The name of a parameter, or of a scalar as code has it."""
    is_scalar = isinstance(leaf, sympy.Symbol)
    return in_code(leaf.name) if is_scalar else str(getattr(leaf, "name", leaf))


@dataclass(frozen=True)
class Variation:
    """A program that is not quite the right one.

    Attributes:
        lines: other right sides of lines in the forward pass.
        edges: other contributions; None for none.
        consistent: whether the backward pass is that of the other lines (a framework's), not that
            of the right ones (a hand-written one).
        backward: lines whose backward pass alone is taken.
        point: changes the numbers before the forward pass.
        cotangents: changes what arrives from the loss, in place of it.
        carry: (state's label, time from which it is carried back, adjoint) to the adjoint carried.
        adjoints: changes a line's adjoint, by its label, before anything is given on.
        kept: for a parameter, how its contributions over time become one.
        post: changes the gradients at the end.
    """

    lines: Mapping[str, MatrixExpr] = field(default_factory=dict)
    edges: Mapping[tuple[str, MatrixExpr], MatrixExpr | None] = field(default_factory=dict)
    consistent: bool = False
    backward: Mapping[str, MatrixExpr] = field(default_factory=dict)
    point: tuple[Callable[[Point], Point], ...] = ()
    cotangents: tuple[Callable[[Run, Cotangents], Cotangents], ...] = ()
    carry: tuple[Callable[[Run, str, int, Array], Array | None], ...] = ()
    adjoints: Mapping[str, Callable[[Array], Array]] = field(default_factory=dict)
    kept: Mapping[str, Callable[[Run, list[Array]], Array]] = field(default_factory=dict)
    post: tuple[Callable[[Run, Gradients], Gradients], ...] = ()

    def also(self, other: Variation) -> Variation | None:
        """Both; None where both change one place."""
        if (
            set(self.lines) & set(other.lines)
            or set(self.edges) & set(other.edges)
            or set(self.kept) & set(other.kept)
            or set(self.backward) & set(other.backward)
            or set(self.adjoints) & set(other.adjoints)
        ):
            return None
        return Variation(
            {**self.lines, **other.lines},
            {**self.edges, **other.edges},
            self.consistent or other.consistent,
            {**self.backward, **other.backward},
            self.point + other.point,
            self.cotangents + other.cotangents,
            self.carry + other.carry,
            {**self.adjoints, **other.adjoints},
            {**self.kept, **other.kept},
            self.post + other.post,
        )


RIGHT = Variation()


def with_edges(
    changed: Mapping[tuple[str, MatrixExpr], MatrixExpr | None], **more: Any
) -> Variation:
    """A backward pass that differs in some contributions."""
    return replace(Variation(edges=dict(changed)), **more)
