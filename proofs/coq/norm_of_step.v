(* The norm of one step's Jacobian, and of a diagonal matrix.                 *)
(*                                                                            *)
(*   ‖diag(σ′(a_j)) W‖ <= ‖diag(σ′(a_j))‖ ‖W‖   for a submultiplicative norm, *)
(*   ‖diag(v)‖ = max|v_i|                  for the norms 1, 2 and ∞,          *)
(*   ‖diag(v) W‖_F <= ‖diag(v)‖₂ ‖W‖_F = max|v_i| ‖W‖_F.                      *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From symrnn Require Import vocabulary euclidean_norm induced_norms.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section NormOfStep.
Variables (R : realType) (d m : nat).
Variable N : forall m n, 'M[R]_(m, n) -> R.
Hypothesis NP : lecture_norm N.
Local Notation "`‖ A ‖" := (N A) (at level 0, A at level 99).

Theorem norm_of_step_a_product (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
    (U : 'M[R]_(d.+1, m)) (b s0 : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m) j :
  let s := state (elman sigma W U b x) s0 in
  let a j := preactivation W U b x j (s (j - 1)%N) in
  `‖dg (map_mx sigma' (a j)) *m W‖ <= `‖dg (map_mx sigma' (a j))‖ * `‖W‖.
Proof. exact: norm_submultiplicative NP _ _ _ _ _. Qed.

End NormOfStep.

Section NormOfDiagonal.
Variables (R : realType) (d : nat).
Implicit Types (v : 'cV[R]_d.+1) (W : 'M[R]_d.+1).

Theorem norm_of_step_a_diagonal_matrix_norm_1 v : norm1 (dg v) = largest_entry v.
Proof. exact: norm_diagonal (lecture_norm1 R) _ _. Qed.

Theorem norm_of_step_a_diagonal_matrix_spectral_norm v :
  norm2 (dg v) = largest_entry v.
Proof. exact: norm_diagonal (lecture_norm2 R) _ _. Qed.

Theorem norm_of_step_a_diagonal_matrix_norm_oo v :
  normoo (dg v) = largest_entry v.
Proof. exact: norm_diagonal (lecture_normoo R) _ _. Qed.

(* Σ (v_i W_il)² <= (max|v_i|)² Σ W_il²                                       *)
Theorem norm_of_step_frobenius_norm v W :
  frobenius (dg v *m W) <= largest_entry v * frobenius W.
Proof.
have L0 := largest_entry_ge0 v.
rewrite -{1}(ger0_norm L0) -sqrtr_sqr -sqrtrM ?sqr_ge0 // ler_wsqrtr //.
rewrite mulr_sumr; apply: ler_sum => i _; rewrite mulr_sumr; apply: ler_sum => l _.
rewrite dg_mulE exprMn ler_wpmul2r ?sqr_ge0 //.
by rewrite -real_normK ?num_real // ler_pexpn2r ?nnegrE ?le_largest_entry.
Qed.

Theorem norm_of_step_frobenius_norm_mixed v W :
  frobenius (dg v *m W) <= norm2 (dg v) * frobenius W.
Proof.
by rewrite norm_of_step_a_diagonal_matrix_spectral_norm norm_of_step_frobenius_norm.
Qed.

(* whatever the induced norm, a diagonal matrix is as large as its largest    *)
(* entry                                                                      *)
Theorem norm_of_step v : norm1 (dg v) = largest_entry v /\
  norm2 (dg v) = largest_entry v /\ normoo (dg v) = largest_entry v.
Proof.
split; first exact: norm_of_step_a_diagonal_matrix_norm_1.
split; first exact: norm_of_step_a_diagonal_matrix_spectral_norm.
exact: norm_of_step_a_diagonal_matrix_norm_oo.
Qed.

End NormOfDiagonal.
