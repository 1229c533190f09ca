(* Proofs of the claims of proofs/recurrence.py, as symrnn prints them.       *)
(*                                                                            *)
(* By definition of the state.                                                *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary recurrence.
From claims Require Import recurrence.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem recurrence_with_input_claim : recurrence_with_input_printed.
Proof.
by move=> *; exact: recurrence_with_input.
Qed.

Theorem recurrence_without_input_claim : recurrence_without_input_printed.
Proof.
by move=> *; exact: recurrence_without_input.
Qed.

Theorem recurrence_entry_by_entry_claim : recurrence_entry_by_entry_printed.
Proof.
move=> R d m sigma W U b x s0 i j F s a _.
by rewrite /a /preactivation !mxE addrC addrA addrAC.
Qed.
