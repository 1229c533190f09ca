(* Columns and matrices of size 2, entry by entry, for examples.              *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.analysis Require Import reals.
From symrnn Require Import vocabulary.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

Section Two.
Variable R : ringType.
Implicit Types a b c d x y z t : R.

Definition col2 x y : 'cV[R]_2 := \matrix_(i, l) if i == 0 then x else y.
Definition mx2 a b c d : 'M[R]_2 :=
  \matrix_(i, l) if i == 0 then (if l == 0 then a else b) else (if l == 0 then c else d).

Lemma col2_inj x y z t : col2 x y = col2 z t -> x = z /\ y = t.
Proof. by move=> /matrixP eq; have := eq 0 0; have := eq 1 0; rewrite !mxE. Qed.

Lemma mx2_inj a b c d a' b' c' d' :
  mx2 a b c d = mx2 a' b' c' d' -> [/\ a = a', b = b', c = c' & d = d'].
Proof.
by move=> /matrixP eq; have := eq 0 0; have := eq 0 1; have := eq 1 0; have := eq 1 1;
  rewrite !mxE.
Qed.

Lemma scale_col2 a x y : a *: col2 x y = col2 (a * x) (a * y).
Proof. by apply/matrixP => i l; rewrite !mxE; case: ifP. Qed.

Lemma sub_col2 x y z t : col2 x y - col2 z t = col2 (x - z) (y - t).
Proof. by apply/matrixP => i l; rewrite !mxE; case: ifP. Qed.

Lemma map_col2 f x y : map_mx f (col2 x y) = col2 (f x) (f y).
Proof. by apply/matrixP => i l; rewrite !mxE; case: ifP. Qed.

Lemma mul_mx2_col2 a b c d x y :
  mx2 a b c d *m col2 x y = col2 (a * x + b * y) (c * x + d * y).
Proof.
apply/matrixP => i l; rewrite !mxE !big_ord_recl big_ord0 !mxE /= addr0.
by case: ifP.
Qed.

Lemma mul_mx2 a b c d a' b' c' d' :
  mx2 a b c d *m mx2 a' b' c' d' =
  mx2 (a * a' + b * c') (a * b' + b * d') (c * a' + d * c') (c * b' + d * d').
Proof.
apply/matrixP => i l; rewrite !mxE !big_ord_recl big_ord0 !mxE /= addr0.
by case: ifP; case: ifP.
Qed.

Lemma tr_mx2 a b c d : (mx2 a b c d)^T = mx2 a c b d.
Proof. by apply/matrixP => i l; rewrite !mxE; case: ifP; case: ifP. Qed.

Lemma dg_col2 x y : dg (col2 x y) = mx2 x 0 0 y.
Proof.
apply/matrixP => i l; rewrite !mxE.
by case: i l => [[|[|[]]] ?] // [[|[|[]]] ?].
Qed.

End Two.

Section Norms.
Variable R : realType.
Implicit Types a b c d x y : R.

Lemma euclidean_col2 x y : euclidean (col2 x y) = Num.sqrt (x ^+ 2 + y ^+ 2).
Proof. by rewrite /euclidean !big_ord_recl big_ord0 !mxE /= addr0. Qed.

Lemma largest_entry_col2 x y : largest_entry (col2 x y) = Order.max `|x| `|y|.
Proof.
by rewrite /largest_entry !big_ord_recl big_ord0 !mxE /= (max_l (normr_ge0 y)).
Qed.

Lemma normmax_mx2 a b c d :
  normmax (mx2 a b c d) = Order.max (Order.max `|a| `|b|) (Order.max `|c| `|d|).
Proof.
rewrite /normmax !big_ord_recl !big_ord0 !mxE /=.
by rewrite !(max_l (normr_ge0 _)) [X in Order.max _ X]max_l // le_maxr normr_ge0.
Qed.

End Norms.
