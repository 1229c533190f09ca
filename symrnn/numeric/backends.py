"""The derived kernels in the arrays of NumPy, jax or torch: the same plans, another emitter.

σ and σ′ are the forms of `stable.plan`, chosen by NumPy's functions. jax's own lose more: its tanh
up to 6 ulp, its erfc in the tail (GELU: 330 ulp in float64), and what is subnormal, also on the
way, it takes for 0.

∞, NaN and a product that underflows as a whole are refused as by `Kernels`, but not inside a trace
(`jax.jit`, `jax.vmap`, `jax.grad`), where no value is known: there call `BackendKernels.check` on
what the traced function returned.

jax and torch are extras, loaded at their first use. The functions are made of the library's own
operations, so that they can be compiled, batched or differentiated once more where they are used.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import ModuleType
from typing import Any

import numpy as np
import sympy
from sympy import Lambda
from sympy.printing.numpy import JaxPrinter
from sympy.printing.pytorch import TorchPrinter

from symrnn.errors import IllFormedError, NotSupportedError, RangeError, ShapeError
from symrnn.numeric import arguments, runtime
from symrnn.numeric.kernels import SCALED, Kernels
from symrnn.numeric.loops import functional
from symrnn.numeric.loops.code import LoopKernel
from symrnn.numeric.loops.plan import plan
from symrnn.numeric.printer import formula_of, stable
from symrnn.numeric.stable.printing import ArrayRules, folded
from symrnn.numeric.stable.runtime import FLOAT32, FLOAT64, NONE, arithmetic
from symrnn.numeric.vanishing import require_kept, vanished
from symrnn.recurrence.elman import RNN


class JaxFormulas(ArrayRules, JaxPrinter):  # type: ignore[misc]
    """SymPy's jax printer, with the functions that it lacks."""

    where, real, full_like = "jax.numpy.where", "jax.numpy.real({})", "jax.numpy.full_like"
    exponential = "jax.numpy.exp"

    def _print_erf(self, node: Any) -> str:
        return f"jax.scipy.special.erf({self._print(node.args[0])})"

    def _print_Max(self, node: Any) -> str:
        return self._nested("jax.numpy.maximum", node)

    def _print_Min(self, node: Any) -> str:
        return self._nested("jax.numpy.minimum", node)

    def _nested(self, name: str, node: Any) -> str:
        first, *rest = (str(self._print(argument)) for argument in node.args)
        for other in rest:
            first = f"{name}({first}, {other})"
        return first


class TorchFormulas(ArrayRules, TorchPrinter):  # type: ignore[misc]
    """SymPy's torch printer; a bound that is a number clamps."""

    where, real, full_like = "torch.where", "{}", "torch.full_like"
    exponential = "torch.exp"

    def _print_expm1(self, node: Any) -> str:
        return f"torch.expm1({self._print(node.args[0])})"

    def _print_log1p(self, node: Any) -> str:
        return f"torch.log1p({self._print(node.args[0])})"

    def _print_Max(self, node: Any) -> str:
        return self._clamped(node, "min", "torch.maximum")

    def _print_Min(self, node: Any) -> str:
        return self._clamped(node, "max", "torch.minimum")

    def _clamped(self, node: Any, bound: str, name: str) -> str:
        numbers = [argument for argument in node.args if argument.is_number]
        first, *rest = (str(self._print(a)) for a in node.args if not a.is_number)
        for other in rest:
            first = f"{name}({first}, {other})"
        for number in numbers:
            first = f"torch.clamp({first}, {bound}={float(number)!r})"
        return first


def _printed(printer: Any) -> Callable[[Lambda, str], str]:
    """Formulas through one of SymPy's printers, constants as floats."""

    def formula(function: Lambda, argument: str) -> str:
        (variable,) = function.variables
        body = folded(stable(function.expr))
        if not body.has(variable):
            # A constant of the argument's shape.
            return f"{printer.full_like}({argument}, {float(body)!r})"
        return str(printer.doprint(body.xreplace({variable: sympy.Symbol(argument, real=True)})))

    return formula


@dataclass(frozen=True)
class Backend:
    """An array library: how it is loaded, what generated source calls, how formulas are printed."""

    name: str
    formula: Callable[[Lambda, str], str]
    namespace: Callable[[ModuleType], Mapping[str, Any]]

    def available(self) -> bool:
        """Whether the library is installed; it is not imported."""
        return importlib.util.find_spec(self.name) is not None

    @cached_property
    def module(self) -> ModuleType:
        """The library.

        Raises:
            NotSupportedError: it is not installed; the message says how to install it.
        """
        if not self.available():
            raise NotSupportedError(
                f"the {self.name} backend needs {self.name}, which is not installed",
                {"install": f'pip install "symrnn[{self.name}]"'},
            )
        return importlib.import_module(self.name)


def _scan(stack: Callable[[Any], Any]) -> Callable[..., Any]:
    """`scan` as a loop over time."""

    def scan(step: Any, carried: Any, rows: Any, length: int, reverse: bool) -> Any:
        times = range(length - 1, -1, -1) if reverse else range(length)
        outputs: list[Any] = []
        for time in times:
            carried, output = step(carried, tuple(row[time] for row in rows))
            outputs.append(output)
        if not outputs:
            # Rows of the shape that a step would give, and none of them.
            _, output = step(carried, tuple(row.sum(0) for row in rows))
            return carried, tuple(stack([value])[:0] for value in output)
        ordered = outputs[::-1] if reverse else outputs
        return carried, tuple(stack(list(each)) for each in zip(*ordered, strict=True))

    return scan


def _torch(torch: ModuleType) -> Mapping[str, Any]:
    splitters = {torch.float32: FLOAT32, torch.float64: FLOAT64}

    def real(x: Any) -> Any:
        return x.real if x.is_complex() else x

    def splitter(x: Any) -> float:
        return splitters.get(x.dtype, NONE)

    return {
        "torch": torch,
        **arithmetic(torch.exp, torch.special.erfc, torch.where, real, splitter),
        "scan": _scan(torch.stack),
        "joined": torch.cat,
        "broadcast_to": torch.broadcast_to,
        "eye": lambda d, like: torch.eye(d, dtype=like.dtype, device=like.device),
        "finite": lambda array: bool(torch.isfinite(array).all()),
        "host": lambda array: array.detach().cpu().numpy(),
    }


def _jax(jax: ModuleType) -> Mapping[str, Any]:
    special = importlib.import_module("jax.scipy.special")

    def splitter(x: Any) -> float:
        return {"float32": FLOAT32, "float64": FLOAT64}.get(str(x.dtype), NONE)

    functions = jax.numpy

    def scan(step: Any, carried: Any, rows: Any, length: int, reverse: bool) -> Any:
        return jax.lax.scan(step, carried, rows, length=length, reverse=reverse)

    def finite(array: Any) -> bool | None:
        # A traced array has no values yet.
        traced = isinstance(array, jax.core.Tracer)
        return None if traced else bool(np.isfinite(np.asarray(array)).all())

    return {
        "jax": jax,
        **arithmetic(
            functions.exp,
            special.erfc,
            functions.where,
            functions.real,
            splitter,
            kept=jax.lax.optimization_barrier,
        ),
        "scan": scan,
        "joined": jax.numpy.concatenate,
        "broadcast_to": jax.numpy.broadcast_to,
        "eye": lambda d, like: jax.numpy.eye(d, dtype=like.dtype),
        "finite": finite,
        "host": np.asarray,
    }


def _numpy(numpy: ModuleType) -> Mapping[str, Any]:
    names = {name: getattr(numpy, name) for name in dir(numpy) if not name.startswith("_")}
    return {
        **names,
        **runtime.NAMESPACE,
        "scan": _scan(np.stack),
        "joined": np.concatenate,
        "eye": lambda d, like: np.eye(d, dtype=like.dtype),
        "finite": lambda array: bool(np.isfinite(array).all()),
        "host": np.asarray,
    }


BACKENDS = {
    "numpy": Backend("numpy", formula_of, _numpy),
    "jax": Backend("jax", _printed(JaxFormulas()), _jax),
    "torch": Backend("torch", _printed(TorchFormulas()), _torch),
}
"""The libraries that derived kernels can be emitted for."""


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

    rnn: RNN
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
        return {**result, "s0": lowest} if since == 0 else result

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
        return {**result, "s0": lowest}

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
        kernels = Kernels(self.rnn)
        weights = {name: host(value) for name, value in run.weights.items()}
        again = kernels.run(**weights, s0=host(run.s[0]), x=host(run.x))
        lanes = again.s.shape[1:]
        if vector is None:
            flat, start = values.reshape(*lanes, lanes[-1]), None
        else:
            shape = (-1, *lanes)
            flat, start = values.reshape(shape), (vector[0], host(vector[1]).reshape(shape))
        require_kept(kernels, again, span, what, flat, SCALED, start)
        return result

    def _call(self, name: str, run: States, t: int, k: int, given: dict[str, Any]) -> Any:
        arguments.times(len(run.x), t, k)
        W, U = run.weights["W"], run.weights["U"]
        values = {**run.weights, "s": run.s, "a": run.a, "x": run.x, **given}
        result = self.loop(name, shared=W.ndim == U.ndim == 2)(values)
        self.check(result, f"a product of the loop {name}")
        return result

    def _vector(self, name: str, value: Any, run: States) -> Any:
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
