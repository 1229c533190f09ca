"""How quantities are lettered: a setting of the printer, which changes no expression.

A notation also says of which cell its letters speak: whoever writes a lecture in it proves the
statements for that cell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from symrnn.errors import IllFormedError

NUMERATOR, DENOMINATOR = "numerator", "denominator"
PLAIN, BOLD, UPRIGHT = "plain", "bold", "upright"
ELMAN, SIGMA_INSIDE = "elman", "sigma_inside"

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

_COMMANDS = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi "
    "pi rho sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma "
    "Upsilon Phi Psi Omega ell"
)
_BASE = re.compile(
    rf"[A-Za-z]|\\(?:{'|'.join(_COMMANDS.split())})|\\(?:mathcal|mathrm)\{{[A-Za-z]\}}"
)
_SUBSCRIPT = re.compile(r"_(?:[A-Za-z0-9]|\{[A-Za-z0-9]+\}|\{\\mathrm\{[A-Za-z]+\}\})")


@dataclass(frozen=True)
class Notation:
    """Letters, fonts, layout and cell.

    Args:
        name: for messages and file names.
        letters: LaTeX of a letter, maybe with a subscript, by our name for the quantity.
        vectors: "plain", "bold" or "upright" letters for vectors and matrices.
        layout: "numerator" or "denominator", the layout in which ∂y/∂x is written bare.
        cell: "elman", or "sigma_inside" where the recurrence is x_t = W σ(x_{t-1}) + W_in u_t + b.

    Raises:
        IllFormedError: for a quantity that is not known, a letter that is no plain symbol, or two
            quantities with one letter.
    """

    name: str = "lecture"
    letters: Mapping[str, str] = field(default_factory=dict)
    vectors: str = PLAIN
    layout: str = NUMERATOR
    cell: str = ELMAN

    def __post_init__(self) -> None:
        _one_of("vectors", self.vectors, (PLAIN, BOLD, UPRIGHT))
        _one_of("layout", self.layout, (NUMERATOR, DENOMINATOR))
        _one_of("cell", self.cell, (ELMAN, SIGMA_INSIDE))
        for quantity, letter in self.letters.items():
            _one_of(quantity, quantity, tuple(QUANTITIES))
            _check_letter(quantity, letter)
        object.__setattr__(self, "letters", MappingProxyType(dict(self.letters)))
        owners: dict[str, str] = {}
        for quantity in QUANTITIES:
            other = owners.setdefault(self.plain(quantity), quantity)
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

    def plain(self, quantity: str) -> str:
        """The letter of a quantity, before fonts."""
        return self.letters.get(quantity) or QUANTITIES[quantity][1]

    def meaning(self, quantity: str) -> str:
        """What a quantity is, in words."""
        if self.cell == SIGMA_INSIDE and quantity == "a":
            return "activation of the state before"
        return QUANTITIES[quantity][0]

    def letter(self, quantity: str) -> str:
        """The LaTeX of a quantity."""
        written = self.plain(quantity)
        return self.styled(written) if quantity in ARRAYS else written

    def styled(self, written: str) -> str:
        """The letter of a vector or a matrix in the font for those; its subscript stays."""
        found = _BASE.match(written)
        if self.vectors == PLAIN or found is None:
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


def _check_letter(quantity: str, letter: object) -> None:
    written = letter if isinstance(letter, str) else ""
    base = _BASE.match(written)
    rest = written[base.end() :] if base else ""
    alone = quantity in SEQUENCES or quantity == "sigma"
    if base is None or (rest and (alone or not _SUBSCRIPT.fullmatch(rest))):
        raise IllFormedError(
            f"notation: this is no letter for {quantity}",
            {
                "key": quantity,
                "expected": r"one letter, a Greek command or \mathcal{…}"
                + ("" if alone else r", maybe with a subscript as in W_{hh}"),
                "got": repr(letter),
            },
        )


LECTURE = Notation()
GOODFELLOW = Notation("goodfellow", {"s": "h", "h": "r", "sigma": r"\phi"}, vectors=BOLD)
D2L = Notation(
    "d2l",
    {"s": "h", "h": "r", "a": "z", "W": "W_{hh}", "U": "W_{hx}", "b": "b_h", "sigma": r"\phi",
     "L": r"\ell"},
    vectors=UPRIGHT,
    layout=DENOMINATOR,
)  # fmt: skip
PASCANU = Notation(
    "pascanu",
    {"s": "x", "x": "u", "a": "r", "U": r"W_{\mathrm{in}}", "L": r"\mathcal{E}"},
    cell=SIGMA_INSIDE,
)
KNOWN = MappingProxyType({each.name: each for each in (LECTURE, PASCANU, GOODFELLOW, D2L)})
"""The notations known by name."""
