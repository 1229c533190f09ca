(* Gradients vanish over long ranges.                                         *)
(*                                                                            *)
(* For any cell whose one-step Jacobians have norm at most q < 1, and for the *)
(* Elman network with γλ < 1, at a fixed k,                                   *)
(*   ‖∂s_t/∂s_k‖ → 0 as t → ∞,                                                *)
(*   ‖∂L_t/∂s_t ∂s_t/∂s_k ∂⁺s_k/∂vec(W)‖ <= C (γλ)^(t-k) E → 0                *)
(* where C bounds ∂L_t/∂s_t and E bounds ∂⁺s_k/∂vec(W).                       *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary differentials recurrence step_jacobian.
From symrnn Require Import product_of_jacobians induced_norms step_bound product_bound.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

(* What lies under a geometric sequence with a ratio below 1 goes to 0        *)
Lemma geometric_decay (R : realType) (u : nat -> R) (q c : R) k :
  0 <= q -> q < 1 ->
  (forall t, (k <= t)%N -> 0 <= u t <= c * q ^+ (t - k)) -> u --> (0 : R).
Proof.
move=> q0 q1 ub; rewrite -(cvg_shiftn k).
have lim : (fun n => c * q ^+ n) --> (0 : R).
  rewrite -(mulr0 c); apply: cvgMr; apply: cvg_expr.
  by rewrite ger0_norm.
have sandwich : \forall n \near \oo, cst 0 n <= u (n + k)%N <= c * q ^+ n.
  by apply: nearW => n /=; have := ub (n + k)%N (leq_addl _ _); rewrite addnK.
exact: (squeeze_cvgr sandwich (cvg_cst _) lim).
Qed.

(* Any cell                                                                   *)

Theorem gradients_vanish_any_cell (R : realType) (N : forall m n, 'M[R]_(m, n) -> R)
    n (F : nat -> 'cV[R]_n.+1 -> 'cV[R]_n.+1) s0 (q : R) k :
  lecture_norm N ->
  (forall j, (1 <= j)%N -> differentiable (F j) (state F s0 (j - 1)%N)) ->
  (forall j, (k < j)%N -> N _ _ (jac (flow F (j - 1) j) (state F s0 (j - 1)%N)) <= q) ->
  q < 1 -> (fun t => N _ _ (jac (flow F k t) (state F s0 k))) --> (0 : R).
Proof.
move=> NP Fd Dq q1; have q0 : 0 <= q := le_trans (norm_ge0 NP _) (Dq k.+1 (leqnn _)).
apply: (geometric_decay (c := 1) (k := k) q0 q1) => t kt.
rewrite norm_ge0 //= mul1r; apply: (product_bound_any_cell NP Fd kt) => j /andP[kj _].
exact: Dq.
Qed.

Section AnyCell.
Variables (R : realType) (N : forall m n, 'M[R]_(m, n) -> R).
Hypothesis NP : lecture_norm N.
Variables (n : nat) (F : nat -> 'cV[R]_n.+1 -> 'cV[R]_n.+1) (s0 : 'cV[R]_n.+1) (q : R).
Local Notation "`‖ A ‖" := (N A) (at level 0, A at level 99).
Local Notation s := (state F s0).
Local Notation Ds t k := (jac (flow F k t) (s k)).
Hypothesis F_diff : forall j, (1 <= j)%N -> differentiable (F j) (s (j - 1)%N).
Hypothesis qP : forall j, (1 <= j)%N -> `‖Ds j (j - 1)%N‖ <= q.

Lemma ratio_ge0 : 0 <= q.
Proof. exact: le_trans (norm_ge0 NP _) (qP (leqnn 1)). Qed.

(* ‖A ∂s_t/∂s_k B‖ <= C E q^(t-k)                                             *)
Lemma norm_term_le p r (A : 'M_(p, n.+1)) (B : 'M_(n.+1, r)) C E k t : (k <= t)%N ->
  `‖A‖ <= C -> `‖B‖ <= E -> `‖A *m Ds t k *m B‖ <= C * E * q ^+ (t - k).
Proof.
move=> kt AC BE; rewrite mulrAC.
apply: le_trans (norm_submultiplicative NP _ _) _; apply: ler_pmul; rewrite ?norm_ge0 //.
apply: le_trans (norm_submultiplicative NP _ _) _; apply: ler_pmul; rewrite ?norm_ge0 //.
apply: (product_bound_any_cell NP F_diff kt) => j /andP[kj _].
exact: qP (leq_ltn_trans (leq0n k) kj).
Qed.

Lemma term_vanishes p r (A : nat -> 'M_(p, n.+1)) (B : 'M_(n.+1, r)) C E k : q < 1 ->
  (forall t, (k <= t)%N -> `‖A t‖ <= C) -> `‖B‖ <= E ->
  (fun t => `‖A t *m Ds t k *m B‖) --> (0 : R).
Proof.
move=> q1 AC BE; apply: (geometric_decay (c := C * E) (k := k) ratio_ge0 q1) => t kt.
by rewrite norm_ge0 //=; apply: (norm_term_le kt) => //; exact: AC.
Qed.

End AnyCell.

Section Elman.
Variables (R : realType) (N : forall m n, 'M[R]_(m, n) -> R).
Hypothesis NP : lecture_norm N.
Variables (d m : nat) (sigma sigma' : R -> R).
Variables (W : 'M[R]_d.+1) (U : 'M[R]_(d.+1, m)) (b s0 : 'cV[R]_d.+1).
Variable x : nat -> 'cV[R]_m.
Variable ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1.
Hypothesis sigmaP : slope sigma sigma'.

Local Notation "`‖ A ‖" := (N A) (at level 0, A at level 99).
Local Notation F := (elman sigma W U b x).
Local Notation s := (state F s0).
Local Notation a j := (preactivation W U b x j (s (j - 1)%N)).
Local Notation Ds t k := (jac (flow F k t) (s k)).
Local Notation DLs t := (jac (ell t) (s t)).
Local Notation DW k := (jacvec (fun V => elman sigma V U b x k (s (k - 1)%N)) W).

Variables (gamma lambda : R).
Hypothesis gammaP : forall j, (1 <= j)%N -> largest_entry (map_mx sigma' (a j)) <= gamma.
Hypothesis lambdaP : `‖W‖ <= lambda.

Lemma elman_step_le j : (1 <= j)%N -> `‖Ds j (j - 1)%N‖ <= gamma * lambda.
Proof. by move=> j1; exact: (step_bound NP sigmaP j1 (gammaP j1) lambdaP). Qed.

Lemma elman_step_exists j : (1 <= j)%N -> differentiable (F j) (s (j - 1)%N).
Proof. by move=> _; exact: differentiable_elman. Qed.

Theorem gradients_vanish_the_derivative_over_many_steps k :
  gamma * lambda < 1 -> (fun t => `‖Ds t k‖) --> (0 : R).
Proof.
move=> q1; apply: (gradients_vanish_any_cell NP elman_step_exists _ q1) => j kj.
exact: elman_step_le (leq_ltn_trans (leq0n k) kj).
Qed.

Theorem gradients_vanish_a_bound_for_a_term_of_the_gradient C E k t : (k <= t)%N ->
  `‖DLs t‖ <= C -> `‖DW k‖ <= E ->
  `‖DLs t *m Ds t k *m DW k‖ <= C * E * (gamma * lambda) ^+ (t - k).
Proof. exact: (norm_term_le NP elman_step_exists elman_step_le). Qed.

Theorem gradients_vanish_a_term_of_the_gradient C E k : gamma * lambda < 1 ->
  (forall t, (k <= t)%N -> `‖DLs t‖ <= C) -> `‖DW k‖ <= E ->
  (fun t => `‖DLs t *m Ds t k *m DW k‖) --> (0 : R).
Proof. exact: (term_vanishes NP elman_step_exists elman_step_le). Qed.

Theorem gradients_vanish C E k : gamma * lambda < 1 ->
  (forall t, (k <= t)%N -> `‖DLs t‖ <= C) -> `‖DW k‖ <= E ->
  (fun t => `‖Ds t k‖) --> (0 : R) /\
  (fun t => `‖DLs t *m Ds t k *m DW k‖) --> (0 : R).
Proof.
move=> q1 LC WE; split; first exact: gradients_vanish_the_derivative_over_many_steps.
exact: (gradients_vanish_a_term_of_the_gradient q1 LC WE).
Qed.

End Elman.
