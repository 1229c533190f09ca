(* The Jacobian of the activation.                                            *)
(*                                                                            *)
(* For an elementwise σ with slope σ′ and any column a,                       *)
(*   ∂σ(a)/∂a = diag(σ′(a)),                                                  *)
(* which is its own transpose, the same in either layout.                     *)

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

Section ActivationJacobian.
Variables (R : realType) (d : nat) (sigma sigma' : R -> R).
Hypothesis sigmaP : slope sigma sigma'.
Implicit Type a : 'cV[R]_d.+1.

Lemma is_diff_activation a :
  is_diff a (map_mx sigma) (mulmx (dg (map_mx sigma' a))).
Proof.
pose proof (is_diff_map_mx sigmaP (@is_diff_id R _ a)) as H; apply: (is_diff_eq H).
by apply/funext => h; rewrite hadamard_dg.
Qed.

Theorem activation_jacobian_numerator_layout a :
  differentiable (map_mx sigma : 'cV_d.+1 -> 'cV_d.+1) a /\
  jac (map_mx sigma) a = dg (map_mx sigma' a).
Proof. exact/differentiable_jac/is_diff_activation. Qed.

Theorem activation_jacobian_denominator_layout a :
  differentiable (map_mx sigma : 'cV_d.+1 -> 'cV_d.+1) a /\
  (jac (map_mx sigma) a)^T = dg (map_mx sigma' a).
Proof.
have [da ->] := activation_jacobian_numerator_layout a.
by rewrite /dg tr_diag_mx.
Qed.

(* the same in either layout                                                  *)
Theorem activation_jacobian a :
  differentiable (map_mx sigma : 'cV_d.+1 -> 'cV_d.+1) a /\
  jac (map_mx sigma) a = dg (map_mx sigma' a) /\
  (jac (map_mx sigma) a)^T = dg (map_mx sigma' a).
Proof.
have [da Ea] := activation_jacobian_numerator_layout a; split=> //; split=> //.
by have [] := activation_jacobian_denominator_layout a.
Qed.

End ActivationJacobian.
