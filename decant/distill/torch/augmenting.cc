#include "decant/distill/torch/augmenting.h"

#include <ATen/ops/cat.h>
#include <optional>

#include "decant/nn/siamese.h"

namespace decant::distill {
namespace {

std::optional<SiameseOptions> named(const std::string& how) {
  if (how.empty() || how == "none") return std::nullopt;
  return siamese_named(how);
}

SiameseDraw drawn_for(const SiameseOptions& options, const Tensor& pictures, Random& random) {
  const ImageSize size{static_cast<int>(pictures.size(3)), static_cast<int>(pictures.size(2)), static_cast<int>(pictures.size(1))};
  return draw_siamese(options, size, Random(random.bits64()));
}

/// Part `part` of `parts` equal ones.
Tensor slice(const Tensor& pictures, int64_t part, int64_t parts) {
  const int64_t each = pictures.size(0) / parts;
  return pictures.narrow(0, part * each, each);
}

}  // namespace

void check_augmentation(const std::string& how) {
  named(how);
}

Tensor augmented(const std::string& how, const Tensor& pictures, Random& random) {
  const auto options = named(how);
  return options ? nn::apply(drawn_for(*options, pictures, random), pictures) : pictures;
}

Sides augmented(const std::string& how, const Sides& sides, int64_t classes, Random& random) {
  const auto options = named(how);
  if (!options) return sides;
  const bool by_class = sides.real.each_of_them > 0 && sides.real.each_of_them * classes == sides.real.pictures.size(0);
  const int64_t parts = by_class ? classes : 1;
  Tensors synthetic;
  Tensors real;
  for (int64_t part = 0; part < parts; ++part) {
    const SiameseDraw draw = drawn_for(*options, sides.synthetic.pictures, random);
    synthetic.push_back(nn::apply(draw, slice(sides.synthetic.pictures, part, parts)));
    if (sides.real.pictures.defined()) real.push_back(nn::apply(draw, slice(sides.real.pictures, part, parts)));
  }
  Sides both = sides;
  both.synthetic.pictures = parts == 1 ? synthetic.front() : at::cat(synthetic);
  if (!real.empty()) both.real.pictures = parts == 1 ? real.front() : at::cat(real);
  return both;
}

}  // namespace decant::distill
