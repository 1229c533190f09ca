r"""A formula as it was read: in plain text in symrnn's notation, and in LaTeX of our own.

In LaTeX macros are expanded, sizes and colours gone; only commands stand in it that every converter
knows, and no text of the document but letters, digits and blanks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from symrnn.audit.meaning.letters import TOTAL, bare
from symrnn.audit.meaning.model import Model
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


@dataclass(frozen=True)
class _Scripts:
    """What hangs on a letter, as it is printed."""

    label: str
    indices: list[str]
    primes: int
    copy: str
    power: str


@dataclass(frozen=True)
class _Style:
    """How each construct is written: formats whose places are filled in order.

    `flat` says that all stands on one line, so that quotients need brackets.
    """

    flat: bool
    letters: dict[str, str]
    accents: dict[str, str]
    words: Callable[[str], str]
    scripted: Callable[[str, _Scripts], str]
    signs: dict[str, str]
    ratio: str
    brackets: str
    braces: str
    stacked: tuple[str, str]
    fraction: str
    raised: str
    turned: tuple[str, str]
    derivative: str
    immediate: str
    big: dict[str, str]
    norm: tuple[str, str]
    label: str
    root: str
    below: str
    grid: tuple[str, str, str]
    held: str
    dots: str


def shown(tree: Tree, model: Model) -> str:
    """A tree as text: ∂h_t/∂h_k, ∏_{j=k+1}^{t} (diag(σ′(a_j)) W)."""
    return _Printer(_TEXT, model).of(tree)


def written(tree: Tree, model: Model) -> str:
    """A tree in LaTeX."""
    return _Printer(_LATEX, model).of(tree)


_RELATIONS = {"=": "=", "≤": r"\le", "≥": r"\ge", "<": "<", ">": ">", "≈": r"\approx"}


def relation_written(left: Tree | None, kind: str, right: Tree | None, model: Model) -> str:
    """A relation in LaTeX; empty where a side was not read, or the sign is another one."""
    if left is None or right is None or kind not in _RELATIONS:
        return ""
    return f"{written(left, model)} {_RELATIONS[kind]} {written(right, model)}"


def named(name: str) -> str:
    """A quantity by its name alone, as text."""
    base, _, label = name.partition("_")
    label = label.removesuffix(TOTAL)
    return _letter(_TEXT, base) + (f"_{label}" if label else "")


@dataclass(frozen=True)
class _Printer:
    """A style, and the model that says what letters are."""

    style: _Style
    model: Model

    def of(self, tree: Tree) -> str:
        """A tree as it is printed."""
        of, style = self.of, self.style
        match tree:
            case Num(value=value):
                above, below = value.numerator, value.denominator
                return str(above) if below == 1 else style.ratio.format(above, below)
            case Sym():
                return self.symbol(tree)
            case Group(parts=parts, kind=kind, separator=separator):
                inner = list(map(of, parts))
                if tree.compares:
                    compared = zip(separator, inner[1:], strict=True)
                    return style.brackets.format(
                        " ".join([inner[0], *(f"{sign} {part}" for sign, part in compared)])
                    )
                if kind == "[" and len(parts) > 1:
                    return style.stacked[0].format(style.stacked[1].join(inner))
                return (style.braces if kind == "{" else style.brackets).format(", ".join(inner))
            case Labelled(body=body):
                return of(body)
            case Product():
                return self.product(tree)
            case Addition(terms=terms, signs=signs):
                text = ("-" if signs[0] == "-" else "") + of(terms[0])
                for sign, term in zip(signs[1:], terms[1:], strict=True):
                    text += f" {sign} {self.factor(term) if sign == '-' else of(term)}"
                return text
            case Fraction_(above=above, below=below):
                part = self.factor if style.flat else of
                return style.fraction.format(part(above), part(below))
            case Raised(base=base, power=power):
                return style.raised.format(self.factor(base), of(power))
            case Turned(body=body):
                long = isinstance(bare(body), Product | Derivative) and not _in_brackets(body)
                return style.turned[long].format(self.factor(body))
            case Derivative(of=above, by=by, mark=mark):
                top = "" if above is None else self.factor(above)
                if style.flat and isinstance(above, Tree) and isinstance(bare(above), Product):
                    top = style.brackets.format(of(bare(above)))
                return style.derivative.format(style.immediate * (mark == "+"), top, of(by))
            case Big():
                return self.big(tree)
            case Normed(body=body, kind=kind):
                text = style.norm[not kind.startswith("|")].format(of(body))
                return text + (style.label.format(style.words(kind[1:])) if kind[1:] else "")
            case Root(body=body):
                return style.root.format(of(body))
            case Subscripted(body=body, subs=subs):
                return style.below.format(style.braces.format(of(body)), ",".join(map(of, subs)))
            case Grid(rows=rows):
                whole, between, under = style.grid
                return whole.format(under.join(between.join(map(of, row)) for row in rows))
            case Bar(body=body, text=text):
                whole = of(body)
                if style.flat and isinstance(bare(body), Addition | Product):
                    whole = whole if _in_brackets(body) else style.brackets.format(whole)
                return style.held.format(whole, style.words(text))
            case Dots():
                return style.dots
            case Words(text=text):
                return style.words(text)
        return "?"

    def factor(self, tree: Tree) -> str:
        """A factor, a sum in brackets."""
        text = self.of(tree)
        loose = isinstance(bare(tree), Addition) and not _in_brackets(tree)
        return self.style.brackets.format(text) if loose else text

    def product(self, tree: Product) -> str:
        """Factors with the signs between them; nothing stands before an argument."""
        one = "1" if self.style.flat else r"\mathbf{1}"
        following = (*tree.factors[1:], None)
        factors = [
            one if _is_condition(then) else self.factor(factor)
            for factor, then in zip(tree.factors, following, strict=True)
        ]
        text = factors[0]
        for place, (sign, head, node) in enumerate(
            zip(tree.signs, tree.factors, tree.factors[1:], strict=False), 1
        ):
            called = sign == "" and isinstance(head, Sym) and isinstance(node, Group)
            if called and self.style.flat and isinstance(head, Sym):
                function = self.model.is_function(head, node) is not None
                called = function or head.name in self.model.symbols.called
            called |= _is_condition(node)
            between = "" if called else self.style.signs.get(sign, self.style.signs[""])
            text += between + factors[place]
        return text

    def big(self, tree: Big) -> str:
        """A sum or product with its bounds."""
        below = "" if tree.index is None else self.of(tree.index)
        if tree.condition:
            below = self.style.words(tree.condition)
        if tree.index is not None and tree.lower is not None:
            below = f"{below}={self.of(tree.lower)}"
        bounds = f"_{{{below}}}" if below else ""
        bounds += "" if tree.upper is None else f"^{{{self.of(tree.upper)}}}"
        return f"{self.style.big[tree.sign]}{bounds} {self.factor(tree.body)}"

    def symbol(self, tree: Sym) -> str:
        """A letter with its scripts."""
        ref = self.model.ref(tree)
        base, _, label = ref.name.partition("_")
        indices = [*([ref.time] if ref.time is not None else []), *ref.entries]
        scripts = _Scripts(
            label.removesuffix(TOTAL),
            list(map(self.of, indices)),
            ref.primes,
            "" if ref.copy is None else f"({self.of(ref.copy)})",
            "" if ref.power is None else self.of(ref.power),
        )
        return self.style.scripted(_letter(self.style, base), scripts)


def _in_brackets(tree: Tree) -> bool:
    return isinstance(tree, Group) and tree.kind != "{"


def _is_condition(tree: Tree | None) -> bool:
    return isinstance(tree, Group) and tree.compares


def _letter(style: _Style, base: str) -> str:
    *marks, letter = base.split()
    text = style.letters.get(letter)
    if text is None:
        text = letter if len(letter) == 1 and letter.isalnum() else style.words(letter)
    for mark in reversed(marks):
        text = style.accents.get(mark, "{}").format(text)
    return text


def _in_a_line(letter: str, scripts: _Scripts) -> str:
    text = letter + (f"_{scripts.label}" if scripts.label else "") + "′" * scripts.primes
    text += f"^{scripts.copy}" if scripts.copy else ""
    joined = ",".join(scripts.indices)
    if joined:
        text += f"_{joined}" if len(joined) == 1 else f"_{{{joined}}}"
    if not scripts.power:
        return text
    return f"{text}^{scripts.power}" if len(scripts.power) == 1 else f"{text}^({scripts.power})"


def _above_and_below(letter: str, scripts: _Scripts) -> str:
    labels = [_upright(each) for each in scripts.label.split(",") if each]
    below = ",".join([*labels, *scripts.indices])
    above = r"\prime" * scripts.primes + scripts.copy + scripts.power
    return letter + (f"_{{{below}}}" if below else "") + (f"^{{{above}}}" if above else "")


def _upright(words: str) -> str:
    """Text of the document, as letters that are set upright."""
    kept = "".join(c if c.isalnum() else " " for c in words)
    kept = " ".join(kept.split())
    if len(kept) == 1:
        return kept
    return rf"\mathrm{{{kept}}}" if kept.isascii() and " " not in kept else rf"\text{{{kept}}}"


_ACCENTS = {
    "hat": r"\hat", "tilde": r"\tilde", "bar": r"\bar", "dot": r"\dot", "ddot": r"\ddot",
    "under": r"\underline", "check": r"\check", "cal": r"\mathcal", "frak": r"\mathfrak",
    "bb": r"\mathbb", "right": r"\overrightarrow", "left": r"\overleftarrow",
}  # fmt: skip
_TEXT = _Style(
    flat=True,
    letters={name: letter for letter, name in reversed(GREEK.items())}
    | {"ell": "ℓ", "infty": "∞", "ones": "1"},
    accents={
        "hat": "{}\u0302", "tilde": "{}\u0303", "bar": "{}\u0304", "dot": "{}\u0307",
        "under": "{}\u0332", "right": "{}\u20d7", "left": "{}\u20d6",
    },
    words=str,
    scripted=_in_a_line,
    signs={"": " ", "ast": " * ", "odot": " ⊙ ", "otimes": " ⊗ "},
    ratio="{}/{}",
    brackets="({})",
    braces="{}",
    stacked=("[{}]", "; "),
    fraction="{}/{}",
    raised="{}^({})",
    turned=("{}ᵀ", "({})ᵀ"),
    derivative="∂{}{}/∂{}",
    immediate="⁺",
    big={"sum": "∑", "prod": "∏"},
    norm=("|{}|", "‖{}‖"),
    label="_{}",
    root="√({})",
    below="{}_{{{}}}",
    grid=("[{}]", ", ", "; "),
    held="{}|_{{{}}}",
    dots="⋯",
)  # fmt: skip
_LATEX = _Style(
    flat=False,
    letters={name: "\\" + name for name in GREEK.values()}
    | {"infty": r"\infty", "ell": r"\ell", "ones": r"\mathbf{1}"},
    accents={mark: command + "{{{}}}" for mark, command in _ACCENTS.items()},
    words=_upright,
    scripted=_above_and_below,
    signs={
        "": r"\,", "cdot": r" \cdot ", "times": r" \times ", "ast": " * ", "odot": r" \odot ",
        "otimes": r" \otimes ",
    },
    ratio=r"\tfrac{{{}}}{{{}}}",
    brackets=r"\left({}\right)",
    braces="{{{}}}",
    stacked=(r"\begin{{bmatrix}} {} \end{{bmatrix}}", r" \\ "),
    fraction=r"\frac{{{}}}{{{}}}",
    raised="{{{}}}^{{{}}}",
    turned=(r"{{{}}}^{{\top}}", r"\left({}\right)^{{\top}}"),
    derivative=r"\frac{{\partial{} {}}}{{\partial {}}}",
    immediate="^{+}",
    big={"sum": r"\sum", "prod": r"\prod"},
    norm=(r"\left|{}\right|", r"\left\|{}\right\|"),
    label="_{{{}}}",
    root=r"\sqrt{{{}}}",
    below="{}_{{{}}}",
    grid=(r"\begin{{pmatrix}} {} \end{{pmatrix}}", " & ", r" \\ "),
    held=r"\left.{}\right|_{{{}}}",
    dots=r"\cdots",
)  # fmt: skip
