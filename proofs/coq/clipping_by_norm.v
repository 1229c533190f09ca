(* Clipping a gradient by its Euclidean norm: g becomes κ/max(κ, |g|) g.       *)
(*                                                                            *)
(* For κ > 0 and gradients of any size; a theorem for each part of the        *)
(* statement clipping_by_norm, and clipping_by_norm itself, which joins the   *)
(* main ones: never longer than κ, the same direction, unchanged inside the   *)
(* ball, clipping twice is clipping once, nonexpansive.                       *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp Require Import ring.
From mathcomp.analysis Require Import reals.
From symrnn Require Import vocabulary euclidean_norm.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

Section Clipping.
Variables (R : realType) (kappa : R).
Hypothesis kappa_gt0 : 0 < kappa.
Implicit Types (n : nat) (p q : R).

(* min(1, κ/p), written so that it has a value at p = 0 as well *)
Definition clip_factor p : R := kappa / Order.max kappa p.

Definition clip n (g : 'cV[R]_n) : 'cV_n := clip_factor (euclidean g) *: g.

Let max_gt0 p : 0 < Order.max kappa p.
Proof. by rewrite lt_maxr kappa_gt0. Qed.

Let max_neq0 p : Order.max kappa p != 0.
Proof. by rewrite gt_eqF. Qed.

Lemma clip_factor_gt0 p : 0 < clip_factor p.
Proof. by rewrite divr_gt0. Qed.

Theorem clipping_by_norm_it_never_lengthens p : clip_factor p <= 1.
Proof. by rewrite ler_pdivr_mulr // mul1r le_maxr lexx. Qed.

Theorem clipping_by_norm_the_factor p : 0 < p -> Order.min 1 (kappa / p) = clip_factor p.
Proof.
rewrite /clip_factor => p0; case: (leP kappa p) => kp.
  by rewrite min_r // ler_pdivr_mulr // mul1r.
by rewrite min_l ?divff ?gt_eqF // ler_pdivl_mulr // mul1r ltW.
Qed.

(* κ/max(κ, p) p = min(κ, p) *)
Lemma clip_factorM p : clip_factor p * p = Order.min kappa p.
Proof.
rewrite /clip_factor; case: (leP kappa p) => kp; last by rewrite divff ?mul1r ?gt_eqF.
by rewrite divfK // gt_eqF // (lt_le_trans kappa_gt0).
Qed.

Theorem clipping_by_norm_its_length n (g : 'cV[R]_n) :
  euclidean (clip g) = Order.min kappa (euclidean g).
Proof. by rewrite euclideanZ ger0_norm ?clip_factorM // ltW // clip_factor_gt0. Qed.

Theorem clipping_by_norm_never_longer_than_kappa n (g : 'cV[R]_n) :
  euclidean (clip g) <= kappa.
Proof. by rewrite clipping_by_norm_its_length le_minl lexx. Qed.

Theorem clipping_by_norm_exactly_kappa_where_it_clips n (g : 'cV[R]_n) :
  kappa <= euclidean g -> euclidean (clip g) = kappa.
Proof. by rewrite clipping_by_norm_its_length => kg; rewrite min_l. Qed.

(* |g| c(g) = |c(g)| g, and the factor is positive *)
Theorem clipping_by_norm_the_same_direction n (g : 'cV[R]_n) :
  euclidean g *: clip g = euclidean (clip g) *: g.
Proof. by rewrite scalerA mulrC clip_factorM clipping_by_norm_its_length. Qed.

Theorem clipping_by_norm_unchanged_inside_the_ball n (g : 'cV[R]_n) :
  euclidean g <= kappa -> clip g = g.
Proof. by move=> gk; rewrite /clip /clip_factor max_l // divff ?scale1r // gt_eqF. Qed.

Theorem clipping_by_norm_clipping_twice_is_clipping_once n (g : 'cV[R]_n) :
  clip (clip g) = clip g.
Proof.
apply: clipping_by_norm_unchanged_inside_the_ball.
exact: clipping_by_norm_never_longer_than_kappa.
Qed.

(* |min(κ, p) - min(κ, q)| <= |p - q| *)
Lemma min_lipschitz p q : `|Order.min kappa p - Order.min kappa q| <= `|p - q|.
Proof.
wlog pq : p q / p <= q => [main|].
  by case: (leP p q) => [|/ltW] pq; [|rewrite distrC [X in _ <= X]distrC]; apply: main.
have mm : Order.min kappa p <= Order.min kappa q.
  by rewrite le_minr !le_minl lexx pq orbT.
rewrite distrC [X in _ <= X]distrC !ger0_norm ?subr_ge0 //.
case: (leP kappa q) => kq; last by rewrite (min_r (ltW (le_lt_trans pq kq))).
case: (leP kappa p) => kp; first by rewrite subrr subr_ge0.
by rewrite ler_sub.
Qed.

(* |a g - b h|² = (a p - b q)² + 2ab (pq - gᵀh): both parts shrink             *)
Theorem clipping_by_norm_no_two_gradients_get_further_apart_squared n (g h : 'cV[R]_n) :
  euclidean (clip g - clip h) ^+ 2 <= euclidean (g - h) ^+ 2.
Proof.
rewrite !euclidean_sqrB !clipping_by_norm_its_length innerZl innerZr -!clip_factorM.
have := cauchy_schwarz g h; have := min_lipschitz (euclidean g) (euclidean h).
rewrite -!clip_factorM -ler_sqr ?nnegrE ?normr_ge0 // !real_normK ?num_real //.
have := clipping_by_norm_it_never_lengthens (euclidean h).
have := clipping_by_norm_it_never_lengthens (euclidean g).
have := clip_factor_gt0 (euclidean h); have := clip_factor_gt0 (euclidean g).
set a := clip_factor _; set b := clip_factor _; set p := euclidean g; set q := euclidean h.
set i := inner g h => a0 b0 a1 b1 lengths angle.
have -> : (a * p) ^+ 2 - 2%:R * (a * (b * i)) + (b * q) ^+ 2 =
    (a * p - b * q) ^+ 2 + (a * b) * (2%:R * (p * q - i)) by ring.
have -> : p ^+ 2 - 2%:R * i + q ^+ 2 = (p - q) ^+ 2 + 2%:R * (p * q - i) by ring.
rewrite ler_add // ler_pimull ?mulr_ge0 ?subr_ge0 ?ler0n //.
by rewrite mulr_ile1 // ltW.
Qed.

Theorem clipping_by_norm_no_two_gradients_get_further_apart n (g h : 'cV[R]_n) :
  euclidean (clip g - clip h) <= euclidean (g - h).
Proof.
rewrite -ler_sqr ?nnegrE ?euclidean_ge0 //.
exact: clipping_by_norm_no_two_gradients_get_further_apart_squared.
Qed.

(* The statement *)
Theorem clipping_by_norm n (g h : 'cV[R]_n) :
  [/\ euclidean (clip g) <= kappa,
      euclidean g *: clip g = euclidean (clip g) *: g,
      (euclidean g <= kappa -> clip g = g),
      clip (clip g) = clip g &
      euclidean (clip g - clip h) <= euclidean (g - h)].
Proof.
split.
- exact: clipping_by_norm_never_longer_than_kappa.
- exact: clipping_by_norm_the_same_direction.
- exact: clipping_by_norm_unchanged_inside_the_ball.
- exact: clipping_by_norm_clipping_twice_is_clipping_once.
- exact: clipping_by_norm_no_two_gradients_get_further_apart.
Qed.

End Clipping.

Arguments clip {R} kappa {n} g.
