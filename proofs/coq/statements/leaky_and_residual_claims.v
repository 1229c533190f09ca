(* Proofs of the claims of proofs/gates/leaky_and_residual.py, as symrnn prints them. *)
(*                                                                            *)
(* A step p I + q diag(v) W lies between p - q γλ and p + q γλ.               *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences exp.
From symrnn Require Import vocabulary induced_norms euclidean_norm step_bound.
From symrnn Require Import recurrence cells_differentiated.
From claims Require Import leaky_and_residual.
From mathcomp Require Import ring.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Step.
Variables (R : realType) (d : nat) (W : 'M[R]_d.+1) (v : 'cV[R]_d.+1) (p q gamma lambda : R).
Hypothesis p0 : 0 <= p.
Hypothesis q0 : 0 <= q.
Hypothesis slopes : largest_entry v <= gamma.
Local Notation J := (p *: 1%:M + q *: (dg v *m W)).

Lemma at_most (N : forall m n, 'M[R]_(m, n) -> R) : lecture_norm N -> N _ _ W <= lambda ->
  N _ _ J <= p + q * (gamma * lambda).
Proof.
move=> NP Wl; apply: le_trans (norm_triangle NP _ _) _.
rewrite !(norm_homogeneous NP) (norm_unit NP) mulr1 !ger0_norm //.
by rewrite ler_add2l ler_wpmul2l // (norm_dg_mulmx_le NP).
Qed.

Lemma at_least (u : 'cV[R]_d.+1) : norm2 W <= lambda ->
  euclidean (p *: u) <= q * (gamma * lambda) * euclidean u + euclidean (J *m u).
Proof.
move=> Wl; have -> : p *: u = J *m u + (- q) *: (dg v *m W *m u).
  by rewrite mulmxDl -!scalemxAl mul1mx scaleNr addrK.
apply: le_trans (euclidean_triangle _ _) _; rewrite addrC ler_add2r euclideanZ normrN.
rewrite ger0_norm // -mulrA ler_wpmul2l //.
apply: le_trans (nu_mulmx_le (@vector_norm_euclidean R) _ _) _.
apply: ler_wpmul2r; first exact: euclidean_ge0.
exact: (norm_dg_mulmx_le (@lecture_norm2 R) slopes Wl).
Qed.

End Step.

Theorem leaky_and_residual_leaky_one_step_claim : leaky_and_residual_leaky_one_step_printed.
Proof.
unfold leaky_and_residual_leaky_one_step_printed; cbv zeta; intros.
step_by_definition j; entry_by_entry.
Qed.

Theorem leaky_and_residual_residual_one_step_claim : leaky_and_residual_residual_one_step_printed.
Proof.
unfold leaky_and_residual_residual_one_step_printed; cbv zeta; intros.
step_by_definition j; entry_by_entry.
Qed.

Theorem leaky_and_residual_leaky_at_most_claim : leaky_and_residual_leaky_at_most_printed.
Proof.
unfold leaky_and_residual_leaky_at_most_printed; cbv zeta.
move=> R d m U W b x s0 alpha gamma lambda j g0 l0 j1 a0 a1 slopes Wl.
have [dF ->] := @leaky_and_residual_leaky_one_step_claim R d m U W b x s0 alpha j j1.
split; first exact: dF.
have p0 : 0 <= 1 - alpha by rewrite subr_ge0.
have := at_most p0 a0 (slopes j j1) (@lecture_norm2 R) Wl.
by have -> : 1 - alpha + alpha * (gamma * lambda) = alpha * gamma * lambda + 1 - alpha by ring.
Qed.

Theorem leaky_and_residual_leaky_at_least_claim : leaky_and_residual_leaky_at_least_printed.
Proof.
unfold leaky_and_residual_leaky_at_least_printed; cbv zeta.
move=> R d m U W b x s0 v alpha gamma lambda j g0 l0 j1 a0 a1 slopes Wl.
have [dF ->] := @leaky_and_residual_leaky_one_step_claim R d m U W b x s0 alpha j j1.
split; first exact: dF.
by have := at_least (1 - alpha) a0 (slopes j j1) v Wl; rewrite mulrA.
Qed.

Theorem leaky_and_residual_residual_at_most_claim : leaky_and_residual_residual_at_most_printed.
Proof.
unfold leaky_and_residual_residual_at_most_printed; cbv zeta.
move=> R d m U W b x s0 gamma lambda j g0 l0 j1 slopes Wl.
have [dF ->] := @leaky_and_residual_residual_one_step_claim R d m U W b x s0 j j1.
split; first exact: dF.
have bound := at_most ler01 ler01 (slopes j j1) (@lecture_norm2 R) Wl.
have -> : gamma * lambda + 1 = 1 + 1 * (gamma * lambda) by ring.
by move: bound; rewrite !scale1r.
Qed.

Theorem leaky_and_residual_residual_at_least_claim : leaky_and_residual_residual_at_least_printed.
Proof.
unfold leaky_and_residual_residual_at_least_printed; cbv zeta.
move=> R d m U W b x s0 v gamma lambda j g0 l0 j1 slopes Wl.
have [dF ->] := @leaky_and_residual_residual_one_step_claim R d m U W b x s0 j j1.
split; first exact: dF.
by have := at_least 1 ler01 (slopes j j1) v Wl; rewrite !scale1r mul1r.
Qed.
