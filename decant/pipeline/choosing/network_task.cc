#include "decant/pipeline/choosing/network_task.h"

#include "decant/base/cache.h"
#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/features/network_features.h"
#include "decant/nn/networks.h"
#include "decant/train/trainer.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using features::NetworkFeature;

constexpr const char* kWeightsFile = "weights.safetensors";

/// The weights given, or those of a network trained on the set itself.
fs::path weights_for(const Input& input, const FeatureOptions& options, uint64_t seed, const Context& context) {
  if (!options.weights.empty()) return options.weights;
  if (!input.labelled())
    throw InputError({input.dataset.root.string(), "", "has no labels, so no network can be trained on it for features",
                      "Give --weights, or use --features conv-kmeans, which needs neither labels nor weights"});
  const Subset usable = input.usable_rows();
  train::TrainJob job{
      .options = {.net = options.net, .epochs = options.epochs, .image_size = options.image_size, .seed = seed, .device = options.device},
      .rows = &input.dataset.train(),
      .subset = usable,
      .classes = input.classes};
  const CacheKey key = CacheKey("proxy")
                           .add("input", input.digest)
                           .add("training", result_key(job.options))
                           .add("numerics", from_module<nn::Networks>().numerics(options.device));
  const auto is_whole = [](const fs::path& folder) { return fs::is_regular_file(folder / kWeightsFile); };
  const auto entry = Cache(options.cache, context).obtain(key, is_whole, [&](const fs::path& folder) {
    job.save_weights = folder / kWeightsFile;
    context.info(fmt::format("training {} on the set itself for {} epochs, for features", options.net, options.epochs));
    from_module<train::Trainer>().train(job, context);
  });
  return entry.folder / kWeightsFile;
}

FeatureTask network_task(NetworkFeature kind, const Input& input, const FeatureOptions& options, uint64_t seed, const Context& context) {
  const features::NetworkFeatureOptions network{.net = options.net,
                                                .weights = weights_for(input, options, seed, context),
                                                .kind = kind,
                                                .image_size = options.image_size,
                                                .classes = input.classes,
                                                .normalisation = options.normalisation,
                                                .device = options.device};
  const Rows& rows = input.dataset.train();
  const Subset excluded = input.excluded_rows();
  const auto& room = from_module<features::NetworkFeatures>();
  return {.key = fmt::format("{} weights {} {}", result_key(network), Digest().add(MappedFile(network.weights).bytes()).hex(),
                             from_module<nn::Networks>().numerics(options.device)),
          .width = room.width(rows, network, excluded),
          .fill = [&rows, &room, excluded, network](MatrixView<float> out, const Context& filling) {
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
