"""What an author says to the reader of a document: `% symrnn: key: value`, or in audit.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sympy import Symbol

from symrnn.audit.meaning.letters import bare
from symrnn.audit.meaning.model import Definition, split_time
from symrnn.audit.meaning.symbols import Symbols
from symrnn.cells import read_cell
from symrnn.errors import IllFormedError, ParseError
from symrnn.language.activations import Elementwise
from symrnn.language.writing import latex
from symrnn.reading.documents import Document, decoded
from symrnn.reading.latex.chains import parse_chains
from symrnn.reading.latex.expressions import parse_expression
from symrnn.reading.latex.tree import Sym, Tree
from symrnn.reading.latex.words import EQUAL

KEYS = (
    "define", "alias", "cell", "loss", "layout", "order", "scalar", "vector", "matrix", "row",
    "sigma", "first", "sizes", "ignore", "expect",
)  # fmt: skip


@dataclass(frozen=True)
class Wrong:
    """A hint that says nothing: where it stands, and what is wrong."""

    document: int
    start: int
    message: str


@dataclass(frozen=True)
class Named:
    """The letters that a hint speaks of: if the document has none of them, it is of no use."""

    document: int
    start: int
    letters: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Mark:
    """`ignore` or `expect: false` for the next formula of its document."""

    document: int
    start: int
    kind: str
    reason: str


@dataclass
class Hints:
    """All hints of a document.

    `layout` and `later` are None where nothing is said. `kinds` are scalars, vectors, matrices by
    name, and functions as `function sigma`. `named` are what each hint speaks of.
    """

    definitions: list[Definition] = field(default_factory=list)
    trees: list[Tree] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    named: list[Named] = field(default_factory=list)
    aliases: dict[str, str] = field(default_factory=dict)
    layout: str | None = None
    later: str | None = None
    first: int | None = None
    scalar: bool = False
    marks: list[Mark] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)
    count: int = 0


def read_hints(documents: list[Document], outside: Iterable[str] = ()) -> Hints:
    """The hints in a document's comments, and those from outside, such as audit.toml."""
    hints = Hints()
    lines = [(0, 0, line) for line in outside]
    lines += [(n, r.start, r.text) for n, d in enumerate(documents) for r in d.remarks]
    pending: list[tuple[int, int, str]] = []
    for document, start, text in lines:
        hints.count += 1
        key, _, value = text.partition(":")
        key, value = key.strip().lower(), value.strip()
        try:
            _take(hints, key, value, document, start, pending, documents)
        except (ParseError, IllFormedError) as error:
            hints.wrong.append(Wrong(document, start, f"hint “{text[:60]}”: {error.args[0]}"))
    _define(hints, pending, documents)
    return hints


def _take(
    hints: Hints,
    key: str,
    value: str,
    document: int,
    start: int,
    pending: list[tuple[int, int, str]],
    documents: list[Document],
) -> None:
    def need(*allowed: str) -> str:
        if value.lower() not in allowed:
            raise IllFormedError(f"expected {' or '.join(allowed)}")
        return value.lower()

    if key in ("define", "alias", "loss"):
        if key == "loss" and "=" not in value:
            raise IllFormedError("expected a definition such as L = \\sum_t \\ell(y_t)")
        pending.append((document, start, value))
    elif key == "cell":
        in_latex = ";;" in value or "\\" in value or "_" in value
        parts = value.split(";;") if in_latex else _written_out(value)
        pending += [(document, start, part.strip()) for part in parts if part.strip()]
    elif key == "layout":
        hints.layout = need("numerator", "denominator")
    elif key == "order":
        hints.later = need("later left", "later right").split()[1]
    elif key in ("scalar", "vector", "matrix", "row"):
        for name in filter(None, (part.strip() for part in value.split(","))):
            tree = bare(
                parse_expression(name.strip("$"), documents[document].macros if documents else None)
            )
            if not isinstance(tree, Sym):
                raise IllFormedError(f"expected letters, got {name}")
            label = f"_{tree.sub_text}" if tree.sub_text else ""
            hints.kinds[tree.name + label] = key
            hints.named.append(Named(document, start, (tree.name,), f"{key}: {name}"))
    elif key == "sigma":
        hints.kinds["function sigma"] = need(
            "logistic", "sigmoid", "tanh", "relu", "identity", "softplus"
        )
    elif key == "first":
        hints.first = int(need("0", "1"))
    elif key == "sizes":
        need("1")
        hints.scalar = True
    elif key == "ignore":
        hints.marks.append(Mark(document, start, "ignore", value))
    elif key == "expect":
        said, _, why = value.partition(" because ")
        if said.strip().lower() != "false" or not why.strip():
            raise IllFormedError("expected: false because …")
        hints.marks.append(Mark(document, start, "expect false", why.strip()))
    else:
        raise IllFormedError(f"no such key; expected {', '.join(KEYS)}")


def _written_out(value: str) -> list[str]:
    """The definitions of a cell that is named, or given as symrnn's texts and files are, in LaTeX.

    Raises:
        IllFormedError, ParseError: there is no such cell.
    """
    j, t = Symbol("j", integer=True), Symbol("t", integer=True)
    found = []
    for of, is_ in read_cell(value).definitions.items():
        found.append(f"{latex(of.xreplace({j: t}))} = {latex(is_.xreplace({j: t}))}")
    if len(found) == 1 and isinstance(is_, Elementwise):
        # What a single σ is of is a_t to most authors.
        found.append(f"a_{{t}} = {latex(is_.args[-1].xreplace({j: t}))}")
    return found


def _define(hints: Hints, pending: list[tuple[int, int, str]], documents: list[Document]) -> None:
    parsed = []
    for document, start, text in pending:
        try:
            macros = documents[document].macros if documents else None
            (chain,) = parse_chains(text.strip("$ "), macros)
            if len(chain.links) != 1 or chain.links[0].kind != EQUAL:
                raise IllFormedError("expected one definition X = …")
            left, right = chain.sides[0].tree, chain.sides[1].tree
            if left is None or right is None:
                raise IllFormedError(chain.sides[0].problem or chain.sides[1].problem)
        except ValueError as error:
            message = (
                error.args[0]
                if isinstance(error, ParseError | IllFormedError)
                else "expected one definition"
            )
            hints.wrong.append(Wrong(document, start, f"hint “{text[:60]}”: {message}"))
            continue
        parsed.append((document, start, left, right, text))
    hints.trees = [tree for _, _, left, right, _ in parsed for tree in (left, right)]
    symbols = Symbols.of(hints.trees)
    spoken: dict[tuple[int, int], list[str]] = {}
    for document, start, left, right, text in parsed:
        named = bare(left)
        if isinstance(named, Sym):
            spoken.setdefault((document, start), []).append(named.name)
        if not isinstance(named, Sym):
            hints.wrong.append(
                Wrong(document, start, f"hint “{text[:60]}”: the left side is no letter")
            )
            continue
        ref = symbols.resolve(named)
        time = ref.time
        if time is None and len(named.subs) >= 1:
            # A hint's own letters: the last index is its time, if it is one letter that times have.
            inner = bare(named.subs[-1])
            if isinstance(inner, Sym) and inner.name in ("t", "k", "j", "i", "s", "tau", "n"):
                time = inner
                labels = ref.name.partition("_")[2].split(",")[:-1]
                letter, shift = split_time(time)
                name = named.name + ("_" + ",".join(labels) if any(labels) else "")
                found = Definition(name, letter, shift, right, start, True, symbol=named)
                hints.definitions.append(found)
                continue
        letter, shift = (None, 0) if time is None else split_time(time)
        found = Definition(ref.name, letter, shift, right, start, True, symbol=named)
        hints.definitions.append(found)
    texts = {(document, start): text for document, start, text in reversed(pending)}
    for where, letters in spoken.items():
        hints.named.append(Named(*where, tuple(letters), texts[where]))


def hints_of_folder(path: Path) -> list[str]:
    """The hints of `audit.toml` beside a document, or in the folder: `hints = ["layout: …"]`.

    Raises:
        IllFormedError: the file is no TOML, or has other keys.
    """
    file = (path if path.is_dir() else path.parent) / "audit.toml"
    if not file.is_file():
        return []
    try:
        record = tomllib.loads(decoded(file)[0])
    except (ValueError, RecursionError) as error:
        raise IllFormedError(f"{file}: {error}") from error
    found = record.pop("hints", [])
    if record or not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise IllFormedError(f'{file}: expected hints = ["layout: numerator", …] and nothing else')
    return found
