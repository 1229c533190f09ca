"""The axioms: schemas, each a function from arguments to a theorem with its hypotheses."""

from symrnn.kernel.axioms import blocks, derivatives, limits, norms, numbers, ranges
from symrnn.kernel.axioms.schema import axioms

__all__ = ["axioms", "blocks", "derivatives", "limits", "norms", "numbers", "ranges"]
