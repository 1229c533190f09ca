(* What fails when a hypothesis about clipping is dropped.                    *)
(*                                                                            *)
(*   always_normalising     normalising every gradient never settles          *)
(*   short_gradient         the length is κ only where it clips               *)
(*   long_gradient          only gradients inside the ball are unchanged      *)
(*   largest_entry_instead  rescaling by the largest entry expands            *)
(*   on_the_sphere          no Jacobian on the sphere |g| = κ                 *)
(*   bent                   clipping by value does not keep the direction     *)
(*   long_all_the_same      clipping by value does not bound the norm by κ    *)
(*   sum_of_norms           Σ|g_i| is not the length of the whole             *)
(*   each_for_itself        each parameter clipped apart bends the whole      *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp Require Import ring.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From symrnn Require Import vocabulary euclidean_norm clipping_by_norm other_clippings.
From symrnn Require Import explicit_matrices.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Examples.
Variable R : realType.
Local Notation "n '%:Q'" := (n%:R : R) (at level 2, format "n '%:Q'").

(* √(x² + y²) = z for a Pythagorean triple                                    *)
Lemma euclidean_triple (x y z : R) :
  0 <= z -> x ^+ 2 + y ^+ 2 = z ^+ 2 -> euclidean (col2 x y) = z.
Proof. by move=> z0 eq; rewrite euclidean_col2 eq sqrtr_sqr ger0_norm. Qed.

Lemma euclidean_345 : euclidean (col2 3%:Q 4%:Q) = 5%:R.
Proof. by apply: euclidean_triple; [rewrite ler0n|ring]. Qed.

(* A gradient of length 3/5 keeps it, with κ = 1                              *)
Theorem short_gradient : exists g : 'cV[R]_2, euclidean (clip 1 g) <> 1.
Proof.
exists (col2 (3%:R / 5%:R) 0); rewrite clipping_by_norm_its_length ?ltr01 //.
have -> : euclidean (col2 (3%:R / 5%:R) 0) = 3%:R / 5%:R :> R.
  by apply: euclidean_triple; [rewrite divr_ge0 ?ler0n|rewrite expr0n /= addr0].
rewrite min_r; last by rewrite ler_pdivr_mulr ?ltr0n // mul1r ler_nat.
move=> /(congr1 ( *%R^~ 5%:R)); rewrite divfK ?pnatr_eq0 // mul1r.
by move/eqP; rewrite eqr_nat.
Qed.

(* With κ = 1 the gradient (3, 4) becomes shorter                             *)
Theorem long_gradient : exists g : 'cV[R]_2, clip 1 g <> g.
Proof.
exists (col2 3%:R 4%:R) => eq.
have := clipping_by_norm_never_longer_than_kappa (@ltr01 R) (col2 3%:R 4%:R).
by rewrite eq euclidean_345 lern1.
Qed.

(* Gradient descent on x², whose gradient is 2x, with rate 1/4                *)
Definition descent (step : 'cV[R]_1 -> 'cV[R]_1) (x : 'cV[R]_1) : 'cV_1 :=
  x - 4%:R^-1 *: step (2%:R *: x).

Definition normalise n (g : 'cV[R]_n) : 'cV_n := (euclidean g)^-1 *: g.

(* From 1/8 normalised steps of length 1/4 lead to -1/8 and back for ever; clipped steps (κ = 1)
   halve the distance to the minimum.                                         *)
Theorem always_normalising (n : nat) :
  iter n (descent (@normalise 1)) (const_mx 8%:R^-1) = (-1) ^+ n *: const_mx 8%:R^-1 /\
  iter n (descent (clip 1)) (const_mx 8%:R^-1) = 2%:R ^- n *: const_mx 8%:R^-1.
Proof.
set x := const_mx _.
have x8 : euclidean x = 8%:R^-1.
  by rewrite /euclidean big_ord1 mxE sqrtr_sqr ger0_norm // invr_ge0 ler0n.
have eight : 8%:R != 0 :> R by rewrite pnatr_eq0.
split.
  elim: n => [|n IH]; first by rewrite expr0 scale1r.
  rewrite iterS IH /descent /normalise !euclideanZ x8 normrX normrN1 expr1n.
  rewrite ger0_norm ?ler0n // !scalerA -scalerBl exprS mulN1r; congr (_ *: _).
  by field.
elim: n => [|n IH]; first by rewrite expr0 invr1 scale1r.
have p0 : 2%:R ^+ n != 0 :> R by rewrite expf_neq0 // pnatr_eq0.
rewrite iterS IH /descent clipping_by_norm_unchanged_inside_the_ball //.
  rewrite !scalerA -scalerBl exprS; congr (_ *: _).
  by field.
rewrite !euclideanZ x8 !ger0_norm ?invr_ge0 ?exprn_ge0 ?ler0n //.
rewrite [_ * (_ * _)]mulrCA.
apply: (@le_trans _ _ (1 * 1)); last by rewrite mulr1.
apply: ler_pmul; rewrite ?mulr_ge0 ?invr_ge0 ?exprn_ge0 ?ler0n //.
  by rewrite invf_le1 ?exprn_gt0 ?ltr0n // exprn_ege1 // ler1n.
by rewrite ler_pdivr_mulr ?ltr0n // mul1r ler_nat.
Qed.

(* Clipping by the largest entry: (1, 1) and (3/2, 1/2) are 2/3 apart, 1/2 before *)
Definition clip_largest (kappa : R) n (g : 'cV[R]_n) : 'cV_n :=
  (kappa / Order.max kappa (largest_entry g)) *: g.

Theorem largest_entry_instead : exists g h : 'cV[R]_2,
  largest_entry (g - h) < largest_entry (clip_largest 1 g - clip_largest 1 h).
Proof.
exists (col2 1 1), (col2 (3%:R / 2%:R) 2%:R^-1).
have two : 2%:R != 0 :> R by rewrite pnatr_eq0.
have three : 3%:R != 0 :> R by rewrite pnatr_eq0.
have half0 : 0 <= 2%:R^-1 :> R by rewrite invr_ge0 ler0n.
have half1 : 2%:R^-1 <= 1 :> R by rewrite invf_le1 ?ltr0n // ler1n.
have frac1 : 1 <= 3%:R / 2%:R :> R by rewrite ler_pdivl_mulr ?ltr0n // mul1r ler_nat.
rewrite /clip_largest !largest_entry_col2 normr1 maxxx maxxx divr1 scale1r.
rewrite !ger0_norm ?(le_trans ler01 frac1) // [Order.max (_ / _) _]max_l ?(le_trans half1) //.
rewrite [Order.max 1 _]max_r // scale_col2 !sub_col2 !largest_entry_col2.
have -> : 1 - 3%:R / 2%:R = - 2%:R^-1 :> R by field.
have -> : 1 - 2%:R^-1 = 2%:R^-1 :> R by field.
have -> : 1 - 1 / (3%:R / 2%:R) * (3%:R / 2%:R) = 0 :> R by field; rewrite ?two ?three.
have -> : 1 - 1 / (3%:R / 2%:R) * 2%:R^-1 = 2%:R / 3%:R :> R by field; rewrite ?two ?three.
have third0 : 0 <= 2%:R / 3%:R :> R by rewrite divr_ge0 ?ler0n.
rewrite normrN normr0 maxxx !ger0_norm // max_r //.
by rewrite ltr_pdivl_mulr ?ltr0n // mulrC ltr_pdivr_mulr ?ltr0n // -natrM ltr_nat.
Qed.

(* Cut off at 3, (3, 4) becomes (3, 3): |g| c(g) is not |c(g)| g              *)
Lemma cut_34 : clip_by_value 3%:R (col2 3%:Q 4%:R) = col2 3%:R 3%:R.
Proof.
rewrite /clip_by_value map_col2 /cut minxx min_l ?ler_nat //.
by rewrite max_r // (@le_trans _ _ 0) ?oppr_le0 ?ler0n.
Qed.

Theorem bent : exists g : 'cV[R]_2,
  euclidean g *: clip_by_value 3%:R g <> euclidean (clip_by_value 3%:R g) *: g.
Proof.
exists (col2 3%:R 4%:R); rewrite cut_34 euclidean_345 !scale_col2 => /col2_inj [e3 e4].
have three : 3%:R != 0 :> R by rewrite pnatr_eq0.
have r5 := mulIf three e3; move: e4; rewrite -r5 => /(mulfI _) /eqP.
by rewrite eqr_nat => H; apply: (elimF idP (erefl : (3 == 4)%N = false)); apply: H;
  rewrite pnatr_eq0.
Qed.

(* (3, 3) has no entry above 3, but its length is above 3                     *)
Theorem long_all_the_same : exists g : 'cV[R]_2, 3%:R < euclidean (clip_by_value 3%:R g).
Proof.
exists (col2 3%:R 4%:R); rewrite cut_34 euclidean_col2.
rewrite -{1}[3%:R](@ger0_norm R) ?ler0n // -sqrtr_sqr ltr_sqrt.
  by rewrite ltr_addl exprn_gt0 // ltr0n.
by rewrite addr_gt0 ?exprn_gt0 ?ltr0n.
Qed.

(* Lengths 3 and 4 are 5 = κ together: inside the ball. Their sum 7 would clip. *)
Theorem sum_of_norms : exists (g1 : 'cV[R]_2) (g2 : 'cV[R]_2) (kappa : R),
  euclidean (col_mx g1 g2) <= kappa /\
  (kappa / Order.max kappa (euclidean g1 + euclidean g2)) *: col_mx g1 g2 <> col_mx g1 g2.
Proof.
have e1 : euclidean (col2 3%:Q 0) = 3%:R.
  by apply: euclidean_triple; [rewrite ler0n|rewrite expr0n addr0].
have e2 : euclidean (col2 0 4%:Q) = 4%:R.
  by apply: euclidean_triple; [rewrite ler0n|rewrite expr0n add0r].
exists (col2 3%:R 0), (col2 0 4%:R), 5%:R; split.
  rewrite other_clippings_the_norm_of_the_whole e1 e2.
  rewrite (_ : 3%:R ^+ 2 + 4%:R ^+ 2 = 5%:R ^+ 2 :> R); last by ring.
  by rewrite sqrtr_sqr ger0_norm ?ler0n.
rewrite e1 e2 -natrD max_r ?ler_nat // scale_col_mx scale_col2.
move=> /eq_col_mx [/col2_inj [eq _] _].
have /(congr1 ( *%R 7%:R)) : 5%:R / 7%:R * 3%:R = 3%:R :> R by exact: eq.
rewrite mulrA mulrCA mulfV ?pnatr_eq0 // mulr1 -!natrM => /eqP.
by rewrite eqr_nat.
Qed.

(* Lengths 3 and 4, each clipped to 3, are 3 and 3: another direction, and longer than κ *)
Theorem each_for_itself : exists (g1 : 'cV[R]_2) (g2 : 'cV[R]_2) (kappa : R),
  let whole := col_mx g1 g2 in
  let apart := col_mx (clip kappa g1) (clip kappa g2) in
  euclidean whole *: apart <> euclidean apart *: whole /\ kappa < euclidean apart.
Proof.
have e1 : euclidean (col2 3%:Q 0) = 3%:R.
  by apply: euclidean_triple; [rewrite ler0n|rewrite expr0n addr0].
have e2 : euclidean (col2 0 4%:Q) = 4%:R.
  by apply: euclidean_triple; [rewrite ler0n|rewrite expr0n add0r].
have e3 : euclidean (col2 0 3%:Q) = 3%:R.
  by apply: euclidean_triple; [rewrite ler0n|rewrite expr0n add0r].
have three : 0 < 3%:R :> R by rewrite ltr0n.
have c1 : clip 3%:R (col2 3%:Q 0) = col2 3%:R 0.
  by rewrite clipping_by_norm_unchanged_inside_the_ball // e1.
have c2 : clip 3%:R (col2 0 4%:Q) = col2 0 3%:R.
  rewrite /clip /clip_factor e2 max_r ?ler_nat // scale_col2 mulr0.
  by rewrite divfK // pnatr_eq0.
exists (col2 3%:R 0), (col2 0 4%:R), 3%:R => whole apart.
have -> : apart = col_mx (col2 3%:R 0) (col2 0 3%:R) by rewrite /apart c1 c2.
have -> : euclidean whole = 5%:R.
  rewrite other_clippings_the_norm_of_the_whole e1 e2.
  rewrite (_ : 3%:R ^+ 2 + 4%:R ^+ 2 = 5%:R ^+ 2 :> R); last by ring.
  by rewrite sqrtr_sqr ger0_norm ?ler0n.
rewrite other_clippings_the_norm_of_the_whole e1 e3; split; last first.
  rewrite -{1}[3%:R](@ger0_norm R) ?ler0n // -sqrtr_sqr ltr_sqrt.
    by rewrite ltr_addl exprn_gt0.
  by rewrite addr_gt0 ?exprn_gt0.
rewrite !scale_col_mx !scale_col2 => /eq_col_mx [/col2_inj [top _] /col2_inj [_ bottom]].
have r5 := mulIf (lt0r_neq0 three) top; move: bottom; rewrite -r5 -!natrM.
by move=> /eqP; rewrite eqr_nat.
Qed.

(* Along g the clipped gradient moves by h g for h < 0 and not at all for h > 0 *)
Theorem on_the_sphere n (kappa : R) (g : 'cV[R]_n.+1) :
  0 < kappa -> euclidean g = kappa -> ~ derivable (clip kappa) g g.
Proof.
move=> kappa0 gk.
have g0 : 0 < `|g| by rewrite normr_gt0 -euclidean_gt0 gk.
pose q (h : R) := h^-1 *: (clip kappa (h *: g + g) - clip kappa g).
have atg : clip kappa g = g.
  by rewrite clipping_by_norm_unchanged_inside_the_ball // gk.
have outward h : 0 < h -> q h = 0.
  move=> h0; have h1 : 0 < h + 1 by rewrite addr_gt0.
  rewrite /q atg -[X in h *: g + X]scale1r -scalerDl /clip /clip_factor euclideanZ gk.
  rewrite ger0_norm ?ltW // max_r; last by rewrite ler_pmull // ler_addr ltW.
  rewrite scalerA (_ : kappa / _ * _ = 1) ?scale1r ?subrr ?scaler0 //.
  by field; rewrite !gt_eqF.
have inward h : -1 < h -> h < 0 -> q h = g.
  move=> h1 h0; have hp : 0 < h + 1 by rewrite -ltr_subl_addr sub0r.
  rewrite /q atg clipping_by_norm_unchanged_inside_the_ball //.
    by rewrite addrK scalerA mulVf ?lt_eqF // scale1r.
  rewrite -[X in h *: g + X]scale1r -scalerDl euclideanZ gk (ger0_norm (ltW hp)).
  by rewrite (ler_pimull (ltW kappa0)) // -ler_subr_addr subrr ltW.
move=> /cvg_ex [L /cvgrPdist_lt /(_ (`|g| / 2%:R))].
rewrite divr_gt0 ?ltr0n // => /(_ isT).
rewrite /dnbhs near_withinE => /nbhs_ballP [d /= d0 near_L].
pose h : R := Order.min d 1 / 2%:R.
have m0 : 0 < Order.min d 1 by rewrite lt_minr d0 ltr01.
have h0 : 0 < h by rewrite divr_gt0 ?ltr0n.
have hm : h < Order.min d 1 by rewrite ltr_pdivr_mulr ?ltr0n // ltr_pmulr // ltr1n.
have /andP[hd h1] : (h < d) && (h < 1) by rewrite -lt_minr.
have Lr : `|L| < `|g| / 2%:R.
  have := near_L h; rewrite /ball /= sub0r normrN gtr0_norm // => /(_ hd).
  by rewrite gt_eqF // => /(_ isT); rewrite -/(q h) outward // subr0.
have Ll : `|L - g| < `|g| / 2%:R.
  have := near_L (- h); rewrite /ball /= sub0r opprK gtr0_norm // => /(_ hd).
  rewrite lt_eqF ?oppr_lt0 // => /(_ isT).
  by rewrite -/(q (- h)) inward ?ltr_opp2 ?oppr_lt0.
have : `|g| < `|g|.
  rewrite [X in _ < X]splitr -{1}[g](subrK L); apply: (le_lt_trans (ler_norm_add _ _)).
  by rewrite ltr_add // distrC.
by rewrite ltxx.
Qed.

End Examples.
