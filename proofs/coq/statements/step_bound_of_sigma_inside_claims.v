(* Proofs of the claims of proofs/step_bound.py about the cell with σ inside, *)
(* as symrnn prints them.                                                     *)
(*                                                                            *)
(* Any λ that the norm of W does not exceed, any γ that the slopes do not.    *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary step_jacobian step_bound sigma_inside.
From claims Require Import step_bound_of_sigma_inside.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem step_bound_of_sigma_inside_claim : step_bound_of_sigma_inside_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 N gamma lambda j F s sigmaP NP g0 l0 j1 sg Wl.
split; first by have [] := step_jacobian_sigma_inside W U b s0 x sigmaP j1.
exact: (step_bound_sigma_inside sigmaP NP j1 sg Wl).
Qed.
