r"""A formula as it was read, in LaTeX of our own: what a page sets as mathematics.

Macros are expanded, sizes and colours gone; only commands stand in it that every converter knows,
and no text of the document but letters, digits and blanks.
"""

from __future__ import annotations

from collections.abc import Iterable

from symrnn.audit.meaning.letters import TOTAL, bare
from symrnn.audit.meaning.model import Model
from symrnn.audit.meaning.symbols import Ref
from symrnn.reading.latex.tokens import GREEK
from symrnn.reading.latex.tree import (
    Addition,
    Bar,
    Big,
    Derivative,
    Dots,
    Fraction_,
    Grid,
    Group,
    Labelled,
    Normed,
    Num,
    Product,
    Raised,
    Root,
    Subscripted,
    Sym,
    Tree,
    Turned,
    Words,
)

_ACCENTS = {
    "hat": r"\hat", "tilde": r"\tilde", "bar": r"\bar", "dot": r"\dot", "ddot": r"\ddot",
    "under": r"\underline", "check": r"\check", "cal": r"\mathcal", "frak": r"\mathfrak",
    "bb": r"\mathbb",
}  # fmt: skip
_WORDS = {"infty": r"\infty", "ell": r"\ell", "ones": r"\mathbf{1}"}
_SIGNS = {
    "": r"\,", "cdot": r" \cdot ", "times": r" \times ", "ast": " * ", "odot": r" \odot ",
    "otimes": r" \otimes ",
}  # fmt: skip
_RELATIONS = {"=": "=", "≤": r"\le", "≥": r"\ge", "<": "<", ">": ">", "≈": r"\approx"}
_GREEK = frozenset(GREEK.values())


def relation_written(left: Tree | None, kind: str, right: Tree | None, model: Model) -> str:
    """A relation in LaTeX; empty where a side was not read, or the sign is another one."""
    if left is None or right is None or kind not in _RELATIONS:
        return ""
    return f"{written(left, model)} {_RELATIONS[kind]} {written(right, model)}"


def written(tree: Tree, model: Model) -> str:
    """A tree in LaTeX."""

    def inner(node: Tree) -> str:
        return written(node, model)

    def factor(node: Tree) -> str:
        text = inner(node)
        plain = isinstance(node, Group) and len(node.parts) == 1
        return rf"\left({text}\right)" if isinstance(bare(node), Addition) and not plain else text

    match tree:
        case Num(value=value):
            one = value.denominator == 1
            return str(value) if one else rf"\tfrac{{{value.numerator}}}{{{value.denominator}}}"
        case Sym():
            return _symbol(model.ref(tree), model)
        case Group(parts=parts, kind=kind):
            if kind == "{":
                return "{" + ", ".join(map(inner, parts)) + "}"
            if kind == "[" and len(parts) > 1:
                return _matrix("bmatrix", map(inner, parts))
            return rf"\left({', '.join(map(inner, parts))}\right)"
        case Labelled(body=body):
            return inner(body)
        case Product(factors=factors, signs=signs):
            text = factor(factors[0])
            for sign, before, node in zip(signs, factors, factors[1:], strict=False):
                call = sign == "" and isinstance(before, Sym) and isinstance(node, Group)
                text += ("" if call else _SIGNS.get(sign, r"\,")) + factor(node)
            return text
        case Addition(terms=terms, signs=signs):
            text = ("-" if signs[0] == "-" else "") + inner(terms[0])
            rest = zip(signs[1:], terms[1:], strict=True)
            return text + "".join(f" {s} {factor(t) if s == '-' else inner(t)}" for s, t in rest)
        case Fraction_(above=above, below=below):
            return rf"\frac{{{inner(above)}}}{{{inner(below)}}}"
        case Raised(base=base, power=power):
            return f"{{{factor(base)}}}^{{{inner(power)}}}"
        case Turned(body=body):
            text = factor(body)
            long = isinstance(bare(body), Product | Derivative) and not isinstance(body, Group)
            return rf"\left({text}\right)^{{\top}}" if long else rf"{{{text}}}^{{\top}}"
        case Derivative(of=of, by=by, mark=mark):
            top = "" if of is None else factor(of)
            plus = "^{+}" if mark == "+" else ""
            return rf"\frac{{\partial{plus} {top}}}{{\partial {inner(by)}}}"
        case Big(sign=sign, index=index, lower=lower, upper=upper, body=body, condition=condition):
            low = _text(condition) if condition else "" if index is None else inner(index)
            if index is not None and lower is not None:
                low = f"{inner(index)}={inner(lower)}"
            bounds = (f"_{{{low}}}" if low else "") + (f"^{{{inner(upper)}}}" if upper else "")
            return rf"\{sign}{bounds} {factor(body)}"
        case Normed(body=body, kind=kind):
            bar = "|" if kind.startswith("|") else r"\|"
            label = _text(kind[1:]) if kind[1:] else ""
            return rf"\left{bar}{inner(body)}\right{bar}" + (f"_{{{label}}}" if label else "")
        case Root(body=body):
            return rf"\sqrt{{{inner(body)}}}"
        case Subscripted(body=body, subs=subs):
            return f"{{{inner(body)}}}_{{{','.join(map(inner, subs))}}}"
        case Grid(rows=rows):
            return _matrix("pmatrix", (" & ".join(map(inner, row)) for row in rows))
        case Bar(body=body, text=text):
            return rf"\left.{inner(body)}\right|_{{{_text(text)}}}"
        case Dots():
            return r"\cdots"
        case Words(text=text):
            return _text(text)
    return "?"


def _matrix(kind: str, lines: Iterable[str]) -> str:
    joined = r" \\ ".join(lines)
    return rf"\begin{{{kind}}} {joined} \end{{{kind}}}"


def _symbol(ref: Ref, model: Model) -> str:
    """A letter with its scripts."""
    base, _, label = ref.name.partition("_")
    labels = [_text(each) for each in label.removesuffix(TOTAL).split(",") if each]
    indices = [*([ref.time] if ref.time is not None else []), *ref.entries]
    below = [*labels, *(written(each, model) for each in indices)]
    above = [r"\prime"] * ref.primes
    if ref.copy is not None:
        above.append(f"({written(ref.copy, model)})")
    if ref.power is not None:
        above.append(written(ref.power, model))
    text = _letter(base)
    text += f"_{{{','.join(below)}}}" if below else ""
    return text + (f"^{{{''.join(above)}}}" if above else "")


def _letter(base: str) -> str:
    *marks, letter = base.split()
    if letter in _GREEK:
        text = "\\" + letter
    elif letter in _WORDS:
        text = _WORDS[letter]
    else:
        text = letter if len(letter) == 1 and letter.isalnum() else _text(letter)
    for mark in reversed(marks):
        text = f"{_ACCENTS[mark]}{{{text}}}" if mark in _ACCENTS else text
    return text


def _text(words: str) -> str:
    """Text of the document, as letters that are set upright."""
    kept = "".join(c if c.isalnum() else " " for c in words)
    kept = " ".join(kept.split())
    if len(kept) == 1:
        return kept
    return rf"\mathrm{{{kept}}}" if kept.isascii() and " " not in kept else rf"\text{{{kept}}}"
