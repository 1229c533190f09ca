"""The passes of any cell in the arrays of jax or torch: the same derived steps, another emitter.

    passes = ArrayPasses(named("gru"), "jax")
    run = passes.forward(weights)                 # Weights of jax's arrays, or of NumPy's
    found = passes.backward(run, {"h": g})        # Weights of jax's arrays

The functions are made of the library's own operations, on the arrays' device: they can be compiled
(`jax.jit`), batched (`jax.vmap`) or differentiated once more where they are used. There no value is
known, and `check` is to be called on what came out; elsewhere ∞ and NaN are refused.

jax and torch are extras, loaded at their first use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from symrnn.cells import Cell
from symrnn.cells.network import Network
from symrnn.errors import IllFormedError, RangeError, ShapeError
from symrnn.language.names import in_code
from symrnn.numeric import arguments
from symrnn.numeric.derived import Derived
from symrnn.numeric.fitted import Fitted, fitted
from symrnn.numeric.libraries import BACKENDS
from symrnn.numeric.loop_passes import LoopPasses, require_free_names, require_matrices
from symrnn.numeric.loops import functional
from symrnn.numeric.loops.code import LoopKernel
from symrnn.numeric.loops.plan import plan
from symrnn.numeric.weights import KINDS, Weights
from symrnn.recurrence.adjoint import Adjoint

OWN_NAMES = frozenset({"step", "carried", "row"})
"""What the generated functions call their own."""


@dataclass(frozen=True, eq=False)
class ArrayRun:
    """One forward pass in the library's arrays.

    Attributes:
        weights: what was run, in the library's arrays.
        fit: its sizes and shapes; the arrays in it hold no numbers.
        rows: every vector that was computed, and the inputs: a state at the times 0 … T,
            (T+1, …, n), all else at the times 1 … T.
    """

    weights: Weights
    fit: Fitted
    rows: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        """A vector: a state at the times 0 … T, (T+1, …, n), all else at 1 … T, (T, …, n).

        Raises:
            IllFormedError: for a name that the cell does not have.
        """
        if in_code(name) not in self.rows:
            known = ", ".join(sorted(self.rows))
            raise IllFormedError(f"there is no vector {name}", {"expected": known, "got": name})
        return self.rows[in_code(name)]


@dataclass(frozen=True, eq=False)
class ArrayPasses:
    """The passes of one cell for one array library, generated at their first use.

    Attributes:
        of: a cell, or one with a loss as statements speak of it; no activation of which only the
            name is known.
        backend: "jax", "torch" or "numpy".

    Raises:
        IllFormedError: another backend.
    """

    of: Cell | Network
    backend: str
    _made: dict[Any, LoopKernel | None] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if self.backend not in BACKENDS:
            raise IllFormedError(
                "unknown backend", {"expected": ", ".join(BACKENDS), "got": self.backend}
            )

    def __reduce__(self) -> Any:
        """The cell travels; what was generated is generated again where it is used."""
        return type(self), (self.of, self.backend)

    @property
    def cell(self) -> Cell:
        """What is run."""
        return self.of.cell if isinstance(self.of, Network) else self.of

    @cached_property
    def derived(self) -> Derived:
        """The definitions with names for what is computed on the way, and their adjoint."""
        return Derived(self.cell)

    @cached_property
    def arrays(self) -> Mapping[str, Any]:
        """The library's own functions that the passes need beside the generated source.

        Raises:
            NotSupportedError: the library is not installed.
        """
        chosen = BACKENDS[self.backend]
        return chosen.namespace(chosen.module)

    @cached_property
    def _recursions(self) -> LoopPasses:
        return LoopPasses(self.derived)

    def loop(
        self, name: str, found: Adjoint | None = None, *, shared: bool = True
    ) -> LoopKernel | None:
        """A generated function: "forward", "readout", "backward", "inputs"; None for no such part.

        Raises:
            NotSupportedError: for what loops have no operation for, or a name that they take.
        """
        require_matrices(self.derived)
        found = self.derived.adjoint if found is None else found
        key = name, id(found), shared
        if key not in self._made:
            recursion = self._recursions.recursion(name, found)
            made = None
            if recursion is not None:
                require_free_names(recursion, OWN_NAMES.union(self.arrays))
                formula = BACKENDS[self.backend].formula
                made = functional.emit(plan(recursion), formula, self.arrays, shared=shared)
            self._made[key] = made
        return self._made[key]

    # ------------------------------------------------------------------ running

    def forward(self, weights: Weights) -> ArrayRun:
        """The forward pass.

        Args:
            weights: arrays of the library, or what it makes arrays of, as for `Kernels.forward`.

        Raises:
            IllFormedError, ShapeError: weights that do not fit, or are not finite (unless traced).
            RangeError: a value overflows.
            NotSupportedError: a cell that loops have no operation for.
        """
        weights = self._own(weights)
        fit = fitted(self.cell, _shapes(weights))
        for kind, name, array in weights:
            if self.arrays["finite"](array) is False:
                raise IllFormedError(
                    f"{kind}[{name!r}] holds non-finite entries", {"got": "∞ or NaN"}
                )
        spread = self.arrays["broadcast_to"]
        values = _setting(weights, fit)
        for name, state in weights.states.items():
            values[name] = spread(state, (*fit.batch, state.shape[-1]))
        rows = {}
        for name, x in weights.inputs.items():
            gap = (1,) * (len(fit.batch) - (x.ndim - 2))
            x = x.reshape(len(x), *gap, *x.shape[1:])
            rows[name] = values[name] = spread(x, (fit.steps, *fit.batch, x.shape[-1]))
        for part in ("forward", "readout"):
            loop = self.loop(part, shared=fit.shared)
            if loop is None:
                continue
            made = _run(loop, values)
            for name in weights.states if part == "forward" else ():
                made[name] = self.arrays["joined"]([values[name][None], made[name]])
            for name in made if part == "readout" else ():
                # It may be the same at all times.
                made[name] = spread(made[name], (fit.steps, *fit.batch, made[name].shape[-1]))
            rows |= made
            values |= made
        self.check(rows, f"the forward pass of {self.cell.name}")
        return ArrayRun(weights, fit, rows)

    def loss(self, run: ArrayRun) -> Any:
        """The sum of the cell's own losses over all times, one number a sequence.

        Raises:
            IllFormedError: the cell has none that is known.
        """
        self._require_loss()
        return sum(run.rows[label][..., 0].sum(0) for label in self.derived.losses)

    def backward(
        self,
        run: ArrayRun,
        given: Mapping[str, Any] | None = None,
        *,
        arriving: Mapping[str, Any] | None = None,
        since: int = 0,
        summed: bool = True,
    ) -> Weights:
        """The gradients of a loss by every parameter, initial state and input.

        Args:
            run, given, arriving, since, summed: as for `Kernels.backward`; the gradients by inputs
                are those of the times since + 1 … T.

        Raises:
            IllFormedError, ShapeError: gradients for what the cell does not have, or that do not
                fit; no loss at all.
            RangeError: a value overflows.
        """
        fit, known = run.fit, {each.label: each for each in self.derived.named}
        if given is None:
            self._require_loss()
            given = {name: 0 * run.rows[name] + 1 for name in self.derived.losses}
        arguments.times(fit.steps, fit.steps, since)
        if since == fit.steps:
            raise IllFormedError("since is the last time", {"expected": f"0 … {fit.steps - 1}"})
        rows = self._fitting("the loss by", given, known, run, timed=True)
        states = {each.label: each for each in self.derived.recurrence.states}
        last = self._fitting("what arrives at", arriving or {}, states, run, timed=False)
        found = self.derived.adjoint_of([known[name] for name in rows])
        values = {**_setting(run.weights, fit), **run.rows, "first": since + 1, "summed": summed}
        for of, e in found.carry.items():
            values[e.label] = last.get(of.label, 0 * run.rows[of.label][-1])
        for name, row in rows.items():
            values[found.given[known[name]].label] = row
        loop = self.loop("backward", found, shared=fit.shared)
        assert loop is not None  # every cell has a state
        made = _run(loop, values)
        parameters = {}
        for parameter in found.parameters:
            name = in_code(parameter.name)
            value = made.get(name)
            parameters[name] = (
                self._no_gradient(run, name, summed=summed)
                if value is None
                else value[..., 0]
                if name in fit.scalars
                else value
            )
        starts = {of.label: made[e.label][0] for of, e in found.carry.items()}
        through, entered = self.loop("inputs", found, shared=fit.shared), {}
        if through is not None:
            # The adjoints that were returned begin at the time `since` + 1.
            later = {n: row[since:] for n, row in run.rows.items()}
            later |= {n: made[n] for n in loop.plan.returned}
            span = {"first": 1, "last": fit.steps - since}
            entered = _run(through, {**values, **later, **span})
        entering: dict[str, Any] = {}
        for of in found.inputs:
            value, row = entered.get(found.delta[of].label), run.rows[of.label][since:]
            shape = (len(row), *fit.batch, row.shape[-1])
            none = 0 * self.arrays["broadcast_to"](row, shape)
            entering[of.label] = none if value is None else value
        result = Weights(parameters, starts, entering, fit.steps)
        self.check({name: array for _, name, array in result}, "the gradient")
        return result

    def _no_gradient(self, run: ArrayRun, name: str, *, summed: bool) -> Any:
        """Zeros in the shape of a parameter's gradient."""
        fit, own = run.fit, run.weights.parameters[name]
        axes = 0 if name in fit.scalars else 1 + (name in fit.matrices)
        one = own[(0,) * (len(own.shape) - axes)]  # one sequence's, where each has its own
        return 0 * self.arrays["broadcast_to"](one, (*(() if summed else fit.batch), *one.shape))

    def check(self, result: Mapping[str, Any], what: str = "the result") -> None:
        """Refuse ∞ and NaN; traced arrays have no values to check.

        Raises:
            RangeError: an entry is not finite.
        """
        for name, value in result.items():
            if self.arrays["finite"](value) is False:
                raise RangeError(
                    f"{what} overflows {value.dtype}",
                    {"where": name, "instead": "truncation, or smaller weights"},
                )

    # ------------------------------------------------------------------ arguments

    def _own(self, weights: Weights) -> Weights:
        """The weights in the library's arrays."""
        if not isinstance(weights, Weights):
            raise IllFormedError(
                f"weights of {self.cell.name}",
                {"expected": "Weights", "got": type(weights).__name__},
            )
        into = self.arrays["array"]
        parameters, states, inputs = (
            {n: self._array(into, n, a) for n, a in getattr(weights, kind).items()}
            for kind in KINDS
        )
        return Weights(parameters, states, inputs, weights.steps)

    def _array(self, into: Any, name: str, value: Any) -> Any:
        if hasattr(value, "dtype") and not isinstance(value, np.ndarray | np.generic):
            return value
        return into(arguments.array_of(name, value))

    def _fitting(
        self,
        what: str,
        given: Mapping[str, Any],
        known: Mapping[str, Any],
        run: ArrayRun,
        *,
        timed: bool,
    ) -> dict[str, Any]:
        if not isinstance(given, Mapping):
            raise IllFormedError(
                f"{what} …", {"expected": "arrays by name", "got": type(given).__name__}
            )
        named = {in_code(n): self._array(self.arrays["array"], n, v) for n, v in given.items()}
        for name, value in named.items():
            if name not in known:
                raise IllFormedError(f"{what} {name}", {"expected": f"one of {', '.join(known)}"})
            shape = tuple(run.rows[name].shape[1:])
            wanted = (run.fit.steps, *shape) if timed else shape
            if tuple(value.shape) != wanted:
                raise ShapeError(
                    f"{what} {name} has shape {tuple(value.shape)}", {"expected": wanted}
                )
        return named

    def _require_loss(self) -> None:
        if not self.derived.losses:
            raise IllFormedError(
                f"{self.cell.name} has no loss of its own",
                {"expected": "gradients by name, or a cell with a loss"},
            )


def _run(loop: LoopKernel, values: Mapping[str, Any]) -> dict[str, Any]:
    """The results; what overflows is found in them."""
    with np.errstate(over="ignore", invalid="ignore"):
        return loop(values)


def _shapes(weights: Weights) -> Weights:
    """Arrays of the same names, shapes and dtypes without numbers: what is traced has none."""

    def empty(array: Any) -> Any:
        kind = np.dtype(str(array.dtype).removeprefix("torch."))
        return np.broadcast_to(np.zeros((), kind), tuple(array.shape))

    parameters, states, inputs = (
        {n: empty(a) for n, a in getattr(weights, kind).items()} for kind in KINDS
    )
    return Weights(parameters, states, inputs, weights.steps)


def _setting(weights: Weights, fit: Fitted) -> dict[str, Any]:
    return {**weights.parameters, **fit.sizes, "first": 1, "last": fit.steps, "summed": False}
