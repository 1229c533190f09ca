"""Chains of justified steps, and induction: records that `check.py` verifies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import sympy
from sympy import Symbol

from symrnn.errors import IllFormedError
from symrnn.kernel.substitution import substitute
from symrnn.language.notation import LECTURE, Notation
from symrnn.language.relations import Equation, Inequality, Limit, Relation, operand
from symrnn.language.writing import latex, text
from symrnn.theory.about import Subject
from symrnn.theory.rule import Rule


@dataclass(frozen=True)
class Step:
    """`before R after` by a rule; R is "=", "≤" or "→"."""

    before: Any
    relation: str
    after: Any
    rule: Rule


def _read_once(proof: Derivation | Induction, *names: str) -> None:
    """Keep tuples: a list may be changed after it was checked, an iterator is empty by then."""
    for name in names:
        given = getattr(proof, name)
        if isinstance(given, str) or not isinstance(given, Iterable):
            raise IllFormedError(
                f"{type(proof).__name__}: {name}", {"expected": "a tuple", "got": repr(given)}
            )
        object.__setattr__(proof, name, tuple(given))


@dataclass(frozen=True)
class Derivation:
    """A chain e₀ = e₁ ≤ e₂ … written down; nothing is believed until it is checked.

    Args:
        start: e₀.
        steps: one for each further line.
        given: hypotheses, SymPy inequalities between times or scalars, or relations.
        variable: what grows, where the last line is a limit.
        cell: the recurrence this chain speaks of, where it is not the statement's own.
    """

    start: Any
    steps: tuple[Step, ...] = ()
    given: tuple[Any, ...] = ()
    variable: Symbol | None = None
    cell: Subject | None = None

    def __post_init__(self) -> None:
        _read_once(self, "steps", "given")

    @property
    def end(self) -> Any:
        """The last line's expression."""
        return self.steps[-1].after if self.steps else self.start

    def _then(self, relation: str, after: Any, rule: Rule) -> Derivation:
        if not isinstance(rule, Rule):
            raise IllFormedError("a step needs a rule", {"expected": "rules.…", "got": f"{rule!r}"})
        rule.require_told()
        after = operand(after)
        kind = Equation if relation == "=" else Inequality
        if relation != "→":
            kind(self.end, after)  # shapes are compared here, at the line that is wrong
        step = Step(self.end, relation, after, rule)
        return replace(self, steps=(*self.steps, step))

    def equals(self, after: Any, rule: Rule) -> Derivation:
        """The next line, equal to the one before."""
        return self._then("=", after, rule)

    def at_most(self, after: Any, rule: Rule) -> Derivation:
        """The next line, at least as large as the one before (scalars only)."""
        return self._then("≤", after, rule)

    def tends_to(self, limit: Any, rule: Rule, variable: Symbol) -> Derivation:
        """The limit of the last line, and so of all before, as `variable` → ∞."""
        return replace(self._then("→", limit, rule), variable=variable)

    @property
    def claim(self) -> Any:
        """What the chain shows of its two ends."""
        relations = {step.relation for step in self.steps}
        if "→" in relations:
            return Limit(self.start, self.variable, self.end)
        return (Inequality if "≤" in relations else Equation)(self.start, self.end)

    @property
    def chains(self) -> tuple[Chain, ...]:
        """The chains to check and show: caption, lines, hypotheses."""
        return (("", self, self.given),)

    def latex(self, notation: Notation = LECTURE) -> str:
        """The lines in a notation, each with its rule; an `aligned` environment of amsmath."""
        rows = [rf"& {latex(self.start, notation)} \\"]
        for step in self.steps:
            sign = {"=": "=", "≤": r"\le", "→": r"\to"}[step.relation]
            name = str(step.rule.name).replace("_", r"\ ")
            after = latex(step.after, notation)
            rows.append(rf"{sign}\; & {after} && \text{{by }}\mathrm{{{name}}} \\")
        return r"\begin{aligned}" + "".join(rows) + r"\end{aligned}"

    def __repr__(self) -> str:
        lines = [f"  {step.relation} {text(step.after)}   by {step.rule}" for step in self.steps]
        return "\n".join([text(self.start), *lines])

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex()}$"


def derivation(start: Any, given: Any = (), cell: Subject | None = None) -> Derivation:
    """Begin a chain at `start`, under hypotheses.

    Args:
        start: a matrix or a scalar of the language.
        given: SymPy inequalities such as `k <= t`, `Inequality(norm(W), lam)`, or `Equation`s.
        cell: another recurrence than the statement's, where the chain is about one.
    """
    return Derivation(operand(start), given=tuple(given), cell=cell)


@dataclass(frozen=True)
class Induction:
    """A claim for all times from `base` on: its base case, and the step from t-1 to t.

    Args:
        claim: a relation in `over`.
        over: the time t.
        base: the first t.
        base_case: from the claim's left side at `base` to its right side there.
        step: from the left side at t to the right side, using the claim at t-1.
        given: hypotheses of the claim.
    """

    claim: Relation
    over: Symbol
    base: Any
    base_case: Derivation
    step: Derivation
    given: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        _read_once(self, "given")

    @property
    def chains(self) -> tuple[Chain, ...]:
        """Base case and step, each with the hypotheses in force there."""
        at_base = tuple(at_time(fact, self.over, self.base) for fact in self.given)
        later = sympy.Le(self.base, self.over - 1)
        return (
            ("base case", self.base_case, (*at_base, *self.base_case.given)),
            ("step", self.step, (*self.given, later, *self.step.given)),
        )


def at_time(fact: Any, over: Symbol, value: Any) -> Any:
    """A hypothesis at one value of a time; one for all times of that name stays as it is."""
    return substitute(fact, {over: value})


def induction(
    claim: Relation,
    over: Symbol,
    base: Any,
    base_case: Derivation,
    step: Derivation,
    given: Any = (),
) -> Induction:
    """A proof by induction; see `Induction`."""
    return Induction(claim, over, operand(base), base_case, step, tuple(given))


Proof = Derivation | Induction
Chain = tuple[str, Derivation, tuple[Any, ...]]
