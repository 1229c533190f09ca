(* Proofs of the claims of proofs/truncation.py about the cell with σ inside, *)
(* as symrnn prints them.                                                     *)
(*                                                                            *)
(* Truncation as the exact gradient with an earlier state held, in both conventions.*)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary truncation derivatives_exist bptt sigma_inside.
From claims Require Import truncation_of_sigma_inside.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem truncation_of_sigma_inside_the_lectures_tau_counts_factors_claim :
  truncation_of_sigma_inside_the_lectures_tau_counts_factors_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell t tau F s sigmaP ellP tt.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
split; first exact: ellP.
split; first by move=> i _; exact: (inside_flow_exists W U b s0 x sigmaP (leq_subr _ _)).
split; first by move=> i _; exact: (@differentiable_immediate _ _ _ (fun V => sigma_inside sigma V U b x) W dW).
split; first exact: (inside_held_exists W U b s0 x sigmaP ellP (leq_subr _ _)).
exact: (@the_lectures_tau_counts_factors _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0 ell dW ellP t tau tt).
Qed.

Theorem truncation_of_sigma_inside_the_frameworks_tau_counts_steps_claim :
  truncation_of_sigma_inside_the_frameworks_tau_counts_steps_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell t tau F s sigmaP ellP t1 tt.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
split; first exact: ellP.
split; first by move=> k /andP[_ kt]; exact: (inside_flow_exists W U b s0 x sigmaP).
split; first by move=> k _; exact: (@differentiable_immediate _ _ _ (fun V => sigma_inside sigma V U b x) W dW).
split; first exact: (inside_held_exists W U b s0 x sigmaP ellP (leq_subr _ _)).
exact: (@the_frameworks_tau_counts_steps _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0 ell dW ellP t tau t1 tt).
Qed.

Theorem truncation_of_sigma_inside_tau_factors_are_tau_1_steps_claim :
  truncation_of_sigma_inside_tau_factors_are_tau_1_steps_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell t tau F s sigmaP ellP tt.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
split; first exact: ellP.
split; first by move=> i _; exact: (inside_flow_exists W U b s0 x sigmaP (leq_subr _ _)).
split; first by move=> i _; exact: (@differentiable_immediate _ _ _ (fun V => sigma_inside sigma V U b x) W dW).
split; first by move=> k /andP[_ kt]; exact: (inside_flow_exists W U b s0 x sigmaP).
split; first by move=> k _; exact: (@differentiable_immediate _ _ _ (fun V => sigma_inside sigma V U b x) W dW).
exact: (@tau_factors_are_tau_1_steps _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0 ell t tau tt).
Qed.

Theorem truncation_of_sigma_inside_one_factor_more_is_one_term_more_claim :
  truncation_of_sigma_inside_one_factor_more_is_one_term_more_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell t tau F s sigmaP ellP tt.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
split; first exact: (inside_held_exists W U b s0 x sigmaP ellP (leq_subr _ _)).
split; first exact: ellP.
split; first exact: (inside_flow_exists W U b s0 x sigmaP (leq_subr _ _)).
split; first exact: (@differentiable_immediate _ _ _ (fun V => sigma_inside sigma V U b x) W dW).
split; first exact: (inside_held_exists W U b s0 x sigmaP ellP (leq_subr _ _)).
exact: (@one_factor_more_is_one_term_more _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0 ell dW ellP t tau tt).
Qed.

Theorem truncation_of_sigma_inside_the_bias_claim : truncation_of_sigma_inside_the_bias_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell t tau F s sigmaP ellP tt.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
split; first exact: (inside_held_exists W U b s0 x sigmaP ellP (leq0n t)).
split; first exact: (inside_held_exists W U b s0 x sigmaP ellP (leq_subr _ _)).
split; first exact: ellP.
split.
  move=> k /andP[_ kt]; apply: (inside_flow_exists W U b s0 x sigmaP).
  exact: ltnW (leq_trans kt (leq_subr _ _)).
split; first by move=> k _; exact: (@differentiable_immediate _ _ _ (fun V => sigma_inside sigma V U b x) W dW).
exact: (@the_bias _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0 ell dW ellP t tau tt).
Qed.

Theorem truncation_of_sigma_inside_the_bias_bounded_claim :
  truncation_of_sigma_inside_the_bias_bounded_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell N C E gamma lambda t tau F s sigmaP ellP NP C0 E0 g0 l0 tt sg Wl LC EP.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
have le j (j1 : (1 <= j)%N) := step_bound_sigma_inside sigmaP NP j1 (sg j j1) Wl.
split; first exact: (inside_held_exists W U b s0 x sigmaP ellP (leq0n t)).
split; first exact: (inside_held_exists W U b s0 x sigmaP ellP (leq_subr _ _)).
exact: (@the_bias_bounded _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0 ell dW ellP N NP _ C E le EP t tau tt LC).
Qed.

Theorem truncation_of_sigma_inside_the_bias_is_a_geometric_tail_claim :
  truncation_of_sigma_inside_the_bias_is_a_geometric_tail_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell N C E gamma lambda t tau F s sigmaP ellP NP C0 E0 g0 l0 tt sg Wl LC EP q1.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
have le j (j1 : (1 <= j)%N) := step_bound_sigma_inside sigmaP NP j1 (sg j j1) Wl.
split; first exact: (inside_held_exists W U b s0 x sigmaP ellP (leq0n t)).
split; first exact: (inside_held_exists W U b s0 x sigmaP ellP (leq_subr _ _)).
exact: (@the_bias_is_a_geometric_tail _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0 ell dW ellP N NP _ C E le EP t tau tt LC q1).
Qed.

Theorem truncation_of_sigma_inside_what_is_kept_cannot_explode_claim :
  truncation_of_sigma_inside_what_is_kept_cannot_explode_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell N C E gamma lambda t tau F s sigmaP ellP NP C0 E0 g0 l0 tt sg Wl LC EP.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
have le j (j1 : (1 <= j)%N) := step_bound_sigma_inside sigmaP NP j1 (sg j j1) Wl.
split; first exact: (inside_held_exists W U b s0 x sigmaP ellP (leq_subr _ _)).
exact: (@what_is_kept_cannot_explode _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0 ell dW ellP N NP _ C E le EP t tau tt LC).
Qed.

Theorem truncation_of_sigma_inside_what_is_kept_can_vanish_all_the_same_claim :
  truncation_of_sigma_inside_what_is_kept_can_vanish_all_the_same_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell N C E gamma lambda i t tau F s sigmaP ellP NP C0 E0 g0 l0 it tt sg Wl LC EP.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
have le j (j1 : (1 <= j)%N) := step_bound_sigma_inside sigmaP NP j1 (sg j j1) Wl.
split; first exact: ellP.
split; first exact: (inside_flow_exists W U b s0 x sigmaP (leq_subr _ _)).
split; first exact: (@differentiable_immediate _ _ _ (fun V => sigma_inside sigma V U b x) W dW).
exact: (@what_is_kept_can_vanish_all_the_same _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0 ell dW N NP _ C E le EP i t tau it tt LC).
Qed.
