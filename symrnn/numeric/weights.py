"""The numbers of a cell, by name: parameters, initial states, inputs.

    weights = random_weights(lstm, d=8, m=3, steps=30, seed=0)
    weights.parameters["W_i"]      # d × d; a column such as b_i is (d,), a scalar a number
    weights.states["h"]            # h_0, (…, d)
    weights.inputs["x"]            # (T, …, m), x["x"][j-1] is x_j; … are batches

A cell without inputs has `steps` in their place. Names are those of the cell, braces left out.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import MatrixSymbol

from symrnn.cells import Cell
from symrnn.errors import IllFormedError
from symrnn.language.names import in_code
from symrnn.language.structure import Hadamard
from symrnn.numeric import arguments

Array = NDArray[Any]
PARAMETERS, STATES, INPUTS = "parameters", "states", "inputs"
KINDS = (PARAMETERS, STATES, INPUTS)
STEPS = "steps"


@dataclass(frozen=True, eq=False)
class Weights:
    """Numbers for a cell.

    Args:
        parameters: matrices (p, q), columns (p,) and scalars by name; axes in front are batches.
        states: the initial value of each state, (…, n).
        inputs: each input at the times 1 … T, (T, …, n).
        steps: T, of a cell without inputs.
    """

    parameters: Mapping[str, Any]
    states: Mapping[str, Any]
    inputs: Mapping[str, Any] = field(default_factory=dict)
    steps: int | None = None

    def __post_init__(self) -> None:
        for kind in KINDS:
            given = getattr(self, kind)
            if not isinstance(given, Mapping):
                raise IllFormedError(
                    f"{kind} of the weights",
                    {"expected": "arrays by name", "got": type(given).__name__},
                )
            object.__setattr__(self, kind, MappingProxyType({**given}))

    def __reduce__(self) -> Any:
        """Copied and stored as plain dicts: a mapping that cannot be written to is not."""
        kinds = ({**getattr(self, kind)} for kind in KINDS)
        return type(self), (*kinds, self.steps)

    def __iter__(self) -> Iterator[tuple[str, str, Any]]:
        """Kind, name and array of everything."""
        for kind in KINDS:
            for name, array in getattr(self, kind).items():
                yield kind, name, array


def random_weights(
    cell: Cell,
    /,
    *,
    steps: int,
    seed: int = 0,
    batch: int | tuple[int, ...] = (),
    dtype: Any = np.float64,
    **sizes: int,
) -> Weights:
    """Normal numbers for a cell: matrices of spectral size about 1, small biases.

    Args:
        cell: what the numbers are for.
        steps: T, how many inputs.
        seed: of the random numbers.
        batch: shape of the batch of sequences; one set of parameters serves all.
        dtype: float32, float64, complex64 or complex128.
        sizes: a number for each size that is open: `d=8, m=3`.

    Raises:
        IllFormedError: a size is missing, or is none of the cell's; no such dtype, batch or seed.

    >>> from symrnn.cells import named
    >>> weights = random_weights(named("gru"), d=4, m=2, steps=5)
    >>> weights.parameters["W_z"].shape, weights.states["h"].shape, weights.inputs["x"].shape
    ((4, 4), (4,), (5, 2))
    """
    open_sizes = {symbol.name for symbol in cell.sizes}
    missing = sorted(open_sizes - {*sizes})
    if missing:
        raise IllFormedError(
            f"{cell.name}: a number for {', '.join(missing)} is missing",
            {"expected": ", ".join(f"{name}=…" for name in sorted(open_sizes))},
        )
    if np.dtype(dtype) not in arguments.DTYPES:
        expected = ", ".join(map(str, arguments.DTYPES))
        raise IllFormedError(f"dtype {dtype}", {"expected": expected, "got": str(dtype)})
    require_steps(steps)
    # The error for a size that the cell does not have is its own.
    sized = cell.sized(**sizes) if sizes else cell
    batch = arguments.batch_shape(batch)
    draw = _Draw(arguments.random_numbers(seed), np.dtype(dtype))
    known = {symbol: sizes[symbol.name] for symbol in cell.sizes}
    factors = {
        leaf
        for value in cell.definitions.values()
        for node in value.atoms(Hadamard)
        for leaf in node.args
        if isinstance(leaf, MatrixSymbol)
    }
    parameters: dict[str, Array] = {}
    # Of the cell as it is written: with d = 1 nothing is left of W - W^T in its definitions.
    for parameter in cell.parameters:
        rows, cols = (int(size.subs(known)) for size in parameter.shape)
        if is_matrix(parameter):
            parameters[in_code(parameter.name)] = draw.normal((rows, cols), cols**-0.5)
        else:
            spread = 0.7 if parameter in factors else 0.1
            parameters[in_code(parameter.name)] = draw.normal((rows,), spread)
    for scalar in cell.scalars:
        parameters[in_code(scalar.name)] = np.asarray(draw.rng.uniform(0.1, 0.9), dtype)
    states = {
        in_code(each.label): draw.normal((*batch, int(each.rows)), 1) for each in sized.states
    }
    inputs = {
        in_code(each.label): draw.normal((steps, *batch, int(each.rows)), 1)
        for each in sized.inputs
    }
    return Weights(parameters, states, inputs, None if inputs else steps)


@dataclass(frozen=True)
class _Draw:
    rng: np.random.Generator
    dtype: np.dtype[Any]

    def normal(self, shape: tuple[int, ...], spread: float) -> Array:
        """Normal numbers, real or complex, of a standard deviation."""
        if self.dtype.kind == "c":
            real, imaginary = self.rng.normal(size=(2, *shape)) / np.sqrt(2)
            return np.asarray(spread * (real + 1j * imaginary), self.dtype)
        return np.asarray(spread * self.rng.normal(size=shape), self.dtype)


def require_steps(steps: Any) -> int:
    """T as an integer from 1 on.

    Raises:
        IllFormedError: otherwise.
    """
    if not arguments.is_whole(steps) or steps < 1:
        raise IllFormedError("the number of steps", {"expected": "T ≥ 1", "got": repr(steps)})
    return int(steps)


def is_matrix(parameter: MatrixSymbol) -> bool:
    """Whether the array of a parameter has two axes: a capital one has, however wide it is."""
    return parameter.shape[1] != 1 or bool(parameter.name[0].isupper())


def save(path: str | Path, weights: Weights) -> None:
    """Write weights as an npz archive, `parameters/W_i`, `states/h`, `inputs/x`; all or nothing.

    Raises:
        IllFormedError: an array that is none.
        OSError: the place can not be written to.
    """
    arrays = {f"{kind}/{name}": arguments.array_of(name, a) for kind, name, a in weights}
    for name, array in arrays.items():
        if array.dtype.kind not in "iufc":
            raise IllFormedError(f"{name} is not numeric", {"got": array.dtype})
    if weights.steps is not None:
        arrays[STEPS] = np.asarray(weights.steps)
    path = Path(path)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def load(path: str | Path) -> Weights:
    """The weights of a file that `save` wrote; nothing in it is run.

    Raises:
        IllFormedError: the file is no such archive, naming what is wrong in it.
        OSError: it can not be read.
    """
    found: dict[str, dict[str, Array]] = {kind: {} for kind in KINDS}
    steps: int | None = None
    try:
        with open(path, "rb") as file:
            if not zipfile.is_zipfile(file):
                raise IllFormedError(f"{path} is no archive", {"expected": "an npz file"})
            file.seek(0)
            archive = np.load(file, allow_pickle=False)
            for entry in archive.files:
                kind, _, name = entry.partition("/")
                if entry == STEPS:
                    steps = require_steps(archive[entry][()])
                elif kind in found and name:
                    found[kind][name] = archive[entry]
                else:
                    expected = ", ".join(f"{kind}/…" for kind in KINDS)
                    raise IllFormedError(
                        f"{path} holds {entry!r}", {"expected": expected, "got": entry}
                    )
    except IllFormedError:
        raise
    except (ValueError, EOFError, zipfile.BadZipFile, KeyError) as error:
        raise IllFormedError(
            f"{path} holds no weights", {"expected": "what save wrote", "reason": error}
        ) from error
    return Weights(found[PARAMETERS], found[STATES], found[INPUTS], steps)
