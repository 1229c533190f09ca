"""The prover, where it is installed; a missing one fails under CI."""

from __future__ import annotations

import os

import pytest

from symrnn.machine.prover import ADVICE, Prover, find_prover


@pytest.fixture(scope="session")
def prover() -> Prover:
    """Coq, or a skip (a failure under CI) that says how to install it."""
    found = find_prover()
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(ADVICE, pytrace=False)
        pytest.skip("Coq is not installed")
    return found
