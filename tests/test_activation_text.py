"""The whitelisting parser: what it reads, what it refuses and where it points, and that it ends."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import pytest
import sympy
from hypothesis import example, given, settings
from hypothesis import strategies as st

from symrnn.activation_text import (
    ALIASES,
    ALLOWED,
    FUNCTIONS,
    MAX_DEPTH,
    MAX_LENGTH,
    X,
    parse_activation,
)
from symrnn.errors import ParseError
from symrnn.language.activations import FORMULAS
from symrnn.language.activations import X as VARIABLE

READ = {
    "x": X,
    "  x\t": X,
    "-x": -X,
    "+x": X,
    "--x": X,
    "2*x - 1": 2 * X - 1,
    "x - 1 - 2": X - 3,
    "2 - (1 - x)": X + 1,
    "x/2/3": X / 6,
    "x**2**3": X**8,
    "(x**2)**3": X**6,
    "-x**2": -(X**2),
    "2**-x": 2**-X,
    "0.1*x": X / 10,
    ".5*x": X / 2,
    "1.*x": X,
    "1.5e2*x": 150 * X,
    "1E-3*x": X / 1000,
    "0.044715*x": sympy.Rational(44715, 1000000) * X,
    "pi*x": sympy.pi * X,
    "e**x": sympy.exp(X),
    "e*x": sympy.E * X,
    "1/x": 1 / X,
    "sqrt(x)": sympy.sqrt(X),
    "log(2 + sin(x))": sympy.log(2 + sympy.sin(X)),
    "x/(x**2 - 2*x + 2)": X / (X**2 - 2 * X + 2),
    "max(0, x)": sympy.Max(0, X),
    "max(x, 0,)": sympy.Max(0, X),
    "Max(0, min(6, x))": sympy.Max(0, sympy.Min(6, X)),
    "abs(x)": sympy.Abs(X),
    "Abs(x)": sympy.Abs(X),
    "sign(x)": sympy.sign(X),
    "x*heaviside(x)": X * sympy.Heaviside(X),
    "Heaviside(x)": sympy.Heaviside(X),
    "arctan(x)": sympy.atan(X),
    "asinh(x)": sympy.asinh(X),
    "sinh(x)/cosh(x)": sympy.sinh(X) / sympy.cosh(X),
    "cos(x) + tan(x)": sympy.cos(X) + sympy.tan(X),
    "sin(x**2)": sympy.sin(X**2),
    "sqrt(x**2) ": sympy.Abs(X),
    "(((x)))": X,
    "x**200": X**200,
}


@given(
    digits=st.text("0123456789", min_size=1, max_size=40).filter(lambda d: d.strip("0")),
    point=st.integers(0, 40),
    power=st.none() | st.integers(-36, 0),
    zeros=st.integers(0, 60),
)
@example(digits="1" * 40, point=1, power=None, zeros=0)
@example(digits="1", point=1, power=-3, zeros=60)
def test_a_number_is_read_as_written_however_long(
    digits: str, point: int, power: int | None, zeros: int
) -> None:
    """A message shortens what it shows; that is not what is read."""
    point = min(point, len(digits))
    written = f"{digits[:point]}.{digits[point:]}"
    if power is not None:
        written += f"e-{'0' * zeros}{-power}"
    value = sympy.Rational(int(digits), 10 ** (len(digits) - point - (power or 0)))
    try:
        found = parse_activation(f"{written}*x")
    except ParseError as error:
        assert "bits" in str(error) or "1e-60" in str(error)
        return
    assert found == value * X


@pytest.mark.parametrize(("text", "expression"), READ.items())
def test_formula_is_read(text: str, expression: sympy.Expr) -> None:
    assert parse_activation(text) == expression


@pytest.mark.parametrize(
    ("name", "text"),
    {
        "logistic": "1/(1 + exp(-x))",
        "tanh": "tanh(x)",
        "relu": "max(0, x)",
        "identity": "x",
        "softplus": "log(1 + exp(x))",
        "silu": "x/(1 + exp(-x))",
        "gelu": "x*(1 + erf(x/sqrt(2)))/2",
        "sin": "sin(x)",
        "arctan": "atan(x)",
    }.items(),
)
def test_known_activation_written_out_is_the_known_expression(name: str, text: str) -> None:
    assert X == VARIABLE
    assert parse_activation(text) == FORMULAS[name]


# What is refused: the text, the column of the caret (from 1), and a part of the reason.
REFUSED = [
    # no formula at all
    ("", 1, "no formula"),
    ("   ", 1, "no formula"),
    ("x +", 4, "not a formula"),
    ("x x", 3, "not a formula"),
    ("x + * x", 5, "not a formula"),
    ("(x", 1, "never closed"),
    ("  x)", 4, "unmatched"),
    ("x .5", 3, "not a formula"),
    ("x is", 5, "not a formula"),
    ("lambda", 7, "not a formula"),
    # characters
    ("x^2", 2, "character"),
    ("y = x", 3, "character"),
    ("x.real", 2, "character"),
    ("x\n+ 1", 2, "character"),
    ("x\0", 2, "character"),
    ("x # note", 3, "character"),
    ("'x'", 1, "character"),
    ("x[0]", 2, "character"),
    ("x % 2", 3, "character"),
    ("x @ x", 3, "character"),
    ("~x", 1, "character"),
    ("x < 1", 3, "character"),
    ("x; x", 2, "character"),
    ("{x}", 1, "character"),
    ("\\x", 1, "character"),
    ("x − 1", 3, "character"),
    ("π*x", 1, "character"),
    ("ｘ", 1, "character"),
    ("x*\N{ARABIC-INDIC DIGIT THREE}", 3, "character"),
    ("\ud800", 1, "character"),
    ("(y := x)", 4, "character"),
    ("lambda x: x", 9, "character"),
    # numbers
    ("2x", 2, "runs into"),
    ("x + 1_000", 6, "runs into"),
    ("0x10*x", 2, "runs into"),
    ("2j*x", 2, "runs into"),
    ("1or x", 2, "runs into"),
    ("1.2.3*x", 4, "runs into"),
    ("007*x", 1, "not a formula"),
    ("1e999*x", 1, "digits"),
    ("1e-999*x", 1, "digits"),
    ("1e+00000999999999*x", 1, "digits"),
    ("x + " + "9" * 41, 5, "digits"),
    ("True*x", 1, "not a number"),
    ("None", 1, "not a number"),
    # names and functions
    ("x + y", 5, "unknown name"),
    ("__import__", 1, "unknown name"),
    ("nan*x", 1, "unknown name"),
    ("inf", 1, "unknown name"),
    ("x + foo(x)", 5, "unknown function"),
    ("eval(x)", 1, "unknown function"),
    ("tanh", 1, "in parentheses"),
    ("x*max", 3, "in parentheses"),
    ("tanh()", 1, "takes 1 argument"),
    ("tanh(x, x)", 1, "takes 1 argument"),
    ("max(x)", 1, "takes 2 arguments"),
    ("max(x, x, **x)", 1, "takes 2 arguments"),
    ("max(x, *x)", 8, "starred"),
    ("abs(x for x in x)", 4, "loop"),
    ("x(2)", 1, "only a named function"),
    ("3*2(x)", 3, "only a named function"),
    ("(x + 1)(x)", 1, "only a named function"),
    ("exp(x)(x)", 1, "only a named function"),
    # syntax that is Python, but no formula
    ("x // 2", 3, "operator"),
    ("(x + 1) // 2", 9, "operator"),
    ("x if x else x", 1, "condition"),
    ("x and x", 1, "logical"),
    ("not x", 1, "logical"),
    ("x in x", 1, "comparison"),
    ("x, x", 1, "several"),
    ("()", 1, "several"),
    ("await x", 1, "await"),
    # no value, or not real
    ("x/0", 3, "division by zero"),
    ("x/(x - x)", 4, "division by zero"),
    ("x + 1/0.0", 7, "division by zero"),
    ("0**x", 1, "power of zero"),
    ("x*0**-1", 3, "power of zero"),
    ("x + log(0)", 5, "no finite value"),
    ("x*tan(pi/2)", 3, "no finite value"),
    ("x*sqrt(-2)", 3, "not a real number"),
    ("x + (-2)**(1/3)", 5, "not a real number"),
    ("log(-1 - x**2)", 1, "not real"),
    ("x*(sin(1)**2 + cos(1)**2 - 1)", 4, "not a real number"),
    # it has to depend on x
    ("1", 1, "depend on x"),
    ("x - x", 1, "depend on x"),
    ("x**0", 1, "depend on x"),
    # sizes
    ("10**10**10", 1, "exponent"),
    ("x**201", 1, "exponent"),
    ("(x**100)**100", 1, "exponent"),
    ("9**9**9**9**9*x", 7, "exponent"),
    ("(((9**80)**80)**80)**x", 4, "beyond 1e60"),
    ("exp(1e19*log(2))*x", 1, "exponent"),
    ("exp(x + 1e19*log(2))", 1, "exponent"),
    ("2**(1e19*log(3)/log(2))*x", 1, "exponent"),
    ("(2**(100*sqrt(2)))**(100*sqrt(2))*x", 1, "bits"),
    ("exp(200)*x", 1, "beyond 1e60"),
    ("x/log(cosh(1e-40))", 3, "nearer to 0"),
    ("exp(exp(exp(9)))*x", 5, "beyond 1e60"),
    ("-" * (MAX_DEPTH + 1) + "x", MAX_DEPTH + 2, "nested deeper"),
    ("x**" * MAX_DEPTH + "x**x", 3 * MAX_DEPTH + 1, "nested deeper"),
    ("(" * 199 + "x" * 3, 199, "never closed"),
    ("-" * MAX_LENGTH, MAX_LENGTH + 1, "not a formula"),
    ("x" * (MAX_LENGTH + 1), MAX_LENGTH + 1, "longer than"),
]


@pytest.mark.parametrize(("text", "column", "reason"), REFUSED)
def test_refusal_marks_the_column(text: str, column: int, reason: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse_activation(text)
    message, detail = caught.value.message, caught.value.detail
    assert f"column {column}:" in message and reason in message
    assert detail["allowed"] == ALLOWED and detail["found"]
    shown, caret = str(detail["text"]), str(detail[""])
    assert caret.strip(" ") == "^"
    under = caret.index("^")
    expected = text[column - 1 : column]
    if expected.isprintable():
        assert shown[under : under + 1] in {expected, "…"}


def test_message_in_full() -> None:
    with pytest.raises(ParseError) as caught:
        parse_activation("x * tan(siin(x))")
    assert str(caught.value).splitlines() == [
        "activation text refused, column 9: an unknown function",
        "  text     x * tan(siin(x))",
        "                   ^",
        "  found    siin",
        f"  allowed  {ALLOWED}",
        "  hint     did you mean sin?",
    ]


@pytest.mark.parametrize(
    ("text", "hint"),
    {
        "x^2": "**",
        "2x": "2*x",
        "x(x + 1)": "x*(…)",
        "tanh + x": "tanh(x)",
        "max": "max(0, x)",
        "σ(x)": "tanh(x)",
        "|x|": "abs(x)",
        "Tanh(x)": "tanh",
        "y = x": "alone",
    }.items(),
)
def test_hint_says_what_to_write(text: str, hint: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse_activation(text)
    assert hint in str(caught.value.detail["hint"])


def test_caret_stays_in_sight_of_a_long_text() -> None:
    with pytest.raises(ParseError) as caught:
        parse_activation("0.12345678901234567890*x + " * 12 + "y")
    shown, caret = str(caught.value.detail["text"]), str(caught.value.detail[""])
    assert len(shown) < 110 and shown[caret.index("^")] == "y"


def test_every_function_is_allowed_and_read() -> None:
    for name in [*FUNCTIONS, *ALIASES]:
        arity, _ = FUNCTIONS[ALIASES.get(name, name)]
        assert name in ALLOWED or name in ALIASES
        formula = parse_activation(f"{name}({'x' if arity == 1 else 'x, 1'})")
        assert formula.free_symbols == {X}


# ── against an evaluation that shares nothing with the parser ───────────────────────────────────

Formula = tuple[str, Callable[[float], float]]


def _leaf() -> st.SearchStrategy[Formula]:
    def number(k: int) -> Formula:
        return f"{k / 4}", lambda x: k / 4

    constants: list[Formula] = [("pi", lambda x: math.pi), ("e", lambda x: math.e)]
    return st.one_of(
        st.just(("x", lambda x: x)), st.integers(1, 20).map(number), st.sampled_from(constants)
    )


def _larger(inner: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    def unary(name: str, f: Callable[[float], float], a: Formula) -> Formula:
        return f"{name}({a[0]})", lambda x: f(a[1](x))

    def binary(name: str, f: Callable[[float, float], float], a: Formula, b: Formula) -> Formula:
        text = f"{name}({a[0]}, {b[0]})" if name.isalpha() else f"({a[0]}) {name} ({b[0]})"
        return text, lambda x: f(a[1](x), b[1](x))

    ones = {
        "tanh": math.tanh,
        "sin": math.sin,
        "cos": math.cos,
        "atan": math.atan,
        "asinh": math.asinh,
        "erf": math.erf,
        "abs": abs,
        "-": lambda v: -v,
    }
    twos = {
        "+": lambda u, v: u + v,
        "-": lambda u, v: u - v,
        "*": lambda u, v: u * v,
        "/": lambda u, v: u / v,
        "max": max,
        "min": min,
    }
    return st.one_of(
        *(st.builds(unary, st.just(name), st.just(f), inner) for name, f in ones.items()),
        *(st.builds(binary, st.just(name), st.just(f), inner, inner) for name, f in twos.items()),
    )


@given(st.recursive(_leaf(), _larger, max_leaves=6), st.sampled_from([-1.75, -0.3, 0.6, 2.2]))
@settings(max_examples=200)
def test_value_is_that_of_the_formula(formula: Formula, point: float) -> None:
    text, function = formula
    try:
        value = function(point)
        parsed = parse_activation(text).subs(X, sympy.Rational(str(point))).evalf(20)
    except (ParseError, ZeroDivisionError):
        return  # constants, and denominators that cancel to zero
    assert abs(float(parsed) - value) <= 1e-9 * max(1.0, abs(value))


# ── any text at all: an expression or a ParseError, soon ────────────────────────────────────────

_FRAGMENTS = [
    *FUNCTIONS,
    *ALIASES,
    *("x", "x", "x", "y", "pi", "e", "0", "1", "2", "0.5", "1e30", "200", "99999999", "1e", "_"),
    *("(", ")", "(", ")", "(x)", ",", "+", "-", "*", "/", "**", "**", "//", " ", "\t", "\n"),
    *("if", "else", "and", "not", "lambda", "for", "in", "await", "yield", "True", ".", "=", "\\"),
]


def _ends_soon(text: str) -> None:
    start = time.process_time()
    try:
        expression = parse_activation(text)
    except ParseError as error:
        assert "^" in str(error)
    else:
        assert isinstance(expression, sympy.Expr)
        assert expression.free_symbols == {X}
    assert time.process_time() - start < 5


@given(st.text(max_size=MAX_LENGTH + 20))
def test_any_text_is_read_or_refused(text: str) -> None:
    _ends_soon(text)


@given(st.lists(st.sampled_from(_FRAGMENTS), max_size=40).map("".join))
@settings(max_examples=500)
def test_any_fragments_are_read_or_refused(text: str) -> None:
    _ends_soon(text)


def _formulas() -> st.SearchStrategy[str]:
    """Well-formed formulas, most of them absurd: towers of powers, functions of functions."""
    leaves = st.sampled_from(["x", "x", "x", "-x", "pi", "e", "0", "2", "0.5", "200", "1e30"])

    def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        operators = st.sampled_from(["+", "-", "*", "/", "**"])
        binary = st.builds("({}){}({})".format, inner, operators, inner)
        calls = [
            st.builds(f"{name}({', '.join(['{}'] * arity)})".format, *[inner] * arity)
            for name, (arity, _) in FUNCTIONS.items()
        ]
        return st.one_of(binary, binary, *calls)

    return st.recursive(leaves, larger, max_leaves=12)


# SymPy takes minutes over each of these when they are simplified as they are built.
@example("erf(cosh(tan(sqrt(x - pi)**(-200 - min(-1, 1/3)))))")
@example("sign(heaviside(asinh(-(10/x))**(200 - (1/3)**e)))")
@example(
    "(tanh(cos(x)**x) - sinh(sin(sqrt(log((-x)**(e - 7) + 200)))**10))**x**asinh(sqrt(log(x)))"
)
# … and raises ValueError for these: the argument of max is not comparable.
@example("max(x, log(-sqrt(heaviside(x + 1/3))))")
@example("min(x, sqrt(min(tan(200), -x)))")
@given(_formulas())
@settings(max_examples=300)
def test_any_formula_is_read_or_refused(text: str) -> None:
    _ends_soon(text)
