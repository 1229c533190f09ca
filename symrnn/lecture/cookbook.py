"""The cookbook: recipes, which are files that run, as a page; and every rule with an example.

A recipe's docstring is its title and its first words; a comment at the left margin is a paragraph,
and what stands below it is a cell. The value of a cell's last line is shown: a formula as a
formula, anything else as it prints.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

import sympy

from symrnn.cells import cell
from symrnn.cells.elman import elman
from symrnn.cells.network import Network
from symrnn.language.algebra import Identity, Parameter, Zeros
from symrnn.language.derivatives import D
from symrnn.language.norms import norm
from symrnn.language.relations import Equation
from symrnn.language.structure import Block, Diag
from symrnn.language.writing import latex
from symrnn.lecture.statements import SIGNS
from symrnn.python_text import parsed
from symrnn.recurrence.asked import Derived
from symrnn.recurrence.slopes import through_values
from symrnn.theory import rules
from symrnn.theory.check import prove
from symrnn.theory.context import Context
from symrnn.theory.derivation import Derivation, derivation
from symrnn.theory.library import everything
from symrnn.theory.rule import Rule
from symrnn.typeset.blocks import Block as Shown
from symrnn.typeset.blocks import Display, Listing, Paragraph, Section, Table
from symrnn.typeset.document import Document
from symrnn.typeset.html import page
from symrnn.typeset.justification import spoken
from symrnn.typeset.unicode_maths import with_maths

FOLDER = Path(__file__).parent / "recipes"
ORDER = (
    *("readout_and_loss", "leaky_unit", "own_activation", "lstm"),
    *("orthogonal_weights", "own_norm", "formula_to_test"),
)
"""The recipes, in the order of the page."""


@dataclass(frozen=True)
class Step:
    """A cell of a recipe: what is said of it, its source, and the value of its last line."""

    words: str
    source: str
    value: Any = None


def cookbook() -> str:
    """The page; every recipe is run for it, and raises what it raises."""
    sections = [section(name) for name in ORDER]
    sections.append(Section("All rules", "all-rules", (_introduction(), rule_table())))
    return page(
        Document(
            title="The symrnn cookbook",
            subtitle="Recipes that run, and the rules of derivations",
            blocks=tuple(sections),
        )
    )


def section(name: str) -> Section:
    """A recipe as a section: its words, its code, and what came of it."""
    title, opening = _docstring(_source(name))
    blocks: list[Shown] = [Paragraph(_prose(opening))]
    for step in run(name):
        if step.words:
            blocks.append(Paragraph(_prose(step.words)))
        blocks.append(Listing(step.source, "python"))
        blocks += shown(step.value)
    blocks.append(Paragraph(f"This is `{name}.py` in `symrnn/lecture/recipes`."))
    return Section(_prose(title), name, tuple(blocks))


def run(name: str) -> tuple[Step, ...]:
    """The cells of a recipe, each run after those above it."""
    loader = _Recipe(f"recipe_{name}", str(FOLDER / f"{name}.py"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    last = {statement.end_lineno: statement for statement in parsed(_source(name)).body}
    return tuple(
        Step(words, code, getattr(module, _kept(last[line].lineno), None))
        for words, code, line in _cells(_source(name))
    )


class _Recipe(SourceFileLoader):
    """Loads a recipe as a module that keeps the values of its lines."""

    def source_to_code(  # type: ignore[override]  # typeshed has it without self
        self, data: Any, path: Any, *, _optimize: int = -1
    ) -> Any:
        tree = parsed(data, str(path))
        for place, statement in enumerate(tree.body):
            if isinstance(statement, ast.Expr) and place:
                name = ast.Name(_kept(statement.lineno), ast.Store())
                tree.body[place] = ast.Assign([name], statement.value)
        return compile(ast.fix_missing_locations(tree), str(path), "exec", dont_inherit=True)

    def get_code(self, fullname: str) -> Any:
        # Always from the source: what is kept is not the code of the file as it stands.
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


def _kept(line: int) -> str:
    return f"value_of_line_{line}"


def shown(value: Any) -> list[Shown]:
    """The value of a cell: a formula as such, anything else as it prints; None is nothing."""
    if value is None:
        return []
    if isinstance(value, sympy.Basic):
        return [Display(latex(value))]
    if isinstance(value, Derived):
        return [Display(value.latex)]
    return [Listing(str(value), caption="prints")]


def _source(name: str) -> str:
    return (FOLDER / f"{name}.py").read_text(encoding="utf-8")


def _docstring(source: str) -> tuple[str, str]:
    text = ast.get_docstring(parsed(source)) or ""
    title, _, rest = text.partition("\n")
    return title, " ".join(rest.split())


def _cells(source: str) -> Iterator[tuple[str, str, int]]:
    """Words and code of each cell in order, and the line it ends on."""
    start = parsed(source).body[0].end_lineno or 0
    words: list[str] = []
    code: list[str] = []
    end = 0
    for number, line in enumerate(source.splitlines()[start:], start=start + 1):
        if line.startswith("#"):
            if any(part.strip() for part in code):
                yield " ".join(words), "\n".join(code).strip("\n"), end
                words, code = [], []
            words.append(line.removeprefix("#").strip())
        else:
            code.append(line)
            end = number if line.strip() else end
    yield " ".join(words), "\n".join(code).strip("\n"), end


def _prose(words: str) -> str:
    return with_maths(re.sub(r"\s+", " ", words))


# ---------------------------------------------------------------------- the rules


def _introduction() -> Paragraph:
    return Paragraph(
        "A step of a derivation names one of these, as `by.chain_rule`; code applies it and the "
        "kernel checks it. The examples are lines of the lecture's proofs."
    )


def rule_table() -> Table:
    """Every rule that a step can name, what it says, and the shortest line that it gave."""
    found = examples()
    named = [getattr(rules, name) for name in rules.__all__]
    rows = (
        (f"{spoken(rule)} (`{rule.name}`)", with_maths(rule.says), found.get(rule.name, ""))
        for rule in sorted((each for each in named if isinstance(each, Rule)), key=spoken)
    )
    return Table(("rule", "what it says", "example"), tuple(rows), columns="lpp")


@cache
def examples() -> dict[str, str]:
    """By its name, the shortest line that a rule gave in a proof, as a formula in prose."""
    rnn = elman()
    best: dict[str, str] = {}
    for chain in _chains(rnn):
        before = chain.start
        for step in chain.steps:
            line = f"{latex(before)} {SIGNS[step.relation]} {latex(step.after)}"
            known = best.get(step.rule.name)
            if known is None or len(line) < len(known):
                best[step.rule.name] = line
            before = step.after
    return {name: f"${line}$" for name, line in best.items()}


def _chains(rnn: Network) -> Iterator[Derivation]:
    """The derivations of all proofs, and some for what none of them needs."""
    for statement in everything().values():
        if statement.applies(rnn).holds:
            for part in statement.parts(rnn):
                yield from (chain for _, chain, _ in part.proof.chains)
    for each in _besides(rnn):
        prove(each, Context(rnn), "an example")
        yield each


def _besides(rnn: Network) -> Iterator[Derivation]:
    s, k, t, d = rnn.s, rnn.k, rnn.t, rnn.d
    yield derivation(D(s[k], s[t]), given=[k >= 0, k <= t - 1]).equals(
        Zeros(d, d), rules.no_dependence
    )
    of: Any = cell("a = W s'; s = tanh(a)")
    slopes = Diag(of.slope(of["s"][of.index]))
    yield derivation(slopes, given=[of.index >= 1], cell=of).equals(
        through_values(slopes, of.recurrence), rules.slopes_by_values
    )
    A, B = (Parameter(rnn.letter(name).name, d, d) for name in "AB")
    yield derivation(norm(A, "2") ** 2).equals(norm(A.T * A, "2"), rules.norm_of_gram)
    yield derivation(norm(A, "2"), given=[Equation(A.T * A, Identity(d))]).equals(
        1, rules.orthogonal
    )
    yield derivation(norm(Block([A], [B]), "inf")).at_most(
        sympy.Max(norm(A, "inf"), norm(B, "inf")), rules.norm_of_blocks
    )
