(* Proofs of the claims of proofs/activation_jacobian.py, as symrnn prints them. *)
(*                                                                            *)
(* At the pre-activation of step j, as at any other point.                    *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary activation_jacobian.
From claims Require Import activation_jacobian.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem activation_jacobian_numerator_layout_claim : activation_jacobian_numerator_layout_printed.
Proof.
by move=> *; exact: activation_jacobian_numerator_layout.
Qed.

Theorem activation_jacobian_denominator_layout_claim :
  activation_jacobian_denominator_layout_printed.
Proof.
by move=> *; exact: activation_jacobian_denominator_layout.
Qed.
