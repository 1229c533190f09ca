(* What cells are written with is differentiable.                             *)
(*                                                                            *)
(* A lemma for each operation that stands in a printed cell, and the tactic   *)
(* `differentiate`, which goes through a cell's definition and applies them:  *)
(* a cell of any number of parts, gates and intermediates is differentiable,  *)
(* in its state alone and in a parameter and its state together.              *)

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

Section Operations.
Variables (R : realType) (V : normedModType R) (x : V).

Lemma differentiable_mx p q (f : V -> 'M[R]_(p.+1, q.+1)) :
  (forall i l, differentiable (fun y => f y i l) x) -> differentiable f x.
Proof.
move=> H.
have E i l : is_diff x (fun y => f y i l)
    (fun h => (\matrix_(i, l) ('d (fun y => f y i l) x h : R)) i l).
  apply: (is_diff_ext (differentiableP (H i l))) => // h.
  by rewrite mxE.
pose df h : 'M[R]_(p.+1, q.+1) := \matrix_(i, l) ('d (fun y => f y i l) x h : R).
by have [d _] := @is_diff_mx _ _ _ _ f df x E.
Qed.

Lemma differentiable_entry p q (f : V -> 'M[R]_(p.+1, q.+1)) i l :
  differentiable f x -> differentiable (fun y => f y i l) x.
Proof. by move=> H; have [d _] := is_diff_entry i l (differentiableP H). Qed.

Lemma differentiable_constant (W : normedModType R) (c : W) : differentiable (fun _ : V => c) x.
Proof. by have [d _] := @is_diff_cst R V _ c x. Qed.

Lemma differentiable_mulmx p q r (f : V -> 'M[R]_(p.+1, q.+1)) (g : V -> 'M[R]_(q.+1, r.+1)) :
  differentiable f x -> differentiable g x -> differentiable (fun y => f y *m g y) x.
Proof. by move=> Hf Hg; have [d _] := is_diff_mulmx (differentiableP Hf) (differentiableP Hg). Qed.

Lemma differentiable_plus p q (f g : V -> 'M[R]_(p.+1, q.+1)) :
  differentiable f x -> differentiable g x -> differentiable (fun y => f y + g y) x.
Proof. by move=> Hf Hg; exact: differentiableD. Qed.

Lemma differentiable_minus p q (f : V -> 'M[R]_(p.+1, q.+1)) :
  differentiable f x -> differentiable (fun y => - f y) x.
Proof. by move=> Hf; exact: differentiableN. Qed.

Lemma differentiable_scaled p q (c : R) (f : V -> 'M[R]_(p.+1, q.+1)) :
  differentiable f x -> differentiable (fun y => c *: f y) x.
Proof. by move=> Hf; exact: differentiableZ. Qed.

Lemma differentiable_hadamard p q (f g : V -> 'M[R]_(p.+1, q.+1)) :
  differentiable f x -> differentiable g x -> differentiable (fun y => hadamard (f y) (g y)) x.
Proof.
move=> Hf Hg; apply: differentiable_mx => i l.
have -> : (fun y => hadamard (f y) (g y) i l) = (fun y => f y i l) * (fun y => g y i l).
  by apply/funext => y; rewrite mxE.
by apply: differentiableM; exact: differentiable_entry.
Qed.

(* a function with a slope everywhere, applied to every entry                 *)
Lemma differentiable_map_mx p q sigma sigma' (f : V -> 'M[R]_(p.+1, q.+1)) :
  slope sigma sigma' -> differentiable f x -> differentiable (fun y => map_mx sigma (f y)) x.
Proof. by move=> Hs Hf; have [d _] := is_diff_map_mx Hs (differentiableP Hf). Qed.

Lemma differentiable_tr p q (f : V -> 'M[R]_(p.+1, q.+1)) :
  differentiable f x -> differentiable (fun y => (f y)^T) x.
Proof.
move=> Hf; apply: differentiable_mx => i l.
have -> : (fun y => (f y)^T i l) = (fun y => f y l i) by apply/funext => y; rewrite mxE.
exact: differentiable_entry.
Qed.

Lemma differentiable_dg n (f : V -> 'cV[R]_n.+1) :
  differentiable f x -> differentiable (fun y => dg (f y)) x.
Proof.
move=> Hf; apply: differentiable_mx => i l.
have [->|il] := eqVneq i l.
  have -> : (fun y => dg (f y) l l) = (fun y => f y l 0).
    by apply/funext => y; rewrite !mxE eqxx mulr1n.
  exact: differentiable_entry.
have -> : (fun y => dg (f y) i l) = (fun=> 0).
  by apply/funext => y; rewrite !mxE (negbTE il) mulr0n.
exact: differentiable_constant.
Qed.

(* one matrix below another, and the parts of one                             *)
Lemma differentiable_col_mx p1 p2 q (f : V -> 'M[R]_(p1.+1, q.+1)) (g : V -> 'M[R]_(p2.+1, q.+1)) :
  differentiable f x -> differentiable g x ->
  differentiable (fun y => col_mx (f y) (g y) : 'M[R]_((p1 + p2.+1).+1, q.+1)) x.
Proof.
move=> Hf Hg; apply: differentiable_mx => i l.
have := splitK (i : 'I_(p1.+1 + p2.+1)).
case: (fintype.split (i : 'I_(p1.+1 + p2.+1))) => i' /= <-.
  have E y : f y i' l = col_mx (f y) (g y) (lshift p2.+1 i') l by rewrite col_mxEu.
  by rewrite -(funext E); exact: differentiable_entry.
have E y : g y i' l = col_mx (f y) (g y) (rshift p1.+1 i') l by rewrite col_mxEd.
by rewrite -(funext E); exact: differentiable_entry.
Qed.

Lemma differentiable_usubmx p1 p2 q (f : V -> 'M[R]_((p1 + p2.+1).+1, q.+1)) :
  differentiable f x -> differentiable (fun y => @usubmx _ p1.+1 p2.+1 q.+1 (f y)) x.
Proof.
move=> Hf; apply: differentiable_mx => i l.
have E y : f y (lshift p2.+1 i) l = @usubmx _ p1.+1 p2.+1 q.+1 (f y) i l by rewrite mxE.
by rewrite -(funext E); exact: differentiable_entry.
Qed.

Lemma differentiable_dsubmx p1 p2 q (f : V -> 'M[R]_((p1 + p2.+1).+1, q.+1)) :
  differentiable f x -> differentiable (fun y => @dsubmx _ p1.+1 p2.+1 q.+1 (f y)) x.
Proof.
move=> Hf; apply: differentiable_mx => i l.
have E y : f y (rshift p1.+1 i) l = @dsubmx _ p1.+1 p2.+1 q.+1 (f y) i l by rewrite mxE.
by rewrite -(funext E); exact: differentiable_entry.
Qed.

End Operations.

Section Pairs.
Variables (R : realType) (V W : normedModType R).

Lemma differentiable_first (z : V * W) : differentiable (fun y : V * W => y.1) z.
Proof. by have [d _] := is_diff_fst z. Qed.

Lemma differentiable_second (z : V * W) : differentiable (fun y : V * W => y.2) z.
Proof. by have [d _] := is_diff_snd z. Qed.

Lemma differentiable_itself (v : V) : differentiable (fun y : V => y) v.
Proof. by have [d _] := @is_diff_id R V v. Qed.

End Pairs.

(* a function that is differentiable in all its arguments together            *)
Section Together.
Variables (R : realType) (V U1 U2 U3 W : normedModType R) (x : V).

Lemma differentiable_of_two (H : U1 -> U2 -> W) (f : V -> U1) (g : V -> U2) :
  (forall z, differentiable (fun z : U1 * U2 => H z.1 z.2) z) ->
  differentiable f x -> differentiable g x -> differentiable (fun y => H (f y) (g y)) x.
Proof.
move=> dH df dg.
exact: (@differentiable_comp _ _ _ _ (fun y => (f y, g y)) (fun z : U1 * U2 => H z.1 z.2) x
  (differentiable_pair df dg) (dH _)).
Qed.

Lemma differentiable_of_three (H : U1 -> U2 -> U3 -> W) (f : V -> U1) (g : V -> U2) (h : V -> U3) :
  (forall z, differentiable (fun z : U1 * U2 * U3 => H z.1.1 z.1.2 z.2) z) ->
  differentiable f x -> differentiable g x -> differentiable h x ->
  differentiable (fun y => H (f y) (g y) (h y)) x.
Proof.
move=> dH df dg dh.
exact: (@differentiable_comp _ _ _ _ (fun y => (f y, g y, h y))
  (fun z : U1 * U2 * U3 => H z.1.1 z.1.2 z.2) x
  (differentiable_pair (differentiable_pair df dg) dh) (dH _)).
Qed.

End Together.

(* One step of the walk through a definition                                  *)
Ltac differentiate_once :=
  match goal with
  | |- differentiable (fun _ => ?c) _ => exact: differentiable_constant
  | |- differentiable (fun y => y) _ => exact: differentiable_itself
  | |- differentiable (fun y => y.1) _ => exact: differentiable_first
  | |- differentiable (fun y => y.2) _ => exact: differentiable_second
  | |- differentiable (fun y => @?f y + @?g y) _ => refine (@differentiable_plus _ _ _ _ _ f g _ _)
  | |- differentiable (fun y => - @?f y) _ => refine (@differentiable_minus _ _ _ _ _ f _)
  | |- differentiable (fun y => @?f y *m @?g y) _ =>
      refine (@differentiable_mulmx _ _ _ _ _ _ f g _ _)
  | |- differentiable (fun y => ?c *: @?f y) _ => refine (@differentiable_scaled _ _ _ _ _ c f _)
  | |- differentiable (fun y => hadamard (@?f y) (@?g y)) _ =>
      refine (@differentiable_hadamard _ _ _ _ _ f g _ _)
  | H : slope ?sigma ?sigma' |- differentiable (fun y => map_mx ?sigma (@?f y)) _ =>
      refine (@differentiable_map_mx _ _ _ _ _ sigma sigma' f H _)
  | |- differentiable (fun y => (@?f y)^T) _ => refine (@differentiable_tr _ _ _ _ _ f _)
  | |- differentiable (fun y => dg (@?f y)) _ => refine (@differentiable_dg _ _ _ _ f _)
  | |- differentiable (fun y => col_mx (@?f y) (@?g y)) _ =>
      refine (@differentiable_col_mx _ _ _ _ _ _ f g _ _)
  | |- differentiable (fun y => usubmx (@?f y)) _ =>
      refine (@differentiable_usubmx _ _ _ _ _ _ f _)
  | |- differentiable (fun y => dsubmx (@?f y)) _ =>
      refine (@differentiable_dsubmx _ _ _ _ _ _ f _)
  | H : forall z, differentiable (fun z => ?K z.1 z.2) z
      |- differentiable (fun y => ?K (@?f y) (@?g y)) _ =>
      refine (@differentiable_of_two _ _ _ _ _ _ K f g H _ _)
  | H : forall z, differentiable (fun z => ?K z.1.1 z.1.2 z.2) z
      |- differentiable (fun y => ?K (@?f y) (@?g y) (@?h y)) _ =>
      refine (@differentiable_of_three _ _ _ _ _ _ _ K f g h H _ _ _)
  end.

Ltac differentiate := intros; cbv beta zeta; repeat (differentiate_once; cbv beta).
