"""Orthogonal weights

An orthogonal W leaves lengths as they are: λ = ‖W‖₂ = 1, and the bound (γλ)^{t-k} is γ^{t-k}. With
tanh the gradient can not explode, whatever the inputs are. It can vanish: units saturate.
"""

import numpy as np

from symrnn import (
    D,
    Diag,
    Equation,
    Identity,
    Kernels,
    derivation,
    elman,
    largest_entry,
    norm,
    random_weights,
    slope_bound,
    statement,
)
from symrnn import rules as by

rnn = elman("tanh")
W, s, t = rnn.W, rnn.s, rnn.t
rnn.derived(s[t], s[rnn.k])


# With WᵀW = I as a hypothesis, the norm of one step is at most the largest slope: four lines.
@statement()
def orthogonal_step(rnn):
    """With an orthogonal W one step is at most as long as its largest slope"""
    s, a, W, t = rnn.s, rnn.a, rnn.W, rnn.t
    slopes = rnn.slope(a[t])
    given = [t >= 1, Equation(W.T * W, Identity(rnn.d))]
    return (
        derivation(norm(D(s[t], s[t - 1]), "2"), given=given)
        .equals(norm(Diag(slopes) * W, "2"), by.one_step)
        .at_most(norm(Diag(slopes), "2") * norm(W, "2"), by.submultiplicative)
        .equals(norm(Diag(slopes), "2"), by.orthogonal)
        .equals(largest_entry(slopes), by.norm_of_diagonal)
    )


orthogonal_step.check(rnn, {})

# Weights, with W replaced by the orthogonal factor of a random matrix.
net = random_weights(d=16, m=2, steps=30, seed=0)
W, _ = np.linalg.qr(np.random.default_rng(0).standard_normal((16, 16)))
gamma, lam = float(slope_bound(rnn.sigma).value), np.linalg.norm(W, 2)
round(gamma * lam, 12)

# The norms of ∂s_t/∂s_k at t - k = 0, 1, …: they stay below the bound, which is 1, and shrink.
kernels = Kernels(rnn)
norms = kernels.norms(kernels.run(W, net.U, net.b, net.s0, net.x))
assert (norms <= (gamma * lam) ** np.arange(len(norms)) * (1 + 1e-9)).all()
[float(f"{norm:.2g}") for norm in norms[::10]]

# Without the saturation, with the identity in the place of tanh, they stay 1.
linear = Kernels(elman("identity"))
kept = linear.norms(linear.run(W, net.U, net.b, net.s0, net.x))
assert np.allclose(kept, 1)
float(f"{kept[-1]:.6g}")
