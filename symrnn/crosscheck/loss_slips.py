"""Slips in the gradient of the loss: factors, softmax, steps and sequences left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from symrnn.crosscheck.point import Point
from symrnn.crosscheck.program import Cotangents, Run, Variation
from symrnn.crosscheck.slip import LOSS, Slip


def slips_of_loss(point: Point) -> Iterator[Slip]:
    """Slips in what arrives from the loss."""
    output = point.output
    for words, line, made in point.loss.slips():

        def changed(run: Run, arriving: Cotangents, made: Any = made) -> Cotangents:
            given = made(run.sequence(output)[1:], run.point.data)
            return {output: [None, *given]}

        shown = line.replace("δ_y", f"δ({output})").replace("softmax(y)", f"softmax({output})")
        yield Slip(f"in the loss: {words}", shown, Variation(cotangents=(changed,)), LOSS, 1)
    if point.width > 1:
        for words, which in (("first", 0), ("last", -1)):

            def one(run: Run, arriving: Cotangents, which: int = which) -> Cotangents:
                mask = np.zeros(run.point.width)
                mask[which] = 1
                return {
                    label: [None if g is None else g * mask for g in sequence]
                    for label, sequence in arriving.items()
                }

            yield Slip(
                f"the {words} sequence of the batch alone is there", "L = Σ over the batch",
                Variation(cotangents=(one,)), LOSS, 2,
            )  # fmt: skip
