"""Derive, prove, run and typeset the gradients of recurrent networks from one SymPy object."""

from importlib import import_module
from typing import Any

from symrnn import errors, language
from symrnn.calculus import differential, gradient, jacobian, jvp, vjp
from symrnn.language.activations import activation, unknown
from symrnn.language.algebra import Identity, Ones, Parameter, Zeros
from symrnn.language.derivatives import D, D_plus, VectorFunction
from symrnn.language.entry import entry
from symrnn.language.explicit import entries
from symrnn.language.norms import largest_entry, norm
from symrnn.language.ordered import ordered_product, ordered_sum
from symrnn.language.relations import Equation, ForAll, Inequality, Limit, for_all
from symrnn.language.structure import Block, Diag, Hadamard, Kronecker, Unvec, Vec, stack
from symrnn.language.time import Sequence
from symrnn.language.writing import latex, text
from symrnn.recurrence.elman import RNN, elman, sigma_inside
from symrnn.recurrence.recurrence import Cell, Recurrence
from symrnn.recurrence.unroll import explicit
from symrnn.theory import rules
from symrnn.theory.derivation import derivation, induction
from symrnn.theory.statement import Statement, Witness, statement
from symrnn.version import __version__ as __version__

# What needs NumPy or Arb is loaded when it is first asked for: import costs what SymPy costs.
_LATER = {
    "assert_gradients": "symrnn.testing",
    "cell": "symrnn.cells",
    "certify": "symrnn.enclosure",
    "check_forward": "symrnn.crosscheck",
    "check_gradients": "symrnn.crosscheck",
    "check_jacobian": "symrnn.crosscheck",
    "Kernels": "symrnn.numeric.kernels",
    "Passes": "symrnn.numeric.passes",
    "Weights": "symrnn.numeric.weights",
    "clip_by_global_norm": "symrnn.numeric.clipping",
    "clip_by_norm": "symrnn.numeric.clipping",
    "clip_by_value": "symrnn.numeric.clipping",
    "compare": "symrnn.verify.against",
    "from_latex": "symrnn.reading",
    "from_torch": "symrnn.numeric.torch_weights",
    "lower": "symrnn.numeric.lower",
    "named": "symrnn.cells",
    "read_cell_file": "symrnn.cells",
    "random_weights": "symrnn.verify.network",
    "slope_bound": "symrnn.language.slopes",
}


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(import_module(_LATER[name]), name)
    raise AttributeError(f"module 'symrnn' has no attribute {name!r}")


__all__ = [
    "RNN",
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
    "Ones",
    "Parameter",
    "Passes",
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
