"""What a cross-check found, as a table and as a record."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from symrnn.crosscheck.diagnosis import Diagnosis
from symrnn.crosscheck.slip import Slip

AGREES, DIFFERS = "agrees", "differs"
LINES = 20
"""A report has at most so many."""

SHOWN = 8
"""So many wrong rows are listed."""


@dataclass(frozen=True)
class Row:
    """One array compared.

    Attributes:
        name: what it is.
        verdict: "agrees", "differs", or what makes it incomparable.
        off: largest difference, relative to the largest entry of the derived one.
        complex_step: the same along random directions, by the complex step; None where it was
            not taken.
        tolerance: the largest relative difference that rounding explains.
        where: where it differs first.
    """

    name: str
    verdict: str
    off: float | None = None
    complex_step: float | None = None
    tolerance: float | None = None
    where: str = ""

    @property
    def agrees(self) -> bool:
        """Whether it does."""
        return self.verdict == AGREES

    def __str__(self) -> str:
        if self.off is None:
            return self.verdict
        return (
            f"off by {self.off:.2g}{self.where}" if not self.agrees else f"agrees to {self.off:.0e}"
        )


@dataclass(frozen=True)
class Report:
    """What was compared, and what came of it; true where everything agrees.

    Attributes:
        what: "gradients", "forward pass", "Jacobian".
        code: the name of the function.
        cell: the cell's name.
        at: sizes, steps, batch and dtype, in words.
        rows: one for each array.
        fault: what went wrong before anything could be compared.
        diagnosis: the slip that explains a disagreement, if it was looked for.
        legend: the lines that the cell itself does not name, by name.
        notes: what else is worth saying.
    """

    what: str
    code: str
    cell: str
    at: str
    rows: tuple[Row, ...] = ()
    fault: str | None = None
    diagnosis: Diagnosis | None = None
    legend: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.agrees

    @property
    def agrees(self) -> bool:
        """Whether all rows do, and nothing went wrong."""
        return self.fault is None and all(row.agrees for row in self.rows)

    @property
    def slips(self) -> tuple[str, ...]:
        """The slips that explain it, in words; none where nothing does."""
        explanation = self.diagnosis.explanation if self.diagnosis else None
        return tuple(slip.words for slip in explanation.slips) if explanation else ()

    @property
    def ties(self) -> tuple[str, ...]:
        """Other slips that give the same numbers."""
        explanation = self.diagnosis.explanation if self.diagnosis else None
        return tuple(slip.words for slip in explanation.ties) if explanation else ()

    def __str__(self) -> str:
        head = f"{self.code}, {self.what} of {self.cell}"
        if self.fault is not None:
            return "\n".join([head, *self.fault.splitlines()][:LINES])
        wrong = [row for row in self.rows if not row.agrees]
        right = [row for row in self.rows if row.agrees]
        count = f"{len(wrong)} of {len(self.rows)} differ from the derived ones ({self.at})"
        if not wrong:
            worst = max((row.off or 0.0 for row in right), default=0.0)
            count = f"all {len(right)} agree to {worst:.0e} ({self.at})"
        lines = [f"{head}: {count}"]
        width = max((len(row.name) for row in wrong), default=0) + 2
        lines += [f"  {row.name:<{width}}{row}" for row in wrong[:SHOWN]]
        if len(wrong) > SHOWN:
            lines.append(f"  and {', '.join(row.name for row in wrong[SHOWN:])}")
        if wrong and right:
            lines.append(f"  agree: {', '.join(row.name for row in right)}")
        lines += self._explained()
        lines += [f"note   {note}" for note in self.notes]
        return "\n".join(lines if len(lines) <= LINES else [*lines[: LINES - 1], "…"])

    def _explained(self) -> list[str]:
        if self.diagnosis is None:
            return []
        found = self.diagnosis.explanation
        if found is None:
            return [
                f"slip   none of ours explains it ({self.diagnosis.tried} tried, alone and in "
                f"pairs, at {self.diagnosis.places} nets)"
            ]
        lines = []
        for words, line in _gathered(found.slips):
            lines += [f"slip   {words}", f"where  {line}"]
        shown = [(name, line) for name, line in self.legend.items() if _speaks(name, lines)]
        lines += [f"with   {name} = {line}" for name, line in shown[:3]]
        lines += [f"or     {tie.words} (the same numbers)" for tie in found.ties]
        return lines

    def record(self) -> dict[str, Any]:
        """The same as plain data."""
        found = self.diagnosis.explanation if self.diagnosis else None
        return {
            "what": self.what,
            "code": self.code,
            "cell": self.cell,
            "at": self.at,
            "agrees": self.agrees,
            "fault": self.fault,
            "rows": [
                {
                    "name": row.name,
                    "verdict": row.verdict,
                    "off": _finite(row.off),
                    "complex_step": _finite(row.complex_step),
                    "tolerance": _finite(row.tolerance),
                }
                for row in self.rows
            ],
            "slips": [
                {"words": s.words, "line": s.line, "kind": s.kind}
                for s in (found.slips if found else ())
            ],
            "ties": [slip.words for slip in (found.ties if found else ())],
            "tried": self.diagnosis.tried if self.diagnosis else 0,
            "nets": self.diagnosis.places if self.diagnosis else 0,
            "notes": list(self.notes),
        }


def _finite(value: float | None) -> float | None:
    """JSON has no ∞."""
    return value if value is not None and math.isfinite(value) else None


def _gathered(slips: tuple[Slip, ...]) -> list[tuple[str, str]]:
    """Slips of one kind in several rows as one."""
    rows: dict[str, list[Slip]] = {}
    for slip in slips:
        head, mark, rest = slip.words.partition(": ")
        own = mark and slip.parameter is not None and head.startswith("in ∂L/∂")
        rows.setdefault(rest if own else slip.words, []).append(slip)
    found = []
    for words, alike in rows.items():
        if len(alike) == 1:
            found.append((alike[0].words, alike[0].line))
        else:
            names = ", ".join(f"∂L/∂{slip.parameter}" for slip in alike)
            found.append((f"in {names}: {words}", alike[0].line))
    return found


def _speaks(name: str, lines: list[str]) -> bool:
    text = " ".join(lines)
    for mark in "()[]⊙+-=,:ᵀ′":
        text = text.replace(mark, " ")
    return name in text.split()
