(* Proofs of the claims of proofs/step_jacobian.py about the cell with σ inside, *)
(* as symrnn prints them.                                                     *)
(*                                                                            *)
(* In either layout, and for the cell that has σ inside.                      *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary step_jacobian sigma_inside.
From claims Require Import step_jacobian_of_sigma_inside.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem step_jacobian_of_sigma_inside_numerator_layout_claim :
  step_jacobian_of_sigma_inside_numerator_layout_printed.
Proof.
by move=> *; exact: step_jacobian_sigma_inside.
Qed.

Theorem step_jacobian_of_sigma_inside_denominator_layout_claim :
  step_jacobian_of_sigma_inside_denominator_layout_printed.
Proof.
by move=> *; exact: step_jacobian_sigma_inside_denominator_layout.
Qed.

Theorem step_jacobian_sigma_outside_claim : step_jacobian_sigma_outside_printed.
Proof.
by move=> *; exact: step_jacobian_numerator_layout.
Qed.
