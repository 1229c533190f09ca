"""For every axiom a wrong twin, which looks like it and is false: the tester has to refuse it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy import Max, Min, S
from sympy.matrices.expressions import MatrixExpr
from verdict import Claim
from worlds import V, W, i, u

from symrnn.kernel import Fact, axioms
from symrnn.kernel.binders import bounds
from symrnn.language.algebra import (
    Identity,
    MatrixProduct,
    MatrixSum,
    Ones,
    Transposed,
    Zeros,
    split_coefficient,
)
from symrnn.language.derivatives import D
from symrnn.language.entry import Entry
from symrnn.language.norms import Norm
from symrnn.language.ordered import OrderedProduct, Ranged
from symrnn.language.relations import Equation, Inequality
from symrnn.language.structure import Block, Diag, Hadamard, Kronecker, Unvec, Vec

Twin = Callable[..., Claim]
TWINS: dict[str, Twin] = {}


def twin(made: Twin) -> Twin:
    """Registers the wrong twin of the axiom of that name; it takes the axiom's arguments."""
    TWINS[made.__name__] = made
    return made


def true(name: str, *args: Any) -> Claim:
    """What the axiom says."""
    return Claim.of(axioms()[name](*args))


def _bare(name: str) -> Twin:
    """The axiom without its conditions."""
    return lambda *args: true(name, *args).without()


for _name in (
    *("defined", "defined_inside", "nearby", "geometric_decay", "geometric_growth"),
    *("absolute_value", "larger", "minimum_by_maximum", "scaled_maximum", "root_of_bound"),
    *("split_range", "scalar_derivative"),
):
    TWINS[_name] = _bare(_name)


def _less(total: Any) -> Any:
    """A sum without its last term."""
    if isinstance(total, MatrixSum):
        return MatrixSum(*total.args[:-1])
    if isinstance(total, sympy.Add):
        return sympy.Add(*total.args[:-1])
    return Zeros(*total.shape) if isinstance(total, MatrixExpr) else S.Zero


def _lost(name: str) -> Twin:
    """The axiom with a term of its sum lost: a path, a part of the product rule."""

    def made(*args: Any) -> Claim:
        claim = true(name, *args)
        return claim.saying(Equation(claim.relation.lhs, _less(claim.relation.rhs)))

    return made


for _name in ("through", "chain_rule", "differential", "entry_of_sum", "norm_of_sum"):
    TWINS[_name] = _lost(_name)


def _backwards(name: str) -> Twin:
    """The inequality the other way round."""

    def made(*args: Any) -> Claim:
        claim = true(name, *args)
        return claim.saying(Inequality(claim.relation.rhs, claim.relation.lhs))

    return made


for _name in ("triangle", "lipschitz_minimum"):
    TWINS[_name] = _backwards(_name)


def _of_kind(name: str, kind: str) -> Twin:
    """The axiom for a norm of a kind that it does not hold for."""

    def made(node: Any, *args: Any) -> Claim:
        claim = true(name, Norm(node.matrix, "1"), *args).without()

        def other(side: Any) -> Any:
            norms = {each: Norm(each.matrix, kind) for each in side.atoms(Norm)}
            return side.xreplace(norms)

        right = claim.relation.rhs if name == "norm_of_diagonal" else other(claim.relation.rhs)
        return claim.saying(claim.relation.func(other(claim.relation.lhs), right))

    return made


TWINS["submultiplicative"] = _of_kind("submultiplicative", "max")
TWINS["norm_of_ordered_product"] = _of_kind("norm_of_ordered_product", "F")
TWINS["norm_of_diagonal"] = _of_kind("norm_of_diagonal", "F")
TWINS["norm_of_identity"] = _of_kind("norm_of_identity", "F")


@twin
def independent(node: Any, cell: Any, given: Any) -> Claim:
    """Times that are written differently are taken to differ."""
    about = {"at": (node.by, *node.held)}
    if node.of in about["at"]:
        return true("independent", node, cell, given)
    return Claim(frozenset(given), Equation(node, Zeros(*node.shape)), cell)


@twin
def not_held(node: Any, state: Any, cell: Any, given: Any) -> Claim:
    """Whatever is held makes no difference."""
    rest = tuple(each for each in node.held if each != state)
    right = node.func(node.of, node.by, node.layout, rest)
    return Claim(frozenset(given), Equation(node, right), cell)


@twin
def immediate(node: Any, cell: Any, given: Any) -> Claim:
    """∂⁺ taken for ∂."""
    return Claim(frozenset(given), Equation(node, D(node.of, node.by, node.layout)), cell)


@twin
def itself(node: Any) -> Claim:
    """Every entry of x changes with every one."""
    size = node.of.shape[0]
    return Claim(frozenset(), Equation(node, Ones(size, size)))


@twin
def layout(node: Any) -> Claim:
    """The two layouts taken for one."""
    other = "denominator" if node.layout == "numerator" else "numerator"
    return Claim(frozenset(), Equation(node, node.func(node.of, node.by, other, node.held)))


@twin
def gradient_as_matrix(node: Any) -> Claim:
    """Row by row instead of column by column."""
    row = node.func(node.of, Vec(node.by), "numerator", node.held)
    rows, cols = node.by.shape
    return Claim(frozenset(), Equation(node, Transposed(Unvec(Transposed(row), cols, rows))))


@twin
def frobenius_mixed(node: Any) -> Claim:
    """‖c A B‖_F ≤ ‖A‖₂ ‖B‖_F, the scalar forgotten."""
    first, *rest = node.matrix.factors
    return Claim(frozenset(), Inequality(node, Norm(first, "2") * Norm(MatrixProduct(*rest), "F")))


@twin
def homogeneous(node: Any) -> Claim:
    """‖c A‖ = c ‖A‖."""
    scale, core = split_coefficient(node.matrix)
    return Claim(frozenset(), Equation(node, scale * Norm(core, node.kind)))


@twin
def norm_of_gram(node: Any) -> Claim:
    """‖A‖ = ‖AᵀA‖, no square."""
    return Claim(frozenset(), Equation(node, Norm(Transposed(node.matrix) * node.matrix, "2")))


@twin
def cauchy_schwarz(left: Any, right: Any) -> Claim:
    """xᵀy ≤ ‖x‖_∞ ‖y‖_∞."""
    inner = Entry(Transposed(left) * right, 1, 1)
    return Claim(frozenset(), Inequality(inner, Norm(left, "inf") * Norm(right, "inf")))


@twin
def norm_of_stack(node: Any) -> Claim:
    """The norm of a stack is the sum of the norms."""
    total = sympy.Add(*(Norm(row[0], "2") for row in node.matrix.args))
    return Claim(frozenset(), Equation(node, total))


@twin
def entry_of_product(node: Any, inner: Any) -> Claim:
    """The last term of the sum is forgotten."""
    claim = true("entry_of_product", node, inner)
    first, *rest = node.matrix.factors
    term = Entry(first, node.args[1], inner) * Entry(MatrixProduct(*rest), inner, node.args[2])
    total = sympy.Sum(term, (inner, 1, first.shape[1] - 1))
    return claim.saying(Equation(node, node.matrix.coefficient * total))


@twin
def vec_of_product(left: Any, right: Any, middle: Any) -> Claim:
    """B ⊗ A for Bᵀ ⊗ A."""
    turned = Kronecker(right, left) * Vec(middle)
    return Claim(frozenset(), Equation(turned, Vec(MatrixProduct(left, middle, right))))


@twin
def algebra(left: Any, right: Any) -> Claim:
    """⊗ commutes, or a product of matrices does where one is diagonal."""
    pair = (
        (Kronecker(W, V), Kronecker(V, W))
        if left.is_Matrix
        else (W * Diag(W * Ones(W.shape[0])), Diag(W * Ones(W.shape[0])) * W)
    )
    return Claim(frozenset(), Equation(*pair))


@twin
def order(left: Any, right: Any, given: Any) -> Claim:
    """x ≤ y from nothing."""
    return Claim(frozenset(), Inequality(left, right))


@twin
def block_product(node: Any, place: int) -> Claim:
    """The two factors change places."""
    claim = true("block_product", node, place)
    left, right = node.factors[place : place + 2]
    turned = MatrixProduct(node.coefficient, *node.factors[:place], right, left)
    return claim.saying(Equation(turned, claim.relation.rhs))


@twin
def block_sum(node: Any) -> Claim:
    """A scalar in front is forgotten."""
    claim = true("block_sum", node)
    cores = [split_coefficient(term)[1] for term in node.args]
    bare = true("block_sum", MatrixSum(*cores)).relation.rhs
    return claim.saying(Equation(node, bare))


@twin
def identity_in_blocks(node: Any, sizes: Any) -> Claim:
    """A block of ones beside the diagonal."""
    claim = true("identity_in_blocks", node, sizes)
    rows = [list(row) for row in claim.relation.rhs.args]
    rows[0][-1] = Ones(*rows[0][-1].shape)
    return claim.saying(Equation(node, Block(*rows)))


@twin
def norm_of_blocks(node: Any) -> Claim:
    """The largest of the blocks' norms alone."""
    sizes = [Norm(block, node.kind) for row in node.matrix.args for block in row]
    return Claim(frozenset(), Inequality(node, Max(*sizes)))


@twin
def exp_exceeds(value: Any) -> Claim:
    """1 + 2x ≤ eˣ."""
    return Claim(frozenset(), Inequality(1 + 2 * value, sympy.exp(value)))


@twin
def absolute_bound(value: Any, bound: Any) -> Claim:
    """|y| ≤ c where y ≤ c."""
    needs = {Fact.nonnegative(bound - value)}
    return Claim(frozenset(needs), Inequality(abs(value), bound))


@twin
def exponentials(left: Any, right: Any) -> Claim:
    """A sign is lost."""
    return Claim(frozenset(), Equation(left, -right))


@twin
def sinh_exceeds(value: Any) -> Claim:
    """u² ≤ tanh² u."""
    return Claim(frozenset(), Inequality(value**2, sympy.tanh(value) ** 2))


@twin
def elementwise_constant(node: Any) -> Claim:
    """f(c 1) = c f(1)."""
    value, core = split_coefficient(node.argument)
    right = value * node.activation(Ones(*core.shape))
    return Claim(frozenset(), Equation(node, right))


@twin
def entry_of_elementwise(node: Any) -> Claim:
    """Row and column are taken for each other."""
    row, col = node.args[1:]
    inside = node.matrix.argument
    return Claim(frozenset(), Equation(node, node.matrix.activation.at(Entry(inside, col, row))))


def _over(node: Any, lower: Any, upper: Any, body: Any) -> Any:
    index = bounds(node)[0]
    if isinstance(node, Ranged):
        return node.func(body, index, lower, upper, *node.args[4:])
    return node.func(body, (index, lower, upper))


@twin
def single_time(node: Any) -> Claim:
    """The time after it is taken."""
    index, lower, _ = bounds(node)
    return Claim(frozenset(), Equation(node, node.args[0].xreplace({index: lower + 1})))


@twin
def empty_range(node: Any) -> Claim:
    """A range of one time is taken to be empty."""
    claim = true("empty_range", node)
    _, lower, upper = bounds(node)
    needs = (claim.hypotheses - {Fact.nonnegative(lower - upper - 1)}) | {
        Fact.nonnegative(lower - upper)
    }
    return Claim(frozenset(needs), claim.relation)


@twin
def reindex(node: Any, by: Any) -> Claim:
    """The bounds are not moved."""
    index, lower, upper = bounds(node)
    body = node.args[0].xreplace({index: index + by})
    return Claim(frozenset(), Equation(node, _over(node, lower, upper, body)))


@twin
def reversed_range(node: Any, last: Any) -> Claim:
    """Only the bounds are turned round."""
    _, lower, upper = bounds(node)
    return Claim(frozenset(), Equation(node, _over(node, last - upper, last - lower, node.args[0])))


@twin
def constant_factor(node: Any) -> Claim:
    """A factor that depends on the index is taken out."""
    index, lower, upper = bounds(node)
    _, rest = node.function.as_independent(index, as_Add=False)
    within = sympy.Sum(index * rest, (index, lower, upper))
    outside = sympy.Sum(rest, (index, lower, upper))
    return Claim(frozenset(), Equation(within, upper * outside))


@twin
def constant_power(node: Any) -> Claim:
    """One factor too few."""
    claim = true("constant_power", node)
    _, lower, upper = bounds(node)
    return claim.saying(Equation(node, node.args[0] ** (upper - lower)))


@twin
def geometric_tail(node: Any) -> Claim:
    """The factor 1/(1 - q) is forgotten."""
    claim = true("geometric_tail", node)
    base = node.args[0].as_base_exp()[0]
    return claim.saying(Inequality(node, claim.relation.rhs * (1 - base)))


_SPOKEN_OF = (Identity, Max, Min, OrderedProduct, Hadamard, i, u)
