"""Statements, derivations, rules with side conditions, induction, and the graph of uses."""
