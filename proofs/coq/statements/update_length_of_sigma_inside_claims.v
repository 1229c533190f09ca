(* Proofs of the claims of proofs/update_length.py about the cell with σ inside, *)
(* as symrnn prints them.                                                     *)
(*                                                                            *)
(* The length of W - η ∂L/∂W - W, and what follows for short and long gradients.*)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary update_length bptt.
From claims Require Import update_length_of_sigma_inside.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem update_length_of_sigma_inside_length_claim : update_length_of_sigma_inside_length_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell eta T F s sigmaP ellP eta0.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
split; first by have [dL _] := @bptt_matrix_total_loss _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0 ell dW ellP T; exact: dL.
exact: update_length_length.
Qed.

Theorem update_length_of_sigma_inside_stuck_claim : update_length_of_sigma_inside_stuck_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell epsilon eta T F s sigmaP ellP e0 eta0 small.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
split; first by have [dL _] := @bptt_matrix_total_loss _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0 ell dW ellP T; exact: dL.
exact: update_length_stuck.
Qed.

Theorem update_length_of_sigma_inside_flung_far_claim :
  update_length_of_sigma_inside_flung_far_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell M eta T F s sigmaP ellP M0 eta0 large.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
split; first by have [dL _] := @bptt_matrix_total_loss _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0 ell dW ellP T; exact: dL.
exact: update_length_flung_far.
Qed.
