(* The chain rule over time.                                                  *)
(*                                                                            *)
(* For any recurrence s_j = F_j(s_{j-1}) whose steps are differentiable at    *)
(* the states they are taken at, the map s_k ↦ s_t is differentiable and      *)
(*   ∂s_t/∂s_k = ∏_{j=k+1}^{t} ∂s_j/∂s_{j-1} = ∏_{j=k}^{t-1} ∂s_{j+1}/∂s_j,   *)
(* the latest factor on the left. The Elman network is an instance.           *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From symrnn Require Import vocabulary differentials recurrence step_jacobian.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

(* Ordered products                                                           *)

Section OrderedProducts.
Variables (R : ringType) (n : nat).
Implicit Types A B : nat -> 'M[R]_n.

Lemma oprod_empty a b A : (b <= a)%N -> oprod a b A = 1%:M.
Proof. by move=> ba; rewrite /oprod /index_iota (eqP ba) big_nil. Qed.

(* the latest factor stands on the left                                       *)
Lemma oprod_recr a b A : (a <= b)%N -> oprod a b.+1 A = A b *m oprod a b A.
Proof.
move=> ab; rewrite /oprod /index_iota subSn // -{1}addn1 iotaD rev_cat /=.
by rewrite big_cons subnKC.
Qed.

(* the earliest on the right                                                  *)
Lemma oprod_recl a b A : (a < b)%N -> oprod a b A = oprod a.+1 b A *m A a.
Proof.
elim: b => // b IH; rewrite ltnS leq_eqVlt => /orP[/eqP <-|ab].
  by rewrite oprod_recr // !oprod_empty // mulmx1 mul1mx.
by rewrite oprod_recr ?(ltnW ab) // IH // oprod_recr // mulmxA.
Qed.

Lemma eq_oprod a b A B : (forall j, (a <= j < b)%N -> A j = B j) ->
  oprod a b A = oprod a b B.
Proof.
move=> E; rewrite /oprod; apply: eq_big_seq => j.
by rewrite mem_rev mem_index_iota => /E.
Qed.

(* index and bounds shift together                                            *)
Lemma oprod_shift a b A : oprod a.+1 b.+1 A = oprod a b (fun j => A j.+1).
Proof.
by rewrite /oprod /index_iota subSS -[a.+1]add1n iotaDl -map_rev big_map.
Qed.

End OrderedProducts.

(* Any recurrence                                                             *)

Section AnyCell.
Variables (R : realType) (n : nat) (F : nat -> 'cV[R]_n.+1 -> 'cV[R]_n.+1).
Variable s0 : 'cV[R]_n.+1.
Local Notation s := (state F s0).

Hypothesis F_diff : forall j, (1 <= j)%N -> differentiable (F j) (s (j - 1)%N).


Lemma differentiable_flow k t : (k <= t)%N -> differentiable (flow F k t) (s k).
Proof.
elim: t => [|t IH].
  rewrite leqn0 => /eqP->; have -> : flow F 0 0 = id by [].
  by case: (@is_diff_id R _ (s 0%N)).
rewrite leq_eqVlt => /orP[/eqP->|kt].
  have -> : flow F t.+1 t.+1 = id by apply/funext => u; rewrite flow_id.
  by case: (@is_diff_id R _ (s t.+1)).
have -> : flow F k t.+1 = F t.+1 \o flow F k t by apply/funext => u; rewrite flowS.
apply: differentiable_comp; first exact: IH.
by rewrite flow_state //; have := F_diff (ltn0Sn t); rewrite subn1.
Qed.

(* ∂s_k/∂s_k = I                                                              *)
Lemma jac_flow_id k u : jac (flow F k k) u = 1%:M.
Proof.
have -> : flow F k k = id by apply/funext => v; rewrite flow_id.
exact/jac_is_diff/is_diff_idmx.
Qed.

(* ∂s_t/∂s_h = ∂s_t/∂s_k ∂s_k/∂s_h                                            *)
Theorem jac_flow_trans h k t : (h <= k)%N -> (k <= t)%N ->
  jac (flow F h t) (s h) = jac (flow F k t) (s k) *m jac (flow F h k) (s h).
Proof.
move=> hk kt.
have -> : flow F h t = flow F k t \o flow F h k.
  by apply/funext => u; rewrite /= flow_flow.
rewrite jac_comp ?flow_state //; first exact: differentiable_flow.
exact: differentiable_flow.
Qed.

Local Notation Ds t k := (jac (flow F k t) (s k)).

(* ∂s_t/∂s_k exists and is the product of one-step Jacobians                  *)
Theorem product_of_jacobians_any_cell k t : (k <= t)%N ->
  differentiable (flow F k t) (s k) /\
  Ds t k = oprod k.+1 t.+1 (fun j => Ds j (j - 1)%N).
Proof.
move=> kt; split; first exact: differentiable_flow.
elim: t kt => [|t IH].
  by rewrite leqn0 => /eqP->; rewrite jac_flow_id oprod_empty.
rewrite leq_eqVlt => /orP[/eqP->|kt]; first by rewrite jac_flow_id oprod_empty.
rewrite (oprod_recr _ kt).
rewrite (jac_flow_trans (kt : (k <= t)%N) (leqnSn t)).
by rewrite subn1 /= IH.
Qed.

(* the same with index and bounds shifted                                     *)
Theorem product_of_jacobians_any_cell_shifted k t :
  oprod k.+1 t.+1 (fun j => Ds j (j - 1)%N) = oprod k t (fun j => Ds (j + 1)%N j).
Proof. by rewrite oprod_shift; apply: eq_oprod => j _; rewrite addn1 subn1. Qed.

End AnyCell.

(* The Elman network                                                          *)

Section Elman.
Variables (R : realType) (d m : nat) (sigma sigma' : R -> R).
Variables (W : 'M[R]_d.+1) (U : 'M[R]_(d.+1, m)) (b s0 : 'cV[R]_d.+1).
Variable x : nat -> 'cV[R]_m.
Hypothesis sigmaP : slope sigma sigma'.
Local Notation F := (elman sigma W U b x).
Local Notation s := (state F s0).
Local Notation a j := (preactivation W U b x j (s (j - 1)%N)).
Local Notation Ds t k := (jac (flow F k t) (s k)).

Lemma differentiable_elman j u : differentiable (F j) u.
Proof. by case: (is_diff_elman W U b x sigmaP j u). Qed.

(* ∂s_t/∂s_k = ∏_{j=k+1}^{t} ∂s_j/∂s_{j-1}                                    *)
Theorem product_of_jacobians_the_product k t : (0 <= k)%N -> (k <= t)%N ->
  differentiable (flow F k t) (s k) /\
  Ds t k = oprod k.+1 t.+1 (fun j => Ds j (j - 1)%N).
Proof.
by move=> _; apply: product_of_jacobians_any_cell => j _; exact: differentiable_elman.
Qed.

(* ∏_{j=k+1}^{t} ∂s_j/∂s_{j-1} = ∏_{j=k}^{t-1} ∂s_{j+1}/∂s_j                  *)
Theorem product_of_jacobians_index_and_bounds_shifted k t :
  (0 <= k)%N -> (k <= t)%N ->
  oprod k.+1 t.+1 (fun j => Ds j (j - 1)%N) = oprod k t (fun j => Ds (j + 1)%N j).
Proof. by move=> _ _; exact: product_of_jacobians_any_cell_shifted. Qed.

Theorem product_of_jacobians k t : (k <= t)%N ->
  differentiable (flow F k t) (s k) /\
  Ds t k = oprod k.+1 t.+1 (fun j => Ds j (j - 1)%N) /\
  Ds t k = oprod k t (fun j => Ds (j + 1)%N j).
Proof.
move=> kt; have [df E] := product_of_jacobians_the_product (leq0n k) kt.
split; first exact: df.
split; first exact: E.
exact: (etrans E (product_of_jacobians_index_and_bounds_shifted (leq0n k) kt)).
Qed.

(* at most T - 1 factors                                                      *)
Theorem product_of_jacobians_the_number_of_factors k t T :
  (1 <= k)%N -> (k <= t)%N -> (t <= T)%N -> (t - k <= T - 1)%N.
Proof. by move=> k1 _ tT; rewrite leq_sub. Qed.

(* ∂s_t/∂s_k = ∏_{j=k+1}^{t} diag(σ′(a_j)) W                                  *)
Theorem product_of_jacobians_elman k t : (k <= t)%N ->
  Ds t k = oprod k.+1 t.+1 (fun j => dg (map_mx sigma' (a j)) *m W).
Proof.
move=> kt; have [_ ->] := product_of_jacobians_the_product (leq0n k) kt.
apply: eq_oprod => j /andP[kj _].
by have [_ ->] := step_jacobian_numerator_layout W U b s0 x sigmaP (leq_ltn_trans (leq0n k) kj).
Qed.

End Elman.
