(* One step of the cell that has σ inside, s_j = W σ(s_{j-1}) + U x_j + b.    *)
(*                                                                            *)
(*   (∂s_j/∂s_{j-1})ᵀ = diag(σ′(s_{j-1})) Wᵀ,                                 *)
(*   ‖∂s_j/∂s_{j-1}‖ <= γ λ   for a submultiplicative norm with               *)
(* ‖diag(v)‖ = max|v_i|, γ >= max|σ′(s_{j-1})| and λ >= ‖W‖. What the lecture *)
(* says of many steps follows for it as for any cell with such a bound.       *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From symrnn Require Import vocabulary step_jacobian induced_norms step_bound.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section SigmaInside.
Variables (R : realType) (d m : nat) (sigma sigma' : R -> R).
Variables (W : 'M[R]_d.+1) (U : 'M[R]_(d.+1, m)) (b s0 : 'cV[R]_d.+1).
Variable x : nat -> 'cV[R]_m.
Hypothesis sigmaP : slope sigma sigma'.
Local Notation F := (sigma_inside sigma W U b x).
Local Notation s := (state F s0).

Lemma differentiable_sigma_inside j u : differentiable (F j) u.
Proof. by case: (is_diff_sigma_inside W U b x sigmaP j u). Qed.

(* (∂s_j/∂s_{j-1})ᵀ = diag(σ′(s_{j-1})) Wᵀ                                    *)
Theorem step_jacobian_sigma_inside_denominator_layout j : (1 <= j)%N ->
  differentiable (flow F (j - 1) j) (s (j - 1)%N) /\
  (jac (flow F (j - 1) j) (s (j - 1)%N))^T = dg (map_mx sigma' (s (j - 1)%N)) *m W^T.
Proof.
move=> /(step_jacobian_sigma_inside W U b s0 x sigmaP)[ds ->]; split => //.
by rewrite trmx_mul /dg tr_diag_mx.
Qed.

Theorem step_bound_sigma_inside (N : forall m n, 'M[R]_(m, n) -> R) gamma lambda j :
  lecture_norm N -> (1 <= j)%N ->
  largest_entry (map_mx sigma' (s (j - 1)%N)) <= gamma -> N _ _ W <= lambda ->
  N _ _ (jac (flow F (j - 1) j) (s (j - 1)%N)) <= gamma * lambda.
Proof.
move=> NP j1 sg Wl; have [_ ->] := step_jacobian_sigma_inside W U b s0 x sigmaP j1.
apply: le_trans (norm_submultiplicative NP _ _) _; rewrite mulrC.
by rewrite (norm_diagonal NP) ler_pmul ?largest_entry_ge0 ?(norm_ge0 NP).
Qed.

End SigmaInside.
