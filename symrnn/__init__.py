"""Derive, prove, run and typeset the gradients of recurrent networks from one SymPy object."""

from importlib import import_module
from typing import Any

from symrnn.version import __version__ as __version__

# A name is loaded when it is first asked for: whoever derives a formula does not wait for what
# proves, runs or reads one. What type checkers see stands in `__init__.pyi`.
_NAMES = {
    "symrnn.calculus": ("differential", "gradient", "jacobian", "jvp", "vjp"),
    "symrnn.cells": ("Cell", "cell", "named", "read_cell_file"),
    "symrnn.cells.elman": ("elman", "sigma_inside"),
    "symrnn.cells.network": ("Network",),
    "symrnn.crosscheck": ("check_forward", "check_gradients", "check_jacobian"),
    "symrnn.enclosure": ("certify",),
    "symrnn.language.activations": ("activation", "unknown"),
    "symrnn.language.algebra": ("Identity", "Ones", "Parameter", "Zeros"),
    "symrnn.language.derivatives": ("D", "D_plus", "VectorFunction"),
    "symrnn.language.entry": ("entry",),
    "symrnn.language.explicit": ("entries",),
    "symrnn.language.norms": ("largest_entry", "norm"),
    "symrnn.language.ordered": ("ordered_product", "ordered_sum"),
    "symrnn.language.relations": ("Equation", "ForAll", "Inequality", "Limit", "for_all"),
    "symrnn.language.slopes": ("slope_bound",),
    "symrnn.language.structure": (
        "Block",
        "Diag",
        "Hadamard",
        "Kronecker",
        "Unvec",
        "Vec",
        "stack",
    ),
    "symrnn.language.time": ("Sequence",),
    "symrnn.language.writing": ("latex", "text"),
    "symrnn.numeric.clipping": ("clip_by_global_norm", "clip_by_norm", "clip_by_value"),
    "symrnn.numeric.kernels": ("Kernels",),
    "symrnn.numeric.lower": ("lower",),
    "symrnn.numeric.torch_weights": ("from_torch",),
    "symrnn.numeric.weights": ("Weights",),
    "symrnn.reading": ("from_latex",),
    "symrnn.recurrence.recurrence": ("Recurrence",),
    "symrnn.recurrence.unroll": ("explicit",),
    "symrnn.testing": ("assert_gradients",),
    "symrnn.theory.about": ("About",),
    "symrnn.theory.derivation": ("derivation", "induction"),
    "symrnn.theory.statement": ("Statement", "Witness", "statement"),
    "symrnn.verify.against": ("compare",),
    "symrnn.verify.net": ("random_weights",),
}
_MODULES = {
    "errors": "symrnn.errors",
    "language": "symrnn.language",
    "rules": "symrnn.theory.rules",
}
_HOME = {name: module for module, names in _NAMES.items() for name in names}

__all__ = sorted([*_HOME, *_MODULES])


def __getattr__(name: str) -> Any:
    if name in _HOME:
        found = getattr(import_module(_HOME[name]), name)
    elif name in _MODULES:
        found = import_module(_MODULES[name])
    else:
        raise AttributeError(f"module 'symrnn' has no attribute {name!r}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
