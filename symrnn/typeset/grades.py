"""The grades of evidence, as documents print them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Grade:
    """A grade of evidence: its name, the letter printed beside a line, and what was done."""

    name: str
    letter: str
    meaning: str


#: The grades of DESIGN.md §2, weakest first.
GRADES = (
    Grade(
        "sampled",
        "S",
        "holds at random and adversarial points, with differences through the recurrence",
    ),
    Grade(
        "explicit",
        "E",
        "holds entry by entry at small sizes, as symbols or at exact rational points, with scalar "
        "differentiation",
    ),
    Grade("derived", "D", "re-checked rule by rule for symbolic sizes and times"),
    Grade("certified", "C", "enclosed by ball arithmetic over the whole domain"),
    Grade("machine_checked", "M", "a theorem of a proof assistant"),
)
