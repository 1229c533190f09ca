"""What once was proved and is false, by kind of attack: each is refused, or says its condition.

Arguments that are not what they seem, names that are bound, recurrences that change under way or
speak of other times, constants of a recurrence taken for variables, values that nothing has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sympy
from sympy import (
    Derivative,
    Expr,
    Integer,
    Lambda,
    Max,
    Mul,
    Product,
    Rational,
    S,
    Sum,
    Symbol,
    sign,
    sqrt,
)
from sympy.core.symbol import Str

from symrnn import (
    D,
    Equation,
    Identity,
    Inequality,
    Parameter,
    Sequence,
    activation,
    norm,
    ordered_product,
    ordered_sum,
)
from symrnn.errors import SymrnnError
from symrnn.kernel import (
    Fact,
    algebra,
    assume,
    congruence,
    discharge,
    entrywise,
    induction,
    instantiate,
    reflexivity,
    specialise,
    squeeze,
    symmetry,
    transitivity,
    weaken,
)
from symrnn.kernel.axioms import derivatives, differentials, limits, norms, numbers, ranges
from symrnn.language.activations import Activation, Elementwise, Unknown
from symrnn.language.algebra import MatrixProduct, MatrixSum, Ones, Zeros
from symrnn.language.derivatives import VectorFunction
from symrnn.language.entry import Entry
from symrnn.language.norms import Norm
from symrnn.language.relations import ForAll, Smooth
from symrnn.language.structure import Block, Diag, Kronecker, Place, Rows
from symrnn.recurrence.definitions import Definitions

x, y, z = sympy.symbols("x y z", real=True)
j, k, n, t = sympy.symbols("j k n t", integer=True)
d, late = (Symbol(name, integer=True, positive=True) for name in ("d", "l"))
half = Rational(1, 2)
v, u = Sequence("v", d), Sequence("u", d)
b = Parameter("b", d, 1)
one = Integer(1)


class Positive(Symbol):  # type: ignore[misc]
    """A symbol that says of itself that it is > 0."""

    is_positive = True


class Agreeable(type):
    """The class of a class that is equal to any other."""

    def __eq__(cls, other: object) -> bool:
        return True

    __hash__ = type.__hash__


class Sign(Symbol, metaclass=Agreeable):  # type: ignore[misc]
    """A symbol whose class says that it is any class, and of itself that it is > 0."""

    is_positive = True


class Elsewhere(metaclass=Agreeable):
    """A position that is another one when it is read again, of a class that is any class."""

    def __init__(self) -> None:
        self.read = 0

    def __index__(self) -> int:
        self.read += 1
        return int(self.read > 1)

    def __eq__(self, other: object) -> bool:
        return True

    def __ge__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


class Word(str):
    """A name that is equal to any other."""

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = str.__hash__


class Count(int):
    """A number that is equal to any other."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = int.__hash__


class Posing(Symbol):  # type: ignore[misc]
    """A symbol that is equal to what it poses as, and > 0."""

    is_positive = True
    model: Any = None

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return hash(Posing.model)


class Certain(Fact):
    """A fact that says of itself that it follows from anything."""

    def follows_from(self, known: Any) -> bool:
        return True


class Twice:
    """A position that is another one when it is read again."""

    def __init__(self) -> None:
        self.read = 0

    def __iter__(self) -> Iterator[int]:
        self.read += 1
        return iter((0,) if self.read == 1 else (1,))

    def __getitem__(self, item: Any) -> Any:
        return () if isinstance(item, slice) else 0


class Unchecked(Definitions):
    """Definitions that are not looked at where they are made."""

    def __post_init__(self) -> None:
        pass


def scaled(symbol: Any) -> Definitions:
    """v_t = k b, with a constant k."""
    return Definitions(t, (v,), (), {v[t]: symbol * b})


def _changed() -> Any:
    definitions: dict[Any, Any] = {v[t]: b}
    cell = Definitions(t, (v,), (), definitions)
    first = derivatives.defined(v[one], cell)
    definitions[v[t]] = 2 * b
    from_first = congruence(first, v[one] + b, (0,))
    second = derivatives.defined(v[one], cell)
    return discharge(weaken(from_first, [first.relation]), first.relation, second)


def _over_constant() -> Any:
    """What is shown of v_1 = k b at k from k - 1 is shown of two recurrences."""
    defined = derivatives.defined(v[one], scaled(k))
    step = transitivity(defined, symmetry(defined))
    return induction(step, step, k, 0)


def _for_all_constant() -> Any:
    proof = derivatives.defined(v[one], scaled(k))
    everywhere = ForAll(k, proof.relation, 1)
    return discharge(specialise(everywhere, 2), everywhere, proof)


def _limit_of_constant() -> Any:
    """|v_1| = |qⁿ b| goes to 0 with n, though v_1 is one vector."""
    cell = Definitions(t, (v,), (), {v[t]: MatrixProduct(half**n, b)})
    bounded = congruence(derivatives.defined(v[one], cell), norm(v[one], "2"), (0,))
    bounded = transitivity(bounded, norms.homogeneous(bounded.relation.rhs))
    return squeeze(bounded, limits.geometric_decay(norm(b, "2"), half, n, n))


def _everywhere(symbol: Any) -> Any:
    claim = ForAll(symbol, Inequality(0, symbol), -5)
    return discharge(specialise(claim, -3), claim, numbers.order(0, symbol))


def _cube_root(value: Any) -> Any:
    return Max(value, 0) ** Rational(1, 3) - Max(-value, 0) ** Rational(1, 3)


def _through_a_kink() -> Any:
    """L = ∛(s³) has the derivative 1 at 0, and the chain rule gives 0."""
    s, p, loss = (Sequence(name, 1) for name in ("s", "p", "L"))
    root = MatrixProduct(_cube_root(Entry(p[t], 1)), Identity(1))
    cube = MatrixProduct(s[t], s[t], s[t])
    cell = Definitions(t, (s,), (), {s[t]: s[t - 1], p[t]: cube, loss[t]: root})
    return derivatives.chain_rule(D(loss[one], s[one]), [p[one]], cell)


def _jump() -> Any:
    """max(‖sign²(e) b‖, 1/2) e is e everywhere, also where e = 0."""
    e = Entry(v[one], 1)
    jumps = Max(norm(sign(e) ** 2 * b, "2"), half)
    return derivatives.nearby(D(MatrixProduct(jumps * e, Identity(1)), v[one]), jumps, half)


def _unbound_kink() -> Any:
    """The recurrence applies relu at k = 1, 2, 3, not at every k."""
    relu = activation("relu")
    cell = Definitions(t, (v,), (), {v[t]: ordered_sum(relu(k * v[t - 1]), (k, 1, 3))})
    return differentials.differential(D(relu(k * v[Integer(0)]), v[Integer(0)]), cell)


def applied(formula: Any, argument: Any, variable: Any = x) -> Any:
    """A function of a formula, applied."""
    return Elementwise(Activation("f", Lambda(variable, formula)), argument)


def _jump_in_time() -> Any:
    """max(‖u_{sign²(e)}‖, 1/2) e is e/2 at e = 0, where ‖u_0‖ < 1/2; beside it is ‖u_1‖ e."""
    e = Entry(v[one], 1)
    jumps = Max(norm(u[sign(e) ** 2], "2"), half)
    return derivatives.nearby(D(MatrixProduct(jumps * e, Identity(1)), v[one]), jumps, half)


def _no_columns() -> Any:
    """‖[0 B]‖ = ‖0‖ for a B of 1 - k columns, of which there is one where k = 0."""
    return norms.norm_of_stack(norm(Block([Zeros(d, k), Parameter("B", d, 1 - k)]), "2"))


def _greater(number: Any, than: int, at: int) -> Any:
    """What SymPy says of the larger of a number and a sum, at an end where that is empty."""
    return instantiate(numbers.order(number, Max(number, than)), {n: at})


def _kinks_of_factors() -> Any:
    """Every factor may have its kink, and what is assumed would be of one time alone."""
    product = ordered_product(Diag(activation("relu")(v[k])), (k, 1, t)) * u[t]
    return derivatives.through(D(product, v[j]), [u[t]], None, [t >= j + 1])


def _kink_of_a_factor() -> Any:
    """The recurrence applies relu at k = 1, 2, 3, not at every k."""
    relu = activation("relu")
    factors = ordered_product(Diag(relu(k * v[t - 1])), (k, 1, 3))
    cell = Definitions(t, (v,), (), {v[t]: factors * b})
    return differentials.differential(D(relu(k * v[Integer(0)]), v[Integer(0)]), cell)


def _constant_called_as_an_entry() -> Any:
    """|x + y| ≤ 2 where |x|, |y| ≤ 1; of all entries of w + y 1, whatever the constant y is."""
    theorem = numbers.absolute_bound(x + y, 2)
    bounds = [abs(x) <= 1, abs(y) <= 1]
    below = [Fact(abs(value) - sign * value) for value in (x, y) for sign in (1, -1)]
    theorem = weaken(theorem, [*bounds, *below])
    for need in list(numbers.absolute_bound(x + y, 2).hypotheses):
        theorem = discharge(theorem, need)
    for value in (x, y):
        for signed in (value, -value):
            shown = numbers.root_of_bound(signed, value**2)
            theorem = discharge(theorem, Fact(abs(value) - signed), shown)
    return entrywise(theorem, applied(z + y, b, z), {x: b, y: Parameter("c", d, 1)})


class Wavering(Fact):
    """A fact of something else whenever it is asked."""

    asked = 0

    def __getattribute__(self, name: str) -> Any:
        if name != "expression":
            return super().__getattribute__(name)
        Wavering.asked += 1
        return one if Wavering.asked % 2 else Positive("q", real=True)


def _malformed(above: Any, below: Any) -> Any:
    number = sympy.Basic.__new__(Rational)
    number.p, number.q = above, below
    return number


def _logarithm_to_base_2() -> Any:
    """SymPy takes log(x, 2) apart where it is made, and exp of it is x where it is not."""
    logarithm = sympy.Basic.__new__(sympy.log, x, Integer(2))
    quotient = sympy.log(x) / sympy.log(2)
    return congruence(numbers.algebra(quotient, logarithm), sympy.exp(quotient), (0,))


def _moved() -> Any:
    term = x + y
    return congruence(reflexivity(term.args[0]), term, (Elsewhere(),))  # type: ignore[arg-type]


positive = Symbol("p", positive=True)
nothing = sympy.Basic.__new__(Max)
impostor = Positive("q", real=True)
reflected = Sum(Max(x, y), (k, k + 1, 5))
sum_over_own_time = {v[t]: v[t - 1] + ordered_sum(u[t], (t, 0, 7))}

REFUSED: dict[str, Callable[[], Any]] = {
    "arguments: i² ≥ 0": lambda: numbers.order(0, (1 + sympy.I) ** 2),
    "arguments: a symbol that calls itself positive": lambda: numbers.order(0, impostor),
    "arguments: text": lambda: instantiate(reflexivity(x), {x: "y"}),
    "arguments: a position that changes": lambda: congruence(
        numbers.algebra(Max(x, y), Max(x, y)),
        Max(x, y) + z,
        Twice(),  # type: ignore[arg-type]
    ),
    "arguments: a matrix as a fact": lambda: weaken(reflexivity(x), [Fact(b)]),
    "arguments: an expression that is held": lambda: reflexivity(D(v[t], b, held=(v[t] + b,))),
    "arguments: a symbol that reads as a number": lambda: numbers.order(
        0, Symbol("-1", nonnegative=True)
    ),
    "arguments: a name with a relation in it": lambda: reflexivity(Symbol("x ≤ y", real=True)),
    "arguments: the largest of no numbers": lambda: numbers.order(5, sympy.exp(nothing)),
    "arguments: a sum of two shapes": lambda: reflexivity(
        sympy.Basic.__new__(MatrixSum, Zeros(2, 2), Identity(3))
    ),
    "arguments: a norm of no kind": lambda: reflexivity(sympy.Basic.__new__(Norm, b, Str("any1"))),
    "arguments: a class that calls itself any class": lambda: numbers.order(
        0, Sign("q", real=True)
    ),
    "arguments: a symbol whose name is any name": lambda: transitivity(
        reflexivity(x), reflexivity(Symbol(Word("q"), real=True))
    ),
    "arguments: a parameter whose name is any name": lambda: reflexivity(
        Parameter(Word("q"), d, d)
    ),
    "arguments: a symbol with any number": lambda: reflexivity(
        sympy.Dummy("q", dummy_index=Word("7"), real=True)
    ),
    "arguments: a number below -1": lambda: reflexivity(_malformed(1, -2)),
    "arguments: a number not in lowest terms": lambda: reflexivity(_malformed(4, 2)),
    "arguments: a number above another kind of number": lambda: reflexivity(
        _malformed(Count(1), 2)
    ),
    "arguments: a number below another kind of number": lambda: reflexivity(
        _malformed(1, Count(2))
    ),
    "arguments: a number over 0": lambda: reflexivity(_malformed(1, 0)),
    "arguments: a logarithm of two arguments": _logarithm_to_base_2,
    "arguments: a matrix for a number": lambda: reflexivity(
        sympy.exp(Parameter("W", 2, 2), evaluate=False)
    ),
    "bound: an index that is positive": lambda: numbers.order(0, Sum(late, (late, -3, -1))),
    "bound: a time that is positive": lambda: _everywhere(late),
    "bound: a range that speaks of its index": lambda: congruence(
        numbers.larger(Max(x, y), y), reflected, (0,)
    ),
    "bound: terms of a shape that changes": lambda: reflexivity(ordered_sum(Ones(k, 1), (k, 1, 3))),
    "functions: an index is captured": lambda: numbers.elementwise_constant(
        applied(Sum(x * k, (k, 1, 3)), k * Ones(d, 1))
    ),
    "functions: a variable is captured": lambda: numbers.elementwise_constant(
        applied(Derivative(x * z, z), z * Ones(d, 1))
    ),
    "functions: a vector hides in one": lambda: differentials.differential(
        D(applied(x * Entry(v[t], 1), b), v[t])
    ),
    "functions: a matrix for a number": lambda: numbers.elementwise_constant(
        applied(Parameter("W", d, d), 3 * Ones(d, 1))
    ),
    "functions: of positive numbers alone": lambda: reflexivity(applied(1 / positive, b, positive)),
    "functions: named as its argument": lambda: numbers.scalar_derivative(
        Derivative(Unknown(x, 0, x), x)
    ),
    "recurrences: definitions that change": _changed,
    "recurrences: definitions in a circle": lambda: derivatives.defined(
        v[one], Unchecked(t, (v,), (), {v[t]: v[t] + b})
    ),
    "recurrences: a circle through a sum over their time": lambda: derivatives.defined(
        v[one], Definitions(t, (v,), (), {v[t]: ordered_sum(v[t - 1], (t, 2, 2)) + b})
    ),
    "recurrences: inputs of other times": lambda: derivatives.independent(
        D(v[one], u[Integer(5)]), Definitions(t, (v,), (u,), sum_over_own_time)
    ),
    "recurrences: a kink that no σ has": _through_a_kink,
    "recurrences: a kink under an index": _unbound_kink,
    "recurrences: a kink under the index of a product": _kink_of_a_factor,
    "derivatives: kinks of factors": _kinks_of_factors,
    "functions: a constant called as the entries are": _constant_called_as_an_entry,
    "constants: summed over": lambda: congruence(
        derivatives.defined(v[one], scaled(k)), ordered_sum(v[one], (k, 1, 2)), (0,)
    ),
    "constants: for all of them": _for_all_constant,
    "constants: an induction over one": _over_constant,
    "constants: one that grows": _limit_of_constant,
    "derivatives: a maximum that jumps": _jump,
    "derivatives: a maximum that jumps from one time to another": _jump_in_time,
    "sizes: blocks that are no columns": _no_columns,
    "times: of no integers": lambda: reflexivity(v[sign(x)]),
    "ranges: ends that are no integers": lambda: reflexivity(Sum(k, (k, 1, sign(1 / x)))),
    "numbers: an empty sum that SymPy takes for 2": lambda: _greater(Sum(-1, (k, n, 2)), 1, 5),
    "numbers: an empty sum that SymPy takes for -2": lambda: _greater(Sum(1, (k, n, 2)), -1, 5),
    "numbers: an empty product that SymPy takes for 1/4": lambda: _greater(
        Product(2, (k, n, 2)), Rational(1, 2), 5
    ),
    "numbers: an empty sum in a sum": lambda: reflexivity(Sum(j * Sum(-1, (k, 5, j)), (j, 1, 3))),
    "numbers: a sum that ends two before it begins": lambda: instantiate(
        numbers.order(0, Max(Sum(1, (k, n, 2)), -half)), {n: 4}
    ),
    "numbers: an empty sum that is gone": lambda: instantiate(
        numbers.order(0, Max(Sum(1, (k, n, 2)), -1)), {n: 5}
    ),
    "numbers: an empty sum that is put beside one": lambda: congruence(
        assume(Equation(y, 1)), Max(Sum(-1, (k, 5, 2)), y), (1,)
    ),
    "numbers: the smaller of one and an empty sum": lambda: numbers.lipschitz_minimum(
        1, Sum(-1, (k, 5, 2)), 0
    ),
    "products: of zeros over a range": lambda: instantiate(
        numbers.order(y, Max(y, half)), {y: Product(x * (z + 1) - x * z - x, (k, 1, n))}
    ),
    # To SymPy it is at most 0, and at least 0 as well: in some runs its exponential was 1.
    "products: of nothing": lambda: reflexivity(Product(x, (k, 2, 1))),
    "products: of nothing, by an instance": lambda: instantiate(
        reflexivity(sympy.exp(Product(x**2, (k, n, 1)))), {n: 2}
    ),
    "products: of nothing for any end": lambda: congruence(
        assume(Equation(y, Product(x, (k, n + 1, n)))), sympy.exp(y), (0,)
    ),
    "limits: a variable that is a number": lambda: reflexivity(
        limits.geometric_decay(1, half, n, 3)
    ),
}


@pytest.mark.parametrize("attack", sorted(REFUSED))
def test_it_is_refused(attack: str) -> None:
    with pytest.raises(SymrnnError):
        REFUSED[attack]()


def test_a_fact_does_not_say_of_itself_that_it_follows() -> None:
    assert assume(Certain(S.NegativeOne)).hypotheses == {Fact(S.NegativeOne)}


def test_a_fact_is_read_once() -> None:
    Wavering.asked = 0
    assert assume(Wavering(one)).relation == Inequality(0, 1)


def test_a_position_of_any_class_is_read_once() -> None:
    assert _moved().relation == Equation(x + y, x + y)


def test_what_a_fact_needs_is_no_part_of_what_it_implies() -> None:
    # √x √z ≥ 0 where both have a value; once z is x, it is x.
    root = sqrt(x) * sqrt(z)
    theorem = numbers.order(0, y, [Fact(y - root), Fact(x - root), Fact(z - root)])
    assert {Fact(x), Fact(z)} <= theorem.hypotheses
    below = instantiate(instantiate(theorem, {z: x}), {x: -5, y: -3})
    assert below.relation == Inequality(0, -3) and Fact(Integer(-5)) in below.hypotheses
    # 1 - q > 0 where 1/x has a value; SymPy takes e^(-|1/0 + y|) for 0.
    q = Symbol("q", real=True)
    near = Fact(1 - q - sympy.exp(-abs(y + 1 / x)))
    decay = weaken(limits.geometric_decay(1, q, n, n), [near])
    decay = discharge(decay, Fact(1 - q, strict=True))
    assert Fact.nonzero(x) in decay.hypotheses
    assert Fact(-one) in instantiate(instantiate(decay, {x: 0}), {q: 1}).hypotheses


def test_an_answer_that_is_kept_is_of_known_terms_alone() -> None:
    free = Symbol("free", real=True)
    Posing.model = free
    assert not Fact(Posing("free", real=True)).follows_from(())
    assert not Fact(2 * Posing("free", real=True)).follows_from(())
    assert not algebra.equal(sympy.sin(Posing("free", real=True)), sympy.sin(x))
    wrongs: list[Callable[[], Any]] = [
        lambda: numbers.order(0, free),
        lambda: numbers.order(0, 2 * free),
        lambda: numbers.algebra(sympy.sin(free), x),
    ]
    for wrong in wrongs:
        with pytest.raises(SymrnnError):
            wrong()


def test_a_recurrence_is_of_sequences_whose_names_are_names() -> None:
    step = {v[t]: v[t - 1] + 7 * b}
    Posing.model = t
    named = Definitions(t, (Sequence(Word("v"), d),), (), step)
    timed = Definitions(Posing("t", integer=True), (v,), (), step)
    for cell in (named, timed):
        with pytest.raises(SymrnnError, match="no meaning here"):
            derivatives.defined(v[one], cell)


def test_what_is_equal_to_a_term_need_not_be_one() -> None:
    class Same(Symbol):  # type: ignore[misc]
        is_integer = is_nonnegative = None

        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return hash(positive)

    theorem = numbers.order(0, positive)
    with pytest.raises(SymrnnError):
        instantiate(theorem, {Same("p"): -1})


def test_what_is_equal_to_a_fact_need_not_be_one() -> None:
    class Same(Mul):  # type: ignore[misc]
        def __eq__(self, other: object) -> bool:
            return bool(other == -free)

        def __hash__(self) -> int:
            return hash(-free)

    free = Symbol("free", real=True)
    twice = Expr.__new__(Same, Integer(2), free)
    # The answer is kept for all that is equal, as that sees it.
    assert not Fact(free).follows_from([Fact(twice)])
    assert not Fact(free).follows_from([Fact(-free)])


def test_a_size_that_may_be_none_stands_among_the_hypotheses() -> None:
    w = Parameter("w", k, k - 3)
    assert reflexivity(w).hypotheses == {Fact(k - 1), Fact(k - 4)}
    assert reflexivity(D(b, Parameter("c", k, 1))).hypotheses == {Fact(k - 1)}
    for node in (VectorFunction("f", k, b), Rows(Ones(d, 1), 0, k), Place(Ones(1, 1), 0, k)):
        assert reflexivity(node).hypotheses == {Fact(k - 1)}
    assert not reflexivity(Ones(d + late, d * late) * Ones(d * late, 1)).hypotheses
    assert instantiate(reflexivity(b), {d: k}).hypotheses == {Fact(k - 1)}


def test_a_sum_of_no_times_is_0_to_sympy_too() -> None:
    theorem = numbers.order(0, Max(Sum(1, (k, n, 2)), -half))
    assert instantiate(theorem, {n: 3}).relation.rhs in (0, Sum(1, (k, 3, 2)))


def test_what_an_argument_needs_is_said_by_whatever_name_it_comes() -> None:
    root = sqrt(x)
    named = numbers.lipschitz_minimum(cut=y, first=root, second=root)
    assert named.hypotheses == numbers.lipschitz_minimum(y, root, root).hypotheses == {Fact(x)}


def test_a_derivative_is_of_what_has_a_value_nearby() -> None:
    w = Parameter("w", 1, 1)
    e = Entry(b, 1)
    root = Kronecker(sqrt(e) * Identity(1), sqrt(e) * w)
    theorem = numbers.algebra(D(root, b), D(e * w, b))
    assert theorem.hypotheses == {Fact(e, strict=True)}


def test_a_limit_says_when_its_terms_have_a_value() -> None:
    theorem = limits.geometric_decay(1, 1 / (1 + x**-2), n, n)
    assert Fact.nonzero(x) in theorem.hypotheses


def test_the_name_of_an_unknown_function_is_not_differentiated() -> None:
    name = Symbol("f")
    assert Unknown(name, 0, name).diff(name) == Unknown(name, 1, name)
    assert Equation(Unknown(name, 0, x).diff(name), 0) == Equation(0, 0)


def test_a_recurrence_is_what_its_definitions_say() -> None:
    """Two objects of the same definitions are one recurrence: their theorems fit together."""
    first, second = (derivatives.defined(v[one], scaled(k)) for _ in range(2))
    assert first.cell is second.cell


def test_a_kink_is_ruled_out_where_the_recurrence_applies_it_alone() -> None:
    """In a run no pre-activation of a step is at a kink; s_0, which is given, is not computed."""
    relu = activation("relu")
    a, s = Sequence("a", d), Sequence("s", d)
    outside = Definitions(t, (s,), (), {a[t]: s[t - 1] + b, s[t]: relu(a[t])})
    inside = Definitions(t, (s,), (), {s[t]: relu(s[t - 1]) + b})
    for value in (a[k], s[k - 1] + b):
        known = differentials.differential(D(relu(value), b), outside)
        assert known.hypotheses == {Fact(k - 1)} and known.cell is not None
    for cell, value in ((outside, s[k - 1]), (inside, relu(s[k - 1]) + b), (inside, s[k] + b)):
        assert Smooth(relu, value) in differentials.differential(D(relu(value), b), cell).hypotheses
    assert differentials.differential(D(relu(s[k]), b), inside).hypotheses == {Fact(k)}


def test_a_step_has_no_value_where_it_jumps() -> None:
    """1[x > 0] is printed, which is no 1/2 at 0: SymPy's value there is nobody's."""
    slope = activation("relu").prime
    at_zero = instantiate(reflexivity(sign(x)), {x: 0})
    for theorem in (numbers.elementwise_constant(slope(Zeros(d, 1))), at_zero):
        (false,) = theorem.hypotheses  # 0 < 0, or 0 ≤ -1
        assert false in {Fact(S.Zero, strict=True), Fact(-one)}
    step = sympy.Heaviside(x)
    assert Fact.nonzero(x) in congruence(assume(Equation(x, 0)), step, (0,)).hypotheses
    of_entry = numbers.entry_of_elementwise(Entry(slope(v[t]), 1))
    assert of_entry.hypotheses == {Fact.nonzero(Entry(v[t], 1))}
    # Of a step whose argument is of one sign it is known.
    ahead = numbers.elementwise_constant(slope(2 * Ones(d, 1)))
    assert ahead.relation == Equation(slope(2 * Ones(d, 1)), Ones(d, 1)) and not ahead.hypotheses
    with pytest.raises(SymrnnError):
        entrywise(
            numbers.order(abs(half + x), 1, [abs(half + x) <= 1]), slope(Zeros(d, 1)) + b, {x: b}
        )


def test_a_range_is_split_at_a_time() -> None:
    with pytest.raises(SymrnnError):
        ranges.split_range(Sum(k, (k, 1, 5)), k)


def test_what_replaces_a_symbol_has_a_value() -> None:
    # y = 0 makes x y = 0; with 1/y for x the product is 1, and 1/y no number where y = 0.
    vanishing = congruence(assume(Equation(y, 0)), x * y, ((x * y).args.index(y),))
    assert vanishing.relation == Equation(x * y, 0)
    assert Fact.nonzero(y) in instantiate(vanishing, {x: 1 / y}).hypotheses
