"""How a gradient grows on its way back through any cell, over any horizon.

All comes from the derived backward pass. What arrives at time T goes back to T - n in pieces of a
few steps, brought back to size 1 between two pieces, its powers of two counted apart: with a unit
vector a lane these are the rows of ∂s_T/∂s_{T-n}, s the state with all its parts one below the
other; with orthonormal rows, made so again after each piece, their growth is the Lyapunov exponents
(G. Benettin et al., Meccanica 15 (1980), 9-30); with ∂L_T/∂s_T the gradient, piece by piece.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.errors import IllFormedError, RangeError
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.weights import Weights

Array = NDArray[Any]

PIECE = 32
"""Steps that are swept between two scalings, at most."""
TURN = 8
"""Steps between two decompositions of what spans the exponents' directions."""
SURE = 1e-4
"""Directions that grow apart by less keep most of their digits between two decompositions."""


@dataclass(frozen=True)
class _Piece:
    """The steps first+1 … last, and the state before them."""

    first: int
    last: int
    start: Mapping[str, Array]


class Growth:
    """One sequence through a cell, and what comes back.

    Args:
        passes: of the cell.
        weights: one sequence, without batches.
        directions: random numbers for the exponents' first directions and for the loss.

    Raises:
        IllFormedError: weights with a batch.
        RangeError: the forward pass overflows.
    """

    def __init__(self, passes: Kernels, weights: Weights, directions: np.random.Generator) -> None:
        self.passes, self.weights, self.random = passes, weights, directions
        for name, value in weights.states.items():
            if np.ndim(value) != 1:
                raise IllFormedError(
                    f"the state {name}: one sequence", {"expected": "(n,)", "got": np.shape(value)}
                )
        self.names = [*weights.states]
        self.sizes = [np.shape(weights.states[name])[-1] for name in self.names]
        lengths = [len(np.asarray(x)) for x in weights.inputs.values()]
        self.steps = lengths[0] if lengths else int(weights.steps or 0)
        self._again: tuple[int, dict[str, Array]] | None = None
        self._starts = self._forward()

    # ------------------------------------------------------------------ forward

    def _forward(self) -> dict[int, dict[str, Array]]:
        """The state before each piece; O(T / PIECE) numbers are kept."""
        starts = {0: {name: np.asarray(v) for name, v in self.weights.states.items()}}
        for first in range(0, self.steps, PIECE):
            last = min(first + PIECE, self.steps)
            run = self.passes.forward(self._part(starts[first], first, last))
            starts[last] = {name: run[name][-1] for name in self.names}
        return starts

    def _part(self, start: Mapping[str, Array], first: int, last: int, lanes: int = 0) -> Weights:
        inputs = {name: np.asarray(x)[first:last] for name, x in self.weights.inputs.items()}
        if lanes:
            start = {n: np.broadcast_to(v, (lanes, *v.shape)) for n, v in start.items()}
            inputs = {
                n: np.broadcast_to(x[:, None], (len(x), lanes, *x.shape[1:]))
                for n, x in inputs.items()
            }
        return Weights(self.weights.parameters, start, inputs, last - first)

    def _state_at(self, time: int) -> dict[str, Array]:
        """The state at any time; the piece that holds it is run again, once for all its times."""
        if time in self._starts:
            return self._starts[time]
        first = time - time % PIECE
        if self._again is None or self._again[0] != first:
            last = min(first + PIECE, self.steps)
            run = self.passes.forward(self._part(self._starts[first], first, last))
            self._again = first, {name: run[name] for name in self.names}
        return {name: states[time - first] for name, states in self._again[1].items()}

    # ------------------------------------------------------------------ backward

    def _pieces(self, stops: Sequence[int], most: int) -> Iterator[_Piece]:
        """Pieces of at most so many steps from T down to the first stop, ending at each stop."""
        ends = sorted({*stops}, reverse=True)
        last = self.steps
        for stop in ends:
            while last > stop:
                first = max(stop, last - most, (last - 1) // PIECE * PIECE)
                yield _Piece(first, last, self._state_at(first))
                last = first

    def _swept(self, piece: _Piece, rows: Array) -> tuple[Array, Array, Weights | None]:
        """Rows through a piece: mantissas of size 1 with their exponents, and the gradients.

        Where numbers leave their range on the way, the piece is swept in two halves; gradients are
        then left out, as they have two units.
        """
        lanes, length = len(rows), piece.last - piece.first
        try:
            run = self.passes.forward(self._part(piece.start, piece.first, piece.last, lanes))
            arriving = dict(zip(self.names, self._split(rows), strict=True))
            found = self.passes.backward(run, {}, arriving=arriving, summed=False)
            through = np.concatenate([found.states[name] for name in self.names], axis=-1)
        except RangeError:
            if length == 1:
                raise
            return (*self._halved(piece, rows), None)
        small = np.abs(through).max(axis=-1) < math.sqrt(np.finfo(rows.dtype).tiny)
        if length > 1 and small.any():
            return (*self._halved(piece, rows), None)
        return (*_unit(through), found)

    def _halved(self, piece: _Piece, rows: Array) -> tuple[Array, Array]:
        middle = (piece.first + piece.last) // 2
        later = _Piece(middle, piece.last, self._state_at(middle))
        rows, exponents, _ = self._swept(later, rows)
        rows, more, _ = self._swept(_Piece(piece.first, middle, piece.start), rows)
        return rows, exponents + more

    def _split(self, rows: Array) -> list[Array]:
        return np.split(rows, np.cumsum(self.sizes)[:-1], axis=-1)

    # ------------------------------------------------------------------ what is measured

    def log_norms(self, lags: Sequence[int]) -> list[float]:
        """ln ‖∂s_T/∂s_{T-lag}‖₂."""
        size = sum(self.sizes)
        rows, exponents = np.eye(size, dtype=self._dtype), np.zeros(size)
        found = {self.steps: 0.0}  # the identity
        wanted = {self.steps - lag for lag in lags}
        for piece in self._pieces([*wanted], PIECE):
            rows, more, _ = self._swept(piece, rows)
            exponents = exponents + more
            if piece.first in wanted:
                found[piece.first] = _log_norm(rows, exponents)
        return [found[self.steps - lag] for lag in lags]

    def exponents(self, many: int) -> list[float]:
        """The first Lyapunov exponents over all steps, in nats per step; NaN beyond the state."""
        size = sum(self.sizes)
        kept = min(many, size)
        rows = np.linalg.qr(self.random.standard_normal((size, kept)))[0].T.astype(self._dtype)
        total = np.zeros(kept)
        for piece in self._pieces([0], TURN):
            rows, growth = self._turned(piece, rows)
            total += growth
        found = sorted((total / self.steps).tolist(), reverse=True)
        return [*found, *[math.nan] * (many - kept)]

    def _turned(self, piece: _Piece, rows: Array) -> tuple[Array, Array]:
        """Orthonormal rows through a piece, made so again; the logarithms of their growth.

        Where directions grew so far apart that the slow ones are lost in the rounding of the fast,
        they are turned in the middle of the piece as well.
        """
        swept, exponents, _ = self._swept(piece, rows)
        top = exponents.max(initial=0)
        scaled = _times(swept, (exponents - top).astype(int)[:, None])
        Q, R = np.linalg.qr(scaled.T)
        lengths = np.abs(np.diagonal(R))
        apart = lengths.min(initial=math.inf) < SURE * lengths.max(initial=0)
        if apart and piece.last - piece.first > 1:
            middle = (piece.first + piece.last) // 2
            later = _Piece(middle, piece.last, self._state_at(middle))
            rows, first = self._turned(later, rows)
            rows, second = self._turned(_Piece(piece.first, middle, piece.start), rows)
            return rows, first + second
        with np.errstate(divide="ignore"):
            growth = np.log(lengths.astype(np.float64)) + top * math.log(2)
        return np.ascontiguousarray(Q.T), growth

    def truncation_errors(self, taus: Sequence[int]) -> list[float]:
        """‖g_τ - g‖ / ‖g‖ for the gradient g of one loss at T by all parameters.

        The loss is linear in the state, with a random direction; g_τ are the last τ terms of g.
        """
        size = sum(self.sizes)
        rows = self.random.standard_normal((1, size)).astype(self._dtype)
        exponents = np.zeros(1)
        stops = [*{self.steps - tau for tau in taus}, 0]
        sums: list[tuple[int, _Sum]] = []
        current = _Sum()
        for piece in self._pieces(stops, PIECE):
            for swept, more, found in self._with_gradients(piece, rows):
                arrays = (np.ravel(np.asarray(v)) for v in found.parameters.values())
                current = current.plus(np.concatenate([*arrays]), int(exponents[0]))
                exponents, last = exponents + more, swept
            rows = last
            if piece.first in stops:
                sums.append((piece.first, current))
                current = _Sum()
        full = _Sum()
        for _, each in sums:
            full = full.plus_sum(each)
        errors = []
        for tau in taus:
            beyond = _Sum()
            for first, each in sums:
                if first < self.steps - tau:
                    beyond = beyond.plus_sum(each)
            errors.append(beyond.over(full))
        return errors

    def _with_gradients(self, piece: _Piece, rows: Array) -> Iterator[tuple[Array, Array, Weights]]:
        """The piece swept at once, or step by step where its gradients have no common unit."""
        swept, more, found = self._swept(piece, rows)
        if found is not None:
            yield swept, more, found
            return
        for last in range(piece.last, piece.first, -1):
            step = _Piece(last - 1, last, self._state_at(last - 1))
            rows, more, found = self._swept(step, rows)
            assert found is not None  # a single step has one unit
            yield rows, more, found

    @property
    def _dtype(self) -> Any:
        return np.asarray(next(iter(self.weights.states.values()))).dtype


# ── numbers beyond the range of floats ──────────────────────────────────────────────────────────


class _Sum:
    """A vector times a power of two."""

    def __init__(self, vector: Array | None = None, exponent: int = 0) -> None:
        self.vector, self.exponent = vector, exponent

    def plus(self, vector: Array, exponent: int) -> _Sum:
        """The sum with vector · 2^exponent."""
        vector = _precise(vector)
        if self.vector is None:
            return _Sum(vector, exponent)
        top = max(self.exponent, exponent)
        mine = _times(self.vector, _within(self.exponent - top))
        return _Sum(mine + _times(vector, _within(exponent - top)), top)

    def plus_sum(self, other: _Sum) -> _Sum:
        """The sum of both."""
        return self if other.vector is None else self.plus(other.vector, other.exponent)

    def over(self, other: _Sum) -> float:
        """The ratio of the lengths; NaN where both are 0."""
        mine = 0.0 if self.vector is None else float(np.linalg.norm(self.vector))
        theirs = 0.0 if other.vector is None else float(np.linalg.norm(other.vector))
        if theirs == 0:
            return math.nan if mine == 0 else math.inf
        return float(np.ldexp(mine / theirs, _within(self.exponent - other.exponent)))


def _within(exponent: int) -> int:
    """An exponent that `ldexp` takes; beyond it all is 0."""
    return max(exponent, -(1 << 20))


def _times(array: Array, exponents: Any) -> Array:
    """The array times powers of two, exactly."""
    if array.dtype.kind != "c":
        return np.asarray(np.ldexp(array, exponents))
    scaled = np.empty(np.broadcast_shapes(array.shape, np.shape(exponents)), array.dtype)
    scaled.real, scaled.imag = np.ldexp(array.real, exponents), np.ldexp(array.imag, exponents)
    return scaled


def _precise(array: Array) -> Array:
    """In double precision."""
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)


def _unit(rows: Array) -> tuple[Array, Array]:
    """Each row brought to size 1, and the power of two that was taken out; 0 stays 0."""
    _, exponents = np.frexp(np.abs(rows).max(axis=-1))
    return _times(rows, -exponents[:, None]), exponents.astype(np.float64)


def _log_norm(rows: Array, exponents: Array) -> float:
    """ln of the spectral norm of the matrix of the rows times their powers of two."""
    alive = np.abs(rows).max(axis=-1) > 0
    if not alive.any():
        return -math.inf
    top = exponents[alive].max()
    shifts = np.maximum(exponents - top, -2000).astype(int)
    matrix = _times(_precise(rows), shifts[:, None])
    return float(math.log(np.linalg.norm(matrix, 2)) + top * math.log(2))
