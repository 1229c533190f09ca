(* The LSTM without inputs that rests at 0, as symrnn prints it.              *)
(*                                                                            *)
(* With W_g = w I, b_f = β 1, and no other bias it stays at 0. There i and o  *)
(* are 1/2 and f = φ = σ(β), and one step takes (δc, δh) to                   *)
(*   (φ δc + w/2 δh, 1/2 (φ δc + w/2 δh)),                                    *)
(* so that ∂c_t/∂c_0 = φ (φ + w/4)^(t-1) I, while ∏ diag(f) is φ^t I.         *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences exp.
From symrnn Require Import vocabulary differentials recurrence activations cells_differentiated.
From symrnn Require Export at_rest two_parts.
From symrnn Require Import product_of_jacobians step_bound gradients_could_explode gradients_vanish.
From claims Require Import own_lstm_without_inputs_defined.
From mathcomp Require Import ring.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

(* At rest                                                                    *)

Section Rest.
Variables (R : realType) (d : nat) (W_f W_g W_i W_o : 'M[R]_(d.+1, d.+1)).
Variables (b_f b_g b_i b_o : 'cV[R]_d.+1) (w beta : R).
Hypothesis WgE : W_g = w *: 1%:M.
Hypothesis bfE : b_f = beta *: const_mx 1.
Hypothesis biE : b_i = 0.
Hypothesis bgE : b_g = 0.
Hypothesis boE : b_o = 0.
Local Notation args f := (f R d W_f W_g W_i W_o b_f b_g b_i b_o).
Local Notation F := (args own_lstm_without_inputs_s).
Local Notation state := 'cV[R]_(d + d.+1).+1.
Local Notation cell := (@usubmx R d.+1 d.+1 1).
Local Notation phi := (logistic beta).

Lemma f_at_rest j : args own_lstm_without_inputs_f j 0 = const_mx phi.
Proof.
rewrite /own_lstm_without_inputs_f below_zero mulmx0 add0r bfE.
by apply/matrixP => i l; rewrite !mxE mulr1.
Qed.

Lemma i_at_rest j : args own_lstm_without_inputs_i j 0 = const_mx (1 / 2%:R).
Proof. by rewrite /own_lstm_without_inputs_i below_zero mulmx0 add0r biE map_zero logistic_at_0. Qed.

Lemma o_at_rest j : args own_lstm_without_inputs_o j 0 = const_mx (1 / 2%:R).
Proof. by rewrite /own_lstm_without_inputs_o below_zero mulmx0 add0r boE map_zero logistic_at_0. Qed.

Lemma g_at_rest j : args own_lstm_without_inputs_g j 0 = 0.
Proof.
rewrite /own_lstm_without_inputs_g below_zero mulmx0 add0r bgE map_zero tanh_at_0.
by apply/matrixP => i l; rewrite !mxE.
Qed.

Lemma c_at_rest j : args own_lstm_without_inputs_c j 0 = 0.
Proof.
rewrite /own_lstm_without_inputs_c above_zero hadamard_zero add0r.
by rewrite g_at_rest hadamard_zero.
Qed.

Lemma h_at_rest j : args own_lstm_without_inputs_h j 0 = 0.
Proof.
rewrite /own_lstm_without_inputs_h c_at_rest map_zero tanh_at_0.
by apply/matrixP => i l; rewrite !mxE mulr0.
Qed.

Lemma stays_at_rest j : F j 0 = 0.
Proof. by rewrite /own_lstm_without_inputs_s c_at_rest h_at_rest; exact: zero_of_parts. Qed.

Lemma state_rests t : vocabulary.state F 0 t = 0.
Proof. exact: rests stays_at_rest t. Qed.

(* one step, differentiated at 0                                              *)
Local Notation entered := (moved phi (w / 2%:R)).

Lemma is_diff_step j : is_diff (0 : state) (F j)
  (fun u => col_mx (entered u) ((1 / 2%:R) *: entered u) : state).
Proof.
have c_moves : is_diff (0 : state) (args own_lstm_without_inputs_c j) entered.
  notypeclasses refine (@is_diff_by_differential _ _ _ _ _ _ _ _ _ _ _);
    [intro v; written; reflexivity | differentiate_at |].
  move=> u; cbv beta; rewrite below_zero above_zero !mulmx0 !add0r bfE biE bgE WgE.
  rewrite -constant_scaled map_const !map_zero /moved.
  by entries; rewrite ?tanh_at_0 ?logistic_at_0; ring.
have [D o_moves] : exists D, is_diff (0 : state) (args own_lstm_without_inputs_o j) D.
  by eexists; rewrite /own_lstm_without_inputs_o; differentiate_at.
have H := is_diff_times o_moves (is_diff_squashed (@slope_tanh R) c_moves).
apply: (is_diff_col_mx c_moves); apply: (is_diff_ext H) => // u.
rewrite c_at_rest o_at_rest !map_zero.
by entries; rewrite tanh_at_0; ring.
Qed.

Opaque own_lstm_without_inputs_s.

Let halves : w / 2%:R * (1 / 2%:R) = w / 4%:R.
Proof. by field. Qed.

Lemma cell_by_cell_at_rest t (h0 c0 : 'cV[R]_d.+1) : h0 = 0 -> c0 = 0 -> (1 <= t)%N ->
  differentiable (fun v => cell (flow F 0 t (col_mx v h0 : state))) c0 /\
  jac (fun v => cell (flow F 0 t (col_mx v h0 : state))) c0 =
    (phi * (phi + w / 4%:R) ^+ (t - 1)) *: 1%:M.
Proof.
by move=> hE cE t1; rewrite -halves; exact: (above_at_rest stays_at_rest is_diff_step hE cE t1).
Qed.

(* the product of the forget gates                                            *)
Lemma carousel_at_rest t (s0 : state) : s0 = 0 ->
  oprod 1 t.+1 (fun k => dg (args own_lstm_without_inputs_f k (vocabulary.state F s0 (k - 1)%N))) =
  (phi ^+ t) *: 1%:M.
Proof.
move=> ->; elim: t => [|t IH]; first by rewrite oprod_empty // expr0 scale1r.
rewrite oprod_recr // IH state_rests f_at_rest -scalemxAr mulmx1 exprSr -scalerA.
congr (_ *: _); rewrite scalemx1; apply/matrixP => i l; rewrite !mxE.
by [].
Qed.

End Rest.

Lemma scaled_growth (R : realType) (p q : R) : 0 < p -> 1 < q -> (fun n => p * q ^+ n) --> +oo.
Proof.
move=> p0 q1; apply/cvgryPge => A; have /cvgryPge growth := geometric_growth q1.
by have := growth (A / p); apply: filterS => n; rewrite ler_pdivr_mulr // mulrC.
Qed.

(* In a norm: φ ρ^(t-1) I for t >= 1                                          *)

Section Norms.
Variables (R : realType) (N : forall m n, 'M[R]_(m, n) -> R).
Hypothesis NP : lecture_norm N.
Variables (n : nat) (J : nat -> 'M[R]_n.+1) (phi rho : R).
Hypothesis JE : forall t, (1 <= t)%N -> J t = (phi * rho ^+ (t - 1)) *: 1%:M.

Lemma norm_from_1 t : N (J t.+1) = `|phi| * `|rho| ^+ t.
Proof.
by rewrite JE // (norm_homogeneous NP) (norm_unit NP) mulr1 normrM normrX subn1.
Qed.

Lemma vanishes_from_1 : `|rho| < 1 -> (fun t => N (J t)) --> (0 : R).
Proof.
move=> small; apply: (geometric_decay (c := `|phi|) (k := 1%N) (normr_ge0 rho) small) => t t1.
rewrite JE // (norm_homogeneous NP) (norm_unit NP) mulr1 normrM normrX lexx andbT.
by rewrite mulr_ge0 // exprn_ge0.
Qed.

Lemma explodes_from_1 : 0 < `|phi| -> 1 < `|rho| -> (fun t => N (J t)) --> +oo.
Proof.
move=> positive large; apply/cvgryPge => A.
have /cvgryPge growth := scaled_growth positive large.
have [m _ mP] := growth A; exists m.+1 => // -[|t] //= mt.
by rewrite norm_from_1; exact: mP.
Qed.

End Norms.
