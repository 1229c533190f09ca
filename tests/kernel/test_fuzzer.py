"""Random derivations: no accepted conclusion is false, and a planted fault is found.

A long run is `python tests/kernel/fuzz.py --seed N --conclusions 100000`.
"""

from __future__ import annotations

from typing import Any

import pytest
from fuzz import fuzz

from symrnn.kernel import theorem

CONCLUSIONS = 2000


def test_no_accepted_conclusion_is_false() -> None:
    report = fuzz(seed=7, conclusions=CONCLUSIONS)
    assert report.conclusions == CONCLUSIONS
    assert report.false == []
    assert report.held > CONCLUSIONS // 2


def test_every_inference_takes_part() -> None:
    report = fuzz(seed=8, conclusions=400)
    assert len(report.steps) >= 12


def _anywhere(term: Any, path: Any, needs: Any, pure: Any) -> Any:
    return needs


@pytest.mark.parametrize("name", ["require_equal_there", "_times"])
def test_a_fault_that_is_planted_in_the_kernel_is_found(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = {"require_equal_there": _anywhere, "_times": dict}
    monkeypatch.setattr(theorem, name, planted[name])
    report = fuzz(seed=9, conclusions=3000, until_false=True)
    assert report.false
