(* What the theorems rest on.                                                 *)
(*                                                                            *)
(* The theorems of each file, and the axioms that any of those uses which     *)
(* speak of any complete ordered field, of the real numbers, of both. What is *)
(* to come out stands in assumptions.txt. To print them for each file by      *)
(* itself would take minutes: Coq walks through the libraries anew each time. *)
(* In a tuple the type of each would be written out for each that follows.    *)

From symrnn Require activation_jacobian activations any_cell bptt bptt_adjoint bridge clipping_by_norm.
From symrnn Require clipping_by_norm_jacobian coordinates counterexamples.
From symrnn Require counterexamples_clipping counterexamples_one_unit gradients_could_explode.
From symrnn Require gradients_vanish induced_norms norm_of_step other_clippings.
From symrnn Require preactivation_jacobian product_bound product_of_jacobians recurrence.
From symrnn Require sigma_inside.
From symrnn Require slopes_bounded slopes_bounded_any_field step_bound step_jacobian.
From symrnn Require tanh_and_logistic_networks truncation update_length.

Definition of_activation_jacobian :=
  let _ := @activation_jacobian.activation_jacobian_numerator_layout in
  let _ := @activation_jacobian.activation_jacobian_denominator_layout in
  let _ := @activation_jacobian.activation_jacobian in tt.

Definition of_activations :=
  let _ := @activations.slope_tanh in
  let _ := @activations.slope_logistic in tt.

Definition of_any_cell :=
  let _ := @any_cell.product_of_jacobians_of_any_cell_the_product in
  let _ := @any_cell.product_of_jacobians_of_any_cell_index_and_bounds_shifted in
  let _ := @any_cell.bptt_of_any_cell_the_initial_state in
  let _ := @any_cell.bptt_of_any_cell_the_adjoint_recursion in
  let _ := @any_cell.product_bound_of_any_cell in
  let _ := @any_cell.gradients_vanish_of_any_cell_the_derivative_over_many_steps in
  let _ := @any_cell.bptt_of_any_cell_the_state_by_a_matrix in
  let _ := @any_cell.bptt_of_any_cell_the_state_by_a_matrix_with_s_h_held in
  let _ := @any_cell.bptt_of_any_cell_the_loss_by_a_matrix in
  let _ := @any_cell.bptt_of_any_cell_the_loss_by_a_matrix_with_s_h_held in
  let _ := @any_cell.bptt_of_any_cell_the_total_loss_by_a_matrix in
  let _ := @any_cell.truncation_of_any_cell_the_lectures_tau_counts_factors_by_a_matrix in
  let _ := @any_cell.truncation_of_any_cell_the_frameworks_tau_counts_steps_by_a_matrix in
  let _ := @any_cell.truncation_of_any_cell_tau_factors_are_tau_1_steps_by_a_matrix in
  let _ := @any_cell.truncation_of_any_cell_one_factor_more_is_one_term_more_by_a_matrix in
  let _ := @any_cell.truncation_of_any_cell_the_bias_by_a_matrix in
  let _ := @any_cell.update_length_of_any_cell_length_by_a_matrix in
  let _ := @any_cell.update_length_of_any_cell_stuck_by_a_matrix in
  let _ := @any_cell.update_length_of_any_cell_flung_far_by_a_matrix in
  let _ := @any_cell.gradients_vanish_of_any_cell_a_term_of_the_gradient_by_a_matrix in
  let _ := @any_cell.truncation_of_any_cell_the_bias_bounded_by_a_matrix in
  let _ := @any_cell.truncation_of_any_cell_the_bias_is_a_geometric_tail_by_a_matrix in
  let _ := @any_cell.truncation_of_any_cell_what_is_kept_cannot_explode_by_a_matrix in
  let _ := @any_cell.truncation_of_any_cell_what_is_kept_can_vanish_all_the_same_by_a_matrix in
  let _ := @any_cell.bptt_of_any_cell_the_state_by_a_column in
  let _ := @any_cell.bptt_of_any_cell_the_state_by_a_column_with_s_h_held in
  let _ := @any_cell.bptt_of_any_cell_the_loss_by_a_column in
  let _ := @any_cell.bptt_of_any_cell_the_loss_by_a_column_with_s_h_held in
  let _ := @any_cell.bptt_of_any_cell_the_total_loss_by_a_column in tt.

Definition of_bptt :=
  let _ := @bptt.bptt_any_cell in
  let _ := @bptt.bptt_the_state_by_W_with_s_h_held in
  let _ := @bptt.bptt_the_loss_by_W_with_s_h_held in
  let _ := @bptt.bptt_likewise_the_state_by_U_with_s_h_held in
  let _ := @bptt.bptt_likewise_the_loss_by_U_with_s_h_held in
  let _ := @bptt.bptt_likewise_the_state_by_b_with_s_h_held in
  let _ := @bptt.bptt_likewise_the_loss_by_b_with_s_h_held in
  let _ := @bptt.bptt_the_state_by_W in
  let _ := @bptt.bptt_the_loss_by_W in
  let _ := @bptt.bptt_likewise_the_state_by_U in
  let _ := @bptt.bptt_likewise_the_loss_by_U in
  let _ := @bptt.bptt_likewise_the_state_by_b in
  let _ := @bptt.bptt_likewise_the_loss_by_b in
  let _ := @bptt.bptt_the_initial_state in
  let _ := @bptt.bptt in
  let _ := @bptt.bptt_the_worked_case_L_4 in
  let _ := @bptt.bptt_the_total_loss in tt.

Definition of_bptt_adjoint :=
  let _ := @bptt_adjoint.adjoint_matrix in
  let _ := @bptt_adjoint.adjoint_column in
  let _ := @bptt_adjoint.bptt_the_adjoint_recursion in
  let _ := @bptt_adjoint.bptt_the_adjoint_recursion_as_columns in
  let _ := @bptt_adjoint.bptt_the_gradient_from_the_adjoint in
  let _ := @bptt_adjoint.bptt_the_total_gradient_from_the_adjoint in
  let _ := @bptt_adjoint.bptt_the_total_gradient_by_the_initial_state in
  let _ := @bptt_adjoint.bptt_the_gradient_in_the_shape_of_W in
  let _ := @bptt_adjoint.bptt_the_gradient_in_the_shape_of_U in
  let _ := @bptt_adjoint.bptt_the_gradient_in_the_shape_of_b in tt.

Definition of_bridge :=
  let _ := @bridge.is_derive_of_lim in
  let _ := @bridge.slope_logistic in
  let _ := @bridge.slope_tanh in
  let _ := @bridge.logistic_slope_le in
  let _ := @bridge.tanh_slope_le in
  let _ := @bridge.product_bound_stdlib_tanh in
  let _ := @bridge.product_bound_stdlib_logistic in tt.

Definition of_clipping_by_norm :=
  let _ := @clipping_by_norm.clipping_by_norm_it_never_lengthens in
  let _ := @clipping_by_norm.clipping_by_norm_the_factor in
  let _ := @clipping_by_norm.clipping_by_norm_its_length in
  let _ := @clipping_by_norm.clipping_by_norm_never_longer_than_kappa in
  let _ := @clipping_by_norm.clipping_by_norm_exactly_kappa_where_it_clips in
  let _ := @clipping_by_norm.clipping_by_norm_the_same_direction in
  let _ := @clipping_by_norm.clipping_by_norm_unchanged_inside_the_ball in
  let _ := @clipping_by_norm.clipping_by_norm_clipping_twice_is_clipping_once in
  let _ := @clipping_by_norm.clipping_by_norm_no_two_gradients_get_further_apart_squared in
  let _ := @clipping_by_norm.clipping_by_norm_no_two_gradients_get_further_apart in
  let _ := @clipping_by_norm.clipping_by_norm in tt.

Definition of_clipping_by_norm_jacobian :=
  let _ := @clipping_by_norm_jacobian.clipping_by_norm_its_Jacobian_inside_the_ball in
  let _ := @clipping_by_norm_jacobian.clipping_by_norm_its_Jacobian_outside in
  let _ := @clipping_by_norm_jacobian.clip_jacobian_direction in tt.

Definition of_coordinates :=
  let _ := @coordinates.jac_coordinate in
  let _ := @coordinates.jacvec_coordinate in
  let _ := @coordinates.grad_coordinate in
  let _ := @coordinates.vec_mulmx in tt.

Definition of_counterexamples :=
  let _ := @counterexamples.rows_instead_of_columns in
  let _ := @counterexamples.reversed_order in
  let _ := @counterexamples.shifted_index_unshifted_bounds in
  let _ := @counterexamples.output_fed_back in
  let _ := @counterexamples.transposed_in_the_same_order in
  let _ := @counterexamples.transposed_behind in
  let _ := @counterexamples.largest_entry_norm in
  let _ := @counterexamples.largest_entry_of_a_power in
  let _ := @counterexamples.frobenius_norm_of_diagonal in
  let _ := @counterexamples.spectral_radius in
  let _ := @counterexamples.softmax in tt.

Definition of_counterexamples_clipping :=
  let _ := @counterexamples_clipping.short_gradient in
  let _ := @counterexamples_clipping.long_gradient in
  let _ := @counterexamples_clipping.always_normalising in
  let _ := @counterexamples_clipping.largest_entry_instead in
  let _ := @counterexamples_clipping.bent in
  let _ := @counterexamples_clipping.long_all_the_same in
  let _ := @counterexamples_clipping.sum_of_norms in
  let _ := @counterexamples_clipping.each_for_itself in
  let _ := @counterexamples_clipping.on_the_sphere in tt.

Definition of_counterexamples_one_unit :=
  let _ := @counterexamples_one_unit.direct_term_lost in
  let _ := @counterexamples_one_unit.total_on_both_sides in
  let _ := @counterexamples_one_unit.one_factor_too_many in
  let _ := @counterexamples_one_unit.bound_of_the_activation in
  let _ := @counterexamples_one_unit.whole_gradient in
  let _ := @counterexamples_one_unit.exactly_one in
  let _ := @counterexamples_one_unit.saturated_unit in
  let _ := @counterexamples_one_unit.shortened_product in
  let _ := @counterexamples_one_unit.factors_or_steps in
  let _ := @counterexamples_one_unit.untruncated in
  let _ := @counterexamples_one_unit.growing_bias in
  let _ := @counterexamples_one_unit.fading in tt.

Definition of_gradients_could_explode :=
  let _ := @gradients_could_explode.gradients_could_explode_the_state_rests_at_0 in
  let _ := @gradients_could_explode.gradients_could_explode_one_step_multiplies_by_w in
  let _ := @gradients_could_explode.gradients_could_explode_t_steps_multiply_by_wt in
  let _ := @gradients_could_explode.gradients_could_explode_lambda_w in
  let _ := @gradients_could_explode.gradients_could_explode_its_norm in
  let _ := @gradients_could_explode.gradients_could_explode_it_explodes in
  let _ := @gradients_could_explode.gradients_could_explode_the_state_rests_at_9_10 in
  let _ := @gradients_could_explode.gradients_could_explode_one_step_multiplies_by_19_50 in
  let _ := @gradients_could_explode.gradients_could_explode_t_steps_multiply_by_19_50_t in
  let _ := @gradients_could_explode.gradients_could_explode_it_vanishes in
  let _ := @gradients_could_explode.gradients_could_explode in tt.

Definition of_gradients_vanish :=
  let _ := @gradients_vanish.gradients_vanish_any_cell in
  let _ := @gradients_vanish.gradients_vanish_the_derivative_over_many_steps in
  let _ := @gradients_vanish.gradients_vanish_a_bound_for_a_term_of_the_gradient in
  let _ := @gradients_vanish.gradients_vanish_a_term_of_the_gradient in
  let _ := @gradients_vanish.gradients_vanish in tt.

Definition of_induced_norms :=
  let _ := @induced_norms.lecture_norm_induced in
  let _ := @induced_norms.lecture_norm1 in
  let _ := @induced_norms.lecture_norm2 in
  let _ := @induced_norms.lecture_normoo in tt.

Definition of_norm_of_step :=
  let _ := @norm_of_step.norm_of_step_a_product in
  let _ := @norm_of_step.norm_of_step_a_diagonal_matrix_norm_1 in
  let _ := @norm_of_step.norm_of_step_a_diagonal_matrix_spectral_norm in
  let _ := @norm_of_step.norm_of_step_a_diagonal_matrix_norm_oo in
  let _ := @norm_of_step.norm_of_step_frobenius_norm in
  let _ := @norm_of_step.norm_of_step_frobenius_norm_mixed in
  let _ := @norm_of_step.norm_of_step in tt.

Definition of_other_clippings :=
  let _ := @other_clippings.other_clippings_by_value_every_entry_is_bounded in
  let _ := @other_clippings.other_clippings_by_value_short_entries_are_unchanged in
  let _ := @other_clippings.clip_by_value_nonexpansive in
  let _ := @other_clippings.global_never_longer_than_kappa in
  let _ := @other_clippings.global_direction_is_kept in
  let _ := @other_clippings.global_unchanged_inside_the_ball in
  let _ := @other_clippings.other_clippings_the_norm_of_the_whole in
  let _ := @other_clippings.other_clippings_by_global_norm_the_whole_is_scaled_by_one_factor in
  let _ := @other_clippings.other_clippings_by_global_norm_never_longer_than_kappa in
  let _ := @other_clippings.other_clippings_by_global_norm_the_joint_direction_is_kept in
  let _ := @other_clippings.other_clippings in tt.

Definition of_preactivation_jacobian :=
  let _ := @preactivation_jacobian.preactivation_jacobian in tt.

Definition of_product_bound :=
  let _ := @product_bound.product_bound_any_cell in
  let _ := @product_bound.product_bound in
  let _ := @product_bound.product_bound_norm_1 in
  let _ := @product_bound.product_bound_spectral_norm in
  let _ := @product_bound.product_bound_norm_oo in tt.

Definition of_product_of_jacobians :=
  let _ := @product_of_jacobians.jac_flow_trans in
  let _ := @product_of_jacobians.product_of_jacobians_any_cell in
  let _ := @product_of_jacobians.product_of_jacobians_any_cell_shifted in
  let _ := @product_of_jacobians.product_of_jacobians_the_product in
  let _ := @product_of_jacobians.product_of_jacobians_index_and_bounds_shifted in
  let _ := @product_of_jacobians.product_of_jacobians in
  let _ := @product_of_jacobians.product_of_jacobians_the_number_of_factors in
  let _ := @product_of_jacobians.product_of_jacobians_elman in tt.

Definition of_recurrence :=
  let _ := @recurrence.recurrence_with_input in
  let _ := @recurrence.recurrence_entry_by_entry in
  let _ := @recurrence.recurrence in
  let _ := @recurrence.recurrence_without_input in tt.

Definition of_sigma_inside :=
  let _ := @sigma_inside.step_jacobian_sigma_inside_denominator_layout in
  let _ := @sigma_inside.step_bound_sigma_inside in tt.

Definition of_slopes_bounded :=
  let _ := @slopes_bounded.slopes_bounded_logistic_value_at_0 in
  let _ := @slopes_bounded.slopes_bounded_logistic_slope_at_0 in
  let _ := @slopes_bounded.slopes_bounded_logistic in
  let _ := @slopes_bounded.slopes_bounded_logistic_distance_from_1_2 in
  let _ := @slopes_bounded.slopes_bounded_logistic_away_from_0 in
  let _ := @slopes_bounded.slopes_bounded_logistic_only_at_0 in
  let _ := @slopes_bounded.slope_sup_logistic in
  let _ := @slopes_bounded.slopes_bounded_tanh in
  let _ := @slopes_bounded.slopes_bounded_tanh_away_from_0 in
  let _ := @slopes_bounded.slopes_bounded_tanh_slope_at_0 in
  let _ := @slopes_bounded.slopes_bounded_tanh_only_at_0 in
  let _ := @slopes_bounded.slope_sup_tanh in
  let _ := @slopes_bounded.slopes_bounded in
  let _ := @slopes_bounded.slope_sup_atan in
  let _ := @slopes_bounded.slope_sup_sin in
  let _ := @slopes_bounded.slope_sup_softplus in
  let _ := @slopes_bounded.slope_sup_sqr in
  let _ := @slopes_bounded.relu_kink in
  let _ := @slopes_bounded.is_derive_softsign in
  let _ := @slopes_bounded.slope_sup_softsign in
  let _ := @slopes_bounded.bounded_but_steep in tt.

Definition of_slopes_bounded_any_field :=
  let _ := @slopes_bounded_any_field.slopes_bounded_logistic in
  let _ := @slopes_bounded_any_field.slopes_bounded_logistic_distance_from_1_2 in
  let _ := @slopes_bounded_any_field.slopes_bounded_logistic_away_from_0 in
  let _ := @slopes_bounded_any_field.slopes_bounded_logistic_slope_at_0 in
  let _ := @slopes_bounded_any_field.slopes_bounded_logistic_value_at_0 in
  let _ := @slopes_bounded_any_field.slopes_bounded_logistic_only_at_0 in
  let _ := @slopes_bounded_any_field.slopes_bounded_tanh in
  let _ := @slopes_bounded_any_field.slopes_bounded_tanh_away_from_0 in
  let _ := @slopes_bounded_any_field.slopes_bounded_tanh_slope_at_0 in
  let _ := @slopes_bounded_any_field.slopes_bounded_tanh_only_at_0 in
  let _ := @slopes_bounded_any_field.logistic_slope_le in
  let _ := @slopes_bounded_any_field.tanh_slope_le in tt.

Definition of_step_bound :=
  let _ := @step_bound.step_bound in tt.

Definition of_step_jacobian :=
  let _ := @step_jacobian.step_jacobian_numerator_layout in
  let _ := @step_jacobian.step_jacobian_denominator_layout in
  let _ := @step_jacobian.step_jacobian in
  let _ := @step_jacobian.step_jacobian_chain in
  let _ := @step_jacobian.step_jacobian_sigma_inside in tt.

Definition of_tanh_and_logistic_networks :=
  let _ := @tanh_and_logistic_networks.product_bound_tanh in
  let _ := @tanh_and_logistic_networks.product_bound_logistic in
  let _ := @tanh_and_logistic_networks.gradients_vanish_tanh in
  let _ := @tanh_and_logistic_networks.gradients_vanish_logistic in tt.

Definition of_truncation :=
  let _ := @truncation.truncation_the_lectures_tau_counts_factors in
  let _ := @truncation.truncation_the_frameworks_tau_counts_steps in
  let _ := @truncation.truncation_tau_factors_are_tau_1_steps in
  let _ := @truncation.truncation_one_factor_more_is_one_term_more in
  let _ := @truncation.truncation_the_bias in
  let _ := @truncation.truncation_the_bias_bounded in
  let _ := @truncation.truncation_the_bias_is_a_geometric_tail in
  let _ := @truncation.truncation_what_is_kept_cannot_explode in
  let _ := @truncation.truncation_what_is_kept_can_vanish_all_the_same in
  let _ := @truncation.truncation in tt.

Definition of_update_length :=
  let _ := @update_length.update_length_length in
  let _ := @update_length.update_length_stuck in
  let _ := @update_length.update_length_flung_far in
  let _ := @update_length.update_length in tt.

Definition of_any_complete_field :=
  let _ := of_activation_jacobian in
  let _ := of_activations in
  let _ := of_any_cell in
  let _ := of_bptt in
  let _ := of_bptt_adjoint in
  let _ := of_clipping_by_norm in
  let _ := of_clipping_by_norm_jacobian in
  let _ := of_coordinates in
  let _ := of_counterexamples in
  let _ := of_counterexamples_clipping in
  let _ := of_gradients_could_explode in
  let _ := of_gradients_vanish in
  let _ := of_induced_norms in
  let _ := of_norm_of_step in
  let _ := of_other_clippings in
  let _ := of_preactivation_jacobian in
  let _ := of_product_bound in
  let _ := of_product_of_jacobians in
  let _ := of_recurrence in
  let _ := of_sigma_inside in
  let _ := of_slopes_bounded_any_field in
  let _ := of_step_bound in
  let _ := of_step_jacobian in
  let _ := of_tanh_and_logistic_networks in
  let _ := of_truncation in
  let _ := of_update_length in tt.
Print Assumptions of_any_complete_field.

Definition of_real_numbers :=
  let _ := of_counterexamples_one_unit in
  let _ := of_slopes_bounded in tt.
Print Assumptions of_real_numbers.

Definition of_both :=
  let _ := of_bridge in tt.
Print Assumptions of_both.
