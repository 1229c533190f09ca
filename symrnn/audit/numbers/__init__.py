"""Formulas as numbers: random nets, the readings of a formula, values and derivatives."""
