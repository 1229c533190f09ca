"""Works out of a lecturer's own file of BibTeX."""

from __future__ import annotations

import re
from io import StringIO

from pybtex.database import BibliographyData, Entry, Person
from pybtex.database.input.bibtex import Parser
from pybtex.exceptions import PybtexError
from pybtex.richtext import Text
from pybtex.scanner import PybtexSyntaxError

from symrnn.errors import IllFormedError, ParseError
from symrnn.typeset.bibliography import KINDS, Work
from symrnn.typeset.prose import listed

_KEPT = (
    "title", "journal", "booktitle", "publisher", "school", "institution", "howpublished",
    "volume", "number", "pages", "doi", "url", "note", "series", "edition",
)  # fmt: skip


def works_in(text: str, file: str) -> tuple[Work, ...]:
    """The works of a file of BibTeX.

    Args:
        text: what the file holds.
        file: its name, for messages.

    Raises:
        ParseError: for what is no BibTeX, or a work without title, author or year, with its line.
    """
    try:
        data: BibliographyData = Parser().parse_stream(StringIO(text))
    except PybtexSyntaxError as error:
        line = getattr(error, "lineno", 1)
        raise ParseError(
            f"{file}, line {line}: this is no BibTeX", {"reason": str(error).split("\n")[0]}
        ) from error
    except PybtexError as error:
        key = next((word for word in re.findall(r"[\w:./-]+", str(error)) if word in text), "")
        raise ParseError(
            f"{file}, line {_line(text, key)}: this can not be read", {"reason": str(error)}
        ) from error
    return tuple(_work(key, entry, text, file) for key, entry in data.entries.items())


def _work(key: str, entry: Entry, text: str, file: str) -> Work:
    people = entry.persons.get("author") or entry.persons.get("editor") or []
    fields = {name: _plain(entry.fields[name]) for name in _KEPT if name in entry.fields}
    fields["author"] = " and ".join(" ".join(map(str, _names(person))) for person in people)
    year = re.search(r"\d{4}", entry.fields.get("year", entry.fields.get("date", "")))
    try:
        if year is None:
            raise IllFormedError("it has no year", {"expected": "year = {2013}"})
        kind = entry.type if entry.type in KINDS else "misc"
        return Work(key, kind, _spoken(people), int(year[0]), fields)
    except IllFormedError as error:
        raise ParseError(
            f"{file}, line {_line(text, key)}: the work `{key}`: {error.message}", error.detail
        ) from error


def _names(person: Person) -> list[str]:
    parts = (
        *person.rich_first_names,
        *person.rich_middle_names,
        *person.rich_prelast_names,
        *person.rich_last_names,
        *person.rich_lineage_names,
    )
    return [str(part) for part in parts]


def _spoken(people: list[Person]) -> str:
    """The family names, as a sentence speaks of them."""
    family = [
        " ".join(str(part) for part in (*person.rich_prelast_names, *person.rich_last_names))
        for person in people
    ]
    if len(family) > 2:
        return f"{family[0]} et al."
    return listed(family) if family else ""


def _plain(latex: str) -> str:
    return re.sub(r"\s+", " ", str(Text.from_latex(latex)))


def _line(text: str, key: str) -> int:
    found = re.search(rf"@\w+\s*[{{(]\s*{re.escape(key)}\s*,", text) if key else None
    return 1 + text[: found.start()].count("\n") if found is not None else 1
