"""One net, what code computed there, and what the right program and the wrong ones give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.crosscheck.point import Point
from symrnn.crosscheck.program import Program, Run
from symrnn.crosscheck.slip import GRADIENT, Slip
from symrnn.crosscheck.tolerance import tolerances
from symrnn.crosscheck.variation import RIGHT, Gradients, Variation
from symrnn.errors import NotSupportedError

Array = NDArray[Any]

BROKEN = (ValueError, IndexError, KeyError, FloatingPointError, ZeroDivisionError,
          NotSupportedError)  # fmt: skip
"""What a slip raises at shapes at which it can not be made."""


@dataclass
class Instance:
    """One net, and the gradients in question there.

    Attributes:
        program: the cell.
        point: the numbers.
        theirs: gradients by name, in our shapes.
        eps: of the precision in which they were computed.
        arrays: which of the names the code has in one array, by that array's name.
    """

    program: Program
    point: Point
    theirs: Gradients
    eps: float
    arrays: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def run(self) -> Run:
        """The right run; its adjoints are the right ones."""
        run = self.program.run(self.point)
        self.program.backward(run, inputs=any(n in self.program.inputs for n in self.names))
        return run

    @property
    def names(self) -> tuple[str, ...]:
        """What was returned."""
        return tuple(self.theirs)

    @cached_property
    def right(self) -> Gradients:
        """The derived gradients."""
        return {name: self._of(self.run, name, RIGHT) for name in self.names}

    @cached_property
    def tolerance(self) -> dict[str, float]:
        """The largest absolute difference that rounding explains, by name."""
        return tolerances(self.values, self.point, self.right, self.eps)

    def values(self, point: Point) -> Gradients:
        """The derived gradients at other numbers."""
        return Instance(self.program, point, self.theirs, self.eps).right

    def _of(self, run: Run, name: str, variation: Variation) -> Array:
        name = name.rpartition(":")[2]  # a second bias that is added has the gradient of the first
        if name in run.point.parameters or name in self.program.scalars:
            return self.program.gradient(run, name, variation)
        if name in self.program.inputs:
            times = range(1, run.steps + 1)
            return np.stack([run.adjoint(name, time) for time in times])
        return run.adjoint(name.removesuffix("_0"), 0)

    def agrees(self, name: str, found: Array) -> bool:
        """Whether a gradient is theirs, to rounding."""
        mine = self.theirs[name]
        if mine.shape != found.shape or not np.isfinite(mine).all():
            return False
        scale = max(float(np.max(np.abs(found), initial=0.0)), 0.0)
        right = float(np.max(np.abs(self.right[name]), initial=0.0))
        grown = max(1.0, scale / right) if right > 0 else 1.0
        gap = float(np.max(np.abs(mine - found), initial=0.0))
        return gap <= self.tolerance[name] * grown

    @cached_property
    def wrong(self) -> frozenset[str]:
        """The names that do not agree with the derived gradients."""
        return frozenset(n for n in self.names if not self.agrees(n, self.right[n]))

    def found(self, slip: Slip, names: Iterable[str] | None = None) -> Iterator[tuple[str, Array]]:
        """The gradients of a slip, name by name, each computed when it is asked for."""
        variation = slip.variation
        names = self.names if names is None else names
        if slip.special is not None:
            yield from slip.special(self).items()
            return
        if slip.kind == GRADIENT and not variation.post:
            for name in names:
                mine = name == slip.parameter
                yield name, self._of(self.run, name, variation) if mine else self.right[name]
            return
        run = self.ran(variation)
        if variation.post:
            every = dict.fromkeys([*self.point.parameters, *self.program.scalars, *self.names])
            found = {name: self._of(run, name, variation) for name in every}
            for after in variation.post:
                found = after(run, found)
            yield from ((name, found[name]) for name in names)
            return
        for name in names:
            yield name, self._of(run, name, variation)

    def ran(self, variation: Variation) -> Run:
        """A run of a wrong program, with its adjoints."""
        if variation.lines or variation.point:
            run = self.program.run(self.point, variation)
        else:
            numbers = replace(self.run.numbers, values=dict(self.run.numbers.values))
            run = Run(self.program, self.point, numbers)
        self.program.backward(run, variation, any(n in self.program.inputs for n in self.names))
        return run

    def row_fits(self, run: Run, name: str, variation: Variation) -> bool:
        """Whether one gradient is what a run gives with a variation of that gradient alone."""
        try:
            return self.agrees(name, self._of(run, name, variation))
        except BROKEN:
            return False

    @cached_property
    def together(self) -> dict[str, tuple[str, ...]]:
        """The parameters that the code has in one array, by that array's name."""
        found = {
            name: tuple(part for part in parts if part in self.theirs)
            for name, parts in self.arrays.items()
        }
        found = {name: parts for name, parts in found.items() if parts}
        held = {part for parts in found.values() for part in parts}
        known = (*self.point.parameters, *self.program.scalars)
        own = (n for n in self.names if n not in held and n in known)
        return {**found, **{name: (name,) for name in own}}

    def fits(self, slip: Slip) -> bool:
        """Whether all that was returned is what the slip gives; the wrong ones are tried first."""
        ordered = sorted(self.names, key=lambda name: name not in self.wrong)
        try:
            return all(self.agrees(name, value) for name, value in self.found(slip, ordered))
        except BROKEN:
            return False

    def outcome(self, slip: Slip) -> Gradients | None:
        """All gradients of a slip."""
        try:
            return dict(self.found(slip))
        except BROKEN:
            return None
