(* Proofs of the claims of proofs/gates/gru_path.py, as symrnn prints them.   *)
(*                                                                            *)
(* With W_n = w I, b_z = ζ 1, b_r = ρ 1 and no other bias the GRU stays at 0, *)
(* and a step multiplies by z + (1 - z) r w, where z = σ(ζ) and r = σ(ρ).     *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences exp.
From symrnn Require Import vocabulary differentials recurrence activations.
From symrnn Require Import product_of_jacobians step_bound gradients_could_explode.
From symrnn Require Import cells_differentiated at_rest.
From claims Require Import own_gru_without_inputs_defined gru_path.
From mathcomp Require Import ring.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Rest.
Variables (R : realType) (d : nat) (Wn Wr Wz : 'M[R]_(d.+1, d.+1)) (bn br bz cn : 'cV[R]_d.+1).
Variables (rho w zeta : R).
Hypothesis WnE : Wn = w *: 1%:M.
Hypothesis bzE : bz = zeta *: const_mx 1.
Hypothesis brE : br = rho *: const_mx 1.
Hypothesis bnE : bn = 0.
Hypothesis cnE : cn = 0.
Local Notation F := (own_gru_without_inputs_h R d Wn Wr Wz bn br bz cn).
Local Notation s := (vocabulary.state F 0).
Local Notation factor :=
  (w * (1 - (1 + expR (- zeta))^-1) / (1 + expR (- rho)) + (1 + expR (- zeta))^-1).

Lemma z_at_rest j : own_gru_without_inputs_z R d Wn Wr Wz bn br bz cn j 0 =
  (1 + expR (- zeta))^-1 *: const_mx 1.
Proof.
rewrite /own_gru_without_inputs_z mulmx0 add0r bzE; apply/matrixP => i l.
by rewrite !mxE !mulr1 /logistic div1r.
Qed.

Lemma r_at_rest j : own_gru_without_inputs_r R d Wn Wr Wz bn br bz cn j 0 =
  (1 + expR (- rho))^-1 *: const_mx 1.
Proof.
rewrite /own_gru_without_inputs_r mulmx0 add0r brE; apply/matrixP => i l.
by rewrite !mxE !mulr1 /logistic div1r.
Qed.

Lemma read_at_rest j : bn + hadamard (own_gru_without_inputs_r R d Wn Wr Wz bn br bz cn j 0)
  (Wn *m 0 + cn) = 0.
Proof. by rewrite mulmx0 add0r bnE cnE add0r; apply/matrixP => i l; rewrite !mxE mulr0. Qed.

Lemma n_at_rest j : own_gru_without_inputs_n R d Wn Wr Wz bn br bz cn j 0 = 0.
Proof.
rewrite /own_gru_without_inputs_n read_at_rest; apply/matrixP => i l.
by rewrite !mxE tanh_at_0.
Qed.

Lemma stays j : F j 0 = 0.
Proof.
rewrite /own_gru_without_inputs_h n_at_rest; apply/matrixP => i l.
by rewrite !mxE !mulr0 addr0.
Qed.

Lemma state_rests t : s t = 0.
Proof.
elim: t => [//|t IH]; have := @state_before _ F 0 t.+1 (ltn0Sn t).
by rewrite subn1 /= IH => ->; exact: stays.
Qed.

Lemma step_at_rest j : differentiable (F j) 0 /\ jac (F j) 0 = factor *: 1%:M.
Proof.
notypeclasses refine (@jac_by_differential _ _ _ _ _ _ _ _ _ _ _);
  [intro v; written; reflexivity | differentiate_at |].
move=> direction; cbv beta.
rewrite -/(own_gru_without_inputs_z R d Wn Wr Wz bn br bz cn j 0).
rewrite -/(own_gru_without_inputs_r R d Wn Wr Wz bn br bz cn j 0) read_at_rest.
rewrite z_at_rest r_at_rest.
repeat match goal with |- context [@map_mx ?a ?b ?f ?m ?n ?v] =>
  match v with _ *m 0 + _ => generalize (@map_mx a b f m n v); intro end end.
rewrite mulmx0 add0r cnE WnE.
rewrite !map_zero.
apply/matrixP => i l; rewrite ?ord1 -?scalemxAl ?mul1mx.
rewrite !(dg_timesE, plusE, minusE, scaledE, constantE, zeroE) !tanh_at_0.
by ring.
Qed.

Lemma total_at_rest t : differentiable (flow F 0 t) 0 /\ jac (flow F 0 t) 0 = factor ^+ t *: 1%:M.
Proof.
have moves j : (1 <= j)%N -> differentiable (F j) (s (j - 1)%N).
  by move=> _; rewrite state_rests; exact: (proj1 (step_at_rest j)).
have [dF E] := product_of_jacobians_any_cell moves (leq0n t).
split; first exact: dF.
refine (etrans E _); elim: t {dF E} => [|t IH]; first by rewrite oprod_empty // expr0 scale1r.
rewrite (oprod_recr _ (ltn0Sn t)) IH (flow_step _ (ltn0Sn t)) state_rests (proj2 (step_at_rest _)).
by rewrite -scalemxAl mul1mx scalerA exprS.
Qed.

Lemma path_at_rest t :
  oprod 1 t.+1 (fun k => dg (own_gru_without_inputs_z R d Wn Wr Wz bn br bz cn k (s (k - 1)%N))) =
  ((1 + expR (- zeta)) ^+ t)^-1 *: 1%:M.
Proof.
rewrite -exprVn; elim: t => [|t IH]; first by rewrite oprod_empty // expr0 scale1r.
rewrite oprod_recr // IH state_rests z_at_rest -scalemxAr mulmx1 exprSr -scalerA.
congr (_ *: _); rewrite scalemx1; apply/matrixP => i l; rewrite !mxE.
by rewrite mulr1.
Qed.

Lemma explodes (N : forall m n, 'M[R]_(m, n) -> R) : lecture_norm N -> 1 < factor ->
  (fun t => N _ _ (jac (flow F 0 t) 0)) --> +oo.
Proof. by move=> NP large; exact: (powers_explode NP large (fun t => proj2 (total_at_rest t))). Qed.

End Rest.

Lemma zero_is_scaled (R : realType) d : 0 = 0 *: const_mx 1 :> 'cV[R]_d.
Proof. by rewrite scale0r. Qed.

Lemma gate_at_0 (R : realType) : (1 + expR (- 0))^-1 = 1 / 2%:R :> R.
Proof. by rewrite oppr0 expR0 div1r -[1 + 1]/(2%:R). Qed.

Lemma gate_at_ln_3 (R : realType) : (1 + expR (- exp.ln 3%:R))^-1 = 3%:R / 4%:R :> R.
Proof.
rewrite expRN lnK ?posrE ?ltr0n //.
by field.
Qed.

Local Ltac at_rest :=
  match goal with
  | sE : vocabulary.state _ ?s 0%N = 0 |- _ =>
      let E := fresh in have E : s = 0 := sE; subst s; clear sE
  end.

Theorem gru_path_the_state_rests_claim : gru_path_the_state_rests_printed.
Proof.
unfold gru_path_the_state_rests_printed; cbv zeta; intros; at_rest.
exact: state_rests.
Qed.

Theorem gru_path_the_update_gate_rests_claim : gru_path_the_update_gate_rests_printed.
Proof.
unfold gru_path_the_update_gate_rests_printed; cbv zeta; intros; at_rest.
rewrite state_rests; try assumption.
exact: z_at_rest.
Qed.

Theorem gru_path_the_reset_gate_rests_claim : gru_path_the_reset_gate_rests_printed.
Proof.
unfold gru_path_the_reset_gate_rests_printed; cbv zeta; intros; at_rest.
rewrite state_rests; try assumption.
exact: r_at_rest.
Qed.

Theorem gru_path_the_candidate_rests_claim : gru_path_the_candidate_rests_printed.
Proof.
unfold gru_path_the_candidate_rests_printed; cbv zeta; intros; at_rest.
rewrite state_rests; try assumption.
exact: n_at_rest.
Qed.

Theorem gru_path_one_step_claim : gru_path_one_step_printed.
Proof.
unfold gru_path_one_step_printed; cbv zeta; intros; at_rest.
rewrite state_rests; try assumption.
match goal with t1 : is_true (leq 1 _) |- _ => rewrite (flow_step _ t1) end.
exact: step_at_rest.
Qed.

Theorem gru_path_the_total_derivative_claim : gru_path_the_total_derivative_printed.
Proof.
unfold gru_path_the_total_derivative_printed; cbv zeta; intros; at_rest.
exact: total_at_rest.
Qed.

Theorem gru_path_the_path_of_these_gates_claim : gru_path_the_path_of_these_gates_printed.
Proof.
unfold gru_path_the_path_of_these_gates_printed; cbv zeta; intros; at_rest.
exact: path_at_rest.
Qed.

Theorem gru_path_it_explodes_claim : gru_path_it_explodes_printed.
Proof.
unfold gru_path_it_explodes_printed; cbv zeta.
move=> R d Wn Wr Wz bn br bz cn s0 N NP WnE bzE brE bnE cnE sE.
have zE := etrans bzE (zero_is_scaled R d.+1); have rE := etrans brE (zero_is_scaled R d.+1).
at_rest; split=> [t|]; first exact: (proj1 (total_at_rest Wr Wz WnE zE rE bnE cnE t)).
apply: (explodes Wr Wz WnE zE rE bnE cnE NP).
rewrite -[X in _ / X]invrK !gate_at_0 invrK.
have -> : 6%:R * (1 - 1 / 2%:R) * (1 / 2%:R) + 1 / 2%:R = 2%:R :> R by field.
by rewrite ltr1n.
Qed.

Theorem gru_path_it_is_0_at_once_claim : gru_path_it_is_0_at_once_printed.
Proof.
unfold gru_path_it_is_0_at_once_printed; cbv zeta.
move=> R d Wn Wr Wz bn br bz cn s0 WnE bzE brE bnE cnE sE.
have zE := etrans bzE (zero_is_scaled R d.+1); have rE := etrans brE (zero_is_scaled R d.+1).
at_rest; have [dF E] := total_at_rest Wr Wz WnE zE rE bnE cnE 1.
split; first exact: dF.
refine (etrans E _); rewrite -[X in _ / X]invrK !gate_at_0 invrK expr1.
have -> : - 2%:R * (1 - 1 / 2%:R) * (1 / 2%:R) + 1 / 2%:R = 0 :> R by field.
by rewrite scale0r.
Qed.

Theorem gru_path_with_r_3_4_w_2_explodes_claim : gru_path_with_r_3_4_w_2_explodes_printed.
Proof.
unfold gru_path_with_r_3_4_w_2_explodes_printed; cbv zeta.
move=> R d Wn Wr Wz bn br bz cn s0 N NP WnE bzE brE bnE cnE sE.
have zE := etrans bzE (zero_is_scaled R d.+1).
at_rest; split=> [t|]; first exact: (proj1 (total_at_rest Wr Wz WnE zE brE bnE cnE t)).
apply: (explodes Wr Wz WnE zE brE bnE cnE NP).
rewrite -[X in _ / X]invrK !gate_at_0 gate_at_ln_3 invrK.
have -> : 2%:R * (1 - 1 / 2%:R) * (3%:R / 4%:R) + 1 / 2%:R = 5%:R / 4%:R :> R by field.
by rewrite ltr_pdivl_mulr ?ltr0n // mul1r ltr_nat.
Qed.
