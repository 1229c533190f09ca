(* What fails when a hypothesis is dropped, for matrices.                     *)
(*                                                                            *)
(*   rows_instead_of_columns            recurrence                            *)
(*   reversed_order, shifted_index_unshifted_bounds                           *)
(*                                      product_of_jacobians                  *)
(*   softmax                            activation_jacobian                   *)
(*   output_fed_back                    preactivation_jacobian                *)
(*   transposed_in_the_same_order, transposed_behind                          *)
(*                                      step_jacobian                         *)
(*   largest_entry_norm, frobenius_norm_of_diagonal                           *)
(*                                      norm_of_step                          *)
(*   spectral_radius                    step_bound                            *)
(*   largest_entry_of_a_power           product_bound                         *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix mxalgebra mxpoly.
From mathcomp Require Import ring.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From mathcomp.analysis Require Import sequences realfun exp.
From symrnn Require Import vocabulary differentials recurrence preactivation_jacobian.
From symrnn Require Import step_jacobian product_of_jacobians explicit_matrices.
From symrnn Require Import clipping_by_norm_jacobian.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Examples.
Variable R : realType.
Implicit Types (W : 'M[R]_2) (s : 'cV[R]_2).

Lemma neq_natr (m n : nat) : m != n -> m%:R <> n%:R :> R.
Proof. by move=> mn /eqP; rewrite eqr_nat (negbTE mn). Qed.

(* what is left of a product of explicit matrices                             *)
Let simp := (mul0r, mulr0, mul1r, mulr1, add0r, addr0).

(* (s W)ᵀ = Wᵀ sᵀ is not W s: a row on the same side of W means Wᵀ             *)
Theorem rows_instead_of_columns : exists W s, (s^T *m W)^T <> W *m s.
Proof.
exists (mx2 1 2%:R 0 1), (col2 1 1).
rewrite trmx_mul trmxK tr_mx2 !mul_mx2_col2 !simp => /col2_inj [+ _].
exact: (@neq_natr 1 3).
Qed.

(* Linear steps s_j = A_j s_{j-1}                                             *)

Definition linear_step (A : nat -> 'M[R]_2) (j : nat) s : 'cV_2 := A j *m s.

Lemma jac_mulmx (M : 'M[R]_2) (s : 'cV[R]_2) : jac (mulmx M : 'cV_2 -> 'cV_2) s = M.
Proof.
by apply: jac_is_diff; exact: (is_diff_linear M (@is_diff_id R _ s)).
Qed.

Lemma flow_linear (A : nat -> 'M[R]_2) k t : (k <= t)%N ->
  flow (linear_step A) k t = mulmx (oprod k.+1 t.+1 A).
Proof.
elim: t => [|t IH].
  by rewrite leqn0 => /eqP->; apply/funext => s; rewrite flow_id oprod_empty // mul1mx.
rewrite leq_eqVlt => /orP[/eqP->|kt]; apply/funext => s.
  by rewrite flow_id oprod_empty // mul1mx.
by rewrite flowS // IH // [in RHS]oprod_recr // -mulmxA.
Qed.

(* A₁ = [1 1; 0 1], A₂ = [1 0; 2 1], A₃ = [0 1; 1 3]                          *)
Definition steps (j : nat) : 'M[R]_2 :=
  match j with
  | 1 => mx2 1 1 0 1 | 2 => mx2 1 0 2%:R 1 | _ => mx2 0 1 1 3%:R
  end%N.

(* ∂s_3/∂s_0 is A₃A₂A₁, and not A₁A₂A₃                                        *)
Theorem reversed_order : exists (A : nat -> 'M[R]_2) k t s, (k <= t)%N /\
  jac (flow (linear_step A) k t) s <>
  oprod_right k.+1 t.+1 (fun j => jac (linear_step A j) (flow (linear_step A) k (j - 1) s)).
Proof.
exists steps, 0%N, 3%N, 0; split=> //.
rewrite flow_linear // jac_mulmx /oprod_right /oprod /= !unlock /=.
rewrite !jac_mulmx !mulmx1 !mul_mx2 !simp => /mx2_inj [+ _ _ _].
exact: (@neq_natr 2 1).
Qed.

(* ∏_{j=k+1}^{t} ∂s_{j+1}/∂s_j is the derivative of s_{t+1} by s_{k+1}        *)
Theorem shifted_index_unshifted_bounds : exists (A : nat -> 'M[R]_2) k t s, (k <= t)%N /\
  jac (flow (linear_step A) k t) s <>
  oprod k.+1 t.+1 (fun j => jac (linear_step A j.+1) (flow (linear_step A) k j s)).
Proof.
exists steps, 0%N, 2%N, 0; split=> //.
rewrite flow_linear // jac_mulmx /oprod /= !unlock /=.
rewrite !jac_mulmx !mulmx1 !mul_mx2 !simp => /mx2_inj [+ _ _ _].
exact: (@neq_natr 1 2).
Qed.

(* With x_j = V s_{j-1}, the derivative of a_j is W + U V                     *)
Lemma jac_fed_back W (U : 'M[R]_(2, 1)) (V : 'M[R]_(1, 2)) (s : 'cV[R]_2) :
  jac (fun u : 'cV_2 => W *m u + U *m (V *m u)) s = W + U *m V.
Proof.
have -> : (fun u : 'cV[R]_2 => W *m u + U *m (V *m u)) = mulmx (W + U *m V) :> (_ -> _).
  by apply/funext => u; rewrite mulmxDl mulmxA.
exact: jac_mulmx.
Qed.

Theorem output_fed_back : exists W (U : 'M[R]_(2, 1)) (V : 'M[R]_(1, 2)) (s : 'cV[R]_2),
  jac (fun u : 'cV_2 => W *m u + U *m (V *m u)) s <> W.
Proof.
exists (mx2 1 2%:R 0 1), (col2 1 1), (col2 3%:R 0)^T, 0; rewrite jac_fed_back.
move=> /(congr1 (fun M => (M - mx2 1 2%:R 0 1) 0 0)).
rewrite addrAC !subrr add0r !mxE big_ord1 !mxE /= mul1r.
exact: (@neq_natr 3 0).
Qed.

(* One Elman step with σ(x) = x², W = [1 2; 3 4] and a_1 = (1, 2)             *)

Lemma slope_sqr : slope (fun u : R => u ^+ 2) (fun u => 2%:R * u).
Proof.
move=> u; pose proof (@is_deriveX _ _ id 1 _ _ 1 (@is_derive_id _ _ u (1 : R))) as H.
have -> : (fun v : R => v ^+ 2) = id ^+ 2 by apply/funext => v; rewrite exprfctE.
by apply: (is_derive_eq H); rewrite expr1 -[LHS]/(_ * 1) mulr1.
Qed.

Let W4 : 'M[R]_2 := mx2 1 2%:R 3%:R 4%:R.
Let F : nat -> 'cV[R]_2 -> 'cV_2 :=
  elman (fun u : R => u ^+ 2) W4 (0 : 'M_(2, 1)) (col2 1 2%:R) (fun _ => 0).
Let a j : 'cV[R]_2 :=
  preactivation W4 (0 : 'M_(2, 1)) (col2 1 2%:R) (fun _ => 0) j (state F 0 (j - 1)).

Let slopes_1 : map_mx (fun u => 2%:R * u) (a 1) = col2 2%:R (2%:R * 2%:R).
Proof. by rewrite /a /preactivation !mulmx0 !add0r map_col2 mulr1. Qed.

Let step_1 : jac (flow F 0 1) (state F 0 0) = dg (col2 2%:R (2%:R * 2%:R)) *m W4.
Proof.
have [_ ->] := step_jacobian_numerator_layout W4 (0 : 'M_(2, 1)) (col2 1 2%:R) 0
  (fun _ => 0) slope_sqr (ltn0Sn 0).
by rewrite -slopes_1.
Qed.

(* Wᵀ diag(σ′) is the denominator layout; in a product in numerator layout it is wrong *)
Theorem transposed_in_the_same_order :
  exists sigma sigma' W (U : 'M[R]_(2, 1)) b s0 x j, slope sigma sigma' /\
    let F := elman sigma W U b x in
    jac (flow F (j - 1) j) (state F s0 (j - 1)) <>
    W^T *m dg (map_mx sigma' (preactivation W U b x j (state F s0 (j - 1)))).
Proof.
exists (fun u => u ^+ 2), (fun u => 2%:R * u), W4, 0, (col2 1 2%:R), 0, (fun _ => 0), 1%N.
split; [exact: slope_sqr|rewrite /= -/F -/(a 1) slopes_1 step_1].
rewrite dg_col2 /W4 tr_mx2 !mul_mx2 !simp => /mx2_inj [_ + _ _].
rewrite -!natrM; exact: neq_natr.
Qed.

(* diag(σ′) Wᵀ belongs to no layout                                           *)
Theorem transposed_behind :
  exists sigma sigma' W (U : 'M[R]_(2, 1)) b s0 x j, slope sigma sigma' /\
    let F := elman sigma W U b x in
    let D := dg (map_mx sigma' (preactivation W U b x j (state F s0 (j - 1)))) in
    jac (flow F (j - 1) j) (state F s0 (j - 1)) <> D *m W^T /\
    (jac (flow F (j - 1) j) (state F s0 (j - 1)))^T <> D *m W^T.
Proof.
exists (fun u => u ^+ 2), (fun u => 2%:R * u), W4, 0, (col2 1 2%:R), 0, (fun _ => 0), 1%N.
split; [exact: slope_sqr|rewrite /= -/F -/(a 1) slopes_1 step_1].
rewrite dg_col2 /W4 !(tr_mx2, mul_mx2) !simp.
by split=> /mx2_inj [_ + _ _]; rewrite -!natrM; exact: neq_natr.
Qed.

(* Norms                                                                      *)

Let ones2 : 'M[R]_2 := mx2 1 1 1 1.

Let normmax_ones2 : normmax ones2 = 1.
Proof. by rewrite /ones2 normmax_mx2 normr1 !maxxx. Qed.

Let normmax_square : normmax (ones2 *m ones2) = 2%:R.
Proof. by rewrite /ones2 mul_mx2 !mulr1 normmax_mx2 -[1 + 1]/(2%:R) normr_nat !maxxx. Qed.

(* max|(AB)_il| can exceed max|A_il| max|B_il|                                *)
Theorem largest_entry_norm : exists A B : 'M[R]_2,
  normmax A * normmax B < normmax (A *m B).
Proof.
by exists ones2, ones2; rewrite normmax_square normmax_ones2 mulr1 ltr1n.
Qed.

(* all entries of W are 1, those of W² are 2                                  *)
Theorem largest_entry_of_a_power : exists (W : 'M[R]_2) k,
  normmax W ^+ k < normmax (W ^+ k).
Proof.
exists ones2, 2%N; rewrite -[ones2 ^+ 2]/(ones2 *m ones2).
by rewrite normmax_square normmax_ones2 expr1n ltr1n.
Qed.

(* ‖diag(γ, …, γ)‖_F = γ√d                                                    *)
Lemma frobenius_dg d (v : 'cV[R]_d) : frobenius (dg v) = euclidean v.
Proof.
congr Num.sqrt; apply: eq_bigr => i _; rewrite (bigD1 i) //= !mxE eqxx mulr1n.
rewrite big1 ?addr0 // => l /negbTE li; rewrite !mxE eq_sym li mulr0n expr0n.
by [].
Qed.

Theorem frobenius_norm_of_diagonal :
  (forall d (gamma : R), 0 <= gamma ->
     frobenius (dg (const_mx gamma : 'cV_d)) = gamma * Num.sqrt d%:R) /\
  exists v : 'cV[R]_4, frobenius (dg v) <> largest_entry v.
Proof.
have fro d (gamma : R) : 0 <= gamma ->
    frobenius (dg (const_mx gamma : 'cV_d)) = gamma * Num.sqrt d%:R.
  move=> g0; rewrite frobenius_dg /euclidean.
  under eq_bigr => i _ do rewrite mxE.
  rewrite sumr_const card_ord -mulr_natr sqrtrM ?sqr_ge0 //.
  by rewrite sqrtr_sqr ger0_norm.
split=> //; exists (const_mx 1); rewrite fro // mul1r.
rewrite (_ : largest_entry _ = 1); last first.
  rewrite /largest_entry !big_ord_recl big_ord0 !mxE normr1 (max_l ler01) !maxxx.
  by [].
rewrite (_ : 4%:R = 2%:R ^+ 2); last by rewrite -natrX.
rewrite sqrtr_sqr normr_nat; exact: (@neq_natr 2 1).
Qed.

(* W = [0 1; 0 0] is nilpotent and has no eigenvalue but 0; yet one step with *)
(* slopes 1 has a positive norm, whichever norm of the lecture it is          *)
Theorem spectral_radius : exists W, W *m W = 0 /\ (forall c, eigenvalue W c -> c = 0) /\
  forall N, lecture_norm N -> 1 * 0 < N 2%N 2%N (dg (const_mx 1) *m W).
Proof.
pose W : 'M[R]_2 := mx2 0 1 0 0; exists W.
have WW : W *m W = 0.
  rewrite mul_mx2 !simp; apply/matrixP => i l; rewrite !mxE; by do 2 case: ifP.
split=> //; split.
  move=> c /eigenvalueP [v vW v0].
  have : c *: (c *: v) = 0 by rewrite -vW scalemxAl -vW -mulmxA WW mulmx0.
  rewrite scalerA => /eqP; rewrite scaler_eq0 (negbTE v0) orbF mulf_eq0 orbb.
  by move/eqP.
move=> N HN; rewrite mul1r.
have N0 m n : N m n 0 = 0.
  by rewrite -(scale0r 0) (norm_homogeneous HN) normr0 mul0r.
have Nge0 m n (A : 'M_(m, n)) : 0 <= N m n A.
  have := norm_triangle HN A (- A); rewrite subrr N0 -scaleN1r (norm_homogeneous HN).
  by rewrite normrN1 mul1r -mulr2n pmulrn_lge0.
have -> : dg (const_mx 1) *m W = W.
  have -> : (const_mx 1 : 'cV[R]_2) = col2 1 1 by apply/matrixP => i l; rewrite !mxE; case: ifP.
  by rewrite dg_col2 /W mul_mx2 !simp.
rewrite lt_neqAle Nge0 andbT eq_sym; apply/eqP => NW.
have := norm_submultiplicative HN W (mx2 0 0 1 0).
rewrite NW mul0r /W mul_mx2 !simp.
rewrite -dg_col2 (norm_diagonal HN) largest_entry_col2 normr1 normr0 max_l // => le10.
by have := lt_le_trans ltr01 le10; rewrite ltxx.
Qed.

End Examples.

Section Softmax.
Variable R : realType.

(* softmax: every entry of the result reads every entry of a                  *)

Definition softmax_map n (a : 'cV[R]_n.+1) : 'cV_n.+1 :=
  \matrix_(i, _) (expR (a i 0) / \sum_l expR (a l 0)).

Lemma sum_expR_gt0 n (a : 'cV[R]_n.+1) : 0 < \sum_l expR (a l 0).
Proof.
rewrite big_ord_recl ltr_paddr ?expR_gt0 //.
by apply: sumr_ge0 => l _; exact/ltW/expR_gt0.
Qed.

(* dp_i = p_i dz_i - p_i Σ_l p_l dz_l, p the softmax of a                     *)
Lemma is_diff_softmax n (a : 'cV[R]_n.+1) :
  is_diff a (@softmax_map n)
    (mulmx (dg (softmax_map a) - softmax_map a *m (softmax_map a)^T)).
Proof.
apply: is_diff_mx => i l; rewrite ord1 {l}.
have coordinate k : is_diff a (fun v : 'cV[R]_n.+1 => expR (v k 0))
    (fun h => expR (a k 0) * h k 0).
  pose proof (is_diff_entry k 0 (@is_diff_id R _ a)) as Hk.
  pose proof (is_diff_derive (is_derive_expR (a k 0))) as He.
  pose proof (@is_diff_comp _ _ _ _ _ _ _ _ _ Hk He) as H.
  by apply: (is_diff_eq H); apply/funext => h; rewrite /= mulrC.
have s0 : \sum_l expR (a l 0) != 0 by rewrite gt_eqF // sum_expR_gt0.
pose proof (is_diff_sum coordinate) as HS.
have sumE (v : 'cV[R]_n.+1) :
    (\sum_k (fun u : 'cV[R]_n.+1 => expR (u k 0))) v = \sum_k expR (v k 0).
  by rewrite fct_sumE.
have HV : is_diff ((\sum_k (fun u : 'cV[R]_n.+1 => expR (u k 0))) a) (fun y : R => y^-1)
    ( *:%R^~ (- (\sum_l expR (a l 0)) ^- 2)).
  apply: is_diff_derive; rewrite sumE.
  pose proof (@is_deriveV _ id _ _ _ s0 (@is_derive_id _ _ _ (1 : R))) as H.
  by apply: (is_derive_eq H); rewrite -[LHS]/(_ * 1) mulr1.
pose proof (@is_diffM _ _ _ _ _ _ _ (coordinate i)
  (@is_diff_comp _ _ _ _ _ _ _ _ _ HS HV)) as H.
have -> : (fun v : 'cV[R]_n.+1 => softmax_map v i 0) =
    (fun v : 'cV[R]_n.+1 => expR (v i 0)) *
    (fun v : 'cV[R]_n.+1 => ((\sum_k (fun u : 'cV[R]_n.+1 => expR (u k 0))) v)^-1).
  by apply/funext => v; rewrite mxE -sumE.
apply: (is_diff_eq H); apply/funext => h.
set S := \sum_l expR (a l 0) in s0 *; pose E := \sum_l expR (a l 0) * h l 0.
have -> : ((dg (softmax_map a) - softmax_map a *m (softmax_map a)^T) *m h) i 0 =
    expR (a i 0) / S * h i 0 - expR (a i 0) / S * (E / S).
  rewrite mulmxBl -mulmxA -hadamard_dg !mxE big_ord1 !mxE; congr (_ - _ * _).
  by rewrite /E mulr_suml; apply: eq_bigr => l _; rewrite !mxE mulrAC.
have -> : E = (\sum_k (fun u : 'cV[R]_n.+1 => expR (a k 0) * u k 0)) h by rewrite fct_sumE.
rewrite -[LHS]/(expR (a i 0) *
    ((\sum_k (fun u : 'cV[R]_n.+1 => expR (a k 0) * u k 0)) h * (- S ^- 2)) +
  ((\sum_k (fun u : 'cV[R]_n.+1 => expR (u k 0))) a)^-1 * (expR (a i 0) * h i 0)) sumE -/S.
by field.
Qed.

(* The Jacobian of softmax exists, and off the diagonal it is -p_i p_l < 0    *)
Theorem softmax n (a : 'cV[R]_n.+1) : differentiable (@softmax_map n) a /\
  forall i l, i != l -> jac (@softmax_map n) a i l < 0.
Proof.
have [da ->] := differentiable_jac (is_diff_softmax a); split=> // i l il.
have p0 k : 0 < softmax_map a k 0 by rewrite mxE divr_gt0 ?expR_gt0 ?sum_expR_gt0.
move: (p0 i) (p0 l); rewrite /dg; move: (softmax_map a) => p pi pl.
by rewrite !mxE big_ord1 !mxE (negbTE il) mulr0n sub0r oppr_lt0 mulr_gt0.
Qed.

End Softmax.
