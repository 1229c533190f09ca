(* Proofs of the claims of proofs/gates/lstm_can_explode.py, as symrnn prints them. *)
(*                                                                            *)
(* Every forget gate is 1/2, and with W_g = 6 I one step multiplies by 2.     *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences exp.
From symrnn Require Import vocabulary step_bound gradients_vanish lstm_at_rest.
From claims Require Import own_lstm_without_inputs_defined lstm_can_explode.
From mathcomp Require Import ring.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Twice.
Variables (R : realType) (d : nat) (Wf Wg Wi Wo : 'M[R]_(d.+1, d.+1)) (bf bg bi bo : 'cV[R]_d.+1).
Hypothesis WgE : Wg = 6%:R *: 1%:M.
Hypothesis bfE : bf = 0.
Hypothesis biE : bi = 0.
Hypothesis bgE : bg = 0.
Hypothesis boE : bo = 0.
Local Notation F := (own_lstm_without_inputs_s R d Wf Wg Wi Wo bf bg bi bo).

Lemma no_bias : bf = (0 : R) *: const_mx 1.
Proof. by rewrite bfE scale0r. Qed.

Lemma ratio : 1 / 2%:R + 6%:R / 4%:R = 2%:R :> R.
Proof. by field. Qed.

Lemma twice t (h0 c0 : 'cV[R]_d.+1) : h0 = 0 -> c0 = 0 -> (1 <= t)%N ->
  differentiable (fun v => @usubmx R d.+1 d.+1 1 (flow F 0 t (col_mx v h0))) c0 /\
  jac (fun v => @usubmx R d.+1 d.+1 1 (flow F 0 t (col_mx v h0))) c0 =
    (1 / 2%:R * 2%:R ^+ (t - 1)) *: 1%:M.
Proof.
move=> hE cE t1.
have [dF E] := cell_by_cell_at_rest Wf Wi Wo WgE no_bias biE bgE boE hE cE t1.
by split; [exact: dF | rewrite logistic_at_0 ratio in E; exact: E].
Qed.

End Twice.

Theorem lstm_can_explode_the_cells_derivative_claim : lstm_can_explode_the_cells_derivative_printed.
Proof.
move=> R d Wf Wg Wi Wo bf bg bi bo s0 t F s c h t1 WgE bfE biE bgE boE hE cE.
have [dF E] := twice Wf Wi Wo WgE bfE biE bgE boE hE cE t1.
by split; [exact: dF | rewrite mulrC mulrA mulr1 in E; exact: E].
Qed.

Theorem lstm_can_explode_the_cells_derivative_explodes_claim :
  lstm_can_explode_the_cells_derivative_explodes_printed.
Proof.
move=> R d Wf Wg Wi Wo bf bg bi bo s0 N F s c h NP WgE bfE biE bgE boE hE cE.
have D t (t1 : (1 <= t)%N) := twice Wf Wi Wo WgE bfE biE bgE boE hE cE t1.
split; first by move=> t t1; have [] := D t t1.
apply: (explodes_from_1 NP (fun t t1 => proj2 (D t t1))).
  by rewrite normr_gt0 mulf_neq0 ?oner_neq0 // invr_eq0 pnatr_eq0.
by rewrite ger0_norm ?ler0n // ltr1n.
Qed.

Theorem lstm_can_explode_the_carousel_vanishes_claim :
  lstm_can_explode_the_carousel_vanishes_printed.
Proof.
move=> R d Wf Wg Wi Wo bf bg bi bo s0 N F s f c h NP WgE bfE biE bgE boE hE cE.
have sE : s0 = 0 by exact: (rests_from hE cE).
have C t := carousel_at_rest Wf Wg Wi Wo bi bo (no_bias bfE) bgE t sE.
apply: (geometric_decay (q := 1 / 2%:R) (c := 1) (k := 0%N)).
- by rewrite divr_ge0 ?ler0n // ler01.
- by rewrite ltr_pdivr_mulr ?ltr0n // mul1r ltr1n.
move=> t _; rewrite subn0 mul1r C logistic_at_0 (norm_homogeneous NP) (norm_unit NP) mulr1 normrX.
have half0 : 0 <= 1 / 2%:R :> R by rewrite divr_ge0 ?ler0n // ler01.
by rewrite (ger0_norm half0) lexx andbT exprn_ge0.
Qed.
