(* The claims of proofs/other_clippings.py, as symrnn prints them.            *)
(*                                                                            *)
(* By value, and for two gradients by the norm of both together.              *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary euclidean_norm clipping_by_norm other_clippings.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem other_clippings_by_value_every_entry_is_bounded_claim :
  forall (R : realType) (n : nat) (g : 'cV[R]_n.+1) (kappa : R) (i : 'I_n.+1),
  0 < kappa ->
  `|(map_mx (fun x => Num.max (- kappa) (Num.min kappa x)) g) i 0| <= kappa.
Proof.
by move=> R n g kappa i k0; exact: other_clippings_by_value_every_entry_is_bounded.
Qed.

Theorem other_clippings_by_value_short_entries_are_unchanged_claim :
  forall (R : realType) (n : nat) (g : 'cV[R]_n.+1) (kappa : R) (i : 'I_n.+1),
  0 < kappa ->
  - kappa <= g i 0 ->
  g i 0 <= kappa ->
  (map_mx (fun x => Num.max (- kappa) (Num.min kappa x)) g) i 0 = g i 0.
Proof.
by move=> R n g kappa i k0; exact: other_clippings_by_value_short_entries_are_unchanged.
Qed.

Theorem other_clippings_the_norm_of_the_whole_claim :
  forall (R : realType) (m n : nat) (g_1 : 'cV[R]_n.+1) (g_2 : 'cV[R]_m.+1),
  euclidean (col_mx g_1 g_2) = Num.sqrt (euclidean g_1 ^+ 2 + euclidean g_2 ^+ 2).
Proof.
by move=> *; exact: other_clippings_the_norm_of_the_whole.
Qed.

Theorem other_clippings_by_global_norm_the_whole_is_scaled_by_one_factor_claim :
  forall (R : realType) (m n : nat) (g_1 : 'cV[R]_n.+1) (g_2 : 'cV[R]_m.+1) (kappa : R),
  0 < kappa ->
  col_mx ((kappa / Num.max kappa (Num.sqrt (euclidean g_1 ^+ 2 + euclidean g_2 ^+ 2))) *: g_1) ((kappa / Num.max kappa (Num.sqrt (euclidean g_1 ^+ 2 + euclidean g_2 ^+ 2))) *: g_2) = (kappa / Num.max kappa (Num.sqrt (euclidean g_1 ^+ 2 + euclidean g_2 ^+ 2))) *: col_mx g_1 g_2.
Proof.
by move=> *; exact: other_clippings_by_global_norm_the_whole_is_scaled_by_one_factor.
Qed.

Theorem other_clippings_by_global_norm_never_longer_than_kappa_claim :
  forall (R : realType) (m n : nat) (g_1 : 'cV[R]_n.+1) (g_2 : 'cV[R]_m.+1) (kappa : R),
  0 < kappa ->
  Num.sqrt (euclidean ((kappa / Num.max kappa (Num.sqrt (euclidean g_1 ^+ 2 + euclidean g_2 ^+ 2))) *: g_1) ^+ 2 + euclidean ((kappa / Num.max kappa (Num.sqrt (euclidean g_1 ^+ 2 + euclidean g_2 ^+ 2))) *: g_2) ^+ 2) <= kappa.
Proof.
by move=> *; exact: other_clippings_by_global_norm_never_longer_than_kappa.
Qed.

Theorem other_clippings_by_global_norm_the_joint_direction_is_kept_claim :
  forall (R : realType) (m n : nat) (g_1 : 'cV[R]_n.+1) (g_2 : 'cV[R]_m.+1) (kappa : R),
  0 < kappa ->
  euclidean (col_mx g_1 g_2) *: col_mx ((kappa / Num.max kappa (Num.sqrt (euclidean g_1 ^+ 2 + euclidean g_2 ^+ 2))) *: g_1) ((kappa / Num.max kappa (Num.sqrt (euclidean g_1 ^+ 2 + euclidean g_2 ^+ 2))) *: g_2) = euclidean (col_mx ((kappa / Num.max kappa (Num.sqrt (euclidean g_1 ^+ 2 + euclidean g_2 ^+ 2))) *: g_1) ((kappa / Num.max kappa (Num.sqrt (euclidean g_1 ^+ 2 + euclidean g_2 ^+ 2))) *: g_2)) *: col_mx g_1 g_2.
Proof.
by move=> *; exact: other_clippings_by_global_norm_the_joint_direction_is_kept.
Qed.
