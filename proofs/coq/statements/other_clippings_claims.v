(* Proofs of the claims of proofs/other_clippings.py, as symrnn prints them.  *)
(*                                                                            *)
(* By value, and for two gradients by the norm of both together.              *)

From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive sequences.
From symrnn Require Import vocabulary euclidean_norm clipping_by_norm other_clippings.
From claims Require Import other_clippings.

Import Order.TTheory GRing.Theory Num.Theory.
Import numFieldNormedType.Exports.

Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem other_clippings_by_value_every_entry_is_bounded_claim :
  other_clippings_by_value_every_entry_is_bounded_printed.
Proof.
by move=> R n g kappa i k0; exact: other_clippings_by_value_every_entry_is_bounded.
Qed.

Theorem other_clippings_by_value_short_entries_are_unchanged_claim :
  other_clippings_by_value_short_entries_are_unchanged_printed.
Proof.
by move=> R n g kappa i k0; exact: other_clippings_by_value_short_entries_are_unchanged.
Qed.

Theorem other_clippings_the_norm_of_the_whole_claim : other_clippings_the_norm_of_the_whole_printed.
Proof.
by move=> *; exact: other_clippings_the_norm_of_the_whole.
Qed.

Theorem other_clippings_by_global_norm_the_whole_is_scaled_by_one_factor_claim :
  other_clippings_by_global_norm_the_whole_is_scaled_by_one_factor_printed.
Proof.
by move=> *; exact: other_clippings_by_global_norm_the_whole_is_scaled_by_one_factor.
Qed.

Theorem other_clippings_by_global_norm_never_longer_than_kappa_claim :
  other_clippings_by_global_norm_never_longer_than_kappa_printed.
Proof.
by move=> *; exact: other_clippings_by_global_norm_never_longer_than_kappa.
Qed.

Theorem other_clippings_by_global_norm_the_joint_direction_is_kept_claim :
  other_clippings_by_global_norm_the_joint_direction_is_kept_printed.
Proof.
by move=> *; exact: other_clippings_by_global_norm_the_joint_direction_is_kept.
Qed.
