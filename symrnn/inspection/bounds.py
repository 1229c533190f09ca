"""What a step can do to a gradient at most: ‖∂s_j/∂s_{j-1}‖ ≤ B for every input and state.

The step Jacobian is derived, and its norm bounded along its own structure: a product by the product
of the bounds, a sum by their sum, a diagonal of slopes by γ, a weight by its norm. Where a factor
has no bound (a state in a gate's slope), there is none to give.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from symrnn.calculus import jacobian
from symrnn.cells import Cell
from symrnn.enclosure.certificate import certify
from symrnn.errors import SymrnnError
from symrnn.language.activations import Activation, Elementwise
from symrnn.language.algebra import Identity, MatrixProduct, MatrixSum, Transposed, Zeros
from symrnn.language.names import in_code
from symrnn.language.structure import Diag

Array = NDArray[Any]

NORMS: dict[str, Any] = {"1": 1, "2": 2, "∞": np.inf}
"""The matrix norms that are taken, as `numpy.linalg.norm` names them."""


certified = lru_cache(maxsize=64)(certify)
"""γ = sup|σ′| of an activation, enclosed."""


def norm(value: Array, kind: str) -> float:
    """A norm of a matrix; of a column that multiplies entry by entry, that of its diagonal."""
    if value.ndim == 2:
        return float(np.linalg.norm(value, NORMS[kind]))
    return float(np.abs(value).max(initial=0))


def step_bound(cell: Cell, parameters: Mapping[str, Array], kind: str) -> float | None:
    """B with ‖∂s_j/∂s_{j-1}‖ ≤ B whatever state and input are; None where none is known.

    Args:
        cell: of one state vector; of several, None.
        parameters: arrays by name.
        kind: a key of `NORMS`.
    """
    if len(cell.states) != 1:
        return None
    state, now = cell.states[0], cell.index
    value = cell.definitions[state[now]]
    for each in reversed(cell.order):
        if each != state:
            value = value.xreplace({each[now]: cell.definitions[each[now]]})
    try:
        step = jacobian(value, state[now - 1])
    except SymrnnError:
        return None
    found = _bound(step, _Known(parameters, {f.name: f for f in cell.activations}, kind))
    return found if found is not None and math.isfinite(found) else None


@dataclass(frozen=True)
class _Known:
    """What bounds are made of: arrays by name, activations by name, the norm."""

    parameters: Mapping[str, Array]
    activations: Mapping[str, Activation]
    kind: str


def _bound(node: Any, known: _Known) -> float | None:
    match node:
        case Zeros():
            return 0.0
        case Identity():
            return 1.0
        case Transposed():
            turned = {"1": "∞", "∞": "1"}.get(known.kind, known.kind)
            return _bound(node.args[0], replace(known, kind=turned))
        case MatrixProduct():
            return _together(math.prod, node.args, known)
        case MatrixSum():
            return _together(sum, node.args, known)
        case Diag():
            return _largest(node.args[0], known)
        case sympy.MatrixSymbol():
            return norm(np.asarray(known.parameters[in_code(node.name)]), known.kind)
        case sympy.Expr():
            return _scalar(node, known.parameters)
    return None


def _together(gather: Any, parts: tuple[Any, ...], known: _Known) -> float | None:
    bounds = [_bound(part, known) for part in parts]
    return None if None in bounds else float(gather(bounds))


def _largest(column: Any, known: _Known) -> float | None:
    """The largest entry of a column, in magnitude."""
    match column:
        case Elementwise() if column.activation.order == 1:
            upper = certified(known.activations[column.activation.name]).upper
            return None if upper is None else math.nextafter(float(upper), math.inf)
        case sympy.MatrixSymbol():
            return norm(np.asarray(known.parameters[in_code(column.name)]), "2")
    return None


def _scalar(node: Any, parameters: Mapping[str, Array]) -> float | None:
    """|value| of an expression in the cell's scalars."""
    values = {s: np.asarray(parameters.get(in_code(s.name), [])) for s in node.free_symbols}
    if any(value.ndim for value in values.values()):
        return None
    number = sympy.N(node.xreplace({s: sympy.Float(float(v)) for s, v in values.items()}))
    return abs(float(number)) if number.is_number and number.is_real else None
