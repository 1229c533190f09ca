"""Slips inside a factor: times, bounds, powers, slopes, numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from symrnn.audit.meaning.letters import bare, is_capital, letters_of, whole_number
from symrnn.audit.mends.edit import Edit, around, braced, inside, one_edit, turned_round, written
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
    shape_of,
)


def times(node: Tree, source: str) -> Iterator[Edit]:
    """A time one or two off."""
    if isinstance(node, Sym):
        for index in (*node.subs, *node.sups):
            below = index in node.subs and not is_capital(node.name)
            numbered = whole_number(index) in range(10) and (below or isinstance(index, Group))
            # Of \h{i} with \newcommand{\h}[1]{h^{(#1)}} the brackets are the macro's.
            inner = inside(bare(index) if index.made else index)
            if inner.made or not (letters_of(index) or numbered):
                continue
            old = written(source, inner)
            for other in around(inner, source):
                words = f"{old} is {other} in {written(source, node)}"
                yield one_edit(inner.start, inner.end, braced(source, inner, other), words)
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
                    for other in around(inner, source):
                        yield one_edit(
                            inner.start,
                            inner.end,
                            other,
                            f"{written(source, inner)} is {other} behind {written(source, left)}",
                        )


def steps(node: Tree, source: str) -> Iterator[Edit]:
    """Both times of a derivative one or two off: ∂L_t/∂h_t for ∂L_{t-1}/∂h_{t-1}."""
    if not isinstance(node, Derivative) or node.made or node.of is None:
        return
    of, by = bare(node.of), bare(node.by)
    if not isinstance(of, Sym) or not isinstance(by, Sym) or of.made or by.made:
        return
    for one, other in zip(times(of, source), times(by, source), strict=False):
        alike = one.words.rpartition(" in ")[0] == other.words.rpartition(" in ")[0]
        if alike and len(one.changes) == len(other.changes) == 1:
            yield Edit((*one.changes, *other.changes), f"{one.words} and {written(source, by)}")


def bounds(node: Tree, source: str) -> Iterator[Edit]:
    """A bound of a sum or product one or two off, or another letter; a sum for a product."""
    if not isinstance(node, Big):
        return
    word = "sum" if node.sign == "sum" else "product"
    for sign, other in ((r"\sum", r"\prod"), (r"\prod", r"\sum")):
        if source.startswith(sign, node.start) and not node.made:
            yield one_edit(node.start, node.start + len(sign), other, f"{sign} is {other}")
    for bound, which in ((node.lower, "lower"), (node.upper, "upper")):
        if bound is None or bound.made:
            continue
        text = " ".join(source[bound.start : bound.end].split())
        for other in around(bound, source):
            yield one_edit(
                bound.start,
                bound.end,
                braced(source, bound, other),
                f"the {which} bound {text} of the {word} is {other}",
            )
        for letter in ("t", "T", "k", "1", "0"):
            if letter != text:
                yield one_edit(
                    bound.start,
                    bound.end,
                    braced(source, bound, letter),
                    f"the {which} bound {text} of the {word} is {letter}",
                )


def _moved_in(node: Raised, source: str) -> Iterator[Edit]:
    """(1 - h)² is (1 - h²): a power that belongs to the last term."""
    group = node.base
    terms = bare(group)
    if not (isinstance(group, Group) and isinstance(terms, Addition)):
        return
    last = terms.terms[-1]
    if last.made or (isinstance(last, Sym) and last.sups):
        return
    power = source[node.base.end : node.end].strip()
    words = f"the power of {written(source, node)} is that of {written(source, last)}"
    yield Edit(((last.end, last.end, power), (node.base.end, node.end, "")), words)


def powers(node: Tree, source: str) -> Iterator[Edit]:
    """A power, a square, 1 - q for q."""
    if isinstance(node, Sym) and node.sups and not node.made:
        sup = node.sups[-1]
        if (isinstance(bare(sup), Num) and sup.end == node.end) or source[
            sup.end : node.end
        ].strip() == "}":
            gap = source[node.start : sup.start]
            caret = gap.rfind("^")
            if caret >= 0 and isinstance(bare(sup), Num):
                for other in around(sup, source):
                    words = f"the power of {written(source, node)} is {other}"
                    yield one_edit(sup.start, sup.end, other, words)
                yield one_edit(
                    node.start + caret,
                    node.end,
                    "",
                    f"the power of {written(source, node)} is left out",
                )
    if isinstance(node, Raised) and not node.made:
        caret = source[node.base.end : node.power.start].find("^")
        if caret >= 0:
            yield from _moved_in(node, source)
            if not letters_of(node.power):
                yield one_edit(
                    node.base.end + caret,
                    node.end,
                    "",
                    f"the power of {written(source, node)} is left out",
                )
            for other in (*turned_round(node.power, source), *around(node.power, source)):
                yield one_edit(
                    node.power.start,
                    node.power.end,
                    braced(source, node.power, other),
                    f"the power is {other}",
                )
    if isinstance(node, Addition):
        # 1 - h is 1 - h².
        for term in node.terms:
            if term.made or isinstance(bare(term), Num):
                continue
            if isinstance(term, Sym) and not any(isinstance(bare(s), Num) for s in term.sups):
                words = f"{written(source, term)} is squared"
                bare_term = source[term.start : term.end]
                text = rf"({bare_term})^2" if term.sups else f"{bare_term}^2"
                yield one_edit(term.start, term.end, text, words)
            if (
                isinstance(term, Product)
                and len(term.factors) == 2
                and isinstance(term.factors[0], Sym)
                and isinstance(term.factors[1], Group)
            ):
                head = term.factors[0]
                if not head.sups:
                    yield one_edit(head.end, head.end, "^2", f"{written(source, term)} is squared")
                elif head.name == "tanh":
                    text = source[head.start : head.end]
                    yield one_edit(
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
        own, shown = source[node.start : node.end], written(source, node)
        within = (
            source[: node.start].rstrip().endswith("(") and source[node.end :].lstrip()[:1] == ")"
        )
        for other, words in ((f"1 - {own}", f"1 - {shown}"), (f"1 - {own}^2", f"1 - {shown}²")):
            if node.subs or not other.endswith("^2"):
                text = other if within else f"({other})"
                yield one_edit(node.start, node.end, text, f"{shown} is {words}")
    if isinstance(node, Group) and len(node.parts) == 1:
        inner = node.parts[0]
        if (
            isinstance(inner, Addition)
            and len(inner.terms) == 2
            and isinstance(bare(inner.terms[0]), Num)
            and not inner.terms[1].made
        ):
            yield one_edit(
                node.start,
                node.end,
                source[inner.terms[1].start : inner.terms[1].end],
                f"{written(source, node)} is {written(source, inner.terms[1])}",
            )


def primes(node: Tree, source: str) -> Iterator[Edit]:
    """A function for its slope, and the slope for its function."""
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
            yield one_edit(
                left.start,
                left.end,
                fewer,
                f"{' '.join(text.split())} is {' '.join(fewer.split())}",
            )
        elif left.name not in ("diag", "Diag", "vec", "trace", "tr", "softmax") and (
            not left.subs and len(right.parts) == 1 and right.kind == "("
        ):
            yield one_edit(
                left.start, left.end, text + "'", f"{' '.join(text.split())} is its slope"
            )


def doubled(node: Tree, source: str) -> Iterator[Edit]:
    """Constants: 2 for 1, 1/2 for 1."""
    if isinstance(node, Num):
        for other in ("1", "2"):
            if source[node.start : node.end] != other:
                yield one_edit(node.start, node.end, other, f"{written(source, node)} is {other}")
    if isinstance(node, Fraction_) and not node.made and isinstance(bare(node.above), Num):
        yield one_edit(node.start, node.end, "", f"the factor {written(source, node)} is left out")


def other_slopes(node: Tree, source: str) -> Iterator[Edit]:
    """q (1 - q), the slope of the logistic function, for 1 - q², that of tanh, and the reverse."""
    if isinstance(node, Product):
        for left, right in zip(node.factors, node.factors[1:], strict=False):
            rest = _one_minus(right)
            if rest is not None and shape_of(rest) == shape_of(left) and not left.made:
                old = source[left.start : left.end]
                text = f"(1 - {old}^2)"
                words = f"{old} (1 - {old}) is 1 - {old}²"
                yield one_edit(left.start, right.end, text, words)
    rest = _one_minus(node)
    if isinstance(node, Addition) and rest is not None and not isinstance(rest, Sym):
        value = _without_square(source[rest.start : rest.end].strip())
        if value:
            text = rf"{value} (1 - {value})"
            yield one_edit(node.start, node.end, text, f"1 - {value}² is {text}")
    if isinstance(node, Group) and isinstance(rest, Sym) and len(rest.sups) == 1:
        power = rest.sups[0]
        if isinstance(bare(power), Num):
            old = source[rest.start : power.start].rstrip("{").rstrip().removesuffix("^").rstrip()
            text = rf"{old} \odot (1 - {old})"
            yield one_edit(node.start, node.end, text, f"1 - {old}² is {old} (1 - {old})")


def _without_square(text: str) -> str:
    """tanh(z) of tanh(z)^2 and tanh^2(z); nothing of what is no square."""
    found = re.fullmatch(r"(?P<value>.*\))\s*\^\s*(?:2|\{\s*2\s*\})", text, re.DOTALL)
    if found is not None:
        return found["value"]
    found = re.fullmatch(
        r"(?P<head>\\?\w+)\s*\^\s*(?:2|\{\s*2\s*\})\s*(?P<rest>\(.*\))", text, re.DOTALL
    )
    return "" if found is None else found["head"] + found["rest"]


def _one_minus(node: Tree) -> Tree | None:
    """q of 1 - q."""
    inner = bare(node)
    if (
        isinstance(inner, Addition)
        and inner.signs == ("+", "-")
        and isinstance(bare(inner.terms[0]), Num)
        and not inner.terms[1].made
    ):
        return inner.terms[1]
    return None
