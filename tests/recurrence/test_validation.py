"""What a recurrence may be defined by."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import symbols

from symrnn.errors import IllFormedError, ShapeError
from symrnn.language.algebra import Parameter
from symrnn.language.time import Sequence
from symrnn.recurrence.recurrence import Recurrence

d, m = symbols("d m", integer=True, positive=True)
j, k = symbols("j k", integer=True)
W = Parameter("W", d, d)
s, a, x, L = Sequence("s", d), Sequence("a", d), Sequence("x", m), Sequence("L", 1)
g = Sequence("g", d)

ILL_FORMED: list[tuple[str, dict[Any, Any], dict[str, Any]]] = [
    ("no definition", {a[j]: W * s[j - 1]}, {}),
    ("own time", {s[j + 1]: W * s[j]}, {}),
    ("own time", {s[3]: W * s[2]}, {}),
    ("own time", {Parameter("b", d, 1): W * s[j - 1]}, {}),
    ("uses s_", {s[j]: W * s[j + 1]}, {}),
    ("uses s_", {s[j]: W * s[j - 2]}, {}),
    ("uses s_", {s[j]: W * s[k]}, {}),
    ("uses s_", {s[j]: W * s[j]}, {}),
    ("uses a_", {s[j]: W * s[j - 1] + a[j - 1], a[j]: W * s[j - 1]}, {}),
    ("uses x_", {s[j]: Parameter("U", d, m) * x[j - 1]}, {}),
    ("circle", {s[j]: W * a[j], a[j]: W * s[j]}, {}),
    ("circle", {s[j]: W * a[j], a[j]: g[j], g[j]: W * s[j]}, {}),
    ("output", {s[j]: s[j - 1] * L[j], L[j]: Parameter("c", 1, 1)}, {"outputs": (L,)}),
]


@pytest.mark.parametrize(("says", "definitions", "more"), ILL_FORMED)
def test_ill_formed_definitions(says: str, definitions: Any, more: Any) -> None:
    with pytest.raises(IllFormedError, match=says):
        Recurrence(j, (s,), (x,), definitions, **more)


def test_shapes_are_compared() -> None:
    with pytest.raises(ShapeError, match="d × 1 and m × 1"):
        Recurrence(j, (s,), (x,), {s[j]: x[j]})


def test_reading_a_recurrence() -> None:
    recurrence = Recurrence(j, (s,), (x,), {a[j]: W * s[j - 1], s[j]: a[j] + a[j]})
    assert recurrence.definition(s[4]) == 2 * a[4]
    assert recurrence.definition(x[4]) is None
    assert recurrence.definition(W) is None
    assert recurrence.same_time(s[4]) == [a[4]]
    assert recurrence.same_time(x[4]) == []
    assert recurrence.expanded(s[j]) == 2 * (W * s[j - 1])
    assert recurrence.expanded(x[j]) == x[j]
    assert recurrence.is_state(s[k]) and not recurrence.is_state(a[k])
