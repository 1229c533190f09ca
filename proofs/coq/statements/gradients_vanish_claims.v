(* Proofs of the claims of proofs/gradients_vanish.py, as symrnn prints them. *)
(*                                                                            *)
(* What lies under a geometric sequence with a ratio below 1 goes to 0.       *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary gradients_vanish derivatives_exist step_jacobian product_of_jacobians bptt sigma_inside.
From claims Require Import gradients_vanish.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem gradients_vanish_the_derivative_over_many_steps_claim :
  gradients_vanish_the_derivative_over_many_steps_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 N gamma lambda k F s a sigmaP NP g0 l0 q1 sg Wl.
split; first by move=> t kt; exact: (flow_exists W U b s0 x sigmaP kt).
exact: (gradients_vanish_the_derivative_over_many_steps NP sigmaP sg Wl k q1).
Qed.

Theorem gradients_vanish_a_bound_for_a_term_of_the_gradient_claim :
  gradients_vanish_a_bound_for_a_term_of_the_gradient_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell N C E gamma lambda k t F s a sigmaP ellP NP C0 E0 g0 l0 k1 kt q1 sg Wl LC WE.
split; first exact: ellP.
split; first exact: (flow_exists W U b s0 x sigmaP kt).
split; first exact: (immediate_exists_W W U b x sigmaP).
have Fd := elman_step_exists W U b s0 x sigmaP.
have le := elman_step_le NP sigmaP sg Wl.
exact: (norm_term_le NP Fd le kt (LC t (leq_trans k1 kt)) WE).
Qed.

Theorem gradients_vanish_a_term_of_the_gradient_claim :
  gradients_vanish_a_term_of_the_gradient_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell N C E gamma lambda k F s a sigmaP ellP NP C0 E0 g0 l0 k1 q1 sg Wl LC WE.
split; first by move=> t _; exact: ellP.
split; first by move=> t kt; exact: (flow_exists W U b s0 x sigmaP kt).
split; first by move=> t _; exact: (immediate_exists_W W U b x sigmaP).
have Fd := elman_step_exists W U b s0 x sigmaP.
have le := elman_step_le NP sigmaP sg Wl.
exact: (term_vanishes NP Fd le q1 (fun t kt => LC t (leq_trans k1 kt)) WE).
Qed.
