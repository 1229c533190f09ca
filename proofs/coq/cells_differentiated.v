(* The differential of a cell, from its definition.                           *)
(*                                                                            *)
(* A lemma for each operation that stands in a printed cell, and two tactics. *)
(* `differentiate_at` goes through a definition and writes its differential,  *)
(* with dσ(v) = diag(σ′(v)) dv and d(u ⊙ v) = diag(v) du + diag(u) dv.        *)
(* `by_differential` proves what a Jacobian is: both sides, applied to one    *)
(* direction, are the same entry by entry.                                    *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences exp.
From symrnn Require Import vocabulary differentials recurrence activations.
From mathcomp Require Import ring.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Operations.
Variables (R : realType) (V : normedModType R) (x : V).

Lemma is_diff_constant (W : normedModType R) (c : W) : is_diff x (fun _ : V => c) (fun _ : V => 0 : W).
Proof. exact: is_diff_cst. Qed.

Lemma is_diff_itself : is_diff x (fun y : V => y) (fun h => h).
Proof. exact: is_diff_id. Qed.

Lemma is_diff_plus p q (f df g dg : V -> 'M[R]_(p.+1, q.+1)) :
  is_diff x f df -> is_diff x g dg ->
  is_diff x (fun y => f y + g y) (fun h => df h + dg h).
Proof. by move=> Hf Hg; exact: (@is_diffD _ _ _ _ _ _ _ _ Hf Hg). Qed.

(* what does not change leaves no trace in a differential                     *)
Lemma is_diff_plus_constant p q (f df : V -> 'M[R]_(p.+1, q.+1)) c :
  is_diff x f df -> is_diff x (fun y => f y + c) df.
Proof.
move=> Hf; apply: (is_diff_ext (is_diff_plus Hf (@is_diff_constant _ c))) => // h.
exact: addr0.
Qed.

Lemma is_diff_constant_plus p q (f df : V -> 'M[R]_(p.+1, q.+1)) c :
  is_diff x f df -> is_diff x (fun y => c + f y) df.
Proof.
by move=> Hf; apply: (is_diff_ext (is_diff_plus_constant c Hf)) => // y; exact: addrC.
Qed.

Lemma is_diff_minus p q (f df : V -> 'M[R]_(p.+1, q.+1)) :
  is_diff x f df -> is_diff x (fun y => - f y) (fun h => - df h).
Proof. by move=> Hf; exact: (@is_diffN _ _ _ _ _ _ Hf). Qed.

Lemma is_diff_scaled p q c (f df : V -> 'M[R]_(p.+1, q.+1)) :
  is_diff x f df -> is_diff x (fun y => c *: f y) (fun h => c *: df h).
Proof. by move=> Hf; exact: (@is_diffZ _ _ _ _ _ c _ Hf). Qed.

(* d(A ⊙ B) = dA ⊙ B + A ⊙ dB                                                 *)
Lemma is_diff_hadamard p q (f df g dg : V -> 'M[R]_(p.+1, q.+1)) :
  is_diff x f df -> is_diff x g dg ->
  is_diff x (fun y => hadamard (f y) (g y))
    (fun h => hadamard (df h) (g x) + hadamard (f x) (dg h)).
Proof.
move=> Hf Hg; apply: is_diff_mx => i l.
have H := @is_diffM _ _ _ _ _ _ _ (is_diff_entry i l Hf) (is_diff_entry i l Hg).
apply: (is_diff_ext H) => [y|h]; first by rewrite mxE.
by rewrite !mxE /= addrC [df h i l * _]mulrC.
Qed.

Lemma is_diff_times p (f df g dg_ : V -> 'cV[R]_p.+1) :
  is_diff x f df -> is_diff x g dg_ ->
  is_diff x (fun y => hadamard (f y) (g y)) (fun h => dg (g x) *m df h + dg (f x) *m dg_ h).
Proof.
move=> Hf Hg; apply: (is_diff_ext (is_diff_hadamard Hf Hg)) => // h.
by rewrite -!hadamard_dg; congr (_ + _); apply/matrixP => i l; rewrite !mxE mulrC.
Qed.

Lemma is_diff_times_constant p (f df : V -> 'cV[R]_p.+1) c :
  is_diff x f df -> is_diff x (fun y => hadamard (f y) c) (fun h => dg c *m df h).
Proof.
move=> Hf; apply: (is_diff_ext (is_diff_times Hf (@is_diff_constant _ c))) => // h.
by rewrite mulmx0 addr0.
Qed.

Lemma is_diff_constant_times p (f df : V -> 'cV[R]_p.+1) c :
  is_diff x f df -> is_diff x (fun y => hadamard c (f y)) (fun h => dg c *m df h).
Proof.
move=> Hf; apply: (is_diff_ext (is_diff_times (@is_diff_constant _ c) Hf)) => // h.
by rewrite mulmx0 add0r.
Qed.

Lemma is_diff_squashed p sigma sigma' (f df : V -> 'cV[R]_p.+1) :
  slope sigma sigma' -> is_diff x f df ->
  is_diff x (fun y => map_mx sigma (f y)) (fun h => dg (map_mx sigma' (f x)) *m df h).
Proof.
by move=> Hs Hf; apply: (is_diff_ext (is_diff_map_mx Hs Hf)) => // h; rewrite hadamard_dg.
Qed.

Lemma is_diff_col_mx p q r (f df : V -> 'M[R]_(p.+1, r.+1)) (g dg : V -> 'M[R]_(q.+1, r.+1)) :
  is_diff x f df -> is_diff x g dg ->
  is_diff x (fun y => col_mx (f y) (g y) : 'M[R]_((p + q.+1).+1, r.+1))
    (fun h => col_mx (df h) (dg h) : 'M[R]_((p + q.+1).+1, r.+1)).
Proof.
move=> Hf Hg; apply: is_diff_mx => i l.
have := splitK (i : 'I_(p.+1 + q.+1)).
case: (fintype.split (i : 'I_(p.+1 + q.+1))) => i' /= <-.
  apply: (is_diff_ext (is_diff_entry i' l Hf)) => y; exact: esym (@col_mxEu _ p.+1 q.+1 r.+1 _ _ i' l).
apply: (is_diff_ext (is_diff_entry i' l Hg)) => y; exact: esym (@col_mxEd _ p.+1 q.+1 r.+1 _ _ i' l).
Qed.

Lemma is_diff_usubmx p q r (f df : V -> 'M[R]_((p + q.+1).+1, r.+1)) : is_diff x f df ->
  is_diff x (fun y => @usubmx R p.+1 q.+1 r.+1 (f y)) (fun h => @usubmx R p.+1 q.+1 r.+1 (df h)).
Proof.
move=> Hf; apply: is_diff_mx => i l.
by apply: (is_diff_ext (is_diff_entry (lshift q.+1 i) l Hf)) => y; rewrite mxE.
Qed.

Lemma is_diff_dsubmx p q r (f df : V -> 'M[R]_((p + q.+1).+1, r.+1)) : is_diff x f df ->
  is_diff x (fun y => @dsubmx R p.+1 q.+1 r.+1 (f y)) (fun h => @dsubmx R p.+1 q.+1 r.+1 (df h)).
Proof.
move=> Hf; apply: is_diff_mx => i l.
by apply: (is_diff_ext (is_diff_entry (rshift p.+1 i) l Hf)) => y; rewrite mxE.
Qed.

Lemma is_diff_further (U W : normedModType R) (f df : V -> U) (G dG : U -> W) y :
  is_diff x f df -> f x = y -> is_diff y G dG -> is_diff x (fun v => G (f v)) (fun v => dG (df v)).
Proof. by move=> Hf <- HG; exact: (@is_diff_comp _ _ _ _ _ _ _ _ _ Hf HG). Qed.

End Operations.

(* The slope of the logistic function as it is printed: e^-x / (1 + e^-x)²    *)
Lemma slope_logistic_printed (R : realType) :
  @slope R (@logistic R) (fun x => expR (- x) / (1 + expR (- x)) ^+ 2).
Proof.
move=> x; apply: (is_derive_eq (@slope_logistic R x)); rewrite /logistic.
by field; rewrite gt_eqF // addr_gt0 ?expR_gt0 ?ltr01.
Qed.

(* A function as it is written, its differential, and that as a product       *)
Lemma jac_by_differential (R : realType) n m (f g : 'cV[R]_n.+1 -> 'cV[R]_m.+1) x D M :
  (forall y, f y = g y) -> is_diff x g D ->
  (forall h : 'cV[R]_n.+1, D h = M *m h :> 'cV[R]_m.+1) ->
  differentiable f x /\ jac f x = M.
Proof.
move=> /funext -> H E; apply: differentiable_jac; exact: (is_diff_ext H).
Qed.

Lemma is_diff_by_differential (R : realType) (V W : normedModType R) (f g : V -> W) x D D' :
  (forall y, f y = g y) -> is_diff x g D -> (forall h, D h = D' h) -> is_diff x f D'.
Proof. by move=> E H E'; exact: (is_diff_ext H (fun y => esym (E y)) E'). Qed.

(* One step of the walk through a definition; nothing is looked up among instances *)
Ltac differentiate_at_once :=
  match goal with
  | |- is_diff _ (fun _ => ?c) _ => notypeclasses refine (@is_diff_constant _ _ _ _ c)
  | |- is_diff _ (fun y => y) _ => notypeclasses refine (@is_diff_itself _ _ _)
  | |- is_diff _ (fun y => @?f y + ?c) _ => notypeclasses refine (@is_diff_plus_constant _ _ _ _ _ f _ c _)
  | |- is_diff _ (fun y => ?c + @?f y) _ => notypeclasses refine (@is_diff_constant_plus _ _ _ _ _ f _ c _)
  | |- is_diff _ (fun y => @?f y + @?g y) _ => notypeclasses refine (@is_diff_plus _ _ _ _ _ f _ g _ _ _)
  | |- is_diff _ (fun y => - @?f y) _ => notypeclasses refine (@is_diff_minus _ _ _ _ _ f _ _)
  | |- is_diff _ (fun y => ?c *: @?f y) _ => notypeclasses refine (@is_diff_scaled _ _ _ _ _ c f _ _)
  | |- is_diff _ (fun y => ?W *m @?f y) _ => notypeclasses refine (@is_diff_linear _ _ _ _ W f _ _ _)
  | |- is_diff _ (fun y => hadamard ?c (@?f y)) _ =>
      notypeclasses refine (@is_diff_constant_times _ _ _ _ f _ c _)
  | |- is_diff _ (fun y => hadamard (@?f y) ?c) _ =>
      notypeclasses refine (@is_diff_times_constant _ _ _ _ f _ c _)
  | |- is_diff _ (fun y => hadamard (@?f y) (@?g y)) _ =>
      notypeclasses refine (@is_diff_times _ _ _ _ f _ g _ _ _)
  | H : slope ?sigma ?sigma' |- is_diff _ (fun y => map_mx ?sigma (@?f y)) _ =>
      notypeclasses refine (@is_diff_squashed _ _ _ _ sigma sigma' f _ H _)
  | |- is_diff _ (fun y => map_mx (@tanh ?R) (@?f y)) _ =>
      notypeclasses refine (@is_diff_squashed _ _ _ _ _ _ f _ (@slope_tanh R) _)
  | |- is_diff _ (fun y => map_mx (@logistic ?R) (@?f y)) _ =>
      notypeclasses refine (@is_diff_squashed _ _ _ _ _ _ f _ (@slope_logistic_printed R) _)
  | |- is_diff _ (fun y => col_mx (@?f y) (@?g y)) _ =>
      notypeclasses refine (@is_diff_col_mx _ _ _ _ _ _ f _ g _ _ _)
  | |- is_diff _ (fun y => usubmx (@?f y)) _ => notypeclasses refine (@is_diff_usubmx _ _ _ _ _ _ f _ _)
  | |- is_diff _ (fun y => dsubmx (@?f y)) _ => notypeclasses refine (@is_diff_dsubmx _ _ _ _ _ _ f _ _)
  end.

Ltac differentiate_at := repeat (cbv beta; differentiate_at_once).

(* One step j of a printed cell: both sides by its definitions, from the state before. *)
(* A state is taken apart before its parts are unfolded, by Coq's own rewrite:  *)
(* that of ssreflect would compare definitions by what they compute.           *)
Ltac taken_apart :=
  repeat match goal with
  | |- context [@usubmx ?R ?m ?n ?p (@col_mx ?R' ?m' ?n' ?p' ?a ?b)] =>
      rewrite -> (@col_mxKu R m n p a b : @usubmx R m n p (@col_mx R' m' n' p' a b) = a)
  | |- context [@dsubmx ?R ?m ?n ?p (@col_mx ?R' ?m' ?n' ?p' ?a ?b)] =>
      rewrite -> (@col_mxKd R m n p a b : @dsubmx R m n p (@col_mx R' m' n' p' a b) = b)
  end.

Ltac written :=
  autounfold with printed_state; taken_apart; autounfold with printed_cell; taken_apart.

Ltac step_by_definition j :=
  match goal with
  | j1 : is_true (leq 1 j) |- _ =>
      rewrite ?(@flow_step _ _ j j1) ?(@state_before _ _ _ j j1); clear j1
  end;
  try (match goal with |- context [vocabulary.state ?F ?s0 (j - 1)%N] =>
         generalize (vocabulary.state F s0 (j - 1)%N); intro end);
  notypeclasses refine (@jac_by_differential _ _ _ _ _ _ _ _ _ _ _);
    [let v := fresh "v" in intro v; written; reflexivity | differentiate_at |];
  let direction := fresh "direction" in intro direction; cbv beta; written.

(* A step in which all is held but the state: it stands there as a function of it *)
Ltac held_step :=
  notypeclasses refine (@jac_by_differential _ _ _ _ _ _ _ _ (fun _ => erefl) _ _);
    [differentiate_at |]; let direction := fresh "direction" in intro direction; cbv beta.

(* Entries, but not those of a product by a weight                            *)
Section Entries.
Variable R : realType.

Lemma plusE m n (A B : 'M[R]_(m, n)) i l : (A + B) i l = A i l + B i l.
Proof. by rewrite mxE. Qed.

Lemma minusE m n (A : 'M[R]_(m, n)) i l : (- A) i l = - A i l.
Proof. by rewrite mxE. Qed.

Lemma scaledE m n c (A : 'M[R]_(m, n)) i l : (c *: A) i l = c * A i l.
Proof. by rewrite mxE. Qed.

Lemma squashedE m n (f : R -> R) (A : 'M[R]_(m, n)) i l : map_mx f A i l = f (A i l).
Proof. by rewrite mxE. Qed.

Lemma hadamardE m n (A B : 'M[R]_(m, n)) i l : hadamard A B i l = A i l * B i l.
Proof. by rewrite mxE. Qed.

Lemma constantE m n (c : R) (i : 'I_m) (l : 'I_n) : fun_of_matrix (const_mx c) i l = c.
Proof. by rewrite mxE. Qed.

Lemma zeroE m n (i : 'I_m) (l : 'I_n) : fun_of_matrix (0 : 'M[R]_(m, n)) i l = 0.
Proof. by rewrite mxE. Qed.

Lemma dg_timesE n p (v : 'cV[R]_n) (A : 'M[R]_(n, p)) i l : (dg v *m A) i l = v i 0 * A i l.
Proof.
rewrite !mxE (bigD1 i) //= !mxE eqxx mulr1n big1 ?addr0 // => k /negbTE ki.
by rewrite !mxE eq_sym ki mulr0n mul0r.
Qed.

End Entries.

(* What is squashed is looked at no more: equal ones get one name.            *)
Ltac squashed_by_name :=
  repeat match goal with
  | |- context [@map_mx ?a ?b ?f ?m ?n ?v] => generalize (@map_mx a b f m n v); intro
  end.

(* Products open, the direction on the right; then what they are, entry by entry. *)
Ltac entries :=
  repeat progress (rewrite ?mulmxDl ?mulNmx -?scalemxAl ?mul1mx -?mulmxA);
  rewrite ?mulmxDr ?mulmxN -?scalemxAr ?mulmx0 ?add0r ?addr0 ?subr0 ?scaler0;
  apply/matrixP => ? ?; rewrite ?ord1
    ?(dg_timesE, plusE, minusE, scaledE, squashedE, hadamardE, constantE, zeroE).

Ltac entry_by_entry := squashed_by_name; entries; ring.
