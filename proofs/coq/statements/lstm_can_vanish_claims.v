(* Proofs of the claims of proofs/gates/lstm_can_vanish.py, as symrnn prints them. *)
(*                                                                            *)
(* Every forget gate is σ(-ln 9) = 1/10, and nothing enters through h.        *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences exp.
From symrnn Require Import vocabulary lstm_at_rest.
From claims Require Import own_lstm_without_inputs_defined lstm_can_vanish.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem lstm_can_vanish_it_vanishes_claim : lstm_can_vanish_it_vanishes_printed.
Proof.
move=> R d Wf Wg Wi Wo bf bg bi bo s0 N F s c h NP WgE bfE biE bgE boE hE cE.
have WgE' : Wg = (0 : R) *: 1%:M by rewrite scale0r.
have D t (t1 : (1 <= t)%N) := cell_by_cell_at_rest Wf Wi Wo WgE' bfE biE bgE boE hE cE t1.
split; first by move=> t t1; have [] := D t t1.
have ratio : logistic (- ln 9%:R) = 1 / 10%:R :> R.
  by rewrite logistic_minus_ln ?ltr0n // -[9%:R + 1]/(9%:R + 1%:R) -natrD.
apply: (vanishes_from_1 NP (fun t t1 => proj2 (D t t1))).
rewrite ratio !mul0r addr0 ger0_norm ?divr_ge0 ?ler0n // ltr_pdivr_mulr ?ltr0n // mul1r.
by rewrite ltr1n.
Qed.
