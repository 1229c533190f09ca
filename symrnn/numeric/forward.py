"""What is run of a cell: the definitions, the engines that run them, and one forward pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy.matrices.expressions import MatrixExpr

from symrnn.cells import Cell
from symrnn.cells.elman import with_symbolic_sizes
from symrnn.cells.network import Network
from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.language.activations import Elementwise
from symrnn.language.algebra import as_matrix
from symrnn.language.names import in_code
from symrnn.language.time import TimeVector
from symrnn.numeric import arguments, by_name
from symrnn.numeric.derived import Derived
from symrnn.numeric.fitted import Fitted, fitted
from symrnn.numeric.in_order import weights_of
from symrnn.numeric.loop_passes import LoopPasses
from symrnn.numeric.loops.code import LoopKernel
from symrnn.numeric.lower import lower
from symrnn.numeric.plain_passes import PlainPasses, bindings_of
from symrnn.numeric.run import Run
from symrnn.numeric.weights import Weights

Array = NDArray[Any]

LOOKED_AT: dict[str, Any] = {"divide": "ignore", "invalid": "ignore", "over": "ignore"}
"""For `np.errstate`: a branch of a formula that is not taken may overflow; what comes out of it is
looked at."""


@dataclass(frozen=True, eq=False)
class Forward:
    """The forward pass of one cell, and what every other pass needs; fields as of `Kernels`."""

    of: Cell | Network
    planned: bool = True
    compiled: bool = False
    by_values: bool = False
    ran: dict[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.of, Cell | Network):
            raise IllFormedError(
                "kernels are of a cell",
                {"expected": 'a cell, such as named("lstm")', "got": type(self.of).__name__},
            )

    def __reduce__(self) -> Any:
        """The cell travels; what was generated is generated again where it is used."""
        return type(self), (self.of, self.planned, self.compiled, self.by_values, dict(self.ran))

    @property
    def cell(self) -> Cell:
        """What is run."""
        return self.of.cell if isinstance(self.of, Network) else self.of

    @property
    def rnn(self) -> Network:
        """The cell as statements speak of it, with its activation.

        Raises:
            NotSupportedError: the kernels are of a cell by itself.
        """
        if not isinstance(self.of, Network):
            raise NotSupportedError(
                f"{self.cell.name} by itself has no letters of the lecture",
                {"expected": 'kernels of a network, such as elman("tanh")', "got": "a cell"},
            )
        return self.of

    @cached_property
    def derived(self) -> Derived:
        """The definitions with names for what is computed on the way, and what is derived."""
        return Derived(self._generic, self.by_values)

    @cached_property
    def _generic(self) -> Cell:
        """The cell with symbols for its sizes, where they are numbers: a W of 1 × 1 reads as a
        number, and what is generated from symbols serves every size."""
        return with_symbolic_sizes(self.of).cell if isinstance(self.of, Network) else self.of

    @cached_property
    def _plain(self) -> PlainPasses:
        return PlainPasses(self.derived)

    @cached_property
    def _loops(self) -> LoopPasses:
        return LoopPasses(self.derived)

    @cached_property
    def _compiled_loops(self) -> LoopPasses:
        return LoopPasses(self.derived, compiled=True)

    @cached_property
    def _grouped_loops(self) -> LoopPasses:
        return LoopPasses(self.derived, grouped=True)

    def loops(self, name: str) -> LoopKernel:
        """A generated loop: "forward", "readout", "backward" (of a loss that reads every vector),
        "inputs" or "tangent"; `source` is its code.

        Raises:
            IllFormedError: for another name, or a part that the cell does not have.
            NotSupportedError: for what loops have no operation for.
        """
        return self._loops.named(name)

    def _engine(self, name: str, fit: Fitted) -> PlainPasses | LoopPasses:
        if self.compiled and self._compiled_loops.runs(fit):
            self.ran[name] = "numba"
            return self._compiled_loops
        if self.compiled and self._grouped_loops.runs(fit):
            self.ran[name] = "groups"
            return self._grouped_loops
        if self.planned and self._loops.runs(fit):
            self.ran[name] = "loop"
            return self._loops
        self.ran[name] = "definitions"
        return self._plain

    # ------------------------------------------------------------------ running

    def run(self, *given: Any, **named: Any) -> Run:
        """The forward pass of `Weights`, or of arrays in a row: parameters in the order in which
        the cell's text reads them, initial states, inputs.

        Args:
            given: W, U, b, s0, x of the Elman cell; without inputs the number of steps in the
                place of x. Axes in front of a matrix or a vector are batches.
            named: the same by name.

        Raises:
            As `forward`.
        """
        return self.forward(weights_of(self.cell, given, named))

    def forward(self, weights: Weights) -> Run:
        """The forward pass.

        Raises:
            IllFormedError, ShapeError: weights that do not fit, naming what, what was expected and
                what came; an activation of which only the name is known.
            RangeError: a value overflows.
        """
        derived = self.derived
        fit = fitted(self.cell, weights)
        if self._generic is not self.cell:
            fit = fitted(self._generic, weights)
        with np.errstate(**LOOKED_AT):
            rows = self._engine("forward", fit).forward(fit)
        computed = [array for name, array in rows.items() if name not in fit.inputs]
        what, advice = f"the forward pass of {self.cell.name}", "smaller weights, bounded functions"
        arguments.in_range(what, computed, advice)
        named = frozenset(each.label for each in derived.named) | {*fit.inputs}
        return Run(fit, rows, named)

    def loss(self, run: Run) -> Array:
        """The sum of the cell's own losses over all times, one number a sequence.

        Raises:
            IllFormedError: the cell has none that is known.
        """
        losses = self.derived.losses
        if not losses:
            raise self._without_loss()
        return np.asarray(sum(run.rows[label][..., 0].sum(axis=0) for label in losses))

    def evaluate(self, run: Run, expression: MatrixExpr) -> Array:
        """An expression in the cell's vectors and parameters at the times 1 … T, (T, …, p, q).

        Args:
            run: a forward pass.
            expression: written at the cell's own time, `cell.index`.
        """
        columns = {name: run[name][..., None] for name in run.named}
        times = {self.cell.index.name: np.arange(1, run.steps + 1)}
        value = _lowered(expression)(bindings_of(run.weights) | columns | times)
        lead = (run.steps, *run.weights.batch)
        return np.broadcast_to(value, np.broadcast_shapes(value.shape, (*lead, 1, 1)))

    @cached_property
    def activated(self) -> Mapping[str, Elementwise]:
        """What is an activation of something, by its name: gates, and states that are σ(…)."""
        definitions = self.derived.recurrence.definitions

        def opened(argument: MatrixExpr) -> MatrixExpr:
            # What is computed at the same time is written out; the state before stays.
            while read := argument.atoms(TimeVector) & {*definitions}:
                argument = as_matrix(argument.xreplace({of: definitions[of] for of in read}))
            return argument

        return {
            of.label: Elementwise(value.activation, opened(value.argument))
            for of, value in definitions.items()
            if isinstance(value, Elementwise)
        }

    def slopes(self, run: Run, name: str | None = None) -> Array:
        """σ′ of what the vector `name` is σ of, at places 1 … T, (T+1, …, n); place 0 is NaN.

        Args:
            run: a forward pass.
            name: a gate, or another vector that is an activation of something; may be left out
                where the cell has one.

        Raises:
            IllFormedError: no such vector, or none is named and there are several.
            RangeError: a slope overflows.
        """
        known = self.activated
        name = next(iter(known)) if name is None and len(known) == 1 else name
        if name is None or name not in known:
            raise IllFormedError("slopes", {"expected": f"one of {', '.join(known)}", "got": name})
        value = known[name]
        with np.errstate(**LOOKED_AT):
            found = self.evaluate(run, value.activation.prime(value.argument))[..., 0]
        arguments.in_range("a slope σ′", [found], "pre-activations nearer to 0")
        full = np.broadcast_to(found, (run.steps, *run.batch, found.shape[-1]))
        return np.concatenate([np.full_like(full[:1], np.nan), full])

    # ------------------------------------------------------------------ arguments

    @property
    def _states(self) -> dict[str, Any]:
        return {each.label: each for each in self.derived.recurrence.states}

    def whole(self, what: str, given: Any, run: Run, *, directions: bool = True) -> Array:
        """A vector of the whole state, checked against the run; writable.

        Args:
            what: the name of the argument.
            given: (…, Σn), or arrays (…, n) by the name of the part; what is not named is 0.
            run: a forward pass.
            directions: whether there may be axes in front of the run's batch.

        Raises:
            IllFormedError, ShapeError: it does not fit.
        """
        if not isinstance(given, Mapping):
            shape, kind = (*run.batch, run.size), run.weights.dtype
            v = arguments.vectors(what, given, kind, shape, "(…, Σn)")
        else:
            v = by_name.joined(f"the {what} of", self._states, run, given)
        if not directions and v.ndim > 1 + len(run.batch):
            raise by_name.wrong_shape(what, v.shape, (*run.batch, run.size))
        return v

    def _without_loss(self) -> IllFormedError:
        state = in_code(self.cell.states[-1].label)
        return IllFormedError(
            f"{self.cell.name} has no loss of its own",
            {"expected": f"{{{state!r}: ∂⁺L/∂{state}}}, or a cell with a loss", "got": "nothing"},
        )


_lowered = lru_cache(maxsize=128)(lower)
