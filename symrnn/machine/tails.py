"""A slope far out, as a fraction of terms that fall like e^{-q(x)}: what Coq is shown to bound it.

With u = e^{-q} the slope is N(x, u)/D(x, u); a monomial xⁱuʲ with j ≥ 1 falls, and pow_exp_bound
says how far.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import sympy
from sympy import Expr, Poly, Symbol

from symrnn.language.activations import X
from symrnn.machine.reals import real

U = Symbol("u", positive=True)


@dataclass(frozen=True)
class Tail:
    """A slope towards ∞, or towards -∞ with x mirrored.

    rate: q, a polynomial with q ≥ x.
    powers: each exponential as it is printed, and the n with which it is uⁿ.
    numerator, denominator: polynomials in `X` and `U`.
    logarithms: arguments w of tanh(ln w), as printed.
    """

    rate: Expr
    powers: tuple[tuple[str, int], ...]
    numerator: Poly
    denominator: Poly
    logarithms: tuple[str, ...]

    @property
    def degrees(self) -> list[int]:
        """The i of the monomials xⁱuʲ with i ≥ 1."""
        monomials = [*self.numerator.monoms(), *self.denominator.monoms()]
        return sorted({i for i, _ in monomials if i > 0})


def tail(slope: Expr, side: int) -> Tail | None:
    """The slope beyond every bound; None where it is not rational in x and one exponential."""
    logarithms: dict[str, None] = {}
    exponentials: dict[Expr, str] = {}

    def by_exponentials(node: Expr) -> Expr:
        if not node.args:
            return node
        args = [by_exponentials(arg) for arg in node.args]
        if isinstance(node, sympy.tanh):
            inner = node.args[0]
            if isinstance(inner, sympy.log):
                logarithms[real(inner.args[0])] = None
                w = by_exponentials(inner.args[0])
                return (w * w - 1) / (w * w + 1)
            u = sympy.exp(-2 * args[0], evaluate=False)
            exponentials[u] = f"(exp (- (2 * {real(inner)})))"
            return (1 - u) / (1 + u)
        if isinstance(node, sympy.exp):
            exponentials[node] = real(node)
        return node.func(*args)

    whole = by_exponentials(slope)
    if not exponentials:
        return None
    arguments = {node: sympy.expand(node.args[0].subs(X, side * X)) for node in exponentials}
    rate = _rate(list(arguments.values()))
    if rate is None:
        return None
    powers = {node: sympy.cancel(-argument / rate) for node, argument in arguments.items()}
    if not all(power.is_Integer and power != 0 for power in powers.values()):
        return None
    plain = whole.xreplace({node: U ** powers[node] for node in powers}).subs(X, side * X)
    fraction = _fraction(plain)
    if fraction is None:
        return None
    printed = tuple(
        (_mirrored(exponentials[node], side), int(power)) for node, power in powers.items()
    )
    return Tail(rate, printed, *fraction, tuple(_mirrored(w, side) for w in logarithms))


def _rate(arguments: list[Expr]) -> Expr | None:
    """q, the slowest of the rates, with a positive leading coefficient."""
    if not all(argument.is_polynomial(X) and argument.has(X) for argument in arguments):
        return None
    slowest = min(arguments, key=lambda argument: abs(float(Poly(argument, X).LC())))
    return slowest if float(Poly(slowest, X).LC()) > 0 else sympy.expand(-slowest)


def _fraction(plain: Expr) -> tuple[Poly, Poly] | None:
    """N and D without a common power of u; None unless all that grows cancels."""
    numerator, denominator = sympy.fraction(sympy.together(plain))
    if not (numerator.is_polynomial(X, U) and denominator.is_polynomial(X, U)):
        return None
    parts = [Poly(numerator, X, U), Poly(denominator, X, U)]
    common = min(j for part in parts for _, j in part.monoms())
    divided = [Poly(sympy.expand(part.as_expr() / U**common), X, U) for part in parts]
    if any(i > 0 and j == 0 for part in divided for i, j in part.monoms()):
        return None
    return divided[0], divided[1]


def _mirrored(text: str, side: int) -> str:
    return text if side > 0 else re.sub(r"\bx\b", "(- x)", text)


def lemma(name: str, slope: str, found: Tail, side: int, start: int, bound: str) -> Iterator[str]:
    """The Coq lemma `name : start <= x -> Rabs (slope x) <= bound`, or for x <= -start."""
    q = real(found.rate)
    u = f"(exp (- {q}))"
    if side > 0:
        yield f"Lemma {name} x : {start} <= x -> Rabs ({slope} x) <= {bound}."
        yield "Proof."
        yield "intros far."
    else:
        yield f"Lemma {name} x : x <= - {start} -> Rabs ({slope} x) <= {bound}."
        yield "Proof."
        yield f"intros left; assert (far : {start} <= - x) by lra; revert far; clear left."
        yield "replace x with (- - x) at 2 by ring; generalize (- x); clear x; intros x far."
    gap = real(sympy.factor(found.rate - X))
    yield f"assert (grows : x <= {q})."
    yield f"  assert (0 <= {gap}) by (first [lra|interval with (i_prec 60)])."
    yield f"  assert ({q} - x = {gap}) by (first [ring|field; nonzero]); lra."
    for i in (0, *found.degrees):
        yield (
            f"pose proof (pow_exp_bound {i} {start} x {q} ltac:(lra) ltac:(simpl; lra) grows) "
            f"as falls_{i}."
        )
    yield "rewrite !Rmult_1_l in falls_0 || (simpl pow in falls_0; rewrite !Rmult_1_l in falls_0)."
    for number, (printed, power) in enumerate(found.powers):
        product = " * ".join([u] * abs(power))
        value = product if power > 0 else f"/ ({product})"
        yield f"assert (power_{number} : {printed} = {value})."
        rewriting = "rewrite <- ?exp_plus" + ("" if power > 0 else ", <- exp_Ropp")
        yield f"  {rewriting}; f_equal; first [ring|field; nonzero]."
    yield f"assert (positive : 0 < {u}) by apply exp_pos."
    yield f"replace ({slope} {'x' if side > 0 else '(- x)'}) with"
    yield f"  ({_terms(found.numerator, u)} / {_terms(found.denominator, u)})."
    for i in found.degrees:
        yield f"  revert falls_{i}; generalize (x ^ {i} * {u}); intros v_{i} falls_{i}."
    yield f"  revert falls_0; generalize {u}; intros u falls_0."
    yield "  interval with (i_prec 60)."
    yield f"unfold {slope}."
    for w in found.logarithms:
        yield f"rewrite (tanh_lnE {w}) by interval with (i_prec 60)."
    yield "rewrite ?tanh_expE."
    numbers = ", ".join(f"?power_{number}" for number in range(len(found.powers)))
    yield f"rewrite {numbers}."
    yield f"clear - positive; revert positive; generalize {u}; intros u positive."
    yield "field; repeat split; first [nra|nonzero]."
    yield "Qed."
    yield ""


def _terms(polynomial: Poly, u: str) -> str:
    terms = []
    for (i, j), coefficient in polynomial.terms():
        factors = [real(coefficient)]
        if i > 0:
            factors.append(f"(x ^ {i} * {u})")
        factors += [u] * (j - (i > 0))
        terms.append(" * ".join(factors))
    return f"({' + '.join(terms)})"
