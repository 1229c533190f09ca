(* The claims of proofs/norm_of_step.py, as symrnn prints them.               *)
(*                                                                            *)
(* For any submultiplicative norm, and for the norms that measure a diagonal. *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary norm_of_step.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem norm_of_step_a_product_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (N : forall m n, 'M[R]_(m, n) -> R) (j : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  let a := fun j => preactivation W U b x j (s (j - 1)%N) in
  slope sigma sigma' ->
  lecture_norm N ->
  N _ _ (dg (map_mx sigma' (a j)) *m W) <= N _ _ (dg (map_mx sigma' (a j))) * N _ _ W.
Proof.
by move=> *; exact: norm_of_step_a_product.
Qed.

Theorem norm_of_step_a_diagonal_matrix_norm_1_claim :
  forall (R : realType) (d : nat) (v : 'cV[R]_d.+1),
  norm1 (dg v) = largest_entry v.
Proof.
by move=> *; exact: norm_of_step_a_diagonal_matrix_norm_1.
Qed.

Theorem norm_of_step_a_diagonal_matrix_spectral_norm_claim :
  forall (R : realType) (d : nat) (v : 'cV[R]_d.+1),
  norm2 (dg v) = largest_entry v.
Proof.
by move=> *; exact: norm_of_step_a_diagonal_matrix_spectral_norm.
Qed.

Theorem norm_of_step_a_diagonal_matrix_norm_oo_claim :
  forall (R : realType) (d : nat) (v : 'cV[R]_d.+1),
  normoo (dg v) = largest_entry v.
Proof.
by move=> *; exact: norm_of_step_a_diagonal_matrix_norm_oo.
Qed.

Theorem norm_of_step_Frobenius_norm_claim :
  forall (R : realType) (d : nat) (W : 'M[R]_d.+1) (v : 'cV[R]_d.+1),
  frobenius (dg v *m W) <= frobenius W * largest_entry v.
Proof.
by move=> R d W v; rewrite mulrC; exact: norm_of_step_frobenius_norm.
Qed.

(* With σ inside                                                              *)

Theorem norm_of_step_of_sigma_inside_a_product_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (N : forall m n, 'M[R]_(m, n) -> R) (j : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  lecture_norm N ->
  N _ _ (W *m dg (map_mx sigma' (s (j - 1)%N))) <= N _ _ (dg (map_mx sigma' (s (j - 1)%N))) * N _ _ W.
Proof.
move=> * /=; rewrite mulrC; exact: norm_submultiplicative.
Qed.
