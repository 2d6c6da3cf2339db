// VGG-11 for pictures of 32×32: Simonyan and Zisserman, "Very deep convolutional networks for
// large-scale image recognition", ICLR 2015, configuration A, with a norm after each convolution
// and one linear map; this form from Zhao, Mopuri and Bilen, ICLR 2021
// (github.com/VICO-UoE/DatasetCondensation, networks.py), where norm is instance or batch. Grey
// pictures are padded by two pixels more.
#include <fmt/format.h>

#include "decant/nn/layers.h"
#include "decant/nn/models/list.h"

namespace decant::nn {

namespace {

struct Step {
  int64_t width;
  bool halved;
};

constexpr Step kSteps[] = {{64, true}, {128, true}, {256, false}, {256, true}, {512, false}, {512, true}, {512, false}, {512, true}};

class Vgg11 final : public BlockNetwork {
 public:
  Vgg11(const NetworkSpec& spec, NormKind norm) : BlockNetwork(spec) {
    const int extra = spec.input.channels == 1 ? 2 : 0;
    require_side(32 - 2 * extra);
    int64_t w = spec.input.width + 2 * extra;
    int64_t h = spec.input.height + 2 * extra;
    int64_t in = spec.input.channels;
    int place = 0;  // among convolutions, norms, ReLUs and pools
    for (const auto& [out, halved] : kSteps) {
      const std::string name = fmt::format("features.{}", place);
      const Conv conv = add_conv(name, in, out, {.kernel = 3, .padding = blocks_.empty() ? 1 + extra : 1, .bias = true});
      const Norm after = add_norm(norm, fmt::format("features.{}", place + 1), {out, h, w});
      blocks_.push_back({name, conv, after, halved ? Halve::maximum : Halve::no});
      place += (norm == NormKind::none ? 2 : 3) + (halved ? 1 : 0);
      in = out;
      w /= halved ? 2 : 1;
      h /= halved ? 2 : 1;
    }
    end_with("classifier", in * w * h);
  }
};

}  // namespace

std::unique_ptr<const Classifier> make_vgg11(const NetworkSpec& spec, SpecText& options) {
  return std::make_unique<Vgg11>(spec, options.norm(NormKind::instance));
}

}  // namespace decant::nn
