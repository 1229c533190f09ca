(* The claims of proofs/bptt.py, as symrnn prints them.                       *)
(*                                                                            *)
(* All derivatives that occur exist: of flows, of losses, and the immediate ones.*)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary bptt bptt_adjoint derivatives_exist product_of_jacobians sigma_inside differentials.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem bptt_the_state_by_W_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (t : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  differentiable (fun V => state (elman sigma V U b x) s0 t) W /\
  (forall k, (1 <= k < t.+1)%N -> differentiable (flow F k t) (s k)) /\
  (forall k, (1 <= k < t.+1)%N -> differentiable (fun V => elman sigma V U b x k (s (k - 1)%N)) W) /\
  jacvec (fun V => state (elman sigma V U b x) s0 t) W = \sum_(1 <= k < t.+1) jac (flow F k t) (s k) *m jacvec (fun V => elman sigma V U b x k (s (k - 1)%N)) W.
Proof.
move=> R d m sigma sigma' W U b x s0 t F s sigmaP.
exact: (@state_by_matrix _ _ _ _ (fun V => elman sigma V U b x) W s0
  (elman_diff_W W U b x sigmaP) 0%N t (leq0n t)).
Qed.

Theorem bptt_the_loss_by_W_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (t : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  differentiable (fun V => ell t (state (elman sigma V U b x) s0 t)) W /\
  differentiable (ell t) (s t) /\
  (forall k, (1 <= k < t.+1)%N -> differentiable (flow F k t) (s k)) /\
  (forall k, (1 <= k < t.+1)%N -> differentiable (fun V => elman sigma V U b x k (s (k - 1)%N)) W) /\
  jacvec (fun V => ell t (state (elman sigma V U b x) s0 t)) W = jac (ell t) (s t) *m (\sum_(1 <= k < t.+1) jac (flow F k t) (s k) *m jacvec (fun V => elman sigma V U b x k (s (k - 1)%N)) W).
Proof.
move=> R d m sigma sigma' W U b x s0 ell t F s sigmaP ellP.
exact: (@loss_by_matrix _ _ _ _ (fun V => elman sigma V U b x) W s0 ell
  (elman_diff_W W U b x sigmaP) ellP 0%N t (leq0n t)).
Qed.

Theorem bptt_likewise_the_state_by_U_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (t : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  differentiable (fun V => state (elman sigma W V b x) s0 t) U /\
  (forall k, (1 <= k < t.+1)%N -> differentiable (flow F k t) (s k)) /\
  (forall k, (1 <= k < t.+1)%N -> differentiable (fun V => elman sigma W V b x k (s (k - 1)%N)) U) /\
  jacvec (fun V => state (elman sigma W V b x) s0 t) U = \sum_(1 <= k < t.+1) jac (flow F k t) (s k) *m jacvec (fun V => elman sigma W V b x k (s (k - 1)%N)) U.
Proof.
move=> R d m sigma sigma' W U b x s0 t F s sigmaP.
exact: (@state_by_matrix _ _ _ _ (fun V => elman sigma W V b x) U s0
  (elman_diff_U W U b x sigmaP) 0%N t (leq0n t)).
Qed.

Theorem bptt_likewise_the_loss_by_U_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (t : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  differentiable (fun V => ell t (state (elman sigma W V b x) s0 t)) U /\
  differentiable (ell t) (s t) /\
  (forall k, (1 <= k < t.+1)%N -> differentiable (flow F k t) (s k)) /\
  (forall k, (1 <= k < t.+1)%N -> differentiable (fun V => elman sigma W V b x k (s (k - 1)%N)) U) /\
  jacvec (fun V => ell t (state (elman sigma W V b x) s0 t)) U = jac (ell t) (s t) *m (\sum_(1 <= k < t.+1) jac (flow F k t) (s k) *m jacvec (fun V => elman sigma W V b x k (s (k - 1)%N)) U).
Proof.
move=> R d m sigma sigma' W U b x s0 ell t F s sigmaP ellP.
exact: (@loss_by_matrix _ _ _ _ (fun V => elman sigma W V b x) U s0 ell
  (elman_diff_U W U b x sigmaP) ellP 0%N t (leq0n t)).
Qed.

Theorem bptt_likewise_the_state_by_b_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (t : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  differentiable (fun v => state (elman sigma W U v x) s0 t) b /\
  (forall k, (1 <= k < t.+1)%N -> differentiable (flow F k t) (s k)) /\
  (forall k, (1 <= k < t.+1)%N -> differentiable (fun v => elman sigma W U v x k (s (k - 1)%N)) b) /\
  jac (fun v => state (elman sigma W U v x) s0 t) b = \sum_(1 <= k < t.+1) jac (flow F k t) (s k) *m jac (fun v => elman sigma W U v x k (s (k - 1)%N)) b.
Proof.
move=> R d m sigma sigma' W U b x s0 t F s sigmaP.
exact: (@state_by_column _ _ _ (fun v => elman sigma W U v x) b s0
  (elman_diff_b W U b x sigmaP) 0%N t (leq0n t)).
Qed.

Theorem bptt_likewise_the_loss_by_b_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (t : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  differentiable (fun v => ell t (state (elman sigma W U v x) s0 t)) b /\
  differentiable (ell t) (s t) /\
  (forall k, (1 <= k < t.+1)%N -> differentiable (flow F k t) (s k)) /\
  (forall k, (1 <= k < t.+1)%N -> differentiable (fun v => elman sigma W U v x k (s (k - 1)%N)) b) /\
  jac (fun v => ell t (state (elman sigma W U v x) s0 t)) b = jac (ell t) (s t) *m (\sum_(1 <= k < t.+1) jac (flow F k t) (s k) *m jac (fun v => elman sigma W U v x k (s (k - 1)%N)) b).
Proof.
move=> R d m sigma sigma' W U b x s0 ell t F s sigmaP ellP.
exact: (@loss_by_column _ _ _ (fun v => elman sigma W U v x) b s0 ell
  (elman_diff_b W U b x sigmaP) ellP 0%N t (leq0n t)).
Qed.

Theorem bptt_the_initial_state_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (t : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  differentiable (fun v => ell t (flow F 0 t v)) (s 0%N) /\
  differentiable (ell t) (s t) /\
  (forall j, (1 <= j < t.+1)%N -> differentiable (flow F (j - 1)%N j) (s (j - 1)%N)) /\
  jac (fun v => ell t (flow F 0 t v)) (s 0%N) = jac (ell t) (s t) *m oprod 1 t.+1 (fun j => jac (flow F (j - 1)%N j) (s (j - 1)%N)).
Proof.
move=> R d m sigma sigma' W U b x s0 ell t F s sigmaP ellP.
have [dL E] := bptt_the_initial_state W U b s0 x sigmaP ellP (leq0n t).
split; first exact: dL.
split; first exact: ellP.
split; first by move=> j _; exact: (step_exists W U b s0 x sigmaP).
exact: E.
Qed.

Theorem bptt_the_state_by_W_with_s_h_held_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (h t : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (h <= t)%N ->
  differentiable (fun V => flow (elman sigma V U b x) h t (s h)) W /\
  (forall k, (h.+1 <= k < t.+1)%N -> differentiable (flow F k t) (s k)) /\
  (forall k, (h.+1 <= k < t.+1)%N -> differentiable (fun V => elman sigma V U b x k (s (k - 1)%N)) W) /\
  jacvec (fun V => flow (elman sigma V U b x) h t (s h)) W = \sum_(h.+1 <= k < t.+1) jac (flow F k t) (s k) *m jacvec (fun V => elman sigma V U b x k (s (k - 1)%N)) W.
Proof.
move=> R d m sigma sigma' W U b x s0 h t F s sigmaP ht.
exact: (@state_by_matrix _ _ _ _ (fun V => elman sigma V U b x) W s0
  (elman_diff_W W U b x sigmaP) h t ht).
Qed.

Theorem bptt_the_loss_by_W_with_s_h_held_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (h t : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  (h <= t)%N ->
  differentiable (fun V => ell t (flow (elman sigma V U b x) h t (s h))) W /\
  differentiable (ell t) (s t) /\
  (forall k, (h.+1 <= k < t.+1)%N -> differentiable (flow F k t) (s k)) /\
  (forall k, (h.+1 <= k < t.+1)%N -> differentiable (fun V => elman sigma V U b x k (s (k - 1)%N)) W) /\
  jacvec (fun V => ell t (flow (elman sigma V U b x) h t (s h))) W = jac (ell t) (s t) *m (\sum_(h.+1 <= k < t.+1) jac (flow F k t) (s k) *m jacvec (fun V => elman sigma V U b x k (s (k - 1)%N)) W).
Proof.
move=> R d m sigma sigma' W U b x s0 ell h t F s sigmaP ellP ht.
exact: (@loss_by_matrix _ _ _ _ (fun V => elman sigma V U b x) W s0 ell
  (elman_diff_W W U b x sigmaP) ellP h t ht).
Qed.

Theorem bptt_likewise_the_state_by_U_with_s_h_held_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (h t : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (h <= t)%N ->
  differentiable (fun V => flow (elman sigma W V b x) h t (s h)) U /\
  (forall k, (h.+1 <= k < t.+1)%N -> differentiable (flow F k t) (s k)) /\
  (forall k, (h.+1 <= k < t.+1)%N -> differentiable (fun V => elman sigma W V b x k (s (k - 1)%N)) U) /\
  jacvec (fun V => flow (elman sigma W V b x) h t (s h)) U = \sum_(h.+1 <= k < t.+1) jac (flow F k t) (s k) *m jacvec (fun V => elman sigma W V b x k (s (k - 1)%N)) U.
Proof.
move=> R d m sigma sigma' W U b x s0 h t F s sigmaP ht.
exact: (@state_by_matrix _ _ _ _ (fun V => elman sigma W V b x) U s0
  (elman_diff_U W U b x sigmaP) h t ht).
Qed.

Theorem bptt_likewise_the_loss_by_U_with_s_h_held_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (h t : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  (h <= t)%N ->
  differentiable (fun V => ell t (flow (elman sigma W V b x) h t (s h))) U /\
  differentiable (ell t) (s t) /\
  (forall k, (h.+1 <= k < t.+1)%N -> differentiable (flow F k t) (s k)) /\
  (forall k, (h.+1 <= k < t.+1)%N -> differentiable (fun V => elman sigma W V b x k (s (k - 1)%N)) U) /\
  jacvec (fun V => ell t (flow (elman sigma W V b x) h t (s h))) U = jac (ell t) (s t) *m (\sum_(h.+1 <= k < t.+1) jac (flow F k t) (s k) *m jacvec (fun V => elman sigma W V b x k (s (k - 1)%N)) U).
Proof.
move=> R d m sigma sigma' W U b x s0 ell h t F s sigmaP ellP ht.
exact: (@loss_by_matrix _ _ _ _ (fun V => elman sigma W V b x) U s0 ell
  (elman_diff_U W U b x sigmaP) ellP h t ht).
Qed.

Theorem bptt_likewise_the_state_by_b_with_s_h_held_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (h t : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (h <= t)%N ->
  differentiable (fun v => flow (elman sigma W U v x) h t (s h)) b /\
  (forall k, (h.+1 <= k < t.+1)%N -> differentiable (flow F k t) (s k)) /\
  (forall k, (h.+1 <= k < t.+1)%N -> differentiable (fun v => elman sigma W U v x k (s (k - 1)%N)) b) /\
  jac (fun v => flow (elman sigma W U v x) h t (s h)) b = \sum_(h.+1 <= k < t.+1) jac (flow F k t) (s k) *m jac (fun v => elman sigma W U v x k (s (k - 1)%N)) b.
Proof.
move=> R d m sigma sigma' W U b x s0 h t F s sigmaP ht.
exact: (@state_by_column _ _ _ (fun v => elman sigma W U v x) b s0
  (elman_diff_b W U b x sigmaP) h t ht).
Qed.

Theorem bptt_likewise_the_loss_by_b_with_s_h_held_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (h t : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  (h <= t)%N ->
  differentiable (fun v => ell t (flow (elman sigma W U v x) h t (s h))) b /\
  differentiable (ell t) (s t) /\
  (forall k, (h.+1 <= k < t.+1)%N -> differentiable (flow F k t) (s k)) /\
  (forall k, (h.+1 <= k < t.+1)%N -> differentiable (fun v => elman sigma W U v x k (s (k - 1)%N)) b) /\
  jac (fun v => ell t (flow (elman sigma W U v x) h t (s h))) b = jac (ell t) (s t) *m (\sum_(h.+1 <= k < t.+1) jac (flow F k t) (s k) *m jac (fun v => elman sigma W U v x k (s (k - 1)%N)) b).
Proof.
move=> R d m sigma sigma' W U b x s0 ell h t F s sigmaP ellP ht.
exact: (@loss_by_column _ _ _ (fun v => elman sigma W U v x) b s0 ell
  (elman_diff_b W U b x sigmaP) ellP h t ht).
Qed.

Theorem bptt_the_worked_case_L_4_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1),
  let F := elman sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  differentiable (fun V => ell 4%N (state (elman sigma V U b x) s0 4)) W /\
  differentiable (ell 4%N) (s 4%N) /\
  differentiable (flow F 1 4) (s 1%N) /\
  differentiable (fun V => elman sigma V U b x 1 (s 0%N)) W /\
  differentiable (flow F 2 4) (s 2%N) /\
  differentiable (fun V => elman sigma V U b x 2 (s 1%N)) W /\
  differentiable (flow F 3 4) (s 3%N) /\
  differentiable (fun V => elman sigma V U b x 3 (s 2%N)) W /\
  differentiable (fun v => v) (s 4%N) /\
  differentiable (fun V => elman sigma V U b x 4 (s 3%N)) W /\
  jacvec (fun V => ell 4%N (state (elman sigma V U b x) s0 4)) W = jac (ell 4%N) (s 4%N) *m (jac (flow F 1 4) (s 1%N) *m jacvec (fun V => elman sigma V U b x 1 (s 0%N)) W + jac (flow F 2 4) (s 2%N) *m jacvec (fun V => elman sigma V U b x 2 (s 1%N)) W + jac (flow F 3 4) (s 3%N) *m jacvec (fun V => elman sigma V U b x 3 (s 2%N)) W + jac (fun v => v) (s 4%N) *m jacvec (fun V => elman sigma V U b x 4 (s 3%N)) W).
Proof.
move=> R d m sigma sigma' W U b x s0 ell F s sigmaP ellP.
have [dL E] := bptt_the_worked_case_L_4 W U b s0 x sigmaP ellP.
have dF k : (k <= 4)%N -> differentiable (flow F k 4) (s k) by exact: (flow_exists W U b s0 x sigmaP).
have dW k u : differentiable (fun V => elman sigma V U b x k u) W by exact: (immediate_exists_W W U b x sigmaP).
split; first exact: dL.
split; first exact: ellP.
split; first exact: (dF 1%N).
split; first exact: dW.
split; first exact: (dF 2%N).
split; first exact: dW.
split; first exact: (dF 3%N).
split; first exact: dW.
split; first exact: (dF 4%N).
split; first exact: dW.
exact: E.
Qed.

Theorem bptt_the_total_loss_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (T : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  (1 <= T)%N ->
  differentiable (fun V => \sum_(1 <= t < T.+1) ell t (state (elman sigma V U b x) s0 t)) W /\
  (forall t, (1 <= t < T.+1)%N -> differentiable (ell t) (s t)) /\
  (forall t, (1 <= t < T.+1)%N -> (forall k, (1 <= k < t.+1)%N -> differentiable (flow F k t) (s k))) /\
  (forall t, (1 <= t < T.+1)%N -> (forall k, (1 <= k < t.+1)%N -> differentiable (fun V => elman sigma V U b x k (s (k - 1)%N)) W)) /\
  jacvec (fun V => \sum_(1 <= t < T.+1) ell t (state (elman sigma V U b x) s0 t)) W = \sum_(1 <= t < T.+1) jac (ell t) (s t) *m (\sum_(1 <= k < t.+1) jac (flow F k t) (s k) *m jacvec (fun V => elman sigma V U b x k (s (k - 1)%N)) W).
Proof.
move=> R d m sigma sigma' W U b x s0 ell T F s sigmaP ellP T1.
have [dL E] := bptt_the_total_loss W U b s0 x sigmaP ellP T1.
split; first exact: dL.
split; first by move=> t _; exact: ellP.
split; first by move=> t _ k /andP[_ kt]; exact: (flow_exists W U b s0 x sigmaP).
split; first by move=> t _ k _; exact: (immediate_exists_W W U b x sigmaP).
exact: E.
Qed.

Theorem bptt_the_adjoint_recursion_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (T k : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  (2 <= k)%N ->
  (k <= T)%N ->
  (forall i, ((k - 1)%N <= i < T.+1)%N -> differentiable (ell i) (s i)) /\
  (forall i, ((k - 1)%N <= i < T.+1)%N -> (forall j, (k <= j < i.+1)%N -> differentiable (flow F (j - 1)%N j) (s (j - 1)%N))) /\
  differentiable (ell (k - 1)%N) (s (k - 1)%N) /\
  (forall i, (k <= i < T.+1)%N -> differentiable (ell i) (s i)) /\
  (forall i, (k <= i < T.+1)%N -> (forall j, (k.+1 <= j < i.+1)%N -> differentiable (flow F (j - 1)%N j) (s (j - 1)%N))) /\
  differentiable (flow F (k - 1)%N k) (s (k - 1)%N) /\
  \sum_((k - 1)%N <= i < T.+1) jac (ell i) (s i) *m oprod k i.+1 (fun j => jac (flow F (j - 1)%N j) (s (j - 1)%N)) = jac (ell (k - 1)%N) (s (k - 1)%N) + (\sum_(k <= i < T.+1) jac (ell i) (s i) *m oprod k.+1 i.+1 (fun j => jac (flow F (j - 1)%N j) (s (j - 1)%N))) *m jac (flow F (k - 1)%N k) (s (k - 1)%N).
Proof.
move=> R d m sigma sigma' W U b x s0 ell T k F s sigmaP ellP k2 kT.
have dS j : differentiable (flow F (j - 1)%N j) (s (j - 1)%N) by exact: (step_exists W U b s0 x sigmaP).
do 6 (split; first by move=> *; (exact: ellP || exact: dS)).
exact: (bptt_the_adjoint_recursion sigma W U b s0 x ell k2 kT).
Qed.

Theorem bptt_the_adjoint_recursion_as_columns_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (T k : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  let a := fun j => preactivation W U b x j (s (j - 1)%N) in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  (2 <= k)%N ->
  (k <= T)%N ->
  differentiable (ell (k - 1)%N) (s (k - 1)%N) /\
  (forall i, (k <= i < T.+1)%N -> differentiable (ell i) (s i)) /\
  (forall i, (k <= i < T.+1)%N -> (forall j, (k.+1 <= j < i.+1)%N -> differentiable (flow F (j - 1)%N j) (s (j - 1)%N))) /\
  differentiable (flow F (k - 1)%N k) (s (k - 1)%N) /\
  (jac (ell (k - 1)%N) (s (k - 1)%N) + (\sum_(k <= i < T.+1) jac (ell i) (s i) *m oprod k.+1 i.+1 (fun j => jac (flow F (j - 1)%N j) (s (j - 1)%N))) *m jac (flow F (k - 1)%N k) (s (k - 1)%N))^T = (jac (ell (k - 1)%N) (s (k - 1)%N))^T + W^T *m dg (map_mx sigma' (a k)) *m (\sum_(k <= i < T.+1) jac (ell i) (s i) *m oprod k.+1 i.+1 (fun j => jac (flow F (j - 1)%N j) (s (j - 1)%N)))^T.
Proof.
move=> R d m sigma sigma' W U b x s0 ell T k F s a sigmaP ellP k2 kT.
have dS j : differentiable (flow F (j - 1)%N j) (s (j - 1)%N) by exact: (step_exists W U b s0 x sigmaP).
do 4 (split; first by move=> *; (exact: ellP || exact: dS)).
exact: (bptt_the_adjoint_recursion_as_columns W U b s0 x ell sigmaP k2 kT).
Qed.

Theorem bptt_the_gradient_from_the_adjoint_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (t : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  differentiable (fun V => ell t (state (elman sigma V U b x) s0 t)) W /\
  (forall k, (1 <= k < t.+1)%N -> differentiable (fun v => ell t (flow F k t v)) (s k)) /\
  (forall k, (1 <= k < t.+1)%N -> differentiable (fun V => elman sigma V U b x k (s (k - 1)%N)) W) /\
  jacvec (fun V => ell t (state (elman sigma V U b x) s0 t)) W = \sum_(1 <= k < t.+1) jac (fun v => ell t (flow F k t v)) (s k) *m jacvec (fun V => elman sigma V U b x k (s (k - 1)%N)) W.
Proof.
move=> R d m sigma sigma' W U b x s0 ell t F s sigmaP ellP.
have [dL E] := bptt_the_gradient_from_the_adjoint W U b s0 x sigmaP ellP (leq0n t).
split; first exact: dL.
split.
  by move=> k /andP[_ kt]; exact: (loss_exists W U b s0 x sigmaP ellP).
split; first by move=> k _; exact: (immediate_exists_W W U b x sigmaP).
exact: E.
Qed.

Theorem bptt_the_gradient_in_the_shape_of_W_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (t : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  let a := fun j => preactivation W U b x j (s (j - 1)%N) in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  differentiable (fun V => ell t (state (elman sigma V U b x) s0 t)) W /\
  (forall k, (1 <= k < t.+1)%N -> differentiable (fun v => ell t (flow F k t v)) (s k)) /\
  grad (fun V => ell t (state (elman sigma V U b x) s0 t)) W = \sum_(1 <= k < t.+1) dg (map_mx sigma' (a k)) *m (jac (fun v => ell t (flow F k t v)) (s k))^T *m (s (k - 1)%N)^T.
Proof.
move=> R d m sigma sigma' W U b x s0 ell t F s a sigmaP ellP.
have [dL E] := bptt_the_gradient_in_the_shape_of_W W U b s0 x sigmaP ellP (leq0n t).
split; first exact: dL.
split; last exact: E.
by move=> k /andP[_ kt]; exact: (loss_exists W U b s0 x sigmaP ellP).
Qed.

(* With σ inside                                                              *)

Theorem bptt_of_sigma_inside_the_state_by_W_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (t : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  differentiable (fun V => state (sigma_inside sigma V U b x) s0 t) W /\
  (forall k, (1 <= k < t.+1)%N -> differentiable (flow F k t) (s k)) /\
  (forall k, (1 <= k < t.+1)%N -> differentiable (fun V => sigma_inside sigma V U b x k (s (k - 1)%N)) W) /\
  jacvec (fun V => state (sigma_inside sigma V U b x) s0 t) W = \sum_(1 <= k < t.+1) jac (flow F k t) (s k) *m jacvec (fun V => sigma_inside sigma V U b x k (s (k - 1)%N)) W.
Proof.
move=> R d m sigma sigma' W U b x s0 t F s sigmaP.
exact: (@state_by_matrix _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0
  (fun k => sigma_inside_diff_W W U b x k sigmaP) 0%N t (leq0n t)).
Qed.

Theorem bptt_of_sigma_inside_the_loss_by_W_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (t : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  differentiable (fun V => ell t (state (sigma_inside sigma V U b x) s0 t)) W /\
  differentiable (ell t) (s t) /\
  (forall k, (1 <= k < t.+1)%N -> differentiable (flow F k t) (s k)) /\
  (forall k, (1 <= k < t.+1)%N -> differentiable (fun V => sigma_inside sigma V U b x k (s (k - 1)%N)) W) /\
  jacvec (fun V => ell t (state (sigma_inside sigma V U b x) s0 t)) W = jac (ell t) (s t) *m (\sum_(1 <= k < t.+1) jac (flow F k t) (s k) *m jacvec (fun V => sigma_inside sigma V U b x k (s (k - 1)%N)) W).
Proof.
move=> R d m sigma sigma' W U b x s0 ell t F s sigmaP ellP.
exact: (@loss_by_matrix _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0 ell
  (fun k => sigma_inside_diff_W W U b x k sigmaP) ellP 0%N t (leq0n t)).
Qed.

Theorem bptt_of_sigma_inside_likewise_the_state_by_U_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (t : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  differentiable (fun V => state (sigma_inside sigma W V b x) s0 t) U /\
  (forall k, (1 <= k < t.+1)%N -> differentiable (flow F k t) (s k)) /\
  (forall k, (1 <= k < t.+1)%N -> differentiable (fun V => sigma_inside sigma W V b x k (s (k - 1)%N)) U) /\
  jacvec (fun V => state (sigma_inside sigma W V b x) s0 t) U = \sum_(1 <= k < t.+1) jac (flow F k t) (s k) *m jacvec (fun V => sigma_inside sigma W V b x k (s (k - 1)%N)) U.
Proof.
move=> R d m sigma sigma' W U b x s0 t F s sigmaP.
exact: (@state_by_matrix _ _ _ _ (fun V => sigma_inside sigma W V b x) U s0
  (fun k => sigma_inside_diff_U W U b x k sigmaP) 0%N t (leq0n t)).
Qed.

Theorem bptt_of_sigma_inside_likewise_the_loss_by_U_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (t : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  differentiable (fun V => ell t (state (sigma_inside sigma W V b x) s0 t)) U /\
  differentiable (ell t) (s t) /\
  (forall k, (1 <= k < t.+1)%N -> differentiable (flow F k t) (s k)) /\
  (forall k, (1 <= k < t.+1)%N -> differentiable (fun V => sigma_inside sigma W V b x k (s (k - 1)%N)) U) /\
  jacvec (fun V => ell t (state (sigma_inside sigma W V b x) s0 t)) U = jac (ell t) (s t) *m (\sum_(1 <= k < t.+1) jac (flow F k t) (s k) *m jacvec (fun V => sigma_inside sigma W V b x k (s (k - 1)%N)) U).
Proof.
move=> R d m sigma sigma' W U b x s0 ell t F s sigmaP ellP.
exact: (@loss_by_matrix _ _ _ _ (fun V => sigma_inside sigma W V b x) U s0 ell
  (fun k => sigma_inside_diff_U W U b x k sigmaP) ellP 0%N t (leq0n t)).
Qed.

Theorem bptt_of_sigma_inside_likewise_the_state_by_b_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (t : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  differentiable (fun v => state (sigma_inside sigma W U v x) s0 t) b /\
  (forall k, (1 <= k < t.+1)%N -> differentiable (flow F k t) (s k)) /\
  (forall k, (1 <= k < t.+1)%N -> differentiable (fun v => sigma_inside sigma W U v x k (s (k - 1)%N)) b) /\
  jac (fun v => state (sigma_inside sigma W U v x) s0 t) b = \sum_(1 <= k < t.+1) jac (flow F k t) (s k) *m jac (fun v => sigma_inside sigma W U v x k (s (k - 1)%N)) b.
Proof.
move=> R d m sigma sigma' W U b x s0 t F s sigmaP.
exact: (@state_by_column _ _ _ (fun v => sigma_inside sigma W U v x) b s0
  (fun k => sigma_inside_diff_b W U b x k sigmaP) 0%N t (leq0n t)).
Qed.

Theorem bptt_of_sigma_inside_likewise_the_loss_by_b_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (t : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  differentiable (fun v => ell t (state (sigma_inside sigma W U v x) s0 t)) b /\
  differentiable (ell t) (s t) /\
  (forall k, (1 <= k < t.+1)%N -> differentiable (flow F k t) (s k)) /\
  (forall k, (1 <= k < t.+1)%N -> differentiable (fun v => sigma_inside sigma W U v x k (s (k - 1)%N)) b) /\
  jac (fun v => ell t (state (sigma_inside sigma W U v x) s0 t)) b = jac (ell t) (s t) *m (\sum_(1 <= k < t.+1) jac (flow F k t) (s k) *m jac (fun v => sigma_inside sigma W U v x k (s (k - 1)%N)) b).
Proof.
move=> R d m sigma sigma' W U b x s0 ell t F s sigmaP ellP.
exact: (@loss_by_column _ _ _ (fun v => sigma_inside sigma W U v x) b s0 ell
  (fun k => sigma_inside_diff_b W U b x k sigmaP) ellP 0%N t (leq0n t)).
Qed.

Theorem bptt_of_sigma_inside_the_initial_state_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (t : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  differentiable (fun v => ell t (flow F 0 t v)) (s 0%N) /\
  differentiable (ell t) (s t) /\
  (forall j, (1 <= j < t.+1)%N -> differentiable (flow F (j - 1)%N j) (s (j - 1)%N)) /\
  jac (fun v => ell t (flow F 0 t v)) (s 0%N) = jac (ell t) (s t) *m oprod 1 t.+1 (fun j => jac (flow F (j - 1)%N j) (s (j - 1)%N)).
Proof.
move=> R d m sigma sigma' W U b x s0 ell t F s sigmaP ellP.
have Fd j : (1 <= j)%N -> differentiable (F j) (s (j - 1)%N).
  by move=> _; exact: differentiable_sigma_inside.
have [dL E] := initial_state_any_cell Fd ellP t.
split; first exact: dL.
split; first exact: ellP.
split; first by move=> j _; exact: (inside_flow_exists W U b s0 x sigmaP (leq_subr 1 j)).
exact: E.
Qed.

Theorem bptt_of_sigma_inside_the_state_by_W_with_s_h_held_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (h t : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (h <= t)%N ->
  differentiable (fun V => flow (sigma_inside sigma V U b x) h t (s h)) W /\
  (forall k, (h.+1 <= k < t.+1)%N -> differentiable (flow F k t) (s k)) /\
  (forall k, (h.+1 <= k < t.+1)%N -> differentiable (fun V => sigma_inside sigma V U b x k (s (k - 1)%N)) W) /\
  jacvec (fun V => flow (sigma_inside sigma V U b x) h t (s h)) W = \sum_(h.+1 <= k < t.+1) jac (flow F k t) (s k) *m jacvec (fun V => sigma_inside sigma V U b x k (s (k - 1)%N)) W.
Proof.
move=> R d m sigma sigma' W U b x s0 h t F s sigmaP ht.
exact: (@state_by_matrix _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0
  (fun k => sigma_inside_diff_W W U b x k sigmaP) h t ht).
Qed.

Theorem bptt_of_sigma_inside_the_loss_by_W_with_s_h_held_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (h t : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  (h <= t)%N ->
  differentiable (fun V => ell t (flow (sigma_inside sigma V U b x) h t (s h))) W /\
  differentiable (ell t) (s t) /\
  (forall k, (h.+1 <= k < t.+1)%N -> differentiable (flow F k t) (s k)) /\
  (forall k, (h.+1 <= k < t.+1)%N -> differentiable (fun V => sigma_inside sigma V U b x k (s (k - 1)%N)) W) /\
  jacvec (fun V => ell t (flow (sigma_inside sigma V U b x) h t (s h))) W = jac (ell t) (s t) *m (\sum_(h.+1 <= k < t.+1) jac (flow F k t) (s k) *m jacvec (fun V => sigma_inside sigma V U b x k (s (k - 1)%N)) W).
Proof.
move=> R d m sigma sigma' W U b x s0 ell h t F s sigmaP ellP ht.
exact: (@loss_by_matrix _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0 ell
  (fun k => sigma_inside_diff_W W U b x k sigmaP) ellP h t ht).
Qed.

Theorem bptt_of_sigma_inside_likewise_the_state_by_U_with_s_h_held_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (h t : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (h <= t)%N ->
  differentiable (fun V => flow (sigma_inside sigma W V b x) h t (s h)) U /\
  (forall k, (h.+1 <= k < t.+1)%N -> differentiable (flow F k t) (s k)) /\
  (forall k, (h.+1 <= k < t.+1)%N -> differentiable (fun V => sigma_inside sigma W V b x k (s (k - 1)%N)) U) /\
  jacvec (fun V => flow (sigma_inside sigma W V b x) h t (s h)) U = \sum_(h.+1 <= k < t.+1) jac (flow F k t) (s k) *m jacvec (fun V => sigma_inside sigma W V b x k (s (k - 1)%N)) U.
Proof.
move=> R d m sigma sigma' W U b x s0 h t F s sigmaP ht.
exact: (@state_by_matrix _ _ _ _ (fun V => sigma_inside sigma W V b x) U s0
  (fun k => sigma_inside_diff_U W U b x k sigmaP) h t ht).
Qed.

Theorem bptt_of_sigma_inside_likewise_the_loss_by_U_with_s_h_held_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (h t : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  (h <= t)%N ->
  differentiable (fun V => ell t (flow (sigma_inside sigma W V b x) h t (s h))) U /\
  differentiable (ell t) (s t) /\
  (forall k, (h.+1 <= k < t.+1)%N -> differentiable (flow F k t) (s k)) /\
  (forall k, (h.+1 <= k < t.+1)%N -> differentiable (fun V => sigma_inside sigma W V b x k (s (k - 1)%N)) U) /\
  jacvec (fun V => ell t (flow (sigma_inside sigma W V b x) h t (s h))) U = jac (ell t) (s t) *m (\sum_(h.+1 <= k < t.+1) jac (flow F k t) (s k) *m jacvec (fun V => sigma_inside sigma W V b x k (s (k - 1)%N)) U).
Proof.
move=> R d m sigma sigma' W U b x s0 ell h t F s sigmaP ellP ht.
exact: (@loss_by_matrix _ _ _ _ (fun V => sigma_inside sigma W V b x) U s0 ell
  (fun k => sigma_inside_diff_U W U b x k sigmaP) ellP h t ht).
Qed.

Theorem bptt_of_sigma_inside_likewise_the_state_by_b_with_s_h_held_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (h t : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (h <= t)%N ->
  differentiable (fun v => flow (sigma_inside sigma W U v x) h t (s h)) b /\
  (forall k, (h.+1 <= k < t.+1)%N -> differentiable (flow F k t) (s k)) /\
  (forall k, (h.+1 <= k < t.+1)%N -> differentiable (fun v => sigma_inside sigma W U v x k (s (k - 1)%N)) b) /\
  jac (fun v => flow (sigma_inside sigma W U v x) h t (s h)) b = \sum_(h.+1 <= k < t.+1) jac (flow F k t) (s k) *m jac (fun v => sigma_inside sigma W U v x k (s (k - 1)%N)) b.
Proof.
move=> R d m sigma sigma' W U b x s0 h t F s sigmaP ht.
exact: (@state_by_column _ _ _ (fun v => sigma_inside sigma W U v x) b s0
  (fun k => sigma_inside_diff_b W U b x k sigmaP) h t ht).
Qed.

Theorem bptt_of_sigma_inside_likewise_the_loss_by_b_with_s_h_held_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (h t : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  (h <= t)%N ->
  differentiable (fun v => ell t (flow (sigma_inside sigma W U v x) h t (s h))) b /\
  differentiable (ell t) (s t) /\
  (forall k, (h.+1 <= k < t.+1)%N -> differentiable (flow F k t) (s k)) /\
  (forall k, (h.+1 <= k < t.+1)%N -> differentiable (fun v => sigma_inside sigma W U v x k (s (k - 1)%N)) b) /\
  jac (fun v => ell t (flow (sigma_inside sigma W U v x) h t (s h))) b = jac (ell t) (s t) *m (\sum_(h.+1 <= k < t.+1) jac (flow F k t) (s k) *m jac (fun v => sigma_inside sigma W U v x k (s (k - 1)%N)) b).
Proof.
move=> R d m sigma sigma' W U b x s0 ell h t F s sigmaP ellP ht.
exact: (@loss_by_column _ _ _ (fun v => sigma_inside sigma W U v x) b s0 ell
  (fun k => sigma_inside_diff_b W U b x k sigmaP) ellP h t ht).
Qed.

Theorem bptt_of_sigma_inside_the_worked_case_L_4_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  differentiable (fun V => ell 4%N (state (sigma_inside sigma V U b x) s0 4)) W /\
  differentiable (ell 4%N) (s 4%N) /\
  differentiable (flow F 1 4) (s 1%N) /\
  differentiable (fun V => sigma_inside sigma V U b x 1 (s 0%N)) W /\
  differentiable (flow F 2 4) (s 2%N) /\
  differentiable (fun V => sigma_inside sigma V U b x 2 (s 1%N)) W /\
  differentiable (flow F 3 4) (s 3%N) /\
  differentiable (fun V => sigma_inside sigma V U b x 3 (s 2%N)) W /\
  differentiable (fun v => v) (s 4%N) /\
  differentiable (fun V => sigma_inside sigma V U b x 4 (s 3%N)) W /\
  jacvec (fun V => ell 4%N (state (sigma_inside sigma V U b x) s0 4)) W = jac (ell 4%N) (s 4%N) *m (jac (flow F 1 4) (s 1%N) *m jacvec (fun V => sigma_inside sigma V U b x 1 (s 0%N)) W + jac (flow F 2 4) (s 2%N) *m jacvec (fun V => sigma_inside sigma V U b x 2 (s 1%N)) W + jac (flow F 3 4) (s 3%N) *m jacvec (fun V => sigma_inside sigma V U b x 3 (s 2%N)) W + jac (fun v => v) (s 4%N) *m jacvec (fun V => sigma_inside sigma V U b x 4 (s 3%N)) W).
Proof.
move=> R d m sigma sigma' W U b x s0 ell F s sigmaP ellP.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
have [dL E] := @bptt_matrix_loss _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0 ell dW ellP 0%N 4 isT.
have dF k : (k <= 4)%N -> differentiable (flow F k 4) (s k).
  exact: (inside_flow_exists W U b s0 x sigmaP).
have dI k u : differentiable (fun V => sigma_inside sigma V U b x k u) W.
  exact: (@differentiable_immediate _ _ _ (fun V => sigma_inside sigma V U b x) W dW).
split; first exact: dL.
split; first exact: ellP.
split; first exact: (dF 1%N).
split; first exact: dI.
split; first exact: (dF 2%N).
split; first exact: dI.
split; first exact: (dF 3%N).
split; first exact: dI.
split; first exact: (dF 4%N).
split; first exact: dI.
exact: (etrans E (congr1 (mulmx _) (sum_of_four _))).
Qed.

Theorem bptt_of_sigma_inside_the_total_loss_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (T : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  (1 <= T)%N ->
  differentiable (fun V => \sum_(1 <= t < T.+1) ell t (state (sigma_inside sigma V U b x) s0 t)) W /\
  (forall t, (1 <= t < T.+1)%N -> differentiable (ell t) (s t)) /\
  (forall t, (1 <= t < T.+1)%N -> (forall k, (1 <= k < t.+1)%N -> differentiable (flow F k t) (s k))) /\
  (forall t, (1 <= t < T.+1)%N -> (forall k, (1 <= k < t.+1)%N -> differentiable (fun V => sigma_inside sigma V U b x k (s (k - 1)%N)) W)) /\
  jacvec (fun V => \sum_(1 <= t < T.+1) ell t (state (sigma_inside sigma V U b x) s0 t)) W = \sum_(1 <= t < T.+1) jac (ell t) (s t) *m (\sum_(1 <= k < t.+1) jac (flow F k t) (s k) *m jacvec (fun V => sigma_inside sigma V U b x k (s (k - 1)%N)) W).
Proof.
move=> R d m sigma sigma' W U b x s0 ell T F s sigmaP ellP T1.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
have [dL E] := @bptt_matrix_total_loss _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0 ell dW ellP T.
split; first exact: dL.
split; first by move=> t _; exact: ellP.
split; first by move=> t _ k /andP[_ kt]; exact: (inside_flow_exists W U b s0 x sigmaP).
split; first by move=> t _ k _; exact: (@differentiable_immediate _ _ _ (fun V => sigma_inside sigma V U b x) W dW).
exact: E.
Qed.

Theorem bptt_of_sigma_inside_the_adjoint_recursion_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (T k : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  (2 <= k)%N ->
  (k <= T)%N ->
  (forall i, ((k - 1)%N <= i < T.+1)%N -> differentiable (ell i) (s i)) /\
  (forall i, ((k - 1)%N <= i < T.+1)%N -> (forall j, (k <= j < i.+1)%N -> differentiable (flow F (j - 1)%N j) (s (j - 1)%N))) /\
  differentiable (ell (k - 1)%N) (s (k - 1)%N) /\
  (forall i, (k <= i < T.+1)%N -> differentiable (ell i) (s i)) /\
  (forall i, (k <= i < T.+1)%N -> (forall j, (k.+1 <= j < i.+1)%N -> differentiable (flow F (j - 1)%N j) (s (j - 1)%N))) /\
  differentiable (flow F (k - 1)%N k) (s (k - 1)%N) /\
  \sum_((k - 1)%N <= i < T.+1) jac (ell i) (s i) *m oprod k i.+1 (fun j => jac (flow F (j - 1)%N j) (s (j - 1)%N)) = jac (ell (k - 1)%N) (s (k - 1)%N) + (\sum_(k <= i < T.+1) jac (ell i) (s i) *m oprod k.+1 i.+1 (fun j => jac (flow F (j - 1)%N j) (s (j - 1)%N))) *m jac (flow F (k - 1)%N k) (s (k - 1)%N).
Proof.
move=> R d m sigma sigma' W U b x s0 ell T k F s sigmaP ellP k2 kT.
have dS j : differentiable (flow F (j - 1)%N j) (s (j - 1)%N).
  exact: (inside_flow_exists W U b s0 x sigmaP (leq_subr 1 j)).
do 6 (split; first by move=> *; (exact: ellP || exact: dS)).
exact: (@arriving_before _ _ _ (fun j => jac (flow F (j - 1)%N j) (s (j - 1)%N))
  (fun i => jac (ell i) (s i)) k T (ltnW k2) kT).
Qed.

Theorem bptt_of_sigma_inside_the_adjoint_recursion_as_columns_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (T k : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  (2 <= k)%N ->
  (k <= T)%N ->
  differentiable (ell (k - 1)%N) (s (k - 1)%N) /\
  (forall i, (k <= i < T.+1)%N -> differentiable (ell i) (s i)) /\
  (forall i, (k <= i < T.+1)%N -> (forall j, (k.+1 <= j < i.+1)%N -> differentiable (flow F (j - 1)%N j) (s (j - 1)%N))) /\
  differentiable (flow F (k - 1)%N k) (s (k - 1)%N) /\
  (jac (ell (k - 1)%N) (s (k - 1)%N) + (\sum_(k <= i < T.+1) jac (ell i) (s i) *m oprod k.+1 i.+1 (fun j => jac (flow F (j - 1)%N j) (s (j - 1)%N))) *m jac (flow F (k - 1)%N k) (s (k - 1)%N))^T = (jac (ell (k - 1)%N) (s (k - 1)%N))^T + dg (map_mx sigma' (s (k - 1)%N)) *m W^T *m (\sum_(k <= i < T.+1) jac (ell i) (s i) *m oprod k.+1 i.+1 (fun j => jac (flow F (j - 1)%N j) (s (j - 1)%N)))^T.
Proof.
move=> R d m sigma sigma' W U b x s0 ell T k F s sigmaP ellP k2 kT.
have dS j : differentiable (flow F (j - 1)%N j) (s (j - 1)%N).
  exact: (inside_flow_exists W U b s0 x sigmaP (leq_subr 1 j)).
do 4 (split; first by move=> *; (exact: ellP || exact: dS)).
have [_ E] := step_jacobian_sigma_inside_denominator_layout W U b s0 x sigmaP (ltnW k2).
exact: transposed_before E.
Qed.

Theorem bptt_of_sigma_inside_the_gradient_from_the_adjoint_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (t : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  differentiable (fun V => ell t (state (sigma_inside sigma V U b x) s0 t)) W /\
  (forall k, (1 <= k < t.+1)%N -> differentiable (fun v => ell t (flow F k t v)) (s k)) /\
  (forall k, (1 <= k < t.+1)%N -> differentiable (fun V => sigma_inside sigma V U b x k (s (k - 1)%N)) W) /\
  jacvec (fun V => ell t (state (sigma_inside sigma V U b x) s0 t)) W = \sum_(1 <= k < t.+1) jac (fun v => ell t (flow F k t v)) (s k) *m jacvec (fun V => sigma_inside sigma V U b x k (s (k - 1)%N)) W.
Proof.
move=> R d m sigma sigma' W U b x s0 ell t F s sigmaP ellP.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
have Fd j : (1 <= j)%N -> differentiable (F j) (s (j - 1)%N).
  by move=> _; exact: differentiable_sigma_inside.
have [dL E] := @gradient_from_the_adjoint_any_cell _ _ _ _ s0 ell ellP (fun V => sigma_inside sigma V U b x) W t dW.
split; first exact: dL.
split; first by move=> k /andP[_ kt]; exact: (proj1 (loss_by_state_any_cell Fd ellP (kt : (k <= t)%N))).
split; first by move=> k _; exact: (@differentiable_immediate _ _ _ (fun V => sigma_inside sigma V U b x) W dW).
exact: E.
Qed.

Theorem bptt_of_sigma_inside_the_gradient_in_the_shape_of_W_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1) (t : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  let a := fun j => map_mx sigma (s (j - 1)%N) in
  slope sigma sigma' ->
  (forall t v, differentiable (ell t) v) ->
  differentiable (fun V => ell t (state (sigma_inside sigma V U b x) s0 t)) W /\
  (forall k, (1 <= k < t.+1)%N -> differentiable (fun v => ell t (flow F k t v)) (s k)) /\
  grad (fun V => ell t (state (sigma_inside sigma V U b x) s0 t)) W = \sum_(1 <= k < t.+1) (jac (fun v => ell t (flow F k t v)) (s k))^T *m (a k)^T.
Proof.
move=> R d m sigma sigma' W U b x s0 ell t F s a sigmaP ellP.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
have Fd j : (1 <= j)%N -> differentiable (F j) (s (j - 1)%N).
  by move=> _; exact: differentiable_sigma_inside.
have imm k : is_diff W (fun V => sigma_inside sigma V U b x k (s (k - 1)%N))
    (fun H => 1%:M *m (H *m a k)).
  apply: (is_diff_ext (is_diff_preactivation_by_W W U b x k (a k))) => // H.
  by rewrite mul1mx.
have [dL _] := @gradient_from_the_adjoint_any_cell _ _ _ _ s0 ell ellP (fun V => sigma_inside sigma V U b x) W t dW.
split; first exact: dL.
split; first by move=> k /andP[_ kt]; exact: (proj1 (loss_by_state_any_cell Fd ellP (kt : (k <= t)%N))).
etransitivity.
  exact: (@gradient_in_the_shape_any_cell _ _ _ _ s0 ell ellP (fun V => sigma_inside sigma V U b x) W t _ a dW imm).
by apply: eq_big_nat => k _; rewrite mulmx1.
Qed.
