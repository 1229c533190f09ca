"""The proofs in this folder are tests: one for each statement and grade.

Those of `gates/` are `derived` alone so far: `tests/theory/test_gates.py` has them proved.
"""

from symrnn.pytest_plugin import pytest_collect_file

__all__ = ["pytest_collect_file"]

collect_ignore = ["gates"]
