"""Names that say what an array does in a cell: Wxh takes x to h, Wx takes x, bh is added in h."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from symrnn.cells import Cell
from symrnn.language.algebra import MatrixProduct, MatrixSum
from symrnn.language.names import in_code
from symrnn.language.time import TimeVector

LETTERS = ("W", "U", "V", "weight")
"""What names of matrices begin with."""

BIASES = ("b", "bias")

Role = tuple[str, str]
"""The vector that a matrix is applied to, "" for a bias; and the vector that it is computed for."""


def roles(of: Cell) -> dict[str, Role]:
    """What each parameter does, by its name; one that does several things has no role."""
    found: dict[str, set[Role]] = {}
    given = {each.label for each in (*of.states, *of.inputs)}
    parameters = {*of.parameters}
    for vector, value in of.definitions.items():
        target = vector.label.removeprefix("a_")
        for product in value.find(lambda node: isinstance(node, MatrixProduct)):
            matrix, last = product.factors[0], product.factors[-1]
            if len(product.factors) == 2 and matrix in parameters:
                read = {v.label for v in last.atoms(TimeVector)}
                if isinstance(last, TimeVector) or len(read := read & given) == 1:
                    found.setdefault(in_code(matrix.name), set()).add((next(iter(read)), target))
        for total in value.find(lambda node: isinstance(node, MatrixSum)):
            for term in total.args:
                if term in parameters:
                    found.setdefault(in_code(term.name), set()).add(("", target))
    return {name: next(iter(each)) for name, each in found.items() if len(each) == 1}


def spellings(of: Cell) -> dict[str, str]:
    """The parameter that each such name means, in small letters without underscores.

    A name that may mean two parameters means none.
    """
    known = roles(of)
    pairs, sources = Counter(known.values()), Counter(source for source, _ in known.values())
    states = [each.label for each in of.states]
    inputs = [each.label for each in of.inputs if sources[each.label]]
    taken = {each.label for each in (*of.order, *of.inputs)}
    found: dict[str, set[str]] = {}

    def words(label: str) -> Iterator[str]:
        yield label
        if states == [label]:
            yield from ({"h", "s"} - taken)
        if [label] == inputs:
            yield from ({"x", "i"} - taken)

    for name, (source, target) in known.items():
        said = set()
        for one in words(source) if source else [""]:
            for other in words(target):
                said |= {f"{letter}{one}{other}" for letter in (LETTERS if source else BIASES)}
                if source and pairs[target, source] == 0:
                    said |= {f"{letter}{other}{one}" for letter in LETTERS}
            if source and sources[source] == 1:
                said |= {f"{letter}{one}" for letter in LETTERS}
        for each in said:
            found.setdefault(_plain(each), set()).add(name)
    return {each: next(iter(names)) for each, names in found.items() if len(names) == 1}


def named_by_role(of: Cell, function: Callable[..., Any]) -> dict[str, str] | None:
    """Which parameter each argument of a function is, where their names say what they do.

    None where the names are the cell's own, or do not say it of every parameter.
    """
    try:
        arguments = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return None
    own = {_plain(in_code(each.name)): in_code(each.name) for each in of.parameters}
    meant = spellings(of)
    found = {
        each: parameter
        for each in arguments
        if (parameter := own.get(_plain(each)) or meant.get(_plain(each))) is not None
    }
    complete = sorted(found.values()) == sorted(own.values())
    renamed = any(_plain(each) not in own for each in found)
    return found if complete and renamed else None


def _plain(name: str) -> str:
    return name.replace("_", "").lower()
