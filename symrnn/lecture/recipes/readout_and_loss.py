"""A readout and a loss

A cell that comes along gets a softmax readout and the cross-entropy. What reaches the weights from
the loss is derived, not typed: it begins with the output less the target.
"""

from sympy import Symbol

from symrnn import Kernels, named, random_weights

cell = named("elman", readout="softmax", loss="cross_entropy")
t = Symbol("t", integer=True)

# The gradient with respect to the weights of the readout, at one time.
cell.gradient(cell["L"][t], cell["V"])

# With respect to the recurrent weights: back through every time at which they were used.
cell.gradient(cell["L"][t], cell["W"])

# With numbers: forward, then backward by the adjoint step that is derived.
weights = random_weights(cell, d=4, m=3, n=3, steps=6, seed=0)
kernels = Kernels(cell)
found = kernels.backward(kernels.run(weights))
{name: value.shape for name, value in found.parameters.items()}
