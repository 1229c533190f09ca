"""The axioms: schemas, each a function from arguments to a theorem with its hypotheses."""

from symrnn.kernel.axioms import derivatives, limits, norms, numbers, ranges
from symrnn.kernel.axioms.schema import axioms

__all__ = ["axioms", "derivatives", "limits", "norms", "numbers", "ranges"]
