"""Slips between factors and terms: order, transposes, signs, what is missing or too much."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from symrnn.audit.mends.edit import Edit, factors, inside, is_factor, one_edit, written
from symrnn.audit.mends.slips_of_letters import times
from symrnn.reading.latex.tree import (
    Addition,
    Derivative,
    Group,
    Num,
    Product,
    Sym,
    Tree,
    Turned,
)


def transposes(node: Tree, source: str) -> Iterator[Edit]:
    """A transpose lacking, or too many."""
    if isinstance(node, Turned) and not node.body.made:
        inner = source[node.body.start : node.body.end]
        # A superscript beside a subscript may stand before it: W^T_{hh}.
        if node.body.end <= node.end and node.body.end > node.body.start:
            marks = source[node.body.end : node.end]
            if marks.strip().startswith("^"):
                yield one_edit(
                    node.body.end,
                    node.end,
                    "",
                    f"the transpose of {' '.join(inner.split())} is left out",
                )
    elif isinstance(node, Sym | Group | Derivative) and is_factor(node):
        shown = written(source, node)
        braces = isinstance(node, Derivative)
        text = (
            f"\\left({source[node.start : node.end]}\\right)^\\top"
            if braces
            else source[node.start : node.end] + r"^\top"
        )
        yield one_edit(node.start, node.end, text, f"{shown} is transposed")


def orders(node: Tree, source: str) -> Iterator[Edit]:
    """Factors in another order."""
    if not isinstance(node, Product):
        return
    spans = factors(node, source)
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


def brackets(node: Tree, source: str) -> Iterator[Edit]:
    """A B + C for A (B + C)."""
    if not isinstance(node, Addition) or any(term.made for term in node.terms):
        return
    first, last = node.terms[0], node.terms[-1]
    if isinstance(first, Product) and node.signs[0] == "+":
        for start, _ in factors(first, source)[1:]:
            changes = ((start, start, r"\left("), (last.end, last.end, r"\right)"))
            yield Edit(changes, f"brackets from {written(source, first)} to the end are missing")
    if isinstance(last, Product) and node.signs[0] == "+":
        for _, end in factors(last, source)[:-1]:
            changes = ((first.start, first.start, r"\left("), (end, end, r"\right)"))
            yield Edit(changes, f"brackets up to a factor of {written(source, last)} are missing")


def signs(node: Tree, source: str) -> Iterator[Edit]:
    """A sign of a term, terms that change places."""
    if not isinstance(node, Addition):
        return
    before = node.start
    for sign, term in zip(node.signs, node.terms, strict=True):
        if term.made:
            before = term.end
            continue
        gap = source[before : term.start]
        other = "-" if sign == "+" else "+"
        shown = written(source, term)
        if sign in gap:
            place = before + gap.rfind(sign)
            text = "" if term is node.terms[0] else other  # no + before all
            yield one_edit(place, place + 1, text, f"the sign of {shown} is {other}")
        elif sign == "+":
            yield one_edit(term.start, term.start, "-", f"the sign of {shown} is -")
        before = term.end
    if len(node.terms) == 2 and node.signs == ("+", "-"):
        first, second = node.terms
        if first.end <= second.start:
            a, b = source[first.start : first.end], source[second.start : second.end]
            yield Edit(
                ((first.start, first.end, b), (second.start, second.end, a)),
                f"{written(source, first)} and {written(source, second)} change places",
            )


def removed(node: Tree, source: str) -> Iterator[Edit]:
    """A factor or a term too many."""
    if isinstance(node, Product):
        spans = factors(node, source)
        for place, (a, b) in enumerate(spans):
            # The product sign before a factor goes with it, or the one behind the first.
            if place:
                start, stop = spans[place - 1][1], b
            else:
                start, stop = a, spans[1][0] if len(spans) > 1 else b
            shown = " ".join(source[a:b].split())
            yield one_edit(start, stop, " ", f"the factor {shown} is left out")
    if isinstance(node, Addition):
        before = node.start
        for place, term in enumerate(node.terms):
            if not term.made and len(node.terms) > 1:
                if place:
                    yield one_edit(
                        before, term.end, "", f"the term {written(source, term)} is left out"
                    )
                elif node.terms[1].start > term.end:
                    yield one_edit(
                        term.start,
                        node.terms[1].start,
                        "",
                        f"the term {written(source, term)} is left out",
                    )
            before = term.end


def inserted(nodes: list[Tree], source: str, pool: list[str]) -> Iterator[Edit]:
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
            spans = factors(node, source)
            for a, _ in spans:
                yield one_edit(a, a, f"{text} ", f"the missing factor {shown} is added")
            end = spans[-1][1]
            yield one_edit(end, end, f" {text}", f"the missing factor {shown} is added")
            yield one_edit(end, end, rf" \odot {text}", f"the missing factor {shown} is added")
        for whole in (n for n in nodes[:1] if isinstance(n, Addition)):
            begin, end = whole.start, whole.end
            words = f"the missing factor {shown} of the whole sum is added"
            for before, behind in ((f"{text} ", ""), (rf"{text} \odot ", ""), ("", f" {text}")):
                changes = (begin, begin, rf"{before}\left("), (end, end, rf"\right){behind}")
                yield Edit(changes, words)
        if not products:
            for single in (singles or nodes)[:2]:
                yield one_edit(
                    single.start, single.start, f"{text} ", f"the missing factor {shown} is added"
                )
                yield one_edit(
                    single.end, single.end, f" {text}", f"the missing factor {shown} is added"
                )
                yield one_edit(
                    single.end,
                    single.end,
                    rf" \odot {text}",
                    f"the missing factor {shown} is added",
                )


def scaled(nodes: list[Tree], source: str, pool: list[str]) -> Iterator[Edit]:
    """An entrywise factor of one factor is missing: h^T for (r ⊙ h)^T."""
    for product in (n for n in nodes if isinstance(n, Product)):
        for factor in product.factors:
            inner = factor.body if isinstance(factor, Turned) else factor
            if factor.made or inner.made or not isinstance(inner, Sym) or not is_factor(inner):
                continue
            for text in _letters(pool):
                if text != source[inner.start : inner.end]:
                    begin, end = (inner.start, inner.start), (inner.end, inner.end)
                    changes = ((*begin, rf"({text} \odot "), (*end, ")"))
                    words = f"the missing factor {' '.join(text.split())} is added"
                    yield Edit(changes, words)


def _letters(pool: list[str]) -> list[str]:
    """What of a pool is one letter with its scripts; of h^⊤ first h."""
    found = [
        each
        for text in pool
        for each in (_TRANSPOSED.sub("", text), text)
        if len(text) <= 24
        and re.fullmatch(r"(?:[\\A-Za-z{}_^,+\-0-9 ]|\{\([^()]*\)\})+", text)
        and text.count("{") == text.count("}")
    ]
    return list(dict.fromkeys(found))


_TRANSPOSED = re.compile(r"\s*\^\s*\{?(?:\\top|\\intercal|T|\\mathsf\{T\}|\\mathrm\{T\})\}?\s*$")


def _replaceable(nodes: list[Tree]) -> Iterator[Sym]:
    """The letters of quantities."""
    for node in nodes:
        if not isinstance(node, Sym) or node.name in ("diag", "Diag"):
            continue
        if node.subs or node.sups or len(node.name) == 1:
            yield node


def throughout(nodes: list[Tree], source: str, pool: list[str]) -> Iterator[Edit]:
    """Another letter in all places where one stands: a_t (1 - a_t) for y_t (1 - y_t)."""
    places: dict[str, list[Sym]] = {}
    for node in _replaceable(nodes):
        places.setdefault(source[node.start : node.end], []).append(node)
    for own, found in places.items():
        for text in _letters(pool) if len(found) > 1 else ():
            if text != own:
                changes = tuple((node.start, node.end, text) for node in found)
                words = f"{written(source, found[0])} is {' '.join(text.split())} throughout"
                yield Edit(changes, words)
        moved = zip(*(times(node, source) for node in found), strict=False)
        for slips in moved if len(found) > 1 else ():
            changes = tuple(change for slip in slips for change in slip.changes)
            yield Edit(changes, f"{slips[0].words}, throughout")


def ones(nodes: list[Tree], source: str) -> Iterator[Edit]:
    """The identity for a 1."""
    identity = next((i for i in (r"\mathbf{I}", r"\mathbb{I}") if i in source), "I")
    for node in nodes:
        one = isinstance(node, Num) and node.value == 1
        if one or (isinstance(node, Sym) and node.name == "ones" and not node.subs):
            yield one_edit(node.start, node.end, identity, f"{written(source, node)} is I")


def replaced(nodes: list[Tree], source: str, pool: list[str]) -> Iterator[Edit]:
    """Another letter: the ones that the document writes in such places."""
    letters = _letters(pool)
    for node in _replaceable(nodes):
        own = source[node.start : node.end]
        called = re.compile(rf"\\?[A-Za-z]+\s*\(\s*{re.escape(own)}\s*\)")
        power = re.fullmatch(r"(.*?)(\^(?:\d|\{\d\}))", own, re.DOTALL)
        if power is not None:
            inner = re.compile(rf"\\?[A-Za-z]+\s*\(\s*{re.escape(power[1])}\s*\)")
            for text in filter(inner.fullmatch, pool):
                words = f"{' '.join(power[1].split())} is {' '.join(text.split())}"
                yield one_edit(node.start, node.end, text + power[2], words)
        for text in [*letters, *filter(called.fullmatch, pool)]:
            if text != own:
                yield one_edit(
                    node.start,
                    node.end,
                    text,
                    f"{written(source, node)} is {' '.join(text.split())}",
                )
    for product in (n for n in nodes if isinstance(n, Product)):
        for a, b in factors(product, source):
            for text in pool:
                if text != source[a:b] and len(text) <= 60 and text.count("{") == text.count("}"):
                    yield one_edit(
                        a, b, text, f"{' '.join(source[a:b].split())} is {' '.join(text.split())}"
                    )


def terms(nodes: list[Tree], source: str, pool: list[str]) -> Iterator[Edit]:
    """A term that the document writes elsewhere is missing here."""
    whole = nodes[:1]
    sums = [n for n in nodes if isinstance(n, Addition) and n not in whole][:2]
    for text in [r"\mathbf{I}", *pool[:30]] if r"\mathbf{I}" in source else ["I", *pool[:30]]:
        if len(text) > 160 or text.count("{") != text.count("}"):
            continue
        words = f"the missing term {' '.join(text.split())} is added"
        for node in (*whole, *sums):
            yield one_edit(node.end, node.end, f" + {text}", words)


def terms_of_factors(nodes: list[Tree], source: str, pool: list[str]) -> Iterator[Edit]:
    """A term is missing in a factor: s ⊙ (g + Wᵀ e) for s ⊙ Wᵀ e."""
    for product in (n for n in nodes[:1] if isinstance(n, Product)):
        for start, _ in factors(product, source)[1:]:
            for text in pool[:12]:
                if len(text) > 80 or text.count("{") != text.count("}"):
                    continue
                changes = (
                    (start, start, r"\left("),
                    (product.end, product.end, rf" + {text}\right)"),
                )
                yield Edit(changes, f"the missing term {' '.join(text.split())} is added")


def units(nodes: list[Tree], source: str) -> Iterator[Edit]:
    """1 for a letter that is a term: 1 + w p for b + w p."""
    for node in nodes:
        for term in node.terms if isinstance(node, Addition) else ():
            if isinstance(term, Sym) and not term.made:
                yield one_edit(term.start, term.end, "1", f"{written(source, term)} is 1")


def summed(nodes: list[Tree], source: str, letters: list[str]) -> Iterator[Edit]:
    """The sum over a time is missing, or all its terms but the last."""
    whole = nodes[0]
    for letter in letters:
        index = "t" if letter in ("T", "N") else letter
        indices = (i for node in nodes if isinstance(node, Sym) for i in (*node.subs, *node.sups))
        last = {
            (inner.start, inner.end, index)
            for inner in map(inside, indices)
            if isinstance(inner, Sym) and inner.name == letter != index and not inner.made
        }
        front, back = (
            (rf"\sum_{index} \left(", r"\right)")
            if isinstance(whole, Addition)
            else (rf"\sum_{index} ", "")
        )
        changes = (*sorted(last), (whole.start, whole.start, front), (whole.end, whole.end, back))
        yield Edit(changes, f"the sum over {index} is added")


def entries_turned(node: Tree, source: str) -> Iterator[Edit]:
    """W_{ij} for W_{ji}: the two entries of one letter change places."""
    if not isinstance(node, Sym) or not node.subs:
        return
    last = inside(node.subs[-1])
    pair = last.factors if isinstance(last, Product) else node.subs
    if len(pair) != 2 or not all(isinstance(each, Sym) and not each.made for each in pair):
        return
    one, other = pair
    if one.end > other.start or source[one.start : one.end] == source[other.start : other.end]:
        return
    swapped = (
        source[node.start : one.start] + source[other.start : other.end]
        + source[one.end : other.start] + source[one.start : one.end]
        + source[other.end : node.end]
    )  # fmt: skip
    words = f"{written(source, node)} is {' '.join(swapped.split())}"
    yield one_edit(node.start, node.end, swapped, words)


def gathered(nodes: list[Tree], source: str, pool: list[str]) -> Iterator[Edit]:
    """∂L/∂c_t for o_t ⊙ ∂L/∂h_t, which is only one of its paths."""
    for node in nodes:
        spans = factors(node, source) if isinstance(node, Product) else []
        for length in range(2, len(spans)):
            for run in (spans[-length:], spans[:length]):
                start, end = run[0][0], run[-1][1]
                old = source[start:end]
                tops = {found[0] for found in _DIFFERENTIATED.finditer(old)}
                for text in pool if tops else ():
                    top = _DIFFERENTIATED.match(text)
                    if top is not None and top[0] in tops and text != old:
                        yield one_edit(start, end, text, f"{' '.join(old.split())} is {text}")


_DIFFERENTIATED = re.compile(
    r"\\[dt]?frac\s*\{\s*\\partial\s*[^{}]*(?:\{[^{}]*\}[^{}]*)*\}(?=\s*\{)"
)
"""What a written derivative begins with: \\frac{\\partial L}."""


def exchanged(nodes: list[Tree], source: str) -> Iterator[Edit]:
    """The letters of two entries change places in all of the formula."""
    places: dict[str, list[Tree]] = {}
    for node in nodes:
        if isinstance(node, Sym):
            for index in (*node.subs, *node.sups):
                inner = index.factors if isinstance(index, Product) else (index,)
                for each in inner:
                    if isinstance(each, Sym) and each.name in "ijklmn" and not each.made:
                        places.setdefault(each.name, []).append(each)
    for one, other in itertools.combinations(sorted(places), 2):
        changes = [(n.start, n.end, other) for n in places[one]]
        changes += [(n.start, n.end, one) for n in places[other]]
        yield Edit(tuple(changes), f"the indices {one} and {other} change places")
