#include "decant/pipeline/patching/fill_source.h"

#include "decant/pipeline/choosing/own_network.h"

namespace decant {
namespace {

constexpr int kMaeEpochs = 3;  // docs/training.md has what that gives

}  // namespace

void require_fill(const std::string& name) {
  if (name != kOwnMae) patches::require_filler(name, {kOwnMae});
}

std::string fill_key_of(const std::string& name) {
  return name == kOwnMae ? fmt::format("{} {} epochs", name, kMaeEpochs) : patches::fill_key(name);
}

std::shared_ptr<const patches::Filler> obtain_filler(const std::string& name, const Input& input, const FeatureOptions& features,
                                                     uint64_t seed, const Context& context) {
  if (name != kOwnMae) return patches::make_filler(name);
  const OwnNetwork own{
      .net = kOwnMae, .classifier = false, .epochs = kMaeEpochs, .device = features.device, .cache = features.cache, .purpose = "filling"};
  return patches::make_filler(weights_of(own, input, seed, context).string());
}

}  // namespace decant
