(* Proofs of the claims of proofs/recurrence.py about the cell with σ inside, *)
(* as symrnn prints them.                                                     *)
(*                                                                            *)
(* By definition of the state.                                                *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary recurrence.
From claims Require Import recurrence_of_sigma_inside.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem recurrence_of_sigma_inside_with_input_claim : recurrence_of_sigma_inside_with_input_printed.
Proof.
by move=> *; exact: state_before.
Qed.

Theorem recurrence_of_sigma_inside_entry_by_entry_claim :
  recurrence_of_sigma_inside_entry_by_entry_printed.
Proof.
move=> R d m sigma W U b x s0 i j F s a j1.
have -> : s j = preactivation W U b x j (a j) by exact: state_before.
by rewrite /preactivation !mxE addrC addrA addrAC.
Qed.
