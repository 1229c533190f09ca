(* The Jacobian of one step.                                                  *)
(*                                                                            *)
(*   ∂s_j/∂s_{j-1} = diag(σ′(a_j)) W        in numerator layout,              *)
(*                 = Wᵀ diag(σ′(a_j))       in denominator layout,            *)
(* and W diag(σ′(s_{j-1})) for the cell that has σ inside. Each equation also *)
(* says that the derivative exists.                                           *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From symrnn Require Import vocabulary differentials recurrence activation_jacobian.
From symrnn Require Import preactivation_jacobian.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section StepJacobian.
Variables (R : realType) (d m : nat) (sigma sigma' : R -> R).
Variables (W : 'M[R]_d.+1) (U : 'M[R]_(d.+1, m)) (b s0 : 'cV[R]_d.+1).
Variable x : nat -> 'cV[R]_m.
Hypothesis sigmaP : slope sigma sigma'.

(* dF_j(u) = diag(σ′(a_j)) W du, at any state u                               *)
Lemma is_diff_elman j (u : 'cV[R]_d.+1) :
  is_diff u (elman sigma W U b x j)
            (mulmx (dg (map_mx sigma' (preactivation W U b x j u)) *m W)).
Proof.
pose proof (is_diff_preactivation W U b x j u) as Ha.
pose proof (is_diff_activation sigmaP (preactivation W U b x j u)) as Hs.
pose proof (@is_diff_comp _ _ _ _ _ _ _ _ _ Ha Hs) as H; apply: (is_diff_eq H).
by apply/funext => h; rewrite /= mulmxA.
Qed.

(* the same without input                                                     *)
Lemma is_diff_bare j (u : 'cV[R]_d.+1) :
  is_diff u (bare sigma W b j)
            (mulmx (dg (map_mx sigma' (bare_preactivation W b j u)) *m W)).
Proof.
pose proof (is_diff_affine W b u) as Ha.
pose proof (is_diff_activation sigmaP (bare_preactivation W b j u)) as Hs.
pose proof (@is_diff_comp _ _ _ _ _ _ _ _ _ Ha Hs) as H; apply: (is_diff_eq H).
by apply/funext => h; rewrite /= mulmxA.
Qed.

(* dF_j(u) = W diag(σ′(u)) du for σ inside                                    *)
Lemma is_diff_sigma_inside j (u : 'cV[R]_d.+1) :
  is_diff u (sigma_inside sigma W U b x j)
            (mulmx (W *m dg (map_mx sigma' u))).
Proof.
pose proof (is_diff_activation sigmaP u) as Hs.
pose proof (is_diff_affine W (U *m x j + b) (map_mx sigma u)) as Ha.
pose proof (@is_diff_comp _ _ _ _ _ _ _ _ _ Hs Ha) as H.
have -> : sigma_inside sigma W U b x j =
    (fun v => W *m v + (U *m x j + b)) \o map_mx sigma.
  by apply/funext => v; rewrite /= addrA.
by apply: (is_diff_eq H); apply/funext => h; rewrite /= mulmxA.
Qed.

Section Elman.
Local Notation F := (elman sigma W U b x).
Local Notation s := (state F s0).
Local Notation a j := (preactivation W U b x j (s (j - 1)%N)).

(* the derivative exists, and ∂s_j/∂s_{j-1} = diag(σ′(a_j)) W                 *)
Theorem step_jacobian_numerator_layout j : (1 <= j)%N ->
  differentiable (flow F (j - 1) j) (s (j - 1)%N) /\
  jac (flow F (j - 1) j) (s (j - 1)%N) = dg (map_mx sigma' (a j)) *m W.
Proof. by move=> j1; rewrite flow_step //; exact/differentiable_jac/is_diff_elman. Qed.

(* (∂s_j/∂s_{j-1})ᵀ = Wᵀ diag(σ′(a_j))                                        *)
Theorem step_jacobian_denominator_layout j : (1 <= j)%N ->
  differentiable (flow F (j - 1) j) (s (j - 1)%N) /\
  (jac (flow F (j - 1) j) (s (j - 1)%N))^T = W^T *m dg (map_mx sigma' (a j)).
Proof.
move=> /step_jacobian_numerator_layout [ds ->]; split => //.
by rewrite trmx_mul /dg tr_diag_mx.
Qed.

Theorem step_jacobian j : (1 <= j)%N ->
  differentiable (flow F (j - 1) j) (s (j - 1)%N) /\
  jac (flow F (j - 1) j) (s (j - 1)%N) = dg (map_mx sigma' (a j)) *m W /\
  (jac (flow F (j - 1) j) (s (j - 1)%N))^T = W^T *m dg (map_mx sigma' (a j)).
Proof.
move=> j1; have [ds E] := step_jacobian_numerator_layout j1.
by have [_ ET] := step_jacobian_denominator_layout j1.
Qed.

(* ∂s_j/∂s_{j-1} = ∂s_j/∂a_j ∂a_j/∂s_{j-1}                                    *)
Theorem step_jacobian_chain j : (1 <= j)%N ->
  jac (flow F (j - 1) j) (s (j - 1)%N) =
  jac (map_mx sigma) (a j) *m jac (preactivation W U b x j) (s (j - 1)%N).
Proof.
move=> /step_jacobian_numerator_layout [_ ->].
have [_ ->] := activation_jacobian_numerator_layout sigmaP (a j).
by have [_ ->] := preactivation_jacobian W U b x j (s (j - 1)%N).
Qed.

End Elman.

Section SigmaInside.
Local Notation F := (sigma_inside sigma W U b x).
Local Notation s := (state F s0).

(* ∂s_j/∂s_{j-1} = W diag(σ′(s_{j-1}))                                        *)
Theorem step_jacobian_sigma_inside j : (1 <= j)%N ->
  differentiable (flow F (j - 1) j) (s (j - 1)%N) /\
  jac (flow F (j - 1) j) (s (j - 1)%N) = W *m dg (map_mx sigma' (s (j - 1)%N)).
Proof.
by move=> j1; rewrite flow_step //; exact/differentiable_jac/is_diff_sigma_inside.
Qed.

End SigmaInside.
End StepJacobian.
