"""The lecture's recurrence, a_j = W s_{j-1} + U x_j + b and s_j = σ(a_j), and the cell of
Pascanu et al. (2013) with σ inside, a_j = σ(s_{j-1}) and s_j = W a_j + U x_j + b."""

from __future__ import annotations

from typing import Any

from sympy import Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.cells.between import Between
from symrnn.cells.network import Halves, Network
from symrnn.cells.step import Cell
from symrnn.cells.subject import with_loss
from symrnn.language.activations import activation as _activation
from symrnn.language.algebra import Identity, Parameter
from symrnn.language.shapes import symbolic
from symrnn.language.time import Sequence, TimeVector
from symrnn.recurrence.recurrence import Recurrence
from symrnn.recurrence.unroll import at_sizes

TIMES = {name: Symbol(name, integer=True) for name in ("j", "k", "t", "T", "tau")}
HIDDEN, INPUT = Symbol("d", integer=True, positive=True), Symbol("m", integer=True, positive=True)


def elman(
    activation: Any = None,
    *,
    inputs: bool = True,
    hidden: Any = HIDDEN,
    width: Any = INPUT,
) -> Network:
    """The Elman network: s_j = σ(a_j), a_j = W s_{j-1} + U x_j + b.

    Args:
        activation: a name such as "tanh", a SymPy expression in one variable, or None for a σ of
            which nothing is known.
        inputs: whether the step reads U x_j.
        hidden: d, a symbol or an integer.
        width: m, a symbol or an integer.
    """
    return _network(activation, inputs, hidden, width, inside=False)


def sigma_inside(
    activation: Any = None,
    *,
    inputs: bool = True,
    hidden: Any = HIDDEN,
    width: Any = INPUT,
) -> Network:
    """The cell of Pascanu et al. (2013): x_t = W σ(x_{t-1}) + W_in u_t + b.

    The state is called s here as well, so that both cells can stand beside each other, and what σ
    makes of the state before is a: s_j = W a_j + U x_j + b, a_j = σ(s_{j-1}). Arguments as of
    `elman`.
    """
    return _network(activation, inputs, hidden, width, inside=True)


def in_these_letters(rnn: Network) -> Network:
    """The network of this module that has the step σ(W s + U x + b) or W σ(s) + U x + b of another,
    its letters aside, with the same σ and with symbols for its sizes."""
    build = sigma_inside if rnn.reads_state else elman
    return build(rnn.sigma, inputs=rnn.x is not None)


def with_symbolic_sizes(rnn: Network) -> Network:
    """The same cell with the symbols d and m for its sizes; as it is where they are symbols.

    A W of 1 × 1 reads as a number and one of 3 × 3 as any other: what is generated from symbols
    serves every size.
    """
    if rnn.driven is None:
        return rnn
    sizes = {
        symbol: size
        for symbol, size in ((HIDDEN, rnn.d), (INPUT, rnn.m))
        if symbol != size and (symbol == HIDDEN or rnn.U is not None)
    }
    if not sizes or not all(getattr(size, "is_Integer", False) for size in sizes.values()):
        return rnn
    generic = in_these_letters(rnn)
    sized = at_sizes(generic.recurrence, sizes)
    return generic if sized.definitions == rnn.recurrence.definitions else rnn


def _network(activation: Any, inputs: bool, hidden: Any, width: Any, *, inside: bool) -> Network:
    sigma, hidden, width = _activation(activation), symbolic(hidden), symbolic(width)
    s, a, x = Sequence("s", hidden), Sequence("a", hidden), Sequence("x", width)
    W, U = Parameter("W", hidden, hidden), Parameter("U", hidden, width)
    b = Parameter("b", hidden, 1)
    j = TIMES["j"]
    before, argument = (a[j], s[j - 1]) if inside else (s[j - 1], a[j])
    drive = W * before + U * x[j] + b if inputs else W * before + b
    definitions: dict[TimeVector, MatrixExpr] = {
        a[j]: sigma(argument) if inside else drive,
        s[j]: drive if inside else sigma(argument),
    }
    step = Recurrence(j, (s,), (x,) if inputs else (), definitions)
    # What is known of the step is said, not read off: σ(a) = a is no activation to be seen.
    value, one = a[j] if inside else s[j], Identity(hidden)
    read, made, whole = (step.expanded(each) for each in (argument, value, s[j]))
    early, late = (one, W) if inside else (W, one)
    found = Between(sigma, argument if inside else read, made, whole, late, early)
    cell = Cell("sigma_inside" if inside else "elman", step)
    return with_loss(cell, step, Halves(found, argument, value))
