(* Proofs of the claims of proofs/truncation.py, as symrnn prints them.       *)
(*                                                                            *)
(* Truncation as the exact gradient with an earlier state held, in both conventions.*)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary truncation derivatives_exist bptt sigma_inside.
From claims Require Import truncation.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem truncation_the_lectures_tau_counts_factors_claim :
  truncation_the_lectures_tau_counts_factors_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell t tau F s sigmaP ellP tt.
split; first exact: ellP.
split; first by move=> i _; exact: (flow_exists W U b s0 x sigmaP (leq_subr _ _)).
split; first by move=> i _; exact: (immediate_exists_W W U b x sigmaP).
split; first exact: (held_exists W U b s0 x sigmaP ellP (leq_subr _ _)).
exact: (truncation_the_lectures_tau_counts_factors W U b s0 x sigmaP ellP tt).
Qed.

Theorem truncation_the_frameworks_tau_counts_steps_claim :
  truncation_the_frameworks_tau_counts_steps_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell t tau F s sigmaP ellP t1 tt.
split; first exact: ellP.
split; first by move=> k /andP[_ kt]; exact: (flow_exists W U b s0 x sigmaP).
split; first by move=> k _; exact: (immediate_exists_W W U b x sigmaP).
split; first exact: (held_exists W U b s0 x sigmaP ellP (leq_subr _ _)).
exact: (truncation_the_frameworks_tau_counts_steps W U b s0 x sigmaP ellP t1 tt).
Qed.

Theorem truncation_tau_factors_are_tau_1_steps_claim :
  truncation_tau_factors_are_tau_1_steps_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell t tau F s sigmaP ellP tt.
split; first exact: ellP.
split; first by move=> i _; exact: (flow_exists W U b s0 x sigmaP (leq_subr _ _)).
split; first by move=> i _; exact: (immediate_exists_W W U b x sigmaP).
split; first by move=> k /andP[_ kt]; exact: (flow_exists W U b s0 x sigmaP).
split; first by move=> k _; exact: (immediate_exists_W W U b x sigmaP).
exact: (truncation_tau_factors_are_tau_1_steps sigma W U b s0 x ell tt).
Qed.

Theorem truncation_one_factor_more_is_one_term_more_claim :
  truncation_one_factor_more_is_one_term_more_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell t tau F s sigmaP ellP tt.
split; first exact: (held_exists W U b s0 x sigmaP ellP (leq_subr _ _)).
split; first exact: ellP.
split; first exact: (flow_exists W U b s0 x sigmaP (leq_subr _ _)).
split; first exact: (immediate_exists_W W U b x sigmaP).
split; first exact: (held_exists W U b s0 x sigmaP ellP (leq_subr _ _)).
exact: (truncation_one_factor_more_is_one_term_more W U b s0 x sigmaP ellP tt).
Qed.

Theorem truncation_the_bias_claim : truncation_the_bias_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell t tau F s sigmaP ellP tt.
split; first exact: (total_exists W U b s0 x sigmaP ellP).
split; first exact: (held_exists W U b s0 x sigmaP ellP (leq_subr _ _)).
split; first exact: ellP.
split.
  move=> k /andP[_ kt]; apply: (flow_exists W U b s0 x sigmaP); exact: ltnW (leq_trans kt (leq_subr _ _)).
split; first by move=> k _; exact: (immediate_exists_W W U b x sigmaP).
exact: (truncation_the_bias W U b s0 x sigmaP ellP tt).
Qed.

Theorem truncation_the_bias_bounded_claim : truncation_the_bias_bounded_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell N C E gamma lambda t tau F s a sigmaP ellP NP C0 E0 g0 l0 tt sg Wl LC EP.
split; first exact: (total_exists W U b s0 x sigmaP ellP).
split; first exact: (held_exists W U b s0 x sigmaP ellP (leq_subr _ _)).
exact: (truncation_the_bias_bounded sigmaP ellP NP sg Wl EP tt LC).
Qed.

Theorem truncation_the_bias_is_a_geometric_tail_claim :
  truncation_the_bias_is_a_geometric_tail_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell N C E gamma lambda t tau F s a sigmaP ellP NP C0 E0 g0 l0 tt sg Wl LC EP q1.
split; first exact: (total_exists W U b s0 x sigmaP ellP).
split; first exact: (held_exists W U b s0 x sigmaP ellP (leq_subr _ _)).
exact: (truncation_the_bias_is_a_geometric_tail sigmaP ellP NP sg Wl EP tt LC q1).
Qed.

Theorem truncation_what_is_kept_cannot_explode_claim :
  truncation_what_is_kept_cannot_explode_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell N C E gamma lambda t tau F s a sigmaP ellP NP C0 E0 g0 l0 tt sg Wl LC EP.
split; first exact: (held_exists W U b s0 x sigmaP ellP (leq_subr _ _)).
exact: (truncation_what_is_kept_cannot_explode sigmaP ellP NP sg Wl EP tt LC).
Qed.

Theorem truncation_what_is_kept_can_vanish_all_the_same_claim :
  truncation_what_is_kept_can_vanish_all_the_same_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell N C E gamma lambda i t tau F s a sigmaP ellP NP C0 E0 g0 l0 it tt sg Wl LC EP.
split; first exact: ellP.
split; first exact: (flow_exists W U b s0 x sigmaP (leq_subr _ _)).
split; first exact: (immediate_exists_W W U b x sigmaP).
exact: (truncation_what_is_kept_can_vanish_all_the_same sigmaP NP sg Wl EP it tt LC).
Qed.
