(* What the theorems rest on.                                                 *)
(*                                                                            *)
(* The theorems of each file, and the axioms that any of those uses which     *)
(* speak of any complete ordered field, of the real numbers, of both. What is *)
(* to come out stands in assumptions.txt. To print them for each file by      *)
(* itself would take minutes: Coq walks through the libraries anew each time. *)

From symrnn Require activation_jacobian activations any_cell bptt bptt_adjoint bridge clipping_by_norm.
From symrnn Require clipping_by_norm_jacobian coordinates counterexamples.
From symrnn Require counterexamples_clipping counterexamples_one_unit gradients_could_explode.
From symrnn Require gradients_vanish induced_norms norm_of_step other_clippings.
From symrnn Require preactivation_jacobian product_bound product_of_jacobians recurrence.
From symrnn Require sigma_inside.
From symrnn Require slopes_bounded slopes_bounded_any_field step_bound step_jacobian.
From symrnn Require tanh_and_logistic_networks truncation update_length.

Definition of_activation_jacobian :=
  (@activation_jacobian.activation_jacobian_numerator_layout,
   @activation_jacobian.activation_jacobian_denominator_layout,
   @activation_jacobian.activation_jacobian).

Definition of_activations :=
  (@activations.slope_tanh, @activations.slope_logistic).

Definition of_any_cell :=
  (@any_cell.product_of_jacobians_of_any_cell_the_product,
   @any_cell.product_of_jacobians_of_any_cell_index_and_bounds_shifted,
   @any_cell.bptt_of_any_cell_the_initial_state,
   @any_cell.bptt_of_any_cell_the_adjoint_recursion,
   @any_cell.product_bound_of_any_cell,
   @any_cell.gradients_vanish_of_any_cell_the_derivative_over_many_steps,
   @any_cell.bptt_of_any_cell_the_state_by_a_matrix,
   @any_cell.bptt_of_any_cell_the_state_by_a_matrix_with_s_h_held,
   @any_cell.bptt_of_any_cell_the_loss_by_a_matrix,
   @any_cell.bptt_of_any_cell_the_loss_by_a_matrix_with_s_h_held,
   @any_cell.bptt_of_any_cell_the_total_loss_by_a_matrix,
   @any_cell.truncation_of_any_cell_the_lectures_tau_counts_factors_by_a_matrix,
   @any_cell.truncation_of_any_cell_the_frameworks_tau_counts_steps_by_a_matrix,
   @any_cell.truncation_of_any_cell_tau_factors_are_tau_1_steps_by_a_matrix,
   @any_cell.truncation_of_any_cell_one_factor_more_is_one_term_more_by_a_matrix,
   @any_cell.truncation_of_any_cell_the_bias_by_a_matrix,
   @any_cell.update_length_of_any_cell_length_by_a_matrix,
   @any_cell.update_length_of_any_cell_stuck_by_a_matrix,
   @any_cell.update_length_of_any_cell_flung_far_by_a_matrix,
   @any_cell.gradients_vanish_of_any_cell_a_term_of_the_gradient_by_a_matrix,
   @any_cell.truncation_of_any_cell_the_bias_bounded_by_a_matrix,
   @any_cell.truncation_of_any_cell_the_bias_is_a_geometric_tail_by_a_matrix,
   @any_cell.truncation_of_any_cell_what_is_kept_cannot_explode_by_a_matrix,
   @any_cell.truncation_of_any_cell_what_is_kept_can_vanish_all_the_same_by_a_matrix,
   @any_cell.bptt_of_any_cell_the_state_by_a_column,
   @any_cell.bptt_of_any_cell_the_state_by_a_column_with_s_h_held,
   @any_cell.bptt_of_any_cell_the_loss_by_a_column,
   @any_cell.bptt_of_any_cell_the_loss_by_a_column_with_s_h_held,
   @any_cell.bptt_of_any_cell_the_total_loss_by_a_column).

Definition of_bptt :=
  (@bptt.bptt_any_cell, @bptt.bptt_the_state_by_W_with_s_h_held,
   @bptt.bptt_the_loss_by_W_with_s_h_held, @bptt.bptt_likewise_the_state_by_U_with_s_h_held,
   @bptt.bptt_likewise_the_loss_by_U_with_s_h_held,
   @bptt.bptt_likewise_the_state_by_b_with_s_h_held,
   @bptt.bptt_likewise_the_loss_by_b_with_s_h_held, @bptt.bptt_the_state_by_W,
   @bptt.bptt_the_loss_by_W, @bptt.bptt_likewise_the_state_by_U,
   @bptt.bptt_likewise_the_loss_by_U, @bptt.bptt_likewise_the_state_by_b,
   @bptt.bptt_likewise_the_loss_by_b, @bptt.bptt_the_initial_state, @bptt.bptt,
   @bptt.bptt_the_worked_case_L_4, @bptt.bptt_the_total_loss).

Definition of_bptt_adjoint :=
  (@bptt_adjoint.adjoint_matrix, @bptt_adjoint.adjoint_column,
   @bptt_adjoint.bptt_the_adjoint_recursion, @bptt_adjoint.bptt_the_adjoint_recursion_as_columns,
   @bptt_adjoint.bptt_the_gradient_from_the_adjoint,
   @bptt_adjoint.bptt_the_total_gradient_from_the_adjoint,
   @bptt_adjoint.bptt_the_total_gradient_by_the_initial_state,
   @bptt_adjoint.bptt_the_gradient_in_the_shape_of_W,
   @bptt_adjoint.bptt_the_gradient_in_the_shape_of_U,
   @bptt_adjoint.bptt_the_gradient_in_the_shape_of_b).

Definition of_bridge :=
  (@bridge.is_derive_of_lim, @bridge.slope_logistic, @bridge.slope_tanh, @bridge.logistic_slope_le,
   @bridge.tanh_slope_le, @bridge.product_bound_stdlib_tanh, @bridge.product_bound_stdlib_logistic).

Definition of_clipping_by_norm :=
  (@clipping_by_norm.clipping_by_norm_it_never_lengthens,
   @clipping_by_norm.clipping_by_norm_the_factor, @clipping_by_norm.clipping_by_norm_its_length,
   @clipping_by_norm.clipping_by_norm_never_longer_than_kappa,
   @clipping_by_norm.clipping_by_norm_exactly_kappa_where_it_clips,
   @clipping_by_norm.clipping_by_norm_the_same_direction,
   @clipping_by_norm.clipping_by_norm_unchanged_inside_the_ball,
   @clipping_by_norm.clipping_by_norm_clipping_twice_is_clipping_once,
   @clipping_by_norm.clipping_by_norm_no_two_gradients_get_further_apart_squared,
   @clipping_by_norm.clipping_by_norm_no_two_gradients_get_further_apart,
   @clipping_by_norm.clipping_by_norm).

Definition of_clipping_by_norm_jacobian :=
  (@clipping_by_norm_jacobian.clipping_by_norm_its_Jacobian_inside_the_ball,
   @clipping_by_norm_jacobian.clipping_by_norm_its_Jacobian_outside,
   @clipping_by_norm_jacobian.clip_jacobian_direction).

Definition of_coordinates :=
  (@coordinates.jac_coordinate, @coordinates.jacvec_coordinate, @coordinates.grad_coordinate,
   @coordinates.vec_mulmx).

Definition of_counterexamples :=
  (@counterexamples.rows_instead_of_columns, @counterexamples.reversed_order,
   @counterexamples.shifted_index_unshifted_bounds, @counterexamples.output_fed_back,
   @counterexamples.transposed_in_the_same_order, @counterexamples.transposed_behind,
   @counterexamples.largest_entry_norm, @counterexamples.largest_entry_of_a_power,
   @counterexamples.frobenius_norm_of_diagonal, @counterexamples.spectral_radius,
   @counterexamples.softmax).

Definition of_counterexamples_clipping :=
  (@counterexamples_clipping.short_gradient, @counterexamples_clipping.long_gradient,
   @counterexamples_clipping.always_normalising, @counterexamples_clipping.largest_entry_instead,
   @counterexamples_clipping.bent, @counterexamples_clipping.long_all_the_same,
   @counterexamples_clipping.sum_of_norms, @counterexamples_clipping.each_for_itself,
   @counterexamples_clipping.on_the_sphere).

Definition of_counterexamples_one_unit :=
  (@counterexamples_one_unit.direct_term_lost, @counterexamples_one_unit.total_on_both_sides,
   @counterexamples_one_unit.one_factor_too_many,
   @counterexamples_one_unit.bound_of_the_activation, @counterexamples_one_unit.whole_gradient,
   @counterexamples_one_unit.exactly_one, @counterexamples_one_unit.saturated_unit,
   @counterexamples_one_unit.shortened_product, @counterexamples_one_unit.factors_or_steps,
   @counterexamples_one_unit.untruncated, @counterexamples_one_unit.growing_bias,
   @counterexamples_one_unit.fading).

Definition of_gradients_could_explode :=
  (@gradients_could_explode.gradients_could_explode_the_state_rests_at_0,
   @gradients_could_explode.gradients_could_explode_one_step_multiplies_by_w,
   @gradients_could_explode.gradients_could_explode_t_steps_multiply_by_wt,
   @gradients_could_explode.gradients_could_explode_lambda_w,
   @gradients_could_explode.gradients_could_explode_its_norm,
   @gradients_could_explode.gradients_could_explode_it_explodes,
   @gradients_could_explode.gradients_could_explode_the_state_rests_at_9_10,
   @gradients_could_explode.gradients_could_explode_one_step_multiplies_by_19_50,
   @gradients_could_explode.gradients_could_explode_t_steps_multiply_by_19_50_t,
   @gradients_could_explode.gradients_could_explode_it_vanishes,
   @gradients_could_explode.gradients_could_explode).

Definition of_gradients_vanish :=
  (@gradients_vanish.gradients_vanish_any_cell,
   @gradients_vanish.gradients_vanish_the_derivative_over_many_steps,
   @gradients_vanish.gradients_vanish_a_bound_for_a_term_of_the_gradient,
   @gradients_vanish.gradients_vanish_a_term_of_the_gradient, @gradients_vanish.gradients_vanish).

Definition of_induced_norms :=
  (@induced_norms.lecture_norm_induced, @induced_norms.lecture_norm1, @induced_norms.lecture_norm2,
   @induced_norms.lecture_normoo).

Definition of_norm_of_step :=
  (@norm_of_step.norm_of_step_a_product, @norm_of_step.norm_of_step_a_diagonal_matrix_norm_1,
   @norm_of_step.norm_of_step_a_diagonal_matrix_spectral_norm,
   @norm_of_step.norm_of_step_a_diagonal_matrix_norm_oo,
   @norm_of_step.norm_of_step_frobenius_norm, @norm_of_step.norm_of_step_frobenius_norm_mixed,
   @norm_of_step.norm_of_step).

Definition of_other_clippings :=
  (@other_clippings.other_clippings_by_value_every_entry_is_bounded,
   @other_clippings.other_clippings_by_value_short_entries_are_unchanged,
   @other_clippings.clip_by_value_nonexpansive, @other_clippings.global_never_longer_than_kappa,
   @other_clippings.global_direction_is_kept, @other_clippings.global_unchanged_inside_the_ball,
   @other_clippings.other_clippings_the_norm_of_the_whole,
   @other_clippings.other_clippings_by_global_norm_the_whole_is_scaled_by_one_factor,
   @other_clippings.other_clippings_by_global_norm_never_longer_than_kappa,
   @other_clippings.other_clippings_by_global_norm_the_joint_direction_is_kept,
   @other_clippings.other_clippings).

Definition of_preactivation_jacobian :=
  @preactivation_jacobian.preactivation_jacobian.

Definition of_product_bound :=
  (@product_bound.product_bound_any_cell, @product_bound.product_bound,
   @product_bound.product_bound_norm_1, @product_bound.product_bound_spectral_norm,
   @product_bound.product_bound_norm_oo).

Definition of_product_of_jacobians :=
  (@product_of_jacobians.jac_flow_trans, @product_of_jacobians.product_of_jacobians_any_cell,
   @product_of_jacobians.product_of_jacobians_any_cell_shifted,
   @product_of_jacobians.product_of_jacobians_the_product,
   @product_of_jacobians.product_of_jacobians_index_and_bounds_shifted,
   @product_of_jacobians.product_of_jacobians,
   @product_of_jacobians.product_of_jacobians_the_number_of_factors,
   @product_of_jacobians.product_of_jacobians_elman).

Definition of_recurrence :=
  (@recurrence.recurrence_with_input, @recurrence.recurrence_entry_by_entry,
   @recurrence.recurrence, @recurrence.recurrence_without_input).

Definition of_sigma_inside :=
  (@sigma_inside.step_jacobian_sigma_inside_denominator_layout,
   @sigma_inside.step_bound_sigma_inside).

Definition of_slopes_bounded :=
  (@slopes_bounded.slopes_bounded_logistic_value_at_0,
   @slopes_bounded.slopes_bounded_logistic_slope_at_0, @slopes_bounded.slopes_bounded_logistic,
   @slopes_bounded.slopes_bounded_logistic_distance_from_1_2,
   @slopes_bounded.slopes_bounded_logistic_away_from_0,
   @slopes_bounded.slopes_bounded_logistic_only_at_0, @slopes_bounded.slope_sup_logistic,
   @slopes_bounded.slopes_bounded_tanh, @slopes_bounded.slopes_bounded_tanh_away_from_0,
   @slopes_bounded.slopes_bounded_tanh_slope_at_0, @slopes_bounded.slopes_bounded_tanh_only_at_0,
   @slopes_bounded.slope_sup_tanh, @slopes_bounded.slopes_bounded, @slopes_bounded.slope_sup_atan,
   @slopes_bounded.slope_sup_sin, @slopes_bounded.slope_sup_softplus,
   @slopes_bounded.slope_sup_sqr, @slopes_bounded.relu_kink, @slopes_bounded.is_derive_softsign,
   @slopes_bounded.slope_sup_softsign, @slopes_bounded.bounded_but_steep).

Definition of_slopes_bounded_any_field :=
  (@slopes_bounded_any_field.slopes_bounded_logistic,
   @slopes_bounded_any_field.slopes_bounded_logistic_distance_from_1_2,
   @slopes_bounded_any_field.slopes_bounded_logistic_away_from_0,
   @slopes_bounded_any_field.slopes_bounded_logistic_slope_at_0,
   @slopes_bounded_any_field.slopes_bounded_logistic_value_at_0,
   @slopes_bounded_any_field.slopes_bounded_logistic_only_at_0,
   @slopes_bounded_any_field.slopes_bounded_tanh,
   @slopes_bounded_any_field.slopes_bounded_tanh_away_from_0,
   @slopes_bounded_any_field.slopes_bounded_tanh_slope_at_0,
   @slopes_bounded_any_field.slopes_bounded_tanh_only_at_0,
   @slopes_bounded_any_field.logistic_slope_le, @slopes_bounded_any_field.tanh_slope_le).

Definition of_step_bound :=
  @step_bound.step_bound.

Definition of_step_jacobian :=
  (@step_jacobian.step_jacobian_numerator_layout, @step_jacobian.step_jacobian_denominator_layout,
   @step_jacobian.step_jacobian, @step_jacobian.step_jacobian_chain,
   @step_jacobian.step_jacobian_sigma_inside).

Definition of_tanh_and_logistic_networks :=
  (@tanh_and_logistic_networks.product_bound_tanh,
   @tanh_and_logistic_networks.product_bound_logistic,
   @tanh_and_logistic_networks.gradients_vanish_tanh,
   @tanh_and_logistic_networks.gradients_vanish_logistic).

Definition of_truncation :=
  (@truncation.truncation_the_lectures_tau_counts_factors,
   @truncation.truncation_the_frameworks_tau_counts_steps,
   @truncation.truncation_tau_factors_are_tau_1_steps,
   @truncation.truncation_one_factor_more_is_one_term_more, @truncation.truncation_the_bias,
   @truncation.truncation_the_bias_bounded, @truncation.truncation_the_bias_is_a_geometric_tail,
   @truncation.truncation_what_is_kept_cannot_explode,
   @truncation.truncation_what_is_kept_can_vanish_all_the_same, @truncation.truncation).

Definition of_update_length :=
  (@update_length.update_length_length, @update_length.update_length_stuck,
   @update_length.update_length_flung_far, @update_length.update_length).

Definition of_any_complete_field :=
  (of_activation_jacobian, of_activations, of_any_cell, of_bptt, of_bptt_adjoint,
   of_clipping_by_norm, of_clipping_by_norm_jacobian, of_coordinates, of_counterexamples,
   of_counterexamples_clipping, of_gradients_could_explode, of_gradients_vanish,
   of_induced_norms, of_norm_of_step, of_other_clippings, of_preactivation_jacobian,
   of_product_bound, of_product_of_jacobians, of_recurrence, of_sigma_inside,
   of_slopes_bounded_any_field, of_step_bound, of_step_jacobian, of_tanh_and_logistic_networks,
   of_truncation, of_update_length).
Print Assumptions of_any_complete_field.

Definition of_real_numbers :=
  (of_counterexamples_one_unit, of_slopes_bounded).
Print Assumptions of_real_numbers.

Definition of_both :=
  of_bridge.
Print Assumptions of_both.
