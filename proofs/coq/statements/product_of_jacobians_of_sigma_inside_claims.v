(* Proofs of the claims of proofs/product_of_jacobians.py about the cell with σ inside, *)
(* as symrnn prints them.                                                     *)
(*                                                                            *)
(* All derivatives that occur exist: those of single steps are shorter products.*)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary product_of_jacobians sigma_inside.
From claims Require Import product_of_jacobians_of_sigma_inside.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem product_of_jacobians_of_sigma_inside_the_product_claim :
  product_of_jacobians_of_sigma_inside_the_product_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 k t F s sigmaP kt.
have Fd j : (1 <= j)%N -> differentiable (F j) (s (j - 1)%N).
  by move=> _; exact: differentiable_sigma_inside.
have [df E] := product_of_jacobians_any_cell Fd kt.
by split=> //; split=> // j _; exact: (differentiable_flow Fd (leq_subr 1 j)).
Qed.

Theorem product_of_jacobians_of_sigma_inside_index_and_bounds_shifted_claim :
  product_of_jacobians_of_sigma_inside_index_and_bounds_shifted_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 k t F s sigmaP kt.
have Fd j : (1 <= j)%N -> differentiable (F j) (s (j - 1)%N).
  by move=> _; exact: differentiable_sigma_inside.
split=> [j _|]; first exact: (differentiable_flow Fd (leq_subr 1 j)).
split=> [j _|]; first exact: (differentiable_flow Fd (leqnSn j)).
rewrite product_of_jacobians_any_cell_shifted.
by apply: eq_oprod => j _; rewrite addn1.
Qed.
