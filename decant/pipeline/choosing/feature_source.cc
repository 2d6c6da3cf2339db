#include "decant/pipeline/choosing/feature_source.h"

#include "decant/base/cache.h"
#include "decant/base/errors.h"
#include "decant/formats/npy/npy.h"
#include "decant/pipeline/choosing/extractor.h"

namespace decant {

void FeatureOptions::declare(OptionTable& table) {
  std::string names;
  for (const Extractor& extractor : extractors()) {
    if (extractor.task) names += (names.empty() ? "" : ", ") + extractor.name;
  }
  table
      .add("features", features, "WHAT",
           names + "; a .npy with one row per sample (shards: 'x-{000..127}.npy'); auto = conv-kmeans for pictures, lsa for records")
      .by_content = true;
  table.add("net", net, "NET", "network of embedding and gradient features");
  table.add("weights", weights, "FILE",
            "weights of that network (safetensors); default: train it on the data set. For static and sentence: the model's folder");
  table.add("epochs", epochs, "N", "epochs of that training");
  table.add("image-size", image_size, "PIXELS", "image size of the network input; 0 = that of the pictures, at most 64");
  table.add("normalisation", normalisation, "HOW",
            "pixel normalisation for that network: data = mean and deviation of the set, imagenet = ImageNet's");
  table.add("feature-width", feature_width, "N", "columns of conv-kmeans and lsa features");
  table.add("cache", cache, "DIR", "cache folder; default: ~/.cache/decant").effect = Effect::speed;
  table.add("device", device, "DEV", "device of networks: cpu or cuda");
}

std::optional<FeatureRecord> FeatureSet::record() const {
  if (features.count() == 0) return std::nullopt;
  return FeatureRecord{kind, features.width(), file, reused};
}

namespace {

namespace fs = std::filesystem;

constexpr const char* kFeaturesFile = "features.npy";

/// Features of that shape, mapped; InputError where they are damaged.
Features features_in(const fs::path& folder, int64_t rows, int64_t width) {
  const std::string file = (folder / kFeaturesFile).string();
  Features features = read_features(file);
  if (features.count() != rows || features.width() != width || !features.is_matrix())
    throw InputError({file, "", fmt::format("is not float32 of {} rows and {} columns", rows, width), "Delete the file"});
  return features;
}

/// What the cache has under the task's key; computed when it has nothing.
FeatureSet computed(const FeatureTask& task, const Extractor& extractor, const Input& input, Cache cache, const Context& context) {
  const int64_t rows = input.rows();
  const CacheKey key = CacheKey("features").add("input", input.digest).add("extractor", extractor.name).add("settings", task.key);
  const auto is_whole = [&](const fs::path& folder) { return features_in(folder, rows, task.width).count() == rows; };
  const auto entry = cache.obtain(key, is_whole, [&](const fs::path& folder) {
    NpyWriter writer(folder / kFeaturesFile, rows, task.width);
    task.fill(writer.rows(), context);
    writer.commit();
  });
  return {.features = features_in(entry.folder, rows, task.width),
          .file = (entry.folder / kFeaturesFile).string(),
          .reused = entry.reused,
          .gradient_classes = task.gradient_classes};
}

}  // namespace

FeatureSet obtain_features(const Input& input, const FeatureOptions& options, uint64_t seed, const Context& context) {
  const Extractor& extractor = extractor_for(options.features, input.dataset);
  if (extractor.labels && !input.labelled())
    throw InputError({input.dataset.root.string(), "",
                      fmt::format("has rows without labels, and {} features need a label for every row", extractor.name),
                      "Choose other --features"});
  FeatureSet set = extractor.open
                       ? extractor.open(input.dataset, options.features)
                       : computed(extractor.task(input, options, seed, context), extractor, input, Cache(options.cache, context), context);
  set.kind = extractor.name;
  return set;
}

}  // namespace decant
