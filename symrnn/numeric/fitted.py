"""Weights checked against a cell: every name, shape and dtype, before anything runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.cells import Cell
from symrnn.errors import IllFormedError, ShapeError
from symrnn.language.names import in_code
from symrnn.language.time import Sequence
from symrnn.numeric import arguments
from symrnn.numeric.weights import (
    INPUTS,
    KINDS,
    PARAMETERS,
    STATES,
    STEPS,
    Weights,
    is_matrix,
    require_steps,
)

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Fitted:
    """Weights checked against a cell, of one dtype, with its sizes and the shape of the batch.

    Attributes:
        parameters, states, inputs: by name; a scalar has batch axes alone.
        matrices, scalars: which parameters are such; the others are columns.
        sizes: by name.
        batch: what all batch axes broadcast to.
        shared: whether no parameter has a batch axis.
    """

    parameters: Mapping[str, Array]
    states: Mapping[str, Array]
    inputs: Mapping[str, Array]
    matrices: frozenset[str]
    scalars: frozenset[str]
    sizes: Mapping[str, int]
    batch: tuple[int, ...]
    shared: bool
    steps: int
    dtype: np.dtype[Any]


def fitted(cell: Cell, weights: Weights) -> Fitted:
    """The weights, every name and shape checked.

    Raises:
        IllFormedError: a name is missing or too many; non-numeric or non-finite numbers, several
            dtypes, no step.
        ShapeError: naming what does not fit, the shape expected and the shape given.
    """
    if not isinstance(weights, Weights):
        raise IllFormedError(
            f"weights of {cell.name}", {"expected": "Weights", "got": type(weights).__name__}
        )
    expected, wanted, matrices, scalars = _expected(cell)
    for kind, names in expected.items():
        given = getattr(weights, kind)
        if given.keys() != names:
            raise IllFormedError(
                f"{kind} of {cell.name}",
                {
                    "expected": ", ".join(sorted(names)) or "none",
                    "got": ", ".join(given) or "none",
                    **({"missing": m} if (m := ", ".join(sorted({*names} - {*given}))) else {}),
                    **({"unknown": u} if (u := ", ".join(sorted({*given} - {*names}))) else {}),
                },
            )
    order = [wanted[kind, name] for kind, name, _ in weights]
    plain = arguments.one_dtype(**{e.label: getattr(weights, e.kind)[e.name] for e in order})
    shapes = tuple((each.kind, each.name, plain[each.label].shape) for each in order)
    said = None if weights.steps is None else require_steps(weights.steps)
    laid = _laid_out(cell, shapes, said)
    # In the order of the cell, whichever they were given in.
    arrays: dict[str, dict[str, Array]] = {kind: {} for kind in KINDS}
    for (kind, name), each in wanted.items():
        arrays[kind][name] = plain[each.label]
    return Fitted(
        arrays[PARAMETERS],
        arrays[STATES],
        arrays[INPUTS],
        matrices,
        scalars,
        dict(laid.sizes),
        laid.batch,
        laid.shared,
        laid.steps,
        next(iter(plain.values())).dtype,
    )


@dataclass(frozen=True)
class _Layout:
    """What the shapes of all arrays say together; fields as of `Fitted`."""

    sizes: Mapping[str, int]
    batch: tuple[int, ...]
    shared: bool
    steps: int


@lru_cache(maxsize=1024)
def _laid_out(
    cell: Cell, given: tuple[tuple[str, str, tuple[int, ...]], ...], given_steps: int | None
) -> _Layout:
    """The shapes checked; the same ones come again and again, and are looked at once.

    Args:
        cell: what the arrays are for.
        given: kind, name and shape of each.
        given_steps: T, where it was said.
    """
    wanted = _expected(cell)[1]
    shapes = [(wanted[kind, name], shape) for kind, name, shape in given]
    batches: dict[str, tuple[int, ...]] = {}
    tails: dict[str, tuple[tuple[_Extent, int], ...]] = {}
    said: dict[str, Counter[int]] = {}
    for each, shape in shapes:
        axes = len(shape) - len(each.shape)
        if axes < each.lead:
            raise ShapeError(f"{each.label} has shape {shape}", {"expected": f"({each.words})"})
        batches[each.label] = shape[each.lead : axes]
        tails[each.label] = tuple(zip(each.shape, shape[axes:], strict=True))
        for extent, number in tails[each.label]:
            if extent.alone:
                said.setdefault(extent.written, Counter())[number] += 1
    # What most arrays say a size is, so that the one that is turned round is named and no other.
    sizes = {size: counts.most_common(1)[0][0] for size, counts in said.items()}
    for each, shape in shapes:
        for extent, number in tails[each.label]:
            # d + m is known once d and m are.
            known = sizes[extent.written] if extent.alone else _value(extent.size, sizes)
            _require_size(each, shape, extent, number, known)
    for each, shape in shapes:
        if each.kind == STATES and shape[-1] == 0:
            raise ShapeError(
                f"states[{each.name!r}] has shape {shape}",
                {"expected": "at least one entry", "got": "none"},
            )
    lengths = {each.name: shape[0] for each, shape in shapes if each.kind == INPUTS}
    steps = _steps(cell.name, given_steps, lengths)
    try:
        batch = np.broadcast_shapes(*batches.values())
    except ValueError:
        shown = {label: shape for label, shape in batches.items() if shape}
        raise ShapeError("the batch axes do not fit each other", shown) from None
    shared = not any(batches[each.label] for each, _ in shapes if each.kind == PARAMETERS)
    return _Layout(MappingProxyType(sizes), batch, shared, steps)


@lru_cache(maxsize=64)
def _expected(
    cell: Cell,
) -> tuple[
    dict[str, frozenset[str]], dict[tuple[str, str], _Wanted], frozenset[str], frozenset[str]
]:
    """The names of each kind; every array, in the order of the cell; which parameters are matrices,
    which scalars."""
    scalars = frozenset(in_code(each.name) for each in cell.scalars)
    matrices = frozenset(in_code(p.name) for p in cell.parameters if is_matrix(p))
    shapes: dict[str, dict[str, tuple[Any, ...]]] = {
        PARAMETERS: {
            in_code(p.name): tuple(p.shape) if in_code(p.name) in matrices else p.shape[:1]
            for p in cell.parameters
        }
        | dict.fromkeys((in_code(each.name) for each in cell.scalars), ()),
        STATES: {in_code(each.label): (each.rows,) for each in cell.states},
        INPUTS: {in_code(each.label): (each.rows,) for each in cell.inputs},
    }
    names = {kind: frozenset(each) for kind, each in shapes.items()}
    wanted = {
        (kind, name): _Wanted.of(kind, name, shape)
        for kind, each in shapes.items()
        for name, shape in each.items()
    }
    return names, wanted, matrices, scalars


@dataclass(frozen=True)
class _Wanted:
    """An array of a cell: its name in messages, its axes in front of batches, its shape."""

    kind: str
    name: str
    label: str
    lead: int
    shape: tuple[_Extent, ...]
    words: str

    @classmethod
    def of(cls, kind: str, name: str, shape: tuple[Any, ...]) -> _Wanted:
        extents = tuple(map(_Extent.of, shape))
        lead = int(kind == INPUTS)
        words = ", ".join(("T",) * lead + ("…",) + tuple(each.written for each in extents))
        return cls(kind, name, f"{kind}[{name!r}]", lead, extents, words)


@dataclass(frozen=True)
class _Extent:
    """A size, how it is written, and whether it stands by itself: SymPy is slow to say so."""

    size: Any
    written: str
    alone: bool

    @classmethod
    def of(cls, size: Any) -> _Extent:
        return cls(size, str(size), bool(size.is_Symbol))


def _require_size(
    of: _Wanted, shape: tuple[int, ...], extent: _Extent, number: int, wanted: int | None
) -> None:
    if wanted != number:
        raise ShapeError(
            f"{of.label} has shape {shape}",
            {
                "expected": f"({of.words}) with {extent.written} = {wanted}",
                "got": f"{extent.written} = {number}",
            },
        )


def rows_of(sequence: Sequence, fit: Fitted) -> int:
    """How high a vector is."""
    if sequence.rows.is_Symbol:
        return fit.sizes[sequence.rows.name]
    known = {symbol: fit.sizes[symbol.name] for symbol in sequence.rows.free_symbols}
    return int(sequence.rows.subs(known))


def _value(size: Any, sizes: Mapping[str, int]) -> int | None:
    """A size in others that are known; None where one is not yet."""
    known = {symbol: sizes[symbol.name] for symbol in size.free_symbols if symbol.name in sizes}
    value = size.subs(known)
    return int(value) if value.is_Integer else None


def _steps(cell: str, given: int | None, lengths: Mapping[str, int]) -> int:
    if not lengths:
        return require_steps(given)
    (steps, *others) = lengths.values()
    if any(other != steps for other in others) or given not in (None, steps):
        said = lengths if given is None else {**lengths, STEPS: given}
        raise ShapeError(f"the inputs of {cell} are of different lengths", said)
    return require_steps(steps)
