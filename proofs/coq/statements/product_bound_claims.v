(* Proofs of the claims of proofs/product_bound.py, as symrnn prints them.    *)
(*                                                                            *)
(* One factor γλ for each step.                                               *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary product_of_jacobians product_bound sigma_inside.
From claims Require Import product_bound.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem product_bound_claim : product_bound_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 N gamma lambda k t F s a sigmaP NP g0 l0 kt sg Wl.
have [dF _] := product_of_jacobians_the_product W U b s0 x sigmaP (leq0n k) kt.
split; first exact: dF.
apply: (product_bound NP sigmaP kt _ Wl) => j /andP[kj _].
exact: (sg j (leq_ltn_trans (leq0n k) kj)).
Qed.
