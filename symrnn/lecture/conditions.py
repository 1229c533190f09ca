"""Hypotheses as a lecturer writes them: 0 ≤ k ≤ t beside the formula, norms once above."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sympy import Symbol
from sympy.core.relational import (
    GreaterThan,
    LessThan,
    Relational,
    StrictGreaterThan,
    StrictLessThan,
)

from symrnn.language.notation import LECTURE, Notation
from symrnn.language.relations import ForAll, Inequality, Relation, Smooth
from symrnn.language.writing import latex
from symrnn.theory.part import Part


@dataclass(frozen=True)
class _Edge:
    """low ≤ high, or low < high."""

    low: Any
    high: Any
    strict: bool

    @property
    def sign(self) -> str:
        return "<" if self.strict else r"\le"


def assumed(headline: Sequence[Part], parts: Sequence[Part]) -> tuple[Any, ...]:
    """The bounds (of norms and slopes) of the headline that are said once, above the claims.

    A bound that only one of several parts needs stays beside its claim.
    """
    counts = Counter(fact for part in parts for fact in set(part.given))
    said = Inequality | ForAll
    bounds = (fact for part in headline for fact in part.given if isinstance(fact, said))
    return tuple(fact for fact in dict.fromkeys(bounds) if counts[fact] > 1 or len(parts) == 1)


def condition(part: Part, said: Iterable[Any], notation: Notation = LECTURE) -> str:
    """The part's hypotheses but those already `said`, as prose; maybe empty.

    Chains of inequalities come first, then equations and bounds.
    """
    known = set(said)
    formulas = written((fact for fact in part.given if fact not in known), notation)
    formulas += signs(part, notation)
    return ", ".join(f"${formula}$" for formula in formulas)


def written(facts: Iterable[Any], notation: Notation = LECTURE) -> list[str]:
    """Hypotheses as LaTeX, each once: inequalities linked into chains, then the others."""
    rest = list(dict.fromkeys(facts))
    chains = merged([fact for fact in rest if isinstance(fact, Relational)], notation)
    others = [fact for fact in rest if isinstance(fact, Relation | ForAll | Smooth)]
    return chains + [latex(fact, notation) for fact in others]


def signs(part: Part, notation: Notation = LECTURE) -> list[str]:
    """What the claim's own symbols are assumed to be: γ ≥ 0, κ > 0. Sizes are ≥ 1 everywhere."""
    symbols = {each for each in part.claim.free_symbols if isinstance(each, Symbol)}
    signed = [each for each in symbols if each.is_nonnegative and not each.is_integer]
    return [
        f"{latex(each, notation)} {POSITIVE if each.is_positive else NONNEGATIVE}"
        for each in sorted(signed, key=str)
    ]


POSITIVE, NONNEGATIVE = "> 0", r"\ge 0"


def merged(facts: Sequence[Relational], notation: Notation = LECTURE) -> list[str]:
    """Inequalities as LaTeX, linked where one ends at what the next begins with.

    k ≥ 0 and k ≤ t become 0 ≤ k ≤ t; what follows from the others is left out.
    """
    edges = _without_consequences([_edge(fact) for fact in facts if _is_order(fact)])
    others = [latex(fact, notation) for fact in facts if not _is_order(fact)]
    written = []
    while edges:
        highs = [edge.high for edge in edges]
        first = next((edge for edge in edges if edge.low not in highs), edges[0])
        chain = [first]
        edges.remove(first)
        while following := next((e for e in edges if e.low == chain[-1].high), None):
            chain.append(following)
            edges.remove(following)
        written.append(_written(chain, notation))
    return written + others


def _is_order(fact: Relational) -> bool:
    return isinstance(fact, GreaterThan | LessThan | StrictGreaterThan | StrictLessThan)


def _edge(fact: Relational) -> _Edge:
    strict = isinstance(fact, StrictGreaterThan | StrictLessThan)
    return _Edge(fact.lts, fact.gts, strict)


def _written(chain: Sequence[_Edge], notation: Notation) -> str:
    match chain:
        case [_Edge(low=low, high=high, strict=strict)] if low.is_number:
            sign = ">" if strict else r"\ge"
            return f"{latex(high, notation)} {sign} {latex(low, notation)}"
        case _:
            steps = (f"{edge.sign} {latex(edge.high, notation)}" for edge in chain)
            return f"{latex(chain[0].low, notation)} {' '.join(steps)}"


def _without_consequences(edges: list[_Edge]) -> list[_Edge]:
    kept = list(dict.fromkeys(edges))
    for edge in tuple(kept):
        others = [other for other in kept if other != edge]
        if not edge.strict and edge.high in _reached(edge.low, others):
            kept = others
    return kept


def _reached(start: Any, edges: Sequence[_Edge]) -> set[Any]:
    found, pending = {start}, [start]
    while pending:
        place = pending.pop()
        following = {edge.high for edge in edges if edge.low == place} - found
        found |= following
        pending.extend(following)
    return found
