"""What sampling found, by whichever way a claim was sampled."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sampled:
    """What sampling found.

    residual: largest relative disagreement of an equality (0 if there is none).
    tightest: largest ratio of the two sides of an inequality, that of the loosest line where there
        are several (None if there is none).
    points: how many settings met the hypotheses, and so were compared.
    tried: how many were drawn.
    moments: how many orderings of the times had settings, each of another kind.
    """

    residual: float
    tightest: float | None
    points: int
    tried: int = 0
    moments: int = 0
