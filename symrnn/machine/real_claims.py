"""Claims about one real variable, for Coq's standard library and Coquelicot."""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch
from typing import Any

import sympy
from sympy import Derivative, Symbol
from sympy.core.relational import Relational, StrictGreaterThan, StrictLessThan
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import NotSupportedError
from symrnn.language.entry import Entry
from symrnn.language.norms import Norm
from symrnn.language.relations import Equation, Inequality, Relation
from symrnn.machine.arithmetic import (
    APPLICATION,
    ARROW,
    PREFIX,
    PRODUCT,
    SUM,
    Coq,
    apply,
    is_number,
    name_of,
)
from symrnn.machine.meaning import require_meaning

POWER = 30
FUNCTIONS = {sympy.exp: "exp", sympy.tanh: "tanh", sympy.sinh: "sinh", sympy.cosh: "cosh"}
"""Functions of one variable, by their names in the standard library."""


def is_real(claim: Any) -> bool:
    """Whether a claim is about functions of one real variable, and nothing else."""
    return bool(claim.has(Derivative, *FUNCTIONS)) and not claim.has(MatrixExpr, Norm, Entry)


def real_proposition(claim: Any, given: Iterable[Any]) -> str:
    """A claim under its hypotheses, for every real number.

    Raises:
        NotSupportedError: something in it has no Coq form.
    """
    facts = list(given)
    require_meaning([claim, *facts], None)
    symbols = {s for node in (claim, *facts) for s in node.free_symbols if isinstance(s, Symbol)}
    names = " ".join(sorted(name_of(symbol) for symbol in symbols))
    premises = [_assumed(s) for s in sorted(symbols, key=str) if s.is_nonnegative]
    premises += [_relation(fact) for fact in facts]
    derivatives = sorted(claim.atoms(Derivative), key=sympy.default_sort_key)
    conclusion = [apply("ex_derive", *_differentiated(each)).text for each in derivatives]
    lines = [f"forall {names} : R,", *(f"{premise} ->" for premise in premises)]
    lines.append(" /\\\n  ".join([*conclusion, _relation(claim)]))
    return "\n".join("  " + line for line in lines)


def _assumed(symbol: Symbol) -> str:
    return f"0 {'<' if symbol.is_positive else '<='} {name_of(symbol)}"


def _relation(fact: Any) -> str:
    if isinstance(fact, Relational) and not isinstance(fact, sympy.Eq | sympy.Ne):
        strict = isinstance(fact, StrictLessThan | StrictGreaterThan)
        left, sign, right = fact.lts, "<" if strict else "<=", fact.gts
    elif isinstance(fact, Equation | Inequality):
        left, sign, right = fact.lhs, "=" if isinstance(fact, Equation) else "<=", fact.rhs
    else:
        kind = type(fact).__name__ if isinstance(fact, Relation) else str(fact)
        raise NotSupportedError("no Coq form for this relation", {"got": kind})
    return f"{real(left).within(SUM)} {sign} {real(right).within(SUM)}"


@singledispatch
def real(node: Any) -> Coq:
    """A real number as Coq."""
    raise NotSupportedError(f"no Coq form for {type(node).__name__}", {"got": str(node)})


@real.register
def _(node: Symbol) -> Coq:
    return Coq(name_of(node))


@real.register
def _(node: sympy.Rational) -> Coq:
    if node < 0:
        return Coq(f"- {real(-node).within(PREFIX - 1)}", PREFIX)
    return Coq(str(node.p)) if node.q == 1 else Coq(f"{node.p} / {node.q}", PRODUCT)


@real.register
def _(node: sympy.Add) -> Coq:
    terms = sorted(node.as_ordered_terms(), key=lambda term: term.could_extract_minus_sign())
    text = real(terms[0]).within(SUM)
    for term in terms[1:]:
        negative = term.could_extract_minus_sign()
        shown = real(-term if negative else term)
        text += f" {'-' if negative else '+'} {shown.within(PRODUCT)}"
    return Coq(text, SUM)


@real.register
def _(node: sympy.Mul) -> Coq:
    if node.could_extract_minus_sign():
        return Coq(f"- {real(-node).within(PREFIX - 1)}", PREFIX)
    above: list[str] = []
    below: list[str] = []
    for factor in node.as_ordered_factors():
        base, exponent = factor.as_base_exp()
        if factor.is_Rational:
            above += [str(factor.p)] if factor.p != 1 else []
            below += [str(factor.q)] if factor.q != 1 else []
        elif is_number(exponent) and exponent < 0:
            below.append(real(base**-exponent).within(POWER))
        else:
            above.append(real(factor).within(POWER))
    return Coq(" / ".join([" * ".join(above) or "1", *below]), PRODUCT)


@real.register
def _(node: sympy.Pow) -> Coq:
    base, exponent = node.as_base_exp()
    if not exponent.is_Integer:
        raise NotSupportedError("no Coq form for this power", {"got": str(node)})
    if exponent < 0:
        return Coq(f"1 / {real(base**-exponent).within(POWER)}", PRODUCT)
    return Coq(f"{real(base).within(APPLICATION)} ^ {exponent}", POWER)


@real.register(sympy.Function)
def _(node: Any) -> Coq:
    if node.func not in FUNCTIONS:
        raise NotSupportedError(f"no Coq form for {node.func.__name__}", {"got": str(node)})
    return apply(FUNCTIONS[node.func], real(node.args[0]))


@real.register
def _(node: Derivative) -> Coq:
    return apply("Derive", *_differentiated(node))


def _differentiated(node: Derivative) -> tuple[Coq, Coq]:
    (variable,) = node.variables
    name = name_of(variable)
    return Coq(f"fun {name} => {real(node.expr).text}", ARROW), Coq(name)
