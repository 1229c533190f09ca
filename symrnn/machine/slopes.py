"""Coq asked about a user's activation: is σ′ its derivative, and is |σ′| at most γ?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symrnn.errors import NotSupportedError
from symrnn.language.activations import Activation
from symrnn.machine.activation import BOUND, DERIVATIVE, bound, derivative
from symrnn.machine.build import Heard, compile_all
from symrnn.machine.cache import Cache
from symrnn.machine.prover import Outcome, Prover
from symrnn.machine.sources import Source

TIME_LIMIT = 300.0
"""Seconds for one file."""

SIMPLE = 10_000
"""γ counts as a simple number if it is a fraction with no larger denominator."""

STEPS = 1000
"""A bound above γ is a multiple of 1/1000."""


@dataclass(frozen=True)
class SlopeProof:
    """What Coq accepted of an activation. A proof that fails means "not proved", never "wrong".

    derivative: whether σ′ is proved to be the derivative, between the kinks of σ.
    bound: the number proved to bound |σ′| there; None where none was.
    why_not: what stopped it, where something did.
    """

    derivative: bool
    bound: Fraction | None
    why_not: str = ""

    def record(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "derivative": self.derivative,
            "bound": None if self.bound is None else str(self.bound),
            "why_not": self.why_not or None,
        }


def prove_slope(
    sigma: Activation,
    gamma: tuple[Fraction, Fraction] | None,
    library: Mapping[str, Source],
    prover: Prover,
    cache: Cache,
    heard: Heard = lambda outcome: None,
) -> SlopeProof:
    """Have Coq prove the derivative of an activation and a bound on its slope.

    Args:
        sigma: a known activation.
        gamma: an interval that holds γ; None where it is not bounded, or not known.
        library: the lecture's Coq files, by stem.
        prover: Coq.
        cache: where what was accepted is kept.
        heard: hears of each file.
    """

    def ask(stem: str, sources: Mapping[str, Source]) -> Outcome:
        found = compile_all(sources, [stem], prover, cache, time_limit=TIME_LIMIT, heard=heard)
        return found[stem]

    try:
        sources = {**library, DERIVATIVE: Source(DERIVATIVE, derivative(sigma))}
        outcome = ask(DERIVATIVE, sources)
        if not outcome.accepted or gamma is None:
            why = "" if outcome.accepted else f"{outcome.verdict.value}: {outcome.said}"
            return SlopeProof(outcome.accepted, None, why)
        for candidate in candidates(*gamma):
            sources[BOUND] = Source(BOUND, bound(sigma, candidate))
            outcome = ask(BOUND, sources)
            if outcome.accepted:
                return SlopeProof(True, candidate)
        return SlopeProof(True, None, f"{outcome.verdict.value}: {outcome.said}")
    except NotSupportedError as error:
        return SlopeProof(False, None, str(error))


def candidates(lower: Fraction, upper: Fraction) -> Iterator[Fraction]:
    """Bounds worth trying: γ itself where it is a simple number, else the next ones above."""
    simple = upper.limit_denominator(SIMPLE)
    if lower <= simple <= upper:
        yield simple
    above = math.ceil(upper * STEPS)
    # A bound that γ nearly reaches takes Coq too long.
    yield Fraction(above + (above - upper * STEPS < Fraction(1, 4)), STEPS)
