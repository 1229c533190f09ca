"""From a formula to pytest

A formula in a paper or in notes is LaTeX; code that claims to compute it is a function. Both are
judged by the same derivation: the formula at the numbers of a net, the function in a test.
"""

import numpy as np

from symrnn import D, assert_gradients, check_gradients, compare, elman, from_latex, random_weights

rnn = elman("tanh")
s, t, k = rnn.s, rnn.t, rnn.k
written = r"\prod_{j=k+1}^{t} \operatorname{diag}(1 - \tanh^2(a_j)) W"
formula = from_latex(written, rnn)
formula

# Is it what it is said to be?
net = random_weights(d=4, m=2, steps=8, seed=0)
compare(rnn, D(s[t], s[k]), formula, net, t=7, k=2)


# Code that does the same backward, as somebody wrote it.
def backward(W, U, b, x, h0, dh):
    h = [h0]
    for x_t in x:
        h.append(np.tanh(h[-1] @ W.T + x_t @ U.T + b))
    dW, dU, db, carry = 0, 0, 0, 0
    for t in reversed(range(len(x))):
        da = (dh[t] + carry) * (1 - h[t + 1] ** 2)
        dW, dU, db = dW + da.T @ h[t], dU + da.T @ x[t], db + da.sum(0)
        carry = da @ W
    return {"dW": dW, "dU": dU, "db": db}


check_gradients("elman", backward)


# The test, for a file that pytest collects.
def test_backward():
    assert_gradients("elman", backward)


test_backward()
