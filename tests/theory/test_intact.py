"""A proof file that binds a name of symrnn's or SymPy's anew is refused, and leaves no trace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sympy

import symrnn
from symrnn.cells.elman import elman
from symrnn.errors import IllFormedError
from symrnn.theory import rules as by
from symrnn.theory.derivation import derivation
from symrnn.theory.library import load
from symrnn.theory.rule import Rule
from symrnn.theory.salvage import salvage
from symrnn.theory.statement import Statement
from symrnn.verify.evidence import gather

STATEMENT = '''
import symrnn
from symrnn import derivation, statement
from symrnn import rules as by

{above}

@statement()
def turned(rnn):
    """A transpose turns a product round"""
    {inside}
    return derivation((rnn.W * rnn.b).T).equals(rnn.b.T * rnn.W.T, by.transpose_of_product)
'''

ANEW = {
    "a rule": ("by.chain_rule = by.algebra", "symrnn.theory.rules.chain_rule"),
    "a method of the kernel's": (
        "symrnn.Statement.check = lambda *_: 1",
        "symrnn.theory.statement.Statement.check",
    ),
    "a name of the kernel's": (
        "import symrnn.kernel.theorem as k; k.conditions = lambda _: ()",
        "symrnn.kernel.theorem.conditions",
    ),
    "a property": (
        "import symrnn.kernel as k; k.Theorem.relation = property(lambda _: None)",
        "symrnn.kernel.theorem.Theorem.relation",
    ),
    "equality of SymPy's": (
        "import sympy; sympy.Basic.__eq__ = lambda *_: True",
        "sympy.core.basic.Basic.__eq__",
    ),
    "what is gone": ("del by.chain_rule", "symrnn.theory.rules.chain_rule"),
}


@pytest.mark.parametrize("kind", ANEW)
def test_what_a_file_binds_anew_is_named_and_bound_back(kind: str, tmp_path: Path) -> None:
    code, named = ANEW[kind]
    rule, equal, check = by.chain_rule, sympy.Basic.__eq__, Statement.check
    (tmp_path / "own.py").write_text(STATEMENT.format(above=code, inside=""), encoding="utf-8")
    with pytest.raises(IllFormedError, match=r"own.py replaces what is not its own") as refused:
        load([tmp_path])
    assert named in str(refused.value)
    assert (by.chain_rule, sympy.Basic.__eq__, Statement.check) == (rule, equal, check)


def test_so_it_is_while_a_statement_is_built(tmp_path: Path) -> None:
    text = STATEMENT.format(above="", inside="by.chain_rule = by.algebra")
    (tmp_path / "own.py").write_text(text, encoding="utf-8")
    chain_rule = by.chain_rule
    library, broken, _ = salvage([tmp_path], elman())
    assert not library and "replaces what is not its own" in str(broken["turned"])
    assert by.chain_rule is chain_rule


def test_and_while_it_is_checked() -> None:
    before = symrnn.D

    def rewrite(node: Any, context: Any) -> Any:
        symrnn.D = None  # type: ignore[assignment]
        return by.transpose_of_product.results(node, context)

    rule = Rule("own", "a rule that does more than it says", rewrite=rewrite)
    turned = Statement(
        "turned",
        "Turned",
        "",
        (),
        lambda r: derivation((r.W * r.b).T).equals(r.b.T * r.W.T, rule),
    )
    found = gather(turned, elman(), {"turned": turned})
    assert not found.grades and "replaces what is not its own" in str(found.failure)
    assert symrnn.D is before


def test_what_a_file_keeps_for_itself_is_its_own(tmp_path: Path) -> None:
    above = "def chain_rule(*_): return 1\nsymrnn_D = D = None\nsymrnn.mine = 1"
    (tmp_path / "own.py").write_text(STATEMENT.format(above=above, inside=""), encoding="utf-8")
    assert list(load([tmp_path])) == ["turned"]
    del symrnn.mine  # type: ignore[attr-defined]
