(* Proofs of the claims of proofs/slopes_bounded.py, as symrnn prints them.   *)
(*                                                                            *)
(* The logistic function and tanh, with their derivatives.                    *)

From Coq Require Import Reals Lra.
From Coquelicot Require Import Coquelicot.
From symrnn Require Import slopes_bounded.
From claims Require Import slopes_bounded.

Local Open Scope R_scope.

Lemma logistic_exists x : ex_derive (fun x => 1 / (1 + exp (- x))) x.
Proof. auto_derive; pose proof (exp_pos (- x)); lra. Qed.

Lemma Derive_written x : Derive (fun x => 1 / (1 + exp (- x))) x = Derive logistic x.
Proof. apply Derive_ext; intros y; unfold logistic, Rdiv; ring. Qed.

Lemma tanh_exists x : ex_derive (fun x => tanh x) x.
Proof. exists (1 - tanh x ^ 2); apply is_derive_tanh. Qed.

Theorem slopes_bounded_logistic_claim : slopes_bounded_logistic_printed.
Proof.
intros x; split; [apply logistic_exists|rewrite Derive_written; apply slopes_bounded_logistic].
Qed.

Theorem slopes_bounded_logistic_distance_from_1_2_claim :
  slopes_bounded_logistic_distance_from_1_2_printed.
Proof.
intros x; split; [apply logistic_exists|rewrite Derive_written].
rewrite slopes_bounded_logistic_distance_from_1_2; field.
Qed.

Theorem slopes_bounded_logistic_away_from_0_claim : slopes_bounded_logistic_away_from_0_printed.
Proof.
intros x; split; [apply logistic_exists|rewrite Derive_written, Rplus_comm].
apply slopes_bounded_logistic_away_from_0.
Qed.

Theorem slopes_bounded_logistic_slope_at_0_claim : slopes_bounded_logistic_slope_at_0_printed.
Proof.
intros x ->; split; [apply logistic_exists|rewrite Derive_written].
apply slopes_bounded_logistic_slope_at_0.
Qed.

Theorem slopes_bounded_logistic_value_at_0_claim : slopes_bounded_logistic_value_at_0_printed.
Proof.
intros x ->; rewrite <- slopes_bounded_logistic_value_at_0; unfold logistic, Rdiv; ring.
Qed.

Theorem slopes_bounded_tanh_claim : slopes_bounded_tanh_printed.
Proof.
intros x; split; [apply tanh_exists|apply (slopes_bounded_tanh x)].
Qed.

Theorem slopes_bounded_tanh_away_from_0_claim : slopes_bounded_tanh_away_from_0_printed.
Proof.
intros x; split; [apply tanh_exists|rewrite Rplus_comm].
apply slopes_bounded_tanh_away_from_0.
Qed.

Theorem slopes_bounded_tanh_slope_at_0_claim : slopes_bounded_tanh_slope_at_0_printed.
Proof.
intros x ->; split; [apply tanh_exists|apply slopes_bounded_tanh_slope_at_0].
Qed.
