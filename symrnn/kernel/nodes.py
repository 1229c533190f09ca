"""Which nodes the kernel knows: their classes, and what it takes to be of one."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Rational, S, Symbol
from sympy.core.symbol import Str

from symrnn.errors import IllFormedError
from symrnn.language import structure as placing
from symrnn.language.activations import Activation, Elementwise, Unknown
from symrnn.language.algebra import (
    Determinant,
    Identity,
    Inverse,
    LogSumExp,
    MatrixProduct,
    MatrixSum,
    Ones,
    Parameter,
    Softmax,
    Transposed,
    Zeros,
)
from symrnn.language.derivatives import (
    ImmediateDerivative,
    Partial,
    TotalDerivative,
    VectorFunction,
)
from symrnn.language.entry import Entry
from symrnn.language.norms import Norm
from symrnn.language.ordered import OrderedProduct, OrderedSum, Ranged
from symrnn.language.relations import Equation, ForAll, Inequality, Limit, Smooth
from symrnn.language.time import TimeVector

# Functions of all of a matrix or of a column, differentiable where they have a value.
WHOLE = (Inverse, Determinant, LogSumExp, Softmax)
MATRICES = (
    *(Parameter, TimeVector, Identity, Zeros, Ones, Transposed, MatrixSum, MatrixProduct),
    *(placing.Hadamard, placing.Diag, placing.DiagonalOf, placing.Kronecker, placing.Block),
    *(placing.Vec, placing.Unvec, placing.Rows, placing.Place, OrderedProduct, OrderedSum),
    *(Elementwise, VectorFunction, Partial, TotalDerivative, ImmediateDerivative, *WHOLE),
)
# Real functions that have a value at every real number, and a derivative.
SMOOTH = (
    *(sympy.exp, sympy.sin, sympy.cos, sympy.sinh, sympy.cosh, sympy.tanh, sympy.atan),
    *(sympy.erf, Unknown),
)
_ALONE = (S.Zero, S.One, S.NegativeOne, S.Half, sympy.pi, sympy.E)
NUMBERS = (sympy.Integer, Rational, *map(type, _ALONE))
# What has no value at one number, where it jumps.
STEPS = (sympy.sign, sympy.Heaviside)
KINKED = (sympy.Abs, sympy.Max, sympy.Min, *STEPS)
SCALARS = (
    *(Symbol, sympy.Dummy, sympy.Add, sympy.Mul, sympy.Pow, sympy.log, sympy.atanh),
    *(Norm, Entry, sympy.Sum, sympy.Product, sympy.Derivative, *SMOOTH, *KINKED),
)
UNKNOWN = (TotalDerivative, ImmediateDerivative, sympy.Derivative)
RELATIONS = (Equation, Inequality, Limit, ForAll, Smooth)
BINDERS = (Ranged, sympy.Sum, sympy.Product)
BINDING = (*BINDERS, Limit, ForAll, sympy.Derivative)
REST = (Activation, sympy.Lambda, sympy.Tuple, Str)

_KNOWN = frozenset(map(id, (*MATRICES, *SCALARS, *NUMBERS, *RELATIONS, *REST)))


def is_known(node: Any) -> bool:
    """Whether a node is of a known class itself, its name text, its number in lowest terms.

    By identity: what is derived from a class, from text or from a number, and the class of a class
    too, says of what it is equal as it likes.
    """
    if id(type(node)) not in _KNOWN:
        return False
    if isinstance(node, Rational):
        whole = type(node.p) is int and type(node.q) is int and node.q > 0
        return whole and type(Rational(node.p, node.q)) is type(node)
    index = getattr(node, "dummy_index", 0)
    return type(getattr(node, "name", "")) is str and type(index) is int


def is_made_of_known(node: Any) -> bool:
    """Whether that is so of every part as well."""
    return is_known(node) and all(map(is_made_of_known, node.args))


def no_meaning(node: Any, expected: str) -> IllFormedError:
    """The error of a node of which the meaning in the package's docstring says nothing."""
    return IllFormedError(
        f"{type(node).__name__} has no meaning here", {"expected": expected, "got": repr(node)}
    )
