(* Proofs of the claims of proofs/gradients_could_explode.py, as symrnn prints them. *)
(*                                                                            *)
(* Two tanh networks that rest, one at 0 and one at 9/10.                     *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary step_bound product_bound gradients_could_explode.
From claims Require Import gradients_could_explode.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

From mathcomp Require Import ring.

Lemma two_nine_tenths (R : realType) : 2%:R * (9%:R / 10%:R) = 9%:R / 5%:R :> R.
Proof. by field. Qed.

Lemma resting_bias (R : realType) d (b : 'cV[R]_d.+1) :
  b = (atanh (9%:R / 10%:R) - 9%:R / 5%:R) *: const_mx 1 ->
  b = (atanh (9%:R / 10%:R) - 2%:R * (9%:R / 10%:R)) *: ones R d.+1.
Proof. by move=> ->; rewrite two_nine_tenths. Qed.

Theorem gradients_could_explode_the_state_rests_at_0_claim :
  gradients_could_explode_the_state_rests_at_0_printed.
Proof.
move=> R d W b s0 w t F s w0 WE bE sE.
exact: (gradients_could_explode_the_state_rests_at_0 WE bE sE).
Qed.

Theorem gradients_could_explode_one_step_multiplies_by_w_claim :
  gradients_could_explode_one_step_multiplies_by_w_printed.
Proof.
move=> R d W b s0 w j F s w0 j1 WE bE sE.
exact: (gradients_could_explode_one_step_multiplies_by_w WE bE sE j1).
Qed.

Theorem gradients_could_explode_t_steps_multiply_by_wt_claim :
  gradients_could_explode_t_steps_multiply_by_wt_printed.
Proof.
move=> R d W b s0 w t F s w0 WE bE sE.
exact: (gradients_could_explode_t_steps_multiply_by_wt WE bE sE t).
Qed.

Theorem gradients_could_explode_lambda_w_claim : gradients_could_explode_lambda_w_printed.
Proof.
move=> R d W b s0 N w F s NP w0 WE bE sE.
exact: (gradients_could_explode_lambda_w WE NP w0).
Qed.

Theorem gradients_could_explode_its_norm_claim : gradients_could_explode_its_norm_printed.
Proof.
move=> R d W b s0 N w t F s NP w0 WE bE sE.
have [dF _] := gradients_could_explode_t_steps_multiply_by_wt WE bE sE t.
split; first exact: dF.
exact: (gradients_could_explode_its_norm WE bE sE NP w0 t).
Qed.

Theorem gradients_could_explode_it_explodes_claim : gradients_could_explode_it_explodes_printed.
Proof.
move=> R d W b s0 N w F s NP w0 w1 WE bE sE.
split=> [t|]; first by have [dF _] := gradients_could_explode_t_steps_multiply_by_wt WE bE sE t.
exact: (gradients_could_explode_it_explodes WE bE sE NP w0 w1).
Qed.

Theorem gradients_could_explode_the_state_rests_at_9_10_claim :
  gradients_could_explode_the_state_rests_at_9_10_printed.
Proof.
move=> R d W b s0 t F s WE /resting_bias bE sE.
exact: (gradients_could_explode_the_state_rests_at_9_10 WE bE sE).
Qed.

Theorem gradients_could_explode_one_step_multiplies_by_19_50_claim :
  gradients_could_explode_one_step_multiplies_by_19_50_printed.
Proof.
move=> R d W b s0 j F s j1 WE /resting_bias bE sE.
exact: (gradients_could_explode_one_step_multiplies_by_19_50 WE bE sE j1).
Qed.

Theorem gradients_could_explode_t_steps_multiply_by_19_50_t_claim :
  gradients_could_explode_t_steps_multiply_by_19_50_t_printed.
Proof.
move=> R d W b s0 t F s WE /resting_bias bE sE.
exact: (gradients_could_explode_t_steps_multiply_by_19_50_t WE bE sE t).
Qed.

Theorem gradients_could_explode_it_vanishes_claim : gradients_could_explode_it_vanishes_printed.
Proof.
move=> R d W b s0 N F s NP WE /resting_bias bE sE.
split=> [t|]; first by have [dF _] := gradients_could_explode_t_steps_multiply_by_19_50_t WE bE sE t.
by have [_ vanishes] := gradients_could_explode_it_vanishes WE bE sE NP.
Qed.
