"""The model that a document defines: its quantities and what they read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from symrnn.audit.meaning.letters import (
    FUNCTIONS,
    GREEK,
    UNKNOWN_FUNCTIONS,
    bare,
    is_capital,
    is_loss,
    whole_number,
)
from symrnn.audit.meaning.references import Ref
from symrnn.audit.meaning.symbols import Symbols
from symrnn.reading.latex.tree import (
    Addition,
    Derivative,
    Group,
    Product,
    Sym,
    Tree,
    Turned,
    children,
    walk,
)

NO_NUMBERS = UNKNOWN_FUNCTIONS | {"delta", "Delta", "theta", "Theta", "partial", "nabla", "Gamma",
                                  "Lambda", "Omega", "Phi", "Psi", "Sigma", "Xi", "Pi"}  # fmt: skip
"""Greek letters that mostly are no numbers."""


class NotUnderstood(Exception):
    """Why a relation could not be judged: the cause, what exactly, and the hint that would help."""

    def __init__(self, cause: str, what: str, hint: str = "") -> None:
        super().__init__(f"{cause}: {what}")
        self.cause, self.what, self.hint = cause, what, hint


class Clash(NotUnderstood):
    """Shapes that do not fit in this reading; another reading may fit."""

    def __init__(self, what: str) -> None:
        super().__init__("shapes do not fit", what)


@dataclass(frozen=True)
class Definition:
    """`name` at time `letter + shift` is `value`; without a letter it has no time.

    `start` is the number of the relation that says it; `given` says that it comes from a hint.
    `entries` are the letters of the entries that it is written in: h_{t,i} = … `symbol` is the
    quantity as it is written. `bound` says that `value` is only the least number that it may be
    ("upper"), or the greatest ("lower"), whatever the times in it.
    """

    name: str
    letter: str | None
    shift: int
    value: Tree
    start: int
    given: bool = False
    entries: tuple[str, ...] = ()
    symbol: Sym | None = None
    bound: str = ""

    @cached_property
    def derived(self) -> bool:
        """Whether it names a derivative."""
        return any(isinstance(node, Derivative) for node in walk(self.value))


@dataclass
class Model:
    """What a document defines, as seen from one place in it.

    `scalar` says that all its quantities are numbers. `vectorial` that it speaks of transposes,
    diagonals or entrywise products, so that no matrix in it is meant as a number. `clashing` are
    quantities with two definitions that differ. `variables` are what only expressions that have
    them are differentiated by, d/dx tanh(x): whether each is a "number" or a "vector". `made` says
    of matrices that they are symmetric, orthogonal or diagonal.
    """

    symbols: Symbols
    definitions: dict[str, Definition] = field(default_factory=dict)
    clashing: set[str] = field(default_factory=set)
    kinds: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    scalar: bool = False
    vectorial: bool = False
    rows: bool = False
    variables: dict[str, str] = field(default_factory=dict)
    made: dict[str, str] = field(default_factory=dict)

    def ref(self, node: Sym, bound: frozenset[str] = frozenset()) -> Ref:
        """What a letter refers to."""
        return self.symbols.resolve(node, bound)

    def is_whole(self, node: Sym) -> bool:
        """Whether a letter is a quantity at a time: no entry, power or slope of it."""
        ref = self.ref(node)
        beside = ref.entries or ref.power or ref.primes or ref.copy
        return ref.time is not None and not beside

    def is_function(self, node: Sym, following: Tree | None) -> str | None:
        """Which kind of function a letter is: "known", "elementwise", "opaque", or None."""
        name = node.name
        if name in FUNCTIONS:
            return "known"
        ref = self.ref(node)
        if ref.name in self.definitions or (
            ref.time is not None and not isinstance(following, Group)
        ):
            return None
        if node.primes:
            return "elementwise" if isinstance(following, Group) else None
        if not isinstance(following, Group) or following.kind not in "([":
            return None
        if name in self.costs:
            return "opaque"
        if len(following.parts) == 1 and (
            name in UNKNOWN_FUNCTIONS or f"function {name}" in self.kinds
        ):
            return "elementwise"
        if name in self.symbols.called:
            return None
        if is_loss(name):
            return (
                None if self._is_arguments(following) or name in self.symbols.called else "opaque"
            )
        if len(following.parts) > 1 and following.kind == "(":
            return "opaque"
        if name in self.primed:
            return "elementwise"
        if name in self.applied:
            return "opaque"
        return None

    def _is_arguments(self, group: Group) -> bool:
        """Whether a loss's arguments are only said besides: L(W, U, b), L_t(θ)."""
        for part in group.parts:
            inner = bare(part)
            if not isinstance(inner, Sym) or self.symbols.has_time(inner.name):
                return False
        return True

    costs: frozenset[str] = frozenset()
    """The functions that are terms of a loss, and so have numbers as values."""
    primed: set[str] = field(default_factory=set)
    applied: set[str] = field(default_factory=set)

    def learn_functions(self, trees: list[Tree]) -> None:
        """Which letters are functions: those with primes, and those that never stand alone."""
        called: set[str] = set()
        alone: set[str] = set()
        for tree in trees:
            for node in walk(tree):
                if isinstance(node, Sym) and node.primes:
                    self.primed.add(node.name)
                if isinstance(node, Product):
                    for place, factor in enumerate(node.factors):
                        if not isinstance(factor, Sym):
                            continue
                        following = (
                            node.factors[place + 1] if place + 1 < len(node.factors) else None
                        )
                        sign = node.signs[place] if place < len(node.signs) else ""
                        if isinstance(following, Group) and not sign and following.kind in "([":
                            called.add(factor.name)
                        else:
                            alone.add(factor.name)
                elif not isinstance(node, Sym):
                    alone |= {c.name for c in children(node) if isinstance(c, Sym)}
        self.applied = {
            name for name in called - alone
            if name not in self.symbols.sequences and name not in self.symbols.times
            and not is_capital(name) and name not in {"b", "h", "x"}
        }  # fmt: skip

    def definition(self, name: str) -> Definition | None:
        """The definition in force."""
        return self.definitions.get(name)

    def bounds(self) -> frozenset[str]:
        """The numbers of which only what they bound is known."""
        return frozenset(name for name, each in self.definitions.items() if each.bound)

    def free_number(self, name: str) -> bool:
        """Whether a letter may stand for any number, as a step size η does.

        Nothing computes with it, and Greek letters are numbers. What holds for any such number
        holds; that something differs for one that was chosen says nothing.
        """
        base = name.split("_")[0]
        known = self.kinds.get(name) or self.kinds.get(base)
        if name in self.symbols.powers and name not in self.definitions and not is_capital(name):
            return True  # w of w^{t-1}
        return (
            (known == "scalar" if known else base in GREEK - NO_NUMBERS)
            and name not in self.definitions
            and not self.symbols.has_time(base)
            and base not in self.symbols.times
        )

    def recurrence(self) -> set[str]:
        """All quantities of a step, and what they are computed from."""
        steps = {n: d for n, d in self.definitions.items() if d.letter and not d.derived}
        return set(steps) | {name for d in steps.values() for name, _ in self.reads(d)}

    def spoken_of(self, trees: Iterable[Tree], outputs: Iterable[str]) -> set[str]:
        """The quantities in some formulas, and all that those are computed from.

        Args:
            trees: the formulas.
            outputs: what a loss without a definition reads.
        """
        found: set[str] = set()
        todo = [self.ref(n).name for tree in trees for n in walk(tree) if isinstance(n, Sym)]
        while todo:
            name = todo.pop()
            name = self.aliases.get(name, name)
            if name in found:
                continue
            found.add(name)
            definition = self.definitions.get(name)
            if definition is not None:
                todo += [self.ref(n).name for n in walk(definition.value) if isinstance(n, Sym)]
            elif is_loss(name):
                todo += outputs
        return found

    def states(self) -> set[str]:
        """The quantities that are read one step back.

        Of z_k = A x_k and x_{k+1} = f(z_k) the state is x: it has a first value, and z is computed.
        """
        found = set()
        for definition in self.definitions.values():
            if definition.letter is None or definition.derived:
                continue
            for ref, lag in self.reads(definition):
                if lag and lag > 0:
                    found |= self.next_of(ref) or {ref}
        return found

    def next_of(self, name: str) -> set[str]:
        """What is written for the next step and read at its own by a quantity without a past."""
        definition = self.definitions.get(name)
        if definition is None or definition.letter is None or definition.shift:
            return set()
        reads = list(self.reads(definition))
        if any(lag is not None and lag > 0 for _, lag in reads):
            return set()
        return {
            ref for ref, lag in reads
            if lag == 0 and (d := self.definitions.get(ref)) is not None and d.shift > 0
        }  # fmt: skip

    def looks_ahead(self) -> bool:
        """Whether a step reads what later steps make: of s_t = f(s_{t-1}, c) c is h_T."""
        stated = [d for d in self.definitions.values() if not d.derived]
        read = {name for d in stated if d.letter is not None for name, _ in self.reads(d)}
        whole = [d for d in stated if d.letter is None and d.name in read]
        return any(time is not None for d in whole for _, time in timed_in(d.value, self))

    def apart(self, name: str) -> bool:
        """Whether a definition reads a letter with its time and without: u and u_t are two then."""
        base = name.split("_")[0]
        stated = (d for d in self.definitions.values() if d.letter is not None and not d.derived)
        return any({name, base} <= {read for read, _ in self.reads(d)} for d in stated)

    def reads(self, definition: Definition) -> Iterator[tuple[str, int | None]]:
        """What a definition reads, and how many steps back; None where that is not constant."""
        for name, time in timed_in(definition.value, self):
            if time is None:
                yield name, None
            else:
                letter, shift = split_time(time)
                if letter == definition.letter and letter is not None:
                    yield name, definition.shift - shift
                else:
                    yield name, None


def split_time(tree: Tree) -> tuple[str | None, int]:
    """`t - 1` as ("t", -1); (None, 3) for a number; (None, 0) for what is neither."""
    tree = bare(tree)
    number = whole_number(tree)
    if number is not None:
        return None, number
    if isinstance(tree, Sym):
        return tree.name, 0
    if isinstance(tree, Addition) and len(tree.terms) == 2:
        first, second = bare(tree.terms[0]), whole_number(tree.terms[1])
        if isinstance(first, Sym) and second is not None and tree.signs[0] == "+":
            return first.name, second if tree.signs[1] == "+" else -second
    return None, 0


def timed_in(tree: Tree, model: Model) -> Iterator[tuple[str, Tree | None]]:
    """Every quantity in a tree with its time, calls h(t) counted."""
    todo: list[Tree] = [tree]

    while todo:
        node = todo.pop()
        if isinstance(node, Product):
            skip = set()
            for place, factor in enumerate(node.factors[:-1]):
                call = called_time(model, factor, node.factors[place + 1])
                if call is not None:
                    yield call
                    skip |= {place, place + 1}
            todo += [f for p, f in enumerate(node.factors) if p not in skip]
            continue
        if isinstance(node, Sym):
            ref = model.ref(node)
            yield ref.name, ref.time
            continue
        todo += children(node)


def called_time(model: Model, left: Tree, right: Tree) -> tuple[str, Tree] | None:
    """The quantity and the time of h(t)."""
    if not isinstance(left, Sym) or not isinstance(right, Group) or len(right.parts) != 1:
        return None
    if left.name not in model.symbols.called:
        return None
    ref = model.ref(left)
    inner = right.parts[0]
    if ref.time is None and (model.symbols.is_time(inner) or whole_number(inner) is not None):
        return ref.name, inner
    return None


def drops_arguments(model: Model, factor: Sym, following: Tree) -> bool:
    """Whether what follows are only arguments said besides: L_t(θ), h_t(W)."""
    if not isinstance(following, Group) or following.kind != "(" or following.separator != ",":
        return False
    ref = model.ref(factor)
    if ref.name not in model.definitions and not is_loss(ref.name):
        return False
    if is_capital(factor.name) and not is_loss(ref.name):
        return False
    parts = [bare(part) for part in following.parts]
    letters = [each.name for each in parts if isinstance(each, Sym) and not each.primes]
    return len(letters) == len(parts) and (
        is_loss(ref.name) or len(letters) > 1 or letters[0] in ("theta", "Theta", "w", "W", "x")
    )


def function_name(model: Model, node: Sym) -> str:
    """The name of a function: its letter with its labels, without its time."""
    return model.ref(node).name


def written_in_rows(model: Model) -> bool:
    """Whether states are rows: h_{t-1} W, and never W h_{t-1}."""
    behind = before = 0
    for definition in model.definitions.values():
        if definition.derived:
            continue
        for node in walk(definition.value):
            if not isinstance(node, Product):
                continue
            for left, right, sign in zip(node.factors, node.factors[1:], node.signs, strict=False):
                if sign in ("", "cdot", "times"):
                    behind += _of_steps(model, left) and _is_weight(model, right)
                    before += _is_weight(model, left) and _of_steps(model, right)
    return behind > 0 and before == 0


def _is_weight(model: Model, node: Tree) -> bool:
    node = node.body if isinstance(node, Turned) else node
    if not isinstance(node, Sym) or node.name.startswith("function ") or is_loss(node.name):
        return False  # L(y_t)
    return is_capital(node.name) and model.ref(node).time is None


def _of_steps(model: Model, node: Tree) -> bool:
    """Whether a factor is a quantity of a step, or a stack of such; no transpose."""
    if isinstance(node, Group):
        return all(_of_steps(model, part) for part in node.parts)
    return isinstance(node, Sym) and not node.primes and model.ref(node).time is not None


def opaque(model: Model, tree: Tree) -> bool:
    """Whether an expression is a function of which nothing is known: F(x, u, θ)."""
    tree = bare(tree)
    if not isinstance(tree, Product) or len(tree.factors) != 2:
        return False
    head, group = tree.factors
    return isinstance(head, Sym) and model.is_function(head, group) == "opaque"
