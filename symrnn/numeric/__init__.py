"""From expressions to NumPy: lowering, kernels, difference oracles, clipping, training."""
