(* The derivatives that the claims speak of exist.                            *)
(*                                                                            *)
(* For any cell, beside what back-propagation through time says of it; for    *)
(* an Elman network with a differentiable σ those of flows, of the loss as a  *)
(* function of a state, and the immediate ones by W, U and b.                 *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary differentials recurrence product_of_jacobians bptt.
From symrnn Require Import sigma_inside.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

(* Any cell, a matrix as parameter                                            *)

Section MatrixParameter.
Variables (R : realType) (n p q : nat).
Variable F : 'M[R]_(p.+1, q.+1) -> nat -> 'cV[R]_n.+1 -> 'cV[R]_n.+1.
Variables (theta : 'M[R]_(p.+1, q.+1)) (s0 : 'cV[R]_n.+1).
Variable ell : nat -> 'cV[R]_n.+1 -> 'cV[R]_1.
Hypothesis F_diff : forall k s,
  jointly_differentiable (F ^~ k) theta s.
Hypothesis ell_diff : forall t s, differentiable (ell t) s.
Local Notation s := (state (F theta) s0).

Lemma state_by_matrix h t : (h <= t)%N ->
  differentiable (fun v => flow (F v) h t (s h)) theta /\
  (forall k, (h.+1 <= k < t.+1)%N -> differentiable (flow (F theta) k t) (s k)) /\
  (forall k, (h.+1 <= k < t.+1)%N -> differentiable (fun v => F v k (s (k - 1)%N)) theta) /\
  jacvec (fun v => flow (F v) h t (s h)) theta = \sum_(h.+1 <= k < t.+1)
    jac (flow (F theta) k t) (s k) *m jacvec (fun v => F v k (s (k - 1)%N)) theta.
Proof.
move=> ht; have [dS E] := bptt_matrix s0 F_diff ht; split; first exact: dS.
split; first by move=> k /andP[_ kt]; exact: (@differentiable_flow_cell _ _ _ F theta F_diff).
by split; first by move=> k _; exact: (@differentiable_immediate _ _ _ F theta F_diff).
Qed.

Lemma loss_by_matrix h t : (h <= t)%N ->
  differentiable (fun v => ell t (flow (F v) h t (s h))) theta /\
  differentiable (ell t) (s t) /\
  (forall k, (h.+1 <= k < t.+1)%N -> differentiable (flow (F theta) k t) (s k)) /\
  (forall k, (h.+1 <= k < t.+1)%N -> differentiable (fun v => F v k (s (k - 1)%N)) theta) /\
  jacvec (fun v => ell t (flow (F v) h t (s h))) theta =
  jac (ell t) (s t) *m (\sum_(h.+1 <= k < t.+1)
    jac (flow (F theta) k t) (s k) *m jacvec (fun v => F v k (s (k - 1)%N)) theta).
Proof.
move=> ht; have [dL E] := bptt_matrix_loss s0 F_diff ell_diff ht.
have [_ [dF [dI _]]] := state_by_matrix h t ht.
by split; [exact: dL|split; [exact: ell_diff|]].
Qed.

End MatrixParameter.

(* a column as parameter                                                      *)

Section ColumnParameter.
Variables (R : realType) (n p : nat).
Variable F : 'cV[R]_p.+1 -> nat -> 'cV[R]_n.+1 -> 'cV[R]_n.+1.
Variables (theta : 'cV[R]_p.+1) (s0 : 'cV[R]_n.+1).
Variable ell : nat -> 'cV[R]_n.+1 -> 'cV[R]_1.
Hypothesis F_diff : forall k s,
  jointly_differentiable (F ^~ k) theta s.
Hypothesis ell_diff : forall t s, differentiable (ell t) s.
Local Notation s := (state (F theta) s0).

Lemma state_by_column h t : (h <= t)%N ->
  differentiable (fun v => flow (F v) h t (s h)) theta /\
  (forall k, (h.+1 <= k < t.+1)%N -> differentiable (flow (F theta) k t) (s k)) /\
  (forall k, (h.+1 <= k < t.+1)%N -> differentiable (fun v => F v k (s (k - 1)%N)) theta) /\
  jac (fun v => flow (F v) h t (s h)) theta = \sum_(h.+1 <= k < t.+1)
    jac (flow (F theta) k t) (s k) *m jac (fun v => F v k (s (k - 1)%N)) theta.
Proof.
move=> ht; have [dS E] := bptt_column s0 F_diff ht; split; first exact: dS.
split; first by move=> k /andP[_ kt]; exact: (@differentiable_flow_cell _ _ _ F theta F_diff).
by split; first by move=> k _; exact: (@differentiable_immediate _ _ _ F theta F_diff).
Qed.

Lemma loss_by_column h t : (h <= t)%N ->
  differentiable (fun v => ell t (flow (F v) h t (s h))) theta /\
  differentiable (ell t) (s t) /\
  (forall k, (h.+1 <= k < t.+1)%N -> differentiable (flow (F theta) k t) (s k)) /\
  (forall k, (h.+1 <= k < t.+1)%N -> differentiable (fun v => F v k (s (k - 1)%N)) theta) /\
  jac (fun v => ell t (flow (F v) h t (s h))) theta =
  jac (ell t) (s t) *m (\sum_(h.+1 <= k < t.+1)
    jac (flow (F theta) k t) (s k) *m jac (fun v => F v k (s (k - 1)%N)) theta).
Proof.
move=> ht; have [dL E] := bptt_column_loss s0 F_diff ell_diff ht.
have [_ [dF [dI _]]] := state_by_column h t ht.
by split; [exact: dL|split; [exact: ell_diff|]].
Qed.

End ColumnParameter.

Section Existence.
Variables (R : realType) (d m : nat) (sigma sigma' : R -> R).
Variables (W : 'M[R]_d.+1) (U : 'M[R]_(d.+1, m.+1)) (b s0 : 'cV[R]_d.+1).
Variable x : nat -> 'cV[R]_m.+1.
Variable ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1.
Hypothesis sigmaP : slope sigma sigma'.
Hypothesis ellP : forall t v, differentiable (ell t) v.
Local Notation F := (elman sigma W U b x).
Local Notation s := (state F s0).

Lemma flow_exists k t : (k <= t)%N -> differentiable (flow F k t) (s k).
Proof. by move=> kt; have [] := product_of_jacobians_the_product W U b s0 x sigmaP (leq0n k) kt. Qed.

Lemma step_exists j : differentiable (flow F (j - 1)%N j) (s (j - 1)%N).
Proof. exact: (flow_exists _ _ (leq_subr 1 j)). Qed.

Lemma loss_exists k t : (k <= t)%N -> differentiable (fun v => ell t (flow F k t v)) (s k).
Proof. by move=> kt; have [] := loss_by_state W U b s0 x sigmaP ellP kt. Qed.

Lemma immediate_exists_W k u : differentiable (fun V => elman sigma V U b x k u) W.
Proof.
exact: (@differentiable_immediate _ _ _ (fun V => elman sigma V U b x) W
  (elman_diff_W W U b x sigmaP) k u).
Qed.

Lemma immediate_exists_U k u : differentiable (fun V => elman sigma W V b x k u) U.
Proof.
exact: (@differentiable_immediate _ _ _ (fun V => elman sigma W V b x) U
  (elman_diff_U W U b x sigmaP) k u).
Qed.

Lemma immediate_exists_b k u : differentiable (fun v => elman sigma W U v x k u) b.
Proof.
exact: (@differentiable_immediate _ _ _ (fun v => elman sigma W U v x) b
  (elman_diff_b W U b x sigmaP) k u).
Qed.

(* the loss as a function of W, with s_h held                                 *)
Lemma held_exists h t : (h <= t)%N ->
  differentiable (fun V => ell t (flow (elman sigma V U b x) h t (s h))) W.
Proof.
move=> ht; have [dL _] := bptt_the_loss_by_W_with_s_h_held W U b s0 x sigmaP ellP (leq0n h) ht.
exact: dL.
Qed.

(* and with nothing held but s_0                                              *)
Lemma total_exists t : differentiable (fun V => ell t (state (elman sigma V U b x) s0 t)) W.
Proof. exact: held_exists _ _ (leq0n t). Qed.

End Existence.

Arguments flow_exists {R d m sigma sigma'} W U b s0 x sigmaP {k t}.
Arguments step_exists {R d m sigma sigma'} W U b s0 x sigmaP j.
Arguments loss_exists {R d m sigma sigma'} W U b s0 x {ell} sigmaP ellP {k t}.
Arguments immediate_exists_W {R d m sigma sigma'} W U b x sigmaP k u.
Arguments immediate_exists_U {R d m sigma sigma'} W U b x sigmaP k u.
Arguments immediate_exists_b {R d m sigma sigma'} W U b x sigmaP k u.
Arguments held_exists {R d m sigma sigma'} W U b s0 x {ell} sigmaP ellP {h t}.
Arguments total_exists {R d m sigma sigma'} W U b s0 x {ell} sigmaP ellP t.

Section SigmaInside.
Variables (R : realType) (d m : nat) (sigma sigma' : R -> R).
Variables (W : 'M[R]_d.+1) (U : 'M[R]_(d.+1, m.+1)) (b s0 : 'cV[R]_d.+1).
Variable x : nat -> 'cV[R]_m.+1.
Variable ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1.
Hypothesis sigmaP : slope sigma sigma'.
Hypothesis ellP : forall t v, differentiable (ell t) v.
Local Notation F := (sigma_inside sigma W U b x).
Local Notation s := (state F s0).

Lemma inside_flow_exists k t : (k <= t)%N -> differentiable (flow F k t) (s k).
Proof. by apply: differentiable_flow => j _; exact: differentiable_sigma_inside. Qed.

Lemma inside_held_exists h t : (h <= t)%N ->
  differentiable (fun V => ell t (flow (sigma_inside sigma V U b x) h t (s h))) W.
Proof.
move=> ht; have [dL _] := @bptt_matrix_loss _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0 ell
  (fun k => sigma_inside_diff_W W U b x k sigmaP) ellP h t ht.
exact: dL.
Qed.

End SigmaInside.

Arguments inside_flow_exists {R d m sigma sigma'} W U b s0 x sigmaP {k t}.
Arguments inside_held_exists {R d m sigma sigma'} W U b s0 x {ell} sigmaP ellP {h t}.
