"""Recursions over time as one generated function each: a plan, and its emitters."""
