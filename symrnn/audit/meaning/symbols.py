"""What the letters of a document are: times, labels, entries, quantities.

Nothing of one formula alone says whether `h_t` has a time and `W_t` a label; the whole document
does: X_v beside X_{v-1} makes v a time and X a sequence."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from symrnn.audit.meaning.letters import (
    FUNCTIONS,
    GREEK,
    NO_TIMES,
    TIMES,
    UNKNOWN_FUNCTIONS,
    apart,
    bare,
    is_capital,
    is_loss,
    letters_of,
    plain,
    plain_letter,
    shifted_letter,
)
from symrnn.audit.meaning.references import References
from symrnn.reading.latex.tree import (
    Big,
    Derivative,
    Group,
    Num,
    Product,
    Subscripted,
    Sym,
    Tree,
    walk,
)


@dataclass
class Symbols(References):
    """What a document's letters are, learnt from all its formulas."""

    @classmethod
    def of(cls, trees: Iterable[Tree], layers: str = "") -> Symbols:
        """Learn from all formulas of a document, in which a letter may count layers."""
        made = cls(layers=layers)
        trees = list(trees)
        nodes = [node for tree in trees for node in walk(tree)]
        symbols = [node for node in nodes if isinstance(node, Sym)]
        below: set[str] = set()
        # A letter shifted by one in an index is a time, and what it hangs on a sequence.
        for node in symbols:
            for position, index in made._indices(node):
                letter = shifted_letter(index)
                if letter is not None and letter not in NO_TIMES - {"k"}:
                    made.times.add(letter)
                    made.sequences.add(node.name)
                    (made.raised if position == "sup" else below).add(node.name)
        # Their times stand above and never below, where entries are: h^{(t-1)}_i.
        made.above |= made.raised - below
        made._drop_powers(nodes, below)
        for node in symbols:
            if node.name not in below and not is_capital(node.name):
                above = [bare(s) for s in node.sups]
                if made.above and any(isinstance(s, Sym) and s.name in made.times for s in above):
                    made.above.add(node.name)
                    made.raised.add(node.name)
        made._learn_raised(symbols)
        for product in nodes:
            if isinstance(product, Product):
                made._learn_calls(product)
        # h_{t+n}: what is added to a time is one, too.
        for node in symbols:
            for _, index in made._indices(node):
                letters = letters_of(index) or set()
                if len(letters) > 1 and letters & made.times and letters <= set(TIMES):
                    made.times |= letters
                    made.sequences.add(node.name)
        made._learn_indices(nodes)
        made._learn_labelled(nodes)
        singles: dict[str, Counter[str]] = defaultdict(Counter)
        for node in symbols:
            for position, index in made._indices(node):
                inner = bare(index)
                if position == "sup" and node.name in made.powers:
                    continue
                if node.name in made.labelled and len(node.subs) == 2:
                    continue
                if (
                    position == "sup"
                    and isinstance(inner, Sym)
                    and inner.name in made.times
                    and not node.subs
                    and node.name not in made.powers
                ):
                    made.raised.add(node.name)
                if isinstance(inner, Sym) and not inner.subs and not inner.sups:
                    singles[node.name][inner.name] += 1
                elif isinstance(inner, Num):
                    singles[node.name]["#"] += 1
                elif isinstance(inner, Product):
                    first = bare(inner.factors[0])
                    counted = "##"
                    if isinstance(first, Sym) and first.name in TIMES and not is_capital(node.name):
                        counted = first.name
                    singles[node.name][counted] += 1
        for name, found in singles.items():
            made.labels[name] |= set(found)
        made._learn_entries(symbols)
        made._spread(singles)
        # Indices of sums and products over sequences are times, too.
        for big in nodes:
            if isinstance(big, Big) and big.index is not None:
                made._learn_range(big)
        made._spread(singles)
        made._learn_bounds(nodes)
        made._learn_copies(nodes)
        made.known = {node.name for node in symbols}
        made.by_entries = any(made._has_entry(node) for node in symbols)
        made.doubly = {
            node.name for node in symbols
            if len(node.subs) == 1 and isinstance(node.subs[0], Product)
            and not made.has_time(node.name) and made._split(node.name, node.subs[0]) is not None
        }  # fmt: skip
        return made

    def _learn_copies(self, nodes: list[Tree]) -> None:
        """b^{(t)} is the copy of b used at step t, where only what is derived by has that time."""
        by = {
            id(inner)
            for node in nodes if isinstance(node, Derivative)
            for inner in walk(node.by) if isinstance(inner, Sym)
        }  # fmt: skip
        apart: set[str] = set()
        timed: set[str] = set()
        plain: set[str] = set()
        for node in nodes:
            if not isinstance(node, Sym):
                continue
            if any(isinstance(s, Group) and s.kind == "(" and self.is_time(s) for s in node.sups):
                (timed if id(node) in by else apart).add(node.name)
            elif not node.sups and id(node) not in by:
                (apart if any(map(self.is_time, node.subs)) else plain).add(node.name)
        self.copied = {
            name for name in (timed & plain) - apart if not is_loss(name) and not is_capital(name)
        }
        self.sequences -= self.copied
        self.raised -= self.copied
        self.above -= self.copied

    def _drop_powers(self, nodes: list[Tree], below: set[str]) -> None:
        """w^{t-1} is a power, where w is a factor without any time, and nothing derives by w^t.

        A state has its time in derivatives; of w w^{t-1} the first w has none.
        """
        derived = {
            inner.name
            for node in nodes if isinstance(node, Derivative)
            for side in (node.of, node.by) if side is not None
            for inner in walk(side) if isinstance(inner, Sym) and inner.sups
        }  # fmt: skip
        alone = {
            factor.name
            for node in nodes if isinstance(node, Product)
            for factor in node.factors
            if isinstance(factor, Sym) and not (factor.subs or factor.sups or factor.primes)
        }  # fmt: skip
        bracketed = {
            node.name for node in nodes if isinstance(node, Sym)
            if any(isinstance(s, Group) and s.kind in ("(", "<", "[") for s in node.sups)
        }  # fmt: skip
        self.powers = (self.raised & alone) - below - derived - bracketed
        self.raised -= self.powers
        self.above -= self.powers
        self.sequences -= self.powers

    def _learn_raised(self, symbols: list[Sym]) -> None:
        """c^t is c at the time t, where a letter for vectors never has its time below."""
        lowered = {
            node.name for node in symbols
            if any((found := letters_of(sub)) and found <= self.times for sub in node.subs)
        }  # fmt: skip
        bare_ones = {n.name for n in symbols if not (n.subs or n.sups or n.primes)}
        for node in symbols:
            base = plain(node.name)
            if is_capital(base) and node.name in bare_ones:
                continue  # Λ of Q Λ Q^{-1}, so Λ^t is a power
            vector = (base.islower() and base not in GREEK) or base in ("Gamma", "Lambda", "Omega")
            above = [bare(sup) for sup in node.sups]
            timed = any(isinstance(s, Sym) and s.name == "t" and not s.subs for s in above)
            if node.name in self.powers:
                continue
            if timed and vector and "t" in self.times and node.name not in lowered:
                self.raised.add(node.name)
                self.above.add(node.name)
                self.sequences.add(node.name)

    def _spread(self, singles: dict[str, Counter[str]]) -> None:
        """Whatever is indexed by a time, and by no label, is a sequence; its indices are times."""
        for _ in range(3):
            for name, found in singles.items():
                letters = {each for each in found if each not in "##"}
                strong = letters & self.times
                # q_N is q at the last time, as q_T is.
                others = {each for each in letters - self.times if each not in (*TIMES, "N")}
                if name in self.sequences:
                    fresh = letters - self.times
                    self.times |= {each for each in fresh if each in TIMES}
                elif name in self.constants:
                    continue
                elif (
                    strong
                    and not others
                    and not (
                        is_capital(name)
                        and not is_loss(name)
                        and len(letters) < 2
                        and "t" in self.times - strong
                        and "T" not in strong
                    )
                    and not self._is_function(name)
                    and "##" not in found
                ):
                    self.sequences.add(name)
        if "t" in self.times or self.sequences:
            self.times.add("T")

    @staticmethod
    def _is_function(name: str) -> bool:
        return name in FUNCTIONS

    def _learn_calls(self, node: Product) -> None:
        """h(t), h(t-1), h[t-1]: a time in brackets behind a letter."""
        beside = [
            (left, right)
            for left, right, sign in zip(node.factors, node.factors[1:], node.signs, strict=False)
            if sign == ""
        ]
        for left, right in beside:
            if isinstance(left, Sym) and isinstance(right, Group) and len(right.parts) == 1:
                letter = shifted_letter(right.parts[0])
                if letter is not None and letter in TIMES and right.kind in "([<":
                    if self._is_function(left.name) or left.name in UNKNOWN_FUNCTIONS:
                        continue
                    self.times.add(letter)
                    self.called.add(left.name)
        for left, right in beside:
            if isinstance(left, Sym) and isinstance(right, Group) and len(right.parts) == 1:
                inner = bare(right.parts[0])
                if left.name in self.called and isinstance(inner, Sym) and inner.name in TIMES:
                    self.times.add(inner.name)
                named = isinstance(inner, Sym) and not inner.subs and inner.name in self.times
                small = not is_capital(left.name) or is_loss(left.name)
                function = self._is_function(left.name)
                if named and self.called and small and not function and not left.subs:
                    self.called.add(left.name)

    def _learn_indices(self, nodes: list[Tree]) -> None:
        """Letters that count entries: they stand behind a comma, or below a sum."""
        for node in nodes:
            items: list[Tree] = []
            if isinstance(node, Big) and node.index is not None:
                items = [node.index]
            elif isinstance(node, Sym):
                items = list(node.subs[1:])
                if (
                    len(node.subs) == 1
                    and isinstance(node.subs[0], Product)
                    and not is_capital(node.name)
                ):
                    items += node.subs[0].factors[1:]
            elif isinstance(node, Subscripted):
                items = list(node.subs)
            self.indices |= {
                each.name
                for item in items
                if isinstance(each := bare(item), Sym) and len(each.name) == 1
            }
        # W_{ij} with a j that counts: so does i.
        for node in nodes:
            pair = node.subs[0] if isinstance(node, Sym) and len(node.subs) == 1 else None
            if isinstance(pair, Product) and len(pair.factors) == 2:
                letters = [each.name for each in map(bare, pair.factors) if isinstance(each, Sym)]
                counting = set(letters) <= set("ijkl") - self.times and len(letters) == 2
                if counting and set(letters) & self.indices:
                    self.indices |= set(letters)

    def _learn_labelled(self, nodes: list[Tree]) -> None:
        """v_{i,t} beside i_t is what the gate i is computed from; where i counts, an entry of v.

        A letter that stands with the time alone, too, has entries.
        """
        counted: set[str] = set()
        alone: set[str] = set()
        beside: dict[str, set[str]] = defaultdict(set)
        for node in nodes:
            if isinstance(node, Big) and node.index is not None:
                counted |= {inner.name for inner in walk(node.index) if isinstance(inner, Sym)}
            if not isinstance(node, Sym) or not node.subs:
                continue
            letters = apart(node.subs)
            if len(letters) == 1 and self.is_time(letters[0]):
                alone.add(node.name)
            elif len(letters) == 2 and any(map(self.is_time, letters)):
                other = next((each for each in letters if not self.is_time(each)), None)
                beside[node.name].add(plain_letter(other))
            else:
                counted |= {plain_letter(each) for each in letters if len(letters) > 1}
        counted |= {letter for base in beside.keys() & alone for letter in beside[base]}
        for base, letters_beside in beside.items():
            gates = letters_beside <= alone - counted - self.times
            if gates and base not in alone and not is_capital(base):
                self.labelled.add(base)
                self.sequences.add(base)

    def _has_entry(self, node: Sym) -> bool:
        """Whether a letter is written with a time and an entry: h_{t,i}."""
        items: tuple[Tree, ...] | list[Tree] = node.subs
        if len(items) == 1 and isinstance(items[0], Product):
            items = self._split(node.name, items[0]) or ()
        if node.name in self.above and node.sups:
            return len(items) == 1 and self._is_entry(bare(items[0]))
        timed = self.has_time(node.name) and len(items) == 2 and self.is_time(items[0])
        return timed and self._is_entry(bare(items[1]))

    def _learn_entries(self, symbols: list[Sym]) -> None:
        """b_i beside b is an entry of it, if i counts entries in x_{j,i}, whatever i is elsewhere.

        Of what only stands with an index nothing is said here.
        """
        second = {
            inner.name
            for node in symbols
            if (parts := apart(node.subs)) and not is_capital(node.name) and self.is_time(parts[0])
            for each in parts[1:]
            if isinstance(inner := bare(each), Sym) and not inner.subs
        }  # fmt: skip
        plain: set[str] = set()
        below: dict[str, set[str]] = defaultdict(set)
        for node in symbols:
            if not (node.subs or node.sups or node.primes):
                plain.add(node.name)
            elif node.subs:
                letters = letters_of(node.subs[0]) if len(node.subs) == 1 else None
                below[node.name] |= {"?"} if letters is None else letters
        self.constants = {
            name
            for name in plain - self.sequences
            if below[name] and below[name] <= second and not is_loss(name)
        }

    def _learn_bounds(self, nodes: list[Tree]) -> None:
        """h of ∑_{k=h+1}^{t} over times is a time, where it is nothing else: X_h is X at h."""
        standing = {
            node.name for node in nodes if isinstance(node, Sym) and (node.subs or node.sups)
        }
        for big in nodes:
            index = bare(big.index) if isinstance(big, Big) and big.index is not None else None
            if not isinstance(index, Sym) or index.name not in self.times:
                continue
            lower = big.lower if isinstance(big, Big) else None
            letters = letters_of(lower) if lower is not None else None
            self.times |= {
                each
                for each in letters or ()
                if each in NO_TIMES - {"W", "U", "V"}
                and each not in standing
                and each not in self.sequences
            }

    def _learn_range(self, node: Big) -> None:
        index = bare(node.index) if node.index is not None else None
        if not isinstance(index, Sym) or index.name not in TIMES:
            return
        for inner in walk(node.body):
            if isinstance(inner, Sym) and inner.name in self.sequences:
                for _, item in self._indices(inner):
                    if letters_of(item) and index.name in (letters_of(item) or ()):
                        self.times.add(index.name)

    def _indices(self, node: Sym) -> list[tuple[str, Tree]]:
        found: list[tuple[str, Tree]] = []
        if node.subs and not (node.name in self.above and node.sups):
            # X_{1,t}: labels and times in any order.
            found += [("sub", each) for each in node.subs[:1]]
            found += [("sub", each) for each in node.subs[1:] if shifted_letter(each)]
        for each in node.sups:
            inner = bare(each)
            if self.layers and self.layers in (letters_of(inner) or ()):
                continue
            if (isinstance(each, Group) and (not isinstance(inner, Num))) or (
                shifted_letter(each) and not isinstance(inner, Num)
            ):
                found.append(("sup", inner))
        return found
