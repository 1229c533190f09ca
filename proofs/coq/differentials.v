(* The differential calculus of matrices.                                     *)
(*                                                                            *)
(* Fréchet differentials of what cells are made of: a matrix-valued function  *)
(* is differentiated entry by entry; d(AB) = dA B + A dB; dσ(v) = σ′(v) ⊙ dv. *)
(* The differential of a map between columns is the product by its Jacobian.  *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From symrnn Require Import vocabulary.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

(* A function of two arguments, differentiable in both at once. Written as a   *)
(* differentiable function of a pair, Coq looks for seconds for what a pair of *)
(* matrices is; from the two it is found at once.                              *)

Definition jointly (K : numFieldType) (U V W : normedModType K) (f : U -> V -> W) u v :=
  differentiable (fun z : U * V => f z.1 z.2) (u, v).

Notation jointly_differentiable f u v :=
  (ltac:(let said := constr:(@jointly _ _ _ _ f u v) in
         let meant := eval cbv beta delta [jointly] in said in exact meant)) (only parsing).

Section Matrices.
Variables (R : realType) (V : normedModType R).

Lemma is_diff_ext (W : normedModType R) (f g df dg : V -> W) x :
  is_diff x f df -> f =1 g -> df =1 dg -> is_diff x g dg.
Proof. by move=> H /funext <- /funext <-. Qed.

Lemma is_diff_sum n (f df : 'I_n -> V -> R) (x : V) :
  (forall i, is_diff x (f i) (df i)) ->
  is_diff x (\sum_i f i) (\sum_i df i).
Proof.
elim: n f df => [|n IH] f df H.
  by rewrite !big_ord0; exact: (@is_diff_cst R V _ 0 x).
rewrite !big_ord_recr /=; pose proof (IH _ _ (fun i => H (widen_ord (leqnSn n) i))) as S.
exact: (@is_diffD _ _ _ _ _ _ _ _ S (H ord_max)).
Qed.

Lemma is_diff_sum_mx p q n (f df : 'I_n -> V -> 'M[R]_(p.+1, q.+1)) (x : V) :
  (forall i, is_diff x (f i) (df i)) ->
  is_diff x (\sum_i f i) (\sum_i df i).
Proof.
elim: n f df => [|n IH] f df H.
  by rewrite !big_ord0; exact: (@is_diff_cst R V _ 0 x).
rewrite !big_ord_recr /=; pose proof (IH _ _ (fun i => H (widen_ord (leqnSn n) i))) as S.
exact: (@is_diffD _ _ _ _ _ _ _ _ S (H ord_max)).
Qed.

Lemma is_diff_sum_nat p q a b (f df : nat -> V -> 'M[R]_(p.+1, q.+1)) (x : V) :
  (forall t, (a <= t < b)%N -> is_diff x (f t) (df t)) ->
  is_diff x (fun y => \sum_(a <= t < b) f t y) (fun h => \sum_(a <= t < b) df t h).
Proof.
elim: b => [|b IH] H.
  by apply: (is_diff_ext (@is_diff_cst R V _ 0 x)) => y; rewrite big_geq.
have [ba|ab] := ltnP b a.
  by apply: (is_diff_ext (@is_diff_cst R V _ 0 x)) => y; rewrite big_geq.
have Hb : (a <= b < b.+1)%N by rewrite ab /=.
have Hlt t : (a <= t < b)%N -> (a <= t < b.+1)%N.
  by move=> /andP[-> tb]; rewrite ltnS ltnW.
pose proof (@is_diffD _ _ _ _ _ _ _ _ (IH (fun t ab => H t (Hlt t ab))) (H b Hb)) as S.
by apply: (is_diff_ext S) => y; rewrite big_nat_recr.
Qed.

(* df is the differential of f if each entry of df is that of f's entry       *)
Lemma is_diff_mx p q (f df : V -> 'M[R]_(p.+1, q.+1)) (x : V) :
  (forall i l, is_diff x (fun y => f y i l) (fun h => df h i l)) ->
  is_diff x f df.
Proof.
move=> H.
have expand (g : V -> 'M[R]_(p.+1, q.+1)) :
    g = \sum_i \sum_l (fun y => g y i l *: delta_mx i l).
  apply/funext => y; rewrite {1}[g y]matrix_sum_delta fct_sumE.
  by apply: eq_bigr => i _; rewrite fct_sumE.
rewrite (expand f) (expand df).
apply: is_diff_sum_mx => i; apply: is_diff_sum_mx => l.
pose proof (H i l) as [dfil Ef].
apply: DiffDef; first exact: differentiableZl.
by rewrite diffZl // Ef.
Qed.

Lemma is_diff_entry p q (f df : V -> 'M[R]_(p.+1, q.+1)) (x : V) i l :
  is_diff x f df -> is_diff x (fun y => f y i l) (fun h => df h i l).
Proof.
move=> Hf; pose pr (A : 'M[R]_(p.+1, q.+1)) : R := A i l.
have pr_lin : linear (pr : _ -> R^o) by move=> c A B; rewrite /pr !mxE.
have Hpr : is_diff (f x) pr pr.
  apply: DiffDef; first exact: differentiable_coord.
  by rewrite -[pr in LHS]/(Linear pr_lin : _ -> _) diff_lin //; exact: coord_continuous.
exact: (@is_diff_comp _ _ _ _ _ _ _ _ _ Hf Hpr).
Qed.

(* d(AB) = dA B + A dB                                                        *)
Lemma is_diff_mulmx p q r (f df : V -> 'M[R]_(p.+1, q.+1))
    (g dg : V -> 'M[R]_(q.+1, r.+1)) (x : V) :
  is_diff x f df -> is_diff x g dg ->
  is_diff x (fun y => f y *m g y) (fun h => df h *m g x + f x *m dg h).
Proof.
move=> Hf Hg; apply: is_diff_mx => i l.
have -> : (fun y => (f y *m g y) i l) =
    \sum_k ((fun y => f y i k) * (fun y => g y k l)).
  by apply/funext => y; rewrite mxE fct_sumE.
have -> : (fun h => (df h *m g x + f x *m dg h) i l) =
    \sum_k (f x i k *: (fun h => dg h k l) + g x k l *: (fun h => df h i k)).
  apply/funext => h; rewrite !mxE fct_sumE -big_split; apply: eq_bigr => k _ /=.
  by rewrite addrC [df _ _ _ * _]mulrC.
apply: is_diff_sum => k.
pose proof (is_diff_entry i k Hf) as Hf'; pose proof (is_diff_entry k l Hg) as Hg'.
exact: (@is_diffM _ _ _ _ _ _ _ Hf' Hg').
Qed.

(* dσ(A) = σ′(A) ⊙ dA                                                         *)
Lemma is_diff_map_mx p q sigma sigma' (f df : V -> 'M[R]_(p.+1, q.+1)) (x : V) :
  slope sigma sigma' -> is_diff x f df ->
  is_diff x (fun y => map_mx sigma (f y))
            (fun h => hadamard (map_mx sigma' (f x)) (df h)).
Proof.
move=> Hs Hf; apply: is_diff_mx => i l.
pose proof (is_diff_entry i l Hf) as Hfil.
have Hsig : is_diff (f x i l) sigma ( *:%R ^~ (sigma' (f x i l))).
  have [ds Es] := Hs (f x i l); have dfs : differentiable sigma (f x i l) by exact/derivable1_diffP.
  apply: DiffDef => //; apply/funext => h.
  by rewrite -[in LHS](mulr1 h) -[h * 1]/(h *: 1) linearZ /= -deriveE // Es.
have -> : (fun y => map_mx sigma (f y) i l) = sigma \o (fun y => f y i l).
  by apply/funext => y; rewrite mxE.
have -> : (fun h => hadamard (map_mx sigma' (f x)) (df h) i l) =
    *:%R ^~ (sigma' (f x i l)) \o (fun h => df h i l).
  by apply/funext => h; rewrite !mxE mulrC.
exact: (@is_diff_comp _ _ _ _ _ _ _ _ _ Hfil Hsig).
Qed.

End Matrices.

Section Columns.
Variable R : realType.

Lemma hadamard_dg n (v h : 'cV[R]_n) : hadamard v h = dg v *m h.
Proof.
apply/matrixP => i l; rewrite !mxE (bigD1 i) //= !mxE eqxx mulr1n big1.
  by rewrite addr0 ord1.
by move=> k /negbTE ik; rewrite !mxE eq_sym ik mulr0n mul0r.
Qed.

Lemma is_diff_linear (V : normedModType R) n m (M : 'M[R]_(m.+1, n.+1)) 
    (f df : V -> 'cV[R]_n.+1) x :
  is_diff x f df -> is_diff x (fun y => M *m f y) (fun h => M *m df h).
Proof.
move=> Hf; pose proof (@is_diff_cst R V _ M x) as HM.
pose proof (is_diff_mulmx HM Hf) as H; apply: (is_diff_eq H).
by apply/funext => h /=; rewrite mul0mx add0r.
Qed.

(* df = (∂f/∂x) dx                                                            *)
Lemma diff_jac n m (f : 'cV[R]_n.+1 -> 'cV[R]_m.+1) x h :
  'd f x h = jac f x *m h.
Proof.
rewrite [h in LHS]matrix_sum_delta; under eq_bigr => i _ do rewrite big_ord1 /=.
rewrite linear_sum; apply/matrixP => i l; rewrite !mxE summxE.
by apply: eq_bigr => k _; rewrite linearZ /= !mxE mulrC !ord1.
Qed.

Lemma is_diff_jac n m (f : 'cV[R]_n.+1 -> 'cV[R]_m.+1) x :
  differentiable f x -> is_diff x f (mulmx (jac f x)).
Proof. by move=> df; apply: DiffDef => //; apply/funext => h; rewrite diff_jac. Qed.

Lemma jac_is_diff n m (f : 'cV[R]_n.+1 -> 'cV[R]_m.+1) x M :
  is_diff x f (mulmx M) -> jac f x = M.
Proof.
by move=> [df Ef]; apply/matrixP => i l; rewrite mxE Ef -colE mxE.
Qed.

Lemma differentiable_jac n m (f : 'cV[R]_n.+1 -> 'cV[R]_m.+1) x M :
  is_diff x f (mulmx M) -> differentiable f x /\ jac f x = M.
Proof. by move=> H; split; [case: H | exact: jac_is_diff]. Qed.

(* ∂(g ∘ f)/∂x = ∂g/∂f ∂f/∂x                                                  *)
Lemma jac_comp n m p (f : 'cV[R]_n.+1 -> 'cV[R]_m.+1)
    (g : 'cV[R]_m.+1 -> 'cV[R]_p.+1) x :
  differentiable f x -> differentiable g (f x) ->
  jac (g \o f) x = jac g (f x) *m jac f x.
Proof.
move=> df dg; apply: jac_is_diff; apply: DiffDef; first exact: differentiable_comp.
by rewrite diff_comp //; apply/funext => h; rewrite /= !diff_jac mulmxA.
Qed.

Lemma is_diff_idmx n (x : 'cV[R]_n.+1) : is_diff x id (mulmx 1%:M).
Proof.
pose proof (@is_diff_id R _ x) as H; apply: (is_diff_eq H).
by apply/funext => h; rewrite mul1mx.
Qed.

End Columns.

Section Pairs.
Variables (R : realType) (V W : normedModType R).

Lemma is_diff_fst (z : V * W) : is_diff z fst fst.
Proof.
have lin : linear (fst : V * W -> V) by [].
have cont : continuous (Linear lin) by move=> y; exact: cvg_fst.
pose proof (@linear_differentiable R _ _ (Linear lin) z cont) as df.
exact: DiffDef df (@diff_lin R _ _ (Linear lin) z cont).
Qed.

Lemma is_diff_snd (z : V * W) : is_diff z snd snd.
Proof.
have lin : linear (snd : V * W -> W) by [].
have cont : continuous (Linear lin) by move=> y; exact: cvg_snd.
pose proof (@linear_differentiable R _ _ (Linear lin) z cont) as df.
exact: DiffDef df (@diff_lin R _ _ (Linear lin) z cont).
Qed.

End Pairs.

(* vec: the coordinates of a matrix                                           *)

Section Vec.
Variable R : realType.

Lemma vecK m n : cancel (@vec R m n) (@unvec R m n).
Proof. by move=> A; rewrite /unvec /vec trmxK mxvecK trmxK. Qed.

Lemma unvecK m n : cancel (@unvec R m n) (@vec R m n).
Proof. by move=> v; rewrite /unvec /vec trmxK vec_mxK trmxK. Qed.

Lemma unvec_is_linear m n : linear (@unvec R m n).
Proof. by move=> c u v; rewrite /unvec !linearP. Qed.
Canonical unvec_linear m n := Linear (@unvec_is_linear m n).

Lemma vec_is_linear m n : linear (@vec R m n).
Proof. by move=> c u v; rewrite /vec !linearP. Qed.
Canonical vec_linear m n := Linear (@vec_is_linear m n).

(* df = (∂f/∂vec(A)) vec(dA)                                                  *)
Lemma diff_jacvec p q m (f : 'M[R]_(p.+1, q.+1) -> 'cV[R]_m.+1) A H :
  'd f A H = jacvec f A *m vec H.
Proof.
rewrite -[H in LHS]vecK [vec H in LHS]matrix_sum_delta.
under eq_bigr => i _ do rewrite big_ord1 /=.
rewrite !linear_sum; apply/matrixP => i l; rewrite !mxE summxE.
by apply: eq_bigr => k _; rewrite !linearZ /= !mxE mulrC !ord1.
Qed.

Lemma jacvec_is_diff p q m (f : 'M[R]_(p.+1, q.+1) -> 'cV[R]_m.+1) A M :
  is_diff A f (fun H => M *m vec H) -> jacvec f A = M.
Proof.
by move=> [df Ef]; apply/matrixP => i l; rewrite mxE Ef unvecK -colE mxE.
Qed.

Lemma differentiable_jacvec p q m (f : 'M[R]_(p.+1, q.+1) -> 'cV[R]_m.+1) A M :
  is_diff A f (fun H => M *m vec H) -> differentiable f A /\ jacvec f A = M.
Proof. by move=> H; split; [case: H | exact: jacvec_is_diff]. Qed.

(* ∂(g ∘ f)/∂vec(A) = ∂g/∂f ∂f/∂vec(A)                                        *)
Lemma jacvec_comp p q m r (f : 'M[R]_(p.+1, q.+1) -> 'cV[R]_m.+1)
    (g : 'cV[R]_m.+1 -> 'cV[R]_r.+1) A :
  differentiable f A -> differentiable g (f A) ->
  jacvec (g \o f) A = jac g (f A) *m jacvec f A.
Proof.
move=> df dg; apply: jacvec_is_diff; apply: DiffDef; first exact: differentiable_comp.
by rewrite diff_comp //; apply/funext => H; rewrite /= diff_jac diff_jacvec mulmxA.
Qed.

(* vec(A) at the index of column l, row i                                     *)
Lemma vecE m n (A : 'M[R]_(m, n)) l i : vec A (mxvec_index l i) 0 = A i l.
Proof. by rewrite mxE mxvecE mxE. Qed.

Lemma unvecE m n (v : 'cV[R]_(n * m)) i l : unvec v i l = v (mxvec_index l i) 0.
Proof. by rewrite !mxE. Qed.

(* ∂f/∂A is ∂f/∂vec(A), transposed and put back in the shape of A             *)
Lemma grad_unvec p q (f : 'M[R]_(p.+1, q.+1) -> 'cV[R]_1) A :
  grad f A = unvec (jacvec f A)^T.
Proof.
apply/matrixP => i l; rewrite unvecE !mxE; congr ('d f A _ _ _).
by rewrite /unvec trmx_delta vec_mx_delta trmx_delta.
Qed.

(* a differential Σ_k r_k dA v_k of a scalar has the gradient Σ_k r_kᵀ v_kᵀ   *)
Lemma grad_is_diff p q a b (f : 'M[R]_(p.+1, q.+1) -> 'cV[R]_1) A
    (r : nat -> 'rV[R]_p.+1) (v : nat -> 'cV[R]_q.+1) :
  is_diff A f (fun H => \sum_(a <= k < b) r k *m (H *m v k)) ->
  grad f A = \sum_(a <= k < b) (r k)^T *m (v k)^T.
Proof.
move=> [_ Ef]; apply/matrixP => i l; rewrite mxE Ef !summxE.
apply: eq_bigr => k _; rewrite !mxE big_ord1 !mxE (bigD1 i) //= big1 ?addr0.
  rewrite !mxE (bigD1 l) //= big1 ?addr0 ?mxE ?eqxx ?mul1r //.
  by move=> c /negbTE cl; rewrite mxE cl andbF mul0r.
move=> c /negbTE ci; rewrite !mxE big1 ?mulr0 // => e _.
by rewrite mxE ci mul0r.
Qed.

End Vec.
