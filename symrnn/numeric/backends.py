"""The derived kernels in the arrays of NumPy, jax or torch: the same plans, another emitter.

σ and σ′ are the forms of `stable.plan`, chosen by NumPy's functions; what the library's own lose is
measured by `BackendKernels.precision`. jax takes what is subnormal, also on the way, for 0: below
64 times the smallest normal number its values may be 0.

∞, NaN and a product that underflows as a whole are refused as by `Kernels`, but not inside a trace
(`jax.jit`, `jax.vmap`, `jax.grad`), where no value is known: there call `BackendKernels.check` on
what the traced function returned.

jax and torch are extras, loaded at their first use. The functions are made of the library's own
operations, so that they can be compiled, batched or differentiated once more where they are used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from symrnn.cells.network import Network
from symrnn.errors import IllFormedError, RangeError, ShapeError
from symrnn.language.activations import X
from symrnn.numeric import arguments
from symrnn.numeric.kernels import SCALED, Kernels
from symrnn.numeric.libraries import BACKENDS
from symrnn.numeric.loops import functional
from symrnn.numeric.loops.code import LoopKernel
from symrnn.numeric.loops.plan import plan
from symrnn.numeric.run import Run
from symrnn.numeric.stable.kept import kept
from symrnn.numeric.stable.plan import Plan
from symrnn.numeric.vanishing import require_kept, vanished


@dataclass(frozen=True, eq=False)
class States:
    """One forward pass in the library's arrays; s and a are (T+1, …, d), a_1 stands in a twice."""

    weights: Mapping[str, Any]
    s: Any
    a: Any
    x: Any


@dataclass(frozen=True, eq=False)
class BackendKernels:
    """The generated functions of a recurrence for one array library.

    The methods take and return the library's arrays, on their device, of one floating dtype, shaped
    as for `Kernels`. Under jax they can be traced: `jax.jit`, `jax.vmap` and `jax.grad` apply.

    Attributes:
        rnn: the recurrence, its activation known.
        backend: "numpy", "jax" or "torch".
    """

    rnn: Network
    backend: str = "numpy"
    _made: dict[Any, LoopKernel] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.backend not in BACKENDS:
            raise IllFormedError(
                "unknown backend", {"expected": ", ".join(BACKENDS), "got": self.backend}
            )

    @cached_property
    def plain(self) -> Kernels:
        """The same recurrence in NumPy: where the recursions are derived."""
        return Kernels(self.rnn)

    def loop(self, name: str, *, shared: bool = True) -> LoopKernel:
        """The generated function of a recursion of `loops.library`; `.source` is readable."""
        if (name, shared) not in self._made:
            recursion = self.plain.loops.recursion(name)
            # Here the loss's rows start at time 0, as the states do.
            places = {**recursion.places, "dL_ds": 0}
            planned = plan(replace(recursion, places=places))
            formula = BACKENDS[self.backend].formula
            self._made[name, shared] = functional.emit(planned, formula, self.arrays, shared=shared)
        return self._made[name, shared]

    @cached_property
    def arrays(self) -> Mapping[str, Any]:
        """The library's own functions that the kernels need beside the generated source."""
        chosen = BACKENDS[self.backend]
        return chosen.namespace(chosen.module)

    def precision(self) -> dict[str, Plan]:
        """What σ and σ′ keep of their digits in this library on this machine, measured.

        Printed, each is as "within 4 ulp", or how much may be lost, where and in which dtype.
        """
        library = BACKENDS[self.backend]
        both = {"sigma": self.rnn.sigma, "sigma_prime": self.rnn.sigma.prime}
        return {
            name: kept(each.at(X), library.scalar(each), library.least)
            for name, each in both.items()
        }

    def run(self, W: Any, U: Any, b: Any, s0: Any, x: Any) -> States:
        """The forward pass.

        Raises:
            ShapeError: naming the argument whose shape does not fit.
            IllFormedError: several dtypes, non-finite entries (unless traced), no step.
        """
        self._check(W=W, U=U, b=b, s0=s0, x=x)
        batch = arguments.fitting(W, U, b, s0, x)
        spread, joined = self.arrays["broadcast_to"], self.arrays["joined"]
        start = spread(s0, (*batch, W.shape[-1]))
        x = x.reshape(len(x), *(1,) * (len(batch) - (x.ndim - 2)), *x.shape[1:])
        x = spread(x, (len(x), *batch, x.shape[-1]))
        values = {"W": W, "U": U, "b": b, "x": x, "s": start, "first": 1, "last": len(x)}
        result = self.loop("forward", shared=W.ndim == U.ndim == 2)(values)
        s, a = result["s"], result["a"]
        self.check(s, "the recurrence", "smaller weights or a bounded activation")
        weights = {"W": W, "U": U, "b": b}
        return States(weights, joined([start[None], s]), joined([a[:1], a]), x)

    def jacobian(self, run: States, t: int, k: int) -> Any:
        """∂s_t/∂s_k, (…, d, d), numerator layout."""
        d = run.s.shape[-1]
        eye = self.arrays["eye"](d, like=run.s)
        start = self.arrays["broadcast_to"](eye, (*run.s.shape[1:], d))
        result = self._call("jacobian", run, t, k, {"P": start, "first": k + 1, "last": t})["P"]
        return self._kept("∂s_t/∂s_k", run, (t, k), result)

    def jvp(self, run: States, t: int, k: int, tangent: Any) -> Any:
        """(∂s_t/∂s_k) u without forming the Jacobian; axes in front are directions."""
        start = self._vector("tangent", tangent, run)
        result = self._call("jvp", run, t, k, {"u": start, "first": k + 1, "last": t})["u"]
        return self._kept("the jvp of ∂s_t/∂s_k", run, (t, k), result, ("right", start))

    def vjp(self, run: States, t: int, k: int, cotangent: Any) -> Any:
        """vᵀ ∂s_t/∂s_k, as a column, without forming the Jacobian; axes in front are directions."""
        start = self._vector("cotangent", cotangent, run)
        result = self._call("vjp", run, t, k, {"y": start, "first": k, "last": t - 1})["y"]
        return self._kept("the vjp of ∂s_t/∂s_k", run, (t, k), result, ("left", start))

    def gradients(
        self,
        run: States,
        loss_gradient: Any,
        t: int | None = None,
        since: int = 0,
        *,
        summed: bool = False,
    ) -> dict[str, Any]:
        """∂L_t/∂(W, U, b, s₀), as `Kernels.gradients`."""
        t = len(run.x) if t is None else t
        start = self._vector("loss_gradient", loss_gradient, run)
        given = {"y": start, "first": since, "last": t - 1, "summed": summed}
        result = self._call("growing_sum", run, t, since, given)
        lowest = result.pop("y")
        found = {**result, "s0": lowest} if since == 0 else result
        if not start.ndim > run.s.ndim - 1:
            self._kept_gradients(
                run,
                found,
                lambda kernels, again: kernels.gradients(
                    again, self.arrays["host"](start), t, since, summed=summed
                ),
            )
        return found

    def adjoint_gradients(
        self, run: States, loss_gradients: Any, *, summed: bool = False
    ) -> dict[str, Any]:
        """∂L/∂(W, U, b, s₀) of the total loss, as `Kernels.adjoint_gradients`."""
        g, steps = loss_gradients, len(run.x)
        if tuple(g.shape) != tuple(run.s[1:].shape):
            raise ShapeError(
                f"loss_gradients has shape {tuple(g.shape)}",
                {"expected": f"(T, …, d), here {tuple(run.s[1:].shape)}"},
            )
        # There is no loss at time 0.
        rows = self.arrays["joined"]([0 * g[:1], g])
        given = {"delta": g[-1], "dL_ds": rows, "first": 0, "last": steps - 1, "summed": summed}
        result = self._call("adjoint", run, steps, 0, given)
        lowest = result.pop("delta")
        found = {**result, "s0": lowest}
        self._kept_gradients(
            run,
            found,
            lambda kernels, again: kernels.adjoint_gradients(
                again, self.arrays["host"](g), summed=summed
            ),
        )
        return found

    def check(self, result: Any, what: str = "the result", instead: str = SCALED) -> None:
        """Refuse ∞ and NaN, in an array or a dict of arrays; traced arrays have no values to check.

        Raises:
            RangeError: an entry is not finite.
        """
        values = result.values() if isinstance(result, Mapping) else [result]
        for value in values:
            if self.arrays["finite"](value) is False:
                raise RangeError(f"{what} overflows {value.dtype}", {"instead": instead})

    def _kept(
        self,
        what: str,
        run: States,
        span: tuple[int, int],
        result: Any,
        vector: tuple[str, Any] | None = None,
    ) -> Any:
        """The result, if it did not underflow as a whole: a NumPy run of the same tells."""
        if self.arrays["finite"](result) is None:
            return result
        host = self.arrays["host"]
        values = host(result)
        if not vanished(values.ravel(), 1):
            return result
        kernels, again = self._again(run)
        lanes = again.s.shape[1:]
        if vector is None:
            flat, start = values.reshape(*lanes, lanes[-1]), None
        else:
            shape = (-1, *lanes)
            flat, start = values.reshape(shape), (vector[0], host(vector[1]).reshape(shape))
        require_kept(kernels, again, span, what, flat, SCALED, start)
        return result

    def _again(self, run: States) -> tuple[Kernels, Run]:
        """The same run by NumPy."""
        kernels, host = self.plain, self.arrays["host"]
        weights = {name: host(value) for name, value in run.weights.items()}
        return kernels, kernels.run(**weights, s0=host(run.s[0]), x=host(run.x))

    def _kept_gradients(
        self,
        run: States,
        found: Mapping[str, Any],
        by_numpy: Callable[[Kernels, Run], Mapping[str, Any]],
    ) -> None:
        """Refuse what underflowed: NumPy's gradients are refused as well, or are not 0 there.

        Raises:
            RangeError, with a warning for s₀: as `Kernels.gradients`.
        """
        if any(self.arrays["finite"](value) is None for value in found.values()):
            return
        host = self.arrays["host"]
        gone = {n: vanished(host(v), 2 if n in ("W", "U") else 1) for n, v in found.items()}
        if not any(each.any() for each in gone.values()):
            return
        again = by_numpy(*self._again(run))
        for name, each in gone.items():
            if (each & ~vanished(again[name], 2 if name in ("W", "U") else 1)).any():
                raise RangeError(
                    f"∂L/∂{name} underflows on its way in {self.backend}",
                    {"instead": "symrnn.numeric.kernels, or a larger dtype"},
                )

    def _call(self, name: str, run: States, t: int, k: int, given: dict[str, Any]) -> Any:
        arguments.times(len(run.x), t, k)
        W, U = run.weights["W"], run.weights["U"]
        values = {**run.weights, "s": run.s, "a": run.a, "x": run.x, **given}
        result = self.loop(name, shared=W.ndim == U.ndim == 2)(values)
        self.check(result, f"a product of the loop {name}")
        return result

    def _require_array(self, name: str, value: Any) -> None:
        tensor = getattr(BACKENDS[self.backend].module, "Tensor", object)
        if not hasattr(value, "dtype") or not isinstance(value, tensor):
            raise IllFormedError(
                f"{name} is no array of {self.backend}",
                {"expected": f"an array of {self.backend}", "got": type(value).__name__},
            )

    def _vector(self, name: str, value: Any, run: States) -> Any:
        self._require_array(name, value)
        shape = tuple(run.s.shape[1:])
        try:
            full = np.broadcast_shapes(tuple(value.shape), shape)
        except ValueError:
            full = ()
        if full[-len(shape) :] != shape:
            raise ShapeError(
                f"{name} has shape {tuple(value.shape)}", {"expected": f"(…, d), here {shape}"}
            )
        return self.arrays["broadcast_to"](value, full)

    def _check(self, **given: Any) -> None:
        for name, array in given.items():
            self._require_array(name, array)
        kinds = {name: str(array.dtype) for name, array in given.items()}
        if len(set(kinds.values())) > 1:
            raise IllFormedError(
                "arguments of different dtypes",
                {"expected": "one dtype for all", **{f"{n} has": k for n, k in kinds.items()}},
            )
        for name, array in given.items():
            if self.arrays["finite"](array) is False:
                raise IllFormedError(
                    f"{name} holds non-finite entries", {"expected": "finite", "got": "∞ or NaN"}
                )
