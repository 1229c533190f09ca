"""Numbers that words alone define: λ, the largest singular value of W; γ, a bound of |σ′|."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from symrnn.audit.meaning.letters import bare, is_capital
from symrnn.audit.meaning.model import Definition, Model
from symrnn.audit.meaning.rewrites import one_expression
from symrnn.reading.documents import Document, Formula
from symrnn.reading.latex.tree import Normed, Product, Sym, Tree, walk

_NORM = r"(?:(?:largest|biggest|maxim(?:al|um)|top|leading|greatest|dominant)\s+singular\s+values?"
_NORM += r"|(?:(?:upper\s+)?bound\s+(?:on|of|for)\s+(?:the\s+)?)?"
_NORM += r"(?:(?:spectral|operator|induced|matrix|euclidean|two-?|2-)\s*)*norm)"
_MOST = r"(?:largest|biggest|maxim(?:al|um)|greatest|steepest|supremum|upper\s+bound|bound)"
_SLOPE = rf"{_MOST}\s+(?:\w+\s+){{0,3}}?(?:slopes?|derivatives?)"
_OF = r"(?:\s+(?:of|on|for|to|in|the|its|our|absolute|value|size|modulus|recurrent|hidden|weights?"
_OF += r"|matrix|function|activations?|non-?linearity|slopes?|derivatives?))*"
_AFTER = re.compile(
    r"[\s$\\)`,]*(?:(?:is|be|are|as|denotes?|stands?\s+for|means?|for|being|write|we\s+write|again)\s+)*"
    rf"(?:the|an?|any|its|some)?\s*(?P<what>(?P<norm>{_NORM})|(?P<slope>{_SLOPE})|(?P<most>{_MOST}))"
    rf"(?P<of>{_OF})\s*(?P<object>[$`]|\\\()?",
    re.IGNORECASE,
)
"""What stands behind a letter: … is the largest singular value of the recurrent weights $W$."""
_BEFORE = re.compile(
    rf"(?P<what>(?P<norm>{_NORM})|(?P<slope>{_SLOPE})|(?P<most>{_MOST}))(?P<of>{_OF})\s*$",
    re.IGNORECASE,
)
"""What stands before a formula that is spoken of: the largest slope of …"""
_CALLED = re.compile(
    r"[\s$\\)`,]*(?:(?:is|be|by|we|which|are|shall|it|denoted?|called?|write|written|named?|as)\s+)*[$`\\(]*",
    re.IGNORECASE,
)


_DENOTED = re.compile(
    r"\b(?:denote|call|write|abbreviate|name|let)\s+(?:by\s+)?(?:the|an?|its)?\s*"
    rf"(?P<what>(?P<norm>{_NORM})|(?P<slope>{_SLOPE})|(?P<most>(?!)))(?P<of>{_OF})"
    r"\s*(?:simply\s+)?(?:by|as|with|be|simply)\s*$",
    re.IGNORECASE,
)
"""What stands before a letter: we denote the spectral norm of the recurrent matrix by …"""


@dataclass(frozen=True)
class Said:
    """What words say: `letter` is a "norm" or a "slope" of `of`, if that is said, or bounds it."""

    letter: Tree
    kind: str
    of: Tree | None


def said_numbers(document: Document) -> Iterator[Said]:
    """The letters that words say to be a norm or a largest slope."""
    formulas, text = document.formulas, document.text
    for at, formula in enumerate(formulas):
        if formula.display:
            continue
        end = formula.start + len(formula.text)
        following = formulas[at + 1] if at + 1 < len(formulas) else None
        found = _AFTER.match(text, end)
        if found is not None:
            near = following is not None and following.start - found.end() < 3
            of = following if found["object"] and near else None
            yield from _said(document, formula, found, of)
        before = text[max(0, formula.start - 120) : formula.start].rstrip("$`\\( ")
        found = _DENOTED.search(before)
        if found is not None:
            yield from _said(document, formula, found, None)
        found = _BEFORE.search(before)
        if found is not None and following is not None and not following.display:
            between = text[end : following.start]
            if len(between) < 60 and _CALLED.fullmatch(between):
                yield from _said(document, following, found, formula)


def _said(
    document: Document, named: Formula, found: re.Match[str], of: Formula | None
) -> Iterator[Said]:
    letter = one_expression(named.text, document)
    about = None if of is None else one_expression(of.text, document)
    if not isinstance(letter, Sym) or is_capital(letter.name) or (of is not None and about is None):
        return
    words = f"{found['what']} {found['of']}".lower()
    kind = "norm" if found["norm"] else "slope" if found["slope"] else ""
    kind = kind or ("slope" if re.search(r"slope|derivative", words) else "")
    if not kind and not (about is not None and _function(about)[1]):
        return
    yield Said(letter, kind or "slope", about)


def definition_of(said: Said, model: Model, stated: list[Definition]) -> Definition | None:
    """The number that words define; None where it is not clear of what.

    As of formulas, ‖W‖ ≤ λ, it may be any that is no less.
    """
    assert isinstance(said.letter, Sym)
    name = model.ref(said.letter).name
    value: Tree | None = None
    if said.kind == "norm":
        weights = _recurrent(model, stated) if said.of is None else [bare(said.of)]
        if len(weights) == 1 and isinstance(weights[0], Sym) and is_capital(weights[0].name):
            value = Normed(said.letter.start, said.letter.end, True, weights[0], "‖2")
    else:
        functions = _applied(model, stated) if said.of is None else [_function(said.of)[0]]
        if len(functions) == 1 and functions[0] is not None:
            slope = replace(functions[0], primes=1, subs=(), sups=(), made=True)
            value = Normed(said.letter.start, said.letter.end, True, slope, "‖infty")
    if value is None:
        return None
    return Definition(name, None, 0, value, 0, bound="upper")


def _function(tree: Tree) -> tuple[Sym | None, bool]:
    """The function of φ, φ′, |φ′| and φ′(a), and whether its slope is written."""
    body = bare(tree)
    body = bare(body.body) if isinstance(body, Normed) else body
    if isinstance(body, Product) and len(body.factors) == 2:
        body = body.factors[0]
    if not isinstance(body, Sym) or body.primes > 1:
        return None, False
    return body, body.primes == 1


def _recurrent(model: Model, stated: list[Definition]) -> list[Tree]:
    """The matrices before what is one step back."""
    found: dict[str, Tree] = {}
    for definition in _steps(stated):
        back = {name for name, lag in model.reads(definition) if lag}
        for left, right in _neighbours(definition):
            read = isinstance(right, Sym) and model.ref(right).name in back
            if read and isinstance(left, Sym) and is_capital(left.name):
                found[model.ref(left).name] = left
    return list(found.values())


def _applied(model: Model, stated: list[Definition]) -> list[Sym]:
    """The functions of the recurrence that act entry by entry."""
    found: dict[str, Sym] = {}
    for definition in _steps(stated):
        for left, right in _neighbours(definition):
            if isinstance(left, Sym) and model.is_function(left, right) in ("elementwise", "known"):
                found[left.name] = left
    return list(found.values())


def _steps(stated: list[Definition]) -> list[Definition]:
    return [each for each in stated if each.letter is not None and not each.derived]


def _neighbours(definition: Definition) -> Iterator[tuple[Tree, Tree]]:
    """The factors side by side in a definition."""
    for node in walk(definition.value):
        if isinstance(node, Product):
            yield from pairwise(node.factors)
