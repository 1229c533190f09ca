"""Claims and activations as NumPy functions of a batch of settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any

import numpy as np
import sympy
from numpy.random import Generator
from sympy import Expr, Lambda, Symbol
from sympy.printing.codeprinter import PrintMethodNotImplementedError

from symrnn.errors import NotSupportedError
from symrnn.language.activations import FORMULAS, Activation, Elementwise, activation
from symrnn.language.slope_at import KINKED
from symrnn.numeric.activations import ACTIVATIONS
from symrnn.numeric.lower import Kernel, lower, lower_activation
from symrnn.numeric.printer import KernelPrinter, formula_at, slope_name

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
