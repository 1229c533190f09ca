"""What is to be proved of a user's activation: its derivative, and a bound on the slope."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import sympy
from sympy import Expr

from symrnn.errors import NotSupportedError
from symrnn.language.activations import Activation, X
from symrnn.language.kinks import between, kinks_of, without_kinks
from symrnn.machine.reals import real
from symrnn.machine.tails import lemma, tail

SUPPORT = "slope_obligations"
"""The file of lemmas and tactics that every obligation requires."""

DERIVATIVE, BOUND = "activation_derivative", "activation_bound"
"""The files written for an activation."""

SUBDIVIDE = "interval with (i_bisect x, i_taylor x, i_prec 60, i_depth 30)"

BEYOND = 32
"""Outside ±32 the slope is bounded by what it tends to."""

HEADER = f"""From Coq Require Import Reals Lra Psatz.
From Coquelicot Require Import Coquelicot.
From Interval Require Import Tactic.
From symrnn Require Import slopes_bounded {SUPPORT}.

Open Scope R_scope.
"""


@dataclass(frozen=True)
class Branch:
    """σ and σ′ between two kinks, or kinks and infinity."""

    left: Expr
    right: Expr
    value: Expr
    slope: Expr

    @property
    def condition(self) -> str:
        """x lies strictly between the ends; empty where it may be anything."""
        parts = []
        if self.left.is_finite:
            parts.append(f"{real(self.left)} < x")
        if self.right.is_finite:
            parts.append(f"x < {real(self.right)}")
        return " /\\ ".join(parts)


def branches(sigma: Activation) -> list[Branch]:
    """σ in smooth pieces.

    Raises:
        NotSupportedError: where the kinks are not rational numbers.
    """
    value, slope = sigma.at(X), sigma.prime.at(X)
    kinks = kinks_of(slope)
    if kinks is None or not all(kink.is_Rational for kink in kinks):
        raise NotSupportedError("kinks at rational numbers are proved about", {"σ": str(value)})
    ends = [-sympy.oo, *kinks, sympy.oo]
    return [
        Branch(
            left,
            right,
            without_kinks(value, between(left, right)),
            without_kinks(slope, between(left, right)),
        )
        for left, right in pairwise(ends)
    ]


def derivative(sigma: Activation) -> str:
    """A Coq file with `derivative_i : forall x, … -> is_derive sigma x (slope_i x)`."""
    pieces = branches(sigma)
    lines = [HEADER, f"Definition sigma (x : R) : R := {real(sigma.at(X))}.", ""]
    for number, piece in enumerate(pieces):
        lines += [f"Definition slope_{number} (x : R) : R := {real(piece.slope)}.", ""]
        claim = f"is_derive sigma x (slope_{number} x)"
        if not piece.condition:
            lines += [
                f"Theorem derivative_{number} x : {claim}.",
                f"Proof. unfold sigma, slope_{number}; derivative. Qed.",
                "",
            ]
            continue
        lines += [
            f"Theorem derivative_{number} x : {piece.condition} -> {claim}.",
            "Proof.",
            f"intros inside; apply (is_derive_open (fun x => {piece.condition}) sigma",
            f"  (fun x => {real(piece.value)})); [in_open|exact inside| |].",
            "  unfold sigma; branch.",
            f"unfold slope_{number}; derivative.",
            "Qed.",
            "",
        ]
    return "\n".join(lines)


def bound(sigma: Activation, gamma: Fraction) -> str:
    """A Coq file with `bound_i : forall x, … -> Rabs (Derive sigma x) <= gamma`.

    It requires the file `DERIVATIVE`, made by `derivative`.
    """
    value = real(sympy.Rational(gamma.numerator, gamma.denominator))
    lines = [HEADER.replace(SUPPORT, f"{SUPPORT} {DERIVATIVE}")]
    for number, piece in enumerate(branches(sigma)):
        lines += _bound(number, piece, value)
    return "\n".join(lines)


def _bound(number: int, piece: Branch, value: str) -> Iterator[str]:
    slope = f"slope_{number}"
    given = f"{piece.condition} -> " if piece.condition else ""
    cuts = []
    for side, end in ((-1, piece.left), (1, piece.right)):
        found = None if end.is_finite else tail(piece.slope, side)
        if found is not None:
            name = f"{'above' if side > 0 else 'below'}_{number}"
            yield from lemma(name, slope, found, side, BEYOND, value)
            where = f"{BEYOND} x" if side > 0 else f"x (- {BEYOND})"
            cuts.append(f"destruct (Rle_lt_dec {where}); [apply {name}; lra|]")
    alternatives = [f"unfold {slope}; {_hints(piece.slope)}slope_bound"]
    simple = _fraction(piece.slope)
    if simple is not None:
        same = f"replace ({slope} x) with {simple} by (unfold {slope}; field; nonzero)"
        alternatives.append(f"{same}; by_squares")
    between_cuts = f"unfold {slope}; rewrite ?tanh_lnE by nonzero; {SUBDIVIDE}"
    alternatives.append("; ".join([*cuts, between_cuts]))
    yield f"Theorem bound_{number} x : {given}Rabs (Derive sigma x) <= {value}."
    yield "Proof."
    inside = " inside" if given else ""
    yield f"intros{inside}; rewrite (is_derive_unique _ _ _ (derivative_{number} x{inside}))."
    tried = "\n  |".join(alternatives)
    yield f"first [{tried}]."
    yield "Qed."
    yield ""


def _hints(slope: Expr) -> str:
    """What `nra` should know of the functions in a slope."""
    facts = []
    for node in sorted(slope.atoms(sympy.tanh), key=sympy.default_sort_key):
        facts.append(f"tanh_bound {real(node.args[0])}")
    for node in sorted(slope.atoms(sympy.exp), key=sympy.default_sort_key):
        facts += [f"exp_pos {real(node.args[0])}", f"square_ge0 (1 - {real(node)})"]
    return "".join(f"pose proof ({fact}); " for fact in facts)


def _fraction(slope: Expr) -> str | None:
    """A rational slope as one fraction in lowest terms."""
    if not slope.is_rational_function(X) or not slope.has(X):
        return None
    numerator, denominator = sympy.fraction(sympy.cancel(slope))
    return f"({real(numerator)} * / {real(denominator)})"
