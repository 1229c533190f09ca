"""Differentials, one rule per node type, and what is read off them."""

from symrnn.calculus.differential import differential
from symrnn.calculus.jacobian import gradient, jacobian, jvp, vjp

__all__ = ["differential", "gradient", "jacobian", "jvp", "vjp"]
