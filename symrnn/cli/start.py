"""What comes before any command: signals are heard, and only then the rest is loaded."""

from __future__ import annotations

import sys
from importlib import import_module

from symrnn.cli.output import complain, prepare
from symrnn.cli.signals import Stopped, heard


def start() -> None:
    """Run a command; a signal that ends it is one line and an exit code."""
    try:
        with heard():
            prepare()
            import_module("symrnn.cli.app").run()
    except Stopped as stopped:
        complain(f"ended by {stopped}")
        sys.exit(128 + stopped.number)
