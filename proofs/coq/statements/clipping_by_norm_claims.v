(* Proofs of the claims of proofs/clipping_by_norm.py, as symrnn prints them. *)
(*                                                                            *)
(* With the factor κ/max(κ, |g|) written out.                                 *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary euclidean_norm clipping_by_norm clipping_by_norm_jacobian.
From claims Require Import clipping_by_norm.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem clipping_by_norm_the_factor_claim : clipping_by_norm_the_factor_printed.
Proof.
move=> R n g kappa k0 g0.
exact: clipping_by_norm_the_factor.
Qed.

Theorem clipping_by_norm_it_never_lengthens_claim : clipping_by_norm_it_never_lengthens_printed.
Proof.
move=> R n g kappa k0.
exact: clipping_by_norm_it_never_lengthens.
Qed.

Theorem clipping_by_norm_its_length_claim : clipping_by_norm_its_length_printed.
Proof.
move=> R n g kappa k0.
exact: clipping_by_norm_its_length.
Qed.

Theorem clipping_by_norm_never_longer_than_kappa_claim :
  clipping_by_norm_never_longer_than_kappa_printed.
Proof.
move=> R n g kappa k0.
exact: clipping_by_norm_never_longer_than_kappa.
Qed.

Theorem clipping_by_norm_exactly_kappa_where_it_clips_claim :
  clipping_by_norm_exactly_kappa_where_it_clips_printed.
Proof.
move=> R n g kappa k0.
exact: clipping_by_norm_exactly_kappa_where_it_clips.
Qed.

Theorem clipping_by_norm_the_same_direction_claim : clipping_by_norm_the_same_direction_printed.
Proof.
move=> R n g kappa k0.
have := clipping_by_norm_the_same_direction k0 g.
by rewrite /clip /clip_factor scalerA mulrCA mulrA.
Qed.

Theorem clipping_by_norm_unchanged_inside_the_ball_claim :
  clipping_by_norm_unchanged_inside_the_ball_printed.
Proof.
move=> R n g kappa k0.
exact: clipping_by_norm_unchanged_inside_the_ball.
Qed.

Theorem clipping_by_norm_clipping_twice_is_clipping_once_claim :
  clipping_by_norm_clipping_twice_is_clipping_once_printed.
Proof.
move=> R n g kappa k0.
have H := clipping_by_norm_clipping_twice_is_clipping_once k0 g.
rewrite /clip /clip_factor scalerA in H.
rewrite -[RHS]H; congr (_ *: _).
by rewrite expr2 [RHS]mulrACA !mulrA.
Qed.

Theorem clipping_by_norm_no_two_gradients_get_further_apart_squared_claim :
  clipping_by_norm_no_two_gradients_get_further_apart_squared_printed.
Proof.
move=> R n g h kappa k0.
exact: clipping_by_norm_no_two_gradients_get_further_apart_squared.
Qed.

Theorem clipping_by_norm_no_two_gradients_get_further_apart_claim :
  clipping_by_norm_no_two_gradients_get_further_apart_printed.
Proof.
move=> R n g h kappa k0.
exact: clipping_by_norm_no_two_gradients_get_further_apart.
Qed.

Theorem clipping_by_norm_its_Jacobian_inside_the_ball_claim :
  clipping_by_norm_its_Jacobian_inside_the_ball_printed.
Proof.
move=> R n g kappa k0 gk.
exact: clipping_by_norm_its_Jacobian_inside_the_ball.
Qed.

Theorem clipping_by_norm_its_Jacobian_outside_claim : clipping_by_norm_its_Jacobian_outside_printed.
Proof.
move=> R n g kappa k0 kg.
exact: clipping_by_norm_its_Jacobian_outside.
Qed.
