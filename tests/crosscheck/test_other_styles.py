"""Bugs in code of other styles are named, right code of every style is not accused."""

from __future__ import annotations

import numpy as np
import pytest
from other_styles import STYLES

from symrnn.crosscheck import check_gradients

BUGS = [(style, bug) for style, (_, _, bugs, _) in STYLES.items() for bug in bugs]
FEW = [each for each in BUGS if each[0] != "fused"] + [("fused", "c is reset")]
PAIRS = [
    ("net", "targets late", "bias of one sequence"),
    ("net", "square as double", "first input"),
    pytest.param("fused", "db is a mean", "carried by i", marks=pytest.mark.slow),
]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_right_code_of_every_style_agrees(style: str, dtype: str) -> None:
    cell, make, _, asked = STYLES[style]
    for seed, (d, m, steps, batch) in enumerate([(2, 3, 1, 1), (5, 1, 12, 4)]):
        report = check_gradients(
            cell, make(), sizes={"d": d, "m": m}, steps=steps, batch=batch, dtype=dtype, seed=seed,
            **asked,
        )  # fmt: skip
        assert report.agrees, str(report)


@pytest.mark.parametrize("style, bug", FEW)
def test_a_bug_is_named(style: str, bug: str) -> None:
    cell, make, bugs, asked = STYLES[style]
    report = check_gradients(cell, make(bug), **asked)
    assert report.slips and any(word in report.slips[0] for word in bugs[bug]), str(report)


@pytest.mark.parametrize("style, one, other", PAIRS)
def test_a_pair_is_named(style: str, one: str, other: str) -> None:
    cell, make, bugs, asked = STYLES[style]
    report = check_gradients(cell, make(one, other), **asked)
    said = "; ".join(report.slips)
    assert all(any(word in said for word in bugs[bug]) for bug in (one, other)), str(report)


def elman_with_inputs(bug: str = ""):
    def backward(W, U, b, x, h0, dh):
        h, found = [h0], {"W": 0, "U": 0, "b": 0, "dx": np.zeros_like(x)}
        for x_t in x:
            h.append(np.tanh(h[-1] @ W.T + x_t @ U.T + b))
        back = 0
        for t in reversed(range(len(x))):
            d = dh[t] + back
            a = d * (1 - h[t + 1] ** 2)
            found["W"], found["U"] = found["W"] + a.T @ h[t], found["U"] + a.T @ x[t]
            found["b"] = found["b"] + a.sum(0)
            found["dx"][t] = (d if bug else a) @ U
            back = a @ W
        return found

    return backward


def test_a_gradient_of_the_inputs_is_named() -> None:
    assert check_gradients("elman", elman_with_inputs()).agrees
    report = check_gradients("elman", elman_with_inputs("no slope"))
    assert "δ(h) stands for δ(a_h)" in report.slips[0] and "to x" in report.slips[0], str(report)
