(* Proofs of the claims of proofs/gates/peephole_can_explode.py, as symrnn prints them. *)
(*                                                                            *)
(* Without W and p_i the cell is computed of itself alone:                    *)
(* c_j = σ(8 c_{j-1} - 8) ⊙ c_{j-1} + 1/2, which rests at 1 with slope 5/2.   *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences exp.
From symrnn Require Import vocabulary differentials recurrence activations product_of_jacobians.
From symrnn Require Import step_bound gradients_could_explode.
From symrnn Require Import cells_differentiated at_rest two_parts.
From claims Require Import own_peephole_without_inputs_defined peephole_can_explode.
From mathcomp Require Import ring.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

(* the cell as a recurrence of its own                                        *)
Section Alone.
Variables (R : realType) (d : nat).
Implicit Type v : 'cV[R]_d.+1.
Local Notation one := (const_mx 1 : 'cV[R]_d.+1).

Definition opened v : 'cV[R]_d.+1 :=
  map_mx (@logistic R) (hadamard (8%:R *: one) v + (- 8%:R) *: one).
Definition carried (j : nat) v : 'cV[R]_d.+1 := hadamard (opened v) v + const_mx (1 / 2%:R).

Lemma opened_at_1 : opened one = const_mx (1 / 2%:R).
Proof.
rewrite /opened; have -> : hadamard (8%:R *: one) one + (- 8%:R) *: one = 0.
  by apply/matrixP => i l; rewrite !mxE; ring.
by rewrite map_zero logistic_at_0.
Qed.

Lemma carried_at_1 j : carried j one = one.
Proof. by rewrite /carried opened_at_1; apply/matrixP => i l; rewrite !mxE; field. Qed.

Lemma state_carried t : vocabulary.state carried one t = one.
Proof.
elim: t => [//|t IH]; have := @state_before _ carried one t.+1 (ltn0Sn t).
by rewrite subn1 /= IH => ->; exact: carried_at_1.
Qed.

Lemma step_carried j : differentiable (carried j) one /\ jac (carried j) one = (5%:R / 2%:R) *: 1%:M.
Proof.
rewrite /carried /opened; held_step; rewrite -/(opened one) opened_at_1.
have -> : hadamard (8%:R *: one) one + (- 8%:R) *: one = 0.
  by apply/matrixP => i l; rewrite !mxE; ring.
rewrite map_zero; entries; rewrite slope_logistic_at_0.
by field.
Qed.

End Alone.

Lemma let_in (R : realType) : logistic (ln 5%:R) = 5%:R / 6%:R :> R.
Proof. by rewrite logistic_ln ?ltr0n // -[5%:R + 1]/(5%:R + 1%:R) -natrD. Qed.

Lemma entering (R : realType) : tanh (atanh (3%:R / 5%:R)) = 3%:R / 5%:R :> R.
Proof.
apply: atanhK; rewrite ger0_norm ?divr_ge0 ?ler0n // ltr_pdivr_mulr ?ltr0n // mul1r.
by rewrite ltr_nat.
Qed.

Section Rest.
Variables (R : realType) (d : nat) (Wf Wg Wi Wo : 'M[R]_(d.+1, d.+1)).
Variables (bf bg bi bo pf pi po : 'cV[R]_d.+1).
Hypothesis WiE : Wi = 0.
Hypothesis WfE : Wf = 0.
Hypothesis WgE : Wg = 0.
Hypothesis piE : pi = 0.
Hypothesis pfE : pf = 8%:R *: const_mx 1.
Hypothesis bfE : bf = (- 8%:R) *: const_mx 1.
Hypothesis biE : bi = ln 5%:R *: const_mx 1.
Hypothesis bgE : bg = atanh (3%:R / 5%:R) *: const_mx 1.
Local Notation state := 'cV[R]_(d + d.+1).+1.
Local Notation above := (@usubmx R d.+1 d.+1 1).
Local Notation args f := (f R d Wf Wg Wi Wo bf bg bi bo pf pi po).
Local Notation F := (args own_peephole_without_inputs_s).

Lemma i_is j u : args own_peephole_without_inputs_i j u = (5%:R / 6%:R) *: const_mx 1.
Proof.
rewrite /own_peephole_without_inputs_i WiE piE biE mul0mx; apply/matrixP => i l.
by rewrite !mxE mul0r !add0r !mulr1 let_in.
Qed.

Lemma g_is j u : args own_peephole_without_inputs_g j u = (3%:R / 5%:R) *: const_mx 1.
Proof.
rewrite /own_peephole_without_inputs_g WgE bgE mul0mx; apply/matrixP => i l.
by rewrite !mxE !add0r !mulr1 entering.
Qed.

Lemma f_is j u : args own_peephole_without_inputs_f j u = opened (above u).
Proof. by rewrite /own_peephole_without_inputs_f WfE pfE bfE mul0mx add0r. Qed.

Lemma alone j u : (1 <= j)%N -> above (F j u) = carried j (above u).
Proof.
move=> _; rewrite /own_peephole_without_inputs_s; taken_apart.
rewrite /own_peephole_without_inputs_c f_is i_is g_is /carried; congr (_ + _).
by apply/matrixP => i l; rewrite !mxE; field.
Qed.

Variable s0 : state.
Hypothesis cE : above (vocabulary.state F s0 0) = const_mx 1.
Local Notation s := (vocabulary.state F s0).

Lemma rests_at_1 t : above (s t) = const_mx 1.
Proof. by rewrite (state_alone alone); have -> : above s0 = const_mx 1 := cE; exact: state_carried. Qed.

Lemma step_at_1 j : (1 <= j)%N -> differentiable (carried j) (above (s (j - 1)%N)) /\
  jac (carried j) (above (s (j - 1)%N)) = (5%:R / 2%:R) *: 1%:M.
Proof. by move=> _; rewrite rests_at_1; exact: step_carried. Qed.

Lemma total k t (kt : (k <= t)%N) :
  differentiable (fun v : 'cV[R]_d.+1 => above (flow F k t (col_mx v (@dsubmx R d.+1 d.+1 1 (s k))))) (above (s k)) /\
  jac (fun v : 'cV[R]_d.+1 => above (flow F k t (col_mx v (@dsubmx R d.+1 d.+1 1 (s k))))) (above (s k)) =
    ((5%:R / 2%:R) ^+ (t - k)) *: 1%:M.
Proof.
have [dF E] := product_alone alone step_at_1 kt; split; first exact: dF.
refine (etrans E _); elim: t kt {dF E} => [|t IH].
  by rewrite leqn0 => /eqP->; rewrite oprod_empty // expr0 scale1r.
rewrite leq_eqVlt => /orP[/eqP->|kt]; first by rewrite oprod_empty // subnn expr0 scale1r.
by rewrite (oprod_recr _ kt) IH // -scalemxAl mul1mx scalerA -exprS -subSn.
Qed.

End Rest.

Theorem peephole_can_explode_what_enters_is_let_in_by_5_6_claim :
  peephole_can_explode_what_enters_is_let_in_by_5_6_printed.
Proof.
move=> R d Wf Wg Wi Wo bf bg bi bo pf pi po s0 t F s i c h t1 WiE WfE WgE piE pfE bfE biE bgE cE.
exact: i_is.
Qed.

Theorem peephole_can_explode_what_enters_is_3_5_claim :
  peephole_can_explode_what_enters_is_3_5_printed.
Proof.
move=> R d Wf Wg Wi Wo bf bg bi bo pf pi po s0 t F s g c h t1 WiE WfE WgE piE pfE bfE biE bgE cE.
exact: g_is.
Qed.

Theorem peephole_can_explode_the_cell_rests_at_1_claim :
  peephole_can_explode_the_cell_rests_at_1_printed.
Proof.
move=> R d Wf Wg Wi Wo bf bg bi bo pf pi po s0 t F s c h WiE WfE WgE piE pfE bfE biE bgE cE.
exact: rests_at_1.
Qed.

Theorem peephole_can_explode_the_forget_gate_rests_at_1_2_claim :
  peephole_can_explode_the_forget_gate_rests_at_1_2_printed.
Proof.
move=> R d Wf Wg Wi Wo bf bg bi bo pf pi po s0 t F s f c h t1 WiE WfE WgE piE pfE bfE biE bgE cE.
by rewrite /f f_is // rests_at_1 // opened_at_1 -constant_scaled.
Qed.

Theorem peephole_can_explode_nothing_comes_in_through_h_claim :
  peephole_can_explode_nothing_comes_in_through_h_printed.
Proof.
move=> R d Wf Wg Wi Wo bf bg bi bo pf pi po s0 t F s c h t1 WiE WfE WgE piE pfE bfE biE bgE cE.
exact: (nothing_enters (alone Wo bo po WiE WfE WgE piE pfE bfE biE bgE) s0 t1).
Qed.

Theorem peephole_can_explode_from_cell_to_cell_claim :
  peephole_can_explode_from_cell_to_cell_printed.
Proof.
move=> R d Wf Wg Wi Wo bf bg bi bo pf pi po s0 t F s c h t1 WiE WfE WgE piE pfE bfE biE bgE cE.
have [dF E] := @total R d Wf Wg Wi Wo bf bg bi bo pf pi po WiE WfE WgE piE pfE bfE biE bgE s0 cE _ _ (leq_subr 1 t).
by split; [exact: dF | rewrite subKn // expr1 in E; exact: E].
Qed.

Theorem peephole_can_explode_the_total_derivative_claim :
  peephole_can_explode_the_total_derivative_printed.
Proof.
move=> R d Wf Wg Wi Wo bf bg bi bo pf pi po s0 t F s c h WiE WfE WgE piE pfE bfE biE bgE cE.
have [dF E] := @total R d Wf Wg Wi Wo bf bg bi bo pf pi po WiE WfE WgE piE pfE bfE biE bgE s0 cE _ _ (leq0n t).
by split; [exact: dF | rewrite subn0 in E; exact: E].
Qed.

Theorem peephole_can_explode_it_explodes_claim :
  peephole_can_explode_it_explodes_printed.
Proof.
move=> R d Wf Wg Wi Wo bf bg bi bo pf pi po s0 N F s c h NP WiE WfE WgE piE pfE bfE biE bgE cE.
have D t := @total R d Wf Wg Wi Wo bf bg bi bo pf pi po WiE WfE WgE piE pfE bfE biE bgE s0 cE _ _ (leq0n t).
split; first by move=> t; have [] := D t.
have large : 1 < 5%:R / 2%:R :> R by rewrite ltr_pdivl_mulr ?ltr0n // mul1r ltr_nat.
have E t := etrans (proj2 (D t)) (congr1 (fun k => ((5%:R / 2%:R) ^+ k) *: 1%:M) (subn0 t)).
exact: (powers_explode NP large E).
Qed.
