(* Proofs of the claims of proofs/gates/carousel.py, as symrnn prints them.   *)
(*                                                                            *)
(* With the gates held, c_j = f ⊙ c_{j-1} + i ⊙ g is affine in c_{j-1}.       *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences exp.
From symrnn Require Import vocabulary recurrence cells_differentiated.
From claims Require Import carousel.
From mathcomp Require Import ring.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem carousel_one_step_with_the_gates_held_claim : carousel_one_step_with_the_gates_held_printed.
Proof.
move=> R d m Uf Ug Ui Uo Wf Wg Wi Wo bf bg bi bo x s0 j F s i f g c h j1.
clearbody i f g c.
held_step; entry_by_entry.
Qed.

Theorem carousel_one_step_with_h_held_claim : carousel_one_step_with_h_held_printed.
Proof.
unfold carousel_one_step_with_h_held_printed; cbv zeta; intros.
step_by_definition j; entry_by_entry.
Qed.

Theorem carousel_the_truncation_of_1997_claim : carousel_the_truncation_of_1997_printed.
Proof.
move=> R d m Ug Ui Uo Wg Wi Wo bg bi bo x s0 j F s i g c h j1; clearbody i g c.
held_step; entry_by_entry.
Qed.
