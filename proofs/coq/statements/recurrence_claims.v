(* The claims of proofs/recurrence.py, as symrnn prints them.                 *)
(*                                                                            *)
(* By definition of the state.                                                *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary recurrence.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem recurrence_with_input_claim :
  forall (R : realType) (d m : nat) (sigma : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (j : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  (1 <= j)%N ->
  s j = map_mx sigma (W *m s (j - 1)%N + U *m x j + b).
Proof.
by move=> *; exact: recurrence_with_input.
Qed.

Theorem recurrence_without_input_claim :
  forall (R : realType) (d : nat) (sigma : R -> R) (W : 'M[R]_d.+1) (b : 'cV[R]_d.+1)
     (s0 : 'cV[R]_d.+1) (j : nat),
  let F := bare sigma W b in
  let s := state F s0 in
  (1 <= j)%N ->
  s j = map_mx sigma (W *m s (j - 1)%N + b).
Proof.
by move=> *; exact: recurrence_without_input.
Qed.

Theorem recurrence_entry_by_entry_claim :
  forall (R : realType) (d m : nat) (sigma : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (i : 'I_d.+1) (j : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  let a := fun j => preactivation W U b x j (s (j - 1)%N) in
  (1 <= j)%N ->
  (a j) i 0 = b i 0 + (\sum_(l < m.+1) U i l * (x j) l 0) + (\sum_(l < d.+1) W i l * (s (j - 1)%N) l 0).
Proof.
move=> R d m sigma W U b x s0 i j F s a _.
by rewrite /a /preactivation !mxE addrC addrA addrAC.
Qed.

(* With σ inside                                                              *)

Theorem recurrence_of_sigma_inside_with_input_claim :
  forall (R : realType) (d m : nat) (sigma : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (j : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  (1 <= j)%N ->
  s j = W *m map_mx sigma (s (j - 1)%N) + U *m x j + b.
Proof.
by move=> *; exact: state_before.
Qed.

Theorem recurrence_of_sigma_inside_entry_by_entry_claim :
  forall (R : realType) (d m : nat) (sigma : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (i : 'I_d.+1) (j : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  let a := fun j => map_mx sigma (s (j - 1)%N) in
  (1 <= j)%N ->
  (s j) i 0 = b i 0 + (\sum_(l < m.+1) U i l * (x j) l 0) + (\sum_(l < d.+1) W i l * (a j) l 0).
Proof.
move=> R d m sigma W U b x s0 i j F s a j1.
have -> : s j = preactivation W U b x j (a j) by exact: state_before.
by rewrite /preactivation !mxE addrC addrA addrAC.
Qed.
