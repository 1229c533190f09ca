"""Backward passes as other people write them, right ones and with a bug: fused weights, classes.

Each entry of a table: the bug, and words of which its slip has one.
"""

from __future__ import annotations

import numpy as np


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


class Net:
    """Elman by rows with the batch first, squared errors, gradients as attributes."""

    def __init__(self, *bugs):
        self.bugs = set(bugs)

    def __call__(self, Wxh, Whh, bh, inputs, h0, targets):
        batch, steps, _ = inputs.shape
        hs = np.zeros((batch, steps + 1, h0.shape[1]))
        hs[:, 0] = h0
        for t in range(steps):
            hs[:, t + 1] = np.tanh(inputs[:, t] @ Wxh + hs[:, t] @ Whh + bh)
        if "targets late" in self.bugs:
            targets = np.concatenate([targets[:, 1:], hs[:, -1:]], axis=1)
        error = (hs[:, 1:] - targets) / (batch * steps)
        self.dWxh, self.dWhh, self.dbh = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(bh)
        delta = np.zeros_like(h0)
        for t in reversed(range(steps)):
            arrived = error[:, t] + delta @ Whh.T
            square = 2 * hs[:, t + 1] if "square as double" in self.bugs else hs[:, t + 1] ** 2
            delta = arrived * (1 - square)
            if "delta clipped" in self.bugs:
                delta = np.clip(delta, -0.01, 0.01)
            at = 0 if "first input" in self.bugs else t
            self.dWhh += np.einsum("ni,nj->ij", hs[:, t], delta)
            self.dWxh += np.einsum("ni,nj->ij", inputs[:, at], delta)
            self.dbh += delta[0] if "bias of one sequence" in self.bugs else delta.sum(0)
        if "decay" in self.bugs:
            self.dWhh += 0.1 * Whh
        return self


NET = {
    "square as double": ["1 - 2 tanh(a_h)", "1 - 2 h"],
    "delta clipped": ["clipped by value at 0.01"],
    "first input": ["x[1] stands for x"],
    "bias of one sequence": ["first sequence"],
    "targets late": ["target is that of the step after"],
    "decay": ["weights decay: 1/10"],
}


def recursive(*bugs):
    """Elman with [h, x] times one matrix, by recursion."""

    def gradients(Wcat, b, xs, h0, dys):
        size = h0.shape[1]
        dW, db = np.zeros_like(Wcat), np.zeros_like(b)

        def step(h, t):
            nonlocal dW, db
            if t == len(xs):
                return np.zeros_like(h)
            both = np.hstack([h, xs[t]])
            new = np.tanh(both @ Wcat) + b if "bias outside" in bugs else np.tanh(both @ Wcat + b)
            a = (dys[t] + step(new, t + 1)) * (1 - new * new)
            dW, db = dW + both.T @ a, db + a.sum(0)
            back = (a @ Wcat.T)[:, :size]
            return back * (1 - h * h) if "slope of both steps" in bugs else back

        step(h0, 0)
        if "each clipped" in bugs:
            dW, db = (g * min(1, 0.5 / np.sqrt((g**2).sum())) for g in (dW, db))
        return dW, db

    return gradients


RECURSIVE = {
    "bias outside": ["b is added outside of tanh"],
    "slope of both steps": ["slope of the step before"],
    "each clipped": ["each gradient is clipped by its norm at 0.5"],
}


def fused(*bugs):
    """An LSTM by rows with [x, h] times one matrix of the gates o, f, i, g."""

    def gradients(W, b, x, h0, c0, dh):
        size = h0.shape[1]
        kept, h, c = [], h0, c0
        for x_t in x:
            o, f, i, g = np.split(np.hstack([x_t, h]) @ W + b, 4, axis=1)
            o, f, i, g = sigmoid(o), sigmoid(f), sigmoid(i), np.tanh(g)
            before, c = c, f * c + i * g
            kept.append((x_t, h, before, o, f, i, g, c))
            h = o * np.tanh(c)
            if "c is reset" in bugs:
                c = c0
        dW, db, back, dc = np.zeros_like(W), np.zeros_like(b), 0 * h0, 0 * c0
        for t in reversed(range(len(x))):
            x_t, h, before, o, f, i, g, c = kept[t]
            d, tanh_c = dh[t] + back, np.tanh(c)
            dc = dc + d * o * (1 - tanh_c**2)
            dz = np.hstack([
                d * tanh_c * o * (1 - o), dc * before * f * (1 - f),
                dc * g * i * (1 - i), dc * i * (1 - g**2),
            ])  # fmt: skip
            dW += np.hstack([x_t, h]).T @ dz
            db += dz.mean(0) if "db is a mean" in bugs else dz.sum(0)
            back = (dz @ W.T)[:, -size:]
            dc = dc * (i if "carried by i" in bugs else f)
        return {"dW": dW, "db": db}

    return gradients


FUSED = {
    "c is reset": ["the state c is not carried"],
    "db is a mean": ["the mean over the batch"],
    "carried by i": ["i stands for f"],
}

ROWS = {"transposed": True}
STYLES = {
    "net": (
        "elman", Net, NET,
        {"names": {"Wxh": "U", "Whh": "W", "bh": "b"}, "layout": "batch", "loss": "squared",
         "reduction": "mean", **ROWS},
    ),
    "recursive": (
        "elman", recursive, RECURSIVE,
        {"names": {"Wcat": (("W", "U"),)}, "order": ("Wcat", "b"), **ROWS},
    ),
    "fused": (
        "lstm", fused, FUSED,
        {"names": {"W": tuple((f"U_{q}", f"W_{q}") for q in "ofig"),
                   "b": tuple(f"b_{q}" for q in "ofig")}, **ROWS},
    ),
}  # fmt: skip
