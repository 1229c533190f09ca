"""The answer that is neither yes nor no."""

from __future__ import annotations

from symrnn.errors import EvidenceError


class UndecidedError(EvidenceError):
    """Ball arithmetic does not decide the question; the message says what stopped it."""
