"""Content as a key: equal things have one, others another, and what can not be told has none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Function, Integer, Symbol, sin

from symrnn import content
from symrnn.cells import cell, named, names
from symrnn.language.activations import X, activation
from symrnn.theory.about import subject_of


@dataclass(frozen=True)
class Pair:
    first: Any
    second: Any


Trees = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.text(max_size=2)),
    lambda each: st.one_of(
        st.lists(each, max_size=3).map(tuple),
        st.frozensets(each, max_size=3),
        st.builds(Pair, each, each),
    ),
)


def _told_apart(thing: Any) -> Any:
    """A thing in which 1 and True are not equal."""
    if isinstance(thing, Pair):
        return "pair", _told_apart(thing.first), _told_apart(thing.second)
    if isinstance(thing, tuple):
        return "row", tuple(map(_told_apart, thing))
    if isinstance(thing, frozenset):
        return "set", frozenset(map(_told_apart, thing))
    return type(thing).__name__, thing


@given(Trees, Trees)
def test_two_things_have_one_key_where_they_are_equal(one: Any, other: Any) -> None:
    same = _told_apart(one) == _told_apart(other)
    assert (content.key(one) == content.key(other)) == same


ALIKE: list[tuple[Any, Any]] = [
    (Symbol("x"), Symbol("x", real=True)),
    (Symbol("x"), Function("x")),
    (Function("f")(X), Function("f", real=True)(X)),
    (Function("sin")(X), sin(X)),
    (Integer(1), 1),
    (activation(X**2, "f"), activation(X**3, "f")),
    (("ab", "c"), ("a", "bc")),
    ((("a",), "b"), (("a", "b"),)),
    (subject_of(cell("h = tanh(W h' + b)")), subject_of(cell("h = tanh(W h' - b)"))),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_what_is_called_alike_is_told_apart(one: Any, other: Any) -> None:
    assert content.key(one) != content.key(other)


def test_every_cell_that_comes_along_has_a_key_of_its_own() -> None:
    keys = {name: content.key(subject_of(named(name))) for name in names()}
    assert [pair for pair in combinations(keys, 2) if keys[pair[0]] == keys[pair[1]]] == []
    assert keys == {name: content.key(subject_of(named(name))) for name in names()}


def _made() -> Any:
    class Here:
        pass

    return Here()


@pytest.mark.parametrize("thing", [lambda: 1, object(), _made(), iter(())])
def test_what_has_no_content_that_can_be_told_has_no_key(thing: Callable[[], Any]) -> None:
    with pytest.raises(content.NoContentError):
        content.key((thing,))


def test_the_program_is_told_by_its_text() -> None:
    assert content.program("kernel") != content.program("theory")
    assert len({content.program(), content.program("kernel"), content.program("theory")}) == 3
