"""A rule: what it says, where it applies, and what it makes of an expression."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import sympy
from sympy import Basic, Expr, Tuple
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError, SideConditionError
from symrnn.language.activations import Activation
from symrnn.language.derivatives import ImmediateDerivative, TotalDerivative
from symrnn.language.norms import Norm
from symrnn.language.ordered import Ranged
from symrnn.theory.context import Context

Rewrite = Callable[..., Iterator[Any]]
Compare = Callable[..., bool]


@dataclass(frozen=True)
class Rule:
    """A justification that code applies and code checks.

    Args:
        name: the field's term for it.
        says: the mathematics, one line, with the side condition.
        rewrite: yields what the rule makes of a node (at its root); raises `SideConditionError`
            where the rule would apply but for its side condition.
        compare: instead of `rewrite`, for rules that decide whether two whole sides are equal.
        relation: "=" or "≤", what holds between a node and what it is rewritten to.
        arguments: what the rule is told at the place of use (which variable, which statement).
    """

    name: str
    says: str
    relation: str = "="
    rewrite: Rewrite | None = None
    compare: Compare | None = None
    arguments: tuple[Any, ...] = ()
    reverse: bool = False

    def __call__(self, *arguments: Any) -> Rule:
        """The rule, told what to work with: `by.chain_rule(s[t - 1])`."""
        return replace(self, arguments=arguments)

    @property
    def backwards(self) -> Rule:
        """An equation's rule, read from right to left."""
        if self.relation != "=" or self.rewrite is None:
            raise IllFormedError(f"{self.name} cannot be read backwards", {"rule": self.says})
        return replace(self, reverse=True)

    def __str__(self) -> str:
        told = f"({', '.join(map(str, self.arguments))})" if self.arguments else ""
        return f"{self.name}{told}{' backwards' if self.reverse else ''}"

    def results(
        self, expression: Any, context: Context, refusals: list[SideConditionError] | None = None
    ) -> Iterator[Any]:
        """Everything the rule makes of the expression: at each one place, and at all of them.

        A place where only the side condition is missing is passed over and noted in `refusals`.
        """
        if self.rewrite is None:
            return
        noted = [] if refusals is None else refusals

        def at_root(node: Any, inner: Context) -> Iterator[Any]:
            assert self.rewrite is not None
            try:
                yield from self.rewrite(node, inner, *self.arguments)
            except SideConditionError as refusal:
                noted.append(refusal)

        if self.relation == "=":
            yield everywhere(expression, at_root, context)
            yield from single(expression, at_root, context)
        else:
            yield from monotone(expression, at_root, context)


AtRoot = Callable[[Any, Context], Iterator[Any]]


def _children(node: Any, context: Context) -> Iterator[tuple[int, Any, Context]]:
    if isinstance(node, Activation) or not isinstance(node, Basic):
        return
    if isinstance(node, TotalDerivative | ImmediateDerivative | sympy.Derivative):
        # The variable is no value: only what is differentiated can be rewritten.
        yield 0, node.args[0], context.under_derivative()
        return
    for place, child in enumerate(node.args):
        if isinstance(node, Ranged | ExprWithLimits) and place > 0:
            # A bound index is a name, not a value; the bounds of a scalar sum stay as they are.
            if isinstance(node, Ranged) and place in (2, 3):
                yield place, child, context
        elif isinstance(child, MatrixExpr | Expr | Tuple):
            yield place, child, _within(node, context)


def _within(node: Any, context: Context) -> Context:
    if isinstance(node, Ranged):
        return context.inside(node)
    if isinstance(node, ExprWithLimits):
        inner = context.binding(*node.bound_symbols)
        for index, *bounds in node.limits:
            if len(bounds) == 2:
                inner = inner.with_order((index - bounds[0], bounds[1] - index))
        return inner
    return context


def _with(node: Any, place: int, child: Any) -> Any:
    return node.func(*node.args[:place], child, *node.args[place + 1 :])


def single(node: Any, at_root: AtRoot, context: Context) -> Iterator[Any]:
    """The expression with the rule applied at exactly one place."""
    yield from at_root(node, context)
    for place, child, inner in _children(node, context):
        for new in single(child, at_root, inner):
            yield _with(node, place, new)


def everywhere(node: Any, at_root: AtRoot, context: Context) -> Any:
    """The expression with the rule applied once at every place it fits, innermost first."""
    # All children first, then one rebuild: commutative nodes sort their operands anew.
    renewed = {p: everywhere(c, at_root, inner) for p, c, inner in _children(node, context)}
    if any(new != node.args[place] for place, new in renewed.items()):
        node = node.func(*(renewed.get(place, arg) for place, arg in enumerate(node.args)))
    return next(iter(at_root(node, context)), node)


def monotone(node: Any, at_root: AtRoot, context: Context) -> Iterator[Any]:
    """Scalars in which parts are replaced by larger ones, where that can only enlarge the whole.

    Those places are: the root, a summand, a factor whose cofactors are ≥ 0, the body of a scalar
    sum, the body of a scalar product of nonnegative factors, and the base of a nonnegative power.
    """
    options = [*at_root(node, context), *_enlarged(node, at_root, context)]
    yield from options


def _enlarged(node: Any, at_root: AtRoot, context: Context) -> Iterator[Any]:
    if not isinstance(node, Expr) or isinstance(node, MatrixExpr | Norm):
        return
    if node.is_Add or node.is_Mul:
        yield from _operands(node, at_root, context)
    elif isinstance(node, sympy.Sum | sympy.Product) and len(node.limits) == 1:
        body, inner = node.function, _within(node, context)
        _, lower, upper = node.limits[0]
        if not context.nonnegative(upper - lower + 1):
            return  # SymPy takes a sum over 5 … 1 to be minus the one over 2 … 4
        if isinstance(node, sympy.Product) and not inner.nonnegative(body):
            return
        for new in monotone(body, at_root, inner):
            yield node.func(new, node.limits[0])
    elif node.is_Pow and context.nonnegative(node.base) and context.nonnegative(node.exp):
        for new in monotone(node.base, at_root, context):
            yield new**node.exp


def _operands(node: Any, at_root: AtRoot, context: Context) -> Iterator[Any]:
    """One operand enlarged, or every operand that can be."""
    everything = []
    for place, operand in enumerate(node.args):
        rest = node.args[:place] + node.args[place + 1 :]
        allowed = node.is_Add or context.nonnegative(node.func(*rest))
        enlarged = list(monotone(operand, at_root, context)) if allowed else []
        for new in enlarged:
            yield node.func(*rest, new)
        everything.append(enlarged[0] if enlarged else operand)
    nonnegative = all(context.nonnegative(operand) for operand in node.args)
    if node.is_Add or nonnegative:
        yield node.func(*everything)
