"""Elementwise functions: an activation is one SymPy expression in one variable, or unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import sympy
from sympy import Expr, Function, Integer, Lambda, S, Symbol
from sympy.core.symbol import Str
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError
from symrnn.language.algebra import MatrixNode, MatrixProduct, Ones, as_matrix
from symrnn.language.shapes import Shape
from symrnn.language.writing import Written

X = Symbol("x", real=True)


class Unknown(Written, Function):  # type: ignore[misc]
    """`Unknown(name, n, x)`: the n-th derivative at x of a function about which nothing is known.

    SymPy's own undefined functions differentiate to `Subs(Derivative(…))`, which never compares
    equal to anything a rule writes; here each derivative is a function with a name of its own.
    """

    nargs = 3
    is_real = True

    @property
    def free_symbols(self) -> set[Symbol]:
        return cast("set[Symbol]", self.args[2].free_symbols)

    def fdiff(self, argindex: int = 3) -> Expr:
        name, order, x = self.args
        return Unknown(name, order + 1, x)

    def _eval_derivative(self, s: Any) -> Expr:
        # By its argument alone: the name is no value, whatever else has it.
        return self.fdiff() * self.args[2].diff(s)

    @property
    def order(self) -> int:
        """How often the function has been differentiated."""
        return int(self.args[1])


class Activation(Written, sympy.Basic):  # type: ignore[misc]
    """A function of one variable and a name; `order` counts how often it was differentiated.

    Call it with a column (or any matrix) to apply it to every entry.
    """

    def __new__(cls, name: Any, function: Lambda, order: Any = 0) -> Activation:
        name = name if isinstance(name, Str) else Str(name)
        return cast("Activation", super().__new__(cls, name, function, Integer(order)))

    @property
    def name(self) -> str:
        """The name of the function, without primes."""
        return cast(str, self.args[0].name)

    @property
    def order(self) -> int:
        """0 for σ, 1 for σ′, …"""
        return int(self.args[2])

    @property
    def function(self) -> Lambda:
        """The function of one variable."""
        return self.args[1]

    @property
    def is_unknown(self) -> bool:
        """Whether nothing is known of the function but its name."""
        return bool(self.function.expr.has(Unknown))

    @property
    def prime(self) -> Activation:
        """The derivative: dσ/dx by SymPy's scalar `diff`; what is its own, eˣ, is itself."""
        (variable,) = self.function.variables
        slope = self.function.expr.diff(variable)
        order = self.order + int(slope != self.function.expr)
        return Activation(self.args[0], Lambda(variable, slope), order)

    def _eval_subs(self, old: Any, new: Any) -> Activation:
        # Its one variable is bound.
        return self

    def at(self, value: Any) -> Expr:
        """The scalar σ(value)."""
        return self.function(value)

    def __call__(self, matrix: Any) -> MatrixNode:
        return Elementwise(self, as_matrix(matrix))


class Elementwise(MatrixNode):
    """f(A): the function applied to every entry."""

    def __new__(cls, activation: Activation, matrix: Any) -> MatrixNode:
        matrix = as_matrix(matrix)
        if not isinstance(activation, Activation):
            raise IllFormedError(
                "an elementwise function must be an Activation",
                {"expected": "symrnn.activation(…)", "got": repr(activation)},
            )
        (variable,) = activation.function.variables
        body = activation.function.expr
        if body == variable:
            return cast(MatrixNode, matrix)
        if variable not in body.free_symbols:
            return cast(MatrixNode, MatrixProduct(body, Ones(*matrix.shape)))
        return super().__new__(cls, activation, matrix)

    @property
    def activation(self) -> Activation:
        """The function."""
        return cast(Activation, self.args[0])

    @property
    def argument(self) -> MatrixNode:
        """What it is applied to."""
        return cast(MatrixNode, self.args[1])

    @property
    def shape(self) -> Shape:
        return cast(Shape, self.args[1].shape)

    def doit(self, **hints: Any) -> MatrixNode:
        return Elementwise(self.activation, self.argument.doit(**hints))


def _logistic(x: Expr) -> Expr:
    return 1 / (1 + sympy.exp(-x))


def _elu(x: Expr, alpha: Expr) -> Expr:
    return sympy.Max(0, x) + alpha * (sympy.exp(sympy.Min(0, x)) - 1)


# The constants of SELU to float64 (Klambauer et al., "Self-normalizing neural networks", 2017).
_SELU_SCALE = sympy.Rational("1.0507009873554804934")
_SELU_ALPHA = sympy.Rational("1.6732632423543772848")
# x³ in the tanh form of GELU (Hendrycks and Gimpel, 2016).
_GELU_CUBE = sympy.Rational("0.044715")


class _Formulas(Mapping[str, Expr]):
    """Expressions by name, each built when it is first asked for.

    SymPy's first sum of symbols loads its tensors and permutation groups: the cost of half an
    import, which is not `import symrnn`'s to pay.
    """

    def __init__(self, builders: Mapping[str, Callable[[], Expr]]) -> None:
        self._builders = builders
        self._built: dict[str, Expr] = {}

    def __getitem__(self, name: str) -> Expr:
        if name not in self._built:
            self._built[name] = self._builders[name]()
        return self._built[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._builders)

    def __len__(self) -> int:
        return len(self._builders)


FORMULAS = _Formulas(
    {
        "logistic": lambda: _logistic(X),
        "tanh": lambda: sympy.tanh(X),
        "relu": lambda: sympy.Max(0, X),
        "identity": lambda: X,
        "softplus": lambda: sympy.log(1 + sympy.exp(X)),
        "silu": lambda: X * _logistic(X),
        "gelu": lambda: X * (1 + sympy.erf(X / sympy.sqrt(2))) / 2,
        "sin": lambda: sympy.sin(X),
        "arctan": lambda: sympy.atan(X),
        "leaky_relu": lambda: sympy.Max(X / 100, X),
        "elu": lambda: _elu(X, S.One),
        "selu": lambda: _SELU_SCALE * _elu(X, _SELU_ALPHA),
        "softsign": lambda: X / (1 + sympy.Abs(X)),
        "hard_tanh": lambda: sympy.Max(-1, sympy.Min(1, X)),
        "gelu_tanh": lambda: (
            X * (1 + sympy.tanh(sympy.sqrt(2 / sympy.pi) * (X + _GELU_CUBE * X**3))) / 2
        ),
    }
)
"""The activations known by name, each as an expression in `X`."""


def unknown(name: str = "sigma") -> Activation:
    """An activation of which only the name is known: derivations then hold for every σ."""
    return Activation(name, Lambda(X, Unknown(Symbol(name), S.Zero, X)))


POWER = "power"
"""What the function xⁿ is called; it is printed as what it is."""


def entrywise_power(matrix: Any, exponent: int) -> MatrixExpr:
    """Every entry raised to an integer; 1/v is the power -1."""
    return Activation(POWER, Lambda(X, X ** Integer(exponent)))(matrix)


def activation(
    what: str | Expr | Activation | None,
    name: str | None = None,
    variable: Symbol | None = None,
) -> Activation:
    """An activation from a name in `FORMULAS`, a SymPy expression in one variable, or None.

    Args:
        what: "tanh", …; an expression such as `tanh(x)/2`; None for an unknown σ.
        name: what the function is called in formulas; the expression itself stands otherwise.
        variable: the expression's argument, where it has parameters besides.

    Raises:
        IllFormedError: for a name that is not known, or an expression that has not exactly one
            free symbol. Text is only looked up, never evaluated.
    """
    if what is None:
        return unknown(name or "sigma")
    if isinstance(what, Activation):
        return what
    if isinstance(what, str):
        if what not in FORMULAS:
            raise IllFormedError(
                f"unknown activation {what!r}",
                {"expected": ", ".join(FORMULAS) + ", or a SymPy expression", "got": what},
            )
        return Activation(name or what, Lambda(X, FORMULAS[what]))
    symbols: set[Any] = getattr(what, "free_symbols", set())
    if isinstance(what, Expr) and variable in symbols:
        return Activation(name or "phi", Lambda(X, what.xreplace({variable: X})))
    if not isinstance(what, Expr) or len(symbols) != 1:
        raise IllFormedError(
            "an activation must be an expression in exactly one variable",
            {"expected": "one free symbol", "got": f"{what}  ({len(symbols)} free symbols)"},
        )
    (symbol,) = symbols
    return Activation(name or "phi", Lambda(X, what.xreplace({symbol: X})))
