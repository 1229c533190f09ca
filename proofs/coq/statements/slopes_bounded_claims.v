(* The claims of proofs/slopes_bounded.py, as symrnn prints them.             *)
(*                                                                            *)
(* The logistic function and tanh, with their derivatives.                    *)

From Coq Require Import Reals Lra.
From Coquelicot Require Import Coquelicot.
From symrnn Require Import slopes_bounded.

Local Open Scope R_scope.

Lemma logistic_exists x : ex_derive (fun x => 1 / (1 + exp (- x))) x.
Proof. auto_derive; pose proof (exp_pos (- x)); lra. Qed.

Lemma Derive_written x : Derive (fun x => 1 / (1 + exp (- x))) x = Derive logistic x.
Proof. apply Derive_ext; intros y; unfold logistic, Rdiv; ring. Qed.

Lemma tanh_exists x : ex_derive (fun x => tanh x) x.
Proof. exists (1 - tanh x ^ 2); apply is_derive_tanh. Qed.

Theorem slopes_bounded_logistic_claim :
  forall x : R,
  ex_derive (fun x => 1 / (1 + exp (- x))) x /\
  Derive (fun x => 1 / (1 + exp (- x))) x <= 1 / 4.
Proof.
intros x; split; [apply logistic_exists|rewrite Derive_written; apply slopes_bounded_logistic].
Qed.

Theorem slopes_bounded_logistic_distance_from_1_2_claim :
  forall x : R,
  ex_derive (fun x => 1 / (1 + exp (- x))) x /\
  1 / 4 - Derive (fun x => 1 / (1 + exp (- x))) x = tanh (x / 2) ^ 2 / 4.
Proof.
intros x; split; [apply logistic_exists|rewrite Derive_written].
rewrite slopes_bounded_logistic_distance_from_1_2; field.
Qed.

Theorem slopes_bounded_logistic_away_from_0_claim :
  forall x : R,
  ex_derive (fun x => 1 / (1 + exp (- x))) x /\
  Derive (fun x => 1 / (1 + exp (- x))) x <= 1 / (x ^ 2 + 4).
Proof.
intros x; split; [apply logistic_exists|rewrite Derive_written, Rplus_comm].
apply slopes_bounded_logistic_away_from_0.
Qed.

Theorem slopes_bounded_logistic_slope_at_0_claim :
  forall x : R,
  x = 0 ->
  ex_derive (fun x => 1 / (1 + exp (- x))) x /\
  Derive (fun x => 1 / (1 + exp (- x))) x = 1 / 4.
Proof.
intros x ->; split; [apply logistic_exists|rewrite Derive_written].
apply slopes_bounded_logistic_slope_at_0.
Qed.

Theorem slopes_bounded_logistic_value_at_0_claim :
  forall x : R,
  x = 0 ->
  1 / (1 + exp (- x)) = 1 / 2.
Proof.
intros x ->; rewrite <- slopes_bounded_logistic_value_at_0; unfold logistic, Rdiv; ring.
Qed.

Theorem slopes_bounded_tanh_claim :
  forall x : R,
  ex_derive (fun x => tanh x) x /\
  Derive (fun x => tanh x) x <= 1.
Proof.
intros x; split; [apply tanh_exists|apply (slopes_bounded_tanh x)].
Qed.

Theorem slopes_bounded_tanh_away_from_0_claim :
  forall x : R,
  ex_derive (fun x => tanh x) x /\
  Derive (fun x => tanh x) x <= 1 / (x ^ 2 + 1).
Proof.
intros x; split; [apply tanh_exists|rewrite Rplus_comm].
apply slopes_bounded_tanh_away_from_0.
Qed.

Theorem slopes_bounded_tanh_slope_at_0_claim :
  forall x : R,
  x = 0 ->
  ex_derive (fun x => tanh x) x /\
  Derive (fun x => tanh x) x = 1.
Proof.
intros x ->; split; [apply tanh_exists|apply slopes_bounded_tanh_slope_at_0].
Qed.
