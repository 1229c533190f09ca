(* Clipping by value, and by the norm of all gradients together.              *)
(*                                                                            *)
(* A theorem for each part of the statement other_clippings, for two          *)
(* parameters of any sizes; the theorems about the global norm hold for any   *)
(* number of parameters as well (section Global). Clipping by value is        *)
(* nonexpansive too; what it does not keep is the direction (see bent).       *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.analysis Require Import reals.
From symrnn Require Import vocabulary euclidean_norm clipping_by_norm.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

Section ByValue.
Variables (R : realType) (kappa : R) (n : nat).
Hypothesis kappa_gt0 : 0 < kappa.
Implicit Types (g h : 'cV[R]_n) (i : 'I_n) (x y : R).

(* each entry is cut off at ±κ                                                *)
Definition cut x : R := Order.max (- kappa) (Order.min kappa x).
Definition clip_by_value g : 'cV_n := map_mx cut g.

Theorem other_clippings_by_value_every_entry_is_bounded g i :
  `|clip_by_value g i 0| <= kappa.
Proof.
rewrite mxE ler_norml le_maxr lexx /= le_maxl le_minl lexx /= andbT.
by rewrite (le_trans _ (ltW kappa_gt0)) // oppr_le0 ltW.
Qed.

Theorem other_clippings_by_value_short_entries_are_unchanged g i :
  - kappa <= g i 0 -> g i 0 <= kappa -> clip_by_value g i 0 = g i 0.
Proof. by move=> low high; rewrite mxE /cut min_r // max_r. Qed.

Lemma cut_lipschitz x y : `|cut x - cut y| <= `|x - y|.
Proof.
have reflected u v : Order.max (- u) (- v) = - Order.min u v :> R.
  by case: (leP u v) => uv; [rewrite max_l // ler_opp2|rewrite max_r // ler_opp2 ltW].
pose m u := Order.min kappa (- Order.min kappa u).
have cutE u : cut u = - m u by rewrite /cut /m -[X in Order.max _ X]opprK reflected.
rewrite !cutE -opprD normrN; apply: (le_trans (min_lipschitz _ _ _)).
by rewrite -opprD normrN; exact: min_lipschitz.
Qed.

Lemma ler_euclidean g h : (forall i, `|g i 0| <= `|h i 0|) -> euclidean g <= euclidean h.
Proof.
move=> gh; apply: ler_wsqrtr; apply: ler_sum => i _.
by rewrite -[g i 0 ^+ 2]real_normK ?num_real // -[h i 0 ^+ 2]real_normK ?num_real //
  ler_sqr ?nnegrE.
Qed.

Theorem clip_by_value_nonexpansive g h :
  euclidean (clip_by_value g - clip_by_value h) <= euclidean (g - h).
Proof. by apply: ler_euclidean => i; rewrite !mxE; exact: cut_lipschitz. Qed.

End ByValue.

Arguments clip_by_value {R} kappa {n} g.

(* Any number of parameters, each with a size of its own                      *)

Section Global.
Variables (R : realType) (kappa : R) (N : nat) (size : 'I_N -> nat).
Hypothesis kappa_gt0 : 0 < kappa.
Implicit Type g : forall i, 'cV[R]_(size i).

(* √(Σ |g_i|²)                                                                *)
Definition global_norm g : R := Num.sqrt (\sum_i euclidean (g i) ^+ 2).

Definition clip_by_global_norm g i : 'cV_(size i) :=
  clip_factor kappa (global_norm g) *: g i.

Lemma global_normZ c g : 0 <= c ->
  global_norm (fun i => c *: g i) = c * global_norm g.
Proof.
move=> c0; rewrite /global_norm -[c in RHS](ger0_norm c0) -sqrtr_sqr -sqrtrM ?sqr_ge0 //.
rewrite mulr_sumr; congr Num.sqrt; apply: eq_bigr => i _.
by rewrite euclideanZ exprMn real_normK ?num_real.
Qed.

Theorem global_never_longer_than_kappa g :
  global_norm (clip_by_global_norm g) <= kappa.
Proof.
rewrite global_normZ ?clip_factorM ?le_minl ?lexx // ltW //.
exact: clip_factor_gt0.
Qed.

(* one factor for all, so the joint direction is kept                         *)
Theorem global_direction_is_kept g i :
  global_norm g *: clip_by_global_norm g i =
  global_norm (clip_by_global_norm g) *: g i.
Proof.
rewrite global_normZ ?ltW ?clip_factor_gt0 //.
by rewrite /clip_by_global_norm scalerA mulrC.
Qed.

Theorem global_unchanged_inside_the_ball g i :
  global_norm g <= kappa -> clip_by_global_norm g i = g i.
Proof.
move=> gk; rewrite /clip_by_global_norm /clip_factor max_l // divff ?scale1r //.
by rewrite gt_eqF.
Qed.

End Global.

(* Two parameters, stacked                                                    *)

Section Two.
Variables (R : realType) (kappa : R) (n m : nat).
Hypothesis kappa_gt0 : 0 < kappa.
Variables (g1 : 'cV[R]_n) (g2 : 'cV[R]_m).

Local Notation squares := (euclidean g1 ^+ 2 + euclidean g2 ^+ 2).
Local Notation factor := (kappa / Order.max kappa (Num.sqrt squares)).
Local Notation whole := (col_mx g1 g2).
Local Notation parts := (col_mx (factor *: g1) (factor *: g2)).

Theorem other_clippings_the_norm_of_the_whole : euclidean whole = Num.sqrt squares.
Proof. by rewrite -euclidean_col_mx sqrtr_sqr ger0_norm ?euclidean_ge0. Qed.

Theorem other_clippings_by_global_norm_the_whole_is_scaled_by_one_factor :
  parts = factor *: whole.
Proof. by rewrite scale_col_mx. Qed.

Lemma parts_clip : parts = clip kappa whole.
Proof. by rewrite -scale_col_mx /clip /clip_factor other_clippings_the_norm_of_the_whole. Qed.

Theorem other_clippings_by_global_norm_never_longer_than_kappa :
  Num.sqrt (euclidean (factor *: g1) ^+ 2 + euclidean (factor *: g2) ^+ 2) <= kappa.
Proof.
rewrite -euclidean_col_mx sqrtr_sqr ger0_norm ?euclidean_ge0 // parts_clip.
exact: clipping_by_norm_never_longer_than_kappa.
Qed.

Theorem other_clippings_by_global_norm_the_joint_direction_is_kept :
  euclidean whole *: parts = euclidean parts *: whole.
Proof. by rewrite parts_clip clipping_by_norm_the_same_direction. Qed.

(* The statement                                                              *)
Theorem other_clippings (i : 'I_n) :
  [/\ `|clip_by_value kappa g1 i 0| <= kappa,
      euclidean parts <= kappa &
      euclidean whole *: parts = euclidean parts *: whole].
Proof.
split; first exact: other_clippings_by_value_every_entry_is_bounded.
  by rewrite parts_clip; exact: clipping_by_norm_never_longer_than_kappa.
exact: other_clippings_by_global_norm_the_joint_direction_is_kept.
Qed.

End Two.
