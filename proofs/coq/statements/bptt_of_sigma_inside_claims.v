(* Proofs of the claims of proofs/bptt.py about the cell with σ inside,       *)
(* as symrnn prints them.                                                     *)
(*                                                                            *)
(* All derivatives that occur exist: of flows, of losses, and the immediate ones.*)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary bptt bptt_adjoint derivatives_exist product_of_jacobians sigma_inside differentials.
From claims Require Import bptt_of_sigma_inside.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem bptt_of_sigma_inside_the_state_by_W_claim : bptt_of_sigma_inside_the_state_by_W_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 t F s sigmaP.
exact: (@state_by_matrix _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0
  (fun k => sigma_inside_diff_W W U b x k sigmaP) 0%N t (leq0n t)).
Qed.

Theorem bptt_of_sigma_inside_the_loss_by_W_claim : bptt_of_sigma_inside_the_loss_by_W_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell t F s sigmaP ellP t1.
exact: (@loss_by_matrix _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0 ell
  (fun k => sigma_inside_diff_W W U b x k sigmaP) ellP 0%N t (leq0n t)).
Qed.

Theorem bptt_of_sigma_inside_likewise_the_state_by_U_claim :
  bptt_of_sigma_inside_likewise_the_state_by_U_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 t F s sigmaP.
exact: (@state_by_matrix _ _ _ _ (fun V => sigma_inside sigma W V b x) U s0
  (fun k => sigma_inside_diff_U W U b x k sigmaP) 0%N t (leq0n t)).
Qed.

Theorem bptt_of_sigma_inside_likewise_the_loss_by_U_claim :
  bptt_of_sigma_inside_likewise_the_loss_by_U_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell t F s sigmaP ellP t1.
exact: (@loss_by_matrix _ _ _ _ (fun V => sigma_inside sigma W V b x) U s0 ell
  (fun k => sigma_inside_diff_U W U b x k sigmaP) ellP 0%N t (leq0n t)).
Qed.

Theorem bptt_of_sigma_inside_likewise_the_state_by_b_claim :
  bptt_of_sigma_inside_likewise_the_state_by_b_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 t F s sigmaP.
exact: (@state_by_column _ _ _ (fun v => sigma_inside sigma W U v x) b s0
  (fun k => sigma_inside_diff_b W U b x k sigmaP) 0%N t (leq0n t)).
Qed.

Theorem bptt_of_sigma_inside_likewise_the_loss_by_b_claim :
  bptt_of_sigma_inside_likewise_the_loss_by_b_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell t F s sigmaP ellP t1.
exact: (@loss_by_column _ _ _ (fun v => sigma_inside sigma W U v x) b s0 ell
  (fun k => sigma_inside_diff_b W U b x k sigmaP) ellP 0%N t (leq0n t)).
Qed.

Theorem bptt_of_sigma_inside_the_initial_state_claim :
  bptt_of_sigma_inside_the_initial_state_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell t F s sigmaP ellP t1.
have Fd j : (1 <= j)%N -> differentiable (F j) (s (j - 1)%N).
  by move=> _; exact: differentiable_sigma_inside.
have [dL E] := initial_state_any_cell Fd ellP t.
split; first exact: dL.
split; first exact: ellP.
split; first by move=> j _; exact: (inside_flow_exists W U b s0 x sigmaP (leq_subr 1 j)).
exact: E.
Qed.

Theorem bptt_of_sigma_inside_the_state_by_W_with_s_h_held_claim :
  bptt_of_sigma_inside_the_state_by_W_with_s_h_held_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 h t F s sigmaP ht.
exact: (@state_by_matrix _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0
  (fun k => sigma_inside_diff_W W U b x k sigmaP) h t ht).
Qed.

Theorem bptt_of_sigma_inside_the_loss_by_W_with_s_h_held_claim :
  bptt_of_sigma_inside_the_loss_by_W_with_s_h_held_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell h t F s sigmaP ellP ht t1.
exact: (@loss_by_matrix _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0 ell
  (fun k => sigma_inside_diff_W W U b x k sigmaP) ellP h t ht).
Qed.

Theorem bptt_of_sigma_inside_likewise_the_state_by_U_with_s_h_held_claim :
  bptt_of_sigma_inside_likewise_the_state_by_U_with_s_h_held_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 h t F s sigmaP ht.
exact: (@state_by_matrix _ _ _ _ (fun V => sigma_inside sigma W V b x) U s0
  (fun k => sigma_inside_diff_U W U b x k sigmaP) h t ht).
Qed.

Theorem bptt_of_sigma_inside_likewise_the_loss_by_U_with_s_h_held_claim :
  bptt_of_sigma_inside_likewise_the_loss_by_U_with_s_h_held_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell h t F s sigmaP ellP ht t1.
exact: (@loss_by_matrix _ _ _ _ (fun V => sigma_inside sigma W V b x) U s0 ell
  (fun k => sigma_inside_diff_U W U b x k sigmaP) ellP h t ht).
Qed.

Theorem bptt_of_sigma_inside_likewise_the_state_by_b_with_s_h_held_claim :
  bptt_of_sigma_inside_likewise_the_state_by_b_with_s_h_held_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 h t F s sigmaP ht.
exact: (@state_by_column _ _ _ (fun v => sigma_inside sigma W U v x) b s0
  (fun k => sigma_inside_diff_b W U b x k sigmaP) h t ht).
Qed.

Theorem bptt_of_sigma_inside_likewise_the_loss_by_b_with_s_h_held_claim :
  bptt_of_sigma_inside_likewise_the_loss_by_b_with_s_h_held_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell h t F s sigmaP ellP ht t1.
exact: (@loss_by_column _ _ _ (fun v => sigma_inside sigma W U v x) b s0 ell
  (fun k => sigma_inside_diff_b W U b x k sigmaP) ellP h t ht).
Qed.

Theorem bptt_of_sigma_inside_the_worked_case_L_4_claim :
  bptt_of_sigma_inside_the_worked_case_L_4_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell F s sigmaP ellP.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
have [dL E] := @bptt_matrix_loss _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0 ell dW ellP 0%N 4 isT.
have dF k : (k <= 4)%N -> differentiable (flow F k 4) (s k).
  exact: (inside_flow_exists W U b s0 x sigmaP).
have dI k u : differentiable (fun V => sigma_inside sigma V U b x k u) W.
  exact: (@differentiable_immediate _ _ _ (fun V => sigma_inside sigma V U b x) W dW).
split; first exact: dL.
split; first exact: ellP.
split; first exact: (dF 1%N).
split; first exact: dI.
split; first exact: (dF 2%N).
split; first exact: dI.
split; first exact: (dF 3%N).
split; first exact: dI.
split; first exact: (dF 4%N).
split; first exact: dI.
exact: (etrans E (congr1 (mulmx _) (sum_of_four _))).
Qed.

Theorem bptt_of_sigma_inside_the_total_loss_claim : bptt_of_sigma_inside_the_total_loss_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell T F s sigmaP ellP T1.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
have [dL E] := @bptt_matrix_total_loss _ _ _ _ (fun V => sigma_inside sigma V U b x) W s0 ell dW ellP T.
split; first exact: dL.
split; first by move=> t _; exact: ellP.
split; first by move=> t _ k /andP[_ kt]; exact: (inside_flow_exists W U b s0 x sigmaP).
split; first by move=> t _ k _; exact: (@differentiable_immediate _ _ _ (fun V => sigma_inside sigma V U b x) W dW).
exact: E.
Qed.

Theorem bptt_of_sigma_inside_the_adjoint_recursion_claim :
  bptt_of_sigma_inside_the_adjoint_recursion_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell T k F s sigmaP ellP k2 kT.
have dS j : differentiable (flow F (j - 1)%N j) (s (j - 1)%N).
  exact: (inside_flow_exists W U b s0 x sigmaP (leq_subr 1 j)).
do 6 (split; first by move=> *; (exact: ellP || exact: dS)).
exact: (@arriving_before _ _ _ (fun j => jac (flow F (j - 1)%N j) (s (j - 1)%N))
  (fun i => jac (ell i) (s i)) k T (ltnW k2) kT).
Qed.

Theorem bptt_of_sigma_inside_the_adjoint_recursion_as_columns_claim :
  bptt_of_sigma_inside_the_adjoint_recursion_as_columns_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell T k F s sigmaP ellP k2 kT.
have dS j : differentiable (flow F (j - 1)%N j) (s (j - 1)%N).
  exact: (inside_flow_exists W U b s0 x sigmaP (leq_subr 1 j)).
do 4 (split; first by move=> *; (exact: ellP || exact: dS)).
have [_ E] := step_jacobian_sigma_inside_denominator_layout W U b s0 x sigmaP (ltnW k2).
exact: transposed_before E.
Qed.

Theorem bptt_of_sigma_inside_the_gradient_from_the_adjoint_claim :
  bptt_of_sigma_inside_the_gradient_from_the_adjoint_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell t F s sigmaP ellP t1.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
have Fd j : (1 <= j)%N -> differentiable (F j) (s (j - 1)%N).
  by move=> _; exact: differentiable_sigma_inside.
have [dL E] := @gradient_from_the_adjoint_any_cell _ _ _ _ s0 ell ellP (fun V => sigma_inside sigma V U b x) W t dW.
split; first exact: dL.
split; first by move=> k /andP[_ kt]; exact: (proj1 (loss_by_state_any_cell Fd ellP (kt : (k <= t)%N))).
split; first by move=> k _; exact: (@differentiable_immediate _ _ _ (fun V => sigma_inside sigma V U b x) W dW).
exact: E.
Qed.

Theorem bptt_of_sigma_inside_the_gradient_in_the_shape_of_W_claim :
  bptt_of_sigma_inside_the_gradient_in_the_shape_of_W_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 ell t F s a sigmaP ellP t1.
have dW k u := sigma_inside_diff_W W U b x k sigmaP u.
have Fd j : (1 <= j)%N -> differentiable (F j) (s (j - 1)%N).
  by move=> _; exact: differentiable_sigma_inside.
have imm k : is_diff W (fun V => sigma_inside sigma V U b x k (s (k - 1)%N))
    (fun H => 1%:M *m (H *m a k)).
  apply: (is_diff_ext (is_diff_preactivation_by_W W U b x k (a k))) => // H.
  by rewrite mul1mx.
have [dL _] := @gradient_from_the_adjoint_any_cell _ _ _ _ s0 ell ellP (fun V => sigma_inside sigma V U b x) W t dW.
split; first exact: dL.
split; first by move=> k /andP[_ kt]; exact: (proj1 (loss_by_state_any_cell Fd ellP (kt : (k <= t)%N))).
etransitivity.
  exact: (@gradient_in_the_shape_any_cell _ _ _ _ s0 ell ellP (fun V => sigma_inside sigma V U b x) W t _ a dW imm).
by apply: eq_big_nat => k _; rewrite mulmx1.
Qed.
