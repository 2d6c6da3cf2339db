#include "decant/nn/levels.h"

#include <algorithm>

#include "decant/base/errors.h"

namespace decant::nn {

std::vector<std::string> backbone_names() {
  std::vector<std::string> names;
  constexpr ImageSize kAnySize{64, 64, 3};
  for (const std::string& name : network_names()) {
    try {
      if (!make_network({name, kAnySize, 1})->levels().empty()) names.push_back(name);
    } catch (const InputError&) {  // one of the caller's that takes no such pictures
    }
  }
  return names;
}

Tensors level_maps(const Classifier& backbone, const Pass& pass, const Tensor& images) {
  Taps taps;
  Pass own = pass;
  own.taps = &taps;
  backbone.maps(own, images);
  Tensors levels;
  for (const Level& level : backbone.levels()) {
    const auto found = std::ranges::find(taps.outputs, level.output, &Taps::Tap::name);
    DECANT_CHECK(found != taps.outputs.end(), ==, true);
    levels.push_back(found->value);
  }
  DECANT_CHECK(levels.empty(), ==, false);
  return levels;
}

}  // namespace decant::nn
