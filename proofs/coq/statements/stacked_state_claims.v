(* Proofs of the claims of proofs/gates/stacked_state.py, as symrnn prints them. *)
(*                                                                            *)
(* What holds of any cell holds of the stacked state: its Jacobian has four   *)
(* blocks, in each of which one part moves and the other is held.             *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences exp.
From symrnn Require Import vocabulary differentials recurrence product_of_jacobians.
From symrnn Require Import differentiable_cells two_parts.
From claims Require Import stacked_state.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem stacked_state_claim : stacked_state_printed.
Proof.
move=> R d m n H G x s0 k t F s h c dH dG kt.
have moves j u : differentiable (F j) u.
  rewrite /F; autounfold with printed_cell; cbv beta.
  by differentiate.
have any j (_ : (1 <= j)%N) : differentiable (F j) (s (j - 1)%N) by exact: moves.
have [dt E] := product_of_jacobians_any_cell any kt.
have dj j : (k.+1 <= j < t.+1)%N -> differentiable (flow F (j - 1)%N j) (s (j - 1)%N).
  by move=> /andP[kj _]; rewrite flow_step ?(leq_ltn_trans _ kj) //; exact: moves.
split; first exact: (proj1 (above_by_above dt)).
split; first exact: (proj1 (above_by_below dt)).
split; first exact: (proj1 (below_by_above dt)).
split; first exact: (proj1 (below_by_below dt)).
split=> [j kj|]; first exact: (proj1 (above_by_above (dj j kj))).
split=> [j kj|]; first exact: (proj1 (above_by_below (dj j kj))).
split=> [j kj|]; first exact: (proj1 (below_by_above (dj j kj))).
split=> [j kj|]; first exact: (proj1 (below_by_below (dj j kj))).
refine (etrans (jac_in_blocks dt) (etrans E _)).
apply: eq_oprod => j kj; exact: esym (jac_in_blocks (dj j kj)).
Qed.
