"""What symrnn says itself is said in the document's language, and every phrase has its words."""

from __future__ import annotations

import ast
import importlib
import pickle
import pkgutil
import re
from dataclasses import replace
from pathlib import Path
from string import Formatter

import pytest
from sympy import Integer, MatrixSymbol, Symbol

import symrnn
import symrnn.theory.rules
from symrnn.language.notation import KNOWN, LECTURE, QUANTITIES, WORDS
from symrnn.language.relations import Equation, ForAll, Smooth
from symrnn.language.writing import latex
from symrnn.lecture.appendices import _SOURCES
from symrnn.lecture.deck import BEHIND
from symrnn.lecture.statements import CAPTIONS
from symrnn.python_text import parsed
from symrnn.theory.rule import Rule
from symrnn.typeset.blocks import Chain, Claim, Paragraph, Row, Section, StatementBlock
from symrnn.typeset.detail import at_detail
from symrnn.typeset.document import Document
from symrnn.typeset.grades import GRADES
from symrnn.typeset.html import page
from symrnn.typeset.justification import BY, SHOWN_ABOVE, spoken
from symrnn.typeset.latex import article
from symrnn.typeset.prose import listed
from symrnn.typeset.words import (
    in_language,
    languages,
    phrase,
    speaking,
    staying_english,
    table,
)

ROOT = Path(symrnn.__file__).parent
OTHERS = [each for each in languages() if each != "en"]


def rules() -> dict[str, Rule]:
    package = symrnn.theory.rules
    found: dict[str, Rule] = {}
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        named = vars(importlib.import_module(module.name)).values()
        found |= {each.name: each for each in named if isinstance(each, Rule)}
    return found


def in_code() -> set[str]:
    """What stands in calls of `phrase`, as text or as a constant of the module."""
    found: set[str] = set()
    for path in ROOT.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "typeset.words" not in text:
            continue
        tree = parsed(text)
        constants = {
            node.targets[0].id: node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in (
                "phrase",
                "_phrases",
            ):
                for argument in node.args:
                    found.update(_texts(argument, constants))
    return found


def _texts(node: ast.expr, constants: dict[str, ast.expr]) -> list[str]:
    match node:
        case ast.Constant(str(text)):
            return [text]
        case ast.IfExp(body=body, orelse=other):
            return _texts(body, constants) + _texts(other, constants)
        case ast.Name(name) if name in constants:
            return _texts(constants[name], constants)
        case _:
            return []


def in_templates() -> set[str]:
    pattern = re.compile(r'phrase\("([^"]+)"\)')
    paths = (ROOT / "typeset" / "templates").iterdir()
    return {
        words
        for path in paths
        if path.suffix in (".html", ".tex")
        for words in pattern.findall(path.read_text(encoding="utf-8"))
    }


def phrases() -> set[str]:
    """All that symrnn says."""
    said = in_code() | in_templates() | {BEHIND, BY, SHOWN_ABOVE}
    said |= {"Section", "Statement", "Figure", "Algorithm", "Table", "base case"}
    said |= {*CAPTIONS.values(), *_SOURCES.values(), *WORDS}
    said |= {each.meaning(quantity) for each in KNOWN.values() for quantity in QUANTITIES}
    for grade in GRADES:
        said |= {grade.name.replace("_", " "), grade.meaning}
    for rule in rules().values():
        said |= {spoken(rule), rule.says}
    return said


def is_formula(text: str) -> bool:
    """Whether there is no word in it to be said in another language."""
    names = r"_\{\w+\}|cosh|sinh|tanh|diag|vec|max"
    return not re.search(r"[A-Za-z]{2}", re.sub(names, "", text))


@pytest.mark.parametrize("language", OTHERS)
def test_every_phrase_has_words_and_every_word_is_said(language: str) -> None:
    known, said = table(language), phrases()
    assert sorted(each for each in said - known.keys() if not is_formula(each)) == []
    assert sorted(known.keys() - said) == []


@pytest.mark.parametrize("language", OTHERS)
def test_parts_and_formulas_of_a_phrase_stand_in_its_words(language: str) -> None:
    for english, words in table(language).items():
        if "_{" not in english:
            assert _fields(english) == _fields(words), english
        assert re.findall(r"\[\[.*?\]\]|`.*?`", english) == re.findall(r"\[\[.*?\]\]|`.*?`", words)


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_a_language_is_spoken_where_it_is_asked_for_and_nowhere_else() -> None:
    assert phrase("chain rule") == "chain rule"
    with speaking("de-AT"):
        assert phrase("chain rule") == "Kettenregel"
        assert listed(["a", "b", "c"]) == "a, b und c"
        with speaking("fr"):
            assert phrase("by {what}", what="x") == "d’après x"
        assert phrase("no such phrase") == "no such phrase"
    assert listed(["a", "b"]) == "a and b"


def test_of_an_unknown_language_it_is_said_what_stays_english() -> None:
    assert staying_english("en") == staying_english("en-GB") == ""
    assert "Statement" in staying_english("it") and "de, en, es, fr" in staying_english("it")
    assert "Derivation" not in staying_english("de") and "prose" in staying_english("de")
    for each in ("trained networks", "left out", "summary"):
        assert each in staying_english("de")


@pytest.fixture
def small() -> Document:
    chain = Chain((Row("", "a"), Row("=", "b", "Kettenregel", ("derived",))))
    block = StatementBlock(1, "mine", "Mein Satz", (Claim("a = b"),), chains=(chain,))
    return Document(
        "Titel",
        blocks=(Section("Eins", "one", (Paragraph("Siehe [[mine]]."), block)),),
        language="de",
    )


def test_a_document_speaks_its_language(small: Document) -> None:
    tex, html = article(small).tex, page(small)
    for made in (tex, html):
        assert "Herleitung" in made and "Satz" in made
    for body in (tex.partition(r"\begin{document}")[2], html.partition("<body")[2]):
        assert "Derivation" not in body and "Statement" not in body
    (section,) = at_detail(small, "result").blocks
    assert isinstance(section, Section) and isinstance(section.blocks[1], StatementBlock)
    assert section.blocks[1].reason == "Begründung: Kettenregel."


def test_words_within_formulas_are_in_the_language() -> None:
    j, gamma, v = Symbol("j", integer=True), Symbol("gamma"), MatrixSymbol("v", 2, 1)
    always = ForAll(j, Equation(gamma, Integer(1)))
    smooth = Smooth(Symbol("sigma"), v)
    for language, words in (
        ("de-AT", "für alle"),
        ("es-MX", "para todo"),
        ("fr", "pour tout"),
        ("it", "for all"),
    ):
        notation = in_language(LECTURE, language)
        assert latex(always, notation) == rf"\gamma = 1 \text{{ {words} }} j \ge 1"
    assert latex(smooth, in_language(LECTURE, "fr")) == r"\sigma \text{ est dérivable en } v"
    assert in_language(LECTURE, "en") is LECTURE
    assert pickle.loads(pickle.dumps(in_language(LECTURE, "de"))).words["for all"] == "für alle"


def test_captions_are_called_as_the_text_calls_them(small: Document) -> None:
    # In LaTeX's own Spanish a table is a "Cuadro", in its French a "Table".
    for language, figure, above in (
        ("es", "Figura", "Tabla"),
        ("fr", "Figure", "Tableau"),
        ("it", "Figure", "Table"),
    ):
        tex = article(replace(small, language=language)).tex
        assert rf"\def\figurename{{{figure}}}\def\tablename{{{above}}}" in tex
    assert r"\tablename" not in article(replace(small, language="en")).tex
