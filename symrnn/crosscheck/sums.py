"""Two slips whose changes add up: on paths side by side each changes the gradients by itself.

With one step, or on two ways from a loss to a parameter, what is wrong is the sum of what each slip
makes wrong; all pairs are tried at once, by subtraction.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.crosscheck.instance import Instance
from symrnn.crosscheck.slip import Slip
from symrnn.crosscheck.variation import Gradients

Array = NDArray[Any]


def adding_up(
    base: Instance, outcomes: list[tuple[Slip, Gradients]]
) -> Iterator[tuple[Slip, Slip]]:
    """The pairs of slips with g + (g₁ - g) + (g₂ - g) equal to the gradients in question.

    Args:
        base: the net.
        outcomes: slips, each with its gradients there.
    """
    unit = {name: max(base.tolerance[name], np.finfo(float).tiny) for name in base.names}
    if any(np.shape(base.theirs[name]) != np.shape(base.right[name]) for name in base.names):
        return

    def change(gradients: Gradients) -> Array:
        """What is changed, in units of what rounding explains."""
        with np.errstate(all="ignore"):  # what overflows is equal to nothing
            parts = [(gradients[name] - base.right[name]) / unit[name] for name in base.names]
        return np.concatenate([np.ravel(part) for part in parts])

    fitting = [
        (slip, change(found))
        for slip, found in outcomes
        if all(np.shape(found[name]) == np.shape(base.right[name]) for name in base.names)
    ]
    if len(fitting) < 2:
        return
    target = change(base.theirs)
    changes = np.array([each for _, each in fitting])
    for place, (slip, own) in enumerate(fitting[:-1]):
        with np.errstate(all="ignore"):
            gap = np.abs(changes[place + 1 :] - (target - own)).max(axis=1)
        for other in np.flatnonzero(gap <= 4):
            yield slip, fitting[place + 1 + int(other)][0]
