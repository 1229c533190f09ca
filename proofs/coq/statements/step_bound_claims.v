(* The claims of proofs/step_bound.py, as symrnn prints them.                 *)
(*                                                                            *)
(* Any λ that the norm of W does not exceed, any γ that the slopes do not.    *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary step_jacobian step_bound sigma_inside.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem step_bound_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (N : forall m n, 'M[R]_(m, n) -> R) (gamma lambda : R) (j : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  let a := fun j => preactivation W U b x j (s (j - 1)%N) in
  slope sigma sigma' ->
  lecture_norm N ->
  0 <= gamma ->
  0 <= lambda ->
  (1 <= j)%N ->
  largest_entry (map_mx sigma' (a j)) <= gamma ->
  N _ _ W <= lambda ->
  differentiable (flow F (j - 1)%N j) (s (j - 1)%N) /\
  N _ _ (jac (flow F (j - 1)%N j) (s (j - 1)%N)) <= gamma * lambda.
Proof.
move=> R d m sigma sigma' W U b x s0 N gamma lambda j F s a sigmaP NP g0 l0 j1 sg Wl.
have [dF _] := step_jacobian_numerator_layout W U b s0 x sigmaP j1.
split; first exact: dF.
exact: (step_bound NP sigmaP j1 sg Wl).
Qed.

(* With σ inside                                                              *)

Theorem step_bound_of_sigma_inside_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (N : forall m n, 'M[R]_(m, n) -> R) (gamma lambda : R) (j : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  lecture_norm N ->
  0 <= gamma ->
  0 <= lambda ->
  (1 <= j)%N ->
  largest_entry (map_mx sigma' (s (j - 1)%N)) <= gamma ->
  N _ _ W <= lambda ->
  differentiable (flow F (j - 1)%N j) (s (j - 1)%N) /\
  N _ _ (jac (flow F (j - 1)%N j) (s (j - 1)%N)) <= gamma * lambda.
Proof.
move=> R d m sigma sigma' W U b x s0 N gamma lambda j F s sigmaP NP g0 l0 j1 sg Wl.
split; first by have [] := step_jacobian_sigma_inside W U b s0 x sigmaP j1.
exact: (step_bound_sigma_inside sigmaP NP j1 sg Wl).
Qed.
