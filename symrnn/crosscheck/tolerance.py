"""How far rounding alone can move a gradient: measured, not assumed.

A gradient is as uncertain as its conditioning makes it: every number of a net is moved by a unit
in its last place, and what comes of that is seen. In float32 the pass itself is run in float32 as
well. A margin covers other orders of summation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.crosscheck.point import Point

Array = NDArray[Any]

MARGIN = 64
"""Other orders of summation and other forms of a slope lose some more bits."""

LEAST = 1e-10
"""Relative to the largest entry: in float64 nobody looks closer."""

DRAWS = 2

COARSE = 1e-9
"""An ε above this is not that of float64."""

SHARE = 1e-3
"""Of the largest array: a smaller one has its rounding."""


Values = Callable[[Point], Mapping[str, Array]]


def tolerances(
    values: Values, point: Point, right: Mapping[str, Array], eps: float
) -> dict[str, float]:
    """The largest absolute difference that passes, by name.

    Args:
        values: what is compared, as a function of the numbers.
        point: the numbers.
        right: the values there.
        eps: of the precision of the code in question.
    """
    rng = np.random.default_rng(point.seed)
    nearby = [shaken(point, eps, rng) for _ in range(DRAWS)]
    nearby += [in_float32(point)] if eps > COARSE else []
    moved = dict.fromkeys(right, 0.0)
    for each in nearby:
        found = values(each)
        for name, value in right.items():
            gap = float(np.max(np.abs(found[name] - value), initial=0.0))
            moved[name] = max(moved[name], gap)
    least = max(MARGIN * eps, LEAST)
    largest = max((float(np.max(np.abs(v), initial=0.0)) for v in right.values()), default=0.0)
    result = {}
    for name, value in right.items():
        scale = float(np.max(np.abs(value), initial=0.0))
        # Of what all but vanishes the digits are those of what it is computed from.
        result[name] = MARGIN * moved[name] + least * max(scale, SHARE * largest)
    return result


def shaken(point: Point, eps: float, rng: np.random.Generator) -> Point:
    """Every number moved by up to a unit in its last place."""

    def by(value: Array) -> Array:
        return np.asarray(value * (1 + eps * rng.uniform(-1, 1, size=value.shape)))

    data = point.data if point.data.dtype.kind == "i" else by(point.data)
    return replace(
        point,
        parameters={k: by(v) for k, v in point.parameters.items()},
        scalars={k: float(by(np.asarray(v))) for k, v in point.scalars.items()},
        inputs={k: [by(x) for x in v] for k, v in point.inputs.items()},
        initial={k: by(v) for k, v in point.initial.items()},
        data=data,
    )


def in_float32(point: Point) -> Point:
    """The same numbers in float32, to be computed with in float32."""

    def single(value: Array) -> Array:
        return value.astype(np.float32)

    data = point.data if point.data.dtype.kind == "i" else single(point.data)
    return replace(
        point,
        parameters={k: single(v) for k, v in point.parameters.items()},
        inputs={k: [single(x) for x in v] for k, v in point.inputs.items()},
        initial={k: single(v) for k, v in point.initial.items()},
        data=data,
        dtype=np.float32,
    )


@lru_cache(maxsize=16)
def precision(dtype: Any) -> float:
    """ε of a dtype; of what is no float that of float64."""
    kind = np.dtype(dtype)
    return float(np.finfo(kind).eps) if kind.kind in "fc" else float(np.finfo(np.float64).eps)
