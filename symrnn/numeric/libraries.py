"""NumPy, jax and torch: what each is called with, and how formulas are printed for it."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, partial
from types import ModuleType
from typing import Any

import numpy as np
import sympy
from sympy import Lambda
from sympy.printing.numpy import JaxPrinter

from symrnn.errors import NotSupportedError
from symrnn.language.activations import Activation
from symrnn.numeric import runtime
from symrnn.numeric.loops.code import function_of
from symrnn.numeric.printer import formula_of, stable
from symrnn.numeric.stable.jax_functions import jax_functions
from symrnn.numeric.stable.printing import ArrayRules, folded
from symrnn.numeric.stable.runtime import FLOAT32, FLOAT64, NONE, arithmetic


class JaxFormulas(ArrayRules, JaxPrinter):  # type: ignore[misc]
    """SymPy's jax printer, with the functions that it lacks."""

    where, real, full_like = "jax.numpy.where", "jax.numpy.real({})", "jax.numpy.full_like"
    exponential = "jax.numpy.exp"

    def _print_erf(self, node: Any) -> str:
        return f"jax.scipy.special.erf({self._print(node.args[0])})"

    def _own(self, node: Any) -> str:
        return f"{type(node).__name__}({self._print(node.args[0])})"

    _print_expm1 = _print_log1p = _print_tanh = _print_sinh = _print_cosh = _own

    def _print_Max(self, node: Any) -> str:
        return self._nested("jax.numpy.maximum", node)

    def _print_Min(self, node: Any) -> str:
        return self._nested("jax.numpy.minimum", node)

    def _nested(self, name: str, node: Any) -> str:
        first, *rest = (str(self._print(argument)) for argument in node.args)
        for other in rest:
            first = f"{name}({first}, {other})"
        return first


class _TorchRules(ArrayRules):
    """What SymPy's torch printer lacks; a bound that is a number clamps."""

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


@cache
def torch_formulas() -> Any:
    """SymPy's torch printer with these rules: its module imports torch, which takes seconds."""
    printing = importlib.import_module("sympy.printing.pytorch")
    return type("TorchFormulas", (_TorchRules, printing.TorchPrinter), {})()


@cache
def _jax_formulas() -> JaxFormulas:
    return JaxFormulas()


def printed(made: Callable[[], Any]) -> Callable[[Lambda, str], str]:
    """Formulas through one of SymPy's printers, constants as floats."""

    def formula(function: Lambda, argument: str) -> str:
        (variable,) = function.variables
        printer, body = made(), folded(stable(function.expr))
        if not body.has(variable):
            # A constant of the argument's shape.
            return f"{printer.full_like}({argument}, {float(body)!r})"
        return str(printer.doprint(body.xreplace({variable: sympy.Symbol(argument, real=True)})))

    return formula


@dataclass(frozen=True)
class Backend:
    """An array library: how it is loaded, what generated source calls, how formulas are printed.

    Attributes:
        least: below so many smallest normal numbers a value may be 0, since the library takes what
            is subnormal on the way for 0.
    """

    name: str
    formula: Callable[[Lambda, str], str]
    namespace: Callable[[ModuleType], Mapping[str, Any]]
    least: float = 1

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

    def scalar(self, sigma: Activation) -> Callable[[Any], Any]:
        """A function of one variable in this library, from and to arrays of NumPy."""
        names = self.namespace(self.module)
        source = f"def f(x):\n    return {self.formula(sigma.function, 'x')}\n"
        function = names["compiled"](function_of(source, names))
        return lambda x: names["host"](function(names["array"](x)))


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


def _rows(spread: Callable[..., Any], beside: Callable[[Any], Any]) -> Mapping[str, Any]:
    """What is built of rows by other rows, from two functions of the library."""

    def side_by_side(parts: list[Any]) -> Any:
        lead = np.broadcast_shapes(*(tuple(part.shape[:-1]) for part in parts))
        return beside([spread(part, (*lead, part.shape[-1])) for part in parts])

    def filled(like: Any, number: Any, shape: tuple[int, ...]) -> Any:
        return spread(0 * like.reshape(-1)[:1] + number, shape)

    def placed(part: Any, before: int, after: int) -> Any:
        zeros = (spread(0 * part[..., :1], (*part.shape[:-1], n)) for n in (before, after))
        first, last = zeros
        return beside([first, part, last])

    return {"side_by_side": side_by_side, "filled": filled, "placed": placed}


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
        **_rows(torch.broadcast_to, partial(torch.cat, dim=-1)),
        "softmax_of_rows": partial(torch.softmax, dim=-1),
        "logsumexp_of_rows": partial(torch.logsumexp, dim=-1, keepdim=True),
        "inverse": torch.linalg.inv,
        "axes": torch.permute,
        "broadcast_to": torch.broadcast_to,
        "eye": lambda d, like: torch.eye(d, dtype=like.dtype, device=like.device),
        "finite": lambda array: bool(torch.isfinite(array).all()),
        "host": lambda array: array.detach().cpu().numpy(),
        "array": torch.as_tensor,
        "compiled": lambda function: function,
    }


def _jax(jax: ModuleType) -> Mapping[str, Any]:
    def splitter(x: Any) -> float:
        return {"float32": FLOAT32, "float64": FLOAT64}.get(str(x.dtype), NONE)

    functions, own = jax.numpy, jax_functions(jax, splitter)

    def scan(step: Any, carried: Any, rows: Any, length: int, reverse: bool) -> Any:
        return jax.lax.scan(step, carried, rows, length=length, reverse=reverse)

    def finite(array: Any) -> bool | None:
        # A traced array has no values yet.
        traced = isinstance(array, jax.core.Tracer)
        return None if traced else bool(np.isfinite(np.asarray(array)).all())

    return {
        "jax": jax,
        **own,
        **arithmetic(
            functions.exp,
            own["erfc"],
            functions.where,
            functions.real,
            splitter,
            kept=jax.lax.optimization_barrier,
        ),
        "scan": scan,
        "joined": jax.numpy.concatenate,
        **_rows(jax.numpy.broadcast_to, partial(jax.numpy.concatenate, axis=-1)),
        "softmax_of_rows": jax.nn.softmax,
        "logsumexp_of_rows": partial(jax.nn.logsumexp, axis=-1, keepdims=True),
        "inverse": jax.numpy.linalg.inv,
        "axes": jax.numpy.transpose,
        "broadcast_to": jax.numpy.broadcast_to,
        "eye": lambda d, like: jax.numpy.eye(d, dtype=like.dtype),
        "finite": finite,
        "host": np.asarray,
        "array": jax.numpy.asarray,
        "compiled": jax.jit,
    }


def _numpy(numpy: ModuleType) -> Mapping[str, Any]:
    names = {name: getattr(numpy, name) for name in dir(numpy) if not name.startswith("_")}
    return {
        **names,
        **runtime.NAMESPACE,
        "scan": _scan(np.stack),
        "joined": np.concatenate,
        **_rows(np.broadcast_to, partial(np.concatenate, axis=-1)),
        "softmax_of_rows": lambda rows: runtime.softmax(rows[..., None])[..., 0],
        "logsumexp_of_rows": lambda rows: runtime.logsumexp(rows[..., None])[..., 0],
        "axes": np.transpose,
        "eye": lambda d, like: np.eye(d, dtype=like.dtype),
        "finite": lambda array: bool(np.isfinite(array).all()),
        "host": np.asarray,
        "array": np.asarray,
        "compiled": lambda function: function,
    }


BACKENDS = {
    "numpy": Backend("numpy", formula_of, _numpy),
    "jax": Backend("jax", printed(_jax_formulas), _jax, 64),
    "torch": Backend("torch", printed(torch_formulas), _torch),
}
"""The libraries that derived kernels can be emitted for."""
