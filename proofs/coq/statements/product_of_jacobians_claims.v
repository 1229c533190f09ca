(* Proofs of the claims of proofs/product_of_jacobians.py, as symrnn prints them. *)
(*                                                                            *)
(* All derivatives that occur exist: those of single steps are shorter products.*)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary product_of_jacobians sigma_inside.
From claims Require Import product_of_jacobians.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Lemma differentiable_elman_flow (R : realType) (d m : nat) (sigma sigma' : R -> R)
    (W : 'M[R]_d.+1) (U : 'M[R]_(d.+1, m)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m)
    (s0 : 'cV[R]_d.+1) k t : slope sigma sigma' -> (k <= t)%N ->
  differentiable (flow (elman sigma W U b x) k t) (state (elman sigma W U b x) s0 k).
Proof.
by move=> sigmaP kt; have [] := product_of_jacobians_the_product W U b s0 x sigmaP (leq0n k) kt.
Qed.

Theorem product_of_jacobians_the_product_claim : product_of_jacobians_the_product_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 k t F s sigmaP kt.
have [df E] := product_of_jacobians_the_product W U b s0 x sigmaP (leq0n k) kt.
split=> //; split=> // j _; exact: (differentiable_elman_flow _ _ _ _ _ _ _ _ _ _ _ _ sigmaP (leq_subr 1 j)).
Qed.

Theorem product_of_jacobians_index_and_bounds_shifted_claim :
  product_of_jacobians_index_and_bounds_shifted_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 k t F s sigmaP kt.
have diff i j : (i <= j)%N -> differentiable (flow F i j) (s i).
  exact: differentiable_elman_flow.
split=> [j _|]; first exact: diff (leq_subr 1 j).
split=> [j _|]; first exact: diff (leqnSn j).
rewrite (product_of_jacobians_index_and_bounds_shifted sigma W U b s0 x (leq0n k) kt).
by apply: eq_oprod => j _; rewrite addn1.
Qed.

Theorem product_of_jacobians_the_number_of_factors_claim :
  product_of_jacobians_the_number_of_factors_printed.
Proof.
move=> R T k t k1 kt tT.
by rewrite -natrB // -[1]/(1%:R) -natrB ?(leq_trans k1) ?(leq_trans kt) // ler_nat leq_sub.
Qed.
