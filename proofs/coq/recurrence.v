(* The recurrence itself.                                                     *)
(*                                                                            *)
(* s_j = σ(a_j) with a_j = W s_{j-1} + U x_j + b, with and without the input, *)
(* and entry by entry; and how the states of any recurrence hang together.    *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From symrnn Require Import vocabulary.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

(* Any recurrence s_j = F_j(s_{j-1})                                          *)

Section AnyRecurrence.
Variables (T : Type) (F : nat -> T -> T).

Lemma flow_id k s : flow F k k s = s.
Proof. by rewrite /flow subnn. Qed.

(* s_{t+1} = F_{t+1}(s_t), whatever s_k it is traced back to                  *)
Lemma flowS k t s : (k <= t)%N -> flow F k t.+1 s = F t.+1 (flow F k t s).
Proof. by move=> kt; rewrite /flow subSn //= subnKC. Qed.

Lemma flow_before k t s : (k < t)%N -> flow F k t s = F t (flow F k (t - 1) s).
Proof. by case: t => // t kt; rewrite flowS // subn1. Qed.

(* one step is F_j                                                            *)
Lemma flow_step j : (0 < j)%N -> flow F (j - 1) j = F j.
Proof.
by case: j => // j _; apply/funext => s; rewrite subn1 flowS // flow_id.
Qed.

Lemma flow_flow h k t s : (h <= k)%N -> (k <= t)%N ->
  flow F k t (flow F h k s) = flow F h t s.
Proof.
move=> hk; elim: t => [|t IH].
  by rewrite leqn0 => /eqP k0; move: hk; rewrite k0 leqn0 => /eqP ->; rewrite flow_id.
rewrite leq_eqVlt => /orP[/eqP<-|]; first by rewrite flow_id.
by rewrite ltnS => kt; rewrite !flowS ?IH // (leq_trans hk).
Qed.

(* s_t is reached from s_k                                                    *)
Lemma flow_state s0 k t : (k <= t)%N -> flow F k t (state F s0 k) = state F s0 t.
Proof. exact: flow_flow. Qed.

Lemma state_before s0 j : (0 < j)%N -> state F s0 j = F j (state F s0 (j - 1)).
Proof. exact: flow_before. Qed.

End AnyRecurrence.

Section Recurrence.
Variables (R : realType) (d m : nat) (sigma : R -> R).
Variables (W : 'M[R]_d) (U : 'M[R]_(d, m)) (b s0 : 'cV[R]_d).
Variable x : nat -> 'cV[R]_m.

Section WithInput.
Local Notation s := (state (elman sigma W U b x) s0).
Local Notation a j := (preactivation W U b x j (s (j - 1)%N)).

(* s_j = σ(a_j) = σ(W s_{j-1} + U x_j + b)                                    *)
Theorem recurrence_with_input j : (1 <= j)%N ->
  s j = map_mx sigma (W *m s (j - 1)%N + U *m x j + b).
Proof. exact: state_before. Qed.

Lemma state_activation j : (1 <= j)%N -> s j = map_mx sigma (a j).
Proof. exact: state_before. Qed.

(* a_{j,i} = Σ_l W_il s_{j-1,l} + Σ_l U_il x_{j,l} + b_i                      *)
Theorem recurrence_entry_by_entry j i : (1 <= j)%N ->
  a j i 0 = \sum_l W i l * s (j - 1)%N l 0 + \sum_l U i l * x j l 0 + b i 0.
Proof. by move=> _; rewrite !mxE. Qed.

Theorem recurrence j : (1 <= j)%N ->
  s j = map_mx sigma (W *m s (j - 1)%N + U *m x j + b) /\
  forall i, a j i 0 =
    \sum_l W i l * s (j - 1)%N l 0 + \sum_l U i l * x j l 0 + b i 0.
Proof.
by move=> j1; split=> [|i]; [exact: recurrence_with_input|exact: recurrence_entry_by_entry].
Qed.

End WithInput.

Section WithoutInput.
Local Notation s := (state (bare sigma W b) s0).

(* s_j = σ(W s_{j-1} + b)                                                     *)
Theorem recurrence_without_input j : (1 <= j)%N ->
  s j = map_mx sigma (W *m s (j - 1)%N + b).
Proof. exact: state_before. Qed.

End WithoutInput.
End Recurrence.
