(* Back-propagation through time, as the adjoint recursion.                   *)
(*                                                                            *)
(* With δ_kᵀ = Σ_{i=k}^{T} ∂L_i/∂s_i ∏_{j=k+1}^{i} ∂s_j/∂s_{j-1},             *)
(*   δ_{k-1}ᵀ = ∂L_{k-1}/∂s_{k-1} + δ_kᵀ ∂s_k/∂s_{k-1}   (Horner's rule),     *)
(*   δ_{k-1} = (∂L_{k-1}/∂s_{k-1})ᵀ + Wᵀ diag(σ′(a_k)) δ_k  as columns,       *)
(*   ∂L/∂θ = Σ_{k=1}^{T} δ_kᵀ ∂⁺s_k/∂θ   for any differentiable cell, and for *)
(*           θ = W, U, b of the Elman network,                                *)
(*   ∂L/∂s_0 = δ_1ᵀ ∂s_1/∂s_0,                                                *)
(*   ∂L_t/∂W = Σ_{k=1}^{t} diag(σ′(a_k)) (∂L_t/∂s_k)ᵀ s_{k-1}ᵀ, and likewise  *)
(*           for U with x_kᵀ and for b with nothing in the last place.        *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From symrnn Require Import vocabulary differentials recurrence activation_jacobian.
From symrnn Require Import preactivation_jacobian step_jacobian product_of_jacobians.
From symrnn Require Import bptt.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Lemma arriving_before (R : ringType) n r (J : nat -> 'M[R]_n)
    (l : nat -> 'M[R]_(r, n)) k T : (1 <= k)%N -> (k <= T)%N ->
  \sum_(k - 1 <= i < T.+1) l i *m oprod k i.+1 J =
  l (k - 1)%N + (\sum_(k <= i < T.+1) l i *m oprod k.+1 i.+1 J) *m J k.
Proof.
case: k => // k _ kT; rewrite subn1 /=.
exact: arriving_horner (ltnW kT).
Qed.

(* (l + δᵀ J)ᵀ = lᵀ + A δ where A = Jᵀ                                        *)
Lemma transposed_before (R : comRingType) n r (l delta : 'M[R]_(r, n)) (J A : 'M[R]_n) :
  J^T = A -> (l + delta *m J)^T = l^T + A *m delta^T.
Proof. by move=> <-; rewrite linearD /= trmx_mul. Qed.

(* Any cell: ∂L/∂vec(θ) = Σ_{k=1}^{T} δ_kᵀ ∂⁺s_k/∂vec(θ)                       *)

Section AnyCell.
Variables (R : realType) (n p q : nat) (s0 : 'cV[R]_n.+1).
Variable ell : nat -> 'cV[R]_n.+1 -> 'cV[R]_1.
Hypothesis ell_diff : forall t s, differentiable (ell t) s.

(* δ_kᵀ of a recurrence F                                                     *)
Definition adjoint (F : nat -> 'cV[R]_n.+1 -> 'cV[R]_n.+1) T k : 'rV[R]_n.+1 :=
  \sum_(k <= i < T.+1) jac (ell i) (state F s0 i) *m
    oprod k.+1 i.+1 (fun j => jac (flow F (j - 1) j) (state F s0 (j - 1)%N)).

Lemma sum_adjoint c (F : nat -> 'cV[R]_n.+1 -> 'cV[R]_n.+1) T (P : nat -> 'M[R]_(n.+1, c)) :
  (forall j, (1 <= j)%N -> differentiable (F j) (state F s0 (j - 1)%N)) ->
  \sum_(1 <= t < T.+1) jac (ell t) (state F s0 t) *m
    (\sum_(1 <= k < t.+1) jac (flow F k t) (state F s0 k) *m P k) =
  \sum_(1 <= k < T.+1) adjoint F T k *m P k.
Proof.
move=> Fd; etransitivity; last first.
  exact: (@sum_arriving _ _ _ (fun j => jac (flow F (j - 1) j) (state F s0 (j - 1)%N))
            (fun i => jac (ell i) (state F s0 i)) _ T P).
apply: eq_big_nat => t _; congr (_ *m _); apply: eq_big_nat => k /andP[_ kt].
rewrite ltnS in kt; have [_ E] := product_of_jacobians_any_cell Fd kt.
exact: (congr1 (mulmx^~ (P k)) E).
Qed.

Theorem adjoint_matrix (F : 'M[R]_(p.+1, q.+1) -> nat -> 'cV[R]_n.+1 -> 'cV[R]_n.+1)
    theta T :
  (forall k s, jointly_differentiable (F ^~ k) theta s) ->
  differentiable (fun v => \sum_(1 <= t < T.+1) ell t (state (F v) s0 t)) theta /\
  jacvec (fun v => \sum_(1 <= t < T.+1) ell t (state (F v) s0 t)) theta =
  \sum_(1 <= k < T.+1) adjoint (F theta) T k *m
    jacvec (fun v => F v k (state (F theta) s0 (k - 1)%N)) theta.
Proof.
move=> Fd; have [dL EL] := bptt_matrix_total_loss s0 Fd ell_diff T.
split; first exact: dL.
etransitivity; first exact: EL.
by apply: sum_adjoint => j _; exact: (differentiable_step Fd).
Qed.

Theorem adjoint_column (F : 'cV[R]_p.+1 -> nat -> 'cV[R]_n.+1 -> 'cV[R]_n.+1) theta T :
  (forall k s, jointly_differentiable (F ^~ k) theta s) ->
  differentiable (fun v => \sum_(1 <= t < T.+1) ell t (state (F v) s0 t)) theta /\
  jac (fun v => \sum_(1 <= t < T.+1) ell t (state (F v) s0 t)) theta =
  \sum_(1 <= k < T.+1) adjoint (F theta) T k *m
    jac (fun v => F v k (state (F theta) s0 (k - 1)%N)) theta.
Proof.
move=> Fd; have [dL EL] := bptt_column_total_loss s0 Fd ell_diff T.
split; first exact: dL.
etransitivity; first exact: EL.
by apply: sum_adjoint => j _; exact: (differentiable_step Fd).
Qed.

(* ∂L_t/∂vec(θ) = Σ_k ∂L_t/∂s_k ∂⁺s_k/∂vec(θ)                                 *)
Lemma gradient_from_the_adjoint_any_cell
    (F : 'M[R]_(p.+1, q.+1) -> nat -> 'cV[R]_n.+1 -> 'cV[R]_n.+1) theta t :
  (forall k s, jointly_differentiable (F ^~ k) theta s) ->
  differentiable (fun v => ell t (state (F v) s0 t)) theta /\
  jacvec (fun v => ell t (state (F v) s0 t)) theta =
  \sum_(1 <= k < t.+1)
    jac (fun u => ell t (flow (F theta) k t u)) (state (F theta) s0 k) *m
    jacvec (fun v => F v k (state (F theta) s0 (k - 1)%N)) theta.
Proof.
move=> Fd; have [dL EL] := bptt_matrix_loss s0 Fd ell_diff (leq0n t).
split; first exact: dL.
etransitivity; first exact: EL.
etransitivity; first exact: mulmx_sumr.
apply: eq_big_nat => k /andP[_ kt]; rewrite ltnS in kt.
have step j : (1 <= j)%N -> differentiable (F theta j) (state (F theta) s0 (j - 1)%N).
  by move=> _; exact: (differentiable_step Fd).
have [_ E] := loss_by_state_any_cell step ell_diff kt.
etransitivity; first exact: mulmxA.
exact: (congr1 (mulmx^~ _) (esym E)).
Qed.

(* ∂L_t/∂θ in the shape of θ where ∂⁺s_k applied to dθ is A_k dθ v_k          *)
Lemma gradient_in_the_shape_any_cell
    (F : 'M[R]_(p.+1, q.+1) -> nat -> 'cV[R]_n.+1 -> 'cV[R]_n.+1) theta t
    (A : nat -> 'M[R]_(n.+1, p.+1)) (v : nat -> 'cV[R]_q.+1) :
  (forall k s, jointly_differentiable (F ^~ k) theta s) ->
  (forall k, is_diff theta (fun V => F V k (state (F theta) s0 (k - 1)%N))
               (fun H => A k *m (H *m v k))) ->
  grad (fun V => ell t (state (F V) s0 t)) theta =
  \sum_(1 <= k < t.+1)
    (jac (fun u => ell t (flow (F theta) k t u)) (state (F theta) s0 k) *m A k)^T *m (v k)^T.
Proof.
move=> Fd imm; have [dL EL] := gradient_from_the_adjoint_any_cell t Fd.
apply: (@grad_is_diff R p q 1 t.+1 _ theta _ v).
apply: (is_diff_ext (differentiableP dL)) => // H.
etransitivity; first exact: diff_jacvec.
etransitivity; first exact: (congr1 (mulmx^~ (vec H)) EL).
etransitivity; first exact: mulmx_suml.
apply: eq_big_nat => k _; have [_ E] := imm k.
etransitivity; first exact: (esym (mulmxA _ _ _)).
etransitivity; last exact: mulmxA.
apply: (congr1 (mulmx _)).
exact: (etrans (esym (diff_jacvec _ _ _)) (congr1 (@^~ H) E)).
Qed.

(* δ_{T+1} = 0 and δ_{k-1}ᵀ = ∂L_{k-1}/∂s_{k-1} + δ_kᵀ ∂s_k/∂s_{k-1}          *)
Lemma adjoint_end F T : adjoint F T T.+1 = 0.
Proof. by rewrite /adjoint big_geq. Qed.

Lemma adjoint_before F T k : (1 <= k)%N -> (k <= T)%N ->
  adjoint F T (k - 1)%N = jac (ell (k - 1)) (state F s0 (k - 1)%N) +
    adjoint F T k *m jac (flow F (k - 1) k) (state F s0 (k - 1)%N).
Proof.
move=> k1 kT; rewrite /adjoint.
have kk : (k - 1).+1 = k by rewrite subn1 prednK.
rewrite -(@arriving_before _ _ _ (fun j => jac (flow F (j - 1) j) (state F s0 (j - 1)%N))
  (fun i => jac (ell i) (state F s0 i)) k T k1 kT).
by rewrite kk.
Qed.

End AnyCell.

(* d(W u + U x_k + b) = dW u, where only W varies                             *)
Lemma is_diff_preactivation_by_W (R : realType) d m (W : 'M[R]_d.+1) (U : 'M[R]_(d.+1, m.+1))
    b (x : nat -> 'cV[R]_m.+1) k (u : 'cV[R]_d.+1) :
  is_diff W (fun V => preactivation V U b x k u) (fun H => H *m u).
Proof.
pose proof (is_diff_mulmx (@is_diff_id R _ W) (@is_diff_cst R _ _ u W)) as H1.
pose proof (@is_diffD _ _ _ _ _ _ _ _ H1 (@is_diff_cst R _ _ (U *m x k) W)) as H2.
pose proof (@is_diffD _ _ _ _ _ _ _ _ H2 (@is_diff_cst R _ _ b W)) as H3.
apply: (is_diff_ext H3) => // H.
have -> : H *m u = H *m u + W *m 0 + 0 + 0 by rewrite mulmx0 !addr0.
by [].
Qed.

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
Local Notation DLs i := (jac (ell i) (s i)).
Local Notation DL t k := (jac (fun u => ell t (flow F k t u)) (s k)).
Local Notation by_W := (fun V => elman sigma V U b x).
Local Notation by_U := (fun V => elman sigma W V b x).
Local Notation by_b := (fun c => elman sigma W U c x).
Local Notation DW k := (jacvec (fun V => by_W V k (s (k - 1)%N)) W).
Local Notation DU k := (jacvec (fun V => by_U V k (s (k - 1)%N)) U).
Local Notation Db k := (jac (fun c => by_b c k (s (k - 1)%N)) b).

(* Horner's rule                                                              *)
Theorem bptt_the_adjoint_recursion k T : (2 <= k)%N -> (k <= T)%N ->
  \sum_(k - 1 <= i < T.+1) DLs i *m oprod k i.+1 (fun j => Ds j (j - 1)%N) =
  DLs (k - 1)%N +
  (\sum_(k <= i < T.+1) DLs i *m oprod k.+1 i.+1 (fun j => Ds j (j - 1)%N)) *m
    Ds k (k - 1)%N.
Proof.
move=> k2 kT.
exact: (@arriving_before _ _ _ (fun j => Ds j (j - 1)%N) (fun i => DLs i) k T (ltnW k2) kT).
Qed.

(* the same, transposed: δ_{k-1} = ∇L_{k-1} + Wᵀ diag(σ′(a_k)) δ_k            *)
Theorem bptt_the_adjoint_recursion_as_columns k T : (2 <= k)%N -> (k <= T)%N ->
  (DLs (k - 1)%N +
   (\sum_(k <= i < T.+1) DLs i *m oprod k.+1 i.+1 (fun j => Ds j (j - 1)%N)) *m
     Ds k (k - 1)%N)^T =
  (DLs (k - 1)%N)^T +
  W^T *m dg (map_mx sigma' (a k)) *m
    (\sum_(k <= i < T.+1) DLs i *m oprod k.+1 i.+1 (fun j => Ds j (j - 1)%N))^T.
Proof.
move=> k2 _; have [_ E] := step_jacobian_denominator_layout W U b s0 x sigmaP (ltnW k2).
exact: transposed_before E.
Qed.

(* ∂L_t/∂vec(W) = Σ_k ∂L_t/∂s_k ∂⁺s_k/∂vec(W)                                 *)
Theorem bptt_the_gradient_from_the_adjoint t : (0 <= t)%N ->
  differentiable (fun V => ell t (state (by_W V) s0 t)) W /\
  jacvec (fun V => ell t (state (by_W V) s0 t)) W =
  \sum_(1 <= k < t.+1) DL t k *m DW k.
Proof.
move=> _; exact: (@gradient_from_the_adjoint_any_cell _ _ _ _ s0 ell ell_diff by_W W t
  (elman_diff_W W U b x sigmaP)).
Qed.

(* ∂L/∂θ = Σ_{k=1}^{T} δ_kᵀ ∂⁺s_k/∂θ for L = Σ_t L_t and θ = W, U, b           *)
Theorem bptt_the_total_gradient_from_the_adjoint T :
  (differentiable (fun V => \sum_(1 <= t < T.+1) ell t (state (by_W V) s0 t)) W /\
   jacvec (fun V => \sum_(1 <= t < T.+1) ell t (state (by_W V) s0 t)) W =
   \sum_(1 <= k < T.+1) adjoint s0 ell F T k *m DW k) /\
  (differentiable (fun V => \sum_(1 <= t < T.+1) ell t (state (by_U V) s0 t)) U /\
   jacvec (fun V => \sum_(1 <= t < T.+1) ell t (state (by_U V) s0 t)) U =
   \sum_(1 <= k < T.+1) adjoint s0 ell F T k *m DU k) /\
  (differentiable (fun c => \sum_(1 <= t < T.+1) ell t (state (by_b c) s0 t)) b /\
   jac (fun c => \sum_(1 <= t < T.+1) ell t (state (by_b c) s0 t)) b =
   \sum_(1 <= k < T.+1) adjoint s0 ell F T k *m Db k).
Proof.
split; first exact: (@adjoint_matrix _ _ _ _ s0 ell ell_diff by_W W T
                       (elman_diff_W W U b x sigmaP)).
split; first exact: (@adjoint_matrix _ _ _ _ s0 ell ell_diff by_U U T
                       (elman_diff_U W U b x sigmaP)).
exact: (@adjoint_column _ _ _ s0 ell ell_diff by_b b T (elman_diff_b W U b x sigmaP)).
Qed.

(* ∂L/∂s_0 = δ_1ᵀ ∂s_1/∂s_0                                                   *)
Theorem bptt_the_total_gradient_by_the_initial_state T :
  differentiable (fun u => \sum_(1 <= t < T.+1) ell t (state F u t)) s0 /\
  jac (fun u => \sum_(1 <= t < T.+1) ell t (state F u t)) s0 =
  adjoint s0 ell F T 1 *m Ds 1%N 0%N.
Proof.
have Fd j : (1 <= j)%N -> differentiable (F j) (s (j - 1)%N).
  by move=> _; exact: differentiable_elman.
have each t : (1 <= t < T.+1)%N ->
    is_diff s0 (fun u => ell t (state F u t)) (mulmx (DLs t *m Ds t 0%N)).
  move=> _; have [dL EL] := loss_by_state W U b s0 x sigmaP ell_diff (leq0n t).
  pose proof (is_diff_jac dL) as H; apply: (is_diff_ext H) => // h.
  exact: (congr1 (mulmx^~ h) EL).
refine (differentiable_jac (is_diff_ext (is_diff_sum_nat each) (frefl _) _)) => h.
rewrite /adjoint; symmetry; etransitivity; first exact: (esym (mulmxA _ _ _)).
etransitivity; first exact: mulmx_suml.
apply: eq_big_nat => t /andP[t1 _].
have [_ E1] := product_of_jacobians_any_cell Fd t1.
have E2 := jac_flow_trans Fd (leq0n 1) t1.
etransitivity; first exact: mulmxA.
apply: (congr1 (mulmx^~ h)); etransitivity; first exact: (esym (mulmxA _ _ _)).
apply: (congr1 (mulmx (DLs t))); symmetry; etransitivity; first exact: E2.
exact: (congr1 (mulmx^~ (Ds 1%N 0%N)) E1).
Qed.

(* ∂⁺s_k applied to dW is diag(σ′(a_k)) dW s_{k-1}                            *)
Lemma is_diff_immediate_W k u : is_diff W (fun V => by_W V k u)
  (fun H => dg (map_mx sigma' (preactivation W U b x k u)) *m (H *m u)).
Proof.
apply: (is_diff_ext (is_diff_map_mx sigmaP (is_diff_preactivation_by_W W U b x k u))) => // H.
by rewrite hadamard_dg.
Qed.

(* ∂L_t/∂W = Σ_{k=1}^{t} diag(σ′(a_k)) (∂L_t/∂s_k)ᵀ s_{k-1}ᵀ                  *)
Theorem bptt_the_gradient_in_the_shape_of_W t : (0 <= t)%N ->
  differentiable (fun V => ell t (state (by_W V) s0 t)) W /\
  grad (fun V => ell t (state (by_W V) s0 t)) W =
  \sum_(1 <= k < t.+1)
    dg (map_mx sigma' (a k)) *m (DL t k)^T *m (s (k - 1)%N)^T.
Proof.
move=> t0; have [dL _] := bptt_the_gradient_from_the_adjoint t0; split; first exact: dL.
etransitivity; first exact: (@gradient_in_the_shape_any_cell _ _ _ _ s0 ell ell_diff by_W W t _ _
  (elman_diff_W W U b x sigmaP) (fun k => is_diff_immediate_W k (s (k - 1)%N))).
by apply: eq_big_nat => k _; rewrite trmx_mul /dg tr_diag_mx.
Qed.

(* ∂⁺s_k applied to dU is diag(σ′(a_k)) dU x_k, and to db diag(σ′(a_k)) db    *)
Lemma is_diff_immediate_U k u : is_diff U (fun V => by_U V k u)
  (fun H => dg (map_mx sigma' (preactivation W U b x k u)) *m (H *m x k)).
Proof.
pose proof (is_diff_mulmx (@is_diff_id R _ U) (@is_diff_cst R _ _ (x k) U)) as H1.
pose proof (@is_diffD _ _ _ _ _ _ _ _ (@is_diff_cst R _ _ (W *m u) U) H1) as H2.
pose proof (@is_diffD _ _ _ _ _ _ _ _ H2 (@is_diff_cst R _ _ b U)) as H3.
apply: (is_diff_ext (is_diff_map_mx sigmaP H3)) => // H.
rewrite hadamard_dg; congr (_ *m _).
have -> : H *m x k = 0 + (H *m x k + U *m 0) + 0 by rewrite mulmx0 add0r !addr0.
by [].
Qed.

Lemma is_diff_immediate_b k u : is_diff b (fun c => by_b c k u)
  (fun H => dg (map_mx sigma' (preactivation W U b x k u)) *m H).
Proof.
pose proof (@is_diffD _ _ _ _ _ _ _ _
  (@is_diff_cst R _ _ (W *m u + U *m x k) b) (@is_diff_id R _ b)) as H1.
apply: (is_diff_ext (is_diff_map_mx sigmaP H1)) => // H.
rewrite hadamard_dg; congr (_ *m _).
exact: add0r.
Qed.

(* ∂L_t/∂U = Σ_{k=1}^{t} diag(σ′(a_k)) (∂L_t/∂s_k)ᵀ x_kᵀ                      *)
Theorem bptt_the_gradient_in_the_shape_of_U t :
  differentiable (fun V => ell t (state (by_U V) s0 t)) U /\
  grad (fun V => ell t (state (by_U V) s0 t)) U =
  \sum_(1 <= k < t.+1) dg (map_mx sigma' (a k)) *m (DL t k)^T *m (x k)^T.
Proof.
have [dL _] := bptt_likewise_the_loss_by_U W U b s0 x sigmaP ell_diff (leq0n t).
split; first exact: dL.
etransitivity; first exact: (@gradient_in_the_shape_any_cell _ _ _ _ s0 ell ell_diff by_U U t _ x
  (elman_diff_U W U b x sigmaP) (fun k => is_diff_immediate_U k (s (k - 1)%N))).
by apply: eq_big_nat => k _; rewrite trmx_mul /dg tr_diag_mx.
Qed.

(* ∂L_t/∂b, as a column: Σ_{k=1}^{t} diag(σ′(a_k)) (∂L_t/∂s_k)ᵀ               *)
Theorem bptt_the_gradient_in_the_shape_of_b t :
  differentiable (fun c => ell t (state (by_b c) s0 t)) b /\
  (jac (fun c => ell t (state (by_b c) s0 t)) b)^T =
  \sum_(1 <= k < t.+1) dg (map_mx sigma' (a k)) *m (DL t k)^T.
Proof.
have [dL EL] := bptt_likewise_the_loss_by_b W U b s0 x sigmaP ell_diff (leq0n t).
split; first exact: dL.
have DbE k : Db k = dg (map_mx sigma' (a k)).
  exact: (jac_is_diff (is_diff_immediate_b k (s (k - 1)%N))).
etransitivity; first exact: (congr1 trmx EL).
etransitivity; first exact: (congr1 trmx (mulmx_sumr _ _ _ _)).
etransitivity; first exact: linear_sum.
apply: eq_big_nat => k /andP[_ kt]; rewrite ltnS in kt.
have [_ EDL] := loss_by_state W U b s0 x sigmaP ell_diff kt.
have -> : (dg (map_mx sigma' (a k)) *m (DL t k)^T) = (DL t k *m dg (map_mx sigma' (a k)))^T.
  by rewrite trmx_mul /dg tr_diag_mx.
apply: (congr1 trmx); etransitivity; first exact: mulmxA.
exact: (f_equal2 mulmx (esym EDL) (DbE k)).
Qed.

End Elman.
