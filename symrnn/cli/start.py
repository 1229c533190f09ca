"""What comes before any command: signals are heard, and only then the rest is loaded."""

from __future__ import annotations

import gc
import sys
from importlib import import_module

from symrnn.cli.output import complain, prepare
from symrnn.cli.signals import Stopped, heard


def start() -> None:
    """Run a command; a signal that ends it is one line and an exit code."""
    try:
        with heard():
            prepare()
            command = import_module("symrnn.cli.app").run
            # What is loaded lives to the end, and SymPy makes few circles: fewer searches for them.
            gc.freeze()
            gc.set_threshold(20_000, 20, 50)
            command()
    except Stopped as stopped:
        complain(f"ended by {stopped}")
        sys.exit(128 + stopped.number)
