"""Exit codes of the command line."""

FAILED = 1
"""A check failed."""
ILL_FORMED = 2
"""What was asked for makes no sense, or is not supported."""
INTERRUPTED = 130
"""Ctrl-C."""
