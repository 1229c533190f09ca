(* Gradients could explode, and need not.                                     *)
(*                                                                            *)
(* A network without input whose state rests at c in every entry, with W = wI *)
(* and slope p there, has ∂s_t/∂s_0 = (pw)^t I and the norm |pw|^t. Two tanh  *)
(* networks with γλ > 1 show what is possible:                                *)
(*   at rest at 0, where the slope is 1, with w > 1, the norm is w^t → ∞;     *)
(*   at rest at 9/10, where it is 19/100, with w = 2, it is (19/50)^t → 0.    *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp Require Import ring.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary activations differentials recurrence.
From symrnn Require Import preactivation_jacobian step_jacobian product_of_jacobians.
From symrnn Require Import induced_norms step_bound product_bound gradients_vanish.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

(* (1 + h)^n >= 1 + n h: powers of a number above 1 outgrow every bound       *)
Section GeometricGrowth.
Variables (R : realType) (q : R).
Hypothesis q1 : 1 < q.

Lemma bernoulli n : 1 + n%:R * (q - 1) <= q ^+ n.
Proof.
elim: n => [|n IH]; first by rewrite mul0r addr0 expr0.
have h0 : 0 < q - 1 by rewrite subr_gt0.
have one : 1 <= q ^+ n by rewrite exprn_ege1 // ltW.
have -> : q ^+ n.+1 = q ^+ n + q ^+ n * (q - 1) by rewrite mulrBr mulr1 addrC subrK exprSr.
rewrite -addn1 natrD mulrDl mul1r addrA; apply: ler_add => //.
by rewrite ler_pmull.
Qed.

Lemma geometric_growth : (fun n => q ^+ n) --> +oo.
Proof.
apply/cvgryPge => A; near=> n; apply: le_trans (bernoulli n).
rewrite -ler_subl_addl -ler_pdivr_mulr ?subr_gt0 //.
rewrite ler_normlW // ltW // (lt_le_trans (archi_boundP _)) // ler_nat.
by near: n; apply: nbhs_infty_ge.
Unshelve. all: by end_near. Qed.

End GeometricGrowth.

(* A state that rests                                                         *)

Section Resting.
Variables (R : realType) (d : nat) (sigma sigma' : R -> R) (w value bias slope0 : R).
Variables (W : 'M[R]_d.+1) (b s0 : 'cV[R]_d.+1).
Hypothesis sigmaP : slope sigma sigma'.
Hypothesis fixed : sigma (w * value + bias) = value.
Hypothesis slopeP : sigma' (w * value + bias) = slope0.
Hypothesis WE : W = w *: 1%:M.
Hypothesis bE : b = bias *: ones R d.+1.
Hypothesis s0E : s0 = value *: ones R d.+1.
Local Notation F := (bare sigma W b).
Local Notation s := (state F s0).

Lemma resting_preactivation j :
  bare_preactivation W b j (value *: ones R d.+1) = (w * value + bias) *: ones R d.+1.
Proof.
by rewrite /bare_preactivation WE bE -scalemxAl mul1mx scalerA scalerDl.
Qed.

Lemma map_mx_scaled_ones f c : map_mx f (c *: ones R d.+1) = f c *: ones R d.+1.
Proof. by apply/matrixP => i l; rewrite !mxE !mulr1. Qed.

Lemma resting_state t : s t = value *: ones R d.+1.
Proof.
elim: t => [|t IH]; first exact: s0E.
rewrite state_before // subn1 /= IH /bare resting_preactivation.
by rewrite map_mx_scaled_ones fixed.
Qed.

Lemma bare_diff j : (1 <= j)%N -> differentiable (F j) (s (j - 1)%N).
Proof. by move=> _; case: (is_diff_bare W b sigmaP j (s (j - 1)%N)). Qed.

Lemma differentiable_bare_flow k t : (k <= t)%N -> differentiable (flow F k t) (s k).
Proof. by move=> kt; have [] := product_of_jacobians_any_cell bare_diff kt. Qed.

(* ∂s_j/∂s_{j-1} = p w I                                                      *)
Lemma resting_step j : (1 <= j)%N ->
  jac (flow F (j - 1) j) (s (j - 1)%N) = (slope0 * w) *: 1%:M.
Proof.
move=> j1; rewrite flow_step //; apply: jac_is_diff.
apply: (is_diff_ext (is_diff_bare W b sigmaP j (s (j - 1)%N))) => // h.
rewrite resting_state resting_preactivation map_mx_scaled_ones slopeP WE.
have -> : dg (slope0 *: ones R d.+1) = slope0 *: 1%:M.
  by rewrite /dg linearZ /= trmx_const linearZ /= diag_const_mx.
by congr (_ *m h); rewrite -scalemxAl mul1mx scalerA.
Qed.

(* ∂s_t/∂s_0 = (p w)^t I                                                      *)
Lemma resting_product t : jac (flow F 0 t) (s 0%N) = (slope0 * w) ^+ t *: 1%:M.
Proof.
have [_ ->] := product_of_jacobians_any_cell bare_diff (leq0n t).
elim: t => [|t IH]; first by rewrite oprod_empty // expr0 scale1r.
rewrite oprod_recr // IH resting_step // -scalemxAl mul1mx scalerA exprS.
by [].
Qed.

Section Norm.
Variable N : forall m n, 'M[R]_(m, n) -> R.
Hypothesis NP : lecture_norm N.

Lemma resting_norm t : N (jac (flow F 0 t) (s 0%N)) = `|slope0 * w| ^+ t.
Proof.
by rewrite resting_product (norm_homogeneous NP) (norm_unit NP) mulr1 normrX.
Qed.

Lemma resting_explodes : 1 < `|slope0 * w| ->
  (fun t => N (jac (flow F 0 t) (s 0%N))) --> +oo.
Proof.
move=> q1; have -> : (fun t => N (jac (flow F 0 t) (s 0%N))) = fun t => `|slope0 * w| ^+ t.
  by apply/funext => t; rewrite resting_norm.
exact: geometric_growth.
Qed.

Lemma resting_vanishes : `|slope0 * w| < 1 ->
  (fun t => N (jac (flow F 0 t) (s 0%N))) --> (0 : R).
Proof.
move=> q1; apply: (geometric_decay (c := 1) (k := 0%N) (normr_ge0 _) q1) => t _.
by rewrite resting_norm subn0 mul1r lexx exprn_ge0.
Qed.

End Norm.
End Resting.

(* At rest at 0: it explodes                                                  *)

Section Explodes.
Variables (R : realType) (d : nat) (w : R) (W : 'M[R]_d.+1) (b s0 : 'cV[R]_d.+1).
Hypothesis WE : W = w *: 1%:M.
Hypothesis bE : b = 0.
Hypothesis s0E : s0 = 0.
Local Notation F := (bare (@tanh R) W b).
Local Notation s := (state F s0).

Let tanh_at_0 : tanh (w * 0 + 0) = 0 :> R.
Proof. by rewrite mulr0 addr0 /tanh sinh0 mul0r. Qed.

Let slope_at_0 : 1 - tanh (w * 0 + 0) ^+ 2 = 1 :> R.
Proof. by rewrite tanh_at_0 expr0n subr0. Qed.

Let bE' : b = 0 *: ones R d.+1. Proof. by rewrite scale0r. Qed.
Let s0E' : s0 = 0 *: ones R d.+1. Proof. by rewrite scale0r. Qed.

Theorem gradients_could_explode_the_state_rests_at_0 t : s t = 0.
Proof. by rewrite (resting_state tanh_at_0 WE bE' s0E') scale0r. Qed.

Theorem gradients_could_explode_one_step_multiplies_by_w j : (1 <= j)%N ->
  differentiable (flow F (j - 1) j) (s (j - 1)%N) /\
  jac (flow F (j - 1) j) (s (j - 1)%N) = w *: 1%:M.
Proof.
move=> j1; split; first exact (differentiable_bare_flow W b s0 (@slope_tanh R) (leq_subr 1 j)).
have := resting_step (@slope_tanh R) tanh_at_0 slope_at_0 WE bE' s0E' j1.
by rewrite mul1r.
Qed.

Theorem gradients_could_explode_t_steps_multiply_by_wt t :
  differentiable (flow F 0 t) (s 0%N) /\
  jac (flow F 0 t) (s 0%N) = w ^+ t *: 1%:M.
Proof.
split; first exact (differentiable_bare_flow W b s0 (@slope_tanh R) (leq0n t)).
have := resting_product (@slope_tanh R) tanh_at_0 slope_at_0 WE bE' s0E' t.
by rewrite mul1r.
Qed.

Section Norm.
Variable N : forall m n, 'M[R]_(m, n) -> R.
Hypothesis NP : lecture_norm N.
Hypothesis w0 : 0 < w.

Theorem gradients_could_explode_lambda_w : N W = w.
Proof. by rewrite WE (norm_homogeneous NP) (norm_unit NP) mulr1 gtr0_norm. Qed.

Theorem gradients_could_explode_its_norm t : N (jac (flow F 0 t) (s 0%N)) = w ^+ t.
Proof.
have := resting_norm (@slope_tanh R) tanh_at_0 slope_at_0 WE bE' s0E' NP t.
by rewrite mul1r gtr0_norm.
Qed.

Theorem gradients_could_explode_it_explodes : 1 < w ->
  (fun t => N (jac (flow F 0 t) (s 0%N))) --> +oo.
Proof.
move=> w1; apply: (resting_explodes (@slope_tanh R) tanh_at_0 slope_at_0 WE bE' s0E' NP).
by rewrite mul1r gtr0_norm.
Qed.

End Norm.
End Explodes.

(* At rest at 9/10, saturated: it vanishes                                    *)

Section Vanishes.
Variables (R : realType) (d : nat) (W : 'M[R]_d.+1) (b s0 : 'cV[R]_d.+1).
Local Notation c := (9%:R / 10%:R : R).
Local Notation bias := (atanh c - 2%:R * c : R).
Hypothesis WE : W = 2%:R *: 1%:M.
Hypothesis bE : b = bias *: ones R d.+1.
Hypothesis s0E : s0 = c *: ones R d.+1.
Local Notation F := (bare (@tanh R) W b).
Local Notation s := (state F s0).

Let fixed : tanh (2%:R * c + bias) = c.
Proof.
rewrite addrCA subrr addr0; apply: atanhK.
by rewrite ger0_norm ?divr_ge0 ?ler0n // ltr_pdivr_mulr ?ltr0n // mul1r ltr_nat.
Qed.

Let slope_there : 1 - tanh (2%:R * c + bias) ^+ 2 = 19%:R / 100%:R :> R.
Proof.
by rewrite fixed; field.
Qed.

Let ratio : 19%:R / 100%:R * 2%:R = 19%:R / 50%:R :> R.
Proof. by field. Qed.

Theorem gradients_could_explode_the_state_rests_at_9_10 t : s t = c *: ones R d.+1.
Proof. exact: (resting_state fixed WE bE s0E). Qed.

Theorem gradients_could_explode_one_step_multiplies_by_19_50 j : (1 <= j)%N ->
  differentiable (flow F (j - 1) j) (s (j - 1)%N) /\
  jac (flow F (j - 1) j) (s (j - 1)%N) = (19%:R / 50%:R) *: 1%:M.
Proof.
move=> j1; split; first exact (differentiable_bare_flow W b s0 (@slope_tanh R) (leq_subr 1 j)).
by have := resting_step (@slope_tanh R) fixed slope_there WE bE s0E j1; rewrite ratio.
Qed.

Theorem gradients_could_explode_t_steps_multiply_by_19_50_t t :
  differentiable (flow F 0 t) (s 0%N) /\
  jac (flow F 0 t) (s 0%N) = (19%:R / 50%:R) ^+ t *: 1%:M.
Proof.
split; first exact (differentiable_bare_flow W b s0 (@slope_tanh R) (leq0n t)).
by have := resting_product (@slope_tanh R) fixed slope_there WE bE s0E t; rewrite ratio.
Qed.

(* although γλ = 1 · ‖W‖ = 2                                                  *)
Theorem gradients_could_explode_it_vanishes (N : forall m n, 'M[R]_(m, n) -> R) :
  lecture_norm N ->
  N _ _ W = 2%:R /\ (fun t => N _ _ (jac (flow F 0 t) (s 0%N))) --> (0 : R).
Proof.
move=> NP; split.
  by rewrite WE (norm_homogeneous NP) (norm_unit NP) mulr1 ger0_norm ?ler0n.
apply: (resting_vanishes (@slope_tanh R) fixed slope_there WE bE s0E NP).
rewrite ratio ger0_norm ?divr_ge0 ?ler0n // ltr_pdivr_mulr ?ltr0n // mul1r.
by rewrite ltr_nat.
Qed.

End Vanishes.

(* Could, in either direction: for every w > 1 a tanh network with ‖W‖ = w    *)
(* whose derivative explodes, and one with ‖W‖ = 2 whose derivative vanishes. *)
(* For both γ = 1, see slopes_bounded.                                        *)
Theorem gradients_could_explode (R : realType) (d : nat)
    (N : forall m n, 'M[R]_(m, n) -> R) : lecture_norm N ->
  (forall w : R, 1 < w -> exists (W : 'M[R]_d.+1) (b s0 : 'cV[R]_d.+1), N _ _ W = w /\
     (fun t => N _ _ (jac (flow (bare (@tanh R) W b) 0 t) s0)) --> +oo) /\
  (exists (W : 'M[R]_d.+1) (b s0 : 'cV[R]_d.+1), N _ _ W = 2%:R /\
     (fun t => N _ _ (jac (flow (bare (@tanh R) W b) 0 t) s0)) --> (0 : R)).
Proof.
move=> NP; split=> [w w1|]; do 3!eexists; last first.
  exact: (gradients_could_explode_it_vanishes erefl erefl erefl NP).
have w0 : 0 < w by exact: lt_trans ltr01 w1.
split; first exact: (gradients_could_explode_lambda_w erefl NP w0).
exact: (gradients_could_explode_it_explodes erefl erefl erefl NP w0 w1).
Qed.
