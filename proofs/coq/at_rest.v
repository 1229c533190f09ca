(* What is the same at every entry: constants, and functions at 0 and at logarithms; *)
(* and multiples of I that grow.                                              *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences exp.
From symrnn Require Import vocabulary activations step_bound gradients_could_explode.
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

Lemma logistic_at_0 : logistic 0 = 1 / 2%:R :> R.
Proof. by rewrite /logistic oppr0 expR0 -[1 + 1]/(2%:R). Qed.

Lemma slope_logistic_at_0 : expR (- 0) / (1 + expR (- 0)) ^+ 2 = 1 / 4%:R :> R.
Proof. by rewrite oppr0 expR0 -[1 + 1]/(2%:R); field. Qed.

Lemma tanh_at_0 : tanh 0 = 0 :> R.
Proof. by rewrite /tanh sinh0 mul0r. Qed.

Lemma logistic_ln (y : R) : 0 < y -> logistic (ln y) = y / (y + 1).
Proof.
move=> y0; rewrite /logistic expRN lnK ?posrE //.
by field; rewrite !gt_eqF // ?addr_gt0.
Qed.

Lemma logistic_minus_ln (y : R) : 0 < y -> logistic (- ln y) = 1 / (y + 1).
Proof. by move=> y0; rewrite /logistic opprK lnK ?posrE // [1 + y]addrC. Qed.

(* a gate as it is printed                                                    *)
Lemma gateE (y : R) : (1 + expR (- y))^-1 = logistic y.
Proof. by rewrite /logistic div1r. Qed.

End Functions.

Section Columns.
Variables (R : realType) (n : nat).
Implicit Types (c : R) (v : 'cV[R]_n).

Lemma constant_scaled c : const_mx c = c *: const_mx 1 :> 'cV[R]_n.
Proof. by apply/matrixP => i l; rewrite !mxE mulr1. Qed.

Lemma map_const (f : R -> R) c : map_mx f (const_mx c : 'cV[R]_n) = const_mx (f c).
Proof. by apply/matrixP => i l; rewrite !mxE. Qed.

Lemma map_zero (f : R -> R) : map_mx f (0 : 'cV[R]_n) = const_mx (f 0).
Proof. by apply/matrixP => i l; rewrite !mxE. Qed.

Lemma hadamard_const c v : hadamard (const_mx c) v = c *: v.
Proof. by apply/matrixP => i l; rewrite !mxE. Qed.

Lemma hadamard_zero v : hadamard v 0 = 0.
Proof. by apply/matrixP => i l; rewrite !mxE mulr0. Qed.

End Columns.

Lemma powers_explode (R : realType) (N : forall m n, 'M[R]_(m, n) -> R) n q
    (J : nat -> 'M[R]_n.+1) : lecture_norm N -> 1 < q -> (forall t, J t = (q ^+ t) *: 1%:M) ->
  (fun t => N _ _ (J t)) --> +oo.
Proof.
move=> NP large E; have -> : (fun t => N _ _ (J t)) = (fun t => q ^+ t).
  apply/funext => t; rewrite E (norm_homogeneous NP) (norm_unit NP) mulr1 ger0_norm //.
  by rewrite exprn_ge0 // ltW // (lt_trans ltr01).
exact: geometric_growth.
Qed.
