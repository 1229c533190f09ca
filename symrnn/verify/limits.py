"""Limits by values: what a limit needs of its hypotheses, and a first line followed far out."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray
from sympy import Expr, Symbol
from sympy.core.relational import Relational, StrictGreaterThan, StrictLessThan

from symrnn.errors import DisagreementError, EvidenceError, UnmetError
from symrnn.language.activations import Activation
from symrnn.language.ordered import Ranged
from symrnn.language.relations import Equation
from symrnn.language.shapes import symbolic
from symrnn.language.time import TimeVector
from symrnn.language.writing import text
from symrnn.theory.about import Subject
from symrnn.theory.derivation import Derivation
from symrnn.verify.draw import Drawer
from symrnn.verify.lines import Line, line
from symrnn.verify.moments import at_times, integers_of, listed, moments
from symrnn.verify.sampling import Sampled
from symrnn.verify.setting import Setting

Array = NDArray[Any]

FAR_OUT = (10**2, 10**4, 10**6)
"""Steps at which a scalar is looked at."""
FAR_SUMMED = (30, 300, 3000)
"""With sums to be run through."""
FAR_RUN = (40, 120)
"""With a recurrence to be run."""
NEARER = (10, 20)
"""The same where rounding grows on the way: at a rest that is not stable, runs leave it."""

LOST = 1e-3
"""A value that changes by more of itself with the last digits of all numbers is not known."""

CLOSER = 0.9
"""What is left of the distance to a limit, from each of these steps to the next."""

SLOWEST = 1e-5
"""A share of the distance that is gone in a step, far above rounding."""

ROUNDS = 3
"""How often settings are drawn anew."""

TINY = 1e-12
"""What has become as small as this has vanished."""

MOMENTS = 3
"""Choices of the other times, boundaries first."""


def require_growing(chain: Derivation, facts: tuple[Any, ...]) -> Symbol:
    """The variable of a limit, which no hypothesis may bound, nor may a constant vary with it.

    Raises:
        DisagreementError: it can not grow, or something is given in terms of it.
    """
    variable = chain.variable
    if variable is None:
        raise EvidenceError("a limit, but nothing that grows", {"end": text(chain.end)})
    for fact in facts:
        if variable not in fact.free_symbols:
            continue
        if isinstance(fact, Relational):
            # lts ≤ gts: as the variable grows, the gap between them must not shrink.
            slope = sympy.expand(fact.gts - fact.lts).diff(variable)
            if not (slope.is_number and slope.is_nonnegative):
                raise DisagreementError(
                    f"{variable} → ∞, but a hypothesis ties it", {"hypothesis": text(fact)}
                )
        elif isinstance(fact, Equation):
            raise DisagreementError(
                f"{variable} → ∞, but a hypothesis gives a value at {variable} alone",
                {"hypothesis": text(fact)},
            )
    return variable


def tends(
    chain: Derivation, rnn: Subject, name: str, facts: tuple[Any, ...], sigma: str | Activation
) -> Sampled:
    """The first line comes closer and closer to the limit (or grows), from far out to farther.

    Raises:
        DisagreementError: it does not, or the variable can not grow.
    """
    variable = require_growing(chain, facts)
    integers = integers_of([chain.start], facts, rnn)
    if variable not in integers.times:
        raise EvidenceError(f"`{name}`: the limit is of no {variable}", {"of": text(chain.start)})
    found = moments([chain.start], facts, rnn, integers)
    others: dict[tuple[Any, ...], dict[Symbol, int]] = {}
    for moment in found:
        rest = tuple((symbol, time) for symbol, time in moment.items() if symbol != variable)
        others.setdefault(rest, moment)
    count = tried = 0
    for number, (rest, moment) in enumerate(list(others.items())[:MOMENTS]):
        first = moment[variable]
        steps = [first, *(first + far for far in _far(chain.start))]
        runs = chain.start.has(TimeVector)
        last = {**moment, variable: steps[-1] if runs else first}
        drawer = Drawer(rnn, [chain.start], facts, last, "2", sigma)
        try:
            setting = drawer.draw(np.random.default_rng(number), rounds=ROUNDS)
        except UnmetError:
            tried += drawer.tried
            continue
        prepared = line(chain.start, "2")

        def at(
            steps: list[int],
            setting: Setting,
            prepared: Line = prepared,
            rest: tuple[Any, ...] = rest,
        ) -> Array:
            values = (prepared.entries(setting, (*rest, (variable, time))) for time in steps)
            return np.array([each[:, 0] for each in values])

        sizes = at(steps, setting)
        wrong = np.flatnonzero(
            ~(_approaches(sizes, chain.end) | _steadily(sizes, np.array(steps), chain.end))
        )
        if wrong.size and runs:
            moved = at(steps[-1:], setting.take(wrong).moved())[0]
            lost = np.abs(moved - sizes[-1, wrong]) > LOST * np.abs(sizes[-1, wrong])
            near = at([first, *(first + each for each in NEARER)], setting.take(wrong))
            wrong = wrong[~(lost & _approaches(near, chain.end))]
        if wrong.size:
            verb = "grow" if chain.end == sympy.oo else "vanish" if chain.end == 0 else "approach"
            raise DisagreementError(
                f"`{name}` does not {verb}",
                {
                    "values": sizes[:, wrong[0]].tolist(),
                    str(variable): steps,
                    "at": at_times(dict(rest)),
                    "scalars": {
                        str(s): round(float(v[wrong[0]]), 6) for s, v in setting.scalars.items()
                    },
                    "hypotheses": listed(facts),
                },
            )
        count, tried = count + setting.count, tried + drawer.tried
    if not count:
        raise UnmetError(
            f"no setting met the hypotheses of `{name}`",
            {"tried": f"{tried} settings", "hypotheses": listed(facts)},
        )
    return Sampled(0.0, None, count, tried, min(len(others), MOMENTS))


def _far(start: Expr) -> tuple[int, ...]:
    if start.has(TimeVector):
        return FAR_RUN
    return FAR_SUMMED if start.has(Ranged, sympy.Sum, sympy.Product) else FAR_OUT


def _away(values: Array, limit: Any) -> Array:
    """How far values are from a limit."""
    if limit == sympy.oo:
        return np.where(values > 0, 1 / np.where(values > 0, values, 1), np.inf)
    return np.abs(values - float(limit))


def _steadily(values: Array, steps: Array, limit: Any) -> Array:
    """Whether what is left of the distance is less by as much in each step far out as nearer: with
    a ratio just below 1 it stays long."""
    away = _away(values, limit)
    known = np.isfinite(away) & (away > 0)
    rates = -np.diff(np.log(np.where(known, away, 1)), axis=0) / np.diff(steps)[:, None]
    steady = (rates > SLOWEST).all(axis=0) & (rates[-1] >= CLOSER * rates[0])
    return np.asarray(steady & known.all(axis=0))


def _approaches(values: Array, limit: Any) -> Array:
    """Whether each column of values (steps, B) comes closer to the limit at every step."""
    away = _away(values, limit)
    closer = away[1:] <= CLOSER * away[:-1] + TINY
    # The first of these steps may still be where nothing has begun.
    begun = closer[0] | (away[1] < 1) | (away[-1] <= CLOSER * away[0])
    return np.asarray(closer[1:].all(axis=0) & begun & ~np.isnan(away).any(0))


def settles(formula: Expr, variable: Symbol, facts: tuple[Any, ...]) -> Any:
    """SymPy's limit of a formula as the variable grows, unevaluated where it is not decided.

    A base that a hypothesis puts below 1 is written 1/(1 + p), one above 1 is 1 + p, p > 0, which
    SymPy's algorithm can decide.
    """
    formula = _far_out(formula, variable)
    p = Symbol("p", positive=True)
    bases = [power.base for power in formula.atoms(sympy.Pow) if power.exp.has(variable)]
    for base in bases:
        if base.has(variable) or not base.free_symbols:
            continue
        first, *others = sorted(base.free_symbols, key=str)
        if base != sympy.Mul(first, *others):
            continue
        if _is_below(base, 1, facts):
            formula = formula.subs(first, 1 / (1 + p) / sympy.Mul(*others))
        elif _is_below(1, base, facts):
            formula = formula.subs(first, (1 + p) / sympy.Mul(*others))
        break
    plain = {s: Symbol(s.name, positive=True) for s in formula.free_symbols - {p}}
    n = plain.pop(variable, Symbol("n", positive=True))
    return sympy.limit(formula.subs({**plain, variable: n}), n, sympy.oo)


def _far_out(formula: Expr, variable: Symbol) -> Expr:
    """Maxima and minima of the variable and what is free of it, as they are far out."""

    def chosen(node: Any) -> Any:
        grows = [arg for arg in node.args if arg.has(variable)]
        if any(not (arg - variable).is_number and arg != variable for arg in grows):
            return node
        rest = [arg for arg in node.args if arg not in grows]
        return type(node)(*grows) if isinstance(node, sympy.Max) or not rest else type(node)(*rest)

    return formula.replace(lambda node: isinstance(node, sympy.Max | sympy.Min), chosen)


def _is_below(small: Any, large: Any, facts: tuple[Any, ...]) -> bool:
    """Whether a strict hypothesis says so, up to a positive number."""
    gap = sympy.expand(symbolic(large) - small)
    for fact in facts:
        if isinstance(fact, StrictLessThan | StrictGreaterThan):
            ratio = sympy.cancel(sympy.expand(fact.gts - fact.lts) / gap)
            if ratio.is_positive:
                return True
    return False
