"""Paths in fewer characters draw the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symrnn.typeset.svg_path import shortened


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("M 53.09 27.24  L 58.18 31.56  L 63.27 35.89  ", "M53.1 27.2l5.1 4.4 5.1 4.3"),
        ("M 0 0  L 0 3.5  z ", "M0 0l0 3.5z"),
        ("M 10 20 H 5 V 22.5 Q 1 2 3 4 C 1 1 2 2 3 3", "M10 20h-5v2.5q-4-20.5-2-18.5c-2-3-1-2 0-1"),
        ("M 1 1 L 2 2 z M 3 3 L 2 2", "M1 1l1 1zM3 3l-1-1"),
        ("M 1 1 2 2 3 3", "M1 1l1 1 1 1"),
        ("M 1 1 A 2 2 0 0 0 3 3", "M 1 1 A 2 2 0 0 0 3 3"),
        ("m 1 1 l 2 2", "m 1 1 l 2 2"),
        ("M 0.04 -0.04 L 1e-05 -0.5", "M0 0l0-.5"),
        ("", ""),
    ],
)
def test_known_paths(given: str, expected: str) -> None:
    assert shortened(given) == expected


coordinate = st.floats(-1e4, 1e4, allow_nan=False)


@given(st.lists(st.tuples(coordinate, coordinate), min_size=2, max_size=30))
def test_no_error_adds_up(points: list[tuple[float, float]]) -> None:
    d = "M " + " L ".join(f"{x:.3f} {y:.3f}" for x, y in points)
    drawn = read_back(shortened(d))
    assert len(drawn) == len(points)
    for (x, y), (left, top) in zip(points, drawn, strict=True):
        assert abs(x - left) <= 0.0511 and abs(y - top) <= 0.0511


def read_back(d: str) -> list[tuple[float, float]]:
    """The points of a path of lines, by the place of each."""
    numbers = [float(n) for n in d.replace("-", " -").replace("M", "").replace("l", " ").split()]
    steps = list(zip(numbers[::2], numbers[1::2], strict=True))
    x = y = 0.0
    found = []
    for right, down in steps:
        x, y = x + right, y + down
        found.append((x, y))
    return found
