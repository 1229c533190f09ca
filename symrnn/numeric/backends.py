"""The kernels of any cell in the arrays of NumPy, jax or torch: products over time and gradients.

    kernels = BackendKernels(named("gru"), "jax")
    run = kernels.run(weights)
    kernels.jacobian(run, t, k)                   # ∂s_t/∂s_k of the whole state

σ and σ′ are the forms of `stable.plan`, chosen by NumPy's functions; what the library's own lose is
measured by `BackendKernels.precision`. jax takes what is subnormal, also on the way, for 0: below
64 times the smallest normal number its values may be 0.

∞, NaN and a product that underflows as a whole are refused as by `Kernels`, but not inside a trace
(`jax.jit`, `jax.vmap`, `jax.grad`), where no value is known: there call `BackendKernels.check` on
what the traced function returned.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from symrnn.errors import IllFormedError, RangeError, ShapeError
from symrnn.language.activations import X
from symrnn.numeric import arguments
from symrnn.numeric.array_passes import ArrayPasses, ArrayRun, _run, _setting
from symrnn.numeric.by_name import named
from symrnn.numeric.in_order import starts_of, weights_of
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.libraries import BACKENDS
from symrnn.numeric.run import Run
from symrnn.numeric.stable.kept import kept
from symrnn.numeric.stable.plan import Plan
from symrnn.numeric.vanishing import vanished
from symrnn.numeric.weights import KINDS, Weights


@dataclass(frozen=True, eq=False)
class BackendKernels(ArrayPasses):
    """The generated functions of a cell for one array library, in the terms of `Kernels`.

    The methods take and return the library's arrays, on their device, of one floating dtype. Under
    jax they can be traced: `jax.jit`, `jax.vmap` and `jax.grad` apply. A vector of the whole state
    has all its parts one below the other.
    """

    backend: str = "numpy"

    @cached_property
    def plain(self) -> Kernels:
        """The same cell in NumPy: what says whether something underflowed."""
        return Kernels(self.of)

    def precision(self) -> dict[str, Plan]:
        """What each activation and its slope keep of their digits in this library on this machine.

        Printed, each is as "within 4 ulp", or how much may be lost, where and in which dtype.
        """
        library = BACKENDS[self.backend]
        every = {name: f for each in self.cell.activations for name, f in _with_slope(each)}
        return {
            name: kept(each.at(X), library.scalar(each), library.least)
            for name, each in every.items()
        }

    def run(self, *given: Any, **named: Any) -> ArrayRun:
        """The forward pass of `Weights`, or of arrays in a row; see `Kernels.run`."""
        return self.forward(weights_of(self.cell, given, named))

    # ------------------------------------------------------------------ products over time

    def jacobian(self, run: ArrayRun, t: int, k: int) -> Any:
        """∂s_t/∂s_k of the whole state, (…, Σn, Σn), numerator layout."""
        size = sum(self._sizes(run))
        like = next(iter(run.weights.states.values()))
        eye = self.arrays["eye"](size, like=like)
        rows = eye.reshape(size, *(1,) * len(run.fit.batch), size)
        start = self.arrays["broadcast_to"](rows, (size, *run.fit.batch, size))
        result = self._pulled(run, t, k, start)
        moved = [*range(1, result.ndim - 1), 0, result.ndim - 1]
        result = self.arrays["axes"](result, moved)
        return self._kept(result, 2, lambda plain, again: plain.jacobian(again, t, k), run)

    def vjp(self, run: ArrayRun, t: int, k: int, cotangent: Any) -> Any:
        """(∂s_t/∂s_k)ᵀ v without the Jacobian, as `Kernels.vjp`."""
        start = self._vector("cotangent", cotangent, run)
        result = self._pulled(run, t, k, start)
        given = self.arrays["host"]
        self._kept(result, 1, lambda p, again: p.vjp(again, t, k, given(start)), run)
        return self._parts(result, run) if isinstance(cotangent, Mapping) else result

    def jvp(self, run: ArrayRun, t: int, k: int, tangent: Any) -> Any:
        """(∂s_t/∂s_k) u without the Jacobian, as `Kernels.jvp`."""
        start = self._vector("tangent", tangent, run)
        result = self._pushed(run, t, k, start)
        given = self.arrays["host"]
        self._kept(result, 1, lambda p, again: p.jvp(again, t, k, given(start)), run)
        return self._parts(result, run) if isinstance(tangent, Mapping) else result

    def _pushed(self, run: ArrayRun, t: int, k: int, start: Any) -> Any:
        arguments.times(run.fit.steps, t, k)
        if t == k:
            return start
        moves = self.derived.tangents
        values = {**_setting(run.weights, run.fit), **run.rows, "first": k + 1, "last": t}
        parts = self._parts(start, run)
        labels = {each.label: moves.moved[each].label for each in self.derived.recurrence.states}
        values |= {labels[name]: part for name, part in parts.items()}
        loop = self.loop("tangent", shared=run.fit.shared)
        assert loop is not None  # every cell has a state
        made = _run(loop, values)
        result = self._joined([made[labels[name]] for name in parts])
        self.check({"jvp": result}, "the jvp of ∂s_t/∂s_k")
        return result

    def _pulled(self, run: ArrayRun, t: int, k: int, start: Any) -> Any:
        arguments.times(run.fit.steps, t, k)
        if t == k:
            return start
        part = _beside(_between(run, k, t), start, self.arrays["broadcast_to"])
        found = self.backward(part, {}, arriving=self._parts(start, run), summed=True)
        return self._joined([*found.states.values()])

    # ------------------------------------------------------------------ gradients

    def gradients(
        self,
        run: ArrayRun,
        loss_gradient: Any,
        t: int | None = None,
        since: int = 0,
        *,
        summed: bool = False,
    ) -> dict[str, Any]:
        """∂L_t/∂θ of one loss, as `Kernels.gradients`."""
        t = run.fit.steps if t is None else t
        start = self._vector("loss_gradient", loss_gradient, run)
        arguments.times(run.fit.steps, t, since)
        arriving = self._parts(start, run)
        if t == since:
            every = run.weights.parameters
            zeros = {name: self._no_gradient(run, name, summed=summed) for name in every}
            called = starts_of(self.cell)
            return {**zeros, **({called[n]: g for n, g in arriving.items()} if t == 0 else {})}
        found = self.backward(_between(run, since, t), {}, arriving=arriving, summed=summed)
        given = self.arrays["host"]
        return self._gradients(
            found,
            run,
            since,
            lambda p, again: p.gradients(again, given(start), t, since, summed=summed),
        )

    def adjoint_gradients(
        self, run: ArrayRun, loss_gradients: Any, *, summed: bool = False
    ) -> dict[str, Any]:
        """∂L/∂θ of the total loss, as `Kernels.adjoint_gradients`."""
        self._require_array("loss_gradients", loss_gradients)
        shape = (run.fit.steps, *run.fit.batch, sum(self._sizes(run)))
        if tuple(loss_gradients.shape) != shape:
            raise ShapeError(
                f"loss_gradients has shape {tuple(loss_gradients.shape)}",
                {"expected": f"(T, …, Σn), here {shape}"},
            )
        found = self.backward(run, self._parts(loss_gradients, run), summed=summed)
        g = self.arrays["host"]
        return self._gradients(
            found,
            run,
            0,
            lambda p, again: p.adjoint_gradients(again, g(loss_gradients), summed=summed),
        )

    def _gradients(
        self,
        found: Weights,
        run: ArrayRun,
        since: int,
        by_numpy: Callable[[Kernels, Run], Mapping[str, Any]],
    ) -> dict[str, Any]:
        """Refuse what underflowed: NumPy's gradients are refused as well, or are not 0 there."""
        called = starts_of(self.cell)
        starts = {called[name]: part for name, part in found.states.items() if since == 0}
        every = {**found.parameters, **starts}
        fit, host = run.fit, self.arrays["host"]
        if any(self.arrays["finite"](value) is None for value in every.values()):
            return every
        axes = {n: 0 if n in fit.scalars else 1 + (n in fit.matrices) for n in every}
        gone = {n: vanished(host(value), axes[n]) for n, value in every.items()}
        if any(each.any() for each in gone.values()):
            again = by_numpy(*self._again(run))
            for name, each in gone.items():
                if (each & ~vanished(again[name], axes[name])).any():
                    raise self._underflow(f"∂L/∂{name}")
        return every

    # ------------------------------------------------------------------ underflow

    def _kept(
        self, result: Any, axes: int, by_numpy: Callable[[Kernels, Run], Any], run: ArrayRun
    ) -> Any:
        """The result, if it did not underflow as a whole: a NumPy run of the same tells."""
        if self.arrays["finite"](result) is None:
            return result
        gone = vanished(self.arrays["host"](result), axes)
        if gone.any() and (gone & ~vanished(by_numpy(*self._again(run)), axes)).any():
            raise self._underflow("the product")
        return result

    def _underflow(self, what: str) -> RangeError:
        return RangeError(
            f"{what} underflows on its way in {self.backend}",
            {"instead": "symrnn.numeric.kernels, or a larger dtype"},
        )

    def _again(self, run: ArrayRun) -> tuple[Kernels, Run]:
        """The same run by NumPy."""
        host = self.arrays["host"]
        parameters, states, inputs = (
            {n: host(a) for n, a in getattr(run.weights, kind).items()} for kind in KINDS
        )
        given = Weights(parameters, states, inputs, run.weights.steps)
        return self.plain, self.plain.forward(given)

    # ------------------------------------------------------------------ vectors

    def _sizes(self, run: ArrayRun) -> list[int]:
        return [run.rows[label].shape[-1] for label in self._parts_of_state]

    @property
    def _parts_of_state(self) -> list[str]:
        return [each.label for each in self.derived.recurrence.states]

    def _parts(self, whole: Any, run: ArrayRun) -> dict[str, Any]:
        ends = np.cumsum([0, *self._sizes(run)])
        spans = zip(self._parts_of_state, ends[:-1], ends[1:], strict=True)
        return {name: whole[..., begin:end] for name, begin, end in spans}

    def _joined(self, parts: list[Any]) -> Any:
        return parts[0] if len(parts) == 1 else self.arrays["side_by_side"](parts)

    def _require_array(self, name: str, value: Any) -> None:
        tensor = getattr(BACKENDS[self.backend].module, "Tensor", object)
        if not hasattr(value, "dtype") or not isinstance(value, tensor):
            raise IllFormedError(
                f"{name} is no array of {self.backend}",
                {"expected": f"an array of {self.backend}", "got": type(value).__name__},
            )

    def _vector(self, name: str, value: Any, run: ArrayRun) -> Any:
        """A vector of the whole state; by name, what is not given is 0."""
        batch = run.fit.batch
        sizes = dict(zip(self._parts_of_state, self._sizes(run), strict=True))
        if not isinstance(value, Mapping):
            return self._spread(name, value, (*batch, sum(sizes.values())), "Σn")
        given = named(f"the {name} of", sizes, value)
        parts = {label: 0 * run.rows[label][0] for label in sizes} | {
            label: self._spread(f"the {name} of {label}", part, (*batch, sizes[label]), "n")
            for label, part in given.items()
        }
        try:
            lead = np.broadcast_shapes(batch, *(tuple(part.shape[:-1]) for part in parts.values()))
        except ValueError:
            raise ShapeError(
                f"the parts of the {name} do not fit each other",
                {label: tuple(part.shape) for label, part in parts.items()},
            ) from None
        spread = self.arrays["broadcast_to"]
        return self._joined([spread(part, (*lead, sizes[n])) for n, part in parts.items()])

    def _spread(self, name: str, value: Any, shape: tuple[int, ...], words: str) -> Any:
        """An array of that shape, whatever axes stand in front."""
        self._require_array(name, value)
        try:
            full = np.broadcast_shapes(tuple(value.shape), shape)
        except ValueError:
            full = ()
        if full[-len(shape) :] != shape:
            raise ShapeError(
                f"{name} has shape {tuple(value.shape)}",
                {"expected": f"(…, {words}), here {shape}"},
            )
        return self.arrays["broadcast_to"](value, full)


def _with_slope(activation: Any) -> list[tuple[str, Any]]:
    return [(activation.name, activation), (f"{activation.name}_prime", activation.prime)]


def _between(run: ArrayRun, k: int, t: int) -> ArrayRun:
    """The steps k + 1 … t as a run of their own."""
    states = {*run.weights.states}
    rows = {n: a[k : t + 1] if n in states else a[k:t] for n, a in run.rows.items()}
    return ArrayRun(run.weights, replace(run.fit, steps=t - k), rows)


def _beside(run: ArrayRun, v: Any, spread: Callable[[Any, Any], Any]) -> ArrayRun:
    """The run once more for each of the axes of a vector in front of its batch."""
    batch = run.fit.batch
    lead = tuple(v.shape[: v.ndim - 1 - len(batch)])
    if not lead:
        return run
    gap = (slice(None), *(None,) * len(lead))
    rows = {n: spread(a[gap], (len(a), *lead, *a.shape[1:])) for n, a in run.rows.items()}
    return ArrayRun(run.weights, replace(run.fit, batch=(*lead, *batch)), rows)
