"""The unrolled recurrence, with the paths that BPTT sums and those that truncation drops."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from symrnn.language.derivatives import D, D_plus
from symrnn.language.notation import LECTURE, Notation
from symrnn.language.structure import Vec
from symrnn.language.writing import latex
from symrnn.theory.about import Subject
from symrnn.typeset.blocks import Data, Figure
from symrnn.typeset.figures.graph import Arrow, Graph, Kind, Node, graph_figure
from symrnn.typeset.plain_maths import unicode_of

LAST, FACTORS = 5, 2
"""The time t of the loss, and the truncation length τ in factors."""


def unrolled(
    rnn: Subject, notation: Notation = LECTURE, last: int = LAST, tau: int = FACTORS
) -> Graph:
    """The graph of s_0 … s_t with L_t, W once for each step, and the arrows of the gradient.

    The term of k goes from L_t back over s_t … s_k to W; it is kept where t - k ≤ τ.
    """
    return Graph(
        tuple(_nodes(rnn, notation, last)),
        (*_forward(last, bool(rnn.recurrence.inputs)), *_backward(rnn, notation, last, tau)),
        {"kept": "paths that are summed", "dropped": "paths that truncation drops"},
    )


def unrolled_figure(rnn: Subject, notation: Notation = LECTURE) -> Figure:
    """The graph as a figure, each path a row of its data."""

    def said(node: Any) -> str:
        return unicode_of(latex(node, notation))

    s, loss, W = rnn.s, rnn.L[LAST], rnn.shown_parameters[0]
    rows = tuple(
        (
            k,
            " → ".join(map(said, (loss, *(s[j] for j in range(LAST, k - 1, -1)), W))),
            "kept" if LAST - k <= FACTORS else "dropped",
        )
        for k in range(LAST, 0, -1)
    )
    earlier = said(rnn.k)
    held = LAST - FACTORS - 1
    gradient, state = (
        latex(D(loss, W, notation.layout), notation),
        latex(s[held], notation),
    )
    return graph_figure(
        unrolled(rnn, notation),
        name="unrolled",
        caption=f"${gradient}$ is a sum over the paths from ${latex(loss, notation)}$ back "
        f"to ${latex(W, notation)}$, one for each step. With "
        f"${notation.letter('tau')} = {FACTORS}$ factors those end that go through ${state}$, "
        "which is held constant.",
        alt=f"The recurrence unrolled from {said(s[0])} to {said(s[LAST])} with the loss "
        f"{said(loss)}. "
        + " ".join(f"Path of {earlier} = {k}, {kept}: {path}." for k, path, kept in rows),
        data=Data((earlier, "path", "truncation"), rows),
    )


def _nodes(rnn: Subject, notation: Notation, last: int) -> Iterator[Node]:
    for j in range(last + 1):
        yield Node(f"s{j}", latex(rnn.s[j], notation), 1.3 * j, 0)
        if j:
            yield Node(f"W{j}", latex(rnn.shown_parameters[0], notation), 1.3 * j, 1.15, "square")
            for x in rnn.recurrence.inputs[:1]:
                yield Node(f"x{j}", latex(x[j], notation), 1.3 * j, -1.25, "plain")
    yield Node("L", latex(rnn.L[last], notation), 1.3 * (last + 1), 0, "square")


def _forward(last: int, inputs: bool) -> Iterator[Arrow]:
    for j in range(1, last + 1):
        yield Arrow(f"s{j - 1}", f"s{j}")
        if inputs:
            yield Arrow(f"x{j}", f"s{j}")
        yield Arrow(f"W{j}", f"s{j}")
    yield Arrow(f"s{last}", "L")


def _backward(rnn: Subject, notation: Notation, last: int, tau: int) -> Iterator[Arrow]:
    s, layout = rnn.s, notation.layout

    def beside(derivative: Any) -> str:
        return latex(derivative, notation)

    outer = D(rnn.L[last], s[last], layout)
    yield Arrow("L", f"s{last}", "kept", 42, beside(outer))
    for k in range(last, 0, -1):
        kind: Kind = "kept" if last - k <= tau else "dropped"
        if k < last:
            between = D(s[k + 1], s[k], layout)
            yield Arrow(f"s{k + 1}", f"s{k}", kind, 42, beside(between))
        immediate = D_plus(s[k], Vec(rnn.shown_parameters[0]), layout)
        yield Arrow(f"s{k}", f"W{k}", kind, -42, beside(immediate))
