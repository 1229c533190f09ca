"""The points of a sweep, each named by what it is: a grid, or a random design."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from symrnn.sweep.cells import Cells
from symrnn.sweep.spec import RANDOM, Range, Spec
from symrnn.version import __version__


@dataclass(frozen=True)
class Point:
    """One net of a sweep.

    Attributes:
        at: its place on every axis.
        repeat: which of the nets at that place.
        seed: of the whole sweep.
        measures: what is measured, as in `Spec.measures`.
        definition: the definitions of its cell, whatever its file or name.
    """

    at: Mapping[str, Any]
    repeat: int
    seed: int
    measures: Mapping[str, Any]
    definition: str

    @property
    def key(self) -> str:
        """A name of the content and of the version: the same net has the same name anywhere."""
        return _digest([__version__, *self._net, dict(self.measures)]).hex()[:32]

    def generator(self, purpose: str) -> np.random.Generator:
        """The net's own random numbers for a purpose: whoever draws it, whatever is measured."""
        seed = _digest([*self._net, purpose])
        return np.random.default_rng(np.frombuffer(seed, dtype=np.uint32))

    @property
    def _net(self) -> list[Any]:
        return [{**self.at, "cell": self.definition}, self.repeat, self.seed]


def _digest(content: list[Any]) -> bytes:
    written = json.dumps(content, sort_keys=True, ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(written.encode()).digest()


def points(spec: Spec, cells: Cells) -> Iterator[Point]:
    """All nets of a sweep, in an order of its own.

    Args:
        spec: the sweep.
        cells: of its axis `cell`.
    """
    places = _random(spec, cells) if spec.design == RANDOM else _grid(spec, cells)
    measures = spec.measures()
    for at in places:
        for repeat in range(spec.repeats):
            yield Point(at, repeat, spec.seed, measures, cells.definitions[at["cell"]])


def _grid(spec: Spec, cells: Cells) -> Iterator[dict[str, Any]]:
    """Every combination on the axes of each cell."""
    for cell, axes in cells.axes.items():
        given = [(cell,) if axis == "cell" else spec.axes[axis] for axis in axes]
        values = (each.values() if isinstance(each, Range) else each for each in given)
        for place in itertools.product(*values):
            yield dict(zip(axes, place, strict=True))


def _random(spec: Spec, cells: Cells) -> Iterator[dict[str, Any]]:
    """Independent places; the first n of them do not depend on how many there are."""
    rng = np.random.default_rng(spec.seed)
    for _ in range(spec.count or 0):
        shares = rng.random(len(spec.axes))
        everywhere = {
            name: values.drawn(share)
            if isinstance(values, Range)
            else values[int(share * len(values))]
            for (name, values), share in zip(spec.axes.items(), shares, strict=True)
        }
        yield {axis: everywhere[axis] for axis in cells.axes[str(everywhere["cell"])]}
