(* The logistic function and tanh over any complete ordered field.            *)
(*                                                                            *)
(*   slope_logistic, slope_tanh   σ′ = σ(1 - σ) and tanh′ = 1 - tanh²         *)
(*   logistic_tanh                σ(x) - 1/2 = tanh(x/2)/2                    *)
(*   cosh_sqr, ler_sqr_sinh       cosh² = 1 + sinh² and x² <= sinh² x         *)
(*   atanhK                       tanh(atanh x) = x for |x| < 1               *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix interval.
From mathcomp Require Import ring.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From mathcomp.analysis Require Import sequences realfun exp.
From symrnn Require Import vocabulary.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Activations.
Variable R : realType.
Implicit Type x : R.

Let two0 : 2%:R != 0 :> R. Proof. by rewrite pnatr_eq0. Qed.

Lemma cosh_gt0 x : 0 < cosh x.
Proof. by rewrite divr_gt0 ?addr_gt0 ?expR_gt0 ?ltr0n. Qed.

Lemma cosh_neq0 x : cosh x != 0.
Proof. by rewrite gt_eqF // cosh_gt0. Qed.

(* cosh² = 1 + sinh²                                                          *)
Lemma cosh_sqr x : cosh x ^+ 2 = 1 + sinh x ^+ 2.
Proof.
have -> : cosh x ^+ 2 = expR x * expR (- x) + sinh x ^+ 2 by rewrite /cosh /sinh; field.
by rewrite expRxMexpNx_1.
Qed.

Lemma cosh_ge1 x : 1 <= cosh x.
Proof.
rewrite -(@ler_sqr _ 1) ?nnegrE ?ler01 ?(ltW (cosh_gt0 x)) // expr1n cosh_sqr.
by rewrite ler_addl sqr_ge0.
Qed.

Lemma sinh0 : sinh 0 = 0 :> R.
Proof. by rewrite /sinh oppr0 subrr mul0r. Qed.

Lemma sinhN x : sinh (- x) = - sinh x.
Proof. by rewrite /sinh opprK -mulNr opprB. Qed.

Let is_derive_expN x : is_derive x (1 : R) (fun y => expR (- y)) (- expR (- x)).
Proof.
pose proof (@is_derive1_comp R expR (fun y => - y) x _ _
  (is_derive_expR (- x)) (@is_deriveNid _ _ x (1 : R))) as H.
by apply: (is_derive_eq H); rewrite mulrN1.
Qed.

(* sinh′ = cosh and cosh′ = sinh                                              *)
Lemma is_derive_sinh x : is_derive x (1 : R) (@sinh R) (cosh x).
Proof.
pose proof (@is_deriveB _ _ _ _ _ _ _ _ _ (is_derive_expR x) (is_derive_expN x)) as H.
pose proof (@is_deriveZ _ _ _ _ 2%:R^-1 _ _ _ H) as H'.
have -> : @sinh R = 2%:R^-1 \*: (expR - (fun y => expR (- y))).
  by apply/funext => y; rewrite /sinh mulrC.
by apply: (is_derive_eq H'); rewrite opprK /cosh mulrC.
Qed.

Lemma is_derive_cosh x : is_derive x (1 : R) (@cosh R) (sinh x).
Proof.
pose proof (@is_deriveD _ _ _ _ _ _ _ _ _ (is_derive_expR x) (is_derive_expN x)) as H.
pose proof (@is_deriveZ _ _ _ _ 2%:R^-1 _ _ _ H) as H'.
have -> : @cosh R = 2%:R^-1 \*: (expR + (fun y => expR (- y))).
  by apply/funext => y; rewrite /cosh mulrC.
by apply: (is_derive_eq H'); rewrite /sinh mulrC.
Qed.

Lemma sinh_continuous : continuous (@sinh R).
Proof.
move=> x; apply: differentiable_continuous; apply/derivable1_diffP.
by case: (is_derive_sinh x).
Qed.

(* sinh outgrows its argument, because its slope cosh is at least 1           *)
Lemma ler_sinh x : 0 <= x -> x <= sinh x.
Proof.
rewrite le_eqVlt => /orP[/eqP <-|x0]; first by rewrite sinh0.
have within_c : {within `[0, x], continuous (@sinh R)}.
  by apply: continuous_subspaceT => y; exact: sinh_continuous.
have [c _] := MVT x0 (fun y _ => is_derive_sinh y) within_c.
by rewrite sinh0 !subr0 => ->; rewrite ler_pmull // cosh_ge1.
Qed.

Lemma ler_sqr_sinh x : x ^+ 2 <= sinh x ^+ 2.
Proof.
wlog x0 : x / 0 <= x => [main|].
  case: (leP 0 x) => [|/ltW] x0; first exact: main.
  by rewrite -[x ^+ 2]sqrrN -[sinh x ^+ 2]sqrrN -sinhN main // oppr_ge0.
by rewrite ler_sqr ?nnegrE ?ler_sinh // (le_trans x0) // ler_sinh.
Qed.

(* tanh′ = 1 - tanh²                                                          *)
Theorem slope_tanh : @slope R (@tanh R) (fun x => 1 - tanh x ^+ 2).
Proof.
move=> x; pose proof (is_deriveV (cosh_neq0 x) (is_derive_cosh x)) as HV.
pose proof (@is_deriveM _ _ _ _ _ _ _ _ (is_derive_sinh x) HV) as H.
have E : @tanh R = @sinh R * (fun y => (cosh y)^-1) by [].
rewrite {1}E.
apply: (is_derive_eq H); rewrite /tanh.
rewrite -[LHS]/(sinh x * (- cosh x ^- 2 * sinh x) + (cosh x)^-1 * cosh x).
by field; exact: cosh_neq0.
Qed.

Lemma tanh_slope_sinh x : 1 - tanh x ^+ 2 = 1 / (1 + sinh x ^+ 2).
Proof.
have c0 := cosh_neq0 x; rewrite -cosh_sqr /tanh.
have -> : 1 - (sinh x / cosh x) ^+ 2 = (cosh x ^+ 2 - sinh x ^+ 2) / cosh x ^+ 2 by field.
by rewrite cosh_sqr addrK.
Qed.

(* σ(x) - 1/2 = tanh(x/2)/2                                                   *)
Lemma logistic_tanh x : logistic x - 1 / 2%:R = tanh (x / 2%:R) / 2%:R.
Proof.
have half : x = x / 2%:R + x / 2%:R by rewrite -splitr.
rewrite /logistic /tanh /sinh /cosh {1}half opprD expRD !expRN.
have p0 := expR_gt0 (x / 2%:R); move: (expR _) p0 => p p0.
by field; rewrite !gt_eqF // ?addr_gt0 ?mulr_gt0 ?ltr01.
Qed.

Lemma logistic_gt0 x : 0 < logistic x.
Proof. by rewrite divr_gt0 ?addr_gt0 ?expR_gt0 ?ltr01. Qed.

(* σ′ = σ(1 - σ)                                                              *)
Theorem slope_logistic : @slope R (@logistic R) (fun x => logistic x * (1 - logistic x)).
Proof.
move=> x; have d0 : 1 + expR (- x) != 0 by rewrite gt_eqF // addr_gt0 ?expR_gt0 ?ltr01.
pose proof (@is_deriveD _ _ _ _ _ _ _ _ _ (is_derive_cst 1 x (1 : R)) (is_derive_expN x)) as HD.
pose proof (@is_deriveV R (cst 1 + (fun y => expR (- y))) _ _ _ d0 HD) as H.
have E : @logistic R = fun y => ((cst 1 + (fun y => expR (- y))) y)^-1.
  by apply/funext => y; rewrite /logistic div1r.
rewrite {1}E.
apply: (is_derive_eq H); rewrite /logistic.
rewrite -[LHS]/(- (1 + expR (- x)) ^- 2 * (0 - expR (- x))).
by field.
Qed.

(* tanh(atanh x) = x                                                          *)
Lemma atanhK x : `|x| < 1 -> tanh (atanh x) = x.
Proof.
rewrite ltr_norml -subr_gt0 opprK addrC -[x < 1]subr_gt0 => /andP[up down].
rewrite /tanh /sinh /cosh /atanh; set r := (1 + x) / (1 - x).
have r0 : 0 < r by rewrite divr_gt0.
have sq : expR (ln r / 2%:R) ^+ 2 = r.
  by rewrite -expRMm mulrC divfK // lnK.
have p0 := expR_gt0 (ln r / 2%:R).
rewrite expRN; move: (expR _) p0 sq => p p0 sq.
have -> : (p - p^-1) / 2%:R / ((p + p^-1) / 2%:R) = (p ^+ 2 - 1) / (p ^+ 2 + 1).
  by field; rewrite !gt_eqF // ?addr_gt0 ?exprn_gt0 ?ltr01.
rewrite sq /r; field.
by rewrite (gt_eqF down) (gt_eqF (addr_gt0 up down)).
Qed.

End Activations.
