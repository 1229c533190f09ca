(* What comes back to a vector of a step, where all that follows is a function *)
(* of two columns of which only that it is differentiable is known.           *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary differentials cells_differentiated.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section OfTwo.
Variables (R : realType) (V : normedModType R) (p q r : nat) (x : V).
Variable H : 'cV[R]_p.+1 -> 'cV[R]_q.+1 -> 'cV[R]_r.+1.
Hypothesis moves : forall z, differentiable (fun z : 'cV[R]_p.+1 * 'cV[R]_q.+1 => H z.1 z.2) z.
Local Notation K := (fun z : 'cV[R]_p.+1 * 'cV[R]_q.+1 => H z.1 z.2).

Lemma is_diff_first_moves u v : is_diff u (fun y => H y v) (fun h => 'd K (u, v) (h, 0)).
Proof.
have P := @is_diff_pair R _ _ _ _ _ _ _ _ (@is_diff_id R _ u) (@is_diff_cst R _ _ v u).
exact: (is_diff_further P erefl (differentiableP (moves (u, v)))).
Qed.

Lemma is_diff_second_moves u v : is_diff v (H u) (fun h => 'd K (u, v) (0, h)).
Proof.
have P := @is_diff_pair R _ _ _ _ _ _ _ _ (@is_diff_cst R _ _ u v) (@is_diff_id R _ v).
exact: (is_diff_further P erefl (differentiableP (moves (u, v)))).
Qed.

Lemma differentiable_first u v : differentiable (fun y => H y v) u.
Proof. by have [] := is_diff_first_moves u v. Qed.

Lemma differentiable_second u v : differentiable (H u) v.
Proof. by have [] := is_diff_second_moves u v. Qed.

(* dH(f, g) = ∂H/∂f df + ∂H/∂g dg                                             *)
Lemma is_diff_of_two (f df : V -> 'cV[R]_p.+1) (g dg : V -> 'cV[R]_q.+1) :
  is_diff x f df -> is_diff x g dg ->
  is_diff x (fun y => H (f y) (g y))
    (fun h => jac (fun u => H u (g x)) (f x) *m df h + jac (H (f x)) (g x) *m dg h).
Proof.
move=> Hf Hg; have P := @is_diff_pair R _ _ _ _ _ _ _ _ Hf Hg.
have C := is_diff_further P erefl (differentiableP (moves (f x, g x))).
apply: (is_diff_ext C) => // h /=.
have [_ E1] := is_diff_first_moves (f x) (g x); have [_ E2] := is_diff_second_moves (f x) (g x).
rewrite -!diff_jac E1 E2 -raddfD; congr ('d K _ _).
by rewrite -[RHS]/(df h + 0, 0 + dg h) addr0 add0r.
Qed.

End OfTwo.

Section Back.
Variables (R : realType) (p q r : nat) (K : 'cV[R]_q.+1 -> 'cV[R]_r.+1).

(* ∂K/∂x = ∂K/∂y ∂y/∂x, where x reaches K by way of y                         *)
Lemma by_way_of (e : 'cV[R]_p.+1 -> 'cV[R]_q.+1) x y M : differentiable K y ->
  e x = y -> is_diff x e (mulmx M) ->
  differentiable (fun v => K (e v)) x /\ jac (fun v => K (e v)) x = jac K y *m M.
Proof.
move=> dK E de; apply: differentiable_jac.
apply: (is_diff_ext (is_diff_further de E (is_diff_jac dK))) => // h.
by rewrite mulmxA.
Qed.

(* ∂L/∂W = (∂L/∂a)ᵀ uᵀ where a = W u + w                                      *)
Lemma grad_of_affine (G : 'cV[R]_p.+1 -> 'cV[R]_1) (W : 'M[R]_(p.+1, q.+1)) u (w1 w2 a : 'cV[R]_p.+1) :
  W *m u + w1 + w2 = a -> differentiable G a ->
  differentiable (fun V => G (V *m u + w1 + w2)) W /\
  grad (fun V => G (V *m u + w1 + w2)) W = (jac G a)^T *m u^T.
Proof.
move=> E dG.
have affine : is_diff W (fun V => V *m u + w1 + w2) (fun H => H *m u).
  apply: is_diff_plus_constant; apply: is_diff_plus_constant.
  apply: (is_diff_ext (is_diff_mulmx (@is_diff_id R _ W) (@is_diff_cst R _ _ u W))) => // h.
  by rewrite /= mulmx0 addr0.
have D := is_diff_further affine E (is_diff_jac dG).
split; first by case: D.
have -> : (jac G a)^T *m u^T = \sum_(0 <= k < 1) (jac G a)^T *m u^T by rewrite big_nat1.
apply: (@grad_is_diff _ _ _ 0 1 _ W (fun=> jac G a) (fun=> u)).
by apply: (is_diff_ext D) => // h; rewrite big_nat1.
Qed.

End Back.

Section ByBoth.
Variables (R : realType) (n p q r : nat) (H : 'cV[R]_p.+1 -> 'cV[R]_q.+1 -> 'cV[R]_r.+1).
Hypothesis moves : forall z, differentiable (fun z : 'cV[R]_p.+1 * 'cV[R]_q.+1 => H z.1 z.2) z.

(* what reaches H by way of both columns                                      *)
Lemma by_way_of_both (f : 'cV[R]_n.+1 -> 'cV[R]_r.+1) (u : 'cV[R]_n.+1 -> 'cV[R]_p.+1)
    (v : 'cV[R]_n.+1 -> 'cV[R]_q.+1) x h c M N :
  (forall y, f y = H (u y) (v y)) -> u x = h -> v x = c ->
  is_diff x u (mulmx M) -> is_diff x v (mulmx N) ->
  differentiable f x /\ jac f x = jac (fun y => H y c) h *m M + jac (H h) c *m N.
Proof.
move=> E <- <- du dv; apply: differentiable_jac.
apply: (is_diff_ext (is_diff_of_two moves du dv)) => y; first exact: esym (E y).
by rewrite mulmxDl -!mulmxA.
Qed.

End ByBoth.
