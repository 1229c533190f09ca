"""A norm of your own

The bound on the product asks two things of a norm: ‖AB‖ ≤ ‖A‖ ‖B‖, and ‖diag(v)‖ = max|v_i|. Every
norm with both will do, so choose one in which W is small. With a weight for each unit, row i and
column l of A times p_i / p_l, the largest sum of a row has both, and can show that a gradient
vanishes where the largest singular value can not.
"""

import numpy as np

from symrnn import D, Kernels, elman, random_weights
from symrnn import norm as any_norm

rnn = elman("tanh")
any_norm(D(rnn.s[rnn.t], rnn.s[rnn.k]))

# A W that is far from normal: units read from the next one alone. ‖W‖₂ is 2, so γλ > 1.
d = 6
W = np.diag(np.full(d - 1, 2.0), k=1)
p = 4.0 ** np.arange(d)


def norm(A):
    return np.abs(p[:, None] * A / p[None, :]).sum(axis=1).max()


[float(np.linalg.norm(W, 2)), float(norm(W))]

# The two properties, at random matrices.
rng = np.random.default_rng(0)
A, B, v = rng.standard_normal((d, d)), rng.standard_normal((d, d)), rng.standard_normal(d)
assert norm(A @ B) <= norm(A) * norm(B)
assert np.isclose(norm(np.diag(v)), np.abs(v).max())

# The derivative over four steps, and its bound, in this norm: γ = 1 for tanh.
net = random_weights(d=d, m=2, steps=12, seed=0)
kernels = Kernels(rnn)
J = kernels.jacobian(kernels.run(W, net.U, net.b, net.s0, net.x), 12, 8)
assert norm(J) <= norm(W) ** 4
[float(f"{norm(J):.3g}"), float(norm(W) ** 4)]
