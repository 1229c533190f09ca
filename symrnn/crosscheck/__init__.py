"""What others computed against what is derived: arrays, backward passes, framework modules."""

from symrnn.crosscheck.forward import check_forward
from symrnn.crosscheck.frameworks import jax_function, torch_function, torch_module
from symrnn.crosscheck.gradients import check_gradients
from symrnn.crosscheck.jacobian import check_jacobian
from symrnn.crosscheck.report import Report

__all__ = [
    "Report",
    "check_forward",
    "check_gradients",
    "check_jacobian",
    "jax_function",
    "torch_function",
    "torch_module",
]
