"""Every error symrnn raises on purpose.

Branches under one base class: `IllFormedError`, the caller's mistake; `NotSupportedError`,
something meaningful that symrnn cannot do yet; `RangeError`, a number too large for its dtype; and
`EvidenceError`, the reason the project exists: a claim that does not hold.
"""

from __future__ import annotations

from collections.abc import Mapping


class SymrnnError(Exception):
    """Base class of all errors raised on purpose.

    `detail` is printed below the message, one indented `key  value` line each:
    data stays apart from prose.
    """

    def __init__(self, message: str, detail: Mapping[str, object] | None = None) -> None:
        self.message = message
        self.detail = dict(detail or {})
        super().__init__(message)

    def __str__(self) -> str:
        width = max((len(key) for key in self.detail), default=0) + 2
        lines = [f"  {key:<{width}}{value}" for key, value in self.detail.items()]
        return "\n".join([self.message, *lines])


class IllFormedError(SymrnnError, ValueError):
    """The input has no meaning: wrong shapes, an index out of range, an unknown name."""


class ShapeError(IllFormedError):
    """Two shapes that do not fit; the message names both."""


class ParseError(IllFormedError):
    """Text from outside that the whitelisting parser refuses; the column is marked."""


class NotSupportedError(SymrnnError, NotImplementedError):
    """The input is meaningful, but symrnn has no rule for it yet."""


class RangeError(SymrnnError, OverflowError):
    """A result left the range of its dtype, and the caller did not ask for scaled products."""


class UnderflowWarning(RuntimeWarning):
    """One result among others that is 0 in its dtype, and not in truth."""


class EvidenceError(SymrnnError):
    """A claim, a step or a formula was checked and does not hold."""


class UnmetError(EvidenceError):
    """No point that was tried meets the hypotheses of a claim: nothing was compared."""


class UnjustifiedStepError(EvidenceError):
    """A step of a derivation that its rule does not produce."""


class SideConditionError(EvidenceError):
    """A rule was named whose side condition is not met (or not known to be met)."""


class DisagreementError(EvidenceError):
    """A derived formula and its independent oracle disagree numerically."""


class CodeError(EvidenceError):
    """Code that is checked raised, took too long, or gave what can not be compared."""


class UndecidedError(SymrnnError):
    """A check could not tell right from wrong at these numbers: at a kink, where all is zero."""
