"""Exit codes of the command line, as README.md has them; 128 + n where signal n ended the work."""

FAILED = 1
"""A check failed."""
ILL_FORMED = 2
"""What was asked for makes no sense, is not supported, or can not be written where it is to go."""
NO_PDF = 3
"""All was written but a PDF: TeX is missing or failed."""
UNREADABLE = 4
"""The system refused to read or write: a full disk, a file without permission, standard output."""
INTERRUPTED = 130
"""Ctrl-C."""
UNHEARD = 141
"""Whoever read standard output has closed it."""
