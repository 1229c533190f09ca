"""Evidence, filled by running it: sampling, entries, planted faults, kernels on a network."""
