(* The Euclidean length of a column: √(Σ v_i²) and the inner product gᵀh.     *)
(*                                                                            *)
(*   euclideanZ          |c v| = |c| |v|                                      *)
(*   euclidean_sqr       |v|² = vᵀv                                           *)
(*   euclidean_sqrB      |g - h|² = |g|² - 2 gᵀh + |h|²                       *)
(*   cauchy_schwarz      gᵀh <= |g| |h|                                       *)
(*   euclidean_triangle  |g + h| <= |g| + |h|                                 *)
(*   euclidean_col_mx    |(g, h)|² = |g|² + |h|² for stacked columns          *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp Require Import ring.
From mathcomp.analysis Require Import reals.
From symrnn Require Import vocabulary.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

Section Inner.
Variable R : comRingType.
Implicit Types (n : nat) (c : R).

(* gᵀh *)
Definition inner n (g h : 'cV[R]_n) : R := (g^T *m h) 0 0.

Lemma innerE n (g h : 'cV[R]_n) : inner g h = \sum_i g i 0 * h i 0.
Proof. by rewrite /inner mxE; apply: eq_bigr => i _; rewrite mxE. Qed.

Lemma innerC n (g h : 'cV[R]_n) : inner g h = inner h g.
Proof. by rewrite !innerE; apply: eq_bigr => i _; rewrite mulrC. Qed.

Lemma innerDr n (f g h : 'cV[R]_n) : inner f (g + h) = inner f g + inner f h.
Proof. by rewrite /inner mulmxDr mxE. Qed.

Lemma innerDl n (f g h : 'cV[R]_n) : inner (f + g) h = inner f h + inner g h.
Proof. by rewrite !(innerC _ h) innerDr. Qed.

Lemma innerZr n c (g h : 'cV[R]_n) : inner g (c *: h) = c * inner g h.
Proof. by rewrite /inner -scalemxAr mxE. Qed.

Lemma innerZl n c (g h : 'cV[R]_n) : inner (c *: g) h = c * inner g h.
Proof. by rewrite !(innerC _ h) innerZr. Qed.

Lemma innerNr n (g h : 'cV[R]_n) : inner g (- h) = - inner g h.
Proof. by rewrite -scaleN1r innerZr mulN1r. Qed.

Lemma innerNl n (g h : 'cV[R]_n) : inner (- g) h = - inner g h.
Proof. by rewrite !(innerC _ h) innerNr. Qed.

(* (g₁, g₂)ᵀ(h₁, h₂) = g₁ᵀh₁ + g₂ᵀh₂ *)
Lemma inner_col_mx n m (g1 h1 : 'cV[R]_n) (g2 h2 : 'cV[R]_m) :
  inner (col_mx g1 g2) (col_mx h1 h2) = inner g1 h1 + inner g2 h2.
Proof. by rewrite /inner tr_col_mx mul_row_col mxE. Qed.

End Inner.

Section Euclidean.
Variable R : realType.
Implicit Types (n : nat) (c : R).

Lemma euclideanE n (v : 'cV[R]_n) : euclidean v = Num.sqrt (inner v v).
Proof. by rewrite /euclidean innerE; congr Num.sqrt; apply: eq_bigr => i _; rewrite expr2. Qed.

Lemma inner_ge0 n (v : 'cV[R]_n) : 0 <= inner v v.
Proof. by rewrite innerE sumr_ge0 // => i _; rewrite -expr2 sqr_ge0. Qed.

Lemma euclidean_ge0 n (v : 'cV[R]_n) : 0 <= euclidean v.
Proof. by rewrite euclideanE sqrtr_ge0. Qed.

Lemma euclidean_sqr n (v : 'cV[R]_n) : euclidean v ^+ 2 = inner v v.
Proof. by rewrite euclideanE sqr_sqrtr ?inner_ge0. Qed.

Lemma euclideanZ n c (v : 'cV[R]_n) : euclidean (c *: v) = `|c| * euclidean v.
Proof.
rewrite !euclideanE innerZl innerZr mulrA -expr2 sqrtrM ?sqr_ge0 //.
by rewrite sqrtr_sqr.
Qed.

Lemma euclidean_eq0 n (v : 'cV[R]_n) : (euclidean v == 0) = (v == 0).
Proof.
apply/eqP/eqP => [v0|->]; last by rewrite -(scale0r 0) euclideanZ normr0 mul0r.
have /eqP : inner v v = 0 by rewrite -euclidean_sqr v0 expr0n.
rewrite innerE psumr_eq0 => [/allP vi0|i _]; last by rewrite -expr2 sqr_ge0.
apply/matrixP => i l; rewrite ord1 mxE; apply/eqP.
by have := vi0 i (mem_index_enum _); rewrite /= -expr2 sqrf_eq0.
Qed.

Lemma euclidean_gt0 n (v : 'cV[R]_n) : (0 < euclidean v) = (v != 0).
Proof. by rewrite lt_neqAle euclidean_ge0 andbT eq_sym euclidean_eq0. Qed.

Lemma euclidean_sqrB n (g h : 'cV[R]_n) :
  euclidean (g - h) ^+ 2 = euclidean g ^+ 2 - 2%:R * inner g h + euclidean h ^+ 2.
Proof.
rewrite !euclidean_sqr innerDl !innerDr !innerNl !innerNr (innerC h g); ring.
Qed.

(* 0 <= ||h| g - |g| h|² = 2 |g| |h| (|g| |h| - gᵀh) *)
Lemma cauchy_schwarz n (g h : 'cV[R]_n) : inner g h <= euclidean g * euclidean h.
Proof.
have [->|g0] := eqVneq g 0.
  by rewrite -(scale0r 0) innerZl mul0r mulr_ge0 ?euclidean_ge0.
have [->|h0] := eqVneq h 0.
  by rewrite -(scale0r 0) innerZr mul0r mulr_ge0 ?euclidean_ge0.
have gh0 : 0 < euclidean g * euclidean h by rewrite mulr_gt0 ?euclidean_gt0.
rewrite -subr_ge0 -(pmulr_rge0 _ gh0) -(@pmulr_rge0 _ 2%:R) ?ltr0n //.
have -> : 2%:R * (euclidean g * euclidean h * (euclidean g * euclidean h - inner g h)) =
    euclidean (euclidean h *: g - euclidean g *: h) ^+ 2.
  rewrite euclidean_sqrB !euclideanZ !ger0_norm ?euclidean_ge0 // innerZl innerZr; ring.
exact: sqr_ge0.
Qed.

Lemma euclidean_triangle n (g h : 'cV[R]_n) :
  euclidean (g + h) <= euclidean g + euclidean h.
Proof.
rewrite -ler_sqr ?nnegrE ?addr_ge0 ?euclidean_ge0 //.
rewrite -[g + h in X in X <= _]opprK opprD.
have -> : - (- g - h) = g - (- h) by rewrite !opprD !opprK.
rewrite euclidean_sqrB innerNr -scaleN1r euclideanZ normrN1 mul1r sqrrD.
rewrite ler_add2r ler_add2l mulrN opprK mulr_natl ler_muln2r.
exact: cauchy_schwarz.
Qed.

Lemma euclidean_col_mx n m (g : 'cV[R]_n) (h : 'cV[R]_m) :
  euclidean (col_mx g h) ^+ 2 = euclidean g ^+ 2 + euclidean h ^+ 2.
Proof. by rewrite !euclidean_sqr inner_col_mx. Qed.

End Euclidean.
