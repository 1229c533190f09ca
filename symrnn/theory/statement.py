"""Statements: what a proof file declares, and how it is built and checked."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sympy import Symbol

from symrnn.cells.elman import elman
from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.kernel import Theorem
from symrnn.language.writing import latex
from symrnn.theory.about import About, Subject, Verdict, applies
from symrnn.theory.check import prove
from symrnn.theory.context import Context
from symrnn.theory.derivation import Derivation, Induction, Step
from symrnn.theory.intact import guarded
from symrnn.theory.names import require_functions, require_letters
from symrnn.theory.part import Part
from symrnn.theory.witness import Counterexample, Witness

EVERY = "*"
"""In a headline: every part."""


@dataclass(slots=True)
class Statement:
    """A named claim with a proof.

    It has slots, so that nothing that is written on one stands before its methods.

    Args:
        name: says the conclusion, in words joined by underscores.
        title: one line.
        prose: what a lecturer would say about it.
        uses: names of the statements it builds on.
        build: from a recurrence to the proof, or to proofs by label.
        headline: labels of the parts whose claims stand for the statement, `EVERY` for all; the
            first by default.
        about: what it speaks of.
        names: from a recurrence to what its formulas name, the expression by its letter.
        forms: the statement as it is about more cells, or about fewer.
        form_of: the statement whose form it is, if it is one.
    """

    name: str
    title: str
    prose: str
    uses: tuple[str, ...]
    build: Callable[[Any], Any]
    headline: tuple[str, ...] = ()
    about: About = About.ANY_CELL
    counterexamples: list[Counterexample] = field(default_factory=list)
    names: Callable[[Any], Mapping[Symbol, Any]] | None = field(default=None, repr=False)
    forms: list[Statement] = field(default_factory=list, repr=False)
    form_of: Statement | None = field(default=None, repr=False, compare=False)
    _built: dict[Subject, tuple[Part, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _proved: dict[tuple[Subject, int], Theorem] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _open: set[tuple[Subject, int]] = field(
        default_factory=set, init=False, repr=False, compare=False
    )

    @property
    def file(self) -> Path:
        """Where it is declared."""
        code = getattr(inspect.unwrap(self.build), "__code__", None)
        return Path(code.co_filename if code is not None else "")

    @property
    def place(self) -> str:
        """File and line of it."""
        code = getattr(inspect.unwrap(self.build), "__code__", None)
        return self.file.name if code is None else f"{self.file.name}, line {code.co_firstlineno}"

    def counterexample(self, explains: str) -> Callable[[Callable[[], Witness]], Any]:
        """Decorator: a function without arguments that returns a `Witness`."""

        def register(find: Callable[[], Witness]) -> Callable[[], Witness]:
            self.counterexamples.append(Counterexample(find.__name__, explains, find))
            return find

        return register

    def naming(self, names: Callable[[Any], Mapping[Symbol, Any]]) -> Any:
        """Decorator: a function of a recurrence that gives {n: max(κ, ‖g‖)}.

        Where the statement is written, the letter stands for the expression wherever that occurs,
        and what it stands for is said first. What is proved and run is the expression.
        """
        self.names = names
        return names

    def named(self, rnn: Subject) -> dict[Any, Symbol]:
        """The letters of what its formulas name, by the expression.

        Raises:
            IllFormedError: for a letter that already means something in the formulas.
        """
        chosen = self.of(rnn)
        if chosen.names is None:
            return {}
        found = {expression: letter for letter, expression in chosen.names(rnn).items()}
        for part in chosen.parts(rnn):
            chains = [chain for _, chain, _ in part.proof.chains]
            steps = [step.after for chain in chains for step in chain.steps]
            lines = (part.claim, *part.given, *(chain.start for chain in chains), *steps)
            require_letters(found, lines, self.name, (part.cell or rnn).recurrence)
        return found

    def form(
        self,
        about: About,
        uses: Iterable[str] | None = None,
        headline: Iterable[str] | None = None,
    ) -> Callable[[Callable[[Any], Any]], Statement]:
        """Decorator: the same statement as it is about more cells, or about fewer of which it has
        to say something else.

        Title and prose are the function's own, as are counterexamples, if it registers any.

        Args:
            about: what it speaks of.
            uses, headline: the statement's own by default.
        """

        def wrap(build: Callable[[Any], Any]) -> Statement:
            made = statement(
                self.uses if uses is None else uses,
                self.headline if headline is None else headline,
                self.name,
                about,
            )(build)
            made.form_of = self
            self.forms.append(made)
            return made

        return wrap

    def headlined(self, parts: Sequence[Part]) -> list[Part]:
        """Those of its parts whose claims stand for it: those named, or all, or the first."""
        if EVERY in self.headline:
            return list(parts)
        return [part for part in parts if part.label in self.headline] or list(parts[:1])

    def applies(self, rnn: Subject) -> Verdict:
        """Whether it speaks of a cell, in one of its forms: yes, no or not known, and why."""
        found = [applies(each.about, rnn) for each in (self, *self.forms)]
        return next(
            (each for holds in (True, None) for each in found if each.holds is holds), found[-1]
        )

    @property
    def widest(self) -> About:
        """What it speaks of in its most general form."""
        every = [each.about for each in (self, *self.forms)]
        return next(about for about in About if about in every)

    def of(self, rnn: Subject) -> Statement:
        """The statement as it is about a recurrence: of its forms the one about fewest cells.

        Raises:
            NotSupportedError: it is about no such cell.
        """
        for each in self.forms:
            if type(each) is not Statement:
                raise IllFormedError(
                    f"a form of `{self.name}` is of a class of its own",
                    {"expected": "@….form(…)", "got": type(each).__name__},
                )
        forms = [each for each in (self, *self.forms) if applies(each.about, rnn).holds]
        if not forms:
            raise NotSupportedError(
                f"`{self.name}` is about {self.widest}", {"got": self.applies(rnn).why}
            )
        chosen = max(forms, key=lambda each: list(About).index(each.about))
        if not chosen.counterexamples:
            chosen.counterexamples = self.counterexamples
        if chosen.names is None:
            chosen.names = self.names
        return chosen

    def parts(self, rnn: Subject) -> tuple[Part, ...]:
        """The claims and proofs for a recurrence, unchecked; built once."""
        chosen = self.of(rnn)
        if chosen is not self:
            return chosen.parts(rnn)
        if rnn not in self._built:
            self._built[rnn] = self._build_parts(rnn)
        return self._built[rnn]

    def _build_parts(self, rnn: Subject) -> tuple[Part, ...]:
        with guarded(self.file):
            built = self.build(rnn)
        if isinstance(built, Derivation | Induction):
            built = {"": built}
        if not isinstance(built, Mapping) or not built:
            raise IllFormedError(
                f"`{self.name}` must return a derivation, an induction, or a dict of them",
                {"got": type(built).__name__},
            )
        # Read once: a mapping of a class of its own may list something else the next time.
        parts = tuple(Part(label, proof) for label, proof in built.items())
        for part in parts:
            self._require_proof(part.proof)
        chains = [chain for part in parts for _, chain, _ in part.proof.chains]
        ends = [each for chain in chains for each in (chain.start, chain.end, *chain.given)]
        require_functions(ends, self.name, rnn.recurrence)
        return parts

    def _require_proof(self, proof: Any) -> None:
        """Its type counts, and that of what it is made of: a derived class may claim one thing and
        show another."""
        chains = (proof.base_case, proof.step) if type(proof) is Induction else (proof,)
        wrong = [chain for chain in chains if type(chain) is not Derivation]
        wrong = wrong or [each for c in chains for each in c.steps if type(each) is not Step]
        if wrong:
            raise IllFormedError(
                f"a part of `{self.name}` is no proof",
                {"expected": "derivation(…) or induction(…)", "got": type(wrong[0]).__name__},
            )

    def __repr__(self) -> str:
        return f"{self.name}: {self.title}"

    def _repr_latex_(self) -> str:
        """Title and claims, for the recurrence with an unknown σ: what a notebook shows."""
        rnn = elman()
        named = {each: latex(letter) for each, letter in self.named(rnn).items()}
        said = [latex(each.claim, named=named) for each in self.headlined(self.parts(rnn))]
        claims = r" \\ ".join([*(f"{n} := {latex(e)}" for e, n in named.items()), *said])
        title = "".join(f"\\{c}" if c in "#$%&_{}" else c for c in self.title)
        return rf"$\displaystyle \begin{{gathered}} \text{{{title}}} \\ {claims} \end{{gathered}}$"

    def theorems(self, rnn: Subject, library: Library, cell: Any = None) -> tuple[Theorem, ...]:
        """What its parts prove about `rnn`, or about a cell of their own, as others may use it.

        What a part shows of one recurrence says nothing of another; what it shows of numbers alone
        may be used everywhere.
        """
        found = [
            (part, self.theorem(rnn, library, number))
            for number, part in enumerate(self.parts(rnn))
            if part.cell is None or _same_cell(part.cell, cell)
        ]
        return tuple(
            theorem
            for part, theorem in found
            if theorem.cell is None or _same_cell(part.cell, cell)
        )

    def theorem(self, rnn: Subject, library: Library, number: int) -> Theorem:
        """What part `number` proves, checked rule by rule; proved once.

        Raises:
            UnjustifiedStepError, SideConditionError: see `symrnn.theory.check`.
            IllFormedError: where the proof uses, however indirectly, what it is to prove.
        """
        chosen, key = self.of(rnn), (rnn, number)
        if key in chosen._open:
            raise IllFormedError(
                "the statements use each other in a circle", {"cycle": f"through `{self.name}`"}
            )
        if key not in chosen._proved:
            part = self.parts(rnn)[number]
            label = f"{self.name}, {part.label}" if part.label else self.name
            chosen._open.add(key)
            try:
                chosen._proved[key] = prove(part.proof, self.context(rnn, library, number), label)
            finally:
                chosen._open.discard(key)
        return chosen._proved[key]

    def check(self, rnn: Subject, library: Library) -> int:
        """Prove every part, rule by rule; returns how many steps there are.

        Raises:
            UnjustifiedStepError, SideConditionError: see `symrnn.theory.check`.
        """
        count = 0
        for number, part in enumerate(self.parts(rnn)):
            self.theorem(rnn, library, number)
            count += sum(len(chain.steps) for _, chain, _ in part.proof.chains)
        return count

    def context(self, rnn: Subject, library: Library, number: int) -> Context:
        """What part `number` may use: the statements named, and the parts before it.

        A part with a cell of its own may use what was proved for the same definitions alone.
        """
        uses = self.of(rnn).uses
        missing = [name for name in uses if name not in library]
        if missing:
            raise IllFormedError(
                f"`{self.name}` uses a statement that is not there",
                {"expected": ", ".join(library), "got": missing[0]},
            )
        parts = self.parts(rnn)
        cell = parts[number].cell
        known = {name: library[name].theorems(rnn, library, cell) for name in uses}
        before = (
            (part, self.theorem(rnn, library, earlier))
            for earlier, part in enumerate(parts[:number])
            if part.cell is None or _same_cell(part.cell, cell)
        )
        known[self.name] = tuple(
            theorem
            for part, theorem in before
            if theorem.cell is None or _same_cell(part.cell, cell)
        )
        return Context(rnn if cell is None else cell, statements=known)


def _same_cell(one: Any, other: Any) -> bool:
    """Whether two parts speak of recurrences with the same definitions, or both of none."""
    if one is None or other is None:
        return one is other
    return one is other or bool(one.recurrence.definitions == other.recurrence.definitions)


Library = Mapping[str, Statement]


def statement(
    uses: Iterable[str] = (),
    headline: Iterable[str] = (),
    name: str | None = None,
    about: About = About.ANY_CELL,
) -> Callable[[Callable[[Any], Any]], Statement]:
    """Decorator that turns a function of a recurrence into a `Statement`.

    The function's name is the statement's; the first line of its docstring is the title, the rest
    the prose.

    Args:
        uses: names of the statements it builds on.
        headline: labels of the parts whose claims stand for the statement.
        name: another name than the function's.
        about: what it speaks of, and so for which cells it is checked.

    Raises:
        IllFormedError: an argument is no such thing, or the function has no docstring.
    """
    for argument, given in (("uses", uses), ("headline", headline)):
        if isinstance(given, str) or not isinstance(given, Iterable):
            raise IllFormedError(
                f"statement: {argument}", {"expected": "a list of names", "got": repr(given)}
            )
    if not isinstance(about, About):
        raise IllFormedError(
            "statement: about",
            {
                "expected": ", ".join(f"About.{each.name}" for each in About),
                "got": type(about).__name__,
            },
        )

    def wrap(build: Callable[[Any], Any]) -> Statement:
        text = inspect.getdoc(build)
        if not text:
            raise IllFormedError(f"the statement {build.__name__} needs a docstring for its title")
        title, _, prose = text.partition("\n")
        return Statement(
            name or build.__name__,
            title.strip(),
            prose.strip(),
            tuple(uses),
            build,
            tuple(headline),
            about,
        )

    return wrap
