"""Slips in code of cells that no slip was written for: a readout, a leak, a weight twice."""

from __future__ import annotations

import numpy as np
import pytest

from symrnn.crosscheck import check_forward, check_gradients

CHARACTERS = "h = tanh(W_xh x + W_hh h' + b_h); y = W_hy h + b_y"


def characters(bug: str = ""):
    """A character model as homework has it: columns, softmax and classes."""

    def backward(Wxh, Whh, Why, bh, by, x, h0, targets):
        steps, batch = len(x), np.arange(x.shape[2])
        h, p = [h0], []
        for t in range(steps):
            h.append(np.tanh(Wxh @ x[t] + Whh @ h[-1] + bh))
            e = np.exp(Why @ h[-1] + by)
            p.append(e / e.sum(0))
        loss = -sum(np.log(p[t][targets[t], batch]).sum() for t in range(steps))
        dWxh, dWhh, dWhy, dbh, dby, carry = 0, 0, 0, 0, 0, 0
        for t in reversed(range(steps)):
            dy = p[t].copy()
            if bug == "softmax twice":
                dy = np.exp(p[t]) / np.exp(p[t]).sum(0)
            if bug != "without the class":
                dy[targets[t], batch] -= 1
            dWhy = dWhy + dy @ h[t if bug == "state before" else t + 1].T
            dby = dby + dy.sum(1, keepdims=True)
            a = (Why.T @ dy + carry) * (1 - h[t + 1] ** 2)
            dWxh, dWhh = dWxh + a @ x[t].T, dWhh + a @ h[t].T
            dbh = dbh + a.sum(1, keepdims=True)
            carry = Whh.T @ a
        found = {"dWxh": dWxh, "dWhh": dWhh, "dWhy": dWhy, "dbh": dbh, "dby": dby}
        if bug == "clipped":
            found = {name: np.clip(value, -0.5, 0.5) for name, value in found.items()}
        return loss, found

    return backward


@pytest.mark.parametrize(
    "bug, said",
    [
        ("softmax twice", "softmax is applied twice"),
        ("without the class", "the 1 of the class is not subtracted"),
        ("state before", "h[t-1] stands for h"),
        ("clipped", "clipped by value at 0.5"),
    ],
)
def test_a_readout_and_its_loss(bug: str, said: str) -> None:
    asked = {"loss": "cross_entropy", "layout": "columns"}
    assert check_gradients(CHARACTERS, characters(), **asked).agrees
    report = check_gradients(CHARACTERS, characters(bug), **asked)
    assert said in report.slips[0], str(report)


def leaky(bug: str = ""):
    def backward(W, U, b, alpha, x, h0, dh):
        h, q = [h0], []
        for x_t in x:
            q.append(np.tanh(h[-1] @ W.T + x_t @ U.T + b))
            h.append((1 - alpha) * h[-1] + alpha * q[-1])
        dW, dU, db, dalpha, carry = 0, 0, 0, 0, 0
        for t in reversed(range(len(x))):
            d = dh[t] + carry
            dalpha = dalpha + (d * (q[t] - h[t + (bug == "other state")])).sum()
            a = (1 if bug == "no leak" else alpha) * d * (1 - q[t] ** 2)
            dW, dU, db = dW + a.T @ h[t], dU + a.T @ x[t], db + a.sum(0)
            carry = (alpha if bug == "alpha" else 1 - alpha) * d + a @ W
        dalpha = 2 * dalpha if bug == "gradient of alpha" else dalpha
        return {"W": dW, "U": dU, "b": db, "alpha": dalpha}

    return backward


def test_a_scalar_of_the_cell() -> None:
    assert check_gradients("leaky", leaky()).agrees
    report = check_gradients("leaky", leaky("alpha"))
    assert "alpha stands for the factor 1 - alpha" in report.slips[0], str(report)
    assert "factor alpha is missing" in check_gradients("leaky", leaky("no leak")).slips[0]
    report = check_gradients("leaky", leaky("gradient of alpha"))
    assert [row.name for row in report.rows if not row.agrees] == ["alpha"], str(report)
    assert "in ∂L/∂alpha: it is there twice" in report.slips[0], str(report)
    report = check_gradients("leaky", leaky("other state"))
    assert "in ∂L/∂alpha: h stands for h[t-1]" in report.slips[0], str(report)
    scalars = {"scalars": {"alpha": 0.25}}
    assert check_gradients("leaky", leaky(), **scalars).agrees


def antisymmetric(bug: str = ""):
    def backward(W, U, b, epsilon, gamma, x, h0, dh):
        A, h, q = W - W.T - gamma * np.eye(len(b)), [h0], []
        for x_t in x:
            q.append(np.tanh(h[-1] @ A.T + x_t @ U.T + b))
            h.append(h[-1] + epsilon * q[-1])
        dA, dU, db, carry = 0, 0, 0, 0
        for t in reversed(range(len(x))):
            d = dh[t] + carry
            a = epsilon * d * (1 - q[t] ** 2)
            dA, dU, db = dA + a.T @ h[t], dU + a.T @ x[t], db + a.sum(0)
            carry = d + a @ (A.T if bug == "transposed" else A)
        return {"W": dA if bug == "half" else dA - dA.T, "U": dU, "b": db}

    return backward


@pytest.mark.parametrize(
    "bug, said",
    [("transposed", "stands for its transpose"), ("half", "the term -h[t-1] δ(a_h)ᵀ is missing")],
)
def test_a_weight_that_stands_twice(bug: str, said: str) -> None:
    assert check_gradients("antisymmetric", antisymmetric()).agrees
    report = check_gradients("antisymmetric", antisymmetric(bug), pairs=False)
    assert said in report.slips[0], str(report)


def gated_forward(bug: str = ""):
    """A forward pass of torch's GRU."""

    def squash(a):
        return 1 / (1 + np.exp(-a))

    def forward(params, x, h0):
        p, h, found = params, h0, []
        for x_t in x:
            r = squash(h @ p["W_r"].T + x_t @ p["U_r"].T + p["b_r"] + (bug == "forget bias"))
            z = squash(h @ p["W_z"].T + x_t @ p["U_z"].T + p["b_z"])
            inner = r * (h @ p["W_n"].T + p["c_n"])
            if bug == "bias outside":
                inner = r * (h @ p["W_n"].T) + p["c_n"]
            n = np.tanh(x_t @ p["U_n"].T + p["b_n"] + inner)
            h = (1 - z) * h + z * n if bug == "swapped" else z * h + (1 - z) * n
            found.append(h)
        return np.stack(found)

    return forward


@pytest.mark.parametrize(
    "bug, said",
    [
        ("forget bias", "1 is added to a_r"),
        ("bias outside", "c_n is not multiplied by r"),
        ("swapped", "z and 1 - z are swapped"),
    ],
)
def test_a_wrong_gate_in_a_forward_pass(bug: str, said: str) -> None:
    assert check_forward("gru", gated_forward()).agrees
    report = check_forward("gru", gated_forward(bug), pairs=False)
    assert said in report.slips[0], str(report)


MINIMAL = (
    "f = sigmoid(W_f h' + U_f x + b_f); g = tanh(W_g (f * h') + U_g x + b_g); "
    "h = (1 - f) * h' + f * g"
)


def minimal(*bugs: str):
    """A minimal gated unit: its one gate stands in two places."""

    def backward(W_f, U_f, b_f, W_g, U_g, b_g, x, h0, dh):
        h, gates = [h0], []
        for x_t in x:
            f = 1 / (1 + np.exp(-(h[-1] @ W_f.T + x_t @ U_f.T + b_f)))
            g = np.tanh((f * h[-1]) @ W_g.T + x_t @ U_g.T + b_g)
            gates.append((f, g))
            h.append((1 - f) * h[-1] + f * g)
        found = dict.fromkeys(("W_f", "U_f", "b_f", "W_g", "U_g", "b_g"), 0)
        carry = 0
        for t in reversed(range(len(x))):
            (f, g), before, d = gates[t], h[t], dh[t] + carry
            dg = d * f * (1 - g**2)
            dp = dg @ (W_g.T if "transposed" in bugs else W_g)
            df = d * (g + before if "sign" in bugs else g - before) + dp * before
            da = df * f * (1 - f)
            for name, delta, left in (("f", da, before), ("g", dg, f * before)):
                found[f"W_{name}"] = found[f"W_{name}"] + delta.T @ left
                found[f"U_{name}"] = found[f"U_{name}"] + delta.T @ x[t]
                found[f"b_{name}"] = found[f"b_{name}"] + delta.sum(0)
            carry = d * (1 - f) + da @ W_f + dp * f
        return found

    return backward


def test_two_slips_on_paths_side_by_side() -> None:
    assert check_gradients(MINIMAL, minimal()).agrees
    said = check_gradients(MINIMAL, minimal("sign", "transposed")).slips
    assert len(said) == 2, said
    assert any("W_g stands for its transpose" in each for each in said), said
    assert any("has the wrong sign" in each for each in said), said
