"""The work items themselves at their quick sizes, ours alone; and the unrolled derivation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from elman_by_hand import loss_gradients, state_jacobian

from symrnn.bench.contender import OURS, Contender, Work
from symrnn.bench.goals import UNKNOWN
from symrnn.bench.inputs import net
from symrnn.bench.measure import QUICK, measure, ratios
from symrnn.bench.peers.sympy import LOSS, STATE, Unrolled, evaluated, in_process, unrolled
from symrnn.bench.suite import ITEMS, run
from symrnn.bench.work import (
    bptt,
    choice,
    derivation,
    gated,
    gradient_check,
    jacobian,
    long_product,
    truncation,
)
from symrnn.errors import DisagreementError, IllFormedError
from symrnn.numeric.activations import ACTIVATIONS
from symrnn.numeric.differences import relative_error


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No peer is installed."""
    monkeypatch.setattr(choice, "installed", lambda name: False)


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("item", [jacobian, bptt, truncation, gradient_check])
def test_without_peers_each_is_named_as_missing(item: Any) -> None:
    for work in item.works(quick=True):
        assert set(work.missing) == set(item.PEERS)
        assert work.contenders[0].name == OURS and work.goals == ()


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("item", [jacobian, bptt, truncation, gradient_check])
def test_at_full_sizes_every_goal_has_a_figure(item: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def small(d: int, steps: int, batch: int = 0, **other: Any) -> Any:
        return net(3, steps, min(batch, 1), **other)

    monkeypatch.setattr(item, "net", small)
    for work in item.works(quick=False):
        names = [each.name for each in work.contenders]
        seconds = dict.fromkeys([*names, "torch gradcheck", "numdifftools Gradient"], 1.0)
        results = {work.contenders[0].name: work.contenders[0].run()}
        figures = {**ratios(seconds), **work.quantities(results, seconds)}
        assert work.goals
        assert all(goal.verdict(figures) != UNKNOWN for goal in work.goals)


@pytest.mark.usefixtures("alone")
def test_ours_is_the_derivative_it_says() -> None:
    tanh = ACTIVATIONS["tanh"]
    (first, _), (second, _) = jacobian.works(quick=True), bptt.works(quick=True)
    numbers = net(3, 5)
    assert first.sizes == {"d": 3, "T": 5}
    expected = state_jacobian(*numbers.arguments(), tanh, 5, 0)
    assert relative_error(first.contenders[0].run(), expected) < 1e-12
    many = net(3, 6, 2)

    def loss(states: Any) -> Any:
        return (states[1:] * many.g[:, None]).sum(axis=(0, 2, 3))

    gradients = loss_gradients(*many.arguments(), tanh, loss)
    for name, found in zip(("W", "U", "b"), second.contenders[0].run(), strict=True):
        assert relative_error(found, getattr(gradients, name)) < 1e-12


@pytest.mark.parametrize("peer", ["torch", "jax"])
def test_gated_cells_against_the_frameworks(
    peer: str, monkeypatch: pytest.MonkeyPatch, require_module: Callable[[str], Any]
) -> None:
    require_module(peer)
    monkeypatch.setattr(choice, "installed", lambda name: name == peer)
    works = list(gated.works(quick=True))
    assert [work.name for work in works] == [
        f"all gradients, {cell}, {dtype}, slopes by values"
        for cell in ("lstm", "gru")
        for dtype in ("float64", "float32")
    ]
    # Compiling is what takes time: each cell in one precision.
    for work, bound in ((works[0], 1e-12), (works[3], 1e-5)):
        row = measure(work, QUICK)
        assert len(row.disagreement) == 1 and max(row.disagreement.values()) < bound
    work = works[0]
    other = gated.gated("lstm", 4, 5, 2, "float64", seed=1)
    planted = replace(
        work.contenders[0], run=lambda: gated._gradients(gated.Kernels(other.cell), other)
    )
    with pytest.raises(DisagreementError, match="disagree"):
        measure(replace(work, contenders=(planted, *work.contenders[1:])), QUICK)


@pytest.mark.usefixtures("alone")
def test_gated_cells_have_a_figure_for_every_goal(monkeypatch: pytest.MonkeyPatch) -> None:
    made = gated.gated
    monkeypatch.setattr(gated, "gated", lambda cell, d, T, batch, dtype: made(cell, 3, 4, 2, dtype))
    works = list(gated.works(quick=False))
    assert len(works) == 12 and all(set(work.missing) == {*gated.PEERS} for work in works)
    for work in works:
        names = [each.name for each in work.contenders]
        figures = ratios(dict.fromkeys([*names, "torch nn.LSTM"], 1.0))
        assert work.goals
        assert all(goal.verdict(figures) != UNKNOWN for goal in work.goals)


@pytest.mark.parametrize("what", [STATE, LOSS])
def test_the_unrolled_derivation_is_ours(what: str) -> None:
    numbers = net(2, 2)
    entries, symbols = unrolled(what, 2, 2)
    given = np.concatenate([numbers.W.ravel(), numbers.b, numbers.s0])
    found = evaluated(entries, dict(zip(symbols, given, strict=True)))
    work = next(w for w in derivation.works(quick=True) if w.name == f"derivation of {what}")
    ours = work.contenders[0]
    assert ours.value is not None
    values = ours.value(ours.run())
    assert values is not None
    assert relative_error(found, values[0]) < 1e-12


def test_an_unrolled_derivation_ends_at_its_limit() -> None:
    numbers = net(2, 1)
    found = in_process(STATE, numbers.W, numbers.b, numbers.s0, 1, limit=1e-3)
    assert found == Unrolled(1e-3, None)


def test_a_long_product_is_right_and_every_goal_has_a_figure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(long_product, "COMPARED", 20)
    monkeypatch.setattr(long_product, "LONG", 40)
    compared, long = (measure(work, QUICK) for work in long_product.works(quick=False))
    assert compared.disagreement["mpmath"] < 1e-12
    for row in (compared, long):
        assert row.work.goals
        assert all(goal.verdict(row.figures) != UNKNOWN for goal in row.work.goals)


def test_the_suite_runs_what_is_asked_for() -> None:
    told: list[tuple[str, int, int]] = []

    def works(quick: bool) -> Iterator[Work]:
        assert quick
        yield Work("w", {"d": 1}, (Contender(OURS, lambda: 1.0),))

    rows = run(lambda *news: told.append(news), True, ("b",), {"a": works, "b": works})
    assert len(rows) == 1 and told == [("w d = 1", 0, 1)]
    with pytest.raises(IllFormedError, match="unknown work item"):
        run(lambda *news: None, True, ("no such item",))
    assert set(ITEMS) >= {"jacobian", "bptt", "truncated", "check", "derivation", "import", "gated"}
