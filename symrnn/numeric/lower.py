"""From an expression of the language to a NumPy function, by SymPy's `lambdify`."""

from __future__ import annotations

import ast
import inspect
import itertools
import keyword
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy
from sympy import Symbol, lambdify

from symrnn.errors import IllFormedError, RangeError
from symrnn.language.activations import Activation, Unknown
from symrnn.language.derivatives import ImmediateDerivative, TotalDerivative, VectorFunction
from symrnn.language.ordered import Ranged
from symrnn.language.shapes import symbolic
from symrnn.language.time import TimeVector
from symrnn.numeric import runtime
from symrnn.numeric.parts import parts_of
from symrnn.numeric.printer import (
    KernelPrinter,
    derivative_name,
    formula_at,
    parameter_name,
    slope_name,
)
from symrnn.python_text import parsed

_LOOKED_AT: ContextVar[bool] = ContextVar("looked_at", default=False)


@contextmanager
def looked_at() -> Iterator[None]:
    """Within, whoever calls a kernel looks at its values himself: none is refused.

    As `np.errstate(all="ignore")`, which to ask for at each call costs as much as a small kernel.
    """
    token = _LOOKED_AT.set(True)
    try:
        with np.errstate(all="ignore"):
            yield
    finally:
        _LOOKED_AT.reset(token)


@dataclass(frozen=True)
class Kernel:
    """A generated function and its source.

    Matrices are arrays with the matrix in the last two axes; `v[j]` of a sequence `v` is a column
    (…, n, 1) at time j, so a sequence has the time as its first axis.
    """

    expression: Any
    name: str
    arguments: tuple[str, ...]
    function: Callable[..., Any]
    helpers: tuple[tuple[str, Callable[[Any], Any]], ...] = ()

    @property
    def source(self) -> str:
        """The generated Python source; above it the functions that it calls, as they are run."""
        made = (*self.helpers, (self.name, self.function))
        return "\n".join(_source_of(function, name) for name, function in made)

    def __call__(self, bindings: Mapping[str, Any]) -> Any:
        """The value for a binding of every argument; others in the mapping are ignored.

        Raises:
            IllFormedError: naming each argument that is missing.
            RangeError: the formula divides by 0 there, or has no value, as v/‖v‖ at v = 0.
        """
        try:
            values = [bindings[name] for name in self.arguments]
        except KeyError:
            missing = [name for name in self.arguments if name not in bindings]
            raise IllFormedError(
                f"the kernel of {self.expression} lacks {', '.join(missing)}",
                {"expected": ", ".join(self.arguments), "got": ", ".join(bindings)},
            ) from None
        if _LOOKED_AT.get():
            return self.function(*values)
        errors = np.geterr()
        if "ignore" in (errors["divide"], errors["invalid"]):
            # The caller looks at the values itself.
            return self.function(*values)
        met: list[str] = []
        with np.errstate(divide="call", invalid="call", call=lambda kind, _: met.append(kind)):
            value = self.function(*values)
        # A branch that is not taken may divide by 0: the result has no trace of it.
        if met and not np.isfinite(value).all():
            raise RangeError(
                f"{self.name} has no finite value here: {' and '.join(sorted(set(met)))}",
                {"formula": self.expression, "not finite": int((~np.isfinite(value)).sum())},
            )
        return value


def lower(
    expression: Any, name: str = "kernel", printer: type[KernelPrinter] = KernelPrinter
) -> Kernel:
    """Generate the NumPy function of a matrix or scalar expression.

    Its arguments are the free symbols (sizes, times, scalars), parameters and sequences of the
    expression, `sigma`, `sigma_prime`, … for an unknown σ, `derivative` and `immediate` for
    derivatives left unevaluated, and `dtype` where constants are made.
    """
    expression = symbolic(expression)
    # `lambda` is a word of Python's: the argument is called lambda_.
    words = {s: s.func(f"{s.name}_", **s.assumptions0) for s in _keywords(expression)}
    written = with_indices_apart(expression.xreplace(words))
    made = printer()
    tree = parsed(made.doprint(written), mode="eval")
    helpers = {name: lower_activation(function) for function, name in made.helpers.items()}
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    _require_own_names(written, tree)
    arguments = [(label, what) for label, what in arguments_of(written).items() if label in used]
    function = lambdify(
        [what for _, what in arguments],
        written,
        modules=[helpers, runtime.NAMESPACE, "numpy"],
        printer=made,
    )
    called = tuple(label for label, _ in arguments)
    return Kernel(expression, name, called, function, tuple(helpers.items()))


def _source_of(function: Callable[..., Any], name: str) -> str:
    return inspect.getsource(function).replace("_lambdifygenerated", name, 1)


def _require_own_names(expression: Any, tree: ast.AST) -> None:
    """Refuse two quantities of one name, and a quantity named as a function that is called."""
    quantities = {
        (parameter_name(node), node.func, node.shape)
        for node in parts_of(expression, sympy.MatrixSymbol, TimeVector)
    }
    symbols = expression.free_symbols - parts_of(expression, sympy.MatrixSymbol)
    labels = [*(label for label, *_ in quantities), *(symbol.name for symbol in symbols)]
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    called = {"dtype", *(f.id for f in calls if isinstance(f, ast.Name))}
    for label in sorted(labels):
        if labels.count(label) > 1 or label in called:
            taken = "something of the generated code" if label in called else "another quantity"
            raise IllFormedError(
                f"the name {label} is that of {taken}, too",
                {"expected": "a name for each quantity", "got": ", ".join(sorted(labels))},
            )


def with_indices_apart(expression: Any) -> Any:
    """The same with other letters for bound times that are called as a quantity is.

    In the generated code a sum over i would hide the gate i from what it sums.
    """
    leaves = parts_of(expression, sympy.MatrixSymbol, TimeVector)
    taken = {parameter_name(leaf) for leaf in leaves} | {
        s.name for s in parts_of(expression, Symbol)
    }
    quantities = {parameter_name(leaf) for leaf in leaves}
    bound = {node.index for node in parts_of(expression, Ranged)}
    bound |= {
        each[0] for node in parts_of(expression, sympy.Sum, sympy.Product) for each in node.limits
    }
    apart: dict[Symbol, Symbol] = {}
    for index in sorted(bound, key=str):
        # A time that is free somewhere is an argument as well: its name is refused later.
        if index.name in quantities and index not in expression.free_symbols:
            name = next(
                n for n in (f"{index.name}{i}" for i in itertools.count(1)) if n not in taken
            )
            taken.add(name)
            apart[index] = index.func(name, **index.assumptions0)
    return expression.xreplace(apart)


def _keywords(expression: Any) -> list[Symbol]:
    return [s for s in expression.free_symbols if keyword.iskeyword(getattr(s, "name", ""))]


def arguments_of(expression: Any) -> dict[str, Any]:
    """What a generated function may read: arguments of `lambdify` by their names, in order."""
    named: dict[str, Any] = {}
    for node in parts_of(expression, sympy.MatrixSymbol, TimeVector):
        named[parameter_name(node)] = parameter_name(node)
    for node in parts_of(expression, ImmediateDerivative, TotalDerivative):
        total = "derivative" if isinstance(node, TotalDerivative) else "immediate"
        given = derivative_name(node) or total
        named[given] = given
    for node in parts_of(expression, VectorFunction):
        named[node.label] = node.label
    orders = {f.order for f in parts_of(expression, Activation) if f.is_unknown}
    orders |= {f.order for f in parts_of(expression, Unknown)}
    named.update({slope_name(order): slope_name(order) for order in orders})
    for symbol in expression.free_symbols - parts_of(expression, sympy.MatrixSymbol):
        named[symbol.name] = symbol
    named["dtype"] = "dtype"
    return dict(sorted(named.items(), key=lambda item: (not item[0][0].isupper(), item[0])))


def lower_activation(activation: Activation) -> Callable[[Any], Any]:
    """The NumPy function of a known activation (or of one of its derivatives).

    Args:
        activation: known, or `IllFormedError`.
    """
    if activation.is_unknown:
        raise IllFormedError(
            "an unknown σ cannot be run", {"expected": "a known activation", "got": str(activation)}
        )
    body = formula_at(activation, "x")
    if not body.free_symbols:
        value = float(body)
        return lambda x: np.full_like(x, value)
    (variable,) = body.free_symbols
    function: Callable[[Any], Any] = lambdify(
        [variable], body, modules=[runtime.NAMESPACE, "numpy"], printer=KernelPrinter
    )
    return function
