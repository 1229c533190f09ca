"""Work shared between forked processes."""

from __future__ import annotations

import os

import pytest

from symrnn.errors import EvidenceError
from symrnn.verify.processes import can_fork, share

pytestmark = pytest.mark.skipif(not can_fork(), reason="processes cannot be forked here")


def test_every_number_once_by_several_processes() -> None:
    begun: list[int] = []
    found = dict(share(lambda number: (number**2, os.getpid()), [5, 3, 8, 1], 2, begun.append))
    assert begun == [5, 3, 8, 1]
    assert {number: square for number, (square, _) in found.items()} == {5: 25, 3: 9, 8: 64, 1: 1}
    assert os.getpid() not in {process for _, process in found.values()}


def test_a_process_that_dies_is_noticed() -> None:
    for workers in (1, 2):
        with pytest.raises(EvidenceError, match="worker process ended"):
            list(share(lambda number: os._exit(1), [1, 2, 3], workers, lambda number: None))
