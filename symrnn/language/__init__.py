"""What can be written: matrices of symbolic size, vectors in time, ordered products, norms.

Importing the package registers the text and LaTeX form of every node, and how SymPy's own are read.
"""

from symrnn.language import foreign, latex, latex_relations, text

__all__ = ["foreign", "latex", "latex_relations", "text"]
