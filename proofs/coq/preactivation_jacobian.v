(* The Jacobian of the pre-activation.                                        *)
(*                                                                            *)
(* a_j = W s_{j-1} + U x_j + b is affine in s_{j-1}, and x_j does not depend  *)
(* on s_{j-1}: ∂a_j/∂s_{j-1} = W.                                             *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From symrnn Require Import vocabulary differentials.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section PreactivationJacobian.
Variables (R : realType) (d m : nat).
Variables (W : 'M[R]_d.+1) (U : 'M[R]_(d.+1, m)) (b : 'cV[R]_d.+1).
Variable x : nat -> 'cV[R]_m.

Lemma is_diff_affine p q (A : 'M[R]_(p.+1, q.+1)) c (s : 'cV[R]_q.+1) :
  is_diff s (fun u => A *m u + c) (mulmx A).
Proof.
pose proof (is_diff_linear A (@is_diff_id R _ s)) as H.
pose proof (@is_diffD _ _ _ _ _ _ _ _ H (@is_diff_cst R _ _ c s)) as H'.
by apply: (is_diff_eq H'); apply/funext => h; rewrite /= addr0.
Qed.

Lemma is_diff_preactivation j s : is_diff s (preactivation W U b x j) (mulmx W).
Proof.
have -> : preactivation W U b x j = fun u => W *m u + (U *m x j + b).
  by apply/funext => u; rewrite addrA.
exact: is_diff_affine.
Qed.

Theorem preactivation_jacobian j s :
  differentiable (preactivation W U b x j) s /\
  jac (preactivation W U b x j) s = W.
Proof. exact/differentiable_jac/is_diff_preactivation. Qed.

End PreactivationJacobian.
