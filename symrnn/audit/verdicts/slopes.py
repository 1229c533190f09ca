"""Bounds on Jacobians by the largest slope of an activation: ‖∂h_t/∂h_k‖ ≤ (c ‖W‖)^{t-k}."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import reduce
from itertools import pairwise

import numpy as np

from symrnn.audit.meaning.functions import known_activation
from symrnn.audit.meaning.letters import bare
from symrnn.audit.meaning.model import Model, NotUnderstood, split_time
from symrnn.audit.meaning.rewrites import placed_at
from symrnn.audit.meaning.suppositions import ORTHOGONAL
from symrnn.audit.numbers.evaluate import Evaluator
from symrnn.audit.numbers.net import POOLS, Net
from symrnn.audit.numbers.readings import Sense
from symrnn.audit.numbers.times import assignments
from symrnn.audit.numbers.values import Array
from symrnn.audit.verdicts.compare import AGREES, difference
from symrnn.reading.latex.tree import (
    Addition,
    Derivative,
    Fraction_,
    Group,
    Normed,
    Num,
    Product,
    Sym,
    Tree,
    shape_of,
    walk,
)

STEEPEST = {
    "tanh": 1.0, "relu": 1.0, "ReLU": 1.0, "identity": 1.0, "sin": 1.0, "cos": 1.0,
    "arctan": 1.0, "logistic": 0.25, "sigmoid": 0.25, "sigm": 0.25,
}  # fmt: skip
"""The largest slope of activations; that of others is looked for on a grid."""
ROUNDING = 1e-6
"""Of a largest slope that was looked for."""
SCALES = (0.2, 1.0, 3.0)
"""Weights that are small, usual and large: a bound holds for all."""
TURNING = (0.2, 1.3, 3.0)
"""The same, of orthogonal ones: the powers of 1 would show no exponent that is wrong."""


AT_REST = frozenset({len(SCALES), len(SCALES) + 1})
"""Nets near rest, by their numbers."""
SMALL = 1e-3
"""Of inputs and biases near rest."""
INDUCED = frozenset({"‖", "‖2", "‖1", "‖infty"})
"""Norms of matrices that vectors' norms induce: that of a diagonal is its largest entry."""
SUBMULTIPLICATIVE = INDUCED | {"‖F", "‖mathrmF", "‖Frob", "|"}
"""Norms of which that of a product is no more than their product."""


def scaled_nets(
    model: Model, sense: Sense, bounds: frozenset[str], deadline: float
) -> Iterator[Net]:
    """Random nets whose weights are small, usual and large.

    Where numbers are only known to be bounds, there are others in which all are larger, and each.
    """
    scales = [(scale, frozenset[str]()) for scale in (*SCALES, *TURNING, 1.0, 1.0)]
    larger = [bounds, *(frozenset({name}) for name in sorted(bounds))] if bounds else []
    for number, (scale, loose) in enumerate(scales + [(1.0, names) for names in larger]):
        pool = POOLS[number % len(POOLS)]
        net = Net(
            model, number + 1, pool, sense.sigma, sense.first, sense.loss, sense.at_rest, loose,
            deadline,
        )  # fmt: skip
        for name in net.states if number in AT_REST else ():
            start = ("leaf", name, net.first - 1)
            net.values[start] = net.leaf(name, net.first - 1) * SMALL
        for name in net.read:
            known = name in model.definitions or name in model.symbols.times
            if not known and not model.symbols.has_time(name.split("_")[0]):
                rows, cols = net.extent(name)
                kind = model.made.get(name)
                if kind is not None and rows == cols > 1:
                    own = 1.0 if kind == ORTHOGONAL else scale
                    net.values["leaf", name, None] = net.leaf(name, None) * own
                elif (rows > 1 and cols > 1) or model.scalar:
                    net.values["leaf", name, None] = _weight(net, name, rows, cols) * scale
                elif number in AT_REST:
                    net.values["leaf", name, None] = net.leaf(name, None) * SMALL
            elif not known and number in AT_REST:
                # Near rest every slope is that at 0, and a Jacobian a power of one matrix.
                for time in range(net.first - 1, net.last + 1):
                    net.values["leaf", name, time] = net.leaf(name, time) * SMALL
        yield net


def _weight(net: Net, name: str, rows: int, cols: int) -> Array:
    """A random weight; in later nets an orthogonal one, or nearly one row, or one column.

    The powers of an orthogonal one have its norm; of the others ‖W‖_1 or ‖W‖_∞ is less than ‖W‖,
    as of random ones it seldom is.
    """
    value = net.leaf(name, None)
    if rows != cols or net.seed <= len(SCALES):
        return value
    if net.seed <= 2 * len(SCALES):
        return np.asarray(np.linalg.qr(value.real[0])[0][None] + 0j)
    thin = value * 1e-2
    thin[np.s_[:, 0, :] if net.seed % 2 else np.s_[:, :, 0]] = 1 / np.sqrt(rows)
    return np.asarray(thin)


def of_one_number(left: Tree, right: Tree) -> bool:
    """Whether d/dx f(x) ≤ c for a known f, whose largest slope is no more than c."""
    inner = bare(left)
    if isinstance(inner, Product) and isinstance(inner.factors[0], Derivative):
        derivative, rest = inner.factors[0], inner.factors[1:]
        value = rest[0] if len(rest) == 1 else replace(inner, factors=rest, signs=inner.signs[1:])
    elif isinstance(inner, Derivative) and inner.of is not None:
        derivative, value = inner, inner.of
    else:
        return False
    by, bound = bare(derivative.by), bare(right)
    if isinstance(bound, Fraction_):
        above, below = bare(bound.above), bare(bound.below)
        size = None
        if isinstance(above, Num) and isinstance(below, Num) and below.value != 0:
            size = above.value / below.value
    else:
        size = bound.value if isinstance(bound, Num) else None
    if size is None or not isinstance(by, Sym) or by.subs or by.sups:
        return False
    steepest = STEEPEST.get(known_activation(value, by.name) or "")
    return steepest is not None and steepest <= size


def by_slopes(model: Model, left: Tree, right: Tree, sense: Sense, nets: list[Net]) -> bool:
    """Whether ‖∂h_t/∂h_k‖ ≤ R follows from ∂h_j/∂h_{j-1} = D_j W with |D_j| ≤ c.

    That each step is such a product is seen on nets, that no slope exceeds c is known, and that R
    is no less than (c ‖W‖)^{t-k} is tried for weights small and large. So it is of ∂a_t/∂a_k, where
    h_t = σ(a_t), and of ∂h_t/∂x_t = D_t U; ∂h_t/∂a_t itself has no more than slopes.
    """
    body = bare(left)
    inner = bare(body.body) if isinstance(body, Normed) else None
    if not isinstance(body, Normed) or not isinstance(inner, Derivative) or inner.of is None:
        return False
    of, by = bare(inner.of), bare(inner.by)
    activation = _activation(model)
    if not isinstance(of, Sym) or not isinstance(by, Sym) or activation is None:
        return False
    if len(model.states()) != 1 or not all(map(model.is_whole, (of, by))):
        return False
    within = _within(model, of, by, activation)
    kinds = INDUCED if within else {"‖", "‖2"}
    if body.kind not in (kinds | {"|"} if model.scalar else kinds):
        return False
    enters = not within and _enters(model, of, by)
    if not within and not enters and model.ref(by).name != model.ref(of).name:
        return False
    weights = [
        name for name in sorted(nets[0].read)
        if name not in model.definitions and not model.symbols.has_time(name.split("_")[0])
        and name not in model.symbols.times and name != activation.name
    ]  # fmt: skip
    # What else R hangs on may be far smaller than in any of the nets.
    others = model.spoken_of((right,), ()) & set(weights)
    weights = [name for name in weights if others <= {name}]
    if within and others:
        return False
    try:
        return any(
            all(
                _bounded(Evaluator(net, sense.reading), inner, right, env, activation, weight)
                for net in nets for env in assignments(model, (left, right), net)
            )
            for weight in ([None] if within else weights)
        )  # fmt: skip
    except NotUnderstood:
        return False


def _enters(model: Model, of: Sym, by: Sym) -> bool:
    """Whether a letter is what is given at a step, and the other is computed at that step."""
    mine, other = model.ref(of).time, model.ref(by).time
    if mine is None or other is None or model.ref(by).name in model.definitions:
        return False
    return bool(shape_of(bare(mine)) == shape_of(bare(other)))


def _within(model: Model, of: Sym, by: Sym, activation: Sym) -> bool:
    """Whether one is σ of the other at the same time, by its definition."""
    definition = model.definition(model.ref(of).name)
    value = None if definition is None or definition.entries else bare(definition.value)
    if definition is None or not isinstance(value, Product) or len(value.factors) != 2:
        return False
    head, argument = value.factors[0], bare(value.factors[1])
    if head != replace(activation, start=head.start, end=head.end) or not isinstance(argument, Sym):
        return False
    mine, other, read = model.ref(of).time, model.ref(by), model.ref(argument)
    if mine is None or other.time is None or read.time is None or not model.is_whole(argument):
        return False
    at_once = split_time(read.time) == (definition.letter, definition.shift)
    return (
        at_once and read.name == other.name and shape_of(bare(mine)) == shape_of(bare(other.time))
    )


def _bounded(
    evaluator: Evaluator,
    derivative: Derivative,
    right: Tree,
    env: dict[str, int],
    activation: Sym,
    weight: str | None,
) -> bool:
    """Whether the steps between two states have slopes and one weight, and R bounds their norm.

    Without a weight it is the slopes alone.
    """
    model = evaluator.model
    known = STEEPEST.get(model.kinds.get("function " + activation.name, activation.name))
    steepest = evaluator.steepest(activation) if known is None else known
    bound = evaluator.value(right, env)
    if not bound.scalar:
        return False
    if weight is None:
        norm = float(steepest)
    else:
        value = evaluator.net.leaf(weight, None)[0].real
        of, by = bare(derivative.of), bare(derivative.by)  # type: ignore[arg-type]
        assert isinstance(of, Sym) and isinstance(by, Sym)
        if _enters(model, of, by):
            jacobian = evaluator.value(derivative, env).array[0].real
            norm = float(steepest * np.linalg.norm(value, 2))
            scaled = any(_scaled_rows(each, value, steepest) for each in (jacobian, jacobian.T))
            large = bool(bound.array[0, 0, 0].real >= norm * (1 - ROUNDING))
            return large and scaled
        if value.shape[0] != value.shape[1] or (value.shape[0] == 1 and not model.scalar):
            return False
        first, last = (evaluator.index(model.ref(each).time, env) for each in (by, of))  # type: ignore[arg-type]
        if last <= first:
            return False
        jacobians = _steps(evaluator, of, range(first + 1, last + 1))
        if not all(_of_slopes(jacobian, value, steepest) for jacobian in jacobians):
            return False
        if not _multiplied(jacobians, evaluator.value(derivative, env).array[0].real):
            return False
        norm = float((steepest * np.linalg.norm(value, 2)) ** len(jacobians))
    return bool(bound.array[0, 0, 0].real >= norm * (1 - ROUNDING))


def _steps(evaluator: Evaluator, state: Sym, times: range) -> list[Array]:
    """∂h_j/∂h_{j-1} at each time."""
    here = Sym(state.start, state.end, True, "v")
    one = Num(state.start, state.end, True, Fraction(1))
    before = Addition(state.start, state.end, True, (here, one), ("+", "-"))
    of, by = (at_time(evaluator.model, state, index) for index in (here, before))
    step = Derivative(state.start, state.end, True, of, by, "")
    return [evaluator.value(step, {"v": at}).array[0].real for at in times]


def at_time(model: Model, state: Sym, index: Tree) -> Sym:
    """A state at another time, which stands where its own does: below, or above in brackets."""
    time = model.ref(state).time

    def read(script: Tree) -> Tree:
        if script is not time:
            return script
        return replace(script, parts=(index,)) if isinstance(script, Group) else index

    return replace(state, subs=tuple(map(read, state.subs)), sups=tuple(map(read, state.sups)))


def _multiplied(steps: list[Array], whole: Array) -> bool:
    """Whether a Jacobian is the product of its steps, later ones on the left or on the right."""
    orders = (steps, steps[::-1])
    products = (reduce(np.matmul, order, np.eye(len(whole))) for order in orders)
    return any(difference(product, whole) <= AGREES for product in products)


def _of_slopes(jacobian: Array, weight: Array, steepest: float) -> bool:
    """Whether a Jacobian or its transpose is D W or W D, no entry of D above the largest slope."""
    if jacobian.shape != weight.shape or np.linalg.cond(weight) > 1e8:
        return False
    inverse = np.linalg.inv(weight)
    both = (jacobian, jacobian.T)  # in denominator layout it is its transpose
    for slopes in (product for each in both for product in (each @ inverse, inverse @ each)):
        beside = slopes - np.diag(np.diag(slopes))
        if np.abs(beside).max() < 1e-9 and np.abs(slopes).max() <= steepest * (1 + ROUNDING):
            return True
    return False


def _scaled_rows(jacobian: Array, weight: Array, steepest: float) -> bool:
    """Whether a Jacobian is D U, no entry of D above the largest slope; U need not be square."""
    if jacobian.shape != weight.shape or not np.all(sizes := (weight**2).sum(axis=1)):
        return False
    slopes = (jacobian * weight).sum(axis=1) / sizes
    beside = jacobian - slopes[:, None] * weight
    small = np.abs(beside).max() <= 1e-9 * np.abs(jacobian).max()
    return bool(small and np.abs(slopes).max() <= steepest * (1 + ROUNDING))


def _activation(model: Model) -> Sym | None:
    """The one activation that the states have; None where there are several."""
    found: dict[str, Sym] = {}
    for definition in model.definitions.values():
        if definition.derived or definition.letter is None:
            continue
        for node in walk(definition.value):
            if not isinstance(node, Product):
                continue
            for head, group in zip(node.factors, node.factors[1:], strict=False):
                if not isinstance(head, Sym) or not isinstance(group, Group):
                    continue
                entrywise = model.is_function(head, group) in ("known", "elementwise")
                if entrywise and head.name not in ("diag", "Diag", "softmax", "log", "exp"):
                    found[head.name] = replace(head, primes=0)
    return next(iter(found.values())) if len(found) == 1 else None


def calls_in(model: Model, tree: Tree) -> Iterator[tuple[Sym, Tree]]:
    """Functions of one thing in an expression, tanh(a_t), also as the value of h_t."""
    for node in walk(tree):
        if isinstance(node, Product):
            whole, placed = node, dict[str, Tree]()
        elif isinstance(node, Sym) and (time := model.ref(node).time) is not None:
            known = model.definition(model.ref(node).name)
            if known is None or known.letter is None or known.shift:
                continue
            value = bare(known.value)
            if not isinstance(value, Product) or len(value.factors) != 2:
                continue
            whole, placed = value, {known.letter: time}
        else:
            continue
        for function, called in pairwise(whole.factors):
            if isinstance(function, Sym) and isinstance(called, Group):
                yield function, placed_at(called, placed) if placed else called
