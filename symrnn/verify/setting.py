"""Concrete settings: numbers for all a claim speaks of, and the recurrence run on them.

Many settings of one shape are one batch: everything has a leading axis, and is computed at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Sequence as Several
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, lru_cache
from typing import Any

import numpy as np
import sympy
from numpy.random import Generator
from numpy.typing import NDArray
from sympy import Expr, Lambda, Symbol
from sympy.matrices.expressions import MatrixExpr
from sympy.printing.codeprinter import PrintMethodNotImplementedError

from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.language.activations import FORMULAS, Activation, Elementwise, activation
from symrnn.language.shapes import symbolic
from symrnn.language.slope_at import KINKED
from symrnn.language.time import Sequence, TimeVector
from symrnn.numeric.activations import ACTIVATIONS
from symrnn.numeric.lower import Kernel, lower, lower_activation
from symrnn.numeric.printer import KernelPrinter, formula_at, parameter_name, slope_name
from symrnn.recurrence.recurrence import Recurrent
from symrnn.verify.functions import field as unnamed_field
from symrnn.verify.functions import loss, sigma_of, unnamed
from symrnn.verify.within import at_integers, concerning

Array = NDArray[Any]
Functions = Mapping[str, Callable[[Any], Any]]


class BatchPrinter(KernelPrinter):
    """Scalars have the batch as their only axis: beside a matrix they get two more."""

    def _scaled(self, coefficient: Expr) -> str:
        written = f"({self._print(coefficient)})"
        return written if coefficient.is_number else f"asarray({written})[..., None, None]"

    # The complex step carries an imaginary part through these: the branch is that of the real one.

    def _print_Abs(self, node: Any) -> str:
        value = self._print(node.args[0])
        return f"(where(real({value}) < 0, -1.0, 1.0) * ({value}))"

    def _print_Heaviside(self, node: Any) -> str:
        return f"heaviside(real({self._print(node.args[0])}), 0.5)"

    def _print_floor(self, node: Any) -> str:
        return f"floor(real({self._print(node.args[0])}))"

    def _print_ceiling(self, node: Any) -> str:
        return f"ceil(real({self._print(node.args[0])}))"

    def _print_DiracDelta(self, node: Any) -> str:
        return f"where(real({self._print(node.args[0])}) == 0, nan, 0.0)"

    def _print_sign(self, node: Any) -> str:
        return f"sign(real({self._print(node.args[0])}))"

    def _print_Product(self, node: Any) -> str:
        # The last range is the outermost; inner ones may read its index.
        ranges = [
            f"for {self._print(index)} in range({self._print(lower)}, {self._print(upper)} + 1)"
            for index, lower, upper in reversed(node.limits)
        ]
        return f"prod([{self._print(node.function)} {' '.join(ranges)}], axis=0)"

    def _print_Elementwise(self, node: Elementwise) -> str:
        if node.activation.is_unknown:
            return str(super()._print_Elementwise(node))
        body = formula_at(node.activation, self._print(node.argument))
        scalars = body.free_symbols & node.free_symbols
        columns = {s: _Column(self._print(s), **s.assumptions0) for s in scalars}
        return f"({self._print(body.xreplace(columns))})"


class _Column(Symbol):  # type: ignore[misc]
    """A scalar beside the entries of a matrix."""

    def _numpycode(self, printer: Any) -> str:
        return f"asarray({self.name})[..., None, None]"


@lru_cache(maxsize=4096)
def lowered(expression: Any) -> Kernel:
    """The kernel of an expression for a batch of settings.

    Raises:
        NotSupportedError: it holds a function that has no numbers here.
    """
    try:
        return lower(_with_values(expression), printer=BatchPrinter)
    except PrintMethodNotImplementedError as error:
        raise NotSupportedError(f"no numbers for {expression}", {"why": str(error)}) from error


def _with_values(expression: Any) -> Any:
    """An unknown function that is called as a known one has its values.

    Not where that one has kinks: what is claimed of functions that are differentiable, says
    nothing there.
    """
    known = {
        function: _derived(activation(function.name), function.order)
        for function in expression.atoms(Activation)
        if function.is_unknown and function.name in SMOOTH
    }
    return expression.xreplace(known) if known else expression


def _derived(function: Activation, order: int) -> Activation:
    return function if order == 0 else _derived(function.prime, order - 1)


SMOOTH = frozenset(name for name, formula in FORMULAS.items() if not formula.has(*KINKED))
"""The known functions without kinks."""


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


UNBOUNDED = "1.5 x + cos x"
"""A σ that is none of the usual ones: neither bounded nor odd, σ(0) = 1, slopes in [0.5, 2.5]."""


def _unbounded() -> Functions:
    return {
        slope_name(0): lambda x: 1.5 * x + np.cos(x),
        slope_name(1): lambda x: 1.5 - np.sin(x),
        slope_name(2): lambda x: -np.cos(x),
    }


def _without_peaks(function: Activation) -> Activation:
    """σ″ of what has kinks is 0 beside them; at them there is no σ′, and it is not asked for."""
    (x,) = function.function.variables
    body = function.function.expr.replace(sympy.DiracDelta, lambda *_: sympy.S.Zero)
    return Activation(function.name, Lambda(x, body), function.order)


@cache
def functions(name: str | Activation) -> Functions:
    """σ, written by hand where it has a name, and σ′, σ″ lowered from the derived expressions."""
    if name == UNBOUNDED:
        return _unbounded()
    sigma = activation(name)
    first = sigma.prime
    return {
        slope_name(0): ACTIVATIONS[name] if isinstance(name, str) else lower_activation(sigma),
        slope_name(1): _Later(first),
        slope_name(2): _Later(_without_peaks(first.prime)),
    }


@dataclass(frozen=True)
class _Later:
    """The NumPy function of an activation, generated when it is first called.

    To choose the form of a second slope takes seconds, and few claims speak of one.
    """

    activation: Activation

    @cached_property
    def _function(self) -> Callable[[Any], Any]:
        return lower_activation(self.activation)

    def __call__(self, x: Any) -> Any:
        return self._function(x)


def inexact(name: str | Activation, size: float, rng: Generator) -> Functions:
    """The same functions with an error: of σ relative to its value, of σ′ and σ″ relative to 1.

    1 - tanh² and ℓ(1 - ℓ) are differences of terms of order one: their rounding is absolute.
    """

    def moved(function: Callable[[Any], Any], relative: bool) -> Callable[[Any], Any]:
        def erring(x: Any) -> Any:
            value = function(x)
            return value + size * rng.normal(size=np.shape(x)) * (value if relative else 1.0)

        return erring

    return {
        name: moved(function, name == slope_name(0)) for name, function in functions(name).items()
    }


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
    """

    rnn: Recurrent
    sigma: str | Activation
    sizes: dict[Symbol, int]
    arrays: dict[str, Array]
    scalars: dict[Symbol, Any] = field(default_factory=dict)
    kind: str = "2"
    steps: int = 6
    functions: Functions | None = None
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

    @property
    def count(self) -> int:
        """B."""
        return int(next(iter(self.arrays.values())).shape[-3])

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
