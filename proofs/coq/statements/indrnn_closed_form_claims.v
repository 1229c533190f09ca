(* Proofs of the claims of proofs/gates/indrnn_closed_form.py, as symrnn prints them. *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences exp.
From symrnn Require Import vocabulary recurrence product_of_jacobians cells_differentiated.
From claims Require Import indrnn_closed_form.
From mathcomp Require Import ring.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem indrnn_closed_form_one_step_claim : indrnn_closed_form_one_step_printed.
Proof.
unfold indrnn_closed_form_one_step_printed; cbv zeta; intros.
step_by_definition t; entry_by_entry.
Qed.

Theorem indrnn_closed_form_the_product_claim : indrnn_closed_form_the_product_printed.
Proof.
unfold indrnn_closed_form_the_product_printed; cbv zeta.
move=> R d m sigma sigma' U b u x s0 k t slopes kt.
have step j := @indrnn_closed_form_one_step_claim R d m sigma sigma' U b u x s0 j slopes.
match goal with |- differentiable (flow ?F _ _) _ /\ _ => set cell := F in step * end.
have moves j : (1 <= j)%N -> differentiable (cell j) (state cell s0 (j - 1)%N).
  by move=> j1; have [dF _] := step j j1; rewrite (flow_step _ j1) in dF.
have [dF E] := product_of_jacobians_any_cell moves kt.
split; first exact: dF.
refine (etrans E _); apply: eq_oprod => j /andP[kj _].
by have [_ ->] := step j (leq_ltn_trans (leq0n k) kj).
Qed.
