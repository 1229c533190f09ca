"""Statements as theorems: printed to Coq, closed by the named theorem, accepted by the kernel."""
