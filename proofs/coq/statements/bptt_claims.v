(* Proofs of the claims of proofs/bptt.py, as symrnn prints them.             *)
(*                                                                            *)
(* All derivatives that occur exist: of flows, of losses, and the immediate ones.*)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary bptt bptt_adjoint derivatives_exist product_of_jacobians sigma_inside differentials.
From claims Require Import bptt.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem bptt_the_state_by_W_claim : bptt_the_state_by_W_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 t F s sigmaP.
exact: (@state_by_matrix _ _ _ _ (fun V => elman sigma V U b x) W s0
  (elman_diff_W W U b x sigmaP) 0%N t (leq0n t)).
Qed.

Theorem bptt_the_loss_by_W_claim : bptt_the_loss_by_W_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell t F s sigmaP ellP t1.
exact: (@loss_by_matrix _ _ _ _ (fun V => elman sigma V U b x) W s0 ell
  (elman_diff_W W U b x sigmaP) ellP 0%N t (leq0n t)).
Qed.

Theorem bptt_likewise_the_state_by_U_claim : bptt_likewise_the_state_by_U_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 t F s sigmaP.
exact: (@state_by_matrix _ _ _ _ (fun V => elman sigma W V b x) U s0
  (elman_diff_U W U b x sigmaP) 0%N t (leq0n t)).
Qed.

Theorem bptt_likewise_the_loss_by_U_claim : bptt_likewise_the_loss_by_U_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell t F s sigmaP ellP t1.
exact: (@loss_by_matrix _ _ _ _ (fun V => elman sigma W V b x) U s0 ell
  (elman_diff_U W U b x sigmaP) ellP 0%N t (leq0n t)).
Qed.

Theorem bptt_likewise_the_state_by_b_claim : bptt_likewise_the_state_by_b_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 t F s sigmaP.
exact: (@state_by_column _ _ _ (fun v => elman sigma W U v x) b s0
  (elman_diff_b W U b x sigmaP) 0%N t (leq0n t)).
Qed.

Theorem bptt_likewise_the_loss_by_b_claim : bptt_likewise_the_loss_by_b_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell t F s sigmaP ellP t1.
exact: (@loss_by_column _ _ _ (fun v => elman sigma W U v x) b s0 ell
  (elman_diff_b W U b x sigmaP) ellP 0%N t (leq0n t)).
Qed.

Theorem bptt_the_initial_state_claim : bptt_the_initial_state_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell t F s sigmaP ellP t1.
have [dL E] := bptt_the_initial_state W U b s0 x sigmaP ellP (leq0n t).
split; first exact: dL.
split; first exact: ellP.
split; first by move=> j _; exact: (step_exists W U b s0 x sigmaP).
exact: E.
Qed.

Theorem bptt_the_state_by_W_with_s_h_held_claim : bptt_the_state_by_W_with_s_h_held_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 h t F s sigmaP ht.
exact: (@state_by_matrix _ _ _ _ (fun V => elman sigma V U b x) W s0
  (elman_diff_W W U b x sigmaP) h t ht).
Qed.

Theorem bptt_the_loss_by_W_with_s_h_held_claim : bptt_the_loss_by_W_with_s_h_held_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell h t F s sigmaP ellP ht t1.
exact: (@loss_by_matrix _ _ _ _ (fun V => elman sigma V U b x) W s0 ell
  (elman_diff_W W U b x sigmaP) ellP h t ht).
Qed.

Theorem bptt_likewise_the_state_by_U_with_s_h_held_claim :
  bptt_likewise_the_state_by_U_with_s_h_held_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 h t F s sigmaP ht.
exact: (@state_by_matrix _ _ _ _ (fun V => elman sigma W V b x) U s0
  (elman_diff_U W U b x sigmaP) h t ht).
Qed.

Theorem bptt_likewise_the_loss_by_U_with_s_h_held_claim :
  bptt_likewise_the_loss_by_U_with_s_h_held_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell h t F s sigmaP ellP ht t1.
exact: (@loss_by_matrix _ _ _ _ (fun V => elman sigma W V b x) U s0 ell
  (elman_diff_U W U b x sigmaP) ellP h t ht).
Qed.

Theorem bptt_likewise_the_state_by_b_with_s_h_held_claim :
  bptt_likewise_the_state_by_b_with_s_h_held_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 h t F s sigmaP ht.
exact: (@state_by_column _ _ _ (fun v => elman sigma W U v x) b s0
  (elman_diff_b W U b x sigmaP) h t ht).
Qed.

Theorem bptt_likewise_the_loss_by_b_with_s_h_held_claim :
  bptt_likewise_the_loss_by_b_with_s_h_held_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell h t F s sigmaP ellP ht t1.
exact: (@loss_by_column _ _ _ (fun v => elman sigma W U v x) b s0 ell
  (elman_diff_b W U b x sigmaP) ellP h t ht).
Qed.

Theorem bptt_the_worked_case_L_4_claim : bptt_the_worked_case_L_4_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell F s sigmaP ellP.
have [dL E] := bptt_the_worked_case_L_4 W U b s0 x sigmaP ellP.
have dF k : (k <= 4)%N -> differentiable (flow F k 4) (s k) by exact: (flow_exists W U b s0 x sigmaP).
have dW k u : differentiable (fun V => elman sigma V U b x k u) W by exact: (immediate_exists_W W U b x sigmaP).
split; first exact: dL.
split; first exact: ellP.
split; first exact: (dF 1%N).
split; first exact: dW.
split; first exact: (dF 2%N).
split; first exact: dW.
split; first exact: (dF 3%N).
split; first exact: dW.
split; first exact: (dF 4%N).
split; first exact: dW.
exact: E.
Qed.

Theorem bptt_the_total_loss_claim : bptt_the_total_loss_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell T F s sigmaP ellP T1.
have [dL E] := bptt_the_total_loss W U b s0 x sigmaP ellP T1.
split; first exact: dL.
split; first by move=> t _; exact: ellP.
split; first by move=> t _ k /andP[_ kt]; exact: (flow_exists W U b s0 x sigmaP).
split; first by move=> t _ k _; exact: (immediate_exists_W W U b x sigmaP).
exact: E.
Qed.

Theorem bptt_the_adjoint_recursion_claim : bptt_the_adjoint_recursion_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell T k F s sigmaP ellP k2 kT.
have dS j : differentiable (flow F (j - 1)%N j) (s (j - 1)%N) by exact: (step_exists W U b s0 x sigmaP).
do 6 (split; first by move=> *; (exact: ellP || exact: dS)).
exact: (bptt_the_adjoint_recursion sigma W U b s0 x ell k2 kT).
Qed.

Theorem bptt_the_adjoint_recursion_as_columns_claim : bptt_the_adjoint_recursion_as_columns_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell T k F s a sigmaP ellP k2 kT.
have dS j : differentiable (flow F (j - 1)%N j) (s (j - 1)%N) by exact: (step_exists W U b s0 x sigmaP).
do 4 (split; first by move=> *; (exact: ellP || exact: dS)).
exact: (bptt_the_adjoint_recursion_as_columns W U b s0 x ell sigmaP k2 kT).
Qed.

Theorem bptt_the_gradient_from_the_adjoint_claim : bptt_the_gradient_from_the_adjoint_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell t F s sigmaP ellP t1.
have [dL E] := bptt_the_gradient_from_the_adjoint W U b s0 x sigmaP ellP (leq0n t).
split; first exact: dL.
split.
  by move=> k /andP[_ kt]; exact: (loss_exists W U b s0 x sigmaP ellP).
split; first by move=> k _; exact: (immediate_exists_W W U b x sigmaP).
exact: E.
Qed.

Theorem bptt_the_gradient_in_the_shape_of_W_claim : bptt_the_gradient_in_the_shape_of_W_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell t F s a sigmaP ellP t1.
have [dL E] := bptt_the_gradient_in_the_shape_of_W W U b s0 x sigmaP ellP (leq0n t).
split; first exact: dL.
split; last exact: E.
by move=> k /andP[_ kt]; exact: (loss_exists W U b s0 x sigmaP ellP).
Qed.
