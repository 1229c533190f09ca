"""What stands behind a line: every line of the lecture has its rule and its NumPy."""

from __future__ import annotations

import re

import pytest

from symrnn.cells.elman import elman
from symrnn.language.notation import GOODFELLOW, LECTURE, PASCANU, QUANTITIES, Notation
from symrnn.lecture.details import backing, code_names, detail, numpy_source
from symrnn.theory.library import load
from symrnn.theory.statement import Statement
from symrnn.typeset.blocks import Detail
from symrnn.verify.evidence import ChainEvidence
from symrnn.verify.explicit import Explicit
from symrnn.verify.sampled import Sampled

OTHERS = "ABCDEFGHJKMNOPQRSVYZ"

RUN = ChainEvidence("a chain", 3, Sampled(3e-16, None, 6), Explicit(2, 1))


def details(statement: Statement) -> list[Detail]:
    return [
        detail(step)
        for part in statement.parts(elman())
        for _, chain, _ in part.proof.chains
        for step in chain.steps
    ]


def test_every_line_of_the_lecture_has_its_rule_and_its_numpy() -> None:
    for statement in load().values():
        for each in details(statement):
            assert each.rule
            assert "\n\ndef line(" in f"\n\n{each.code}", each


def test_the_side_condition_and_the_hypotheses_are_named() -> None:
    statement = load()["step_jacobian"]
    first = details(statement)[0]
    assert first.rule.startswith("*Chain rule*: $")
    assert first.condition.startswith("every path from $x$ to $y$")
    assert first.anchor == "rule-chain_rule"
    (_, _, facts), *_ = statement.parts(elman())[0].proof.chains
    assert backing(facts, RUN, ()).assumed == "$j \\ge 1$"


@pytest.mark.parametrize(
    ("notation", "said"),
    [
        (LECTURE, ""),
        (
            GOODFELLOW,
            "Generated code keeps the names it runs with, whatever the notation: "
            r"`s` for $\boldsymbol{h}$, `sigma` for $\phi$ and `h` for $r$.",
        ),
        (
            PASCANU,
            "Generated code keeps the names it runs with, whatever the notation: "
            r"`s` for $x$, `a` for $r$, `x` for $u$, `L` for $\mathcal{E}$ and `U` for "
            r"$W_{\mathrm{in}}$.",
        ),
    ],
)
def test_names_of_the_code_are_told_where_the_letters_are_others(
    notation: Notation, said: str
) -> None:
    assert code_names(notation) == said


def test_the_names_told_are_those_of_the_code() -> None:
    everything = Notation("all", dict(zip(QUANTITIES, OTHERS, strict=True)))
    told = set(re.findall(r"`(\w+)`", code_names(everything)))
    code = " ".join(each.code for statement in load().values() for each in details(statement))
    used = set(re.findall(r"\w+", code.replace("sigma_prime", "sigma")))
    assert len(told) == len(QUANTITIES)
    assert {"s", "a", "L", "W", "sigma", "gamma", "lambda_", "tau", "t", "k"} <= used & told


def test_what_was_run_is_said_strongest_first_and_nothing_else() -> None:
    told = backing((), RUN, ("sampled", "explicit", "derived")).checked
    assert [item.split("]]")[0] for item in told] == ["[[#explicit", "[[#sampled"]
    assert "6 settings, largest disagreement $3 \\times 10^{-16}$" in told[1]


def test_an_open_norm_is_computed_as_the_spectral_one() -> None:
    (part, *_) = load()["product_bound"].parts(elman())
    assert ", 2)" in numpy_source(part.claim.lhs)
