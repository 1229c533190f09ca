(* The bounds for networks with tanh and with the logistic function.          *)
(*                                                                            *)
(* For a norm of the lecture and ‖W‖ <= λ,                                    *)
(*   tanh       γ = 1:    ‖∂s_t/∂s_k‖ <= λ^(t-k),     vanishing for λ < 1     *)
(*   logistic   γ = 1/4:  ‖∂s_t/∂s_k‖ <= (λ/4)^(t-k), vanishing for λ < 4     *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From symrnn Require Import vocabulary activations slopes_bounded_any_field.
From symrnn Require Import product_bound gradients_vanish.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Networks.
Variables (R : realType) (N : forall m n, 'M[R]_(m, n) -> R).
Hypothesis NP : lecture_norm N.
Variables (d m : nat) (W : 'M[R]_d.+1) (U : 'M[R]_(d.+1, m)) (b s0 : 'cV[R]_d.+1).
Variables (x : nat -> 'cV[R]_m) (lambda : R).
Hypothesis lambdaP : N W <= lambda.

Local Notation Ds sigma t k :=
  (jac (flow (elman sigma W U b x) k t) (state (elman sigma W U b x) s0 k)).

Theorem product_bound_tanh k t : (k <= t)%N -> N (Ds (@tanh R) t k) <= lambda ^+ (t - k).
Proof.
move=> kt; rewrite -[lambda]mul1r.
apply: (product_bound NP (@slope_tanh R) kt) => // j _.
exact: (largest_slope_le (@tanh_slope_le R)).
Qed.

Theorem product_bound_logistic k t : (k <= t)%N ->
  N (Ds (@logistic R) t k) <= (lambda / 4%:R) ^+ (t - k).
Proof.
move=> kt; rewrite mulrC -[_^-1]div1r.
apply: (product_bound NP (@slope_logistic R) kt) => // j _.
exact: (largest_slope_le (@logistic_slope_le R)).
Qed.

Theorem gradients_vanish_tanh k : lambda < 1 ->
  (fun t => N (Ds (@tanh R) t k)) --> (0 : R).
Proof.
move=> l1; apply: (gradients_vanish_the_derivative_over_many_steps NP (@slope_tanh R)
  (gamma := 1) _ lambdaP); last by rewrite mul1r.
by move=> j _; exact: (largest_slope_le (@tanh_slope_le R)).
Qed.

Theorem gradients_vanish_logistic k : lambda < 4%:R ->
  (fun t => N (Ds (@logistic R) t k)) --> (0 : R).
Proof.
move=> l4; apply: (gradients_vanish_the_derivative_over_many_steps NP (@slope_logistic R)
  (gamma := 1 / 4%:R) _ lambdaP); last by rewrite mulrC mul1r ltr_pdivr_mulr ?ltr0n // mul1r.
by move=> j _; exact: (largest_slope_le (@logistic_slope_le R)).
Qed.

End Networks.
