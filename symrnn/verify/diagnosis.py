"""What is wrong with a formula that disagrees: the slip, or two, that undone make it agree.

Hypotheses are rewrites of the formula (`rewrites`, `slips`), constants fitted to the numbers, and
terms of the derived formula that it lacks or has twice. The other way round, slips are made in the
derived formula: where that gives the numbers of the formula in question, it is the slip. For two
slips both ways are gone half: one undone here, one made there, and the numbers meet.

A slip is named only if the formula mended by it agrees at the caller's numbers and at several
small nets, at times of either parity: a coincidence does not repeat.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy.matrices.expressions import MatrixExpr

from symrnn.language.algebra import MatrixProduct, MatrixSum
from symrnn.verify.derived import derived_forms, terms_of
from symrnn.verify.fitting import factor_of, fitted, fitted_terms
from symrnn.verify.interpreter import Interpreter
from symrnn.verify.places import Claim, Trial
from symrnn.verify.rewrites import DOUBLED, MISSED, MISSING, TOO_MANY, Rewrite, rewrites, scaled
from symrnn.verify.slips import Facts, only_one

Array = NDArray[Any]

PAIRS = 200
"""How many pairs of slips are tried at most one by one."""

MET = 12
"""How many first slips that meet a slip in the derived formula are followed at most."""

DIGITS = 7
"""Digits by which two values at the same numbers meet, before they are compared."""

IN_DERIVED = "slip in the derived formula"
PAIR = "two slips"


@dataclass(frozen=True)
class Diagnosis:
    """The slip that explains a disagreement.

    Attributes:
        slip: the hypothesis that fits, with the formula mended; None if none does.
        error: relative disagreement of the mended formula.
        tried: how many hypotheses were tried.
        places: at how many nets and times besides the caller's it was confirmed.
        right_elsewhere: whether the formula as it stands agrees at all of those.
    """

    slip: Rewrite | None
    error: float
    tried: int
    places: int = 0
    right_elsewhere: bool = False

    def __str__(self) -> str:
        if self.right_elsewhere:
            return (
                f"none: at {self.places} other nets it agrees as it stands; at these numbers its"
                " digits are lost, by cancellation or by saturation"
            )
        if self.slip is None:
            if not self.places:
                return "none: no other net was found at which a slip could be confirmed"
            return (
                "no single slip and no pair explains it: no transpose, reversed product, index"
                " shift, missing or doubled term or factor, constant, σ for σ′, or other time or"
                f" vector ({self.tried} tried)"
            )
        return f"it agrees to {self.error:.0e} once {self.slip.words}"


def diagnose(
    claim: Claim, agrees_here: Callable[[Any], float | None], places: list[Trial]
) -> Diagnosis:
    """Try every hypothesis, likelier ones first.

    Args:
        claim: the formula that disagrees, and which derivative it claims to be.
        agrees_here: the error of a formula at the caller's own numbers; None if it does not agree.
        places: other nets and times, to try and to confirm at.
    """
    if not places:
        return Diagnosis(None, float("inf"), 0)
    if all(place.agrees(claim.formula) for place in places):
        return Diagnosis(None, float("inf"), 0, len(places), right_elsewhere=True)
    search = _Search(claim, agrees_here, places)
    for slip in chain(search.single(), search.in_derived(), search.two()):
        error = agrees_here(slip.formula)
        assert error is not None
        return Diagnosis(slip, error, len(search.tried), len(places))
    return Diagnosis(None, float("inf"), len(search.tried), len(places))


@dataclass
class _Search:
    """The hypotheses about one formula, and what has been tried."""

    claim: Claim
    agrees_here: Callable[[Any], float | None]
    places: list[Trial]
    tried: set[Any] = field(default_factory=set)
    undone: list[Rewrite] = field(default_factory=list)
    made: list[tuple[Rewrite, MatrixExpr, bytes | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        first = self.places[0]
        self.interpreter = Interpreter(first.setting, first.times)
        self.facts = Facts(self.claim.setting.rnn.recurrence, self.claim.node)
        self.times = tuple(symbol for symbol, _ in self.claim.times)
        run = self.claim.runnable
        forms = [run.in_names(form) for form in derived_forms(run, self.claim.node)]
        self.derived = [form for form in forms if self.confirmed(form)]

    # What a formula is worth ---------------------------------------------------

    def confirmed(self, formula: Any) -> bool:
        """Whether a formula agrees at every place and at the caller's numbers."""
        return (
            all(place.agrees(formula) for place in self.places)
            and self.agrees_here(formula) is not None
        )

    def explains(self, rewrite: Rewrite) -> Rewrite | None:
        """The hypothesis, if it mends the formula; with a constant, if it then differs by one."""
        if rewrite.formula in self.tried:
            return None
        self.tried.add(rewrite.formula)
        place = self.places[0]
        value = self.interpreter.value(rewrite.formula)
        if value is None or value.shape != place.expected.shape:
            return None
        if place.error_of(value) <= place.tolerance:
            return rewrite if self.confirmed(rewrite.formula) else None
        return self._with_constant(rewrite, value)

    def _with_constant(self, rewrite: Rewrite, value: Array) -> Rewrite | None:
        place = self.places[0]
        factor = factor_of(value, place.expected)
        if factor is None or not factor.is_Rational or rewrite.formula == self.claim.formula:
            return None
        if not place.error_of(float(factor) * value) <= place.tolerance:
            return None
        mended = scaled(rewrite.formula, factor)
        if not self.confirmed(mended.formula):
            return None
        return Rewrite(PAIR, f"{rewrite.words}, and {mended.words}", mended.formula)

    # Hypotheses ----------------------------------------------------------------

    def changes(self, formula: MatrixExpr) -> Iterator[Rewrite]:
        """Every formula one slip away."""
        return rewrites(formula, self.facts.families(), self.times)

    def single(self) -> Iterator[Rewrite]:
        """One slip undone; those that need a constant besides come after all that do not."""
        formula, later = self.claim.formula, []
        for rewrite in chain(
            fitted(formula, self.places[0]),
            self.keeping(self.changes(formula)),
            fitted_terms(formula, self.places[0]),
            self.lacking(),
        ):
            found = self.explains(rewrite)
            if found is rewrite:
                yield found
            elif found is not None:
                later.append(found)
        yield from later

    def keeping(self, changes: Iterator[Rewrite]) -> Iterator[Rewrite]:
        """The same, and what has been gone through is kept for pairs."""
        for rewrite in changes:
            self.undone.append(rewrite)
            yield rewrite

    def lacking(self) -> Iterator[Rewrite]:
        """A term of the derived formula that is missing, or there once too often."""
        formula = self.claim.formula
        for words, term in chain.from_iterable(map(terms_of, self.derived)):
            if term.shape == formula.shape:
                said = f"the {MISSED}term {words} is added"
                yield Rewrite(MISSING, said, MatrixSum(formula, term))
                once_less = MatrixSum(formula, MatrixProduct(-1, term))
                yield Rewrite(DOUBLED, f"the term {words}{TOO_MANY} is left out", once_less)

    def made_in_derived(self) -> Iterator[tuple[Rewrite, MatrixExpr, bytes | None]]:
        """Slips made in the derived formula, that formula, and what its numbers then are."""
        for form in self.derived:
            for rewrite in chain(only_one(form), self.changes(form)):
                key = _rounded(self.interpreter.value(rewrite.formula))
                self.made.append((rewrite, form, key))
                yield self.made[-1]

    def in_derived(self) -> Iterator[Rewrite]:
        """The derived formula, where one slip made in it gives the formula in question."""
        wanted = _rounded(self.interpreter.value(self.claim.formula))
        for rewrite, form, key in self.made_in_derived():
            if key is not None and key == wanted and self.same(rewrite.formula, self.claim.formula):
                words = f"mended: as it stands, it is the derived formula in which {rewrite.made}"
                yield Rewrite(IN_DERIVED, words, form)

    def same(self, formula: MatrixExpr, other: MatrixExpr) -> bool:
        """Whether two formulas have one value at every place."""
        pairs = ((place.value(formula), place.value(other)) for place in self.places)
        return all(a is not None and b is not None and _close(a, b) for a, b in pairs)

    def two(self) -> Iterator[Rewrite]:
        """Two slips undone; or one undone here that meets one made in the derived formula."""
        firsts: dict[bytes, list[Rewrite]] = {}
        for first in self.undone:
            key = _rounded(self.interpreter.value(first.formula))
            if key is not None:
                firsts.setdefault(key, []).append(first)
        met = []
        for made, form, key in self.made:
            met += [(first, made, form) for first in firsts.get(key or b"", [])]
        for first in list(dict.fromkeys(first for first, _, _ in met))[:MET]:
            yield from self.then(first)
        for first, made, form in met:
            if self.same(first.formula, made.formula):
                then = f"it then is the derived formula in which {made.made}"
                words = f"{first.words}, and mended: {then}"
                yield Rewrite(PAIR, words, form)
        every = list(chain.from_iterable(firsts.values()))
        yield from self.one_by_one(every, len(self.tried) + PAIRS)

    def then(self, first: Rewrite) -> Iterator[Rewrite]:
        """A second slip undone after a first one."""
        for second in self.changes(first.formula):
            found = self.explains(second)
            if found is not None:
                yield self.paired(first, found)

    def paired(self, first: Rewrite, second: Rewrite) -> Rewrite:
        return replace(second, hypothesis=PAIR, words=f"{first.words}, and {second.words}")

    def one_by_one(self, firsts: Iterable[Rewrite], most: int) -> Iterator[Rewrite]:
        """Pairs, until so many formulas have been tried in all."""
        for first in firsts:
            for second in self.changes(first.formula):
                if len(self.tried) >= most:
                    return
                found = self.explains(second)
                if found is not None:
                    yield self.paired(first, found)


def _rounded(value: Array | None) -> bytes | None:
    """What equal values have in common, and most others do not; None of what tells nothing."""
    if value is None or not np.all(np.isfinite(value)):
        return None
    scale = float(np.max(np.abs(value), initial=0.0))
    if scale == 0:
        return None
    digits = np.round(value / scale, DIGITS) + 0.0
    return digits.tobytes() + f"{scale:.{DIGITS}e}".encode()


def _close(left: Array, right: Array) -> bool:
    scale = max(float(np.max(np.abs(right), initial=0.0)), 1e-300)
    return left.shape == right.shape and bool(np.max(np.abs(left - right)) <= 1e-9 * scale)
