#include "decant/distill/torch/augmenting.h"

#include "decant/base/errors.h"

namespace decant::distill {

void check_augmentation(const std::string& how) {
  if (!how.empty() && how != "none") throw InputError({"", "augment", fmt::format("'{}' is not known", how), "Use none"});
}

Tensor augmented(const std::string&, const Tensor& pictures, Random&) {
  return pictures;
}

Sides augmented(const std::string&, const Sides& sides, int64_t, Random&) {
  return sides;
}

}  // namespace decant::distill
