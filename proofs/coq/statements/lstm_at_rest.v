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

(* The slopes at 0                                                            *)

Section AtZero.
Variable R : realType.

Lemma logistic_at_0 : logistic 0 = 1 / 2%:R :> R.
Proof. by rewrite /logistic oppr0 expR0 -[1 + 1]/(2%:R). Qed.

Lemma tanh_at_0 : tanh 0 = 0 :> R.
Proof. by rewrite /tanh sinh0 mul0r. Qed.

Lemma logistic_ln (y : R) : 0 < y -> logistic (ln y) = y / (y + 1).
Proof.
move=> y0; rewrite /logistic expRN lnK ?posrE //.
by field; rewrite !gt_eqF // ?addr_gt0.
Qed.

Lemma logistic_minus_ln (y : R) : 0 < y -> logistic (- ln y) = 1 / (y + 1).
Proof. by move=> y0; rewrite /logistic opprK lnK ?posrE // [1 + y]addrC. Qed.

End AtZero.

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
Local Notation hidden := (@dsubmx R d.+1 d.+1 1).
Local Notation phi := (logistic beta).

Lemma map_const (f : R -> R) (c : R) : map_mx f (const_mx c : 'cV[R]_d.+1) = const_mx (f c).
Proof. by apply/matrixP => i l; rewrite !mxE. Qed.

Lemma map_zero (f : R -> R) : map_mx f (0 : 'cV[R]_d.+1) = const_mx (f 0).
Proof. by apply/matrixP => i l; rewrite !mxE. Qed.

Lemma hadamard_const c (v : 'cV[R]_d.+1) : hadamard (const_mx c) v = c *: v.
Proof. by apply/matrixP => i l; rewrite !mxE. Qed.

Lemma hadamard_zero (v : 'cV[R]_d.+1) : hadamard v 0 = 0.
Proof. by apply/matrixP => i l; rewrite !mxE mulr0. Qed.

Lemma hidden_zero : hidden (0 : state) = 0.
Proof. by apply/matrixP => i l; rewrite !mxE. Qed.

Lemma cell_zero : cell (0 : state) = 0.
Proof. by apply/matrixP => i l; rewrite !mxE. Qed.

Lemma f_at_rest j : args own_lstm_without_inputs_f j 0 = const_mx phi.
Proof.
rewrite /own_lstm_without_inputs_f hidden_zero mulmx0 add0r bfE.
by apply/matrixP => i l; rewrite !mxE mulr1.
Qed.

Lemma i_at_rest j : args own_lstm_without_inputs_i j 0 = const_mx (1 / 2%:R).
Proof. by rewrite /own_lstm_without_inputs_i hidden_zero mulmx0 add0r biE map_zero logistic_at_0. Qed.

Lemma o_at_rest j : args own_lstm_without_inputs_o j 0 = const_mx (1 / 2%:R).
Proof. by rewrite /own_lstm_without_inputs_o hidden_zero mulmx0 add0r boE map_zero logistic_at_0. Qed.

Lemma g_at_rest j : args own_lstm_without_inputs_g j 0 = 0.
Proof.
rewrite /own_lstm_without_inputs_g hidden_zero mulmx0 add0r bgE map_zero tanh_at_0.
by apply/matrixP => i l; rewrite !mxE.
Qed.

Lemma c_at_rest j : args own_lstm_without_inputs_c j 0 = 0.
Proof.
rewrite /own_lstm_without_inputs_c cell_zero hadamard_zero add0r.
by rewrite g_at_rest hadamard_zero.
Qed.

Lemma h_at_rest j : args own_lstm_without_inputs_h j 0 = 0.
Proof.
rewrite /own_lstm_without_inputs_h c_at_rest map_zero tanh_at_0.
by apply/matrixP => i l; rewrite !mxE mulr0.
Qed.

Lemma stays_at_rest j : F j 0 = 0.
Proof.
rewrite /own_lstm_without_inputs_s c_at_rest h_at_rest.
by apply/matrixP => i l; rewrite !mxE; case: fintype.splitP => k _; rewrite !mxE.
Qed.

(* where both parts are 0, the state is                                       *)
Lemma rests_from (s0 : state) : hidden s0 = 0 -> cell s0 = 0 -> s0 = 0.
Proof.
move=> hE cE; rewrite -[s0]/(s0 : 'cV[R]_(d.+1 + d.+1)) -(vsubmxK (s0 : 'cV[R]_(d.+1 + d.+1))) hE cE.
by apply/matrixP => i l; rewrite !mxE; case: fintype.splitP => k _; rewrite !mxE.
Qed.

Lemma rests t : vocabulary.state F 0 t = 0.
Proof.
elim: t => [//|t IH]; have := @state_before _ F 0 t.+1 (ltn0Sn t).
by rewrite subn1 /= IH => ->; exact: stays_at_rest.
Qed.

(* one step, differentiated at 0                                              *)
Definition moved (u : state) : 'cV[R]_d.+1 := phi *: cell u + (w / 2%:R) *: hidden u.

Lemma is_diff_c j : is_diff (0 : state) (args own_lstm_without_inputs_c j) moved.
Proof.
have Hid := @is_diff_id R _ (0 : state).
have Hp := is_diff_usubmx Hid; have Hq := is_diff_dsubmx Hid.
have gate (W : 'M[R]_(d.+1, d.+1)) (b : 'cV[R]_d.+1) : is_diff (0 : state) (fun y => map_mx (@logistic R) (W *m hidden y + b))
    (fun h => hadamard (map_mx (fun x => logistic x * (1 - logistic x)) (W *m hidden 0 + b)) (W *m hidden h + 0)).
  exact: (is_diff_map_mx (@slope_logistic R) (@is_diffD _ _ _ _ _ _ _ _ (is_diff_linear W Hq) (@is_diff_cst R _ _ b _))).
have enter : is_diff (0 : state) (fun y => map_mx (@tanh R) (W_g *m hidden y + b_g))
    (fun h => hadamard (map_mx (fun x => 1 - tanh x ^+ 2) (W_g *m hidden 0 + b_g)) (W_g *m hidden h + 0)).
  exact: (is_diff_map_mx (@slope_tanh R) (@is_diffD _ _ _ _ _ _ _ _ (is_diff_linear W_g Hq) (@is_diff_cst R _ _ b_g _))).
have H1 := is_diff_hadamard (gate W_f b_f) Hp.
have H2 := is_diff_hadamard (gate W_i b_i) enter.
apply: (is_diff_ext (is_diff_plus H1 H2)) => // u /=.
rewrite -[map_mx (@logistic R) (W_f *m hidden 0 + b_f)]/(args own_lstm_without_inputs_f j 0).
rewrite -[map_mx (@logistic R) (W_i *m hidden 0 + b_i)]/(args own_lstm_without_inputs_i j 0).
rewrite -[map_mx (@tanh R) (W_g *m hidden 0 + b_g)]/(args own_lstm_without_inputs_g j 0).
rewrite f_at_rest i_at_rest g_at_rest cell_zero !hadamard_zero !hadamard_const add0r add0r /moved.
congr (_ + _); rewrite hidden_zero mulmx0 add0r bgE map_zero tanh_at_0 expr0n /= subr0.
rewrite hadamard_const scale1r addr0 WgE -scalemxAl mul1mx scalerA.
by congr (_ *: _); rewrite mulrC mulrA mulr1.
Qed.

Lemma is_diff_step j : is_diff (0 : state) (F j)
  (fun u => col_mx (moved u) ((1 / 2%:R) *: moved u) : state).
Proof.
have Hid := @is_diff_id R _ (0 : state).
have Hc := is_diff_c j.
have Ho : is_diff (0 : state) (fun y => map_mx (@logistic R) (W_o *m hidden y + b_o))
    (fun h => hadamard (map_mx (fun x => logistic x * (1 - logistic x)) (W_o *m hidden 0 + b_o)) (W_o *m hidden h + 0)).
  exact: (is_diff_map_mx (@slope_logistic R) (@is_diffD _ _ _ _ _ _ _ _ (is_diff_linear W_o (is_diff_dsubmx Hid)) (@is_diff_cst R _ _ b_o _))).
have Hh := is_diff_hadamard Ho (is_diff_map_mx (@slope_tanh R) Hc).
have Hh' : is_diff (0 : state) (args own_lstm_without_inputs_h j) (fun u => (1 / 2%:R) *: moved u).
  apply: (is_diff_ext Hh) => // u /=.
  rewrite -[map_mx (@logistic R) (W_o *m hidden 0 + b_o)]/(args own_lstm_without_inputs_o j 0).
  rewrite o_at_rest c_at_rest !map_zero tanh_at_0 expr0n /= subr0.
  rewrite -[const_mx 0]/(0 : 'cV[R]_d.+1) hadamard_zero add0r.
  by rewrite !hadamard_const scale1r.
exact: (is_diff_col_mx Hc Hh').
Qed.

Opaque own_lstm_without_inputs_s.

Lemma moved_along (p q : R) (v : 'cV[R]_d.+1) :
  moved (col_mx (p *: v) (q *: v)) = (phi * p + w / 2%:R * q) *: v.
Proof. by rewrite /moved col_mxKu col_mxKd !scalerA -scalerDl. Qed.

Lemma moved_start (v : 'cV[R]_d.+1) : moved (col_mx v (0 : 'cV[R]_d.+1)) = phi *: v.
Proof. by rewrite /moved col_mxKu col_mxKd scaler0 addr0. Qed.

(* both parts, t steps after the cell has moved by v                          *)
Definition started (v : 'cV[R]_d.+1) : state := col_mx v (0 : 'cV[R]_d.+1).
Definition run_from (l : nat) (v : 'cV[R]_d.+1) : state := flow F 0 l (started v).
Definition stepped (u : state) : state := col_mx (moved u) ((1 / 2%:R) *: moved u).
Definition both (c : R) (v : 'cV[R]_d.+1) : state := col_mx (c *: v) ((1 / 2%:R * c) *: v).

Lemma is_diff_started : is_diff (0 : 'cV[R]_d.+1) started started.
Proof. exact: (is_diff_col_mx (@is_diff_id R _ _) (@is_diff_cst R _ _ 0 _)). Qed.

Lemma started_0 : started 0 = 0.
Proof.
by apply/matrixP => i l; rewrite !mxE; case: fintype.splitP => k _; rewrite !mxE.
Qed.

Lemma run_from_0 l : run_from l 0 = 0.
Proof. by rewrite /run_from started_0; exact: (rests l). Qed.

Lemma run_first v : run_from 0 v = started v.
Proof. exact: flow_id. Qed.

Lemma run_next l v : run_from l.+1 v = F l.+1 (run_from l v).
Proof. exact: flowS. Qed.

Lemma stepped_started v : stepped (started v) = both phi v.
Proof. by rewrite /stepped /started moved_start /both scalerA. Qed.

Lemma stepped_both c v : stepped (both c v) = both ((phi + w / 4%:R) * c) v.
Proof.
rewrite /stepped /both moved_along scalerA.
by rewrite (_ : phi * c + w / 2%:R * (1 / 2%:R * c) = (phi + w / 4%:R) * c) //; field.
Qed.

Lemma is_diff_further_on l D : is_diff (0 : 'cV[R]_d.+1) (run_from l) D ->
  is_diff (0 : 'cV[R]_d.+1) (run_from l.+1) (fun v => stepped (D v)).
Proof.
move=> HD; apply: (is_diff_ext (is_diff_further HD (run_from_0 l) (is_diff_step l.+1))) => v.
  by rewrite run_next.
exact: erefl.
Qed.

Lemma is_diff_flow t : is_diff (0 : 'cV[R]_d.+1) (run_from t.+1)
  (both (phi * (phi + w / 4%:R) ^+ t)).
Proof.
elim: t => [|t IH].
  have base := is_diff_ext is_diff_started (fun v => esym (run_first v)) (frefl started).
  apply: (is_diff_ext (is_diff_further_on base)) => v; first exact: erefl.
  by rewrite stepped_started expr0 mulr1.
apply: (is_diff_ext (is_diff_further_on IH)) => v; first exact: erefl.
by rewrite stepped_both exprS mulrCA.
Qed.

Lemma cell_by_cell_at_rest t (h0 c0 : 'cV[R]_d.+1) : h0 = 0 -> c0 = 0 -> (1 <= t)%N ->
  differentiable (fun v => cell (flow F 0 t (col_mx v h0 : state))) c0 /\
  jac (fun v => cell (flow F 0 t (col_mx v h0 : state))) c0 =
    (phi * (phi + w / 4%:R) ^+ (t - 1)) *: 1%:M.
Proof.
case: t => // t -> -> _; rewrite subn1 /=; apply: differentiable_jac.
apply: (is_diff_ext (is_diff_usubmx (is_diff_flow t))) => v; first exact: erefl.
by rewrite /both col_mxKu -scalemxAl mul1mx.
Qed.

(* the product of the forget gates                                            *)
Lemma carousel_at_rest t (s0 : state) : s0 = 0 ->
  oprod 1 t.+1 (fun k => dg (args own_lstm_without_inputs_f k (vocabulary.state F s0 (k - 1)%N))) =
  (phi ^+ t) *: 1%:M.
Proof.
move=> ->; elim: t => [|t IH]; first by rewrite oprod_empty // expr0 scale1r.
rewrite oprod_recr // IH rests f_at_rest -scalemxAr mulmx1 exprSr -scalerA.
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
