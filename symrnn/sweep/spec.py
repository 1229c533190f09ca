"""What a sweep measures, and where: a file in TOML.

title = "phases of a network"
design = "grid"              # every combination; or "random", with `count` points
seed = 1                     # of the whole sweep
repeats = 10                 # nets a point, each drawn anew
steps = 1000                 # T
lags = [1, 10, 100, 1000]    # t - k of ln ‖∂s_t/∂s_k‖, at t = T
exponents = 2                # Lyapunov exponents, the largest first
truncation = [5, 20]         # τ
training = 0                 # updates by gradient descent, after which gradients are measured
rate = 0.05                  # their step size
dtype = "float64"

[axes]
cell = ["elman", "lstm", "h = relu(W h' + U x + b)"]
d = [16, 64]                 # a size of the cells
scale = { from = 0.5, to = 2.0, count = 7 }   # λ: ‖·‖₂ of what multiplies a state
bias = [0, 1]                # every entry of every bias
scalar.alpha = [0.1, 0.5]    # a scalar of the cells
scale.W_f = [1.0]            # or of one parameter, as is bias.b_f
activation.tanh = ["relu"]   # what stands for a function of the cells

An axis about a name, or a size, is of the cells that have it: nets of the others have no place on
it.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symrnn.errors import IllFormedError, ParseError
from symrnn.toml_text import toml_text

GRID, RANDOM = "grid", "random"
TABLES = ("scale", "bias", "scalar", "activation")
"""Axes that may be about one name: `scale.W_f`."""
_WORDS = ("cell", "activation")
_LONGEST = 1 << 20
MOST = 10_000_000
"""Nets in one sweep."""


@dataclass(frozen=True)
class Range:
    """An interval: `count` values of it in a grid, any value in a random design.

    Attributes:
        low, high: its ends.
        count: how many values a grid takes; None where the design is random.
        log: whether values are spread evenly by their logarithms.
        whole: whether values are integers.
    """

    low: float
    high: float
    count: int | None
    log: bool
    whole: bool

    def at(self, share: float) -> float | int:
        """The value a `share` of 0 to 1 along the interval."""
        if self.log:
            value = math.exp((1 - share) * math.log(self.low) + share * math.log(self.high))
        else:
            value = (1 - share) * self.low + share * self.high
        return round(value) if self.whole else min(max(value, self.low), self.high)

    def drawn(self, share: float) -> float | int:
        """A random value for a uniform `share` below 1; integers are as likely as their room."""
        if not self.whole:
            return self.at(share)
        wide = Range(self.low - 0.5, self.high + 0.5, None, self.log, False)
        return int(min(max(round(wide.at(share)), self.low), self.high))

    def values(self) -> tuple[float | int, ...]:
        """The values of a grid."""
        count = self.count or 1
        if count == 1:
            return (self.at(0.0),)
        return tuple(dict.fromkeys(self.at(i / (count - 1)) for i in range(count)))


@dataclass(frozen=True)
class Spec:
    """A sweep, read and checked; the module's docstring has the keys.

    Attributes:
        axes: for each axis its values, or a `Range`; the cells first.
    """

    axes: Mapping[str, tuple[Any, ...] | Range]
    title: str = "a sweep"
    design: str = GRID
    count: int | None = None
    seed: int = 0
    repeats: int = 1
    steps: int = 100
    lags: tuple[int, ...] = ()
    exponents: int = 1
    truncation: tuple[int, ...] = ()
    training: int = 0
    rate: float = 0.05
    dtype: str = "float64"

    def measures(self) -> dict[str, Any]:
        """What is measured at every point, and how: what a net's name depends on beside it."""
        return {
            "steps": self.steps,
            "lags": list(self.lags),
            "exponents": self.exponents,
            "truncation": list(self.truncation),
            "training": self.training,
            "rate": self.rate,
            "dtype": self.dtype,
        }


def read_spec(path: str | Path) -> Spec:
    """The sweep of a file.

    Args:
        path: a file in TOML.

    Raises:
        ParseError: for a file that can not be read, or is no sweep, naming the file and the key.
    """
    return parse_spec(toml_text(path, "a sweep", _LONGEST), str(path))


def parse_spec(content: str, file: str = "the sweep") -> Spec:
    """The sweep of a file's content.

    Raises:
        ParseError: as `read_spec`.

    >>> parse_spec('axes.cell = ["elman"]').lags
    (1, 2, 5, 10, 20, 50, 100)
    """
    try:
        read = tomllib.loads(content)
    except (ValueError, RecursionError) as error:
        raise ParseError(f"{file}: {error}", {"expected": "TOML"}) from error
    try:
        return _spec(read)
    except IllFormedError as error:
        raise ParseError(f"{file}, {error.message}", error.detail) from error


def _spec(read: dict[str, Any]) -> Spec:
    axes = read.pop("axes", {})
    found: dict[str, Any] = {}
    for key, value in read.items():
        if key not in _KEYS:
            raise _wrong(key, f"one of {', '.join(['axes', *_KEYS])}", key)
        found[key] = _KEYS[key](key, value)
    design = found.setdefault("design", GRID)
    if (found.get("count") is None) == (design == RANDOM):
        raise _wrong("count", "the points of a random design, and of no other", found.get("count"))
    steps = found.setdefault("steps", Spec.steps)
    found.setdefault("lags", spread(steps))
    for key in ("lags", "truncation"):
        if any(each > steps for each in found.get(key, ())):
            raise _wrong(key, f"at most steps, {steps}", max(found[key]))
    spec = Spec(_axes(axes, design), **found)
    nets = spec.repeats * (spec.count or math.prod(map(_many, spec.axes.values())))
    if nets > MOST:
        raise _wrong("axes", f"at most {MOST} nets", nets)
    return spec


def _many(values: tuple[Any, ...] | Range) -> int:
    return (values.count or 1) if isinstance(values, Range) else len(values)


def spread(steps: int) -> tuple[int, ...]:
    """Distances in time: 1, 2, 5, 10, … up to the number of steps."""
    powers = (10**power for power in range(len(str(steps))))
    found = [first * power for power in powers for first in (1, 2, 5) if first * power <= steps]
    return tuple(dict.fromkeys([*found, steps]))


def _axes(read: object, design: str) -> dict[str, tuple[Any, ...] | Range]:
    if not isinstance(read, dict):
        raise _wrong("axes", "a table", read)
    flat: dict[str, Any] = {}
    for name, value in read.items():
        nested = isinstance(value, dict) and not {*value} <= {"from", "to", "count", "log"}
        if nested and name not in TABLES:
            raise _wrong(f"axes.{name}", "values, or from and to", value)
        flat |= {f"{name}.{of}": each for of, each in value.items()} if nested else {name: value}
    if "cell" not in flat:
        raise _wrong("axes.cell", 'cells: ["elman"], a text or a file each', None)
    order = sorted(flat, key=lambda name: name != "cell")
    return {name: _axis(f"axes.{name}", name, flat[name], design) for name in order}


def _axis(key: str, name: str, value: Any, design: str) -> tuple[Any, ...] | Range:
    words = name.partition(".")[0] in _WORDS
    if isinstance(value, dict):
        if words:
            raise _wrong(key, "a list of names", value)
        return _range(key, name, value, design)
    values = tuple(value) if isinstance(value, list) else (value,)
    if not values:
        raise _wrong(key, "at least one value", value)
    for each in values:
        if words:
            _text(key, each)
        elif name.partition(".")[0] in TABLES:
            _number(key, each)
        else:
            _positive(key, each)
    return tuple(dict.fromkeys(values))


def _range(key: str, name: str, value: dict[str, Any], design: str) -> Range:
    if not {"from", "to"} <= {*value}:
        raise _wrong(key, "from and to", value)
    low, high = _number(f"{key}.from", value["from"]), _number(f"{key}.to", value["to"])
    log = value.get("log", False)
    whole = name not in TABLES and name.partition(".")[0] not in TABLES
    count = value.get("count")
    if not isinstance(log, bool):
        raise _wrong(f"{key}.log", "true or false", log)
    if not low < high or (log and low <= 0) or (whole and low < 1):
        least = "1 ≤ " if whole else "0 < " if log else ""
        raise _wrong(key, f"{least}from < to", f"from {low} to {high}")
    if (count is None) == (design == GRID):
        raise _wrong(f"{key}.count", "the values of a grid, and of no other design", count)
    if count is not None:
        _positive(f"{key}.count", count)
    return Range(low, high, count, log, whole)


def _wrong(key: str, expected: str, got: object) -> IllFormedError:
    came = "nothing" if got is None else got if isinstance(got, str) else repr(got)
    return IllFormedError(f"key {key}", {"expected": expected, "got": came})


def _text(key: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _wrong(key, "text", value)
    return value


def _number(key: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _wrong(key, "a number", value)
    return float(value)


def _natural(key: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 63:
        raise _wrong(key, "an integer from 0 on", value)
    return value


def _positive(key: str, value: Any) -> int:
    if _natural(key, value) == 0:
        raise _wrong(key, "a positive integer", value)
    return int(value)


def _rate(key: str, value: Any) -> float:
    if _number(key, value) <= 0:
        raise _wrong(key, "a positive number", value)
    return float(value)


def _times(key: str, value: Any) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise _wrong(key, "a list of positive integers", value)
    return tuple(sorted({_positive(key, each) for each in value}))


def _one_of(*known: str) -> Callable[[str, Any], str]:
    def read(key: str, value: Any) -> str:
        if value not in known:
            raise _wrong(key, " or ".join(known), value)
        return str(value)

    return read


_KEYS: dict[str, Callable[[str, Any], Any]] = {
    "title": _text,
    "design": _one_of(GRID, RANDOM),
    "count": _positive,
    "seed": _natural,
    "repeats": _positive,
    "steps": _positive,
    "lags": _times,
    "exponents": _natural,
    "truncation": _times,
    "training": _natural,
    "rate": _rate,
    "dtype": _one_of("float32", "float64"),
}
