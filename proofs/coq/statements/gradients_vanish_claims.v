(* The claims of proofs/gradients_vanish.py, as symrnn prints them.           *)
(*                                                                            *)
(* What lies under a geometric sequence with a ratio below 1 goes to 0.       *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary gradients_vanish derivatives_exist step_jacobian product_of_jacobians bptt sigma_inside.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem gradients_vanish_the_derivative_over_many_steps_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (N : forall m n, 'M[R]_(m, n) -> R) (gamma lambda : R) (k : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  let a := fun j => preactivation W U b x j (s (j - 1)%N) in
  slope sigma sigma' ->
  lecture_norm N ->
  0 <= gamma ->
  0 <= lambda ->
  gamma * lambda < 1 ->
  (forall j, (1 <= j)%N -> largest_entry (map_mx sigma' (a j)) <= gamma) ->
  N _ _ W <= lambda ->
  (forall t, (k <= t)%N -> differentiable (flow F k t) (s k)) /\
  (fun t => N _ _ (jac (flow F k t) (s k))) --> (0 : R).
Proof.
move=> R d m sigma sigma' W U b x s0 N gamma lambda k F s a sigmaP NP g0 l0 q1 sg Wl.
split; first by move=> t kt; exact: (flow_exists W U b s0 x sigmaP kt).
exact: (gradients_vanish_the_derivative_over_many_steps NP sigmaP sg Wl k q1).
Qed.

Theorem gradients_vanish_a_bound_for_a_term_of_the_gradient_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (N : forall m n, 'M[R]_(m, n) -> R)
     (C E gamma lambda : R) (k t : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  let a := fun j => preactivation W U b x j (s (j - 1)%N) in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  lecture_norm N ->
  0 <= C ->
  0 <= E ->
  0 <= gamma ->
  0 <= lambda ->
  (k <= t)%N ->
  gamma * lambda < 1 ->
  (forall j, (1 <= j)%N -> largest_entry (map_mx sigma' (a j)) <= gamma) ->
  N _ _ W <= lambda ->
  N _ _ (jac (ell t) (s t)) <= C ->
  N _ _ (jacvec (fun V => elman sigma V U b x k (s (k - 1)%N)) W) <= E ->
  differentiable (ell t) (s t) /\
  differentiable (flow F k t) (s k) /\
  differentiable (fun V => elman sigma V U b x k (s (k - 1)%N)) W /\
  N _ _ (jac (ell t) (s t) *m jac (flow F k t) (s k) *m jacvec (fun V => elman sigma V U b x k (s (k - 1)%N)) W) <= C * E * (gamma * lambda) ^+ (t - k)%N.
Proof.
move=> R d m sigma sigma' W U b x s0 ell N C E gamma lambda k t F s a sigmaP ellP NP C0 E0 g0 l0 kt q1 sg Wl LC WE.
split; first exact: ellP.
split; first exact: (flow_exists W U b s0 x sigmaP kt).
split; first exact: (immediate_exists_W W U b x sigmaP).
exact: (gradients_vanish_a_bound_for_a_term_of_the_gradient NP sigmaP sg Wl kt LC WE).
Qed.

Theorem gradients_vanish_a_term_of_the_gradient_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (N : forall m n, 'M[R]_(m, n) -> R)
     (C E gamma lambda : R) (k : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  let a := fun j => preactivation W U b x j (s (j - 1)%N) in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  lecture_norm N ->
  0 <= C ->
  0 <= E ->
  0 <= gamma ->
  0 <= lambda ->
  gamma * lambda < 1 ->
  (forall j, (1 <= j)%N -> largest_entry (map_mx sigma' (a j)) <= gamma) ->
  N _ _ W <= lambda ->
  (forall t, (k <= t)%N -> N _ _ (jac (ell t) (s t)) <= C) ->
  N _ _ (jacvec (fun V => elman sigma V U b x k (s (k - 1)%N)) W) <= E ->
  (forall t, (k <= t)%N -> differentiable (ell t) (s t)) /\
  (forall t, (k <= t)%N -> differentiable (flow F k t) (s k)) /\
  (forall t, (k <= t)%N -> differentiable (fun V => elman sigma V U b x k (s (k - 1)%N)) W) /\
  (fun t => N _ _ (jac (ell t) (s t) *m jac (flow F k t) (s k) *m jacvec (fun V => elman sigma V U b x k (s (k - 1)%N)) W)) --> (0 : R).
Proof.
move=> R d m sigma sigma' W U b x s0 ell N C E gamma lambda k F s a sigmaP ellP NP C0 E0 g0 l0 q1 sg Wl LC WE.
split; first by move=> t _; exact: ellP.
split; first by move=> t kt; exact: (flow_exists W U b s0 x sigmaP kt).
split; first by move=> t _; exact: (immediate_exists_W W U b x sigmaP).
exact: (gradients_vanish_a_term_of_the_gradient NP sigmaP sg Wl q1 LC WE).
Qed.

(* With σ inside                                                              *)

Theorem gradients_vanish_of_sigma_inside_the_derivative_over_many_steps_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (N : forall m n, 'M[R]_(m, n) -> R) (gamma lambda : R) (k : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  lecture_norm N ->
  0 <= gamma ->
  0 <= lambda ->
  gamma * lambda < 1 ->
  (forall j : nat, largest_entry (map_mx sigma' (s (j - 1)%N)) <= gamma) ->
  N _ _ W <= lambda ->
  (forall t, (k <= t)%N -> differentiable (flow F k t) (s k)) /\
  (fun t => N _ _ (jac (flow F k t) (s k))) --> (0 : R).
Proof.
move=> R d m sigma sigma' W U b x s0 N gamma lambda k F s sigmaP NP g0 l0 q1 sg Wl.
have Fd j : (1 <= j)%N -> differentiable (F j) (s (j - 1)%N).
  by move=> _; exact: differentiable_sigma_inside.
split; first by move=> t kt; exact: (differentiable_flow Fd kt).
apply: (gradients_vanish_any_cell NP Fd _ q1) => j kj.
exact: (step_bound_sigma_inside sigmaP NP (leq_ltn_trans (leq0n k) kj) (sg j) Wl).
Qed.

Theorem gradients_vanish_of_sigma_inside_a_bound_for_a_term_of_the_gradient_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (N : forall m n, 'M[R]_(m, n) -> R)
     (C E gamma lambda : R) (k t : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  lecture_norm N ->
  0 <= C ->
  0 <= E ->
  0 <= gamma ->
  0 <= lambda ->
  (k <= t)%N ->
  gamma * lambda < 1 ->
  (forall j : nat, largest_entry (map_mx sigma' (s (j - 1)%N)) <= gamma) ->
  N _ _ W <= lambda ->
  N _ _ (jac (ell t) (s t)) <= C ->
  N _ _ (jacvec (fun V => sigma_inside sigma V U b x k (s (k - 1)%N)) W) <= E ->
  differentiable (ell t) (s t) /\
  differentiable (flow F k t) (s k) /\
  differentiable (fun V => sigma_inside sigma V U b x k (s (k - 1)%N)) W /\
  N _ _ (jac (ell t) (s t) *m jac (flow F k t) (s k) *m jacvec (fun V => sigma_inside sigma V U b x k (s (k - 1)%N)) W) <= C * E * (gamma * lambda) ^+ (t - k)%N.
Proof.
move=> R d m sigma sigma' W U b x s0 ell N C E gamma lambda k t F s sigmaP ellP NP C0 E0 g0 l0 kt q1 sg Wl LC WE.
have Fd j : (1 <= j)%N -> differentiable (F j) (s (j - 1)%N).
  by move=> _; exact: differentiable_sigma_inside.
have le j (j1 : (1 <= j)%N) := step_bound_sigma_inside sigmaP NP j1 (sg j) Wl.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
split; first exact: ellP.
split; first exact: (differentiable_flow Fd kt).
split; first exact: (@differentiable_immediate _ _ _ (fun V => sigma_inside sigma V U b x) W dW).
exact: (norm_term_le NP Fd le kt LC WE).
Qed.

Theorem gradients_vanish_of_sigma_inside_a_term_of_the_gradient_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (N : forall m n, 'M[R]_(m, n) -> R)
     (C E gamma lambda : R) (k : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  lecture_norm N ->
  0 <= C ->
  0 <= E ->
  0 <= gamma ->
  0 <= lambda ->
  gamma * lambda < 1 ->
  (forall j : nat, largest_entry (map_mx sigma' (s (j - 1)%N)) <= gamma) ->
  N _ _ W <= lambda ->
  (forall t, (k <= t)%N -> N _ _ (jac (ell t) (s t)) <= C) ->
  N _ _ (jacvec (fun V => sigma_inside sigma V U b x k (s (k - 1)%N)) W) <= E ->
  (forall t, (k <= t)%N -> differentiable (ell t) (s t)) /\
  (forall t, (k <= t)%N -> differentiable (flow F k t) (s k)) /\
  (forall t, (k <= t)%N -> differentiable (fun V => sigma_inside sigma V U b x k (s (k - 1)%N)) W) /\
  (fun t => N _ _ (jac (ell t) (s t) *m jac (flow F k t) (s k) *m jacvec (fun V => sigma_inside sigma V U b x k (s (k - 1)%N)) W)) --> (0 : R).
Proof.
move=> R d m sigma sigma' W U b x s0 ell N C E gamma lambda k F s sigmaP ellP NP C0 E0 g0 l0 q1 sg Wl LC WE.
have Fd j : (1 <= j)%N -> differentiable (F j) (s (j - 1)%N).
  by move=> _; exact: differentiable_sigma_inside.
have le j (j1 : (1 <= j)%N) := step_bound_sigma_inside sigmaP NP j1 (sg j) Wl.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
split; first by move=> t _; exact: ellP.
split; first by move=> t kt; exact: (differentiable_flow Fd kt).
split; first by move=> t _; exact: (@differentiable_immediate _ _ _ (fun V => sigma_inside sigma V U b x) W dW).
exact: (term_vanishes NP Fd le q1 LC WE).
Qed.
