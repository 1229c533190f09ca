"""Backward passes by hand, right ones and with a bug planted: Elman, LSTM and GRU in NumPy.

`PLANTED` says for each bug which words its slip has to have: any of them is a right name.
"""

from __future__ import annotations

import numpy as np


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def elman(bug="", extra=""):
    """A backward pass of h = tanh(W h' + U x + b); rows are states."""
    bugs = {bug, extra}

    def backward(W, U, b, x, h0, dh):
        steps = len(x)
        h = [h0]
        for t in range(steps):
            before = h[-1]
            if "state not carried" in bugs:
                before = h0
            a = before @ (W if "forward transposed" in bugs else W.T) + x[t] @ U.T
            a = a + (0 if "bias missing" in bugs else b) * (2 if "bias twice" in bugs else 1)
            h.append(a if "no tanh" in bugs else np.tanh(a))
            if "logistic for tanh" in bugs:
                h[-1] = sigmoid(a)
        dW, dU, db = np.zeros_like(W), np.zeros_like(U), np.zeros_like(b)
        carry = np.zeros_like(h0)
        for t in reversed(range(steps)):
            arrived = dh[t].copy()
            if "last step only" in bugs and t < steps - 1:
                arrived[:] = 0
            if "mean over batch" in bugs:
                arrived = arrived / x.shape[1]
            if "mean over time" in bugs:
                arrived = arrived / steps
            if "sign" in bugs:
                arrived = -arrived
            d = carry + arrived
            if "carry overwrites" in bugs and t < steps - 1:
                d = carry
            if "loss overwrites" in bugs:
                d = arrived
            out = h[t + 1]
            slope = 1 - out**2
            if "slope missing" in bugs:
                slope = 1
            if "slope twice" in bugs:
                slope = slope**2
            if "slope of the output" in bugs:
                slope = 1 - np.tanh(out) ** 2
            if "slope of the step before" in bugs:
                slope = 1 - h[t] ** 2
            if "logistic slope" in bugs:
                slope = out * (1 - out)
            if "square lost" in bugs:
                slope = 1 - out
            if "value for slope" in bugs:
                slope = out
            da = d * slope
            outer = d if "weights without slope" in bugs else da
            if "state of this step" in bugs:
                dW += outer.T @ h[t + 1]
            elif "initial state in outer" in bugs:
                dW += outer.T @ h0
            elif "outer transposed" in bugs:
                dW += h[t].T @ outer
            else:
                dW += outer.T @ h[t]
            if "input of the step before" in bugs:
                dU += da.T @ (x[t - 1] if t else 0 * x[0])
            elif "U overwritten" in bugs:
                dU = da.T @ x[t]
            else:
                dU += da.T @ x[t]
            if "clipped before the sum" in bugs:
                dW += np.clip(outer.T @ h[t], -0.1, 0.1) - outer.T @ h[t]
                dU += np.clip(da.T @ x[t], -0.1, 0.1) - da.T @ x[t]
                db += np.clip(da.sum(0), -0.1, 0.1) - da.sum(0)
            if "bias of last step" in bugs:
                db = da.sum(0) if t == steps - 1 else db
            elif "bias without slope" in bugs:
                db += d.sum(0)
            elif "bias mean" in bugs:
                db += da.mean(0)
            elif "bias overwritten" in bugs:
                db = da.sum(0)
            elif "bias missing in backward" not in bugs:
                db += da.sum(0)
            carry = da @ (W.T if "carry transposed" in bugs else W)
            if "carry without slope" in bugs:
                carry = d @ W
            if "carry dropped" in bugs:
                carry = 0 * carry
            if "truncated 2" in bugs and t <= steps - 2:
                carry = 0 * carry
            if "carry doubled" in bugs:
                carry = 2 * carry
        found = {"W": dW, "U": dU, "b": db}
        if "clip by value" in bugs:
            found = {k: np.clip(v, -0.1, 0.1) for k, v in found.items()}
        if "clip by norm" in bugs:
            total = np.sqrt(sum((v**2).sum() for v in found.values()))
            found = {k: v * min(1, 0.3 / total) for k, v in found.items()}
        if "W doubled" in bugs:
            found["W"] = 2 * found["W"]
        return found

    return backward


ELMAN = {
    "state not carried": ["not carried"],
    "forward transposed": ["forward pass: W is transposed", "forward pass alone: W is transposed"],
    "bias missing": ["term b is missing"],
    "bias twice": ["term b is there twice"],
    "no tanh": ["tanh is missing"],
    "last step only": ["loss of the last step alone", "overwrites the gradient of the loss"],
    "mean over batch": ["1/B"],
    "mean over time": ["1/T"],
    "sign": ["wrong sign"],
    "carry overwrites": ["loss of the last step alone", "overwrites the gradient of the loss"],
    "loss overwrites": ["nothing is carried", "overwrites what is carried", "is missing"],
    "slope missing": ["slope tanh′(a_h) is missing"],
    "slope twice": ["applied twice"],
    "slope of the output": ["at tanh(a_h)", "a_h"],
    "slope of the step before": ["1 - h[t-1]²"],
    "logistic slope": ["slope of logistic"],
    "square lost": ["1 - tanh(a_h)", "1 - h"],
    "value for slope": ["stands for its slope", "h stands for the slope"],
    "weights without slope": ["δ(h) stands for δ(a_h)"],
    "state of this step": ["h stands for h[t-1]"],
    "outer transposed": ["wrong way round"],
    "input of the step before": ["x[t-1] stands for x"],
    "U overwritten": ["first step's alone"],
    "bias of last step": ["last step's alone"],
    "bias without slope": ["δ(h) stands for δ(a_h)"],
    "bias mean": ["mean over the batch"],
    "bias overwritten": ["first step's alone"],
    "bias missing in backward": ["not there at all"],
    "carry transposed": ["transpose"],
    "carry without slope": ["δ(h) stands for δ(a_h)"],
    "carry dropped": ["nothing is carried", "is missing"],
    "truncated 2": ["truncated"],
    "carry doubled": ["twice"],
    "clip by value": ["clipped by value"],
    "clip by norm": ["clipped by their global norm"],
    "clipped before the sum": ["clipped by value at 0.1, before the sum"],
    "W doubled": ["twice", "multiplied by 2"],
}


def lstm(bug="", extra=""):
    """A backward pass of torch's LSTM, each gate with arrays of its own."""
    bugs = {bug, extra}

    def backward(params, x, h0, c0, dh):
        p = params
        steps = len(x)
        h, c, gates = [h0], [c0], []
        for t in range(steps):
            z = {q: h[-1] @ p[f"W_{q}"].T + x[t] @ p[f"U_{q}"].T + p[f"b_{q}"] for q in "ifgo"}
            i, f, g, o = sigmoid(z["i"]), sigmoid(z["f"]), np.tanh(z["g"]), sigmoid(z["o"])
            if "i and f swapped forward" in bugs:
                i, f = f, i
            if "cell state not carried" in bugs:
                c.append(i * g)
            else:
                c.append(f * c[-1] + i * g)
            h.append(o * (c[-1] if "no tanh of c" in bugs else np.tanh(c[-1])))
            gates.append((i, f, g, o))
        grads = {k: np.zeros_like(v) for k, v in p.items()}
        dh_next, dc_next = np.zeros_like(h0), np.zeros_like(c0)
        for t in reversed(range(steps)):
            i, f, g, o = gates[t]
            d = dh[t] + dh_next
            tc = np.tanh(c[t + 1])
            do = d * (c[t + 1] if "do without tanh" in bugs else tc)
            inner = d * o * (1 - tc**2)
            if "tanh slope of c missing" in bugs:
                inner = d * o
            if "tanh slope at h" in bugs:
                inner = d * o * (1 - h[t + 1] ** 2)
            if "o missing in dc" in bugs:
                inner = d * (1 - tc**2)
            if "slope at c without tanh" in bugs:
                inner = d * o * (1 - c[t + 1] ** 2)
            dc = inner + dc_next
            if "dc carry not added" in bugs:
                dc = inner
            di, dg = dc * g, dc * i
            df = dc * c[t]
            if "df with new c" in bugs:
                df = dc * c[t + 1]
            if "di and dg swapped" in bugs:
                di, dg = dc * i, dc * g
            a = {
                "i": di * i * (1 - i),
                "f": df * f * (1 - f),
                "g": dg * (1 - g**2),
                "o": do * o * (1 - o),
            }
            if "g slope missing" in bugs:
                a["g"] = dg
            if "g slope logistic" in bugs:
                a["g"] = dg * g * (1 - g)
            if "o slope missing" in bugs:
                a["o"] = do
            if "f slope tanh" in bugs:
                a["f"] = df * (1 - f**2)
            if "i slope lost a factor" in bugs:
                a["i"] = di * (1 - i)
            if "f slope of i" in bugs:
                a["f"] = df * i * (1 - i)
            for q in "ifgo":
                before = h[t + 1] if "W_f with new h" in bugs and q == "f" else h[t]
                grads[f"W_{q}"] += a[q].T @ before
                grads[f"U_{q}"] += a[q].T @ x[t]
                grads[f"b_{q}"] += a[q].sum(0)
            used = "ifgo"
            if "o dropped from dh" in bugs:
                used = "ifg"
            if "f dropped from dh" in bugs:
                used = "igo"
            dh_next = sum(
                a[q] @ (p[f"W_{q}"].T if "W transposed" in bugs and q == "i" else p[f"W_{q}"])
                for q in used
            )
            if "only o to dh" in bugs:
                dh_next = a["o"] @ p["W_o"]
            if "no dh carry" in bugs:
                dh_next = 0 * dh_next
            dc_next = dc * (i if "dc carry by i" in bugs else f)
            if "dc carry without f" in bugs:
                dc_next = dc
            if "no dc carry" in bugs:
                dc_next = 0 * dc
        if "grads of i and f swapped" in bugs:
            for k in "WUb":
                grads[f"{k}_i"], grads[f"{k}_f"] = grads[f"{k}_f"], grads[f"{k}_i"]
        return grads

    return backward


LSTM = {
    "i and f swapped forward": ["order: f, i", "another order"],
    "cell state not carried": ["not carried", "term f ⊙ c[t-1] is missing"],
    "no tanh of c": ["tanh is missing: c"],
    "do without tanh": ["tanh is missing: c"],
    "tanh slope of c missing": ["slope tanh′(c) is missing"],
    "tanh slope at h": ["1 - h²"],
    "o missing in dc": ["factor o is missing"],
    "slope at c without tanh": ["1 - c²"],
    "dc carry not added": ["carried back through c", "path from c to c[t-1] is missing"],
    "df with new c": ["c stands for c[t-1]"],
    "di and dg swapped": ["g stands for i", "i stands for g"],
    "g slope missing": ["slope tanh′(a_g) is missing"],
    "g slope logistic": ["slope of logistic", "g - g²"],
    "o slope missing": ["slope logistic′(a_o) is missing"],
    "f slope tanh": ["slope of tanh"],
    "i slope lost a factor": ["1 - logistic(a_i)", "1 - i"],
    "f slope of i": ["a_i stands for a_f", "i - i²"],
    "W_f with new h": ["h stands for h[t-1]"],
    "o dropped from dh": ["path from a_o to h[t-1] is missing"],
    "f dropped from dh": ["path from a_f to h[t-1] is missing"],
    "W transposed": ["W_i stands for its transpose"],
    "only o to dh": ["alone is left"],
    "no dh carry": ["carried back through h"],
    "dc carry by i": ["i stands for f"],
    "dc carry without f": ["factor f is missing"],
    "no dc carry": ["carried back through c", "path from c to c[t-1] is missing"],
    "grads of i and f swapped": ["another order", "swapped"],
}


def gru(bug="", extra=""):
    """A backward pass of torch's GRU."""
    bugs = {bug, extra}

    def backward(params, x, h0, dh):
        p = params
        steps = len(x)
        h, kept = [h0], []
        for t in range(steps):
            before = h[-1]
            r = sigmoid(before @ p["W_r"].T + x[t] @ p["U_r"].T + p["b_r"])
            z = sigmoid(before @ p["W_z"].T + x[t] @ p["U_z"].T + p["b_z"])
            q = before @ p["W_n"].T + p["c_n"]
            inner = r * q
            if "reset before" in bugs:
                inner = (r * before) @ p["W_n"].T + p["c_n"]
            n = np.tanh(x[t] @ p["U_n"].T + p["b_n"] + inner)
            new = z * before + (1 - z) * n
            if "z for 1 - z forward" in bugs:
                new = (1 - z) * before + z * n
            h.append(new)
            kept.append((r, z, q, n))
        g = {k: np.zeros_like(v) for k, v in p.items()}
        carry = np.zeros_like(h0)
        for t in reversed(range(steps)):
            r, z, q, n = kept[t]
            d = dh[t] + carry
            dz = d * (h[t] - n)
            if "dz sign" in bugs:
                dz = d * (n - h[t])
            if "dz without n" in bugs:
                dz = d * h[t]
            dn = d * (z if "z for 1 - z" in bugs else 1 - z)
            an = dn * (1 if "n slope missing" in bugs else 1 - n**2)
            dq = an * (1 if "r missing" in bugs else r)
            dr = an * (n if "n for q" in bugs else q)
            ar = dr * r * (1 - r)
            az = dz * z * (1 - z)
            if "z slope missing" in bugs:
                az = dz
            g["W_n"] += (an if "W_n without r" in bugs else dq).T @ h[t]
            g["U_n"] += an.T @ x[t]
            g["b_n"] += an.sum(0)
            g["c_n"] += (an if "c_n without r" in bugs else dq).sum(0)
            for name, a in (("r", ar), ("z", az)):
                g[f"W_{name}"] += a.T @ h[t]
                g[f"U_{name}"] += a.T @ x[t]
                g[f"b_{name}"] += a.sum(0)
            parts = [d * z, dq @ p["W_n"], ar @ p["W_r"], az @ p["W_z"]]
            if "direct path dropped" in bugs:
                parts = parts[1:]
            if "z path dropped" in bugs:
                parts = parts[:3]
            if "r path dropped" in bugs:
                parts = [parts[0], parts[1], parts[3]]
            if "n path dropped" in bugs:
                parts = [parts[0], parts[2], parts[3]]
            if "direct path by 1 - z" in bugs:
                parts[0] = d * (1 - z)
            carry = sum(parts)
        return g

    return backward


GRU = {
    "reset before": ["r is a factor of what the matrix is applied to"],
    "z for 1 - z forward": ["1 - z"],
    "dz sign": ["wrong sign"],
    "dz without n": ["n ⊙ δ(h)"],
    "z for 1 - z": ["z stands for 1 - z"],
    "n slope missing": ["slope tanh′(a_n) is missing"],
    "r missing": ["factor r is missing"],
    "n for q": ["n stands for p_n"],
    "z slope missing": ["slope logistic′(a_z) is missing"],
    "W_n without r": ["δ(a_n) stands for δ(p_n)"],
    "c_n without r": ["δ(a_n) stands for δ(p_n)"],
    "direct path dropped": ["path from h to h[t-1] is missing"],
    "z path dropped": ["path from a_z to h[t-1] is missing"],
    "r path dropped": ["path from a_r to h[t-1] is missing"],
    "n path dropped": ["path from p_n to h[t-1] is missing"],
    "direct path by 1 - z": ["1 - z stands for z"],
}

CODE = {"elman": (elman, ELMAN), "lstm": (lstm, LSTM), "gru": (gru, GRU)}
PLANTED = [(cell, bug) for cell, (_, bugs) in CODE.items() for bug in bugs]
