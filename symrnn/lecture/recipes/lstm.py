"""An LSTM

Gates are named, and derivatives are written in these names: a slope of a gate q is q (1 - q), that
of tanh is 1 - n². The path along the cell state, which keeps the gradient, is the forget gate.
"""

from sympy import Symbol

from symrnn import Kernels, named, random_weights

lstm = named("lstm")
t = Symbol("t", integer=True)
lstm.text

# The cell state by the one before, with the output held in between.
lstm.jacobian(lstm["c"][t], lstm["c"][t - 1])

# The whole gradient with numbers, for the loss Σ ‖h_t‖².
weights = random_weights(lstm, d=4, m=2, steps=12, seed=0)
kernels = Kernels(lstm)
run = kernels.run(weights)
found = kernels.backward(run, {"h": 2 * run["h"][1:]})
{name: value.shape for name, value in list(found.parameters.items())[:4]}
