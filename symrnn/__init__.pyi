"""The public names, for type checkers; a test compares them with the table of `__init__.py`."""

from symrnn import errors, language
from symrnn.calculus import differential, gradient, jacobian, jvp, vjp
from symrnn.cells import Cell, cell, named, read_cell_file
from symrnn.cells.elman import elman, sigma_inside
from symrnn.cells.network import Network
from symrnn.crosscheck import check_forward, check_gradients, check_jacobian
from symrnn.enclosure import certify
from symrnn.language.activations import activation, unknown
from symrnn.language.algebra import Identity, Ones, Parameter, Zeros
from symrnn.language.derivatives import D, D_plus, VectorFunction
from symrnn.language.entry import entry
from symrnn.language.explicit import entries
from symrnn.language.norms import largest_entry, norm
from symrnn.language.ordered import ordered_product, ordered_sum
from symrnn.language.relations import Equation, ForAll, Inequality, Limit, for_all
from symrnn.language.slopes import slope_bound
from symrnn.language.structure import Block, Diag, Hadamard, Kronecker, Unvec, Vec, stack
from symrnn.language.time import Sequence
from symrnn.language.writing import latex, text
from symrnn.numeric.clipping import clip_by_global_norm, clip_by_norm, clip_by_value
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.lower import lower
from symrnn.numeric.torch_weights import from_torch
from symrnn.numeric.weights import Weights
from symrnn.reading import from_latex
from symrnn.recurrence.recurrence import Recurrence
from symrnn.recurrence.unroll import explicit
from symrnn.testing import assert_gradients
from symrnn.theory import rules
from symrnn.theory.about import About
from symrnn.theory.derivation import derivation, induction
from symrnn.theory.statement import Statement, statement
from symrnn.theory.witness import Witness
from symrnn.verify.against import compare
from symrnn.verify.net import random_weights
from symrnn.version import __version__ as __version__

__all__ = [
    "About",
    "Block",
    "Cell",
    "D",
    "D_plus",
    "Diag",
    "Equation",
    "ForAll",
    "Hadamard",
    "Identity",
    "Inequality",
    "Kernels",
    "Kronecker",
    "Limit",
    "Network",
    "Ones",
    "Parameter",
    "Recurrence",
    "Sequence",
    "Statement",
    "Unvec",
    "Vec",
    "VectorFunction",
    "Weights",
    "Witness",
    "Zeros",
    "activation",
    "assert_gradients",
    "cell",
    "certify",
    "check_forward",
    "check_gradients",
    "check_jacobian",
    "clip_by_global_norm",
    "clip_by_norm",
    "clip_by_value",
    "compare",
    "derivation",
    "differential",
    "elman",
    "entries",
    "entry",
    "errors",
    "explicit",
    "for_all",
    "from_latex",
    "from_torch",
    "gradient",
    "induction",
    "jacobian",
    "jvp",
    "language",
    "largest_entry",
    "latex",
    "lower",
    "named",
    "norm",
    "ordered_product",
    "ordered_sum",
    "random_weights",
    "read_cell_file",
    "rules",
    "sigma_inside",
    "slope_bound",
    "stack",
    "statement",
    "text",
    "unknown",
    "vjp",
]
