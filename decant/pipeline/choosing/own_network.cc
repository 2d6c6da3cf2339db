#include "decant/pipeline/choosing/own_network.h"

#include "decant/base/cache.h"
#include "decant/base/errors.h"
#include "decant/nn/networks.h"
#include "decant/pipeline/run/set_training.h"
#include "decant/train/trainer.h"

namespace decant {
namespace {

constexpr const char* kOwnWeights = "weights.safetensors";

}  // namespace

std::filesystem::path weights_of(const OwnNetwork& own, const Input& input, uint64_t seed, const Context& context) {
  if (own.classifier && !input.labelled())
    throw InputError({input.dataset.root.string(), "", fmt::format("has no labels, so no network can be trained on it for {}", own.purpose),
                      own.remedy});
  const Subset usable = input.usable_rows();
  train::TrainJob job{
      .options = {.net = own.net, .epochs = own.epochs, .flip = own.flip, .image_size = own.image_size, .seed = seed, .device = own.device},
      .rows = &input.dataset.train(),
      .subset = usable,
      .classes = own.classifier ? input.classes : 0};
  OptionTable training;
  job.options.declare(training);
  set_texts(from_module<train::Trainer>().facts(own.net).usual, training);
  const CacheKey key = CacheKey("proxy")
                           .add("input", input.digest)
                           .add("training", result_key(job.options))
                           .add("numerics", from_module<nn::Networks>().numerics(own.device));
  const auto is_whole = [](const std::filesystem::path& folder) { return std::filesystem::is_regular_file(folder / kOwnWeights); };
  const auto entry = Cache(own.cache, context).obtain(key, is_whole, [&](const std::filesystem::path& folder) {
    job.save_weights = folder / kOwnWeights;
    context.info(fmt::format("training {} on the set itself for {} epochs, for {}", own.net, own.epochs, own.purpose));
    from_module<train::Trainer>().train(job, context);
  });
  return entry.folder / kOwnWeights;
}

}  // namespace decant
