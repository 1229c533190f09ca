"""Formulas of one variable in a form that keeps its digits in floating point."""
