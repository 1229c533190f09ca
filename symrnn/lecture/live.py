"""The lecture as cells: each statement's own source is run, checked, shown and compared.

The code of a cell is the proof file, and calls of the public names; none of it is written for one
statement alone, but for the bound on the product, which is drawn.
"""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sympy import Symbol

from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.language.derivatives import ImmediateDerivative, TotalDerivative
from symrnn.language.notation import DENOMINATOR, LECTURE, Notation
from symrnn.language.relations import Equation
from symrnn.lecture.details import code_names
from symrnn.lecture.lettering import subject_in
from symrnn.lecture.live_code import drawn, has_numbers, setup
from symrnn.lecture.network_section import axes_named
from symrnn.lecture.statements import Writer
from symrnn.python_text import parsed
from symrnn.theory.about import Subject
from symrnn.theory.library import everything
from symrnn.theory.part import Part
from symrnn.theory.statement import Statement
from symrnn.typeset.blocks import (
    Display,
    Heading,
    Items,
    Listing,
    Paragraph,
    Picture,
    Quote,
    Section,
    StatementBlock,
    Table,
)
from symrnn.typeset.document import Document
from symrnn.typeset.markdown import block_text, words
from symrnn.typeset.notebook import Cell, heading
from symrnn.typeset.prose import paragraphs
from symrnn.typeset.words import phrase, speaking

TIMES = {"t": 11, "k": 4, "j": 6, "h": 2, "T": 12, "i": 1, "tau": 3}
"""The times at which formulas are compared, by name."""

EVERY_CELL = (
    "Every cell runs: it proves a statement step by step and shows it. It needs "
    "`pip install symrnn`."
)
EVERY_CELL_COMPARES = (
    "Every cell runs: it proves a statement step by step, shows it, and compares it with "
    "differences through the recurrence. It needs `pip install symrnn`."
)

BOUND = "product_bound"
"""The statement whose claim is drawn over a run."""


def cells(
    document: Document,
    library: Mapping[str, Statement],
    notation: Notation = LECTURE,
    rnn: Subject | None = None,
) -> tuple[Cell, ...]:
    """The cells of a lecture, in its order.

    Args:
        document: the lecture; of its sections those that hold statements are shown.
        library: the statements, by name.
        notation: what formulas are shown in.
        rnn: what the statements are about; the notation's cell by default.

    Raises:
        NotSupportedError: for a statement that is in no file.
        IllFormedError: for a proof file that gives a name of the notebook's own another meaning.
    """
    with speaking(document.language):
        return tuple(_Writer(document, library, notation, rnn).cells())


class _Writer:
    """Goes through the document once; a proof file that declares several statements is run once."""

    def __init__(
        self,
        document: Document,
        library: Mapping[str, Statement],
        notation: Notation,
        rnn: Subject | None,
    ) -> None:
        rnn = rnn or subject_in(notation)
        self.document = document
        self.notation = notation
        self.lettered = notation != LECTURE
        self.setup = setup(notation, rnn)
        self.library = library
        self.prose = words(document.targets, {work.key: work for work in document.works})
        self.compares = has_numbers(rnn)
        self.rnn = rnn
        self.times = {rnn.letters.get(name, name): time for name, time in TIMES.items()}
        self.run: set[Path] = set()
        self.checked: set[str] = set()

    def cells(self) -> Iterator[Cell]:
        document = self.document
        said = (document.subtitle, document.author, document.institute, document.date)
        opening = [
            f"# {self.prose(document.title)}",
            " · ".join(map(self.prose, filter(None, said))),
        ]
        opening.append(self.prose(document.abstract))
        opening.append(phrase(EVERY_CELL_COMPARES if self.compares else EVERY_CELL))
        opening.append(self.prose(code_names(self.notation)))
        yield Cell("markdown", "\n\n".join(filter(None, opening)))
        yield Cell("code", self.setup)
        for section in document.blocks:
            if isinstance(section, Section) and _is_shown(section):
                number = document.targets[section.label].number
                title = heading(2, section.label, f"{number} {self.prose(section.title)}")
                yield Cell("markdown", title)
                for block in section.blocks:
                    if isinstance(block, StatementBlock):
                        yield from self._statement(block)
                    elif isinstance(block, _WORDS):
                        yield Cell("markdown", block_text(block, self.prose, self.number))
        if document.works_cited:
            works = [f'- <a id="{w.key}"></a>{self.prose(w.line)}' for w in document.works_cited]
            yield Cell("markdown", "\n".join([f"## {phrase('References')}\n", *works]))

    def number(self, label: str) -> str:
        """The number of a formula."""
        return self.document.targets[label].number

    def _statement(self, block: StatementBlock) -> Iterator[Cell]:
        statement = self.library[block.name]
        named = f"{phrase('Statement')} {block.number}: {self.prose(block.title)}"
        title = heading(3, block.name, named)
        said = [self.prose(text) for text in (*block.hypotheses, *paragraphs(block.prose))]
        yield Cell("markdown", "\n\n".join([title, *said]))
        yield from self._behind(statement)
        for declared in self._declared(statement):
            yield Cell("code", declared)
        self.checked.add(statement.name)
        parts = statement.parts(self.rnn)
        standing = statement.headlined(parts)
        headline = {n: part for n, part in enumerate(parts) if part in standing}
        yield Cell("code", self._checked(statement, headline))
        yield Cell("code", self._shown(statement, headline))
        compared = [
            self._compared(statement, n, part) for n, part in headline.items() if self._runs(part)
        ]
        if compared and self.compares:
            yield Cell("code", "\n".join(compared))
        if statement.name == BOUND and self.compares:
            axes = axes_named(Writer(self.notation, {}, self.rnn.in_parts), self.rnn)
            axes_said = f",\n    axes_named={axes!r}," if self.lettered else ""
            place, part = next(iter(headline.items()))
            bound = drawn(statement.name, place, part.claim, axes_said, self.rnn)
            yield Cell("code", bound)
        if statement.counterexamples:
            shown = (
                'display(Markdown(board.prose(f"*{each.explains}.* {each.find().shows}.")))'
                if self.lettered
                else 'print(f"{each.explains}\\n    {each.find().shows}")'
            )
            yield Cell(
                "code",
                f"for each in {statement.name}.of(general).counterexamples:\n    {shown}",
            )

    def _runs(self, part: Part) -> bool:
        """Whether the claim says what a derivative of the lecture's own recurrence is."""
        claim: Any = part.claim
        derivative = isinstance(claim, Equation) and isinstance(
            claim.lhs, TotalDerivative | ImmediateDerivative
        )
        return derivative and part.cell is None and set(_times(claim)) <= set(self.times)

    def _compared(self, statement: Statement, place: int, part: Part) -> str:
        times = "".join(f", {name}={self.times[name]}" for name in _times(part.claim))
        return (
            f"claim = {statement.name}.parts(special)[{place}].claim\n"
            f"print(compare(special, claim.lhs, claim.rhs, weights{times}))"
        )

    def _behind(self, statement: Statement) -> Iterator[Cell]:
        """What it uses, and what stands later or in the last section."""
        behind = [name for name in self._used(statement) if name not in self.checked]
        self.checked.update(behind)
        ours = [name for name in behind if name in everything()]
        if ours:
            yield Cell(
                "code",
                "from symrnn.theory.library import everything\n\n"
                f"library |= {{name: everything()[name] for name in {ours}}}",
            )
        for name in behind:
            if name not in ours:
                declared = self._declared(self.library[name])
                known = f'library["{name}"] = {name}\n{name}.check(general, library)'
                yield Cell("code", "\n\n\n".join([*declared, known]))

    def _declared(self, statement: Statement) -> list[str]:
        """The proof file, where it has not been run yet."""
        path = _source_file(statement)
        if path in self.run:
            return []
        self.run.add(path)
        return [definition(path, self.setup)]

    def _used(self, statement: Statement) -> list[str]:
        """Statements that it uses, however indirectly, each after those it uses itself."""
        found: dict[str, None] = {}
        for name in statement.of(self.rnn).uses:
            found |= dict.fromkeys([*self._used(self.library[name]), name])
        return list(found)

    def _checked(self, statement: Statement, headline: dict[int, Part]) -> str:
        name = statement.name
        said = phrase("{steps} steps, each justified by its rule", steps="{steps}")
        checked = (
            f'library["{name}"] = {name}\n'
            f"steps = {name}.check(general, library)\n"
            f"print(f{json.dumps(said, ensure_ascii=False)})\n"
        )
        if not self.lettered:
            return f"{checked}{name}"
        return (
            f"{checked}parts = {self._parts(statement)}\n"
            f"for place in {list(headline)}:\n"
            "    display(Math(board.latex(parts[place].claim)))"
        )

    def _parts(self, statement: Statement) -> str:
        """The parts, in the layout of the notation."""
        parts = f"{statement.name}.parts(general)"
        if self.notation.layout != DENOMINATOR:
            return parts
        return f"[in_denominator_layout(part) for part in {parts}]"

    def _shown(self, statement: Statement, headline: dict[int, Part]) -> str:
        """The chains of the headline, base cases and induction steps included."""
        chains = [chain for part in headline.values() for chain in part.proof.chains]
        line = '", ".join(filter(None, [parts[place].label, caption]))'
        said = f"display(Markdown(board.prose({line})))" if self.lettered else f"print({line})"
        named = f"        {said}\n" if len(chains) > 1 else ""
        chain = "Math(chain.latex(board.notation))" if self.lettered else "chain"
        return (
            f"parts = {self._parts(statement)}\n"
            f"for place in {list(headline)}:\n"
            f"    for caption, chain, given in parts[place].proof.chains:\n{named}"
            f"        display({chain})"
        )


_WORDS = Paragraph | Heading | Items | Quote | Display | Table | Listing | Picture
"""Blocks that a notebook shows as they stand."""


def _is_shown(section: Section) -> bool:
    told = section.label.startswith("section-")
    return told or any(isinstance(block, StatementBlock) for block in section.blocks)


def _source_file(statement: Statement) -> Path:
    found = inspect.getsourcefile(statement.build)
    if found is None or not Path(found).is_file():
        raise NotSupportedError(
            f"notebook: `{statement.name}` is in no file that could be shown", {"got": found}
        )
    return Path(found)


def definition(path: Path, before: str) -> str:
    """A proof file as a cell: of its docstrings the titles stay, for the prose stands above it.

    Args:
        path: the file.
        before: the notebook's first code cell.

    Raises `IllFormedError` for a file that gives a name of that cell another meaning.
    """
    source = path.read_text(encoding="utf-8")
    tree = parsed(source, str(path))
    own = set(_names(parsed(before)))
    for name, binding in _names(tree).items():
        if name in own and not isinstance(binding, ast.ImportFrom | ast.Import):
            raise IllFormedError(
                f"notebook: `{name}` is a name of the notebook's own",
                {"file": path.name, "line": binding.lineno, "expected": "another name"},
            )
    lines = source.splitlines()
    documented: list[ast.Module | ast.FunctionDef] = [tree]
    documented += [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    for node in reversed(documented):
        text = ast.get_docstring(node)
        if text is None:
            continue
        first, last = node.body[0].lineno, node.body[0].end_lineno
        title = text.partition("\n")[0]
        kept = [f'    """{title}"""'] if isinstance(node, ast.FunctionDef) else []
        if len(text.splitlines()) > 1 or not kept:
            lines[first - 1 : last] = kept
    return "\n".join(lines).strip()


def _names(tree: ast.Module) -> dict[str, ast.stmt]:
    """The names that a module binds at its top level, and where."""
    found: dict[str, ast.stmt] = {}
    for node in tree.body:
        match node:
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                found |= {alias.asname or alias.name: node for alias in names}
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found[name] = node
            case ast.Assign(targets=targets):
                stored = (inner for target in targets for inner in ast.walk(target))
                found |= {inner.id: node for inner in stored if isinstance(inner, ast.Name)}
    return found


def _times(claim: Any) -> list[str]:
    symbols = (s for s in claim.free_symbols if isinstance(s, Symbol))
    return sorted(s.name for s in symbols if s.is_integer and not s.is_positive)
