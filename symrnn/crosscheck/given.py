"""The caller's own numbers in place of drawn ones: `at` of a comparison, checked and laid out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.cells import Cell
from symrnn.crosscheck.losses import ENTROPY
from symrnn.crosscheck.packing import Packing
from symrnn.crosscheck.point import Point
from symrnn.errors import IllFormedError, ShapeError
from symrnn.language.names import in_code

Array = NDArray[Any]

KEYS = ("parameters", "inputs", "initial", "data")


def sizes_of(
    at: Mapping[str, Any], of: Cell, made: Packing, chosen: dict[str, int], steps: int
) -> tuple[dict[str, int], int, int | None]:
    """Sizes, T and B read off the caller's arrays."""
    if not isinstance(at, Mapping) or not isinstance(at.get("parameters", {}), Mapping):
        raise IllFormedError(
            "at",
            {"expected": f"a dict of {', '.join(KEYS)}; of parameters a dict", "got": repr(at)},
        )
    strange = sorted(set(at) - set(KEYS))
    missing = [key for key in ("parameters", "data") if key not in at]
    if strange or missing or (of.inputs and "inputs" not in at):
        raise IllFormedError("at", {"expected": ", ".join(KEYS), "got": ", ".join(map(str, at))})
    given = {str(name): _number_array(name, value) for name, value in at["parameters"].items()}
    unknown = sorted(set(given) - set(made.arrays) - {in_code(s.name) for s in of.scalars})
    if unknown:
        raise IllFormedError(
            f"at: {', '.join(unknown)} among the parameters",
            {"expected": ", ".join(made.arrays), "got": ", ".join(given)},
        )
    absent = [name for name in made.arrays if name not in given]
    if absent:
        raise IllFormedError(
            f"at: {', '.join(absent)} is missing from the parameters",
            {"expected": ", ".join(made.arrays), "got": ", ".join(given)},
        )
    found: dict[str, int] = {}
    symbols = {symbol.name for symbol in of.sizes}
    shapes = {str(p.name): p.shape for p in of.parameters}
    for name, packed in made.arrays.items():
        if len(packed.parts) > 1:
            continue
        shape = shapes[packed.parts[0]]
        shape = shape[::-1] if packed.transposed else shape
        for size, letter in zip(given[name].shape, shape, strict=False):
            if str(letter) in symbols:
                found.setdefault(str(letter), int(size))
    inputs = at.get("inputs")
    for what, value in (("inputs", inputs), ("initial", at.get("initial"))):
        several = value.values() if isinstance(value, Mapping) else [value]
        for each in several if value is not None else ():
            _number_array(what, each)
    data = _number_array("data", at["data"])
    one = next(iter(inputs.values()), data) if isinstance(inputs, Mapping) else inputs
    first = data if one is None else np.asarray(one)
    batch: int | None
    if made.layout == "columns":
        steps, batch = int(first.shape[0]), int(first.shape[-1])
    elif first.ndim == 2:
        steps, batch = int(first.shape[0]), None
    elif first.ndim == 3:
        axes = (0, 1) if made.layout == "time" else (1, 0)
        steps, batch = int(first.shape[axes[0]]), int(first.shape[axes[1]])
    else:
        raise ShapeError("at: the inputs", {"expected": "(T, B, m) or (T, m)", "got": first.shape})
    return {**chosen, **found}, steps, batch


def scalars_of(
    at: Mapping[str, Any], of: Cell, scalars: Mapping[str, float] | None
) -> dict[str, float]:
    """Numbers for all scalars: none of them is drawn where everything else is given."""
    found = dict(scalars or {})
    for symbol in of.scalars:
        given = at["parameters"].get(in_code(symbol.name))
        if given is not None and np.size(given) == 1:
            found[symbol.name] = float(np.asarray(given).reshape(()))
        if symbol.name not in found:
            raise IllFormedError(
                f"at: {symbol.name} is missing from the parameters",
                {"expected": "a number, there or in scalars={…}"},
            )
    return found


def _number_array(what: Any, value: Any) -> Array:
    """An array of finite numbers."""
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise IllFormedError(f"at: {what}", {"expected": "an array", "got": str(error)}) from error
    if array.dtype.kind not in "fiu" or not np.isfinite(array).all():
        got = f"{array.dtype}, {'not all finite' if array.dtype.kind == 'f' else array.shape}"
        raise IllFormedError(f"at: {what}", {"expected": "finite real numbers", "got": got})
    return array


def filled(drawn: Point, at: Mapping[str, Any], made: Packing) -> Point:
    """A point with the caller's numbers in place of the drawn ones."""
    parameters = dict(drawn.parameters)
    for name, packed in made.arrays.items():
        value = np.asarray(at["parameters"][name], np.float64)
        expected = made.expected_shape(name, drawn)
        if value.shape != expected:
            raise ShapeError(f"at: parameter {name}", {"expected": expected, "got": value.shape})
        whole = packed.assembled(drawn.parameters, values=False)
        shapes = {part: drawn.parameters[part].shape for part in packed.parts}
        pieces = packed.apart(value.reshape(whole.shape), shapes)
        parameters.update({k: v for k, v in pieces.items() if k not in packed.idle})
    inputs = dict(drawn.inputs)
    for label in inputs:
        given = at["inputs"][label] if isinstance(at["inputs"], Mapping) else at["inputs"]
        back = made.back(np.asarray(given, np.float64), drawn)
        if back is None or back.shape != (drawn.steps, *inputs[label][0].shape):
            expected = made.sequence(inputs[label], drawn).shape
            raise ShapeError(f"at: input {label}", {"expected": expected, "got": np.shape(given)})
        inputs[label] = list(back)
    initial = {label: np.zeros_like(value) for label, value in drawn.initial.items()}
    start = at.get("initial")
    if start is not None:
        for label in initial:
            one = start[label] if isinstance(start, Mapping) else start
            column = made.column(np.asarray(one, np.float64), drawn)
            if column is None or column.shape != initial[label].shape:
                expected = made.state(initial[label], drawn).shape
                raise ShapeError(
                    f"at: initial state {label}", {"expected": expected, "got": np.shape(one)}
                )
            initial[label] = column
    return drawn.with_numbers(parameters, inputs, initial, _data(drawn, at["data"], made))


def _data(drawn: Point, given: Any, made: Packing) -> Array:
    value = np.asarray(given)
    expected = made.data(drawn).shape
    if value.shape != expected:
        raise ShapeError(f"at: {drawn.loss.word}", {"expected": expected, "got": value.shape})
    result = np.array(drawn.data)
    if drawn.loss.name == ENTROPY:
        if value.dtype.kind not in "iu":
            raise IllFormedError("at: classes", {"expected": "integers", "got": str(value.dtype)})
        if drawn.loss.last:
            result[-1] = value
        else:
            turned = value.T if made.layout == "batch" and drawn.batch is not None else value
            result[:] = turned.reshape(result.shape)
        return result
    if drawn.loss.last:
        column = made.column(value, drawn)
        assert column is not None
        result[-1] = column
        return result
    back = made.back(np.asarray(value, np.float64), drawn)
    assert back is not None
    return back
