"""The order procedure: what is ≥ 0, or > 0, from facts; "not proved" is no answer.

Tried: signs that can be read off, sums of facts, and for a maximum or minimum its cases. A term
is a sum of products of atoms; a fact helps where it leaves, subtracted, terms that are ≥ 0 each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import sympy
from sympy import Dummy, Expr, Max, Min
from sympy.matrices.expressions import MatrixExpr

from symrnn.kernel.nodes import STEPS, is_made_of_known
from symrnn.language.activations import Activation, Elementwise
from symrnn.language.algebra import MatrixProduct, Ones
from symrnn.language.derivatives import ImmediateDerivative, TotalDerivative
from symrnn.language.entry import Entry
from symrnn.language.norms import Norm
from symrnn.language.ordered import Ranged

Known = tuple[tuple[Expr, bool], ...]
"""Expressions that are ≥ 0, each with whether it is > 0."""

Terms = dict[Expr, Expr]
Facts = list[tuple[Terms, bool]]

AT_ONCE, CASES = 5, 4
"""How many facts are added up, and how many maxima are opened one within the other."""

TRIES = 20000
"""How many attempts are made for one answer; where none has succeeded by then, it is not known."""

UNKNOWN, NONNEGATIVE, POSITIVE = 0, 1, 2

# A maximum in one of these is another number for every index, or at every point nearby.
NOT_AT_ONE_POINT = (
    *(Ranged, sympy.Sum, sympy.Product, Activation),
    *(TotalDerivative, ImmediateDerivative, sympy.Derivative),
)


@lru_cache(maxsize=65536)
def proves(expression: Expr, strict: bool, known: Known) -> bool:
    """Whether `expression` ≥ 0 (> 0 where `strict`) follows from what is known."""
    if not all(map(is_made_of_known, (expression, *(each for each, _ in known)))):
        return False  # and the answer is kept for all that is equal, as that sees it
    return _Search(known, iter(range(TRIES))).shows(expression, strict)


@dataclass(frozen=True)
class _Search:
    """What is known, the attempts that are left, and how many maxima may still be opened."""

    known: Known
    tries: Iterator[int]
    cases: int = CASES

    def shows(self, expression: Expr, strict: bool) -> bool:
        """Whether `expression` ≥ 0 (> 0 where `strict`)."""
        needed = POSITIVE if strict else NONNEGATIVE
        if sign(expression) >= needed:
            return True  # a square, which would not be seen to be one once it is multiplied out
        if next(self.tries, None) is None:
            return False
        if self._by_factors(expression, strict):
            return True
        written = sympy.expand(expression)
        expression = self._without_denominators(written)
        if expression != written and self._follows(written, strict):
            return True
        if sign(expression) >= needed or self._follows(expression, strict):
            return True
        if any(node.has(Max, Min) for node in expression.atoms(*NOT_AT_ONE_POINT)):
            return False
        extremes = sorted(expression.atoms(Max, Min), key=sympy.default_sort_key)
        return self.cases > 0 and any(
            self._by_slack(expression, strict, extreme)
            or self._by_cases(expression, strict, extreme)
            for extreme in extremes
        )

    def _by_factors(self, expression: Expr, strict: bool) -> bool:
        """Factors ≥ 0 (> 0), a power of a number > 0, or an even one of a number < 0."""
        if isinstance(expression, sympy.Mul):
            return all(self.shows(factor, strict) for factor in expression.args)
        if not isinstance(expression, sympy.Pow):
            return False
        even = expression.exp.is_Integer and expression.exp % 2 == 0
        signed = (expression.base, -expression.base) if even else (expression.base,)
        return any(self.shows(base, True) for base in signed)

    def _without_denominators(self, expression: Expr) -> Expr:
        """Multiplied by powers that stand below a fraction line and are > 0: of the same sign."""
        powers = {
            factor
            for term in sympy.Add.make_args(expression)
            for factor in sympy.Mul.make_args(term)
            if isinstance(factor, sympy.Pow) and factor.exp.is_Integer and factor.exp < 0
        }
        for power in sorted(powers, key=sympy.default_sort_key):
            base: Expr = power.base
            if sign(base) == POSITIVE or self._follows(base, True):
                # Term by term: what is below the line cancels before sums are multiplied out.
                terms = (each * base ** (-power.exp) for each in sympy.Add.make_args(expression))
                expression = sympy.Add(*map(sympy.expand, terms))
        return expression

    def _by_slack(self, expression: Expr, strict: bool, extreme: Expr) -> bool:
        """max(x, y) is x + r for some r ≥ 0, and min(x, y) is x - r."""
        slack = _towards(extreme) * Dummy("r", nonnegative=True)
        inside = replace(self, cases=self.cases - 1)
        return any(
            inside.shows(expression.xreplace({extreme: value + slack}), strict)
            for value in extreme.args
        )

    def _by_cases(self, expression: Expr, strict: bool, extreme: Expr) -> bool:
        """max(x, y) is x where x ≥ y, and y where y ≥ x: each case must prove it."""
        return all(
            _Search((*self.known, *_above(value, extreme)), self.tries, self.cases - 1).shows(
                expression.xreplace({extreme: value}), strict
            )
            for value in extreme.args
        )

    def _follows(self, expression: Expr, strict: bool) -> bool:
        symbols = {each for each, _ in self.known} | {expression}
        sizes = {s for each in symbols for s in each.free_symbols if s.is_positive and s.is_integer}
        facts = [(_terms(fact), positive) for fact, positive in self.known]
        facts += [(_terms(size - 1), False) for size in sorted(sizes, key=str)]
        return self._by_sums(_terms(expression), strict, facts)

    def _by_sums(self, terms: Terms, strict: bool, facts: Facts, depth: int = AT_ONCE) -> bool:
        """Whether facts, taken several times each, leave, subtracted, only terms that are ≥ 0."""
        signs = {atom: _sign_of_term(atom, number) for atom, number in terms.items()}
        open_atoms = [atom for atom, of in signs.items() if of == UNKNOWN]
        if not open_atoms and (not strict or POSITIVE in signs.values()):
            return True
        if depth == 0 or not terms:
            return False
        # What is > 0 may hide in a term of which only ≥ 0 can be seen.
        atom = min(open_atoms or terms, key=sympy.default_sort_key)
        for fact, positive in facts:
            for part, number in fact.items():
                if next(self.tries, None) is None:
                    return False
                # The fact times a number > 0 and a product of atoms ≥ 0 takes the open term away.
                factor = atom / part
                times = terms[atom] / number
                if times <= 0 or sign(factor) == UNKNOWN or not _has_a_value(factor):
                    continue
                left = dict(terms)
                for other, amount in fact.items():
                    left[other * factor] = left.get(other * factor, 0) - times * amount
                left = {each: amount for each, amount in left.items() if amount != 0}
                above = strict and not (positive and sign(factor) == POSITIVE)
                if self._by_sums(left, above, facts, depth - 1):
                    return True
        return False


def sign(expression: Expr) -> int:
    """POSITIVE or NONNEGATIVE where that can be read off the expression, else UNKNOWN."""
    match expression:
        case sympy.Rational():
            return POSITIVE if expression > 0 else NONNEGATIVE if expression == 0 else UNKNOWN
        case sympy.Symbol():
            return POSITIVE if expression.is_positive else int(bool(expression.is_nonnegative))
        case sympy.exp() | sympy.cosh() | sympy.core.numbers.NumberSymbol():
            return POSITIVE
        case Norm() | sympy.Abs():
            return NONNEGATIVE
        case sympy.Pow():
            return _sign_of_power(expression.base, expression.exp)
        case sympy.Mul() | Min():
            return min(map(sign, expression.args))
        case Max():
            return max(map(sign, expression.args))
        case sympy.Add():
            signs = [sign(term) for term in expression.args]
            return UNKNOWN if min(signs) == UNKNOWN else max(signs)
        case sympy.Sum():
            return min(sign(expression.function), NONNEGATIVE)
        case sympy.Product():
            return sign(expression.function)
        case Entry():
            return _sign_of_entries(expression.matrix)
    return UNKNOWN


def _sign_of_entries(matrix: MatrixExpr) -> int:
    """POSITIVE or NONNEGATIVE where every entry is; products add up over one place at least."""
    match matrix:
        case Ones():
            return POSITIVE
        case Elementwise() if not matrix.activation.has(*STEPS):
            return sign(matrix.activation.function.expr)
        case MatrixProduct():
            return min(sign(matrix.coefficient), *map(_sign_of_entries, matrix.factors))
    return UNKNOWN


def _sign_of_power(base: Expr, exponent: Expr) -> int:
    if sign(base) == POSITIVE:
        return POSITIVE
    if exponent.is_Integer and exponent % 2 == 0:
        return NONNEGATIVE if exponent > 0 else POSITIVE  # where it has a value
    fractional = exponent.is_Rational and not exponent.is_Integer
    # Where it has a value: the root of a number ≥ 0, a power of one.
    return NONNEGATIVE if sign(base) == NONNEGATIVE or fractional else UNKNOWN


def _has_a_value(product: Expr) -> bool:
    """Whether a product of powers of atoms is a number whatever the atoms are: 0⁻¹ is none."""
    powers = (each for each in sympy.Mul.make_args(product) if isinstance(each, sympy.Pow))
    return all(
        sign(each.base) == POSITIVE or (each.exp.is_Integer and each.exp > 0) for each in powers
    )


def _terms(expression: Expr) -> Terms:
    terms = sympy.expand(expression).as_coefficients_dict()
    return {atom: number for atom, number in terms.items() if number != 0}


def _sign_of_term(atom: Expr, number: Expr) -> int:
    return min(sign(atom), sign(number))


def _towards(extreme: Expr) -> int:
    return 1 if isinstance(extreme, Max) else -1


def _above(value: Expr, extreme: Expr) -> Known:
    """That a value is the extreme one."""
    others = (other for other in extreme.args if other != value)
    return tuple((sympy.expand(_towards(extreme) * (value - other)), False) for other in others)
