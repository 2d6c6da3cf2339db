// Every method of distillation. Adding one: write methods/NAME.cc with its make_ function, and add
// one line here. People see them in this order.
#pragma once

#include "decant/distill/torch/method.h"

// clang-format off
#define DECANT_DISTILLATIONS(entry)        \
  entry(distribution_matching)             \
  entry(aligned_features)                  \
  entry(improved_distribution_matching)    \
  entry(characteristic_function_matching)  \
  entry(federated_distribution_matching)   \
  entry(gradient_matching)                 \
  entry(siamese_gradient_matching)         \
  entry(contrastive_gradient_matching)     \
  entry(multi_formation_matching)          \
  entry(trajectory_matching)               \
  entry(constant_memory_matching)          \
  entry(flat_trajectory_matching)          \
  entry(hallucinated_trajectory_matching)  \
  entry(gradient_descent_unrolled)         \
  entry(momentum_unrolled)                 \
  entry(window_unrolled)                   \
  entry(remember_the_past)                 \
  entry(label_distillation)                \
  entry(kernel_inducing_points)            \
  entry(label_solve)                       \
  entry(random_feature_approximation)      \
  entry(feature_regression)                \
  entry(squeeze_and_recover)               \
  entry(curriculum_synthesis)              \
  entry(data_residuals)                    \
  entry(realistic_crops)                   \
  entry(easy_and_combined)                 \
  entry(feature_residuals)                 \
  entry(coarse_to_fine)
// clang-format on

namespace decant::distill {

#define DECANT_DECLARE(make) Method make();
DECANT_DISTILLATIONS(DECANT_DECLARE)
#undef DECANT_DECLARE

}  // namespace decant::distill
