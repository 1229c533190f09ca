"""How quantities are lettered: a setting of the printer, which changes no expression.

A notation also says of which cell its letters speak: whoever writes a lecture in it proves the
statements for that cell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from symrnn.errors import IllFormedError

NUMERATOR, DENOMINATOR = "numerator", "denominator"
PLAIN, BOLD, UPRIGHT = "plain", "bold", "upright"

#: What a notation may rename: our name, what it is, and its letter here.
QUANTITIES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "s": ("state", "s"),
        "a": ("pre-activation", "a"),
        "x": ("input", "x"),
        "L": ("loss", "L"),
        "W": ("recurrent weights", "W"),
        "U": ("input weights", "U"),
        "b": ("bias", "b"),
        "sigma": ("activation", r"\sigma"),
        "gamma": ("largest slope of the activation in magnitude", r"\gamma"),
        "lambda": ("bound on the norm of the recurrent weights", r"\lambda"),
        "kappa": ("clipping threshold", r"\kappa"),
        "eta": ("learning rate", r"\eta"),
        "tau": ("truncation length", r"\tau"),
        "t": ("time of the loss", "t"),
        "k": ("an earlier time", "k"),
        "j": ("a time", "j"),
        "h": ("a time at which the state is held", "h"),
        "T": ("length of the sequence", "T"),
        "d": ("number of hidden units", "d"),
        "m": ("number of inputs", "m"),
    }
)
SEQUENCES = ("s", "a", "x", "L")
PARAMETERS = ("W", "U", "b")
ARRAYS = ("s", "a", "x", *PARAMETERS)
SCALARS = tuple(name for name in QUANTITIES if name not in (*SEQUENCES, *PARAMETERS))
"""Sizes, times and numbers; and σ, a letter like them."""

WORDS = ("for all", "is differentiable at")
"""What stands in formulas in words."""

_COMMANDS = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi "
    "pi rho sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma "
    "Upsilon Phi Psi Omega ell"
)
_GREEK = rf"\\(?:{'|'.join(_COMMANDS.split())})(?![A-Za-z])"
_ITALIC = re.compile(r"\\mathit\{([^{}]*)\}")
_FONTS = r"\\(?:mathcal|mathrm|mathbf|boldsymbol|mathsf|mathit|mathbb|mathfrak)"
_FONT = re.compile(_FONTS)
_BASE = re.compile(rf"[A-Za-z]|{_GREEK}|{_FONTS}\{{(?:[A-Za-z]+|{_GREEK})\}}")
_WORD = r"(?:\\(?:text|mathrm|mathit)\{[A-Za-z0-9 ]+\}|[A-Za-z0-9,+* ()-]|\\(?:ell|prime))"
_SCRIPT = rf"(?:[A-Za-z0-9]|\{{{_WORD}+\}})"
_SCRIPTS = re.compile(
    rf"(?:_(?P<low>{_SCRIPT}))?(?:\^(?P<high>{_SCRIPT}))?(?:_(?P<late>{_SCRIPT}))?"
)


@dataclass(frozen=True)
class Notation:
    """Letters, fonts, layout and cell.

    Args:
        name: for messages and file names.
        letters: LaTeX of a letter, maybe with a subscript, by our name for the quantity.
        vectors: "plain", "bold" or "upright" letters for vectors and matrices.
        layout: "numerator" or "denominator", the layout in which ∂y/∂x is written bare.
        cell: of which cell its letters speak: whatever `symrnn.cells.read_cell` takes.
        arrays, numbers: LaTeX of what formulas call by a name of their own, vectors and matrices or
            scalars, before what `letters` say of a quantity of that name: a vector h is no time h.
        spoken: LaTeX of the lecture's quantities in prose, where formulas have others for them.
        words: what formulas say for one of `WORDS`, in another language than English.

    Raises:
        IllFormedError: for a quantity that is not known, a letter that is no plain symbol, or two
            quantities with one letter.
    """

    name: str = "lecture"
    letters: Mapping[str, str] = field(default_factory=dict)
    vectors: str = PLAIN
    layout: str = NUMERATOR
    cell: str = "elman"
    arrays: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, str] = field(default_factory=dict)
    spoken: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _one_of("vectors", self.vectors, (PLAIN, BOLD, UPRIGHT))
        _one_of("layout", self.layout, (NUMERATOR, DENOMINATOR))
        for quantity, letter in self.letters.items():
            _one_of(quantity, quantity, tuple(QUANTITIES))
            require_letter(quantity, letter)
        for name in ("letters", "arrays", "numbers", "spoken", "words"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        owners: dict[str, str] = {}
        # A cell's own letters are looked at together with these, where it is known.
        for quantity in () if self.spoken.keys() & QUANTITIES.keys() else QUANTITIES:
            seen = _ITALIC.sub(r"\1", self.plain(quantity))  # a letter is in italics anyway
            other = owners.setdefault(seen, quantity)
            if other != quantity:
                raise IllFormedError(
                    f"notation {self.name}: {other} and {quantity} have one letter",
                    {
                        "key": quantity if quantity in self.letters else other,
                        "letter": self.plain(quantity),
                        "expected": f"another letter for {other} ({QUANTITIES[other][0]}) "
                        f"or for {quantity} ({QUANTITIES[quantity][0]})",
                    },
                )

    def __reduce__(self) -> Any:
        kept = (dict(self.letters), self.vectors, self.layout, self.cell)
        own = (dict(each) for each in (self.arrays, self.numbers, self.spoken, self.words))
        return type(self), (self.name, *kept, *own)

    def plain(self, quantity: str) -> str:
        """The letter of a quantity, before fonts."""
        spoken = self.spoken.get(quantity) or self.letters.get(quantity)
        return spoken or QUANTITIES[quantity][1]

    def meaning(self, quantity: str) -> str:
        """What a quantity is, in words."""
        return QUANTITIES[quantity][0]

    def letter(self, quantity: str) -> str:
        """The LaTeX of a quantity."""
        written = self.plain(quantity)
        return self.styled(written) if quantity in ARRAYS else written

    def styled(self, written: str) -> str:
        """The letter of a vector or a matrix in the font for those; its subscript stays."""
        found = _BASE.match(written)
        if self.vectors == PLAIN or found is None or _FONT.match(written):
            return written
        upright = self.vectors == UPRIGHT and len(found[0]) == 1
        font = r"\mathbf" if upright else r"\boldsymbol"
        return rf"{font}{{{found[0]}}}{written[found.end() :]}"


def _one_of(key: str, value: object, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise IllFormedError(
            f"notation: no such {'quantity' if key == value else key}",
            {"key": key, "expected": ", ".join(allowed), "got": repr(value)},
        )


def require_letter(quantity: str, letter: object, where: str = "notation") -> None:
    """Raise an IllFormedError for what is no letter of mathematics, maybe with scripts."""
    written = letter if isinstance(letter, str) else ""
    base = _BASE.match(written)
    scripts = _SCRIPTS.fullmatch(written[base.end() :]) if base else None
    if written == "I":
        raise IllFormedError(
            f"{where}: I is the identity",
            {"key": quantity, "expected": "another letter", "got": "I"},
        )
    if scripts is None or (scripts["low"] and scripts["late"]):
        raise IllFormedError(
            f"{where}: this is no letter for {quantity}",
            {
                "key": quantity,
                "expected": r"one letter, a Greek command or \mathcal{…}, \mathbf{…}, maybe with "
                r"scripts as in W_{hh} or W^{(hh)}",
                "got": repr(letter),
            },
        )


def with_index(written: str, index: str) -> str:
    """A letter at an index, which joins the subscript that it has: TeX knows no second one."""
    base = _BASE.match(written)
    scripts = _SCRIPTS.fullmatch(written[base.end() :]) if base else None
    if base is None or scripts is None:
        return f"{written}_{{{index}}}" if "_" not in written else f"{{{written}}}_{{{index}}}"
    low, high = _bare(scripts["low"] or scripts["late"]), scripts["high"]
    joined = f"{low}, {index}" if low else index
    return f"{base[0]}_{{{joined}}}" + (f"^{high}" if high else "")


def _bare(script: str | None) -> str:
    return "" if script is None else script.removeprefix("{").removesuffix("}")


LECTURE = Notation()
_BESIDE = {"phi": r"\varphi"}
"""A bound φ where the activation is φ."""
GOODFELLOW = Notation(
    "goodfellow",
    {"s": "h", "h": "r", "sigma": r"\phi"},
    vectors=BOLD,
    numbers=_BESIDE,
    spoken=_BESIDE,
)
D2L = Notation(
    "d2l",
    {"s": "h", "h": "r", "a": "z", "W": "W_{hh}", "U": "W_{hx}", "b": "b_h", "sigma": r"\phi",
     "L": r"\ell"},
    vectors=UPRIGHT,
    layout=DENOMINATOR,
    numbers=_BESIDE,
    spoken=_BESIDE,
)  # fmt: skip
PASCANU = Notation(
    "pascanu",
    {"s": "x", "x": "u", "a": "r", "U": r"W_{\mathrm{in}}", "L": r"\mathcal{E}"},
    cell="sigma_inside",
)
KNOWN = MappingProxyType({each.name: each for each in (LECTURE, PASCANU, GOODFELLOW, D2L)})
"""The notations known by name."""
