"""Bounds on Jacobians by the largest slope of an activation: ‖∂h_t/∂h_k‖ ≤ (c ‖W‖)^{t-k}."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import numpy as np

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
"""The largest slope of activations."""
SCALES = (0.2, 1.0, 3.0)
"""Weights that are small, usual and large: a bound holds for all."""


def scaled_nets(model: Model, sense: Sense) -> Iterator[Net]:
    """Random nets whose weights are small, usual and large."""
    for number, scale in enumerate((*SCALES, *SCALES)):
        pool = POOLS[number % len(POOLS)]
        net = Net(model, number + 1, pool, sense.sigma, sense.first, sense.loss, sense.at_rest)
        for name in net.read:
            known = name in model.definitions or name in model.symbols.times
            if not known and not model.symbols.has_time(name.split("_")[0]):
                rows, cols = net.extent(name)
                if rows > 1 and cols > 1:
                    net.values["leaf", name, None] = _weight(net, name, rows, cols) * scale
        yield net


def _weight(net: Net, name: str, rows: int, cols: int) -> Array:
    """A random weight; in every second net an orthogonal one, whose powers have its norm."""
    value = net.leaf(name, None)
    if rows != cols or net.seed <= len(SCALES):
        return value
    return np.asarray(np.linalg.qr(value.real[0])[0][None] + 0j)


def by_slopes(model: Model, left: Tree, right: Tree, sense: Sense) -> bool:
    """Whether ‖∂h_t/∂h_k‖ ≤ R follows from ∂h_j/∂h_{j-1} = D_j W with |D_j| ≤ c.

    That each step is such a product is seen on nets, that no slope exceeds c is known, and that R
    is no less than (c ‖W‖)^{t-k} is tried for weights small and large.
    """
    body = bare(left)
    inner = bare(body.body) if isinstance(body, Normed) and body.kind in ("‖", "‖2") else None
    if not isinstance(inner, Derivative) or inner.of is None:
        return False
    of, by = bare(inner.of), bare(inner.by)
    steepest = _steepest(model)
    if not isinstance(of, Sym) or not isinstance(by, Sym) or steepest is None:
        return False
    if len(of.subs) != 1 or of.sups or model.states() != {model.ref(of).name}:
        return False
    if model.ref(by).name != model.ref(of).name:
        return False
    try:
        for net in scaled_nets(model, sense):
            for env in assignments(model, (left, right), net):
                evaluator = Evaluator(net, sense.reading)
                bound = evaluator.value(right, env)
                first, last = (evaluator.index(each.subs[0], env) for each in (by, of))
                if last <= first or not bound.scalar:
                    return False
                norm = _norm_of_steps(evaluator, of, range(first + 1, last + 1), steepest)
                if norm is None or bound.array[0, 0, 0].real < norm * (1 - 1e-9):
                    return False
    except NotUnderstood:
        return False
    return True


def _norm_of_steps(evaluator: Evaluator, state: Sym, times: range, steepest: float) -> float | None:
    """Π c ‖W‖ over the steps, if each is a diagonal matrix of slopes times one W."""
    here = Sym(state.start, state.end, True, "v")
    one = Num(state.start, state.end, True, Fraction(1))
    before = Addition(state.start, state.end, True, (here, one), ("+", "-"))
    step = Derivative(
        state.start,
        state.end,
        True,
        replace(state, subs=(here,)),
        replace(state, subs=(before,)),
        "",
    )
    jacobians = [evaluator.value(step, {"v": at}).array[0].real for at in times]
    net, model = evaluator.net, evaluator.model
    for name in sorted(evaluator.net.read):
        if name in model.definitions or model.symbols.has_time(name.split("_")[0]):
            continue
        weight = net.leaf(name, None)[0].real
        square = weight.shape[0] == weight.shape[1] > 1
        if square and all(_of_slopes(jacobian, weight, steepest) for jacobian in jacobians):
            return float((steepest * np.linalg.norm(weight, 2)) ** len(jacobians))
    return None


def _of_slopes(jacobian: Array, weight: Array, steepest: float) -> bool:
    """Whether a Jacobian is D W or W D with a diagonal D of at most the largest slope."""
    if jacobian.shape != weight.shape or np.linalg.cond(weight) > 1e8:
        return False
    inverse = np.linalg.inv(weight)
    for slopes in (jacobian @ inverse, inverse @ jacobian):
        beside = slopes - np.diag(np.diag(slopes))
        if np.abs(beside).max() < 1e-9 and np.abs(slopes).max() <= steepest * (1 + 1e-9):
            return True
    return False


def _steepest(model: Model) -> float | None:
    """The largest slope of the one activation that the states have; None where it is not known."""
    names: set[str] = set()
    for definition in model.definitions.values():
        if definition.derived or definition.letter is None:
            continue
        for node in walk(definition.value):
            if not isinstance(node, Product):
                continue
            for head, group in zip(node.factors, node.factors[1:], strict=False):
                if isinstance(head, Sym) and isinstance(group, Group):
                    kind = model.is_function(head, group)
                    if kind and head.name != "softmax":
                        names.add(model.kinds.get("function " + head.name, head.name))
    if len(names) != 1:
        return None
    return STEEPEST.get(names.pop())
