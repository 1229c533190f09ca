(* What the obligations for a user's activation are proved with.              *)
(*                                                                            *)
(* symrnn writes a file for an activation: its derivative, and a bound on the *)
(* slope. These lemmas and tactics close what it writes.                      *)
(*                                                                            *)
(*   is_derive_open      a derivative is local: on an open set, a function    *)
(*                       with a kink elsewhere is its smooth branch           *)
(*   pow_exp_le          xⁿ e^{-x} falls from n on                            *)
(*   pow_exp_bound       what falls faster than e^{-x} is bounded likewise    *)
(*   tanh_expE, tanh_lnE tanh as a fraction of exponentials                   *)

From Coq Require Import Reals Lra Psatz.
From Coquelicot Require Import Coquelicot.
From Interval Require Import Tactic.
From symrnn Require Import slopes_bounded.

Open Scope R_scope.

Lemma is_derive_tanh_mul x : is_derive tanh x (1 - tanh x * tanh x).
Proof. replace (tanh x * tanh x) with (tanh x ^ 2) by ring; apply is_derive_tanh. Qed.

(* What auto_derive does not know yet. *)
Global Instance UnaryDiff_tanh : UnaryDiff tanh :=
  Build_UnaryDiff tanh (fun x => 1 - tanh x * tanh x) is_derive_tanh_mul.
Global Instance UnaryDiff_sinh : UnaryDiff sinh := Build_UnaryDiff sinh cosh is_derive_sinh.
Global Instance UnaryDiff_cosh : UnaryDiff cosh := Build_UnaryDiff cosh sinh is_derive_cosh.

Lemma is_derive_open (P : R -> Prop) (f g : R -> R) x l :
  open P -> P x -> (forall y, P y -> g y = f y) -> is_derive g x l -> is_derive f x l.
Proof.
intros op px eq_gf; apply is_derive_ext_loc.
apply (filter_imp P); [exact eq_gf|now apply op].
Qed.

(* The derivative of xⁿ⁺¹ e^{-x} is xⁿ (n + 1 - x) e^{-x}. *)
Lemma is_derive_pow_exp n x :
  is_derive (fun y => y ^ S n * exp (- y)) x (x ^ n * (INR (S n) - x) * exp (- x)).
Proof.
auto_derive; [exact I|].
change (match n with 0%nat => 1 | S _ => INR n + 1 end) with (INR (S n)).
rewrite S_INR; simpl Nat.pred; simpl pow; ring.
Qed.

Lemma pow_exp_le n a x : 0 <= a <= x -> INR n <= a ->
  0 <= x ^ n * exp (- x) <= a ^ n * exp (- a).
Proof.
intros [a0 ax] na; split.
  apply Rmult_le_pos; [apply pow_le; lra|apply Rlt_le, exp_pos].
destruct ax as [ax| ->]; [|lra].
destruct n as [|n].
  simpl; rewrite !Rmult_1_l; apply Rlt_le, exp_increasing; lra.
destruct (MVT_cor2 (fun y => y ^ S n * exp (- y))
  (fun y => y ^ n * (INR (S n) - y) * exp (- y)) a x ax) as [c [eq_c [ac cx]]].
  intros c _; apply is_derive_Reals, is_derive_pow_exp.
assert (p0 : 0 <= c ^ n * exp (- c)).
  apply Rmult_le_pos; [apply pow_le; lra|apply Rlt_le, exp_pos].
assert (q0 : 0 <= (c - INR (S n)) * (x - a)) by (apply Rmult_le_pos; lra).
pose proof (Rmult_le_pos _ _ p0 q0); lra.
Qed.

Lemma pow_exp_bound n a x q : 0 <= a <= x -> INR n <= a -> x <= q ->
  0 <= x ^ n * exp (- q) <= a ^ n * exp (- a).
Proof.
intros ax na xq; destruct (pow_exp_le n a x ax na) as [_ le].
assert (p0 : 0 <= x ^ n) by (apply pow_le; lra).
assert (eq_le : exp (- q) <= exp (- x)).
  destruct xq as [xq| ->]; [apply Rlt_le, exp_increasing; lra|lra].
split; [apply Rmult_le_pos; [assumption|apply Rlt_le, exp_pos]|].
apply Rle_trans with (2 := le); now apply Rmult_le_compat_l.
Qed.

Lemma tanh_expE y : tanh y = (1 - exp (- (2 * y))) / (1 + exp (- (2 * y))).
Proof.
unfold tanh, sinh, cosh.
replace (- (2 * y)) with (- y + - y) by ring.
rewrite exp_plus, !exp_Ropp; pose proof (exp_pos y); field; split; nra.
Qed.

Lemma tanh_lnE y : 0 < y -> tanh (ln y) = (y * y - 1) / (y * y + 1).
Proof.
intros y0; unfold tanh, sinh, cosh; rewrite exp_Ropp, exp_ln by assumption.
field; split; nra.
Qed.

Lemma tanh_bound y : -1 < tanh y < 1.
Proof.
rewrite tanh_expE; pose proof (exp_pos (- (2 * y))).
split; [apply Rlt_div_r|apply Rlt_div_l]; lra.
Qed.

(* What auto_derive and field leave over: denominators and logarithms away from 0. *)
Ltac nonzero := repeat split; try exact I;
  lazymatch goal with
  | |- _ <> 0 => first [apply Rgt_not_eq; unfold Rgt; interval with (i_prec 60)|nra]
  | |- 0 < _ => first [interval with (i_prec 60)|nra]
  end.

(* The derivative of a function without kinks. *)
Ltac derivative := auto_derive; [nonzero|first [ring|field; nonzero]].

(* A function with kinks is its branch where it is asked about. *)
Ltac branch := intros y; unfold Rmax, Rmin, Rabs; intros;
  repeat (destruct (Rle_dec _ _) || destruct (Rcase_abs _));
  rewrite ?exp_0; first [exfalso; lra|ring|field; nonzero].
Ltac in_open := repeat (apply open_and || apply open_lt || apply open_gt || apply open_true).

(* A fraction is at most c if its numerator is at most c times its denominator. *)
Lemma Rabs_mul_inv_le a b c : 0 < b -> Rabs a <= c * b -> Rabs (a * / b) <= c.
Proof.
intros b0 le; rewrite Rabs_mult, (Rabs_pos_eq (/ b)); [|now apply Rlt_le, Rinv_0_lt_compat].
now apply Rle_div_l.
Qed.

Lemma Rabs_inv_mul_le a b c : 0 < b -> Rabs a <= c * b -> Rabs (/ b * a) <= c.
Proof. rewrite (Rmult_comm (/ b)); apply Rabs_mul_inv_le. Qed.

Lemma Rabs_inv_le b c : 0 < b -> 1 <= c * b -> Rabs (/ b) <= c.
Proof.
intros b0 le; replace (/ b) with (1 * / b) by ring.
apply Rabs_mul_inv_le; [assumption|rewrite Rabs_R1; assumption].
Qed.

Lemma square_ge0 y : 0 <= y * y.
Proof. nra. Qed.

(* A bound that may be attained: by intervals where they are sharp, else by squares. *)
Ltac positive := first [nra|interval with (i_prec 60)].
Ltac by_squares := first
  [ apply Rabs_inv_le; [positive|nra]
  | apply Rabs_mul_inv_le; [positive|apply Rabs_le; split; nra]
  | apply Rabs_inv_mul_le; [positive|apply Rabs_le; split; nra]
  | apply Rabs_le; split; nra ].
Ltac slope_bound := first [interval with (i_prec 60)|by_squares].
