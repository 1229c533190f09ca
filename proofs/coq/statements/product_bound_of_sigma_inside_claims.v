(* Proofs of the claims of proofs/product_bound.py about the cell with σ inside, *)
(* as symrnn prints them.                                                     *)
(*                                                                            *)
(* One factor γλ for each step.                                               *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary product_of_jacobians product_bound sigma_inside.
From claims Require Import product_bound_of_sigma_inside.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem product_bound_of_sigma_inside_claim : product_bound_of_sigma_inside_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 N gamma lambda k t F s sigmaP NP g0 l0 kt sg Wl.
have Fd j : (1 <= j)%N -> differentiable (F j) (s (j - 1)%N).
  by move=> _; exact: differentiable_sigma_inside.
split; first exact: (differentiable_flow Fd kt).
apply: (product_bound_any_cell NP Fd kt) => j /andP[kj _].
have j1 := leq_ltn_trans (leq0n k) kj.
exact: (step_bound_sigma_inside sigmaP NP j1 (sg j j1) Wl).
Qed.
