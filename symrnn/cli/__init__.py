"""The command line: one module for each command."""

from symrnn.cli.app import main

__all__ = ["main"]
