(* Induced norms.                                                             *)
(*                                                                            *)
(* A vector norm ν (for each size) that no entry exceeds and that diag(v)     *)
(* stretches by at most max|v_i| induces a matrix norm which is               *)
(* submultiplicative, with ‖diag(v)‖ = max|v_i|: what the lecture asks of a   *)
(* norm. |·|_1, |·|_2 and |·|_∞ are such, so norm1, norm2 and normoo are.     *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions mathcomp_extra.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From symrnn Require Import vocabulary euclidean_norm.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section VectorNorm.
Variable R : realType.

Record vector_norm (nu : forall n, 'cV[R]_n -> R) : Prop := VectorNorm {
  nu_triangle : forall n (u v : 'cV_n), nu n (u + v) <= nu n u + nu n v;
  nu_homogeneous : forall n c (v : 'cV_n), nu n (c *: v) = `|c| * nu n v;
  nu_entry : forall n (v : 'cV_n) i, `|v i 0| <= nu n v;
  nu_diagonal : forall n (v x : 'cV_n), nu n (dg v *m x) <= largest_entry v * nu n x
}.

Lemma largest_entry_ge0 n (v : 'cV[R]_n) : 0 <= largest_entry v.
Proof. by rewrite /largest_entry; elim/big_ind: _ => // x y x0 _; rewrite le_maxr x0. Qed.

Lemma le_largest_entry n (v : 'cV[R]_n) i : `|v i 0| <= largest_entry v.
Proof. exact: le_bigmax. Qed.

Lemma largest_entry_le n (v : 'cV[R]_n) c :
  0 <= c -> (forall i, `|v i 0| <= c) -> largest_entry v <= c.
Proof. by move=> c0 vc; apply: bigmax_le. Qed.

(* (diag(v) A)_il = v_i A_il                                                  *)
Lemma dg_mulE n p (v : 'cV[R]_n) (A : 'M_(n, p)) i l : (dg v *m A) i l = v i 0 * A i l.
Proof. by rewrite /dg mul_diag_mx !mxE. Qed.

End VectorNorm.

Section Induced.
Variables (R : realType) (nu : forall n, 'cV[R]_n -> R).
Hypothesis nuP : vector_norm nu.

Let nu0 n : nu (0 : 'cV_n) = 0.
Proof. by rewrite -(scale0r 0) (nu_homogeneous nuP) normr0 mul0r. Qed.

Let nu_ge0 n (v : 'cV_n) : 0 <= nu v.
Proof.
have := nu_triangle nuP v (- v); rewrite subrr nu0 -scaleN1r (nu_homogeneous nuP).
by rewrite normrN1 mul1r -mulr2n pmulrn_lge0.
Qed.

Let nu_eq0 n (v : 'cV_n) : nu v = 0 -> v = 0.
Proof.
move=> v0; apply/matrixP => i l; rewrite mxE ord1; apply/eqP.
by rewrite -normr_le0 -v0 (nu_entry nuP).
Qed.

Let nu_sum n (I : Type) (r : seq I) (f : I -> 'cV_n) :
  nu (\sum_(i <- r) f i) <= \sum_(i <- r) nu (f i).
Proof.
elim: r => [|i r IH]; first by rewrite !big_nil nu0.
by rewrite !big_cons (le_trans (nu_triangle nuP _ _)) ?ler_add.
Qed.

(* ν(Ax) <= (Σ_l ν(A e_l)) ν(x): A is bounded                                 *)
Let bounded m n (A : 'M[R]_(m, n)) x : nu (A *m x) <= (\sum_l nu (col l A)) * nu x.
Proof.
have -> : A *m x = \sum_l x l 0 *: col l A.
  apply/matrixP => i k; rewrite mxE summxE ord1; apply: eq_bigr => l _.
  by rewrite !mxE mulrC.
apply: le_trans (nu_sum _ _) _; rewrite mulr_suml; apply: ler_sum => l _.
by rewrite (nu_homogeneous nuP) mulrC ler_wpmul2l ?(nu_entry nuP).
Qed.

Let stretched m n (A : 'M[R]_(m, n)) := [set nu (A *m x) | x in [set x | nu x <= 1]].

Let has_ub m n (A : 'M[R]_(m, n)) : has_ubound (stretched A).
Proof.
exists (\sum_l nu (col l A)) => _ [x /= x1 <-].
apply: le_trans (bounded A x) _; rewrite ler_pimulr //.
by apply: sumr_ge0 => l _; exact: nu_ge0.
Qed.

Let nonempty m n (A : 'M[R]_(m, n)) : stretched A !=set0.
Proof. by exists 0; exists 0; rewrite /= ?mulmx0 nu0. Qed.

Lemma induced_ge0 m n (A : 'M[R]_(m, n)) : 0 <= induced nu A.
Proof.
apply: (sup_ub (has_ub A)); exists 0; last by rewrite mulmx0 nu0.
by rewrite /= nu0 ler01.
Qed.

(* ν(Ax) <= ‖A‖ ν(x)                                                          *)
Lemma nu_mulmx_le m n (A : 'M[R]_(m, n)) x : nu (A *m x) <= induced nu A * nu x.
Proof.
have [x0|x0] := eqVneq (nu x) 0.
  by rewrite (nu_eq0 x0) mulmx0 !nu0 mulr0.
have xgt0 : 0 < nu x by rewrite lt_neqAle eq_sym x0 nu_ge0.
rewrite -ler_pdivr_mulr //; apply: (sup_ub (has_ub A)).
exists ((nu x)^-1 *: x); rewrite /= ?(nu_homogeneous nuP) ?ger0_norm ?invr_ge0 //.
  by rewrite mulVf.
by rewrite -scalemxAr (nu_homogeneous nuP) ger0_norm ?invr_ge0 // mulrC.
Qed.

(* ‖A‖ is the least such bound                                                *)
Lemma induced_le m n (A : 'M[R]_(m, n)) c :
  0 <= c -> (forall x, nu (A *m x) <= c * nu x) -> induced nu A <= c.
Proof.
move=> c0 Ac; apply: (sup_le_ub (nonempty A)) => _ [x /= x1 <-].
by apply: le_trans (Ac x) _; rewrite ler_pimulr.
Qed.

Let induced_scale m n c (A : 'M[R]_(m, n)) :
  induced nu (c *: A) <= `|c| * induced nu A.
Proof.
apply: induced_le => [|x]; first by rewrite mulr_ge0 ?induced_ge0.
by rewrite -scalemxAl (nu_homogeneous nuP) -mulrA ler_wpmul2l ?nu_mulmx_le.
Qed.

Theorem lecture_norm_induced : lecture_norm (fun m n => @induced R nu m n).
Proof.
split=> [m n A B|m n c A|m n p A B|n v].
- apply: induced_le => [|x]; first by rewrite addr_ge0 ?induced_ge0.
  rewrite mulmxDl (le_trans (nu_triangle nuP _ _)) // mulrDl.
  by rewrite ler_add ?nu_mulmx_le.
- apply/eqP; rewrite eq_le induced_scale /=.
  have [->|c0] := eqVneq c 0; first by rewrite normr0 mul0r induced_ge0.
  rewrite -ler_pdivl_mull ?normr_gt0 // -normfV.
  by rewrite -[A in X in X <= _](scalerK c0) induced_scale.
- apply: induced_le => [|x]; first by rewrite mulr_ge0 ?induced_ge0.
  rewrite -mulmxA (le_trans (nu_mulmx_le _ _)) // -mulrA.
  by rewrite ler_wpmul2l ?induced_ge0 ?nu_mulmx_le.
- apply/eqP; rewrite eq_le; apply/andP; split.
    by apply: induced_le => [|x]; [exact: largest_entry_ge0|exact: (nu_diagonal nuP)].
  apply: largest_entry_le => [|i]; first exact: induced_ge0.
  pose e : 'cV[R]_n := delta_mx i 0.
  have e_gt0 : 0 < nu e.
    rewrite lt_neqAle nu_ge0 andbT; apply/eqP => /esym/nu_eq0/matrixP/(_ i 0).
    by rewrite !mxE !eqxx /=; apply/eqP; rewrite oner_eq0.
  rewrite -(ler_pmul2r e_gt0) -(nu_homogeneous nuP).
  apply: le_trans (nu_mulmx_le (dg v) e); rewrite le_eqVlt; apply/orP; left; apply/eqP.
  congr nu; apply/matrixP => j l; rewrite dg_mulE !mxE.
  by case: eqVneq => [->//|_]; rewrite !mulr0.
Qed.

End Induced.

Section Instances.
Variable R : realType.

Lemma vector_norm_largest_entry : vector_norm (fun n => @largest_entry R n).
Proof.
split=> [n u v|n c v|n v i|n v x].
- apply: largest_entry_le => [|i]; first by rewrite addr_ge0 ?largest_entry_ge0.
  by rewrite mxE (le_trans (ler_norm_add _ _)) // ler_add ?le_largest_entry.
- apply/eqP; rewrite eq_le; apply/andP; split.
    apply: largest_entry_le => [|i]; first by rewrite mulr_ge0 ?largest_entry_ge0.
    by rewrite mxE normrM ler_wpmul2l ?le_largest_entry.
  have [->|c0] := eqVneq c 0; first by rewrite normr0 mul0r largest_entry_ge0.
  rewrite -ler_pdivl_mull ?normr_gt0 //; apply: largest_entry_le => [|i].
    by rewrite mulr_ge0 ?invr_ge0 ?largest_entry_ge0.
  rewrite ler_pdivl_mull ?normr_gt0 // -normrM.
  by apply: le_trans (le_largest_entry (c *: v) i); rewrite mxE.
- exact: le_largest_entry.
- apply: largest_entry_le => [|i]; first by rewrite mulr_ge0 ?largest_entry_ge0.
  by rewrite dg_mulE normrM ler_pmul ?le_largest_entry.
Qed.

Lemma vector_norm_sum_norm : vector_norm (fun n => @sum_norm R n).
Proof.
split=> [n u v|n c v|n v i|n v x].
- rewrite /sum_norm -big_split; apply: ler_sum => i _.
  by rewrite mxE ler_norm_add.
- by rewrite /sum_norm mulr_sumr; apply: eq_bigr => i _; rewrite mxE normrM.
- by rewrite /sum_norm (bigD1 i) //= ler_addl sumr_ge0.
- rewrite /sum_norm mulr_sumr; apply: ler_sum => i _.
  by rewrite dg_mulE normrM ler_wpmul2r ?le_largest_entry.
Qed.

Lemma vector_norm_euclidean : vector_norm (fun n => @euclidean R n).
Proof.
split=> [n u v|n c v|n v i|n v x].
- exact: euclidean_triangle.
- exact: euclideanZ.
- rewrite /euclidean -sqrtr_sqr ler_wsqrtr //.
  by rewrite (bigD1 i) //= ler_addl sumr_ge0 // => j _; exact: sqr_ge0.
- have L0 := largest_entry_ge0 v.
  rewrite -{1}(ger0_norm L0) -euclideanZ /euclidean ler_wsqrtr //.
  apply: ler_sum => i _; rewrite dg_mulE mxE !exprMn ler_wpmul2r ?sqr_ge0 //.
  by rewrite -real_normK ?num_real // ler_pexpn2r ?nnegrE ?le_largest_entry.
Qed.

Theorem lecture_norm1 : lecture_norm (fun m n => @norm1 R m n).
Proof. exact: lecture_norm_induced vector_norm_sum_norm. Qed.

Theorem lecture_norm2 : lecture_norm (fun m n => @norm2 R m n).
Proof. exact: lecture_norm_induced vector_norm_euclidean. Qed.

Theorem lecture_normoo : lecture_norm (fun m n => @normoo R m n).
Proof. exact: lecture_norm_induced vector_norm_largest_entry. Qed.

(* ‖A‖_∞ is the largest row sum: attained at the signs of that row            *)
Lemma normooE m n (A : 'M[R]_(m, n)) :
  normoo A = \big[Order.max/0]_i \sum_l `|A i l|.
Proof.
have V := vector_norm_largest_entry; set c := \big[_/_]_i _.
have c0 : 0 <= c.
  by rewrite /c; elim/big_ind: _ => [//|x y x0 _|i _]; rewrite ?le_maxr ?x0 ?sumr_ge0.
apply/eqP; rewrite eq_le; apply/andP; split.
  apply: (induced_le V) => // x; apply: largest_entry_le => [|i].
    by rewrite mulr_ge0 ?largest_entry_ge0.
  rewrite mxE; apply: le_trans (ler_norm_sum _ _ _) _.
  apply: (@le_trans _ _ ((\sum_l `|A i l|) * largest_entry x)).
    rewrite mulr_suml; apply: ler_sum => l _.
    by rewrite normrM ler_wpmul2l ?le_largest_entry.
  by rewrite ler_wpmul2r ?largest_entry_ge0 //; exact: le_bigmax.
apply: bigmax_le => [|i _]; first exact: (induced_ge0 V).
pose x : 'cV[R]_n := \col_l Num.sg (A i l).
have x1 : largest_entry x <= 1.
  by apply: largest_entry_le => // l; rewrite mxE normr_sg lern1 leq_b1.
apply: le_trans (_ : normoo A * largest_entry x <= _); last first.
  by rewrite ler_pimulr //; exact: (induced_ge0 V).
apply: le_trans (nu_mulmx_le V A x); apply: le_trans (le_largest_entry _ i).
rewrite mxE; under eq_bigr => l _ do rewrite normrEsg mulrC.
by under [X in _ <= `|X|]eq_bigr => l _ do rewrite mxE; rewrite ler_norm.
Qed.

(* ‖A‖_1 is the largest column sum: attained at a basis vector                *)
Lemma norm1E m n (A : 'M[R]_(m, n)) :
  norm1 A = \big[Order.max/0]_l \sum_i `|A i l|.
Proof.
have V := vector_norm_sum_norm; set c := \big[_/_]_l _.
have c0 : 0 <= c.
  by rewrite /c; elim/big_ind: _ => [//|x y x0 _|i _]; rewrite ?le_maxr ?x0 ?sumr_ge0.
apply/eqP; rewrite eq_le; apply/andP; split.
  apply: (induced_le V) => // x; rewrite /sum_norm.
  apply: (@le_trans _ _ (\sum_i \sum_l `|A i l| * `|x l 0|)).
    apply: ler_sum => i _; rewrite mxE; apply: le_trans (ler_norm_sum _ _ _) _.
    by apply: ler_sum => l _; rewrite normrM.
  rewrite exchange_big /= mulr_sumr; apply: ler_sum => l _.
  by rewrite -mulr_suml ler_wpmul2r //; exact: (le_bigmax _ (fun l => \sum_i `|A i l|)).
apply: bigmax_le => [|l _]; first exact: (induced_ge0 V).
pose e : 'cV[R]_n := delta_mx l 0.
have e1 : sum_norm e = 1.
  rewrite /sum_norm (bigD1 l) //= big1 ?addr0 => [|k /negbTE kl]; rewrite mxE.
    by rewrite !eqxx normr1.
  by rewrite kl normr0.
have := nu_mulmx_le V A e; rewrite e1 mulr1; apply: le_trans.
by rewrite /e -colE /sum_norm; apply: ler_sum => i _; rewrite mxE.
Qed.

End Instances.
