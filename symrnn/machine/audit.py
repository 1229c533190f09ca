"""What the theorems of our Coq files rest on, as `proofs/coq/audit.v` has it printed."""

from __future__ import annotations

import re
from collections.abc import Mapping

from symrnn.machine.sources import Source, without_comments

_THEOREM = re.compile(r"^\s*(?:Theorem|Corollary)\s+(\w+)", re.MULTILINE)
_NAMED = re.compile(r"@(\w+)\.(\w+)")
_DEFINED = re.compile(r"^Definition of_(\w+) :=\s+(.*?)\.$", re.MULTILINE | re.DOTALL)
_MEANT = re.compile(r"\bof_(\w+)")
_PRINTED = re.compile(r"^Print Assumptions of_(\w+)\.$", re.MULTILINE)
_BLOCK = re.compile(r"^(?:Axioms:|Closed under the global context)$", re.MULTILINE)
_AXIOM = re.compile(r"^([\w.']+)\s*(?::|$)", re.MULTILINE)


def audited(audit: Source) -> list[str]:
    """The groups of theorems whose axioms an audit prints, in its order."""
    return _PRINTED.findall(audit.text)


def assumptions(audit: Source, said: str) -> dict[str, list[str]]:
    """The axioms that an audit printed for each group of theorems, sorted."""
    _, *blocks = _BLOCK.split(said)
    return {
        group: sorted(_AXIOM.findall(block))
        for group, block in zip(audited(audit), blocks, strict=True)
    }


def listed(text: str) -> dict[str, list[str]]:
    """The list that is expected: `group: axiom axiom …` on each line that is no # comment."""
    pairs = (line.split(":") for line in text.splitlines() if line and not line.startswith("#"))
    return {group: sorted(axioms.split()) for group, axioms in pairs}


def unaudited(audit: Source, sources: Mapping[str, Source]) -> set[tuple[str, str]]:
    """File and name of the theorems that an audit leaves out.

    The claims as they are printed have an audit of their own, in the file that closes them.
    """
    stated = {
        (stem, name)
        for stem, source in sources.items()
        if stem != audit.stem and not stem.endswith("_claims")
        for name in _THEOREM.findall(without_comments(source.text))
    }
    meaning = dict(_DEFINED.findall(audit.text))
    seen: set[tuple[str, str]] = set()
    pending = audited(audit)
    while pending:
        text = meaning.pop(pending.pop(), "")
        seen |= set(_NAMED.findall(text))
        pending += _MEANT.findall(text)
    return stated - seen
