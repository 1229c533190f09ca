"""Calling code that is checked: what it is given, what it gave, and what is wrong with that."""

from __future__ import annotations

import ctypes
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
from symrnn.crosscheck.returned import Reader, Returned
from symrnn.crosscheck.supplied import looked_up, supplied
from symrnn.errors import CodeError, IllFormedError

Array = NDArray[Any]

PACKAGE = str(Path(__file__).resolve().parents[1])

SHOWN = 8
"""Arrays whose shapes are shown."""


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
                _stop(thread)
                raise CodeError(
                    f"{self.name} takes longer than {self.timeout:g} s",
                    {"do": "smaller sizes, or a larger timeout"},
                )
        error = box.get("error")
        if isinstance(error, KeyboardInterrupt):
            raise error
        if error is not None:
            said, _, more = str(error).partition("\n")
            shown = f"{type(error).__name__}: {said}{' …' if more else ''}"
            given = {**dict(zip(self._positional, args, strict=False)), **kwargs}
            raise CodeError(
                f"{self.name} raised {shown}", {**_frames(error), "given": shapes(given)}
            )
        if inspect.iscoroutine(box["value"]):
            box["value"].close()
            raise CodeError(f"{self.name} returned a coroutine", {"expected": "no async function"})
        return box["value"]

    def arguments(self, point: Point) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Positional and named arguments of a call: by the names of the signature, if they say
        enough, else parameters, inputs, initial state and the loss's data, in this order."""
        supply = supplied(self.packing, point)
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
                kwargs = {**self._plainly_named(supply, point), **kwargs}
                continue
            needed = parameter.default is parameter.empty
            required += needed
            found = looked_up(parameter.name, known)
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
                f"{', '.join(self.packing.arrays)}; {', '.join(point.inputs)}; "
                f"{', '.join(f'{label}0' for label in self.program.state_labels)}; "
                f"{point.loss.word}",
                "got": f"{self.name}{signature}",
            },
        )

    def _plainly_named(self, supply: Mapping[str, Any], point: Point) -> dict[str, Any]:
        """Everything once, for code that takes any names: W, U, b, x, h0, and the loss's data."""
        names = [*self.packing.arrays, *self.scalars, *point.inputs]
        names += [f"{label}0" for label in point.initial]
        names += [point.loss.word, f"d{point.output}"] if self.needs_data else []
        return {**{name: supply[name] for name in names}, **self.extra}

    def rows(self, label: str, point: Point) -> int:
        """The height of a vector of the cell."""
        found = next((e for e in self.program.cell.order if e.label == label), None)
        if found is None:
            labels = ", ".join(each.label for each in self.program.cell.order)
            raise CodeError(f"{self.name}: {label} is no vector of the cell", {"expected": labels})
        return int(found.rows.subs(point.sizes)) if hasattr(found.rows, "subs") else found.rows

    # ------------------------------------------------------------------ what came back

    @property
    def reader(self) -> Reader:
        """What reads a result."""
        return Reader(self.name, self.function, self.program, self.packing, self.order)

    def returned(self, result: Any, point: Point) -> Returned:
        """Gradients by the code's names; see `Reader`."""
        return self.reader.returned(result, point)

    def ours(self, returned: Returned, point: Point) -> tuple[dict[str, Array], dict[str, str]]:
        """Gradients by our names, in our shapes; and what is wrong with a shape."""
        return self.reader.ours(returned, point)

    @property
    def scalars(self) -> tuple[str, ...]:
        """The names of the cell's scalars."""
        return self.reader.scalars


def _stop(thread: threading.Thread) -> None:
    """Ask a thread to end, which it does between two of its own instructions."""
    ended = ctypes.py_object(SystemExit)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ended)


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


def shapes(given: Mapping[str, Any]) -> str:
    """What was given, by name, in the shapes it has: a raise is often about these."""
    arrays: dict[str, Any] = {}
    for name, value in given.items():
        arrays |= value if isinstance(value, Mapping) else {name: value}
    found = [f"{name} {tuple(np.shape(each))}" for name, each in arrays.items() if np.ndim(each)]
    more = ", …" if len(found) > SHOWN else ""
    return ", ".join(found[:SHOWN]) + more


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
