"""Bounds on Jacobians by the largest slope of an activation: ‖∂h_t/∂h_k‖ ≤ (c ‖W‖)^{t-k}."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import numpy as np

from symrnn.audit.meaning.functions import known_activation
from symrnn.audit.meaning.letters import bare
from symrnn.audit.meaning.model import Model, NotUnderstood
from symrnn.audit.numbers.evaluate import Evaluator
from symrnn.audit.numbers.net import POOLS, Net
from symrnn.audit.numbers.readings import Sense
from symrnn.audit.numbers.times import assignments
from symrnn.audit.numbers.values import Array
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
    scales = [(scale, frozenset[str]()) for scale in (*SCALES, *SCALES, 1.0, 1.0)]
    larger = [bounds, *(frozenset({name}) for name in sorted(bounds))] if bounds else []
    for number, (scale, loose) in enumerate(scales + [(1.0, names) for names in larger]):
        pool = POOLS[number % len(POOLS)]
        net = Net(
            model, number + 1, pool, sense.sigma, sense.first, sense.loss, sense.at_rest, loose,
            deadline,
        )  # fmt: skip
        for name in net.read:
            known = name in model.definitions or name in model.symbols.times
            if not known and not model.symbols.has_time(name.split("_")[0]):
                rows, cols = net.extent(name)
                if (rows > 1 and cols > 1) or model.scalar:
                    net.values["leaf", name, None] = _weight(net, name, rows, cols) * scale
                elif number == len(SCALES) + 1:
                    net.values["leaf", name, None] = net.leaf(name, None) * SMALL
            elif not known and number == len(SCALES) + 1:
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
        fraction = isinstance(above, Num) and isinstance(below, Num) and below.value != 0
        size = above.value / below.value if fraction else None  # type: ignore[attr-defined]
    else:
        size = bound.value if isinstance(bound, Num) else None
    if size is None or not isinstance(by, Sym) or by.subs or by.sups:
        return False
    steepest = STEEPEST.get(known_activation(value, by.name) or "")
    return steepest is not None and steepest <= size


def by_slopes(model: Model, left: Tree, right: Tree, sense: Sense, nets: list[Net]) -> bool:
    """Whether ‖∂h_t/∂h_k‖ ≤ R follows from ∂h_j/∂h_{j-1} = D_j W with |D_j| ≤ c.

    That each step is such a product is seen on nets, that no slope exceeds c is known, and that R
    is no less than (c ‖W‖)^{t-k} is tried for weights small and large.
    """
    body = bare(left)
    kinds = ("‖", "‖2", "|") if model.scalar else ("‖", "‖2")
    inner = bare(body.body) if isinstance(body, Normed) and body.kind in kinds else None
    if not isinstance(inner, Derivative) or inner.of is None:
        return False
    of, by = bare(inner.of), bare(inner.by)
    activation = _activation(model)
    if not isinstance(of, Sym) or not isinstance(by, Sym) or activation is None:
        return False
    if len(of.subs) != 1 or of.sups or model.states() != {model.ref(of).name}:
        return False
    if model.ref(by).name != model.ref(of).name:
        return False
    weights = [
        name for name in sorted(nets[0].read)
        if name not in model.definitions and not model.symbols.has_time(name.split("_")[0])
        and name not in model.symbols.times
    ]  # fmt: skip
    try:
        return any(
            all(
                _bounded(Evaluator(net, sense.reading), (of, by), right, env, activation, weight)
                for net in nets for env in assignments(model, (left, right), net)
            )
            for weight in weights
        )  # fmt: skip
    except NotUnderstood:
        return False


def _bounded(
    evaluator: Evaluator,
    derivative: tuple[Sym, Sym],
    right: Tree,
    env: dict[str, int],
    activation: Sym,
    weight: str,
) -> bool:
    """Whether the steps between two states have slopes and one weight, and R bounds their norm."""
    model = evaluator.model
    value = evaluator.net.leaf(weight, None)[0].real
    if value.shape[0] != value.shape[1] or (value.shape[0] == 1 and not model.scalar):
        return False
    of, by = derivative
    bound = evaluator.value(right, env)
    first, last = (evaluator.index(each.subs[0], env) for each in (by, of))
    if last <= first or not bound.scalar:
        return False
    known = STEEPEST.get(model.kinds.get("function " + activation.name, activation.name))
    steepest = evaluator.steepest(activation) if known is None else known
    jacobians = _steps(evaluator, of, range(first + 1, last + 1))
    if not all(_of_slopes(jacobian, value, steepest) for jacobian in jacobians):
        return False
    norm = float((steepest * np.linalg.norm(value, 2)) ** len(jacobians))
    return bool(bound.array[0, 0, 0].real >= norm * (1 - ROUNDING))


def _steps(evaluator: Evaluator, state: Sym, times: range) -> list[Array]:
    """∂h_j/∂h_{j-1} at each time."""
    here = Sym(state.start, state.end, True, "v")
    one = Num(state.start, state.end, True, Fraction(1))
    before = Addition(state.start, state.end, True, (here, one), ("+", "-"))
    of, by = (replace(state, subs=(index,)) for index in (here, before))
    step = Derivative(state.start, state.end, True, of, by, "")
    return [evaluator.value(step, {"v": at}).array[0].real for at in times]


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
