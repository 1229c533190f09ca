"""What is to be compared: cell, loss, sizes, layout; read once, with one clear error."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.cells import Cell, names, read_cell, read_cell_file
from symrnn.cells.readout import measure_of
from symrnn.crosscheck.calling import Code
from symrnn.crosscheck.given import filled, scalars_of, sizes_of
from symrnn.crosscheck.losses import ENTROPY, LINEAR, Loss
from symrnn.crosscheck.packing import Packing, packing
from symrnn.crosscheck.point import Point, draw
from symrnn.crosscheck.program import Program, Run, program_of
from symrnn.errors import IllFormedError, UndecidedError
from symrnn.language.time import Sequence, TimeVector
from symrnn.recurrence.recurrence import Recurrence

Array = NDArray[Any]

LARGE = 2e7
"""Products of parameters, steps and sequences above which a net is large."""

DEFAULT_SIZES = (3, 2, 4, 5, 6, 7)


@dataclass(frozen=True)
class Asked:
    """A comparison that is asked for.

    Attributes:
        program: the cell.
        loss: what the gradients are of.
        output: the vector that the loss reads.
        sizes: by the cell's letters.
        steps, batch: T, B.
        packing: how code lays things out.
        seed: of the random nets.
        given: the caller's own numbers.
        free: whether other nets may be drawn beside the caller's own numbers.
    """

    program: Program
    loss: Loss
    output: str
    sizes: Mapping[str, int]
    steps: int
    batch: int | None
    packing: Packing
    seed: int
    initial: bool = True
    scalars: Mapping[str, float] | None = None
    given: Mapping[str, Any] | None = None
    free: bool = True
    scale: float = 1.0

    @property
    def words(self) -> str:
        """Sizes, steps, batch and dtype."""
        parts = [f"{name} = {size}" for name, size in self.sizes.items()]
        parts.append(f"T = {self.steps}")
        parts += [] if self.batch is None else [f"B = {self.batch}"]
        return ", ".join([*parts, str(np.dtype(self.packing.dtype))])

    def code(
        self,
        function: Callable[..., Any],
        what: str,
        order: Iterable[str] | None,
        timeout: float | None,
    ) -> Code:
        """The function, ready to be called.

        Raises:
            IllFormedError: an order that names nothing, or something twice; no time.
        """
        stated = None if order is None else tuple([order] if isinstance(order, str) else order)
        if stated is not None and len({*stated}) < len(stated):
            raise IllFormedError("order", {"expected": "names, each once", "got": repr(order)})
        number = isinstance(timeout, Real) and not isinstance(timeout, bool)
        if timeout is not None and not (number and 0 < timeout < float("inf")):
            raise IllFormedError(
                "timeout", {"expected": "a number of seconds, or None", "got": repr(timeout)}
            )
        return Code(function, self.program, self.packing, stated, timeout, what=what)

    def point(self) -> Point:
        """The net that the report speaks of."""
        drawn = self.drawn(self.seed, self.steps, self.batch)
        return drawn if self.given is None else filled(drawn, self.given, self.packing)

    def other(
        self, number: int, steps: int | None = None, batch: int | None = None, grown: int = 0
    ) -> Point:
        """Another net, each of its sizes larger by `grown`."""
        taken = self.steps + 1 if steps is None else steps
        width = None if self.batch is None else (batch or self.batch + 1)
        larger = replace(self, sizes={name: size + grown for name, size in self.sizes.items()})
        return larger.drawn(self.seed + 1000 * number, taken, width)

    def drawn(self, seed: int, steps: int, batch: int | None) -> Point:
        """A random net; what the code has no array for is 0, as the biases of a module without."""
        point = draw(
            self.program.cell, self.loss, self.output, sizes=self.sizes, steps=steps, batch=batch,
            seed=seed, dtype=self.packing.dtype, scale=self.scale, initial=self.initial,
            scalars=self.scalars,
        )  # fmt: skip
        held = {part for packed in self.packing.arrays.values() for part in packed.parts}
        parameters = {
            name: value if name in held else np.zeros_like(value)
            for name, value in point.parameters.items()
        }
        return replace(point, parameters=parameters)

    @property
    def small(self) -> Asked:
        """The same, or with small sizes where the net is large."""
        if not self.is_large:
            return self
        return replace(self, sizes=dict(zip(self.sizes, DEFAULT_SIZES, strict=False)))

    @property
    def is_large(self) -> bool:
        """Whether the net is too large for anything but one comparison."""
        point_free = sum(
            int(np.prod([self._size(n) for n in p.shape])) for p in self.program.parameters
        )
        return point_free * self.steps * (self.batch or 1) > LARGE

    def _size(self, size: Any) -> int:
        numbers = {symbol: self.sizes[symbol.name] for symbol in self.program.cell.sizes}
        return int(size.subs(numbers)) if hasattr(size, "subs") else int(size)

    def require_finite(self, run: Run) -> None:
        """Raise `UndecidedError` where the forward pass overflows: nothing can be compared."""
        for label in (v.label for v in self.program.lines):
            for time, value in enumerate(run.sequence(label)):
                if value is not None and not np.isfinite(value).all():
                    raise UndecidedError(
                        "the forward pass overflows at these numbers",
                        {"first": f"{label} at time {time}", "do": "a smaller net, or fewer steps"},
                    )


def as_cell(what: Any) -> Cell:
    """A cell from a cell, a name, a text or a file.

    Raises:
        IllFormedError: for anything else.
    """
    if isinstance(what, Cell):
        return what
    if isinstance(what, Path):
        return read_cell_file(what)
    if isinstance(what, str):
        return read_cell(what)
    inner = getattr(what, "recurrence", what)
    if isinstance(inner, Recurrence):
        outputs = {each[inner.index] for each in inner.outputs}
        kept = {of: value for of, value in inner.definitions.items() if of not in outputs}
        return Cell(
            getattr(what, "cell", "cell"),
            Recurrence(inner.index, inner.states, inner.inputs, kept),
        )
    raise IllFormedError(
        "cell",
        {"expected": f"a Cell, a text, a file, or one of {', '.join(names())}", "got": repr(what)},
    )


def asked(
    of: Cell,
    *,
    loss: str | None,
    reduction: str,
    last: bool,
    output: str | None,
    sizes: Mapping[str, int] | None,
    steps: int,
    batch: int | None,
    layout: str,
    names: Any,
    transposed: Any,
    dtype: Any,
    initial: bool,
    scalars: Mapping[str, float] | None,
    at: Mapping[str, Any] | None,
    seed: int,
) -> Asked:
    """What the caller asks for, checked.

    Raises:
        IllFormedError, ShapeError: for what does not fit.
    """
    unknown = [f.name for f in of.activations if f.is_unknown]
    if unknown:
        raise IllFormedError(
            f"{of.name} can not be run: {', '.join(unknown)} is not known",
            {"expected": 'activations={"sigma": "tanh"}'},
        )
    try:
        kind = np.dtype(dtype)
    except TypeError as error:
        raise IllFormedError("dtype", {"expected": "a float dtype", "got": repr(dtype)}) from error
    if kind.kind != "f":
        raise IllFormedError("dtype", {"expected": "a float dtype", "got": str(kind)})
    for what, value in (("steps", steps), ("batch", batch)):
        whole = isinstance(value, Integral) and not isinstance(value, bool) and value > 0
        if not whole and not (what == "batch" and value is None):
            raise IllFormedError(what, {"expected": "a positive integer", "got": repr(value)})
    if not isinstance(seed, Integral) or isinstance(seed, bool) or seed < 0:
        raise IllFormedError("seed", {"expected": "an integer from 0 on", "got": repr(seed)})
    for what, given in (("sizes", sizes), ("names", names), ("scalars", scalars)):
        if given is not None and not isinstance(given, Mapping):
            raise IllFormedError(what, {"expected": "a dict", "got": repr(given)})
    for what, flag in (("last", last), ("initial", initial)):
        if not isinstance(flag, bool):
            raise IllFormedError(what, {"expected": "True or False", "got": repr(flag)})
    if loss is None:
        of, loss, output = _own_loss(of, output)
    program = program_of(of)
    chosen = _sizes(of, sizes)
    read = _output(of, output)
    made = packing(program, names, transposed, layout, kind)
    of_loss = Loss(loss, reduction, last)
    strange = sorted(set(scalars or {}) - {s.name for s in of.scalars})
    if strange:
        raise IllFormedError(
            f"scalars: {', '.join(strange)}",
            {"expected": ", ".join(s.name for s in of.scalars) or "none; the cell has no scalars"},
        )
    for name, value in (scalars or {}).items():
        if not isinstance(value, Real) or not np.isfinite(value):
            raise IllFormedError(f"scalars: {name}", {"expected": "a number", "got": repr(value)})
    if at is not None:
        chosen, steps, batch = sizes_of(at, of, made, chosen, steps)
        scalars = scalars_of(at, of, scalars)
    return Asked(
        program, of_loss, read, chosen, int(steps), batch, made, int(seed), initial, scalars, at,
        at is None,
    )  # fmt: skip


def _own_loss(of: Cell, output: str | None) -> tuple[Cell, str, str | None]:
    """The cell without its loss, which loss that is, and of which vector; else a linear one."""
    found = None if output is not None else measure_of(of)
    if found is None:
        return of, LINEAR, output
    plain, loss, read = found
    if loss == ENTROPY:
        # Ours has the softmax in it, and is of what that is taken of.
        (drive,) = plain.definitions[read[plain.index]].args
        if not isinstance(drive, TimeVector):
            return of, LINEAR, output
        return _without(plain, read), loss, drive.label
    return plain, loss, read.label


def _without(of: Cell, gone: Sequence) -> Cell:
    """A cell without a vector that nothing reads."""
    now, recurrence = of.index, of.recurrence
    kept = {each: value for each, value in recurrence.definitions.items() if each != gone[now]}
    letters = {name: letter for name, letter in of.letters.items() if name != gone.label}
    made = Recurrence(now, recurrence.states, recurrence.inputs, kept)
    return Cell(of.name, made, letters, of.reference)


def _sizes(of: Cell, sizes: Mapping[str, int] | None) -> dict[str, int]:
    letters = [symbol.name for symbol in of.sizes]
    strange = sorted(set(sizes or {}) - set(letters))
    if strange:
        raise IllFormedError(
            f"sizes: {', '.join(strange)}",
            {"expected": ", ".join(letters), "got": dict(sizes or {})},
        )
    chosen = dict(zip(letters, DEFAULT_SIZES, strict=False))
    for name, size in (sizes or {}).items():
        if not isinstance(size, Integral) or isinstance(size, bool) or size < 1:
            raise IllFormedError(
                f"sizes: {name}", {"expected": "a positive integer", "got": repr(size)}
            )
        chosen[name] = int(size)
    return chosen


def _output(of: Cell, output: str | None) -> str:
    labels = [each.label for each in of.order]
    if output is not None:
        if output not in labels:
            raise IllFormedError("output", {"expected": ", ".join(labels), "got": repr(output)})
        return output
    now = of.index
    last = [
        each.label
        for each in of.order
        if not any(value.has(each[now]) for value in of.definitions.values())
    ]
    if len(last) != 1:
        raise IllFormedError(
            f"which vector of {of.name} the loss reads is not clear",
            {"expected": f"output = one of {', '.join(labels)}", "got": "none"},
        )
    return last[0]
