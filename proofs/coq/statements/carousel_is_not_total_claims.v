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

(* every part supposes that h_0 = 0 and c_0 = 0: the state is 0               *)
Local Ltac at_rest :=
  let sE := fresh in
  match goal with
  | hE : dsubmx (vocabulary.state _ ?s 0%N) = 0, cE : usubmx (vocabulary.state _ ?s 0%N) = 0 |- _ =>
      have sE : s = 0 := rests_from hE cE; subst s; clear hE cE
  end.

Local Ltac by_rest := cbv zeta; intros; at_rest; rewrite !state_rests; try assumption.

Theorem carousel_is_not_total_the_cell_rests_claim : carousel_is_not_total_the_cell_rests_printed.
Proof. unfold carousel_is_not_total_the_cell_rests_printed; by_rest; by rewrite above_zero. Qed.

Theorem carousel_is_not_total_the_state_rests_claim : carousel_is_not_total_the_state_rests_printed.
Proof. unfold carousel_is_not_total_the_state_rests_printed; by_rest; by rewrite below_zero. Qed.

Theorem carousel_is_not_total_c_rests_from_time_0_on_claim :
  carousel_is_not_total_c_rests_from_time_0_on_printed.
Proof.
unfold carousel_is_not_total_c_rests_from_time_0_on_printed.
by_rest; by rewrite above_zero.
Qed.

Theorem carousel_is_not_total_h_rests_from_time_0_on_claim :
  carousel_is_not_total_h_rests_from_time_0_on_printed.
Proof.
unfold carousel_is_not_total_h_rests_from_time_0_on_printed.
by_rest; by rewrite below_zero.
Qed.

Theorem carousel_is_not_total_f_rests_claim : carousel_is_not_total_f_rests_printed.
Proof.
unfold carousel_is_not_total_f_rests_printed; by_rest.
by rewrite gateE (@f_at_rest _ _ _ _ _ _ _ _ _ _ beta) // -constant_scaled.
Qed.

Theorem carousel_is_not_total_i_rests_claim : carousel_is_not_total_i_rests_printed.
Proof. by unfold carousel_is_not_total_i_rests_printed; by_rest; rewrite i_at_rest // -constant_scaled. Qed.

Theorem carousel_is_not_total_o_rests_claim : carousel_is_not_total_o_rests_printed.
Proof. by unfold carousel_is_not_total_o_rests_printed; by_rest; rewrite o_at_rest // -constant_scaled. Qed.

Theorem carousel_is_not_total_what_enters_rests_claim :
  carousel_is_not_total_what_enters_rests_printed.
Proof. by unfold carousel_is_not_total_what_enters_rests_printed; by_rest; exact: g_at_rest. Qed.

Theorem carousel_is_not_total_from_state_to_cell_claim :
  carousel_is_not_total_from_state_to_cell_printed.
Proof.
unfold carousel_is_not_total_from_state_to_cell_printed; cbv zeta.
move=> R d Wf Wg Wi Wo bf bg bi bo s0 beta w t t1 WgE bfE biE bgE boE hE cE; at_rest.
rewrite state_rests // above_zero below_zero.
exact: (above_from_below (is_diff_step Wf Wi Wo WgE bfE biE bgE boE) (erefl 0) (erefl 0) t1).
Qed.

Theorem carousel_is_not_total_from_cell_to_cell_claim :
  carousel_is_not_total_from_cell_to_cell_printed.
Proof.
unfold carousel_is_not_total_from_cell_to_cell_printed; cbv zeta.
move=> R d Wf Wg Wi Wo bf bg bi bo s0 beta w t t1 WgE bfE biE bgE boE hE cE; at_rest.
rewrite state_rests // above_zero below_zero gateE.
exact: (above_from_above (is_diff_step Wf Wi Wo WgE bfE biE bgE boE) (erefl 0) (erefl 0) t1).
Qed.

Theorem carousel_is_not_total_from_cell_to_state_claim :
  carousel_is_not_total_from_cell_to_state_printed.
Proof.
unfold carousel_is_not_total_from_cell_to_state_printed; cbv zeta.
move=> R d Wf Wg Wi Wo bf bg bi bo s0 beta w t t1 WgE bfE biE bgE boE hE cE; at_rest.
rewrite above_zero below_zero.
exact: (below_at_rest (stays_at_rest Wf Wg Wi Wo bf bi bo bgE)
  (is_diff_step Wf Wi Wo WgE bfE biE bgE boE) (erefl 0) (erefl 0) t1).
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
