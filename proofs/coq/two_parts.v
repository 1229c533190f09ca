(* A state of two parts, one below the other.                                 *)
(*                                                                            *)
(* A part that is computed of itself alone is a recurrence of its own. At     *)
(* rest, where a step takes (δc, δh) to (m, q m) with m = φ δc + p δh, the    *)
(* part c moves by φ (φ + p q)^(t-1) in t steps.                              *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary differentials recurrence product_of_jacobians.
From symrnn Require Import cells_differentiated.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.


(* The parts of a column *)

Section Parts.
Variables (R : realType) (p q : nat).
Local Notation state := 'cV[R]_(p + q.+1).+1.
Local Notation above := (@usubmx R p.+1 q.+1 1).
Local Notation below := (@dsubmx R p.+1 q.+1 1).

Lemma parts_of (s : state) : s = col_mx (above s) (below s) :> state.
Proof. exact: esym (@vsubmxK R p.+1 q.+1 1 s). Qed.

Lemma above_zero : above (0 : state) = 0.
Proof. by apply/matrixP => i l; rewrite !mxE. Qed.

Lemma below_zero : below (0 : state) = 0.
Proof. by apply/matrixP => i l; rewrite !mxE. Qed.

Lemma zero_of_parts : col_mx (0 : 'cV[R]_p.+1) (0 : 'cV[R]_q.+1) = 0 :> state.
Proof. by apply/matrixP => i l; rewrite !mxE; case: fintype.splitP => k _; rewrite !mxE. Qed.

(* where both parts are 0, the state is *)
Lemma rests_from (s : state) : below s = 0 -> above s = 0 -> s = 0.
Proof. by move=> bE aE; rewrite (parts_of s) aE bE zero_of_parts. Qed.

Lemma is_diff_above_moves (u : 'cV[R]_p.+1) (v : 'cV[R]_q.+1) :
  is_diff u (fun y => col_mx y v : state) (fun h => col_mx h (0 : 'cV[R]_q.+1) : state).
Proof. exact: (is_diff_col_mx (@is_diff_id R _ u) (@is_diff_cst R _ _ v u)). Qed.

Lemma is_diff_below_moves (u : 'cV[R]_p.+1) (v : 'cV[R]_q.+1) :
  is_diff v (fun y => col_mx u y : state) (fun h => col_mx (0 : 'cV[R]_p.+1) h : state).
Proof. exact: (is_diff_col_mx (@is_diff_cst R _ _ u v) (@is_diff_id R _ v)). Qed.

End Parts.

(* The Jacobian of a map between such states has four blocks: in each one part *)
(* moves and the other is held.                                               *)

Section Blocks.
Variables (R : realType) (p q : nat).
Local Notation state := 'cV[R]_(p + q.+1).+1.
Local Notation above := (@usubmx R p.+1 q.+1 1).
Local Notation below := (@dsubmx R p.+1 q.+1 1).
Variables (G : state -> state) (s : state).
Local Notation above_moves := (fun v : 'cV[R]_p.+1 => G (col_mx v (below s))).
Local Notation below_moves := (fun v : 'cV[R]_q.+1 => G (col_mx (above s) v)).
Hypothesis moves : differentiable G s.

Let J := jac G s : 'M[R]_(p.+1 + q.+1).

Let col_parts : col_mx (above s) (below s) = s :> state.
Proof. exact: (@vsubmxK R p.+1 q.+1 1 s). Qed.

Let from_above : is_diff (above s) above_moves (fun h => J *m col_mx h (0 : 'cV[R]_q.+1) : state).
Proof.
have H := is_diff_col_mx (@is_diff_id R _ (above s)) (@is_diff_cst R _ _ (below s) (above s)).
exact: (is_diff_further H col_parts (is_diff_jac moves)).
Qed.

Let from_below : is_diff (below s) below_moves (fun h => J *m col_mx (0 : 'cV[R]_p.+1) h : state).
Proof.
have H := is_diff_col_mx (@is_diff_cst R _ _ (above s) (below s)) (@is_diff_id R _ (below s)).
exact: (is_diff_further H col_parts (is_diff_jac moves)).
Qed.

Let of_above (h : 'cV[R]_p.+1) :
  J *m col_mx h (0 : 'cV[R]_q.+1) = col_mx (ulsubmx J *m h) (dlsubmx J *m h).
Proof. by rewrite -{1}[J]submxK /block_mx mul_col_mx !mul_row_col !mulmx0 !addr0. Qed.

Let of_below (h : 'cV[R]_q.+1) :
  J *m col_mx (0 : 'cV[R]_p.+1) h = col_mx (ursubmx J *m h) (drsubmx J *m h).
Proof. by rewrite -{1}[J]submxK /block_mx mul_col_mx !mul_row_col !mulmx0 !add0r. Qed.

Lemma above_by_above :
  differentiable (fun v => above (above_moves v)) (above s) /\
  jac (fun v => above (above_moves v)) (above s) = ulsubmx J.
Proof.
apply: differentiable_jac.
notypeclasses refine (is_diff_ext (is_diff_usubmx from_above) (fun v => erefl) _) => h.
by rewrite of_above col_mxKu.
Qed.

Lemma above_by_below :
  differentiable (fun v => above (below_moves v)) (below s) /\
  jac (fun v => above (below_moves v)) (below s) = ursubmx J.
Proof.
apply: differentiable_jac.
notypeclasses refine (is_diff_ext (is_diff_usubmx from_below) (fun v => erefl) _) => h.
by rewrite of_below col_mxKu.
Qed.

Lemma below_by_above :
  differentiable (fun v => below (above_moves v)) (above s) /\
  jac (fun v => below (above_moves v)) (above s) = dlsubmx J.
Proof.
apply: differentiable_jac.
notypeclasses refine (is_diff_ext (is_diff_dsubmx from_above) (fun v => erefl) _) => h.
by rewrite of_above col_mxKd.
Qed.

Lemma below_by_below :
  differentiable (fun v => below (below_moves v)) (below s) /\
  jac (fun v => below (below_moves v)) (below s) = drsubmx J.
Proof.
apply: differentiable_jac.
notypeclasses refine (is_diff_ext (is_diff_dsubmx from_below) (fun v => erefl) _) => h.
by rewrite of_below col_mxKd.
Qed.

(* one block for each part of what moves and each part that is moved          *)
Lemma jac_in_blocks :
  col_mx
    (row_mx (jac (fun v => above (above_moves v)) (above s))
            (jac (fun v => above (below_moves v)) (below s)))
    (row_mx (jac (fun v => below (above_moves v)) (above s))
            (jac (fun v => below (below_moves v)) (below s))) = J.
Proof.
by rewrite (proj2 above_by_above) (proj2 above_by_below) (proj2 below_by_above)
  (proj2 below_by_below); exact: submxK.
Qed.

End Blocks.

(* A part that is computed of itself alone *)

Section Alone.
Variables (R : realType) (p q : nat).
Local Notation state := 'cV[R]_(p + q.+1).+1.
Local Notation above := (@usubmx R p.+1 q.+1 1).
Local Notation below := (@dsubmx R p.+1 q.+1 1).
Variables (F : nat -> state -> state) (G : nat -> 'cV[R]_p.+1 -> 'cV[R]_p.+1).
Hypothesis alone : forall j s, (1 <= j)%N -> above (F j s) = G j (above s).

Lemma flow_alone k t s : (k <= t)%N -> above (flow F k t s) = flow G k t (above s).
Proof.
elim: t => [|t IH]; first by rewrite leqn0 => /eqP->; rewrite !flow_id.
rewrite leq_eqVlt => /orP[/eqP->|kt]; first by rewrite !flow_id.
by rewrite !flowS // alone // IH.
Qed.

Lemma state_alone s0 t : above (vocabulary.state F s0 t) = vocabulary.state G (above s0) t.
Proof. exact: flow_alone. Qed.

(* its steps, and their product: what is below has no part in it *)
Variables (s0 : state) (J : nat -> 'M[R]_p.+1).
Local Notation s := (vocabulary.state F s0).
Hypothesis step : forall j, (1 <= j)%N ->
  differentiable (G j) (above (s (j - 1)%N)) /\ jac (G j) (above (s (j - 1)%N)) = J j.

Lemma product_alone k t : (k <= t)%N ->
  differentiable (fun v : 'cV[R]_p.+1 => above (flow F k t (col_mx v (below (s k))))) (above (s k)) /\
  jac (fun v : 'cV[R]_p.+1 => above (flow F k t (col_mx v (below (s k))))) (above (s k)) =
    oprod k.+1 t.+1 J.
Proof.
move=> kt; have -> : (fun v : 'cV[R]_p.+1 => above (flow F k t (col_mx v (below (s k))))) = flow G k t.
  by apply/funext => v; rewrite flow_alone // col_mxKu.
have moves j : (1 <= j)%N -> differentiable (G j) (vocabulary.state G (above s0) (j - 1)%N).
  by move=> j1; rewrite -state_alone; have [] := step j1.
have [dG E] := product_of_jacobians_any_cell moves kt; rewrite -state_alone in dG E.
split; first exact: dG.
refine (etrans E _); apply: eq_oprod => j /andP[kj _].
have j1 := leq_ltn_trans (leq0n k) kj.
by rewrite flow_step // -state_alone; have [_ ->] := step j1.
Qed.

Lemma nothing_enters t : (1 <= t)%N ->
  differentiable (fun v : 'cV[R]_q.+1 => above (flow F (t - 1)%N t (col_mx (above (s (t - 1)%N)) v)))
    (below (s (t - 1)%N)) /\
  jac (fun v : 'cV[R]_q.+1 => above (flow F (t - 1)%N t (col_mx (above (s (t - 1)%N)) v)))
    (below (s (t - 1)%N)) = 0.
Proof.
move=> t1.
notypeclasses refine (@jac_by_differential _ _ _ _
  (fun v => flow G (t - 1)%N t (above (s (t - 1)%N))) _ _ _ _ (is_diff_constant _ _) _) => v.
  by rewrite flow_alone ?leq_subr // col_mxKu.
by rewrite mul0mx.
Qed.

End Alone.

(* At rest *)

Section Rest.
Variables (R : realType) (d : nat) (phi p q : R).
Local Notation state := 'cV[R]_(d + d.+1).+1.
Local Notation above := (@usubmx R d.+1 d.+1 1).
Local Notation below := (@dsubmx R d.+1 d.+1 1).
Variable F : nat -> state -> state.
Hypothesis stays : forall j, F j 0 = 0.

Definition moved (u : state) : 'cV[R]_d.+1 := phi *: above u + p *: below u.
Hypothesis step : forall j,
  is_diff (0 : state) (F j) (fun u => col_mx (moved u) (q *: moved u) : state).

Lemma rests t : vocabulary.state F 0 t = 0.
Proof.
elim: t => [//|t IH]; have := @state_before _ F 0 t.+1 (ltn0Sn t).
by rewrite subn1 /= IH => ->; exact: stays.
Qed.

Local Notation both c v := (col_mx (c *: v) ((q * c) *: v) : state).

Lemma further_on (c : R) (v : 'cV[R]_d.+1) :
  col_mx (moved (both c v)) (q *: moved (both c v)) = both ((phi + p * q) * c) v :> state.
Proof.
by rewrite /moved col_mxKu col_mxKd !scalerA -scalerDl scalerA mulrDl -mulrA.
Qed.

Lemma started (v : 'cV[R]_d.+1) :
  col_mx (moved (col_mx v (0 : 'cV[R]_d.+1))) (q *: moved (col_mx v (0 : 'cV[R]_d.+1))) =
  both phi v :> state.
Proof. by rewrite /moved col_mxKu col_mxKd scaler0 addr0 scalerA. Qed.

(* with all types given, so that there is nothing to find out about them       *)
Lemma after (f df : 'cV[R]_d.+1 -> state) (G dG : state -> state) :
  is_diff (0 : 'cV[R]_d.+1) f df -> f 0 = 0 -> is_diff (0 : state) G dG ->
  is_diff (0 : 'cV[R]_d.+1) (fun v => G (f v)) (fun v => dG (df v)).
Proof. by move=> Hf f0 HG; exact: (is_diff_further Hf f0 HG). Qed.

Definition from_above_on (v : 'cV[R]_d.+1) : state := col_mx v (0 : 'cV[R]_d.+1).
Definition from_below_on (v : 'cV[R]_d.+1) : state := col_mx (0 : 'cV[R]_d.+1) v.

Lemma is_diff_from_above : is_diff (0 : 'cV[R]_d.+1) from_above_on from_above_on.
Proof. exact: is_diff_above_moves. Qed.

Lemma is_diff_from_below : is_diff (0 : 'cV[R]_d.+1) from_below_on from_below_on.
Proof. exact: is_diff_below_moves. Qed.

Lemma from_above_0 : from_above_on 0 = 0.
Proof. exact: zero_of_parts. Qed.

Lemma from_below_0 : from_below_on 0 = 0.
Proof. exact: zero_of_parts. Qed.

Lemma is_diff_flow t : is_diff (0 : 'cV[R]_d.+1)
  (fun v => flow F 0 t.+1 (from_above_on v)) (fun v => both (phi * (phi + p * q) ^+ t) v).
Proof.
elim: t => [|t IH].
  have H := after is_diff_from_above from_above_0 (step 1).
  have E v : F 1 (from_above_on v) = flow F 0 1 (from_above_on v).
    by rewrite (flowS F _ (leq0n 0)) flow_id.
  notypeclasses refine (is_diff_ext H E _) => v.
  by rewrite started expr0 mulr1.
have at0 : flow F 0 t.+1 (from_above_on 0) = 0 by rewrite from_above_0; exact: (rests t.+1).
have H := after IH at0 (step t.+2).
have E v : F t.+2 (flow F 0 t.+1 (from_above_on v)) = flow F 0 t.+2 (from_above_on v).
  by rewrite -(flowS F _ (leq0n t.+1)).
notypeclasses refine (is_diff_ext H E _) => v.
by rewrite further_on exprS mulrCA.
Qed.

Lemma above_at_rest t (h0 c0 : 'cV[R]_d.+1) : h0 = 0 -> c0 = 0 -> (1 <= t)%N ->
  differentiable (fun v : 'cV[R]_d.+1 => above (flow F 0 t (col_mx v h0))) c0 /\
  jac (fun v : 'cV[R]_d.+1 => above (flow F 0 t (col_mx v h0))) c0 =
    (phi * (phi + p * q) ^+ (t - 1)) *: 1%:M.
Proof.
case: t => // t -> -> _; rewrite subn1 /=; apply: differentiable_jac.
notypeclasses refine (is_diff_ext (is_diff_usubmx (is_diff_flow t)) (fun v => erefl) _) => v.
by rewrite col_mxKu -scalemxAl mul1mx.
Qed.

Lemma below_at_rest t (h0 c0 : 'cV[R]_d.+1) : h0 = 0 -> c0 = 0 -> (1 <= t)%N ->
  differentiable (fun v : 'cV[R]_d.+1 => below (flow F 0 t (col_mx v h0))) c0 /\
  differentiable (fun v : 'cV[R]_d.+1 => above (flow F 0 t (col_mx v h0))) c0 /\
  jac (fun v : 'cV[R]_d.+1 => below (flow F 0 t (col_mx v h0))) c0 =
    q *: jac (fun v : 'cV[R]_d.+1 => above (flow F 0 t (col_mx v h0))) c0.
Proof.
move=> hE cE t1; have [dc ->] := above_at_rest hE cE t1.
suff [dh ->] : differentiable (fun v : 'cV[R]_d.+1 => below (flow F 0 t (col_mx v h0))) c0 /\
    jac (fun v : 'cV[R]_d.+1 => below (flow F 0 t (col_mx v h0))) c0 =
    (q * (phi * (phi + p * q) ^+ (t - 1))) *: 1%:M by split=> //; rewrite scalerA.
case: t t1 {dc} => // t _; rewrite hE cE subn1 /=; apply: differentiable_jac.
notypeclasses refine (is_diff_ext (is_diff_dsubmx (is_diff_flow t)) (fun v => erefl) _) => v.
by rewrite col_mxKd -scalemxAl mul1mx.
Qed.

(* one step from a part                                                       *)
Lemma above_after_one (f : 'cV[R]_d.+1 -> state) (k : R) t :
  is_diff (0 : 'cV[R]_d.+1) f f -> f 0 = 0 -> (forall v, moved (f v) = k *: v) -> (1 <= t)%N ->
  differentiable (fun v : 'cV[R]_d.+1 => above (flow F (t - 1)%N t (f v))) 0 /\
  jac (fun v : 'cV[R]_d.+1 => above (flow F (t - 1)%N t (f v))) 0 = k *: 1%:M.
Proof.
move=> df f0 E t1; rewrite (flow_step _ t1); apply: differentiable_jac.
have H := after df f0 (step t).
notypeclasses refine (is_diff_ext (is_diff_usubmx H) (fun v => erefl) _) => v.
by rewrite col_mxKu E -scalemxAl mul1mx.
Qed.

Lemma above_from_below t (h0 c0 : 'cV[R]_d.+1) : h0 = 0 -> c0 = 0 -> (1 <= t)%N ->
  differentiable (fun v : 'cV[R]_d.+1 => above (flow F (t - 1)%N t (col_mx c0 v))) h0 /\
  jac (fun v : 'cV[R]_d.+1 => above (flow F (t - 1)%N t (col_mx c0 v))) h0 = p *: 1%:M.
Proof.
move=> -> ->; apply: (above_after_one is_diff_from_below from_below_0) => v.
by rewrite /moved col_mxKu col_mxKd scaler0 add0r.
Qed.

Lemma above_from_above t (h0 c0 : 'cV[R]_d.+1) : h0 = 0 -> c0 = 0 -> (1 <= t)%N ->
  differentiable (fun v : 'cV[R]_d.+1 => above (flow F (t - 1)%N t (col_mx v h0))) c0 /\
  jac (fun v : 'cV[R]_d.+1 => above (flow F (t - 1)%N t (col_mx v h0))) c0 = phi *: 1%:M.
Proof.
move=> -> ->; apply: (above_after_one is_diff_from_above from_above_0) => v.
by rewrite /moved col_mxKu col_mxKd scaler0 addr0.
Qed.

End Rest.
