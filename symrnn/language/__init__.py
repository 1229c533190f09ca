"""What can be written: matrices of symbolic size, vectors in time, ordered products, norms.

Importing the package registers the text and LaTeX form of every node.
"""

from symrnn.language import latex, text

__all__ = ["latex", "text"]
