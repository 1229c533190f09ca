(* How steep the logistic function and tanh are.                              *)
(*                                                                            *)
(* The theorems of the statement slopes_bounded, over the real numbers of the *)
(* standard library.                                                          *)
(*                                                                            *)
(*   slopes_bounded      σ' = σ(1 - σ) = 1/4 - (σ - 1/2)² ≤ 1/4, with equality *)
(*                       exactly at 0, where σ = 1/2; tanh' = 1 - tanh² ≤ 1,  *)
(*                       with equality exactly at 0. Its parts say how fast   *)
(*                       the slopes fall off: 1/(4 + x²) and 1/(1 + x²)       *)
(*   slope_sup_*         γ = sup|σ'| of logistic, tanh, arctan, sin, softplus *)
(*                       (not attained) and softsign; x² has none             *)
(*   is_derive_relu_*    the kinks of ReLU and leaky ReLU                     *)
(*   bounded_but_steep   counterexample: sin x² is bounded, its slope is not  *)

From Coq Require Import Reals Lra Psatz.
From Coquelicot Require Import Coquelicot.

Open Scope R_scope.

(* Definitions and the hyperbolic functions *)

Definition logistic (x : R) : R := / (1 + exp (- x)).
Definition softplus (x : R) : R := ln (1 + exp x).
Definition softsign (x : R) : R := x / (1 + Rabs x).
Definition relu (x : R) : R := Rmax 0 x.
Definition leaky_relu (alpha x : R) : R := Rmax x (alpha * x).

(* γ is the supremum of |f′| over all real numbers, and f has a derivative everywhere. *)
Definition slope_sup (f : R -> R) (gamma : R) : Prop :=
  (forall x, ex_derive f x) /\ is_lub (fun y => exists x, y = Rabs (Derive f x)) gamma.

(* A bound that is attained is the supremum. *)
Lemma slope_sup_attained f f' gamma x0 :
  (forall x, is_derive f x (f' x)) -> (forall x, Rabs (f' x) <= gamma) ->
  Rabs (f' x0) = gamma -> slope_sup f gamma.
Proof.
intros df le_gamma at_x0; split; [intros x; now exists (f' x)|split].
  intros y [x ->]; rewrite (is_derive_unique _ _ _ (df x)); apply le_gamma.
intros b ub; rewrite <- at_x0, <- (is_derive_unique _ _ _ (df x0)).
apply ub; now exists x0.
Qed.

Lemma expN_mul_exp x : exp (- x) * exp x = 1.
Proof. rewrite <- exp_plus; replace (- x + x) with 0 by ring; apply exp_0. Qed.

(* cosh² = 1 + sinh². *)
Lemma cosh_sqr x : cosh x ^ 2 = 1 + sinh x ^ 2.
Proof. unfold cosh, sinh; pose proof (expN_mul_exp x); nra. Qed.

Lemma cosh_ge1 x : 1 <= cosh x.
Proof.
unfold cosh; pose proof (expN_mul_exp x) as inv.
pose proof (exp_pos x); pose proof (exp_pos (- x)).
assert (2 <= exp x + exp (- x)); [|lra].
pose proof (pow2_ge_0 (exp x - exp (- x))); nra.
Qed.

Lemma is_derive_sinh x : is_derive sinh x (cosh x).
Proof. apply is_derive_Reals, derivable_pt_lim_sinh. Qed.

Lemma is_derive_cosh x : is_derive cosh x (sinh x).
Proof. apply is_derive_Reals, derivable_pt_lim_cosh. Qed.

(* sinh outgrows its argument, because its slope cosh is at least 1. *)
Lemma sinh_exceeds x : 0 <= x -> x <= sinh x.
Proof.
intros x0; destruct (Req_dec x 0) as [->|xn0]; [rewrite sinh_0; lra|].
destruct (MVT_cor2 sinh cosh 0 x) as [c [eq_c _]]; [lra| |].
  intros; apply derivable_pt_lim_sinh.
rewrite sinh_0 in eq_c; pose proof (cosh_ge1 c); nra.
Qed.

Lemma sinhN x : sinh (- x) = - sinh x.
Proof. unfold sinh; rewrite Ropp_involutive; field. Qed.

Lemma sqr_le_sinh x : x ^ 2 <= sinh x ^ 2.
Proof.
destruct (Rle_lt_dec 0 x) as [x0|x0].
  pose proof (sinh_exceeds x x0); nra.
pose proof (sinh_exceeds (- x)) as h; rewrite sinhN in h; nra.
Qed.

(* The logistic function *)

Lemma logistic_gt0 x : 0 < logistic x.
Proof. apply Rinv_0_lt_compat; pose proof (exp_pos (- x)); lra. Qed.

Lemma logistic_lt1 x : logistic x < 1.
Proof.
pose proof (exp_pos (- x)); pose proof (logistic_gt0 x).
assert (logistic x * (1 + exp (- x)) = 1) by (unfold logistic; field; lra); nra.
Qed.

(* σ′ = σ(1 - σ). *)
Lemma is_derive_logistic x : is_derive logistic x (logistic x * (1 - logistic x)).
Proof.
unfold logistic; pose proof (exp_pos (- x)).
auto_derive; [lra|field; lra].
Qed.

Lemma Derive_logistic x : Derive logistic x = logistic x * (1 - logistic x).
Proof. apply is_derive_unique, is_derive_logistic. Qed.

(* 1 - 2σ(-x) is tanh(x/2): σ(x) - 1/2 = tanh(x/2)/2. *)
Lemma logistic_tanh x : logistic x - 1 / 2 = tanh (x / 2) / 2.
Proof.
unfold logistic, tanh, sinh, cosh.
replace (- x) with (- (x / 2) + - (x / 2)) by field.
rewrite exp_plus, exp_Ropp; pose proof (exp_pos (x / 2)) as p0.
field; nra.
Qed.

Theorem slopes_bounded_logistic_value_at_0 : logistic 0 = 1 / 2.
Proof. unfold logistic; rewrite Ropp_0, exp_0; field. Qed.

Theorem slopes_bounded_logistic_slope_at_0 : Derive logistic 0 = 1 / 4.
Proof. rewrite Derive_logistic, slopes_bounded_logistic_value_at_0; field. Qed.

Theorem slopes_bounded_logistic x :
  Derive logistic x = 1 / 4 - (logistic x - 1 / 2) ^ 2 /\ Derive logistic x <= 1 / 4.
Proof.
rewrite Derive_logistic; pose proof (pow2_ge_0 (logistic x - 1 / 2)).
split; [field|lra].
Qed.

Theorem slopes_bounded_logistic_distance_from_1_2 x :
  1 / 4 - Derive logistic x = (tanh (x / 2) / 2) ^ 2.
Proof. rewrite Derive_logistic, <- logistic_tanh; field. Qed.

Theorem slopes_bounded_logistic_away_from_0 x : Derive logistic x <= 1 / (4 + x ^ 2).
Proof.
rewrite Derive_logistic.
replace (logistic x * (1 - logistic x)) with (1 / (4 + 4 * sinh (x / 2) ^ 2)).
  pose proof (sqr_le_sinh (x / 2)).
  apply Rmult_le_compat_l; [lra|apply Rinv_le_contravar; nra].
pose proof (cosh_ge1 (x / 2)); pose proof (cosh_sqr (x / 2)) as sqr.
replace (logistic x) with (1 / 2 + tanh (x / 2) / 2) by (rewrite <- logistic_tanh; ring).
replace (4 + 4 * sinh (x / 2) ^ 2) with (4 * cosh (x / 2) ^ 2) by (rewrite sqr; ring).
replace 1 with (cosh (x / 2) ^ 2 - sinh (x / 2) ^ 2) at 1 by (rewrite sqr; ring).
unfold tanh; field; lra.
Qed.

(* The bound 1/4 is attained at 0 and nowhere else. *)
Theorem slopes_bounded_logistic_only_at_0 x : Derive logistic x = 1 / 4 <-> x = 0.
Proof.
split; [intros eq|intros ->; apply slopes_bounded_logistic_slope_at_0].
pose proof (slopes_bounded_logistic_away_from_0 x) as le; rewrite eq in le.
destruct (Req_dec x 0) as [|xn0]; [assumption|exfalso].
assert (0 < x ^ 2) by nra.
assert (1 / (4 + x ^ 2) < 1 / 4); [|lra].
apply Rmult_lt_compat_l; [lra|apply Rinv_lt_contravar; nra].
Qed.

Lemma logistic_slope_bound x : Rabs (logistic x * (1 - logistic x)) <= 1 / 4.
Proof.
pose proof (logistic_gt0 x); pose proof (logistic_lt1 x).
pose proof (pow2_ge_0 (logistic x - 1 / 2)); rewrite Rabs_pos_eq; nra.
Qed.

Theorem slope_sup_logistic : slope_sup logistic (1 / 4).
Proof.
apply (slope_sup_attained _ _ _ 0 is_derive_logistic).
  apply logistic_slope_bound.
rewrite slopes_bounded_logistic_value_at_0, Rabs_pos_eq; lra.
Qed.

(* tanh *)

(* tanh′ = 1 - tanh². *)
Lemma is_derive_tanh x : is_derive tanh x (1 - tanh x ^ 2).
Proof.
pose proof (cosh_ge1 x).
replace (1 - tanh x ^ 2) with ((cosh x * cosh x - sinh x * sinh x) / cosh x ^ 2).
  apply (is_derive_div sinh cosh x (cosh x) (sinh x));
    [apply is_derive_sinh|apply is_derive_cosh|lra].
unfold tanh; field; lra.
Qed.

Lemma Derive_tanh x : Derive tanh x = 1 - tanh x ^ 2.
Proof. apply is_derive_unique, is_derive_tanh. Qed.

Theorem slopes_bounded_tanh x : Derive tanh x = 1 - tanh x ^ 2 /\ Derive tanh x <= 1.
Proof. rewrite Derive_tanh; split; [reflexivity|nra]. Qed.

Lemma tanh_slope_sinh x : 1 - tanh x ^ 2 = 1 / (1 + sinh x ^ 2).
Proof.
pose proof (cosh_ge1 x); rewrite <- cosh_sqr; unfold tanh.
replace 1 with (cosh x ^ 2 - sinh x ^ 2) at 2 by (rewrite cosh_sqr; ring).
field; lra.
Qed.

Theorem slopes_bounded_tanh_away_from_0 x : Derive tanh x <= 1 / (1 + x ^ 2).
Proof.
rewrite Derive_tanh, tanh_slope_sinh; pose proof (sqr_le_sinh x).
apply Rmult_le_compat_l; [lra|apply Rinv_le_contravar; nra].
Qed.

Theorem slopes_bounded_tanh_slope_at_0 : Derive tanh 0 = 1.
Proof. rewrite Derive_tanh; unfold tanh; rewrite sinh_0; field; rewrite cosh_0; lra. Qed.

(* The bound 1 is attained at 0 and nowhere else. *)
Theorem slopes_bounded_tanh_only_at_0 x : Derive tanh x = 1 <-> x = 0.
Proof.
split; [intros eq|intros ->; apply slopes_bounded_tanh_slope_at_0].
pose proof (slopes_bounded_tanh_away_from_0 x) as le; rewrite eq in le.
destruct (Req_dec x 0) as [|xn0]; [assumption|exfalso].
assert (0 < x ^ 2) by nra.
assert (1 / (1 + x ^ 2) < 1); [|lra].
apply Rlt_div_l; nra.
Qed.

Lemma tanh_slope_bound x : Rabs (1 - tanh x ^ 2) <= 1.
Proof.
rewrite tanh_slope_sinh, Rabs_pos_eq; [apply Rle_div_l; nra|apply Rdiv_le_0_compat; nra].
Qed.

Theorem slope_sup_tanh : slope_sup tanh 1.
Proof.
apply (slope_sup_attained _ _ _ 0 is_derive_tanh).
  apply tanh_slope_bound.
rewrite <- Derive_tanh, slopes_bounded_tanh_slope_at_0; apply Rabs_R1.
Qed.

(* The same for the standard library's derivative, which the bridge starts from *)

Lemma derivable_pt_lim_logistic x :
  derivable_pt_lim logistic x (logistic x * (1 - logistic x)).
Proof. apply is_derive_Reals, is_derive_logistic. Qed.

Lemma derivable_pt_lim_tanh_sqr x : derivable_pt_lim tanh x (1 - tanh x ^ 2).
Proof. apply is_derive_Reals, is_derive_tanh. Qed.

(* The statement *)

(* The slope of the logistic function is at most 1/4, that of tanh at most 1; both bounds are
    attained at 0 and nowhere else; at 0 the logistic function is 1/2. *)
Theorem slopes_bounded :
  (forall x, Derive logistic x = logistic x * (1 - logistic x) /\ Derive logistic x <= 1 / 4) /\
  (forall x, Derive logistic x = 1 / 4 <-> x = 0) /\ logistic 0 = 1 / 2 /\
  (forall x, Derive tanh x = 1 - tanh x ^ 2 /\ Derive tanh x <= 1) /\
  (forall x, Derive tanh x = 1 <-> x = 0).
Proof.
split; [intros x; split; [apply Derive_logistic|apply slopes_bounded_logistic]|].
split; [apply slopes_bounded_logistic_only_at_0|].
split; [apply slopes_bounded_logistic_value_at_0|].
split; [apply slopes_bounded_tanh|apply slopes_bounded_tanh_only_at_0].
Qed.

(* Further activations *)

Theorem slope_sup_atan : slope_sup atan 1.
Proof.
apply (slope_sup_attained _ (fun x => / (1 + x ^ 2)) _ 0).
- intros x; apply is_derive_Reals, derivable_pt_lim_atan.
- intros x; rewrite Rabs_pos_eq; [rewrite <- Rinv_1; apply Rinv_le_contravar; nra|].
  apply Rlt_le, Rinv_0_lt_compat; nra.
- rewrite Rabs_pos_eq; [field|]; lra.
Qed.

Theorem slope_sup_sin : slope_sup sin 1.
Proof.
apply (slope_sup_attained _ cos _ 0 is_derive_sin).
  intros x; apply Rabs_le, COS_bound.
rewrite cos_0; apply Rabs_R1.
Qed.

(* softplus′ = σ. The supremum 1 is not attained. *)
Lemma is_derive_softplus x : is_derive softplus x (logistic x).
Proof.
unfold softplus, logistic; pose proof (exp_pos x); pose proof (exp_pos (- x)).
pose proof (expN_mul_exp x) as inv.
auto_derive; [lra|].
apply (Rmult_eq_reg_r ((1 + exp x) * (1 + exp (- x)))); [|nra].
field_simplify; [|lra|lra]; lra.
Qed.

Theorem slope_sup_softplus : slope_sup softplus 1.
Proof.
assert (abs : forall x, Rabs (Derive softplus x) = logistic x).
  intros x; rewrite (is_derive_unique _ _ _ (is_derive_softplus x)).
  apply Rabs_pos_eq, Rlt_le, logistic_gt0.
split; [intros x; exists (logistic x); apply is_derive_softplus|split].
  intros y [x ->]; rewrite abs; apply Rlt_le, logistic_lt1.
intros c ub; apply Rnot_lt_le; intros c1.
assert (c0 : 0 < c).
  apply Rlt_le_trans with (logistic 0); [apply logistic_gt0|].
  rewrite <- abs; apply ub; now exists 0.
assert (at_c : / (2 - c) <= c).
  replace (/ (2 - c)) with (logistic (- ln (1 - c))).
    rewrite <- abs; apply ub; now exists (- ln (1 - c)).
  unfold logistic; rewrite Ropp_involutive, exp_ln; [f_equal; ring|lra].
apply (Rmult_le_compat_r (2 - c)) in at_c; [|lra].
rewrite Rinv_l in at_c; nra.
Qed.

(* The slope 2x of x² has no bound. *)
Theorem slope_sup_sqr gamma : ~ slope_sup (fun x => x ^ 2) gamma.
Proof.
intros [_ [ub _]].
assert (le : Rabs (2 * (Rabs gamma + 1)) <= gamma).
  apply ub; exists (Rabs gamma + 1).
  f_equal; symmetry; apply is_derive_unique; auto_derive; [exact I|ring].
pose proof (Rle_abs gamma); pose proof (Rabs_pos gamma).
rewrite Rabs_pos_eq in le; lra.
Qed.

(* A derivative is local: on either side of a kink it is that of the branch. *)
Lemma is_derive_right (f g : R -> R) x l :
  0 < x -> (forall y, 0 < y -> f y = g y) -> is_derive g x l -> is_derive f x l.
Proof.
intros x0 eq_fg; apply is_derive_ext_loc; exists (mkposreal x x0); intros y xy; symmetry.
apply eq_fg; change (Rabs (y - x) < x) in xy; apply Rabs_def2 in xy; lra.
Qed.

Lemma is_derive_left (f g : R -> R) x l :
  x < 0 -> (forall y, y < 0 -> f y = g y) -> is_derive g x l -> is_derive f x l.
Proof.
intros x0 eq_fg; apply is_derive_ext_loc.
exists (mkposreal (- x) ltac:(lra)); intros y xy; symmetry.
apply eq_fg; change (Rabs (y - x) < - x) in xy; apply Rabs_def2 in xy; lra.
Qed.

(* ReLU has slope 0 to the left of its kink and slope 1 to the right; leaky ReLU α and 1. *)
Lemma is_derive_leaky_relu_left alpha x :
  alpha <= 1 -> x < 0 -> is_derive (leaky_relu alpha) x alpha.
Proof.
intros alpha1 x0; apply (is_derive_left _ (fun y => alpha * y)); [assumption| |].
  intros y y0; apply Rmax_right; nra.
auto_derive; [exact I|ring].
Qed.

Lemma is_derive_leaky_relu_right alpha x :
  alpha <= 1 -> 0 < x -> is_derive (leaky_relu alpha) x 1.
Proof.
intros alpha1 x0; apply (is_derive_right _ (fun y => y)); [assumption| |].
  intros y y0; apply Rmax_left; nra.
auto_derive; [exact I|ring].
Qed.

Lemma is_derive_relu_left x : x < 0 -> is_derive relu x 0.
Proof.
intros x0; apply (is_derive_left _ (fun _ => 0)); [assumption| |apply @is_derive_const].
intros y y0; apply Rmax_left; lra.
Qed.

Lemma is_derive_relu_right x : 0 < x -> is_derive relu x 1.
Proof.
intros x0; apply (is_derive_right _ (fun y => y)); [assumption| |apply @is_derive_id].
intros y y0; apply Rmax_right; lra.
Qed.

(* At its kink ReLU has no derivative: the quotient is 0 from the left and 1 from the right. *)
Theorem relu_kink : ~ ex_derive relu 0.
Proof.
intros [l dl]; apply is_derive_Reals in dl.
destruct (dl (1 / 2)) as [d quotient]; [lra|]; pose proof (cond_pos d).
pose proof (quotient (d / 2)) as right; pose proof (quotient (- (d / 2))) as left.
rewrite Rplus_0_l in left, right; unfold relu in left, right.
rewrite (Rmax_left 0 0) in left, right by lra.
rewrite Rmax_left in left by lra; rewrite Rmax_right in right by lra.
rewrite Rabs_Ropp in left; rewrite (Rabs_pos_eq (d / 2)) in left, right by lra.
replace ((0 - 0) / - (d / 2) - l) with (- l) in left by (field; lra).
replace ((d / 2 - 0) / (d / 2) - l) with (1 - l) in right by (field; lra).
specialize (left ltac:(lra) ltac:(lra)); specialize (right ltac:(lra) ltac:(lra)).
apply Rabs_def2 in left; apply Rabs_def2 in right; lra.
Qed.

(* softsign has a derivative at 0 although |x| has none there: f′(x) = 1/(1 + |x|)². *)
Theorem is_derive_softsign x : is_derive softsign x (/ (1 + Rabs x) ^ 2).
Proof.
destruct (Rtotal_order x 0) as [x0|[->|x0]].
- apply (is_derive_left _ (fun y => y / (1 - y))); [assumption| |].
    intros y y0; unfold softsign; rewrite Rabs_left; [f_equal; ring|assumption].
  rewrite Rabs_left by assumption; auto_derive; [lra|field; lra].
- apply is_derive_Reals; intros eps eps0; exists (mkposreal eps eps0); intros h h0 h_eps.
  simpl in h_eps; pose proof (Rabs_pos h).
  unfold softsign; rewrite Rplus_0_l, Rabs_R0.
  replace ((h / (1 + Rabs h) - 0 / (1 + 0)) / h - / (1 + 0) ^ 2)
    with (- (Rabs h / (1 + Rabs h))) by (field; lra).
  rewrite Rabs_Ropp, Rabs_pos_eq; [|apply Rdiv_le_0_compat; lra].
  apply Rlt_div_l; nra.
- apply (is_derive_right _ (fun y => y / (1 + y))); [assumption| |].
    intros y y0; unfold softsign; rewrite Rabs_pos_eq; [reflexivity|lra].
  rewrite Rabs_pos_eq by lra; auto_derive; [lra|field; lra].
Qed.

Theorem slope_sup_softsign : slope_sup softsign 1.
Proof.
apply (slope_sup_attained _ _ _ 0 is_derive_softsign).
  intros x; pose proof (Rabs_pos x).
  rewrite Rabs_pos_eq; [rewrite <- Rinv_1; apply Rinv_le_contravar; nra|].
  apply Rlt_le, Rinv_0_lt_compat; nra.
rewrite Rabs_R0, Rabs_pos_eq; [field|]; lra.
Qed.

(* A bounded σ need not have a bounded slope *)

(* |sin x²| ≤ 1, and the slope 2x cos x² exceeds every bound: at x = √(2πn) it is 2x. *)
Theorem bounded_but_steep :
  (forall x, Rabs (sin (x ^ 2)) <= 1) /\
  forall M, exists x, M < Derive (fun y => sin (y ^ 2)) x.
Proof.
split; [intros x; apply Rabs_le, SIN_bound|intros M].
pose proof (pow2_ge_0 M).
assert (large : exists n, M ^ 2 < INR n).
  exists (Z.to_nat (up (M ^ 2))); destruct (archimed (M ^ 2)) as [gt _].
  rewrite INR_IZR_INZ, Z2Nat.id; [exact gt|].
  apply le_IZR; lra.
destruct large as [n large]; pose proof PI_RGT_0 as pi0; pose proof PI2_1.
set (x := sqrt (2 * INR n * PI)).
assert (x0 : 0 <= x) by apply sqrt_pos.
assert (x2 : x ^ 2 = 2 * INR n * PI).
  unfold x; rewrite <- Rsqr_pow2; apply Rsqr_sqrt; nra.
exists x; replace (Derive _ x) with (2 * x).
  destruct (Rle_lt_dec M 0); [|assert (M ^ 2 < x ^ 2) by nra; nra].
  destruct (Req_dec x 0); [|nra].
  exfalso; assert (0 < x ^ 2) by (rewrite x2; nra); nra.
symmetry; apply is_derive_unique.
replace (2 * x) with (2 * x * cos (0 + 2 * INR n * PI)) by (rewrite cos_period, cos_0; ring).
rewrite Rplus_0_l, <- x2; auto_derive; [exact I|].
replace (x * (x * 1)) with (x ^ 2) by ring; ring.
Qed.
