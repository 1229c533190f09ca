"""A notebook's outputs, stored in it: its cells are run once, where there is a Jupyter to do it."""

from __future__ import annotations

import importlib
import importlib.util

from symrnn.errors import EvidenceError, NotSupportedError

_SECONDS = 900
"""Most that one cell may take."""

_NEEDED = ("nbclient", "nbformat", "ipykernel")


def can_run() -> bool:
    """Whether notebooks can be run: nbclient and ipykernel are installed."""
    return all(importlib.util.find_spec(name) is not None for name in _NEEDED)


def with_outputs(notebook: str) -> str:
    """The text of a notebook with what its cells show; the same cells give the same bytes.

    Raises:
        EvidenceError: a cell fails: what it proves or compares does not hold.
        NotSupportedError: no kernel of Jupyter runs it to its end.
    """
    nbclient, nbformat = (importlib.import_module(name) for name in _NEEDED[:2])
    made = nbformat.reads(notebook, as_version=4)
    client = nbclient.NotebookClient(
        made,
        timeout=_SECONDS,
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],
        record_timing=False,
    )
    try:
        client.execute()
    except nbclient.exceptions.CellExecutionError as error:
        raise EvidenceError(
            "a cell of the notebook fails", {"error": f"{error.ename}: {error.evalue}"}
        ) from error
    except (RuntimeError, TimeoutError, LookupError) as error:  # none, or it died, or is too slow
        raise NotSupportedError(
            "the notebook could not be run here",
            {"expected": "a kernel python3 of Jupyter", "got": f"{type(error).__name__}: {error}"},
        ) from error
    # Of its language the kernel says more than a reader needs, and that depends on the machine.
    made.metadata["language_info"] = {"name": "python"}
    return str(nbformat.writes(made)) + "\n"
