(* The claims of proofs/step_jacobian.py, as symrnn prints them.              *)
(*                                                                            *)
(* In either layout, and for the cell that has σ inside.                      *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary step_jacobian sigma_inside.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem step_jacobian_numerator_layout_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (j : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  let a := fun j => preactivation W U b x j (s (j - 1)%N) in
  slope sigma sigma' ->
  (1 <= j)%N ->
  differentiable (flow F (j - 1)%N j) (s (j - 1)%N) /\
  jac (flow F (j - 1)%N j) (s (j - 1)%N) = dg (map_mx sigma' (a j)) *m W.
Proof.
by move=> *; exact: step_jacobian_numerator_layout.
Qed.

Theorem step_jacobian_denominator_layout_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (j : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  let a := fun j => preactivation W U b x j (s (j - 1)%N) in
  slope sigma sigma' ->
  (1 <= j)%N ->
  differentiable (flow F (j - 1)%N j) (s (j - 1)%N) /\
  (jac (flow F (j - 1)%N j) (s (j - 1)%N))^T = W^T *m dg (map_mx sigma' (a j)).
Proof.
by move=> *; exact: step_jacobian_denominator_layout.
Qed.

Theorem step_jacobian_sigma_inside_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (j : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (1 <= j)%N ->
  differentiable (flow F (j - 1)%N j) (s (j - 1)%N) /\
  jac (flow F (j - 1)%N j) (s (j - 1)%N) = W *m dg (map_mx sigma' (s (j - 1)%N)).
Proof.
by move=> *; exact: step_jacobian_sigma_inside.
Qed.

(* With σ inside                                                              *)

Theorem step_jacobian_of_sigma_inside_numerator_layout_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (j : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (1 <= j)%N ->
  differentiable (flow F (j - 1)%N j) (s (j - 1)%N) /\
  jac (flow F (j - 1)%N j) (s (j - 1)%N) = W *m dg (map_mx sigma' (s (j - 1)%N)).
Proof.
by move=> *; exact: step_jacobian_sigma_inside.
Qed.

Theorem step_jacobian_of_sigma_inside_denominator_layout_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (j : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (1 <= j)%N ->
  differentiable (flow F (j - 1)%N j) (s (j - 1)%N) /\
  (jac (flow F (j - 1)%N j) (s (j - 1)%N))^T = dg (map_mx sigma' (s (j - 1)%N)) *m W^T.
Proof.
by move=> *; exact: step_jacobian_sigma_inside_denominator_layout.
Qed.

Theorem step_jacobian_sigma_outside_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (j : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  (1 <= j)%N ->
  differentiable (flow F (j - 1)%N j) (s (j - 1)%N) /\
  jac (flow F (j - 1)%N j) (s (j - 1)%N) = dg (map_mx sigma' (W *m s (j - 1)%N + U *m x j + b)) *m W.
Proof.
by move=> *; exact: step_jacobian_numerator_layout.
Qed.
