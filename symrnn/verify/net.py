"""Numbers to try things on: of any cell by name, of the lecture's networks by letter as well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.cells import Cell
from symrnn.cells.network import Network
from symrnn.errors import IllFormedError
from symrnn.numeric import weights as by_name
from symrnn.numeric.arguments import is_whole, random_numbers
from symrnn.numeric.in_order import from_arrays

Array = NDArray[Any]


@dataclass(frozen=True)
class Net:
    """A net and its input: W d × d, U d × m, b d, s₀ d, x (T, m), readout c d."""

    W: Array
    U: Array
    b: Array
    s0: Array
    x: Array
    c: Array

    def arguments(self) -> tuple[Array, Array, Array, Array, Array]:
        """W, U, b, s₀, x: what a forward pass reads."""
        return self.W, self.U, self.b, self.s0, self.x

    def of_cell(self, cell: Cell) -> by_name.Weights:
        """The same by the names of a cell that reads just these, or no input."""
        if cell.inputs:
            return from_arrays(cell, self.arguments(), {})
        return from_arrays(cell, (self.W, self.b, self.s0, len(self.x)), {})


def random_weights(*of: Any, **options: Any) -> Any:
    """Normal numbers: for a cell as `symrnn.numeric.weights.random_weights` says, by name;
    of sizes d, m, steps and a seed, W, U, b, s₀, x and a readout for `elman` and `sigma_inside`.

    Raises:
        IllFormedError: a size, a number of steps or a seed that is none.

    >>> random_weights(d=8, m=3, steps=30, seed=0).U.shape
    (8, 3)
    """
    if not (of and isinstance(of[0], Cell | Network)):
        return _net(*of, **options)
    cell, *rest = of
    cell = cell.cell if isinstance(cell, Network) else cell
    return by_name.random_weights(cell, *rest, **options)


def _net(d: int, m: int, steps: int, seed: int) -> Net:
    """A net with normal weights of spectral size about 1."""
    for name, size in (("d", d), ("m", m)):
        if not is_whole(size) or size < 1:
            raise IllFormedError(
                f"the size {name}", {"expected": "an integer from 1 on", "got": repr(size)}
            )
    by_name.require_steps(steps)
    rng = random_numbers(seed)
    return Net(
        W=rng.normal(size=(d, d)) / np.sqrt(d),
        U=rng.normal(size=(d, m)) / np.sqrt(m),
        b=0.1 * rng.normal(size=d),
        s0=rng.normal(size=d),
        x=rng.normal(size=(steps, m)),
        c=rng.normal(size=d),
    )
