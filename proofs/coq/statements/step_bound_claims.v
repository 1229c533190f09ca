(* Proofs of the claims of proofs/step_bound.py, as symrnn prints them.       *)
(*                                                                            *)
(* Any λ that the norm of W does not exceed, any γ that the slopes do not.    *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary step_jacobian step_bound sigma_inside.
From claims Require Import step_bound.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem step_bound_claim : step_bound_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 N gamma lambda j F s a sigmaP NP g0 l0 j1 sg Wl.
have [dF _] := step_jacobian_numerator_layout W U b s0 x sigmaP j1.
split; first exact: dF.
exact: (step_bound NP sigmaP j1 sg Wl).
Qed.
