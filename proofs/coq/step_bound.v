(* A bound for one step.                                                      *)
(*                                                                            *)
(* For a submultiplicative norm with ‖diag(v)‖ = max|v_i|, and numbers        *)
(* γ >= max|σ′(a_j)| and λ >= ‖W‖,                                            *)
(*   ‖∂s_j/∂s_{j-1}‖ <= γ λ.                                                  *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From symrnn Require Import vocabulary recurrence step_jacobian induced_norms.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section LectureNorm.
Variables (R : realType) (N : forall m n, 'M[R]_(m, n) -> R).
Hypothesis NP : lecture_norm N.
Local Notation "`‖ A ‖" := (N A) (at level 0, A at level 99).

Lemma norm_zero m n : `‖(0 : 'M_(m, n))‖ = 0.
Proof. by rewrite -(scale0r 0) (norm_homogeneous NP) normr0 mul0r. Qed.

Lemma norm_ge0 m n (A : 'M_(m, n)) : 0 <= `‖A‖.
Proof.
have := norm_triangle NP A (- A); rewrite subrr norm_zero -scaleN1r.
by rewrite (norm_homogeneous NP) normrN1 mul1r -mulr2n pmulrn_lge0.
Qed.

(* ‖I‖ = 1                                                                    *)
Lemma norm_unit n : `‖(1%:M : 'M_n.+1)‖ = 1.
Proof.
have -> : 1%:M = dg (ones R n.+1).
  by rewrite /dg /ones trmx_const diag_const_mx.
rewrite (norm_diagonal NP); apply/eqP; rewrite eq_le; apply/andP; split.
  by apply: largest_entry_le => // i; rewrite mxE normr1.
by have := le_largest_entry (ones R n.+1) 0; rewrite mxE normr1.
Qed.

Lemma norm_sum m n (I : Type) (r : seq I) (f : I -> 'M_(m, n)) :
  `‖\sum_(i <- r) f i‖ <= \sum_(i <- r) `‖f i‖.
Proof.
elim: r => [|i r IH]; first by rewrite !big_nil norm_zero.
by rewrite !big_cons (le_trans (norm_triangle NP _ _)) ?ler_add.
Qed.

(* ‖diag(v) W‖ <= γ λ                                                         *)
Lemma norm_dg_mulmx_le n p (v : 'cV_n) (W : 'M_(n, p)) gamma lambda :
  largest_entry v <= gamma -> `‖W‖ <= lambda -> `‖dg v *m W‖ <= gamma * lambda.
Proof.
move=> vg Wl; apply: le_trans (norm_submultiplicative NP _ _) _.
by rewrite (norm_diagonal NP) ler_pmul ?largest_entry_ge0 ?norm_ge0.
Qed.

End LectureNorm.

Section StepBound.
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

Theorem step_bound gamma lambda j : (1 <= j)%N ->
  largest_entry (map_mx sigma' (a j)) <= gamma -> `‖W‖ <= lambda ->
  `‖jac (flow F (j - 1) j) (s (j - 1)%N)‖ <= gamma * lambda.
Proof.
move=> j1 sg Wl; have [_ ->] := step_jacobian_numerator_layout W U b s0 x sigmaP j1.
exact: norm_dg_mulmx_le.
Qed.

End StepBound.
