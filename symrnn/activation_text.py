"""An activation written as text, such as `x / (1 + exp(-x))`, read without evaluating it.

Three passes, each of which can only refuse. The *screen* splits the text into numbers, names and
operators, and refuses every other character and anything too long. Python's own `ast` then gives
the tree, never code. The *builder* walks that tree with one function per permitted node type and
makes the SymPy expression bottom up.

SymPy computes eagerly (10**10**10 would fill the memory), so after each node `_admit` holds three
bounds: on the digits of every number, on the numbers in every exponent, and on the value of every
part without x. One more operation on operands within the bounds is always cheap.
"""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import singledispatch
from typing import NoReturn

import sympy
from sympy import Expr, Integer, Pow, Rational, Symbol

from symrnn.errors import ParseError
from symrnn.python_text import parsed

X = Symbol("x", real=True)
"""The one variable of an activation."""

MAX_LENGTH = 400
"""Characters in the text."""
MAX_DEPTH = 40
"""Levels of operations and calls inside each other."""
MAX_DIGITS = 40
"""Digits in one number as written, and the largest power of ten it may carry."""
MAX_BITS = 256
"""Bits in the numerator or denominator of any number that arises."""
MAX_EXPONENT = 200
"""Largest magnitude of a number inside an exponent."""
MAX_RATE = Integer(10) ** 12
"""The same where it is e's and has no logarithm: that power is never multiplied out."""
MAX_VALUE = Integer(10) ** 60
"""Largest magnitude of a part without x; its reciprocal is the smallest."""

CONSTANTS: dict[str, Expr] = {"x": X, "pi": sympy.pi, "e": sympy.E}


def _sqrt(argument: Expr, evaluate: bool = True) -> Expr:
    return Pow(argument, sympy.S.Half, evaluate=evaluate)


_Function = tuple[int, Callable[..., Expr]]
FUNCTIONS: dict[str, _Function] = {
    "exp": (1, sympy.exp),
    "log": (1, sympy.log),
    "sqrt": (1, _sqrt),
    "sin": (1, sympy.sin),
    "cos": (1, sympy.cos),
    "tan": (1, sympy.tan),
    "sinh": (1, sympy.sinh),
    "cosh": (1, sympy.cosh),
    "tanh": (1, sympy.tanh),
    "atan": (1, sympy.atan),
    "asinh": (1, sympy.asinh),
    "erf": (1, sympy.erf),
    "abs": (1, sympy.Abs),
    "sign": (1, sympy.sign),
    "heaviside": (1, sympy.Heaviside),
    "max": (2, sympy.Max),
    "min": (2, sympy.Min),
}
"""Each permitted function: how many arguments it takes, and what it is in SymPy."""
ALIASES = {"Abs": "abs", "Max": "max", "Min": "min", "Heaviside": "heaviside", "arctan": "atan"}

ALLOWED = (
    "numbers, x, pi, e, + - * / **, parentheses, and the functions "
    + " ".join(name for name, (arity, _) in FUNCTIONS.items() if arity == 1)
    + ", max(a, b), min(a, b)"
)

_NUMBER = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_TOKEN = re.compile(rf"(?P<number>{_NUMBER})|(?P<name>[A-Za-z_][A-Za-z_0-9]*)|\*\*|[-+*/(),]|[ \t]")
_HINTS = {
    "^": "write a power as **",
    "=": "give the formula alone, such as x / (1 + abs(x))",
    "−": "write the minus sign as -",
    "·": "write a product as *",
    "×": "write a product as *",
    "π": "write pi",
    "σ": "name the function, such as tanh(x)",
    "|": "write an absolute value as abs(x)",
    "\n": "write the formula on one line",
}  # fmt: skip


def parse_activation(text: str) -> Expr:
    """The SymPy expression of a formula in x, such as `"x / (1 + exp(-x))"`.

    Numbers are exact: `0.1` is 1/10. SymPy's usual simplifications apply, so `x + x` gives 2x.
    Whether the formula is defined and differentiable for every real x is not decided here.

    Args:
        text: a formula of numbers, x, pi, e, `+ - * / **`, parentheses and the functions in
            `FUNCTIONS`; `abs`, `max`, `min` and `heaviside` may be capitalised. Names of whole
            activations (`"gelu"`) are for the caller to look up first.

    Returns:
        An expression whose only free symbol is `X`, the real symbol x.

    Raises:
        ParseError: for anything else; the message shows the text with a caret under the place,
            what was found there, and what is allowed.

    >>> parse_activation("max(0, x) + 0.5*x**2")
    x**2/2 + Max(0, x)
    """
    formula = _Formula(text)
    _screen(formula)
    expression = _build(_tree(formula), formula, 0).value
    if expression.free_symbols != {X}:
        formula.refuse(0, "an activation must depend on x", f"the constant {expression}")
    return expression


@dataclass(frozen=True)
class _Formula:
    """The text, and how to complain about a column of it."""

    text: str

    def refuse(self, column: int, problem: str, found: str, hint: str = "") -> NoReturn:
        """Raises the ParseError whose caret stands under `column` (from 0)."""
        shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in self.text)
        column = min(max(column, 0), len(shown))
        start = max(0, column - 50)
        excerpt = shown[start : column + 50]
        before, after = "…" * (start > 0), "…" * (column + 50 < len(shown))
        detail = {
            "text": f"{before}{excerpt}{after}",
            "": " " * (column - start + len(before)) + "^",
            "found": found,
            "allowed": ALLOWED,
        }
        if hint:
            detail["hint"] = hint
        raise ParseError(f"activation text refused, column {column + 1}: {problem}", detail)

    def source(self, node: ast.expr) -> str:
        """What is written for `node`, shortened for a message."""
        written = self.whole(node)
        return written if len(written) <= 40 else written[:39] + "…"

    def whole(self, node: ast.expr) -> str:
        """All that is written for `node`; the screen has made every character one byte."""
        return self.text[self.column(node) : self._offset + (node.end_col_offset or 0)]

    def column(self, node: ast.expr) -> int:
        """The column of `node` in the text, from 0."""
        return self._offset + node.col_offset

    def operator(self, node: ast.BinOp) -> int:
        """The column of the operator: only blanks and `)` stand between it and the left side."""
        end = self._offset + (node.left.end_col_offset or 0)
        return end + len(self.text[end:]) - len(self.text[end:].lstrip(" \t)"))

    @property
    def _offset(self) -> int:
        """Leading blanks: `ast` would take them for an indentation."""
        return len(self.text) - len(self.text.lstrip(" \t"))


# ── the screen: characters, tokens, sizes ───────────────────────────────────────────────────────


def _screen(formula: _Formula) -> None:
    """Refuses what is no number, name or permitted operator, before `ast` sees it."""
    text = formula.text
    if not text.strip():
        formula.refuse(0, "there is no formula", "nothing")
    if len(text) > MAX_LENGTH:
        found = f"{len(text)} characters"
        formula.refuse(MAX_LENGTH, f"longer than {MAX_LENGTH} characters", found)
    column = 0
    while column < len(text):
        token = _TOKEN.match(text, column)
        if token is None:
            character = text[column]
            problem = "this character has no place in a formula"
            formula.refuse(column, problem, repr(character), _HINTS.get(character, ""))
        column = token.end()
        if token["number"]:
            _screen_number(formula, token)


def _screen_number(formula: _Formula, token: re.Match[str]) -> None:
    """Refuses a number run together with a name (`2x`, `1_000`, `0x10`, `2j`) or too long."""
    text, written = formula.text, token["number"]
    rest = re.match(r"[\w.]+", text[token.end() :])
    if rest is not None:
        hint = "write a product as *: 2*x" if rest[0].isalpha() else ""
        formula.refuse(
            token.end(), "a number runs into something else", repr(written + rest[0]), hint
        )
    mantissa, _, power = written.lower().partition("e")
    if len(mantissa.replace(".", "")) > MAX_DIGITS or abs(int(power or 0)) > MAX_DIGITS:
        problem = f"a number of more than {MAX_DIGITS} digits, or beyond 1e±{MAX_DIGITS}"
        formula.refuse(token.start(), problem, f"{written[:50]}")


def _tree(formula: _Formula) -> ast.expr:
    """The syntax tree; the screen has left nothing in the text that makes `ast` warn."""
    try:
        return parsed(formula.text.strip(" \t"), mode="eval").body
    except SyntaxError as error:
        # `ast` says column 0 when it met the end.
        column = formula._offset + error.offset - 1 if error.offset else len(formula.text)
        problem, found = f"this is not a formula ({error.msg})", formula.text[column:][:40]
    except (RecursionError, MemoryError):  # what `ast` raises when its own stack is too short
        column, problem, found = 0, f"nested deeper than {MAX_DEPTH} levels", "deep nesting"
    formula.refuse(column, problem, found or "the end of the text")


# ── the builder: one function per permitted node type ───────────────────────────────────────────


@dataclass(frozen=True)
class _Part:
    """What a node says, and whether it is known to be real for every real x.

    A function or a power of something that is not (`sqrt(x)`, `1/x`) is built unevaluated: to
    simplify it SymPy would split it into real and imaginary parts, which can take for ever.
    """

    value: Expr
    real: bool


@singledispatch
def _build(node: ast.expr, formula: _Formula, depth: int) -> _Part:
    """The expression of `node`; a node type without a function of its own is refused."""
    kind = _KINDS.get(type(node), "something other than a formula")
    formula.refuse(formula.column(node), f"{kind} has no place here", formula.source(node))


_KINDS: dict[type[ast.AST], str] = {
    ast.Await: "the word await",
    ast.BoolOp: "a logical operator",
    ast.Compare: "a comparison",
    ast.GeneratorExp: "a loop",
    ast.IfExp: "a condition",
    ast.Starred: "a starred argument",
    ast.Tuple: "a list of several formulas",
}


def _operand(node: ast.expr, formula: _Formula, depth: int) -> _Part:
    if depth >= MAX_DEPTH:
        found = formula.source(node)
        formula.refuse(formula.column(node), f"nested deeper than {MAX_DEPTH} levels", found)
    return _build(node, formula, depth + 1)


@_build.register
def _number(node: ast.Constant, formula: _Formula, depth: int) -> _Part:
    written = formula.source(node)
    # True and None are constants to Python too, and True is an int.
    if type(node.value) not in (int, float):
        formula.refuse(formula.column(node), "this is not a number", written)
    value = Fraction(formula.whole(node))
    return _admit(Rational(value.numerator, value.denominator), [], node, formula)


@_build.register
def _name(node: ast.Name, formula: _Formula, depth: int) -> _Part:
    if node.id in CONSTANTS:
        return _Part(CONSTANTS[node.id], real=True)
    column, name = formula.column(node), ALIASES.get(node.id, node.id)
    if name in FUNCTIONS:
        call = f"{name}(x)" if FUNCTIONS[name][0] == 1 else f"{name}(0, x)"
        problem = "a function needs its argument in parentheses"
        formula.refuse(column, problem, node.id, f"write {call}")
    formula.refuse(column, "an unknown name; the one variable is x", node.id, _nearest(node.id))


@_build.register
def _call(node: ast.Call, formula: _Formula, depth: int) -> _Part:
    column, written = formula.column(node), formula.source(node.func)
    if not isinstance(node.func, ast.Name) or node.func.id in CONSTANTS:
        hint = f"write a product as *: {written}*(…)"
        formula.refuse(column, "only a named function can be applied", f"{written}(…)", hint)
    name = ALIASES.get(node.func.id, node.func.id)
    if name not in FUNCTIONS:
        formula.refuse(column, "an unknown function", written, _nearest(written))
    arity, function = FUNCTIONS[name]
    if len(node.args) != arity or node.keywords:  # the screen leaves **x as the only keyword
        expected = f"{name} takes {arity} argument{'s' * (arity > 1)}"
        formula.refuse(column, expected, formula.source(node))
    parts = [_operand(argument, formula, depth) for argument in node.args]
    values = [part.value for part in parts]
    if name == "exp":
        _check_power(sympy.E, values[0], node, formula)
    return _admit(function(*values, evaluate=_all_real(parts)), parts, node, formula)


@_build.register
def _unary(node: ast.UnaryOp, formula: _Formula, depth: int) -> _Part:
    part = _operand(node.operand, formula, depth)
    match node.op:
        case ast.USub():
            return _admit(-part.value, [part], node, formula)
        case ast.UAdd():
            return part
    formula.refuse(formula.column(node), "a logical operator has no place here", "not")


@_build.register
def _binary(node: ast.BinOp, formula: _Formula, depth: int) -> _Part:
    parts = [_operand(side, formula, depth) for side in (node.left, node.right)]
    left, right = (part.value for part in parts)
    match node.op:
        case ast.Add():
            result = left + right
        case ast.Sub():
            result = left - right
        case ast.Mult():
            result = left * right
        case ast.Div():
            if right == 0:
                found = formula.source(node)
                formula.refuse(formula.column(node.right), "division by zero", found)
            result = left / right
        case ast.Pow():
            _check_power(left, right, node, formula)
            result = Pow(left, right, evaluate=_all_real(parts) or bool(right.is_Integer))
        case _:
            column, found = formula.operator(node), formula.source(node)
            formula.refuse(column, "an operator that is not allowed", found)
    return _admit(result, parts, node, formula)


def _all_real(parts: Sequence[_Part]) -> bool:
    return all(part.real for part in parts)


def _nearest(name: str) -> str:
    matches = difflib.get_close_matches(name.lower(), [*CONSTANTS, *FUNCTIONS], n=1)
    return f"did you mean {matches[0]}?" if matches else ""


# ── the bounds ──────────────────────────────────────────────────────────────────────────────────


def _check_power(base: Expr, exponent: Expr, node: ast.expr, formula: _Formula) -> None:
    """Refuses a power before SymPy multiplies it out."""
    if _is_beyond(base, exponent):
        found = formula.source(node)
        formula.refuse(formula.column(node), f"an exponent beyond {MAX_EXPONENT}", found)
    if base == 0:
        formula.refuse(formula.column(node), "a power of zero", formula.source(node))


def _is_beyond(base: Expr, exponent: Expr) -> bool:
    """Whether a number in an exponent is too large."""
    most = MAX_RATE if base == sympy.E and not exponent.has(sympy.log) else MAX_EXPONENT
    return any(abs(number) > most for number in exponent.atoms(Rational))


def _admit(expression: Expr, parts: Sequence[_Part], node: ast.expr, formula: _Formula) -> _Part:
    """`expression`, made of `parts`, if it is finite, not complex and within the bounds."""
    column, written = formula.column(node), formula.source(node)
    if expression.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo):
        formula.refuse(column, "this has no finite value", f"{written} is {expression}")
    if any(max(n.p.bit_length(), n.q.bit_length()) > MAX_BITS for n in expression.atoms(Rational)):
        formula.refuse(column, f"a number of more than {MAX_BITS} bits arises", written)
    for power in expression.atoms(Pow, sympy.exp):
        if _is_beyond(*power.as_base_exp()):
            problem = f"an exponent beyond {MAX_EXPONENT} arises"
            formula.refuse(column, problem, f"{written} is {expression}")
    if not expression.free_symbols:
        _check_constant(expression, column, written, formula)
    real = expression.is_extended_real if _all_real(parts) else None
    if real is False or expression.has(sympy.I):
        formula.refuse(column, "this is not real", written)
    return _Part(expression, real is True)


def _check_constant(value: Expr, column: int, written: str, formula: _Formula) -> None:
    """Refuses a number that is too large, or that can not be told from zero or from a complex one.

    Such a number would be evaluated again by every comparison that SymPy makes later.
    """
    number = value if value.is_Rational else value.evalf(15, maxn=60)
    if not number.is_comparable:
        formula.refuse(column, "this is not a real number, as far as can be computed", written)
    if value != 0 and not 1 / MAX_VALUE <= abs(number) <= MAX_VALUE:
        formula.refuse(column, "a number beyond 1e60, or nearer to 0 than 1e-60", written)
