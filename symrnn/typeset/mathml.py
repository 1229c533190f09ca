"""LaTeX formulas as MathML Core, by math-core.

Of the converters tried in Chromium this one sets the lecture's formulas right (underbraces, limits
of products, aligned chains, ⟍ dots, scaled norms), and it refuses what it does not know instead
of printing the command's name. Its fences are tightened here: Latin Modern Math pads a bracket
that may stretch, and TeX's thin space before one looks like a gap in σ(a).
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from html.entities import html5

from markupsafe import Markup
from math_core import LatexError, LatexToMathML

from symrnn.errors import NotSupportedError

_NAMED = re.compile(r"&(?!(?:lt|gt|amp|quot|apos);)(\w+;)")
_SPACE = re.compile(r'"(\d?\.\d+)em"')
#: Values that HTML reads without quotation marks, where a tag does not end in / behind them.
_TAG = re.compile(r"<\w[^>]*>")
_QUOTED = re.compile(r'="([\w.]+)"(?!/)')
_APPLY = "\u2061"
_BRACKETS = {"(": ")", "[": "]"}
_BARS = {"‖": "‖", "|": "|"}
_BESIDE_BAR = "0.11em"
_PLAIN = frozenset({"mi", "mn", "mtext", "mfrac", "mrow"})
#: What lays out its children as a row does.
_ROWS = frozenset({"mrow", "math", "mtd"})
#: Operators that do not stretch, set the same between two operands in whichever row they are.
_BETWEEN = frozenset({_APPLY, "+", "\u2212", "=", ",", "/", "\u2299", "\u22c5", "\u00d7"})
#: What may be an operator with its limits, or the room round one.
_ROUND = frozenset({"mspace", "mrow", "munder", "mover", "munderover"})
_TALL = frozenset({"mfrac", "munder", "mover", "munderover", "mtable", "msqrt", "mroot"})


def mathml(latex: str, *, display: bool = False, source: bool = True) -> Markup:
    """`latex` as a <math> element, with its source as annotation where that is wanted.

    `display` chooses the displayed style (limits above and below). Raises `NotSupportedError`
    naming the formula when a command is unknown or a brace is not closed.
    """
    converter = LatexToMathML(annotation=source, fancy_error=False)
    # Inline MathML needs no smaller matrix: its rows do not push the lines apart as TeX's do.
    known = latex.replace("{smallmatrix}", "{matrix}")
    try:
        made = converter.convert_with_local_state(known, displaystyle=display)
    except LatexError as error:
        raise NotSupportedError(
            "HTML: a formula can not be converted to MathML",
            {"formula": latex, "reason": str(error).strip()},
        ) from error
    root = ET.fromstring(_NAMED.sub(lambda name: html5[name[1]], made))
    _tighten(root)
    _unwrap(root)
    _flatten(root)
    written = _SPACE.sub(_narrow, ET.tostring(root, encoding="unicode").replace(" />", "/>"))
    # Markup: text and attributes are escaped when they are written, so that a bare > ends a tag.
    return Markup(_TAG.sub(lambda tag: _QUOTED.sub(r"=\1", tag[0]), written))


def _narrow(width: re.Match[str]) -> str:
    return f'"{float(width[1]):.3g}em"'


def _unwrap(row: ET.Element) -> None:
    """A row of one thing is that thing; an operator stays in it, where it stands by itself."""
    for child in [each for each in row if each.tag == "mspace" and not each.attrib]:
        if not (child.tail or "").strip() and row.tag == "mrow" and len(row) > 1:
            row.remove(child)  # it is as wide as nothing
    for place, child in enumerate(row):
        _unwrap(child)
        if child.tag == "mrow" and len(child) == 1 and not child.attrib and child[0].tag in _PLAIN:
            row[place] = child[0]


def _flatten(row: ET.Element) -> None:
    """A row within a row goes where what is in it is set the same without it."""
    for child in row:
        _flatten(child)
    if row.tag in _ROWS:
        row[:] = [piece for child in row for piece in (child if _may_go(child) else (child,))]


def _may_go(row: ET.Element) -> bool:
    """Whether nothing in the row stretches, and neither operator nor space stands at its ends.

    A bracket that does not stretch may stand there: it has one form, and never room beside it.
    """
    return (
        row.tag == "mrow"
        and len(row) > 1
        and not row.attrib
        and all(_is_bracket(each) or each.text in _BETWEEN for each in row if each.tag == "mo")
        and all(
            _is_bracket(each) if each.tag == "mo" else each.tag not in _ROUND
            for each in (row[0], row[-1])
        )
    )


def _is_bracket(operator: ET.Element) -> bool:
    flat = operator.get("stretchy") == "false"
    return flat and (operator.text or "") in {*_BRACKETS, *_BRACKETS.values()}


def _tighten(row: ET.Element) -> None:
    """Brackets stretch only round what is taller than a line, and touch what they apply to."""
    for place, child in enumerate(row):
        norm = child.tag == "mrow" and _fenced(child, _BARS)
        if norm or (child.tag == "mrow" and _fenced(child, _BRACKETS)):
            opening, closing = child[0], child[-1]
            tall = any(inner.tag in _TALL for inner in child.iter())
            if not tall:
                opening.set("stretchy", "false")
                closing.set("stretchy", "false")
            elif norm:
                # Stretched bars would touch the line of a fraction.
                opening.set("rspace", _BESIDE_BAR)
                closing.set("lspace", _BESIDE_BAR)
            if not norm:
                opening.attrib.pop("lspace", None)
                if place and row[place - 1].text == _APPLY:
                    row[place - 1].attrib.pop("lspace", None)
        _tighten(child)


def _fenced(row: ET.Element, pairs: Mapping[str, str]) -> bool:
    if len(row) < 2 or row[0].tag != "mo" or row[-1].tag != "mo":
        return False
    return pairs.get(row[0].text or "") == row[-1].text
