(* What the lecture's sentences are made of.                                  *)
(*                                                                            *)
(* One definition for each node of symrnn's language, so that the claim of a  *)
(* statement can be written down literally as a proposition about matrices    *)
(* over any complete ordered field R. Columns are 'cV_n, numerator layout     *)
(* throughout. Sizes that are differentiated over are positive, hence d.+1.   *)
(*                                                                            *)
(*       dg v              diag(v), the diagonal matrix of a column           *)
(*       hadamard A B      A ⊙ B                                              *)
(*       vec A, unvec v    the columns of A, one below the other; its inverse *)
(*       kron A B          A ⊗ B                                              *)
(*       map_mx f A        f applied to every entry                           *)
(*       oprod a b A       the product of A j over a <= j < b, the latest     *)
(*                         factor on the left; the empty product is I         *)
(*       oprod_right a b A the same factors, the latest on the right          *)
(*       \sum_(a <= j < b) the ordered sum; the empty sum is 0                *)
(*       jac f x           ∂f/∂x: row i, column l is ∂f_i/∂x_l                *)
(*       jacvec f A        ∂f/∂vec(A)                                         *)
(*       grad f A          ∂f/∂A of a scalar, in the shape of A               *)
(*       flow F k t        the map s_k ↦ s_t of the recurrence s_j = F_j(s_{j-1}) *)
(*       state F s0 t      s_t                                                *)
(*       run F s0 k v t    s_t where s_k is v, whether t is before k or not   *)
(*       step F s0 j v     s_j from s_{j-1}, whether there is a step j or not *)
(*                                                                            *)
(* With a cell F, its state s := state F s0 and losses ell t of s_t:          *)
(*       ∂s_t/∂s_k               jac (flow F k t) (s k), where k <= t         *)
(*       the same, nothing known jac (fun v => run F s0 k v t) (s k)          *)
(*       ∂s_t/∂vec(W)            jacvec (fun V => state (F V) s0 t) W         *)
(*       the same, s_h held      jacvec (fun V => flow (F V) h t (s h)) W     *)
(*       ∂⁺s_k/∂vec(W)           jacvec (fun V => F V k (s (k-1))) W, 1 <= k   *)
(*       ∂L_t/∂s_t               jac (ell t) (s t), a row                     *)
(* A derivative says something only where it exists: a sentence with ∂y/∂x in *)
(* it states `differentiable` of the same map at the same point as well.      *)
(*                                                                            *)
(* A part "numerator layout" of the statement step_jacobian is proved as      *)
(* step_jacobian_numerator_layout; a statement of one part has its own name.  *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From mathcomp.analysis Require Import sequences exp.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

(* Matrices                                                                   *)

Section Matrices.
Variable R : ringType.

(* diag(v) *)
Definition dg n (v : 'cV[R]_n) : 'M_n := diag_mx v^T.

(* (A ⊙ B)_il = A_il B_il *)
Definition hadamard m n (A B : 'M[R]_(m, n)) : 'M_(m, n) :=
  \matrix_(i, l) (A i l * B i l).

(* vec(A) stacks columns: entry (l, i) of the pair index is A_il *)
Definition vec m n (A : 'M[R]_(m, n)) : 'cV_(n * m) := (mxvec A^T)^T.
Definition unvec m n (v : 'cV[R]_(n * m)) : 'M_(m, n) := (vec_mx v^T)^T.

(* The pair of indices that a row of A ⊗ B stands for *)
Definition pair_index m n (k : 'I_(m * n)) : 'I_m * 'I_n :=
  enum_val (cast_ord (esym (mxvec_cast m n)) k).

(* (A ⊗ B)_((i, r), (l, c)) = A_il B_rc *)
Definition kron m n p q (A : 'M[R]_(m, n)) (B : 'M_(p, q)) : 'M_(m * p, n * q) :=
  \matrix_(k, l) (A (pair_index k).1 (pair_index l).1 *
                  B (pair_index k).2 (pair_index l).2).

(* The column of ones *)
Definition ones n : 'cV[R]_n := const_mx 1.

(* A_{b-1} ⋯ A_{a+1} A_a and A_a A_{a+1} ⋯ A_{b-1} *)
Definition oprod n a b (A : nat -> 'M[R]_n) : 'M_n :=
  \big[mulmx/1%:M]_(j <- rev (index_iota a b)) A j.
Definition oprod_right n a b (A : nat -> 'M[R]_n) : 'M_n :=
  \big[mulmx/1%:M]_(j <- index_iota a b) A j.

End Matrices.

(* Recurrences: s_j = F_j(s_{j-1}), for j = 1, 2, …, from a given s_0          *)

Section Recurrence.
Variable T : Type.

(* flow F k t is F_t ∘ … ∘ F_{k+1}: it takes s_k to s_t where k <= t *)
Definition flow (F : nat -> T -> T) k t (s : T) : T :=
  iteri (t - k) (fun i => F (k + i).+1) s.

Definition state (F : nat -> T -> T) (s0 : T) t : T := flow F 0 t s0.

(* s_t in the run in which s_k is v: the states before s_k are as they were   *)
Definition run (F : nat -> T -> T) (s0 : T) k (v : T) t : T :=
  if (k <= t)%N then flow F k t v else state F s0 t.

(* s_j from s_{j-1}; s_0 is given, and depends on nothing                     *)
Definition step (F : nat -> T -> T) (s0 : T) j (s : T) : T :=
  if j is j'.+1 then F j s else s0.

End Recurrence.

(* Activations. expR is the exponential function.                             *)

Section Activations.
Variable R : realType.
Implicit Type x : R.

Definition logistic x : R := 1 / (1 + expR (- x)).
Definition sinh x : R := (expR x - expR (- x)) / 2%:R.
Definition cosh x : R := (expR x + expR (- x)) / 2%:R.
Definition tanh x : R := sinh x / cosh x.
Definition atanh x : R := ln ((1 + x) / (1 - x)) / 2%:R.

End Activations.

(* The lecture's cells. The inputs x are a function of time.                  *)

Section Cells.
Variables (R : ringType) (d m : nat) (sigma : R -> R).
Implicit Types (W : 'M[R]_d) (U : 'M[R]_(d, m)) (b s : 'cV[R]_d).
Implicit Types (x : nat -> 'cV[R]_m).

(* a_j = W s_{j-1} + U x_j + b and s_j = σ(a_j) *)
Definition preactivation W U b x j s : 'cV_d := W *m s + U *m x j + b.
Definition elman W U b x j s : 'cV_d := map_mx sigma (preactivation W U b x j s).

(* The same without input *)
Definition bare_preactivation W b (j : nat) s : 'cV_d := W *m s + b.
Definition bare W b j s : 'cV_d := map_mx sigma (bare_preactivation W b j s).

(* σ inside, Pascanu et al. (2013), eq. 11: s_j = W σ(s_{j-1}) + U x_j + b *)
Definition sigma_inside W U b x j s : 'cV_d := W *m map_mx sigma s + U *m x j + b.

End Cells.

(* Derivatives: the matrix of the Fréchet differential                        *)

Section Derivatives.
Variable R : realType.

(* ∂f/∂x *)
Definition jac n m (f : 'cV[R]_n.+1 -> 'cV[R]_m.+1) x : 'M[R]_(m.+1, n.+1) :=
  \matrix_(i, l) ('d f x (delta_mx l 0 : 'cV_n.+1) : 'cV_m.+1) i 0.

(* ∂f/∂vec(A) *)
Definition jacvec p q m (f : 'M[R]_(p.+1, q.+1) -> 'cV[R]_m.+1) A :
    'M[R]_(m.+1, q.+1 * p.+1) :=
  \matrix_(i, l) ('d f A (unvec (delta_mx l 0) : 'M_(p.+1, q.+1)) : 'cV_m.+1) i 0.

(* ∂f/∂A of a scalar f, in the shape of A *)
Definition grad p q (f : 'M[R]_(p.+1, q.+1) -> 'cV[R]_1) A : 'M[R]_(p.+1, q.+1) :=
  \matrix_(i, l) ('d f A (delta_mx i l : 'M_(p.+1, q.+1)) : 'cV_1) 0 0.

(* σ′ is the derivative of σ, everywhere *)
Definition slope (sigma sigma' : R -> R) : Prop :=
  forall u : R, is_derive u (1 : R) sigma (sigma' u).

End Derivatives.

(* Norms                                                                      *)

Section Norms.
Variable R : realType.

(* max_i |v_i|, and the vector norms |v|_1 and |v|_2 *)
Definition largest_entry n (v : 'cV[R]_n) : R := \big[Order.max/0]_i `|v i 0|.
Definition sum_norm n (v : 'cV[R]_n) : R := \sum_i `|v i 0|.
Definition euclidean n (v : 'cV[R]_n) : R := Num.sqrt (\sum_i v i 0 ^+ 2).

(* The norm induced by a vector norm ν: the least c with ν(Ax) <= c whenever  *)
(* ν(x) <= 1                                                                  *)
Definition induced (nu : forall n, 'cV[R]_n -> R) m n (A : 'M[R]_(m, n)) : R :=
  sup [set nu m (A *m x) | x in [set x | nu n x <= 1]].

Definition norm1 m n (A : 'M[R]_(m, n)) : R := induced sum_norm A.
Definition norm2 m n (A : 'M[R]_(m, n)) : R := induced euclidean A.
Definition normoo m n (A : 'M[R]_(m, n)) : R := induced largest_entry A.

(* √Σ A_il², and max |A_il|, which is a norm but not a submultiplicative one  *)
Definition frobenius m n (A : 'M[R]_(m, n)) : R :=
  Num.sqrt (\sum_i \sum_l A i l ^+ 2).
Definition normmax m n (A : 'M[R]_(m, n)) : R :=
  \big[Order.max/0]_i \big[Order.max/0]_l `|A i l|.

(* Any norm that is submultiplicative with ‖diag(v)‖ = max |v_i|: a norm for  *)
(* each size, chosen by the reader                                            *)
Record lecture_norm (N : forall m n, 'M[R]_(m, n) -> R) : Prop := LectureNorm {
  norm_triangle : forall m n (A B : 'M_(m, n)), N _ _ (A + B) <= N _ _ A + N _ _ B;
  norm_homogeneous : forall m n c (A : 'M_(m, n)), N _ _ (c *: A) = `|c| * N _ _ A;
  norm_submultiplicative : forall m n p (A : 'M_(m, n)) (B : 'M_(n, p)),
    N _ _ (A *m B) <= N _ _ A * N _ _ B;
  norm_diagonal : forall n (v : 'cV_n), N _ _ (dg v) = largest_entry v
}.

End Norms.
