"""Statements: built from a function, checked, used by others, with counterexamples."""

from __future__ import annotations

import os
import py_compile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sympy
from sympy import Matrix, Max, Rational, Sum, Symbol, sqrt

from symrnn.cells import cell, named
from symrnn.cells.elman import elman, sigma_inside
from symrnn.cells.network import Network
from symrnn.cells.subject import network
from symrnn.errors import EvidenceError, IllFormedError, NotSupportedError, UnjustifiedStepError
from symrnn.language.activations import activation
from symrnn.language.algebra import Parameter
from symrnn.language.derivatives import D
from symrnn.language.entry import entry
from symrnn.language.norms import norm
from symrnn.language.relations import Equation
from symrnn.language.structure import Diag
from symrnn.theory import rules as by
from symrnn.theory.about import About
from symrnn.theory.derivation import Derivation, Induction, Step, derivation, induction
from symrnn.theory.library import load
from symrnn.theory.statement import Statement, statement
from symrnn.theory.witness import Counterexample, Witness

rnn = elman()


@statement()
def bare_state(r: Network) -> Any:
    """Without input the state reads itself

    Prose of more
    than one line.
    """
    bare = elman(r.sigma, inputs=False)
    drive = bare.W * bare.s[r.j - 1] + bare.b
    return {
        "with": derivation(r.s[r.j], given=[r.j >= 1]).equals(r.sigma(r.a[r.j]), by.definition),
        "without": derivation(bare.a[r.j], given=[r.j >= 1], cell=bare).equals(
            drive, by.definition
        ),
    }


@statement(uses=["bare_state"])
def follows(r: Network) -> Any:
    """What follows"""
    j = r.j
    return (
        derivation(D(r.s[j], r.a[j]), given=[j >= 1])
        .equals(D(r.sigma(r.a[j]), r.a[j]), by.definition)
        .equals(Diag(r.slope(r.a[j])), by.differentiate)
    )


LIBRARY = {"bare_state": bare_state, "follows": follows}


def test_title_prose_and_parts() -> None:
    assert bare_state.name == "bare_state"
    assert bare_state.title == "Without input the state reads itself"
    assert bare_state.prose == "Prose of more\nthan one line."
    assert [part.label for part in bare_state.parts(rnn)] == ["with", "without"]
    (part,) = follows.parts(rnn)
    assert part.claim == Equation(D(rnn.s[rnn.j], rnn.a[rnn.j]), Diag(rnn.slope(rnn.a[rnn.j])))
    assert part.given == (rnn.j >= 1,)


def test_checking_counts_the_steps() -> None:
    assert bare_state.check(rnn, LIBRARY) == 2
    assert follows.check(rnn, LIBRARY) == 2


def test_a_failing_part_is_named() -> None:
    @statement()
    def wrong(r: Network) -> Any:
        """Wrong"""
        return {"left": derivation(r.W), "right": derivation(r.W).equals(r.W.T, by.algebra)}

    with pytest.raises(UnjustifiedStepError, match="Step 1 of `wrong, right`"):
        wrong.check(rnn, {})


def test_a_statement_that_is_not_used_gives_nothing() -> None:
    @statement()
    def forgetful(r: Network) -> Any:
        """Forgets what it uses"""
        return derivation(r.s[r.j]).equals(r.sigma(r.a[r.j]), by.uses("bare_state"))

    with pytest.raises(EvidenceError, match="not among the statements"):
        forgetful.check(rnn, LIBRARY)


def test_a_statement_that_is_not_there_is_refused() -> None:
    @statement(uses=["bare_state"])
    def alone(r: Network) -> Any:
        """Uses what is not there"""
        return derivation(r.W)

    with pytest.raises(IllFormedError, match="not there"):
        alone.check(rnn, {})


def test_what_holds_of_one_cell_is_not_used_for_another() -> None:
    @statement(uses=["bare_state"])
    def mixed_up(r: Network) -> Any:
        """Takes the cell without input for the one with it"""
        return derivation(r.a[r.j]).equals(r.W * r.s[r.j - 1] + r.b, by.uses("bare_state"))

    with pytest.raises(EvidenceError):
        mixed_up.check(rnn, LIBRARY)

    @statement(uses=["follows"])
    def other_way(r: Network) -> Any:
        """Takes what holds with input into a cell where it does not"""
        bare = elman("tanh", inputs=False)
        j = r.j
        right = Diag(r.slope(r.a[j]))
        return derivation(D(bare.s[j], bare.a[j]), cell=bare).equals(right, by.uses("follows"))

    with pytest.raises(EvidenceError):
        other_way.check(rnn, LIBRARY)


@pytest.mark.parametrize("built", [None, {}, 3, [1]])
def test_a_statement_returns_proofs(built: Any) -> None:
    broken = Statement("broken", "Broken", "", (), lambda r: built)
    with pytest.raises(IllFormedError, match="must return a derivation"):
        broken.parts(rnn)


@pytest.mark.parametrize(
    ("given", "argument"),
    [({"uses": "follows"}, "uses"), ({"headline": 3}, "headline"), ({"about": rnn}, "about")],
)
def test_what_is_said_of_a_statement_is_looked_at_at_once(
    given: dict[str, Any], argument: str
) -> None:
    with pytest.raises(IllFormedError, match=f"statement: {argument}"):
        statement(**given)


class Claiming(Derivation):
    """A proof that says it shows something else."""

    @property
    def claim(self) -> Any:
        return Equation(0, 1)


@pytest.mark.parametrize("part", [5, Claiming(rnn.W)], ids=["a number", "a class of its own"])
def test_a_part_is_a_proof_and_of_no_other_class(part: Any) -> None:
    for built in ({"": part}, {"first": derivation(rnn.W), "second": part}):
        made = Statement("odd", "Odd", "", (), lambda _, built=built: built)
        with pytest.raises(IllFormedError, match="a part of `odd` is no proof"):
            made.parts(rnn)


class Turning(Step):
    """A step that says something else each time."""


class TwoFaced(dict[str, Any]):
    """What it lists first is not what it lists then."""

    asked = 0

    def items(self) -> Any:
        self.asked += 1
        return (super() if self.asked > 1 else {"": derivation(rnn.W)}).items()


def test_the_steps_of_a_part_are_of_no_other_class() -> None:
    odd = Derivation(rnn.W, (Turning(rnn.W, "=", rnn.W, by.algebra),))
    claim, start = Equation(rnn.s[rnn.t], rnn.s[rnn.t]), derivation(rnn.s[rnn.t])
    for built in (
        odd,
        induction(claim, rnn.t, 0, odd, start),
        induction(claim, rnn.t, 0, start, Claiming(rnn.s[rnn.t])),
    ):
        made = Statement("odd", "Odd", "", (), lambda _, built=built: built)
        with pytest.raises(IllFormedError, match="a part of `odd` is no proof"):
            made.parts(rnn)


def test_what_a_statement_returns_is_read_once() -> None:
    made = Statement("odd", "Odd", "", (), lambda _: TwoFaced({"": Claiming(rnn.W)}))
    (part,) = made.parts(rnn)
    assert type(part.proof) is Derivation


def test_what_a_proof_assumes_is_kept_as_it_was_checked() -> None:
    start = derivation(rnn.s[rnn.t])
    claim = Equation(rnn.s[rnn.t], rnn.s[rnn.t])
    for make in (
        lambda given: Derivation(rnn.W, (), given),
        lambda given: replace(derivation(rnn.W), given=iter(given)),
        lambda given: Induction(claim, rnn.t, 0, start, start, given),
    ):
        given = [rnn.t >= 1]
        proof = make(given)
        given.clear()
        assert proof.given == (rnn.t >= 1,)
    steps = [Step(rnn.W, "=", rnn.W, by.algebra)]
    chain = Derivation(rnn.W, steps)  # type: ignore[arg-type]
    steps.clear()
    assert len(chain.steps) == 1
    for wrong in (3, "t ≥ 1"):
        with pytest.raises(IllFormedError, match="Derivation: given"):
            Derivation(rnn.W, given=wrong)  # type: ignore[arg-type]


def test_nothing_stands_before_the_methods_of_a_statement() -> None:
    made = Statement("own", "Own", "", (), lambda r: derivation(r.W))
    for name in ("theorem", "check", "parts", "of", "anything"):
        with pytest.raises(AttributeError):
            setattr(made, name, lambda *_: None)


def test_a_form_is_of_no_other_class() -> None:
    class Sure(Statement):
        def check(self, *_: Any) -> int:
            return 1

    made = Statement("own", "Own", "", (), lambda r: derivation(r.W))
    made.forms.append(Sure("own", "Own", "", (), made.build, about=About.ELMAN))
    with pytest.raises(IllFormedError, match="a form of `own` is of a class of its own"):
        made.check(rnn, {})


def test_a_file_has_no_statement_of_a_class_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text(
        "from symrnn.theory.statement import Statement\n"
        "class Sure(Statement):\n"
        "    def check(self, rnn, library): return 1\n"
        "sure = Sure('sure', 'Sure', '', (), lambda rnn: None)\n",
        encoding="utf-8",
    )
    with pytest.raises(IllFormedError, match="of a class of its own"):
        load([file])


def test_a_file_is_what_stands_in_it_now(tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    text = (
        "from symrnn import derivation, rules as by, statement\n"
        "@statement()\ndef {}(r):\n    'A title'\n"
        "    return derivation(r.W).equals(r.W, by.algebra)\n"
    )
    file.write_text(text.format("one"), encoding="utf-8")
    saved = file.stat().st_mtime_ns
    # As Python would, had something else imported it.
    py_compile.compile(str(file))
    assert list(load([file])) == ["one"]
    # Another text of the same length, in the same second.
    file.write_text(text.format("two"), encoding="utf-8")
    os.utime(file, ns=(saved, saved))
    assert list(load([file])) == ["two"]


def test_a_statement_needs_a_title() -> None:
    with pytest.raises(IllFormedError, match="docstring"):

        @statement()
        def untitled(r: Network) -> Any:
            return derivation(r.W)


# ------------------------------------------------------------------ witnesses


@pytest.mark.parametrize(
    ("left", "right", "relation"),
    [
        (Rational(1, 2), Rational(1, 3), "="),
        (sqrt(2) + 1, sqrt(2), "≤"),
        (Matrix([1, 2]), Matrix([1, 3]), "="),
    ],
    ids=str,
)
def test_a_witness_refutes(left: Any, right: Any, relation: str) -> None:
    assert Witness(left, right, relation, "it fails").refutes


@pytest.mark.parametrize(
    ("left", "right", "relation"),
    [
        (Rational(1, 2), Rational(2, 4), "="),
        (sqrt(8), 2 * sqrt(2), "="),
        (Rational(1), Rational(1), "≤"),
        (Rational(1), Rational(2), "≤"),
        (Matrix([1, 2]), Matrix([1, 2]), "="),
        (sqrt(2) + sqrt(3), sqrt(5 + 2 * sqrt(6)), "="),
    ],
    ids=str,
)
def test_what_refutes_nothing_is_no_witness(left: Any, right: Any, relation: str) -> None:
    with pytest.raises(EvidenceError, match="no counterexample"):
        Witness(left, right, relation, "it holds")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (0.1 + 0.2, 0.3),
        (Matrix([Rational(1, 2)]), Matrix([0.25 + 1e-17])),
        (Symbol("p", positive=True), 0),
        (Parameter("p", 1, 1)[0, 0], Rational(1)),
        (sympy.I, 0),
    ],
    ids=str,
)
def test_a_witness_is_of_exact_real_numbers(left: Any, right: Any) -> None:
    with pytest.raises(IllFormedError, match="exact numbers"):
        Witness(left, right, "=", "rounding, or a name")


def test_a_witness_is_of_two_relations() -> None:
    with pytest.raises(IllFormedError, match="= or ≤"):
        Witness(Rational(1), Rational(2), "<", "no such relation")


def test_counterexamples_register_with_their_statement() -> None:
    own = Statement("own", "Own", "", (), lambda r: derivation(r.W))

    @own.counterexample("W must be symmetric")
    def asymmetric() -> Witness:
        return Witness(Matrix([[0, 1], [0, 0]]), Matrix([[0, 0], [1, 0]]), "=", "W is not Wᵀ")

    (found,) = own.counterexamples
    assert (found.name, found.explains) == ("asymmetric", "W must be symmetric")
    assert found.find().refutes and found.witness() == found.find()


class Seeming:
    """It has what a witness has."""

    shows, refutes = "without the hypothesis 0 = 1", True


@pytest.mark.parametrize("found", [None, Seeming(), True])
def test_a_counterexample_finds_a_witness(found: Any) -> None:
    with pytest.raises(EvidenceError, match="the counterexample `odd` shows nothing"):
        Counterexample("odd", "what is assumed", lambda: found).witness()


def test_a_notebook_shows_title_and_claims() -> None:
    shown = follows._repr_latex_()
    assert shown.startswith("$") and shown.endswith("$")
    assert r"\text{What follows}" in shown
    assert r"\frac{\partial s_{j}}{\partial a_{j}} = \operatorname{diag}" in shown


class TestForms:
    """A statement that says something else of another cell."""

    inside = sigma_inside()

    def statement(self) -> tuple[Statement, Statement]:
        @statement(headline=["layout"])
        def step(r: Network) -> Any:
            """Slopes times W"""
            return {"layout": chained(r, Diag(r.slopes(r.j)) * r.W)}

        @step.form(About.SIGMA_INSIDE)
        def turned(r: Network) -> Any:
            """W times slopes"""
            return {"layout": chained(r, r.W * Diag(r.slopes(r.j)))}

        return step, turned

    def test_the_cell_chooses(self) -> None:
        step, turned = self.statement()
        assert (step.of(rnn), step.of(self.inside)) == (step, turned)
        assert (turned.name, turned.headline, turned.title) == (
            "step",
            ("layout",),
            "W times slopes",
        )
        assert step.parts(self.inside) == turned.parts(self.inside)
        assert step.check(rnn, {}) == step.check(self.inside, {}) == 3

    def test_what_holds_of_one_cell_fails_for_the_other(self) -> None:
        step, turned = self.statement()
        step.forms.clear()
        with pytest.raises(UnjustifiedStepError, match="Step 3 of `step, layout`"):
            step.check(self.inside, {})
        with pytest.raises(UnjustifiedStepError, match="Step 3 of `step, layout`"):
            replace(turned, about=About.ANY_CELL).check(rnn, {})

    def test_what_is_said_of_the_cell_is_what_others_use(self) -> None:
        step, _ = self.statement()
        (known,) = step.theorems(self.inside, {})
        assert known.relation.rhs == self.inside.W * Diag(self.inside.slopes(self.inside.j))

    def test_counterexamples_are_shared_unless_it_has_its_own(self) -> None:
        def witness() -> Witness:
            return Witness(Rational(1), Rational(2), "=", "1 is not 2")

        step, turned = self.statement()
        step.counterexample("arithmetic")(witness)
        assert step.of(self.inside).counterexamples == step.counterexamples
        step, turned = self.statement()
        step.counterexample("arithmetic")(witness)
        turned.counterexample("its own")(witness)
        assert [each.explains for each in step.of(self.inside).counterexamples] == ["its own"]

    def test_of_the_forms_about_a_cell_the_narrowest_speaks(self) -> None:
        step, turned = self.statement()
        step.form(About.ONE_ACTIVATION)(turned.build)
        assert (step.of(rnn), step.of(self.inside)) == (step.forms[1], turned)
        assert step.of(network(cell("h = tanh(W h')"))) is step.forms[1]
        assert step.of(network(named("gru"))) is step

    def test_what_is_said_with_sigma_inside_is_not_said_outside(self) -> None:
        _, turned = self.statement()
        verdict = turned.applies(rnn)
        assert (verdict.holds, "σ outside" in verdict.why) == (False, True)
        with pytest.raises(NotSupportedError, match="with σ inside"):
            turned.of(rnn)


@pytest.mark.parametrize("letter", ["y", "W", "2", "s", "U", "b"])
def test_a_letter_that_means_something_names_nothing_else(letter: str) -> None:
    y = Symbol("y", real=True)

    @statement()
    def named_twice(r: Network) -> Any:
        """A letter for what is in the claim"""
        return derivation(norm(Max(y, 0) * r.W * r.s[r.j], "2")).equals(
            norm(Max(y, 0) * r.W * r.s[r.j], "2"), by.algebra
        )

    named_twice.naming(lambda r: {Symbol(letter): Max(y, 0)})
    with pytest.raises(IllFormedError, match="something else"):
        named_twice.named(rnn)
    named_twice.naming(lambda r: {Symbol("p"): Max(y, 0)})
    assert named_twice.named(rnn) == {Max(y, 0): Symbol("p")}


@pytest.mark.parametrize(
    ("letter", "of", "says"),
    [("s_0", Symbol("y"), "is read as"), ("p", rnn.j, "under an index")],
)
def test_a_letter_is_read_as_what_it_stands_for(letter: str, of: Any, says: str) -> None:
    lengths = Sum(norm(rnn.s[rnn.j], "2"), (rnn.j, 1, rnn.t))

    @statement()
    def of_all(r: Network) -> Any:
        """The length of s_j is another one for each j"""
        return derivation(lengths).equals(lengths, by.algebra)

    of_all.naming(lambda r: {Symbol(letter): norm(r.s[of] if of == r.j else of * r.W, "2")})
    with pytest.raises(IllFormedError, match=says):
        of_all.named(rnn)


def chained(r: Network, factor: Any) -> Any:
    """∂s_j/∂s_{j-1} by the definitions of either cell."""
    s, between, before = r.s[r.j], r.a[r.j], r.s[r.j - 1]
    value, read = (r.recurrence.definition(node) for node in (s, between))
    return (
        derivation(D(s, before), given=[r.j >= 1])
        .equals(D(s, between) * D(between, before), by.chain_rule(between))
        .equals(D(value, between) * D(read, before), by.definition)
        .equals(factor, by.differentiate)
    )


def test_a_function_of_a_statement_is_one_in_all_its_parts() -> None:
    g = Parameter("g", elman().d, 1)

    def entry_of(power: int) -> Any:
        function = activation(Symbol("x", real=True) ** power, "f")
        return derivation(entry(function(g), 1)).equals(
            entry(g, 1) ** power, by.entry_of_elementwise
        )

    @statement()
    def a_square_and_a_cube(rnn: Any) -> Any:
        """f is a square, and a cube"""
        return {"square": entry_of(2), "cube": entry_of(3)}

    with pytest.raises(IllFormedError, match="two different functions are called f"):
        a_square_and_a_cube.parts(elman())


def test_what_is_printed_of_a_proof_is_its_lines_and_the_same_in_every_run() -> None:
    statement = load()["activation_jacobian"]
    assert repr(statement) == "activation_jacobian: The activation's Jacobian is diagonal"
    (part, *_) = statement.parts(elman())
    first, *lines = repr(part.proof).splitlines()
    assert first == "∂s_j/∂a_j"
    assert lines[-1] == "  = diag(σ′(a_j))   by differentiate"
    assert "0x" not in repr(part.proof)
