(* The length of one step of gradient descent.                                *)
(*                                                                            *)
(* W ← W - η ∂L/∂W moves W by η ‖∂L/∂W‖, in the Frobenius norm: less than ηε  *)
(* where the gradient is below ε, more than ηM where it is above M.           *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From symrnn Require Import vocabulary differentials bptt.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

(* ‖c A‖_F = |c| ‖A‖_F                                                        *)
Lemma frobeniusZ (R : realType) m n c (A : 'M[R]_(m, n)) :
  frobenius (c *: A) = `|c| * frobenius A.
Proof.
rewrite /frobenius -sqrtr_sqr -sqrtrM ?sqr_ge0 //; congr Num.sqrt.
rewrite mulr_sumr; apply: eq_bigr => i _; rewrite mulr_sumr; apply: eq_bigr => l _.
by rewrite mxE exprMn.
Qed.

Section UpdateLength.
Variables (R : realType) (m n : nat) (eta : R) (W G : 'M[R]_(m, n)).
Hypothesis eta_ge0 : 0 <= eta.

Lemma updateE : W - eta *: G - W = (- eta) *: G.
Proof. by rewrite addrAC subrr add0r scaleNr. Qed.

(* ‖(W - ηG) - W‖_F = η ‖G‖_F                                                 *)
Theorem update_length_length : frobenius ((- eta) *: G) = eta * frobenius G.
Proof. by rewrite frobeniusZ normrN ger0_norm. Qed.

Theorem update_length_stuck epsilon : frobenius G <= epsilon ->
  frobenius ((- eta) *: G) <= epsilon * eta.
Proof. by move=> Ge; rewrite update_length_length mulrC ler_wpmul2r. Qed.

Theorem update_length_flung_far M : M <= frobenius G ->
  M * eta <= frobenius ((- eta) *: G).
Proof. by move=> MG; rewrite update_length_length mulrC ler_wpmul2l. Qed.

End UpdateLength.

(* The gradient that is meant: of the total loss, by W                        *)

Section TotalLoss.
Variables (R : realType) (d m : nat) (sigma sigma' : R -> R).
Variables (W : 'M[R]_d.+1) (U : 'M[R]_(d.+1, m.+1)) (b s0 : 'cV[R]_d.+1).
Variable x : nat -> 'cV[R]_m.+1.
Variable ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1.
Hypothesis sigmaP : slope sigma sigma'.
Hypothesis ell_diff : forall t s, differentiable (ell t) s.

Lemma differentiable_total_loss T :
  differentiable (fun V => \sum_(1 <= t < T.+1)
    ell t (state (elman sigma V U b x) s0 t)) W.
Proof.
have [dL _] := @bptt_matrix_total_loss _ _ _ _ (fun V => elman sigma V U b x) W s0
  ell (elman_diff_W W U b x sigmaP) ell_diff T.
exact: dL.
Qed.

Theorem update_length eta T : 0 <= eta ->
  let gradient := grad (fun V => \sum_(1 <= t < T.+1)
    ell t (state (elman sigma V U b x) s0 t)) W in
  frobenius (W - eta *: gradient - W) = eta * frobenius gradient.
Proof. by move=> eta0 /=; rewrite updateE update_length_length. Qed.

End TotalLoss.
