"""Adam over arrays by name.

Source: D. Kingma, J. Ba, Adam, ICLR 2015, algorithm 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]

BETA1, BETA2, TINY = 0.9, 0.999, 1e-8


@dataclass(frozen=True, eq=False)
class Moments:
    """Running means of the gradients and of their squares, after so many steps."""

    first: Arrays = field(default_factory=dict)
    second: Arrays = field(default_factory=dict)
    steps: int = 0

    def after(self, gradients: Arrays) -> Moments:
        """The means with one more gradient of every parameter."""
        return Moments(
            {n: BETA1 * self.first.get(n, 0) + (1 - BETA1) * g for n, g in gradients.items()},
            {n: BETA2 * self.second.get(n, 0) + (1 - BETA2) * g * g for n, g in gradients.items()},
            self.steps + 1,
        )

    def moved(self, parameters: Arrays, rate: float) -> dict[str, NDArray[Any]]:
        """The parameters one step further."""
        unbias1, unbias2 = 1 - BETA1**self.steps, 1 - BETA2**self.steps
        return {
            name: parameter
            - rate * (self.first[name] / unbias1) / (np.sqrt(self.second[name] / unbias2) + TINY)
            for name, parameter in parameters.items()
        }
