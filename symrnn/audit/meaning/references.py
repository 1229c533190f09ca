"""What a letter with its scripts refers to."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from symrnn.audit.meaning.letters import (
    GREEK,
    TOTAL,
    bare,
    is_capital,
    label_text,
    letters_of,
)
from symrnn.reading.latex.tree import (
    Addition,
    Group,
    Num,
    Product,
    Sym,
    Tree,
    Words,
)


@dataclass(frozen=True)
class Ref:
    """What a letter with its scripts refers to.

    `name` is the quantity with its labels; `time` is a tree, or None for what has none; `entries`
    are the row and column of an entry; `power` an exponent.
    """

    name: str
    time: Tree | None = None
    entries: tuple[Tree, ...] = ()
    power: Tree | None = None
    primes: int = 0
    copy: Tree | None = None


@dataclass
class References:
    """What the letters of a document are, and so what each refers to.

    Attributes:
        sequences, times: letters that have times, and those of times.
        raised, above: sequences whose times stand above, and never below.
        called: those with their time in brackets, h(t).
        known: all letters.
        by_entries: whether entries of what has a time are written, h_{t,i}.
        copied: those whose time says the copy used then, b^{(t)}.
        doubly: those that always have two entries.
        powers: those whose superscripts are powers.
        indices: letters that count entries.
        labels: what stands below each letter alone.
        constants: those whose index counts entries, though it is a time elsewhere.
        labelled: those with the letter of a gate beside a time, v_{i,t}.
        layers: the letter that counts layers, above what they have.
    """

    sequences: set[str] = field(default_factory=set)
    times: set[str] = field(default_factory=set)
    raised: set[str] = field(default_factory=set)
    above: set[str] = field(default_factory=set)
    called: set[str] = field(default_factory=set)
    known: set[str] = field(default_factory=set)
    by_entries: bool = False
    copied: set[str] = field(default_factory=set)
    doubly: set[str] = field(default_factory=set)
    powers: set[str] = field(default_factory=set)
    indices: set[str] = field(default_factory=set)
    labels: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    constants: set[str] = field(default_factory=set)
    labelled: set[str] = field(default_factory=set)
    layers: str = ""
    _resolved: dict[tuple[int, frozenset[str]], tuple[Sym, Ref]] = field(default_factory=dict)

    def is_time(self, tree: Tree, bound: frozenset[str] = frozenset()) -> bool:
        """Whether an index expression is a time."""
        letters = letters_of(tree)
        if letters is None:
            return False
        # q_N is q at the last time, as q_T is.
        last = {"N"} if self.sequences else set()
        return bool(letters) and letters <= (self.times | bound | last)

    def has_time(self, base: str) -> bool:
        """Whether a letter is a sequence."""
        return base in self.sequences or base in self.called

    def resolve(self, node: Sym, bound: frozenset[str] = frozenset()) -> Ref:
        """What a letter refers to."""
        kept = self._resolved.get((id(node), bound))
        if kept is not None and kept[0] is node:
            return kept[1]
        found = self._resolve(node, bound)
        self._resolved[id(node), bound] = (node, found)
        return found

    def _resolve(self, node: Sym, bound: frozenset[str]) -> Ref:
        base = node.name
        time: Tree | None = None
        entries: list[Tree] = []
        labels: list[str] = []
        power: Tree | None = None
        copy: Tree | None = None
        timed = self.has_time(base)
        subs = list(node.subs)
        together = False
        if (
            len(subs) == 1
            and isinstance(subs[0], Product)
            and not isinstance(subs[0].factors[0], Num)
        ):
            split = self._split(base, subs[0])
            if split is not None:
                subs, together = split, True
        for position, item in enumerate(subs):
            inner = bare(item)
            if isinstance(item, Words):
                labels.append(item.text.replace(" ", ""))
            elif isinstance(inner, Sym) and inner.name in ("infty",):
                labels.append(inner.name)
            elif (
                timed
                and time is None
                and (
                    self.is_time(item, bound)
                    or (isinstance(inner, Num) and inner.value.denominator == 1)
                )
                and not (
                    base in self.raised and position == 0 and node.sups and not self.is_time(item)
                )
                and not (base in self.above and node.sups)
            ):
                time = item
            elif base in self.labelled and len(subs) == 2 and isinstance(inner, Sym):
                labels.append(label_text(item))
            elif (
                (timed or together or position > 0 or self._entry_letter(base, inner))
                and self._is_entry(inner)
                and not (base in self.above and isinstance(inner, Sym) and self._label(inner.name))
            ) or (len(subs) > 1 and isinstance(inner, Num)):
                entries.append(item)
            else:
                labels.append(label_text(item))
        for item in node.sups:
            inner = bare(item)
            if isinstance(item, Words):
                labels.append("^" + item.text)
            elif (
                time is None
                and timed
                and base in self.raised
                and (
                    self.is_time(item, bound)
                    or (isinstance(inner, Num) and isinstance(item, Group))
                )
            ):
                time = item
            elif (
                isinstance(item, Group)
                and item.kind == "("
                and not timed
                and (is_capital(base) or base in self.copied)
                and self.is_time(item, bound)
            ):
                copy = item
            elif isinstance(item, Group) and item.kind in "([<":
                labels.append("^" + label_text(inner))
            elif isinstance(inner, (Num, Addition, Sym)):
                if (
                    (isinstance(inner, Sym) and inner.name in ("ast", "prime", "dagger", "star"))
                    or (
                        isinstance(inner, Sym)
                        and inner.name not in self.times
                        and len(inner.name) == 1
                        and (
                            inner.name not in ("n", "m", "p", "q", "r", "l")
                            or inner.name in self.sequences
                        )
                    )
                    or (isinstance(inner, Sym) and len(inner.name) > 1 and inner.name not in GREEK)
                ):
                    labels.append("^" + inner.name)
                else:
                    power = item
            else:
                labels.append("^" + label_text(item))
        if (
            base in self.sequences
            and base not in self.called
            and time is None
            and not entries
            and not labels
            and copy is None
        ):
            labels.append(TOTAL)  # L beside L_t
        name = base + ("_" + ",".join(labels) if labels else "")
        return Ref(name, time, tuple(entries), power, node.primes, copy)

    def _split(self, base: str, product: Product) -> list[Tree] | None:
        """`tj` as a time and an entry, `ij` as two entries; None where it is one label."""
        factors = list(product.factors)
        if any(product.signs[i] for i in range(len(product.signs))):
            return None
        if self.has_time(base) and self.is_time(factors[0]):
            return factors
        letters = [bare(f) for f in factors]
        weight = is_capital(base) or (self.by_entries and base not in self.sequences)
        if (
            weight
            and len(letters) == 2
            and all(
                isinstance(each, Sym)
                and each.name in self.indices
                and each.name in "ijklmnpqrsuv"
                and not each.subs
                for each in letters
            )
        ):
            return factors
        return None

    @staticmethod
    def _is_entry(inner: Tree) -> bool:
        if isinstance(inner, Num):
            return inner.value.denominator == 1 and inner.value >= 1
        return (
            isinstance(inner, Sym)
            and len(inner.name) == 1
            and inner.name in "ijklmnpqrsuvd"
            and not inner.subs
        )

    def _label(self, letter: str) -> bool:
        """Whether a small letter below a time says which gate it is, and counts nothing."""
        return letter not in self.indices and letter not in "ij"

    def _entry_letter(self, base: str, inner: Tree) -> bool:
        """Whether a constant's only index is an entry: b_i, where b has no other labels."""
        if not isinstance(inner, Sym) or is_capital(base):
            return False
        return inner.name in "ijklmn" and self.labels[base] <= set("ijklmn") and self.by_entries
