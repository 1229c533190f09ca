(* Proofs of the claims of proofs/gates/carousel_is_total.py, as symrnn prints them. *)
(*                                                                            *)
(* Where W_i = W_f = W_g = 0 the cell is computed of itself alone:            *)
(* c_j = f_j ⊙ c_{j-1} + i_j ⊙ g_j with gates that no state moves.            *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences exp.
From symrnn Require Import vocabulary recurrence cells_differentiated two_parts.
From claims Require Import carousel_is_total.
From mathcomp Require Import ring.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem carousel_is_total_nothing_comes_in_through_h_claim :
  carousel_is_total_nothing_comes_in_through_h_printed.
Proof.
move=> R d m Uf Ug Ui Uo Wf Wg Wi Wo bf bg bi bo x s0 t F s c h t1 WiE WfE WgE.
pose G j (v : 'cV[R]_d.+1) := @usubmx R d.+1 d.+1 1 (F j (col_mx v (0 : 'cV[R]_d.+1))).
have alone j u : (1 <= j)%N -> @usubmx R d.+1 d.+1 1 (F j u) = G j (@usubmx R d.+1 d.+1 1 u).
  by move=> _; rewrite /G /F; written; rewrite WiE WfE WgE !mul0mx.
exact: (nothing_enters alone s0 t1).
Qed.

Theorem carousel_is_total_the_total_derivative_claim : carousel_is_total_the_total_derivative_printed.
Proof.
move=> R d m Uf Ug Ui Uo Wf Wg Wi Wo bf bg bi bo x s0 k t F s f c h kt WiE WfE WgE.
pose G j (v : 'cV[R]_d.+1) := @usubmx R d.+1 d.+1 1 (F j (col_mx v (0 : 'cV[R]_d.+1))).
have alone j u : (1 <= j)%N -> @usubmx R d.+1 d.+1 1 (F j u) = G j (@usubmx R d.+1 d.+1 1 u).
  by move=> _; rewrite /G /F; written; rewrite WiE WfE WgE !mul0mx.
apply: (product_alone alone _ kt) => j _; rewrite /f.
generalize (vocabulary.state F s0 (j - 1)%N) => u; rewrite /G /F; subst Wi Wf Wg.
notypeclasses refine (@jac_by_differential _ _ _ _ _ _ _ _ _ _ _);
  [intro v; written; rewrite !mul0mx; reflexivity | differentiate_at |].
by move=> v; cbv beta; written; rewrite mul0mx.
Qed.
