"""Arrays as users have them: any layout and byte order, sizes of 1, views; what is refused."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy

from symrnn.cells.elman import elman, sigma_inside
from symrnn.errors import IllFormedError, ShapeError
from symrnn.numeric.horizon import checkpointed_gradients
from symrnn.numeric.kernels import Kernels

STEPS = 4
NAMES = ("W", "U", "b", "s0", "x")


def draw(d: int = 3, m: int = 2, batch: tuple[int, ...] = (), seed: int = 0) -> list[Any]:
    random = np.random.default_rng(seed)
    shapes = [(d, d), (d, m), (d,), (*batch, d), (STEPS, *batch, m)]
    return [random.normal(size=shape) for shape in shapes]


def results(kernels: Kernels, given: list[Any], like: Callable[[Any], Any] = lambda a: a) -> Any:
    """Everything a run gives, by name; vectors are passed in the layout under test, too."""
    run = kernels.run(*given)
    random = np.random.default_rng(5)
    g = like(random.normal(size=run.states[1:].shape))
    u = like(random.normal(size=run.states[0].shape))
    found = {
        "states": run.states,
        "between": run["a"][1:],
        "jacobian": kernels.jacobian(run, STEPS, 1),
        "empty jacobian": kernels.jacobian(run, 2, 2),
        "jvp": kernels.jvp(run, STEPS, 1, u),
        "empty jvp": kernels.jvp(run, 2, 2, u),
        "vjp": kernels.vjp(run, STEPS, 1, u),
        "norms": kernels.norms(run),
        "slopes": kernels.slopes(run),
    }
    for name, value in kernels.adjoint_gradients(run, g).items():
        found[f"adjoint {name}"] = value
    for name, value in kernels.gradients(run, u).items():
        found[f"gradient {name}"] = value
    for name, value in kernels.truncated_gradients(run, u, 1, summed=True).items():
        found[f"truncated {name}"] = value
    kept = [*run.rows.values(), *run.weights.parameters.values(), *given, g, u]
    return found, [each for each in kept if isinstance(each, np.ndarray)]


def as_view(array: Any) -> Any:
    """Every second entry of a larger array, backwards."""
    wide = np.repeat(array, 2, axis=-1)
    return wide[..., ::-2][..., ::-1]


def read_only(array: Any) -> Any:
    array = array.copy()
    array.flags.writeable = False
    return array


LAYOUTS: dict[str, Callable[[Any], Any]] = {
    "columns first": np.asfortranarray,
    "a view": as_view,
    "transposed twice": lambda a: np.ascontiguousarray(a.T).T,
    "big-endian": lambda a: a.astype(">f8"),
    "little-endian": lambda a: a.astype("<f8"),
    "read-only": read_only,
    "lists": lambda a: a.tolist(),
    "unaligned": lambda a: np.frombuffer(b"x" + a.tobytes(), "u1")[1:].view(float).reshape(a.shape),
}


TANH = {compiled: Kernels(elman("tanh"), compiled=compiled) for compiled in (False, True)}
BATCHES = [((), False), ((5,), False), ((2, 3), False), ((1,), False), ((1, 4), False)]


@pytest.mark.parametrize(("batch", "compiled"), [*BATCHES, ((5,), True)], ids=str)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_layout_changes_nothing(layout: str, batch: tuple[int, ...], compiled: bool) -> None:
    kernels, like = TANH[compiled], LAYOUTS[layout]
    given = draw(batch=batch)
    expected, _ = results(kernels, given)
    found, _ = results(kernels, [like(each) for each in given], like)
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-13, atol=1e-15, err_msg=name)
        assert found[name].dtype == value.dtype


SYMBOLIC = {cell: Kernels(cell("tanh")) for cell in (elman, sigma_inside)}


@pytest.mark.parametrize("batch", [(), (5,), (2, 3)], ids=str)
@pytest.mark.parametrize("cell", [elman, sigma_inside])
def test_results_are_the_callers(cell: Any, batch: tuple[int, ...]) -> None:
    found, kept = results(SYMBOLIC[cell], draw(batch=batch))
    for name, value in found.items():
        assert value.flags.writeable, name
        assert not any(np.shares_memory(value, other) for other in kept), name


@pytest.mark.parametrize("place", range(len(NAMES)), ids=NAMES)
def test_a_run_is_not_changed_by_later_writes(place: int) -> None:
    kernels, given = TANH[False], draw(batch=(2,))
    run = kernels.run(*given)
    g = np.ones((STEPS, 2, 3))
    before = {n: v.copy() for n, v in kernels.adjoint_gradients(run, g).items()}
    given[place] -= 5
    run.states[...] = 0
    run["a"][...] = 0
    for name, value in kernels.adjoint_gradients(run, g).items():
        np.testing.assert_array_equal(value, before[name])


SMALL = [(1, 2), (3, 1), (1, 1), (4, 2)]


@pytest.mark.parametrize(("d", "m"), SMALL)
@pytest.mark.parametrize("cell", [elman, sigma_inside])
def test_integer_sizes_run_as_symbols_do(cell: Any, d: int, m: int) -> None:
    expected, _ = results(SYMBOLIC[cell], draw(d, m, (2,)))
    found, _ = results(Kernels(cell("tanh", hidden=d, width=m)), draw(d, m, (2,)))
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value)


def test_sizes_of_the_recurrence_are_compared() -> None:
    with pytest.raises(ShapeError, match=r"'W'\] has shape") as caught:
        Kernels(elman("tanh", hidden=4)).run(*draw())
    assert "4" in str(caught.value)
    with pytest.raises(ShapeError, match=r"'U'\] has shape") as caught:
        Kernels(elman("tanh", width=1)).run(*draw())
    assert "1" in str(caught.value)


@pytest.mark.parametrize("body", ["2*x", "x + 3", "x", "7"])
def test_a_slope_that_is_a_number(body: str) -> None:
    x = sympy.Symbol("x", real=True)
    formula = {"2*x": 2 * x, "x + 3": x + 3, "x": x, "7": 0 * x + 7}[body]
    if body == "7":  # no variable is left: not an activation
        with pytest.raises(IllFormedError, match="one variable"):
            elman(formula)
        return
    W, U, b, s0, inputs = draw()
    kernels = Kernels(elman(formula))
    run = kernels.run(W, U, b, s0, inputs)
    slope = float(formula.diff(x))
    np.testing.assert_allclose(kernels.jacobian(run, 2, 1), slope * W)


def test_a_recurrence_without_inputs() -> None:
    W, U, b, s0, x = draw()
    kernels = Kernels(elman("tanh", inputs=False))
    run = kernels.run(W, None, b, s0, STEPS)
    expected = Kernels(elman("tanh")).run(W, 0 * U, b, s0, x)
    np.testing.assert_allclose(run.states, expected.states)
    assert set(kernels.gradients(run, s0)) == {"W", "b", "s0"}
    found, _ = results(
        Kernels(elman("tanh", inputs=False, hidden=1)), [W[:1, :1], None, b[:1], s0[:1], 4]
    )
    assert found["jacobian"].shape == (1, 1)


def test_kernels_travel_after_use() -> None:
    kernels = Kernels(elman("silu"))
    given = draw(batch=(2,))
    expected, _ = results(kernels, given)
    kernels.step_jacobians.source  # noqa: B018
    for other in (pickle.loads(pickle.dumps(kernels)), copy.deepcopy(kernels), copy.copy(kernels)):
        found, _ = results(other, given)
        for name, value in expected.items():
            np.testing.assert_array_equal(found[name], value)


MASKED = np.ma.masked_array(np.eye(3), mask=np.eye(3))
REFUSED: list[tuple[str, Any, type[Exception], str]] = [
    ("W", MASKED, IllFormedError, "'W'. is a masked array"),
    ("W", np.ma.masked_array(np.eye(3)), IllFormedError, "'W'. is a masked array"),
    ("x", np.ma.masked_array(np.ones((STEPS, 2))), IllFormedError, "'x'. is a masked array"),
    ("U", None, IllFormedError, "'U'. is missing"),
    ("b", None, IllFormedError, "'b'. is missing"),
    ("W", [[1, 2], [3]], IllFormedError, "'W'. is no array"),
    ("W", "abc", IllFormedError, "'W'. must be numeric"),
    ("W", np.eye(3) > 0, IllFormedError, "'W'. must be numeric"),
    ("W", np.eye(3).astype(object), IllFormedError, "'W'. must be numeric"),
    ("W", np.eye(3).astype("f2"), IllFormedError, "'W'. must be numeric"),
    ("W", np.eye(3).astype("longdouble"), IllFormedError, "'W'. must be numeric"),
    ("W", np.array(["2020"], "M8[Y]"), IllFormedError, "'W'. must be numeric"),
    ("W", np.zeros((3, 3), [("a", float)]), IllFormedError, "'W'. must be numeric"),
    ("b", np.ones((3, 1)), ShapeError, "'b'. has shape"),
    ("W", 1.0, ShapeError, "'W'. has shape"),
]


@pytest.mark.parametrize(
    ("name", "value", "error", "says"), REFUSED, ids=[c[3] + c[0] for c in REFUSED]
)
def test_what_is_refused_is_named(name: str, value: Any, error: Any, says: str) -> None:
    given = draw()
    given[NAMES.index(name)] = value
    with pytest.raises(error, match=says):
        TANH[False].run(*given)


def test_what_comes_with_a_run_is_refused_likewise() -> None:
    kernels, given = TANH[False], draw()
    run = kernels.run(*given)
    masked = np.ma.masked_array(np.ones((STEPS, 3)), mask=False)
    with pytest.raises(IllFormedError, match="loss_gradients is a masked array"):
        kernels.adjoint_gradients(run, masked)
    with pytest.raises(IllFormedError, match="tangent is a masked array"):
        kernels.jvp(run, 3, 1, masked[0])
    with pytest.raises(IllFormedError, match="is a masked array"):
        checkpointed_gradients(kernels, *given[:4], np.ma.masked_array(given[4]), masked)


@pytest.mark.parametrize("x", [None, 0, -1, True, 2.0, np.ones((4, 2))], ids=repr)
def test_without_inputs_the_number_of_steps_is_asked_for(x: Any) -> None:
    W, U, b, s0, _ = draw()
    kernels = Kernels(elman("tanh", inputs=False))
    with pytest.raises(IllFormedError, match="number of steps"):
        kernels.run(W, None, b, s0, x)
    with pytest.raises(IllFormedError, match="the arrays of elman"):
        kernels.run(W, U, b, s0, 4)


def test_an_unknown_activation_cannot_be_run() -> None:
    with pytest.raises(IllFormedError, match="nothing is known of sigma"):
        Kernels(elman()).run(*draw())
