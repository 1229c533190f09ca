(* How large gates, their slopes, and matrices of blocks are.                 *)
(*                                                                            *)
(* Gates and what is squashed lie in [-1, 1], the slope of a gate in [0, 1/4]. *)
(* ‖·‖_∞, the largest row sum, of blocks side by side is at most the sum of   *)
(* their norms, and of blocks one below the other the larger one.             *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions mathcomp_extra.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences exp.
From symrnn Require Import vocabulary activations slopes_bounded_any_field induced_norms step_bound.
From mathcomp Require Import ring.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Functions.
Variable R : realType.
Implicit Types y : R.

Lemma logistic_le1 y : `|logistic y| <= 1.
Proof.
rewrite ger0_norm ?(ltW (logistic_gt0 y)) // /logistic ler_pdivr_mulr ?addr_gt0 ?expR_gt0 //.
by rewrite mul1r ler_addl ltW ?expR_gt0.
Qed.

Lemma slope_of_logistic_le y : `|expR (- y) / (1 + expR (- y)) ^+ 2| <= 1 / 4%:R.
Proof.
have -> : expR (- y) / (1 + expR (- y)) ^+ 2 = logistic y * (1 - logistic y).
  by rewrite /logistic; field; rewrite gt_eqF // addr_gt0 ?expR_gt0.
exact: logistic_slope_le.
Qed.

Lemma tanh_le1 y : `|tanh y| <= 1.
Proof.
have := tanh_slope_le y; rewrite ler_norml => /andP[_].
rewrite -[tanh y ^+ 2]real_normK ?num_real // => _.
have : 0 <= 1 - tanh y ^+ 2 by rewrite tanh_slope_sinh divr_ge0 ?ler01 // addr_ge0 ?ler01 ?sqr_ge0.
by rewrite subr_ge0 -[tanh y ^+ 2]real_normK ?num_real // -[X in _ <= X](expr1n _ 2) ler_pexpn2r
  ?nnegrE ?normr_ge0 ?ler01.
Qed.

Lemma largest_entry_squashed n (f : R -> R) (v : 'cV[R]_n) c :
  0 <= c -> (forall y, `|f y| <= c) -> largest_entry (map_mx f v) <= c.
Proof. by move=> c0 fc; apply: largest_entry_le => // i; rewrite mxE. Qed.

End Functions.

Section Blocks.
Variable R : realType.
Local Notation N := (lecture_normoo R).

Lemma normoo_ge0 m n (A : 'M[R]_(m, n)) : 0 <= normoo A.
Proof. exact: (norm_ge0 N). Qed.

Lemma normoo_row m n p (A : 'M[R]_(m, n)) (B : 'M_(m, p)) :
  normoo (row_mx A B) <= normoo A + normoo B.
Proof.
rewrite normooE; apply: bigmax_le => [|i _]; first by rewrite addr_ge0 ?normoo_ge0.
rewrite big_split_ord /= ler_add //.
  under eq_bigr => l _ do rewrite row_mxEl.
  by rewrite normooE; exact: (le_bigmax _ (fun i => \sum_l `|A i l|)).
under eq_bigr => l _ do rewrite row_mxEr.
by rewrite normooE; exact: (le_bigmax _ (fun i => \sum_l `|B i l|)).
Qed.

Lemma normoo_col m n p (A : 'M[R]_(m, n)) (B : 'M_(p, n)) c :
  normoo A <= c -> normoo B <= c -> normoo (col_mx A B) <= c.
Proof.
move=> Ac Bc; rewrite normooE; apply: bigmax_le => [|i _].
  exact: le_trans (normoo_ge0 A) Ac.
rewrite -(splitK i); case: (fintype.split i) => k /=.
  under eq_bigr => l _ do rewrite col_mxEu.
  apply: le_trans Ac; rewrite normooE; exact: (le_bigmax _ (fun i => \sum_l `|A i l|)).
under eq_bigr => l _ do rewrite col_mxEd.
apply: le_trans Bc; rewrite normooE; exact: (le_bigmax _ (fun i => \sum_l `|B i l|)).
Qed.

(* ‖diag(u) diag(v) W‖ <= α β ‖W‖                                             *)
Lemma normoo_gated n p (u v : 'cV[R]_n) (W : 'M_(n, p)) a b :
  largest_entry u <= a -> largest_entry v <= b -> normoo (dg u *m dg v *m W) <= a * b * normoo W.
Proof.
move=> ua vb; have a0 := le_trans (largest_entry_ge0 u) ua.
apply: le_trans (norm_submultiplicative N _ _) _; rewrite ler_wpmul2r ?normoo_ge0 //.
apply: le_trans (norm_submultiplicative N _ _) _; rewrite !(norm_diagonal N).
by rewrite ler_pmul ?largest_entry_ge0.
Qed.

End Blocks.
