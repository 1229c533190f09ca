(* The claims of proofs/truncation.py, as symrnn prints them.                 *)
(*                                                                            *)
(* Truncation as the exact gradient with an earlier state held, in both conventions.*)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary truncation derivatives_exist bptt sigma_inside.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem truncation_the_lectures_tau_counts_factors_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (t tau : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  (tau.+1 <= t)%N ->
  differentiable (ell t) (s t) /\
  (forall i, (0 <= i < tau.+1)%N -> differentiable (flow F (t - i)%N t) (s (t - i)%N)) /\
  (forall i, (0 <= i < tau.+1)%N -> differentiable (fun V => elman sigma V U b x (t - i)%N (s (t - i.+1)%N)) W) /\
  differentiable (fun V => ell t (flow (elman sigma V U b x) (t - tau.+1)%N t (s (t - tau.+1)%N))) W /\
  jac (ell t) (s t) *m (\sum_(0 <= i < tau.+1) jac (flow F (t - i)%N t) (s (t - i)%N) *m jacvec (fun V => elman sigma V U b x (t - i)%N (s (t - i.+1)%N)) W) = jacvec (fun V => ell t (flow (elman sigma V U b x) (t - tau.+1)%N t (s (t - tau.+1)%N))) W.
Proof.
move=> R d m sigma sigma' W U b x s0 ell t tau F s sigmaP ellP tt.
split; first exact: ellP.
split; first by move=> i _; exact: (flow_exists W U b s0 x sigmaP (leq_subr _ _)).
split; first by move=> i _; exact: (immediate_exists_W W U b x sigmaP).
split; first exact: (held_exists W U b s0 x sigmaP ellP (leq_subr _ _)).
exact: (truncation_the_lectures_tau_counts_factors W U b s0 x sigmaP ellP tt).
Qed.

Theorem truncation_the_frameworks_tau_counts_steps_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (t tau : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  (1 <= tau)%N ->
  (tau <= t)%N ->
  differentiable (ell t) (s t) /\
  (forall k, ((t.+1 - tau)%N <= k < t.+1)%N -> differentiable (flow F k t) (s k)) /\
  (forall k, ((t.+1 - tau)%N <= k < t.+1)%N -> differentiable (fun V => elman sigma V U b x k (s (k - 1)%N)) W) /\
  differentiable (fun V => ell t (flow (elman sigma V U b x) (t - tau)%N t (s (t - tau)%N))) W /\
  jac (ell t) (s t) *m (\sum_((t.+1 - tau)%N <= k < t.+1) jac (flow F k t) (s k) *m jacvec (fun V => elman sigma V U b x k (s (k - 1)%N)) W) = jacvec (fun V => ell t (flow (elman sigma V U b x) (t - tau)%N t (s (t - tau)%N))) W.
Proof.
move=> R d m sigma sigma' W U b x s0 ell t tau F s sigmaP ellP t1 tt.
split; first exact: ellP.
split; first by move=> k /andP[_ kt]; exact: (flow_exists W U b s0 x sigmaP).
split; first by move=> k _; exact: (immediate_exists_W W U b x sigmaP).
split; first exact: (held_exists W U b s0 x sigmaP ellP (leq_subr _ _)).
exact: (truncation_the_frameworks_tau_counts_steps W U b s0 x sigmaP ellP t1 tt).
Qed.

Theorem truncation_tau_factors_are_tau_1_steps_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (t tau : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  (tau.+1 <= t)%N ->
  differentiable (ell t) (s t) /\
  (forall i, (0 <= i < tau.+1)%N -> differentiable (flow F (t - i)%N t) (s (t - i)%N)) /\
  (forall i, (0 <= i < tau.+1)%N -> differentiable (fun V => elman sigma V U b x (t - i)%N (s (t - i.+1)%N)) W) /\
  (forall k, ((t - tau)%N <= k < t.+1)%N -> differentiable (flow F k t) (s k)) /\
  (forall k, ((t - tau)%N <= k < t.+1)%N -> differentiable (fun V => elman sigma V U b x k (s (k - 1)%N)) W) /\
  jac (ell t) (s t) *m (\sum_(0 <= i < tau.+1) jac (flow F (t - i)%N t) (s (t - i)%N) *m jacvec (fun V => elman sigma V U b x (t - i)%N (s (t - i.+1)%N)) W) = jac (ell t) (s t) *m (\sum_((t - tau)%N <= k < t.+1) jac (flow F k t) (s k) *m jacvec (fun V => elman sigma V U b x k (s (k - 1)%N)) W).
Proof.
move=> R d m sigma sigma' W U b x s0 ell t tau F s sigmaP ellP tt.
split; first exact: ellP.
split; first by move=> i _; exact: (flow_exists W U b s0 x sigmaP (leq_subr _ _)).
split; first by move=> i _; exact: (immediate_exists_W W U b x sigmaP).
split; first by move=> k /andP[_ kt]; exact: (flow_exists W U b s0 x sigmaP).
split; first by move=> k _; exact: (immediate_exists_W W U b x sigmaP).
exact: (truncation_tau_factors_are_tau_1_steps sigma W U b s0 x ell tt).
Qed.

Theorem truncation_one_factor_more_is_one_term_more_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (t tau : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  (tau.+1 <= t)%N ->
  differentiable (fun V => ell t (flow (elman sigma V U b x) (t - tau.+1)%N t (s (t - tau.+1)%N))) W /\
  differentiable (ell t) (s t) /\
  differentiable (flow F (t - tau)%N t) (s (t - tau)%N) /\
  differentiable (fun V => elman sigma V U b x (t - tau)%N (s (t - tau.+1)%N)) W /\
  differentiable (fun V => ell t (flow (elman sigma V U b x) (t - tau)%N t (s (t - tau)%N))) W /\
  jacvec (fun V => ell t (flow (elman sigma V U b x) (t - tau.+1)%N t (s (t - tau.+1)%N))) W = jac (ell t) (s t) *m jac (flow F (t - tau)%N t) (s (t - tau)%N) *m jacvec (fun V => elman sigma V U b x (t - tau)%N (s (t - tau.+1)%N)) W + jacvec (fun V => ell t (flow (elman sigma V U b x) (t - tau)%N t (s (t - tau)%N))) W.
Proof.
move=> R d m sigma sigma' W U b x s0 ell t tau F s sigmaP ellP tt.
split; first exact: (held_exists W U b s0 x sigmaP ellP (leq_subr _ _)).
split; first exact: ellP.
split; first exact: (flow_exists W U b s0 x sigmaP (leq_subr _ _)).
split; first exact: (immediate_exists_W W U b x sigmaP).
split; first exact: (held_exists W U b s0 x sigmaP ellP (leq_subr _ _)).
exact: (truncation_one_factor_more_is_one_term_more W U b s0 x sigmaP ellP tt).
Qed.

Theorem truncation_the_bias_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (t tau : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  (tau.+1 <= t)%N ->
  differentiable (fun V => ell t (state (elman sigma V U b x) s0 t)) W /\
  differentiable (fun V => ell t (flow (elman sigma V U b x) (t - tau.+1)%N t (s (t - tau.+1)%N))) W /\
  differentiable (ell t) (s t) /\
  (forall k, (1 <= k < (t - tau)%N)%N -> differentiable (flow F k t) (s k)) /\
  (forall k, (1 <= k < (t - tau)%N)%N -> differentiable (fun V => elman sigma V U b x k (s (k - 1)%N)) W) /\
  jacvec (fun V => ell t (state (elman sigma V U b x) s0 t)) W - jacvec (fun V => ell t (flow (elman sigma V U b x) (t - tau.+1)%N t (s (t - tau.+1)%N))) W = jac (ell t) (s t) *m (\sum_(1 <= k < (t - tau)%N) jac (flow F k t) (s k) *m jacvec (fun V => elman sigma V U b x k (s (k - 1)%N)) W).
Proof.
move=> R d m sigma sigma' W U b x s0 ell t tau F s sigmaP ellP tt.
split; first exact: (total_exists W U b s0 x sigmaP ellP).
split; first exact: (held_exists W U b s0 x sigmaP ellP (leq_subr _ _)).
split; first exact: ellP.
split.
  move=> k /andP[_ kt]; apply: (flow_exists W U b s0 x sigmaP); exact: ltnW (leq_trans kt (leq_subr _ _)).
split; first by move=> k _; exact: (immediate_exists_W W U b x sigmaP).
exact: (truncation_the_bias W U b s0 x sigmaP ellP tt).
Qed.

Theorem truncation_the_bias_bounded_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (N : forall m n, 'M[R]_(m, n) -> R)
     (C E gamma lambda : R) (t tau : nat),
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
  (tau.+1 <= t)%N ->
  (forall j, (1 <= j)%N -> largest_entry (map_mx sigma' (a j)) <= gamma) ->
  N _ _ W <= lambda ->
  N _ _ (jac (ell t) (s t)) <= C ->
  (forall k, (1 <= k)%N -> N _ _ (jacvec (fun V => elman sigma V U b x k (s (k - 1)%N)) W) <= E) ->
  differentiable (fun V => ell t (state (elman sigma V U b x) s0 t)) W /\
  differentiable (fun V => ell t (flow (elman sigma V U b x) (t - tau.+1)%N t (s (t - tau.+1)%N))) W /\
  N _ _ (jacvec (fun V => ell t (state (elman sigma V U b x) s0 t)) W - jacvec (fun V => ell t (flow (elman sigma V U b x) (t - tau.+1)%N t (s (t - tau.+1)%N))) W) <= C * E * (\sum_(tau.+1 <= i < t) (gamma * lambda) ^+ i).
Proof.
move=> R d m sigma sigma' W U b x s0 ell N C E gamma lambda t tau F s a sigmaP ellP NP C0 E0 g0 l0 tt sg Wl LC EP.
split; first exact: (total_exists W U b s0 x sigmaP ellP).
split; first exact: (held_exists W U b s0 x sigmaP ellP (leq_subr _ _)).
exact: (truncation_the_bias_bounded sigmaP ellP NP sg Wl EP tt LC).
Qed.

Theorem truncation_the_bias_is_a_geometric_tail_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (N : forall m n, 'M[R]_(m, n) -> R)
     (C E gamma lambda : R) (t tau : nat),
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
  (tau.+1 <= t)%N ->
  (forall j, (1 <= j)%N -> largest_entry (map_mx sigma' (a j)) <= gamma) ->
  N _ _ W <= lambda ->
  N _ _ (jac (ell t) (s t)) <= C ->
  (forall k, (1 <= k)%N -> N _ _ (jacvec (fun V => elman sigma V U b x k (s (k - 1)%N)) W) <= E) ->
  gamma * lambda < 1 ->
  differentiable (fun V => ell t (state (elman sigma V U b x) s0 t)) W /\
  differentiable (fun V => ell t (flow (elman sigma V U b x) (t - tau.+1)%N t (s (t - tau.+1)%N))) W /\
  N _ _ (jacvec (fun V => ell t (state (elman sigma V U b x) s0 t)) W - jacvec (fun V => ell t (flow (elman sigma V U b x) (t - tau.+1)%N t (s (t - tau.+1)%N))) W) <= C * E * (gamma * lambda) ^+ tau.+1 / (1 - gamma * lambda).
Proof.
move=> R d m sigma sigma' W U b x s0 ell N C E gamma lambda t tau F s a sigmaP ellP NP C0 E0 g0 l0 tt sg Wl LC EP q1.
split; first exact: (total_exists W U b s0 x sigmaP ellP).
split; first exact: (held_exists W U b s0 x sigmaP ellP (leq_subr _ _)).
exact: (truncation_the_bias_is_a_geometric_tail sigmaP ellP NP sg Wl EP tt LC q1).
Qed.

Theorem truncation_what_is_kept_cannot_explode_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (N : forall m n, 'M[R]_(m, n) -> R)
     (C E gamma lambda : R) (t tau : nat),
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
  (tau.+1 <= t)%N ->
  (forall j, (1 <= j)%N -> largest_entry (map_mx sigma' (a j)) <= gamma) ->
  N _ _ W <= lambda ->
  N _ _ (jac (ell t) (s t)) <= C ->
  (forall k, (1 <= k)%N -> N _ _ (jacvec (fun V => elman sigma V U b x k (s (k - 1)%N)) W) <= E) ->
  differentiable (fun V => ell t (flow (elman sigma V U b x) (t - tau.+1)%N t (s (t - tau.+1)%N))) W /\
  N _ _ (jacvec (fun V => ell t (flow (elman sigma V U b x) (t - tau.+1)%N t (s (t - tau.+1)%N))) W) <= C * E * (\sum_(0 <= i < tau.+1) (gamma * lambda) ^+ i).
Proof.
move=> R d m sigma sigma' W U b x s0 ell N C E gamma lambda t tau F s a sigmaP ellP NP C0 E0 g0 l0 tt sg Wl LC EP.
split; first exact: (held_exists W U b s0 x sigmaP ellP (leq_subr _ _)).
exact: (truncation_what_is_kept_cannot_explode sigmaP ellP NP sg Wl EP tt LC).
Qed.

Theorem truncation_what_is_kept_can_vanish_all_the_same_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (N : forall m n, 'M[R]_(m, n) -> R)
     (C E gamma lambda : R) (i t tau : nat),
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
  (i <= tau)%N ->
  (tau.+1 <= t)%N ->
  (forall j, (1 <= j)%N -> largest_entry (map_mx sigma' (a j)) <= gamma) ->
  N _ _ W <= lambda ->
  N _ _ (jac (ell t) (s t)) <= C ->
  (forall k, (1 <= k)%N -> N _ _ (jacvec (fun V => elman sigma V U b x k (s (k - 1)%N)) W) <= E) ->
  differentiable (ell t) (s t) /\
  differentiable (flow F (t - i)%N t) (s (t - i)%N) /\
  differentiable (fun V => elman sigma V U b x (t - i)%N (s (t - i.+1)%N)) W /\
  N _ _ (jac (ell t) (s t) *m jac (flow F (t - i)%N t) (s (t - i)%N) *m jacvec (fun V => elman sigma V U b x (t - i)%N (s (t - i.+1)%N)) W) <= C * E * (gamma * lambda) ^+ i.
Proof.
move=> R d m sigma sigma' W U b x s0 ell N C E gamma lambda i t tau F s a sigmaP ellP NP C0 E0 g0 l0 it tt sg Wl LC EP.
split; first exact: ellP.
split; first exact: (flow_exists W U b s0 x sigmaP (leq_subr _ _)).
split; first exact: (immediate_exists_W W U b x sigmaP).
exact: (truncation_what_is_kept_can_vanish_all_the_same sigmaP NP sg Wl EP it tt LC).
Qed.

(* With σ inside                                                              *)

Theorem truncation_of_sigma_inside_the_lectures_tau_counts_factors_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (t tau : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  (tau.+1 <= t)%N ->
  differentiable (ell t) (s t) /\
  (forall i, (0 <= i < tau.+1)%N -> differentiable (flow F (t - i)%N t) (s (t - i)%N)) /\
  (forall i, (0 <= i < tau.+1)%N -> differentiable (fun V => sigma_inside sigma V U b x (t - i)%N (s (t - i.+1)%N)) W) /\
  differentiable (fun V => ell t (flow (sigma_inside sigma V U b x) (t - tau.+1)%N t (s (t - tau.+1)%N))) W /\
  jac (ell t) (s t) *m (\sum_(0 <= i < tau.+1) jac (flow F (t - i)%N t) (s (t - i)%N) *m jacvec (fun V => sigma_inside sigma V U b x (t - i)%N (s (t - i.+1)%N)) W) = jacvec (fun V => ell t (flow (sigma_inside sigma V U b x) (t - tau.+1)%N t (s (t - tau.+1)%N))) W.
Proof.
move=> R d m sigma sigma' W U b x s0 ell t tau F s sigmaP ellP tt.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
split; first exact: ellP.
split; first by move=> i _; exact: (inside_flow_exists W U b s0 x sigmaP (leq_subr _ _)).
split; first by move=> i _; exact: (@differentiable_immediate _ _ _ (fun V => sigma_inside sigma V U b x) W dW).
split; first exact: (inside_held_exists W U b s0 x sigmaP ellP (leq_subr _ _)).
exact: (@the_lectures_tau_counts_factors _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0 ell dW ellP t tau tt).
Qed.

Theorem truncation_of_sigma_inside_the_frameworks_tau_counts_steps_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (t tau : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  (1 <= tau)%N ->
  (tau <= t)%N ->
  differentiable (ell t) (s t) /\
  (forall k, ((t.+1 - tau)%N <= k < t.+1)%N -> differentiable (flow F k t) (s k)) /\
  (forall k, ((t.+1 - tau)%N <= k < t.+1)%N -> differentiable (fun V => sigma_inside sigma V U b x k (s (k - 1)%N)) W) /\
  differentiable (fun V => ell t (flow (sigma_inside sigma V U b x) (t - tau)%N t (s (t - tau)%N))) W /\
  jac (ell t) (s t) *m (\sum_((t.+1 - tau)%N <= k < t.+1) jac (flow F k t) (s k) *m jacvec (fun V => sigma_inside sigma V U b x k (s (k - 1)%N)) W) = jacvec (fun V => ell t (flow (sigma_inside sigma V U b x) (t - tau)%N t (s (t - tau)%N))) W.
Proof.
move=> R d m sigma sigma' W U b x s0 ell t tau F s sigmaP ellP t1 tt.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
split; first exact: ellP.
split; first by move=> k /andP[_ kt]; exact: (inside_flow_exists W U b s0 x sigmaP).
split; first by move=> k _; exact: (@differentiable_immediate _ _ _ (fun V => sigma_inside sigma V U b x) W dW).
split; first exact: (inside_held_exists W U b s0 x sigmaP ellP (leq_subr _ _)).
exact: (@the_frameworks_tau_counts_steps _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0 ell dW ellP t tau t1 tt).
Qed.

Theorem truncation_of_sigma_inside_tau_factors_are_tau_1_steps_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (t tau : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  (tau.+1 <= t)%N ->
  differentiable (ell t) (s t) /\
  (forall i, (0 <= i < tau.+1)%N -> differentiable (flow F (t - i)%N t) (s (t - i)%N)) /\
  (forall i, (0 <= i < tau.+1)%N -> differentiable (fun V => sigma_inside sigma V U b x (t - i)%N (s (t - i.+1)%N)) W) /\
  (forall k, ((t - tau)%N <= k < t.+1)%N -> differentiable (flow F k t) (s k)) /\
  (forall k, ((t - tau)%N <= k < t.+1)%N -> differentiable (fun V => sigma_inside sigma V U b x k (s (k - 1)%N)) W) /\
  jac (ell t) (s t) *m (\sum_(0 <= i < tau.+1) jac (flow F (t - i)%N t) (s (t - i)%N) *m jacvec (fun V => sigma_inside sigma V U b x (t - i)%N (s (t - i.+1)%N)) W) = jac (ell t) (s t) *m (\sum_((t - tau)%N <= k < t.+1) jac (flow F k t) (s k) *m jacvec (fun V => sigma_inside sigma V U b x k (s (k - 1)%N)) W).
Proof.
move=> R d m sigma sigma' W U b x s0 ell t tau F s sigmaP ellP tt.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
split; first exact: ellP.
split; first by move=> i _; exact: (inside_flow_exists W U b s0 x sigmaP (leq_subr _ _)).
split; first by move=> i _; exact: (@differentiable_immediate _ _ _ (fun V => sigma_inside sigma V U b x) W dW).
split; first by move=> k /andP[_ kt]; exact: (inside_flow_exists W U b s0 x sigmaP).
split; first by move=> k _; exact: (@differentiable_immediate _ _ _ (fun V => sigma_inside sigma V U b x) W dW).
exact: (@tau_factors_are_tau_1_steps _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0 ell t tau tt).
Qed.

Theorem truncation_of_sigma_inside_one_factor_more_is_one_term_more_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (t tau : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  (tau.+1 <= t)%N ->
  differentiable (fun V => ell t (flow (sigma_inside sigma V U b x) (t - tau.+1)%N t (s (t - tau.+1)%N))) W /\
  differentiable (ell t) (s t) /\
  differentiable (flow F (t - tau)%N t) (s (t - tau)%N) /\
  differentiable (fun V => sigma_inside sigma V U b x (t - tau)%N (s (t - tau.+1)%N)) W /\
  differentiable (fun V => ell t (flow (sigma_inside sigma V U b x) (t - tau)%N t (s (t - tau)%N))) W /\
  jacvec (fun V => ell t (flow (sigma_inside sigma V U b x) (t - tau.+1)%N t (s (t - tau.+1)%N))) W = jac (ell t) (s t) *m jac (flow F (t - tau)%N t) (s (t - tau)%N) *m jacvec (fun V => sigma_inside sigma V U b x (t - tau)%N (s (t - tau.+1)%N)) W + jacvec (fun V => ell t (flow (sigma_inside sigma V U b x) (t - tau)%N t (s (t - tau)%N))) W.
Proof.
move=> R d m sigma sigma' W U b x s0 ell t tau F s sigmaP ellP tt.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
split; first exact: (inside_held_exists W U b s0 x sigmaP ellP (leq_subr _ _)).
split; first exact: ellP.
split; first exact: (inside_flow_exists W U b s0 x sigmaP (leq_subr _ _)).
split; first exact: (@differentiable_immediate _ _ _ (fun V => sigma_inside sigma V U b x) W dW).
split; first exact: (inside_held_exists W U b s0 x sigmaP ellP (leq_subr _ _)).
exact: (@one_factor_more_is_one_term_more _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0 ell dW ellP t tau tt).
Qed.

Theorem truncation_of_sigma_inside_the_bias_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (t tau : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  (tau.+1 <= t)%N ->
  differentiable (fun V => ell t (state (sigma_inside sigma V U b x) s0 t)) W /\
  differentiable (fun V => ell t (flow (sigma_inside sigma V U b x) (t - tau.+1)%N t (s (t - tau.+1)%N))) W /\
  differentiable (ell t) (s t) /\
  (forall k, (1 <= k < (t - tau)%N)%N -> differentiable (flow F k t) (s k)) /\
  (forall k, (1 <= k < (t - tau)%N)%N -> differentiable (fun V => sigma_inside sigma V U b x k (s (k - 1)%N)) W) /\
  jacvec (fun V => ell t (state (sigma_inside sigma V U b x) s0 t)) W - jacvec (fun V => ell t (flow (sigma_inside sigma V U b x) (t - tau.+1)%N t (s (t - tau.+1)%N))) W = jac (ell t) (s t) *m (\sum_(1 <= k < (t - tau)%N) jac (flow F k t) (s k) *m jacvec (fun V => sigma_inside sigma V U b x k (s (k - 1)%N)) W).
Proof.
move=> R d m sigma sigma' W U b x s0 ell t tau F s sigmaP ellP tt.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
split; first exact: (inside_held_exists W U b s0 x sigmaP ellP (leq0n t)).
split; first exact: (inside_held_exists W U b s0 x sigmaP ellP (leq_subr _ _)).
split; first exact: ellP.
split.
  move=> k /andP[_ kt]; apply: (inside_flow_exists W U b s0 x sigmaP).
  exact: ltnW (leq_trans kt (leq_subr _ _)).
split; first by move=> k _; exact: (@differentiable_immediate _ _ _ (fun V => sigma_inside sigma V U b x) W dW).
exact: (@the_bias _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0 ell dW ellP t tau tt).
Qed.

Theorem truncation_of_sigma_inside_the_bias_bounded_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (N : forall m n, 'M[R]_(m, n) -> R)
     (C E gamma lambda : R) (t tau : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  lecture_norm N ->
  0 <= C ->
  0 <= E ->
  0 <= gamma ->
  0 <= lambda ->
  (tau.+1 <= t)%N ->
  (forall j : nat, largest_entry (map_mx sigma' (s (j - 1)%N)) <= gamma) ->
  N _ _ W <= lambda ->
  N _ _ (jac (ell t) (s t)) <= C ->
  (forall k, (1 <= k)%N -> N _ _ (jacvec (fun V => sigma_inside sigma V U b x k (s (k - 1)%N)) W) <= E) ->
  differentiable (fun V => ell t (state (sigma_inside sigma V U b x) s0 t)) W /\
  differentiable (fun V => ell t (flow (sigma_inside sigma V U b x) (t - tau.+1)%N t (s (t - tau.+1)%N))) W /\
  N _ _ (jacvec (fun V => ell t (state (sigma_inside sigma V U b x) s0 t)) W - jacvec (fun V => ell t (flow (sigma_inside sigma V U b x) (t - tau.+1)%N t (s (t - tau.+1)%N))) W) <= C * E * (\sum_(tau.+1 <= i < t) (gamma * lambda) ^+ i).
Proof.
move=> R d m sigma sigma' W U b x s0 ell N C E gamma lambda t tau F s sigmaP ellP NP C0 E0 g0 l0 tt sg Wl LC EP.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
have le j (j1 : (1 <= j)%N) := step_bound_sigma_inside sigmaP NP j1 (sg j) Wl.
split; first exact: (inside_held_exists W U b s0 x sigmaP ellP (leq0n t)).
split; first exact: (inside_held_exists W U b s0 x sigmaP ellP (leq_subr _ _)).
exact: (@the_bias_bounded _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0 ell dW ellP N NP _ C E le EP t tau tt LC).
Qed.

Theorem truncation_of_sigma_inside_the_bias_is_a_geometric_tail_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (N : forall m n, 'M[R]_(m, n) -> R)
     (C E gamma lambda : R) (t tau : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  lecture_norm N ->
  0 <= C ->
  0 <= E ->
  0 <= gamma ->
  0 <= lambda ->
  (tau.+1 <= t)%N ->
  (forall j : nat, largest_entry (map_mx sigma' (s (j - 1)%N)) <= gamma) ->
  N _ _ W <= lambda ->
  N _ _ (jac (ell t) (s t)) <= C ->
  (forall k, (1 <= k)%N -> N _ _ (jacvec (fun V => sigma_inside sigma V U b x k (s (k - 1)%N)) W) <= E) ->
  gamma * lambda < 1 ->
  differentiable (fun V => ell t (state (sigma_inside sigma V U b x) s0 t)) W /\
  differentiable (fun V => ell t (flow (sigma_inside sigma V U b x) (t - tau.+1)%N t (s (t - tau.+1)%N))) W /\
  N _ _ (jacvec (fun V => ell t (state (sigma_inside sigma V U b x) s0 t)) W - jacvec (fun V => ell t (flow (sigma_inside sigma V U b x) (t - tau.+1)%N t (s (t - tau.+1)%N))) W) <= C * E * (gamma * lambda) ^+ tau.+1 / (1 - gamma * lambda).
Proof.
move=> R d m sigma sigma' W U b x s0 ell N C E gamma lambda t tau F s sigmaP ellP NP C0 E0 g0 l0 tt sg Wl LC EP q1.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
have le j (j1 : (1 <= j)%N) := step_bound_sigma_inside sigmaP NP j1 (sg j) Wl.
split; first exact: (inside_held_exists W U b s0 x sigmaP ellP (leq0n t)).
split; first exact: (inside_held_exists W U b s0 x sigmaP ellP (leq_subr _ _)).
exact: (@the_bias_is_a_geometric_tail _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0 ell dW ellP N NP _ C E le EP t tau tt LC q1).
Qed.

Theorem truncation_of_sigma_inside_what_is_kept_cannot_explode_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (N : forall m n, 'M[R]_(m, n) -> R)
     (C E gamma lambda : R) (t tau : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  lecture_norm N ->
  0 <= C ->
  0 <= E ->
  0 <= gamma ->
  0 <= lambda ->
  (tau.+1 <= t)%N ->
  (forall j : nat, largest_entry (map_mx sigma' (s (j - 1)%N)) <= gamma) ->
  N _ _ W <= lambda ->
  N _ _ (jac (ell t) (s t)) <= C ->
  (forall k, (1 <= k)%N -> N _ _ (jacvec (fun V => sigma_inside sigma V U b x k (s (k - 1)%N)) W) <= E) ->
  differentiable (fun V => ell t (flow (sigma_inside sigma V U b x) (t - tau.+1)%N t (s (t - tau.+1)%N))) W /\
  N _ _ (jacvec (fun V => ell t (flow (sigma_inside sigma V U b x) (t - tau.+1)%N t (s (t - tau.+1)%N))) W) <= C * E * (\sum_(0 <= i < tau.+1) (gamma * lambda) ^+ i).
Proof.
move=> R d m sigma sigma' W U b x s0 ell N C E gamma lambda t tau F s sigmaP ellP NP C0 E0 g0 l0 tt sg Wl LC EP.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
have le j (j1 : (1 <= j)%N) := step_bound_sigma_inside sigmaP NP j1 (sg j) Wl.
split; first exact: (inside_held_exists W U b s0 x sigmaP ellP (leq_subr _ _)).
exact: (@what_is_kept_cannot_explode _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0 ell dW ellP N NP _ C E le EP t tau tt LC).
Qed.

Theorem truncation_of_sigma_inside_what_is_kept_can_vanish_all_the_same_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (N : forall m n, 'M[R]_(m, n) -> R)
     (C E gamma lambda : R) (i t tau : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  lecture_norm N ->
  0 <= C ->
  0 <= E ->
  0 <= gamma ->
  0 <= lambda ->
  (i <= tau)%N ->
  (tau.+1 <= t)%N ->
  (forall j : nat, largest_entry (map_mx sigma' (s (j - 1)%N)) <= gamma) ->
  N _ _ W <= lambda ->
  N _ _ (jac (ell t) (s t)) <= C ->
  (forall k, (1 <= k)%N -> N _ _ (jacvec (fun V => sigma_inside sigma V U b x k (s (k - 1)%N)) W) <= E) ->
  differentiable (ell t) (s t) /\
  differentiable (flow F (t - i)%N t) (s (t - i)%N) /\
  differentiable (fun V => sigma_inside sigma V U b x (t - i)%N (s (t - i.+1)%N)) W /\
  N _ _ (jac (ell t) (s t) *m jac (flow F (t - i)%N t) (s (t - i)%N) *m jacvec (fun V => sigma_inside sigma V U b x (t - i)%N (s (t - i.+1)%N)) W) <= C * E * (gamma * lambda) ^+ i.
Proof.
move=> R d m sigma sigma' W U b x s0 ell N C E gamma lambda i t tau F s sigmaP ellP NP C0 E0 g0 l0 it tt sg Wl LC EP.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
have le j (j1 : (1 <= j)%N) := step_bound_sigma_inside sigmaP NP j1 (sg j) Wl.
split; first exact: ellP.
split; first exact: (inside_flow_exists W U b s0 x sigmaP (leq_subr _ _)).
split; first exact: (@differentiable_immediate _ _ _ (fun V => sigma_inside sigma V U b x) W dW).
exact: (@what_is_kept_can_vanish_all_the_same _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0 ell dW N NP _ C E le EP i t tau it tt LC).
Qed.
