"""What the theorems of each Coq file rest on, as `proofs/coq/audit.v` has it printed."""

from __future__ import annotations

import re
from collections.abc import Mapping

from symrnn.machine.sources import Source, without_comments

_THEOREM = re.compile(r"^\s*(?:Theorem|Corollary)\s+(\w+)", re.MULTILINE)
_NAMED = re.compile(r"@(\w+)\.(\w+)")
_PRINTED = re.compile(r"^Print Assumptions of_(\w+)\.$", re.MULTILINE)
_BLOCK = re.compile(r"^(?:Axioms:|Closed under the global context)$", re.MULTILINE)
_AXIOM = re.compile(r"^([\w.']+)\s*(?::|$)", re.MULTILINE)


def audited_files(audit: Source) -> list[str]:
    """The stems of the files whose axioms an audit prints, in its order."""
    return _PRINTED.findall(audit.text)


def assumptions(audit: Source, said: str) -> dict[str, list[str]]:
    """The axioms that an audit printed for each file of theorems, sorted."""
    _, *blocks = _BLOCK.split(said)
    return {
        stem: sorted(_AXIOM.findall(block))
        for stem, block in zip(audited_files(audit), blocks, strict=True)
    }


def listed(text: str) -> dict[str, list[str]]:
    """The list that is expected: `file: axiom axiom …` on each line that is no # comment."""
    pairs = (line.split(":") for line in text.splitlines() if line and not line.startswith("#"))
    return {stem: sorted(axioms.split()) for stem, axioms in pairs}


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
    return stated - set(_NAMED.findall(audit.text))
