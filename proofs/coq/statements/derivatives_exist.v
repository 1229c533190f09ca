(* The derivatives that the claims speak of exist.                            *)
(*                                                                            *)
(* For an Elman network with a differentiable σ: those of flows, of the loss  *)
(* as a function of a state, and the immediate ones by W, U and b.            *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary differentials recurrence product_of_jacobians bptt.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

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
