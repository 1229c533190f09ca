"""One NumPy statement for an operation, which writes its result where it has its place."""

from __future__ import annotations

from collections.abc import Callable

import sympy

from symrnn.numeric.loops.operations import Operation, axes_of, printed
from symrnn.numeric.printer import KernelPrinter
from symrnn.numeric.stable.printing import number


def _scale_rows(operation: Operation, parts: list[str], out: str) -> str:
    v, M = parts
    M = f"{M}.mT" if operation.arguments[1].transposed else M
    return f"multiply({v}[..., None], {M}, out={out})"


def _scale_columns(operation: Operation, parts: list[str], out: str) -> str:
    M, v = parts
    M = f"{M}.mT" if operation.arguments[0].transposed else M
    return f"multiply({M}, {v}[..., None, :], out={out})"


def _times(operation: Operation, parts: list[str], out: str) -> str:
    return f"multiply({', '.join(_oriented(operation, parts))}, out={out})"


def _plus(operation: Operation, parts: list[str], out: str) -> str:
    return f"add({', '.join(_oriented(operation, parts))}, out={out})"


def _scale(operation: Operation, parts: list[str], out: str) -> str:
    (part,) = _oriented(operation, parts)
    factor = operation.formula
    shown = number(factor) if factor.is_number else f"({KernelPrinter().doprint(factor)})"
    return f"multiply({shown}, {part}, out={out})"


def _inner(operation: Operation, parts: list[str], out: str) -> str:
    return f"einsum('...i,...i->...', {', '.join(parts)}, out={out}[..., 0])"


def _fill(operation: Operation, parts: list[str], out: str) -> str:
    return f"{out}.fill({operation.formula})"


def _identity(operation: Operation, parts: list[str], out: str) -> str:
    return f"copyto({out}, eye(len({out})))"


def _inverse(operation: Operation, parts: list[str], out: str) -> str:
    (part,) = _oriented(operation, parts)
    return f"copyto({out}, inverse({part}))"


def _softmax(operation: Operation, parts: list[str], out: str) -> str:
    return f"copyto({out}[..., None], {operation.op}({parts[0]}[..., None]))"


def _stack(operation: Operation, parts: list[str], out: str) -> str:
    start, places = sympy.S.Zero, []
    for argument, part in zip(operation.arguments, parts, strict=True):
        stop = sympy.expand(start + axes_of(argument)[0])
        places.append(f"copyto({out}[..., {printed(start)}:{printed(stop)}], {part})")
        start = stop
    return "; ".join(places)


def _rows(operation: Operation, parts: list[str], out: str) -> str:
    return f"copyto({out}, {parts[0]}[..., {_span(operation)}])"


def _place(operation: Operation, parts: list[str], out: str) -> str:
    return f"{out}.fill(0); copyto({out}[..., {_span(operation)}], {parts[0]})"


def _copy(operation: Operation, parts: list[str], out: str) -> str:
    (part,) = _oriented(operation, parts)
    return f"copyto({out}, {part})"


def _oriented(operation: Operation, parts: list[str]) -> list[str]:
    return [
        f"{part}.mT" if operand.transposed and not operand.is_vector else part
        for part, operand in zip(parts, operation.arguments, strict=True)
    ]


def _span(operation: Operation) -> str:
    start, count = operation.formula
    return f"{printed(start)}:{printed(sympy.expand(start + count))}"


STATEMENTS: dict[str, Callable[[Operation, list[str], str], str]] = {
    "scale_rows": _scale_rows,
    "scale_columns": _scale_columns,
    "times": _times,
    "plus": _plus,
    "scale": _scale,
    "copy": _copy,
    "inner": _inner,
    "fill": _fill,
    "identity": _identity,
    "inverse": _inverse,
    "softmax": _softmax,
    "logsumexp": _softmax,
    "stack": _stack,
    "rows": _rows,
    "place": _place,
}
"""By the name of an operation: the statement that does it, from what its arguments and its result
are called. Products with matrices are written where it is known which are transposed once."""
