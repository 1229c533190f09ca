(* What is claimed of any cell, as symrnn prints it of one.                   *)
(*                                                                            *)
(* A theorem for each part of the statements that speak of any cell: of a     *)
(* cell F without parameter, of F θ with a matrix θ, and with a column θ. The *)
(* only hypothesis about the cell is that it is differentiable; of a printed  *)
(* cell `differentiate` shows that. A part "the loss by `W_f`" of bptt is     *)
(* closed by bptt_of_any_cell_the_loss_by_a_matrix.                           *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary differentials recurrence product_of_jacobians bptt.
From symrnn Require Import bptt_adjoint product_bound gradients_vanish truncation update_length.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

(* The derivatives that the claims speak of exist, for all times              *)

Section Exist.
Variables (R : realType) (n : nat) (F : nat -> 'cV[R]_n.+1 -> 'cV[R]_n.+1).
Variable ell : nat -> 'cV[R]_n.+1 -> 'cV[R]_1.
Hypothesis F_diff : forall k u, differentiable (F k) u.
Hypothesis ell_diff : forall t v, differentiable (ell t) v.

Lemma flow_is_differentiable k t u : differentiable (flow F k t) u.
Proof.
rewrite /flow; elim: (t - k)%N => [|l IH] /=; first by have [d _] := @is_diff_id R _ u.
exact: (differentiable_comp IH (F_diff _ _)).
Qed.

Lemma loss_of_flow_is_differentiable i k t u : differentiable (fun v => ell i (flow F k t v)) u.
Proof. exact: (differentiable_comp (flow_is_differentiable k t u) (ell_diff _ _)). Qed.

End Exist.

Section ExistByParameter.
Variables (R : realType) (V : normedModType R) (n : nat).
Variables (F : V -> nat -> 'cV[R]_n.+1 -> 'cV[R]_n.+1) (theta : V).
Variable ell : nat -> 'cV[R]_n.+1 -> 'cV[R]_1.
Hypothesis F_diff : forall k s,
  differentiable (fun z : V * 'cV[R]_n.+1 => F z.1 k z.2) (theta, s).
Hypothesis ell_diff : forall t v, differentiable (ell t) v.

Lemma flow_is_differentiable_in h t u : differentiable (fun v => flow (F v) h t u) theta.
Proof.
rewrite /flow; elim: (t - h)%N => [|l IH] /=; first by have [d _] := @is_diff_cst R V _ u theta.
have [d _] := @is_diff_total R V n F theta F_diff (h + l).+1 _ _ _ (differentiableP IH) erefl.
exact: d.
Qed.

Lemma loss_is_differentiable_in i h t u : differentiable (fun v => ell i (flow (F v) h t u)) theta.
Proof. exact: (differentiable_comp (flow_is_differentiable_in h t u) (ell_diff _ _)). Qed.

Lemma total_loss_is_differentiable_in a b h u :
  differentiable (fun v => \sum_(a <= t < b) ell t (flow (F v) h t u)) theta.
Proof.
have [d _] := @is_diff_sum_nat R V _ _ a b _ _ theta
  (fun t _ => differentiableP (loss_is_differentiable_in t h t u)).
exact: d.
Qed.

End ExistByParameter.

(* Closes that the derivatives in a claim exist, given that the cell is        *)
(* differentiable: in its state, dF, and where F has a parameter, in that and  *)
(* its state, dP. Of losses that they are is among the hypotheses.             *)
Ltac exists_by_state dF :=
  match goal with
  | |- differentiable (flow _ _ _) _ => exact: (flow_is_differentiable dF)
  | |- differentiable (fun v => flow _ _ _ v) _ => exact: (flow_is_differentiable dF)
  | |- differentiable (fun v => state _ v _) _ => exact: (flow_is_differentiable dF)
  | dL : forall t v, differentiable (?ell t) v |- differentiable (?ell _) _ => exact: dL
  | dL : forall t v, differentiable (?ell t) v |- differentiable (fun v => ?ell _ _) _ =>
      exact: (loss_of_flow_is_differentiable dF dL)
  end.

Ltac exists_by_parameter F dP :=
  match goal with
  | |- differentiable (fun V => flow _ _ _ _) _ =>
      exact: (@flow_is_differentiable_in _ _ _ F _ dP)
  | |- differentiable (fun V => state _ _ _) _ =>
      exact: (@flow_is_differentiable_in _ _ _ F _ dP)
  | dL : forall t v, differentiable (?ell t) v |- differentiable (fun V => ?ell _ _) _ =>
      exact: (@loss_is_differentiable_in _ _ _ F _ _ dP dL)
  | dL : forall t v, differentiable (?ell t) v |- differentiable (fun V => \sum_(_ <= _ < _) _) _ =>
      exact: (@total_loss_is_differentiable_in _ _ _ F _ _ dP dL)
  | |- _ => exact: (@differentiable_immediate _ _ _ F _ dP)
  end.

Ltac derivatives_exist dF :=
  repeat match goal with |- _ /\ _ => split; [intros; exists_by_state dF|] end.

Ltac derivatives_exist_in F dF dP :=
  repeat match goal with
  | |- _ /\ _ => split; [intros; first [exists_by_state dF|exists_by_parameter F dP]|]
  end.

(* No parameter                                                               *)

Section NoParameter.
Variables (R : realType) (n : nat) (F : nat -> 'cV[R]_n.+1 -> 'cV[R]_n.+1).
Variables (s0 : 'cV[R]_n.+1) (ell : nat -> 'cV[R]_n.+1 -> 'cV[R]_1).
Local Notation s := (state F s0).
Local Notation Ds t k := (jac (flow F k t) (s k)).
Let differentiable_cell := forall k u, differentiable (F k) u.
Let differentiable_losses := forall t v, differentiable (ell t) v.

Theorem product_of_jacobians_of_any_cell_the_product : differentiable_cell ->
  forall k t, (k <= t)%N -> Ds t k = oprod k.+1 t.+1 (fun j => Ds j (j - 1)%N).
Proof.
move=> Fd k t kt.
have [_ E] := @product_of_jacobians_any_cell _ _ F s0 (fun j _ => Fd j _) k t kt.
exact: E.
Qed.

Theorem product_of_jacobians_of_any_cell_index_and_bounds_shifted : differentiable_cell ->
  forall k t, (k <= t)%N ->
  oprod k.+1 t.+1 (fun j => Ds j (j - 1)%N) = oprod k t (fun j => Ds j.+1 j).
Proof. by move=> _ k t _; rewrite oprod_shift; apply: eq_oprod => j _; rewrite subn1. Qed.

Theorem bptt_of_any_cell_the_initial_state : differentiable_cell -> differentiable_losses ->
  forall t, (1 <= t)%N -> jac (fun v => ell t (state F v t)) s0 =
    jac (ell t) (s t) *m oprod 1 t.+1 (fun j => Ds j (j - 1)%N).
Proof.
move=> Fd dL t _.
have [_ E] := @initial_state_any_cell _ _ F s0 ell (fun j _ => Fd j _) dL t.
exact: E.
Qed.

Theorem bptt_of_any_cell_the_adjoint_recursion : differentiable_cell -> differentiable_losses ->
  forall T k, (2 <= k)%N -> (k <= T)%N ->
  \sum_(k - 1 <= i < T.+1) jac (ell i) (s i) *m oprod k i.+1 (fun j => Ds j (j - 1)%N) =
  jac (ell (k - 1)%N) (s (k - 1)%N) +
  (\sum_(k <= i < T.+1) jac (ell i) (s i) *m oprod k.+1 i.+1 (fun j => Ds j (j - 1)%N)) *m
    Ds k (k - 1)%N.
Proof.
move=> _ _ T k k2 kT; exact: (@arriving_before _ _ _ (fun j => Ds j (j - 1)%N)
  (fun i => jac (ell i) (s i)) k T (ltnW k2) kT).
Qed.

Variables (N : forall m n, 'M[R]_(m, n) -> R) (q : R).
Let bounded := forall j, (1 <= j)%N -> N (Ds j (j - 1)%N) <= q.

Theorem product_bound_of_any_cell : differentiable_cell -> lecture_norm N ->
  bounded -> forall k t, (k <= t)%N -> N (Ds t k) <= q ^+ (t - k).
Proof.
move=> Fd NP le k t kt; apply: (product_bound_any_cell NP (fun j _ => Fd j _) kt).
by move=> j /andP[kj _]; exact: le (leq_ltn_trans (leq0n k) kj).
Qed.

Theorem gradients_vanish_of_any_cell_the_derivative_over_many_steps : differentiable_cell ->
  lecture_norm N -> bounded -> q < 1 -> forall k, (fun t => N (Ds t k)) --> (0 : R).
Proof.
move=> Fd NP le q1 k; apply: (gradients_vanish_any_cell NP (fun j _ => Fd j _) _ q1).
by move=> j kj; exact: le (leq_ltn_trans (leq0n k) kj).
Qed.

End NoParameter.

(* A matrix as parameter                                                      *)

Section Matrix.
Variables (R : realType) (n p r : nat).
Variable F : 'M[R]_(p.+1, r.+1) -> nat -> 'cV[R]_n.+1 -> 'cV[R]_n.+1.
Variables (theta : 'M[R]_(p.+1, r.+1)) (s0 : 'cV[R]_n.+1).
Variable ell : nat -> 'cV[R]_n.+1 -> 'cV[R]_1.
Let differentiable_cell := forall k s,
  jointly_differentiable (F ^~ k) theta s.
Let differentiable_losses := forall t v, differentiable (ell t) v.

Local Notation s := (state (F theta) s0).
Local Notation Ds t k := (jac (flow (F theta) k t) (s k)).
Local Notation DLs t := (jac (ell t) (s t)).
Local Notation Dplus k := (jacvec (fun v => F v k (s (k - 1)%N)) theta).
Local Notation Dback t i := (jacvec (fun v => F v (t - i)%N (s (t - i.+1)%N)) theta).
Local Notation exact t := (jacvec (fun v => ell t (state (F v) s0 t)) theta).
Local Notation held t h := (jacvec (fun v => ell t (flow (F v) h t (s h))) theta).

Theorem bptt_of_any_cell_the_state_by_a_matrix : differentiable_cell -> forall t,
  jacvec (fun v => state (F v) s0 t) theta = \sum_(1 <= k < t.+1) Ds t k *m Dplus k.
Proof.
move=> Fd t.
have [_ E] := bptt_matrix s0 Fd (leq0n t).
exact: E.
Qed.

Theorem bptt_of_any_cell_the_state_by_a_matrix_with_s_h_held : differentiable_cell ->
  forall h t, (h <= t)%N -> jacvec (fun v => flow (F v) h t (s h)) theta =
    \sum_(h.+1 <= k < t.+1) Ds t k *m Dplus k.
Proof.
move=> Fd h t ht.
have [_ E] := bptt_matrix s0 Fd ht.
exact: E.
Qed.

Theorem bptt_of_any_cell_the_loss_by_a_matrix : differentiable_cell -> differentiable_losses ->
  forall t, exact t = DLs t *m (\sum_(1 <= k < t.+1) Ds t k *m Dplus k).
Proof.
move=> Fd dL t.
have [_ E] := bptt_matrix_loss s0 Fd dL (leq0n t).
exact: E.
Qed.

Theorem bptt_of_any_cell_the_loss_by_a_matrix_with_s_h_held : differentiable_cell ->
  differentiable_losses -> forall h t, (h <= t)%N ->
  held t h = DLs t *m (\sum_(h.+1 <= k < t.+1) Ds t k *m Dplus k).
Proof.
move=> Fd dL h t ht.
have [_ E] := bptt_matrix_loss s0 Fd dL ht.
exact: E.
Qed.

Theorem bptt_of_any_cell_the_total_loss_by_a_matrix : differentiable_cell ->
  differentiable_losses -> forall T,
  jacvec (fun v => \sum_(1 <= t < T.+1) ell t (state (F v) s0 t)) theta =
  \sum_(1 <= t < T.+1) DLs t *m (\sum_(1 <= k < t.+1) Ds t k *m Dplus k).
Proof.
move=> Fd dL T.
have [_ E] := bptt_matrix_total_loss s0 Fd dL T.
exact: E.
Qed.

Theorem truncation_of_any_cell_the_lectures_tau_counts_factors_by_a_matrix :
  differentiable_cell -> differentiable_losses -> forall t tau, (tau.+1 <= t)%N ->
  DLs t *m (\sum_(0 <= i < tau.+1) Ds t (t - i)%N *m Dback t i) = held t (t - tau.+1)%N.
Proof. by move=> Fd dL t tau tt; exact: the_lectures_tau_counts_factors. Qed.

Theorem truncation_of_any_cell_the_frameworks_tau_counts_steps_by_a_matrix :
  differentiable_cell -> differentiable_losses -> forall t tau, (1 <= tau)%N -> (tau <= t)%N ->
  DLs t *m (\sum_(t.+1 - tau <= k < t.+1) Ds t k *m Dplus k) = held t (t - tau)%N.
Proof. by move=> Fd dL t tau t1 tt; exact: the_frameworks_tau_counts_steps. Qed.

Theorem truncation_of_any_cell_tau_factors_are_tau_1_steps_by_a_matrix :
  differentiable_cell -> differentiable_losses -> forall t tau, (tau.+1 <= t)%N ->
  DLs t *m (\sum_(0 <= i < tau.+1) Ds t (t - i)%N *m Dback t i) =
  DLs t *m (\sum_(t - tau <= k < t.+1) Ds t k *m Dplus k).
Proof. by move=> _ _ t tau tt; exact: tau_factors_are_tau_1_steps. Qed.

Theorem truncation_of_any_cell_one_factor_more_is_one_term_more_by_a_matrix :
  differentiable_cell -> differentiable_losses -> forall t tau, (tau.+1 <= t)%N ->
  held t (t - tau.+1)%N = DLs t *m Ds t (t - tau)%N *m Dback t tau + held t (t - tau)%N.
Proof. by move=> Fd dL t tau tt; exact: one_factor_more_is_one_term_more. Qed.

Theorem truncation_of_any_cell_the_bias_by_a_matrix :
  differentiable_cell -> differentiable_losses -> forall t tau, (tau.+1 <= t)%N ->
  exact t - held t (t - tau.+1)%N = DLs t *m (\sum_(1 <= k < t - tau) Ds t k *m Dplus k).
Proof. by move=> Fd dL t tau tt; exact: the_bias. Qed.

Local Notation gradient T := (grad (fun v => \sum_(1 <= t < T.+1) ell t (state (F v) s0 t)) theta).

Theorem update_length_of_any_cell_length_by_a_matrix :
  differentiable_cell -> differentiable_losses -> forall eta T, 0 <= eta ->
  frobenius (- eta *: gradient T) = eta * frobenius (gradient T).
Proof. by move=> _ _ eta T eta0; exact: update_length_length. Qed.

Theorem update_length_of_any_cell_stuck_by_a_matrix :
  differentiable_cell -> differentiable_losses -> forall epsilon eta T, 0 <= eta ->
  frobenius (gradient T) <= epsilon -> frobenius (- eta *: gradient T) <= epsilon * eta.
Proof. by move=> _ _ epsilon eta T eta0 small; exact: update_length_stuck. Qed.

Theorem update_length_of_any_cell_flung_far_by_a_matrix :
  differentiable_cell -> differentiable_losses -> forall M eta T, 0 <= eta ->
  M <= frobenius (gradient T) -> M * eta <= frobenius (- eta *: gradient T).
Proof. by move=> _ _ M eta T eta0 large; exact: update_length_flung_far. Qed.

Variables (N : forall m n, 'M[R]_(m, n) -> R) (q C E : R).
Let bounded := forall j, (1 <= j)%N -> N (Ds j (j - 1)%N) <= q.
Let bounded_now := forall k, (1 <= k)%N -> N (Dplus k) <= E.

Theorem gradients_vanish_of_any_cell_a_term_of_the_gradient_by_a_matrix :
  differentiable_cell -> lecture_norm N -> bounded -> q < 1 -> forall k,
  (1 <= k)%N -> (forall t, (1 <= t)%N -> N (DLs t) <= C) -> N (Dplus k) <= E ->
  (fun t => N (DLs t *m Ds t k *m Dplus k)) --> (0 : R).
Proof.
move=> Fd NP le q1 k k1 LC WE.
apply: (term_vanishes NP (fun j _ => differentiable_step Fd j _) le q1 _ WE) => t kt.
exact: LC (leq_trans k1 kt).
Qed.

Theorem truncation_of_any_cell_the_bias_bounded_by_a_matrix :
  differentiable_cell -> differentiable_losses -> lecture_norm N -> bounded -> bounded_now ->
  forall t tau, (tau.+1 <= t)%N -> N (DLs t) <= C ->
  N (exact t - held t (t - tau.+1)%N) <= C * E * \sum_(tau.+1 <= i < t) q ^+ i.
Proof.
move=> Fd dL NP le Ek t tau tt LC.
exact: (@the_bias_bounded _ _ _ _ F theta s0 ell Fd dL N NP q C E le Ek t tau tt LC).
Qed.

Theorem truncation_of_any_cell_the_bias_is_a_geometric_tail_by_a_matrix :
  differentiable_cell -> differentiable_losses -> lecture_norm N -> bounded -> bounded_now ->
  forall t tau, (tau.+1 <= t)%N -> N (DLs t) <= C -> q < 1 ->
  N (exact t - held t (t - tau.+1)%N) <= C * E * q ^+ tau.+1 / (1 - q).
Proof.
move=> Fd dL NP le Ek t tau tt LC q1.
exact: (@the_bias_is_a_geometric_tail _ _ _ _ F theta s0 ell Fd dL N NP q C E le Ek t tau tt LC q1).
Qed.

Theorem truncation_of_any_cell_what_is_kept_cannot_explode_by_a_matrix :
  differentiable_cell -> differentiable_losses -> lecture_norm N -> bounded -> bounded_now ->
  forall t tau, (tau.+1 <= t)%N -> N (DLs t) <= C ->
  N (held t (t - tau.+1)%N) <= C * E * \sum_(0 <= i < tau.+1) q ^+ i.
Proof.
move=> Fd dL NP le Ek t tau tt LC.
exact: (@what_is_kept_cannot_explode _ _ _ _ F theta s0 ell Fd dL N NP q C E le Ek t tau tt LC).
Qed.

Theorem truncation_of_any_cell_what_is_kept_can_vanish_all_the_same_by_a_matrix :
  differentiable_cell -> differentiable_losses -> lecture_norm N -> bounded -> bounded_now ->
  forall i t tau, (i <= tau)%N -> (tau.+1 <= t)%N -> N (DLs t) <= C ->
  N (DLs t *m Ds t (t - i)%N *m Dback t i) <= C * E * q ^+ i.
Proof.
move=> Fd dL NP le Ek i t tau it tt LC.
exact: (@what_is_kept_can_vanish_all_the_same _ _ _ _ F theta s0 ell Fd N NP q C E le Ek i t tau it tt LC).
Qed.

End Matrix.

(* A column as parameter                                                      *)

Section Column.
Variables (R : realType) (n p : nat).
Variable F : 'cV[R]_p.+1 -> nat -> 'cV[R]_n.+1 -> 'cV[R]_n.+1.
Variables (theta : 'cV[R]_p.+1) (s0 : 'cV[R]_n.+1).
Variable ell : nat -> 'cV[R]_n.+1 -> 'cV[R]_1.
Let differentiable_cell := forall k s,
  jointly_differentiable (F ^~ k) theta s.
Let differentiable_losses := forall t v, differentiable (ell t) v.

Local Notation s := (state (F theta) s0).
Local Notation Ds t k := (jac (flow (F theta) k t) (s k)).
Local Notation DLs t := (jac (ell t) (s t)).
Local Notation Dplus k := (jac (fun v => F v k (s (k - 1)%N)) theta).

Theorem bptt_of_any_cell_the_state_by_a_column : differentiable_cell -> forall t,
  jac (fun v => state (F v) s0 t) theta = \sum_(1 <= k < t.+1) Ds t k *m Dplus k.
Proof.
move=> Fd t.
have [_ E] := bptt_column s0 Fd (leq0n t).
exact: E.
Qed.

Theorem bptt_of_any_cell_the_state_by_a_column_with_s_h_held : differentiable_cell ->
  forall h t, (h <= t)%N -> jac (fun v => flow (F v) h t (s h)) theta =
    \sum_(h.+1 <= k < t.+1) Ds t k *m Dplus k.
Proof.
move=> Fd h t ht.
have [_ E] := bptt_column s0 Fd ht.
exact: E.
Qed.

Theorem bptt_of_any_cell_the_loss_by_a_column : differentiable_cell -> differentiable_losses ->
  forall t, jac (fun v => ell t (state (F v) s0 t)) theta =
    DLs t *m (\sum_(1 <= k < t.+1) Ds t k *m Dplus k).
Proof.
move=> Fd dL t.
have [_ E] := bptt_column_loss s0 Fd dL (leq0n t).
exact: E.
Qed.

Theorem bptt_of_any_cell_the_loss_by_a_column_with_s_h_held : differentiable_cell ->
  differentiable_losses -> forall h t, (h <= t)%N ->
  jac (fun v => ell t (flow (F v) h t (s h))) theta =
    DLs t *m (\sum_(h.+1 <= k < t.+1) Ds t k *m Dplus k).
Proof.
move=> Fd dL h t ht.
have [_ E] := bptt_column_loss s0 Fd dL ht.
exact: E.
Qed.

Theorem bptt_of_any_cell_the_total_loss_by_a_column : differentiable_cell ->
  differentiable_losses -> forall T,
  jac (fun v => \sum_(1 <= t < T.+1) ell t (state (F v) s0 t)) theta =
  \sum_(1 <= t < T.+1) DLs t *m (\sum_(1 <= k < t.+1) Ds t k *m Dplus k).
Proof.
move=> Fd dL T.
have [_ E] := bptt_column_total_loss s0 Fd dL T.
exact: E.
Qed.

End Column.
