(* The claims of proofs/product_bound.py, as symrnn prints them.              *)
(*                                                                            *)
(* One factor γλ for each step.                                               *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary product_of_jacobians product_bound sigma_inside.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem product_bound_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (N : forall m n, 'M[R]_(m, n) -> R) (gamma lambda : R) (k t : nat),
  let F := elman sigma W U b x in
  let s := state F s0 in
  let a := fun j => preactivation W U b x j (s (j - 1)%N) in
  slope sigma sigma' ->
  lecture_norm N ->
  0 <= gamma ->
  0 <= lambda ->
  (k <= t)%N ->
  (forall j, (1 <= j)%N -> largest_entry (map_mx sigma' (a j)) <= gamma) ->
  N _ _ W <= lambda ->
  differentiable (flow F k t) (s k) /\
  N _ _ (jac (flow F k t) (s k)) <= (gamma * lambda) ^+ (t - k)%N.
Proof.
move=> R d m sigma sigma' W U b x s0 N gamma lambda k t F s a sigmaP NP g0 l0 kt sg Wl.
have [dF _] := product_of_jacobians_the_product W U b s0 x sigmaP (leq0n k) kt.
split; first exact: dF.
apply: (product_bound NP sigmaP kt _ Wl) => j /andP[kj _].
exact: (sg j (leq_ltn_trans (leq0n k) kj)).
Qed.

(* With σ inside                                                              *)

Theorem product_bound_of_sigma_inside_claim :
  forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
     (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1) (s0 : 'cV[R]_d.+1)
     (N : forall m n, 'M[R]_(m, n) -> R) (gamma lambda : R) (k t : nat),
  let F := sigma_inside sigma W U b x in
  let s := state F s0 in
  slope sigma sigma' ->
  lecture_norm N ->
  0 <= gamma ->
  0 <= lambda ->
  (k <= t)%N ->
  (forall j : nat, largest_entry (map_mx sigma' (s (j - 1)%N)) <= gamma) ->
  N _ _ W <= lambda ->
  differentiable (flow F k t) (s k) /\
  N _ _ (jac (flow F k t) (s k)) <= (gamma * lambda) ^+ (t - k)%N.
Proof.
move=> R d m sigma sigma' W U b x s0 N gamma lambda k t F s sigmaP NP g0 l0 kt sg Wl.
have Fd j : (1 <= j)%N -> differentiable (F j) (s (j - 1)%N).
  by move=> _; exact: differentiable_sigma_inside.
split; first exact: (differentiable_flow Fd kt).
apply: (product_bound_any_cell NP Fd kt) => j /andP[kj _].
exact: (step_bound_sigma_inside sigmaP NP (leq_ltn_trans (leq0n k) kj) (sg j) Wl).
Qed.
