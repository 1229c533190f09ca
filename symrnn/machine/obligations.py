"""Files that close each printed proposition by its theorem, and try to close wrong ones by it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from symrnn.machine.names import claims_stem
from symrnn.machine.sources import LIBRARY, Source

DIFFERS = "the theorem states another proposition"
"""Why a theorem is refused: it is the same proposition, but for names of bound variables, or not.

Left to find out by unfolding what does not unfold to the same, Coq would need minutes.
"""

FAULT_LIMIT = 20
"""Seconds the prover may take to refuse one wrong proposition."""

REALS = f"""\
From Coq Require Import Reals.
From Coquelicot Require Import Coquelicot.
From {LIBRARY} Require Import {{claims}}.
Local Open Scope R_scope.
"""
"""What stands above propositions about real functions of one variable."""

MATRICES = f"""\
From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From {LIBRARY} Require Import vocabulary {{claims}}.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.
"""
"""What stands above propositions about matrices over any complete ordered field."""

CLOSING = """\
Set Printing Depth 8.
Set Printing Width 400.
Ltac close claim thm :=
  let printed := eval cbv delta [claim] in claim in
  let stated := type of thm in
  first [constr_eq printed stated | fail 1 "{differs}"];
  exact thm.
"""

_FAILED = "The command has indeed failed with message:"
_AXIOM = re.compile(r"^([\w.']+)\s*(?::|$)", re.MULTILINE)


@dataclass(frozen=True)
class Obligation:
    """A proposition and the theorem that is to close it; `label` is the part's."""

    label: str
    theorem: str
    proposition: str


@dataclass(frozen=True)
class Planted:
    """A wrong proposition that the theorem must not close."""

    slip: str
    obligation: Obligation


@dataclass(frozen=True)
class ObligationFile:
    """A generated file, and what stands on which of its lines."""

    source: Source
    closing: dict[int, Obligation] = field(default_factory=dict)
    planted: tuple[Planted, ...] = ()


def obligation_file(
    statement: str,
    obligations: Iterable[Obligation],
    planted: Iterable[Planted],
    reals: bool = False,
) -> ObligationFile:
    """The file for one statement.

    Args:
        statement: its name.
        obligations: what is to be closed.
        planted: what must not be.
        reals: whether they are about functions of one real variable.

    Each proposition is a definition of its own, so that an error in it is none of the line that
    closes it.
    """
    preamble = (REALS if reals else MATRICES).format(claims=claims_stem(statement))
    lines = [*preamble.splitlines(), *CLOSING.format(differs=DIFFERS).splitlines(), ""]
    closing: dict[int, Obligation] = {}
    closed = []
    for number, each in enumerate(obligations, start=1):
        lines += [f"(* {_comment(each.label)} *)", f"Definition claim_{number} : Prop :="]
        lines += [*f"{each.proposition}.".splitlines()]
        lines.append(_close(f"closed_{number}", f"claim_{number}", each.theorem))
        closing[len(lines)] = each
        lines.append("")
        closed.append(f"closed_{number}")
    faults = tuple(planted)
    for number, fault in enumerate(faults, start=1):
        each = fault.obligation
        lines += [f"(* {_comment(each.label)}: {_comment(fault.slip)} *)"]
        lines += [f"Definition fault_{number} : Prop :=", *f"{each.proposition}.".splitlines()]
        closed_all_the_same = _close(f"lived_{number}", f"fault_{number}", each.theorem)
        lines += [f"Fail Timeout {FAULT_LIMIT} {closed_all_the_same}", ""]
    lines += [f"Definition proved := ({', '.join(closed)}).", "Print Assumptions proved.", ""]
    return ObligationFile(Source(f"{statement}_obligations", "\n".join(lines)), closing, faults)


def _close(name: str, claim: str, theorem: str) -> str:
    return f"Definition {name} : {claim} := ltac:(close {claim} @{theorem})."


def _comment(text: str) -> str:
    return text.replace("(*", "( *").replace("*)", "* )").replace('"', "'")


def refusals(said: str, count: int) -> tuple[bool, ...]:
    """Which of the planted propositions were refused for not being what the theorem says.

    A refusal for another reason (time was up, a name unknown) is none.
    """
    messages = said.split(_FAILED)[1:]
    if len(messages) != count:
        return (False,) * count
    return tuple(f"Tactic failure: {DIFFERS}" in message for message in messages)


def axioms(said: str) -> tuple[str, ...]:
    """The axioms that `Print Assumptions` lists, by name, sorted."""
    _, found, listed = said.rpartition("Axioms:\n")
    return tuple(sorted(_AXIOM.findall(listed))) if found else ()
