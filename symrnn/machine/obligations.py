"""Files that state each printed proposition, have theorems close it, and compare wrong ones.

Three files for the claims of a statement, none of which a user's file can change:

- `claims.NAME`: each proposition as a definition, over our vocabulary and the printed cells it
  speaks of, and nothing else;
- `closed.NAME`: one theorem, the conjunction of the propositions. It names them before it loads
  the files whose theorems close them, so that whatever these redefine comes too late. Statements
  that are checked in one go, and rest on files of ours alone, share such a file (`together`);
- `compared.NAME`: wrong propositions, which must be others than those that are closed. Those of
  statements that are checked in one go stand in one file, `compared.together_…` (`together`).

Where a statement speaks of a cell that the vocabulary has not, there are besides

- `claims.CELL_defined`: the cell, one definition for each vector (`printed_cell`), for the run's
  own cell and for each that a part brings along (`own`);
- `instances.CELL_differentiable`: that the run's cell is differentiable (`printed_cell`), and
  `instances.NAME_claims`: the theorems that follow from what holds of any cell (`instances`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from symrnn.machine.sources import CLAIMS, CLOSED, COMPARED, LIBRARY, Source

DIFFERS = "this is another proposition"
"""Why a wrong proposition is not proved: it is the same, but for names of bound variables, or not.

Left to find out by unfolding what does not unfold to the same, Coq would need minutes.
"""

LIMIT = 20
"""Seconds the prover may take to compare two propositions."""

REALS = """\
From Coq Require Import Reals.
From Coquelicot Require Import Coquelicot.
Local Open Scope R_scope.
"""
"""What stands above propositions about real functions of one variable."""

MATRICES = f"""\
From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From {LIBRARY} Require Import vocabulary.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.
"""
"""What stands above propositions about matrices over any complete ordered field."""

COMPARE = f"""\
Ltac same claim fault :=
  let right := eval cbv delta [claim] in claim in
  let wrong := eval cbv delta [fault] in fault in
  first [constr_eq right wrong | fail 1 "{DIFFERS}"];
  exact tt.
"""

ANY_FIELD = "realType"
"""What a proposition about any complete ordered field is quantified over."""

_ANY_FIELD = "mathcomp.analysis.reals.Real.type"
"""The same by its full name, of which `ANY_FIELD` is a notation."""

CLOSING = """\
Set Printing Depth 8.
Set Printing Width 400.
"""

T = TypeVar("T")

_FAILED = "The command has indeed failed with message:"


@dataclass(frozen=True)
class Obligation:
    """A proposition and the theorem that is to close it.

    label: the part's.
    theorem: its name.
    proposition: its text.
    """

    label: str
    theorem: str
    proposition: str

    @property
    def printed(self) -> str:
        """The name of the definition that is the proposition."""
        return printed_name(self.theorem)


@dataclass(frozen=True)
class Closing:
    """A proposition, by its full name, and the file that has its theorem.

    module: what that file is for Coq; its own module by default.
    """

    label: str
    proposition: str
    theorem: str
    file: Source
    module: str = ""

    def __post_init__(self) -> None:
        if not self.module:
            object.__setattr__(self, "module", self.file.module)


@dataclass(frozen=True)
class Planted:
    """A wrong proposition that a theorem must not close.

    obligation: has the wrong text.
    right: the full name of the proposition of which it is a slip.
    """

    slip: str
    obligation: Obligation
    right: str


@dataclass(frozen=True)
class Generated(Generic[T]):
    """A generated file, and what stands on which of its lines."""

    source: Source
    items: dict[int, T] = field(default_factory=dict)

    def at(self, line: int | None) -> T | None:
        """What stands on a line; None where nothing does that can be left out."""
        return None if line is None else self.items.get(line)


def printed_name(theorem: str) -> str:
    """The definition that is the proposition of a theorem: `…_claim` proves `…_printed`."""
    return f"{theorem.removesuffix('_claim')}_printed"


def claims_file(
    stem: str, obligations: Iterable[Obligation], reals: bool = False, cell: str = ""
) -> Generated[Obligation]:
    """The propositions of a statement, each a definition.

    Args:
        stem: the file's name, the statement's but for the cell.
        obligations: what is claimed.
        reals: whether they are about functions of one real variable.
        cell: the file with the definitions of the cell they speak of, if there is one.
    """
    lines = [*(REALS if reals else MATRICES).splitlines(), *_defined(cell), ""]
    found: dict[int, Obligation] = {}
    for each in obligations:
        before = len(lines)
        lines += [f"(* {_comment(each.label)} *)", f"Definition {each.printed} : Prop :="]
        lines += f"{each.proposition}.".splitlines()
        found |= dict.fromkeys(range(before + 1, len(lines) + 1), each)
        lines.append("")
    return Generated(Source(stem, "\n".join(lines), CLAIMS), found)


def closing_file(stem: str, closings: Iterable[Closing]) -> Generated[Closing]:
    """The file in which theorems close propositions.

    Whatever a file of theorems does to notations, options or names when it is loaded, what is to be
    proved stands before it is loaded. That it is proved, and from what, is for the independent
    checker to say, which loads no notations and no options.
    """
    parts = tuple(closings)
    lines = [_require_claims(each.proposition for each in parts), "Theorem closed :"]
    lines += [f"  {each.proposition} /\\" for each in parts]
    lines += ["  True.", "Proof.", *_require_theorems(parts)]
    found: dict[int, Closing] = {}
    for each in parts:
        lines.append(_closes(each))
        found[len(lines)] = each
    lines += ["exact I.", "Qed.", *CLOSING.splitlines(), "Print Assumptions closed.", ""]
    return Generated(Source(stem, "\n".join(lines), CLOSED), found)


def closings_file(
    stem: str, groups: Iterable[Iterable[Closing]], any_field: bool = False
) -> Generated[Closing]:
    """The same for several statements, a theorem for each; nothing of a user's may be in it.

    Each conjunction has its name before anything is loaded that proves it.

    To print what one theorem rests on, Coq walks through all libraries, for seconds. With
    `any_field` it prints what any complete ordered field rests on, which takes no time, and then
    what all theorems rest on together: each of them speaks of such a field, and so rests on no less
    than the first and no more than the second.
    """
    grouped = [tuple(group) for group in groups]
    every = [each for group in grouped for each in group]
    lines = [_require_claims(each.proposition for each in every)]
    for number, group in enumerate(grouped, start=1):
        lines += [f"Definition claimed_{number} : Prop :="]
        lines += [*(f"  {each.proposition} /\\" for each in group), "  True."]
    lines += _require_theorems(every)
    found: dict[int, Closing] = {}
    for number, group in enumerate(grouped, start=1):
        lines += [f"Theorem closed_{number} : claimed_{number}.", "Proof."]
        for each in group:
            lines.append(_closes(each))
            found[len(lines)] = each
        lines += ["exact I.", "Qed."]
    lines += CLOSING.splitlines()
    names = [f"closed_{number}" for number in range(1, len(grouped) + 1)]
    if any_field:
        lines.append(f"Definition all_closed := ({', '.join(names)}).")
        names = [_ANY_FIELD, "all_closed"]
    lines += [f"Print Assumptions {name}." for name in names]
    return Generated(Source(stem, "\n".join([*lines, ""]), CLOSED), found)


def _require_theorems(closings: Iterable[Closing]) -> list[str]:
    files = sorted({tuple(each.module.split(".")[:2]) for each in closings})
    return [f"From {library} Require {stem}." for library, stem in files]


def _closes(each: Closing) -> str:
    return f"Timeout {LIMIT} refine (conj (@{each.module}.{each.theorem}) _)."


def slips_file(
    stem: str, planted: Iterable[Planted], reals: bool = False, cell: str = ""
) -> Generated[Planted]:
    """Wrong propositions, each compared with the right one of which it is a slip.

    Args:
        stem: the file's name.
        planted: the wrong ones.
        reals, cell: as of `claims_file`.
    """
    faults = tuple(planted)
    lines = [*(REALS if reals else MATRICES).splitlines(), *_defined(cell)]
    lines += [_require_claims(each.right for each in faults), *COMPARE.splitlines(), ""]
    found: dict[int, Planted] = {}
    for number, fault in enumerate(faults, start=1):
        each = fault.obligation
        before = len(lines)
        lines += [f"(* {_comment(each.label)}: {_comment(fault.slip)} *)"]
        lines += [f"Definition fault_{number} : Prop :=", *f"{each.proposition}.".splitlines()]
        found |= dict.fromkeys(range(before + 1, len(lines) + 1), fault)
        comparing = f"Definition lived_{number} : unit := ltac:(same {fault.right} fault_{number})."
        lines += [f"Fail Timeout {LIMIT} {comparing}", ""]
    return Generated(Source(stem, "\n".join(lines), COMPARED), found)


def _defined(cell: str) -> list[str]:
    return [f"From {CLAIMS} Require Import {cell}."] if cell else []


def _require_claims(propositions: Iterable[str]) -> str:
    stems = {name.split(".")[1] for name in propositions}
    return f"From {CLAIMS} Require {' '.join(sorted(stems))}."


def _comment(text: str) -> str:
    spelled = text.replace("(*", "( *").replace("*)", "* )").replace('"', "'")
    return " ".join(spelled.split())


def refusals(said: str, count: int) -> tuple[bool, ...]:
    """Which of the planted propositions were refused for not being what is proved.

    A refusal for another reason (time was up, a name unknown) is none.
    """
    found = messages(said)
    if len(found) != count:
        return (False,) * count
    return tuple(f"Tactic failure: {DIFFERS}" in message for message in found)


def messages(said: str) -> list[str]:
    """What was said of each line under `Fail`, in their order."""
    return said.split(_FAILED)[1:]


def under_fail(said: Iterable[str]) -> str:
    """The same as one text."""
    return "".join(f"{_FAILED}{each}" for each in said)
