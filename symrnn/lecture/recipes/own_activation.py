"""An activation of your own

Any formula in one variable is an activation. Its slope is derived, γ = sup|σ′| is enclosed over the
whole real line, and the Jacobian holds its formula.
"""

from sympy import Symbol, sqrt

from symrnn import D, certify, compare, elman, random_weights

x = Symbol("x", real=True)

# Between -1 and 1 like tanh, but it comes near to them far later.
rnn = elman(x / sqrt(1 + x**2))
j = rnn.j
step = rnn.jacobian(rnn.s[j], rnn.s[j - 1])
step

# γ, which is proved by ball arithmetic: an enclosure, of which this is the upper end.
float(certify(rnn.sigma).upper)

# The derived formula at the numbers of a net.
net = random_weights(d=4, m=2, steps=6, seed=1)
compare(rnn, D(rnn.s[j], rnn.s[j - 1]), step, net, j=5)
