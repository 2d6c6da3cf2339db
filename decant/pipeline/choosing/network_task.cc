#include "decant/pipeline/choosing/network_task.h"

#include "decant/base/digest.h"
#include "decant/base/file.h"
#include "decant/data/rotated_rows.h"
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

/// Those of a network that learnt to tell how far pictures are turned.
std::filesystem::path weights_by_rotation(const Input& input, const FeatureOptions& options, uint64_t seed, const Context& context) {
  Input turned;
  turned.dataset.root = input.dataset.root;
  turned.dataset.splits[Split::train] = std::make_shared<RotatedRows>(input.dataset.splits.at(Split::train));
  turned.classes = kRotations;
  turned.labels = label_column(turned.dataset.train());
  for (const int64_t row : RotatedRows::of(input.excluded_rows())) turned.excluded.push_back({row, "", ""});
  const Subset excluded = input.excluded_rows();
  turned.digest = Digest().add(input.digest).add("rotated").add(std::as_bytes(std::span(excluded))).hex();
  const OwnNetwork own{.net = options.net,
                       .epochs = (options.epochs + kRotations - 1) / kRotations,
                       .image_size = options.image_size,
                       .flip = false,  // a mirrored quarter to the left is one to the right
                       .device = options.device,
                       .cache = options.cache,
                       .purpose = "telling how far pictures are turned"};
  return weights_of(own, turned, seed, context);
}

FeatureTask network_task(NetworkFeature kind, std::filesystem::path weights, const Input& input, const FeatureOptions& options) {
  const features::NetworkFeatureOptions network{.net = options.net,
                                                .weights = std::move(weights),
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
  return network_task(NetworkFeature::embedding, weights_for(input, options, seed, context), input, options);
}

FeatureTask rotation_task(const Input& input, const FeatureOptions& options, uint64_t seed, const Context& context) {
  return network_task(NetworkFeature::embedding, weights_by_rotation(input, options, seed, context), input, options);
}

FeatureTask gradient_task(const Input& input, const FeatureOptions& options, uint64_t seed, const Context& context) {
  FeatureTask task = network_task(NetworkFeature::gradient, weights_for(input, options, seed, context), input, options);
  task.gradient_classes = input.classes;
  return task;
}

}  // namespace decant
