"""Planted bugs are named, right code is not accused."""

from __future__ import annotations

import numpy as np
import pytest
from planted_bugs import CODE, PLANTED

from symrnn.crosscheck import check_gradients

FEW = [
    ("elman", "state not carried"),
    ("elman", "carry dropped"),
    ("elman", "slope of the output"),
    ("elman", "square lost"),
    ("elman", "outer transposed"),
    ("elman", "truncated 2"),
    ("elman", "clip by norm"),
    ("elman", "mean over batch"),
    ("gru", "reset before"),
    ("gru", "z for 1 - z"),
    ("gru", "c_n without r"),
]


def named_rightly(cell: str, bug: str) -> bool:
    make, bugs = CODE[cell]
    report = check_gradients(cell, make(bug))
    assert not report.agrees
    said = [*report.slips, *report.ties]
    assert all(any(word in each for word in bugs[bug]) for each in report.slips[:1]) or any(
        word in each for word in bugs[bug] for each in said
    ), str(report)
    return True


@pytest.mark.parametrize("cell, bug", FEW)
def test_a_planted_bug_is_named(cell: str, bug: str) -> None:
    assert named_rightly(cell, bug)


@pytest.mark.slow
@pytest.mark.parametrize("cell, bug", PLANTED)
def test_every_planted_bug_is_named(cell: str, bug: str) -> None:
    assert named_rightly(cell, bug)


@pytest.mark.parametrize(
    "bugs",
    [
        ("state of this step", "carry transposed"),
        ("mean over batch", "slope missing"),
        ("bias mean", "U overwritten"),
    ],
)
def test_two_bugs_are_named(bugs: tuple[str, str]) -> None:
    make, words = CODE["elman"]
    report = check_gradients("elman", make(*bugs))
    said = "; ".join(report.slips)
    assert all(any(word in said for word in words[bug]) for bug in bugs), str(report)


@pytest.mark.parametrize("cell", CODE)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_right_code_agrees(cell: str, dtype: str) -> None:
    make, _ = CODE[cell]
    for seed, (d, m, steps, batch) in enumerate([(1, 1, 1, 1), (2, 5, 9, 4), (7, 1, 30, 2)]):
        report = check_gradients(
            cell, make(), sizes={"d": d, "m": m}, steps=steps, batch=batch, dtype=dtype, seed=seed
        )
        assert report.agrees, str(report)


def test_what_is_no_slip_of_ours_is_not_named() -> None:
    make, _ = CODE["elman"]
    right = make()

    def strange(W, U, b, x, h0, dh):
        found = right(W, U, b, x, h0, dh)
        found["W"] = found["W"] * (1 + 0.1 * np.sin(found["W"]))
        return found

    report = check_gradients("elman", strange)
    assert not report.agrees and report.slips == () and "none of ours" in str(report)


def test_a_slip_that_shows_at_some_nets_alone_is_not_named() -> None:
    make, _ = CODE["elman"]
    right, wrong = make(), make("bias mean")

    def sometimes(W, U, b, x, h0, dh):
        return (wrong if len(x) == 5 else right)(W, U, b, x, h0, dh)

    report = check_gradients("elman", sometimes)
    assert not report.agrees and report.slips == ()
