"""Compiled groups between products: the NumPy loops' results, and functions to the ulp promised."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import mpmath
import numpy as np
import pytest

from symrnn.cells import named
from symrnn.numeric import loop_passes
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.loops import groups, vectorised
from symrnn.numeric.loops.fused import fuse
from symrnn.numeric.loops.plan import plan
from symrnn.numeric.thresholds import Thresholds, assuming
from symrnn.numeric.weights import random_weights

MAKERS = {"exp": vectorised._exp, "tanh": vectorised._tanh}


@pytest.fixture
def numba(require_module: Callable[[str], Any]) -> Any:
    return require_module("numba")


def interpreted(name: str, form: Any) -> Callable[[Any], Any]:
    """The function as Python runs it, number by number."""
    return MAKERS[name](
        form,
        numba=SimpleNamespace(literal_unroll=tuple),
        bits=lambda value: value.view(form.integer),
        floating=lambda value: value.view(form.real),
    )


def worst(name: str, form: Any) -> float:
    """The largest error in ulp, against 40 digits."""
    rng, function = np.random.default_rng(0), interpreted(name, form)
    points = [*rng.normal(size=60), *rng.uniform(-80, 80, 60), *10 ** rng.uniform(-12, 0, 30)]
    found = 0.0
    with mpmath.workdps(40):
        for point in map(form.real, points):
            exact = getattr(mpmath, name)(mpmath.mpf(float(point)))
            ulp = np.spacing(form.real(abs(float(exact))))
            found = max(found, float(abs(float(function(point)) - exact) / float(ulp)))
    return found


@pytest.mark.parametrize("kind", vectorised._FORMATS)
@pytest.mark.parametrize("name", MAKERS)
def test_functions_are_as_exact_as_promised(name: str, kind: str) -> None:
    form = vectorised._FORMATS[kind]
    assert worst(name, form) <= vectorised.ULP[name]
    assert worst(name, replace(form, degree=form.degree - 3)) > vectorised.ULP[name]


def test_ends_of_the_range(numba: Any) -> None:
    own = vectorised.functions()
    tiny, big = 5e-324, np.finfo(float).max
    points = [-np.inf, -746.0, -745.0, -709.0, -1e-320, -0.0, 0.0, 709.7, 710.0, np.inf, np.nan]
    for name in MAKERS:
        for x in points:
            with np.errstate(over="ignore"):
                expected = getattr(np, name)(x)
            np.testing.assert_allclose(own[name](x), expected, rtol=1e-15, atol=2 * tiny)
    assert np.signbit(own["tanh"](-0.0)) and own["exp"](np.log(big)) < np.inf


# A product between two groups, parts of one vector, steps that read what is not returned.
def test_groups_agree_with_the_loops_of_numpy(numba: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = Kernels(named("gru"), compiled=True), Kernels(named("gru"))
    weights = random_weights(ours.cell, d=5, m=3, steps=6, seed=1, batch=(2, 2))
    with assuming(Thresholds(compiled_entries=0)):
        run = ours.forward(weights)
    plain = theirs.forward(weights)
    given = {"h": np.cos(np.arange(plain["h"][1:].size)).reshape(plain["h"][1:].shape)}
    with assuming(Thresholds(compiled_entries=0)):
        found = ours.backward(run, given)
    expected = theirs.backward(plain, given)
    assert ours.ran == {"forward": "groups", "backward": "groups"}
    for name in plain.named:
        np.testing.assert_allclose(run[name], plain[name], 1e-13, 1e-13)
    for (_, name, mine), (_, _, other) in zip(found, expected, strict=True):
        np.testing.assert_allclose(mine, other, 2e-12, 2e-12, err_msg=name)


def test_what_a_step_reads_is_there_and_what_nobody_reads_has_no_array() -> None:
    loops = Kernels(named("lstm")).derived
    passes = loop_passes.LoopPasses(loops)
    for name in loop_passes.GROUPED:
        recursion = passes.recursion(name, loops.adjoint)
        assert recursion is not None
        whole, steps = groups.steps_of(fuse(plan(recursion)))
        done: set[str] = set()
        made = {o.target.name for o in whole.at(2) if o.target.offset is None}
        for step in steps:
            inside = step.operations if isinstance(step, groups.Group) else (step,)
            for operation in inside:
                for argument in operation.arguments:
                    parts = {n for n, view in whole.views.items() if view.of == argument.name}
                    needed = (parts or {argument.name}) & made
                    assert needed <= done, (name, argument.name)
                done.add(operation.target.name)
        (group,) = (step for step in steps if isinstance(step, groups.Group))
        assert group.unwritten and not group.unwritten & {*whole.views, *whole.stored}
