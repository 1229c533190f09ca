"""The command line: one module for each command."""

import sys
from contextlib import suppress
from importlib import import_module

from symrnn.cli.exits import INTERRUPTED

__all__ = ["main"]


def main() -> None:
    """Run the command line; Ctrl-C is one line and an exit code, while Python still loads, too."""
    try:
        import_module("symrnn.cli.start").start()
    except KeyboardInterrupt:
        with suppress(OSError, AttributeError):  # standard error may be closed, or full
            sys.stderr.write("interrupted\n")
        sys.exit(INTERRUPTED)
