"""The order of multiplication: no other order is cheaper, and the value is the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symrnn import Diag, Parameter
from symrnn.numeric.rewrites.association import Pair, associate, multiplications

W, U = Parameter("W", 5, 5), Parameter("U", 5, 2)
v, w = Parameter("v", 5, 1), Parameter("w", 5, 1)


def every_tree(factors: tuple[Any, ...]) -> Iterator[Any]:
    if len(factors) == 1:
        yield factors[0]
    for place in range(1, len(factors)):
        for left in every_tree(factors[:place]):
            for right in every_tree(factors[place:]):
                yield Pair(left, right)


@st.composite
def chains(draw: st.DrawFn) -> tuple[Any, ...]:
    """2 to 5 factors that fit: squares, diagonals, columns, rows, and thin matrices."""
    starts = {5: [W, Diag(v), Diag(w), v, U, W.T], 1: [v.T, w.T], 2: [U.T]}
    factors = [draw(st.sampled_from([W, v.T, U.T, Diag(v)]))]
    for _ in range(draw(st.integers(1, 4))):
        factors.append(draw(st.sampled_from(starts[int(factors[-1].shape[1])])))
    return tuple(factors)


def value(tree: Any, numbers: dict[str, Any]) -> Any:
    if isinstance(tree, Pair):
        return value(tree.left, numbers) @ value(tree.right, numbers)
    if isinstance(tree, Diag):
        return np.diagflat(value(tree.args[0], numbers))
    return numbers[tree.name] if hasattr(tree, "name") else numbers[tree.args[0].name].T


@given(chains(), st.integers(0, 2**32 - 1))
def test_the_tree_is_the_cheapest_and_means_the_same(factors: tuple[Any, ...], seed: int) -> None:
    rng = np.random.default_rng(seed)
    numbers = {p.name: rng.normal(size=[int(n) for n in p.shape]) for p in (W, U, v, w)}
    tree = associate(factors)
    assert multiplications(tree) == min(map(multiplications, every_tree(factors)))
    plain = value(factors[0], numbers)
    for factor in factors[1:]:
        plain = plain @ value(factor, numbers)
    np.testing.assert_allclose(value(tree, numbers), plain, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(
    ("factors", "tree"),
    [
        ((W, W, v), Pair(W, Pair(W, v))),
        ((v.T, W, W), Pair(Pair(v.T, W), W)),
        ((W, v, w.T, W), Pair(Pair(W, v), Pair(w.T, W))),
        ((W, Diag(v), Diag(w), W), Pair(W, Pair(Pair(Diag(v), Diag(w)), W))),
    ],
)
def test_from_the_cheap_side(factors: tuple[Any, ...], tree: Any) -> None:
    assert multiplications(associate(factors)) == multiplications(tree)


def test_the_dear_side_would_be_seen() -> None:
    dear = Pair(Pair(W, W), v)
    assert multiplications(dear) > multiplications(associate((W, W, v)))
