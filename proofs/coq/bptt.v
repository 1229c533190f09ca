(* Back-propagation through time.                                             *)
(*                                                                            *)
(* A cell s_j = F_θ,j(s_{j-1}) that is differentiable in its parameter and    *)
(* its state together has, for any times h <= t and with s_h held constant,   *)
(*   ∂s_t/∂θ = Σ_{k=h+1}^{t} ∂s_t/∂s_k ∂⁺s_k/∂θ,                              *)
(* θ an element of any normed space, in particular a matrix or a column. The  *)
(* total derivative is the Fréchet derivative of θ ↦ s_t through the whole    *)
(* recurrence; ∂⁺ that of one step, the state before it fixed. With h = 0     *)
(* nothing but s_0 is held. From it follow the gradient of the loss, of the   *)
(* total loss, and by Horner's rule the adjoint recursion; and all of it for  *)
(* W, U, b and s_0 of the Elman network.                                      *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From symrnn Require Import vocabulary differentials recurrence preactivation_jacobian.
From symrnn Require Import step_jacobian product_of_jacobians.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

(* Any cell, any parameter                                                    *)

Section AnyCell.
Variables (R : realType) (V : normedModType R) (n : nat).
Variables (F : V -> nat -> 'cV[R]_n.+1 -> 'cV[R]_n.+1) (theta : V).

Hypothesis F_diff : forall k s,
  differentiable (fun z : V * 'cV[R]_n.+1 => F z.1 k z.2) (theta, s).

Section OneStep.
Variables (k : nat) (s : 'cV[R]_n.+1).
Let Phi (z : V * 'cV[R]_n.+1) := F z.1 k z.2.

Lemma is_diff_total (g dg : V -> 'cV[R]_n.+1) : is_diff theta g dg -> g theta = s ->
  is_diff theta (fun v => F v k (g v)) (fun H => 'd Phi (theta, s) (H, dg H)).
Proof.
move=> Hg gs; pose proof (@is_diff_pair _ _ _ _ _ _ _ _ _ (@is_diff_id R V theta) Hg) as Hp.
have Hphi : is_diff (id theta, g theta) Phi ('d Phi (theta, s)).
  by rewrite gs; exact/differentiableP/F_diff.
exact: (@is_diff_comp _ _ _ _ _ _ _ _ _ Hp Hphi).
Qed.

Lemma is_diff_immediate :
  is_diff theta (fun v => F v k s) (fun H => 'd Phi (theta, s) (H, 0)).
Proof. exact: (is_diff_total (@is_diff_cst R V _ s theta) erefl). Qed.

Lemma is_diff_state : is_diff s (F theta k) (fun u => 'd Phi (theta, s) (0, u)).
Proof.
pose proof (@is_diff_pair _ _ _ _ _ _ _ _ _
  (@is_diff_cst R _ V theta s) (@is_diff_id R _ s)) as Hp.
pose proof (differentiableP (F_diff k s)) as Hphi.
exact: (@is_diff_comp _ _ _ _ _ _ _ _ _ Hp Hphi).
Qed.

Lemma differentiable_immediate : differentiable (fun v => F v k s) theta.
Proof. by case: is_diff_immediate. Qed.

Lemma differentiable_step : differentiable (F theta k) s.
Proof. by case: is_diff_state. Qed.

(* the total derivative: d F_v(g(v)) = ∂⁺F dv + ∂F/∂s dg                      *)
Lemma total_derivative (g dg : V -> 'cV[R]_n.+1) :
  is_diff theta g dg -> g theta = s ->
  is_diff theta (fun v => F v k (g v))
    (fun H => jac (F theta k) s *m dg H + 'd (fun v => F v k s) theta H).
Proof.
move=> Hg gs; pose proof (is_diff_total Hg gs) as H; apply: (is_diff_eq H).
apply/funext => v; rewrite -diff_jac.
have [_ ->] := is_diff_state; have [_ ->] := is_diff_immediate.
by rewrite -linearD; congr ('d Phi _ _); congr (_, _); rewrite /= ?add0r ?addr0.
Qed.

End OneStep.

Variable s0 : 'cV[R]_n.+1.
Local Notation s := (state (F theta) s0).
Local Notation Ds t k := (jac (flow (F theta) k t) (s k)).

Lemma differentiable_flow_cell k t :
  (k <= t)%N -> differentiable (flow (F theta) k t) (s k).
Proof. by apply: differentiable_flow => j _; exact: differentiable_step. Qed.

(* ∂s_t/∂s_k = ∂s_t/∂s_{t-1} ∂s_{t-1}/∂s_k                                    *)
Lemma jac_flowS k t : (k <= t)%N -> Ds t.+1 k = jac (F theta t.+1) (s t) *m Ds t k.
Proof.
move=> kt; have step j : (1 <= j)%N -> differentiable (F theta j) (s (j - 1)%N).
  by move=> _; exact: differentiable_step.
rewrite (jac_flow_trans step kt (leqnSn t)).
by have := flow_step (F theta) (ltn0Sn t); rewrite subn1 => ->.
Qed.

(* ds_t = Σ_{k=h+1}^{t} ∂s_t/∂s_k ∂⁺s_k, where s_h is held                    *)
Theorem bptt_any_cell h t : (h <= t)%N ->
  is_diff theta (fun v => flow (F v) h t (s h))
    (fun H => \sum_(h.+1 <= k < t.+1)
       Ds t k *m 'd (fun v => F v k (s (k - 1)%N)) theta H).
Proof.
elim: t => [|t IH].
  rewrite leqn0 => /eqP->.
  apply: (is_diff_ext (@is_diff_cst R V _ (s 0%N) theta)) => v //.
  by rewrite big_geq.
rewrite leq_eqVlt => /orP[/eqP->|ht].
  apply: (is_diff_ext (@is_diff_cst R V _ (s t.+1) theta)) => v.
    by rewrite flow_id.
  by rewrite big_geq.
rewrite ltnS in ht.
pose proof (total_derivative t.+1 (IH ht) (flow_state (F theta) s0 ht)) as H.
apply: (is_diff_ext H) => v.
  by rewrite flowS.
rewrite [in RHS]big_nat_recr //= jac_flow_id mul1mx subn1; congr (_ + _).
etransitivity; first exact: mulmx_sumr.
apply: eq_big_nat => k /andP[_ kt].
rewrite ltnS in kt.
by rewrite (jac_flowS kt) mulmxA.
Qed.

End AnyCell.

(* In coordinates: a matrix as parameter                                      *)

Section MatrixParameter.
Variables (R : realType) (n p q : nat).
Variable F : 'M[R]_(p.+1, q.+1) -> nat -> 'cV[R]_n.+1 -> 'cV[R]_n.+1.
Variables (theta : 'M[R]_(p.+1, q.+1)) (s0 : 'cV[R]_n.+1).
Variable ell : nat -> 'cV[R]_n.+1 -> 'cV[R]_1.

Hypothesis F_diff : forall k s,
  jointly_differentiable (F ^~ k) theta s.
Hypothesis ell_diff : forall t s, differentiable (ell t) s.

Local Notation s := (state (F theta) s0).
Local Notation Ds t k := (jac (flow (F theta) k t) (s k)).
Local Notation Dplus k := (jacvec (fun v => F v k (s (k - 1)%N)) theta).

(* ∂s_t/∂vec(θ) = Σ_{k=h+1}^{t} ∂s_t/∂s_k ∂⁺s_k/∂vec(θ)                       *)
Lemma bptt_matrix h t : (h <= t)%N ->
  differentiable (fun v => flow (F v) h t (s h)) theta /\
  jacvec (fun v => flow (F v) h t (s h)) theta =
  \sum_(h.+1 <= k < t.+1) Ds t k *m Dplus k.
Proof.
move=> ht.
refine (differentiable_jacvec (is_diff_ext (bptt_any_cell F_diff s0 ht) (frefl _) _)) => H.
symmetry; etransitivity; first exact: mulmx_suml.
by apply: eq_big_nat => k _; rewrite diff_jacvec mulmxA.
Qed.

(* ∂L_t/∂vec(θ) = ∂L_t/∂s_t Σ_{k=h+1}^{t} ∂s_t/∂s_k ∂⁺s_k/∂vec(θ)             *)
Lemma bptt_matrix_loss h t : (h <= t)%N ->
  differentiable (fun v => ell t (flow (F v) h t (s h))) theta /\
  jacvec (fun v => ell t (flow (F v) h t (s h))) theta =
  jac (ell t) (s t) *m \sum_(h.+1 <= k < t.+1) Ds t k *m Dplus k.
Proof.
move=> ht; have [df <-] := bptt_matrix ht; split.
  exact: (differentiable_comp df (ell_diff _ _)).
rewrite -(flow_state (F theta) s0 ht).
exact: (jacvec_comp df (ell_diff _ _)).
Qed.

(* the total loss: the sum over t of the above                                *)
Lemma bptt_matrix_total_loss T :
  differentiable (fun v => \sum_(1 <= t < T.+1) ell t (state (F v) s0 t)) theta /\
  jacvec (fun v => \sum_(1 <= t < T.+1) ell t (state (F v) s0 t)) theta =
  \sum_(1 <= t < T.+1)
    jac (ell t) (s t) *m \sum_(1 <= k < t.+1) Ds t k *m Dplus k.
Proof.
apply: differentiable_jacvec.
have each t : (1 <= t < T.+1)%N ->
    is_diff theta (fun v => ell t (state (F v) s0 t))
      (fun H => jac (ell t) (s t) *m (\sum_(1 <= k < t.+1) Ds t k *m Dplus k)
                *m vec H).
  move=> _; have [df E] := bptt_matrix_loss (leq0n t).
  by apply: DiffDef => //; apply/funext => H; rewrite diff_jacvec E.
apply: (is_diff_ext (is_diff_sum_nat each)) => // H.
by symmetry; exact: mulmx_suml.
Qed.

End MatrixParameter.

(* A column as parameter                                                      *)

Section ColumnParameter.
Variables (R : realType) (n p : nat).
Variable F : 'cV[R]_p.+1 -> nat -> 'cV[R]_n.+1 -> 'cV[R]_n.+1.
Variables (theta : 'cV[R]_p.+1) (s0 : 'cV[R]_n.+1).
Variable ell : nat -> 'cV[R]_n.+1 -> 'cV[R]_1.

Hypothesis F_diff : forall k s,
  jointly_differentiable (F ^~ k) theta s.
Hypothesis ell_diff : forall t s, differentiable (ell t) s.

Local Notation s := (state (F theta) s0).
Local Notation Ds t k := (jac (flow (F theta) k t) (s k)).
Local Notation Dplus k := (jac (fun v => F v k (s (k - 1)%N)) theta).

(* ∂s_t/∂θ = Σ_{k=h+1}^{t} ∂s_t/∂s_k ∂⁺s_k/∂θ                                 *)
Lemma bptt_column h t : (h <= t)%N ->
  differentiable (fun v => flow (F v) h t (s h)) theta /\
  jac (fun v => flow (F v) h t (s h)) theta =
  \sum_(h.+1 <= k < t.+1) Ds t k *m Dplus k.
Proof.
move=> ht.
refine (differentiable_jac (is_diff_ext (bptt_any_cell F_diff s0 ht) (frefl _) _)) => H.
symmetry; etransitivity; first exact: mulmx_suml.
by apply: eq_big_nat => k _; rewrite diff_jac mulmxA.
Qed.

(* ∂L_t/∂θ = ∂L_t/∂s_t Σ_{k=h+1}^{t} ∂s_t/∂s_k ∂⁺s_k/∂θ                       *)
Lemma bptt_column_loss h t : (h <= t)%N ->
  differentiable (fun v => ell t (flow (F v) h t (s h))) theta /\
  jac (fun v => ell t (flow (F v) h t (s h))) theta =
  jac (ell t) (s t) *m \sum_(h.+1 <= k < t.+1) Ds t k *m Dplus k.
Proof.
move=> ht; have [df <-] := bptt_column ht; split.
  exact: (differentiable_comp df (ell_diff _ _)).
rewrite -(flow_state (F theta) s0 ht).
exact: (jac_comp df (ell_diff _ _)).
Qed.

(* the total loss                                                             *)
Lemma bptt_column_total_loss T :
  differentiable (fun v => \sum_(1 <= t < T.+1) ell t (state (F v) s0 t)) theta /\
  jac (fun v => \sum_(1 <= t < T.+1) ell t (state (F v) s0 t)) theta =
  \sum_(1 <= t < T.+1)
    jac (ell t) (s t) *m \sum_(1 <= k < t.+1) Ds t k *m Dplus k.
Proof.
have each t : (1 <= t < T.+1)%N ->
    is_diff theta (fun v => ell t (state (F v) s0 t))
      (mulmx (jac (ell t) (s t) *m (\sum_(1 <= k < t.+1) Ds t k *m Dplus k))).
  move=> _; have [df E] := bptt_column_loss (leq0n t).
  by apply: DiffDef => //; apply/funext => H; rewrite diff_jac E.
refine (differentiable_jac (is_diff_ext (is_diff_sum_nat each) (frefl _) _)) => H.
by symmetry; exact: mulmx_suml.
Qed.

End ColumnParameter.

(* The loss as a function of a state                                          *)

Section OfTheState.
Variables (R : realType) (n : nat) (F : nat -> 'cV[R]_n.+1 -> 'cV[R]_n.+1).
Variables (s0 : 'cV[R]_n.+1) (ell : nat -> 'cV[R]_n.+1 -> 'cV[R]_1).
Local Notation s := (state F s0).
Local Notation Ds t k := (jac (flow F k t) (s k)).

Hypothesis F_diff : forall j, (1 <= j)%N -> differentiable (F j) (s (j - 1)%N).
Hypothesis ell_diff : forall t s, differentiable (ell t) s.

(* ∂L_t/∂s_k = ∂L_t/∂s_t ∂s_t/∂s_k                                            *)
Lemma loss_by_state_any_cell k t : (k <= t)%N ->
  differentiable (fun u => ell t (flow F k t u)) (s k) /\
  jac (fun u => ell t (flow F k t u)) (s k) = jac (ell t) (s t) *m Ds t k.
Proof.
move=> kt; pose proof (differentiable_flow F_diff kt) as df.
split; first exact: (differentiable_comp df (ell_diff _ _)).
rewrite -(flow_state F s0 kt); exact: (jac_comp df (ell_diff _ _)).
Qed.

(* ∂L_t/∂s_0 = ∂L_t/∂s_t ∏_{j=1}^{t} ∂s_j/∂s_{j-1}                            *)
Lemma initial_state_any_cell t :
  differentiable (fun u => ell t (state F u t)) s0 /\
  jac (fun u => ell t (state F u t)) s0 =
  jac (ell t) (s t) *m oprod 1 t.+1 (fun j => Ds j (j - 1)%N).
Proof.
have [dL EL] := loss_by_state_any_cell (leq0n t); split; first exact: dL.
etransitivity; first exact: EL.
by have [_ ->] := product_of_jacobians_any_cell F_diff (leq0n t).
Qed.

End OfTheState.

(* Horner's rule for ordered products                                         *)

Section Adjoint.
Variables (R : ringType) (n r : nat).
Variables (J : nat -> 'M[R]_n) (l : nat -> 'M[R]_(r, n)).

(* δ_kᵀ = Σ_{i=k}^{T} l_i J_i ⋯ J_{k+1}: what arrives at time k               *)
Definition arriving k T := \sum_(k <= i < T.+1) l i *m oprod k.+1 i.+1 J.

(* δ_{T+1} = 0 and δ_kᵀ = l_k + δ_{k+1}ᵀ J_{k+1}                              *)
Lemma arriving_horner k T : (k <= T)%N ->
  arriving k T = l k + arriving k.+1 T *m J k.+1.
Proof.
move=> kT; rewrite /arriving big_ltn ?ltnS // oprod_empty // mulmx1; congr (_ + _).
rewrite mulmx_suml; apply: eq_big_nat => i /andP[ki _].
by rewrite (@oprod_recl _ _ k.+1) // mulmxA.
Qed.

(* Σ_{t=1}^{T} l_t Σ_{k=1}^{t} J_t ⋯ J_{k+1} P_k = Σ_{k=1}^{T} δ_kᵀ P_k       *)
Lemma sum_arriving c T (P : nat -> 'M[R]_(n, c)) :
  \sum_(1 <= t < T.+1) l t *m (\sum_(1 <= k < t.+1) oprod k.+1 t.+1 J *m P k) =
  \sum_(1 <= k < T.+1) arriving k T *m P k.
Proof.
elim: T => [|T IH]; first by rewrite !big_geq.
rewrite big_nat_recr // IH.
transitivity (\sum_(1 <= k < T.+2)
    (arriving k T *m P k + l T.+1 *m (oprod k.+1 T.+2 J *m P k))).
  rewrite big_split /= -mulmx_sumr [in RHS]big_nat_recr //=.
  have -> : arriving T.+1 T = 0 by rewrite /arriving big_geq.
  by rewrite mul0mx addr0.
apply: eq_big_nat => k /andP[_ kT].
by rewrite /arriving [in RHS]big_nat_recr //= mulmxDl -mulmxA.
Qed.

End Adjoint.

Lemma sum_of_four (M : zmodType) (f : nat -> M) :
  \sum_(1 <= k < 5) f k = f 1%N + f 2%N + f 3%N + f 4%N.
Proof. by rewrite /index_iota /= !big_cons big_nil addr0 !addrA. Qed.

(* θ and the state together: W g + U x_k + b, where g is a function of both   *)

Section Preactivation.
Variables (R : realType) (d m : nat).
Variables (W : 'M[R]_d.+1) (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1).
Variables (x : nat -> 'cV[R]_m.+1) (k : nat).

Lemma preactivation_diff_W (g dg : 'M[R]_d.+1 * 'cV[R]_d.+1 -> 'cV[R]_d.+1) z :
  is_diff z g dg -> is_diff z (fun y => preactivation y.1 U b x k (g y))
    (fun h => h.1 *m g z + z.1 *m dg h + 0 + 0).
Proof.
move=> Hg; pose proof (is_diff_mulmx (is_diff_fst z) Hg) as H1.
pose proof (@is_diffD _ _ _ _ _ _ _ _ H1 (@is_diff_cst R _ _ (U *m x k) z)) as H2.
exact: (@is_diffD _ _ _ _ _ _ _ _ H2 (@is_diff_cst R _ _ b z)).
Qed.

Lemma preactivation_diff_U (g dg : 'M[R]_(d.+1, m.+1) * 'cV[R]_d.+1 -> 'cV[R]_d.+1) z :
  is_diff z g dg -> is_diff z (fun y => preactivation W y.1 b x k (g y))
    (fun h => W *m dg h + (h.1 *m x k + z.1 *m 0) + 0).
Proof.
move=> Hg; pose proof (is_diff_linear W Hg) as H1.
pose proof (is_diff_mulmx (is_diff_fst z) (@is_diff_cst R _ _ (x k) z)) as H1'.
pose proof (@is_diffD _ _ _ _ _ _ _ _ H1 H1') as H2.
exact: (@is_diffD _ _ _ _ _ _ _ _ H2 (@is_diff_cst R _ _ b z)).
Qed.

Lemma preactivation_diff_b (g dg : 'cV[R]_d.+1 * 'cV[R]_d.+1 -> 'cV[R]_d.+1) z :
  is_diff z g dg -> is_diff z (fun y => preactivation W U y.1 x k (g y))
    (fun h => W *m dg h + 0 + h.1).
Proof.
move=> Hg; pose proof (is_diff_linear W Hg) as H1.
pose proof (@is_diffD _ _ _ _ _ _ _ _ H1 (@is_diff_cst R _ _ (U *m x k) z)) as H2.
exact: (@is_diffD _ _ _ _ _ _ _ _ H2 (is_diff_fst z)).
Qed.

(* with σ inside, g = σ(s)                                                    *)
Variables (sigma sigma' : R -> R).
Hypothesis sigmaP : slope sigma sigma'.

Lemma sigma_inside_diff_W u :
  jointly_differentiable (fun v => sigma_inside sigma v U b x k) W u.
Proof. by case: (preactivation_diff_W (is_diff_map_mx sigmaP (is_diff_snd (W, u)))). Qed.

Lemma sigma_inside_diff_U u :
  jointly_differentiable (fun v => sigma_inside sigma W v b x k) U u.
Proof. by case: (preactivation_diff_U (is_diff_map_mx sigmaP (is_diff_snd (U, u)))). Qed.

Lemma sigma_inside_diff_b u :
  jointly_differentiable (fun v => sigma_inside sigma W U v x k) b u.
Proof. by case: (preactivation_diff_b (is_diff_map_mx sigmaP (is_diff_snd (b, u)))). Qed.

End Preactivation.

(* The Elman network                                                          *)

Section Elman.
Variables (R : realType) (d m : nat) (sigma sigma' : R -> R).
Variables (W : 'M[R]_d.+1) (U : 'M[R]_(d.+1, m.+1)) (b s0 : 'cV[R]_d.+1).
Variable x : nat -> 'cV[R]_m.+1.
Variable ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1.
Hypothesis sigmaP : slope sigma sigma'.
Hypothesis ell_diff : forall t s, differentiable (ell t) s.

Local Notation F := (elman sigma W U b x).
Local Notation s := (state F s0).
Local Notation a j := (preactivation W U b x j (s (j - 1)%N)).
Local Notation Ds t k := (jac (flow F k t) (s k)).
Local Notation DL t k := (jac (fun u => ell t (flow F k t u)) (s k)).

(* s_t as a function of one parameter, the others fixed                       *)
Local Notation by_W := (fun V => elman sigma V U b x).
Local Notation by_U := (fun V => elman sigma W V b x).
Local Notation by_b := (fun c => elman sigma W U c x).

(* ∂⁺s_k/∂vec(W), ∂⁺s_k/∂vec(U), ∂⁺s_k/∂b                                     *)
Local Notation DW k := (jacvec (fun V => by_W V k (s (k - 1)%N)) W).
Local Notation DU k := (jacvec (fun V => by_U V k (s (k - 1)%N)) U).
Local Notation Db k := (jac (fun c => by_b c k (s (k - 1)%N)) b).

Lemma elman_diff_W k u :
  jointly_differentiable (fun v => by_W v k) W u.
Proof. by case: (is_diff_map_mx sigmaP (preactivation_diff_W U b x k (is_diff_snd (W, u)))). Qed.

Lemma elman_diff_U k u :
  jointly_differentiable (fun v => by_U v k) U u.
Proof. by case: (is_diff_map_mx sigmaP (preactivation_diff_U W b x k (is_diff_snd (U, u)))). Qed.

Lemma elman_diff_b k u :
  jointly_differentiable (fun v => by_b v k) b u.
Proof. by case: (is_diff_map_mx sigmaP (preactivation_diff_b W U x k (is_diff_snd (b, u)))). Qed.

(* With s_h held constant                                                     *)

Theorem bptt_the_state_by_W_with_s_h_held h t : (0 <= h)%N -> (h <= t)%N ->
  differentiable (fun V => flow (by_W V) h t (s h)) W /\
  jacvec (fun V => flow (by_W V) h t (s h)) W =
  \sum_(h.+1 <= k < t.+1) Ds t k *m DW k.
Proof. by move=> _; exact: (@bptt_matrix _ _ _ _ by_W W s0 elman_diff_W h t). Qed.

Theorem bptt_the_loss_by_W_with_s_h_held h t : (0 <= h)%N -> (h <= t)%N ->
  differentiable (fun V => ell t (flow (by_W V) h t (s h))) W /\
  jacvec (fun V => ell t (flow (by_W V) h t (s h))) W =
  jac (ell t) (s t) *m \sum_(h.+1 <= k < t.+1) Ds t k *m DW k.
Proof. by move=> _; exact: (@bptt_matrix_loss _ _ _ _ by_W W s0 ell elman_diff_W ell_diff h t). Qed.

Theorem bptt_likewise_the_state_by_U_with_s_h_held h t : (0 <= h)%N -> (h <= t)%N ->
  differentiable (fun V => flow (by_U V) h t (s h)) U /\
  jacvec (fun V => flow (by_U V) h t (s h)) U =
  \sum_(h.+1 <= k < t.+1) Ds t k *m DU k.
Proof. by move=> _; exact: (@bptt_matrix _ _ _ _ by_U U s0 elman_diff_U h t). Qed.

Theorem bptt_likewise_the_loss_by_U_with_s_h_held h t : (0 <= h)%N -> (h <= t)%N ->
  differentiable (fun V => ell t (flow (by_U V) h t (s h))) U /\
  jacvec (fun V => ell t (flow (by_U V) h t (s h))) U =
  jac (ell t) (s t) *m \sum_(h.+1 <= k < t.+1) Ds t k *m DU k.
Proof. by move=> _; exact: (@bptt_matrix_loss _ _ _ _ by_U U s0 ell elman_diff_U ell_diff h t). Qed.

Theorem bptt_likewise_the_state_by_b_with_s_h_held h t : (0 <= h)%N -> (h <= t)%N ->
  differentiable (fun c => flow (by_b c) h t (s h)) b /\
  jac (fun c => flow (by_b c) h t (s h)) b =
  \sum_(h.+1 <= k < t.+1) Ds t k *m Db k.
Proof. by move=> _; exact: (@bptt_column _ _ _ by_b b s0 elman_diff_b h t). Qed.

Theorem bptt_likewise_the_loss_by_b_with_s_h_held h t : (0 <= h)%N -> (h <= t)%N ->
  differentiable (fun c => ell t (flow (by_b c) h t (s h))) b /\
  jac (fun c => ell t (flow (by_b c) h t (s h))) b =
  jac (ell t) (s t) *m \sum_(h.+1 <= k < t.+1) Ds t k *m Db k.
Proof. by move=> _; exact: (@bptt_column_loss _ _ _ by_b b s0 ell elman_diff_b ell_diff h t). Qed.

(* Nothing held but s_0                                                       *)

(* ∂s_t/∂vec(W) = Σ_{k=1}^{t} ∂s_t/∂s_k ∂⁺s_k/∂vec(W)                         *)
Theorem bptt_the_state_by_W t : (0 <= t)%N ->
  differentiable (fun V => state (by_W V) s0 t) W /\
  jacvec (fun V => state (by_W V) s0 t) W =
  \sum_(1 <= k < t.+1) Ds t k *m DW k.
Proof. exact: (@bptt_the_state_by_W_with_s_h_held 0%N t). Qed.

(* ∂L_t/∂vec(W) = ∂L_t/∂s_t Σ_{k=1}^{t} ∂s_t/∂s_k ∂⁺s_k/∂vec(W)               *)
Theorem bptt_the_loss_by_W t : (0 <= t)%N ->
  differentiable (fun V => ell t (state (by_W V) s0 t)) W /\
  jacvec (fun V => ell t (state (by_W V) s0 t)) W =
  jac (ell t) (s t) *m \sum_(1 <= k < t.+1) Ds t k *m DW k.
Proof. exact: (@bptt_the_loss_by_W_with_s_h_held 0%N t). Qed.

Theorem bptt_likewise_the_state_by_U t : (0 <= t)%N ->
  differentiable (fun V => state (by_U V) s0 t) U /\
  jacvec (fun V => state (by_U V) s0 t) U =
  \sum_(1 <= k < t.+1) Ds t k *m DU k.
Proof. exact: (@bptt_likewise_the_state_by_U_with_s_h_held 0%N t). Qed.

Theorem bptt_likewise_the_loss_by_U t : (0 <= t)%N ->
  differentiable (fun V => ell t (state (by_U V) s0 t)) U /\
  jacvec (fun V => ell t (state (by_U V) s0 t)) U =
  jac (ell t) (s t) *m \sum_(1 <= k < t.+1) Ds t k *m DU k.
Proof. exact: (@bptt_likewise_the_loss_by_U_with_s_h_held 0%N t). Qed.

Theorem bptt_likewise_the_state_by_b t : (0 <= t)%N ->
  differentiable (fun c => state (by_b c) s0 t) b /\
  jac (fun c => state (by_b c) s0 t) b =
  \sum_(1 <= k < t.+1) Ds t k *m Db k.
Proof. exact: (@bptt_likewise_the_state_by_b_with_s_h_held 0%N t). Qed.

Theorem bptt_likewise_the_loss_by_b t : (0 <= t)%N ->
  differentiable (fun c => ell t (state (by_b c) s0 t)) b /\
  jac (fun c => ell t (state (by_b c) s0 t)) b =
  jac (ell t) (s t) *m \sum_(1 <= k < t.+1) Ds t k *m Db k.
Proof. exact: (@bptt_likewise_the_loss_by_b_with_s_h_held 0%N t). Qed.

(* ∂L_t/∂s_k = ∂L_t/∂s_t ∂s_t/∂s_k                                            *)
Lemma loss_by_state k t : (k <= t)%N ->
  differentiable (fun u => ell t (flow F k t u)) (s k) /\
  DL t k = jac (ell t) (s t) *m Ds t k.
Proof. by apply: loss_by_state_any_cell => // j _; exact: differentiable_elman. Qed.

(* ∂L_t/∂s_0 = ∂L_t/∂s_t ∏_{j=1}^{t} ∂s_j/∂s_{j-1}                            *)
Theorem bptt_the_initial_state t : (0 <= t)%N ->
  differentiable (fun u => ell t (state F u t)) s0 /\
  jac (fun u => ell t (state F u t)) s0 =
  jac (ell t) (s t) *m oprod 1 t.+1 (fun j => Ds j (j - 1)%N).
Proof. by move=> _; apply: initial_state_any_cell => // j _; exact: differentiable_elman. Qed.

(* ∂L_t/∂θ = ∂L_t/∂s_t Σ_{k=1}^{t} ∂s_t/∂s_k ∂⁺s_k/∂θ for θ = W, U, b          *)
Theorem bptt t :
  (differentiable (fun V => ell t (state (by_W V) s0 t)) W /\
   jacvec (fun V => ell t (state (by_W V) s0 t)) W =
   jac (ell t) (s t) *m \sum_(1 <= k < t.+1) Ds t k *m DW k) /\
  (differentiable (fun V => ell t (state (by_U V) s0 t)) U /\
   jacvec (fun V => ell t (state (by_U V) s0 t)) U =
   jac (ell t) (s t) *m \sum_(1 <= k < t.+1) Ds t k *m DU k) /\
  (differentiable (fun c => ell t (state (by_b c) s0 t)) b /\
   jac (fun c => ell t (state (by_b c) s0 t)) b =
   jac (ell t) (s t) *m \sum_(1 <= k < t.+1) Ds t k *m Db k).
Proof.
split; first exact: (bptt_the_loss_by_W (leq0n t)).
split; first exact: (bptt_likewise_the_loss_by_U (leq0n t)).
exact: (bptt_likewise_the_loss_by_b (leq0n t)).
Qed.

(* ∂L_4/∂vec(W), written out                                                  *)
Theorem bptt_the_worked_case_L_4 :
  differentiable (fun V => ell 4 (state (by_W V) s0 4)) W /\
  jacvec (fun V => ell 4 (state (by_W V) s0 4)) W =
  jac (ell 4) (s 4%N) *m
    (Ds 4%N 1%N *m DW 1%N + Ds 4%N 2%N *m DW 2%N +
     Ds 4%N 3%N *m DW 3%N + Ds 4%N 4%N *m DW 4%N).
Proof.
have [dL ->] := bptt_the_loss_by_W (leq0n 4); split; first exact: dL.
congr (_ *m _); exact: sum_of_four.
Qed.

(* L = Σ_t L_t                                                                *)
Theorem bptt_the_total_loss T : (1 <= T)%N ->
  differentiable (fun V => \sum_(1 <= t < T.+1) ell t (state (by_W V) s0 t)) W /\
  jacvec (fun V => \sum_(1 <= t < T.+1) ell t (state (by_W V) s0 t)) W =
  \sum_(1 <= t < T.+1)
    jac (ell t) (s t) *m \sum_(1 <= k < t.+1) Ds t k *m DW k.
Proof.
by move=> _; exact: (@bptt_matrix_total_loss _ _ _ _ by_W W s0 ell elman_diff_W ell_diff T).
Qed.

End Elman.
