(* The claims of proofs/preactivation_jacobian.py, as symrnn prints them.     *)
(*                                                                            *)
(* At the state before step j, as at any other point.                         *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary preactivation_jacobian.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem preactivation_jacobian_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (j : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  let a := fun j => preactivation W U b x j (s (j - 1)%N) in
  slope sigma sigma' ->
  (1 <= j)%N ->
  differentiable (preactivation W U b x j) (s (j - 1)%N) /\
  jac (preactivation W U b x j) (s (j - 1)%N) = W.
Proof.
by move=> *; exact: preactivation_jacobian.
Qed.

(* With σ inside                                                              *)

Theorem preactivation_jacobian_of_sigma_inside_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (j : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  let a := fun j => map_mx sigma (s (j - 1)%N) in
  slope sigma sigma' ->
  (1 <= j)%N ->
  differentiable (preactivation W U b x j) (a j) /\
  jac (preactivation W U b x j) (a j) = W.
Proof.
by move=> *; exact: preactivation_jacobian.
Qed.
