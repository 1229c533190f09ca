(* The claims of proofs/update_length.py, as symrnn prints them.              *)
(*                                                                            *)
(* The length of W - η ∂L/∂W - W, and what follows for short and long gradients.*)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary update_length bptt.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem update_length_length_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (eta : R) (T : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  0 <= eta ->
  differentiable (fun V => \sum_(1 <= t < T.+1) ell t (state (elman sigma V U b x) s0 t)) W /\
  frobenius ((- eta) *: grad (fun V => \sum_(1 <= t < T.+1) ell t (state (elman sigma V U b x) s0 t)) W) = eta * frobenius (grad (fun V => \sum_(1 <= t < T.+1) ell t (state (elman sigma V U b x) s0 t)) W).
Proof.
move=> R d m sigma sigma' W U b x s0 ell eta T F s sigmaP ellP eta0.
split; first exact: (differentiable_total_loss W U b s0 x sigmaP ellP T).
exact: update_length_length.
Qed.

Theorem update_length_stuck_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (epsilon eta : R) (T : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  0 <= epsilon ->
  0 <= eta ->
  frobenius (grad (fun V => \sum_(1 <= t < T.+1) ell t (state (elman sigma V U b x) s0 t)) W) <= epsilon ->
  differentiable (fun V => \sum_(1 <= t < T.+1) ell t (state (elman sigma V U b x) s0 t)) W /\
  frobenius ((- eta) *: grad (fun V => \sum_(1 <= t < T.+1) ell t (state (elman sigma V U b x) s0 t)) W) <= epsilon * eta.
Proof.
move=> R d m sigma sigma' W U b x s0 ell epsilon eta T F s sigmaP ellP e0 eta0 small.
split; first exact: (differentiable_total_loss W U b s0 x sigmaP ellP T).
exact: update_length_stuck.
Qed.

Theorem update_length_flung_far_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (M eta : R) (T : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  0 <= M ->
  0 <= eta ->
  M <= frobenius (grad (fun V => \sum_(1 <= t < T.+1) ell t (state (elman sigma V U b x) s0 t)) W) ->
  differentiable (fun V => \sum_(1 <= t < T.+1) ell t (state (elman sigma V U b x) s0 t)) W /\
  M * eta <= frobenius ((- eta) *: grad (fun V => \sum_(1 <= t < T.+1) ell t (state (elman sigma V U b x) s0 t)) W).
Proof.
move=> R d m sigma sigma' W U b x s0 ell M eta T F s sigmaP ellP M0 eta0 large.
split; first exact: (differentiable_total_loss W U b s0 x sigmaP ellP T).
exact: update_length_flung_far.
Qed.

(* With σ inside                                                              *)

Theorem update_length_of_sigma_inside_length_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (eta : R) (T : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  0 <= eta ->
  differentiable (fun V => \sum_(1 <= t < T.+1) ell t (state (sigma_inside sigma V U b x) s0 t)) W /\
  frobenius ((- eta) *: grad (fun V => \sum_(1 <= t < T.+1) ell t (state (sigma_inside sigma V U b x) s0 t)) W) = eta * frobenius (grad (fun V => \sum_(1 <= t < T.+1) ell t (state (sigma_inside sigma V U b x) s0 t)) W).
Proof.
move=> R d m sigma sigma' W U b x s0 ell eta T F s sigmaP ellP eta0.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
split; first by have [dL _] := @bptt_matrix_total_loss _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0 ell dW ellP T; exact: dL.
exact: update_length_length.
Qed.

Theorem update_length_of_sigma_inside_stuck_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (epsilon eta : R) (T : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  0 <= epsilon ->
  0 <= eta ->
  frobenius (grad (fun V => \sum_(1 <= t < T.+1) ell t (state (sigma_inside sigma V U b x) s0 t)) W) <= epsilon ->
  differentiable (fun V => \sum_(1 <= t < T.+1) ell t (state (sigma_inside sigma V U b x) s0 t)) W /\
  frobenius ((- eta) *: grad (fun V => \sum_(1 <= t < T.+1) ell t (state (sigma_inside sigma V U b x) s0 t)) W) <= epsilon * eta.
Proof.
move=> R d m sigma sigma' W U b x s0 ell epsilon eta T F s sigmaP ellP e0 eta0 small.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
split; first by have [dL _] := @bptt_matrix_total_loss _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0 ell dW ellP T; exact: dL.
exact: update_length_stuck.
Qed.

Theorem update_length_of_sigma_inside_flung_far_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (M eta : R) (T : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  0 <= M ->
  0 <= eta ->
  M <= frobenius (grad (fun V => \sum_(1 <= t < T.+1) ell t (state (sigma_inside sigma V U b x) s0 t)) W) ->
  differentiable (fun V => \sum_(1 <= t < T.+1) ell t (state (sigma_inside sigma V U b x) s0 t)) W /\
  M * eta <= frobenius ((- eta) *: grad (fun V => \sum_(1 <= t < T.+1) ell t (state (sigma_inside sigma V U b x) s0 t)) W).
Proof.
move=> R d m sigma sigma' W U b x s0 ell M eta T F s sigmaP ellP M0 eta0 large.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
split; first by have [dL _] := @bptt_matrix_total_loss _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0 ell dW ellP T; exact: dL.
exact: update_length_flung_far.
Qed.
