"""Folders whose Coq files try to have a false claim accepted: none is, and honest ones are.

The false claim is exp x ≤ 0. Each file states what it likes under the name of the theorem that is
looked for; that Coq itself accepts most of them is the point.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import sympy
from asserted import asserted
from sympy import Symbol

from symrnn import D
from symrnn.cells.elman import elman
from symrnn.language.algebra import Zeros
from symrnn.language.relations import Equation, Inequality
from symrnn.lecture.machine import theorems, wrong_versions
from symrnn.machine.cache import Cache, default_folder
from symrnn.machine.evidence import Checked, machine_check
from symrnn.machine.folders import BEYOND_PROOFS, LARGEST, read_folder
from symrnn.machine.prover import Prover
from symrnn.theory.statement import Statement

X = Symbol("x", real=True)
FALSE = Inequality(sympy.exp(X), 0)
TRUE = Inequality(0, sympy.exp(X))


def claims(name: str, claim: Any, given: tuple[Any, ...] = ()) -> Statement:
    return Statement(name, name, "", (), lambda rnn: {"": asserted(claim, given)})


def check(
    folder: Path,
    files: Mapping[str, str],
    claim: Any,
    prover: Prover,
    *,
    name: str = "mine",
    given: tuple[Any, ...] = (),
    time_limit: float = 120.0,
) -> Checked:
    """A statement `name` of a folder with Coq files, by their names, asked of the prover."""
    place = folder / "coq"
    place.mkdir()
    for file, text in files.items():
        (place / file).write_text(text, encoding="utf-8")
    return machine_check(
        [claims(name, claim, given)],
        elman(),
        theorems([folder]),
        wrong_versions,
        prover,
        # What the lecture's files need is taken from the cache of every day.
        Cache(default_folder()),
        time_limit=time_limit,
    )[name]


BEGIN = """\
From Coq Require Import Reals Lra.
From claims Require Import mine.
Local Open Scope R_scope.
"""
QED = "Theorem mine_claim : mine_printed.\nProof. {} Qed.\n"
LOOP = "Fixpoint loop (n : nat) : False := loop n.\n"
BY_LOOP = QED.format("intros x; destruct (loop 0).")
ABSURD = QED.format("intros x; destruct absurd.")

HOSTILE: dict[str, str | dict[str, str]] = {
    # assumed
    "an axiom": "Axiom absurd : False.\n" + ABSURD,
    "a parameter": "Parameter absurd : False.\n" + ABSURD,
    "an axiom that is named as an accepted one": "Module boolp.\nAxiom classic : False.\nEnd boolp."
    "\n" + QED.format("intros x; destruct boolp.classic."),
    "an admitted lemma": "Lemma absurd : False.\nAdmitted.\n" + ABSURD,
    "an admitted theorem": "Theorem mine_claim : mine_printed.\nAdmitted.\n",
    "a declared module": "Module Type T.\nAxiom absurd : False.\nEnd T.\nDeclare Module M : T.\n"
    + QED.format("intros x; destruct M.absurd."),
    "a module type included": "Module Type T.\nParameter absurd : False.\nEnd T.\nInclude T.\n"
    + ABSURD,
    "a sealed module": "Module Type T.\nParameter absurd : False.\nEnd T.\n"
    "Module M : T.\nAxiom absurd : False.\nEnd M.\n" + QED.format("intros x; destruct M.absurd."),
    "obligations admitted": "Program Definition absurd : False := _.\nAdmit Obligations.\n"
    + ABSURD,
    "an axiom of Coq's own": "From Coq Require Import Compat.AdmitAxiom.\n"
    + QED.format("intros x; destruct proof_admitted."),
    "a variable of a section": "Section S.\nVariable absurd : False.\n" + ABSURD + "End S.\n",
    "an axiom in another file": {
        "lemmas.v": "Axiom absurd : False.\n",
        "mine_claims.v": BEGIN + "From user Require Import lemmas.\n" + ABSURD,
    },
    # accepted without a check
    "no guard": "Unset Guard Checking.\n" + LOOP + BY_LOOP,
    "no guard, everywhere": "Global Unset Guard Checking.\n" + LOOP + BY_LOOP,
    "no guard, by an attribute": "#[bypass_check(guard)]\n" + LOOP + BY_LOOP,
    "no positivity": "Unset Positivity Checking.\n"
    "Inductive bad : Set := make (f : bad -> False).\nSet Positivity Checking.\n"
    "Definition no (b : bad) : False := match b with make f => f b end.\n"
    + QED.format("intros x; destruct (no (make no))."),
    "no universes": "From Coq Require Import Hurkens.\nUnset Universe Checking.\n"
    "Lemma absurd : False.\nProof. exact (TypeNeqSmallType.paradox Type eq_refl). Qed.\n" + ABSURD,
    "no universes, everywhere": "From Coq Require Import Hurkens.\n"
    "Global Unset Universe Checking.\n"
    "Lemma absurd : False.\nProof. exact (TypeNeqSmallType.paradox Type eq_refl). Qed.\n" + ABSURD,
    # another proposition
    "a function redefined": "Definition exp (x : R) : R := - x * x.\n"
    "Theorem mine_claim : forall x : R, exp x <= 0.\nProof. intros x; unfold exp; nra. Qed.\n",
    "the real numbers redefined": "Definition R := unit.\nDefinition exp (x : R) := x.\n"
    'Definition Rle (x y : R) := True.\nInfix "<=" := Rle.\nTheorem mine_claim : '
    "forall x : R, exp x <= tt.\nProof. exact (fun _ => I). Qed.\n",
    "the proposition redefined": "Definition mine_printed : Prop := True.\n"
    + QED.format("exact I."),
    "the library of propositions redefined": "Module claims.\nModule mine.\n"
    "Definition mine_printed : Prop := True.\nEnd mine.\nEnd claims.\n"
    "Theorem mine_claim : claims.mine.mine_printed.\nProof. exact I. Qed.\n",
    "a file named as the propositions": {
        "claims.v": "Module mine.\nDefinition mine_printed : Prop := True.\nEnd mine.\n",
        "mine_claims.v": "From user Require Import claims.\n"
        "Theorem mine_claim : claims.mine.mine_printed.\nProof. exact I. Qed.\n",
    },
    "a notation for the proposition": "Notation \"'mine_printed'\" := True.\n"
    + QED.format("exact I."),
    "a notation for the relation": 'Notation "x <= y" := (True \\/ x = y) : R_scope.\n'
    "Theorem mine_claim : forall x : R, exp x <= 0.\nProof. left; exact I. Qed.\n",
    "a coercion": "Record sentence := Say { said :> Prop }.\nDefinition mine := Say True.\n"
    "Theorem mine_claim : mine.\nProof. exact I. Qed.\n",
    "a coercion of proofs": "Definition lift (t : True) : 0 <= 0 := Rle_refl 0.\n"
    "Coercion lift : True >-> Rle.\nTheorem mine_claim : True.\nProof. exact I. Qed.\n",
    "implicit arguments": "Definition trivial (P : Prop) {Q : Prop} := Q -> True.\n"
    "#[global] Arguments trivial P {Q}.\nTheorem mine_claim : trivial mine_printed (Q := True).\n"
    "Proof. exact (fun _ => I). Qed.\n",
    "a canonical structure": "Structure claimed := Claim { what : Prop; proof : what }.\n"
    "#[global] Canonical Structure easy := Claim True I.\n"
    "Theorem mine_claim : what easy.\nProof. exact (proof easy). Qed.\n",
    "a premise more": "Theorem mine_claim : False -> mine_printed.\nProof. intros []. Qed.\n",
    # what the closing file is made of
    "the tactics of the closing file": 'Tactic Notation "refine" uconstr(x) := idtac.\n'
    'Tactic Notation "exact" uconstr(x) := idtac.\n'
    "Theorem mine_claim : True.\nProof. constructor. Qed.\n",
    "the words of the closing file": "Notation \"'Theorem' x\" := x (at level 0).\n"
    "Notation \"'closed'\" := True.\nNotation \"'conj' x\" := I (at level 10).\n"
    "Theorem closed : True.\nProof. constructor. Qed.\nTheorem mine_claim : True.\nProof. "
    "constructor. Qed.\n",
    "options": "Axiom absurd : False.\n"
    + ABSURD
    + "Global Set Silent.\nGlobal Set Printing Width 7.\nGlobal Set Printing All.\n"
    'Global Set Warnings "-all".\nGlobal Set Default Goal Selector "all".\n',
    "another proof mode": "Axiom absurd : False.\n"
    + ABSURD
    + 'Global Set Default Proof Mode "Noedit".\n',
    # what is printed
    "the expected output": 'Goal True.\nidtac "Closed under the global context".\n'
    'idtac "CONTEXT SUMMARY".\nidtac "* Theory: Set is predicative".\nidtac "* Axioms: <none>".\n'
    "exact I.\nQed.\nAxiom absurd : False.\n" + ABSURD,
    "the expected output in a failure": "Fail Fail Check I.\n"
    'Goal True.\nFail fail "Axioms:".\nexact I.\nQed.\nTheorem mine_claim : mine_printed.\n'
    "Admitted.\n(* Closed under the global context *)\n",
    # no proof at all
    "the end before the end": "Quit.\nTheorem mine_claim : mine_printed.\nProof. exact I. Qed.\n",
    "a theorem in a comment": "(* Theorem mine_claim : mine_printed. *)\n",
    "a comment hidden by a string": '(* " *) " *)\nTheorem mine_claim : mine_printed.\nProof.\n',
    "an abandoned proof": "Theorem mine_claim : mine_printed.\nAbort.\n",
    "no proof": "Theorem mine_claim : forall x : R, exp x <= 0.\nProof. intros x; lra. Qed.\n",
}


def files_of(hostile: str | Mapping[str, str]) -> Mapping[str, str]:
    return {"mine_claims.v": BEGIN + hostile} if isinstance(hostile, str) else hostile


SPELLINGS = (
    *("a parameter", "an admitted lemma", "a declared module", "a variable of a section"),
    *("no guard, everywhere", "no guard, by an attribute", "no universes, everywhere"),
    *("the real numbers redefined", "a notation for the proposition", "a coercion of proofs"),
    *("implicit arguments", "another proof mode", "an abandoned proof"),
    *("a module type included", "a sealed module", "obligations admitted"),
)
"""Each does in other words what another one above does: `pytest -m slow`."""


@pytest.mark.parametrize(
    "kind",
    [pytest.param(each, marks=[pytest.mark.slow] * (each in SPELLINGS)) for each in HOSTILE],
)
def test_a_false_claim_is_not_accepted(kind: str, prover: Prover, tmp_path: Path) -> None:
    found = check(tmp_path, files_of(HOSTILE[kind]), FALSE, prover)
    assert not found.graded
    assert found.theorems == ()
    (part,) = found.parts
    assert part.why_not.startswith(STOPPED.get(kind, ("refused:",)))
    assert WHY.get(kind, "") in part.why_not


STOPPED = {
    "the library of propositions redefined": ("user.mine_claims: refused: mine_claims.v, line 10",),
    "the end before the end": ("user.mine_claims: malformed: mine_claims.v, line 4",),
    "a theorem in a comment": ("no theorem yet",),
    "a comment hidden by a string": ("user.mine_claims: malformed:",),
    "no proof": ("user.mine_claims: refused: mine_claims.v, line 5",),
}
"""What comes no further than to its own compilation; all others Coq accepts, and we do not."""

WHY = {
    "an axiom": "user.mine_claims.absurd is assumed",
    "an axiom that is named as an accepted one": "user.mine_claims.boolp.classic is assumed",
    "an axiom of Coq's own": "proof_admitted is none that may be used",
    "an axiom in another file": "user.lemmas.absurd is assumed",
    "no guard": "without checking that recursion ends",
    "no positivity": "without checking positivity",
    "no universes": "without checking universes",
    "the proposition redefined": "expected to have type",
}
"""What is said of some of them."""


def test_an_honest_theorem_is_accepted(prover: Prover, tmp_path: Path) -> None:
    honest = {
        "lemmas.v": "From Coq Require Import Reals.\n"
        "Lemma positive x : (0 <= exp x)%R.\nProof. left; apply exp_pos. Qed.\n",
        "mine_claims.v": BEGIN
        + "From user Require Import lemmas.\n"
        + QED.format("intros x; exact (positive x)."),
    }
    found = check(tmp_path, honest, TRUE, prover)
    assert found.graded and found.theorems == ("mine_claim",)
    assert set(found.axioms) <= {
        "ClassicalDedekindReals.sig_forall_dec",
        "ClassicalDedekindReals.sig_not_dec",
        "FunctionalExtensionality.functional_extensionality_dep",
    }


TWO_STEPS = """\
From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary product_of_jacobians.
From claims Require Import mine.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem mine_claim : mine_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 j F s sigmaP j1.
have dF i : (1 <= i)%N -> differentiable (F i) (s (i - 1)%N).
  by move=> _; exact: differentiable_elman.
have two := leq_trans (leq_subr 1 j) (leqnSn j).
split; first exact: (differentiable_flow dF two).
split; first exact: (differentiable_flow dF (leqnSn j)).
split; first exact: (differentiable_flow dF (leq_subr 1 j)).
exact: (jac_flow_trans dF (leq_subr 1 j) (leqnSn j)).
Qed.
"""


def test_an_honest_theorem_about_a_run_is_accepted(prover: Prover, tmp_path: Path) -> None:
    rnn = elman()
    s, j = rnn.s, rnn.j
    claim = Equation(D(s[j + 1], s[j - 1]), D(s[j + 1], s[j]) * D(s[j], s[j - 1]))
    found = check(tmp_path, {"mine_claims.v": TWO_STEPS}, claim, prover, given=(j >= 1,))
    assert found.graded and found.theorems == ("mine_claim",)


VOCABULARY = """\
From mathcomp Require Import all_ssreflect ssralg ssrnum matrix.
From mathcomp.analysis Require Import reals.
Definition differentiable (A B : Type) (f : A -> B) (x : A) := True.
Definition jac (R : realType) n (f : 'cV[R]_n.+1 -> 'cV[R]_n.+1) (x : 'cV[R]_n.+1) : 'M[R]_n.+1 :=
  const_mx 0%R.
"""
BY_DEFINITION = """\
Theorem mine_claim : forall (R : realType) (d : nat) (f : 'cV[R]_d.+1 -> 'cV[R]_d.+1) x,
  @differentiable _ _ f x /\\ jac f x = const_mx 0%R.
Proof. by []. Qed.
"""


@pytest.mark.parametrize(
    "files",
    [
        {"mine_claims.v": VOCABULARY + BY_DEFINITION},
        {
            "vocabulary.v": VOCABULARY,
            "mine_claims.v": "From symrnn Require Import vocabulary.\n"
            "From claims Require Import mine.\n"
            "Theorem mine_claim : mine_printed.\nProof. by move=> *; split. Qed.\n",
        },
        {
            "vocabulary.v": VOCABULARY,
            "mine_claims.v": "From mathcomp Require Import all_ssreflect matrix.\n"
            "From mathcomp.analysis Require Import reals.\n"
            "From user Require Import vocabulary.\n" + BY_DEFINITION,
        },
    ],
    ids=["in the claims file", "in a vocabulary that is not ours", "in one of the folder's own"],
)
def test_the_vocabulary_is_ours(files: Mapping[str, str], prover: Prover, tmp_path: Path) -> None:
    rnn = elman()
    claim = Equation(D(rnn.s[0], rnn.s[rnn.k]), Zeros(rnn.d, rnn.d))
    found = check(tmp_path, files, claim, prover, given=(rnn.k >= 0,))
    assert not found.graded and found.theorems == ()


def test_time_and_output_are_limited(prover: Prover, tmp_path: Path) -> None:
    endless = 'Ltac talk := idtac "again and again"; talk.\nGoal True.\ntalk.\n'
    files = {"mine_claims.v": BEGIN + QED.format("exact I.") + endless}
    found = check(tmp_path, files, FALSE, prover, time_limit=20.0)
    assert not found.graded


# ---------------------------------------------------------------------- what is read of a folder


@pytest.mark.parametrize("word", BEYOND_PROOFS)
def test_what_reaches_beyond_the_proofs_is_refused(word: str, tmp_path: Path) -> None:
    for number, text in enumerate((f"{word} x.", f"(* {word} *)", f"\n Time({word})")):
        (tmp_path / f"f{number}.v").write_text(text, encoding="utf-8")
    found = read_folder(tmp_path)
    assert len(found) == 3
    assert all(f"the word {word}" in source.flaw for source in found.values())


def test_words_that_only_look_like_it_are_not_refused(tmp_path: Path) -> None:
    (tmp_path / "f.v").write_text("Lemma Loaded MLE Cd' : True.", encoding="utf-8")
    assert read_folder(tmp_path)["user.f"].flaw == ""


def test_files_that_are_none_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "a_folder.v").mkdir()
    os.mkfifo(tmp_path / "a_pipe.v")
    (tmp_path / "endless.v").symlink_to("/dev/zero")
    (tmp_path / "nowhere.v").symlink_to(tmp_path / "missing")
    (tmp_path / "bytes.v").write_bytes(b"\xff\xfe")
    (tmp_path / "large.v").write_bytes(b" " * (LARGEST + 1))
    found = read_folder(tmp_path)
    names = {"a_folder", "a_pipe", "endless", "nowhere", "bytes", "large"}
    assert {key.removeprefix("user.") for key in found} == names
    assert all(source.flaw and not source.text for source in found.values())


def test_names_that_coq_has_not_are_passed_over(tmp_path: Path) -> None:
    for name in ("two words.v", "a\nline.v", "-Q.v", "..v", "1.v", "a.b.v"):
        (tmp_path / name).write_text("", encoding="utf-8")
    assert read_folder(tmp_path) == {}


def test_two_files_of_one_name_are_both_refused(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    for place in (tmp_path, tmp_path / "inner"):
        (place / "same.v").write_text("", encoding="utf-8")
    assert "two Coq files" in read_folder(tmp_path)["user.same"].flaw


def test_compiled_files_of_a_folder_are_not_used(prover: Prover, tmp_path: Path) -> None:
    stale = {"lemmas.vo": "stale", "mine_claims.vo": "stale", "vocabulary.vo": "stale"}
    found = check(tmp_path, stale, FALSE, prover)
    assert [part.why_not for part in found.parts] == ["no theorem yet"]


def test_a_broken_file_takes_no_other_with_it(prover: Prover, tmp_path: Path) -> None:
    place = tmp_path / "coq"
    place.mkdir()
    (place / "good_claims.v").write_text(
        BEGIN.replace("mine", "good")
        + "Theorem good_claim : good_printed.\nProof. intros x; left; apply exp_pos. Qed.\n",
        encoding="utf-8",
    )
    (place / "circle_claims.v").write_text(
        "From user Require Import circle_claims.\nTheorem circle_claim : True.\n", encoding="utf-8"
    )
    (place / "lost_claims.v").write_text(
        "From user Require Import nowhere.\nTheorem lost_claim : True.\n", encoding="utf-8"
    )
    (place / "bytes_claims.v").write_bytes(b"\xff")
    found = machine_check(
        [claims(name, TRUE) for name in ("good", "circle", "lost", "bytes")],
        elman(),
        theorems([tmp_path]),
        wrong_versions,
        prover,
        Cache(default_folder()),
    )
    assert [name for name, each in found.items() if each.graded] == ["good"]
    assert "in a circle" in found["circle"].parts[0].why_not
    assert "no Coq file user.nowhere.v" in found["lost"].parts[0].why_not
    assert "cannot be read" in found["bytes"].parts[0].why_not


def test_one_file_of_two_folders_is_refused(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "coq").mkdir(parents=True)
        (tmp_path / name / "coq" / "same.v").write_text("", encoding="utf-8")
    found = theorems([tmp_path / "one", tmp_path / "two"])
    assert "two folders" in found["user.same"].flaw
