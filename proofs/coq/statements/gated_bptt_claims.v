(* Proofs of the claims of proofs/gates/gated_bptt.py, as symrnn prints them. *)
(*                                                                            *)
(* What reaches the loss by way of the cell alone is K(c_t), with the state a *)
(* function of the cell; what reaches it by way of the output gate alone is a *)
(* function of h_t. Each gate is on one of these ways, or, like h_{t-1}, on   *)
(* both.                                                                      *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences exp.
From symrnn Require Import vocabulary differentials recurrence activations cells_differentiated.
From symrnn Require Import differentiable_cells back_through_a_step.
From claims Require Import gated_bptt.
From mathcomp Require Import ring.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Share.
Variables (R : realType) (d : nat) (H : 'cV[R]_d.+1 -> 'cV[R]_d.+1 -> 'cV[R]_1).
Hypothesis moves : forall z, differentiable (fun z : 'cV[R]_d.+1 * 'cV[R]_d.+1 => H z.1 z.2) z.
Implicit Types h c o u v w : 'cV[R]_d.+1.
Local Notation tanh' := (fun y : R => 1 - tanh y ^+ 2).
Local Notation logistic' := (fun y : R => expR (- y) / (1 + expR (- y)) ^+ 2).
Local Notation "'K_' o" := (fun v => H (hadamard o (map_mx (@tanh R) v)) v) (at level 10).

(* the cell's row: what goes on, and what comes by the state                  *)
Lemma to_the_cell h c o : hadamard o (map_mx (@tanh R) c) = h ->
  differentiable (K_ o) c /\ differentiable (H h) c /\ differentiable (fun v => H v c) h /\
  jac (K_ o) c = jac (H h) c + jac (fun v => H v c) h *m dg o *m dg (map_mx tanh' c).
Proof.
move=> <-; set h' := hadamard _ _.
have state_moves : is_diff c (fun v => hadamard o (map_mx (@tanh R) v))
    (fun u => dg o *m (dg (map_mx tanh' c) *m u)) by differentiate_at.
have D := is_diff_of_two moves state_moves (@is_diff_itself _ _ c).
have [dK E] : differentiable (K_ o) c /\ jac (K_ o) c =
    jac (H h') c + jac (fun v => H v c) h' *m dg o *m dg (map_mx tanh' c).
  apply: differentiable_jac; apply: (is_diff_ext D) => // u.
  by rewrite mulmxDl -!mulmxA addrC.
split=> //; split; first exact: differentiable_second.
by split; first exact: differentiable_first.
Qed.
(* the rows of all gates, each times its weights                             *)
Lemma shares (A B : 'rV[R]_d.+1) (oo tc th so si sf sg cc gg ii Wi Wf Wg Wo : 'M[R]_d.+1)
    (Mc := cc *m (sf *m Wf) + (gg *m (si *m Wi) + ii *m (sg *m Wg))) :
  A *m (th *m (so *m Wo) + oo *m (tc *m Mc)) + B *m Mc =
  (B + A *m oo *m tc) *m gg *m si *m Wi + (B + A *m oo *m tc) *m cc *m sf *m Wf +
  (B + A *m oo *m tc) *m ii *m sg *m Wg + A *m th *m so *m Wo.
Proof.
rewrite /Mc !(mulmxDl, mulmxDr) -!mulmxA; apply/matrixP => row col; rewrite !plusE; ring.
Qed.

End Share.

(* What is said of time t by the definitions, from the state before           *)
Ltac by_definition t1 :=
  repeat match goal with y := _ |- _ => subst y end; cbv beta;
  rewrite ?(@state_before _ _ _ _ t1);
  match goal with |- context [vocabulary.state ?F ?s0 (?t - 1)%N] =>
    generalize (vocabulary.state F s0 (t - 1)%N); intro
  end; written; reflexivity.

Ltac differentiate_to_product :=
  refine (is_diff_ext (_ : is_diff _ _ _) (fun _ => erefl) _);
  [differentiate_at | let u := fresh "u" in intro u; cbv beta; rewrite -?mulmxA; reflexivity].

(* A gate that the cell reads                                                 *)
Ltac by_way_of_the_cell moves t1 :=
  match goal with
  |- differentiable (fun v => ?H (hadamard ?o _) (@?E v)) ?a /\ differentiable _ ?c /\
     jac _ _ = _ *m ?M1 *m ?M2 =>
    let there := fresh "there" in let moved := fresh "moved" in
    assert (there : E a = c) by (by_definition t1);
    assert (moved : is_diff a E (mulmx (M1 *m M2))) by differentiate_to_product;
    let known := fresh "known" in let found := fresh "found" in
    pose proof (proj1 (to_the_cell moves (erefl (hadamard o (map_mx (@tanh _) c))))) as known;
    pose proof (by_way_of known there moved) as found;
    split; [exact (proj1 found) |
      split; [exact known | rewrite -mulmxA; exact (proj2 found)]]
  end.

(* A gate that only the state reads                                           *)
Ltac by_way_of_the_output moves t1 :=
  match goal with
  |- differentiable ?G ?a /\ differentiable (fun v => ?H v ?c) ?h /\ jac _ _ = _ *m dg ?w *m ?M2 =>
    let there := fresh "there" in let moved := fresh "moved" in let found := fresh "found" in
    let known := fresh "known" in pose proof (differentiable_first moves h c) as known;
    assert (there : hadamard (map_mx (@logistic _) a) w = h) by (by_definition t1);
    assert (moved : is_diff a (fun v => hadamard (map_mx (@logistic _) v) w) (mulmx (dg w *m M2)))
      by differentiate_to_product;
    pose proof (@by_way_of _ _ _ _ (fun v => H v c) (fun v => hadamard (map_mx (@logistic _) v) w)
      a h (dg w *m M2) known there moved) as found;
    split; [exact (proj1 found) |
      split; [exact known | rewrite -mulmxA; exact (proj2 found)]]
  end.

(* A matrix by which a gate reads the state before, in a + w1 + w2            *)
Ltac by_weights moves t1 w1 w2 :=
  match goal with
  | |- differentiable ?f ?W /\ differentiable ?G ?a /\ _ = _ *m ?u^T =>
    let known := fresh "known" in let there := fresh "there" in let same := fresh "same" in
    let found := fresh "found" in
    assert (known : differentiable G a)
      by differentiate;
    assert (there : W *m u + w1 + w2 = a) by (by_definition t1);
    assert (same : f = (fun V => G (V *m u + w1 + w2)))
      by (apply: funext; let V := fresh "V" in intro V; by_definition t1);
    rewrite same; pose proof (grad_of_affine there known) as found;
    split; [exact (proj1 found) | split; [exact known | exact (proj2 found)]]
  end.

Theorem gated_bptt_to_the_cell_claim : gated_bptt_to_the_cell_printed.
Proof.
cbv delta [gated_bptt_to_the_cell_printed]; intros; rename H into moves, H0 into t1.
by apply: (to_the_cell moves); by_definition t1.
Qed.

Theorem gated_bptt_to_the_forget_gate_claim : gated_bptt_to_the_forget_gate_printed.
Proof.
cbv delta [gated_bptt_to_the_forget_gate_printed]; intros; rename H into moves, H0 into t1.
by_way_of_the_cell moves t1.
Qed.

Theorem gated_bptt_to_the_input_gate_claim : gated_bptt_to_the_input_gate_printed.
Proof.
cbv delta [gated_bptt_to_the_input_gate_printed]; intros; rename H into moves, H0 into t1.
by_way_of_the_cell moves t1.
Qed.

Theorem gated_bptt_to_what_enters_claim : gated_bptt_to_what_enters_printed.
Proof.
cbv delta [gated_bptt_to_what_enters_printed]; intros; rename H into moves, H0 into t1.
by_way_of_the_cell moves t1.
Qed.

Theorem gated_bptt_to_the_output_gate_claim : gated_bptt_to_the_output_gate_printed.
Proof.
cbv delta [gated_bptt_to_the_output_gate_printed]; intros; rename H into moves, H0 into t1.
by_way_of_the_output moves t1.
Qed.

Theorem gated_bptt_to_the_cell_before_claim : gated_bptt_to_the_cell_before_printed.
Proof.
cbv delta [gated_bptt_to_the_cell_before_printed]; intros; rename H into moves, H0 into t1.
pose E (v : 'cV[R]_d.+1) := @usubmx R d.+1 d.+1 1 (F t (col_mx v (h (t - 1)%N))).
have there : E (c (t - 1)%N) = c t by by_definition t1.
have moved : is_diff (c (t - 1)%N) E (mulmx (dg (f_ t))).
  notypeclasses refine (is_diff_by_differential _ _ _).
  - by move=> v; rewrite /E /F; written; reflexivity.
  - by differentiate_at.
  - by move=> u; written.
have [known _] := to_the_cell moves (erefl (hadamard (o t) (map_mx (@tanh R) (c t)))).
have [dE EE] := by_way_of known there moved.
match goal with |- differentiable ?f _ /\ _ =>
  have same : f = (fun v => L_map (hadamard (o t) (map_mx (@tanh R) (E v))) (E v)) end.
  by apply/funext => v; rewrite /E /F /o /h; written.
by rewrite same; split; first exact: dE.
Qed.

Theorem gated_bptt_to_the_state_before_claim : gated_bptt_to_the_state_before_printed.
Proof.
cbv delta [gated_bptt_to_the_state_before_printed]; intros; rename H into moves, H0 into t1.
match goal with
| |- differentiable ?f _ /\ differentiable ?Gi _ /\ differentiable ?Gf _ /\
     differentiable ?Gg _ /\ differentiable ?Go _ /\ _ =>
  pose whole := f; pose to_i := Gi; pose to_f := Gf; pose to_g := Gg; pose to_o := Go
end.
pose K (v : 'cV[R]_d.+1) := L_map (hadamard (o t) (map_mx (@tanh R) v)) v.
pose squashed' (y : R) := expR (- y) / (1 + expR (- y)) ^+ 2; pose tanh' (y : R) := 1 - tanh y ^+ 2.
have [di [dK Ei]] : differentiable to_i (a_i_ t) /\ differentiable K (c t) /\
    jac to_i (a_i_ t) = jac K (c t) *m dg (g t) *m dg (map_mx squashed' (a_i_ t)).
  rewrite /to_i /K; by_way_of_the_cell moves t1.
have [df [_ Ef]] : differentiable to_f (a_f_ t) /\ differentiable K (c t) /\
    jac to_f (a_f_ t) = jac K (c t) *m dg (c (t - 1)%N) *m dg (map_mx squashed' (a_f_ t)).
  rewrite /to_f /K; by_way_of_the_cell moves t1.
have [dG [_ Eg]] : differentiable to_g (a_g_ t) /\ differentiable K (c t) /\
    jac to_g (a_g_ t) = jac K (c t) *m dg (i t) *m dg (map_mx tanh' (a_g_ t)).
  rewrite /to_g /K; by_way_of_the_cell moves t1.
have [d_o [_ Eo]] : differentiable to_o (a_o_ t) /\ differentiable (fun v => L_map v (c t)) (h t) /\
    jac to_o (a_o_ t) = jac (fun v => L_map v (c t)) (h t) *m dg (map_mx (@tanh R) (c t)) *m
      dg (map_mx squashed' (a_o_ t)).
  rewrite /to_o; by_way_of_the_output moves t1.
have here : hadamard (o t) (map_mx (@tanh R) (c t)) = h t by by_definition t1.
have EK : jac K (c t) = jac (L_map (h t)) (c t) +
    jac (fun v => L_map v (c t)) (h t) *m dg (o t) *m dg (map_mx tanh' (c t)).
  by have [_ [_ [_ E]]] := to_the_cell moves here.
pose Mc := dg (c (t - 1)%N) *m (dg (map_mx squashed' (a_f_ t)) *m W_f_) +
  (dg (g t) *m (dg (map_mx squashed' (a_i_ t)) *m W_i_) +
   dg (i t) *m (dg (map_mx tanh' (a_g_ t)) *m W_g_)).
pose Mh := dg (map_mx (@tanh R) (c t)) *m (dg (map_mx squashed' (a_o_ t)) *m W_o_) +
  dg (o t) *m (dg (map_mx tanh' (c t)) *m Mc).
have moved_c : is_diff (h (t - 1)%N) (fun v : 'cV[R]_d.+1 => @usubmx R d.+1 d.+1 1 (F t (col_mx (c (t - 1)%N) v)))
    (mulmx Mc).
  notypeclasses refine (is_diff_by_differential _ _ _).
  - by move=> v; rewrite /F; written; reflexivity.
  - by differentiate_at.
  - by move=> u; rewrite /Mc !mulmxDl -!mulmxA; by_definition t1.
have moved_h : is_diff (h (t - 1)%N) (fun v : 'cV[R]_d.+1 => @dsubmx R d.+1 d.+1 1 (F t (col_mx (c (t - 1)%N) v)))
    (mulmx Mh).
  notypeclasses refine (is_diff_by_differential _ _ _).
  - by move=> v; rewrite /F; written; reflexivity.
  - by differentiate_at.
  - by move=> u; rewrite /Mh mulmxDl -!mulmxA /Mc !mulmxDl -!mulmxA; by_definition t1.
have now : F t (col_mx (c (t - 1)%N) (h (t - 1)%N)) = s t by by_definition t1.
have same v : whole v = L_map (@dsubmx R d.+1 d.+1 1 (F t (col_mx (c (t - 1)%N) v)))
    (@usubmx R d.+1 d.+1 1 (F t (col_mx (c (t - 1)%N) v))) by rewrite /whole /F; written.
have [dw Ew] : differentiable whole (h (t - 1)%N) /\ jac whole (h (t - 1)%N) =
    jac (fun v => L_map v (c t)) (h t) *m Mh + jac (L_map (h t)) (c t) *m Mc.
  exact: (by_way_of_both moves same (congr1 (@dsubmx R d.+1 d.+1 1) now)
    (congr1 (@usubmx R d.+1 d.+1 1) now) moved_h moved_c).
split; first exact: dw.
split; first exact: di.
split; first exact: df.
split; first exact: dG.
split; first exact: d_o.
suff E : jac whole (h (t - 1)%N) = jac to_i (a_i_ t) *m W_i_ + jac to_f (a_f_ t) *m W_f_ +
    jac to_g (a_g_ t) *m W_g_ + jac to_o (a_o_ t) *m W_o_ by exact: E.
clear dw di df dG d_o dK moved_c moved_h same now here.
clearbody whole to_i to_f to_g to_o K.
rewrite {}Ew {}Ei {}Ef {}Eg {}Eo {}EK /Mh /Mc.
clearbody squashed' tanh' a_i_ a_f_ a_g_ a_o_ i f_ g o c h.
repeat match goal with |- context [jac ?f ?y] => generalize (jac f y); intro end.
repeat match goal with |- context [dg ?v] => generalize (dg v); intro end.
exact: shares.
Qed.

Theorem gated_bptt_to_W_i_in_one_step_claim : gated_bptt_to_W_i_in_one_step_printed.
Proof.
cbv delta [gated_bptt_to_W_i_in_one_step_printed]; intros; rename H into moves, H0 into t1.
have slopes := (@slope_tanh R, @slope_logistic R); case: slopes => slope_of_tanh slope_of_logistic.
by_weights moves t1 (U_i_ *m x t) b_i_.
Qed.

Theorem gated_bptt_to_W_f_in_one_step_claim : gated_bptt_to_W_f_in_one_step_printed.
Proof.
cbv delta [gated_bptt_to_W_f_in_one_step_printed]; intros; rename H into moves, H0 into t1.
have slopes := (@slope_tanh R, @slope_logistic R); case: slopes => slope_of_tanh slope_of_logistic.
by_weights moves t1 (U_f_ *m x t) b_f_.
Qed.

Theorem gated_bptt_to_W_g_in_one_step_claim : gated_bptt_to_W_g_in_one_step_printed.
Proof.
cbv delta [gated_bptt_to_W_g_in_one_step_printed]; intros; rename H into moves, H0 into t1.
have slopes := (@slope_tanh R, @slope_logistic R); case: slopes => slope_of_tanh slope_of_logistic.
by_weights moves t1 (U_g_ *m x t) b_g_.
Qed.

Theorem gated_bptt_to_W_o_in_one_step_claim : gated_bptt_to_W_o_in_one_step_printed.
Proof.
cbv delta [gated_bptt_to_W_o_in_one_step_printed]; intros; rename H into moves, H0 into t1.
have slopes := (@slope_tanh R, @slope_logistic R); case: slopes => slope_of_tanh slope_of_logistic.
by_weights moves t1 (U_o_ *m x t) b_o_.
Qed.
