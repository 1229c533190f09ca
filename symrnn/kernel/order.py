"""The order procedure: what is ≥ 0, or > 0, from facts; "not proved" is no answer.

Tried: signs that can be read off, sums of facts, and for a maximum or minimum its cases. A term
is a sum of products of atoms; a fact helps where it leaves, subtracted, terms that are ≥ 0 each.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import sympy
from sympy import Dummy, Expr, Max, Min

from symrnn.language.activations import Activation
from symrnn.language.derivatives import ImmediateDerivative, TotalDerivative
from symrnn.language.norms import Norm
from symrnn.language.ordered import Ranged

Known = tuple[tuple[Expr, bool], ...]
"""Expressions that are ≥ 0, each with whether it is > 0."""

Terms = dict[Expr, Expr]
Facts = list[tuple[Terms, bool]]

AT_ONCE, CASES = 5, 4
"""How many facts are added up, and how many maxima are opened one within the other."""

UNKNOWN, NONNEGATIVE, POSITIVE = 0, 1, 2

# A maximum in one of these is another number for every index, or at every point nearby.
NOT_AT_ONE_POINT = (
    *(Ranged, sympy.Sum, sympy.Product, Activation),
    *(TotalDerivative, ImmediateDerivative, sympy.Derivative),
)


@lru_cache(maxsize=65536)
def proves(expression: Expr, strict: bool, known: Known, cases: int = CASES) -> bool:
    """Whether `expression` ≥ 0 (> 0 where `strict`) follows from what is known."""
    needed = POSITIVE if strict else NONNEGATIVE
    if sign(expression) >= needed:
        return True  # a square, which would not be seen to be one once it is multiplied out
    if _by_factors(expression, strict, known, cases):
        return True
    written = sympy.expand(expression)
    expression = _without_denominators(written, known)
    if expression != written and _follows(written, strict, known):
        return True
    if sign(expression) >= needed or _follows(expression, strict, known):
        return True
    if any(node.has(Max, Min) for node in expression.atoms(*NOT_AT_ONE_POINT)):
        return False
    extremes = sorted(expression.atoms(Max, Min), key=sympy.default_sort_key)
    return cases > 0 and any(
        _by_slack(expression, strict, extreme, known, cases)
        or _by_cases(expression, strict, extreme, known, cases)
        for extreme in extremes
    )


def _by_factors(expression: Expr, strict: bool, known: Known, cases: int) -> bool:
    """A product of factors ≥ 0 (> 0), a power of a number > 0, or an even one of a number < 0."""
    if isinstance(expression, sympy.Mul):
        return all(proves(factor, strict, known, cases) for factor in expression.args)
    if not isinstance(expression, sympy.Pow):
        return False
    even = expression.exp.is_Integer and expression.exp % 2 == 0
    signed = (expression.base, -expression.base) if even else (expression.base,)
    return any(proves(base, True, known, cases) for base in signed)


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


def _follows(expression: Expr, strict: bool, known: Known) -> bool:
    symbols = {each for each, _ in known} | {expression}
    sizes = {s for each in symbols for s in each.free_symbols if s.is_positive and s.is_integer}
    facts = [(_terms(fact), positive) for fact, positive in known]
    facts += [(_terms(size - 1), False) for size in sorted(sizes, key=str)]
    return _by_sums(_terms(expression), strict, facts)


def _by_sums(terms: Terms, strict: bool, known: Facts, depth: int = AT_ONCE) -> bool:
    """Whether facts, taken several times each, leave only terms that are ≥ 0 when subtracted."""
    signs = {atom: _sign_of_term(atom, number) for atom, number in terms.items()}
    open_atoms = [atom for atom, of in signs.items() if of == UNKNOWN]
    if not open_atoms and (not strict or POSITIVE in signs.values()):
        return True
    if depth == 0 or not terms:
        return False
    # What is > 0 may hide in a term of which only ≥ 0 can be seen.
    atom = min(open_atoms or terms, key=sympy.default_sort_key)
    for fact, positive in known:
        for part, number in fact.items():
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
            if _by_sums(left, above, known, depth - 1):
                return True
    return False


def _terms(expression: Expr) -> Terms:
    terms = sympy.expand(expression).as_coefficients_dict()
    return {atom: number for atom, number in terms.items() if number != 0}


def _sign_of_term(atom: Expr, number: Expr) -> int:
    return min(sign(atom), sign(number))


def _without_denominators(expression: Expr, known: Known) -> Expr:
    """Multiplied by powers that stand below a fraction line and are > 0: the sign is the same."""
    powers = {
        factor
        for term in sympy.Add.make_args(expression)
        for factor in sympy.Mul.make_args(term)
        if isinstance(factor, sympy.Pow) and factor.exp.is_Integer and factor.exp < 0
    }
    for power in sorted(powers, key=sympy.default_sort_key):
        base: Expr = power.base
        if sign(base) == POSITIVE or _follows(base, True, known):
            # Term by term, so that what is below the line cancels before sums are multiplied out.
            terms = (each * base ** (-power.exp) for each in sympy.Add.make_args(expression))
            expression = sympy.Add(*map(sympy.expand, terms))
    return expression


def _by_slack(expression: Expr, strict: bool, extreme: Expr, known: Known, cases: int) -> bool:
    """max(x, y) is x + r for some r ≥ 0, and min(x, y) is x - r."""
    towards = 1 if isinstance(extreme, Max) else -1
    slack = towards * Dummy("r", nonnegative=True)
    return any(
        proves(expression.xreplace({extreme: value + slack}), strict, known, cases - 1)
        for value in extreme.args
    )


def _by_cases(expression: Expr, strict: bool, extreme: Expr, known: Known, cases: int) -> bool:
    """max(x, y) is x where x ≥ y, and y where y ≥ x: each case must prove it."""
    towards = 1 if isinstance(extreme, Max) else -1
    return all(
        proves(
            expression.xreplace({extreme: value}),
            strict,
            (*known, *_above(value, extreme.args, towards)),
            cases - 1,
        )
        for value in extreme.args
    )


def _above(value: Expr, others: Iterable[Expr], towards: int) -> Known:
    gaps = (sympy.expand(towards * (value - other)) for other in others if other != value)
    return tuple((gap, False) for gap in gaps)
