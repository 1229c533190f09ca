(* Proofs of the claims of proofs/gradients_vanish.py about the cell with σ inside, *)
(* as symrnn prints them.                                                     *)
(*                                                                            *)
(* What lies under a geometric sequence with a ratio below 1 goes to 0.       *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary gradients_vanish derivatives_exist step_jacobian product_of_jacobians bptt sigma_inside.
From claims Require Import gradients_vanish_of_sigma_inside.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem gradients_vanish_of_sigma_inside_the_derivative_over_many_steps_claim :
  gradients_vanish_of_sigma_inside_the_derivative_over_many_steps_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 N gamma lambda k F s sigmaP NP g0 l0 q1 sg Wl.
have Fd j : (1 <= j)%N -> differentiable (F j) (s (j - 1)%N).
  by move=> _; exact: differentiable_sigma_inside.
split; first by move=> t kt; exact: (differentiable_flow Fd kt).
apply: (gradients_vanish_any_cell NP Fd _ q1) => j kj.
have j1 := leq_ltn_trans (leq0n k) kj.
exact: (step_bound_sigma_inside sigmaP NP j1 (sg j j1) Wl).
Qed.

Theorem gradients_vanish_of_sigma_inside_a_bound_for_a_term_of_the_gradient_claim :
  gradients_vanish_of_sigma_inside_a_bound_for_a_term_of_the_gradient_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell N C E gamma lambda k t F s sigmaP ellP NP C0 E0 g0 l0 k1 kt q1 sg Wl LC WE.
have Fd j : (1 <= j)%N -> differentiable (F j) (s (j - 1)%N).
  by move=> _; exact: differentiable_sigma_inside.
have le j (j1 : (1 <= j)%N) := step_bound_sigma_inside sigmaP NP j1 (sg j j1) Wl.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
split; first exact: ellP.
split; first exact: (differentiable_flow Fd kt).
split; first exact: (@differentiable_immediate _ _ _ (fun V => sigma_inside sigma V U b x) W dW).
exact: (norm_term_le NP Fd le kt (LC t (leq_trans k1 kt)) WE).
Qed.

Theorem gradients_vanish_of_sigma_inside_a_term_of_the_gradient_claim :
  gradients_vanish_of_sigma_inside_a_term_of_the_gradient_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell N C E gamma lambda k F s sigmaP ellP NP C0 E0 g0 l0 k1 q1 sg Wl LC WE.
have Fd j : (1 <= j)%N -> differentiable (F j) (s (j - 1)%N).
  by move=> _; exact: differentiable_sigma_inside.
have le j (j1 : (1 <= j)%N) := step_bound_sigma_inside sigmaP NP j1 (sg j j1) Wl.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
split; first by move=> t _; exact: ellP.
split; first by move=> t kt; exact: (differentiable_flow Fd kt).
split; first by move=> t _; exact: (@differentiable_immediate _ _ _ (fun V => sigma_inside sigma V U b x) W dW).
exact: (term_vanishes NP Fd le q1 (fun t kt => LC t (leq_trans k1 kt)) WE).
Qed.
