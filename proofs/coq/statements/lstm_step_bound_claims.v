(* Proofs of the claims of proofs/gates/lstm_step_bound.py, as symrnn prints them. *)
(*                                                                            *)
(* Each block of a step is a sum of diag(…) diag(…) W; the norm of a matrix of *)
(* blocks is at most the largest sum over a row of them.                      *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences exp.
From symrnn Require Import vocabulary recurrence induced_norms step_bound cells_differentiated slopes_bounded_any_field.
From symrnn Require Import bounded_gates.
From claims Require Import lstm_step_bound.
From mathcomp Require Import ring.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Ltac squashed_at_most_1 :=
  written; apply: largest_entry_squashed => [|y];
  [exact: ler01 | first [exact: logistic_le1 | exact: tanh_le1 | exact: tanh_slope_le]].

Ltac slope_at_most_a_quarter :=
  apply: largest_entry_squashed => [|y];
  [by rewrite divr_ge0 ?ler01 ?ler0n | exact: slope_of_logistic_le].

Theorem lstm_step_bound_i_is_at_most_1_claim : lstm_step_bound_i_is_at_most_1_printed.
Proof. by unfold lstm_step_bound_i_is_at_most_1_printed; intros; squashed_at_most_1. Qed.

Theorem lstm_step_bound_g_is_at_most_1_claim : lstm_step_bound_g_is_at_most_1_printed.
Proof. by unfold lstm_step_bound_g_is_at_most_1_printed; intros; squashed_at_most_1. Qed.

Theorem lstm_step_bound_o_is_at_most_1_claim : lstm_step_bound_o_is_at_most_1_printed.
Proof. by unfold lstm_step_bound_o_is_at_most_1_printed; intros; squashed_at_most_1. Qed.

Theorem lstm_step_bound_the_slope_of_i_claim : lstm_step_bound_the_slope_of_i_printed.
Proof. by unfold lstm_step_bound_the_slope_of_i_printed; intros; slope_at_most_a_quarter. Qed.

Theorem lstm_step_bound_the_slope_of_f_claim : lstm_step_bound_the_slope_of_f_printed.
Proof. by unfold lstm_step_bound_the_slope_of_f_printed; intros; slope_at_most_a_quarter. Qed.

Theorem lstm_step_bound_the_slope_of_o_claim : lstm_step_bound_the_slope_of_o_printed.
Proof. by unfold lstm_step_bound_the_slope_of_o_printed; intros; slope_at_most_a_quarter. Qed.

Theorem lstm_step_bound_the_slope_of_g_claim : lstm_step_bound_the_slope_of_g_printed.
Proof. by unfold lstm_step_bound_the_slope_of_g_printed; intros; squashed_at_most_1. Qed.

Theorem lstm_step_bound_the_slope_at_the_output_claim :
  lstm_step_bound_the_slope_at_the_output_printed.
Proof. by unfold lstm_step_bound_the_slope_at_the_output_printed; intros; squashed_at_most_1. Qed.

Theorem lstm_step_bound_what_the_output_shows_claim :
  lstm_step_bound_what_the_output_shows_printed.
Proof. by unfold lstm_step_bound_what_the_output_shows_printed; intros; squashed_at_most_1. Qed.


Section OneStep.
Variables (R : realType) (d : nat).
Implicit Types (u v w : 'cV[R]_d.+1) (W A B C D : 'M[R]_d.+1).

(* ‖diag(u) diag(v) W‖ where one of them is at most 1                          *)
Lemma by_way W u v b : largest_entry u <= 1 -> largest_entry v <= b ->
  normoo (dg u *m dg v *m W) <= b * normoo W.
Proof. by move=> u1 vb; rewrite -[b]mul1r; exact: normoo_gated. Qed.

Lemma quarter W u v : largest_entry u <= 1 -> largest_entry v <= 1 / 4%:R ->
  normoo (dg u *m dg v *m W) <= normoo W / 4%:R.
Proof. by move=> u1 v4; rewrite (le_trans (by_way W u1 v4)) // mul1r mulrC. Qed.

Lemma whole_way W u v : largest_entry u <= 1 -> largest_entry v <= 1 ->
  normoo (dg u *m dg v *m W) <= normoo W.
Proof. by move=> u1 v1; rewrite (le_trans (by_way W u1 v1)) // mul1r. Qed.

Lemma by_the_cell kappa W u v : largest_entry u <= kappa -> largest_entry v <= 1 / 4%:R ->
  normoo (dg u *m dg v *m W) <= kappa * normoo W / 4%:R.
Proof.
by move=> uk v4; rewrite (le_trans (normoo_gated W uk v4)) // mul1r -mulrA [4%:R^-1 * _]mulrC mulrA.
Qed.

(* ‖diag(u) diag(v)‖                                                          *)
Lemma normoo_two u v a : largest_entry u <= 1 -> largest_entry v <= a -> 
  normoo (dg u *m dg v) <= a.
Proof.
move=> u1 va; have := by_way (1%:M) u1 va.
by rewrite mulmx1 (norm_unit (lecture_normoo R)) mulr1.
Qed.

Lemma normoo_plus A B a b : normoo A <= a -> normoo B <= b -> normoo (A + B) <= a + b.
Proof.
by move=> Aa Bb; rewrite (le_trans (norm_triangle (lecture_normoo R) _ _)) // ler_add.
Qed.

(* what enters the cell, and what leaves it                                   *)
Lemma normoo_entering (kappa : R) (Wf Wi Wg : 'M[R]_d.+1) (u1 v1 u2 v2 u3 v3 : 'cV[R]_d.+1) :
  largest_entry u1 <= kappa -> largest_entry v1 <= 1 / 4%:R ->
  largest_entry u2 <= 1 -> largest_entry v2 <= 1 / 4%:R ->
  largest_entry u3 <= 1 -> largest_entry v3 <= 1 ->
  normoo (dg u1 *m dg v1 *m Wf + (dg u2 *m dg v2 *m Wi + dg u3 *m dg v3 *m Wg)) <=
  kappa * normoo Wf / 4%:R + normoo Wg + normoo Wi / 4%:R.
Proof.
move=> u1k v14 u21 v24 u31 v31; rewrite -addrA [X in _ <= _ + X]addrC.
by rewrite normoo_plus ?by_the_cell // normoo_plus ?quarter ?whole_way.
Qed.

Lemma normoo_leaving W A u v (o w : 'cV[R]_d.+1) (a : R) :
  largest_entry u <= 1 -> largest_entry v <= 1 / 4%:R ->
  largest_entry o <= 1 -> largest_entry w <= 1 -> normoo A <= a ->
  normoo (dg u *m dg v *m W + dg o *m dg w *m A) <= a + normoo W / 4%:R.
Proof.
move=> u1 v4 o1 w1 Aa; rewrite addrC normoo_plus ?quarter // (le_trans _ Aa) //.
exact: whole_way.
Qed.

Lemma normoo_kept u v w (a : R) :
  largest_entry u <= 1 -> largest_entry v <= 1 -> largest_entry w <= a ->
  normoo (dg u *m dg v *m dg w) <= a.
Proof.
by move=> u1 v1 wa; rewrite (le_trans (whole_way _ u1 v1)) // (norm_diagonal (lecture_normoo R)).
Qed.

Lemma normoo_blocks A B C D (a b c e g : R) :
  normoo A <= a -> normoo B <= b -> normoo C <= c -> normoo D <= e ->
  a + b <= g -> c + e <= g -> normoo (col_mx (row_mx A B) (row_mx C D)) <= g.
Proof.
move=> Aa Bb Cc De ab ce; apply: normoo_col; apply: le_trans (normoo_row _ _) _.
  by apply: le_trans ab; rewrite ler_add.
by apply: le_trans ce; rewrite ler_add.
Qed.

Lemma bounded_jac (f : 'cV[R]_d.+1 -> 'cV[R]_d.+1) y M (e : R) :
  differentiable f y /\ jac f y = M -> normoo M <= e ->
  differentiable f y /\ normoo (jac f y) <= e.
Proof. by move=> [df ->]. Qed.

End OneStep.

Ltac bounded :=
  first [ assumption | squashed_at_most_1 | slope_at_most_a_quarter ].

Theorem lstm_step_bound_by_way_of_f_claim : lstm_step_bound_by_way_of_f_printed.
Proof. by unfold lstm_step_bound_by_way_of_f_printed; intros; apply: by_the_cell; bounded. Qed.

Theorem lstm_step_bound_by_way_of_i_claim : lstm_step_bound_by_way_of_i_printed.
Proof. by unfold lstm_step_bound_by_way_of_i_printed; intros; apply: quarter; bounded. Qed.

Theorem lstm_step_bound_by_way_of_g_claim : lstm_step_bound_by_way_of_g_printed.
Proof. by unfold lstm_step_bound_by_way_of_g_printed; intros; apply: whole_way; bounded. Qed.

Theorem lstm_step_bound_by_way_of_o_claim : lstm_step_bound_by_way_of_o_printed.
Proof. by unfold lstm_step_bound_by_way_of_o_printed; intros; apply: quarter; bounded. Qed.

Theorem lstm_step_bound_the_output_claim : lstm_step_bound_the_output_printed.
Proof. by unfold lstm_step_bound_the_output_printed; intros; apply: normoo_two; bounded. Qed.

(* One block of a step: what it is, by its definition, and how large that is  *)
Ltac as_product := repeat progress rewrite ?mulmxA -?mulmxDl; reflexivity.

Ltac bounded_block :=
  notypeclasses refine (bounded_jac (jac_by_differential _ _ _) _);
  [ let v := fresh "v" in intro v; written; reflexivity
  | differentiate_at
  | let u := fresh "u" in intro u; cbv beta; as_product
  | ].

Theorem lstm_step_bound_the_cell_by_the_cell_claim : lstm_step_bound_the_cell_by_the_cell_printed.
Proof.
move=> R d m Uf Ug Ui Uo Wf Wg Wi Wo bf bg bi bo x s0 kappa phi t F s f c h k0 p0 t1 fp ck.
rewrite /F (flow_step _ t1); bounded_block; by rewrite (norm_diagonal (lecture_normoo R)).
Qed.

Theorem lstm_step_bound_the_cell_by_the_state_claim : lstm_step_bound_the_cell_by_the_state_printed.
Proof.
move=> R d m Uf Ug Ui Uo Wf Wg Wi Wo bf bg bi bo x s0 kappa phi t F s f c h k0 p0 t1 fp ck.
rewrite /F (flow_step _ t1); bounded_block; by apply: normoo_entering; bounded.
Qed.

Theorem lstm_step_bound_the_state_by_the_cell_claim : lstm_step_bound_the_state_by_the_cell_printed.
Proof.
move=> R d m Uf Ug Ui Uo Wf Wg Wi Wo bf bg bi bo x s0 kappa phi t F s f c h k0 p0 t1 fp ck.
rewrite /F (flow_step _ t1); bounded_block; by apply: normoo_kept; bounded.
Qed.

Theorem lstm_step_bound_the_state_by_the_state_claim : lstm_step_bound_the_state_by_the_state_printed.
Proof.
move=> R d m Uf Ug Ui Uo Wf Wg Wi Wo bf bg bi bo x s0 kappa phi t F s f c h k0 p0 t1 fp ck.
rewrite /F (flow_step _ t1); bounded_block; by apply: normoo_leaving; [bounded .. | apply: normoo_entering; bounded].
Qed.

Theorem lstm_step_bound_the_cells_row_claim : lstm_step_bound_the_cells_row_printed.
Proof.
move=> R d m Uf Ug Ui Uo Wf Wg Wi Wo bf bg bi bo x s0 kappa phi t F s f c h k0 p0 t1 fp ck.
have [dc bc] := lstm_step_bound_the_cell_by_the_cell_claim k0 p0 t1 fp ck.
have [dh bh] := lstm_step_bound_the_cell_by_the_state_claim k0 p0 t1 fp ck.
split; first exact: dc.
split; first exact: dh.
by apply: le_trans (ler_add bc bh) _; rewrite le_eqVlt; apply/orP; left; apply/eqP; ring.
Qed.

Theorem lstm_step_bound_the_states_row_claim : lstm_step_bound_the_states_row_printed.
Proof.
move=> R d m Uf Ug Ui Uo Wf Wg Wi Wo bf bg bi bo x s0 kappa phi t F s f c h k0 p0 t1 fp ck.
have [dc bc] := lstm_step_bound_the_state_by_the_cell_claim k0 p0 t1 fp ck.
have [dh bh] := lstm_step_bound_the_state_by_the_state_claim k0 p0 t1 fp ck.
split; first exact: dc.
split; first exact: dh.
by apply: le_trans (ler_add bc bh) _; rewrite le_eqVlt; apply/orP; left; apply/eqP; ring.
Qed.

Theorem lstm_step_bound_the_whole_step_claim : lstm_step_bound_the_whole_step_printed.
Proof.
move=> R d m Uf Ug Ui Uo Wf Wg Wi Wo bf bg bi bo x s0 kappa phi t F s f c h k0 p0 t1 fp ck.
have [d1 b1] := lstm_step_bound_the_state_by_the_state_claim k0 p0 t1 fp ck.
have [d2 b2] := lstm_step_bound_the_state_by_the_cell_claim k0 p0 t1 fp ck.
have [d3 b3] := lstm_step_bound_the_cell_by_the_state_claim k0 p0 t1 fp ck.
have [d4 b4] := lstm_step_bound_the_cell_by_the_cell_claim k0 p0 t1 fp ck.
split; first exact: d1.
split; first exact: d2.
split; first exact: d3.
split; first exact: d4.
have g0 := normoo_ge0 Wo.
apply: (normoo_blocks b1 b2 b3 b4).
  by rewrite le_eqVlt; apply/orP; left; apply/eqP; ring.
apply: le_trans (_ : kappa * normoo Wf / 4%:R + phi + normoo Wg + normoo Wi / 4%:R <= _).
  by rewrite le_eqVlt; apply/orP; left; apply/eqP; ring.
by rewrite ler_addl divr_ge0 ?ler0n.
Qed.
