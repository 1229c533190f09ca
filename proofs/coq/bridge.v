(* From the standard library's derivative to mathcomp-analysis.               *)
(*                                                                            *)
(*   is_derive_of_lim    a derivative in the sense of the standard library is *)
(*                       one in the sense of mathcomp-analysis, where the     *)
(*                       real numbers are real_realType                       *)
(*   slope_logistic, logistic_slope_le, slope_tanh, tanh_slope_le             *)
(*                       the logistic function and tanh are instances of the  *)
(*                       abstract σ of the lecture, with γ = 1/4 and γ = 1    *)
(*   product_bound_stdlib_tanh, product_bound_stdlib_logistic                 *)
(*                       so the bound for many steps holds for these networks *)

From Coq Require Import Reals.
From symrnn Require slopes_bounded.
From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets.
From mathcomp.analysis Require Import Rstruct reals topology normedtype derive.
From symrnn Require Import vocabulary product_bound.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

(* (f(x + h) - f(x)) / h → l, once with ε and δ and once with filters. *)
Theorem is_derive_of_lim (f : real_realType -> real_realType) (x l : real_realType) :
  derivable_pt_lim f x l -> is_derive x 1 f l.
Proof.
move=> df.
have cvg_l : (fun h : real_realType => h^-1 *: ((f \o shift x) (h *: 1) - f x)) @ 0^' --> l.
  apply/cvgrPdist_lt => e e0.
  have [d dP] := df e (elimT (RltP _ _) e0).
  rewrite /dnbhs near_withinE; exists (pos d); first exact/RltP/cond_pos.
  move=> h /= hd h0.
  have hn0 : h <> 0%R by apply/eqP.
  have lt_d : Rlt (Rabs h) d by apply/RltP; rewrite sub0r normrN in hd.
  have lt_e := dP h hn0 lt_d.
  have hV : h^-1 = Rinv h by rewrite RinvE.
  rewrite distrC [h%:A]mulr1 [h + x]addrC [X in `|X - l|]mulrC hV.
  exact/RltP/lt_e.
have d_l : 'D_1 f x = l by exact: cvg_lim.
split=> //; apply/cvg_ex; exists l; exact: cvg_l.
Qed.

(* The lecture's activations as instances of an abstract σ with slope σ′. *)

Notation logistic := slopes_bounded.logistic.
Notation tanh := Rtrigo_def.tanh.

Theorem slope_logistic :
  @slope real_realType logistic (fun u => logistic u * (1 - logistic u)).
Proof. by move=> u; apply/is_derive_of_lim/slopes_bounded.derivable_pt_lim_logistic. Qed.

Theorem slope_tanh : @slope real_realType tanh (fun u => 1 - tanh u ^+ 2).
Proof.
move=> u; rewrite -RpowE; apply: is_derive_of_lim.
exact: slopes_bounded.derivable_pt_lim_tanh_sqr.
Qed.

(* γ = 1/4 for the logistic function and γ = 1 for tanh. *)
Theorem logistic_slope_le (u : real_realType) : `|logistic u * (1 - logistic u)| <= 4%:R^-1.
Proof.
have /RleP := slopes_bounded.logistic_slope_bound u.
have -> : Rdiv (IZR 1) (IZR 4) = 4%:R^-1; last by [].
rewrite /Rdiv Rmult_1_l -[IZR 4](INR_IZR_INZ 4) INRE RinvE //.
by rewrite pnatr_eq0.
Qed.

Theorem tanh_slope_le (u : real_realType) : `|1 - tanh u ^+ 2| <= 1.
Proof. by have /RleP := slopes_bounded.tanh_slope_bound u; rewrite RpowE. Qed.

(* The bound for many steps, for networks over the standard library's numbers *)

Section Networks.
Variable N : forall m n, 'M[real_realType]_(m, n) -> real_realType.
Hypothesis NP : lecture_norm N.
Variables (d m : nat) (W : 'M[real_realType]_d.+1) (U : 'M[real_realType]_(d.+1, m)).
Variables (b s0 : 'cV[real_realType]_d.+1) (x : nat -> 'cV[real_realType]_m).
Variable lambda : real_realType.
Hypothesis lambdaP : N W <= lambda.

Local Notation Ds sigma t k :=
  (jac (flow (elman sigma W U b x) k t) (state (elman sigma W U b x) s0 k)).

Corollary product_bound_stdlib_tanh k t : (k <= t)%N ->
  N (Ds tanh t k) <= lambda ^+ (t - k).
Proof.
move=> kt; rewrite -[lambda]mul1r; apply: (product_bound NP slope_tanh kt) => // j _.
exact: (largest_slope_le tanh_slope_le).
Qed.

Corollary product_bound_stdlib_logistic k t : (k <= t)%N ->
  N (Ds logistic t k) <= (4%:R^-1 * lambda) ^+ (t - k).
Proof.
move=> kt; apply: (product_bound NP slope_logistic kt) => // j _.
exact: (largest_slope_le logistic_slope_le).
Qed.

End Networks.
