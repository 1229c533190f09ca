"""Recurrences: cells, unrolling, total derivatives, back-propagation through time."""
