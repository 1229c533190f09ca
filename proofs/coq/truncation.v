(* Truncated back-propagation through time.                                   *)
(*                                                                            *)
(* Keeping the terms with t - k <= τ, τ + 1 of them, is the exact gradient    *)
(* with s_{t-τ-1} held constant (the lecture's τ counts factors); holding     *)
(* s_{t-τ} keeps τ terms (the frameworks' τ counts steps). What is dropped is *)
(* every term that reaches further back, at most C E Σ_{i=τ+1}^{t-1} (γλ)^i,  *)
(* and for γλ < 1 at most C E (γλ)^(τ+1) / (1 - γλ). What is kept is at most  *)
(* C E Σ_{i=0}^{τ} (γλ)^i whatever t is, and each kept term at most           *)
(* C E (γλ)^i: C bounds ∂L_t/∂s_t and E every ∂⁺s_k/∂vec(W).                  *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From symrnn Require Import vocabulary differentials recurrence step_jacobian.
From symrnn Require Import product_of_jacobians bptt bptt_adjoint induced_norms.
From symrnn Require Import step_bound product_bound gradients_vanish.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

(* Sums read backwards                                                        *)

Section Backwards.
Variables (M : zmodType) (f : nat -> M).

(* Σ_{k=t-τ}^{t} f_k = Σ_{i=0}^{τ} f_{t-i}                                    *)
Lemma sum_latest t tau : (tau <= t)%N ->
  \sum_(t - tau <= k < t.+1) f k = \sum_(0 <= i < tau.+1) f (t - i)%N.
Proof.
elim: tau => [|tau IH] tt; first by rewrite subn0 !big_nat1 subn0.
have lt : (t - tau.+1 < t.+1)%N by rewrite ltnS leq_subr.
by rewrite [RHS]big_nat_recr //= (big_ltn lt) subnSK // IH ?(ltnW tt) // addrC.
Qed.

(* Σ_{k=a+1}^{b} f_{t-k} = Σ_{i=t-b}^{t-a-1} f_i                              *)
Lemma sum_backwards t a b : (a <= b)%N -> (b <= t)%N ->
  \sum_(a.+1 <= k < b.+1) f (t - k)%N = \sum_(t - b <= i < t - a) f i.
Proof.
elim: b => [|b IH]; first by rewrite leqn0 => /eqP-> _; rewrite !big_geq.
rewrite leq_eqVlt => /orP[/eqP-> _|]; first by rewrite !big_geq.
rewrite ltnS => ab bt; have lt : (t - b.+1 < t - a)%N by rewrite ltn_sub2l // (leq_ltn_trans ab).
by rewrite big_nat_recr //= (big_ltn lt) subnSK // IH ?(ltnW bt) // addrC.
Qed.

End Backwards.

(* Σ_{i=m}^{n-1} q^i <= q^m / (1 - q)                                         *)
Lemma geometric_tail (R : realType) (q : R) m n : 0 <= q -> q < 1 ->
  \sum_(m <= i < n) q ^+ i <= q ^+ m / (1 - q).
Proof.
move=> q0 q1; have p0 : 0 < 1 - q by rewrite subr_gt0.
rewrite ler_pdivl_mulr //; have [nm|mn] := leqP n m.
  by rewrite big_geq // mul0r exprn_ge0.
suff -> : (\sum_(m <= i < n) q ^+ i) * (1 - q) = q ^+ m - q ^+ n.
  by rewrite ler_subl_addr ler_addl exprn_ge0.
elim: n mn => // n IH; rewrite ltnS leq_eqVlt => /orP[/eqP->|mn].
  by rewrite big_nat1 mulrBr mulr1 exprSr.
by rewrite big_nat_recr ?(ltnW mn) //= mulrDl IH // mulrBr mulr1 exprSr addrA subrK.
Qed.

(* Any cell                                                                   *)

Section AnyCell.
Variables (R : realType) (n p q : nat).
Variable F : 'M[R]_(p.+1, q.+1) -> nat -> 'cV[R]_n.+1 -> 'cV[R]_n.+1.
Variables (theta : 'M[R]_(p.+1, q.+1)) (s0 : 'cV[R]_n.+1).
Variable ell : nat -> 'cV[R]_n.+1 -> 'cV[R]_1.

Hypothesis F_diff : forall k s,
  jointly_differentiable (F ^~ k) theta s.
Hypothesis ell_diff : forall t s, differentiable (ell t) s.

Local Notation s := (state (F theta) s0).
Local Notation Ds t k := (jac (flow (F theta) k t) (s k)).
Local Notation DLs t := (jac (ell t) (s t)).
Local Notation Dplus k := (jacvec (fun v => F v k (s (k - 1)%N)) theta).
(* ∂⁺s_{t-i}/∂vec(θ)                                                          *)
Local Notation Dback t i := (jacvec (fun v => F v (t - i)%N (s (t - i.+1)%N)) theta).
(* ∂L_t/∂vec(θ), and the same with s_h held                                   *)
Local Notation exact t := (jacvec (fun v => ell t (state (F v) s0 t)) theta).
Local Notation held t h := (jacvec (fun v => ell t (flow (F v) h t (s h))) theta).

Lemma term_back t i : Ds t (t - i)%N *m Dplus (t - i)%N = Ds t (t - i)%N *m Dback t i.
Proof. by rewrite -subnDA addn1. Qed.

Lemma heldE h first t : (h <= t)%N -> h.+1 = first ->
  held t h = DLs t *m \sum_(first <= k < t.+1) Ds t k *m Dplus k.
Proof.
move=> ht <-; have [_ E] := bptt_matrix_loss s0 F_diff ell_diff ht.
exact: E.
Qed.

Lemma exactE t : exact t = DLs t *m \sum_(1 <= k < t.+1) Ds t k *m Dplus k.
Proof.
have [_ E] := bptt_matrix_loss s0 F_diff ell_diff (leq0n t).
exact: E.
Qed.

(* the terms k = t-τ … t, read backwards                                      *)
Lemma kept_terms t tau : (tau.+1 <= t)%N ->
  \sum_(t - tau <= k < t.+1) Ds t k *m Dplus k =
  \sum_(0 <= i < tau.+1) Ds t (t - i)%N *m Dback t i.
Proof.
move=> tt; etransitivity; first exact: (sum_latest (fun k => Ds t k *m Dplus k) (ltnW tt)).
by apply: eq_big_nat => i _; exact: term_back.
Qed.

Lemma the_lectures_tau_counts_factors t tau : (tau.+1 <= t)%N ->
  DLs t *m (\sum_(0 <= i < tau.+1) Ds t (t - i)%N *m Dback t i) =
  held t (t - tau.+1)%N.
Proof.
move=> tt; symmetry; etransitivity; first exact: (heldE (leq_subr _ _) (subnSK tt)).
exact: (congr1 (mulmx (DLs t)) (kept_terms tt)).
Qed.

Lemma the_frameworks_tau_counts_steps t tau :
  (1 <= tau)%N -> (tau <= t)%N ->
  DLs t *m (\sum_(t.+1 - tau <= k < t.+1) Ds t k *m Dplus k) = held t (t - tau)%N.
Proof.
by move=> _ tt; symmetry; exact: (heldE (leq_subr _ _) (esym (subSn tt))).
Qed.

Lemma tau_factors_are_tau_1_steps t tau : (tau.+1 <= t)%N ->
  DLs t *m (\sum_(0 <= i < tau.+1) Ds t (t - i)%N *m Dback t i) =
  DLs t *m (\sum_(t - tau <= k < t.+1) Ds t k *m Dplus k).
Proof.
move=> tt; apply: (congr1 (mulmx (DLs t))).
exact: (esym (kept_terms tt)).
Qed.

Lemma one_factor_more_is_one_term_more t tau : (tau.+1 <= t)%N ->
  held t (t - tau.+1)%N =
  DLs t *m Ds t (t - tau)%N *m Dback t tau + held t (t - tau)%N.
Proof.
move=> tt; have lt : (t - tau < t.+1)%N by rewrite ltnS leq_subr.
have split_sum (f : nat -> 'M[R]_(n.+1, q.+1 * p.+1)) :
    \sum_(t - tau <= k < t.+1) f k = f (t - tau)%N + \sum_((t - tau).+1 <= k < t.+1) f k.
  exact: big_ltn.
etransitivity; first exact: (heldE (leq_subr _ _) (subnSK tt)).
etransitivity; first exact: (congr1 (mulmx (DLs t)) (split_sum _)).
etransitivity; first exact: mulmxDr.
apply: (f_equal2 +%R); last exact: (esym (heldE (leq_subr _ _) erefl)).
etransitivity; last exact: mulmxA.
exact: (congr1 (mulmx (DLs t)) (term_back t tau)).
Qed.

(* the bias: what is dropped                                                  *)
Lemma the_bias t tau : (tau.+1 <= t)%N ->
  exact t - held t (t - tau.+1)%N =
  DLs t *m (\sum_(1 <= k < t - tau) Ds t k *m Dplus k).
Proof.
move=> tt; have split_sum (f : nat -> 'M[R]_(n.+1, q.+1 * p.+1)) :
    \sum_(1 <= k < t.+1) f k =
    \sum_(1 <= k < t - tau) f k + \sum_(t - tau <= k < t.+1) f k.
  apply: big_cat_nat; first by rewrite subn_gt0.
  by rewrite (leq_trans (leq_subr _ _)).
have cancel (A : 'rV_n.+1) (B D : 'M[R]_(n.+1, q.+1 * p.+1)) :
    A *m (B + D) - A *m D = A *m B by rewrite mulmxDr addrK.
have E1 := etrans (exactE t)
  (congr1 (mulmx (DLs t)) (split_sum (fun k => Ds t k *m Dplus k))).
have E2 := heldE (leq_subr _ _) (subnSK tt).
exact: (etrans (f_equal2 (fun u v => u - v) E1 E2) (cancel _ _ _)).
Qed.

Section Bounds.
Variable N : forall m n, 'M[R]_(m, n) -> R.
Hypothesis NP : lecture_norm N.
Local Notation "`‖ A ‖" := (N A) (at level 0, A at level 99).
Variables (c C E : R).
Hypothesis cP : forall j, (1 <= j)%N -> `‖Ds j (j - 1)%N‖ <= c.
Hypothesis EP : forall k, (1 <= k)%N -> `‖Dplus k‖ <= E.

Lemma step_exists_any_cell j : (1 <= j)%N -> differentiable (F theta j) (s (j - 1)%N).
Proof. by move=> _; exact: (differentiable_step F_diff). Qed.

(* ‖∂L_t/∂s_t Σ_k ∂s_t/∂s_k ∂⁺s_k‖ <= C E Σ_k (γλ)^(t-k)                      *)
Lemma norm_sum_of_terms_le t h l : (1 <= h)%N -> (l <= t.+1)%N -> `‖DLs t‖ <= C ->
  `‖DLs t *m (\sum_(h <= k < l) Ds t k *m Dplus k)‖ <=
  C * E * \sum_(h <= k < l) c ^+ (t - k).
Proof.
move=> h1 lt LC; rewrite mulr_sumr.
have sumE (A : 'rV_n.+1) (f : nat -> 'M[R]_(n.+1, q.+1 * p.+1)) (e : nat -> R) :
    (forall k, (h <= k < l)%N -> `‖A *m f k‖ <= e k) ->
    `‖A *m \sum_(h <= k < l) f k‖ <= \sum_(h <= k < l) e k.
  move=> Ae; rewrite mulmx_sumr; apply: le_trans (norm_sum NP _ _) _.
  by rewrite 2!big_seq; apply: ler_sum => k; rewrite mem_index_iota => /Ae.
apply: sumE => k /andP[hk kl]; rewrite mulmxA.
apply: (norm_term_le NP step_exists_any_cell cP) => //.
  by rewrite -ltnS (leq_trans kl).
exact: EP (leq_trans h1 hk).
Qed.

Lemma the_bias_bounded t tau : (tau.+1 <= t)%N -> `‖DLs t‖ <= C ->
  `‖exact t - held t (t - tau.+1)%N‖ <=
  C * E * \sum_(tau.+1 <= i < t) c ^+ i.
Proof.
move=> tt LC; have -> := the_bias tt.
have back : \sum_(1 <= k < t - tau) c ^+ (t - k) =
            \sum_(tau.+1 <= i < t) c ^+ i.
  rewrite -(subnSK tt) (sum_backwards (fun i => c ^+ i)) //.
    by rewrite subKn // subn0.
  exact: leq_subr.
rewrite -back; apply: norm_sum_of_terms_le => //.
exact: leq_trans (leq_subr _ _) (leqnSn t).
Qed.

Lemma the_bias_is_a_geometric_tail t tau : (tau.+1 <= t)%N ->
  `‖DLs t‖ <= C -> c < 1 ->
  `‖exact t - held t (t - tau.+1)%N‖ <=
  C * E * c ^+ tau.+1 / (1 - c).
Proof.
move=> tt LC q1; apply: le_trans (the_bias_bounded tt LC) _.
have CE : 0 <= C * E.
  apply: mulr_ge0; first exact: le_trans (norm_ge0 NP _) LC.
  exact: le_trans (norm_ge0 NP _) (EP (leqnn 1)).
have tail := geometric_tail tau.+1 t (ratio_ge0 NP cP) q1.
by have := ler_wpmul2l CE tail; rewrite [in X in _ <= X -> _]mulrA.
Qed.

Lemma what_is_kept_cannot_explode t tau : (tau.+1 <= t)%N ->
  `‖DLs t‖ <= C ->
  `‖held t (t - tau.+1)%N‖ <= C * E * \sum_(0 <= i < tau.+1) c ^+ i.
Proof.
move=> tt LC; have -> := heldE (leq_subr _ _) (subnSK tt).
have back : \sum_(t - tau <= k < t.+1) c ^+ (t - k) =
            \sum_(0 <= i < tau.+1) c ^+ i.
  rewrite (sum_latest (fun k => c ^+ (t - k)) (ltnW tt)).
  apply: eq_big_nat => i /andP[_ it]; rewrite subKn //.
  by rewrite -ltnS (leq_trans it) // ltnW // ltnS.
rewrite -back; apply: norm_sum_of_terms_le => //.
by rewrite subn_gt0.
Qed.

Lemma what_is_kept_can_vanish_all_the_same i t tau : (i <= tau)%N ->
  (tau.+1 <= t)%N -> `‖DLs t‖ <= C ->
  `‖DLs t *m Ds t (t - i)%N *m Dback t i‖ <= C * E * c ^+ i.
Proof.
move=> it tt LC; have it' : (i < t)%N by exact: leq_ltn_trans it tt.
have := norm_term_le NP step_exists_any_cell cP (leq_subr i t) LC (EP _).
move=> /(_ (t - i)%N); rewrite subn_gt0 subKn ?(ltnW it') // -subnDA addn1.
exact.
Qed.

End Bounds.
End AnyCell.

(* The Elman network                                                          *)

Section Truncation.
Variables (R : realType) (d m : nat) (sigma sigma' : R -> R).
Variables (W : 'M[R]_d.+1) (U : 'M[R]_(d.+1, m.+1)) (b s0 : 'cV[R]_d.+1).
Variable x : nat -> 'cV[R]_m.+1.
Variable ell : nat -> 'cV[R]_d.+1 -> 'cV[R]_1.
Hypothesis sigmaP : slope sigma sigma'.
Hypothesis ell_diff : forall t s, differentiable (ell t) s.

Local Notation by_W := (fun V => elman sigma V U b x).
Local Notation F := (elman sigma W U b x).
Local Notation s := (state F s0).
Local Notation a j := (preactivation W U b x j (s (j - 1)%N)).
Local Notation Ds t k := (jac (flow F k t) (s k)).
Local Notation DLs t := (jac (ell t) (s t)).
Local Notation DW k := (jacvec (fun V => by_W V k (s (k - 1)%N)) W).
(* ∂⁺s_{t-i}/∂vec(W)                                                          *)
Local Notation DWback t i := (jacvec (fun V => by_W V (t - i)%N (s (t - i.+1)%N)) W).
(* ∂L_t/∂vec(W), and the same with s_h held                                   *)
Local Notation exact t := (jacvec (fun V => ell t (state (by_W V) s0 t)) W).
Local Notation held t h := (jacvec (fun V => ell t (flow (by_W V) h t (s h))) W).

Local Notation by_W_diff := (elman_diff_W W U b x sigmaP).

Theorem truncation_the_lectures_tau_counts_factors t tau : (tau.+1 <= t)%N ->
  DLs t *m (\sum_(0 <= i < tau.+1) Ds t (t - i)%N *m DWback t i) =
  held t (t - tau.+1)%N.
Proof. exact: (@the_lectures_tau_counts_factors _ _ _ _ by_W W s0 ell by_W_diff ell_diff). Qed.

Theorem truncation_the_frameworks_tau_counts_steps t tau :
  (1 <= tau)%N -> (tau <= t)%N ->
  DLs t *m (\sum_(t.+1 - tau <= k < t.+1) Ds t k *m DW k) = held t (t - tau)%N.
Proof. exact: (@the_frameworks_tau_counts_steps _ _ _ _ by_W W s0 ell by_W_diff ell_diff). Qed.

Theorem truncation_tau_factors_are_tau_1_steps t tau : (tau.+1 <= t)%N ->
  DLs t *m (\sum_(0 <= i < tau.+1) Ds t (t - i)%N *m DWback t i) =
  DLs t *m (\sum_(t - tau <= k < t.+1) Ds t k *m DW k).
Proof. exact: (@tau_factors_are_tau_1_steps _ _ _ _ by_W W s0 ell). Qed.

Theorem truncation_one_factor_more_is_one_term_more t tau : (tau.+1 <= t)%N ->
  held t (t - tau.+1)%N =
  DLs t *m Ds t (t - tau)%N *m DWback t tau + held t (t - tau)%N.
Proof. exact: (@one_factor_more_is_one_term_more _ _ _ _ by_W W s0 ell by_W_diff ell_diff). Qed.

(* the bias: what is dropped                                                  *)
Theorem truncation_the_bias t tau : (tau.+1 <= t)%N ->
  exact t - held t (t - tau.+1)%N =
  DLs t *m (\sum_(1 <= k < t - tau) Ds t k *m DW k).
Proof. exact: (@the_bias _ _ _ _ by_W W s0 ell by_W_diff ell_diff). Qed.

Section Bounds.
Variable N : forall m n, 'M[R]_(m, n) -> R.
Hypothesis NP : lecture_norm N.
Local Notation "`‖ A ‖" := (N A) (at level 0, A at level 99).
Variables (gamma lambda C E : R).
Hypothesis gammaP : forall j, (1 <= j)%N -> largest_entry (map_mx sigma' (a j)) <= gamma.
Hypothesis lambdaP : `‖W‖ <= lambda.
Hypothesis EP : forall k, (1 <= k)%N -> `‖DW k‖ <= E.

Local Notation step_le := (elman_step_le NP sigmaP gammaP lambdaP).

Theorem truncation_the_bias_bounded t tau : (tau.+1 <= t)%N -> `‖DLs t‖ <= C ->
  `‖exact t - held t (t - tau.+1)%N‖ <=
  C * E * \sum_(tau.+1 <= i < t) (gamma * lambda) ^+ i.
Proof. exact: (@the_bias_bounded _ _ _ _ by_W W s0 ell by_W_diff ell_diff N NP _ C E step_le EP). Qed.

Theorem truncation_the_bias_is_a_geometric_tail t tau : (tau.+1 <= t)%N ->
  `‖DLs t‖ <= C -> gamma * lambda < 1 ->
  `‖exact t - held t (t - tau.+1)%N‖ <=
  C * E * (gamma * lambda) ^+ tau.+1 / (1 - gamma * lambda).
Proof. exact: (@the_bias_is_a_geometric_tail _ _ _ _ by_W W s0 ell by_W_diff ell_diff N NP _ C E step_le EP). Qed.

Theorem truncation_what_is_kept_cannot_explode t tau : (tau.+1 <= t)%N ->
  `‖DLs t‖ <= C ->
  `‖held t (t - tau.+1)%N‖ <= C * E * \sum_(0 <= i < tau.+1) (gamma * lambda) ^+ i.
Proof. exact: (@what_is_kept_cannot_explode _ _ _ _ by_W W s0 ell by_W_diff ell_diff N NP _ C E step_le EP). Qed.

Theorem truncation_what_is_kept_can_vanish_all_the_same i t tau : (i <= tau)%N ->
  (tau.+1 <= t)%N -> `‖DLs t‖ <= C ->
  `‖DLs t *m Ds t (t - i)%N *m DWback t i‖ <= C * E * (gamma * lambda) ^+ i.
Proof. exact: (@what_is_kept_can_vanish_all_the_same _ _ _ _ by_W W s0 ell by_W_diff N NP _ C E step_le EP). Qed.

(* the exact gradient with s_{t-τ-1} held; its bias; what is kept             *)
Theorem truncation t tau : (tau.+1 <= t)%N -> `‖DLs t‖ <= C -> gamma * lambda < 1 ->
  DLs t *m (\sum_(0 <= i < tau.+1) Ds t (t - i)%N *m DWback t i) =
    held t (t - tau.+1)%N /\
  `‖exact t - held t (t - tau.+1)%N‖ <=
    C * E * (gamma * lambda) ^+ tau.+1 / (1 - gamma * lambda) /\
  `‖held t (t - tau.+1)%N‖ <= C * E * \sum_(0 <= i < tau.+1) (gamma * lambda) ^+ i.
Proof.
move=> tt LC q1; split; first exact: truncation_the_lectures_tau_counts_factors.
split; first exact: truncation_the_bias_is_a_geometric_tail.
exact: truncation_what_is_kept_cannot_explode.
Qed.

End Bounds.
End Truncation.
