"""The proofs in this folder and in `gates/` are tests: one for each statement and grade."""

from symrnn.pytest_plugin import pytest_collect_file

__all__ = ["pytest_collect_file"]
