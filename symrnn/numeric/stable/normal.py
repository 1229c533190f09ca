"""Exponentials by e^(-|u|): on one side of u = 0 a formula is a fraction in x and such decays.

Every exponential in a formula is e^(n u) for a few u and integers n. Where u keeps its sign,
e^(n u) = e^(-|u|)^(∓n), with a base between 0 and 1: nothing overflows, what vanishes does so as a
power of the base, and the fraction's terms can be sorted by sign. tanh, sinh and cosh are written
by exponentials, 1 + erf(u) on the left by erfc(|u|), logarithms of fractions as sums of
log1p. All are identities; which form is taken is decided by measuring (see `plan`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache, reduce
from typing import Any

import sympy
from sympy import Dummy, Expr, Rational, S
from sympy.codegen.cfunctions import log1p

from symrnn.language.activations import X
from symrnn.numeric.stable.nodes import Data, Decay, Erfc, FineDecay, Tail, Z

DIGITS = 40


@dataclass
class Side:
    """One side: a point on it decides signs; atoms are the decays and functions met.

    Attributes:
        test: a rational point; no exponent changes its sign between it and the ends of the side.
        complement: write erf by erfc.
        precise: decays of exponents that are computed to twice the digits.
        halved: the decays of u/2: what vanishes does so as an even power.
        near_one: write log R as log1p(R - 1).
        bases: the exponents u, e^(-|u|) is a symbol.
        atoms: what each symbol stands for.
    """

    test: Expr
    complement: bool = True
    precise: bool = False
    halved: bool = False
    near_one: bool = False
    bases: list[tuple[Expr, Dummy]] = field(default_factory=list)
    atoms: dict[Dummy, Expr] = field(default_factory=dict)

    def sign(self, value: Expr) -> int:
        """The sign of an expression at the point of this side."""
        return 1 if value.subs(X, self.test).evalf(DIGITS) > 0 else -1

    def atom(self, meaning: Expr) -> Dummy:
        """The symbol of a function's value."""
        for symbol, known in self.atoms.items():
            if known == meaning:
                return symbol
        symbol = Dummy(f"f{len(self.atoms)}", real=True)
        self.atoms[symbol] = meaning
        return symbol


def exponents(expression: Expr) -> list[Expr]:
    """The exponents u of a formula: polynomials, no one a rational multiple of another."""
    found: list[Expr] = []
    for node in sympy.preorder_traversal(expression):
        if isinstance(node, (sympy.exp, sympy.sinh | sympy.cosh)):
            found.append(node.args[0])
        elif isinstance(node, sympy.tanh):
            found.append(2 * node.args[0])
    groups: list[list[Any]] = []
    for exponent in found:
        polynomial = _variable_part(exponent)
        if polynomial is None or polynomial == 0:
            continue
        for group in groups:
            ratio = sympy.cancel(polynomial / group[0])
            if ratio.is_Rational:
                group[1].append(ratio)
                break
        else:
            groups.append([polynomial, [S.One]])
    units = [sympy.expand(first * reduce(sympy.gcd, ratios)) for first, ratios in groups]
    # |u| is meant: the one of two signs that reads better.
    return [-u if sympy.Poly(u, X).LC().is_negative else u for u in units]


def _variable_part(exponent: Expr) -> Expr | None:
    """The polynomial part of an exponent: without logarithms, and None if something else is in it.

    A constant stays with its polynomial, for u = 10 x + 100 has its root at -10.
    """
    total = S.Zero
    for term in sympy.Add.make_args(sympy.expand(exponent)):
        if term.is_polynomial(X):
            total += term
        elif not (term.has(sympy.log) and _log_term(term)):
            return None
    return total if total.has(X) else S.Zero


def _log_term(term: Expr) -> tuple[Expr, Expr] | None:
    """(n, R) of n log(R), n an integer."""
    coefficient, rest = term.as_coeff_Mul()
    return (coefficient, rest.args[0]) if isinstance(rest, sympy.log) else None


def roots(expression: Expr) -> list[Expr]:
    """Where a side ends: the real roots of the exponents and of what erf is taken of."""
    watched = exponents(expression)
    watched += [node.args[0] for node in expression.atoms(sympy.erf, sympy.erfc)]
    found: set[Expr] = set()
    for inner in watched:
        if inner.is_polynomial(X):
            found |= set(_real_roots(inner))
    return sorted(found, key=lambda root: root.evalf(DIGITS))


def _real_roots(polynomial: Expr) -> list[Expr]:
    """Real roots; 0 exactly, the others to `DIGITS` digits."""
    coefficients = sympy.Poly(polynomial, X).all_coeffs()
    found: list[Expr] = []
    while coefficients and coefficients[-1] == 0:
        coefficients.pop()
        found = [S.Zero]
    if len(coefficients) < 2:
        return found
    near = sympy.Poly([c.evalf(DIGITS) for c in coefficients], X)
    for root in near.nroots(n=DIGITS, maxsteps=200):
        if abs(sympy.im(root)) < Rational(1, 10**20):
            found.append(Rational(str(sympy.re(root).evalf(20))))
    return found


def normal(expression: Expr, side: Side) -> tuple[Expr, Expr]:
    """Numerator and denominator of the formula on one side, factored, in x and the side's symbols.

    Raises:
        sympy.PolynomialError: the formula is no fraction in them.
    """
    over, under, bases, atoms = _fraction(expression, side.test, side.complement, side.near_one)
    side.bases, side.atoms = list(bases), dict(atoms)
    for place, (u, symbol) in enumerate(side.bases):
        if side.halved:
            root = Dummy(f"h{place}", positive=True)
            over, under = (part.xreplace({symbol: root**2}) for part in (over, under))
            side.atoms = {s: m.xreplace({symbol: root**2}) for s, m in side.atoms.items()}
            side.bases[place] = (u / 2, root)
    if side.precise:
        side.atoms = {symbol: _precise(meaning) for symbol, meaning in side.atoms.items()}
    for u, symbol in side.bases:
        fine = side.precise and not _is_scaled(u)
        side.atoms[symbol] = FineDecay(X, Data(u.xreplace({X: Z}))) if fine else Decay(u)
    return over, under


def _precise(meaning: Expr) -> Expr:
    if isinstance(meaning, Erfc) and meaning.args[0].is_polynomial(X):
        return Tail(X, Data(meaning.args[0].xreplace({X: Z})))
    return meaning


@lru_cache(maxsize=256)
def _fraction(
    expression: Expr, test: Expr, complement: bool, near_one: bool
) -> tuple[Expr, Expr, tuple[tuple[Expr, Dummy], ...], tuple[tuple[Dummy, Expr], ...]]:
    side = Side(test, complement, near_one=near_one)
    side.bases = [
        (u, Dummy(f"e{place}", positive=True)) for place, u in enumerate(exponents(expression))
    ]
    side.atoms.update({symbol: Decay(u) for u, symbol in side.bases})
    fraction = sympy.together(_visit(expression, side))
    over, under = (sympy.expand(part) for part in sympy.fraction(sympy.cancel(fraction)))
    for symbol, meaning in side.atoms.items():
        if meaning.is_Pow and meaning.exp == S.Half and symbol in over.free_symbols:
            over = sympy.rem(over, symbol**2 - sympy.expand(meaning.base), symbol)
    for place, (u, symbol) in enumerate(side.bases):
        over, under, power = _contracted(over, under, symbol, side)
        side.bases[place] = (sympy.expand(power * u), symbol)
    over, under = sympy.factor(over), sympy.factor(under)
    return over, under, tuple(side.bases), tuple(side.atoms.items())


def _contracted(over: Expr, under: Expr, symbol: Dummy, side: Side) -> tuple[Expr, Expr, Expr]:
    """With e for e^n where only e^n, e^2n, … occur; and n."""
    if any(symbol in meaning.free_symbols for meaning in side.atoms.values()):
        # Inside a function, too.
        return over, under, S.One
    powers = [
        monomial[0]
        for part in (over, under)
        if symbol in part.free_symbols
        for monomial in sympy.Poly(part, symbol).monoms()
    ]
    power = reduce(sympy.gcd, powers, 0)
    if power < 2:
        return over, under, S.One
    smaller = {symbol: symbol ** Rational(1, power)}
    return (
        sympy.powdenest(over.subs(smaller)),
        sympy.powdenest(under.subs(smaller)),
        Rational(power),
    )


def _is_scaled(u: Expr) -> bool:
    """Whether u = 2^n x: exact in floats."""
    ratio = u / X
    return bool(ratio.is_Rational and (ratio.p & (ratio.p - 1)) == 0 == (ratio.q & (ratio.q - 1)))


def spelled(form: Expr, side: Side) -> Expr:
    """The form with every symbol replaced by what it stands for."""
    while True:
        replaced = form.xreplace(side.atoms)
        if replaced == form:
            return form
        form = replaced


def _visit(node: Expr, side: Side) -> Expr:
    if not node.args or X not in node.free_symbols:
        return node
    if isinstance(node, sympy.Add | sympy.Mul):
        return node.func(*(_visit(argument, side) for argument in node.args))
    if isinstance(node, sympy.exp):
        return _exponential(node.args[0], side)
    if isinstance(node, sympy.Pow):
        base = _visit(node.base, side)
        if node.exp.is_Integer:
            return base**node.exp
        if node.exp.is_Rational and node.exp.q == 2:
            return side.atom(sympy.sqrt(_tidy(base))) ** node.exp.p
        return side.atom(sympy.Pow(_tidy(base), _visit(node.exp, side)))
    if isinstance(node, sympy.tanh):
        e = _exponential(2 * node.args[0], side)
        if e.atoms(sympy.exp) or _opaque(e, side):
            return side.atom(node.func(_visit(node.args[0], side)))
        return (e - 1) / (e + 1)
    if isinstance(node, sympy.sinh | sympy.cosh):
        e = _exponential(node.args[0], side)
        return (e - 1 / e) / 2 if isinstance(node, sympy.sinh) else (e + 1 / e) / 2
    if isinstance(node, sympy.log):
        return _logarithm(_visit(node.args[0], side), side)
    if isinstance(node, sympy.erf) and side.complement:
        inner = node.args[0]
        sign = side.sign(inner)
        return sign * (1 - side.atom(Erfc(_visit(sign * inner, side))))
    return side.atom(node.func(*(_visit(argument, side) for argument in node.args)))


def _opaque(e: Expr, side: Side) -> bool:
    """Whether an exponential is a function of its own, no power of a decay."""
    own = {symbol for _, symbol in side.bases}
    return any(isinstance(side.atoms.get(s), sympy.exp) for s in e.free_symbols - own)


def _exponential(exponent: Expr, side: Side) -> Expr:
    """e^exponent as powers of decays and of what logarithms were taken of."""
    result, rest = S.One, S.Zero
    for term in sympy.Add.make_args(sympy.expand(exponent)):
        logarithm = _log_term(term)
        if logarithm is not None and logarithm[0].is_Integer:
            result *= _visit(logarithm[1], side) ** logarithm[0]
        else:
            rest += term
    constant = S.Zero
    if not rest.has(X):
        return result * sympy.exp(rest)
    for u, symbol in side.bases:
        for moved in (S.Zero, sympy.Poly(rest, X).nth(0) if rest.is_polynomial(X) else S.Zero):
            ratio = sympy.cancel((rest - moved) / u)
            if ratio.is_Integer:
                constant = sympy.exp(moved)
                return result * constant * symbol ** (-ratio * side.sign(u))
    return result * side.atom(sympy.exp(_visit(rest, side)))


def _logarithm(inner: Expr, side: Side) -> Expr:
    """log of a fraction as a sum: log e^(-|u|) = -|u|, log(c + r) = log c + log1p(r/c)."""
    if side.near_one:
        return side.atom(log1p(sympy.factor(sympy.cancel(sympy.together(inner - 1)))))
    over, under = sympy.fraction(sympy.cancel(sympy.together(inner)))
    total = S.Zero
    for part, sense in ((over, 1), (under, -1)):
        constant, factors = sympy.factor_list(part)
        if constant < 0:
            negative = next((f for f, n in factors if n % 2 and _sign_of(f, side) < 0), None)
            if negative is None:
                return side.atom(sympy.log(inner))
            factors = [(-f if f == negative else f, n) for f, n in factors]
            constant = -constant
        total += sense * sympy.log(constant)
        for factor, power in factors:
            total += sense * power * _log_of_factor(factor, side)
    return total


def _sign_of(factor: Expr, side: Side) -> int:
    meaning = spelled(factor, side)
    meaning = meaning.replace(Decay, lambda u: sympy.exp(-sympy.Abs(u)))
    meaning = meaning.replace(
        FineDecay, lambda x, u: sympy.exp(-sympy.Abs(u.value.xreplace({Z: x})))
    )
    return side.sign(meaning)


def _log_of_factor(factor: Expr, side: Side) -> Expr:
    for u, symbol in side.bases:
        if factor == symbol:
            return -side.sign(u) * u
    if _sign_of(factor, side) < 0:
        factor = -factor
    constant, rest = factor.as_independent(X, *side.atoms, as_Add=True)
    if constant.is_positive:
        return sympy.log(constant) + side.atom(log1p(sympy.expand(rest / constant)))
    return side.atom(sympy.log(factor))


def _tidy(base: Expr) -> Expr:
    return sympy.factor(sympy.cancel(sympy.together(base)))
