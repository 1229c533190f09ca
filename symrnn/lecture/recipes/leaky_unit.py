"""A leaky unit

A cell is data: its definition is a text, and what follows from it is derived. In a leaky unit a
part 1 - α of the state goes on as it is, and the Jacobian of one step says so.
"""

from dataclasses import replace

from sympy import Symbol

from symrnn import Kernels, cell, random_weights

leaky = cell("h = (1 - alpha) h' + alpha tanh(W h' + U x + b)")
t = Symbol("t", integer=True)
h = leaky["h"]

# One step: what goes on, and what passes through the activation.
step = leaky.jacobian(h[t], h[t - 1])
step

# With numbers, the gradient with respect to α among them, of the loss Σ ‖h_t‖².
net = random_weights(leaky, d=5, m=2, steps=8, seed=0)
kernels = Kernels(leaky)
run = kernels.run(net)
found = kernels.backward(run, {"h": 2 * run["h"][1:]})
float(f"{found.parameters['alpha']:.3g}")

# Is that right? A small change of α, there and back.
alpha, tiny = net.parameters["alpha"], 1e-6


def loss(value):
    changed = replace(net, parameters={**net.parameters, "alpha": value})
    return (kernels.run(changed)["h"][1:] ** 2).sum()


slope = (loss(alpha + tiny) - loss(alpha - tiny)) / (2 * tiny)
assert abs(slope - found.parameters["alpha"]) < 1e-6 * (1 + abs(slope))
float(f"{slope:.3g}")
