(* Derivatives in coordinates.                                                *)
(*                                                                            *)
(*   jac_coordinate, jacvec_coordinate, grad_coordinate                       *)
(*                 the entries of a Jacobian are the partial derivatives,     *)
(*                 limits of difference quotients along one axis              *)
(*   vec_mulmx     vec(AXB) = (Bᵀ ⊗ A) vec(X)                                 *)

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

(* Entry (i, l) is the partial derivative of f_i along the l-th  *)
(* axis, the limit of its difference quotients                                *)

Section Coordinates.
Variable R : realType.

Lemma derive_entry (V : normedModType R) p q (f : V -> 'M[R]_(p.+1, q.+1)) x v i l :
  differentiable f x -> derivable (fun y => f y i l) x v /\
  'D_v (fun y => f y i l) x = 'd f x v i l.
Proof.
move=> df; have [dfil E] := is_diff_entry i l (differentiableP df).
by split; [exact: diff_derivable | rewrite deriveE // E].
Qed.

(* ∂f_i/∂x_l                                                                  *)
Theorem jac_coordinate n m (f : 'cV[R]_n.+1 -> 'cV[R]_m.+1) x i l :
  differentiable f x -> derivable (fun y => f y i 0) x (delta_mx l 0) /\
  jac f x i l = 'D_(delta_mx l 0) (fun y => f y i 0) x.
Proof. by move=> df; have [d ->] := derive_entry (delta_mx l 0) i 0 df; rewrite mxE. Qed.

(* ∂f_i/∂A_rc, in the column of vec(A) where A_rc stands                      *)
Theorem jacvec_coordinate p q m (f : 'M[R]_(p.+1, q.+1) -> 'cV[R]_m.+1) A i r c :
  differentiable f A -> derivable (fun B => f B i 0) A (delta_mx r c) /\
  jacvec f A i (mxvec_index c r) = 'D_(delta_mx r c) (fun B => f B i 0) A.
Proof.
move=> df; have [d ->] := derive_entry (delta_mx r c) i 0 df; rewrite mxE.
by rewrite /unvec trmx_delta vec_mx_delta trmx_delta.
Qed.

(* ∂f/∂A_rc                                                                   *)
Theorem grad_coordinate p q (f : 'M[R]_(p.+1, q.+1) -> 'cV[R]_1) A r c :
  differentiable f A -> derivable (fun B => f B 0 0) A (delta_mx r c) /\
  grad f A r c = 'D_(delta_mx r c) (fun B => f B 0 0) A.
Proof. by move=> df; have [d ->] := derive_entry (delta_mx r c) 0 0 df; rewrite mxE. Qed.

End Coordinates.

(* Kronecker products                                                         *)

Section Kronecker.
Variable R : realType.

Lemma pair_indexK m n (i : 'I_m) (j : 'I_n) : pair_index (mxvec_index i j) = (i, j).
Proof. by rewrite /pair_index /mxvec_index cast_ordK enum_rankK. Qed.

Lemma kronE m n p q (A : 'M[R]_(m, n)) (B : 'M_(p, q)) i r l c :
  kron A B (mxvec_index i r) (mxvec_index l c) = A i l * B r c.
Proof. by rewrite mxE !pair_indexK. Qed.

(* vec(AXB) = (Bᵀ ⊗ A) vec(X)                                                 *)
Theorem vec_mulmx m n p q (A : 'M[R]_(m, n)) (X : 'M_(n, p)) (B : 'M_(p, q)) :
  vec (A *m X *m B) = kron B^T A *m vec X.
Proof.
apply/matrixP => k z; case/mxvec_indexP: k => l i; rewrite [z]ord1 {z}.
rewrite vecE !mxE.
transitivity (\sum_r \sum_c A i c * X c r * B r l).
  by apply: eq_bigr => r _; rewrite mxE mulr_suml.
rewrite pair_bigA [RHS](reindex _ (curry_mxvec_bij _ _)) /=.
apply: eq_bigr => -[r c] _ /=; rewrite kronE.
rewrite vecE mxE.
by rewrite mulrC mulrA.
Qed.

End Kronecker.

