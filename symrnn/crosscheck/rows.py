"""The rows of a report: how far each array is from the derived one, and what is no number in it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.crosscheck.instance import Instance
from symrnn.crosscheck.report import AGREES, DIFFERS, Row
from symrnn.crosscheck.returned import Returned

Array = NDArray[Any]


def of_integers(returned: Returned) -> tuple[str, ...]:
    """A note on arrays that came as integers."""
    names = ", ".join(returned.whole)
    return (f"{names} came as integers: what is behind the point is lost",) if names else ()


def not_finite(value: Array) -> str:
    """What is said of an array with entries that are no numbers: how many, and which is first."""
    place = tuple(int(i) for i in np.argwhere(~np.isfinite(value))[0])
    count = int((~np.isfinite(value)).sum())
    return f"is not finite in {count} of {value.size} entries, first {list(place)}"


def rows_of(instance: Instance) -> list[Row]:
    """A row for each array of an instance."""
    rows = []
    for name in instance.names:
        right, mine = instance.right[name], instance.theirs[name]
        scale = float(np.max(np.abs(right), initial=0.0))
        gap = float(np.max(np.abs(mine - right), initial=0.0))
        off = gap / scale if scale > 0 else (0.0 if gap == 0 else float("inf"))
        allowed = instance.tolerance[name] / scale if scale > 0 else 0.0
        rows.append(
            Row(name, AGREES if name not in instance.wrong else DIFFERS, off, None, allowed)
        )
    return rows
