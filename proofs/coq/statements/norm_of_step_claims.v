(* Proofs of the claims of proofs/norm_of_step.py, as symrnn prints them.     *)
(*                                                                            *)
(* For any submultiplicative norm, and for the norms that measure a diagonal. *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary norm_of_step.
From claims Require Import norm_of_step.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem norm_of_step_a_product_claim : norm_of_step_a_product_printed.
Proof.
by move=> *; exact: norm_of_step_a_product.
Qed.

Theorem norm_of_step_a_diagonal_matrix_norm_1_claim : norm_of_step_a_diagonal_matrix_norm_1_printed.
Proof.
by move=> *; exact: norm_of_step_a_diagonal_matrix_norm_1.
Qed.

Theorem norm_of_step_a_diagonal_matrix_spectral_norm_claim :
  norm_of_step_a_diagonal_matrix_spectral_norm_printed.
Proof.
by move=> *; exact: norm_of_step_a_diagonal_matrix_spectral_norm.
Qed.

Theorem norm_of_step_a_diagonal_matrix_norm_oo_claim :
  norm_of_step_a_diagonal_matrix_norm_oo_printed.
Proof.
by move=> *; exact: norm_of_step_a_diagonal_matrix_norm_oo.
Qed.

Theorem norm_of_step_Frobenius_norm_claim : norm_of_step_Frobenius_norm_printed.
Proof.
by move=> R d W v; rewrite mulrC; exact: norm_of_step_frobenius_norm.
Qed.
