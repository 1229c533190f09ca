"""Slips undone in the author's own LaTeX: each an edit at one place, nothing else touched."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

from symrnn.audit.symbols import bare, letters_of
from symrnn.reading.latex.tree import (
    Addition,
    Big,
    Derivative,
    Fraction_,
    Group,
    Num,
    Product,
    Raised,
    Sym,
    Tree,
    Turned,
    Words,
    children,
)


@dataclass(frozen=True)
class Edit:
    """The characters from `start` to `end` become `text`; several such changes at once."""

    changes: tuple[tuple[int, int, str], ...]
    words: str

    def applied(self, source: str) -> str:
        """The source with the changes."""
        for start, end, text in sorted(self.changes, reverse=True):
            source = source[:start] + text + source[end:]
        return source


def editable(tree: Tree) -> Tree:
    """The same tree, in which `made` says what can not be edited alone.

    What a macro makes has the place of its call: only what stands for all of a call can be changed.
    """

    def read(node: Tree, frozen: bool) -> Tree:
        inner = children(node)
        places = [(child.start, child.end) for child in inner]
        changes: dict[str, object] = {}
        for field in fields(node):
            value = getattr(node, field.name)
            if isinstance(value, Tree):
                changes[field.name] = read(value, shares(node, value, places))
            elif isinstance(value, tuple) and any(isinstance(each, Tree | tuple) for each in value):
                changes[field.name] = tuple(
                    read(each, shares(node, each, places)) if isinstance(each, Tree) else each
                    for each in value
                )
        return replace(node, made=frozen, **changes)  # type: ignore[arg-type]

    def shares(parent: Tree, child: Tree, places: list[tuple[int, int]]) -> bool:
        place = (child.start, child.end)
        return child.made and (places.count(place) > 1 or place == (parent.start, parent.end))

    return read(tree, False)


def _bodies(tree: Tree) -> list[Tree]:
    """A tree and all below it that is no script and no bound."""
    found, todo = [], [tree]
    while todo:
        node = todo.pop()
        found.append(node)
        if isinstance(node, Big):
            todo.append(node.body)
        elif isinstance(node, Raised):
            todo.append(node.base)
        elif isinstance(node, Derivative):
            todo += [
                each
                for each in (node.by, node.of)
                if each is not None and not isinstance(each, Words)
            ]
        elif not isinstance(node, Sym):
            todo += reversed(children(node))
    return found


def _one(start: int, end: int, text: str, words: str) -> Edit:
    return Edit(((start, end, text),), words)


def edits(tree: Tree, source: str, start: int, end: int, pool: list[str]) -> Iterator[Edit]:
    """Every single slip undone, likelier ones first."""
    nodes = [
        node
        for node in _bodies(editable(tree))
        if not node.made and start <= node.start < node.end <= end
    ]
    for family in (
        _transposes,
        _orders,
        _times,
        _bounds,
        _signs,
        _primes,
        _powers,
        _removed,
        _doubled,
    ):
        for node in nodes:
            yield from family(node, source)
    yield from _inserted(nodes, source, pool)
    yield from _replaced(nodes, source, pool)
    yield from _terms(nodes, source, pool)
    text = source[start:end]
    yield _one(start, end, f"-\\left({text.strip()}\\right)", "the sign of the whole is changed")
    yield _one(start, end, f"\\left({text.strip()}\\right)^\\top", "the whole is transposed")
    for number in ("2", r"\frac{1}{2}", r"\frac{1}{T}", "T"):
        yield _one(
            start, end, f"{number} \\left({text.strip()}\\right)", f"it is multiplied by {number}"
        )


def _shown(source: str, node: Tree) -> str:
    return " ".join(source[node.start : node.end].split())


# ── one family a slip ───────────────────────────────────────────────────────────────────────────


def _transposes(node: Tree, source: str) -> Iterator[Edit]:
    if isinstance(node, Turned) and not node.body.made:
        inner = source[node.body.start : node.body.end]
        # A superscript beside a subscript may stand before it: W^T_{hh}.
        if node.body.end <= node.end and node.body.end > node.body.start:
            marks = source[node.body.end : node.end]
            if marks.strip().startswith("^"):
                yield _one(
                    node.body.end,
                    node.end,
                    "",
                    f"the transpose of {' '.join(inner.split())} is left out",
                )
    elif isinstance(node, Sym | Group | Derivative | Subscript) and _is_factor(node):
        shown = _shown(source, node)
        braces = isinstance(node, Derivative)
        text = (
            f"\\left({source[node.start : node.end]}\\right)^\\top"
            if braces
            else source[node.start : node.end] + r"^\top"
        )
        yield _one(node.start, node.end, text, f"{shown} is transposed")


Subscript = Group


def _is_factor(node: Tree) -> bool:
    return not (isinstance(node, Sym) and node.name in ("diag", "Diag", "tanh", "sigma", "softmax"))


def _factors(node: Product, source: str) -> list[tuple[int, int]]:
    """Start and end of each factor; a letter with brackets behind it is one."""
    spans: list[tuple[int, int]] = []
    place = 0
    while place < len(node.factors):
        factor = node.factors[place]
        end = factor.end
        if isinstance(factor, Sym) and place + 1 < len(node.factors) and not node.signs[place]:
            following = node.factors[place + 1]
            name = factor.name
            functional = factor.primes or name in (
                "diag",
                "Diag",
                "tanh",
                "softmax",
                "log",
                "exp",
                "sigmoid",
                "sigma",
                "phi",
                "f",
                "g",
                "psi",
            )
            if isinstance(following, Group) and following.kind in "([" and functional:
                end = following.end
                place += 1
        spans.append((factor.start, end))
        place += 1
    return spans


def _orders(node: Tree, source: str) -> Iterator[Edit]:
    if not isinstance(node, Product):
        return
    spans = _factors(node, source)
    for (a, b), (c, d) in itertools.pairwise(spans):
        if b <= c:
            words = (
                f"{' '.join(source[a:b].split())} and {' '.join(source[c:d].split())} change places"
            )
            yield Edit(((a, b, source[c:d]), (c, d, source[a:b])), words)
    if len(spans) > 2:
        texts = [source[a:b] for a, b in spans]
        changes = tuple((a, b, text) for (a, b), text in zip(spans, reversed(texts), strict=True))
        yield Edit(changes, "the factors stand in reverse order")
        for take in range(len(spans)):
            for put in range(len(spans)):
                if abs(take - put) > 1:
                    moved = texts[:take] + texts[take + 1 :]
                    moved.insert(put, texts[take])
                    changes = tuple((a, b, text) for (a, b), text in zip(spans, moved, strict=True))
                    yield Edit(
                        changes, f"{' '.join(texts[take].split())} stands elsewhere in the product"
                    )


_PLAIN = re.compile(r"[A-Za-z]|\\[A-Za-z]+")


def _around(tree: Tree, source: str) -> Iterator[tuple[str, str]]:
    """An index one or two off, as text, and in words."""
    text = source[tree.start : tree.end].strip()
    if text.startswith("{") and text.endswith("}"):
        text = text[1:-1].strip()
    inner = bare(tree)
    if isinstance(inner, Num):
        value = int(inner.value)
        for other in (value + 1, value - 1):
            if other >= 0:
                yield str(other), f"{other}"
        return
    if isinstance(inner, Sym):
        for change in ("-1", "+1"):
            yield f"{text}{change}", f"{text}{change}"
        return
    found = re.fullmatch(r"(.*?)\s*([+-])\s*(\d+)", text)
    if found:
        value = int(found[3]) * (1 if found[2] == "+" else -1)
        seen = [value + 1, value - 1, -value, value + 2, value - 2]
        for other in dict.fromkeys(seen):
            if other != value:
                shown = found[1].strip() + (f"{other:+d}" if other else "")
                yield shown, shown
    else:
        for change in ("-1", "+1"):
            yield f"{text}{change}", f"{text}{change}"


def _times(node: Tree, source: str) -> Iterator[Edit]:
    if isinstance(node, Sym):
        for index in (*node.subs, *node.sups):
            if index.made or letters_of(index) in (None, set()):
                continue
            text = source[index.start : index.end]
            for other, words in _around(index, source):
                braced = _braced(source, index, other)
                yield _one(
                    index.start,
                    index.end,
                    braced,
                    f"{' '.join(text.split())} is {words} in {_shown(source, node)}",
                )
    elif isinstance(node, Product):
        # h(t): the time in brackets.
        for left, right in zip(node.factors, node.factors[1:], strict=False):
            if (
                isinstance(left, Sym)
                and isinstance(right, Group)
                and len(right.parts) == 1
                and not right.made
            ):
                inner = right.parts[0]
                if letters_of(inner):
                    for other, words in _around(inner, source):
                        yield _one(
                            inner.start,
                            inner.end,
                            other,
                            f"{_shown(source, inner)} is {words} behind {_shown(source, left)}",
                        )


def _braced(source: str, index: Tree, text: str) -> str:
    """A new index in braces, where the old one stood without."""
    before = source[: index.start].rstrip()
    inside = source[index.start : index.end].lstrip().startswith(("{", "("))
    if inside and source[index.start : index.end].strip().startswith("("):
        return f"({text})"
    if before.endswith(("_", "^")) and len(text) != 1:
        return f"{{{text}}}"
    return text


def _bounds(node: Tree, source: str) -> Iterator[Edit]:
    if not isinstance(node, Big):
        return
    word = "sum" if node.sign == "sum" else "product"
    for bound, which in ((node.lower, "lower"), (node.upper, "upper")):
        if bound is None or bound.made:
            continue
        text = " ".join(source[bound.start : bound.end].split())
        for other, words in _around(bound, source):
            yield _one(
                bound.start,
                bound.end,
                _braced(source, bound, other),
                f"the {which} bound {text} of the {word} is {words}",
            )
        for letter in ("t", "T", "k", "1", "0"):
            if letter != text:
                yield _one(
                    bound.start,
                    bound.end,
                    _braced(source, bound, letter),
                    f"the {which} bound {text} of the {word} is {letter}",
                )


def _signs(node: Tree, source: str) -> Iterator[Edit]:
    if not isinstance(node, Addition):
        return
    before = node.start
    for sign, term in zip(node.signs, node.terms, strict=True):
        if term.made:
            before = term.end
            continue
        gap = source[before : term.start]
        other = "-" if sign == "+" else "+"
        shown = _shown(source, term)
        if sign in gap:
            place = before + gap.rfind(sign)
            yield _one(place, place + 1, other, f"the sign of {shown} is {other}")
        elif sign == "+":
            yield _one(term.start, term.start, "-", f"the sign of {shown} is -")
        before = term.end
    if len(node.terms) == 2 and node.signs == ("+", "-"):
        first, second = node.terms
        if first.end <= second.start:
            a, b = source[first.start : first.end], source[second.start : second.end]
            yield Edit(
                ((first.start, first.end, b), (second.start, second.end, a)),
                f"{_shown(source, first)} and {_shown(source, second)} change places",
            )


def _primes(node: Tree, source: str) -> Iterator[Edit]:
    if not isinstance(node, Product):
        return
    for left, right in zip(node.factors, node.factors[1:], strict=False):
        if (
            not isinstance(left, Sym)
            or not isinstance(right, Group)
            or right.kind not in "(["
            or left.made
        ):
            continue
        text = source[left.start : left.end]
        if left.primes:
            fewer = re.sub(r"\^\{?\\prime\}?|'", "", text, count=1)
            yield _one(
                left.start,
                left.end,
                fewer,
                f"{' '.join(text.split())} is {' '.join(fewer.split())}",
            )
        elif left.name in ("tanh", "sigma", "phi", "f", "g", "sigmoid", "psi"):
            yield _one(left.start, left.end, text + "'", f"{' '.join(text.split())} is its slope")


def _powers(node: Tree, source: str) -> Iterator[Edit]:
    if isinstance(node, Sym) and node.sups and not node.made:
        sup = node.sups[-1]
        if (isinstance(bare(sup), Num) and sup.end == node.end) or source[
            sup.end : node.end
        ].strip() == "}":
            gap = source[node.start : sup.start]
            caret = gap.rfind("^")
            if caret >= 0 and isinstance(bare(sup), Num):
                for other, words in _around(sup, source):
                    words = f"the power of {_shown(source, node)} is {words}"
                    yield _one(sup.start, sup.end, other, words)
                yield _one(
                    node.start + caret,
                    node.end,
                    "",
                    f"the power of {_shown(source, node)} is left out",
                )
    if isinstance(node, Raised) and not node.made:
        caret = source[node.base.end : node.power.start].find("^")
        if caret >= 0:
            if not letters_of(node.power):
                yield _one(
                    node.base.end + caret,
                    node.end,
                    "",
                    f"the power of {_shown(source, node)} is left out",
                )
            for other, words in _around(node.power, source):
                yield _one(
                    node.power.start,
                    node.power.end,
                    _braced(source, node.power, other),
                    f"the power is {words}",
                )
    if isinstance(node, Addition):
        # 1 - h is 1 - h².
        for term in node.terms:
            if term.made or isinstance(bare(term), Num):
                continue
            if isinstance(term, Sym) and not any(isinstance(bare(s), Num) for s in term.sups):
                yield _one(term.end, term.end, "^2", f"{_shown(source, term)} is squared")
            if (
                isinstance(term, Product)
                and len(term.factors) == 2
                and isinstance(term.factors[0], Sym)
                and isinstance(term.factors[1], Group)
            ):
                head = term.factors[0]
                if not head.sups:
                    yield _one(head.end, head.end, "^2", f"{_shown(source, term)} is squared")
                elif head.name == "tanh":
                    text = source[head.start : head.end]
                    yield _one(
                        head.start,
                        head.end,
                        re.sub(r"\^\{?2\}?", "", text),
                        "the square is left out",
                    )
    if (
        isinstance(node, Sym)
        and not node.made
        and node.name not in ("diag", "tanh", "sigma")
        and not node.sups
        and not node.primes
    ):
        yield _one(
            node.start,
            node.end,
            f"(1 - {source[node.start : node.end]})",
            f"{_shown(source, node)} is 1 - {_shown(source, node)}",
        )
    if isinstance(node, Group) and len(node.parts) == 1:
        inner = node.parts[0]
        if (
            isinstance(inner, Addition)
            and len(inner.terms) == 2
            and isinstance(bare(inner.terms[0]), Num)
            and not inner.terms[1].made
        ):
            yield _one(
                node.start,
                node.end,
                source[inner.terms[1].start : inner.terms[1].end],
                f"{_shown(source, node)} is {_shown(source, inner.terms[1])}",
            )


def _doubled(node: Tree, source: str) -> Iterator[Edit]:
    """Constants: 2 for 1, 1/2 for 1."""
    if isinstance(node, Num):
        for other in ("1", "2"):
            if source[node.start : node.end] != other:
                yield _one(node.start, node.end, other, f"{_shown(source, node)} is {other}")
    if isinstance(node, Fraction_) and not node.made and isinstance(bare(node.above), Num):
        yield _one(node.start, node.end, "", f"the factor {_shown(source, node)} is left out")


def _removed(node: Tree, source: str) -> Iterator[Edit]:
    if isinstance(node, Product):
        spans = _factors(node, source)
        for place, (a, b) in enumerate(spans):
            # The product sign before a factor goes with it, or the one behind the first.
            if place:
                start, stop = spans[place - 1][1], b
            else:
                start, stop = a, spans[1][0] if len(spans) > 1 else b
            shown = " ".join(source[a:b].split())
            yield _one(start, stop, " ", f"the factor {shown} is left out")
    if isinstance(node, Addition):
        before = node.start
        for place, term in enumerate(node.terms):
            if not term.made and len(node.terms) > 1:
                if place:
                    yield _one(before, term.end, "", f"the term {_shown(source, term)} is left out")
                elif node.terms[1].start > term.end:
                    yield _one(
                        term.start,
                        node.terms[1].start,
                        "",
                        f"the term {_shown(source, term)} is left out",
                    )
            before = term.end


def _inserted(nodes: list[Tree], source: str, pool: list[str]) -> Iterator[Edit]:
    """A factor that the document writes elsewhere is missing here."""
    products = [n for n in nodes if isinstance(n, Product)]
    singles = [n for n in nodes if isinstance(n, Derivative)]
    for text in pool:
        if (
            len(text) > 80
            or text.count("{") != text.count("}")
            or text.count("(") != text.count(")")
        ):
            continue
        shown = " ".join(text.split())
        for node in products[:4]:
            spans = _factors(node, source)
            for a, _ in spans:
                yield _one(a, a, f"{text} ", f"the missing factor {shown} is added")
            end = spans[-1][1]
            yield _one(end, end, f" {text}", f"the missing factor {shown} is added")
            yield _one(end, end, rf" \odot {text}", f"the missing factor {shown} is added")
        if not products:
            for single in (singles or nodes)[:2]:
                yield _one(
                    single.start, single.start, f"{text} ", f"the missing factor {shown} is added"
                )
                yield _one(
                    single.end, single.end, f" {text}", f"the missing factor {shown} is added"
                )
                yield _one(
                    single.end,
                    single.end,
                    rf" \odot {text}",
                    f"the missing factor {shown} is added",
                )


def _replaced(nodes: list[Tree], source: str, pool: list[str]) -> Iterator[Edit]:
    """Another letter: the ones that the document writes in such places."""
    letters = [
        text
        for text in pool
        if re.fullmatch(r"[\\A-Za-z{}_^,+\-0-9 ]{1,24}", text)
        and text.count("{") == text.count("}")
    ]
    for node in nodes:
        if (
            not isinstance(node, Sym)
            or node.name in ("diag", "Diag")
            or (not node.subs and not node.sups and len(node.name) > 1)
        ):
            continue
        own = source[node.start : node.end]
        for text in letters:
            if text != own:
                yield _one(
                    node.start,
                    node.end,
                    text,
                    f"{_shown(source, node)} is {' '.join(text.split())}",
                )
    for product in (n for n in nodes if isinstance(n, Product)):
        for a, b in _factors(product, source):
            for text in pool:
                if text != source[a:b] and len(text) <= 60 and text.count("{") == text.count("}"):
                    yield _one(
                        a, b, text, f"{' '.join(source[a:b].split())} is {' '.join(text.split())}"
                    )


def _terms(nodes: list[Tree], source: str, pool: list[str]) -> Iterator[Edit]:
    """A term that the document writes elsewhere is missing here."""
    sums = [n for n in nodes if isinstance(n, Addition)][:2]
    for text in pool[:30]:
        if len(text) > 80 or text.count("{") != text.count("}"):
            continue
        for node in sums:
            yield _one(
                node.end,
                node.end,
                f" + {text}",
                f"the missing term {' '.join(text.split())} is added",
            )
