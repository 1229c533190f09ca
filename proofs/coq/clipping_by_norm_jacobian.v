(* The Jacobian of clipping by norm.                                          *)
(*                                                                            *)
(*   I                        inside the ball, |g| < κ                        *)
(*   κ/|g| (I - g gᵀ/|g|²)    outside, κ < |g|                                *)
(*                                                                            *)
(* The second is κ/|g| times the projection along g: clipping passes on no    *)
(* change of length. On the sphere |g| = κ there is no Jacobian: see          *)
(* on_the_sphere in counterexamples.v.                                        *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp Require Import ring.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype landau derive.
From mathcomp.analysis Require Import realfun.
From symrnn Require Import vocabulary euclidean_norm differentials clipping_by_norm.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

(* A differential is local: it is that of any map which agrees near the point *)
Section Local.
Variables (R : realType) (V W : normedModType R).

Lemma is_diff_near (f g df : V -> W) (x : V) :
  (\forall y \near x, f y = g y) -> is_diff x f df -> is_diff x g df.
Proof.
move=> fg [dfx <-].
have gx : g x = f x by rewrite (nbhs_singleton fg).
have cont : continuous ('d f x) by exact: diff_continuous.
have g_o : g \o shift x = cst (g x) + 'd f x +o_ (0 : V) id.
  have /eqaddoP f_o := diff_locally dfx; apply/eqaddoP => e e0.
  have {}f_o := f_o e e0.
  have fg0 : \forall h \near (0 : V), f (h + x) = g (h + x).
    by move: fg; rewrite (near_shift 0) subr0.
  near=> h.
  have -> : (g \o shift x - (cst (g x) + 'd f x)) h = (f \o shift x - (cst (f x) + 'd f x)) h.
    have fgh : f (h + x) = g (h + x) by near: h; exact: fg0.
    by rewrite -[LHS]/(g (h + x) - (g x + 'd f x h)) -fgh gx.
  by near: h; exact: f_o.
have dg := diff_unique cont g_o.
by apply: DiffDef; [apply/diff_locallyP; rewrite dg|].
Unshelve. all: by end_near. Qed.

End Local.

Section Jacobian.
Variables (R : realType) (kappa : R) (n : nat).
Hypothesis kappa_gt0 : 0 < kappa.
Implicit Types g h : 'cV[R]_n.+1.

(* d(gᵀg) = 2 gᵀdg                                                            *)
Lemma is_diff_inner g : is_diff g (fun v => inner v v) (fun h => 2%:R * inner g h).
Proof.
have -> : (fun v => inner v v) =
    \sum_(i < n.+1) ((fun v : 'cV[R]_n.+1 => v i 0) * (fun v => v i 0)).
  by apply/funext => v; rewrite innerE fct_sumE.
have -> : (fun h => 2%:R * inner g h) =
    \sum_(i < n.+1) (g i 0 *: (fun h : 'cV[R]_n.+1 => h i 0) + g i 0 *: (fun h => h i 0)).
  apply/funext => h; rewrite innerE mulr_sumr fct_sumE; apply: eq_bigr => i _.
  by rewrite mulr_natl mulr2n.
apply: is_diff_sum => i.
pose proof (is_diff_entry i 0 (@is_diff_id R _ g)) as H.
exact: (@is_diffM _ _ _ _ _ _ _ H H).
Qed.

(* a function of one variable as a map between normed spaces: df = f′ dx      *)
Lemma is_diff_derive (f : R -> R) (a l : R) :
  is_derive a (1 : R) f l -> is_diff a f ( *:%R ^~ l).
Proof.
move=> [df El]; have dfa : differentiable f a by exact/derivable1_diffP.
apply: DiffDef => //; apply/funext => h.
by rewrite -[in LHS](mulr1 h) -[h * 1]/(h *: 1) linearZ /= -deriveE // El.
Qed.

(* √a has the derivative 1/(2√a)                                              *)
Lemma is_derive_sqrt (a : R) : 0 < a ->
  is_derive a (1 : R) Num.sqrt (2%:R * Num.sqrt a)^-1.
Proof.
move=> a0; have r0 : 0 < Num.sqrt a by rewrite sqrtr_gt0.
pose proof (@is_deriveX _ _ id 1 _ _ 1 (@is_derive_id _ _ (Num.sqrt a) (1 : R))) as H.
have -> : 2%:R * Num.sqrt a = 2%:R * Num.sqrt a ^+ 1 *: (1 : R).
  by rewrite expr1 -[RHS]/(_ * 1) mulr1.
rewrite -{1}(sqr_sqrtr (ltW a0)) -[Num.sqrt a ^+ 2]/((id ^+ 2) (Num.sqrt a)).
apply: (is_derive_inverse _ _ H).
- near=> y; rewrite exprfctE sqrtr_sqr ger0_norm // ltW //.
  by near: y; apply: (@cvgr_gt R _ _ _ id (Num.sqrt a)).
- by near=> y; rewrite exprfctE; exact: exprn_continuous.
- by rewrite expr1 -[_ *: _]/(_ * 1) mulr1 mulf_neq0 ?pnatr_eq0 // gt_eqF.
Unshelve. all: by end_near. Qed.

(* d|g| = gᵀdg/|g|                                                            *)
Lemma is_diff_euclidean g : g != 0 ->
  is_diff g (@euclidean R n.+1) (fun h => inner g h / euclidean g).
Proof.
move=> g0; have p0 : 0 < euclidean g by rewrite euclidean_gt0.
have i0 : 0 < inner g g by rewrite -euclidean_sqr exprn_gt0.
pose proof (is_diff_derive (is_derive_sqrt i0)) as H.
pose proof (@is_diff_comp _ _ _ _ _ _ _ _ _ (is_diff_inner g) H) as H'.
have -> : @euclidean R n.+1 = Num.sqrt \o (fun v => inner v v).
  by apply/funext => v; rewrite euclideanE.
apply: (is_diff_eq H'); apply/funext => h /=.
rewrite -euclideanE -[LHS]/(2%:R * inner g h * (2%:R * euclidean g)^-1).
by field; rewrite gt_eqF.
Qed.

Lemma euclidean_continuous : continuous (@euclidean R n.+1).
Proof.
move=> g; have -> : @euclidean R n.+1 = Num.sqrt \o (fun v => inner v v).
  by apply/funext => v; rewrite euclideanE.
apply: continuous_comp; last exact: sqrt_continuous.
by apply: differentiable_continuous; case: (is_diff_inner g).
Qed.

Lemma is_diff_clip_inside g : euclidean g < kappa -> is_diff g (clip kappa) (mulmx 1%:M).
Proof.
move=> gk; apply: (is_diff_near _ (is_diff_idmx g)).
near=> v; rewrite clipping_by_norm_unchanged_inside_the_ball // ltW //.
near: v; apply: (@cvgr_lt R _ _ _ (@euclidean R n.+1) (euclidean g)) => //.
exact: euclidean_continuous.
Unshelve. all: by end_near. Qed.

(* d(κ v/|v|) = κ/|g| (dg - (gᵀdg/|g|²) g)                                    *)
Lemma is_diff_normalise g : g != 0 ->
  is_diff g (fun v => (kappa / euclidean v) *: v)
    (mulmx ((kappa / euclidean g) *: (1%:M - (euclidean g ^- 2) *: (g *m g^T)))).
Proof.
move=> g0; have p0 : euclidean g != 0 by rewrite euclidean_eq0.
apply: is_diff_mx => i l; rewrite !ord1 {l}.
pose proof (is_diff_derive (@is_deriveV _ id _ _ _ p0 (@is_derive_id _ _ _ (1 : R)))) as H.
pose proof (@is_diff_comp _ _ _ _ _ _ _ _ _ (is_diff_euclidean g0) H) as H'.
pose proof (is_diff_entry i 0 (@is_diff_id R _ g)) as Hi.
pose proof (@is_diffZ _ _ _ _ _ kappa _ (@is_diffM _ _ _ _ _ _ _ H' Hi)) as HM.
have -> : (fun v : 'cV[R]_n.+1 => ((kappa / euclidean v) *: v) i 0) =
    kappa *: (((fun y => y^-1) \o @euclidean R n.+1) * (fun v => v i 0)).
  by apply/funext => v; rewrite mxE -mulrA.
apply: (is_diff_eq HM); apply/funext => h.
have -> : ((kappa / euclidean g) *: (1%:M - euclidean g ^- 2 *: (g *m g^T)) *m h) i 0 =
    kappa / euclidean g * (h i 0 - euclidean g ^- 2 * (g i 0 * inner g h)).
  by rewrite /inner -scalemxAl mulmxBl mul1mx -scalemxAl -mulmxA !(mxE, big_ord1).
rewrite -[LHS]/(kappa * ((euclidean g)^-1 * h i 0 +
  g i 0 * (inner g h / euclidean g * (- euclidean g ^- 2 * 1)))).
by field.
Qed.

Lemma is_diff_clip_outside g : kappa < euclidean g ->
  is_diff g (clip kappa)
    (mulmx ((kappa / euclidean g) *: (1%:M - (euclidean g ^- 2) *: (g *m g^T)))).
Proof.
move=> kg; have g0 : g != 0 by rewrite -euclidean_gt0 (lt_trans kappa_gt0).
apply: (is_diff_near _ (is_diff_normalise g0)).
near=> v; rewrite /clip /clip_factor max_r // ltW //.
near: v; apply: (@cvgr_gt R _ _ _ (@euclidean R n.+1) (euclidean g)) => //.
exact: euclidean_continuous.
Unshelve. all: by end_near. Qed.

(* The parts of the statement clipping_by_norm                                *)

Theorem clipping_by_norm_its_Jacobian_inside_the_ball g : euclidean g < kappa ->
  differentiable (clip kappa) g /\ jac (clip kappa) g = 1%:M.
Proof. by move=> gk; exact/differentiable_jac/is_diff_clip_inside. Qed.

Theorem clipping_by_norm_its_Jacobian_outside g : kappa < euclidean g ->
  differentiable (clip kappa) g /\
  jac (clip kappa) g =
    (kappa / euclidean g) *: (1%:M - (euclidean g ^- 2) *: (g *m g^T)).
Proof. by move=> kg; exact/differentiable_jac/is_diff_clip_outside. Qed.

(* It maps g to 0: clipping passes on no change of length                     *)
Corollary clip_jacobian_direction g : kappa < euclidean g -> jac (clip kappa) g *m g = 0.
Proof.
move=> kg; have p0 : euclidean g != 0 by rewrite gt_eqF // (lt_trans kappa_gt0).
have [_ ->] := clipping_by_norm_its_Jacobian_outside kg.
rewrite -scalemxAl mulmxBl mul1mx -scalemxAl -mulmxA.
have -> : g^T *m g = (euclidean g ^+ 2)%:M.
  by rewrite euclidean_sqr /inner -mx11_scalar.
by rewrite mul_mx_scalar scalerA mulVf ?expf_neq0 // scale1r subrr scaler0.
Qed.

End Jacobian.
