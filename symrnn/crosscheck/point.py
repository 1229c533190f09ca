"""Numbers at which code and derivation are compared: a net, its inputs, and the loss's data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.cells import Cell
from symrnn.crosscheck.losses import Loss
from symrnn.language.names import in_code

Array = NDArray[Any]


@dataclass(frozen=True)
class Point:
    """A net and what runs through it; a batch stands side by side, as columns.

    Attributes:
        sizes: integers for the cell's symbolic sizes.
        parameters: (rows, cols) by name.
        scalars: numbers by symbol.
        inputs: by label, T columns of (m, B).
        initial: by label, (d, B).
        loss: what the gradients are of.
        output: the vector that the loss reads.
        data: the loss's data: (T, n, B), or (T, B) for classes.
        steps: T.
        batch: B; None for one sequence without a batch axis.
    """

    sizes: Mapping[Any, int]
    parameters: Mapping[str, Array]
    scalars: Mapping[Any, Any]
    inputs: Mapping[str, list[Array]]
    initial: Mapping[str, Array]
    loss: Loss
    output: str
    data: Array
    steps: int
    batch: int | None
    dtype: Any = np.float64
    seed: int = 0

    @property
    def width(self) -> int:
        """How many sequences stand side by side."""
        return 1 if self.batch is None else self.batch

    def height(self, vector: Any) -> int:
        """The rows of a vector."""
        rows = vector.shape[0]
        return int(rows.subs(self.sizes)) if hasattr(rows, "subs") else int(rows)

    def cotangents(self, sequence: Callable[[str], list[Any]]) -> dict[str, list[Any]]:
        """∂L/∂(output) at each time, None where there is none."""
        outputs = sequence(self.output)[1:]
        return {self.output: [None, *self.loss.gradient(outputs, self.data)]}

    def value(self, sequence: Callable[[str], list[Any]]) -> Any:
        """L."""
        return self.loss.value(sequence(self.output)[1:], self.data)

    def moved(self, by: Mapping[str, Array]) -> Point:
        """The same with something added to parameters, scalars and initial states (`h_0`)."""
        parameters = {
            name: value + by[name] if name in by else value
            for name, value in self.parameters.items()
        }
        initial = {
            label: value + by[f"{label}_0"] if f"{label}_0" in by else value
            for label, value in self.initial.items()
        }
        scalars = {
            symbol: value + by[in_code(symbol.name)] if in_code(symbol.name) in by else value
            for symbol, value in self.scalars.items()
        }
        dtype = np.result_type(self.dtype, *by.values())
        return replace(self, parameters=parameters, scalars=scalars, initial=initial, dtype=dtype)

    def cut(self, steps: int) -> Point:
        """The first so many steps."""
        inputs = {label: sequence[:steps] for label, sequence in self.inputs.items()}
        return replace(self, inputs=inputs, data=self.data[:steps], steps=steps)

    def part(self, first: int, last: int) -> Point:
        """Some of the sequences, with their share of the loss of all."""
        taken = slice(first, last)
        return replace(
            self,
            inputs={k: [x[:, taken] for x in each] for k, each in self.inputs.items()},
            initial={k: start[:, taken] for k, start in self.initial.items()},
            loss=replace(self.loss, width=self.width),
            data=self.data[..., taken],
            batch=last - first,
        )

    def repeated(self, times: int) -> Point:
        """One sequence so many times, side by side."""

        def wide(column: Array) -> Array:
            return np.repeat(column[:, :1], times, axis=1)

        inputs = {label: [wide(x) for x in sequence] for label, sequence in self.inputs.items()}
        initial = {label: wide(start) for label, start in self.initial.items()}
        return replace(self, inputs=inputs, initial=initial, batch=times)

    def with_numbers(
        self,
        parameters: Mapping[str, Array],
        inputs: Mapping[str, list[Array]],
        initial: Mapping[str, Array],
        data: Array,
    ) -> Point:
        """The same sizes with other numbers."""
        return replace(self, parameters=parameters, inputs=inputs, initial=initial, data=data)


def draw(
    cell: Cell,
    loss: Loss,
    output: str,
    *,
    sizes: Mapping[str, int],
    steps: int,
    batch: int | None,
    seed: int,
    dtype: Any = np.float64,
    scale: float = 1.0,
    initial: bool = True,
    scalars: Mapping[str, float] | None = None,
) -> Point:
    """A random net: weights of spectral size about 1, everything different from everything else.

    The numbers are those of `dtype`, in float64: what code in float32 is given, exactly.
    """
    rng = np.random.default_rng(seed)
    numbers = {symbol: sizes[symbol.name] for symbol in cell.sizes}
    width = 1 if batch is None else batch

    def rounded(value: Array) -> Array:
        return np.asarray(value, dtype).astype(np.float64)

    def extent(size: Any) -> int:
        return int(size.subs(numbers)) if hasattr(size, "subs") else int(size)

    parameters = {}
    for parameter in cell.parameters:
        rows, cols = map(extent, parameter.shape)
        spread = scale / np.sqrt(cols) if cols > 1 else 0.5 * scale
        parameters[str(parameter.name)] = rounded(spread * rng.normal(size=(rows, cols)))
    inputs = {
        each.label: [rounded(rng.normal(size=(extent(each.rows), width))) for _ in range(steps)]
        for each in cell.inputs
    }
    starts = {
        state.label: rounded(
            0.8 * rng.normal(size=(extent(state.rows), width))
            if initial
            else np.zeros((extent(state.rows), width))
        )
        for state in cell.states
    }
    rows = next(extent(each.rows) for each in cell.order if each.label == output)
    data = loss.draw(rng, steps, rows, width)
    data = data if data.dtype.kind == "i" else rounded(data)
    given = dict(scalars or {})
    chosen = {
        s: float(given[s.name])
        if s.name in given
        else float(rounded(np.asarray(rng.uniform(0.2, 0.7))))
        for s in cell.scalars
    }
    return Point(
        numbers,
        parameters,
        chosen,
        inputs,
        starts,
        loss,
        output,
        data,
        steps,
        batch,
        np.float64,
        seed,
    )
