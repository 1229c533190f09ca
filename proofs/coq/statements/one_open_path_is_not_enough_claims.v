(* Proofs of the claims of proofs/gates/one_open_path_is_not_enough.py, as symrnn prints them. *)
(*                                                                            *)
(* Every forget gate is σ(ln 9) = 9/10, and 9/10 - (18/5)/4 = 0.              *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences exp.
From symrnn Require Import vocabulary lstm_at_rest.
From claims Require Import own_lstm_without_inputs_defined one_open_path_is_not_enough.
From mathcomp Require Import ring.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Lemma open_gate (R : realType) : logistic (ln 9%:R) = 9%:R / 10%:R :> R.
Proof. by rewrite logistic_ln ?ltr0n // -[9%:R + 1]/(9%:R + 1%:R) -natrD. Qed.

Lemma paths_cancel (R : realType) : 9%:R / 10%:R + - (18%:R / 5%:R) / 4%:R = 0 :> R.
Proof. by field. Qed.

Theorem one_open_path_is_not_enough_the_first_step_claim :
  one_open_path_is_not_enough_the_first_step_printed.
Proof.
move=> R d Wf Wg Wi Wo bf bg bi bo s0 F s c h WgE bfE biE bgE boE hE cE.
have [dF E] := cell_by_cell_at_rest Wf Wi Wo WgE bfE biE bgE boE hE cE (leqnn 1).
by split; [exact: dF | rewrite subnn expr0 mulr1 open_gate in E; exact: E].
Qed.

Theorem one_open_path_is_not_enough_the_derivative_is_0_claim :
  one_open_path_is_not_enough_the_derivative_is_0_printed.
Proof.
move=> R d Wf Wg Wi Wo bf bg bi bo s0 t F s c h t2 WgE bfE biE bgE boE hE cE.
have [dF E] := cell_by_cell_at_rest Wf Wi Wo WgE bfE biE bgE boE hE cE (ltnW t2).
split; first exact: dF.
by rewrite open_gate paths_cancel expr0n subn_eq0 leqNgt t2 /= mulr0 scale0r in E; exact: E.
Qed.

Theorem one_open_path_is_not_enough_the_open_path_claim :
  one_open_path_is_not_enough_the_open_path_printed.
Proof.
move=> R d Wf Wg Wi Wo bf bg bi bo s0 t F s f c h WgE bfE biE bgE boE hE cE.
have sE : s0 = 0 by exact: (rests_from hE cE).
by have C := carousel_at_rest Wf Wg Wi Wo bi bo bfE bgE t sE; rewrite open_gate in C; exact: C.
Qed.
