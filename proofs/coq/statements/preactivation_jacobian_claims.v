(* Proofs of the claims of proofs/preactivation_jacobian.py, as symrnn prints them. *)
(*                                                                            *)
(* At the state before step j, as at any other point.                         *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary preactivation_jacobian.
From claims Require Import preactivation_jacobian.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem preactivation_jacobian_claim : preactivation_jacobian_printed.
Proof.
by move=> *; exact: preactivation_jacobian.
Qed.
