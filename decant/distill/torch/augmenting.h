// Augmentation by the name that options give it: "none" or what siamese_named() takes
// (data/siamese.h).
#pragma once

#include <string>

#include "decant/distill/torch/objective.h"

namespace decant::distill {

/// Throws InputError for a name that is not known.
void check_augmentation(const std::string& how);

/// One draw for all pictures of the batch.
Tensor augmented(const std::string& how, const Tensor& pictures, Random& random);

/// Both sides by the same draw: one for each of `classes` where both stand in the order of as many
/// classes, else one for all.
Sides augmented(const std::string& how, const Sides& sides, int64_t classes, Random& random);

}  // namespace decant::distill
