(* A bound for many steps.                                                    *)
(*                                                                            *)
(*   ‖∂s_t/∂s_k‖ <= (γλ)^(t-k)                                                *)
(* for a submultiplicative norm with ‖diag(v)‖ = max|v_i|, where no slope     *)
(* between exceeds γ in magnitude, and ‖W‖ <= λ; in general, for any          *)
(* recurrence whose one-step Jacobians have norm at most c.                   *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From symrnn Require Import vocabulary differentials recurrence step_jacobian.
From symrnn Require Import product_of_jacobians induced_norms step_bound.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

(* Ordered products                                                           *)

Section Products.
Variables (R : realType) (N : forall m n, 'M[R]_(m, n) -> R).
Hypothesis NP : lecture_norm N.
Local Notation "`‖ A ‖" := (N A) (at level 0, A at level 99).

(* ‖A_{b-1} ⋯ A_a‖ <= c^(b-a)                                                 *)
Lemma norm_oprod_le n (A : nat -> 'M[R]_n.+1) a b c :
  (a <= b)%N -> (forall j, (a <= j < b)%N -> `‖A j‖ <= c) ->
  `‖oprod a b A‖ <= c ^+ (b - a).
Proof.
elim: b => [|b IH].
  by rewrite leqn0 => /eqP-> _; rewrite oprod_empty // subnn expr0 norm_unit.
rewrite leq_eqVlt => /orP[/eqP-> _|].
  by rewrite oprod_empty // subnn expr0 norm_unit.
rewrite ltnS => ab Ac; rewrite oprod_recr // subSn // exprS.
apply: le_trans (norm_submultiplicative NP _ _) _.
have cb : `‖A b‖ <= c by apply: Ac; rewrite ab /=.
apply: ler_pmul; rewrite ?norm_ge0 //.
by apply: IH => // j /andP[aj jb]; apply: Ac; rewrite aj ltnS ltnW.
Qed.

End Products.

(* Any cell                                                                   *)

Section AnyCell.
Variables (R : realType) (N : forall m n, 'M[R]_(m, n) -> R).
Hypothesis NP : lecture_norm N.
Variables (n : nat) (F : nat -> 'cV[R]_n.+1 -> 'cV[R]_n.+1) (s0 : 'cV[R]_n.+1).
Local Notation "`‖ A ‖" := (N A) (at level 0, A at level 99).
Local Notation s := (state F s0).
Local Notation Ds t k := (jac (flow F k t) (s k)).
Hypothesis F_diff : forall j, (1 <= j)%N -> differentiable (F j) (s (j - 1)%N).

Theorem product_bound_any_cell c k t : (k <= t)%N ->
  (forall j, (k < j <= t)%N -> `‖Ds j (j - 1)%N‖ <= c) ->
  `‖Ds t k‖ <= c ^+ (t - k).
Proof.
move=> kt Dc; have [_ ->] := product_of_jacobians_any_cell F_diff kt.
rewrite -subSS; apply: (norm_oprod_le NP); first by rewrite ltnS.
by move=> j /andP[kj jt]; apply: Dc; rewrite kj -ltnS.
Qed.

End AnyCell.

(* The Elman network                                                          *)

Section Elman.
Variables (R : realType) (N : forall m n, 'M[R]_(m, n) -> R).
Hypothesis NP : lecture_norm N.
Variables (d m : nat) (sigma sigma' : R -> R).
Variables (W : 'M[R]_d.+1) (U : 'M[R]_(d.+1, m)) (b s0 : 'cV[R]_d.+1).
Variable x : nat -> 'cV[R]_m.
Hypothesis sigmaP : slope sigma sigma'.

Local Notation "`‖ A ‖" := (N A) (at level 0, A at level 99).
Local Notation F := (elman sigma W U b x).
Local Notation s := (state F s0).
Local Notation a j := (preactivation W U b x j (s (j - 1)%N)).
Local Notation Ds t k := (jac (flow F k t) (s k)).

Theorem product_bound gamma lambda k t : (k <= t)%N ->
  (forall j, (k < j <= t)%N -> largest_entry (map_mx sigma' (a j)) <= gamma) ->
  `‖W‖ <= lambda ->
  `‖Ds t k‖ <= (gamma * lambda) ^+ (t - k).
Proof.
move=> kt sg Wl; apply: (product_bound_any_cell NP _ kt).
  by move=> j _; exact: differentiable_elman.
move=> j /andP[kj jt]; apply: (step_bound NP) => //.
  exact: leq_ltn_trans (leq0n k) kj.
by apply: sg; rewrite kj.
Qed.

End Elman.

(* The three induced norms                                                    *)

Section InducedNorms.
Variables (R : realType) (d m : nat) (sigma sigma' : R -> R) (gamma : R).
Variables (W : 'M[R]_d.+1) (U : 'M[R]_(d.+1, m)) (b s0 : 'cV[R]_d.+1).
Variable x : nat -> 'cV[R]_m.
Hypothesis sigmaP : slope sigma sigma'.
Hypothesis gammaP : forall u, `|sigma' u| <= gamma.
Local Notation F := (elman sigma W U b x).
Local Notation Ds t k := (jac (flow F k t) (state F s0 k)).

(* γ = sup|σ′| bounds every slope                                             *)
Lemma largest_slope_le n (v : 'cV[R]_n) : largest_entry (map_mx sigma' v) <= gamma.
Proof.
apply: largest_entry_le => [|i]; last by rewrite mxE.
exact: le_trans (normr_ge0 _) (gammaP 0).
Qed.

Corollary product_bound_norm_1 k t : (k <= t)%N ->
  norm1 (Ds t k) <= (gamma * norm1 W) ^+ (t - k).
Proof.
move=> kt; apply: (product_bound (lecture_norm1 R) sigmaP kt _ (lexx _)) => j _.
exact: largest_slope_le.
Qed.

Corollary product_bound_spectral_norm k t : (k <= t)%N ->
  norm2 (Ds t k) <= (gamma * norm2 W) ^+ (t - k).
Proof.
move=> kt; apply: (product_bound (lecture_norm2 R) sigmaP kt _ (lexx _)) => j _.
exact: largest_slope_le.
Qed.

Corollary product_bound_norm_oo k t : (k <= t)%N ->
  normoo (Ds t k) <= (gamma * normoo W) ^+ (t - k).
Proof.
move=> kt; apply: (product_bound (lecture_normoo R) sigmaP kt _ (lexx _)) => j _.
exact: largest_slope_le.
Qed.

End InducedNorms.
