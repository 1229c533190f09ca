"""Sums and products over times; a range whose upper end lies below its lower one is empty."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Expr, Symbol

from symrnn.kernel.algebra import equal
from symrnn.kernel.axioms.schema import inapplicable, schema
from symrnn.kernel.binders import bounds
from symrnn.kernel.facts import Fact
from symrnn.kernel.substitution import renamed, substitute
from symrnn.kernel.theorem import Theorem, _make
from symrnn.language.algebra import Identity, MatrixProduct, MatrixSum, Zeros
from symrnn.language.ordered import LEFT, OrderedProduct, OrderedSum, Ranged
from symrnn.language.relations import Equation, Inequality
from symrnn.language.shapes import symbolic

Range = Ranged | sympy.Sum | sympy.Product


def _parts(node: Any) -> tuple[Any, Symbol, Expr, Expr]:
    if not isinstance(node, Range):
        raise inapplicable(node, "a sum or a product over times")
    index, lower, upper = bounds(node)
    return node.args[0], index, lower, upper


def _over(node: Any, lower: Any, upper: Any, body: Any = None) -> Any:
    """The node over another range; of no times or one it need not be a sum or product any more."""
    index = bounds(node)[0]
    body = node.args[0] if body is None else body
    lower, upper = sympy.expand(lower), sympy.expand(upper)
    if isinstance(node, Ranged):
        return node.func(body, index, lower, upper, *node.args[4:])
    return node.func(body, (index, lower, upper))


def _at(node: Any, time: Any) -> Any:
    return substitute(node.args[0], {bounds(node)[0]: sympy.expand(time)})


def _joined(node: Any, late: Any, early: Any) -> Any:
    """The later part and the earlier one, put together as the node puts its terms together."""
    if isinstance(node, OrderedProduct):
        sides = (late, early) if node.latest == LEFT else (early, late)
        return MatrixProduct(*sides)
    if isinstance(node, OrderedSum):
        return MatrixSum(early, late)
    return early + late if isinstance(node, sympy.Sum) else early * late


def _nothing(node: Any) -> Any:
    if isinstance(node, OrderedProduct):
        return Identity(node.shape[0])
    if isinstance(node, OrderedSum):
        return Zeros(*node.shape)
    return sympy.S.Zero if isinstance(node, sympy.Sum) else sympy.S.One


@schema
def split_range(node: Any, last: Any) -> Theorem:
    """∏_{h}^{t} = ∏_{r+1}^{t} ∏_{h}^{r} and Σ_{h}^{t} = Σ_{h}^{r} + Σ_{r+1}^{t}, h-1 ≤ r ≤ t.

    The times up to r and those after it are all times; either part may be empty, r = h-1 or r = t,
    but none reaches outside. In a product the later part stands where later factors do.
    """
    _, _, lower, upper = _parts(node)
    last = symbolic(last)
    late, early = _over(node, last + 1, upper), _over(node, lower, last)
    needs = (Fact.nonnegative(last - lower + 1), Fact.nonnegative(upper - last))
    return _make(needs, Equation(node, _joined(node, late, early)), None)


@schema
def single_time(node: Any) -> Theorem:
    """∏_{j=h}^{h} F_j = F_h, likewise for sums."""
    _, _, lower, upper = _parts(node)
    if sympy.expand(upper - lower) != 0:
        raise inapplicable(node, "a range of one time")
    return _make((), Equation(node, _at(node, lower)), None)


@schema
def empty_range(node: Any) -> Theorem:
    """A product over no times is I (or 1), a sum 0, where t < h."""
    _, _, lower, upper = _parts(node)
    return _make((Fact.nonnegative(lower - upper - 1),), Equation(node, _nothing(node)), None)


@schema
def reindex(node: Any, by: Any) -> Theorem:
    """Σ_{j=h}^{t} F_j = Σ_{j=h-r}^{t-r} F_{j+r}: j ↦ j + r maps one range onto the other."""
    _, index, lower, upper = _parts(node)
    if index in symbolic(by).free_symbols:
        node = renamed(node, sympy.Dummy(index.name, integer=True))
        index = bounds(node)[0]
    body = _at(node, index + by)
    return _make((), Equation(node, _over(node, lower - by, upper - by, body)), None)


@schema
def reversed_range(node: Any, last: Any) -> Theorem:
    """Σ_{k=h}^{r} F_k = Σ_{k=t-r}^{t-h} F_{t-k}: k ↦ t - k maps one range onto the other.

    The order turns round, which a sum does not notice.
    """
    _, index, lower, upper = _parts(node)
    if not isinstance(node, OrderedSum | sympy.Sum):
        raise inapplicable(node, "a sum")
    if index in symbolic(last).free_symbols:
        node = renamed(node, sympy.Dummy(index.name, integer=True))
        index = bounds(node)[0]
    body = _at(node, last - index)
    return _make((), Equation(node, _over(node, last - upper, last - lower, body)), None)


@schema
def constant_factor(node: Any) -> Theorem:
    """Σ_k c F_k = c Σ_k F_k for scalars, where c does not depend on k; distributivity."""
    body, index, lower, upper = _parts(node)
    if not isinstance(node, sympy.Sum):
        raise inapplicable(node, "a scalar sum")
    factor, rest = body.as_independent(index, as_Add=False)
    if index in factor.free_symbols or not equal(body, factor * rest):
        raise inapplicable(body, "a factor without the index")
    return _make((), Equation(node, factor * _over(node, lower, upper, rest)), None)


@schema
def constant_power(node: Any) -> Theorem:
    """∏_{j=h}^{t} c = c^(t-h+1) for a scalar c without j, where h-1 ≤ t: so many equal factors."""
    body, index, lower, upper = _parts(node)
    if not isinstance(node, sympy.Product) or index in body.free_symbols:
        raise inapplicable(node, "a product of equal scalars")
    count = sympy.expand(upper - lower + 1)
    return _make((Fact.nonnegative(count),), Equation(node, body**count), None)


@schema
def geometric_tail(node: Any) -> Theorem:
    """Σ_i qᵉ ≤ q^h/(1 - q), where e rises or falls by 1 with i, h ≥ 0 is the least e, 0 ≤ q < 1.

    Σ_{e≥h} q^e = q^h/(1 - q), and terms that are left out are ≥ 0.
    """
    body, index, lower, upper = _parts(node)
    base, exponent = body.as_base_exp()
    rate = sympy.expand(exponent).coeff(index)
    rest = sympy.expand(exponent - rate * index)
    if not isinstance(node, sympy.Sum) or abs(rate) != 1:
        raise inapplicable(node, "a sum of powers whose exponents differ by 1")
    if index in base.free_symbols | rest.free_symbols or not rest.is_integer:
        raise inapplicable(node, "one base, and whole exponents")
    least = sympy.expand(rest + rate * (lower if rate == 1 else upper))
    needs = (Fact.nonnegative(base), Fact.positive(1 - base), Fact.nonnegative(least))
    return _make(needs, Inequality(node, base**least / (1 - base)), None)
