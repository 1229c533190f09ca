(* How steep the logistic function and tanh are, over any complete ordered    *)
(* field: a theorem for each part of the statement slopes_bounded.            *)
(*                                                                            *)
(* σ and tanh are those of the vocabulary. Each theorem also says that the    *)
(* derivative exists. The file slopes_bounded proves the same, and more       *)
(* activations, over the real numbers of the standard library.                *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp Require Import ring.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From mathcomp.analysis Require Import sequences exp.
From symrnn Require Import vocabulary activations.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Slopes.
Variable R : realType.
Implicit Type x : R.

Let four0 : 4%:R != 0 :> R. Proof. by rewrite pnatr_eq0. Qed.

Local Notation dlogistic x := ('D_1 (@logistic R) x : R).
Local Notation dtanh x := ('D_1 (@tanh R) x : R).

Lemma derive_logistic x :
  derivable (@logistic R) x 1 /\ dlogistic x = logistic x * (1 - logistic x).
Proof. by have [d e] := slope_logistic x. Qed.

Lemma derive_tanh x : derivable (@tanh R) x 1 /\ dtanh x = 1 - tanh x ^+ 2.
Proof. by have [d e] := slope_tanh x. Qed.

Let complete_square (y : R) : y * (1 - y) = 1 / 4%:R - (y - 1 / 2%:R) ^+ 2.
Proof. by field. Qed.

(* The slope of σ is 1/4 - (σ - 1/2)² <= 1/4                                  *)
Theorem slopes_bounded_logistic x :
  derivable (@logistic R) x 1 /\ dlogistic x <= 1 / 4%:R.
Proof.
have [d ->] := derive_logistic x; split=> //.
by rewrite complete_square ler_subl_addl ler_addr sqr_ge0.
Qed.

Theorem slopes_bounded_logistic_distance_from_1_2 x :
  derivable (@logistic R) x 1 /\ 1 / 4%:R - dlogistic x = (tanh (x / 2%:R) / 2%:R) ^+ 2.
Proof.
have [d ->] := derive_logistic x; split=> //.
by rewrite complete_square opprB addrCA subrr addr0 -logistic_tanh.
Qed.

(* 1/4 (1 - tanh²(x/2)) = 1/(4 + 4 sinh²(x/2))                                *)
Theorem slopes_bounded_logistic_away_from_0 x :
  derivable (@logistic R) x 1 /\ dlogistic x <= 1 / (4%:R + x ^+ 2).
Proof.
have [d ->] := derive_logistic x; split=> //.
have pos : 0 < 4%:R + x ^+ 2 by rewrite ltr_paddr ?sqr_ge0 ?ltr0n.
have c0 : 0 < 1 + sinh (x / 2%:R) ^+ 2 by rewrite ltr_paddr ?sqr_ge0 ?ltr01.
have -> : logistic x * (1 - logistic x) = 1 / (4%:R * (1 + sinh (x / 2%:R) ^+ 2)).
  rewrite complete_square logistic_tanh.
  have -> : 1 / 4%:R - (tanh (x / 2%:R) / 2%:R) ^+ 2 = (1 - tanh (x / 2%:R) ^+ 2) / 4%:R.
    by field.
  by rewrite tanh_slope_sinh; field; rewrite gt_eqF.
rewrite !div1r lef_pinv ?posrE ?mulr_gt0 ?ltr0n // mulrDr mulr1 ler_add2l.
have -> : x ^+ 2 = 4%:R * (x / 2%:R) ^+ 2 by field.
by rewrite ler_pmul2l ?ltr0n // ler_sqr_sinh.
Qed.

Theorem slopes_bounded_logistic_slope_at_0 x : x = 0 ->
  derivable (@logistic R) x 1 /\ dlogistic x = 1 / 4%:R.
Proof.
move=> ->; have [d ->] := derive_logistic (0 : R); split=> //.
by rewrite /logistic oppr0 expR0; field.
Qed.

Theorem slopes_bounded_logistic_value_at_0 x : x = 0 -> logistic x = 1 / 2%:R.
Proof. by move=> ->; rewrite /logistic oppr0 expR0. Qed.

(* 1/4 is attained at 0 and nowhere else                                      *)
Theorem slopes_bounded_logistic_only_at_0 x : dlogistic x = 1 / 4%:R <-> x = 0.
Proof.
split=> [eq|/slopes_bounded_logistic_slope_at_0 []//].
have [_] := slopes_bounded_logistic_away_from_0 x.
rewrite eq !div1r lef_pinv ?posrE ?ltr0n // ?ltr_paddr ?sqr_ge0 ?ltr0n //.
rewrite ger_addl => le0; apply/eqP; rewrite -(@sqrf_eq0 R).
by rewrite eq_le le0 sqr_ge0.
Qed.

(* The slope of tanh is 1 - tanh² <= 1                                        *)
Theorem slopes_bounded_tanh x : derivable (@tanh R) x 1 /\ dtanh x <= 1.
Proof.
have [d ->] := derive_tanh x; split=> //.
by rewrite ler_subl_addl ler_addr sqr_ge0.
Qed.

Theorem slopes_bounded_tanh_away_from_0 x :
  derivable (@tanh R) x 1 /\ dtanh x <= 1 / (1 + x ^+ 2).
Proof.
have [d ->] := derive_tanh x; split=> //; rewrite tanh_slope_sinh !div1r.
by rewrite lef_pinv ?posrE ?ltr_paddr ?sqr_ge0 ?ltr01 // ler_add2l ler_sqr_sinh.
Qed.

Theorem slopes_bounded_tanh_slope_at_0 x : x = 0 ->
  derivable (@tanh R) x 1 /\ dtanh x = 1.
Proof.
move=> ->; have [d ->] := derive_tanh (0 : R); split=> //.
by rewrite /tanh sinh0 mul0r expr0n subr0.
Qed.

(* 1 is attained at 0 and nowhere else                                        *)
Theorem slopes_bounded_tanh_only_at_0 x : dtanh x = 1 <-> x = 0.
Proof.
split=> [eq|/slopes_bounded_tanh_slope_at_0 []//].
have [_] := slopes_bounded_tanh_away_from_0 x.
rewrite eq div1r -[X in X <= _]invr1 lef_pinv ?posrE ?ltr01 ?ltr_paddr ?sqr_ge0 ?ltr01 //.
rewrite ger_addl => le0; apply/eqP; rewrite -(@sqrf_eq0 R).
by rewrite eq_le le0 sqr_ge0.
Qed.

(* γ: the slopes in magnitude                                                 *)
Theorem logistic_slope_le x : `|logistic x * (1 - logistic x)| <= 1 / 4%:R.
Proof.
have [_] := slopes_bounded_logistic x; have [_ ->] := derive_logistic x.
have l1 : logistic x < 1.
  by rewrite /logistic ltr_pdivr_mulr ?mul1r ?ltr_addl ?addr_gt0 ?expR_gt0 ?ltr01.
by rewrite ger0_norm // mulr_ge0 ?subr_ge0 ?(ltW l1) // ltW // logistic_gt0.
Qed.

Theorem tanh_slope_le x : `|1 - tanh x ^+ 2| <= 1.
Proof.
have [_] := slopes_bounded_tanh x; have [_ ->] := derive_tanh x.
rewrite ger0_norm // tanh_slope_sinh divr_ge0 ?ler01 //.
by rewrite addr_ge0 ?sqr_ge0 ?ler01.
Qed.

End Slopes.
