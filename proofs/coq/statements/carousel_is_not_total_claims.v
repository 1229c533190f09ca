(* Proofs of the claims of proofs/gates/carousel_is_not_total.py, as symrnn prints them. *)
(*                                                                            *)
(* All of them are about the LSTM at rest: one step takes (δc, δh) to         *)
(* (φ δc + w/2 δh, 1/2 (φ δc + w/2 δh)).                                      *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences exp.
From symrnn Require Import vocabulary differentials recurrence cells_differentiated lstm_at_rest.
From claims Require Import own_lstm_without_inputs_defined carousel_is_not_total.
From mathcomp Require Import ring.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Lemma gateE (R : realType) (beta : R) : (1 + expR (- beta))^-1 = logistic beta.
Proof. by rewrite /logistic div1r. Qed.

Lemma constantE n (R : realType) (c : R) : const_mx c = c *: const_mx 1 :> 'cV[R]_n.
Proof. by apply/matrixP => i l; rewrite !mxE mulr1. Qed.

Section Rest.
Variables (R : realType) (d : nat) (Wf Wg Wi Wo : 'M[R]_(d.+1, d.+1)).
Variables (bf bg bi bo : 'cV[R]_d.+1) (beta w : R).
Hypothesis WgE : Wg = w *: 1%:M.
Hypothesis bfE : bf = beta *: const_mx 1.
Hypothesis biE : bi = 0.
Hypothesis bgE : bg = 0.
Hypothesis boE : bo = 0.
Local Notation state := 'cV[R]_(d + d.+1).+1.
Local Notation F := (own_lstm_without_inputs_s R d Wf Wg Wi Wo bf bg bi bo).
Local Notation cell := (@usubmx R d.+1 d.+1 1).
Local Notation hidden := (@dsubmx R d.+1 d.+1 1).

Lemma resting t : vocabulary.state F 0 t = 0.
Proof. exact: rests. Qed.

(* h moves at rest, and what becomes of the cell                              *)
Definition entered (v : 'cV[R]_d.+1) : state := col_mx (0 : 'cV[R]_d.+1) v.

Lemma is_diff_entered : is_diff (0 : 'cV[R]_d.+1) entered entered.
Proof. exact: (is_diff_col_mx (@is_diff_cst R _ _ 0 _) (@is_diff_id R _ _)). Qed.

Lemma entered_0 : entered 0 = 0.
Proof. by apply/matrixP => i l; rewrite !mxE; case: fintype.splitP => k _; rewrite !mxE. Qed.

Lemma from_hidden j :
  is_diff (0 : 'cV[R]_d.+1) (fun v => cell (F j (entered v))) (fun v => (w / 2%:R) *: v).
Proof.
have step := is_diff_further is_diff_entered entered_0
  (is_diff_step Wf Wi Wo WgE bfE biE bgE boE j).
apply: (is_diff_ext (is_diff_usubmx step)) => v; first exact: erefl.
by rewrite col_mxKu /moved col_mxKu col_mxKd scaler0 add0r.
Qed.

Lemma both_parts t : (1 <= t)%N -> exists c,
  [/\ is_diff (0 : 'cV[R]_d.+1) (fun v => cell (flow F 0 t (col_mx v (0 : 'cV[R]_d.+1) : state)))
        (mulmx (c *: 1%:M)),
      is_diff (0 : 'cV[R]_d.+1) (fun v => hidden (flow F 0 t (col_mx v (0 : 'cV[R]_d.+1) : state)))
        (mulmx ((1 / 2%:R * c) *: 1%:M))
    & c = logistic beta * (logistic beta + w / 4%:R) ^+ (t - 1)].
Proof.
case: t => // t _; exists (logistic beta * (logistic beta + w / 4%:R) ^+ t); rewrite subn1.
have moves := is_diff_flow Wf Wi Wo WgE bfE biE bgE boE t.
split; last by [].
  apply: (is_diff_ext (is_diff_usubmx moves)) => v; first exact: erefl.
  by rewrite /both col_mxKu -scalemxAl mul1mx.
apply: (is_diff_ext (is_diff_dsubmx moves)) => v; first exact: erefl.
by rewrite /both col_mxKd -scalemxAl mul1mx.
Qed.

End Rest.

(* every part supposes that h_0 = 0 and c_0 = 0: the state is 0               *)
Local Ltac at_rest :=
  let sE := fresh in
  match goal with
  | hE : dsubmx (vocabulary.state _ ?s 0%N) = 0, cE : usubmx (vocabulary.state _ ?s 0%N) = 0 |- _ =>
      have sE : s = 0 := rests_from hE cE; subst s; clear hE cE
  end.

Local Ltac by_rest := cbv zeta; intros; at_rest; rewrite !resting; try assumption.

Theorem carousel_is_not_total_the_cell_rests_claim : carousel_is_not_total_the_cell_rests_printed.
Proof. unfold carousel_is_not_total_the_cell_rests_printed; by_rest; by rewrite cell_zero. Qed.

Theorem carousel_is_not_total_the_state_rests_claim : carousel_is_not_total_the_state_rests_printed.
Proof. unfold carousel_is_not_total_the_state_rests_printed; by_rest; by rewrite hidden_zero. Qed.

Theorem carousel_is_not_total_c_rests_from_time_0_on_claim :
  carousel_is_not_total_c_rests_from_time_0_on_printed.
Proof.
unfold carousel_is_not_total_c_rests_from_time_0_on_printed.
by_rest; by rewrite cell_zero.
Qed.

Theorem carousel_is_not_total_h_rests_from_time_0_on_claim :
  carousel_is_not_total_h_rests_from_time_0_on_printed.
Proof.
unfold carousel_is_not_total_h_rests_from_time_0_on_printed.
by_rest; by rewrite hidden_zero.
Qed.

Theorem carousel_is_not_total_f_rests_claim : carousel_is_not_total_f_rests_printed.
Proof.
unfold carousel_is_not_total_f_rests_printed; by_rest.
by rewrite gateE (@f_at_rest _ _ _ _ _ _ _ _ _ _ beta) // constantE.
Qed.

Theorem carousel_is_not_total_i_rests_claim : carousel_is_not_total_i_rests_printed.
Proof. by unfold carousel_is_not_total_i_rests_printed; by_rest; rewrite i_at_rest // constantE. Qed.

Theorem carousel_is_not_total_o_rests_claim : carousel_is_not_total_o_rests_printed.
Proof. by unfold carousel_is_not_total_o_rests_printed; by_rest; rewrite o_at_rest // constantE. Qed.

Theorem carousel_is_not_total_what_enters_rests_claim :
  carousel_is_not_total_what_enters_rests_printed.
Proof. by unfold carousel_is_not_total_what_enters_rests_printed; by_rest; exact: g_at_rest. Qed.

Theorem carousel_is_not_total_from_state_to_cell_claim :
  carousel_is_not_total_from_state_to_cell_printed.
Proof.
unfold carousel_is_not_total_from_state_to_cell_printed; cbv zeta.
move=> R d Wf Wg Wi Wo bf bg bi bo s0 beta w t t1 WgE bfE biE bgE boE hE cE; at_rest.
rewrite (@resting _ _ _ _ _ _ _ _ _ _ bgE) (flow_step _ t1) cell_zero hidden_zero.
apply: differentiable_jac; apply: (is_diff_ext (from_hidden Wf Wi Wo WgE bfE biE bgE boE t)) => [v|v].
  exact: erefl.
by rewrite -scalemxAl mul1mx.
Qed.

Theorem carousel_is_not_total_from_cell_to_cell_claim :
  carousel_is_not_total_from_cell_to_cell_printed.
Proof.
unfold carousel_is_not_total_from_cell_to_cell_printed; cbv zeta.
move=> R d Wf Wg Wi Wo bf bg bi bo s0 beta w t t1 WgE bfE biE bgE boE hE cE; at_rest.
rewrite (@resting _ _ _ _ _ _ _ _ _ _ bgE) (flow_step _ t1) cell_zero hidden_zero gateE.
have [dF E] := cell_by_cell_at_rest Wf Wi Wo WgE bfE biE bgE boE (erefl 0) (erefl 0) (leqnn 1).
rewrite subnn expr0 mulr1 in E.
by split; [exact: dF | exact: E].
Qed.

Theorem carousel_is_not_total_from_cell_to_state_claim :
  carousel_is_not_total_from_cell_to_state_printed.
Proof.
unfold carousel_is_not_total_from_cell_to_state_printed; cbv zeta.
move=> R d Wf Wg Wi Wo bf bg bi bo s0 beta w t t1 WgE bfE biE bgE boE hE cE; at_rest.
rewrite (@resting _ _ _ _ _ _ _ _ _ _ bgE) cell_zero hidden_zero.
have [c [cell hidden _]] := both_parts Wf Wi Wo WgE bfE biE bgE boE t1.
have [dc jc] := differentiable_jac cell; have [dh jh] := differentiable_jac hidden.
split; first exact: dh.
split; first exact: dc.
by rewrite jc jh scalerA.
Qed.

Theorem carousel_is_not_total_the_first_step_claim : carousel_is_not_total_the_first_step_printed.
Proof.
unfold carousel_is_not_total_the_first_step_printed; cbv zeta.
move=> R d Wf Wg Wi Wo bf bg bi bo s0 beta w WgE bfE biE bgE boE hE cE; rewrite gateE.
have [dF E] := cell_by_cell_at_rest Wf Wi Wo WgE bfE biE bgE boE hE cE (leqnn 1).
by split; [exact: dF | rewrite subnn expr0 mulr1 in E; exact: E].
Qed.

Theorem carousel_is_not_total_every_further_step_claim :
  carousel_is_not_total_every_further_step_printed.
Proof.
unfold carousel_is_not_total_every_further_step_printed; cbv zeta.
move=> R d Wf Wg Wi Wo bf bg bi bo s0 beta w t t2 WgE bfE biE bgE boE hE cE; rewrite gateE.
have [dF E] := cell_by_cell_at_rest Wf Wi Wo WgE bfE biE bgE boE hE cE (ltnW t2).
have t1 : (1 <= t - 1)%N by rewrite subn_gt0.
have [dG E'] := cell_by_cell_at_rest Wf Wi Wo WgE bfE biE bgE boE hE cE t1.
split; first exact: dF.
split; first exact: dG.
refine (etrans E _); refine (etrans _ (congr1 (fun A => _ *: A) (esym E'))).
rewrite scalerA; congr (_ *: _); case: t t2 {dF E t1 dG E'} => [|[|t]] // _.
by rewrite !subn1 /= exprS mulrCA addrC.
Qed.

Theorem carousel_is_not_total_the_total_derivative_claim :
  carousel_is_not_total_the_total_derivative_printed.
Proof.
unfold carousel_is_not_total_the_total_derivative_printed; cbv zeta.
move=> R d Wf Wg Wi Wo bf bg bi bo s0 beta w t t1 WgE bfE biE bgE boE hE cE; rewrite gateE.
have [dF E] := cell_by_cell_at_rest Wf Wi Wo WgE bfE biE bgE boE hE cE t1.
split; first exact: dF.
by refine (etrans E _); congr (_ *: _); rewrite mulrC addrC.
Qed.

Theorem carousel_is_not_total_the_carousel_of_these_gates_claim :
  carousel_is_not_total_the_carousel_of_these_gates_printed.
Proof.
unfold carousel_is_not_total_the_carousel_of_these_gates_printed; cbv zeta.
move=> R d Wf Wg Wi Wo bf bg bi bo s0 beta w t WgE bfE biE bgE boE hE cE.
have sE : s0 = 0 by exact: (rests_from hE cE).
by rewrite -exprVn gateE; exact: (carousel_at_rest Wf Wg Wi Wo bi bo bfE bgE t sE).
Qed.
