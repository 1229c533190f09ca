"""σ and σ′ keep their digits in every library that the kernels are run with, and in JavaScript.

Compiled by numba they are run as the kernels run them: one unit with W = U = 1 and b = s_0 = 0 has
s_1 = σ(x_1) and ∂s_1/∂s_0 = σ′(x_1). All activations and spellings: `pytest -m slow`.
"""

from __future__ import annotations

import importlib
import json
import subprocess
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
import pytest
import sympy
from references import ALL, allowed, expected, places

from symrnn import elman
from symrnn.language.activations import X, activation
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.libraries import BACKENDS
from symrnn.numeric.stable.kept import kept
from symrnn.numeric.stable.measure import Reference
from symrnn.numeric.stable.pieces import at_kink
from symrnn.numeric.stable.plan import MARGIN, PROMISED
from symrnn.typeset.javascript import scalar_function

RUNTIME = (files("symrnn.typeset") / "templates" / "matrices.js").read_text(encoding="utf-8")
VANISH = (sympy.exp, sympy.tanh, sympy.cosh, sympy.sinh, sympy.erf, sympy.log)
"""What may be so small far away that it is no float any more."""

FEW = ["tanh", "softplus", "silu", "gelu", "elu", "softsign", "x e^x/(1+e^x)", "log cosh"]
COMPILED = ["arctan", "gelu"]
"""The slope of arctan is taken by parts that end beyond what 64 bits hold."""


@lru_cache(maxsize=4)
def one_unit(name: str, dtype: str, x: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
    """σ and σ′ through compiled kernels."""
    kernels = Kernels(elman(ALL[name]), compiled=True)
    one, none = np.ones((1, 1), dtype), np.zeros((len(x), 1), dtype)
    run = kernels.run(one, one, none[0], none, np.array(x, dtype).reshape(1, -1, 1))
    slopes = kernels.jacobian(run, 1, 0)
    assert set(kernels.ran.values()) == {"numba"}
    return run.states[1].ravel(), slopes.ravel()


def by_numba(name: str, order: int, x: np.ndarray) -> np.ndarray:
    return one_unit(name, x.dtype.name, tuple(x.tolist()))[order]


def by_javascript(name: str, order: int, x: np.ndarray) -> np.ndarray:
    sigma = activation(ALL[name])
    function = scalar_function(sigma.prime if order else sigma)
    code = (
        f"{RUNTIME}\nconst x = JSON.parse(require('fs').readFileSync(0, 'utf8'));\n"
        f"console.log(JSON.stringify(x.map({function})));"
    )
    done = subprocess.run(
        ["node", "-e", code], input=json.dumps(x.tolist()), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    # JSON has 1e20 without a point.
    return np.array(json.loads(done.stdout), float)


def by_library(library: str) -> Callable[[str, int, np.ndarray], np.ndarray]:
    def run(name: str, order: int, x: np.ndarray) -> np.ndarray:
        sigma = activation(ALL[name])
        return np.asarray(BACKENDS[library].scalar(sigma.prime if order else sigma)(x))

    return run


RUN = {
    "torch": by_library("torch"),
    "jax": by_library("jax"),
    "numba": by_numba,
    "javascript": by_javascript,
}


def formula_of(name: str, order: int) -> Any:
    sigma = activation(ALL[name])
    return (sigma.prime if order else sigma).at(X)


@lru_cache(maxsize=256)
def exact(name: str, order: int, dtype: str) -> Reference:
    """The values at a part of the places: all sizes, both signs, away from kinks."""
    info = np.finfo(dtype)
    x = np.concatenate([places()[order::4], [-20.0, 0.0, 20.0, 720.0, 1e3, 1e8]])
    x = x[(np.abs(x) < float(info.max) / 4) & ((np.abs(x) > 4 * float(info.tiny)) | (x == 0))]
    x = x.astype(dtype)
    x = x[~at_kink(activation(ALL[name]), x)]
    return expected(formula_of(name, order), x.astype(float))


@lru_cache(maxsize=256)
def normal(name: str, order: int, dtype: str) -> Reference:
    """Those where σ and σ′ are normal numbers: a kernel refuses the others."""
    found, info = exact(name, order, dtype), np.finfo(dtype)
    inside = np.abs(found.x) < 1 / np.sqrt(float(info.tiny)) / 4
    for each in range(2):
        formula = formula_of(name, each)
        size = np.abs(found.high if each == order else expected(formula, found.x).high)
        constant = (size == 0) & (not formula.has(*VANISH))
        inside &= size < float(info.max) / 4
        at_zero = (size == 0) & (found.x == 0)
        inside &= (size > 4 * float(info.tiny)) | constant | at_zero
    part = object.__new__(Reference)
    part.x, part.high, part.low = (each[inside] for each in (found.x, found.high, found.low))
    return part


@lru_cache(maxsize=256)
def stated(name: str, order: int, library: str) -> dict[str, float]:
    """How many ulp may be lost, by dtype."""
    formula, sigma = formula_of(name, order), activation(ALL[name])
    if library not in BACKENDS:
        return {dtype: allowed(formula, dtype) for dtype in ("float64", "float32")}
    chosen = BACKENDS[library]
    found = kept(formula, chosen.scalar(sigma.prime if order else sigma), chosen.least)
    assert found.worst is not None
    return {
        dtype: max(PROMISED, MARGIN * found.worst[dtype]) if dtype in found.where else PROMISED
        for dtype in found.worst
    }


def check(name: str, library: str, dtype: str, most: float = np.inf) -> None:
    for order in range(2):
        reference = (normal if library == "numba" else exact)(name, order, dtype)
        with np.errstate(under="ignore"):
            got = RUN[library](name, order, reference.x.astype(dtype)).astype(float)
        least = getattr(BACKENDS.get(library), "least", 1) * float(np.finfo(dtype).tiny)
        given = (np.abs(reference.high) >= least) | (reference.high == 0)
        ulps = reference.of_values(got, dtype, given)
        worst = float(np.nanmax(ulps))
        where = reference.x[int(np.nanargmax(ulps))]
        assert worst <= stated(name, order, library)[dtype], (order, where)
        assert stated(name, order, library)[dtype] <= most


def ready(library: str, require_module: Callable[[str], Any]) -> None:
    if library != "javascript":
        require_module(library)
    if library == "jax":
        importlib.import_module("jax").config.update("jax_enable_x64", True)


CASES = [
    *((name, library, dtype) for name in FEW for library in ("torch", "jax")
      for dtype in ("float64", "float32")),
    *((name, "javascript", "float64") for name in FEW),
    *((name, "numba", "float64") for name in COMPILED),
]  # fmt: skip


@pytest.mark.parametrize(("name", "library", "dtype"), CASES)
def test_values_and_slopes_keep_their_digits_there_too(
    name: str, library: str, dtype: str, require_module: Callable[[str], Any]
) -> None:
    ready(library, require_module)
    check(name, library, dtype, 60)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("library", RUN)
@pytest.mark.parametrize("name", ALL)
def test_all_of_them(
    name: str, library: str, dtype: str, require_module: Callable[[str], Any]
) -> None:
    if library == "javascript" and dtype == "float32":
        pytest.skip("numbers of JavaScript are float64")
    ready(library, require_module)
    check(name, library, dtype)


def test_a_library_that_loses_digits_says_so() -> None:
    formula = ALL["tanh"]
    assert str(kept(formula, np.tanh)) == "within 4 ulp"
    rounded = kept(formula, lambda x: np.tanh(x) * x.dtype.type(1 + 40 * np.finfo(x.dtype).eps))
    assert set(rounded.where) == {"float64", "float32"} and rounded.worst["float64"] > 30
    assert "ulp for" in str(rounded)
