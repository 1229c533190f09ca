(* The claims of proofs/clipping_by_norm.py, as symrnn prints them.           *)
(*                                                                            *)
(* With the factor κ/max(κ, |g|) written out.                                 *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary euclidean_norm clipping_by_norm clipping_by_norm_jacobian.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem clipping_by_norm_the_factor_claim :
  forall (R : realType) (n : nat) (g : 'cV[R]_n.+1) (kappa : R),
  0 < kappa ->
  0 < euclidean g ->
  Num.min 1 (kappa / euclidean g) = kappa / Num.max kappa (euclidean g).
Proof.
move=> R n g kappa k0 g0.
exact: clipping_by_norm_the_factor.
Qed.

Theorem clipping_by_norm_it_never_lengthens_claim :
  forall (R : realType) (n : nat) (g : 'cV[R]_n.+1) (kappa : R),
  0 < kappa ->
  kappa / Num.max kappa (euclidean g) <= 1.
Proof.
move=> R n g kappa k0.
exact: clipping_by_norm_it_never_lengthens.
Qed.

Theorem clipping_by_norm_its_length_claim :
  forall (R : realType) (n : nat) (g : 'cV[R]_n.+1) (kappa : R),
  0 < kappa ->
  euclidean ((kappa / Num.max kappa (euclidean g)) *: g) = Num.min kappa (euclidean g).
Proof.
move=> R n g kappa k0.
exact: clipping_by_norm_its_length.
Qed.

Theorem clipping_by_norm_never_longer_than_kappa_claim :
  forall (R : realType) (n : nat) (g : 'cV[R]_n.+1) (kappa : R),
  0 < kappa ->
  euclidean ((kappa / Num.max kappa (euclidean g)) *: g) <= kappa.
Proof.
move=> R n g kappa k0.
exact: clipping_by_norm_never_longer_than_kappa.
Qed.

Theorem clipping_by_norm_exactly_kappa_where_it_clips_claim :
  forall (R : realType) (n : nat) (g : 'cV[R]_n.+1) (kappa : R),
  0 < kappa ->
  kappa <= euclidean g ->
  euclidean ((kappa / Num.max kappa (euclidean g)) *: g) = kappa.
Proof.
move=> R n g kappa k0.
exact: clipping_by_norm_exactly_kappa_where_it_clips.
Qed.

Theorem clipping_by_norm_the_same_direction_claim :
  forall (R : realType) (n : nat) (g : 'cV[R]_n.+1) (kappa : R),
  0 < kappa ->
  (kappa * euclidean g / Num.max kappa (euclidean g)) *: g = euclidean ((kappa / Num.max kappa (euclidean g)) *: g) *: g.
Proof.
move=> R n g kappa k0.
have := clipping_by_norm_the_same_direction k0 g.
by rewrite /clip /clip_factor scalerA mulrCA mulrA.
Qed.

Theorem clipping_by_norm_unchanged_inside_the_ball_claim :
  forall (R : realType) (n : nat) (g : 'cV[R]_n.+1) (kappa : R),
  0 < kappa ->
  euclidean g <= kappa ->
  (kappa / Num.max kappa (euclidean g)) *: g = g.
Proof.
move=> R n g kappa k0.
exact: clipping_by_norm_unchanged_inside_the_ball.
Qed.

Theorem clipping_by_norm_clipping_twice_is_clipping_once_claim :
  forall (R : realType) (n : nat) (g : 'cV[R]_n.+1) (kappa : R),
  0 < kappa ->
  (kappa ^+ 2 / Num.max kappa (euclidean ((kappa / Num.max kappa (euclidean g)) *: g)) / Num.max kappa (euclidean g)) *: g = (kappa / Num.max kappa (euclidean g)) *: g.
Proof.
move=> R n g kappa k0.
have H := clipping_by_norm_clipping_twice_is_clipping_once k0 g.
rewrite /clip /clip_factor scalerA in H.
rewrite -[RHS]H; congr (_ *: _).
by rewrite expr2 [RHS]mulrACA !mulrA.
Qed.

Theorem clipping_by_norm_no_two_gradients_get_further_apart_squared_claim :
  forall (R : realType) (n : nat) (g : 'cV[R]_n.+1) (h : 'cV[R]_n.+1) (kappa : R),
  0 < kappa ->
  euclidean ((kappa / Num.max kappa (euclidean g)) *: g - (kappa / Num.max kappa (euclidean h)) *: h) ^+ 2 <= euclidean (g - h) ^+ 2.
Proof.
move=> R n g h kappa k0.
exact: clipping_by_norm_no_two_gradients_get_further_apart_squared.
Qed.

Theorem clipping_by_norm_no_two_gradients_get_further_apart_claim :
  forall (R : realType) (n : nat) (g : 'cV[R]_n.+1) (h : 'cV[R]_n.+1) (kappa : R),
  0 < kappa ->
  euclidean ((kappa / Num.max kappa (euclidean g)) *: g - (kappa / Num.max kappa (euclidean h)) *: h) <= euclidean (g - h).
Proof.
move=> R n g h kappa k0.
exact: clipping_by_norm_no_two_gradients_get_further_apart.
Qed.

Theorem clipping_by_norm_its_Jacobian_inside_the_ball_claim :
  forall (R : realType) (n : nat) (g : 'cV[R]_n.+1) (kappa : R),
  0 < kappa ->
  euclidean g < kappa ->
  differentiable (fun v => (kappa / Num.max kappa (euclidean v)) *: v) g /\
  jac (fun v => (kappa / Num.max kappa (euclidean v)) *: v) g = 1%:M.
Proof.
move=> R n g kappa k0 gk.
exact: clipping_by_norm_its_Jacobian_inside_the_ball.
Qed.

Theorem clipping_by_norm_its_Jacobian_outside_claim :
  forall (R : realType) (n : nat) (g : 'cV[R]_n.+1) (kappa : R),
  0 < kappa ->
  kappa < euclidean g ->
  differentiable (fun v => (kappa / Num.max kappa (euclidean v)) *: v) g /\
  jac (fun v => (kappa / Num.max kappa (euclidean v)) *: v) g = (kappa / euclidean g) *: (1%:M - (euclidean g ^+ 2)^-1 *: (g *m g^T)).
Proof.
move=> R n g kappa k0 kg.
exact: clipping_by_norm_its_Jacobian_outside.
Qed.
