// Augmentation by the names that options give it (nn/siamese.h).
#pragma once

#include "decant/distill/torch/objective.h"

namespace decant::distill {

/// `how`: "none" or empty, "dsa", or what nn::siamese_named() takes. Throws InputError for another
/// text.
void check_augmentation(const std::string& how);

/// One draw for all of the batch.
Tensor augmented(const std::string& how, const Tensor& pictures, Random& random);

/// Both sides by the same draw, one for each class where both stand in the order of classes, else
/// one for all. `classes`: of both.
Sides augmented(const std::string& how, const Sides& sides, int64_t classes, Random& random);

}  // namespace decant::distill
