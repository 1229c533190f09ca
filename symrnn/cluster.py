"""A cluster that somebody has: the workers of a Dask scheduler, and the libraries for it."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.version import __version__

PATIENCE = 30.0
"""Seconds to wait for a scheduler and its first worker."""


def package(name: str) -> Any:
    """A library of `symrnn[sweep]`, imported when it is needed.

    Raises:
        NotSupportedError: it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise NotSupportedError(
            f"{error.name} is not installed", {"expected": 'pip install "symrnn[sweep]"'}
        ) from error


@contextmanager
def quiet() -> Iterator[None]:
    """What Dask says of workers that come and go is not said; who asked hears what came of it."""
    wished: Mapping[str, Any] = {
        "distributed.comm.timeouts.connect": PATIENCE,
        "distributed.logging.distributed": "error",
    }
    package("distributed")  # brings the settings that are changed
    with package("dask").config.set(wished):
        yield


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """The client of a scheduler that has a worker at least.

    Args:
        address: as tcp://host:8786.

    Raises:
        IllFormedError: it can not be reached, or has no workers.
        NotSupportedError: Dask is missing.
    """
    with quiet():
        try:
            client = package("distributed").Client(address, timeout=PATIENCE, name="symrnn")
        except (OSError, ValueError) as error:
            raise IllFormedError(
                f"the scheduler {address} can not be reached",
                {"expected": "the address of a Dask scheduler, as tcp://host:8786", "got": error},
            ) from error
        with client:
            try:
                client.wait_for_workers(1, timeout=PATIENCE)
            except TimeoutError as error:
                raise IllFormedError(
                    f"the scheduler {address} has no workers",
                    {"expected": f"one within {PATIENCE:g} s"},
                ) from error
            yield client


def found_by(future: Any) -> Any:
    """What a worker found, which it sends with its version of symrnn; None where workers died of
    it again and again.

    Raises:
        IllFormedError: the worker lacks a package, or has another version of symrnn.
    """
    try:
        version, found = future.result()
    except package("distributed").KilledWorker:
        return None
    except ModuleNotFoundError as error:
        raise IllFormedError(
            "a worker lacks what it needs",
            {"expected": f"symrnn[sweep] {__version__} on every worker", "got": error},
        ) from error
    if version != __version__:
        raise IllFormedError(
            "a worker has another version of symrnn",
            {"expected": __version__, "got": version},
        )
    return found
