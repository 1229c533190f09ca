"""The passes of any cell under their former name."""

from symrnn.numeric.kernels import Kernels as Passes
from symrnn.numeric.run import Run

__all__ = ["Passes", "Run"]
