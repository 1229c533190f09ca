(* Proofs of the claims of proofs/gates/gated_step.py, as symrnn prints them. *)
(*                                                                            *)
(* Each step is differentiated by the walk through its definition.            *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences exp.
From symrnn Require Import vocabulary recurrence cells_differentiated.
From claims Require Import gated_step.
From mathcomp Require Import ring.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem gated_step_the_cell_by_the_state_claim : gated_step_the_cell_by_the_state_printed.
Proof.
unfold gated_step_the_cell_by_the_state_printed; cbv zeta; intros.
step_by_definition j; entry_by_entry.
Qed.

Theorem gated_step_the_cell_by_the_cell_claim : gated_step_the_cell_by_the_cell_printed.
Proof.
unfold gated_step_the_cell_by_the_cell_printed; cbv zeta; intros.
step_by_definition j; entry_by_entry.
Qed.

Theorem gated_step_the_state_by_the_cell_claim : gated_step_the_state_by_the_cell_printed.
Proof.
unfold gated_step_the_state_by_the_cell_printed; cbv zeta; intros.
step_by_definition j; entry_by_entry.
Qed.

Theorem gated_step_the_state_by_the_state_claim : gated_step_the_state_by_the_state_printed.
Proof.
unfold gated_step_the_state_by_the_state_printed; cbv zeta; intros.
step_by_definition j; entry_by_entry.
Qed.

Theorem gated_step_1997_the_cell_by_the_cell_claim : gated_step_1997_the_cell_by_the_cell_printed.
Proof.
unfold gated_step_1997_the_cell_by_the_cell_printed; cbv zeta; intros.
step_by_definition j; entry_by_entry.
Qed.

Theorem gated_step_1997_the_cell_by_the_state_claim : gated_step_1997_the_cell_by_the_state_printed.
Proof.
unfold gated_step_1997_the_cell_by_the_state_printed; cbv zeta; intros.
step_by_definition j; entry_by_entry.
Qed.

Theorem gated_step_coupled_gates_the_cell_by_the_cell_claim : gated_step_coupled_gates_the_cell_by_the_cell_printed.
Proof.
unfold gated_step_coupled_gates_the_cell_by_the_cell_printed; cbv zeta; intros.
step_by_definition j; entry_by_entry.
Qed.

Theorem gated_step_coupled_gates_the_cell_by_the_state_claim : gated_step_coupled_gates_the_cell_by_the_state_printed.
Proof.
unfold gated_step_coupled_gates_the_cell_by_the_state_printed; cbv zeta; intros.
step_by_definition j; entry_by_entry.
Qed.

Theorem gated_step_peephole_the_cell_by_the_cell_claim : gated_step_peephole_the_cell_by_the_cell_printed.
Proof.
unfold gated_step_peephole_the_cell_by_the_cell_printed; cbv zeta; intros.
step_by_definition j; entry_by_entry.
Qed.

Theorem gated_step_GRU_the_reset_after_the_product_claim : gated_step_GRU_the_reset_after_the_product_printed.
Proof.
unfold gated_step_GRU_the_reset_after_the_product_printed; cbv zeta; intros.
step_by_definition j; entry_by_entry.
Qed.

Theorem gated_step_GRU_the_reset_before_the_product_claim : gated_step_GRU_the_reset_before_the_product_printed.
Proof.
unfold gated_step_GRU_the_reset_before_the_product_printed; cbv zeta; intros.
step_by_definition j; entry_by_entry.
Qed.

Theorem gated_step_minimal_gated_unit_claim : gated_step_minimal_gated_unit_printed.
Proof.
unfold gated_step_minimal_gated_unit_printed; cbv zeta; intros.
step_by_definition j; entry_by_entry.
Qed.

Theorem gated_step_leaky_claim : gated_step_leaky_printed.
Proof.
unfold gated_step_leaky_printed; cbv zeta; intros.
step_by_definition j; entry_by_entry.
Qed.

Theorem gated_step_residual_claim : gated_step_residual_printed.
Proof.
unfold gated_step_residual_printed; cbv zeta; intros.
step_by_definition j; entry_by_entry.
Qed.

Theorem gated_step_IndRNN_claim : gated_step_IndRNN_printed.
Proof.
unfold gated_step_IndRNN_printed; cbv zeta; intros.
step_by_definition j; entry_by_entry.
Qed.

Theorem gated_step_antisymmetric_claim : gated_step_antisymmetric_printed.
Proof.
unfold gated_step_antisymmetric_printed; cbv zeta; intros.
step_by_definition j; entry_by_entry.
Qed.
