"""The axioms: schemas, each a function from arguments to a theorem with its hypotheses."""

from symrnn.kernel.axioms import blocks, derivatives, differentials, limits, norms, numbers, ranges

__all__ = ["blocks", "derivatives", "differentials", "limits", "norms", "numbers", "ranges"]
