"""One exemplar for each differential rule and each linear reading, and a wrong rule for each.

The generic tester must pass on the exemplar as it is and fail once the rule is replaced.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sympy
from sympy import MatrixSymbol, Sum, symbols
from sympy.concrete.expr_with_limits import ExprWithLimits

from symrnn.calculus import differential, gradient, jacobian, jvp, vjp
from symrnn.calculus.differential import d as rules
from symrnn.calculus.linear import _matrix as matrix_readings
from symrnn.calculus.linear import _pull as transposed_readings
from symrnn.errors import IllFormedError, NotSupportedError, ShapeError
from symrnn.language.activations import Elementwise, X, activation, unknown
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
from symrnn.language.canonical import normal_form
from symrnn.language.derivatives import (
    D,
    D_plus,
    ImmediateDerivative,
    Partial,
    TotalDerivative,
    VectorFunction,
)
from symrnn.language.entry import Entry, entry
from symrnn.language.norms import Norm, norm
from symrnn.language.ordered import OrderedProduct, OrderedSum, ordered_product, ordered_sum
from symrnn.language.structure import (
    Block,
    Diag,
    DiagonalOf,
    Hadamard,
    Kronecker,
    Place,
    Rows,
    Unvec,
    Vec,
    stack,
)
from symrnn.language.tangent import Tangent
from symrnn.language.time import Sequence, TimeVector

n, m = symbols("n m", integer=True, positive=True)
j, l_ = symbols("j l", integer=True)
SIZES = {n: 2, m: 3}
x, c = Parameter("x", n, 1), Parameter("c", n, 1)
A, B, M = Parameter("A", n, n), Parameter("B", n, n), Parameter("M", n, n)
G = Parameter("G", m, n)
plain = MatrixSymbol("P", n, n)
s = Sequence("s", n)
curve = activation(X**2 + X / 3, name="q")
f = VectorFunction("f", m, x, Diag(x) * c)
inner = f.arguments

# rule: (expression, variable)
EXEMPLARS: dict[type, tuple[Any, Any]] = {
    sympy.MatrixSymbol: (plain * x, plain),
    Parameter: (A * x, x),
    TimeVector: (A * s[3] + s[2], s[3]),
    Identity: ((A + Identity(n)) * x, x),
    Zeros: (Block([x, c], [Zeros(m, 1), G * x]), x),
    Ones: (Hadamard(x, x) + Ones(n), x),
    MatrixSum: (A * x + Diag(x) * x, x),
    MatrixProduct: (Diag(x) * A * x, x),
    Transposed: (M.T * x, M),
    Hadamard: (Hadamard(x, A * x), x),
    Elementwise: (unknown()(A * x), x),
    Inverse: (Inverse(A + Diag(x)) * c, x),
    Determinant: (Determinant(A + x * c.T), x),
    Softmax: (Softmax(A * x), x),
    LogSumExp: (LogSumExp(A * x), x),
    Diag: (Diag(A * x) * A, x),
    DiagonalOf: (DiagonalOf(A * x * x.T), x),
    Kronecker: (Kronecker(x, A * x), x),
    Vec: (Vec(x * c.T), x),
    Unvec: (Unvec(Kronecker(c, x), n, n), x),
    Block: (Block([A * x, x], [x, c]), x),
    Rows: (Rows(Diag(x) * A * x, 1, n - 1), x),
    Place: (Place(A * x, m, m + n), x),
    OrderedSum: (ordered_sum(Diag(s[j]) * A * x, (j, 0, 2)), x),
    OrderedProduct: (ordered_product(Diag(s[j] + x) * A, (j, 1, 3)) * c, x),
    VectorFunction: (f, x),
    Norm: (MatrixProduct(norm(A * x, "2"), Ones(1)), x),
    Entry: (MatrixProduct(entry(A * x, 2), Ones(1)), x),
    ExprWithLimits: (
        MatrixProduct(Sum(entry(A * x, l_) ** 2 * entry(x, 1), (l_, 1, n)), Ones(1)),
        x,
    ),
}
# Further forms of a node that its rule takes apart: the order of a product, names of indices.
i = symbols("i", integer=True)
FORMS: dict[str, tuple[Any, Any]] = {
    "later factors on the right": (
        ordered_product(Diag(s[j] + x) * A, (j, 1, 3), latest="right") * c,
        x,
    ),
    "a free i in a product": (
        (ordered_product(Diag(s[j] + x) * Diag(s[i]) * A, (j, 1, 2)) * c).subs(i, 2),
        x,
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_the_rule_of_a_further_form(name: str, tester: Any) -> None:
    of, by = FORMS[name]
    tester.check(of, by, SIZES, may_refuse=True)


def test_a_new_index_is_no_free_one() -> None:
    """i stands free in the body: the sum that the rule of a product makes has another index."""
    moved = differential(ordered_product(Diag(s[j] + x) * Diag(s[i]), (j, 1, 2)), x)
    for place in (2, 5):
        assert s[place] in moved.subs(i, place).atoms(TimeVector)
    assert i in moved.free_symbols
    assert i in differential(ordered_sum(Diag(s[i]) * Diag(x) * s[j], (j, 1, i)), x).free_symbols


def test_what_a_recurrence_decides_is_no_constant() -> None:
    hidden = Sum(entry(D(s[2], x) * c, l_), (l_, 1, n))
    with pytest.raises(NotSupportedError):
        differential(MatrixProduct(hidden, c), A)


# Rules whose value is 0, or that refuse: checked one by one below.
OTHERS = {object, Tangent, TotalDerivative, ImmediateDerivative, Partial}


def test_every_rule_has_its_exemplar() -> None:
    assert set(rules.registry) - OTHERS == EXEMPLARS.keys()


@pytest.mark.parametrize("kind", EXEMPLARS, ids=lambda kind: kind.__name__)
def test_the_rule_gives_sympys_derivative(kind: type, tester: Any) -> None:
    of, by = EXEMPLARS[kind]
    tester.check(of, by, SIZES, may_refuse=True)


def negated(right: Callable[..., Any]) -> Callable[..., Any]:
    return lambda node, *rest: MatrixProduct(-1, right(node, *rest))


def doubled(right: Callable[..., Any]) -> Callable[..., Any]:
    return lambda node, *rest: MatrixProduct(2, right(node, *rest))


def dropped(right: Callable[..., Any]) -> Callable[..., Any]:
    """The last term is missing."""

    def wrong(node: Any, *rest: Any) -> Any:
        value = right(node, *rest)
        terms = value.args[:-1] if isinstance(value, MatrixSum) else ()
        return MatrixSum(*terms) if terms else Zeros(*value.shape)

    return wrong


def untransposed(right: Callable[..., Any]) -> Callable[..., Any]:
    return lambda node, tangents: rules(node.args[0], tangents)


def itself(right: Callable[..., Any]) -> Callable[..., Any]:
    """d(constant) = constant."""
    return lambda node, tangents: Ones(*node.shape)


def undifferentiated(right: Callable[..., Any]) -> Callable[..., Any]:
    """σ instead of σ′."""

    def wrong(node: Any, tangents: Any) -> Any:
        return Diag(node) * rules(node.argument, tangents)

    return wrong


def turned_round(right: Callable[..., Any]) -> Callable[..., Any]:
    """The earlier and the later factors change places."""

    def wrong(node: Any, tangents: Any) -> Any:
        i = sympy.Symbol("i", integer=True)
        later, earlier = node.over(i + 1, node.upper), node.over(node.lower, i - 1)
        middle = rules(node.body, tangents).subs(node.index, i)
        return OrderedSum(MatrixProduct(earlier, middle, later), i, node.lower, node.upper)

    return wrong


CONSTANTS = (Identity, Zeros, Ones)
FAULTS: list[tuple[type, Callable[..., Any]]] = [
    *((kind, negated) for kind in EXEMPLARS if kind not in CONSTANTS),
    *((kind, doubled) for kind in EXEMPLARS if kind not in CONSTANTS),
    *((kind, itself) for kind in CONSTANTS),
    *(
        (kind, dropped)
        for kind in (
            *(MatrixSum, MatrixProduct, Hadamard, Kronecker, VectorFunction, TimeVector),
            Softmax,
        )
    ),
    (Transposed, untransposed),
    (Elementwise, undifferentiated),
    (OrderedProduct, turned_round),
]


def name(value: Any) -> str:
    return str(value.__name__)


@pytest.mark.parametrize(("kind", "fault"), FAULTS, ids=name)
def test_a_wrong_rule_is_caught(kind: type, fault: Any, tester: Any, planted: Any) -> None:
    of, by = EXEMPLARS[kind]
    # A wrong value is found by comparison, a wrong shape where the differential is built.
    with planted(rules, kind, fault), pytest.raises((AssertionError, ShapeError)):
        tester.check(of, by, SIZES, may_refuse=True)
    tester.check(of, by, SIZES, may_refuse=True)


# ------------------------------------------------------------------ the two linear readings

READ: dict[type, tuple[Any, Any]] = {
    Tangent: (A * x, x),
    MatrixSum: (A * x + Diag(c) * x, x),
    MatrixProduct: (B * A * x, x),
    Transposed: (Vec(c * x.T), x),
    Hadamard: (Vec(Hadamard(A, M)), M),
    OrderedSum: (ordered_sum(Diag(s[j]) * x, (j, 0, 2)), x),
    Block: (stack(A * x, G * x), x),
    Rows: (Rows(A * x, 1, n - 1), x),
    Place: (Place(A * x, m, m + n), x),
    Vec: (Vec(x * c.T), x),
    Unvec: (Vec(A * Unvec(Kronecker(c, x), n, n)), x),
    Kronecker: (Vec(norm(x, "2") ** 2 * A), x),
}
PULLED = READ | {
    Diag: (Diag(A * x) * c, x),
    DiagonalOf: (DiagonalOf(A * x * x.T), x),
    Block: (Block([A * x, x], [x, c]), x),
    Rows: (Rows(Vec(A * x * x.T), 1, 2), x),
}


def test_every_reading_has_its_exemplar() -> None:
    assert set(matrix_readings.registry) - {object} == READ.keys()
    assert set(transposed_readings.registry) - {object} == PULLED.keys()


@pytest.mark.parametrize("fault", [negated, doubled], ids=name)
@pytest.mark.parametrize("kind", READ, ids=name)
def test_a_wrong_matrix_is_caught(kind: type, fault: Any, tester: Any, planted: Any) -> None:
    of, by = READ[kind]
    tester.check(of, by, SIZES)
    with planted(matrix_readings, kind, fault), pytest.raises(AssertionError):
        tester.check(of, by, SIZES)


@pytest.mark.parametrize("fault", [negated, doubled], ids=name)
@pytest.mark.parametrize("kind", PULLED, ids=name)
def test_a_wrong_transpose_is_caught(kind: type, fault: Any, tester: Any, planted: Any) -> None:
    of, by = PULLED[kind]
    tester.check(of, by, SIZES, may_refuse=True)
    with planted(transposed_readings, kind, fault), pytest.raises(AssertionError):
        tester.check(of, by, SIZES, may_refuse=True)


# ------------------------------------------------------------------ what is refused, what is 0


def test_a_tangent_is_held_fixed() -> None:
    assert differential(A * Tangent(x), x) == Zeros(n, 1)
    assert differential(Diag(x) * Tangent(x), x) == Diag(Tangent(x)) * Tangent(x)


@pytest.mark.parametrize("node", [D(s[3], s[2]), D_plus(s[3], s[2])], ids=str)
@pytest.mark.parametrize("by", [s[2], s[3], A, Parameter("z", n, 1)], ids=str)
def test_an_unevaluated_derivative_is_refused(node: Any, by: Any) -> None:
    # What it depends on is the recurrence's to say: by none of these it is known to be constant.
    with pytest.raises(NotSupportedError, match="unevaluated"):
        differential(node, by)


def test_a_partial_derivative_moves_with_its_arguments() -> None:
    assert differential(Partial(f, 0), Parameter("z", n, 1)) == Zeros(m, n)
    with pytest.raises(NotSupportedError, match="unevaluated"):
        differential(Partial(f, 0), x)


REFUSED = [
    (lambda: sympy.MatAdd(plain, plain).inverse() ** j * A, "power|MatPow|expected"),
    (lambda: gradient(norm(A, "1"), A), "no differential rule"),
    (lambda: gradient(norm(A, "2"), A), "no differential rule"),
    (lambda: jacobian(s[j], s[0]), "same state"),
    (lambda: jacobian(ordered_sum(s[j], (j, 0, l_)), s[2]), "same state"),
    (lambda: jacobian(ordered_sum(A * s[j], (j, 1, l_)), s[j]), "same state"),
    (lambda: jacobian(DiagonalOf(A * x * x.T), x), "no linear reading"),
    (lambda: jacobian(Vec(Kronecker(M, A)), Vec(M)), "no linear reading"),
    (lambda: vjp(Kronecker(M, A), M, Kronecker(A, A)), "no linear reading"),
    (lambda: gradient(sympy.Product(entry(x, l_), (l_, 1, n)), x), "Product"),
    (lambda: gradient(Sum(entry(A, j, l_), (j, 1, n), (l_, 1, n)), A), "2 indices"),
]


@pytest.mark.parametrize(("ask", "says"), REFUSED, ids=[says for _, says in REFUSED])
def test_what_has_no_rule_is_refused(ask: Callable[[], Any], says: str) -> None:
    with pytest.raises(NotSupportedError, match=says):
        ask()


ILL_FORMED = [
    (lambda: jacobian(A, x), ShapeError, "column"),
    (lambda: gradient(x, x), ShapeError, "scalar"),
    (lambda: jvp(A * x, x, A), ShapeError, "n × 1 and n × n"),
    (lambda: vjp(A * x, x, A), ShapeError, "n × 1 and n × n"),
    (lambda: jacobian(x, A * x), IllFormedError, "must be a symbol"),
    (lambda: jacobian(x, x, "both"), IllFormedError, "layout"),
]


@pytest.mark.parametrize(("ask", "error", "says"), ILL_FORMED, ids=[c[2] for c in ILL_FORMED])
def test_ill_formed_questions(ask: Callable[[], Any], error: Any, says: str) -> None:
    with pytest.raises(error, match=says):
        ask()


def test_the_kronecker_form_of_a_matrix_jacobian() -> None:
    assert jacobian(A * x, Vec(A)) == Kronecker(x.T, Identity(n))
    assert jacobian(Vec(A * M * B), Vec(M)) == Kronecker(B.T, A)
    assert jacobian(M.T * c, Vec(M)) == Kronecker(Identity(n), c.T)


def test_a_tangent_with_the_name_of_a_bound_time_is_not_captured() -> None:
    total = ordered_sum(M * s[j], (j, 1, 3))
    moved = jvp(total, M, s[j] * s[j].T)
    assert j in moved.free_symbols


i, first = symbols("i k", integer=True)
OF_A_FREE_TIME = {
    "a sum": ordered_sum(Diag(s[j]) * M * Diag(s[i]), (j, first, 3)),
    "a sum from a free time on": ordered_sum(Diag(s[j]) * M, (j, i, 3)),
    "a product": ordered_product(Diag(s[j]) * M * Diag(s[i]), (j, first, 3)),
    "a product of one matrix": ordered_product(M * Diag(s[i]), (j, 1, 3)),
}


@pytest.mark.parametrize("name", OF_A_FREE_TIME)
def test_a_free_time_that_is_called_as_a_new_index_is_not_captured(name: str) -> None:
    """Whether i is 7 before or after differentiating makes no difference."""
    of = OF_A_FREE_TIME[name]
    late, early = jvp(of, M, A).subs(i, 7), jvp(of.subs(i, 7), M, A)
    assert normal_form(late) == normal_form(early)


def test_scalars_differentiate_through_their_norms() -> None:
    size = norm(x, "2")
    assert gradient(size, x) == MatrixProduct(1 / size, x)
    assert gradient(sympy.exp(n), x) == Zeros(n, 1)
