"""The libraries of `symrnn[sweep]`, imported when they are needed."""

from __future__ import annotations

import importlib
from typing import Any

from symrnn.errors import NotSupportedError


def package(name: str) -> Any:
    """A library.

    Raises:
        NotSupportedError: it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise NotSupportedError(
            f"a sweep needs {error.name}", {"expected": 'pip install "symrnn[sweep]"'}
        ) from error
