"""Every axiom is true at small models, and the tester refuses a wrong twin of each.

An axiom is tested by its row in the tables: one without a row fails. Limits are judged by late
values; everything else is evaluated exactly, or by balls where roots are not rational.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from instances import INSTANCES
from twins import TWINS
from verdict import FALSE, HOLDS, Claim, Models
from worlds import World, cells

from symrnn.cells.elman import elman, sigma_inside
from symrnn.errors import SymrnnError
from symrnn.kernel import axioms
from symrnn.kernel.axioms import blocks, derivatives, limits, norms, numbers, ranges
from symrnn.theory.library import everything, load

EXAMPLES, AT, TRIES = 12, 8, 120


# What SymPy says where it meets 1/0 while a random term, or a twin, is written down.
UNWRITTEN = (SymrnnError, ValueError, TypeError, AttributeError)


def models() -> Models:
    return Models(cells(), breadth=2)


def written(make: Callable[..., Any], *args: Any) -> Any:
    """What is made of arguments, None where it cannot be written down."""
    try:
        return make(*args)
    except UNWRITTEN:
        return None


def accepted(name: str, args: Any) -> Claim | None:
    """What an axiom says of arguments, None where it refuses them."""
    try:
        return None if args is None else Claim.of(axioms()[name](*args))
    except SymrnnError:
        return None


def test_every_axiom_has_a_row() -> None:
    assert set(INSTANCES) == set(axioms())
    assert set(TWINS) == set(axioms())


@pytest.mark.parametrize("name", sorted(axioms()))
def test_an_axiom_is_true(name: str) -> None:
    counts: Counter[str] = Counter()
    at = models()

    def look(source: random.Random, cell: Any, seed: int) -> None:
        claim = accepted(name, written(INSTANCES[name], World(source, cell)))
        if claim is None:
            counts["refused"] += 1
            return
        found = at.verdict(claim, AT, seed)
        counts.update(found.counts)
        assert not found.false_at, f"{claim} at {found.false_at}"

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(st.randoms(use_true_random=False), st.sampled_from(cells()), st.integers(0, 99))
    def instance(source: random.Random, cell: Any, seed: int) -> None:
        look(source, cell, seed)

    instance()
    # Drawn evenly as well: until the hypotheses were met often enough.
    for number in range(TRIES):
        if counts[HOLDS] >= AT * EXAMPLES:
            break
        source = random.Random(f"{name}|{number}")
        look(source, source.choice(cells()), number)
    assert counts[FALSE] == 0
    assert counts[HOLDS] > 0, f"hypotheses are never met: {counts}"


@pytest.mark.parametrize("name", sorted(axioms()))
def test_the_wrong_twin_of_an_axiom_is_refused(name: str) -> None:
    at = models()
    for number in range(TRIES):
        source = random.Random(f"twin {name}|{number}")
        args = written(INSTANCES[name], World(source, source.choice(cells())))
        claim = None if args is None else written(TWINS[name], *args)
        if claim is not None and at.verdict(claim, AT, number).false_at:
            return
    pytest.fail(f"the wrong twin of {name} was never found false")


@pytest.mark.parametrize(
    ("make", "read", "least"), [(elman, everything, 1000), (sigma_inside, load, 200)]
)
def test_every_instance_that_a_shipped_proof_uses_is_true(
    make: Any, read: Any, least: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: dict[Any, Claim] = {}
    for module in (blocks, derivatives, limits, norms, numbers, ranges):
        inner = module._make

        def recorded(*args: Any, made: Any = inner) -> Any:
            theorem = made(*args)
            used[theorem.hypotheses, theorem.relation, theorem.cell] = Claim.of(theorem)
            return theorem

        monkeypatch.setattr(module, "_make", recorded)
    network, library = make(), read()
    for statement in library.values():
        for number, _ in enumerate(statement.parts(network)):
            statement.theorem(network, library, number)
    at, counts = Models((network.recurrence,), breadth=1), Counter[str]()
    for number, claim in enumerate(used.values()):
        found = at.verdict(claim, 3, number)
        counts.update(found.counts)
        assert not found.false_at, f"{claim} at {found.false_at}"
    assert len(used) > least
    assert counts[HOLDS] > len(used)
