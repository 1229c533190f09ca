"""What a theorem rests on: the axioms it uses, and all that is assumed in what it loads."""

from __future__ import annotations

import re

from symrnn.machine.sources import CLAIMS, CLOSED, INSTANCES, LIBRARY, USER

ACCEPTED = {
    "functional_extensionality_dep",
    "propositional_extensionality",
    "constructive_indefinite_description",
    "classic",
    "sig_forall_dec",
    "sig_not_dec",
    "epsilon_statement",
    "proof_irrelevance",
    "eq_rect_eq",
    "JMeq_eq",
}
"""Axioms of Coq's standard library and of mathcomp-analysis that a theorem may use: all of them
hold in sets with choice."""

_NONE = "Closed under the global context"
_AXIOMS = "Axioms:"
_AXIOM = re.compile(r"([\w.']+)\s*(?::.*)?")
_SECTION = re.compile(r"^\* (.+?):(.*)$")

PREDICATIVE = "* Theory: Set is predicative"
SECTIONS = {
    "Constants/Inductives relying on type-in-type": "without checking universes",
    "Constants/Inductives relying on unsafe (co)fixpoints": "without checking that recursion ends",
    "Inductives whose positivity is assumed": "without checking positivity",
}
"""What coqchk lists of definitions that were accepted without a check."""


def axioms(said: str) -> tuple[str, ...] | None:
    """The axioms that `Print Assumptions` lists, by name, sorted; None where it is no such list.

    A definition of which something is assumed (that its recursion ends, say) makes it no such list.
    """
    text = said.strip()
    if text == _NONE:
        return ()
    head, _, listed = text.partition("\n")
    if head.strip() != _AXIOMS:
        return None
    found = []
    for line in listed.splitlines():
        if line[:1].isspace() or not line:
            continue  # the rest of a type
        name = _AXIOM.fullmatch(line)
        if name is None:
            return None
        found.append(name.group(1))
    return tuple(sorted(found))


def listings(said: str) -> list[str]:
    """What `Print Assumptions` printed, asked several times: each answer by itself."""
    found: list[list[str]] = []
    for line in said.splitlines():
        if line.strip() in (_NONE, _AXIOMS):
            found.append([])
        elif not found:
            return []
        found[-1].append(line)
    return ["\n".join(lines) for lines in found]


def unaccepted(names: tuple[str, ...]) -> tuple[str, ...]:
    """The axioms that are none of those a theorem may use."""
    return tuple(name for name in names if name.rpartition(".")[2] not in ACCEPTED)


def objections(context: str) -> list[str]:
    """What speaks against a file in the summary that coqchk prints of it and all that it loads.

    coqchk reads what the kernel was given and nothing else: no notation, no option and no name of a
    user's file changes what it prints. Names are in full there. An axiom whose full name begins
    with none of the libraries below is one of Coq's libraries; whether the theorem may use it is
    decided by `unaccepted`.
    """
    if PREDICATIVE not in context:
        return ["the independent checker gave no summary"]
    sections = _sections(context)
    if "Axioms" not in sections or not SECTIONS.keys() <= sections.keys():
        return ["the independent checker gave no summary"]
    ours = (f"{LIBRARY}.", f"{CLAIMS}.", f"{CLOSED}.", f"{USER}.", f"{INSTANCES}.")
    found = [f"{each} is assumed" for each in sections["Axioms"] if each.startswith(ours)]
    for section, how in SECTIONS.items():
        found += [f"{name} was accepted {how}" for name in sections[section]]
    return found


def _sections(context: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    names: list[str] = []
    for line in context.splitlines():
        head = _SECTION.match(line)
        if head is not None:
            names = found.setdefault(head.group(1), [])
            rest = head.group(2).strip()
            names += [rest] if rest and rest != "<none>" else []
        elif line.strip():
            names.append(line.strip())
    return found
