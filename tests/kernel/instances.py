"""Random well-formed arguments for every axiom: the first half of the table of axioms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy import Lambda, Max, Min, Rational, S, Symbol
from worlds import L, U, V, W, World, b, d, gamma, i, k, kappa, m, n, s, t, u, v

from symrnn.kernel import Fact
from symrnn.kernel.algebra import _normal
from symrnn.language.activations import Activation, X, activation
from symrnn.language.algebra import (
    Determinant,
    Identity,
    Inverse,
    LogSumExp,
    MatrixProduct,
    MatrixSum,
    Ones,
    Softmax,
    Transposed,
    Zeros,
)
from symrnn.language.derivatives import NUMERATOR, D, D_plus, ImmediateDerivative, VectorFunction
from symrnn.language.entry import Entry
from symrnn.language.norms import Norm
from symrnn.language.ordered import LEFT, RIGHT, OrderedProduct, OrderedSum
from symrnn.language.structure import Block, Diag, Hadamard, Kronecker, Place, Rows, Unvec, Vec

Arguments = tuple[Any, ...]
INSTANCES: dict[str, Callable[[World], Arguments]] = {}


def instances(made: Callable[[World], Arguments]) -> Callable[[World], Arguments]:
    """Registers arguments for the axiom of that name."""
    INSTANCES[made.__name__] = made
    return made


def _kept(w: World) -> dict[str, Any]:
    return {}


# ------------------------------------------------------------------------ derivatives


@instances
def defined(w: World) -> Arguments:
    return (w.draw.choice([w.leaf, w.loss])(), w.cell)


@instances
def defined_inside(w: World) -> Arguments:
    leaf = w.leaf()
    of = w.one(lambda: leaf, lambda: MatrixSum(leaf, w.column(1)), lambda: W * leaf)
    return (w.derivative(of), leaf, w.cell, w.facts())


@instances
def independent(w: World) -> Arguments:
    of = w.one(w.leaf, w.loss, w.column, lambda: OrderedSum(w.column(0), *w.range()))
    return (w.derivative(of), w.draw.choice([w.cell, w.cell, w.cell, None]), w.facts())


def _via(w: World) -> tuple[Any, ...]:
    time = w.time()
    return w.one(
        lambda: tuple(state[time] for state in w.states),
        lambda: (w.leaf(),),
        lambda: tuple(w.some(w.leaf, 2, 2)),
    )


@instances
def through(w: World) -> Arguments:
    return (w.derivative(layout=NUMERATOR), _via(w), w.draw.choice([w.cell, None]), w.facts())


@instances
def chain_rule(w: World) -> Arguments:
    return (w.derivative(layout=NUMERATOR), _via(w), w.cell, w.facts())


@instances
def not_held(w: World) -> Arguments:
    state = w.leaf()
    node = w.derivative(layout=NUMERATOR)
    node = D(node.of, node.by, NUMERATOR, (*node.held, state))
    return (node, state, w.cell, w.facts())


@instances
def immediate(w: World) -> Arguments:
    return (D_plus(w.one(w.leaf, w.loss), w.variable()), w.cell, w.facts())


@instances
def itself(w: World) -> Arguments:
    leaf = w.leaf()
    return (
        w.one(
            lambda: D(leaf, leaf, NUMERATOR, w.held()), lambda: D(b, b), lambda: D_plus(leaf, leaf)
        ),
    )


@instances
def layout(w: World) -> Arguments:
    return (w.one(w.derivative, lambda: D_plus(w.leaf(), w.variable())),)


@instances
def gradient_as_matrix(w: World) -> Arguments:
    of = w.one(
        w.loss,
        lambda: Norm(w.column(0), "2") * Identity(1),
        lambda: Transposed(w.column(0)) * w.column(0),
    )
    by = w.draw.choice([p for p in w.parameters if p.shape[1] != 1])
    return (w.one(lambda: D(of, by, NUMERATOR, w.held()), lambda: D_plus(w.loss(), by)),)


@instances
def nearby(w: World) -> Arguments:
    ends = [
        w.draw.choice([Norm(w.column(0), "2"), Entry(w.column(0), 1), u, kappa, Norm(W, "F"), 1])
    ]
    ends.append(w.draw.choice([2, gamma, Entry(b, 1), Norm(b, "inf")]))
    extreme = w.draw.choice([Max, Min])(*ends)
    of = w.one(
        lambda: extreme * Identity(1),
        lambda: extreme * w.column(0),
        lambda: (1 / (1 + extreme**2)) * w.leaf(),
    )
    if w.draw.random() < 0.3:  # of a formula whose variable, which is bound, has a free one's name
        ends = [u, Rational(1, 2)]
        extreme = Max(*ends)
        of = Activation("cut", Lambda(u, extreme))(w.column(0))
    return (w.derivative(of, NUMERATOR), extreme, w.draw.choice(ends))


@instances
def differential(w: World) -> Arguments:
    inner = w.scalar(1)
    of = w.one(
        lambda: w.column(2),
        lambda: w.column(2),
        lambda: Block([w.column(1)], [w.column(1)]),
        lambda: Rows(w.column(1), 0, 1),
        lambda: Place(w.column(1), 1, d + 1),
        lambda: OrderedSum(w.column(1), *w.range()),
        lambda: VectorFunction("f", d, w.column(0), w.column(1)),
        lambda: Vec(w.matrix(d, d, 2)),
        lambda: Vec(w.matrix(d, d, 1)),
        lambda: inner * Identity(1),
        lambda: inner * w.column(1),
        lambda: Norm(w.column(1), "2") ** w.draw.choice([1, 2, -1]) * Identity(1),
        lambda: sympy.exp(Entry(w.column(0), 1)) * Identity(1),
        lambda: sympy.log(1 + Norm(w.column(0), "2") ** 2) * Identity(1),
        lambda: sympy.log(sympy.exp(Entry(w.column(0), 1)) + 1) * Identity(1),
        lambda: Entry(w.column(1), w.draw.choice([1, i])) * Identity(1),
        lambda: Transposed(w.column(0)) * w.matrix() * w.column(0),
        lambda: Softmax(w.column(1)),
        lambda: LogSumExp(w.column(1)),
        lambda: Determinant(w.matrix(d, d, 1)),
        lambda: Vec(Inverse(w.matrix(d, d, 1))),
    )
    return (D(of, w.variable(), NUMERATOR, w.held()), w.draw.choice([w.cell, None]))


# ------------------------------------------------------------------------ limits


def _limit(w: World, ratio: Any) -> Arguments:
    exponent = w.draw.choice([t, 2 * t, t - k, t + k, 3 * t - 1, t + 5])
    return (w.draw.choice([u, 1, kappa, w.scalar(0), 1 / u, -2]), ratio, exponent, t)


@instances
def geometric_decay(w: World) -> Arguments:
    return _limit(
        w, w.draw.choice([u, gamma, S.Half, Rational(3, 4), gamma * u, Norm(W, "F"), 0, 1])
    )


@instances
def geometric_growth(w: World) -> Arguments:
    return _limit(w, w.draw.choice([u, gamma, 2, Rational(5, 4), kappa, gamma * u, Norm(W, "F")]))


# ------------------------------------------------------------------------ norms


@instances
def submultiplicative(w: World) -> Arguments:
    product = w.one(
        lambda: W * V * w.column(1),
        lambda: w.scalar(0) * (w.matrix() * w.matrix()),
        lambda: U * Transposed(U),
        lambda: w.matrix() * w.column(0),
        lambda: w.column(0) * Transposed(w.column(0)),
    )
    return (Norm(product, w.kind()), w.draw.choice([1, 1, 2]))


@instances
def norm_of_ordered_product(w: World) -> Arguments:
    index, lower, upper = w.range()
    product = OrderedProduct(w.indexed(index), index, lower, upper, w.draw.choice([LEFT, RIGHT]))
    return (Norm(product, w.kind()),)


@instances
def norm_of_diagonal(w: World) -> Arguments:
    return (Norm(Diag(w.column(1)), w.kind()),)


@instances
def norm_of_identity(w: World) -> Arguments:
    return (
        Norm(
            Identity(w.draw.choice([d, m, 1, 2, d + 1, n, d * m])),
            w.draw.choice(["1", "inf", "max", "any", "F"]),
        ),
    )


@instances
def frobenius_mixed(w: World) -> Arguments:
    product = w.one(lambda: w.matrix() * w.matrix(), lambda: W * w.column(1), lambda: W * V * U)
    return (Norm(w.draw.choice([w.number(), w.scalar(0)]) * product, "F"),)


@instances
def homogeneous(w: World) -> Arguments:
    return (Norm(w.scalar(1) * w.one(w.matrix, w.column), w.kind()),)


@instances
def norm_of_gram(w: World) -> Arguments:
    return (Norm(w.one(w.matrix, lambda: w.column(1), lambda: Transposed(w.column(0))), "2"),)


@instances
def triangle(w: World) -> Arguments:
    total = w.one(
        lambda: MatrixSum(w.matrix(), w.matrix()),
        lambda: MatrixSum(w.column(), w.column(), w.column()),
        lambda: OrderedSum(w.column(1), *w.range()),
        lambda: OrderedSum(w.indexed(index := w.index()), index, w.apart(index), w.apart(index)),
    )
    return (Norm(total, w.kind()),)


@instances
def absolute_value(w: World) -> Arguments:
    return (w.scalar(2),)


@instances
def norm_of_sum(w: World) -> Arguments:
    return (Norm(MatrixSum(w.number() * w.column(1), w.number() * w.column(0)), "2"),)


@instances
def cauchy_schwarz(w: World) -> Arguments:
    return (w.column(1), w.column(1))


@instances
def norm_of_stack(w: World) -> Arguments:
    return (Norm(Block(*([w.column(1)] for _ in range(w.draw.choice([2, 3])))), "2"),)


@instances
def entry_of_sum(w: World) -> Arguments:
    return (Entry(MatrixSum(*w.some(w.matrix, 2, 3)), *_places(w)),)


def _places(w: World) -> tuple[Any, Any]:
    return w.draw.choice([1, i, k]), w.draw.choice([1, k, t])


@instances
def entry_of_product(w: World) -> Arguments:
    product = w.number() * (w.matrix() * w.matrix())
    return (Entry(product, *_places(w)), w.index())


@instances
def vec_of_product(w: World) -> Arguments:
    left = w.draw.choice([w.matrix(), Transposed(U), w.matrix()])
    return (left, w.draw.choice([w.matrix(), U]), w.matrix())


# ------------------------------------------------------------------------ numbers


@instances
def algebra(w: World) -> Arguments:
    if w.draw.random() < 0.5:
        left = w.scalar(2)
        return (left, w.draw.choice(_SCALAR_FORMS)(left))
    left = w.one(w.matrix, w.matrix, w.column, lambda: w.matrix(d, d, 2))
    return (left, w.draw.choice(_matrix_forms(w))(left))


_SCALAR_FORMS: list[Callable[[Any], Any]] = [
    _normal,
    sympy.expand,
    sympy.factor_terms,
    sympy.powsimp,
    lambda e: sympy.powsimp(e, force=True),
    lambda e: sympy.expand_power_exp(e),
    lambda e: sympy.expand(e, force=True),
    lambda e: e + 0 * u,
    sympy.together,
    sympy.powdenest,
    lambda e: abs(e),
    lambda e: sympy.sqrt(e**2),
    lambda e: e * (u + v) / (u + v),
    lambda e: sympy.expand(e * (u + v)) / (u + v),
]


def _matrix_forms(w: World) -> list[Callable[[Any], Any]]:
    def turned(e: Any) -> Any:
        """Commuting what does not commute: to be refused, or to be true all the same."""
        if isinstance(e, MatrixProduct):
            return MatrixProduct(e.coefficient, *reversed(e.factors))
        if isinstance(e, Kronecker | Hadamard):
            return e.func(*reversed(e.args))
        return e

    return [
        _normal,
        lambda e: Transposed(Transposed(e)),
        lambda e: Transposed(_normal(Transposed(e))),
        turned,
        lambda e: MatrixSum(2 * e, -e),
        lambda e: Hadamard(Ones(*e.shape), e),
        lambda e: Unvec(_normal(Vec(e)), *e.shape),
        lambda e: MatrixSum(e, W * e, -W * e),
    ]


@instances
def order(w: World) -> Arguments:
    facts = [Fact.nonnegative(w.scalar(1)) for _ in range(w.draw.randint(0, 2))]
    facts += w.facts()
    left = w.scalar(w.draw.choice([0, 1]))
    gap = S.Zero
    for fact in facts:
        gap += w.draw.choice([0, 1, 2, gamma, kappa, -1]) * fact.expression
    gap += w.draw.choice([0, 0, 1, -1, gamma, u**2, w.scalar(1), Max(u, v) - u, abs(u), Min(u, 0)])
    return (left, left + gap, facts)


# ------------------------------------------------------------------------ blocks


def _sizes(w: World) -> list[Any]:
    return w.draw.choice([[d, d], [d, m], [m, d], [d], [d, d, m]])


def _blocks(w: World, rows: list[Any], cols: list[Any]) -> Any:
    def part(height: Any, width: Any) -> Any:
        return w.one(
            lambda: w.matrix(height, width, 0),
            lambda: w.matrix(height, width, 1),
            lambda: Zeros(height, width),
        )

    return Block(*([part(height, width) for width in cols] for height in rows))


@instances
def block_product(w: World) -> Arguments:
    rows, inner, cols = _sizes(w), _sizes(w), _sizes(w)
    cut = w.draw.choice([inner, inner, inner[::-1]])
    left, right = _blocks(w, rows, inner), _blocks(w, cut, cols)
    scale = w.draw.choice([1, 2, u])
    place = w.draw.choice([0, 0, 1])
    before = [w.matrix(d, left.shape[0], 0)] if place else []
    return (MatrixProduct(scale, *before, left, right), place)


@instances
def block_sum(w: World) -> Arguments:
    rows, cols = _sizes(w), _sizes(w)
    scale = w.draw.choice([1, -1, u])
    other = w.draw.choice([rows, rows, rows[::-1]])
    second = scale * _blocks(w, other, cols)
    return (w.one(lambda: MatrixSum(_blocks(w, rows, cols), second), lambda: w.scalar(0) * second),)


@instances
def identity_in_blocks(w: World) -> Arguments:
    sizes = w.one(lambda: _sizes(w), lambda: [d, 1], lambda: [1, d, 2])
    return (Identity(sum(sizes)), sizes)


@instances
def norm_of_blocks(w: World) -> Arguments:
    return (Norm(_blocks(w, _sizes(w), _sizes(w)), w.kind()),)


@instances
def exp_exceeds(w: World) -> Arguments:
    return (w.draw.choice([w.number(), w.scalar(1), -Rational(1, 6)]),)


@instances
def larger(w: World) -> Arguments:
    extreme = w.draw.choice([Max, Min])(w.scalar(1), w.scalar(0), u)
    return (extreme, w.draw.choice(extreme.args) if extreme.args else u)


@instances
def minimum_by_maximum(w: World) -> Arguments:
    return (Min(w.scalar(0), w.scalar(1)),)


@instances
def scaled_maximum(w: World) -> Arguments:
    return (Max(w.scalar(0), w.scalar(1)), w.scalar(0))


@instances
def lipschitz_minimum(w: World) -> Arguments:
    return (w.scalar(1), w.scalar(1), w.scalar(0))


@instances
def absolute_bound(w: World) -> Arguments:
    return (w.scalar(1), w.scalar(0))


@instances
def root_of_bound(w: World) -> Arguments:
    return (w.scalar(1), w.scalar(1))


@instances
def exponentials(w: World) -> Arguments:
    e = w.draw.choice([u, v, u + v, 2 * u, Norm(b, "2")])
    sinh, cosh, tanh, exp = sympy.sinh, sympy.cosh, sympy.tanh, sympy.exp
    return w.draw.choice(
        [
            (1 - tanh(e) ** 2, 1 / cosh(e) ** 2),
            (cosh(e) ** 2 - sinh(e) ** 2, S.One),
            (exp(e), cosh(e) + sinh(e)),
            (1 / (1 + exp(-e)), (1 + tanh(e / 2)) / 2),
            (exp(e) / (1 + exp(e)), 1 / (1 + exp(-e))),
            (sinh(2 * e), 2 * sinh(e) * cosh(e)),
            *(
                (activation(slope)(activation(name)(matrix)), activation(name).prime(matrix))
                for name, slope in (("tanh", 1 - X**2), ("logistic", X - X**2))
                for matrix in (W, b, W * U)
            ),
        ]
    )


@instances
def sinh_exceeds(w: World) -> Arguments:
    return (w.scalar(1),)


@instances
def scalar_derivative(w: World) -> Arguments:
    def of(depth: int) -> Any:
        inner = lambda: of(depth - 1)  # noqa: E731
        if depth == 0:
            return w.draw.choice([u, u, v, 1, 2, gamma, -u, t])
        functions = [
            sympy.exp,
            sympy.tanh,
            sympy.sin,
            sympy.log,
            abs,
            sympy.atan,
            sympy.sign,
            sympy.Heaviside,
            sympy.atanh,
            sympy.erf,
        ]
        return w.one(
            lambda: inner() + inner(),
            lambda: inner() * inner(),
            lambda: inner() ** w.draw.choice([2, 3, -1, S.Half, t, Rational(3, 2)]),
            lambda: w.draw.choice(functions)(inner()),
            lambda: Max(inner(), inner()),
            lambda: Min(inner(), 0),
            lambda: gamma ** inner(),
            lambda: sympy.Sum(inner() * i, (i, 1, w.draw.choice([t, 2, 0]))),
            lambda: sympy.Product(inner() + v, (i, 1, w.draw.choice([t, 2]))),
        )

    return (sympy.Derivative(of(w.draw.choice([1, 2, 3])), u),)


@instances
def elementwise_constant(w: World) -> Arguments:
    value = w.draw.choice([w.number(), w.scalar(0), 0])
    matrix = w.draw.choice([Ones(d), Zeros(d, 1), Ones(d, m), Zeros(d, m)])
    return (
        w.draw.choice([activation("logistic"), w.sigma(), activation("softplus")])(value * matrix),
    )


@instances
def entry_of_elementwise(w: World) -> Arguments:
    return (Entry(w.sigma()(w.one(w.matrix, lambda: W)), *_places(w)),)


# ------------------------------------------------------------------------ ranges


def _range(w: World) -> Any:
    index, lower, upper = w.range()
    return w.one(
        lambda: w.scalar_range(1),
        lambda: OrderedSum(w.indexed(index) * w.column(0), index, lower, upper),
        lambda: OrderedProduct(w.indexed(index), index, lower, upper, w.draw.choice([LEFT, RIGHT])),
        lambda: OrderedSum(OrderedSum(w.column(0), k, 0, t) + s[i], *w.range()),
    )


@instances
def split_range(w: World) -> Arguments:
    return (_range(w), w.time())


@instances
def single_time(w: World) -> Arguments:
    index, lower, _ = w.range()
    body = w.indexed(index)
    return (
        w.one(
            lambda: OrderedSum(body, index, lower, lower),
            lambda: OrderedProduct(body, index, lower, lower),
            lambda: sympy.Sum(Norm(body, "1") * index, (index, lower, lower)),
            lambda: sympy.Product(index + u, (index, lower, lower)),
        ),
    )


@instances
def empty_range(w: World) -> Arguments:
    return (_range(w),)


@instances
def reindex(w: World) -> Arguments:
    return (_range(w), w.time())


@instances
def reversed_range(w: World) -> Arguments:
    return (_range(w), w.time())


@instances
def constant_factor(w: World) -> Arguments:
    index, lower, upper = w.range()
    factor, rest = w.scalar(0), w.one(lambda: index, lambda: w.scalar(0), lambda: u**index)
    return (sympy.Sum(factor * rest, (index, lower, upper)),)


@instances
def constant_power(w: World) -> Arguments:
    return (sympy.Product(w.scalar(1), w.range()),)


@instances
def geometric_tail(w: World) -> Arguments:
    index, lower, upper = w.range()
    base = w.draw.choice([gamma, u, S.Half, Norm(W, "1"), kappa])
    exponent = w.draw.choice([index, upper - index, index - lower, index + 1, -index, t - index])
    return (sympy.Sum(base**exponent, (index, lower, upper)),)


_UNUSED = (L, V, Symbol, ImmediateDerivative, v)
