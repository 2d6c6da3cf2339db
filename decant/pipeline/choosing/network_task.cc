#include "decant/pipeline/choosing/network_task.h"

#include "decant/base/digest.h"
#include "decant/base/file.h"
#include "decant/features/network_features.h"
#include "decant/nn/networks.h"
#include "decant/pipeline/choosing/own_network.h"

namespace decant {
namespace {

using features::NetworkFeature;

/// The weights given, or those of a network trained on the set itself.
std::filesystem::path weights_for(const Input& input, const FeatureOptions& options, uint64_t seed, const Context& context) {
  if (!options.weights.empty()) return options.weights;
  const OwnNetwork own{.net = options.net,
                       .epochs = options.epochs,
                       .image_size = options.image_size,
                       .device = options.device,
                       .cache = options.cache,
                       .purpose = "features",
                       .remedy = "Give --weights, or use --features conv-kmeans, which needs neither labels nor weights"};
  return weights_of(own, input, seed, context);
}

FeatureTask network_task(NetworkFeature kind, const Input& input, const FeatureOptions& options, uint64_t seed, const Context& context) {
  const features::NetworkFeatureOptions network{.net = options.net,
                                                .weights = weights_for(input, options, seed, context),
                                                .kind = kind,
                                                .image_size = options.image_size,
                                                .classes = input.classes,
                                                .normalisation = options.normalisation,
                                                .device = options.device};
  const auto& room = from_module<features::NetworkFeatures>();
  return {.key = fmt::format("{} weights {} {}", result_key(network), Digest().add(MappedFile(network.weights).bytes()).hex(),
                             from_module<nn::Networks>().numerics(options.device)),
          .width = room.width(input.dataset.train(), network, input.excluded_rows()),
          .fill = [&room, network](const Rows& rows, const Subset& excluded, MatrixView<float> out, const Context& filling) {
            room.compute(rows, excluded, network, out, filling);
          }};
}

}  // namespace

FeatureTask embedding_task(const Input& input, const FeatureOptions& options, uint64_t seed, const Context& context) {
  return network_task(NetworkFeature::embedding, input, options, seed, context);
}

FeatureTask gradient_task(const Input& input, const FeatureOptions& options, uint64_t seed, const Context& context) {
  FeatureTask task = network_task(NetworkFeature::gradient, input, options, seed, context);
  task.gradient_classes = input.classes;
  return task;
}

}  // namespace decant
