"""Works cited: as BibTeX, and as a line of prose for backends without it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from symrnn.errors import IllFormedError
from symrnn.typeset.prose import escaped, listed

_REQUIRED = {
    "article": ("author", "title", "journal"),
    "book": ("author", "title", "publisher"),
    "inproceedings": ("author", "title", "booktitle"),
    "incollection": ("author", "title", "booktitle"),
    "phdthesis": ("author", "title", "school"),
    "mastersthesis": ("author", "title", "school"),
    "techreport": ("author", "title", "institution"),
    "unpublished": ("author", "title"),
    "misc": ("author", "title"),
}

KINDS = tuple(_REQUIRED)
"""What a work may be, as BibTeX calls it."""


@dataclass(frozen=True)
class Work:
    """A work that can be cited.

    Args:
        key: what `[[@key]]` in prose refers to.
        kind: one of `KINDS`.
        names: its authors as the prose speaks of them, "Pascanu et al.".
        year: of publication.
        fields: BibTeX fields in plain text; authors joined by " and ".

    Raises:
        IllFormedError: for a kind that is not known, or a field that is missing.
    """

    key: str
    kind: str
    names: str
    year: int
    fields: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9][\w:.+/-]*", self.key):
            raise IllFormedError(f"work: `{self.key}` can not be a key; use letters and digits")
        if self.kind not in _REQUIRED:
            raise IllFormedError(
                f"work `{self.key}`: no such kind",
                {"expected": ", ".join(_REQUIRED), "got": repr(self.kind)},
            )
        missing = [name for name in _REQUIRED[self.kind] if not self.fields.get(name)]
        if missing:
            raise IllFormedError(f"work `{self.key}` has no {missing[0]}")

    @property
    def spoken(self) -> str:
        """As prose speaks of it: Pascanu et al. (2013)."""
        return f"{self.names} ({self.year})"

    @property
    def aside(self) -> str:
        """As a sentence points to it: (Pascanu et al., 2013)."""
        return f"({self.names}, {self.year})"

    def cited(self, aside: bool = False, place: str = "") -> str:
        """In the sentence, or `aside`, maybe with a place in it: (Pascanu et al., 2013, p. 3)."""
        said = self.aside if aside else self.spoken
        return f"{said[:-1]}, {place})" if place else said

    @property
    def line(self) -> str:
        """The entry in a list of references, as prose markup."""
        authors = self.fields["author"].split(" and ")
        places = ("journal", "booktitle", "publisher", "school", "institution", "howpublished")
        place = next((self.fields[each] for each in places if self.fields.get(each)), "")
        volume, number = self.fields.get("volume", ""), self.fields.get("number", "")
        issue = f" {volume}({number})" if volume and number else f" {volume}" if volume else ""
        pages = self.fields.get("pages", "").replace("--", "-").replace("-", "–")
        where = escaped(f"{place}{issue}{', ' + pages if pages else ''}")
        return (
            f"{escaped(listed(authors))}. *{escaped(self.fields['title'])}*. "
            f"{where}{', ' if where else ''}{self.year}."
        )


def bibtex(works: Iterable[Work]) -> str:
    """The works as the text of a .bib file."""
    return "\n".join(map(_entry, works))


def _entry(work: Work) -> str:
    fields = {**work.fields, "year": str(work.year)}
    if "pages" in fields:
        fields["pages"] = re.sub("[-–]+", "--", fields["pages"])
    # Braces within keep BibTeX from lowering the capitals of a title, and from taking the last word
    # of who is no person for a family name: prose has that name whole.
    whole = {"title", *["author"] * (fields["author"] == work.names)}
    written = [
        f"  {name} = {{{f'{{{_escaped(value)}}}' if name in whole else _escaped(value)}}},"
        for name, value in fields.items()
    ]
    return "\n".join([f"@{work.kind}{{{work.key},", *written, "}", ""])


def _escaped(text: str) -> str:
    return re.sub(r"([%&#_$])", r"\\\1", text.replace("\\", "").replace("{", "").replace("}", ""))
