"""Coq files: what they require, what they state, in which order they are compiled."""

from __future__ import annotations

from pathlib import Path

import pytest

from symrnn.errors import IllFormedError
from symrnn.machine.sources import USER, Source, in_order, read_sources, without_comments


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("a (* b *) c", "a  c"),
        ("a (* b (* nested *) c *) d", "a  d"),
        ("(* only *)", ""),
        ("a (* never closed", "a "),
        ("no comment", "no comment"),
    ],
)
def test_comments_nest(text: str, bare: str) -> None:
    assert without_comments(text) == bare


def test_what_a_file_requires_and_states() -> None:
    source = Source(
        "c",
        "(* From symrnn Require Import not_this. Theorem nor_this *)\n"
        "From Coq Require Import Reals.\n"
        "From symrnn Require Import a b.\nFrom symrnn Require b.\n"
        "Theorem first : True.\nProof. exact I. Qed.\n  Lemma second n : n = n.\n",
    )
    assert source.requires == ("a", "b")
    assert source.theorems == ("first", "second")


def _sources(**requires: str) -> dict[str, Source]:
    def text(names: str) -> str:
        return f"From symrnn Require Import {names}.\n" if names else ""

    return {stem: Source(stem, text(names)) for stem, names in requires.items()}


def test_each_after_those_it_requires_and_no_others() -> None:
    sources = _sources(a="", b="a", c="a b", d="")
    assert [source.stem for source in in_order(sources, ["c"])] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("requires", "words"),
    [
        ({"a": "missing"}, "no Coq file missing.v"),
        ({"a": "b", "b": "a"}, "in a circle"),
    ],
)
def test_what_cannot_be_ordered(requires: dict[str, str], words: str) -> None:
    with pytest.raises(IllFormedError, match=words):
        in_order(_sources(**requires), ["a"])


def test_two_files_of_one_name(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    for place in (tmp_path, tmp_path / "inner"):
        (place / "same.v").write_text("", encoding="utf-8")
    with pytest.raises(IllFormedError, match="one name"):
        read_sources(tmp_path)


def test_libraries_are_told_apart() -> None:
    source = Source(
        "c",
        "From symrnn Require Import a.\nFrom user Require a.\nFrom claims Require Import a b.\n",
        USER,
    )
    assert source.requires == ("a", "user.a", "claims.a", "claims.b")
    assert (source.key, source.module) == ("user.c", "user.c")
    assert (Source("c", "").key, Source("c", "").module) == ("c", "symrnn.c")
