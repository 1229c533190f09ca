"""Where a rule applies: at one place of an expression, at all of them, or where things grow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sympy import Basic, Tuple
from sympy.matrices.expressions import MatrixExpr

from symrnn.kernel import Theorem, congruence, monotone, transitivity
from symrnn.kernel.binders import bound
from symrnn.kernel.positions import is_value
from symrnn.theory.context import Context, attempt

AtRoot = Callable[[Any, Context], Iterator[Theorem]]
"""From a node to theorems node = …, or node ≤ …."""


def children(node: Any, context: Context) -> Iterator[tuple[tuple[int, ...], Any, Context]]:
    """The values right below a node: position, value, context."""
    if not isinstance(node, Basic):
        return
    inner = context.inside(node) if bound(node) and len(node.args) > 1 else context
    for place, child in enumerate(node.args):
        if not is_value(node, place):
            continue
        if isinstance(child, Tuple):
            yield from (((place, column), each, inner) for column, each in enumerate(child))
        else:
            yield (place,), child, inner


def single(node: Any, at_root: AtRoot, context: Context) -> Iterator[Theorem]:
    """Theorems node = node′ by the rule at exactly one place."""
    yield from at_root(node, context)
    for path, child, inner in children(node, context):
        for step in single(child, at_root, inner):
            lifted = _lifted(congruence, step, node, path, context)
            if lifted is not None:
                yield lifted


def everywhere(node: Any, at_root: AtRoot, context: Context) -> Theorem | None:
    """node = node′ by the rule at every place it fits, once, innermost first; None: at none."""
    found: Theorem | None = None
    current = node
    for _, child, inner in list(children(node, context)):
        step = everywhere(child, at_root, inner)
        # A commutative node sorts its operands anew: the child is looked up where it is now. Of a
        # sum whose other terms came out as 0 it is all that is left.
        places = [path for path, each, _ in children(current, context) if each == child]
        places += [()] if current == child else []
        path = places[0] if step is not None and places else None
        if step is None or path is None:
            continue
        lifted = _lifted(congruence, step, current, path, context)
        if lifted is not None:
            found = lifted if found is None else transitivity(found, lifted)
            current = found.relation.rhs
    for step in at_root(current, context):
        return step if found is None else transitivity(found, step)
    return found


def growing(node: Any, at_root: AtRoot, context: Context) -> Iterator[Theorem]:
    """Theorems node ≤ node′ by the rule at one place where the whole grows, then at all of them."""
    yield from at_root(node, context)
    if isinstance(node, MatrixExpr):
        return
    everything: Theorem | None = None
    current = node
    for path, child, inner in list(children(node, context)):
        first = None
        for step in growing(child, at_root, inner):
            lifted = _lifted(monotone, step, node, path, context)
            if lifted is not None:
                first = first or step
                yield lifted
        now = next((path for path, each, _ in children(current, context) if each == child), None)
        if first is not None and now is not None:
            lifted = _lifted(monotone, first, current, now, context)
            if lifted is not None:
                everything = lifted if everything is None else transitivity(everything, lifted)
                current = everything.relation.rhs
    if everything is not None:
        yield everything


def _lifted(
    lift: Callable[..., Theorem], step: Theorem, node: Any, path: tuple[int, ...], context: Context
) -> Theorem | None:
    """The step at its place, without and then with what is known there; None: it is refused."""
    given = [fact for fact in context.facts if not set(bound(node)) & fact.free_symbols]
    return attempt(lift, step, node, path) or attempt(lift, step, node, path, given)
