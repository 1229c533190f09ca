"""What code gave back: gradients by name, in our shapes, or what is wrong with them."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.crosscheck.packing import Packing
from symrnn.crosscheck.point import Point
from symrnn.crosscheck.program import Program
from symrnn.crosscheck.supplied import HIDDEN, SEQUENCES, STATES
from symrnn.errors import CodeError
from symrnn.python_text import parsed

Array = NDArray[Any]

LOSSES = ("loss", "L", "value")
PREFIXES = ("dL_d", "dLd", "dL/d", "d_loss_d", "grad_", "grad", "g_", "d_", "d", "∂", "∇")
SUFFIXES = ("_grad", ".grad", "grad", "_g")


@dataclass
class Returned:
    """What one call gave.

    Attributes:
        arrays: by the code's names.
        loss: if it came along.
        whole: names of what came as integers.
    """

    arrays: dict[str, Array]
    loss: float | None = None
    whole: tuple[str, ...] = ()

    @property
    def eps(self) -> float:
        """ε of the coarsest dtype."""
        kinds = [a.dtype for a in self.arrays.values() if a.dtype.kind in "fc"]
        return max((float(np.finfo(kind).eps) for kind in kinds), default=2.2e-16)


@dataclass
class Reader:
    """Reads what a function of anybody's returned.

    Args:
        name: what the function is called.
        function: the function itself.
        program: the cell.
        packing: how the code names and lays out everything.
        order: names of what it returns, where that is a tuple.
    """

    name: str
    function: Callable[..., Any]
    program: Program
    packing: Packing
    order: tuple[str, ...] | None = None

    @property
    def _inputs(self) -> list[str]:
        return [each.label for each in self.program.cell.inputs]

    def returned(self, result: Any, point: Point) -> Returned:
        """Gradients by the code's names.

        Raises:
            CodeError: a name, a shape or a type that is none of the cell's.
        """
        loss = None
        if isinstance(result, tuple | list) and len(result) == 2 and _is_scalar(result[0]):
            inner = result[1]
            if isinstance(inner, Mapping) or (
                isinstance(inner, tuple | list) and not _is_scalar(inner)
            ):
                loss, result = float(as_array(result[0])), inner
        named = self._named(result, point)
        found: dict[str, Array] = {}
        said: dict[str, Any] = {}
        whole: list[str] = []
        for name, value in named.items():
            known = self._known(name)
            if known in self.scalars and not _is_one(value):
                known = None
            if known is None and _is_scalar(value) and name in LOSSES:
                loss = float(as_array(value))
                continue
            if known is None:
                raise CodeError(
                    f"{self.name} returned {name}, which is nothing of {self.program.cell.name}",
                    {"expected": ", ".join(self.expected), "got": ", ".join(map(str, named))},
                )
            array = as_array(value)
            if array.dtype.kind not in "fiub" and array.dtype.kind != "c":
                raise CodeError(
                    f"{self.name}: the gradient {name} is no array of numbers",
                    {"expected": "a real array", "got": f"{type(value).__name__}, {array.dtype}"},
                )
            if array.dtype.kind == "c":
                raise CodeError(
                    f"{self.name}: the gradient {name} is complex", {"expected": "a real array"}
                )
            if known in found:
                raise CodeError(
                    f"{self.name} returned {said[known]} and {name}, both the gradient of {known}",
                    {"expected": "each once", "got": ", ".join(map(str, named))},
                )
            said[known] = name
            whole += [known] if array.dtype.kind != "f" else []
            found[known] = array if array.dtype.kind == "f" else array.astype(np.float64)
        return Returned(found, loss, tuple(whole))

    @property
    def expected(self) -> list[str]:
        """The names that gradients may have."""
        states = [f"{label}_0" for label in self.program.state_labels]
        return [*self.packing.arrays, *states, *self._inputs]

    @property
    def scalars(self) -> tuple[str, ...]:
        """The names of the cell's scalars."""
        return self.program.scalars

    def _known(self, name: Any) -> str | None:
        """Which of the expected a returned name is."""
        text = str(name)
        forms = [text]
        forms += [text.removeprefix(p) for p in PREFIXES if text.startswith(p)]
        forms += [text.removesuffix(s) for s in SUFFIXES if text.endswith(s)]
        forms += [text[len(p) :] for p in PREFIXES if text.lower().startswith(p.lower())]
        aliases = {each: each for each in (*self.packing.arrays, *self.scalars)}
        for label in self.program.state_labels:
            for form in ("{}_0", "{}0", "{}_init", "{}_prev", "init_{}", "{}prev", "{}init"):
                aliases[form.format(label)] = f"{label}_0"
        if len(self.program.state_labels) == 1:
            own = f"{self.program.state_labels[0]}_0"
            aliases.update(dict.fromkeys((f"{HIDDEN}0", f"{HIDDEN}_0"), own))
            aliases.update(dict.fromkeys(STATES, f"{self.program.state_labels[0]}_0"))
        for label in self._inputs:
            aliases.setdefault(label, label)
            aliases.setdefault(f"{label}s", label)
        if len(self._inputs) == 1:
            for each in SEQUENCES:
                aliases.setdefault(each, self._inputs[0])
        for form in forms:
            if form in aliases:
                return aliases[form]
        plain: dict[str, set[str]] = {}
        for alias, known in aliases.items():
            plain.setdefault(alias.replace("_", "").lower(), set()).add(known)
        for form in forms:
            found = plain.get(form.replace("_", "").lower(), set())
            if len(found) == 1:
                return next(iter(found))
        return None

    def _named(self, result: Any, point: Point) -> dict[Any, Any]:
        if isinstance(result, Mapping):
            return dict(result)
        if hasattr(result, "_asdict"):
            return dict(result._asdict())
        if isinstance(result, tuple | list):
            said = None if self.order else self._said(result)
            if said is not None:
                return said
            order = self.order or self._order_of_signature()
            if order is None:
                raise CodeError(
                    f"{self.name} returned a {type(result).__name__} of {len(result)}, in which "
                    "order is not said",
                    {"expected": "a dict of gradients, or order=(…)", "names": self.expected},
                )
            if len(order) != len(result):
                raise CodeError(
                    f"{self.name} returned {len(result)} gradients",
                    {"expected": f"{len(order)}: {', '.join(order)}", "got": len(result)},
                )
            return dict(zip(order, result, strict=True))
        if result is None or isinstance(result, str | bytes | int | float | bool):
            raise CodeError(
                f"{self.name} returned no gradients",
                {
                    "expected": "a dict, a tuple in a stated order, or an object",
                    "got": repr(result),
                },
            )
        if hasattr(result, "shape") and hasattr(result, "dtype"):
            if len(self.packing.arrays) == 1 or (self.order and len(self.order) == 1):
                return {(self.order or tuple(self.packing.arrays))[0]: result}
            raise CodeError(
                f"{self.name} returned one array",
                {"expected": f"gradients of {', '.join(self.packing.arrays)}"},
            )
        found = {
            name: getattr(result, name)
            for name in (vars(result) if hasattr(result, "__dict__") else dir(result))
            if not name.startswith("_") and self._known(name) is not None
        }
        if not found:
            raise CodeError(
                f"{self.name} returned an object without gradients",
                {"expected": ", ".join(self.expected), "got": type(result).__name__},
            )
        return found

    def _whose(self, value: Array, name: str, point: Point) -> str:
        """Which other array has the shape."""
        others = [
            other
            for other in self.packing.arrays
            if other != name and self.packing.expected_shape(other, point) == value.shape
        ]
        return f"; it has that of {others[0]}" if others else ""

    def _said(self, result: Sequence[Any]) -> dict[Any, Any] | None:
        """What is returned by the names in the return statement, if these name every gradient.

        What else it returns, a loss or a last state, is let go.
        """
        names = names_returned(self.function)
        if len(names) != len(result):
            return None
        found = {n: each for n, each in zip(names, result, strict=True) if self._known(n)}
        losses = {n: each for n, each in zip(names, result, strict=True) if n in LOSSES}
        missing = {*self.packing.arrays} - {self._known(n) for n in found}
        return None if missing else {**losses, **found}

    def _order_of_signature(self) -> tuple[str, ...] | None:
        """Gradients in the order in which the parameters stand in the signature."""
        try:
            names = tuple(inspect.signature(self.function).parameters)
        except (TypeError, ValueError):
            return None
        order = tuple(n for n in names if n in self.packing.arrays)
        return order if len(order) == len(self.packing.arrays) else None

    def ours(self, returned: Returned, point: Point) -> tuple[dict[str, Array], dict[str, str]]:
        """Gradients by our names, in our shapes; and what is wrong with a shape, by their name."""
        found: dict[str, Array] = {}
        wrong: dict[str, str] = {}
        for name, array in returned.arrays.items():
            value = array.astype(np.float64)
            if name in self.packing.arrays:
                expected = self.packing.expected_shape(name, point)
                matrix = _matched(value, expected)
                if matrix is None:
                    hint = _hint(value, expected, point) or self._whose(value, name, point)
                    wrong[name] = f"shape {value.shape}, expected {expected}{hint}"
                    continue
                packed = self.packing.arrays[name]
                whole = packed.assembled(point.parameters, values=False)
                shapes = {part: point.parameters[part].shape for part in packed.parts}
                parts = packed.apart(matrix.reshape(whole.shape), shapes)
                for part, piece in parts.items():
                    found[f"{name}:{part}" if part in packed.idle else part] = piece
            elif name in self.scalars:
                found[name] = value.reshape(())
            elif name in self._inputs:
                back = self.packing.back(value, point)
                expected = self.packing.sequence(point.inputs[name], point).shape
                if back is None or value.shape != expected:
                    wrong[name] = f"shape {value.shape}, expected {expected}"
                else:
                    found[name] = back
            else:
                label = name.removesuffix("_0")
                start = self.packing.state(point.initial[label], point)
                column = self.packing.column(value, point)
                if column is None or column.shape != point.initial[label].shape:
                    wrong[name] = f"shape {value.shape}, expected {start.shape}"
                else:
                    found[name] = column
        return found, wrong


def names_returned(function: Callable[..., Any]) -> tuple[str, ...]:
    """The names in a function's return statement, "" for what is none; nothing where it has
    several that differ, or where its source is not at hand."""
    try:
        tree = parsed(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    todo: list[ast.AST] = [*ast.iter_child_nodes(tree.body[0])] if tree.body else []
    found: set[tuple[str, ...]] = set()
    while todo:
        node = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            continue
        if isinstance(node, ast.Return):
            values = node.value.elts if isinstance(node.value, ast.Tuple | ast.List) else []
            found.add(tuple(each.id if isinstance(each, ast.Name) else "" for each in values))
        todo += ast.iter_child_nodes(node)
    return found.pop() if len(found) == 1 else ()


def _matched(value: Array, expected: tuple[int, ...]) -> Array | None:
    if value.shape == expected:
        return value
    squeezed = tuple(size for size in value.shape if size != 1)
    wanted = tuple(size for size in expected if size != 1)
    return value.reshape(expected) if squeezed == wanted and len(wanted) <= 1 else None


def _hint(value: Array, expected: tuple[int, ...], point: Point) -> str:
    """What makes a shape another one."""
    if value.T.shape == expected:
        return "; it has that of the transpose"
    if value.ndim == len(expected) + 1 and expected in (value.shape[1:], value.shape[:-1]):
        more = value.shape[0] if value.shape[1:] == expected else value.shape[-1]
        over = {point.width: "the batch", point.steps: "time"}
        return f"; it is not summed over {over[more]}" if more in over else ""
    if value.ndim == len(expected) + 2 and value.shape[2:] == expected:
        return "; it is not summed over time and batch"
    return ""


def as_array(value: Any) -> Array:
    """An array of anybody's, copied to the host."""
    for step in ("detach", "cpu"):
        if hasattr(value, step):
            value = getattr(value, step)()
    if hasattr(value, "get") and not isinstance(value, Mapping) and hasattr(value, "dtype"):
        value = value.get()
    if str(getattr(value, "dtype", "")) == "torch.bfloat16":
        value = value.float()
    if value is None:
        return np.array(None)
    try:
        return np.asarray(value)
    except (TypeError, ValueError):
        return np.array(None)


def _is_one(value: Any) -> bool:
    return _is_scalar(value) or tuple(getattr(value, "shape", (0,))) in ((1,), (1, 1))


def _is_scalar(value: Any) -> bool:
    if isinstance(value, int | float):
        return True
    return hasattr(value, "shape") and tuple(value.shape) == ()
