#include "decant/pipeline/choosing/feature_source.h"

#include "decant/base/cache.h"
#include "decant/base/errors.h"
#include "decant/formats/npy/npy.h"
#include "decant/formats/npy/npy_shards.h"
#include "decant/pipeline/choosing/extractor.h"

namespace decant {

void FeatureOptions::declare(OptionTable& table) {
  std::string names;
  for (const Extractor& extractor : extractors()) {
    if (extractor.task) names += (names.empty() ? "" : ", ") + extractor.name;
  }
  table
      .add("features", features, "WHAT",
           names +
               "; a .npy with one row per sample (shards: 'x-{000..127}.npy'); auto = conv-kmeans for pictures, lsa for records; "
               "crops = conv-kmeans of the objects of the rarest class in each picture")
      .by_content = true;
  table.add("net", net, "NET", "network of embedding and gradient features");
  table.add("weights", weights, "FILE",
            "weights of that network (safetensors); default: train it on the data set. For static and sentence: the model's folder");
  table.add("epochs", epochs, "N", "epochs of that training");
  table.add("image-size", image_size, "PIXELS", "image size of the network input; 0 = that of the pictures, at most 64");
  table.add("normalisation", normalisation, "HOW",
            "pixel normalisation for that network: data = mean and deviation of the set, imagenet = ImageNet's");
  table.add("feature-width", feature_width, "N", "columns of conv-kmeans and lsa features");
  table
      .add("filters", fitted, "FILE",
           "what conv-kmeans or lsa learned before (decant features --fit-only); default: it learns from these rows")
      .silent_at = "\"\"";
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

/// Of the rows of `of`, what the cache has under the key; computed when it has nothing.
FeatureSet computed(const FeatureTask& task, const CacheKey& key, const Input& of, Cache cache, const Context& context) {
  const int64_t rows = of.rows();
  const auto is_whole = [&](const fs::path& folder) { return features_in(folder, rows, task.width).count() == rows; };
  const auto entry = cache.obtain(key, is_whole, [&](const fs::path& folder) {
    NpyWriter writer(folder / kFeaturesFile, rows, task.width);
    task.fill(of.dataset.train(), of.excluded_rows(), writer.rows(), context);
    writer.commit();
  });
  return {.features = features_in(entry.folder, rows, task.width),
          .file = (entry.folder / kFeaturesFile).string(),
          .reused = entry.reused,
          .gradient_classes = task.gradient_classes};
}

CacheKey feature_key(const FeatureTask& task, const Extractor& extractor, const Input& input) {
  return CacheKey("features").add("input", input.digest).add("extractor", extractor.name).add("settings", task.key);
}

std::string root_of(const Input& input) {
  return input.dataset.root.string();
}

/// Rows that are features themselves, where those of the input are given as such.
FeatureSet own_features(const Input& others, const FeatureSet& of_input, const FeatureOptions& options) {
  const Features* const features = others.dataset.train().features();
  const std::string remedy = "Compute them in the same way and give them as a .npy";
  if (features == nullptr)
    throw InputError({root_of(others), "",
                      fmt::format("holds {}, and features are needed: those to compare with are given, in {}",
                                  others.dataset.train().modality().rows, of_input.file),
                      remedy + (names_npy(options.features) ? ", or omit --features" : "")});
  if (features->width() != of_input.features.width())
    throw InputError({root_of(others), "",
                      fmt::format("has {} columns, and {} has {}", features->width(), of_input.file, of_input.features.width()), remedy});
  return {.features = *features, .kind = of_input.kind, .file = root_of(others), .of_input = true};
}

}  // namespace

void require_labels(const Extractor& extractor, const Input& input) {
  if (!extractor.labels || input.labelled()) return;
  throw InputError({input.dataset.root.string(), "",
                    fmt::format("has rows without labels, and {} features need a label for every row", extractor.name),
                    "Choose other --features"});
}

FeatureSet obtain_features(const Input& input, const FeatureOptions& options, uint64_t seed, const Context& context) {
  const Extractor& extractor = extractor_for(options.features, input.dataset);
  require_labels(extractor, input);
  FeatureSet set;
  if (extractor.open) {
    set = extractor.open(input.dataset, options.features);
  } else {
    const FeatureTask task = extractor.task(input, options, seed, context);
    set = computed(task, feature_key(task, extractor, input), input, Cache(options.cache, context), context);
  }
  set.kind = extractor.name;
  return set;
}

FeatureSet obtain_features_of_others(const Input& others, const Input& input, const FeatureSet& of_input, const FeatureOptions& options,
                                     uint64_t seed, const Context& context) {
  const Extractor& extractor = extractor_for(options.features, input.dataset);
  const Rows& rows = others.dataset.train();
  if (extractor.open) return own_features(others, of_input, options);
  if (const std::string_view kind = rows.modality().rows, own = input.dataset.train().modality().rows; kind != own)
    throw InputError(
        {root_of(others), "", fmt::format("holds {}, and those of {} are {}", kind, root_of(input), own), fmt::format("Give {}", own)});
  const FeatureTask task = extractor.task(input, options, seed, context);
  FeatureSet set =
      computed(task, feature_key(task, extractor, input).add("of", others.digest), others, Cache(options.cache, context), context);
  set.kind = extractor.name;
  return set;
}

}  // namespace decant
