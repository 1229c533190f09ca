(* What fails when a hypothesis is dropped, for one unit: over the real       *)
(* numbers of the standard library, with its own derivative.                  *)
(*                                                                            *)
(*   direct_term_lost, total_on_both_sides           bptt                     *)
(*   one_factor_too_many                             product_bound            *)
(*   bound_of_the_activation                         step_bound               *)
(*   whole_gradient, exactly_one                     gradients_vanish         *)
(*   saturated_unit                                  gradients_could_explode  *)
(*   shortened_product, factors_or_steps, untruncated, growing_bias, fading   *)
(*                                                   truncation               *)

From Coq Require Import Reals Lra Psatz List Lia.
From Coquelicot Require Import Coquelicot.
From symrnn Require Import slopes_bounded.

Open Scope R_scope.

(* One linear unit, s_j = w s_{j-1} + x_j, with L_t = s_t                     *)

(* the state n steps after it was s, at time k                                *)
Fixpoint after (w : R) (x : nat -> R) (k : nat) (s : R) (n : nat) : R :=
  match n with O => s | S m => w * after w x k s m + x (k + n)%nat end.

(* s_t                                                                        *)
Definition unit_state (w : R) (x : nat -> R) (s0 : R) (t : nat) : R := after w x 0 s0 t.

(* Σ f over a list of times                                                   *)
Definition total (f : nat -> R) (times : list nat) : R := fold_right Rplus 0 (map f times).

Section LinearUnit.
Variables (w : R) (x : nat -> R) (s0 : R).
Let s := unit_state w x s0.

(* ∂s_t/∂s_k                                                                  *)
Definition carried (t k : nat) : R := Derive (fun u => after w x k u (t - k)) (s k).

(* ∂⁺s_k/∂w, with s_{k-1} held fixed; s_0 is given                            *)
Definition direct (k : nat) : R :=
  match k with O => 0 | S j => Derive (fun v => v * s j + x k) w end.

(* ∂s_t/∂w, and the same with nothing differentiated through s_h              *)
Definition gradient (t : nat) : R := Derive (fun v => unit_state v x s0 t) w.
Definition gradient_held (h t : nat) : R := Derive (fun v => after v x h (s h) (t - h)) w.

Lemma is_derive_after k n u : is_derive (fun v => after w x k v n) u (w ^ n).
Proof.
induction n as [|n IH]; [apply @is_derive_id|].
replace (w ^ S n) with (w * w ^ n + 0) by (simpl; ring); simpl.
apply @is_derive_plus; [now apply is_derive_scal|apply @is_derive_const].
Qed.

(* ∂s_t/∂s_k = w^{t-k}                                                        *)
Lemma carriedE t k : carried t k = w ^ (t - k).
Proof. apply is_derive_unique, is_derive_after. Qed.

(* ∂⁺s_k/∂w = s_{k-1}                                                         *)
Lemma directE j : direct (S j) = s j.
Proof. apply is_derive_unique; auto_derive; [exact I|ring]. Qed.

(* ds_{t+1}/dw = s_t + w ds_t/dw                                              *)
Lemma is_derive_unit_state t l :
  is_derive (fun v => unit_state v x s0 t) w l ->
  is_derive (fun v => unit_state v x s0 (S t)) w (s t + w * l).
Proof.
intros dt; change (fun v => unit_state v x s0 (S t))
  with (fun v => v * unit_state v x s0 t + x (S t)).
unfold s; set (f := fun v => unit_state v x s0 t) in *.
change (is_derive (fun v => v * f v + x (S t)) w (f w + w * l)).
replace (f w + w * l) with (1 * f w + w * l + 0) by ring.
apply @is_derive_plus; [|apply @is_derive_const].
apply (is_derive_mult (fun v => v) f w 1 l); [apply @is_derive_id|exact dt|].
intros; apply Rmult_comm.
Qed.

End LinearUnit.

Arguments carried : simpl never.
Arguments direct : simpl never.
Arguments gradient : simpl never.
Arguments gradient_held : simpl never.

(* the value of a derivative of a polynomial, at a number                     *)
Ltac compute_derivative :=
  apply is_derive_unique; unfold unit_state; simpl; auto_derive; [repeat split|simpl; lra].

(* Back-propagation through time: w = 2, inputs 3 and 5, s_0 = 7              *)

Definition two_inputs (k : nat) : R := match k with 1%nat => 3 | _ => 5 end.

Lemma gradient_31 : gradient 2 two_inputs 7 2 = 31.
Proof. unfold two_inputs; compute_derivative. Qed.

(* The sum over k = 0 … t - 1 lacks the direct term k = t                     *)
Theorem direct_term_lost : exists w x s0 t,
  gradient w x s0 t <> total (fun k => carried w x s0 t k * direct w x s0 k) (seq 0 t).
Proof.
exists 2, two_inputs, 7, 2%nat; rewrite gradient_31; unfold total; simpl.
rewrite !carriedE, directE; unfold direct, unit_state; simpl; lra.
Qed.

(* With total derivatives on the right earlier steps are counted twice        *)
Theorem total_on_both_sides : exists w x s0 t,
  gradient w x s0 t <> total (fun k => carried w x s0 t k * gradient w x s0 k) (seq 1 t).
Proof.
exists 2, two_inputs, 7, 2%nat; rewrite gradient_31; unfold total; simpl.
rewrite !carriedE, gradient_31.
replace (gradient 2 two_inputs 7 1) with 7.
  simpl; lra.
symmetry; unfold gradient, two_inputs; compute_derivative.
Qed.

(* Bounds                                                                     *)

(* s_j = s_{j-1}/2: ∂s_3/∂s_1 has two factors, not three                      *)
Theorem one_factor_too_many : exists w x s0 t k,
  (k <= t)%nat /\ Rabs w ^ (t - k + 1) < Rabs (carried w x s0 t k).
Proof.
exists (1 / 2), (fun _ => 0), 1, 3%nat, 1%nat; split; [lia|].
rewrite carriedE, !Rabs_pos_eq; simpl; lra.
Qed.

(* |sin 3x| <= 1, and its slope at 0 is 3                                     *)
Theorem bound_of_the_activation : exists sigma gamma x,
  (forall u, Rabs (sigma u) <= gamma) /\ gamma < Rabs (Derive sigma x).
Proof.
exists (fun u => sin (3 * u)), 1, 0; split; [intros u; apply Rabs_le, SIN_bound|].
replace (Derive _ 0) with 3; [rewrite Rabs_pos_eq; lra|].
symmetry; apply is_derive_unique; auto_derive; [exact I|].
rewrite Rmult_0_r, cos_0; ring.
Qed.

(* Vanishing                                                                  *)

Lemma lim_arith_geom : is_lim_seq (fun n => INR (S n) * (1 / 2) ^ n) 0.
Proof.
apply (is_lim_seq_le_le (fun _ => 0) _ (fun n => 2 * (3 / 4) ^ n)).
- intros n; split; [apply Rmult_le_pos; [apply pos_INR|apply pow_le; lra]|].
  induction n as [|n IH]; [simpl; lra|].
  destruct n as [|n]; [simpl; lra|].
  assert (0 <= (1 / 2) ^ S n) by (apply pow_le; lra).
  pose proof (pos_INR n).
  rewrite !S_INR in *; simpl pow in *; nra.
- apply is_lim_seq_const.
- replace (Finite 0) with (Rbar_mult 2 0) by (simpl; f_equal; ring).
  apply is_lim_seq_scal_l, is_lim_seq_geom; rewrite Rabs_pos_eq; lra.
Qed.

(* s_j = s_{j-1}/2 + 1, γλ = 1/2: the gradient ∂s_t/∂w tends to 4, not to 0   *)
Theorem whole_gradient : exists w x s0,
  Rabs w < 1 /\ is_lim_seq (gradient w x s0) 4.
Proof.
exists (1 / 2), (fun _ => 1), 0; split; [rewrite Rabs_pos_eq; lra|].
set (x := fun _ : nat => 1).
assert (st : forall n, unit_state (1 / 2) x 0 n = 2 - 2 * (1 / 2) ^ n).
  induction n as [|n IH]; [unfold unit_state, x; simpl; lra|].
  unfold unit_state in *; simpl; rewrite IH; unfold x; lra.
assert (dt : forall n, is_derive (fun v => unit_state v x 0 n) (1 / 2)
    (4 - 4 * (INR (S n) * (1 / 2) ^ n))).
  induction n as [|n IH].
    replace (4 - 4 * (INR 1 * (1 / 2) ^ 0)) with 0 by (rewrite pow_O; change (INR 1) with 1; ring).
    apply (is_derive_ext (fun _ => 0)); [reflexivity|apply @is_derive_const].
  replace (4 - 4 * (INR (S (S n)) * (1 / 2) ^ S n)) with
    (unit_state (1 / 2) x 0 n + 1 / 2 * (4 - 4 * (INR (S n) * (1 / 2) ^ n))).
    apply is_derive_unit_state, IH.
  rewrite st, !S_INR, <- tech_pow_Rmult; field.
apply (is_lim_seq_ext (fun n => 4 - 4 * (INR (S n) * (1 / 2) ^ n))).
  intros n; symmetry; apply is_derive_unique, dt.
replace (Finite 4) with (Finite (4 - 4 * 0)) by (f_equal; ring).
apply is_lim_seq_minus'; [apply is_lim_seq_const|].
apply (is_lim_seq_scal_l _ 4 0), lim_arith_geom.
Qed.

(* s_j = s_{j-1}, γλ = 1: ∂s_t/∂s_0 = 1 for every t                            *)
Theorem exactly_one : exists w x s0,
  Rabs w = 1 /\ is_lim_seq (fun t => carried w x s0 t 0) 1.
Proof.
exists 1, (fun _ => 0), 1; split; [apply Rabs_R1|].
apply (is_lim_seq_ext (fun _ => 1)); [|apply is_lim_seq_const].
intros n; rewrite carriedE, pow1; reflexivity.
Qed.

(* Saturation: s_j = tanh(2 s_{j-1} + b) with the fixed point 9/10             *)

Definition saturating_bias : R := / 2 * ln 19 - 9 / 5.
Definition saturating (u : R) : R := tanh (2 * u + saturating_bias).

Lemma saturating_fixed : saturating (9 / 10) = 9 / 10.
Proof.
unfold saturating, saturating_bias, tanh, sinh, cosh.
replace (2 * (9 / 10) + (/ 2 * ln 19 - 9 / 5)) with (/ 2 * ln 19) by lra.
rewrite exp_Ropp.
assert (sq : exp (/ 2 * ln 19) * exp (/ 2 * ln 19) = 19).
  rewrite <- exp_plus; replace (/ 2 * ln 19 + / 2 * ln 19) with (ln 19) by field.
  apply exp_ln; lra.
pose proof (exp_pos (/ 2 * ln 19)) as p0; set (p := exp (/ 2 * ln 19)) in *.
replace ((p - / p) / 2 / ((p + / p) / 2)) with ((p * p - 1) / (p * p + 1)) by (field; nra).
rewrite sq; lra.
Qed.

Lemma is_derive_saturating : is_derive saturating (9 / 10) (19 / 50).
Proof.
unfold saturating; replace (19 / 50) with (2 * (1 - saturating (9 / 10) ^ 2)).
  apply (is_derive_comp tanh (fun u => 2 * u + saturating_bias)); [apply is_derive_tanh|].
  auto_derive; [exact I|ring].
rewrite saturating_fixed; lra.
Qed.

(* γλ = 2, and yet ∂s_t/∂s_0 = (19/50)^t                                       *)
Theorem saturated_unit : exists b s0,
  let F := fun u => tanh (2 * u + b) in
  forall t, is_derive (fun u => Nat.iter t F u) s0 ((19 / 50) ^ t).
Proof.
exists saturating_bias, (9 / 10); intros F t.
enough (H : is_derive (fun u => Nat.iter t F u) (9 / 10) ((19 / 50) ^ t) /\
            Nat.iter t F (9 / 10) = 9 / 10) by apply H.
induction t as [|t [IH fixed]]; simpl; [split; [apply @is_derive_id|reflexivity]|].
split; [|rewrite fixed; apply saturating_fixed].
rewrite Rmult_comm.
apply (is_derive_comp F (fun u => Nat.iter t F u)); [|exact IH].
rewrite fixed; apply is_derive_saturating.
Qed.

(* Truncation: s_0 = 1 and inputs 1, 1, 2, 1, 3                               *)

Definition five_inputs (k : nat) : R :=
  match k with 1%nat => 1 | 2%nat => 1 | 3%nat => 2 | 4%nat => 1 | _ => 3 end.

(* the term k with its product cut off at the latest `longest` factors        *)
Definition cut_off (w : R) (x : nat -> R) (s0 : R) (longest t k : nat) : R :=
  carried w x s0 t (t - Nat.min (t - k) longest) * direct w x s0 k.

(* Dropping terms is not keeping all of them with a shortened product         *)
Theorem shortened_product : exists w x s0 t tau,
  gradient_held w x s0 (t - tau - 1) t <> total (cut_off w x s0 tau t) (seq 1 t).
Proof.
exists 2, five_inputs, 1, 4%nat, 1%nat.
replace (gradient_held _ _ _ _ _) with 30.
  unfold total, cut_off; simpl; rewrite !carriedE, !directE; unfold unit_state; simpl; lra.
symmetry; unfold gradient_held, five_inputs; compute_derivative.
Qed.

(* With one τ = 2 the lecture holds s_{t-τ-1}, a framework s_{t-τ}            *)
Theorem factors_or_steps : exists w x s0 t tau,
  gradient_held w x s0 (t - tau - 1) t <> gradient_held w x s0 (t - tau) t.
Proof.
exists 2, five_inputs, 1, 4%nat, 2%nat.
replace (gradient_held _ _ _ (4 - 2 - 1) _) with 42.
  replace (gradient_held _ _ _ _ _) with 30; [lra|].
  symmetry; unfold gradient_held, five_inputs; compute_derivative.
symmetry; unfold gradient_held, five_inputs; compute_derivative.
Qed.

(* C = |∂L_t/∂s_t| = 1, and E = 33 bounds every |∂⁺s_k/∂w| up to t = 5        *)
Lemma direct_le_33 k : (1 <= k <= 5)%nat -> Rabs (direct 2 five_inputs 1 k) <= 33.
Proof.
intros [k1 k5]; destruct k as [|k]; [lia|rewrite directE].
assert (bound : forall n, (n <= 4)%nat -> 0 <= unit_state 2 five_inputs 1 n <= 33).
  intros n n4; unfold unit_state.
  do 5 (destruct n as [|n]; [simpl; lra|]); lia.
destruct (bound k); [lia|]; rewrite Rabs_pos_eq; lra.
Qed.

(* τ = 0: the exact gradient exceeds C E, which bounds the truncated one      *)
Theorem untruncated : exists w x s0 t E,
  (forall k, (1 <= k <= t)%nat -> Rabs (direct w x s0 k) <= E) /\
  1 * E < Rabs (gradient w x s0 t).
Proof.
exists 2, five_inputs, 1, 5%nat, 33; split; [apply direct_le_33|].
replace (gradient _ _ _ _) with 133; [rewrite Rabs_pos_eq; lra|].
symmetry; unfold gradient, five_inputs; compute_derivative.
Qed.

(* τ = 1, γλ = 2: the bias is above C E (γλ)^{τ+1}/(1 - γλ)                   *)
Theorem growing_bias : exists w x s0 t tau E,
  (forall k, (1 <= k <= t)%nat -> Rabs (direct w x s0 k) <= E) /\ 1 < Rabs w /\
  1 * E * Rabs w ^ (tau + 1) / (1 - Rabs w) <
  Rabs (gradient w x s0 t - gradient_held w x s0 (t - tau - 1) t).
Proof.
exists 2, five_inputs, 1, 5%nat, 1%nat, 33.
split; [apply direct_le_33|]; rewrite (Rabs_pos_eq 2) by lra; split; [lra|].
apply Rlt_le_trans with 0; [simpl; lra|apply Rabs_pos].
Qed.

(* τ = 3, w = 1/10: the term three factors back is under 1/1000 of the direct *)
Theorem fading : exists w x s0 t tau k, (t - k <= tau)%nat /\
  Rabs (carried w x s0 t k * direct w x s0 k) <
  1 / 1000 * Rabs (carried w x s0 t t * direct w x s0 t).
Proof.
exists (1 / 10), five_inputs, 1, 4%nat, 3%nat, 1%nat; split; [lia|].
rewrite !carriedE, !directE; unfold unit_state; simpl.
rewrite !Rabs_pos_eq; lra.
Qed.
