"""The lecture's recurrence, a_j = W s_{j-1} + U x_j + b and s_j = σ(a_j), and the cell of
Pascanu et al. (2013) with σ inside, a_j = σ(s_{j-1}) and s_j = W a_j + U x_j + b."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sympy import Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.language.activations import Activation
from symrnn.language.activations import activation as _activation
from symrnn.language.algebra import Parameter
from symrnn.language.derivatives import NUMERATOR, VectorFunction
from symrnn.language.notation import ELMAN, SIGMA_INSIDE
from symrnn.language.ordered import OrderedSum
from symrnn.language.time import Sequence, TimeVector
from symrnn.recurrence import total
from symrnn.recurrence.recurrence import Recurrence
from symrnn.recurrence.unroll import at_sizes

TIMES = {name: Symbol(name, integer=True) for name in ("j", "k", "t", "T", "tau")}
HIDDEN, INPUT = Symbol("d", integer=True, positive=True), Symbol("m", integer=True, positive=True)


@dataclass(frozen=True, eq=False)
class RNN:
    """A recurrence together with the names the lecture gives to its parts.

    `W` (d × d), `U` (d × m), `b` (d), states `s`, inputs `x`, losses `L`; `a`, what stands between
    two states (the pre-activation, or where σ sits inside what σ makes of the state before);
    `argument`, what σ is applied to in step j; times `j`, `k`, `t`, `T`, `tau`; scalars `gamma`
    (sup |σ′|), `lam` (any λ ≥ ‖W‖), `kappa` and `eta`.
    """

    recurrence: Recurrence
    sigma: Activation
    argument: TimeVector
    W: Parameter
    b: Parameter
    s: Sequence
    a: Sequence
    L: Sequence
    U: Parameter | None = None
    x: Sequence | None = None
    j: Symbol = TIMES["j"]
    k: Symbol = TIMES["k"]
    t: Symbol = TIMES["t"]
    T: Symbol = TIMES["T"]
    tau: Symbol = TIMES["tau"]
    gamma: Symbol = Symbol("gamma", nonnegative=True)
    lam: Symbol = Symbol("lambda", nonnegative=True)
    kappa: Symbol = Symbol("kappa", positive=True)
    eta: Symbol = Symbol("eta", nonnegative=True)

    @property
    def d(self) -> Any:
        """The hidden size."""
        return self.W.shape[0]

    @property
    def m(self) -> Any:
        """The input size."""
        return 0 if self.U is None else self.U.shape[1]

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """W, U (where there is an input) and b."""
        return (self.W, self.b) if self.U is None else (self.W, self.U, self.b)

    @property
    def shown_parameters(self) -> tuple[Parameter, ...]:
        """A parameter of each kind: what multiplies the state, what the input, and a column."""
        return (self.W, self.b) if self.U is None else (self.W, self.U, self.b)

    @property
    def shown_parameter(self) -> Parameter:
        """The first of them."""
        return self.W

    def letter(self, name: str, **assumptions: bool) -> Symbol:
        """A symbol for a quantity that a statement speaks of besides."""
        return Symbol(name, **assumptions)

    @property
    def inside(self) -> bool:
        """Whether σ sits inside: is applied to the state before, and W to what comes out."""
        return self.argument.sequence == self.s

    @property
    def cell(self) -> str:
        """The name of its cell in `CELLS`."""
        return SIGMA_INSIDE if self.inside else ELMAN

    def slope(self, argument: Any) -> MatrixExpr:
        """σ′ applied to every entry."""
        return self.sigma.prime(argument)

    def slopes(self, time: Any) -> MatrixExpr:
        """The slopes of the step at a time: σ′(a_j), or σ′(s_{j-1}) where σ sits inside."""
        return self.slope(self.argument.subs(self.j, time))

    def total_loss(self, horizon: Any = None) -> MatrixExpr:
        """L = Σ_{t=1}^{T} L_t."""
        t = self.t
        return OrderedSum(self.L[t], t, 1, self.T if horizon is None else horizon)

    def jacobian(self, of: Any, by: Any, layout: str = NUMERATOR) -> MatrixExpr:
        """The total derivative ∂of/∂by; see `symrnn.recurrence.total.jacobian`."""
        return total.jacobian(self.recurrence, of, by, layout)

    def gradient(self, loss: Any, parameter: Any, since: Any = 0) -> MatrixExpr:
        """∂L_t/∂θ by BPTT, with the shape of θ; see `symrnn.recurrence.total.gradient`."""
        return total.gradient(self.recurrence, loss, parameter, since, "denominator")


def elman(
    activation: Any = None,
    *,
    inputs: bool = True,
    hidden: Any = HIDDEN,
    width: Any = INPUT,
) -> RNN:
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
) -> RNN:
    """The cell of Pascanu et al. (2013): x_t = W σ(x_{t-1}) + W_in u_t + b.

    The state is called s here as well, so that both cells can stand beside each other, and what σ
    makes of the state before is a: s_j = W a_j + U x_j + b, a_j = σ(s_{j-1}). Arguments as of
    `elman`.
    """
    return _network(activation, inputs, hidden, width, inside=True)


CELLS: Mapping[str, Callable[..., RNN]] = MappingProxyType(
    {ELMAN: elman, SIGMA_INSIDE: sigma_inside}
)
"""The cells that the lecture can be about, by name."""


def with_symbolic_sizes(rnn: RNN) -> RNN:
    """The same cell with the symbols d and m for its sizes; as it is where they are symbols.

    A W of 1 × 1 reads as a number and one of 3 × 3 as any other: what is generated from symbols
    serves every size.
    """
    sizes = {
        symbol: size
        for symbol, size in ((HIDDEN, rnn.d), (INPUT, rnn.m))
        if symbol != size and (symbol == HIDDEN or rnn.U is not None)
    }
    if not sizes or not all(getattr(size, "is_Integer", False) for size in sizes.values()):
        return rnn
    generic = CELLS[rnn.cell](rnn.sigma, inputs=rnn.U is not None)
    sized = at_sizes(generic.recurrence, sizes)
    return generic if sized.definitions == rnn.recurrence.definitions else rnn


def _network(activation: Any, inputs: bool, hidden: Any, width: Any, *, inside: bool) -> RNN:
    sigma = _activation(activation)
    s, a, x = Sequence("s", hidden), Sequence("a", hidden), Sequence("x", width)
    loss = Sequence("L", 1)
    W, U = Parameter("W", hidden, hidden), Parameter("U", hidden, width)
    b = Parameter("b", hidden, 1)
    j = TIMES["j"]
    before, argument = (a[j], s[j - 1]) if inside else (s[j - 1], a[j])
    drive = W * before + U * x[j] + b if inputs else W * before + b
    definitions: dict[TimeVector, MatrixExpr] = {
        a[j]: sigma(argument) if inside else drive,
        s[j]: drive if inside else sigma(argument),
        loss[j]: VectorFunction("ell", 1, s[j]),
    }
    recurrence = Recurrence(j, (s,), (x,) if inputs else (), definitions, (loss,))
    given = (U, x) if inputs else (None, None)
    return RNN(recurrence, sigma, argument, W, b, s, a, loss, *given)
