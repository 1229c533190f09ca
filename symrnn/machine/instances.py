"""Proofs of propositions about a printed cell, from what holds of any cell.

`proofs/coq/any_cell.v` has a theorem for each part of the statements that speak of any cell. What
a part needs beside it is that the derivatives it speaks of exist, which follows from the cell's
being differentiable. A proof that is written here proves nothing before Coq has accepted it: where
it does not, the part is open, and nothing is refuted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sympy

from symrnn.language.derivatives import ImmediateDerivative, TotalDerivative
from symrnn.language.relations import Equation
from symrnn.language.shapes import is_column
from symrnn.language.structure import Vec
from symrnn.language.time import TimeVector
from symrnn.machine.arithmetic import name_of
from symrnn.machine.names import about, slug
from symrnn.machine.obligations import MATRICES, Generated, printed_name
from symrnn.machine.printed_cell import (
    definitions_stem,
    differentiable_stem,
    filled,
    lemma_name,
)
from symrnn.machine.sources import CLAIMS, INSTANCES, Source
from symrnn.machine.transition import Transition

ANY_CELL = "any_cell"
"""The file with the theorems of any cell."""

CLOSED_UP = ("jac", "jacvec", "grad", "oprod", "oprod_right", "frobenius")
"""What Coq does not look into to find out that a claim is another one."""

LIMIT = 100
"""Seconds that Coq may take over one part."""

CLOSE = "first [exact dF|eassumption]"
"""Closes the hypotheses of a theorem of any cell."""

_BY = re.compile(r"by `[^`]*`")


@dataclass(frozen=True)
class Instance:
    """A proposition about a printed cell, and how it follows.

    theorem: the name of its theorem, which ends in `_claim`.
    general: the theorem of any cell; empty where it holds by definition.
    parameter: what the derivatives in it are by, besides states.
    """

    theorem: str
    general: str
    parameter: sympy.MatrixSymbol | None = None


def instance(
    statement: str,
    label: str,
    claim: Any,
    theorem: str,
    parameters: Iterable[Any],
    known: Iterable[str],
) -> Instance | None:
    """How a part follows for a printed cell; None if there is no theorem of any cell for it.

    Args:
        statement, label, claim: of the part.
        theorem: the name of its theorem.
        parameters: those in which the cell is proved to be differentiable.
        known: the names of the theorems of any cell.
    """
    if isinstance(claim, Equation) and isinstance(claim.lhs, TimeVector):
        return Instance(theorem, "")
    by = _differentiated_by(claim)
    if len(by) > 1 or not by <= set(parameters):
        return None
    kind, parameter = "", None
    if by:
        (parameter,) = by
        kind = "by a column" if is_column(parameter) else "by a matrix"
    said = _BY.sub(kind, label)
    if said == label and kind:
        said = f"{label} {kind}"
    general = "_".join(filter(None, (f"{statement}_of_any_cell", slug(said))))
    return Instance(theorem, general, parameter) if general in known else None


def _differentiated_by(claim: Any) -> set[Any]:
    """The parameters by which derivatives in a claim are."""
    found = set()
    for node in claim.atoms(TotalDerivative, ImmediateDerivative):
        by = node.by.args[0] if isinstance(node.by, Vec) else node.by
        if not isinstance(by, TimeVector):
            found.add(by)
    return found


def instances_stem(statement: str, cell: Transition) -> str:
    """The file with the proofs for a statement."""
    return f"{about(statement, cell.key)}_claims"


def instances_file(
    statement: str, cell: Transition, instances: Mapping[str, Instance]
) -> Generated[str]:
    """A theorem for each proposition, by the label of its part."""
    lines = [
        *MATRICES.splitlines(),
        f"From symrnn Require Import differentials recurrence bptt {ANY_CELL}.",
        f"From {CLAIMS} Require Import {definitions_stem(cell)} {about(statement, cell.key)}.",
        f"From {INSTANCES} Require Import {differentiable_stem(cell)}.",
        f"Opaque {' '.join((*CLOSED_UP, cell.name(cell.state)))}.",
    ]
    found: dict[int, str] = {}
    for label, each in instances.items():
        before = len(lines)
        lines += ["", *_theorem(cell, each)]
        found |= dict.fromkeys(range(before + 1, len(lines) + 1), label)
    stem = instances_stem(statement, cell)
    return Generated(Source(stem, "\n".join([*lines, ""]), INSTANCES), found)


def _theorem(cell: Transition, each: Instance) -> list[str]:
    printed = printed_name(each.theorem)
    opening = [f"Theorem {each.theorem} : {printed}.", "Proof."]
    opening += [f"unfold {printed}; cbv zeta; intros."]
    step = f"({cell.applied(cell.state).text})"
    if not each.general:
        before = f"apply: (@state_before _ {step} s0)"
        return [*opening, f"first [reflexivity|{before}; assumption].", "Qed."]
    differentiable = f"differentiable ({step} k'') u''"
    lines = [
        *opening,
        *filled("have dF : forall k'' u'',", [f"{differentiable} by", _by(cell, None)]),
    ]
    if each.parameter is None:
        lines += ["derivatives_exist dF."]
        lines += [
            *filled(f"Timeout {LIMIT} eapply (@{each.general} _ _", [step, "s0);"]),
            f"  {CLOSE}.",
            "Qed.",
        ]
        return lines
    name = name_of(each.parameter)
    other = cell.applied(cell.state, {str(each.parameter.name): "V''"})
    family = f"(fun V'' => {other.text})"
    jointly = f"jointly_differentiable (fun V'' => {other.text} k'') {name} u''"
    lines += filled("have dP : forall k'' u'',", [f"{jointly} by", _by(cell, each.parameter)])
    lines += filled("derivatives_exist_in", [family, "dF dP."])
    sizes = "_ _ _" if is_column(each.parameter) else "_ _ _ _"
    lines += filled(f"Timeout {LIMIT} eapply (@{each.general} {sizes}", [family, name, "s0);"])
    return [*lines, f"  first [exact dP|{CLOSE}].", "Qed."]


def _by(cell: Transition, parameter: sympy.MatrixSymbol | None) -> str:
    return f"intros; eapply {lemma_name(cell, parameter)}; eassumption."
