(* Back-propagation through time, as the adjoint recursion.                   *)
(*                                                                            *)
(* With δ_kᵀ = Σ_{i=k}^{T} ∂L_i/∂s_i ∏_{j=k+1}^{i} ∂s_j/∂s_{j-1},             *)
(*   δ_{k-1}ᵀ = ∂L_{k-1}/∂s_{k-1} + δ_kᵀ ∂s_k/∂s_{k-1}   (Horner's rule),     *)
(*   δ_{k-1} = (∂L_{k-1}/∂s_{k-1})ᵀ + Wᵀ diag(σ′(a_k)) δ_k  as columns,       *)
(*   ∂L/∂vec(W) = Σ_{k=1}^{T} δ_kᵀ ∂⁺s_k/∂vec(W),                             *)
(*   ∂L_t/∂W = Σ_{k=1}^{t} diag(σ′(a_k)) (∂L_t/∂s_k)ᵀ s_{k-1}ᵀ.               *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From symrnn Require Import vocabulary differentials recurrence activation_jacobian preactivation_jacobian step_jacobian product_of_jacobians bptt.

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
Local Notation DW k := (jacvec (fun V => by_W V k (s (k - 1)%N)) W).

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
set delta := \sum_(_ <= _ < _) _; rewrite linearD /= trmx_mul; congr (_ + _).
exact: (congr1 (mulmx^~ _) E).
Qed.

(* ∂L_t/∂vec(W) = Σ_k ∂L_t/∂s_k ∂⁺s_k/∂vec(W)                                 *)
Theorem bptt_the_gradient_from_the_adjoint t : (0 <= t)%N ->
  differentiable (fun V => ell t (state (by_W V) s0 t)) W /\
  jacvec (fun V => ell t (state (by_W V) s0 t)) W =
  \sum_(1 <= k < t.+1) DL t k *m DW k.
Proof.
move=> t0; have [dL EL] := bptt_the_loss_by_W W U b s0 x sigmaP ell_diff t0.
split; first exact: dL.
etransitivity; first exact: EL.
etransitivity; first exact: mulmx_sumr.
apply: eq_big_nat => k /andP[_ kt]; rewrite ltnS in kt.
have [_ E] := loss_by_state W U b s0 x sigmaP ell_diff kt.
etransitivity; first exact: mulmxA.
exact: (congr1 (mulmx^~ (DW k)) (esym E)).
Qed.

(* ∂L/∂vec(W) = Σ_{k=1}^{T} δ_kᵀ ∂⁺s_k/∂vec(W) for L = Σ_t L_t                *)
Theorem bptt_the_total_gradient_from_the_adjoint T : (1 <= T)%N ->
  differentiable (fun V => \sum_(1 <= t < T.+1) ell t (state (by_W V) s0 t)) W /\
  jacvec (fun V => \sum_(1 <= t < T.+1) ell t (state (by_W V) s0 t)) W =
  \sum_(1 <= k < T.+1)
    (\sum_(k <= i < T.+1) DLs i *m oprod k.+1 i.+1 (fun j => Ds j (j - 1)%N)) *m
      DW k.
Proof.
move=> T1; have [dL EL] := bptt_the_total_loss W U b s0 x sigmaP ell_diff T1.
split; first exact: dL.
etransitivity; first exact: EL.
etransitivity; last first.
  exact: (@sum_arriving _ _ _ (fun j => Ds j (j - 1)%N) (fun i => DLs i) _ T
            (fun k => DW k)).
apply: eq_big_nat => t _; congr (_ *m _); apply: eq_big_nat => k /andP[_ kt].
rewrite ltnS in kt.
have [_ E] := product_of_jacobians_the_product W U b s0 x sigmaP (leq0n k) kt.
exact: (congr1 (mulmx^~ (DW k)) E).
Qed.

(* ∂⁺s_k applied to dW is diag(σ′(a_k)) dW s_{k-1}                            *)
Lemma is_diff_immediate_W k u : is_diff W (fun V => by_W V k u)
  (fun H => dg (map_mx sigma' (preactivation W U b x k u)) *m (H *m u)).
Proof.
pose proof (is_diff_mulmx (@is_diff_id R _ W) (@is_diff_cst R _ _ u W)) as H1.
pose proof (@is_diffD _ _ _ _ _ _ _ _ H1 (@is_diff_cst R _ _ (U *m x k) W)) as H2.
pose proof (@is_diffD _ _ _ _ _ _ _ _ H2 (@is_diff_cst R _ _ b W)) as H3.
apply: (is_diff_ext (is_diff_map_mx sigmaP H3)) => // H.
rewrite hadamard_dg; congr (_ *m _).
have -> : H *m u = H *m u + W *m 0 + 0 + 0 by rewrite mulmx0 !addr0.
by [].
Qed.

(* ∂L_t/∂W = Σ_{k=1}^{t} diag(σ′(a_k)) (∂L_t/∂s_k)ᵀ s_{k-1}ᵀ                  *)
Theorem bptt_the_gradient_in_the_shape_of_W t : (0 <= t)%N ->
  differentiable (fun V => ell t (state (by_W V) s0 t)) W /\
  grad (fun V => ell t (state (by_W V) s0 t)) W =
  \sum_(1 <= k < t.+1)
    dg (map_mx sigma' (a k)) *m (DL t k)^T *m (s (k - 1)%N)^T.
Proof.
move=> t0; have [dL EL] := bptt_the_gradient_from_the_adjoint t0.
split; first exact: dL.
pose r k := DL t k *m dg (map_mx sigma' (a k)).
transitivity (\sum_(1 <= k < t.+1) (r k)^T *m (s (k - 1)%N)^T); last first.
  by apply: eq_big_nat => k _; rewrite /r trmx_mul /dg tr_diag_mx.
apply: (@grad_is_diff R d d 1 t.+1 _ W r (fun k => s (k - 1)%N)).
apply: (is_diff_ext (differentiableP dL)) => // H.
etransitivity; first exact: diff_jacvec.
etransitivity; first exact: (congr1 (mulmx^~ (vec H)) EL).
etransitivity; first exact: mulmx_suml.
apply: eq_big_nat => k _; have [_ E] := is_diff_immediate_W k (s (k - 1)%N).
etransitivity; first exact: (esym (mulmxA _ _ _)).
etransitivity; last exact: mulmxA.
apply: (congr1 (mulmx (DL t k))).
exact: (etrans (esym (diff_jacvec _ _ _)) (congr1 (@^~ H) E)).
Qed.

End Elman.
