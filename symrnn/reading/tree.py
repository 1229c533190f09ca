"""What a text says, before anything is known of shapes: one class a construct."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symrnn.reading.source import Span


@dataclass(frozen=True, eq=False)
class Node:
    """A piece of an expression and where it stands."""

    span: Span


@dataclass(frozen=True, eq=False)
class Number(Node):
    """A number, exact."""

    value: Fraction


@dataclass(frozen=True, eq=False)
class Name(Node):
    """A name, at the step's own time or (`back`) one step before."""

    name: str
    back: bool = False


@dataclass(frozen=True, eq=False)
class Call(Node):
    """A function applied to every entry; softmax, to the whole column."""

    function: str
    argument: Node


@dataclass(frozen=True, eq=False)
class Transpose(Node):
    """Aᵀ."""

    operand: Node


@dataclass(frozen=True, eq=False)
class Power(Node):
    """aⁿ: of a matrix the product, of a column entry by entry."""

    operand: Node
    exponent: int


@dataclass(frozen=True, eq=False)
class Stack(Node):
    """[a; b; …], one below the other."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Product(Node):
    """A B …, the product of matrices, with scalars anywhere in it."""

    factors: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Entrywise(Node):
    """a * b / c …: each operand with whether it divides."""

    operands: tuple[tuple[bool, Node], ...]


@dataclass(frozen=True, eq=False)
class Negative(Node):
    """−a."""

    operand: Node


@dataclass(frozen=True, eq=False)
class Sum(Node):
    """a + b − c …: each term with whether it is subtracted."""

    terms: tuple[tuple[bool, Node], ...]


@dataclass(frozen=True, eq=False)
class Definition:
    """`name = expression`."""

    name: Name
    value: Node


def children(node: Node) -> tuple[Node, ...]:
    """The pieces that a node is made of, in order."""
    match node:
        case Call(argument=inner) | Transpose(operand=inner) | Negative(operand=inner):
            return (inner,)
        case Power(operand=inner):
            return (inner,)
        case Stack(parts=inner) | Product(factors=inner):
            return inner
        case Entrywise(operands=inner) | Sum(terms=inner):
            return tuple(each for _, each in inner)
    return ()


def names_in(node: Node) -> list[Name]:
    """The names in an expression, left to right."""
    found = [node] if isinstance(node, Name) else []
    return found + [name for child in children(node) for name in names_in(child)]
