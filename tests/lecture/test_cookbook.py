"""Recipes run, alone and for the page; every rule that proofs use has an example."""

from __future__ import annotations

from pathlib import Path

import html5lib
import pytest
import sympy

from symrnn.lecture import cookbook as module
from symrnn.lecture.cookbook import FOLDER, ORDER, cookbook, rule_table, run, section
from symrnn.theory import rules
from symrnn.theory.rule import Rule
from symrnn.typeset.blocks import Display, Listing


def test_every_recipe_is_in_the_page() -> None:
    assert sorted(ORDER) == sorted(path.stem for path in FOLDER.glob("*.py"))


@pytest.mark.parametrize("name", ORDER)
def test_a_recipe_runs_and_shows_what_came_of_it(name: str) -> None:
    steps = run(name)
    assert "\n\n".join(step.source for step in steps)
    assert [step for step in steps if step.value is not None]
    assert all(step.words for step in steps[1:])


def test_a_recipe_that_fails_is_no_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "wrong.py").write_text('"""Wrong"""\n\nassert 1 == 2\n', encoding="utf-8")
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    with pytest.raises(AssertionError):
        section("wrong")


def test_values_are_shown_as_what_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "small.py").write_text(
        '"""A title\n\nWords."""\n\nfrom sympy import Symbol\n\nx = Symbol("x")\n'
        "\n# A square.\nx**2\n"
        "\n# A number.\ny = 2\ny + 1\n\n# Nothing.\nprint\nz = 3\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    _, square, number, nothing = run("small")
    assert square.value == sympy.Symbol("x") ** 2 and number.value == 3 and nothing.value is None
    made = section("small")
    assert [b.latex for b in made.blocks if isinstance(b, Display)] == ["x^{2}"]
    assert "3" in [b.code for b in made.blocks if isinstance(b, Listing)]


def test_the_page_has_all_rules_and_is_valid() -> None:
    named = {each.name for each in vars(rules).values() if isinstance(each, Rule)}
    table = rule_table()
    said = " ".join(row[0] for row in table.rows)
    assert all(f"`{name}`" in said for name in named)
    assert [row[0] for row in table.rows if not row[2]] == []
    page = cookbook()
    html5lib.HTMLParser(strict=True).parse(page)
    assert len(page) < 1_000_000
