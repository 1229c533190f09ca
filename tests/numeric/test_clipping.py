"""The three clippings: their defining properties, on ordinary and on extreme gradients."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from symrnn.errors import IllFormedError
from symrnn.numeric.clipping import (
    clip_by_global_norm,
    clip_by_norm,
    clip_by_value,
    global_norm,
)
from symrnn.numeric.differences import central_differences, relative_error

Array = NDArray[Any]

WIDTHS = {np.float16: 16, np.float32: 32, np.float64: 64}
thresholds = st.floats(5e-324, 1.7e308)


@st.composite
def gradients(draw: st.DrawFn) -> Array:
    """Any finite gradient of any float dtype, or one of moderate size."""
    dtype = draw(st.sampled_from(list(WIDTHS)))
    any_size = st.floats(width=WIDTHS[dtype], allow_nan=False, allow_infinity=False)
    moderate = st.floats(-8, 8, width=WIDTHS[dtype])
    elements = draw(st.sampled_from([any_size, moderate]))
    return draw(arrays(dtype, array_shapes(max_dims=2, max_side=4), elements=elements))


EXTREMES = {
    "zero": np.zeros(3),
    "empty": np.empty(0),
    "subnormal": np.array([5e-324, -1e-320]),
    "least subnormals": np.full(7, 5e-324),
    "1e300": np.array([1e300, -1e300, 0.0]),
    "norm overflows": np.full(5, np.finfo(np.float64).max),
    "float32 squares overflow": np.array([1e30, -2e30], dtype=np.float32),
    "float32 norm overflows": np.full(9, np.finfo(np.float32).max),
    "float16": np.full(9, 6e4, dtype=np.float16),
    "mixed sizes": np.array([1e308, 1.0, 1e-308]),
    "negative zero": np.array([-0.0, 3.0]),
    "many": np.random.default_rng(0).normal(size=100_000),
}
KAPPAS = [5e-324, 1e-310, 1e-300, 1e-20, 0.1, 1.0, 1e20, 1e300, 1.7e308]


def _bits(a: Array) -> bytes:
    return a.tobytes()


@pytest.mark.parametrize("kappa", KAPPAS)
@pytest.mark.parametrize("name", EXTREMES)
def test_extreme_gradients_by_norm(name: str, kappa: float) -> None:
    g = EXTREMES[name]
    clipped = clip_by_norm(g, kappa)
    assert clipped.shape == g.shape and clipped.dtype == g.dtype
    assert np.all(np.isfinite(clipped))
    norm = global_norm([clipped])
    assert norm <= kappa
    if global_norm([g]) <= kappa:
        assert _bits(clipped) == _bits(g)
    elif kappa > np.finfo(g.dtype).tiny / np.finfo(g.dtype).eps:
        assert norm == pytest.approx(kappa, rel=4 * float(np.finfo(g.dtype).eps))
    assert _bits(clip_by_norm(clipped, kappa)) == _bits(clipped)


@given(gradients(), thresholds)
def test_norm_never_exceeds_the_threshold_and_clipping_twice_is_once(
    g: Array, kappa: float
) -> None:
    once = clip_by_norm(g, kappa)
    assert np.all(np.isfinite(once))
    assert global_norm([once]) <= kappa
    assert once.dtype == g.dtype and once.shape == g.shape
    assert _bits(clip_by_norm(once, kappa)) == _bits(once)


@given(gradients(), thresholds)
def test_inside_the_ball_nothing_changes(g: Array, kappa: float) -> None:
    norm = global_norm([g])
    if 0 < norm < np.inf:
        assert _bits(clip_by_norm(g, norm)) == _bits(g)
    if norm <= kappa:
        assert _bits(clip_by_norm(g, kappa)) == _bits(g)


ordinary = arrays(np.float64, 4, elements=st.floats(-100, 100))


@given(ordinary, st.floats(1e-3, 1e3))
def test_the_direction_is_kept(g: Array, kappa: float) -> None:
    clipped = clip_by_norm(g, kappa)
    n = global_norm([g])
    factor = 1.0 if n <= kappa else kappa / n
    np.testing.assert_allclose(clipped, factor * g, rtol=1e-14, atol=1e-300)


@given(ordinary, ordinary, st.floats(1e-3, 1e3))
def test_clipping_is_nonexpansive(g: Array, h: Array, kappa: float) -> None:
    before = np.linalg.norm(g - h)
    after = np.linalg.norm(clip_by_norm(g, kappa) - clip_by_norm(h, kappa))
    # Each result is off by a rounding of its own size.
    assert after <= before * (1 + 1e-12) + 1e-14 * min(kappa, 200)


@given(ordinary, st.floats(1e-3, 1e3), st.integers(-900, 900))
def test_powers_of_two_pass_through(g: Array, kappa: float, exponent: int) -> None:
    """clip(cg, cκ) = c clip(g, κ), up to the rounding of the other branch."""
    scaled = clip_by_norm(np.ldexp(g, exponent), float(np.ldexp(kappa, exponent)))
    expected = np.ldexp(clip_by_norm(g, kappa), exponent)
    assert relative_error(scaled, expected) < 1e-14


@pytest.mark.parametrize("length", [0.5, 0.99, 1.01, 3.0])
def test_jacobian_by_differences_is_the_derived_one(length: float) -> None:
    """I inside the ball; outside κ/n (I - u uᵀ) with u = g/n, n = ‖g‖."""
    u = np.array([2.0, -1.0, 0.5, 1.5])
    u /= np.linalg.norm(u)
    found = central_differences(
        lambda batch: np.stack([clip_by_norm(row, 1.0) for row in batch]), length * u
    )
    expected = np.eye(4) if length < 1 else (np.eye(4) - np.outer(u, u)) / length
    assert relative_error(found, expected) < 1e-9


@given(gradients(), thresholds)
def test_by_value_bounds_every_entry(g: Array, kappa: float) -> None:
    clipped = clip_by_value(g, kappa)
    wide, before = clipped.astype(np.float64), g.astype(np.float64)
    assert clipped.dtype == g.dtype and clipped.shape == g.shape
    assert np.all(np.abs(wide) <= kappa)
    inside = np.abs(before) <= kappa
    np.testing.assert_array_equal(clipped[inside], g[inside])
    assert np.all(wide[~inside] * np.sign(before[~inside]) >= 0)
    assert _bits(clip_by_value(clipped, kappa)) == _bits(clipped)


def test_by_value_changes_the_direction() -> None:
    np.testing.assert_array_equal(clip_by_value([3.0, 0.5], 1.0), [1.0, 0.5])
    assert clip_by_value(np.array([1.0], dtype=np.float32), 0.1)[0] <= 0.1


@given(st.lists(gradients(), max_size=3), thresholds)
def test_global_norm_keeps_the_joint_bound(parts: list[Array], kappa: float) -> None:
    once = clip_by_global_norm(parts, kappa)
    assert global_norm(once) <= kappa
    assert [(c.shape, c.dtype) for c in once] == [(g.shape, g.dtype) for g in parts]
    assert all(np.all(np.isfinite(c)) for c in once)
    twice = clip_by_global_norm(once, kappa)
    assert [_bits(c) for c in twice] == [_bits(c) for c in once]
    if global_norm(parts) <= kappa:
        assert [_bits(c) for c in once] == [_bits(g) for g in parts]


@given(st.lists(ordinary, min_size=1, max_size=3), st.floats(1e-3, 1e3))
def test_global_norm_clips_the_long_vector(parts: list[Array], kappa: float) -> None:
    together = np.concatenate(clip_by_global_norm(parts, kappa))
    expected = clip_by_norm(np.concatenate(parts), kappa)
    np.testing.assert_allclose(together, expected, rtol=1e-14, atol=1e-300)


def test_the_global_norm_is_not_the_sum_of_norms() -> None:
    parts = [np.array([3.0]), np.array([4.0])]
    assert global_norm(parts) == 5.0
    assert [_bits(c) for c in clip_by_global_norm(parts, 5.0)] == [_bits(g) for g in parts]


@pytest.mark.parametrize("kappa", KAPPAS)
def test_extreme_gradients_by_global_norm(kappa: float) -> None:
    parts = list(EXTREMES.values())
    clipped = clip_by_global_norm(parts, kappa)
    assert global_norm(clipped) <= kappa
    assert all(np.all(np.isfinite(c)) for c in clipped)


def test_results_are_new_arrays() -> None:
    g = np.array([0.1])
    for clipped in (
        clip_by_norm(g, 1.0),
        clip_by_value(g, 1.0),
        clip_by_global_norm([g], 1.0)[0],
        clip_by_norm(np.array([np.nan]), 1.0, nonfinite="pass"),
    ):
        assert not np.shares_memory(clipped, g)


CLIPPINGS: list[Callable[..., Any]] = [
    clip_by_norm,
    clip_by_value,
    lambda g, kappa, **options: clip_by_global_norm([g], kappa, **options)[0],
]


@pytest.mark.parametrize("clip", CLIPPINGS)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_gradients_that_are_not_finite(clip: Callable[..., Any], bad: float) -> None:
    g = np.array([1e9, bad])
    with pytest.raises(IllFormedError, match="expected finite entries") as caught:
        clip(g, 1.0)
    assert caught.value.detail == {"not finite": 1, "entries": 2}
    np.testing.assert_array_equal(clip(g, 1.0, nonfinite="pass"), g)
    np.testing.assert_array_equal(clip(np.zeros(2), 1.0, nonfinite="pass"), np.zeros(2))


@pytest.mark.parametrize("clip", CLIPPINGS)
@pytest.mark.parametrize("kappa", [0.0, -1.0, np.nan, np.inf, 1j])
def test_thresholds_out_of_range(clip: Callable[..., Any], kappa: float) -> None:
    with pytest.raises(IllFormedError, match="kappa: expected a finite number > 0"):
        clip(np.ones(2), kappa)


@pytest.mark.parametrize("clip", CLIPPINGS)
def test_other_misuse(clip: Callable[..., Any]) -> None:
    with pytest.raises(IllFormedError, match="nonfinite: expected"):
        clip(np.ones(2), 1.0, nonfinite="ignore")
    with pytest.raises(IllFormedError, match="expected real numbers"):
        clip(np.array([1j]), 1.0)
    assert clip(np.array([3, 4]), 1.0).dtype == np.float64


def test_the_norm_of_nan_is_refused_and_of_infinity_infinite() -> None:
    with pytest.raises(IllFormedError, match="norm of NaN"):
        global_norm([np.array([np.nan])])
    assert global_norm([np.array([np.inf, 1.0])]) == np.inf
    assert global_norm([]) == 0.0


@pytest.mark.parametrize("kappa", [0.01, 1.0, 5.0, 100.0])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_agreement_with_torch(
    require_module: Callable[[str], Any], kappa: float, dtype: type
) -> None:
    """torch multiplies by min(1, κ/(n + 1e-6)), so it always stays a little inside.

    That 1e-6 keeps it from dividing by 0. Its result has the norm κ n/(n + 1e-6): ours times
    n/(n + 1e-6). Where n ≤ κ < n + 1e-6 it even shortens a gradient inside the ball.
    """
    torch = require_module("torch")
    random = np.random.default_rng(3)
    parts = [random.normal(size=shape).astype(dtype) for shape in ((4, 4), (4, 2), (4,))]
    parameters = [torch.zeros(part.shape, dtype=getattr(torch, dtype.__name__)) for part in parts]
    for parameter, part in zip(parameters, parts, strict=True):
        parameter.grad = torch.as_tensor(part.copy())
    n = float(torch.nn.utils.clip_grad_norm_(parameters, kappa))
    assert n == pytest.approx(global_norm(parts), rel=1e-6)

    exact = 8 * float(np.finfo(dtype).eps)
    shrunk = n / (n + 1e-6) if n > kappa else 1.0
    for parameter, ours in zip(parameters, clip_by_global_norm(parts, kappa), strict=True):
        np.testing.assert_allclose(parameter.grad.numpy(), ours * shrunk, rtol=exact)


# ------------------------------------------------------------------ what torch and optax users pass

KAPPA: list[Any] = [
    1,
    1.0,
    np.float16(1),
    np.float32(1),
    np.float64(1),
    np.int8(1),
    np.array(1.0),
    np.array(1, dtype=">i4"),
    Fraction(2, 2),
    Decimal("1.0"),
    sympy.Integer(1),
    sympy.Rational(2, 2),
]


@pytest.mark.parametrize("kappa", KAPPA, ids=lambda k: type(k).__name__)
def test_any_real_number_is_a_threshold(kappa: Any) -> None:
    g = np.array([3.0, 4.0])
    for clip in (clip_by_norm, clip_by_value):
        np.testing.assert_array_equal(clip(g, kappa), clip(g, 1.0))
    np.testing.assert_array_equal(clip_by_global_norm([g], kappa), [clip_by_norm(g, 1.0)])


NO_KAPPA: list[Any] = [
    "1.0",
    b"1",
    None,
    [1.0],
    (1.0,),
    {"kappa": 1.0},
    np.array([1.0]),
    np.array("1.0"),
    np.array(True),
    np.array(1j),
    True,
    np.True_,
    1j,
    np.complex64(1),
    np.datetime64("2020"),
    float("nan"),
    np.float32("inf"),
    0,
    -0.0,
    -1,
    10**400,
    Fraction(10**400, 3),
    Decimal("nan"),
    Decimal("1e999"),
    sympy.Symbol("kappa"),
    len,
]


@pytest.mark.parametrize("kappa", NO_KAPPA, ids=repr)
def test_what_is_no_threshold_is_shown(kappa: Any) -> None:
    for clip in (clip_by_norm, clip_by_value, clip_by_global_norm):
        with pytest.raises(IllFormedError, match="kappa: expected a finite number > 0") as caught:
            clip(np.ones(2), kappa)
        assert type(kappa).__name__ in str(caught.value)


class Pair(NamedTuple):
    W: Any
    b: Any


W_, B_ = np.full((2, 2), 3.0), np.array([4.0, 0.0], dtype=np.float32)
FLAT = clip_by_global_norm([W_, B_], 1.0)
# (gradients, the same with the clipped arrays in their places)
TREES: list[tuple[Any, Any]] = [
    ({"W": W_, "b": B_}, {"W": FLAT[0], "b": FLAT[1]}),
    (OrderedDict(W=W_, b=B_), OrderedDict(W=FLAT[0], b=FLAT[1])),
    (MappingProxyType({"W": W_, "b": B_}), {"W": FLAT[0], "b": FLAT[1]}),
    ((W_, B_), FLAT),
    ([W_, B_], FLAT),
    ([W_, [B_]], (FLAT[0], [FLAT[1]])),
    ({"cell": {"W": W_}, "out": (B_, None)}, {"cell": {"W": FLAT[0]}, "out": (FLAT[1], None)}),
    (Pair(W_, B_), Pair(*FLAT)),
    ([W_, None, B_], (FLAT[0], None, FLAT[1])),
    (iter([W_, B_]), FLAT),
    ({"W": W_, "b": B_}.values(), FLAT),
    ([W_.tolist(), [4.0, 0.0]], (FLAT[0], FLAT[1].astype(float))),
]


def same_tree(one: Any, other: Any) -> bool:
    if isinstance(one, dict):
        return type(one) is type(other) and all(same_tree(one[k], other[k]) for k in other)
    if isinstance(one, list | tuple):
        pairs = zip(one, other, strict=True)
        return type(one) is type(other) and all(same_tree(a, b) for a, b in pairs)
    if one is None or other is None:
        return one is other
    return bool(one.dtype == other.dtype and np.allclose(one, other, rtol=1e-6))


@pytest.mark.parametrize(("tree", "expected"), TREES, ids=[type(t).__name__ for t, _ in TREES])
def test_trees_of_arrays_keep_their_structure(tree: Any, expected: Any) -> None:
    again = tree if not hasattr(tree, "__next__") else None
    assert same_tree(clip_by_global_norm(tree, 1.0), expected)
    if again is not None:
        assert global_norm(again) == pytest.approx(global_norm([W_, B_]))


def test_one_array_is_one_gradient() -> None:
    np.testing.assert_array_equal(clip_by_global_norm(W_, 1.0), clip_by_norm(W_, 1.0))
    assert global_norm(W_) == 6.0
    assert clip_by_global_norm([], 1.0) == () and clip_by_global_norm({}, 1.0) == {}


def test_values_are_clipped_in_trees_as_well() -> None:
    clipped = clip_by_value({"W": W_, "b": [B_, None]}, 2.5)
    np.testing.assert_array_equal(clipped["W"], np.full((2, 2), 2.5))
    np.testing.assert_array_equal(clipped["b"][0], [2.5, 0])
    assert clipped["b"][1] is None


NO_GRADIENT: list[tuple[Any, str]] = [
    ({"W": {"x": "abc"}}, r"gradients\['W'\]\['x'\]: expected real"),
    ([W_, {"b": W_ > 0}], r"gradients\[1\]\['b'\]: expected real"),
    ([W_, W_ * 1j], r"gradients\[1\]: expected real"),
    ([W_, np.ma.masked_array(W_)], r"gradients\[1\] is a masked array"),
    ([W_, [[1.0, 2.0], [3.0]]], r"gradients\[1\] is no array"),
    ([W_, object()], r"gradients\[1\]: expected real"),
    ({"W": W_, "n": np.array([1, np.nan])}, "expected finite entries"),
]


@pytest.mark.parametrize(("tree", "says"), NO_GRADIENT, ids=[says for _, says in NO_GRADIENT])
def test_the_leaf_that_is_no_gradient_is_named(tree: Any, says: str) -> None:
    with pytest.raises(IllFormedError, match=says):
        clip_by_global_norm(tree, 1.0)


def test_a_dict_is_several_gradients() -> None:
    with pytest.raises(IllFormedError, match="expected one gradient"):
        clip_by_norm({"W": W_}, 1.0)


@pytest.mark.parametrize(
    "layout", [np.asfortranarray, lambda a: a.astype(">f8"), lambda a: a[::-1]]
)
def test_clipped_arrays_are_the_callers_in_any_layout(layout: Any) -> None:
    g = layout(np.random.default_rng(0).normal(size=(3, 4)))
    g.flags.writeable = False
    for kappa in (1.0, 100.0):
        for clip in (clip_by_norm, clip_by_value):
            clipped = clip(g, kappa)
            np.testing.assert_allclose(clipped, clip(np.array(g, dtype=float), kappa))
            assert clipped.flags.writeable and not np.shares_memory(clipped, g)


def test_tensors_are_taken_or_named(require_module: Callable[[str], Any]) -> None:
    torch = require_module("torch")
    plain = torch.tensor([3.0, 4.0])
    np.testing.assert_allclose(clip_by_norm(plain, torch.tensor(1.0)), [0.6, 0.8], rtol=1e-6)
    np.testing.assert_array_equal(plain.numpy(), [3, 4])
    with pytest.raises(IllFormedError, match=r"gradients\[0\] is no array") as caught:
        clip_by_global_norm([plain.requires_grad_()], 1.0)
    assert "detach" in str(caught.value)
