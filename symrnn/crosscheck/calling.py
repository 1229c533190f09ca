"""Calling code that is checked: what it is given, what it gave, and what is wrong with that."""

from __future__ import annotations

import inspect
import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.crosscheck.packing import Packing
from symrnn.crosscheck.point import Point
from symrnn.crosscheck.program import Program
from symrnn.errors import CodeError, IllFormedError
from symrnn.language.names import in_code

Array = NDArray[Any]

PACKAGE = str(Path(__file__).resolve().parents[1])

DICTS = ("params", "parameters", "weights", "theta", "p")
SEQUENCES = ("inputs", "input", "x", "xs", "X", "seq", "sequence")
STATES = ("initial", "initial_state", "init", "state", "state0", "states", "hidden", "hx", "s0")
DATA = (
    "data", "target", "targets", "labels", "classes", "y", "ys", "y_true", "cotangents",
    "cotangent", "upstream", "g", "gs", "dy", "dys", "dout", "douts", "grad", "grads",
    "grad_output", "grad_outputs", "grad_out", "output_grad", "delta", "dL", "dl", "d_out",
    "d_outputs", "doutputs", "G",
)  # fmt: skip
LOSSES = ("loss", "L", "value")
PREFIXES = ("dL_d", "dLd", "dL/d", "d_loss_d", "grad_", "grad", "g_", "d_", "d", "∂", "∇")
SUFFIXES = ("_grad", ".grad", "grad", "_g")


@dataclass
class Returned:
    """What one call gave, by the code's names, as arrays."""

    arrays: dict[str, Array]
    loss: float | None = None

    @property
    def eps(self) -> float:
        """ε of the coarsest dtype."""
        kinds = [a.dtype for a in self.arrays.values() if a.dtype.kind in "fc"]
        return max((float(np.finfo(kind).eps) for kind in kinds), default=2.2e-16)


@dataclass
class Code:
    """A function that is checked.

    Args:
        function: the user's.
        program: the cell.
        packing: how the code names and lays out everything.
        order: names of what it returns, where that is a tuple.
        timeout: seconds for one call; None for no limit.
        extra: more arguments, by name: times.
        what: what it is called where it has no name.
        needs_data: whether it is given the loss's data.
    """

    function: Callable[..., Any]
    program: Program
    packing: Packing
    order: tuple[str, ...] | None = None
    timeout: float | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    what: str = "backward"
    needs_data: bool = True

    @property
    def name(self) -> str:
        """What the function is called."""
        found = getattr(self.function, "__name__", None) or type(self.function).__name__
        return self.what if found == "<lambda>" else str(found)

    # ------------------------------------------------------------------ calling

    def __call__(self, point: Point) -> Any:
        """What the function returns at a point.

        Raises:
            CodeError: it raises, takes too long, or changes what it is given.
        """
        args, kwargs = self.arguments(point)
        given = {**{str(i): a for i, a in enumerate(args)}, **kwargs}
        before = _copied(given)
        result = self._run(args, kwargs)
        for name, value in given.items():
            changed = _changed(before[name], value)
            if changed is not None:
                shown = self._argument(name)
                raise CodeError(
                    f"{self.name} changes what it is given: {shown}{changed}",
                    {"do": "work on a copy: gradients are then taken at other numbers"},
                )
        return result

    def _argument(self, name: str) -> str:
        return self._positional[int(name)] if name.isdigit() else name

    @property
    def _positional(self) -> tuple[str, ...]:
        data = ("data",) if self.needs_data else ()
        return ("parameters", "inputs", "initial", *data, *self.extra)

    def _run(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        box: dict[str, Any] = {}

        def work() -> None:
            try:
                with np.errstate(all="ignore"):
                    box["value"] = self.function(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001 - theirs, told as theirs
                box["error"] = error

        if self.timeout is None:
            work()
        else:
            thread = threading.Thread(target=work, daemon=True)
            thread.start()
            thread.join(self.timeout)
            if thread.is_alive():
                raise CodeError(
                    f"{self.name} takes longer than {self.timeout:g} s",
                    {"do": "smaller sizes, or a larger timeout"},
                )
        error = box.get("error")
        if isinstance(error, KeyboardInterrupt | SystemExit) and not isinstance(error, SystemExit):
            raise error
        if error is not None:
            raise CodeError(f"{self.name} raised {type(error).__name__}: {error}", _frames(error))
        return box["value"]

    def arguments(self, point: Point) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Positional and named arguments of a call: by the names of the signature, if they say
        enough, else parameters, inputs, initial state and the loss's data, in this order."""
        supply = self.supply(point)
        standard: tuple[Any, ...] = (supply["parameters"], supply["inputs"], supply["initial"])
        standard += ((supply["data"],) if self.needs_data else ()) + tuple(self.extra.values())
        try:
            signature = inspect.signature(self.function)
        except (TypeError, ValueError):
            return standard, {}
        known = {**supply, **self.extra}
        kwargs: dict[str, Any] = {}
        positional: list[Any] = []
        required = 0
        unknown: list[str] = []
        for parameter in signature.parameters.values():
            if parameter.kind is parameter.VAR_POSITIONAL:
                return standard, {}
            if parameter.kind is parameter.VAR_KEYWORD:
                continue
            needed = parameter.default is parameter.empty
            required += needed
            found = _lookup(parameter.name, known)
            if found is None:
                unknown += [parameter.name] if needed else []
            elif parameter.kind is parameter.POSITIONAL_ONLY:
                positional.append(known[found])
            else:
                kwargs[parameter.name] = known[found]
        if not unknown:
            return tuple(positional), kwargs
        if required == len(standard):
            return standard, {}
        data_asked = any(value is supply["data"] for value in kwargs.values())
        if len(unknown) == 1 and not positional and self.needs_data and not data_asked:
            return (), {**kwargs, unknown[0]: supply["data"]}
        if required == 3 and self.needs_data:
            return (standard[0], standard[1], standard[3]), {}
        raise IllFormedError(
            f"{self.name}: it is not clear what {', '.join(unknown)} "
            f"{'is' if len(unknown) == 1 else 'are'}",
            {
                "expected": f"({', '.join(self._positional)}), or names of: "
                f"{', '.join(self.packing.arrays)}; {', '.join(self._inputs)}; "
                f"{', '.join(f'{label}0' for label in self.program.state_labels)}; "
                f"{point.loss.word}",
                "got": f"{self.name}{signature}",
            },
        )

    def rows(self, label: str, point: Point) -> int:
        """The height of a vector of the cell."""
        found = next((e for e in self.program.cell.order if e.label == label), None)
        if found is None:
            labels = ", ".join(each.label for each in self.program.cell.order)
            raise CodeError(f"{self.name}: {label} is no vector of the cell", {"expected": labels})
        return int(found.rows.subs(point.sizes)) if hasattr(found.rows, "subs") else found.rows

    @property
    def _inputs(self) -> list[str]:
        return [each.label for each in self.program.cell.inputs]

    def supply(self, point: Point) -> dict[str, Any]:
        """Everything that code may ask for, by every name that it may have."""
        packing = self.packing
        numbers = {in_code(s.name): packing.dtype.type(v) for s, v in point.scalars.items()}
        parameters = {**packing.parameters(point), **numbers}
        inputs = {label: packing.sequence(value, point) for label, value in point.inputs.items()}
        initial = {label: packing.state(value, point) for label, value in point.initial.items()}
        data = packing.data(point)
        supply: dict[str, Any] = {}
        one = next(iter(inputs.values())) if len(inputs) == 1 else dict(inputs)
        start = next(iter(initial.values())) if len(initial) == 1 else dict(initial)
        supply.update(dict.fromkeys(DATA, data))
        for label in (point.output, point.output.partition("_")[0]):
            forms = ("d{}", "d{}s", "grad_{}", "d_{}", "d{}_t", "dL_d{}", "dLd{}", "d{}_out")
            supply.update({form.format(label): data for form in forms})
        supply[point.loss.word] = data
        supply.update(dict.fromkeys(DICTS, parameters))
        supply.update(dict.fromkeys(SEQUENCES, one))
        supply.update(dict.fromkeys(STATES, start))
        for label, value in inputs.items():
            supply.update({label: value, f"{label}s": value, f"{label}_seq": value})
        for label, value in initial.items():
            forms = ("{}0", "{}_0", "{}_init", "{}_prev", "init_{}", "{}prev", "{}init", "{}_start")
            supply.update({form.format(label): value for form in forms})
        supply.update(parameters)
        supply["parameters"], supply["inputs"] = parameters, one
        supply["initial"], supply["data"] = start, data
        return supply

    # ------------------------------------------------------------------ what came back

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
        for name, value in named.items():
            known = self._known(name)
            if known in self.scalars and not _is_scalar(value):
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
            found[known] = array if array.dtype.kind == "f" else array.astype(np.float64)
        return Returned(found, loss)

    @property
    def expected(self) -> list[str]:
        """The names that gradients may have."""
        states = [f"{label}_0" for label in self.program.state_labels]
        return [*self.packing.arrays, *states, *self._inputs]

    @property
    def scalars(self) -> tuple[str, ...]:
        """The names of the cell's scalars."""
        return tuple(in_code(symbol.name) for symbol in self.program.cell.scalars)

    def _known(self, name: Any) -> str | None:
        """Which of the expected a returned name is."""
        text = str(name)
        forms = [text]
        forms += [text.removeprefix(p) for p in PREFIXES if text.startswith(p)]
        forms += [text.removesuffix(s) for s in SUFFIXES if text.endswith(s)]
        aliases = {each: each for each in (*self.packing.arrays, *self.scalars)}
        for label in self.program.state_labels:
            for form in ("{}_0", "{}0", "{}_init", "{}_prev", "init_{}", "{}prev", "{}init"):
                aliases[form.format(label)] = f"{label}_0"
        if len(self.program.state_labels) == 1:
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
                    hint = _hint(value, expected)
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


def _lookup(name: str, known: Mapping[str, Any]) -> str | None:
    if name in known:
        return name
    plain = name.replace("_", "").lower()
    near = [each for each in known if each.replace("_", "").lower() == plain]
    # Several names of one thing are no ambiguity.
    first = near[0] if near else None
    return first if first is None or all(known[n] is known[first] for n in near) else None


def _matched(value: Array, expected: tuple[int, ...]) -> Array | None:
    if value.shape == expected:
        return value
    squeezed = tuple(size for size in value.shape if size != 1)
    wanted = tuple(size for size in expected if size != 1)
    return value.reshape(expected) if squeezed == wanted and len(wanted) <= 1 else None


def _hint(value: Array, expected: tuple[int, ...]) -> str:
    """What makes a shape another one."""
    if value.T.shape == expected:
        return "; it has that of the transpose"
    if value.ndim == len(expected) + 1 and expected in (value.shape[1:], value.shape[:-1]):
        return "; it is not summed over the batch"
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


def _is_scalar(value: Any) -> bool:
    if isinstance(value, int | float):
        return True
    return hasattr(value, "shape") and tuple(value.shape) == ()


def _copied(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: {k: np.copy(v) for k, v in value.items()}
        if isinstance(value, Mapping)
        else (np.copy(value) if isinstance(value, np.ndarray) else value)
        for name, value in given.items()
    }


def _changed(before: Any, after: Any) -> str | None:
    """What of an argument is another now; None if nothing is."""
    if isinstance(before, Mapping):
        for name, value in before.items():
            if name not in after:
                return f"[{name!r}], which is gone"
            if _changed(value, after[name]) is not None:
                return f"[{name!r}]"
        return None
    if isinstance(before, np.ndarray) and isinstance(after, np.ndarray):
        same = before.shape == after.shape and np.array_equal(
            before, after, equal_nan=before.dtype.kind == "f"
        )
        return None if same else ""
    return None


def _frames(error: BaseException) -> dict[str, str]:
    """Where in the user's own files, innermost last; at most three."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith(PACKAGE)
    ]
    own = [f for f in frames if "site-packages" not in f.filename] or frames
    return {
        f"{Path(frame.filename).name}:{frame.lineno}": f"{frame.name}: {frame.line}"
        for frame in own[-3:]
    }
