"""Concrete settings: numbers for all a claim speaks of, and the recurrence run on them.

Many settings of one shape are one batch: everything has a leading axis, and is computed at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Sequence as Several
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError
from symrnn.language.activations import Activation
from symrnn.language.shapes import symbolic
from symrnn.language.time import Sequence, TimeVector
from symrnn.numeric.lower import Kernel
from symrnn.numeric.printer import parameter_name
from symrnn.recurrence.recurrence import Recurrent
from symrnn.verify.functions import field as unnamed_field
from symrnn.verify.functions import loss, sigma_of, unnamed
from symrnn.verify.lowering import Functions, functions, lowered
from symrnn.verify.within import at_integers, concerning

Array = NDArray[Any]

LAST_DIGITS = 1e-15
"""What the last digits of a number are, relative to it."""


@cache
def _definitions(rnn: Recurrent) -> tuple[tuple[str, Kernel], ...]:
    """States and intermediates as kernels, in an order in which each can be computed."""
    recurrence = rnn.recurrence
    ordered: list[tuple[str, Kernel]] = []
    waiting = [v for v in recurrence.definitions if v.sequence not in recurrence.outputs]
    while waiting:
        ready = [v for v in waiting if not set(recurrence.same_time(v)) & set(waiting)]
        if not ready:
            raise IllFormedError("the definitions use each other in a circle", {"of": waiting})
        for vector in ready:
            ordered.append((vector.label, lowered(recurrence.definitions[vector])))
            waiting.remove(vector)
    return tuple(ordered)


@cache
def _symbols(rnn: Recurrent) -> frozenset[Any]:
    """What the definitions and σ speak of."""
    definitions = rnn.recurrence.definitions.values()
    return frozenset().union(
        sigma_of(rnn).function.free_symbols, *(value.free_symbols for value in definitions)
    )


@cache
def _outputs(rnn: Recurrent) -> tuple[tuple[str, Kernel], ...]:
    recurrence = rnn.recurrence
    return tuple(
        (vector.label, lowered(value))
        for vector, value in recurrence.definitions.items()
        if vector.sequence in recurrence.outputs
    )


@dataclass
class Setting:
    """Numbers for a claim, or for a batch of B settings of one shape.

    Args:
        rnn: the recurrence; its σ may be unknown.
        sigma: the activation that stands for an unknown σ.
        sizes: integers for symbolic sizes.
        arrays: parameters (B, rows, cols), inputs and initial states (B, n, 1), by name; inputs
            are (T+1, B, m, 1) with place 0 unused, initial states are called `s_0`.
        scalars: numbers (B,) for scalar symbols.
        kind: the norm that stands for "any".
        steps: T.
        functions: other values of σ, σ′, σ″ than those of `sigma`.
        erring: what a derivative that was computed is taken for; itself by default.
    """

    rnn: Recurrent
    sigma: str | Activation
    sizes: dict[Symbol, int]
    arrays: dict[str, Array]
    scalars: dict[Symbol, Any] = field(default_factory=dict)
    kind: str = "2"
    steps: int = 6
    functions: Functions | None = None
    erring: Callable[[Array], Array] | None = None
    _kept: Setting | None = field(default=None, init=False, repr=False, compare=False)
    _changed: frozenset[Symbol] = field(default=frozenset(), init=False, repr=False, compare=False)

    def take(self, places: Any) -> Setting:
        """Those of a batch that are at `places`."""
        arrays = {
            # A sequence has the time before the batch.
            name: value[:, places] if value.ndim == 4 else value[places]
            for name, value in self.arrays.items()
        }
        scalars = {symbol: value[places] for symbol, value in self.scalars.items()}
        return replace(self, arrays=arrays, scalars=scalars)

    def moved(self, seed: int = 0) -> Setting:
        """The same numbers but for their last digits."""
        rng = np.random.default_rng(seed)
        arrays = {
            name: value * (1 + LAST_DIGITS * rng.normal(size=value.shape))
            for name, value in self.arrays.items()
        }
        return replace(self, arrays=arrays)

    @property
    def count(self) -> int:
        """B."""
        return int(next(iter(self.arrays.values())).shape[-3])

    @property
    def batched(self) -> bool:
        """Whether there is more than one setting, or an axis for more."""
        return next(iter(self.arrays.values())).ndim > 2

    def with_scalars(self, scalars: Mapping[Symbol, Array]) -> Setting:
        """The same with other numbers for some scalars; what these do not change is kept."""
        changed = self._changed | scalars.keys()
        found = replace(self, scalars={**self.scalars, **scalars})
        if not changed & _symbols(self.rnn):
            found._kept, found._changed = self._kept or self, changed
        return found

    def derivatives(self, node: Any) -> dict[Any, Array]:
        """Values of derivatives already computed, by node: those among which this one belongs."""
        if self._kept is not None and not node.free_symbols & self._changed:
            return self._kept._derivatives
        return self._derivatives

    @cached_property
    def _derivatives(self) -> dict[Any, Array]:
        return {}

    @cached_property
    def constants(self) -> dict[str, Any]:
        """What does not depend on time, under the names generated source uses."""
        named = {symbol.name: value for symbol, value in self.scalars.items()}
        named = {("lambda_" if key == "lambda" else key): value for key, value in named.items()}
        named.update({symbol.name: value for symbol, value in self.sizes.items()})
        # A claim about a scalar x means the scalar, also beside a recurrence with inputs x_j.
        given = functions(self.sigma) if self.functions is None else self.functions
        return {**given, **self._unnamed, "dtype": np.float64, **self.arrays, **named}

    @cached_property
    def given(self) -> dict[str, Any]:
        """All that does not depend on what is asked for: the constants, and every vector."""
        return {**self.constants, **self.trajectory}

    @property
    def _unnamed(self) -> dict[str, Callable[..., Array]]:
        """A function for each name in the definitions that says nothing else."""
        found: dict[str, Callable[..., Array]] = {"ell": loss}
        for function in unnamed(self.rnn.recurrence):
            high = symbolic(function.shape[0])
            rows = at_integers(high, concerning(high, self.sizes))
            found.setdefault(function.label, unnamed_field(function.label, int(rows)))
        return found

    @cached_property
    def trajectory(self) -> dict[str, Any]:
        """Every defined vector at times 0 … T."""
        if self._kept is not None:
            return self._kept.trajectory
        states = {(state.label, 0): self.arrays[f"{state.label}_0"] for state in self._states}
        return self._run({}, 0, states, self.steps, {})

    def run(
        self, changed: dict[str, Any], start: int, given: dict[tuple[str, int], Array], stop: int
    ) -> dict[str, Any]:
        """Every defined vector up to time `stop`, with something changed.

        Args:
            changed: parameters, or sequences of inputs, with a batch of other values, from the
                step after `start` on.
            start: the last time at which nothing has changed yet.
            given: vectors, by label and time, that have other values than by their definitions.
            stop: the last time wanted.
        """
        return self._run(changed, start, given, stop, self.trajectory)

    @property
    def _states(self) -> tuple[Sequence, ...]:
        return self.rnn.recurrence.states

    def _run(
        self,
        changed: dict[str, Any],
        start: int,
        given: dict[tuple[str, int], Array],
        stop: int,
        base: dict[str, Any],
    ) -> dict[str, Any]:
        index, definitions = self.rnn.recurrence.index.name, _definitions(self.rnn)
        constants = {**self.constants, **self.arrays, **changed}
        starts = [start + 1] if changed or not given else []
        first = min([*starts, *(time for _, time in given)])
        stop = max([stop, *(time for _, time in given)])
        values: dict[str, Any] = {}
        for label, _ in definitions:
            known = base[label][:first] if base else [None] * first
            values[label] = [*known, *[None] * (stop + 1 - first)]
        if first == 0 and base:
            # What is not given anew at time 0 is as it was.
            for state in self._states:
                values[state.label][0] = base[state.label][0]
        for (label, time), value in given.items():
            values[label][time] = value
        now = {**constants, **values}
        for j in range(max(first, 1), stop + 1):
            now[index] = j
            for label, kernel in definitions:
                if (label, j) not in given:
                    now[label][j] = kernel(now)
        for label, kernel in _outputs(self.rnn):
            values[label] = _Lazy(kernel, now, index)
        return values


@dataclass(frozen=True)
class _Lazy:
    """A sequence whose members are computed when they are asked for."""

    kernel: Kernel
    bindings: Mapping[str, Any]
    index: str

    def __getitem__(self, j: Any) -> Any:
        return self.kernel({**self.bindings, self.index: j})


def together(settings: Several[Setting]) -> Setting:
    """Batches one after the other, as one."""
    first, *rest = settings
    if not rest:
        return first
    arrays = {
        name: np.concatenate([each.arrays[name] for each in settings], axis=-3)
        for name in first.arrays
    }
    scalars = {
        symbol: np.concatenate([each.scalars[symbol] for each in settings])
        for symbol in first.scalars
    }
    return replace(first, arrays=arrays, scalars=scalars)


def array_of(setting: Setting, node: MatrixExpr, trajectory: dict[str, list[Any]]) -> Array:
    """The value of a leaf in a setting."""
    if isinstance(node, TimeVector):
        label, index = node.label, int(node.index)
        if label in trajectory:
            return np.asarray(trajectory[label][index])
        if label not in setting.arrays:
            known = ", ".join({*trajectory, *setting.arrays})
            raise IllFormedError(f"{node} has no value", {"expected": f"one of {known}"})
        return np.asarray(setting.arrays[label][index])
    return setting.arrays[parameter_name(node)]
