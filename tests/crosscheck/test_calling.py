"""How code is called, what it may return, and what is said of what it does wrong."""

from __future__ import annotations

import time
from types import SimpleNamespace

import numpy as np
import pytest
from planted_bugs import elman, gru, lstm

import symrnn
from symrnn.cells import named
from symrnn.crosscheck import check_forward, check_gradients, check_jacobian
from symrnn.errors import IllFormedError, SymrnnError

right = elman()


def by_position(parameters, inputs, initial, data):
    return right(parameters["W"], parameters["U"], parameters["b"], inputs, initial, data)


def batch_first(W, U, b, inputs, h0, dh):
    return right(W, U, b, inputs.transpose(1, 0, 2), h0, dh.transpose(1, 0, 2))


def in_columns(W, U, b, x, h0, dh):
    found = right(W, U, b[:, 0], x.transpose(0, 2, 1), h0.T, dh.transpose(0, 2, 1))
    return {**found, "b": found["b"][:, None]}


def rows_by_rows(Wx, Wh, b, x, h0, dh):
    found = right(Wh.T, Wx.T, b, x, h0, dh)
    return {"dWx": found["U"].T, "dWh": found["W"].T, "db": found["b"]}


def as_tuple(W, U, b, x, h0, dh):
    found = right(W, U, b, x, h0, dh)
    return found["W"], found["U"], found["b"]


def as_object(W, U, b, x, h0, dh):
    found = right(W, U, b, x, h0, dh)
    return SimpleNamespace(grad_W=found["W"], grad_U=found["U"], grad_b=found["b"])


def with_loss(W, U, b, x, h0, targets):
    h, outputs = h0, []
    for x_t in x:
        h = np.tanh(h @ W.T + x_t @ U.T + b)
        outputs.append(h)
    gaps = np.stack(outputs) - targets
    return (gaps**2).sum() / 2, right(W, U, b, x, h0, gaps)


def one_sequence(W, U, b, x, h0, dh):
    found = right(W, U, b, x[:, None], h0[None], dh[:, None])
    return {
        name: value.reshape(np.shape({"W": W, "U": U, "b": b}[name]))
        for name, value in found.items()
    }


@pytest.mark.parametrize(
    "code, asked",
    [
        (by_position, {}),
        (batch_first, {"layout": "batch"}),
        (in_columns, {"layout": "columns"}),
        (rows_by_rows, {"names": {"Wx": "U", "Wh": "W"}, "transposed": True}),
        (as_tuple, {}),
        (as_tuple, {"order": ("W", "U", "b")}),
        (as_object, {}),
        (with_loss, {"loss": "squared"}),
        (one_sequence, {"batch": None}),
    ],
)
def test_code_of_every_form_agrees(code, asked) -> None:
    report = check_gradients("elman", code, **asked)
    assert report.agrees, str(report)


def stacked(W_x, W_h, b, x, h0, c0, dh):
    """Gates i, f, o, g in columns, as homework has them."""
    places = dict(zip("ifog", np.split(np.arange(b.size), 4), strict=True))
    params = {}
    for q, at in places.items():
        params |= {f"W_{q}": W_h[:, at].T, f"U_{q}": W_x[:, at].T, f"b_{q}": b[at]}
    g = lstm()(params, x, h0, c0, dh)
    return {
        "W_x": np.concatenate([g[f"U_{q}"].T for q in "ifog"], axis=1),
        "W_h": np.concatenate([g[f"W_{q}"].T for q in "ifog"], axis=1),
        "b": np.concatenate([g[f"b_{q}"] for q in "ifog"]),
    }


def test_stacked_gates_are_taken_apart() -> None:
    names = {
        "W_x": tuple(f"U_{q}" for q in "ifog"),
        "W_h": tuple(f"W_{q}" for q in "ifog"),
        "b": tuple(f"b_{q}" for q in "ifog"),
    }
    report = check_gradients("lstm", stacked, names=names, transposed=True)
    assert report.agrees, str(report)


def test_arrays_that_are_already_computed() -> None:
    rng = np.random.default_rng(3)
    given = {"W": rng.normal(size=(4, 4)), "U": rng.normal(size=(4, 3)), "b": rng.normal(size=4)}
    x, h0, dh = rng.normal(size=(6, 2, 3)), rng.normal(size=(2, 4)), rng.normal(size=(6, 2, 4))
    at = {"parameters": given, "inputs": x, "initial": h0, "data": dh}
    assert check_gradients("elman", right(**given, x=x, h0=h0, dh=dh), at=at).agrees
    wrong = elman("carry transposed")(**given, x=x, h0=h0, dh=dh)
    report = check_gradients("elman", wrong, at=at)
    assert "transpose" in report.slips[0], str(report)


@pytest.mark.parametrize(
    "changed, said",
    [
        ({"data": np.full((6, 2, 4), np.nan)}, "not all finite"),
        ({"inputs": [[1], [1, 2]]}, "at: inputs"),
        ({"initial": np.zeros((3, 4))}, "initial state h"),
        ({"parameters": {"W": np.eye(4), "U": np.eye(4), "b": np.ones(4), "V": 1}}, "at: V"),
        ({"parameters": {"W": np.eye(4), "U": np.eye(4)}}, "b is missing"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(changed, said: str) -> None:
    given = {"W": np.eye(4), "U": np.ones((4, 3)), "b": np.ones(4)}
    at = {"parameters": given, "inputs": np.ones((6, 2, 3)), "data": np.ones((6, 2, 4))}
    with pytest.raises(SymrnnError, match=said):
        check_gradients("elman", {"W": np.eye(4)}, at={**at, **changed})


def test_a_scalar_is_not_drawn_where_all_else_is_given() -> None:
    given = {"W": np.eye(3), "U": np.ones((3, 2)), "b": np.ones(3)}
    at = {"parameters": given, "inputs": np.ones((4, 2, 2)), "data": np.ones((4, 2, 3))}
    with pytest.raises(IllFormedError, match="alpha is missing"):
        check_gradients("leaky", {"W": np.eye(3)}, at=at)


# ── what code does wrong ────────────────────────────────────────────────────────────────────────


def changes_its_inputs(W, U, b, x, h0, dh):
    W -= 0.1
    return right(W, U, b, x, h0, dh)


def is_random(W, U, b, x, h0, dh):
    return right(W, U, b, x, h0, dh + np.random.default_rng().normal(size=dh.shape))


def raises(W, U, b, x, h0, dh):
    return right(W, U, b, x, h0, dh)["V"]


def is_slow(W, U, b, x, h0, dh):
    time.sleep(2)


def gives_nan(W, U, b, x, h0, dh):
    found = right(W, U, b, x, h0, dh)
    if len(x) > 2:
        found["U"][0, 1] = np.nan
    return found


def gives_the_transpose(W, U, b, x, h0, dh):
    found = right(W, U, b, x, h0, dh)
    return {**found, "U": found["U"].T}


def gives_too_few(W, U, b, x, h0, dh):
    return {"W": right(W, U, b, x, h0, dh)["W"]}


def gives_others(W, U, b, x, h0, dh):
    return {"V": W}


def gives_nothing(W, U, b, x, h0, dh):
    return None


def gives_one_twice(W, U, b, x, h0, dh):
    found = right(W, U, b, x, h0, dh)
    return {**found, "dW": found["W"]}


def gives_every_step(W, U, b, x, h0, dh):
    found = right(W, U, b, x, h0, dh)
    return {**found, "b": np.stack([found["b"]] * len(x))}


async def waits(W, U, b, x, h0, dh):
    return right(W, U, b, x, h0, dh)


def never_ends(W, U, b, x, h0, dh):
    while True:
        pass


def gives_words(W, U, b, x, h0, dh):
    return {"W": "W", "U": U, "b": b}


def adds_up():
    kept: dict[str, np.ndarray] = {}

    def backward(W, U, b, x, h0, dh):
        for name, value in right(W, U, b, x, h0, dh).items():
            kept[name] = kept.get(name, 0) + value
        return {name: value.copy() for name, value in kept.items()}

    return backward


def wants_one_sequence(W, U, b, x, h0, dh):
    return {"W": W @ h0 + U @ x[0]}


@pytest.mark.parametrize(
    "code, said",
    [
        (changes_its_inputs, "changes what it is given: W"),
        (is_random, "not a function of its arguments"),
        (adds_up(), "adds up over calls"),
        (raises, "raised KeyError: 'V'"),
        (wants_one_sequence, "x (5, 2, 2)"),
        (is_slow, "takes longer than 0.5 s"),
        (gives_nan, "first not finite with T = 3"),
        (gives_the_transpose, "it has that of the transpose"),
        (gives_too_few, "is missing from what was returned"),
        (gives_others, "returned V, which is nothing of elman"),
        (gives_nothing, "returned no gradients"),
        (gives_words, "no array of numbers"),
        (gives_one_twice, "W and dW, both the gradient of W"),
        (gives_every_step, "it is not summed over time"),
        (waits, "returned a coroutine"),
        (never_ends, "takes longer than 0.5 s"),
    ],
)
def test_what_is_wrong_is_said_in_few_lines(code, said: str) -> None:
    report = check_gradients("elman", code, timeout=0.5)
    assert not report.agrees and said in str(report), str(report)
    assert len(str(report).splitlines()) <= 20 and "symrnn" not in str(report)


def test_a_traceback_is_theirs() -> None:
    assert "test_calling.py" in str(check_gradients("elman", raises))


def test_all_in_float32_is_said() -> None:
    def single(W, U, b, x, h0, dh):
        given = [np.asarray(each, np.float32) for each in (W, U, b, x, h0, dh)]
        return {name: value.astype(np.float64) for name, value in right(*given).items()}

    report = check_gradients("elman", single)
    assert not report.agrees and "the code computes in float32" in str(report)


@pytest.mark.parametrize(
    "asked",
    [
        {"loss": "huber"},
        {"layout": "rows"},
        {"sizes": {"q": 3}},
        {"sizes": {"d": 0}},
        {"steps": 0},
        {"batch": -1},
        {"dtype": "int64"},
        {"dtype": "float99"},
        {"output": "y"},
        {"names": {"Wx": "V"}},
        {"transposed": ("Q",)},
        {"scalars": {"alpha": 1}},
        {"reduction": "median"},
        {"seed": -1},
        {"seed": "a"},
        {"timeout": 0},
        {"timeout": "1"},
        {"budget": 0},
        {"names": ["W"]},
        {"names": {"Wx": None}},
        {"sizes": 3},
        {"last": "no"},
        {"progress": 3},
        {"order": ("W", "W", "b")},
        {"at": "x"},
        {"at": {"parameters": {}}},
    ],
)
def test_arguments_that_mean_nothing_are_refused(asked) -> None:
    with pytest.raises(IllFormedError):
        check_gradients("elman", right, **asked)


@pytest.mark.parametrize("cell", ["elmann", 3, None])
def test_what_is_no_cell_is_refused(cell) -> None:
    with pytest.raises(IllFormedError):
        check_gradients(cell, right)


def test_an_argument_that_nobody_knows_is_asked_about() -> None:
    with pytest.raises(IllFormedError, match="what q, r are"):
        check_gradients("elman", lambda W, U, b, x, q, r: None)


# ── forward passes and Jacobians ────────────────────────────────────────────────────────────────


def forward(bug: str = ""):
    def run(W, U, b, x, h0):
        h, found = h0, []
        for x_t in x:
            a = h @ (W if bug == "transposed" else W.T) + x_t @ U.T
            h = np.tanh(a + (0 if bug == "no bias" else b))
            found.append(a if bug == "no tanh" else h)
        return np.stack(found)

    return run


@pytest.mark.parametrize(
    "bug, said",
    [("transposed", "W is transposed"), ("no bias", "the term b is missing")],
)
def test_a_wrong_forward_pass_is_named(bug: str, said: str) -> None:
    assert check_forward("elman", forward()).agrees
    report = check_forward("elman", forward(bug))
    assert report.slips and said in report.slips[0], str(report)
    assert "first at t = 1" in str(report)


def jacobian(order: str):
    def computed(W, U, b, x, h0, t, k):
        h, product = [h0], np.eye(len(b))
        for j in range(t):
            h.append(np.tanh(W @ h[-1] + U @ x[j] + b))
        for j in range(k + 1, t + 1):
            step = np.diag(1 - h[j] ** 2) @ W
            product = step @ product if order == "right" else product @ step
        return product

    return computed


def test_a_wrong_jacobian_is_named() -> None:
    assert check_jacobian("elman", jacobian("right")).agrees
    report = check_jacobian("elman", jacobian("reversed"))
    assert "reversed order" in report.slips[0], str(report)


def test_gates_that_are_held_are_seen_in_a_jacobian() -> None:
    def carousel(params, x, h0, c0, t, k):
        def squash(a):
            return 1 / (1 + np.exp(-a))

        h, c, product = h0, c0, np.ones_like(c0)
        for j in range(t):
            a = {
                q: params[f"W_{q}"] @ h + params[f"U_{q}"] @ x[j] + params[f"b_{q}"] for q in "ifgo"
            }
            f = squash(a["f"])
            c = f * c + squash(a["i"]) * np.tanh(a["g"])
            h = squash(a["o"]) * np.tanh(c)
            product = product * f if j >= k else product
        return np.diag(product)

    report = check_jacobian("lstm", carousel, of="c", by="c", pairs=False)
    assert "the other parts of the state are held" in report.slips[0], str(report)


def test_a_cell_object_and_a_cells_text_do_as_well() -> None:
    assert check_gradients(named("gru"), gru()).agrees
    assert check_gradients("h = tanh(W h' + U x + b)", right).agrees
    assert check_gradients(named("elman").sized(d=4, m=3), right).agrees
    assert not check_gradients(named("elman").sized(d=4, m=3), elman("sign")).agrees
    rnn = symrnn.elman("tanh")
    assert check_gradients(rnn, right).agrees and check_gradients(rnn.recurrence, right).agrees


def test_a_large_net_is_compared_once_and_diagnosed_at_small_ones() -> None:
    told = []
    asked = {"sizes": {"d": 80, "m": 5}, "steps": 80, "batch": 40}
    report = check_gradients(
        "elman", right, **asked, budget=4 * 2**20, progress=lambda *news: told.append(news)
    )
    assert report.agrees and "complex step" in str(report), str(report)
    assert len({done for what, done, _ in told if what == "derived"}) > 2
    report = check_gradients("elman", elman("carry transposed"), **asked)
    assert "stands for its transpose" in report.slips[0], str(report)


def test_a_factor_that_is_a_sum_stands_in_parentheses() -> None:
    def drops_what_is_kept(W, U, b, alpha, x, h0, dh):
        states, grads = [h0], {"W": 0, "U": 0, "b": 0, "alpha": 0}
        for x_t in x:
            inner = np.tanh(W @ states[-1] + U @ x_t + b)
            states.append((1 - alpha) * states[-1] + alpha * inner)
        carry = np.zeros_like(h0)
        for t in reversed(range(len(x))):
            inner = np.tanh(W @ states[t] + U @ x[t] + b)
            carry = carry + dh[t]
            da = alpha * (1 - inner**2) * carry
            grads["W"] += np.outer(da, states[t])
            grads["U"] += np.outer(da, x[t])
            grads["b"] += da
            grads["alpha"] += carry @ (inner - states[t])
            carry = W.T @ da  # (1 - alpha) carry is missing
        return grads

    leaky = "h = (1 - alpha) h' + alpha tanh(W h' + U x + b)"
    report = str(check_gradients(leaky, drops_what_is_kept, batch=None))
    assert "the path from h to h[t-1] is missing" in report
    assert "δ(h)[t-1] += (1 - alpha) δ(h)" in report
