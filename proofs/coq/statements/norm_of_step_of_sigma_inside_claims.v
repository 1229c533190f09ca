(* Proofs of the claims of proofs/norm_of_step.py about the cell with σ inside, *)
(* as symrnn prints them.                                                     *)
(*                                                                            *)
(* For any submultiplicative norm, and for the norms that measure a diagonal. *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary norm_of_step.
From claims Require Import norm_of_step_of_sigma_inside.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem norm_of_step_of_sigma_inside_a_product_claim :
  norm_of_step_of_sigma_inside_a_product_printed.
Proof.
move=> * /=; rewrite mulrC; exact: norm_submultiplicative.
Qed.
