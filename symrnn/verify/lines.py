"""Every line of a proof, made ready for numbers: times put in, derivatives given by the oracle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy
from sympy import Symbol

from symrnn.language.algebra import Parameter
from symrnn.language.derivatives import ImmediateDerivative, TotalDerivative
from symrnn.language.norms import Norm
from symrnn.language.ordered import Ranged
from symrnn.numeric.lower import Kernel, lower
from symrnn.verify.oracle import complex_step_derivative, lowered_numerator
from symrnn.verify.setting import Setting

DERIVATIVES = (TotalDerivative, ImmediateDerivative, sympy.Derivative)


@dataclass(frozen=True)
class Line:
    """One expression at integer times, as a kernel; its derivatives are given by the oracle."""

    expression: Any
    kernel: Kernel
    derivatives: tuple[tuple[str, Any, Kernel], ...]

    def value(self, setting: Setting) -> Any:
        """The expression's value in a setting."""
        bindings = {**setting.constants, **setting.trajectory}
        for name, node, kernel in self.derivatives:
            bindings[name] = complex_step_derivative(node, setting, kernel)
        return np.asarray(self.kernel(bindings))


def line(expression: Any, times: dict[Symbol, int], kind: str) -> Line:
    """Prepare an expression for the times given; `kind` is the norm that stands for "any"."""
    chosen = _with_kind(sympy.sympify(expression).subs(times), kind)
    opened = _opened(chosen)
    nodes = sorted(opened.find(lambda n: isinstance(n, DERIVATIVES)), key=sympy.default_sort_key)
    # A derivative of an expression that holds another: only the outer one is given.
    outer = [n for n in nodes if not any(n is not o and o.has(n) for o in nodes)]
    names = {node: _stand_in(node, f"given_{place}") for place, node in enumerate(outer)}
    kernel = lower(opened.xreplace(names))
    given = tuple(
        (parameter.name, node, lowered_numerator(node)) for node, parameter in names.items()
    )
    return Line(expression, kernel, given)


def _stand_in(node: Any, name: str) -> Any:
    if isinstance(node, sympy.Derivative):
        return Symbol(name, real=True)
    return Parameter(name, *node.shape)


def _with_kind(expression: Any, kind: str) -> Any:
    return expression.replace(
        lambda node: isinstance(node, Norm) and node.kind == "any",
        lambda node: Norm(node.matrix, kind),
    )


def _opened(expression: Any) -> Any:
    """Products and sums whose body holds a derivative, written out: the oracle needs times."""
    return expression.replace(
        lambda node: isinstance(node, Ranged | sympy.Sum | sympy.Product)
        and bool(node.find(lambda inner: isinstance(inner, DERIVATIVES))),
        lambda node: node.doit(),
    )
