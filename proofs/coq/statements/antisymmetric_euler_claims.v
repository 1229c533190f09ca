(* Proofs of the claims of proofs/gates/antisymmetric_euler.py, as symrnn prints them. *)
(*                                                                            *)
(* (I + εB)ᵀ(I + εB) with B = W - Wᵀ - γI, and a state that rests at 0.       *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences exp.
From symrnn Require Import vocabulary recurrence activations cells_differentiated.
From claims Require Import antisymmetric_euler.
From mathcomp Require Import ring.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Lemma turned (R : realType) d (W : 'M[R]_d.+1) : (W - W^T)^T = - (W - W^T).
Proof. by rewrite linearB /= trmxK opprB. Qed.

Lemma gram (R : realType) d (A : 'M[R]_d.+1) (epsilon gamma : R)
    (J := 1%:M + epsilon *: (A - gamma *: 1%:M)) : A^T = - A ->
  J^T *m J = ((1 - epsilon * gamma) ^+ 2) *: 1%:M + (epsilon ^+ 2) *: (A^T *m A).
Proof.
move=> AtE; have JE : J = (1 - epsilon * gamma) *: 1%:M + epsilon *: A.
  by rewrite /J scalerBr scalerA scalerBl scale1r addrA addrAC.
have JtE : J^T = (1 - epsilon * gamma) *: 1%:M - epsilon *: A.
  by rewrite JE -scalerN -AtE; apply/matrixP => i l; rewrite !mxE eq_sym.
rewrite JtE JE AtE mulmxBl !mulmxDr -!scalemxAl -!scalemxAr !mul1mx mulmx1 mulNmx.
by rewrite scalerN !scalerA [epsilon * (1 - _)]mulrC opprD addrA -!expr2 addrK.
Qed.

Lemma sideways (R : realType) d (A : 'M[R]_d.+1) (v : 'cV[R]_d.+1) : A^T = - A ->
  v^T *m A *m v = 0.
Proof.
move=> AtE; have E : v^T *m A *m v = - (v^T *m A *m v).
  transitivity ((v^T *m A *m v)^T); first by apply/matrixP => i l; rewrite [RHS]mxE !ord1.
  by rewrite !trmx_mul trmxK AtE mulNmx mulmxN mulmxA.
have {E} : 2%:R *: (v^T *m A *m v) = 0 by rewrite scaler_nat mulr2n {1}E addNr.
by move/eqP; rewrite scaler_eq0 pnatr_eq0 /= => /eqP.
Qed.

Theorem antisymmetric_euler_no_step_along_itself_claim :
  antisymmetric_euler_no_step_along_itself_printed.
Proof. by move=> R d W v; exact: (sideways v (turned W)). Qed.

Lemma squeezed (R : realType) d (A : 'M[R]_d.+1) (v : 'cV[R]_d.+1) : A^T = - A ->
  (dg v *m A *m dg v)^T = - (dg v *m A *m dg v).
Proof. by move=> AtE; rewrite !trmx_mul tr_diag_mx AtE mulNmx mulmxN mulmxA. Qed.

Theorem antisymmetric_euler_SAS_is_antisymmetric_claim :
  antisymmetric_euler_SAS_is_antisymmetric_printed.
Proof. by move=> R d W v; exact: (squeezed v (turned W)). Qed.

Theorem antisymmetric_euler_the_length_of_a_step_claim :
  antisymmetric_euler_the_length_of_a_step_printed.
Proof. by move=> R d W epsilon gamma; exact: (gram _ _ (turned W)). Qed.

Theorem antisymmetric_euler_the_state_rests_claim : antisymmetric_euler_the_state_rests_printed.
Proof.
move=> R d W b s0 epsilon gamma t F s bE sE; rewrite /s.
elim: t => [|t IH]; first exact: sE.
rewrite (state_before F s0 (ltn0Sn t)) subn1 /= IH /F; written.
rewrite bE mulmx0 !add0r; apply/matrixP => i l.
by rewrite !mxE /tanh sinh0 mul0r mulr0.
Qed.

Theorem antisymmetric_euler_one_step_at_rest_claim : antisymmetric_euler_one_step_at_rest_printed.
Proof.
move=> R d W b s0 epsilon gamma t F s t1 bE sE.
have -> : s (t - 1)%N = 0 by exact: (@antisymmetric_euler_the_state_rests_claim R d W b s0 epsilon gamma _ bE sE).
rewrite (flow_step _ t1) /F.
notypeclasses refine (@jac_by_differential _ _ _ _ _ _ _ _ _ _ _);
  [intro v; written; reflexivity | differentiate_at |].
move=> v; cbv beta; rewrite bE mulmx0 add0r.
have -> : map_mx (fun x : R => 1 - tanh x ^+ 2) (0 : 'cV[R]_d.+1) = const_mx 1.
  by apply/matrixP => i l; rewrite !mxE /tanh sinh0 mul0r expr0n subr0.
rewrite [RHS]mulmxDl mul1mx -[in RHS]scalemxAl; congr (_ + _ *: _).
by apply/matrixP => i l; rewrite dg_timesE mxE mul1r.
Qed.

Theorem antisymmetric_euler_the_length_of_a_step_at_rest_claim :
  antisymmetric_euler_the_length_of_a_step_at_rest_printed.
Proof.
move=> R d W b s0 epsilon gamma t F s t1 bE sE.
have [dF E] :=
  @antisymmetric_euler_one_step_at_rest_claim R d W b s0 epsilon gamma t t1 bE sE.
by split; [exact: dF | rewrite E; exact: (gram _ _ (turned W))].
Qed.
