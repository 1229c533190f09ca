"""What was found of a document, kept by content: nothing that is unchanged is judged again.

A verdict hangs on the two sides, the definitions in force, what letters are in the document, its
hints, and what was found before it. All that is in its key; with another version of the reader or
the judge no key is the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from symrnn import content, json_file
from symrnn.audit.meaning.model import Model
from symrnn.audit.meaning.relations import Relation
from symrnn.audit.meaning.statements import Statements
from symrnn.audit.meaning.symbols import Symbols
from symrnn.audit.numbers.reading import Reading
from symrnn.audit.numbers.readings import Sense
from symrnn.audit.verdicts.judge import Judge
from symrnn.audit.verdicts.verdict import DISAGREES, FALSE, Counterexample, Verdict
from symrnn.reading.documents import Document
from symrnn.reading.latex.tree import shape_of
from symrnn.reading.latex.words import EQUAL

MOST_VERDICTS = 5_000
"""Of one document."""


def default_folder() -> Path:
    """Where it is kept: in the user's cache folder, as the platform has it."""
    return user_cache_path("symrnn") / "audit"


PIECES = "pieces"
"""What is kept beside a verdict: of which pieces of other formulas its mend was sought."""


def _supposed(statements: Statements, relation: Relation) -> list[Any]:
    """What is supposed at a relation."""
    return [
        (place, None if each.value is None else shape_of(each.value), each.made,
         statements.surely(relation, each))
        for place, each in statements.examples(relation).items()
    ]  # fmt: skip


def _pieces(record: Mapping[str, Any], relation: Relation, judge: Judge) -> str:
    """The pieces of other formulas that mends are made of: nothing else is mended."""
    if record.get("kind") not in (FALSE, DISAGREES):
        return ""
    model = judge.statements.model_at(relation)
    return _hash(judge.pool(model, relation), judge.addends(relation))


def _hash(*material: object) -> str:
    return hashlib.sha256("\0".join(map(str, material)).encode()).hexdigest()


def _all_of(made: Model | Symbols) -> list[object]:
    """All that is known of letters, each set in one order; definitions are told apart by others."""
    return [
        (each.name, _ordered(getattr(made, each.name)))
        for each in fields(made)
        if not each.name.startswith("_") and each.name not in ("definitions", "symbols")
    ]


def _ordered(found: object) -> object:
    if isinstance(found, Mapping):
        return sorted((name, _ordered(each)) for name, each in found.items() if each)
    return sorted(found) if isinstance(found, set | frozenset) else found


@dataclass
class Kept:
    """What is kept of one document: all findings for its text, and a verdict for each key."""

    file: Path | None = None
    text: str = ""
    findings: list[dict[str, Any]] | None = None
    verdicts: dict[str, dict[str, Any]] = field(default_factory=dict)
    used: dict[str, dict[str, Any]] = field(default_factory=dict)
    of_document: str = ""
    of_models: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path | None, documents: list[Document], outside: Iterable[str]) -> Kept:
        """What was kept; nothing where there is no file, or it is damaged."""
        if folder is None or not documents:
            return cls()
        shown = [(d.path, d.text, sorted(d.macros.items())) for d in documents]
        text = _hash(content.program(), *outside, *shown)
        file = folder / f"{_hash(Path(documents[0].path).resolve())[:40]}.json"
        made = cls(file, text)
        try:
            record = json.loads(file.read_text(encoding="utf-8"))
            made.verdicts = dict(record["verdicts"])
            if record["text"] == text:
                made.findings = list(record["findings"])
        except (OSError, ValueError, KeyError, TypeError):
            made.verdicts = {}
        return made

    def key(self, relation: Relation, judge: Judge) -> str:
        """The key of a relation's verdict."""
        statements = judge.statements
        left, right = relation.left.tree, relation.right.tree
        if self.file is None or left is None or right is None:
            return ""
        model = statements.model_at(relation)
        text = statements.documents[relation.document].formulas[relation.formula].text
        return _hash(
            self._of_document(statements), self._of_model(model),
            shape_of(left), shape_of(right), relation.kind, relation.written,
            text[relation.start : relation.right.end],
            relation.order in statements.defining, statements.about_derivatives(relation),
            _supposed(statements, relation),
            judge.said, statements.restricted(relation),
            [shape_of(tree) for tree in statements.said_held(relation)],
            id(model) in judge.held, id(model) in judge.held_losses, judge.shaped, judge.settled,
            judge.shown,
            [] if relation.kind == EQUAL else [
                (shape_of(each.left), shape_of(each.right), each.turned) for each in judge.known
                if each.model == id(model)
            ],
        )  # fmt: skip

    def _of_document(self, statements: Statements) -> str:
        """What is the same for all relations of a document."""
        if not self.of_document:
            self.of_document = _hash(
                content.program(), _all_of(statements.symbols), statements.turned,
                sorted(statements.named_layouts()), sorted(statements.said_positive),
                [(c.kind, shape_of(c.left.tree), shape_of(c.right.tree))
                 for c in statements.said_of_numbers],
            )  # fmt: skip
        return self.of_document

    def _of_model(self, model: Model) -> str:
        """What a model is; the statements keep each as long as this lives."""
        if id(model) not in self.of_models:
            definitions = [
                (name, d.letter, d.shift, d.entries, d.given, d.bound, shape_of(d.value))
                for name, d in sorted(model.definitions.items())
            ]
            self.of_models[id(model)] = _hash(definitions, _all_of(model))
        return self.of_models[id(model)]

    def verdict(self, relation: Relation, judge: Judge) -> Verdict:
        """The verdict kept, and what it says of the document told to the judge; else a new one."""
        key = self.key(relation, judge)
        record = self.verdicts.get(key) if key else None
        if record is not None and record.get(PIECES, "") != _pieces(record, relation, judge):
            record = None  # a formula elsewhere may give the mend, or no longer does
        if record is not None:
            try:
                found = verdict_of(record)
            except (KeyError, TypeError, ValueError):
                record = None
            else:
                judge.note(judge.statements.model_at(relation), found)
        if record is None:
            found = judge.verdict(relation)
            record = asdict(found)
            if key:
                record[PIECES] = _pieces(record, relation, judge)
        if key and found.cause != "too long":
            self.used[key] = record
        return found

    def write(self, findings: list[dict[str, Any]]) -> None:
        """Keep what was found; a folder that can not be written to is no error."""
        if self.file is None:
            return
        verdicts = dict(list(self.used.items())[-MOST_VERDICTS:])
        record = {"text": self.text, "findings": findings, "verdicts": verdicts}
        with suppress(OSError, ValueError):
            json_file.keep(self.file, record)


def verdict_of(record: dict[str, Any]) -> Verdict:
    """A verdict as it was kept.

    Raises:
        KeyError, TypeError, ValueError: it is none.
    """
    record = {name: each for name, each in record.items() if name != PIECES}
    example, sense = record.pop("counterexample"), record.pop("sense")
    if example is not None:
        row, column = example["entry"]
        example = Counterexample(**{**example, "entry": (int(row), int(column))})
    if sense is not None:
        reading = sense["reading"]
        held = tuple(map(str, reading["held"]))
        sense = Sense(**{**sense, "reading": Reading(**{**reading, "held": held})})
    under = tuple(map(str, record.pop("under")))
    return Verdict(**record, under=under, counterexample=example, sense=sense)
