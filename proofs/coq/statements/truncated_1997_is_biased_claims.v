(* Proofs of the claims of proofs/gates/truncated_1997_is_biased.py, as symrnn prints them. *)
(*                                                                            *)
(* At rest i = o = 1/2 and a step takes (δc, δh) to (m, m/4), m = δc + w/2 δh. *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences exp.
From symrnn Require Import vocabulary differentials recurrence activations cells_differentiated at_rest two_parts.
From claims Require Import own_lstm_1997_without_inputs_defined truncated_1997_is_biased.
From mathcomp Require Import ring.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Rest.
Variables (R : realType) (d : nat) (Wg Wi Wo : 'M[R]_(d.+1, d.+1)) (bg bi bo : 'cV[R]_d.+1) (w : R).
Hypothesis WgE : Wg = w *: 1%:M.
Hypothesis biE : bi = 0.
Hypothesis bgE : bg = 0.
Hypothesis boE : bo = 0.
Local Notation state := 'cV[R]_(d + d.+1).+1.
Local Notation args f := (f R d Wg Wi Wo bg bi bo).
Local Notation F := (args own_lstm_1997_without_inputs_s).

Lemma i_rests j : args own_lstm_1997_without_inputs_i j 0 = const_mx (1 / 2%:R).
Proof. by rewrite /own_lstm_1997_without_inputs_i below_zero mulmx0 add0r biE map_zero logistic_at_0. Qed.

Lemma o_rests j : args own_lstm_1997_without_inputs_o j 0 = const_mx (1 / 2%:R).
Proof. by rewrite /own_lstm_1997_without_inputs_o below_zero mulmx0 add0r boE map_zero logistic_at_0. Qed.

Lemma g_rests j : args own_lstm_1997_without_inputs_g j 0 = 0.
Proof.
rewrite /own_lstm_1997_without_inputs_g below_zero mulmx0 add0r bgE map_zero logistic_at_0.
by apply/matrixP => i l; rewrite !mxE; field.
Qed.

Lemma c_rests j : args own_lstm_1997_without_inputs_c j 0 = 0.
Proof. by rewrite /own_lstm_1997_without_inputs_c above_zero add0r g_rests hadamard_zero. Qed.

Lemma h_rests j : args own_lstm_1997_without_inputs_h j 0 = 0.
Proof.
rewrite /own_lstm_1997_without_inputs_h c_rests map_zero logistic_at_0.
by apply/matrixP => i l; rewrite !mxE; field.
Qed.

Lemma stays j : F j 0 = 0.
Proof. by rewrite /own_lstm_1997_without_inputs_s c_rests h_rests; exact: zero_of_parts. Qed.

Lemma step j : is_diff (0 : state) (F j)
  (fun u => col_mx (moved 1 (w / 2%:R) u) ((1 / 4%:R) *: moved 1 (w / 2%:R) u) : state).
Proof.
have c_moves : is_diff (0 : state) (args own_lstm_1997_without_inputs_c j) (moved 1 (w / 2%:R)).
  notypeclasses refine (@is_diff_by_differential _ _ _ _ _ _ _ _ _ _ _);
    [intro v; written; reflexivity | differentiate_at |].
  move=> u; cbv beta; rewrite below_zero mulmx0 add0r biE bgE WgE !map_zero /moved.
  by entries; rewrite !logistic_at_0 !slope_logistic_at_0; field.
have [D o_moves] : exists D, is_diff (0 : state) (args own_lstm_1997_without_inputs_o j) D.
  by eexists; rewrite /own_lstm_1997_without_inputs_o; differentiate_at.
have H := is_diff_times o_moves (is_diff_plus_constant (- const_mx 1)
  (is_diff_scaled 2%:R (is_diff_squashed (@slope_logistic_printed R) c_moves))).
apply: (is_diff_col_mx c_moves); apply: (is_diff_ext H) => // u.
rewrite c_rests o_rests !map_zero.
by entries; rewrite !logistic_at_0 !slope_logistic_at_0; field.
Qed.

End Rest.

Theorem truncated_1997_is_biased_the_cell_rests_claim :
  truncated_1997_is_biased_the_cell_rests_printed.
Proof.
move=> R d Wg Wi Wo bg bi bo s0 w t F s c h t1 WgE biE bgE boE hE cE.
have sE : s0 = 0 := rests_from hE cE.
by rewrite /c /s sE (rests (stays Wg Wi Wo bi bo bgE)) above_zero.
Qed.

Theorem truncated_1997_is_biased_the_state_rests_claim :
  truncated_1997_is_biased_the_state_rests_printed.
Proof.
move=> R d Wg Wi Wo bg bi bo s0 w t F s c h t1 WgE biE bgE boE hE cE.
have sE : s0 = 0 := rests_from hE cE.
by rewrite /h /s sE (rests (stays Wg Wi Wo bi bo bgE)) below_zero.
Qed.

Theorem truncated_1997_is_biased_h_rests_from_time_0_on_claim :
  truncated_1997_is_biased_h_rests_from_time_0_on_printed.
Proof.
move=> R d Wg Wi Wo bg bi bo s0 w t F s c h WgE biE bgE boE hE cE.
have sE : s0 = 0 := rests_from hE cE.
by rewrite /h /s sE (rests (stays Wg Wi Wo bi bo bgE)) below_zero.
Qed.

Theorem truncated_1997_is_biased_c_rests_from_time_0_on_claim :
  truncated_1997_is_biased_c_rests_from_time_0_on_printed.
Proof.
move=> R d Wg Wi Wo bg bi bo s0 w t F s c h WgE biE bgE boE hE cE.
have sE : s0 = 0 := rests_from hE cE.
by rewrite /c /s sE (rests (stays Wg Wi Wo bi bo bgE)) above_zero.
Qed.

Theorem truncated_1997_is_biased_i_rests_at_1_2_claim :
  truncated_1997_is_biased_i_rests_at_1_2_printed.
Proof.
move=> R d Wg Wi Wo bg bi bo s0 w t F s i c h t1 WgE biE bgE boE hE cE.
have sE : s0 = 0 := rests_from hE cE.
by rewrite /i /s sE (rests (stays Wg Wi Wo bi bo bgE)) i_rests // -constant_scaled.
Qed.

Theorem truncated_1997_is_biased_o_rests_at_1_2_claim :
  truncated_1997_is_biased_o_rests_at_1_2_printed.
Proof.
move=> R d Wg Wi Wo bg bi bo s0 w t F s o c h t1 WgE biE bgE boE hE cE.
have sE : s0 = 0 := rests_from hE cE.
by rewrite /o /s sE (rests (stays Wg Wi Wo bi bo bgE)) o_rests // -constant_scaled.
Qed.

Theorem truncated_1997_is_biased_what_enters_rests_claim :
  truncated_1997_is_biased_what_enters_rests_printed.
Proof.
move=> R d Wg Wi Wo bg bi bo s0 w t F s g c h t1 WgE biE bgE boE hE cE.
have sE : s0 = 0 := rests_from hE cE.
by rewrite /g /s sE (rests (stays Wg Wi Wo bi bo bgE)) g_rests.
Qed.

Theorem truncated_1997_is_biased_from_state_to_cell_claim :
  truncated_1997_is_biased_from_state_to_cell_printed.
Proof.
move=> R d Wg Wi Wo bg bi bo s0 w t F s c h t1 WgE biE bgE boE hE cE.
have stay := stays Wg Wi Wo bi bo bgE; have moves := step Wi Wo WgE biE bgE boE.
have sE : s0 = 0 := rests_from hE cE.
have hE' : h (t - 1)%N = 0 by rewrite /h /s sE rests // below_zero.
have cE' : c (t - 1)%N = 0 by rewrite /c /s sE rests // above_zero.
exact: (above_from_below moves hE' cE' t1).
Qed.

Theorem truncated_1997_is_biased_from_cell_to_state_claim :
  truncated_1997_is_biased_from_cell_to_state_printed.
Proof.
move=> R d Wg Wi Wo bg bi bo s0 w t F s c h t1 WgE biE bgE boE hE cE.
have stay := stays Wg Wi Wo bi bo bgE; have moves := step Wi Wo WgE biE bgE boE.
exact: (below_at_rest stay moves hE cE t1).
Qed.

Theorem truncated_1997_is_biased_what_the_truncation_keeps_claim :
  truncated_1997_is_biased_what_the_truncation_keeps_printed.
Proof.
move=> R d Wg Wi Wo bg bi bo s0 w t F s i g c h t1 WgE biE bgE boE hE cE.
clearbody i g c; held_step; entry_by_entry.
Qed.

Theorem truncated_1997_is_biased_from_cell_to_cell_claim :
  truncated_1997_is_biased_from_cell_to_cell_printed.
Proof.
move=> R d Wg Wi Wo bg bi bo s0 w t F s c h t1 WgE biE bgE boE hE cE.
have stay := stays Wg Wi Wo bi bo bgE; have moves := step Wi Wo WgE biE bgE boE.
have sE : s0 = 0 := rests_from hE cE.
have hE' : h (t - 1)%N = 0 by rewrite /h /s sE rests // below_zero.
have cE' : c (t - 1)%N = 0 by rewrite /c /s sE rests // above_zero.
have [dF E] := above_from_above moves hE' cE' t1.
by split; [exact: dF | rewrite scale1r in E; exact: E].
Qed.

Theorem truncated_1997_is_biased_the_first_step_claim :
  truncated_1997_is_biased_the_first_step_printed.
Proof.
move=> R d Wg Wi Wo bg bi bo s0 w F s c h WgE biE bgE boE hE cE.
have stay := stays Wg Wi Wo bi bo bgE; have moves := step Wi Wo WgE biE bgE boE.
have [dF E] := above_at_rest stay moves hE cE (leqnn 1).
by split; [exact: dF | rewrite subnn expr0 mulr1 scale1r in E; exact: E].
Qed.

Theorem truncated_1997_is_biased_the_total_derivative_claim :
  truncated_1997_is_biased_the_total_derivative_printed.
Proof.
move=> R d Wg Wi Wo bg bi bo s0 w t F s c h t1 WgE biE bgE boE hE cE.
have stay := stays Wg Wi Wo bi bo bgE; have moves := step Wi Wo WgE biE bgE boE.
have [dF E] := above_at_rest stay moves hE cE t1; split; first exact: dF.
refine (etrans E _); congr (_ *: _); rewrite mul1r; congr (_ ^+ _).
by field.
Qed.
